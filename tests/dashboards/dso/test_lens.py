"""The methods of DSO side by side on the page: in figures, with the reasons, and the target."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboards.base.format import Format
from dashboards.base.i18n import speaking
from dashboards.base.view import Context, NoRows
from dashboards.dso.groups import sales_since
from dashboards.dso.lens import aimed, base_of, lens_content, why_words
from dashboards.dso.page import history_of, target_of
from data.workspace.subjects.market import Target
from metrics.catalogue import answer
from metrics.review.dso_methods import Part
from tests.pages import small_company, words

F = Format("en", "EUR")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def plain(content):
    return " ".join(words(json.loads(json.dumps(content.body, cls=PlotlyJSONEncoder))).split())


def shown(view, target=None):
    return lens_content(view, history_of(view), sales_since(view), target)


def test_the_table_has_every_method_with_its_figure(store):
    view = Context(store).view("")
    made = shown(view, 40.0)
    text = plain(made)
    (row,) = answer(store.current().engine, "dso", view.ledger).to_pylist()
    for name in ("period_end", "rolling_3m", "rolling_12m", "count_back", "best_possible_3m"):
        assert F.days(row[name]) in text
    assert "The others are compared with it." in text
    assert "of sales a day" in text
    assert "not taken off" in text
    assert "Target 40.0" in text
    assert made.title.startswith("The same day by every method: ")
    assert made.explain.metric == "dso"


def test_the_base_is_chosen_in_the_address(store):
    view = Context(store).view("?base=period_end")
    assert base_of(view) == "period_end"
    assert "differs from 1 month" in shown(view).measure
    assert base_of(Context(store).view("?base=nonsense")) == "rolling_3m"


def test_a_base_that_has_no_figure_is_said_to_have_none(store):
    early = Context(store).view("?as_of=2024-04-30&base=rolling_12m")
    with pytest.raises(NoRows):
        shown(early)
    text = plain(shown(Context(store).view("?as_of=2024-04-30")))
    assert "Without a figure on this day: 12 months." in text


def test_the_target_said_of_the_market_looked_at_is_the_line(store):
    context = Context(store)
    context.memory.say("An", "", Target("dso", Decimal(44)))
    context.memory.say("An", "", Target("dso", Decimal(38), "country", "BE"))
    assert aimed(context.view("")) == 44.0
    assert aimed(context.view("?country=BE")) == 38.0
    assert aimed(context.view("?country=NL")) is None
    assert aimed(context.view("?country=BE&country=NL")) is None
    assert target_of(context.view("?target=50")) == 50.0
    assert target_of(context.view("?target=x")) is None
    assert target_of(context.view("")) == 44.0


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (Part("sales", -5.25, 144_000.0, 160_000.0),
         "-5.3: it divides by 160 k€ of sales a day, 11.1\u00a0% more than 144 k€"),
        (Part("overdue", -19.0, 7e6, 5e6, Decimal(-2_700_000)), "2.7 M€ overdue is not in it"),
        (Part("unapplied", -2.0, 1.0, 2.0, Decimal(-20_000)), "not applied yet is taken off"),
        (Part("average", 3.0, 400_000.0, 500_000.0, Decimal(100_000)),
         "its balance is 500 k€, 100 k€ more than 400 k€"),
        (Part("counting", -1.1, 92.0, 90.0), "it counts 90 days where the calendar of the other"),
        (Part("granted", 1.2, 40.5, 41.7), "invoices grant 41.7 days, and what is not due yet"),
    ],
)  # fmt: skip
def test_a_part_is_a_sentence_of_its_figures(part, says):
    assert says.replace("-", "").replace("\u00a0", " ") in why_words(part, F).replace(
        "\u2212", ""
    ).replace("\u00a0", " ")

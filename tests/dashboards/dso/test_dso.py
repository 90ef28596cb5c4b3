import itertools
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboards.base.format import Format
from dashboards.base.grid import block
from dashboards.base.i18n import speaking
from dashboards.base.view import NoRows, NotEnough
from dashboards.charts.months import spread
from dashboards.dso.figures import covered, methods_figure, trend_figure, why_methods_differ
from dashboards.dso.groups import chosen
from dashboards.dso.page import (
    LISTINGS,
    cei_content,
    groups_content,
    headline_words,
    history_of,
    target_of,
    trend_content,
    worth_content,
)
from dashboards.server import create_app
from data.store.state import Store
from metrics.asking.ledger import Ledger, month_ends
from metrics.catalogue import answer
from tests.ledgers import invoice, publish
from tests.pages import LAST, ask, checked, small_company, view, words

F = Format("en", "EUR")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def plain(part) -> str:
    """Return what a reader sees in a component."""
    return " ".join(words(json.loads(json.dumps(part, cls=PlotlyJSONEncoder))).split())


def row(day: date, **figures):
    """One row of the `dso` metric: 50 days by every method unless said otherwise."""
    base = {
        "as_of": day, "period_end": 50.0, "rolling_3m": 50.0, "rolling_12m": 50.0,
        "count_back": 50.0, "best_possible_3m": 30.0, "average_days_delinquent_3m": 20.0,
        "receivables": Decimal("500.00"), "not_due": Decimal("300.00"),
        "count_back_at_least": None,
    }  # fmt: skip
    return {**base, **figures}


def months(count: int = 36, **last):
    days = month_ends(date(2026, 10, 31), count)
    return [*(row(d) for d in days[:-1]), row(days[-1], **last)]


LONG_AGO = date(2020, 1, 1)


# ---- sentences ------------------------------------------------------------------------------


def test_count_back_below_because_recent_days_sold_more():
    said = why_methods_differ(months(count_back=40.0), F, LONG_AGO)[0]
    # 50 / 40: the last 40 days sold a quarter more a day than the three months
    assert "10.0 days below" in said
    assert "sold 25\u00a0% more a day" in said


def test_count_back_above_because_recent_days_sold_less():
    said = why_methods_differ(months(count_back=62.5), F, LONG_AGO)[0]
    assert "12.5 days above" in said
    assert "sold 20\u00a0% less a day" in said


def test_count_back_out_of_history_is_never_a_plain_number():
    history = months(count_back=None, count_back_at_least=92)
    said = why_methods_differ(history, F, LONG_AGO)[0]
    assert said.startswith("Count-back is at least 92 days")
    drawn = checked(methods_figure(history, F, LONG_AGO))
    notes = [a.text for a in drawn.layout.annotations]
    assert "Count-back at least 92" in notes
    assert [t for t in drawn.data if t.line.dash == "dot"][0].y[-1] is None  # noqa: RUF015


def test_the_month_against_the_year_and_whether_it_is_the_season():
    history = months(period_end=40.0)
    this = why_methods_differ(history, F, LONG_AGO)[1]
    assert "10.0 days below the 12-month DSO (50.0): October sold 25\u00a0% more a day" in this
    assert this.endswith("a year ago it was 0\u00a0%, so this is not the season.")
    history[-13] = row(history[-13]["as_of"], period_end=41.0)
    again = why_methods_differ(history, F, LONG_AGO)[1]
    assert again.endswith("a year ago it was +22\u00a0%, so this is the season.")


def test_methods_that_agree_are_said_to_agree():
    count_back, season = why_methods_differ(months(), F, LONG_AGO)
    assert "agree within half a day" in count_back
    assert "agree within half a day" in season


def test_no_sentence_about_a_window_that_the_sales_do_not_cover():
    said = why_methods_differ(months(period_end=40.0), F, date(2026, 5, 1))
    assert len(said) == 1
    assert "12-month" not in said[0]


# ---- pictures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "gap", "expected"),
    [
        ([1.0, 1.0, 9.0], 2.0, [0.0, 2.0, 9.0]),
        ([5.0, 1.0], 2.0, [5.0, 1.0]),
        ([1.0, 1.0, 1.0], 1.0, [0.0, 1.0, 2.0]),
        ([], 1.0, []),
    ],
)
def test_labels_move_apart_as_little_as_possible(places, gap, expected):
    assert spread(places, gap) == pytest.approx(expected)


def test_labels_at_line_ends_never_lie_over_another():
    drawn = checked(
        methods_figure(months(period_end=50.2, count_back=50.1), F, LONG_AGO, target=50.0)
    )
    low, high = drawn.layout.yaxis.range
    at = sorted(a.y for a in drawn.layout.annotations)
    assert len(at) == 6
    pixels = [(b - a) / (high - low) * 300 for a, b in itertools.pairwise(at)]
    assert min(pixels) > 16


def test_windows_that_start_before_the_first_sale_are_left_empty():
    assert covered(date(2026, 3, 31), 3, date(2026, 1, 31))
    assert not covered(date(2026, 3, 31), 3, date(2026, 2, 1))
    drawn = checked(trend_figure(months(), F, date(2026, 1, 5)))
    shown = [v is not None for v in drawn.data[1].y]
    assert shown.count(True) == 8  # March to October
    assert shown[-8:] == [True] * 8


def test_the_two_parts_of_dso_are_drawn_as_they_are(store):
    seen = view(store)
    history = history_of(seen)
    drawn = checked(trend_content(seen).body[0].figure)
    assert list(drawn.data[1].y)[-1] == history[-1]["rolling_3m"]
    assert list(drawn.data[0].y)[-1] == history[-1]["best_possible_3m"]


# ---- the page over a company ----------------------------------------------------------------


def test_figures_are_those_of_the_metric(store):
    seen = view(store)
    truth = answer(store.current().engine, "dso", Ledger(LAST)).to_pylist()[0]
    said = plain(headline_words(seen))
    assert f"DSO is {F.days(truth['rolling_3m'])} days" in said
    assert f"{F.days(truth['average_days_delinquent_3m'])} days lost to late payment" in said
    day = truth["receivables"] / Decimal(repr(truth["rolling_3m"]))
    assert worth_content(seen).body[0].title == F.exact(day)
    cei = answer(store.current().engine, "collection_effectiveness", Ledger(LAST)).to_pylist()[0]
    assert plain(cei_content(seen).body[0]) == F.share(cei["cei"], 1).replace("\u00a0", " ")


def test_groups_are_slowest_first_and_lead_to_a_filter(store):
    seen = view(store, by="country")
    content = groups_content(seen)
    lines = content.body.children
    shown = [float(plain(line.children[2])) for line in lines]
    assert shown == sorted(shown, reverse=True)
    assert "/dso?by=country" not in str(lines[0].href)
    assert all(line.href.startswith("/dso?") and "country=" in line.href for line in lines)


def test_only_groups_that_matter_are_drawn():
    def group(owed, days):
        return {"receivables": Decimal(owed), "rolling_3m": days}

    rows = [group(900, 30.0), group(96, 60.0), group(4, 4000.0), group(-50, -3.0)]
    kept, held = chosen(rows)
    assert [r["rolling_3m"] for r in kept] == [60.0, 30.0]
    assert held == Decimal(996) / Decimal(1000)


def test_the_table_totals_are_ratios_of_totals(store):
    seen = view(store, by="customer")
    listing = LISTINGS["customer"]
    truth = answer(store.current().engine, "dso", Ledger(LAST)).to_pylist()[0]
    top = block(seen, listing, {}, {})[1][0]
    assert top["member"] == "Total"
    assert top["rolling_3m"] == F.days(truth["rolling_3m"])
    assert top["count_back"] == F.days(truth["count_back"])
    assert top["receivables"] == F.number(round(truth["receivables"]), 0)
    # under a column's filter the sums are those of what is left, and no ratio is made up
    some = {"filterModel": {"receivables": {"type": "greaterThan", "filter": 2000}}}
    assert block(seen, listing, {}, some)[1][0]["rolling_3m"] == "–"
    assert block(seen, listing, {}, {})[0]["rowCount"] == 5


def test_a_group_that_is_not_known_has_a_name(store):
    shown = block(view(store, by="country"), LISTINGS["country"], {}, {})[0]["rowData"]
    assert "Country not known" in {r["member"] for r in shown}


@pytest.mark.parametrize(
    ("target", "expected"), [("45", 45.0), ("x", None), ("-1", None), ("nan", None), ("inf", None)]
)
def test_a_target_is_a_number_of_days_or_nothing(store, target, expected):
    assert target_of(view(store, target=target)) == expected


def test_too_few_months_are_said_and_not_divided_by(tmp_path):
    store = publish(tmp_path, [invoice("F1", "A", "2026-02-10", 100, due="2026-03-12")])
    with pytest.raises(NotEnough, match="three months"):
        history_of(view(store))


def test_filters_that_leave_nothing(store):
    seen = view(store)
    nothing = replace(seen, selection=replace(seen.selection, as_of=date(2019, 1, 31)))
    with pytest.raises(NoRows):
        history_of(nothing)


def test_every_callback_answers_for_empty_tiny_and_small_stores(store, tmp_path):
    tiny = publish(tmp_path / "tiny", [invoice("F1", "A", "2026-01-10", 100)])
    says = {"empty": "Nothing is loaded yet", "tiny": "Not enough data to say", "small": ""}
    for name, over in (("empty", Store(tmp_path / "none")), ("tiny", tiny), ("small", store)):
        app = create_app(over)
        for panel in ("trend", "worth", "groups", "moved"):
            for search in ("", "?methods=all&by=customer", "?by=nonsense&target=x&country=XX"):
                shown = words(
                    ask(app, f"dso-{panel}-body.children", search)[f"dso-{panel}-body"]["children"]
                )
                assert "could not be computed" not in shown
                assert says[name] in shown, (name, panel, shown)


def test_a_choice_of_dimension_goes_into_the_url(store):
    from dashboards.base.links import by_search

    assert by_search("country", "?as_of=2026-01-31&group=1", ("group",)) == (
        "?as_of=2026-01-31&by=country"
    )
    assert by_search("country", "?by=country") is None
    assert by_search("sector_division", "") is None
    assert by_search("1; drop", "") is None


def test_a_month_begun_is_compared_with_as_many_days(store):
    """Five days of March beside five days of February, not beside the whole of it."""
    seen = view(store, as_of="2026-03-05")
    content = cei_content(seen)

    def cei(day):
        rows = answer(store.current().engine, "collection_effectiveness", Ledger(day)).to_pylist()
        return rows[0]["cei"]

    moved = cei(date(2026, 3, 5)) - cei(date(2026, 2, 5))
    assert moved != cei(date(2026, 3, 5)) - cei(date(2026, 2, 28))
    said = plain(content.body[1])
    assert F.delta(moved, "share").replace("\u00a0", " ") in said
    assert "vs as many days of last month" in said
    assert content.measure == "CEI of the month so far"
    assert "vs last month" in plain(cei_content(view(store)).body[1])


def test_what_is_overdue_is_more_than_what_late_payment_ties_up(store):
    """150.00 of C3 is paid and not applied: it is off the days delinquent, not off the overdue."""
    row = answer(store.current().engine, "dso", Ledger(LAST)).to_pylist()[0]
    late = row["receivables"] - row["not_due"]
    said = plain(worth_content(view(store)).body)
    assert f"{plain_money(late)}" in said
    assert f"{plain_money(late + 150)} is overdue; 150 € of it is paid or credited" in said


def plain_money(amount):
    return F.money(amount).replace("\u00a0", " ")

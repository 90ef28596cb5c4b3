"""The page of expected loss: each figure is that of the metric, and an overlay moves it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from decimal import Decimal

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Context, NotEnough
from dashboards.expected_loss import overlays, page
from dashboards.review.month import LOSS, month_of
from dashboards.review.words import paragraph
from data.store.state import Store
from data.workspace.subjects.market import Overlay
from data.workspace.subjects.subject import SaidError
from metrics.asking.ledger import month_start
from tests.ledgers import customer, document, invoice, match, payment
from tests.pages import publish, words

D = Decimal
LAST = date(2026, 3, 31)


def losing_company(folder) -> Store:
    """Thirty months of a shop that pays ten days late, and of a site of which a third is lost."""
    documents = [invoice("NEW", "A", LAST, 500, due="2026-04-30")]
    matches = []
    for back in range(30):
        day = month_start(LAST, back) + timedelta(days=4)
        due = day + timedelta(days=30)
        for who, late in (("A", 10), ("B", 45)):
            number, amount = f"{who}{back}", D(1000 + back)
            documents.append(invoice(number, who, day, amount, due=due))
            lost = who == "B" and back % 3 == 0
            ended = due + timedelta(days=150 if lost else late)
            if ended > LAST:
                continue
            if lost:
                documents.append(document("write_off", f"W{number}", who, ended, -amount))
            else:
                documents.append(payment(f"W{number}", who, ended, amount))
            matches.append(match(number, f"W{number}"))
    customers = [customer("A", segment="shop", country="BE"),
                 customer("B", segment="site", country="FR")]  # fmt: skip
    return publish(folder, documents, matches, customers)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return losing_company(tmp_path_factory.mktemp("losing"))


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


@pytest.fixture(scope="module")
def context(store):
    return Context(store)


@pytest.fixture
def signing(store, tmp_path):
    """A store of one's own, in which something may be signed."""
    shutil.copytree(store.folder, tmp_path / "store")
    return Context(Store(tmp_path / "store"))


def test_the_matrix_is_of_all_customers_and_filters_share_it_out(context):
    whole = page.whole_of(context.view(""))
    assert whole.allowance is not None
    assert (
        whole.gross
        == context.view("").query(
            "select sum(amount) as gross from open_items where closed_on is null and amount > 0"
        )[0]["gross"]
    )
    countries = {
        row["country"] for row in context.view("").query("select distinct country from cells")
    }
    parts = [page.whole_of(context.view(f"?country={name}")) for name in sorted(countries - {""})]
    assert sum(part.allowance or D(0) for part in parts) == whole.allowance
    said = words(page.matrix_content(context.view("?country=BE")).body)
    rates = {row["bucket"]: row["loss_rate"] for row in page.rates_of(context.view("?country=BE"))}
    assert context.view("").f.share(rates["over_90"], 2).replace("\xa0", "\\xa0") in said


def test_a_segment_without_write_offs_has_no_loss_history(context):
    view = context.view("?matrix=segment&by=segment")
    said = words(page.groups_content(view).body)
    assert "shop" in said
    assert "no loss history" in said
    assert "is not in it" in page.headline_words(view)
    assert "nothing was written off" in words(page.matrix_content(view).body)
    assert context.view("?matrix=customer").ledger.matrix == "total"


def test_the_movement_ends_where_the_allowance_is(context):
    content = page.moved_content(context.view("?back=12"))
    ends = context.view("").f.exact(page.whole_of(context.view("")).allowance)
    assert ends.replace("\xa0", "\\xa0") in words(content.body)
    assert content.explain.since == "2025-03-31"
    with pytest.raises(NotEnough, match="no loss history"):
        page.moved_content(context.view("?back=12&as_of=2025-03-31"))


def test_what_the_form_says_is_signed_and_counts(signing):
    view = signing.view("")
    before, day = page.whole_of(view), view.selection.as_of
    points = overlays.made(view, "over_90", "points", "1", 2.5, day.isoformat())
    assert points == Overlay("over_90", day, "EUR", points=D("2.50"))
    amount = overlays.made(view, "all", "amount", "-1", "100", day.isoformat())
    assert amount == Overlay("", day, "EUR", amount=D("-100.00"))
    with pytest.raises(SaidError, match="without a reason"):
        signing.memory.say("Anna", "", points)
    line = signing.memory.say("Anna", "", points, "a large customer is in trouble")
    signing.memory.say("Anna", "", amount, "a cover that files do not know")
    view = signing.view("")
    old = view.answer("aging").to_pylist()[4]["amount"]
    found = page.whole_of(view)
    assert found.allowance == before.allowance + found.overlay
    assert found.overlay == old * D("0.025") - 100
    assert "taken off by hand" in page.headline_words(view)
    listed = words(overlays.overlays_content(view, may=True).body)
    assert "+2.50 points" in listed
    assert "a large customer is in trouble" in listed
    assert "Take back" in listed
    assert page.moved_content(view).explain.since == "2026-02-28"
    signing.memory.take_back("Anna", line.id)
    assert page.whole_of(signing.view("")).allowance == before.allowance - 100
    assert [row["state"] for row in overlays.rows_of(signing.view(""))] == ["counts", "back"]


def test_an_overlay_of_a_bucket_that_is_not_here_is_refused(context):
    with pytest.raises(SaidError, match="no bucket"):
        overlays.made(context.view(""), "8-14", "points", "1", 1, "2026-03-31")
    with pytest.raises(SaidError, match="from which day"):
        overlays.made(context.view(""), "all", "points", "1", 1, None)


def test_the_review_has_its_line_and_its_sentence(context):
    month = month_of(context.view(""))
    assert month.now[LOSS] == page.whole_of(context.view("")).allowance
    assert month.before[LOSS] == page.whole_of(context.view("?as_of=2026-02-28")).allowance
    assert month.ago[LOSS] is not None
    assert "of what is open is expected to be lost" in words(paragraph(context.view("")))

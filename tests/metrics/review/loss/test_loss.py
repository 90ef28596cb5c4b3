"""Expected loss: worked by hand, beside the oracle where much is lost, and its laws."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store.engine import DuckDBEngine
from data.workspace.subjects.market import Overlay
from data.workspace.subjects.subject import SaidError
from metrics.asking.ledger import Ledger
from metrics.catalogue import METRICS, answer
from tests.depth import checked
from tests.laws.test_oracle import compare, questions
from tests.ledgers import credit_note, customer, derived, document, invoice, match, payment
from tests.oracle_metrics import Book
from tests.oracle_said import Memo
from tests.random_ledgers import World, build, days_of, worlds
from tests.telling import Telling, tellings

LOSS = ("expected_loss", "roll_rates", "allowance_movement")
D = Decimal


@st.composite
def losing_worlds(draw: st.DrawFn) -> World:
    """A world in which half of what was paid was written off, and nothing takes it back."""
    world = draw(worlds())
    documents = tuple(
        {**row, "kind": "write_off"}
        if row["kind"] == "payment" and row["amount"] < 0 and draw(st.booleans())
        else row
        for row in world.documents
        if not row.get("reference")
    )
    names = {row["document_id"] for row in documents}
    kept = tuple(m for m in world.matches if {m["debit_id"], m["credit_id"]} <= names)
    return replace(world, documents=documents, matches=kept)


@checked(12)
@given(st.data())
def test_it_agrees_with_the_oracle_where_much_is_lost(data):
    world = data.draw(losing_worlds())
    engine, told, now = build(world), data.draw(tellings(world)), data.draw(days_of(world))
    book, said = Book(world, Memo(told.lines, now, world.documents)), told.said(engine, now)
    for name in LOSS:
        ledger, by = data.draw(questions(world))
        ledger = replace(ledger, said=said, undisputed=False)
        if not METRICS[name].compares:
            ledger = replace(ledger, since=None)
        compare(engine, book, name, ledger, by)


@checked(12)
@given(st.data())
def test_buckets_splits_filters_and_movements_add_up(data):
    world = data.draw(losing_worlds())
    engine, told, day = build(world), data.draw(tellings(world)), data.draw(days_of(world))
    matrix = data.draw(st.sampled_from(("total", "segment")))
    ledger = Ledger(day, said=told.said(engine, day), matrix=matrix)
    whole = answer(engine, "expected_loss", ledger).to_pylist()
    aged = {r["bucket"]: r["amount"] for r in answer(engine, "aging", ledger).to_pylist()}
    assert {r["bucket"]: r["gross"] for r in whole} == {
        name: amount for name, amount in aged.items() if name != "unapplied"
    }
    split: dict = defaultdict(Decimal)
    for country in ("BE", "FR", ""):
        part = replace(ledger, where={"country": (country,)})
        for row in answer(engine, "expected_loss", part).to_pylist():
            split[row["bucket"]] += row["allowance"] or 0
    assert split == {r["bucket"]: r["allowance"] or 0 for r in whole}
    for row in answer(engine, "allowance_movement", ledger, ("country",)).to_pylist():
        opening, *causes, closing, charge = (
            row[f.name] for f in METRICS["allowance_movement"].fields
        )
        if None not in (opening, closing):
            assert opening + sum(causes, D(0)) == closing
            assert charge == closing - opening - row["written_off"]


@checked(8)
@given(st.data())
def test_without_write_offs_there_is_no_history_and_never_nought(data):
    world = data.draw(worlds())
    kept = tuple(row for row in world.documents if row["kind"] != "write_off")
    names = {row["document_id"] for row in kept}
    matches = tuple(m for m in world.matches if {m["debit_id"], m["credit_id"]} <= names)
    engine = build(replace(world, documents=kept, matches=matches))
    ledger = Ledger(data.draw(days_of(world)))
    for by in (("total",), ("country",)):
        for row in answer(engine, "expected_loss", ledger, by).to_pylist():
            assert (row["rate"], row["model"], row["allowance"]) == (None, None, None)
            assert row["without_rate"] == row["gross"]
        for row in answer(engine, "roll_rates", ledger, by).to_pylist():
            assert row["loss_rate"] is None
        for row in answer(engine, "allowance_movement", ledger, by).to_pylist():
            assert (row["opening"], row["closing"], row["charge"]) == (None, None, None)


#: 1,000 were not due at the end of January: 400 were paid, 100 credited, 500 rolled on. Of these
#: 300 were paid in March, 150 rolled on and were written off, 50 are still open.
STORY = [
    invoice("PAID", "A", "2025-01-05", 400, due="2025-02-04"),
    payment("P1", "A", "2025-02-10", 400),
    invoice("WRONG", "A", "2025-01-05", 100, due="2025-02-04"),
    credit_note("N", "A", "2025-02-11", 100),
    invoice("LATE", "A", "2025-01-05", 300, due="2025-02-04"),
    payment("P2", "A", "2025-03-20", 300),
    invoice("LOST", "B", "2025-01-05", 150, due="2025-02-04"),
    document("write_off", "W", "B", "2025-04-15", -150),
    invoice("OPEN", "B", "2025-01-05", 50, due="2025-02-04"),
]
MATCHED = [match("PAID", "P1"), match("WRONG", "N"), match("LATE", "P2"), match("LOST", "W")]
CUSTOMERS = [customer("A", segment="shop"), customer("B", segment="site")]
APRIL = date(2025, 4, 30)


def engine_of(story=STORY) -> DuckDBEngine:
    return DuckDBEngine(derived(story, MATCHED, CUSTOMERS))


def test_roll_rates_follow_the_same_invoices_and_leave_out_what_was_credited():
    rows = {r["bucket"]: r for r in answer(engine_of(), "roll_rates", Ledger(APRIL)).to_pylist()}
    first, second, third = (rows[name] for name in ("not_due", "1-30", "31-60"))
    assert (first["open_amount"], first["left_out"], first["paid"]) == (1000, 100, 400)
    assert (first["rolled"], first["roll_rate"]) == (500, pytest.approx(500 / 900))
    assert (second["open_amount"], second["paid"], second["rolled"]) == (500, 300, 200)
    # of 200 a month later 150 were lost, and 50 went on; they are neither lost nor paid
    assert (third["open_amount"], third["written_off"], third["rolled"]) == (200, 150, 50)
    assert rows["61-90"]["open_amount"] == 0
    # what went on went where nothing is known yet
    assert [r["loss_rate"] for r in rows.values()] == [None] * 5


def test_the_loss_rate_is_the_product_of_the_roll_rates():
    story = [*STORY, payment("P3", "B", "2025-04-20", 50)]
    engine = DuckDBEngine(derived(story, [*MATCHED, match("OPEN", "P3")], CUSTOMERS))
    rates = {r["bucket"]: r["loss_rate"]
             for r in answer(engine, "roll_rates", Ledger(APRIL)).to_pylist()}  # fmt: skip
    assert rates["31-60"] == 0.75
    assert rates["1-30"] == pytest.approx(0.4 * 0.75)
    assert rates["not_due"] == pytest.approx(5 / 9 * 0.4 * 0.75, abs=1e-6)
    assert (rates["61-90"], rates["over_90"]) == (None, None)


def test_too_short_a_history_is_none():
    story = [*STORY, payment("P3", "B", "2025-04-20", 50),
             invoice("NEW", "A", "2025-04-28", 1000, due="2025-05-28")]  # fmt: skip
    engine = DuckDBEngine(derived(story, [*MATCHED, match("OPEN", "P3")], CUSTOMERS))
    # the end of January to that of February, and two more
    for months, model in ((3, D("166.67")), (4, None)):
        row = answer(engine, "expected_loss", Ledger(APRIL, watched=months)).to_pylist()[0]
        assert (row["gross"], row["model"]) == (1000, model)


def test_a_segment_without_write_offs_has_no_rate_beside_one_that_has():
    story = [*STORY, payment("P3", "B", "2025-04-20", 50),
             invoice("NEW", "A", "2025-04-28", 1000, due="2025-05-28"),
             invoice("SITE", "B", "2025-04-28", 1000, due="2025-05-28")]  # fmt: skip
    engine = DuckDBEngine(derived(story, [*MATCHED, match("OPEN", "P3")], CUSTOMERS))
    ledger = Ledger(APRIL, matrix="segment")
    shop, site = (
        row for row in answer(engine, "expected_loss", ledger, ("segment",)).to_pylist()
        if row["bucket"] == "not_due"
    )  # fmt: skip
    assert (shop["allowance"], shop["without_rate"]) == (None, 1000)
    # of 200 that were not due all rolled on, and 150 were lost
    assert (site["allowance"], site["without_rate"]) == (750, 0)
    whole = answer(engine, "expected_loss", ledger).to_pylist()[0]
    assert (whole["allowance"], whole["without_rate"]) == (750, 1000)


def test_overlays_are_points_and_amounts_and_count_from_their_day():
    engine, told = engine_of(), Telling()
    told.say("", Overlay("61-90", APRIL, "EUR", points=D("2.50")), "2025-04-30")
    told.say("", Overlay("", APRIL, "EUR", amount=D("0.10")), "2025-04-30")
    told.say("", Overlay("61-90", date(2025, 5, 1), "EUR", amount=D(7)), "2025-04-30")
    gone = told.say("", Overlay("61-90", APRIL, "EUR", amount=D(9)), "2025-04-29")
    told.take_back(gone, "2025-04-30")
    rows = {
        r["bucket"]: r
        for r in answer(
            engine, "expected_loss", Ledger(APRIL, said=told.said(engine, APRIL))
        ).to_pylist()
    }
    # no history: what a person signs is all there is
    assert (rows["61-90"]["model"], rows["61-90"]["allowance"]) == (None, D("1.35"))
    assert rows["over_90"]["allowance"] is None


@pytest.mark.parametrize(
    ("points", "amount"),
    [(None, None), (D(1), D(1)), (D(0), None), (D("100.01"), None), (None, D("0.001"))],
)
def test_an_overlay_that_says_nothing_is_refused(points, amount):
    with pytest.raises(SaidError):
        Overlay("", APRIL, "EUR", points, amount)


def test_a_matrix_that_is_signed_alone_gives_cents():
    """faqifrs.com, step 6: 75, 165, 108 and 112.50, where 112 was printed."""
    told, expected = Telling(), {}
    documents = []
    for name, due, amount, points, loss in (
        ("not_due", "2025-05-31", 15_000, "0.50", "75.00"),
        ("1-30", "2025-04-10", 7_500, "2.20", "165.00"),
        ("31-60", "2025-03-15", 4_000, "2.70", "108.00"),
        ("61-90", "2025-02-10", 2_500, "4.50", "112.50"),
    ):
        documents.append(invoice(f"F{amount}", "A", "2025-04-05", amount, due=due))
        told.say("", Overlay(name, APRIL, "EUR", points=D(points)), "2025-04-30")
        expected[name] = D(loss)
    engine = DuckDBEngine(derived(documents, [], CUSTOMERS))
    ledger = Ledger(APRIL, said=told.said(engine, APRIL))
    rows = answer(engine, "expected_loss", ledger).to_pylist()
    assert {r["bucket"]: r["allowance"] for r in rows if r["allowance"]} == expected

"""The rows behind a figure are the figure: they add up to it, and say where they come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store.engine import DuckDBEngine
from metrics.asking.ledger import Ledger
from metrics.catalogue import METRICS, answer
from metrics.lists.customers import customers, lives
from tests.depth import checked
from tests.laws.test_metric_laws import BALANCED, BY_BUCKET
from tests.ledgers import derived, invoice
from tests.oracle_metrics import DIMENSIONS, first_of, kaplan_meier
from tests.random_ledgers import build, days_of, worlds

Rows = list[dict]


def amount(rows: Rows) -> Decimal:
    return sum((r["amount"] for r in rows), Decimal(0))


def weighted(rows: Rows) -> float | None:
    days = sum(r["amount"] * (r["closed_on"] - r["issued_on"]).days for r in rows)
    return float(days / amount(rows)) if rows else None


def with_agreed(rows: Rows) -> int:
    """Invoices, of which each instalment and each part that was paid is a row."""
    known = (r for r in rows if r["agreed_days"] is not None and r["due_assumed"] == "")
    return len({r["document_id"] for r in known})


def with_cost(rows: Rows) -> Decimal:
    return amount([r for r in rows if r["cost"] is not None])


def owing(rows: Rows) -> int:
    held: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        held[row["customer"]] += row["amount"]
    return sum(amount > 0 for amount in held.values())


def still_open(rows: Rows) -> Decimal:
    return amount([r for r in rows if r["closed_on"] is None or r["closed_on"] > r["as_of"]])


def last_twelve_months(rows: Rows) -> Decimal:
    """All sales stand behind count-back; those of the window behind the DSO of 12 months."""
    return amount([r for r in rows if r["issued_on"] >= first_of(r["as_of"], 11)])


def median(rows: Rows) -> int | None:
    lives = [
        (((r["closed_on"] if ended else r["as_of"]) - r["issued_on"]).days,
         bool(ended and r["outcome"] == "paid"))
        for r in rows
        for ended in [r["closed_on"] is not None and r["closed_on"] <= r["as_of"]]
    ]  # fmt: skip
    return next((s.day for s in kaplan_meier(lives) if 2 * s.unpaid <= 1), None)


#: metric -> its set of rows (in order) -> the field that the rows explain, and how they do
BEHIND: dict[str, list[tuple[str, Callable[[Rows], object]]]] = {
    "receivables": [("receivables", amount)],
    "aging": [("amount", amount)],
    "dso": [("receivables", amount), ("sales_12m", last_twelve_months)],
    "collection_effectiveness": [
        ("closing", amount), ("opening", amount), ("sales", amount),
    ],
    "payment_speed": [("paid_items", len), ("median_days_to_pay", median)],
    "payment_curve": [("at_risk", len)],
    "sales": [("sales", amount), ("sales_year_before", amount)],
    "exposure": [("exposure", amount)],
    "terms": [("invoices", len), ("taken", weighted)],
    "terms_leak": [("invoices", with_agreed), ("taken", weighted)],
    "returned": [("sales", with_cost), ("open_amount", still_open)],
    "order_to_cash": [("payments", len)],
    "promises": [("promises", len)],
    "disputes": [("disputes", len), ("disputed", amount)],
    "disputes_by": [("disputes", len)],
    "limits_ending": [("limits", len), ("terms", len)],
    "overrides": [("overrides", len)],
    "insurance": [("exposure", amount)],
    "concentration": [("members", owing)],
    "expected_loss": [("gross", amount)],
    "roll_rates": [("open_amount", amount)],
}  # fmt: skip


def test_every_set_of_rows_is_explained():
    assert {name: len(m.rows) for name, m in METRICS.items() if not m.compares} == {
        name: len(found) for name, found in BEHIND.items()
    }
    # what compares is explained by the rows of what it compares, or by what lies between
    assert METRICS["dso_bridge"].rows == METRICS["dso"].rows
    assert len(METRICS["movements"].rows) == len(METRICS["movements"].fields) + 1


def same(found: object, figure: object) -> bool:
    if isinstance(figure, float):
        return found == pytest.approx(figure, rel=1e-9, abs=1e-9)
    return (found or 0) == (figure or 0)


@checked(10)
@given(st.data())
def test_rows_add_up_to_their_figure(data):
    world = data.draw(worlds())
    engine = build(world)
    by, day = data.draw(st.sampled_from(DIMENSIONS)), data.draw(days_of(world))
    ledger = Ledger(day, months=data.draw(st.sampled_from((1, 3, 12))))
    for name, behind in BEHIND.items():
        metric = METRICS[name]
        for dimension in ("total", by):
            figures = answer(engine, name, ledger, (dimension,)).to_pylist()
            # the first step has all invoices at risk, the first aspect all customers
            if name in ("payment_curve", "concentration"):
                firsts: dict = {}
                for row in figures:
                    firsts.setdefault(row[dimension], row)
                figures = list(firsts.values())
            for which, (field, explain) in zip(metric.rows, behind, strict=True):
                asked = ledger.rows(metric, which)
                rows = engine.query(asked.sql, asked.parameters).to_pylist()
                groups: dict = defaultdict(list)
                for row in rows:
                    row["as_of"] = day
                    step = row["bucket"] if name in BY_BUCKET else None
                    groups[row[dimension], step].append(row)
                for figure in figures:
                    step = figure["bucket"] if name in BY_BUCKET else None
                    found = explain(groups.pop((figure[dimension], step), []))
                    assert same(found, figure[field]), (name, which, dimension, figure)
                # what no figure claims explains nothing
                assert all(same(explain(rest), 0) for rest in groups.values()), (name, which)


@checked(8)
@given(st.data())
def test_rows_between_two_days_add_up_to_what_moved(data):
    world = data.draw(worlds())
    engine = build(world)
    since, day = sorted((data.draw(days_of(world)), data.draw(days_of(world))))
    if since == day:
        since -= timedelta(days=1)
    ledger, metric = Ledger(day, since=since), METRICS["movements"]
    by = data.draw(st.sampled_from(BALANCED))
    figures = {row[by]: row for row in answer(engine, "movements", ledger, (by,)).to_pylist()}
    every, *others = metric.rows
    asked = (
        *((which, field.label) for field in metric.fields for which in others
          if which == field.label),
        (every, ""),
    )  # fmt: skip
    assert len(asked) == len(metric.rows)
    fields = {f.label: f.name for f in metric.fields}
    for which, label in asked:
        statement = ledger.rows(metric, which)
        found: dict = defaultdict(Decimal)
        for row in engine.query(statement.sql, statement.parameters).to_pylist():
            found[row[by]] += row["amount"]
        for group, row in figures.items():
            moved = row[fields[label]] if label else row["closing"] - row["opening"]
            assert found.pop(group, 0) == moved, (which, group)
        assert not any(found.values()), which


def test_an_invoice_over_nothing_is_neither_counted_nor_listed():
    engine = derived(
        [invoice("F0", "A", "2025-06-01", 0), invoice("F1", "A", "2025-06-01", 5)], terms=30
    )
    ledger = Ledger(date(2025, 6, 30))
    asked = ledger.rows(METRICS["terms"])
    listed = DuckDBEngine(engine).query(asked.sql, asked.parameters)
    assert listed.column("document_id").to_pylist() == ["F1"]
    assert answer(DuckDBEngine(engine), "terms", ledger).to_pylist()[0]["invoices"] == 1


@checked(6)
@given(st.data())
def test_a_click_lists_the_rows_of_one_group_with_file_and_line(data):
    world = data.draw(worlds())
    engine = build(world)
    by, day = data.draw(st.sampled_from(DIMENSIONS)), data.draw(days_of(world))
    lines = {
        (str(d["document_id"]), line) for line, d in enumerate(world.documents, start=2)
    }  # fmt: skip
    numbers = {number for number, _ in lines}
    backs = {n for n, d in enumerate(world.documents, start=2) if d.get("reference")}
    ledger = Ledger(day)
    for figure in answer(engine, "aging", ledger, (by,)).to_pylist():
        at = {by: figure[by], "bucket": figure["bucket"]}
        asked = ledger.rows(METRICS["aging"], at=at)
        rows = engine.query(asked.sql, asked.parameters).to_pylist()
        assert amount(rows) == figure["amount"]
        for row in rows:
            assert row["file"] == "file-1"
            # what a return reopens is called what it was, and stands on the row of the return
            reopened = row["line"] in backs and row["document_id"] in numbers
            assert reopened or (row["document_id"], row["line"]) in lines
    with pytest.raises(ValueError, match="is no dimension"):
        ledger.rows(METRICS["aging"], at={"1=1 --": "x"})


@checked(6)
@given(st.data())
def test_lists_of_customers_and_lives_tie_to_the_metrics(data):
    world = data.draw(worlds())
    engine = build(world)
    ledger = Ledger(data.draw(days_of(world)))
    asked = customers(ledger)
    listed = {r["customer"]: r for r in engine.query(asked.sql, asked.parameters).to_pylist()}
    assert set(listed) == {c["customer_id"] for c in world.customers}
    for metric, fields in (
        ("receivables", {"receivables": "receivables", "unapplied": "unapplied"}),
        ("dso", {"sales_12m": "sales_12m"}),
        (
            "payment_speed",
            {"days_to_pay_weighted": "days_to_pay",
             "days_beyond_terms_weighted": "days_beyond_terms", "paid_items": "paid_items"},
        ),
    ):  # fmt: skip
        for row in answer(engine, metric, ledger, ("customer",)).to_pylist():
            for theirs, ours in fields.items():
                assert same(listed[row["customer"]][ours], row[theirs]), (metric, theirs)
    for row in answer(engine, "exposure", ledger, ("customer",)).to_pylist():
        assert listed[row["customer"]]["headroom"] == row["headroom"]
    aged: dict = defaultdict(Decimal)
    for row in answer(engine, "aging", ledger, ("customer",)).to_pylist():
        if row["bucket"] not in ("not_due", "unapplied"):
            aged[row["customer"]] += row["amount"]
    assert all(r["overdue"] == aged[c] for c, r in listed.items())
    asked = lives(ledger)
    open_ = [
        r for r in engine.query(asked.sql, asked.parameters).to_pylist() if r["closed_on"] is None
    ]
    unpaid = engine.query(
        "select coalesce(sum(amount), 0) as owed from open_items where kind = 'invoice'"
        " and opened_on <= $day and (closed_on is null or closed_on > $day)",
        {"day": ledger.as_of},
    )
    assert amount(open_) == unpaid.to_pylist()[0]["owed"]

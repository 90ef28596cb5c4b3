"""Restatements: figures as reported and as now, and documents that add up to the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.rights import Scope
from data.store import reported
from data.store.months import MONTHS
from data.store.reported import Kept
from data.store.state import Store
from data.store.within import within
from etl.ledger.derive import Settings, derive, write_about
from metrics.asking.ledger import Ledger, month_start
from metrics.catalogue import answer
from metrics.review.restatements import MONEY, Restated, documents, restated
from tests.depth import checked
from tests.ledgers import Row, credit_note, customer, invoice, match, payment, stage
from tests.random_ledgers import World, as_day, worlds

DAY = date(2026, 3, 31)
ACCOUNTS = (
    customer("A", country="BE"), customer("B", country="FR"), customer("C", country="BE")
)  # fmt: skip
BOOKS = (
    invoice("F1", "A", "2026-01-10", "100.00", due="2026-02-09"),
    invoice("F2", "A", "2026-03-02", "250.50", due="2026-04-01"),
    invoice("F3", "B", "2026-03-05", "80.00", due="2026-03-20"),
    invoice("F4", "B", "2026-03-06", "40.00", due="2026-03-21"),
    payment("P1", "A", "2026-03-15", "60.00"),
    payment("P2", "B", "2026-03-16", "40.00"),
    invoice("F9", "C", "2026-04-02", "1.00", due="2026-05-02"),
)
MATCHES = (match("F1", "P1", 60), match("F4", "P2", 40))


def state_of(
    store: Store,
    rows: Sequence[Row],
    matches: Sequence[Row] = (),
    customers: Sequence[Row] = (),
    *,
    at: int = 1,
) -> None:
    """Publish a state as a load does, with what it is the first to report."""
    now = datetime(2026, 5, at, tzinfo=UTC).replace(tzinfo=None)

    def build(connection: duckdb.DuckDBPyConnection, _previous: Path | None) -> None:
        stage(connection, rows, matches, customers)
        derive(connection, settings := Settings("EUR", 30))
        write_about(connection, settings, now, "{}")
        reported.keep(connection, store.folder, now)

    store.publish(build, {MONTHS.name})


@dataclass(frozen=True)
class Seen:
    """What a reader sees of what was reported."""

    then: Kept
    now: Any
    ledger: Ledger

    def months(self) -> dict[date, Restated]:
        first = self.now.query(
            "select min(issued_on) as d from documents where kind in ('invoice', 'credit_note')"
        ).to_pylist()[0]["d"]
        found = restated(self.then, self.now, self.ledger, "EUR", first)
        return {one.month.month_end: one for one in found}

    def rows(self, day: date, figure: str) -> list[dict[str, Any]]:
        month = next(one for one in self.then.months if one.month_end == day)
        found: list[dict[str, Any]] = documents(
            self.then, self.now, self.ledger, month, figure
        ).to_pylist()
        return found


def seen(store: Store, scope: Scope | None = None, **where: str) -> Seen:
    state = store.current()
    assert state is not None
    if scope is not None:
        state = within(state, scope)
    last = state.engine.query("select last_day from about").column(0)[0].as_py()
    return Seen(Kept(state), state.engine, Ledger(last, {k: (v,) for k, v in where.items()}))


def adds_up(found: Seen, most: int = 1) -> None:
    """Hold that the documents of each figure of a month-end make its difference, to the cent.

    Of the latest month-ends that changed, or the latest of all; of figures that did not, of one.
    """
    months = found.months()
    changed = [day for day, one in months.items() if one.changed] or list(months)
    for day in changed[:most]:
        one = months[day]
        for name in dict.fromkeys((*one.changed, "received")):
            rows = found.rows(day, name)
            assert sum((r["difference"] for r in rows), Decimal(0)) == one.change(name), (day, name)
            assert all(r["difference"] == r["now"] - r["reported"] != 0 for r in rows)


def why(rows: list[dict[str, Any]]) -> dict[str, tuple[str, Decimal]]:
    return {r["document_id"]: (r["reason"], r["difference"]) for r in rows}


def test_the_figures_of_a_month_end_are_those_of_the_metrics(tmp_path: Path) -> None:
    store = Store(tmp_path)
    state_of(store, BOOKS, MATCHES, ACCOUNTS)
    found = seen(store)
    assert list(found.months()) == [DAY, date(2026, 2, 28), date(2026, 1, 31)]
    one = found.months()[DAY]
    assert one.then == one.current
    assert one.changed == ()
    (dso,) = answer(found.now, "dso", Ledger(DAY)).to_pylist()
    for name in ("receivables", "not_due", "sales_1m", "sales_3m", "rolling_3m"):
        assert one.current[name] == pytest.approx(dso[name]), name
    assert (one.current["overdue"], one.current["not_due"]) == (Decimal(120), Decimal("250.50"))
    assert one.current["received"] == Decimal(100)
    adds_up(found)


def test_each_change_is_named_and_all_add_up(tmp_path: Path) -> None:
    store = Store(tmp_path)
    state_of(store, BOOKS, MATCHES, ACCOUNTS)
    later = [dict(row) for row in BOOKS if row["document_id"] != "F3"]
    later[1]["due_on"] = "2026-03-30"  # F2
    later += [
        credit_note("N1", "A", "2026-03-31", "25.25"),
        invoice("F0", "C", "2026-02-15", "10.00", due="2026-03-15"),
    ]
    # what P1 paid of F1, it pays of F2
    state_of(store, later, (match("F2", "P1", 60), MATCHES[1]), ACCOUNTS, at=2)
    found = seen(store)
    one = found.months()[DAY]
    assert one.changed == (
        "receivables", "not_due", "overdue", "unapplied", "sales_1m", "sales_3m"
    )  # fmt: skip
    assert one.change("receivables") == Decimal("-95.25")
    assert why(found.rows(DAY, "receivables")) == {
        "F1": ("paid", Decimal(60)),
        "F2": ("paid", Decimal(-60)),
        "F3": ("gone", Decimal(-80)),
        "F0": ("new", Decimal(10)),
        "N1": ("new", Decimal("-25.25")),
    }
    assert why(found.rows(DAY, "unapplied")) == {"N1": ("new", Decimal("-25.25"))}
    assert why(found.rows(DAY, "sales_3m")) == {
        "F3": ("gone", Decimal(-80)),
        "F0": ("new", Decimal(10)),
        "N1": ("new", Decimal("-25.25")),
    }
    adds_up(found)
    adds_up(seen(store, country="BE"))
    assert seen(store, country="FR").months()[DAY].change("receivables") == Decimal(-80)
    # as it was reported, the first time: a third state changes nothing of it
    state_of(store, later, (match("F2", "P1", 60), MATCHES[1]), ACCOUNTS, at=3)
    assert seen(store).months()[DAY].change("receivables") == Decimal("-95.25")


def test_a_due_day_restates_what_is_overdue_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    state_of(store, BOOKS, MATCHES, ACCOUNTS)
    later = [dict(row) for row in BOOKS]
    later[2]["due_on"] = "2026-04-20"  # F3
    state_of(store, later, MATCHES, ACCOUNTS, at=2)
    found = seen(store)
    assert found.months()[DAY].changed == ("not_due", "overdue")
    assert why(found.rows(DAY, "overdue")) == {"F3": ("due", Decimal(-80))}
    assert found.months()[DAY].change("rolling_3m") == 0
    adds_up(found)


@pytest.mark.parametrize(
    ("changed", "reason", "difference"),
    [
        ({"amount": Decimal(90)}, "amount", Decimal(10)),
        ({"issued_on": "2026-03-04", "amount": Decimal(80)}, "day", None),
        ({"currency": "USD", "rate": Decimal("0.5")}, "amount", Decimal(-40)),
    ],
)
def test_a_document_that_changed_is_one_row(
    tmp_path: Path, changed: Mapping[str, Any], reason: str, difference: Decimal | None
) -> None:
    store = Store(tmp_path)
    state_of(store, BOOKS, MATCHES, ACCOUNTS)
    later = [dict(row) for row in BOOKS]
    later[2] |= changed
    state_of(store, later, MATCHES, ACCOUNTS, at=2)
    found = seen(store)
    expected = {} if difference is None else {"F3": (reason, difference)}
    assert why(found.rows(DAY, "receivables")) == expected
    adds_up(found)


def test_a_rate_and_a_merged_customer_are_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    abroad = [dict(row) for row in BOOKS]
    abroad[2] |= {"currency": "USD", "rate": Decimal("0.5")}
    state_of(store, abroad, MATCHES, ACCOUNTS)
    later = [dict(row) for row in abroad]
    later[2]["rate"] = Decimal("0.75")
    later[1]["customer_id"] = "C"
    state_of(store, later, MATCHES, ACCOUNTS, at=2)
    assert why(seen(store).rows(DAY, "receivables")) == {"F3": ("rate", Decimal(20))}
    of_a = seen(store, customer="A")
    assert why(of_a.rows(DAY, "receivables")) == {"F2": ("customer", Decimal("-250.50"))}
    adds_up(of_a)


def test_filter_values_that_changed_restate_what_they_choose(tmp_path: Path) -> None:
    store = Store(tmp_path)
    state_of(store, BOOKS, MATCHES, ACCOUNTS)
    moved = (ACCOUNTS[0], customer("B", country="BE"), ACCOUNTS[2])
    state_of(store, BOOKS, MATCHES, moved, at=2)
    assert seen(store).months()[DAY].changed == ()
    found = seen(store, country="BE")
    assert why(found.rows(DAY, "receivables")) == {"F3": ("filters", Decimal(80))}
    adds_up(found)


def test_who_sees_some_customers_sees_their_documents_only(tmp_path: Path) -> None:
    store = Store(tmp_path)
    state_of(store, BOOKS, MATCHES, ACCOUNTS)
    late = (credit_note("N1", "A", "2026-03-31", 5), credit_note("N2", "B", "2026-03-31", 7))
    state_of(store, (*BOOKS, *late), MATCHES, ACCOUNTS, at=2)
    found = seen(store, Scope((("country", ("FR",)),)))
    one = found.months()[DAY]
    assert (one.then["receivables"], one.current["receivables"]) == (Decimal(80), Decimal(73))
    assert why(found.rows(DAY, "receivables")) == {"N2": ("new", Decimal(-7))}
    assert {r["customer"] for name in MONEY for r in found.rows(DAY, name)} == {"B"}
    adds_up(found)


def test_what_was_issued_long_before_is_not_called_new(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old = (
        invoice("F1", "A", "2024-01-10", 100, due="2024-02-09"),
        payment("P1", "A", "2024-02-01", 100),
        *BOOKS[1:],
    )
    state_of(store, old, (match("F1", "P1", 100), MATCHES[1]), ACCOUNTS)
    assert min(seen(store).months()) == date(2025, 3, 31)
    state_of(store, old, (MATCHES[1],), ACCOUNTS, at=2)
    assert why(seen(store).rows(DAY, "overdue")) == {"F1": ("not_open", Decimal(100))}


def test_a_file_that_is_lost_is_said(tmp_path: Path) -> None:
    from data.core.errors import EngineError

    store = Store(tmp_path)
    state_of(store, BOOKS, MATCHES, ACCOUNTS)
    for path in reported.files(tmp_path):
        path.unlink()
    with pytest.raises(EngineError):
        seen(store).months()


@dataclass(frozen=True)
class Item:
    """An open item as the oracle has it."""

    opened: date
    closed: date | None
    due: date | None
    amount: Decimal

    def alive(self, day: date) -> bool:
        return self.opened <= day and (self.closed is None or self.closed > day)


def oracle(now: Any, day: date) -> dict[str, Decimal]:
    """Return the sums of a month-end in plain Python."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in now.query("from open_items").to_pylist():
        item = Item(row["opened_on"], row["closed_on"], row["due_on"], row["amount"])
        if item.alive(day):
            found["receivables"] += item.amount
            late = item.due is not None and item.due < day
            found["unapplied" if item.amount < 0 else "overdue" if late else "not_due"] += (
                item.amount
            )
    for row in now.query("from documents").to_pylist():
        if not month_start(day, 2) <= row["issued_on"] <= day:
            continue
        of_month = row["issued_on"] >= month_start(day)
        if row["kind"] in ("invoice", "credit_note"):
            found["sales_3m"] += row["amount"]
            found["sales_1m"] += row["amount"] if of_month else 0
        if row["kind"] == "payment" and row["amount"] <= 0 and of_month:
            found["received"] -= row["amount"]
    return {name: found[name] for name in MONEY}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[World, World]:
    """Draw a ledger, and what a later export makes of it."""
    world = draw(worlds(most=10))
    kept = [row for row in world.documents if draw(st.integers(0, 5))]
    changed = []
    for row in kept:
        what = draw(st.sampled_from(("", "", "", "amount", "due_on", "issued_on", "customer_id")))
        new = dict(row)
        if what == "amount":
            new["amount"] = row["amount"] * 2
        elif what == "customer_id":
            new[what] = draw(st.sampled_from(world.documents))["customer_id"]
        elif what and row.get(what) is not None:
            new[what] = row[what] + timedelta(days=draw(st.sampled_from((-40, 3, 35))))
        changed.append(new)
    there = {row["document_id"] for row in changed}
    matches = [
        one for one in world.matches
        if {one["debit_id"], one["credit_id"]} <= there and draw(st.integers(0, 3))
    ]  # fmt: skip
    # whatever they hold, the data reach beyond them
    after = max(as_day(row["issued_on"]) for row in world.documents) + timedelta(days=62)
    last = invoice("LAST", str(world.customers[0]["customer_id"]), after, 1, due=after)
    return (
        replace(world, documents=(*world.documents, last)),
        World((*changed, last), tuple(matches), world.customers),
    )


@given(both=pairs(), by=st.sampled_from(("", "country", "salesperson", "currency")))
@checked(24)
def test_documents_always_make_the_difference(
    tmp_path_factory: pytest.TempPathFactory, both: tuple[World, World], by: str
) -> None:
    store = Store(tmp_path_factory.mktemp("law"))
    before, after = both
    state_of(store, before.documents, before.matches, before.customers)
    first = seen(store)
    for day, one in first.months().items():
        assert {name: one.then[name] for name in MONEY} == oracle(first.now, day)
    state_of(store, before.documents, before.matches, before.customers, at=2)
    assert all(one.then == one.current for one in seen(store).months().values())
    then = {day: one.then for day, one in first.months().items()}
    state_of(store, after.documents, after.matches, after.customers, at=3)
    later = seen(store)
    for day, one in later.months().items():
        assert then.get(day, one.then) == one.then
        assert {name: one.current[name] for name in MONEY} == oracle(later.now, day)
    adds_up(later, most=2)
    if by:
        values = later.now.query(f"select distinct {by} as v from documents").column(0).to_pylist()
        for value in values[:1]:
            adds_up(seen(store, **{by: value}))

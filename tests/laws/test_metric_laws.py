"""The laws that every figure obeys, over random ledgers and the whole catalogue."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core import dimensions
from metrics.asking.ledger import Ledger, month_ends
from metrics.catalogue import METRICS, answer
from tests.depth import checked
from tests.random_buckets import bucket_sets
from tests.random_ledgers import World, as_day, build, days_of, worlds

SPLITS = tuple(d.name for d in dimensions.COLUMNS)
#: A payment belongs to the customer's salesperson, the invoice it settles perhaps to another: what
#: is open adds up over salespeople, but documents of one salesperson do not make up a balance. So
#: it is with all that documents say, but for the currency.
BALANCED = (*dimensions.names("customer"), "currency")
BY_BUCKET = ("aging", "expected_loss", "roll_rates")
#: metric -> its fields that add up, and the column that stands for a step within a group
ADDITIVE = {
    name: ([f.name for f in m.fields if f.additive], "bucket" if name in BY_BUCKET else None)
    for name, m in METRICS.items()
    if any(f.additive for f in m.fields)
}
#: Rows of balances exist while something is open; a total without open items is a row of zeros.
ZERO_TOTAL = ("receivables", "aging")


def ask(engine, name: str, ledger: Ledger, by: tuple[str, ...] = ("total",)) -> list[dict]:
    return answer(engine, name, ledger, by).to_pylist()


def alike(one: list[dict], other: list[dict]) -> None:
    """Two answers are the same; ratios may differ in the last digits."""
    assert len(one) == len(other)
    for mine, yours in zip(one, other, strict=True):
        assert mine.keys() == yours.keys()
        # what is a difference of two figures is as exact as they are
        most = max([1.0, *(abs(v) for v in mine.values() if isinstance(v, float))])
        for name, value in mine.items():
            if isinstance(value, float) and isinstance(yours[name], float):
                assert math.isclose(value, yours[name], rel_tol=1e-9, abs_tol=1e-9 * most), name
            else:
                assert value == yours[name], (name, mine, yours)


def added(rows: list[dict], fields: list[str], step: str | None) -> dict:
    """Sum the fields over all groups, by step; sums of nothing are left out."""
    sums: dict = defaultdict(Decimal)
    for row in rows:
        for name in fields:
            sums[row[step] if step else "", name] += Decimal(row[name] or 0)
    return {key: value for key, value in sums.items() if value}


def check_groups_add_up(engine, ledger: Ledger, by: tuple[str, ...]) -> None:
    for name, (fields, step) in ADDITIVE.items():
        parts = added(ask(engine, name, ledger, by), fields, step)
        whole = added(ask(engine, name, ledger), fields, step)
        if not METRICS[name].compares:
            assert parts == whole, (name, by)
            continue
        most = max([Decimal(1), *map(abs, parts.values())])
        for key in parts.keys() | whole.keys():
            gap = abs(parts.get(key, 0) - whole.get(key, 0))
            assert gap <= Decimal("1e-9") * most, (name, by, key)


def one_or_two(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple)


by_one_or_two = one_or_two(SPLITS)


@checked(12)
@given(st.data())
def test_groups_add_up_to_the_total(data):
    world = data.draw(worlds())
    engine = build(world)
    for _ in range(3):
        ledger = Ledger(data.draw(days_of(world)), buckets=data.draw(bucket_sets()))
        check_groups_add_up(engine, ledger, data.draw(by_one_or_two))


@checked(12)
@given(st.data())
def test_receivables_are_the_ledger_balance_in_every_split(data):
    """Law 1: the sum of all documents so far, split and filtered like the open items."""
    world = data.draw(worlds())
    engine = build(world)
    for _ in range(3):
        day, by = data.draw(days_of(world)), data.draw(one_or_two(BALANCED))
        columns = ", ".join(by)
        books = engine.query(
            f"select {columns}, sum(amount) as balance from documents where issued_on <= $day"
            f" group by all having sum(amount) <> 0 order by all",
            {"day": day},
        ).to_pylist()
        rows = ask(engine, "receivables", Ledger(day), by)
        found = [{**{b: r[b] for b in by}, "balance": r["receivables"]} for r in rows]
        assert [r for r in found if r["balance"]] == books
        for basis in ("due", "issued"):
            aged: dict = defaultdict(Decimal)
            ledger = Ledger(day, basis=basis, buckets=data.draw(bucket_sets()))
            for row in ask(engine, "aging", ledger, by):
                aged[tuple(row[b] for b in by)] += row["amount"]
                assert (row["amount"] <= 0) if row["bucket"] == "unapplied" else row["amount"] >= 0
            assert aged == {tuple(r[b] for b in by): r["receivables"] for r in rows}


@checked(10)
@given(st.data())
def test_opening_plus_movements_is_closing(data):
    """Law 2, between any two days and for each group, from what the files said."""
    world = data.draw(worlds())
    engine = build(world)
    one, two = sorted((data.draw(days_of(world)), data.draw(days_of(world))))
    by = data.draw(st.sampled_from(BALANCED))
    balance: dict = defaultdict(Decimal)
    for day, sign in ((one, 1), (two, -1)):
        for row in ask(engine, "receivables", Ledger(day), (by,)):
            balance[row[by]] += sign * row["receivables"]
    moved = engine.query(
        f"select {by}, kind, sum(amount) as amount from documents"
        " where issued_on > $one and issued_on <= $two group by all",
        {"one": one, "two": two},
    ).to_pylist()
    for row in moved:
        balance[row[by]] += row["amount"]
    assert not any(balance.values())
    if one < two:
        for row in ask(engine, "movements", Ledger(two, since=one), (by,)):
            opening, *causes, closing = (row[f.name] for f in METRICS["movements"].fields)
            assert opening + sum(causes, Decimal(0)) == closing
            group = Ledger(two, {by: (row[by],)})
            for day, amount in ((one, opening), (two, closing)):
                owed = ask(engine, "receivables", group.at(day))
                assert amount == sum((r["receivables"] for r in owed), Decimal(0))
    # the kinds that people name, in euro, straight from the rows of the files
    if all(d["currency"] == "EUR" for d in world.documents):
        inside = [d for d in world.documents if one < as_day(d["issued_on"]) <= two]
        named = sum((d["amount"] for d in inside), Decimal(0))
        assert sum((r["amount"] for r in moved), Decimal(0)) == named


@checked(8)
@given(st.data())
def test_nothing_dated_later_changes_an_answer(data):
    """Law 3, first half."""
    world = data.draw(worlds())
    day = data.draw(days_of(world))
    before = world.until(day)
    now, then = build(world), build(before) if before.documents else None
    by = data.draw(by_one_or_two)
    for name in METRICS:
        for split in (("total",), by):
            rows = ask(now, name, Ledger(day), split)
            if then is None:
                assert rows == [] or name == "exposure"
            else:
                alike(rows, ask(then, name, Ledger(day), split))


@checked(8)
@given(st.data())
def test_a_match_recorded_later_only_moves_unapplied(data):
    """Law 3, second half: with or without the match, balances and sales are the same.

    Where the rates of the two documents differ, the match realises an exchange difference: the
    balance moves by that document, and by nothing else.
    """
    world = data.draw(worlds())
    known = data.draw(st.integers(0, len(world.matches)))
    fewer = build(replace(world, matches=world.matches[:known]))
    more = build(world)
    day, by = data.draw(days_of(world)), ("customer",)
    realised = [
        e.query(
            "select coalesce(sum(amount), 0) as amount from documents"
            " where kind = 'exchange' and issued_on <= $day",
            {"day": day},
        ).to_pylist()[0]["amount"]
        for e in (fewer, more)
    ]
    for split in ((), by):
        before = ask(fewer, "receivables", Ledger(day), split)
        after = ask(more, "receivables", Ledger(day), split)
        owed = [sum((r["receivables"] for r in rows), Decimal(0)) for rows in (before, after)]
        assert owed[1] - owed[0] == realised[1] - realised[0]
        for row in after:
            was = [r for r in before if all(r[b] == row[b] for b in split)]
            assert was == [] or was[0]["unapplied"] <= row["unapplied"]
        for name in ("sales_1m", "sales_3m", "sales_12m"):
            sold = [[r[name] for r in ask(e, "dso", Ledger(day), ())] for e in (fewer, more)]
            assert sold[0] == sold[1]


@checked(10)
@given(st.data())
def test_a_history_is_the_single_days(data):
    world = data.draw(worlds())
    engine = build(world)
    ledger = Ledger(
        data.draw(days_of(world)),
        data.draw(st.sampled_from(({}, {"country": ("BE", "")}))),
        data.draw(st.sampled_from((1, 12))),
    )
    by = data.draw(st.one_of(st.just(("total",)), by_one_or_two))
    days = month_ends(ledger.as_of, 4)
    for name in METRICS:
        history = ask(engine, name, ledger.history(4), by)
        alike(history, [r for day in days for r in ask(engine, name, ledger.at(day), by)])


@checked(10)
@given(st.data())
def test_a_filter_gives_the_row_of_the_split(data):
    """Asking about one group alone says the same as its row among the others."""
    world = data.draw(worlds())
    engine = build(world)
    by, day = data.draw(st.sampled_from(SPLITS)), data.draw(days_of(world))
    months = data.draw(st.sampled_from((1, 3, 12)))
    for name, metric in METRICS.items():
        if metric.compares:
            continue  # its days are parts of the whole that is asked about, here another one
        if by == "currency" and "owing" in metric.query.reads:
            continue  # who is filtered by a currency is counted whole, against a limit in all
        groups: dict = defaultdict(list)
        for row in ask(engine, name, Ledger(day, months=months), (by,)):
            groups[row.pop(by)].append(row)
        for value, rows in sorted(groups.items())[:3]:
            alone = ask(engine, name, Ledger(day, {by: (value,)}, months))
            for row in alone:
                assert row.pop("total") == "total"
            alike(rows, alone)


@checked(6)
@given(st.data())
def test_the_order_of_rows_is_irrelevant(data):
    """Law 5."""
    world = data.draw(worlds())
    shuffle = random.Random(data.draw(st.integers(0, 1000))).shuffle
    documents, matches, customers = (
        list(rows) for rows in (world.documents, world.matches, world.customers)
    )
    for rows in (documents, matches, customers):
        shuffle(rows)
    mixed = World(tuple(documents), tuple(matches), tuple(customers))
    day, by = data.draw(days_of(world)), data.draw(by_one_or_two)
    one, other = build(world), build(mixed)
    for name in METRICS:
        alike(ask(one, name, Ledger(day), by), ask(other, name, Ledger(day), by))


@checked(8)
@given(st.data())
def test_splitting_documents_keeps_balances(data):
    """Law 6: an invoice in instalments, a payment in two parts; only due days differ.

    A payment that went back stays whole: what takes it back names it and its amount.
    """
    world = data.draw(worlds())
    parts, cut = [], set()
    back = {str(row["reference"]).split()[-1] for row in world.documents if row.get("reference")}
    for row in world.documents:
        plain = row["currency"] == "EUR" and "instalment" not in row and abs(row["amount"]) > 1
        name = str(row["document_id"])
        if plain and row["kind"] == "invoice" and row["due_on"]:
            first = Decimal("0.40")
            parts += [
                {**row, "instalment": 1, "amount": first},
                {**row, "instalment": 2, "amount": row["amount"] - first,
                 "due_on": as_day(row["due_on"]) + timedelta(days=30)},
            ]  # fmt: skip
        elif plain and row["kind"] == "payment" and row["amount"] < 0 and name not in back:
            cut.add(name)
            first = Decimal("-0.60")
            parts += [
                {**row, "amount": first},
                {**row, "document_id": f"{name}b", "amount": row["amount"] - first},
            ]
        else:
            parts.append(row)
    matches = []
    used: dict = defaultdict(Decimal)
    for row in world.matches:
        name = str(row["credit_id"])
        if name not in cut:
            matches.append(row)
            continue
        first = min(row["amount"], Decimal("0.60") - used[name])
        used[name] += first
        matches += [
            {**row, "credit_id": n, "amount": a}
            for n, a in ((name, first), (f"{name}b", row["amount"] - first))
            if a
        ]
    one = build(world)
    other = build(replace(world, documents=tuple(parts), matches=tuple(matches)))
    same = {
        "receivables": ("receivables", "unapplied", "customers"),
        "dso": ("rolling_3m", "count_back", "receivables", "sales_12m"),
        "collection_effectiveness": ("opening", "sales", "closing"),
        "exposure": ("exposure", "headroom"),
        "payment_speed": ("days_to_pay_weighted",),
    }
    for _ in range(2):
        day, by = data.draw(days_of(world)), data.draw(by_one_or_two)
        for name, fields in same.items():
            kept = [
                [{k: r[k] for k in (*by, *fields)} for r in ask(e, name, Ledger(day), by)]
                for e in (one, other)
            ]
            alike(*kept)
        due = [
            sum(r["amount"] for r in ask(e, "aging", Ledger(day, basis="issued"), by))
            for e in (one, other)
        ]
        assert due[0] == due[1]


TWO = World(
    (
        {"document_id": "A1", "kind": "invoice", "customer_id": "A", "issued_on": date(2025, 1, 10),
         "due_on": date(2025, 2, 9), "amount": Decimal(600), "currency": "EUR"},
        {"document_id": "B1", "kind": "invoice", "customer_id": "B", "issued_on": date(2025, 2, 10),
         "due_on": date(2025, 4, 9), "amount": Decimal(400), "currency": "EUR"},
        {"document_id": "P1", "kind": "payment", "customer_id": "A", "issued_on": date(2025, 3, 1),
         "amount": Decimal(-200), "currency": "EUR"},
    ),
    ({"debit_id": "A1", "credit_id": "P1", "amount": Decimal(200)},),
    (
        {"customer_id": "A", "country": "BE", "sector": "43.21", "segment": "shop",
         "salesperson": "Ann", "credit_limit": Decimal(1000), "agreed_terms_days": 30},
        {"customer_id": "B"},
    ),
)  # fmt: skip


@pytest.mark.parametrize("second", [n for n in SPLITS if n not in dimensions.OWN[1:]])
def test_every_dimension_and_pair_adds_up(second):
    engine = build(TWO)
    for first in SPLITS[: SPLITS.index(second) + 1]:
        by = (first,) if first == second else (first, second)
        check_groups_add_up(engine, Ledger(date(2025, 3, 31)), by)


def test_a_total_without_open_items_is_zero_and_not_missing():
    closed = replace(TWO, documents=(TWO.documents[0], TWO.documents[2]))
    closed = replace(
        closed,
        documents=(closed.documents[0], {**closed.documents[1], "amount": Decimal(-600)}),
        matches=({**TWO.matches[0], "amount": Decimal(600)},),
    )
    engine = build(closed)
    for name in ZERO_TOTAL:
        rows = ask(engine, name, Ledger(date(2025, 3, 31)))
        assert rows
        assert not any(added(rows, *ADDITIVE[name]).values())
        assert ask(engine, name, Ledger(date(2025, 3, 31)), ("customer",)) == []
        assert ask(engine, name, Ledger(date(2024, 12, 31))) == []

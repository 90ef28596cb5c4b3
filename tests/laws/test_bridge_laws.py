"""The laws of the bridge of DSO: its parts add up, and each is zero where its cause stood still."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store.engine import DuckDBEngine
from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from tests.depth import checked
from tests.laws.test_metric_laws import by_one_or_two
from tests.ledgers import invoice, match, payment
from tests.random_ledgers import World, build, days_of, worlds

PARTS = ("mix", "timing", "terms", "lateness", "unapplied", "without_sales")
#: Ends of windows of 90 days each, a year apart.
SINCE, AS_OF = date(2025, 3, 31), date(2026, 3, 31)
YEAR = 365


@dataclass(frozen=True)
class Sale:
    """An invoice, and how it was paid: so many days after its due day; None: not yet."""

    customer: str
    day: date
    amount: int
    terms: int
    late: int | None
    parts: int = 1


def traded(
    sales: Iterable[Sale], more: Sequence[dict] = (), matched: Sequence[dict] = ()
) -> DuckDBEngine:
    """Return the books of a company that sold so; an invoice in parts has them 30 days apart."""
    documents, matches = list(more), list(matched)
    for number, s in enumerate(sales):
        each = s.amount // s.parts
        for part in range(s.parts):
            due = s.day + timedelta(s.terms + 30 * part)
            numbered = {"instalment": part + 1} if s.parts > 1 else {}
            documents.append(
                invoice(f"I{number}", s.customer, s.day, each, due=due, currency="EUR", **numbered)
            )
            if s.late is not None:
                name = f"P{number}-{part}"
                paid_on = max(due + timedelta(s.late), s.day)
                documents.append(payment(name, s.customer, paid_on, each, currency="EUR"))
                matches.append(match(f"I{number}", name, each))
    names = sorted({str(d["customer_id"]) for d in documents})
    accounts = [{"customer_id": n, "country": "BE" if n < "C" else "FR"} for n in names]
    return build(World(tuple(documents), tuple(matches), tuple(accounts)))


def bridge(engine: DuckDBEngine, by: str = "total", **asked: object) -> list[dict]:
    ledger = Ledger(**{"as_of": AS_OF, "since": SINCE, **asked})
    return answer(engine, "dso_bridge", ledger, (by,)).to_pylist()


def total(engine: DuckDBEngine) -> dict:
    (row,) = bridge(engine)
    assert row["missing"] == ""
    return row


def zero(row: dict, *names: str) -> None:
    for name in names:
        assert row[name] == pytest.approx(0, abs=1e-7), (name, row)


def adds_up(row: dict) -> None:
    most = 1e-9 * max(1.0, *(abs(row[name]) for name in (*PARTS, "before", "after")))
    assert row["change"] == pytest.approx(sum(row[p] for p in PARTS), abs=most)
    assert row["change"] == pytest.approx(row["after"] - row["before"], abs=most)


customers = st.sampled_from("ABCD")
late = st.sampled_from((-5, 0, 0, 3, 10, 21, 45))
#: what one customer buys in a year: age in days at its end, and amount
calendars = st.lists(
    st.tuples(st.integers(0, YEAR - 1), st.integers(1, 400)), min_size=1, max_size=9
)


@st.composite
def habits(draw: st.DrawFn) -> dict[str, tuple[int, int]]:
    """Return terms and lateness of each customer."""
    return {
        name: (draw(st.sampled_from((0, 14, 30, 60, 90))), draw(late))
        for name in draw(st.lists(customers, min_size=1, max_size=4, unique=True))
    }


def year_of(
    name: str, calendar: Sequence[tuple[int, int]], end: date, terms: int, days: int
) -> list[Sale]:
    """Return a year's sales to `end`, one of them old enough to be paid and one within 90 days."""
    whole = [*calendar, (300, 10), (50, 10)]
    return [Sale(name, end - timedelta(age), amount, terms, days) for age, amount in whole]


@checked(24)
@given(st.data())
def test_the_parts_add_up_in_every_split(data):
    world = data.draw(worlds())
    engine = build(world)
    for _ in range(3):
        since, as_of = sorted((data.draw(days_of(world)), data.draw(days_of(world))))
        if since == as_of:
            continue
        ledger, by = Ledger(as_of, since=since), data.draw(by_one_or_two)
        whole = answer(engine, "dso_bridge", ledger).to_pylist()
        groups = answer(engine, "dso_bridge", ledger, by).to_pylist()
        for row in (*whole, *groups):
            if row["missing"]:
                assert {row[name] for name in (*PARTS, "before", "after", "change")} == {None}
            else:
                adds_up(row)
        if not whole or whole[0]["missing"]:
            continue
        for name in (*PARTS, "before", "after", "change", "share_before", "share_after"):
            added = sum(row[name] for row in groups)
            size = max(1.0, *(abs(row[name]) for row in groups))
            assert added == pytest.approx(whole[0][name], abs=1e-9 * size), name
        assert sum(r["share_after"] for r in groups) == pytest.approx(1)
        days = answer(engine, "dso", Ledger(as_of, days=(since, as_of))).to_pylist()
        for row, name in zip(days, ("before", "after"), strict=True):
            assert row["rolling_3m"] == pytest.approx(whole[0][name], rel=1e-12), name


@checked(24)
@given(habits(), st.data())
def test_where_only_the_calendar_moved_terms_and_lateness_are_zero(of, data):
    sales = [
        sale
        for name, (terms, days) in of.items()
        for end in (SINCE, AS_OF)
        for sale in year_of(name, data.draw(calendars), end, terms, days)
    ]
    engine = traded(sales)
    for row in (total(engine), *bridge(engine, "customer"), *bridge(engine, "country")):
        zero(row, "terms", "lateness", "unapplied", "without_sales")
        adds_up(row)


@checked(12)
@given(st.data())
def test_instalments_are_no_change_of_terms(data):
    """Every invoice falls due in three parts: its terms differ, and nobody changed them."""
    sales = [
        Sale("A", end - timedelta(age), 3 * amount, 30, 0, parts=3)
        for end in (SINCE, AS_OF)
        for age, amount in [*data.draw(calendars), (300, 10), (50, 10)]
    ]
    row = total(traded(sales))
    zero(row, "terms", "lateness", "mix")
    adds_up(row)


@checked(24)
@given(habits(), st.data())
def test_where_only_terms_changed_they_are_all_of_it(of, data):
    sales = []
    for name, (terms, days) in of.items():
        calendar = data.draw(calendars)
        later = data.draw(st.sampled_from((0, 21, 30, 75)))
        same = max(days, -min(terms, later))  # nobody pays before the invoice
        sales += year_of(name, calendar, SINCE, terms, same)
        sales += year_of(name, calendar, AS_OF, later, same)
    row = total(traded(sales))
    zero(row, "mix", "timing", "lateness", "unapplied", "without_sales")
    assert row["terms"] == pytest.approx(row["change"], abs=1e-7)


@checked(24)
@given(habits(), st.data())
def test_where_only_lateness_changed_it_is_all_of_it(of, data):
    sales = []
    for name, (terms, days) in of.items():
        calendar = data.draw(calendars)
        sales += year_of(name, calendar, SINCE, terms, days)
        sales += year_of(name, calendar, AS_OF, terms, data.draw(late))
        if data.draw(st.booleans()):  # and one that is not paid at all
            sales.append(Sale(name, SINCE - timedelta(10), 77, terms, 0))
            sales.append(Sale(name, AS_OF - timedelta(10), 77, terms, None))
    row = total(traded(sales))
    zero(row, "mix", "timing", "terms", "unapplied", "without_sales")
    assert row["lateness"] == pytest.approx(row["change"], abs=1e-7)


@checked(12)
@given(habits(), st.data())
def test_a_new_customer_is_all_mix(of, data):
    """Whatever it does; and with everyone's behaviour it moves nothing."""
    alike = data.draw(st.booleans())
    calendar = data.draw(calendars)
    sales = []
    for name, (terms, days) in of.items():
        for end in (SINCE, AS_OF):
            sales += year_of(name, calendar, end, *((30, 10) if alike else (terms, days)))
    terms, days = (30, 10) if alike else (data.draw(st.integers(0, 90)), data.draw(late))
    big = [(age, 10 * amount) for age, amount in (*calendar, (300, 10), (50, 10))]
    sales += [Sale("NEW", AS_OF - timedelta(age), amount, terms, days) for age, amount in big]
    row = total(traded(sales))
    assert row["mix"] == pytest.approx(row["change"], abs=1e-7)
    zero(row, "timing", "terms", "lateness", "unapplied", "without_sales")
    if alike:
        zero(row, "change")


@checked(12)
@given(habits(), st.data(), st.integers(1, 300))
def test_money_that_nobody_matched_is_all_unapplied(of, data, amount):
    sales = []
    for name, (terms, days) in of.items():
        calendar = data.draw(calendars)
        for end in (SINCE, AS_OF):
            sales += year_of(name, calendar, end, terms, days)
    alone = payment("ALONE", min(of), AS_OF - timedelta(9), amount, currency="EUR")
    row = total(traded(sales, [alone]))
    assert row["unapplied"] == pytest.approx(row["change"], abs=1e-7)
    assert row["unapplied"] < 0
    zero(row, "mix", "timing", "terms", "lateness", "without_sales")


def test_the_window_before_the_data_has_no_figure():
    sales = [Sale("A", date(2025, 1, 20), 100, 30, 0), Sale("A", date(2026, 3, 1), 100, 30, 0)]
    engine = traded(sales)
    known = {d: bridge(engine, since=d)[0]["missing"] for d in (date(2025, 2, 28), SINCE)}
    assert known == {date(2025, 2, 28): "before_the_data", SINCE: ""}
    (row,) = bridge(engine, since=date(2025, 8, 31))
    assert (row["missing"], row["before"], row["change"]) == ("no_sales_before", None, None)
    (row,) = bridge(engine, as_of=date(2025, 8, 31), since=date(2025, 3, 31))
    assert (row["missing"], row["after"]) == ("no_sales_after", None)
    with pytest.raises(ValueError, match="is not before"):
        Ledger(SINCE, since=SINCE)

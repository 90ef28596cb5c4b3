"""What is answered from the cubes is what the rows say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from data.core.buckets import DEFAULT, Buckets
from data.core.policy.dated import Dated
from data.core.policy.rules import Policy
from metrics.asking.ledger import Ledger, month_end
from metrics.catalogue import METRICS, answer
from metrics.lists.aging_cell import open_balance
from metrics.lists.customers import customers, names
from metrics.lists.dso_groups import first_sale
from metrics.lists.lateness import lateness
from tests.depth import checked
from tests.laws.test_metric_laws import alike
from tests.ledgers import invoice, match, payment
from tests.oracle_metrics import DIMENSIONS, Book
from tests.random_buckets import bucket_sets
from tests.random_ledgers import World, as_day, build, days_of, worlds
from tests.telling import OF_MEMORY


@st.composite
def any_day(draw: st.DrawFn, world: World) -> date:
    """Return a day around the documents, or the end of a month, also long before or after them."""
    days = [as_day(d["issued_on"]) for d in world.documents]
    day = draw(
        st.one_of(
            days_of(world),
            days_of(world),
            st.sampled_from((min(days) - timedelta(days=40), max(days) + timedelta(days=800))),
        )
    )
    return month_end(day) if draw(st.booleans()) else day


@st.composite
def questions(draw: st.DrawFn, world: World) -> tuple[Ledger, tuple[str, ...]]:
    """Return any days, filters, window and split; most of the time a history."""
    where = {}
    for name in draw(st.lists(st.sampled_from(DIMENSIONS), max_size=2, unique=True)):
        known = sorted({d.dims[name] for d in Book(world).docs} | {"nobody"})
        where[name] = tuple(draw(st.lists(st.sampled_from(known), min_size=1, max_size=2)))
    ledger = Ledger(
        draw(any_day(world)),
        where,
        draw(st.sampled_from((1, 3, 12))),
        basis=draw(st.sampled_from(("due", "issued"))),
        buckets=draw(st.one_of(st.just(DEFAULT), bucket_sets())),
    )
    shape = draw(st.sampled_from(("day", "history", "history", "days")))
    if shape == "history":
        ledger = ledger.history(draw(st.integers(2, 14)))
    elif shape == "days":
        others = draw(st.lists(any_day(world), min_size=1, max_size=3))
        ledger = replace(ledger, days=tuple(dict.fromkeys((*others, ledger.as_of))))
    by = draw(
        st.one_of(
            st.just(("total",)),
            st.lists(
                st.sampled_from(("total", *DIMENSIONS)), min_size=1, max_size=2, unique=True
            ).map(tuple),
        )
    )
    return ledger, by


#: An invoice a day over three turns of the year: every day of a month and every length of a life.
DAYS = 800
LIVES = (0, 1, 3, 29, 30, 31, 32, 61, 95, 200, 400, 500, None)


def _every_day() -> World:
    start = date(2023, 11, 3)
    rows = []
    for n in range(DAYS):
        day, owner, life = start + timedelta(n), f"C{n % 60:02}", LIVES[n % 13]
        who = {"salesperson": "Ann" if n % 7 else "Bob", "currency": "EUR"}
        rows.append(invoice(f"I{n}", owner, day, 100 + n, due=day + timedelta(n % 97), **who))
        if life is not None:
            paid_on = day + timedelta(life)
            rows.append(payment(f"P{n}", owner, paid_on, 100 + n - n % 3, **who))
    paid = [str(r["document_id"]) for r in rows if r["kind"] == "payment"]
    matches = [match(f"I{number[1:]}", number) for number in paid]
    owners = [
        {"customer_id": f"C{n:02}", "country": ("BE", "FR", None)[n % 3], "agreed_terms_days": n}
        for n in range(60)
    ]
    return World(tuple(rows), tuple(matches), tuple(owners))


EVERY_DAY = _every_day()


@pytest.fixture(scope="module")
def every_day():
    return build(EVERY_DAY)


@pytest.mark.parametrize("name", METRICS)
def test_every_day_of_a_month_is_kept_apart_where_a_month_end_tells_it(every_day, name):
    for last, where, by in (
        (date(2026, 6, 30), {}, ("total",)),
        (date(2026, 5, 17), {"country": ("BE", "")}, ("salesperson",)),
    ):
        for basis in ("due", "issued"):
            ledger = Ledger(last, where, basis=basis).history(33)
            slow = answer(every_day, name, replace(ledger, cubes=False), by).to_pylist()
            alike(answer(every_day, name, ledger, by).to_pylist(), slow)
            assert len(slow) > 30 or name in OF_MEMORY


#: Sets whose bounds the cubes of a state tell apart, and one whose they do not.
SETS = ("15,45,90", "10,20+3", "months:3", "months:2+5", "200")


@pytest.mark.parametrize("kept", SETS)
def test_the_cubes_tell_the_buckets_apart_that_they_are_made_for(kept):
    engine = build(EVERY_DAY, Policy(buckets=Dated.always(kept)))
    for written in (kept, str(DEFAULT), "7,14"):
        buckets = Buckets.of_text(written)
        bounds = DEFAULT.bounds | Buckets.of_text(kept).bounds
        ledger = Ledger(date(2026, 6, 30), buckets=buckets, kept=bounds).history(33)
        statement = ledger.statement(METRICS["aging"])
        assert ("month_items" in statement.sql) == (written != "7,14")
        slow = answer(engine, "aging", replace(ledger, cubes=False)).to_pylist()
        alike(answer(engine, "aging", ledger).to_pylist(), slow)


@checked(16)
@given(st.data())
def test_every_metric_says_the_same_from_the_cubes_and_from_the_rows(data):
    world = data.draw(worlds())
    engine = build(world)
    rows = 0
    for name in METRICS:
        ledger, by = data.draw(questions(world))
        slow = answer(engine, name, replace(ledger, cubes=False), by).to_pylist()
        alike(answer(engine, name, ledger, by).to_pylist(), slow)
        rows += len(slow)
    event(f"about {round(rows, -1)} rows compared")


#: What pages ask besides metrics, of relations that cubes know.
LISTS = (customers, names, first_sale, lateness, open_balance)


@checked(6)
@given(st.data())
def test_every_list_says_the_same_from_the_cubes_and_from_the_rows(data):
    world = data.draw(worlds())
    engine = build(world)
    for listed in LISTS:
        ledger = replace(data.draw(questions(world))[0], days=())
        asked = [listed(replace(ledger, cubes=cubes)) for cubes in (True, False)]
        fast, slow = (
            engine.query(f"select * from ({s.sql}) as listed order by all", s.parameters)
            for s in asked
        )
        assert fast.schema == slow.schema
        alike(fast.to_pylist(), slow.to_pylist())

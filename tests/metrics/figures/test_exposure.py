"""Limits that customers share, currencies, and room that is never netted."""

from datetime import date
from decimal import Decimal

import pytest

from data.store.engine import DuckDBEngine
from data.workspace.subjects.agreed import Limit
from metrics.asking.ledger import Ledger
from metrics.asking.limits import Standing
from metrics.catalogue import answer
from metrics.lists.customers import ROOM, customers
from tests.ledgers import customer, derived, invoice
from tests.telling import Telling

DAY = date(2025, 3, 31)


@pytest.fixture(scope="module")
def engine():
    """A head with a limit of 500 whose granddaughter owes 900, and three on their own."""
    return DuckDBEngine(
        derived(
            [
                invoice("I1", "D2", "2025-01-05", "900.00", due="2025-02-04"),
                invoice("I2", "ALONE", "2025-03-01", "100.00", due="2025-03-31"),
                invoice("I3", "ALONE", "2025-03-01", "200.00", due="2025-03-31", currency="USD",
                        rate="1"),
                invoice("I4", "OVER", "2025-03-01", "150.00", due="2025-03-31"),
                invoice("I5", "FREE", "2025-03-01", "70.00", due="2025-03-31"),
            ],
            customers=[
                customer("HEAD", credit_limit="500", country="BE"),
                customer("D1", parent_id="HEAD", country="NL"),
                customer("D2", parent_id="D1", country="NL"),
                customer("ALONE", credit_limit="1000", country="BE"),
                customer("OVER", credit_limit="100", country="NL"),
                customer("FREE", country="FR"),
            ],
        )
    )  # fmt: skip


def exposure(engine, by="total", **where):
    rows = answer(engine, "exposure", Ledger(DAY, where), (by,)).to_pylist()
    names = ("exposure", "headroom", "excess", "customers_over", "without_limit")
    return {row[by]: tuple(row[name] for name in names) for row in rows}


def test_a_groups_limit_counts_its_daughters(engine):
    found = exposure(engine, "customer")
    assert found["HEAD"] == (0, -400, 400, 1, 0)
    # they have no limit of their own, and no room under that of the head
    assert found["D2"] == (900, -400, None, 1, 0)
    assert found["D1"] == (0, -400, None, 1, 0)
    assert found["FREE"] == (70, None, None, 0, 70)


def test_a_limit_that_ended_covers_nothing_in_a_history(engine):
    told = Telling()
    told.say("FREE", Limit(Decimal(10), "EUR", date(2025, 3, 15)), "2025-03-02")
    days = (date(2025, 3, 10), DAY)
    asked = Ledger(DAY, said=told.said(engine, DAY), days=days)
    rows = answer(engine, "exposure", asked).to_pylist()
    assert [(r["as_of"], r["without_limit"]) for r in rows] == [(days[0], 0), (DAY, 70)]


def test_room_is_never_netted_with_what_is_over(engine):
    assert exposure(engine)["total"] == (1420, 700, 450, 4, 70)


def test_who_is_filtered_by_a_currency_is_counted_in_all(engine):
    assert exposure(engine, currency=("USD",))["total"] == (300, 700, 0, 0, 0)
    assert exposure(engine, "currency")["USD"] == (200, None, None, 0, 0)
    assert sum(e for e, *_rest in exposure(engine, "currency").values()) == 1420


def test_nobody_has_a_limit_for_one_branch(engine):
    assert exposure(engine, branch=("",))["total"] == (1420, None, None, 0, 70)


def test_room_that_daughters_share_counts_once():
    made = DuckDBEngine(
        derived(
            [invoice("I1", "D1", "2025-03-01", "100.00", due="2025-03-31")],
            customers=[
                customer("HEAD", credit_limit="1000"),
                customer("D1", parent_id="HEAD", credit_limit="300"),
                customer("D2", parent_id="HEAD"),
            ],
        )
    )
    found = exposure(made, "customer")
    assert (found["HEAD"][1], found["D1"][1], found["D2"][1]) == (900, 200, 900)
    assert exposure(made)["total"][1] == 900
    assert exposure(made, customer=("D1", "D2"))["total"][1] == 900
    assert exposure(made, customer=("D1",))["total"][1] == 200


def room_of(engine, shown):
    """Return the room of the customers of the list for which `shown` holds, as a total has it."""
    listed = customers(Ledger(DAY))
    sql = f"""with listed as (select * from ({listed.sql}) as every_one where {shown})
        select {ROOM} as room"""
    return engine.query(sql, listed.parameters).to_pylist()[0]["room"]


@pytest.mark.parametrize(
    ("shown", "room"),
    [
        ("1 = 1", 900),
        ("customer <> 'HEAD'", 700),  # whose room it is, is not among them
        ("customer in ('D1', 'D2')", 400),
        ("customer in ('G1', 'G2')", 300),  # one limit between the two and the head's
        ("customer in ('G1', 'G2', 'D2')", 400),
        ("customer = 'OWN'", 300),
        ("customer = 'FREE'", None),
        ("customer = 'NOBODY'", None),
    ],
)
def test_the_room_of_a_list_is_that_of_the_rows_shown(shown, room):
    """Whoever is filtered away takes along nothing that the others may still use."""
    made = DuckDBEngine(
        derived(
            [invoice("I1", "D2", "2025-03-01", "200.00", due="2025-03-31"),
             invoice("I2", "FREE", "2025-03-01", "50.00", due="2025-03-31")],
            customers=[
                customer("HEAD", credit_limit="800"),
                customer("D1", parent_id="HEAD", credit_limit="300"),
                customer("G1", parent_id="D1"),
                customer("G2", parent_id="D1", credit_limit="1000"),
                customer("D2", parent_id="HEAD", credit_limit="300"),
                customer("OWN", credit_limit="300"),
                customer("FREE"),
            ],
        )
    )  # fmt: skip
    assert room_of(made, shown) == room
    if "NOBODY" not in shown:
        everybody = "(select customer_id as customer from customers)"
        names = made.query(f"select customer from {everybody} where {shown}", {})
        who = tuple(row["customer"] for row in names.to_pylist())
        assert exposure(made, customer=who)["total"][1] == room


def test_companies_that_own_each_other_share_their_limits():
    made = DuckDBEngine(
        derived(
            [invoice("I1", "A", "2025-03-01", "100.00", due="2025-03-31")],
            customers=[customer("A", parent_id="B", credit_limit="300"),
                       customer("B", parent_id="A")],
        )
    )  # fmt: skip
    assert exposure(made)["total"] == (100, 200, 0, 0, 0)


def test_the_list_of_customers_has_the_limit_that_binds(engine):
    statement = customers(Ledger(DAY))
    rows = {r["customer"]: r for r in engine.query(statement.sql, statement.parameters).to_pylist()}
    assert (rows["D2"]["headroom"], rows["D2"]["limit_holder"]) == (-400, "HEAD")
    assert (rows["D2"]["own_headroom"], rows["HEAD"]["own_headroom"]) == (None, -400)
    assert room_of(engine, "1 = 1") == 700
    usd = customers(Ledger(DAY, {"currency": ("USD",)}))
    (only,) = engine.query(usd.sql, usd.parameters).to_pylist()
    assert (only["receivables"], only["headroom"]) == (200, 700)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(DAY, overdue=30), {"D2"}),
        (Standing(DAY, overdue=55), set()),
        (Standing(DAY, limit=("over",)), {"D2", "OVER"}),
        (Standing(DAY, limit=("none",)), {"FREE"}),
        (Standing(DAY, limit=("over", "none"), overdue=0), {"D2"}),
        (Standing(date(2025, 1, 31), limit=("over",)), {"D2"}),
    ],
)
@pytest.mark.parametrize("cubes", [True, False])
@pytest.mark.parametrize("history", [1, 6])
def test_customers_can_be_chosen_by_how_they_stand(engine, standing, expected, cubes, history):
    ledger = Ledger(DAY, standing=standing, cubes=cubes)
    asked = ledger.history(history) if history > 1 else ledger
    rows = answer(engine, "receivables", asked, ("customer",)).to_pylist()
    assert {r["customer"] for r in rows if r["as_of"] == DAY} == expected
    for name in ("dso", "aging", "payment_speed", "sales", "exposure", "payment_curve"):
        assert answer(engine, name, asked).column_names
    held = answer(engine, "exposure", asked).to_pylist()
    owed, exposed = (
        sum(r[name] for r in found if r["as_of"] == DAY)
        for found, name in ((rows, "receivables"), (held, "exposure"))
    )
    assert owed == exposed


def test_what_customers_cannot_stand_like_is_refused():
    with pytest.raises(ValueError, match="known are: over, none"):
        Standing(DAY, limit=("tall",))
    with pytest.raises(ValueError, match="give 0 to"):
        Standing(DAY, overdue=-1)

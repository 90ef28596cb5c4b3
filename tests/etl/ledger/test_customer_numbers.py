"""Numbers that lost the zeros in front of them belong to the customers that kept theirs."""

from decimal import Decimal

import duckdb
import pytest

from etl.ledger.customer_numbers import restored
from etl.ledger.derive import Settings, derive
from tests.ledgers import customer, invoice, payment, stage

D = Decimal
SOLD = [
    invoice("F1", "000123", "2026-01-05", 100),
    invoice("F2", "000012", "2026-01-15", 200),
    invoice("F3", "100000", "2026-01-16", 50),
]


def owed(*files):
    """Return what each customer owes, and the notes; a file is (documents, customers)."""
    c = duckdb.connect(config={"threads": 1})
    for number, (documents, customers) in enumerate(files, 1):
        stage(c, documents, customers=customers, file_id=number, name=f"{number}.csv", assume=True)
    derive(c, Settings("EUR"))
    found = c.execute(
        "select customer_id, customer_name, coalesce(sum(o.amount), 0) from customers"
        " left join open_items as o on o.customer = customer_id and o.closed_on is null"
        " group by all order by all"
    ).fetchall()
    return {n: (name, D(amount)) for n, name, amount in found}, restored(c)


def test_payments_without_zeros_pay_whole_numbers():
    paid = [payment("P1", "123", "2026-02-01", 100), payment("P2", "12", "2026-02-01", 50)]
    named = [customer("123", customer_name="Acme"), customer("12", customer_name="Bolt")]
    found, notes = owed((SOLD, ()), (paid, ()), ((), named))
    assert found == {
        "000012": ("Bolt", D(150)), "000123": ("Acme", D(0)), "100000": ("100000", D(50)),
    }  # fmt: skip
    assert [file_id for file_id, _ in notes] == [2, 3]
    assert notes[0][1].values == {
        "count": 2, "file": "1.csv", "example": "12", "whole": "000012"}  # fmt: skip


def test_parents_are_whole_too():
    named = [
        customer("123", customer_name="Acme", parent_id="12"), customer("12", customer_name="Bolt"),
    ]  # fmt: skip
    c = duckdb.connect(config={"threads": 1})
    stage(c, SOLD, file_id=1)
    stage(c, (), customers=named, file_id=2)
    derive(c, Settings("EUR"))
    groups = dict(c.execute("select customer_id, customer_group from customers").fetchall())
    assert groups == {"000123": "000012", "000012": "000012", "100000": "100000"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            ([invoice("F9", "123", "2026-02-01", 9), invoice("F8", "0123", "2026-02-01", 9)], ()),
            id="a file that pads otherwise",
        ),
        pytest.param(
            (
                [invoice("F9", "123", "2026-02-01", 9)],
                [customer("123", customer_name="Another one altogether")],
            ),
            id="other names",
        ),
        pytest.param(
            ([invoice(f"F{n}", str(n), "2026-02-01", 9) for n in range(123, 130)], ()),
            id="few numbers meet",
        ),
        pytest.param(
            ([invoice("F9", "123", "2026-02-01", 9), invoice("F8", "000123", "2026-02-01", 9)], ()),
            id="both spellings in one file",
        ),
    ],
)
def test_customers_that_are_others_stay_apart(other):
    named = [
        customer("000123", customer_name="Acme"), customer("000012", customer_name="Bolt"),
    ]  # fmt: skip
    found, notes = owed((SOLD, named), other)
    assert "123" in found
    assert notes == []

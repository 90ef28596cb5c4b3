"""A part of a state: the customers of one reader, and nothing of anybody else."""

from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from data.core.rights import Scope
from data.store.schema import TABLES
from data.store.state import Store
from data.store.within import within
from metrics.asking.ledger import Ledger
from metrics.catalogue import METRICS, answer
from tests.ledgers import customer, invoice, match, payment, publish
from tests.pages import LAST, small_company

D = Decimal


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("small")).current()


def rows(state, sql):
    return state.engine.query(sql).to_pylist()


@pytest.mark.parametrize(
    ("where", "who"),
    [
        ({"salesperson": ("Anna",)}, {"C1", "C3"}),
        ({"country": ("BE",)}, {"C1", "C4"}),
        ({"salesperson": ("Anna",), "country": ("BE", "NL")}, {"C1"}),
        ({"customer_group": ("C2",)}, {"C2"}),
        ({"salesperson": ("",)}, {"C5"}),
        ({"salesperson": ("Nobody",)}, set()),
        ({"salesperson": ("' or 1=1 --",)}, set()),
    ],
)
def test_it_holds_its_customers_in_every_table(state, where, who):
    part = within(state, Scope.of(where))
    assert part.engine.customers == who
    for table in TABLES.values():
        named = {"customer", "customer_id"} & {c.name for c in table.columns}
        if not named or table.name.startswith(("staged", "month", "market")):
            continue
        found = rows(part, f"select distinct {named.pop()} as who from {table.name}")
        assert {r["who"] for r in found} <= who, table.name
    keys = {r["document_key"] for r in rows(part, "select document_key from documents")}
    for pair in rows(part, "select debit_key, credit_key from matches"):
        assert set(pair.values()) <= keys


def test_nothing_else_is_reached_by_any_name(state):
    part = within(state, Scope.of({"salesperson": ("Anna",)}))
    with pytest.raises(Exception, match="could not be computed"):
        part.engine.query("select * from staged_documents")
    with pytest.raises(Exception, match="could not be computed"):
        part.engine.query("select * from month_items")
    about = rows(part, "select documents, ledger_balance, report from about")[0]
    [whole] = rows(part, "select count(*) as n, sum(amount) as amount from documents")
    assert about == {
        "documents": whole["n"], "ledger_balance": whole["amount"], "report": "{}"
    }  # fmt: skip


def rounded(table):
    """Return rows whose floats are alike where sums ran in another order."""
    return [
        {k: round(v, 9) if isinstance(v, float) else v for k, v in row.items()}
        for row in table.to_pylist()
    ]


@pytest.mark.parametrize("name", METRICS)
def test_every_figure_is_that_of_these_customers(state, name):
    """It is what the whole state says under a filter on them."""
    part = within(state, Scope.of({"salesperson": ("Anna",)}))
    since = LAST.replace(year=LAST.year - 1) if METRICS[name].compares else None
    ledger = Ledger(LAST, since=since)
    filtered = replace(ledger, where={"customer": ("C1", "C3")})
    for by in (("total",), ("country",), ("customer",)):
        told = answer(part.engine, name, ledger, by)
        assert rounded(told) == rounded(answer(state.engine, name, filtered, by)), by


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    """A mother and daughter of two salespeople, and one customer of both of the own companies."""
    documents = [
        invoice("F1", "M", "2026-01-05", 100, ledger="north"),
        invoice("F2", "D", "2026-01-06", 200, ledger="north"),
        invoice("F3", "X", "2026-01-07", 400, ledger="north"),
        invoice("F4", "X", "2026-01-08", 800, ledger="south"),
        invoice("F5", "Y", "2026-01-08", 50, ledger="south"),
        payment("P5", "Y", "2026-02-08", 50, ledger="south"),
    ]
    customers = [
        customer("M", salesperson="Ann", credit_limit=1000),
        customer("D", salesperson="Bob", credit_limit=500, parent_id="M"),
        customer("X", salesperson="Ann", credit_limit=2000),
        customer("Y", salesperson="Bob", credit_limit=70),
    ]
    return publish(
        tmp_path_factory.mktemp("groups"), documents, [match("F5", "P5")], customers
    ).current()


def limits(state):
    found = rows(state, "select customer_id, credit_limit from customers order by 1")
    return {r["customer_id"]: r["credit_limit"] for r in found}


def test_a_limit_that_others_use_as_well_is_not_known(groups):
    assert limits(within(groups, Scope.of({"salesperson": ("Ann",)}))) == {
        "M": None, "X": D(2000)
    }  # fmt: skip
    assert limits(within(groups, Scope.of({"customer_group": ("M",)}))) == {
        "M": D(1000), "D": D(500)
    }  # fmt: skip


def test_a_company_of_the_own_group_has_its_books_only(groups):
    south = within(groups, Scope.of({"company": ("south",)}))
    assert rows(south, "select sum(amount) as open from open_items where closed_on is null") == [
        {"open": D(800)}
    ]
    assert limits(south) == {"X": None, "Y": D(70)}
    assert south.engine.shared == {"X"}


def test_it_stays_when_the_state_is_read_by_others(tmp_path):
    store = small_company(tmp_path)
    part = within(store.current(), Scope.of({"country": ("BE",)}))
    assert Store(tmp_path).current().engine.query("select 1 as x").num_rows == 1
    with duckdb.connect(str(store.current().path), read_only=True) as other:
        assert other.execute("select count(*) from documents").fetchone() > (0,)
    assert part.engine.query("select count(*) as n from documents").to_pylist()[0]["n"] > 0

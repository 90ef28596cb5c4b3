"""Dimensions that documents carry: paths, those of one's own, whose books they are."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest

from dashboards.base.filters import parse, read_options
from data.core.dimensions import COLUMNS
from data.store.engine import DuckDBEngine
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.promise import Promise
from etl.ledger.derive import Settings, derive, write_about
from metrics.asking.ledger import Ledger
from metrics.asking.own import columns_of, filters_of, own_names, renamed
from metrics.catalogue import METRICS, answer
from metrics.lists.customers import customers
from tests.ledgers import customer, derived, invoice, publish, stage
from tests.telling import Telling

D = Decimal
DAY = date(2025, 12, 31)


@pytest.fixture
def engine(tmp_path):
    store = publish(
        tmp_path,
        [
            invoice("F1", "A", "2025-01-01", 100, territory="Europe>Benelux > Belgium", branch="N"),
            invoice("F2", "A", "2025-01-02", 20, territory="Europe > Benelux", branch="S"),
            invoice("F3", "B", "2025-01-03", 3, company="Ours BV"),
            invoice("F4", "C", "2025-01-04", "0.40", territory="Europe > Beneluxe"),
        ],
        customers=[customer("A", credit_limit=500), customer("B", territory="Europe > France")],
    )
    return store.current().engine


def owed(engine, **where):
    table = answer(engine, "receivables", Ledger(DAY, filters_of(engine, where)))
    return sum((row["receivables"] for row in table.to_pylist()), D(0))


@pytest.mark.parametrize(
    ("territory", "amount"),
    [
        (("Europe",), "123.40"),
        (("Europe > Benelux",), "120"),
        (("Europe > Benelux > Belgium",), "100"),
        (("Europe > France", "Europe > Benelux > Belgium"), "103"),
        (("Asia",), "0"),
        (("",), "0"),
    ],
)
def test_a_parent_includes_what_lies_below_it(engine, territory, amount):
    assert owed(engine, territory=territory) == D(amount)
    options = read_options(engine)
    if set(territory) <= set(options.values["territory"]):
        chosen = parse("?" + "&".join(f"territory={t}" for t in territory), options).where(options)
        rows = answer(engine, "receivables", Ledger(DAY, chosen)).to_pylist()
        assert sum((row["receivables"] for row in rows), D(0)) == D(amount)


def test_a_limit_is_not_one_branchs(engine):
    whole, part = (
        answer(engine, "exposure", Ledger(DAY, where)).to_pylist()[0]
        for where in ({}, {"branch": ("N",)})
    )
    assert (whole["credit_limit"], whole["headroom"]) == (D(500), D(380))
    assert (part["exposure"], part["credit_limit"], part["headroom"]) == (D(100), None, None)
    split = answer(engine, "exposure", Ledger(DAY), ("branch",)).to_pylist()
    assert [(r["branch"], r["exposure"], r["credit_limit"]) for r in split] == [
        ("", D("3.40"), None),
        ("N", D(100), None),
        ("S", D(20), None),
    ]
    listed = customers(Ledger(DAY, {"branch": ("N",)}))
    rows = engine.query(listed.sql, listed.parameters).to_pylist()
    assert [(r["customer"], r["receivables"], r["credit_limit"]) for r in rows] == [
        ("A", D(100), None)
    ]


def test_the_total_is_no_filter(engine):
    with pytest.raises(ValueError, match="'total' is no filter"):
        filters_of(engine, {"total": ("x",)})


def test_a_currency_lists_who_is_invoiced_in_it_with_the_limit_on_all_it_owes(tmp_path):
    published = publish(
        tmp_path,
        [
            invoice("F1", "A", "2025-01-01", 100),
            invoice("F2", "A", "2025-01-02", 50, currency="USD", rate=2),
            invoice("F3", "B", "2025-01-03", 7),
        ],
        customers=[customer("A", credit_limit=500), customer("B", credit_limit=60)],
    )
    engine = published.current().engine

    def listed(*currencies):
        for cubes in (True, False):
            asked = customers(Ledger(DAY, {"currency": currencies}, cubes=cubes))
            rows = engine.query(asked.sql, asked.parameters).to_pylist()
            yield sorted((r["customer"], r["receivables"], r["credit_limit"]) for r in rows)

    dollars = [("A", D(100), D(500))]
    euros = [("A", D(100), D(500)), ("B", D(7), D(60))]
    assert list(listed("USD")) == [dollars, dollars]
    assert list(listed("EUR")) == [euros, euros]
    both = [("A", D(200), D(500)), ("B", D(7), D(60))]
    assert list(listed("USD", "EUR")) == [both, both]
    split = answer(engine, "exposure", Ledger(DAY, {"currency": ("USD",)}), ("currency",))
    assert [(r["currency"], r["exposure"], r["credit_limit"]) for r in split.to_pylist()] == [
        ("USD", D(100), None)
    ]


def test_the_company_is_whose_books_they_are():
    documents = [
        invoice("F1", "A", "2025-01-01", 1),
        invoice("F2", "A", "2025-01-02", 2, company="X"),
    ]
    connection = derived(documents, ledger="fec:987650007")
    found = connection.execute("select document_id, company from documents order by 1").fetchall()
    assert found == [("F1", "987650007"), ("F2", "X")]


def test_names_of_ones_own_are_the_same_over_files():
    connection = duckdb.connect()
    said = [{"own_1": "channel"}, {"own_1": "season", "own_2": "channel"}]
    values = [{"own_1": "web"}, {"own_1": "spring", "own_2": "shop"}]
    for number, (names, row) in enumerate(zip(said, values, strict=True), 1):
        stage(
            connection,
            [invoice(f"F{number}", "A", "2025-01-01", 10 * number, **row)],
            file_id=number,
            settings=json.dumps({"own_dimensions": json.dumps(names)}),
        )
    derive(connection, Settings("EUR"))
    write_about(connection, Settings("EUR"), datetime(2026, 1, 1, tzinfo=UTC), "{}")
    engine = DuckDBEngine(connection)
    assert own_names(engine) == {"own_1": "channel", "own_2": "season"}
    by = columns_of(engine, ("channel", "season"))
    rows = renamed(engine, answer(engine, "receivables", Ledger(DAY), by)).to_pylist()
    assert [(r["channel"], r["season"], r["receivables"]) for r in rows] == [
        ("shop", "spring", D(20)),
        ("web", "", D(10)),
    ]
    with pytest.raises(ValueError, match=r"'colour' is no dimension.*channel, season"):
        columns_of(engine, ("colour",))


@pytest.mark.parametrize("name", [n for n, metric in METRICS.items() if not metric.compares])
def test_every_metric_is_split_by_every_dimension_also_where_much_was_said(engine, name):
    told = Telling()
    told.say("A", Limit(D(50), "EUR", DAY), "2025-06-01")
    told.say("A", Terms(20, DAY), "2025-01-01")
    told.say("A", Promise(D(20), "EUR", DAY), "2025-06-01", ["F1"])
    told.say("A", Dispute(D(20), "EUR", "price", "Sales"), "2025-06-01")
    asked = Ledger(DAY, said=told.said(engine, DAY))
    metric = METRICS[name]
    for by in ("total", *(d.name for d in COLUMNS)):
        table = answer(engine, name, asked, (by,))
        assert by in table.column_names
        for which in metric.rows:
            statement = asked.rows(metric, which, {by: "EUR"} if by != "total" else {})
            rows = engine.query(statement.sql, statement.parameters)
            assert len(set(rows.column_names)) == len(rows.column_names), (by, which)

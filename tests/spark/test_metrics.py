"""Every metric says the same on both engines, to the cent, over a company and random ledgers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from data.core.errors import EngineError
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.promise import Promise
from metrics import catalogue
from metrics.asking.ledger import Ledger
from metrics.catalogue import METRICS
from tests.spark.books import Both
from tests.telling import OF_MEMORY, Telling

MID_MONTH, MONTH_END = date(2025, 2, 17), date(2025, 3, 31)
#: what is asked, and the groups: each random ledger is a handful of customers of its own
QUESTIONS = {
    "a day, by customer": (Ledger(MID_MONTH), ("customer", "currency")),
    "a month-end, by issue day, under filters": (
        Ledger(MONTH_END, {"country": ("BE", ""), "salesperson": ("Ann", "Anna", "Cem", "")},
               months=5, basis="issued"),
        ("total",),
    ),
    "a history, by sector": (
        Ledger(MID_MONTH, {"segment": ("retail", "shop", "")}).history(4),
        ("sector_division", "country"),
    ),
}  # fmt: skip
_TYPES = {"money": pa.decimal128(18, 2), "count": pa.int64(), "text": pa.string()}


ASKED = [
    (name, question)
    for name in METRICS
    for question in QUESTIONS
    # sales and payments know no other basis
    if name in ("receivables", "aging", "dso") or "issue day" not in question
    # what nests too deep is refused there
    if not METRICS[name].nested
]


@pytest.mark.parametrize(("name", "question"), ASKED)
def test_both_engines_say_the_same(both: Both, name, question):
    metric = METRICS[name]
    ledger, by = QUESTIONS[question]
    statement = ledger.statement(metric, by)
    answers = both.agree(statement.sql, statement.parameters)
    assert answers[0].num_rows > 0 or name in OF_MEMORY
    for answer in answers:
        assert answer.schema.field("as_of").type == pa.date32()
        for field in metric.fields:
            if field.unit in _TYPES:
                assert answer.schema.field(field.name).type == _TYPES[field.unit], field.name


@pytest.mark.parametrize("undisputed", [False, True])
def test_what_was_said_is_read_on_both(both: Both, undisputed):
    told = Telling()
    for customer in ("C1", "C3", "C5"):
        told.say(customer, Limit(Decimal(700), "EUR", MONTH_END), "2025-01-15")
        told.say(customer, Terms(45), "2025-01-10")
        told.say(customer, Promise(Decimal(900), "EUR", MID_MONTH), "2025-01-20")
        number = told.say(customer, Dispute(Decimal("99.95"), "EUR", "price"), "2025-02-01")
        told.say(customer, Settled(number, "paid"), "2025-02-20")
        gone = told.say(customer, Dispute(Decimal(10), "EUR", "price"), "2025-02-02", ["F0003"])
        told.take_back(gone, "2025-03-15")
    said = told.said(both.duckdb, MONTH_END)
    asked = Ledger(MID_MONTH, said=said, undisputed=undisputed)
    # a cluster takes its time: what reads the memory tells enough
    for name in ("receivables",) if undisputed else (*OF_MEMORY, "disputes", "terms"):
        statement = asked.statement(METRICS[name], ("country",))
        assert both.agree(statement.sql, statement.parameters)[0].num_rows, name


def test_the_rows_behind_figures_are_the_same(both: Both):
    ledger = Ledger(MID_MONTH, {"sector_division": ("43", "")})
    statements = {
        statement.sql: statement.parameters
        for metric in METRICS.values()
        if not metric.nested
        for which in metric.rows
        for statement in [ledger.rows(metric, which, {"country": "BE"})]
    }
    for sql, parameters in statements.items():
        both.agree(sql, parameters, ordered=False)


def test_no_data_is_no_rows(both: Both):
    statement = Ledger(date(2020, 1, 1)).statement(METRICS["receivables"], ("country",))
    assert both.agree(statement.sql, statement.parameters)[0].num_rows == 0


def test_what_nests_too_deep_is_refused_on_a_cluster(both: Both):
    with pytest.raises(EngineError, match="not computed on a cluster"):
        catalogue.answer(both.spark, "dso_bridge", Ledger(MONTH_END))

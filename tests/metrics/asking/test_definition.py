"""Queries say what they read, and every relation is one of the definition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from metrics import desk
from metrics.asking import definition, shortcut
from metrics.asking.cover import USUAL
from metrics.asking.metric import Query
from metrics.asking.money import OWN
from metrics.asking.tables import DATES
from metrics.catalogue import METRICS
from metrics.lists import aging_cell, cash, customers, dso_groups, lateness, term_leaks
from metrics.review import bridge_items

RELATIONS = {*definition.ROWS, *definition.SUMS, *definition.OTHERS, "days"}
SLOTS = {
    "by": "as_of, total", "groups": "total", "bucket": "''", "matrix": "total", **USUAL.slots,
    **OWN.slots,
}  # fmt: skip


def _queries() -> Iterator[tuple[str, Query]]:
    for metric in METRICS.values():
        yield metric.name, metric.query
        for which, query in metric.rows.items():
            yield f"{metric.name}, {which}", query
    for module in (
        aging_cell, cash, customers, dso_groups, lateness, term_leaks, bridge_items, desk,
    ):  # fmt: skip
        for name, value in vars(module).items():
            if isinstance(value, Query):
                yield f"{module.__name__}.{name}", value


QUERIES = dict(_queries())


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_what_it_says(name):
    query = QUERIES[name]
    tree = sqlglot.parse_one(query.text.format_map(SLOTS), read="duckdb")
    read = {table.name for table in tree.find_all(exp.Table)} & RELATIONS
    assert read - set(query.tables) == set(query.reads)
    named = {column.name for column in tree.find_all(exp.Column)} & set(DATES)
    assert named - {"as_of"} == set(query.windows)


def test_what_a_query_calls_its_own_tables_is_no_relation():
    assert {t for query in QUERIES.values() for t in query.tables} & RELATIONS == set()


def test_every_relation_is_explained_and_read():
    assert definition.__doc__ is not None
    explained = {line.split()[0] for line in definition.__doc__.splitlines() if line[:4] == " " * 4
                 and line[4:5].strip()}  # fmt: skip
    assert explained == RELATIONS
    readers = defaultdict(list)
    for name, query in QUERIES.items():
        for relation in query.reads:
            readers[relation].append(name)
    assert set(readers) == RELATIONS


def test_a_shortcut_is_of_something_that_is_defined():
    assert set(shortcut.SHORTCUTS) <= {*definition.SUMS, *definition.OTHERS}
    assert set(definition.SUMS) <= set(shortcut.SHORTCUTS)

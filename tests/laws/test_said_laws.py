"""The laws of what people said, over random ledgers and the whole catalogue."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core import dimensions
from data.workspace.subjects.agreed import Limit
from data.workspace.subjects.dispute import Dispute
from metrics.asking.ledger import Ledger
from metrics.asking.limits import Standing
from metrics.catalogue import METRICS, answer
from tests.depth import checked
from tests.laws.test_metric_laws import TWO, alike
from tests.random_ledgers import build, days_of, worlds
from tests.telling import Telling, tellings

SPLITS = ("total", *(d.name for d in dimensions.COLUMNS))


def ask(engine, name: str, ledger: Ledger, by: tuple[str, ...] = ("total",)) -> list[dict]:
    return answer(engine, name, ledger, by).to_pylist()


@checked(8)
@given(st.data())
def test_what_is_said_and_taken_back_leaves_every_figure_as_before(data):
    world = data.draw(worlds())
    engine, told, day = build(world), data.draw(tellings(world)), data.draw(days_of(world))
    for line in told.lines:
        if line.taken_back is None:
            told.take_back(line.id, line.said_on)
    told.lines = [
        replace(line, taken_back=replace(line.taken_back, said_on=min(line.said_on, day)))
        for line in told.lines
        if line.taken_back is not None
    ]
    by = (data.draw(st.sampled_from(SPLITS)),)
    standing = data.draw(st.sampled_from((None, ("over",), ("none",))))
    for name in METRICS:
        for undisputed in (False, True):
            said = told.said(engine, data.draw(days_of(world)))
            asked = Ledger(day, undisputed=undisputed)
            if standing:
                asked = replace(asked, standing=Standing(day, None, standing))
            stood = asked.standing and replace(asked.standing, said=said)
            then = replace(asked, said=said, standing=stood)
            alike(ask(engine, name, then, by), ask(engine, name, asked, by))


@checked(8)
@given(st.data())
def test_a_past_day_shows_what_was_said_by_then(data):
    """What is said, settled or taken back on a later day changes no figure of the day."""
    world = data.draw(worlds())
    engine, told, day = build(world), data.draw(tellings(world)), data.draw(days_of(world))
    then = Telling()
    then.lines = [
        replace(
            line,
            taken_back=line.taken_back
            if line.taken_back and line.taken_back.said_on <= day
            else None,
        )
        for line in told.lines
        if line.said_on <= day
    ]
    by = (data.draw(st.sampled_from(SPLITS)),)
    later = day + timedelta(days=1)
    for name in METRICS:
        asked = Ledger(day, undisputed=data.draw(st.booleans()))
        found = ask(engine, name, replace(asked, said=told.said(engine, later)), by)
        alike(found, ask(engine, name, replace(asked, said=then.said(engine, day)), by))


@checked(8)
@given(st.data())
def test_a_history_is_the_single_days_also_of_what_is_said(data):
    """Limits that end, disputes that are settled: what holds on one day changes no other."""
    world = data.draw(worlds())
    engine, told = build(world), data.draw(tellings(world))
    days = sorted({*data.draw(st.lists(days_of(world), max_size=2)), data.draw(days_of(world))})
    said, by = (
        told.said(engine, data.draw(st.sampled_from(days))),
        data.draw(st.sampled_from(SPLITS)),
    )
    asked = Ledger(days[-1], said=said, undisputed=data.draw(st.booleans()))
    for name, metric in METRICS.items():
        if not metric.compares:
            rows = ask(engine, name, replace(asked, days=tuple(days)), (by,))
            alike(rows, [r for day in days for r in ask(engine, name, asked.at(day), (by,))])


@checked(10)
@given(st.data())
def test_a_figure_is_what_is_left_without_what_is_disputed_and_that(data):
    world = data.draw(worlds())
    engine, told, day = build(world), data.draw(tellings(world)), data.draw(days_of(world))
    said, by = told.said(engine, day), (data.draw(st.sampled_from(SPLITS)),)
    whole = Ledger(day, said=said)
    left = replace(whole, undisputed=True)
    key = by[0]
    disputed = {r[key]: r["disputed"] for r in ask(engine, "disputes", left, by)}
    figures = (
        ("receivables", "receivables"), ("dso", "receivables"), ("exposure", "exposure"),
        ("collection_effectiveness", "closing"), ("aging", "amount"),
    )  # fmt: skip
    for name, field in figures:
        sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for place, ledger in enumerate((whole, left)):
            for row in ask(engine, name, ledger, by):
                sums[row[key]][place] += row[field]
        for group, (all_of_it, without) in sums.items():
            assert all_of_it == without + disputed.get(group, 0), (name, group)
    # what is listed is what is counted
    listed = left.rows(METRICS["receivables"])
    rows = engine.query(listed.sql, listed.parameters).to_pylist()
    without = sum(r["receivables"] for r in ask(engine, "receivables", left))
    assert sum((r["amount"] for r in rows), Decimal(0)) == without


@checked(6)
@given(st.data())
def test_the_bridge_is_between_the_figures_that_are_shown(data):
    world = data.draw(worlds())
    engine, told, day = build(world), data.draw(tellings(world)), data.draw(days_of(world))
    asked = Ledger(day, said=told.said(engine, day), undisputed=True)
    for row in ask(engine, "dso_bridge", asked):
        if not row["missing"]:
            (dso,) = ask(engine, "dso", asked)
            assert row["after"] == pytest.approx(dso["rolling_3m"], abs=1e-9)
            causes = ("mix", "timing", "terms", "lateness", "unapplied", "without_sales")
            change = sum(row[name] for name in causes)
            assert change == pytest.approx(row["after"] - row["before"], abs=1e-6)


def test_a_statement_with_what_was_said_can_be_run_as_it_is_written():
    """What a reader copies holds the lines that it reads, and says the same."""
    engine, told, day = build(TWO), Telling(), date(2025, 3, 31)
    told.say("A", Limit(Decimal(700), "EUR"), "2025-03-01", who="O'Hara")
    told.say("B", Dispute(Decimal(50), "EUR", "price"), "2025-03-02", ["B1"])
    ledger = Ledger(day, said=told.said(engine, day), undisputed=True)
    for name, metric in METRICS.items():
        statement = ledger.statement(metric)
        ran = engine.query(statement.as_text()).drop_columns(list(metric.hidden))
        alike(ran.to_pylist(), ask(engine, name, ledger))

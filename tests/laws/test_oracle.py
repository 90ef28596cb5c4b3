"""Every metric against a second computation in plain Python, over random ledgers."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st

from data.core.buckets import DEFAULT
from metrics.asking.ledger import Ledger
from metrics.catalogue import METRICS, answer
from tests import oracle_metrics as oracle
from tests.depth import checked
from tests.oracle_metrics import Book, Question
from tests.oracle_said import Memo
from tests.random_buckets import bucket_sets
from tests.random_ledgers import World, build, days_of, worlds
from tests.telling import tellings


def test_every_metric_has_an_oracle():
    assert set(oracle.METRICS) == set(METRICS)


def same(ours, theirs, where="", most=1.0):
    """Money, counts, days and texts agree exactly; ratios to 1e-9, of `most` where they are
    differences.
    """
    if isinstance(ours, float) and theirs is not None:
        assert math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9 * most), (where, ours, theirs)
    else:
        assert ours == theirs, where


def compare(engine, book: Book, name: str, ledger: Ledger, by: tuple[str, ...]) -> int:
    """Compare one answer with the oracle's, row by row; return the number of rows."""
    table = answer(engine, name, ledger, by)
    fields = [f.name for f in METRICS[name].fields]
    assert table.column_names == ["as_of", *by, *fields]
    rows = table.to_pylist()
    for day in ledger.days or (ledger.as_of,):
        question = Question(
            day, by, ledger.where, ledger.months, ledger.basis, str(ledger.buckets), ledger.since,
            ledger.undisputed, ledger.soon, ledger.matrix, ledger.watched,
        )  # fmt: skip
        expected = oracle.answer(book, name, question)
        wanted = [
            (key, row)
            for key in sorted(expected)
            for row in expected[key]
        ]  # fmt: skip
        found = [r for r in rows if r["as_of"] == day]
        assert [tuple(r[b] for b in by) for r in found] == [k for k, _ in wanted], (name, day, by)
        for ours, (key, theirs) in zip(found, wanted, strict=True):
            most = max(1.0, *(abs(v) for v in theirs.values() if isinstance(v, float)), 1.0)
            for field in fields:
                same(ours[field], theirs[field], (name, day, key, field), most)
    return len(rows)


@st.composite
def questions(draw: st.DrawFn, world: World) -> tuple[Ledger, tuple[str, ...]]:
    dimensions = ("total", *oracle.DIMENSIONS)
    by = draw(
        st.one_of(
            st.just(("total",)),
            st.lists(st.sampled_from(dimensions), min_size=1, max_size=2, unique=True).map(tuple),
        )
    )
    book = Book(world)
    where = {}
    for name in draw(st.lists(st.sampled_from(oracle.DIMENSIONS), max_size=2, unique=True)):
        known = sorted({d.dims[name] for d in book.docs} | {"", "nobody"})
        where[name] = tuple(
            draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True))
        )
    as_of, since = draw(days_of(world)), draw(st.one_of(st.none(), days_of(world)))
    ledger = Ledger(
        as_of,
        where,
        draw(st.sampled_from((1, 2, 3, 12, 12, 24))),
        basis=draw(st.sampled_from(("due", "issued"))),
        buckets=draw(st.one_of(st.just(DEFAULT), bucket_sets())),
        since=since if since and since < as_of else None,
        undisputed=draw(st.booleans()),
        soon=draw(st.sampled_from((0, 60, 500))),
        matrix=draw(st.sampled_from(("total", "total", "country", "customer"))),
        watched=draw(st.sampled_from((0, 0, 6))),
    )
    others = draw(st.lists(days_of(world), max_size=2))
    if others:
        ledger = replace(ledger, days=tuple(sorted({*others, as_of})))
    return ledger, by


@checked(20)
@given(st.data())
def test_every_metric_agrees_with_the_oracle(data):
    world = data.draw(worlds())
    engine, told, now = build(world), data.draw(tellings(world)), data.draw(days_of(world))
    book, said = Book(world, Memo(told.lines, now, world.documents)), told.said(engine, now)
    rows = 0
    for name in METRICS:
        for _ in range(2):
            ledger, by = data.draw(questions(world))
            ledger = replace(ledger, said=said)
            if METRICS[name].compares:
                ledger = replace(ledger, undisputed=False)
            else:
                ledger = replace(ledger, since=None)
            rows += compare(engine, book, name, ledger, by)
    event(f"about {round(rows, -1)} rows compared")

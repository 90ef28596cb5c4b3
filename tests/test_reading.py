"""How a stranger's plain tables are read: understood, asked about or refused, never guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.reading import NOT_YET, held, known_wrong
from benchmarks.shapes import dialects, kept
from benchmarks.shapes.axes import AXES, SPOILT, UNTOLD, build, shapes, untold
from benchmarks.shapes.judge import (
    ASKED,
    CRASHED,
    RIGHT,
    RIGHTLY_ASKED,
    RIGHTLY_SAID,
    WRONG,
    Judged,
    judge,
)
from benchmarks.shapes.page import told, understood
from benchmarks.shapes.runs import Results, judge_all, pool, shrink
from benchmarks.shapes.shape import Shape
from benchmarks.shapes.write import write
from tests.depth import DEEP, few

COUNT, SEED = (few(300) if DEEP else 60), 11


@pytest.mark.random
@pytest.mark.slow
def test_nothing_is_silently_wrong():
    with pool() as workers:
        judged = list(judge_all(held(COUNT, SEED), workers))
    assert len(judged) == COUNT
    wrong = [told(j) for j in judged if j.outcome in (WRONG, CRASHED)]
    assert not wrong, "\n\n".join(wrong)
    assert sum(j.outcome == RIGHT for j in judged) > COUNT * 0.7, "too little is understood"


def test_a_wrong_figure_is_seen(monkeypatch):
    """The judge can fail: a truth that is a cent off is not the result."""
    from benchmarks.shapes import judge as judging

    def off(shape):
        made = build(shape)
        (right,) = made.right
        owed = {name: cents + 1 for name, cents in right.receivables.items()}
        made.right = (replace(right, receivables=owed),)
        return made

    plain = Shape({}, 5)
    assert judge(plain).outcome == RIGHT
    monkeypatch.setattr(judging, "build", off)
    found = judge(Shape({"order": "columns"}, 5))
    assert found.outcome == WRONG
    assert "receivables" in found.differs[0]
    assert shrink(found).values == {}


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"list": "status", "state": "unknown"}, RIGHTLY_ASKED),
        ({"pollution": "no_header"}, RIGHTLY_ASKED),  # which is refused
        ({"pollution": "short_row"}, RIGHTLY_SAID),
        ({"list": "status", "state": "part", "pollution": "two_tables"}, RIGHTLY_ASKED),
        ({"list": "open_status", "state": "part"}, RIGHT),  # another column says how much
    ],
)
def test_what_a_file_cannot_tell_is_rightly_asked(values, outcome):
    assert judge(Shape(values, 5)).outcome == outcome


def test_what_a_file_cannot_tell_is_said_of_known_values():
    for values, why in UNTOLD:
        assert why
        assert untold(Shape(values, 1)) == why
        assert all(value in AXES[axis] for axis, value in values.items())
    assert untold(Shape({"list": "open_status", "state": "part"}, 1)) == ""
    assert set(SPOILT) < set(AXES["pollution"])


def test_the_page_says_how_much_is_understood_of_what_can_be():
    plain, unknown = {}, {"list": "status", "state": "unknown"}
    outcomes = [(plain, RIGHT), (plain, RIGHT), (plain, ASKED), (unknown, RIGHTLY_ASKED)]
    said = understood(Results([Judged(values, 1, outcome) for values, outcome in outcomes]))
    assert "50.0% of all shapes" in said
    assert "66.7% of the 3" in said


def test_the_same_seed_gives_the_same_files(tmp_path):
    for n, shape in enumerate(shapes(40, 3, {"file": "csv"})):
        (one, *_), (two, *_) = (write(shape, build(shape), tmp_path / f"{n}{x}") for x in "ab")
        assert one.read_bytes() == two.read_bytes()


def test_every_axis_is_tried():
    seen = {axis: set() for axis in AXES}
    for shape in shapes(3000, 5, {}):
        for axis in AXES:
            seen[axis].add(shape[axis])
    for axis, values in AXES.items():
        missing = set(values[1:]) - seen[axis]
        assert axis in ("renamed", "states") or not missing, (axis, missing)


def test_what_is_not_yet_read_names_known_values():
    for values, why in NOT_YET:
        assert why
        for axis, value in values.items():
            assert value == "*" or value in AXES[axis]
        assert known_wrong(Shape({a: AXES[a][-1] if v == "*" else v for a, v in values.items()}, 1))


def test_cells_are_found_in_polluted_files(tmp_path):
    """Those that a reader must not lose, whatever a file looks like."""
    for n, shape in enumerate(dialects.polluted(1, 4)):
        (path, *_) = write(shape, build(shape), tmp_path / str(n))
        cells = dialects.ours(path, tmp_path)
        if not known_wrong(shape):
            assert dialects.right(dialects.wanted(shape), cells), shape.name()


def test_plain_values_come_first_and_are_never_named():
    for shape in shapes(300, 7, {}):
        assert not any(value == AXES[axis][0] for axis, value in shape.values.items())
    assert all(len(set(values)) == len(values) for values in AXES.values())


def test_a_run_goes_on_where_it_ended(tmp_path):
    file = tmp_path / "kept.jsonl"
    every = [Judged({"list": "plain"}, n, RIGHT) for n in range(3)]
    kept.add(file, iter(every[:2]))
    with file.open("a", encoding="utf-8") as open_file:
        open_file.write('{"values": {"li')  # killed while it wrote
    assert [(k.values, k.seed, k.outcome) for k in kept.read(file)] == [
        ({"list": "plain"}, 0, RIGHT),
        ({"list": "plain"}, 1, RIGHT),
    ]
    kept.add(file, iter(every[2:]))
    assert [k.seed for k in kept.read(file)] == [0, 1, 2]
    runs = [kept.Kept({}, 1, RIGHT, commit=name) for name in ("a1", "a1", "b2")]
    assert "2 shapes by commit `a1`, 1 shapes by commit `b2`" in kept.told(runs)
    assert kept.told(runs[:2]) == ""

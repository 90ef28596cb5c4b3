"""The demo company's policy: what its people changed, without any figure being another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from data import demo
from data.core.policy.file import NAME, parse
from data.core.policy.rules import DEFAULTS, RULES
from data.workspace.policy import read, write_demo

FIGURES = ("enough_payments", "promise_days", "buckets")


def said():
    return parse(Path(demo.__file__).with_name(NAME).read_text(encoding="utf-8"))


def test_no_figure_is_another_for_it():
    policy = said()
    assert policy.fingerprint == DEFAULTS.fingerprint
    assert policy.sets == DEFAULTS.sets
    for name in (*FIGURES, *(name for name, rule in RULES.items() if rule.books)):
        assert getattr(policy, name) == getattr(DEFAULTS, name)


def test_every_change_says_who_and_lies_in_the_companys_years():
    changed = [
        step
        for name, value in said().dated.items()
        if value != getattr(DEFAULTS, name)
        for step in value.steps
    ]
    later = [step for step in changed if step.since != date.min]
    assert len(later) >= 8
    assert all(step.by for step in later)
    assert all(date(2023, 11, 1) <= step.since <= date(2026, 10, 31) for step in later)


def test_it_is_written_once(tmp_path):
    path = write_demo(tmp_path / "store")
    assert path == tmp_path / "store" / NAME
    assert read(path.parent) == said()
    path.write_text("terms_days = 60", encoding="utf-8")
    assert write_demo(path.parent) is None
    assert read(path.parent).terms_days.at(date.max) == 60

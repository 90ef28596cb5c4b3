"""A bucket set and a number of payments, each said in one place: every page follows."""

from __future__ import annotations

import pytest

from dashboards.aging.page import headline_words, matrix_content
from dashboards.overview.page import aging, overdue_share
from dashboards.sectors.rows import by_speed, sectors_of
from data.core.buckets import Buckets
from tests.pages import small_company, view, words


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = small_company(tmp_path_factory.mktemp("store"))
    said = 'buckets = "ours"\nenough_payments = 26\n[sets]\nours = "10,45"\n'
    (made.folder / "policy.toml").write_text(said, encoding="utf-8")
    return made


def test_the_usual_buckets_are_those_of_every_page(store):
    seen = view(store)
    assert str(seen.buckets) == "10,45"
    said = words(aging(seen).body)
    for label in Buckets((10, 45)).labels.values():
        assert str(label) in said
        assert str(label) in words(matrix_content(seen).body)
    assert "31–60" not in said


def test_the_headline_speaks_of_the_last_of_them(store, tmp_path):
    def said(seen):
        return words(headline_words(seen))

    assert "of it for more than  B('45')" in said(view(store))
    made = small_company(tmp_path)
    assert "of it for more than  B('90')" in said(view(made))
    (made.folder / "policy.toml").write_text('buckets = "months"\n', encoding="utf-8")
    assert "of it for more than" not in said(view(made))


def test_the_totals_are_those_of_other_sets(store):
    usual, other = view(store), view(store, buckets="30,60,90")
    rows = usual.answer("aging").to_pylist()
    theirs = other.answer("aging", other.explained(matrix_content(other).explain)).to_pylist()
    assert [r["bucket"] for r in rows] == list(Buckets((10, 45)).names)
    assert sum(r["amount"] for r in rows) == sum(r["amount"] for r in theirs) != 0
    found = [
        overdue_share({r["bucket"]: r["amount"] for r in told}, buckets)
        for told, buckets in ((rows, Buckets((10, 45))), (theirs, Buckets()))
    ]
    assert found[0] == found[1] > 0


def test_who_paid_less_often_than_enough_is_not_ranked(store):
    ranked, few = by_speed(sectors_of(view(store, as_of="2026-03-31"), "sector_division"))
    assert not ranked
    assert {s.needed for s in few} == {26}

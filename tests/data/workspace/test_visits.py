"""Visits: what stood there when a reader last looked."""

from datetime import UTC, datetime, timedelta

import pytest

from data.workspace.people.visits import PAUSE, Visits

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def visits(tmp_path):
    return Visits(tmp_path)


def test_a_visit_is_compared_with_where_the_one_before_ended(visits):
    assert visits.look("anna", "one", START) is None
    assert visits.look("anna", "two", START + HOUR) is None
    back = START + HOUR + PAUSE
    before = visits.look("anna", "three", back)
    assert (before.at, before.seen) == (START + HOUR, "two")
    # still the same visit, whatever stands there meanwhile
    assert visits.look("anna", "four", back + HOUR) == before
    assert visits.look("anna", "four", back + HOUR + timedelta(seconds=5)) == before
    after = visits.look("anna", "five", back + HOUR + timedelta(days=3))
    assert (after.at, after.seen) == (back + HOUR, "four")


def test_each_reader_has_visits_of_their_own(visits):
    visits.look("anna", "one", START)
    assert visits.look("bob", "two", START + timedelta(days=1)) is None
    assert visits.look("", "three", START + timedelta(days=1)) is None
    assert visits.look("anna", "four", START + timedelta(days=1)).seen == "one"


def test_nothing_is_written_each_time_somebody_looks(visits):
    visits.look("anna", "one", START)
    written = visits._database.written
    visits.look("anna", "one", START + timedelta(seconds=30))
    assert visits._database.written == written
    visits.look("anna", "two", START + timedelta(seconds=31))
    visits.look("anna", "two", START + timedelta(minutes=5))
    assert visits._database.written == written + 2


def test_where_nothing_can_be_kept_nothing_is_told(visits, monkeypatch):
    monkeypatch.setattr(visits._database, "writable", lambda: False)
    assert visits.look("anna", "one", START) is None
    assert visits.look("anna", "two", START + timedelta(days=1)) is None

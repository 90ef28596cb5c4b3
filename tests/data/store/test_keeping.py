"""Old states go, but for the last five, the last of each month, and what undo goes back to."""

from datetime import UTC, datetime

import pytest

from data.store.keeping import LAST, superfluous
from data.store.state import Store, published
from data.workspace.memory import Memory
from data.workspace.subjects.market import Sector
from etl.load.removal import undo
from etl.load.run import load


def at(*days):
    return {n: datetime(2026, month, day, tzinfo=UTC) for n, (month, day) in enumerate(days, 1)}


@pytest.mark.parametrize(
    ("days", "needed", "gone"),
    [
        ([(1, 1)] * 5, (), []),
        ([(1, 1)] * 7, (), [1, 2]),
        ([(1, 1)] * 7, (1,), [2]),
        ([(1, 5), (1, 31), (2, 1), (2, 28)] + [(3, 1)] * 5, (), [1, 3]),
        ([(1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31)], (), []),
        # a clock that was set back
        ([(3, 1), (2, 1)] + [(4, 1)] * 5, (), [1]),
    ],
)
def test_what_goes(days, needed, gone):
    assert superfluous(at(*days), needed) == gone


@pytest.mark.parametrize(
    ("by_hand", "needed", "gone"),
    [
        ((2, 3, 4), (), [2, 3]),
        ((2, 3, 4), (2,), [3]),
        ((2, 4), (), []),
        ((1, 2), (), [1]),
    ],
)
def test_what_was_made_anew_by_hand_takes_the_place_of_the_one_before(by_hand, needed, gone):
    assert superfluous(at(*[(1, 1)] * 5), needed, by_hand) == gone


def invoices(path, number):
    path.write_text(
        f"document_id;customer_id;issued_on;amount\nF{number};A;2026-01-{number + 1:02};10.00\n"
    )
    return path


def test_loads_keep_the_last_states_and_close_the_others(tmp_path):
    store = Store(tmp_path / "store")
    for number in range(LAST + 2):
        assert load([invoices(tmp_path / f"{number}.csv", number)], store).published
    assert sorted(published(store.folder)) == list(range(3, LAST + 3))
    assert sorted(store._open) == [LAST + 2], "connections to older states are closed"
    before = undo(store)
    assert before.state == LAST + 1


def test_what_undo_goes_back_to_stays_however_often_people_decide(tmp_path):
    store = Store(tmp_path / "store")
    for number in range(2):
        load([invoices(tmp_path / f"{number}.csv", number)], store)
    for number in range(LAST + 2):
        Memory(store.folder).say("Anna", "A", Sector(("43.21", "43.22")[number % 2]))
        load([], store)
    kept = sorted(published(store.folder))
    assert kept == [1, 2, kept[-1]], "what is said between two loads needs the room of one state"
    assert undo(store).before == 1


def test_a_reader_goes_on_with_a_state_that_went(tmp_path):
    store = Store(tmp_path / "store")
    load([invoices(tmp_path / "0.csv", 0)], store)
    reader = Store(tmp_path / "store").current()
    for number in range(1, LAST + 2):
        load([invoices(tmp_path / f"{number}.csv", number)], store)
    assert 1 not in published(store.folder)
    assert reader.engine.query("select count(*) as n from documents").to_pylist() == [{"n": 1}]

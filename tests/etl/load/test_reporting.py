"""What month-ends were reported as is kept with the load that published them, or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from data.core.expectation import parse_expectation
from data.store import reported
from data.store.reported import Kept, Reported
from data.store.state import Store
from etl.load.backup.restoring import carry_over, restore
from etl.load.backup.writing import backup
from etl.load.removal import effect, remove, undo
from etl.load.run import LoadOptions, load

HEAD = "document_id;customer_id;issued_on;due_on;amount;currency"
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)


def export(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def first(tmp_path: Path) -> Store:
    """A store whose data reach into April, by its first load."""
    store = Store(tmp_path / "store")
    lines = ("F1;A;2026-03-02;2026-04-01;100.00;EUR", "F2;A;2026-04-05;2026-05-05;1.00;EUR")
    assert load([export(tmp_path / "one.csv", *lines)], store).published
    return store


def second(folder: Path) -> Path:
    """Return an export whose data reach into May."""
    return export(
        folder / "two.csv",
        "F3;B;2026-03-30;2026-04-29;40.00;EUR",
        "F4;B;2026-05-02;2026-06-01;2.00;EUR",
    )


def months(store: Store) -> dict[date, Reported]:
    state = store.current()
    assert state is not None
    return {one.month_end: one for one in reported.reported(state)}


def names(store: Store) -> set[str]:
    return {path.name for path in reported.files(store.folder)}


def test_each_month_end_is_kept_once_by_the_load_that_reaches_beyond_it(
    first: Store, tmp_path: Path
) -> None:
    before = months(first)
    assert list(before) == [MARCH]
    assert load([second(tmp_path)], first).published
    after = months(first)
    assert list(after) == [MARCH, APRIL]
    assert after[MARCH] == before[MARCH]
    assert names(first) == {one.file for one in after.values()}
    assert all(path.stat().st_mode & 0o077 == 0 for path in reported.files(first.folder))
    # a load that changes nothing reports nothing
    assert not load([tmp_path / "two.csv"], first).published
    assert months(first) == after


def test_a_load_that_is_not_published_reports_nothing(
    first: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, kept = months(first), names(first)
    off = LoadOptions(expect=parse_expectation("9.99", None))
    assert not load([second(tmp_path)], first, off).published
    assert (months(first), names(first)) == (before, kept)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("data.store.state.put", killed)
        with pytest.raises(KeyboardInterrupt):
            load([tmp_path / "two.csv"], first)
    assert months(first) == before
    left = names(first) - kept
    assert len(left) == 1  # what it had written is named by no state, and goes with the next load
    assert load([tmp_path / "two.csv"], first).published
    assert names(first) == {one.file for one in months(first).values()}
    assert not left & names(first)


def test_going_back_goes_back_and_a_trial_leaves_nothing(first: Store, tmp_path: Path) -> None:
    before, kept = months(first), names(first)
    load([second(tmp_path)], first)
    after = months(first)
    files = names(first)
    effect(["one.csv"], first)
    assert (months(first), names(first)) == (after, files)
    assert remove(["two.csv"], first).published
    assert months(first) == after  # it was reported all the same
    undo(first)
    undo(first)
    assert months(first) == before
    assert kept <= names(first)


def test_a_backup_and_a_new_store_have_it_too(first: Store, tmp_path: Path) -> None:
    backup(first, tmp_path / "all.zip", newest=True)
    back = Store(tmp_path / "back")
    restore(tmp_path / "all.zip", back)
    assert months(back) == months(first)
    state = back.current()
    assert state is not None
    total = "select sum(amount) as a from reported_rows where part = 'item'"
    assert Kept(state).query(total).to_pylist() == [{"a": Decimal("100.00")}]
    # a store of a later version knows what was reported from this one
    new = Store(tmp_path / "new")
    load([tmp_path / "one.csv", second(tmp_path)], new)
    carry_over(first.folder, new.folder)
    carried = months(new)
    assert carried[MARCH] == months(first)[MARCH]
    assert carried[APRIL].reported_at >= carried[MARCH].reported_at
    state = new.current()
    assert state is not None
    then = Kept(state)
    place = then.files.index(carried[MARCH].file)
    assert then.query(f"{total} and file_no = {place}").to_pylist() == [{"a": Decimal("100.00")}]

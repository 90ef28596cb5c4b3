"""A folder to be watched, the store it loads into, and time that passes when told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.store.state import Store
from etl.load.folder.watch import Watch
from etl.load.run import LoadOptions


class Clock:
    """Time that passes when somebody sleeps."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def said() -> list[Any]:
    return []


@pytest.fixture
def watch(inbox: Path, store: Store, said: list[Any], clock: Clock) -> Watch:
    return Watch(inbox, store, LoadOptions(), said.append, clock=clock, sleep=clock.sleep)

"""A folder to be watched, the store it loads into, and time that passes when told."""

import pytest

from data.store.state import Store
from etl.load.folder.watch import Watch
from etl.load.run import LoadOptions


class Clock:
    """Time that passes when somebody sleeps."""

    now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def said():
    return []


@pytest.fixture
def watch(inbox, store, said, clock):
    return Watch(inbox, store, LoadOptions(), said.append, clock=clock, sleep=clock.sleep)

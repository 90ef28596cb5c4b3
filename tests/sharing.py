"""How processes share the tests: a file in one, all of the browser in one, all of Spark in one.

A file is a unit, since what its tests share is made once in a process; so is a room that shares a
whole browser or a cluster. Whoever is free takes the next. The rooms come first: they take longest,
nobody should wait at the end for one of them, and while they wait for the programs that they drive
the other process works.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

ROOMS = ("tests/spark/", "tests/browser/")


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Gives each process a unit after the other, in the order of `place`."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def unit(nodeid: str) -> str:
    """Return what is done in one process."""
    return next((room for room in ROOMS if nodeid.startswith(room)), nodeid.split("::", 1)[0])


def place(nodeid: str) -> int:
    """Return by what tests are sorted: the first are begun first."""
    return next((n for n, room in enumerate(ROOMS) if nodeid.startswith(room)), len(ROOMS))

"""What was computed last, shared by panels and readers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from operator import itemgetter
from threading import Lock
from typing import Any, TypeVar

import pyarrow as pa
from cachetools import LRUCache

_T = TypeVar("_T")


class Answers:
    """What was computed last, so that the panels of a page and its readers share it.

    What only the data say is kept under their state, which never changes; what follows from what
    people say, too, under a moment (`Context.moment`). So nothing kept is ever out of date. The
    oldest goes first once all weigh too much; what is too heavy by itself is shared while it is
    being computed only.
    """

    def __init__(self, most: int = 128 * 2**20, most_one: int = 8 * 2**20) -> None:
        """Keep up to `most` bytes, nothing heavier than `most_one`."""
        self._most_one = most_one
        self._kept: LRUCache[Hashable, tuple[Any, int]] = LRUCache(most, itemgetter(1))
        self._made: dict[Hashable, Future[Any]] = {}
        """What is being computed."""
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], _T]) -> _T:
        """Return what is kept under `key`, else compute it; others who ask wait for it.

        Nobody may change what is returned. What `compute` raises is raised for everybody who
        waits, and forgotten.
        """
        with self._lock:
            if kept := self._kept.get(key):
                found: _T = kept[0]
                return found
            made: Future[_T] | None = self._made.get(key)
            if made is None:
                mine = self._made[key] = Future()
        if made is not None:
            return made.result()
        try:
            value = compute()
        except BaseException as error:
            mine.set_exception(error)
            self._keep(key)
            raise
        mine.set_result(value)
        self._keep(key, value, _weight(value) + _heft(key))
        return value

    def _keep(self, key: Hashable, value: object = None, weight: int = 0) -> None:
        with self._lock:
            if 0 < weight <= self._most_one:
                self._kept[key] = value, weight
            del self._made[key]


def _weight(value: object) -> int:
    """Return about how many bytes a kept value takes, what is around it included."""
    around = 2000
    if isinstance(value, pa.Table):
        return around + int(value.nbytes)
    return around + (len(value) if isinstance(value, bytes) else 0)


def _heft(key: Hashable) -> int:
    """Return how many bytes a key takes: what a browser asks with may be long as well."""
    if isinstance(key, tuple):
        return sum(map(_heft, key))
    return sys.getsizeof(key)

"""What was measured: pairs of ours and theirs, kept in a file so that a part can be run again."""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.child import FailedError, TooLongError

#: A work that took this long once is not repeated as often.
SHORT, LONG = 2.0, 20.0


@dataclass(frozen=True)
class Pairs:
    """Seconds of ours and of theirs, run in turn; where theirs are missing, why.

    more_than: theirs were stopped after that many seconds. why: a sentence without its stop.
    """

    ours: tuple[float, ...] = ()
    theirs: tuple[float, ...] = ()
    more_than: float = 0
    why: str = ""

    def ratios(self, ours_first: bool = True) -> tuple[float, ...]:
        """Return ours ÷ theirs of each pair, or theirs ÷ ours."""
        if len(self.ours) == len(self.theirs):
            both = list(zip(self.ours, self.theirs, strict=True))
        else:
            # one of them is too long to be repeated as often: the other's median stands for it
            mine, other = statistics.median(self.ours), statistics.median(self.theirs)
            both = (
                [(o, other) for o in self.ours]
                if len(self.ours) > len(self.theirs)
                else [(mine, t) for t in self.theirs]
            )
        return tuple(o / t if ours_first else t / o for o, t in both)


@dataclass(frozen=True)
class Part:
    """What one run measured of one part: pairs by work, and other facts by name."""

    day: str
    revision: str
    machine: str
    pairs: dict[str, Pairs] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds of one call."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(
    ours: Callable[[], float], theirs: Callable[[], float], times: int = 5, warm: bool = True
) -> Pairs:
    """Measure two works in turn, `times` times, or less often where one takes long.

    Each returns its own seconds. warm: run both once before, uncounted, where they are short.
    Where theirs raise TooLongError or FailedError, the answer says so.
    """
    mine = ours()
    try:
        first = (mine, theirs())
    except TooLongError as error:
        return Pairs((mine,), more_than=error.seconds)
    except FailedError as error:
        return Pairs((mine,), why=str(error))
    slower = max(first)
    if slower > LONG:
        return Pairs((first[0],), (first[1],))
    if slower > SHORT:
        times = min(times, 3)
    both = [] if warm else [first]
    while len(both) < times:
        both.append((ours(), theirs()))
    return Pairs(tuple(o for o, _ in both), tuple(t for _, t in both))


def middle(values: Iterable[float]) -> tuple[float, float, float]:
    """Return median, least and most."""
    known = sorted(values)
    return statistics.median(known), known[0], known[-1]


def read(path: Path) -> dict[str, Part]:
    """Return the parts measured so far, by name."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Part(
            part["day"],
            part["revision"],
            part["machine"],
            {
                work: Pairs(tuple(p["ours"]), tuple(p["theirs"]), p["more_than"], p["why"])
                for work, p in part["pairs"].items()
            },
            part["facts"],
            tuple(part["notes"]),
        )
        for name, part in kept.items()
    }


def keep(path: Path, name: str, part: Part) -> dict[str, Part]:
    """Put a part in the place of the one measured before; return all parts."""
    parts = read(path) | {name: part}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    text = json.dumps({key: asdict(value) for key, value in parts.items()}, indent=1)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return parts


def stamp(day: date | None = None) -> tuple[str, str]:
    """Return the day and the revision of the code that a run measures; '' where not known."""
    revision = _git("rev-parse", "--short=10", "HEAD")
    if revision and _git("status", "--porcelain", "--", "data", "etl", "metrics"):
        revision += " with changes"
    # a benchmark may ask what day it is: it says when it was run
    return (day or date.today()).isoformat(), revision  # noqa: DTZ011


def _git(*arguments: str) -> str:
    """Return what git says about the project; '' where it cannot say anything."""
    root = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()

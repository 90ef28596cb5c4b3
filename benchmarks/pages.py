"""Measures how long a page takes after a filter change: `python -m benchmarks.pages --store DIR`.

It starts the real server as a process and plays people over HTTP. Each goes from page to page and
changes a filter several times on each; no selection occurs twice in the whole run, so that no
answer is kept from an earlier one. A filter change lasts from the first request sent until the
last answer of all panels on the screen is received, over six connections as a browser has; then
what stands below the screen is asked for, as the pages do, and that is timed too. Between two
changes a person looks at the page for `--think` seconds.

First one person goes through it unmeasured: a server in use knows its statements. Then one alone,
without a pause, then several at once: the message is the ratio. Then Chromium says how long a
reload takes until the first chart is drawn; without it this is left out.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from benchmarks.first_chart import BUDGET_MS as BUDGET_CHART_MS
from benchmarks.first_chart import Chart, browser
from benchmarks.first_chart import measure as first_charts
from benchmarks.report import machine, table, versions, write_section
from benchmarks.visitor import Visitor
from data.store.state import State, Store
from metrics.asking.ledger import month_end

HOST = "127.0.0.1"
BUDGET_MS = 300
BUDGET_RATIO = 3.0
_ROOT = Path(__file__).resolve().parents[1]
_DIMENSIONS = ("country", "sector_division", "sector_group", "salesperson", "segment", "currency")


@dataclass(frozen=True)
class Visit:
    """A page, the query it is opened with, and a filter control with the values set one by one."""

    path: str
    search: str
    control: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class Timed:
    """How long one filter change took, in seconds, and the server's CPU time until all of it.

    seconds: until what is on the screen had answered; whole: until all of the page had.
    """

    path: str
    seconds: float
    whole: float
    cpu: float


@dataclass
class Run:
    """What some people together measured."""

    users: int
    times: list[Timed]
    cpu: float
    """CPU seconds of the server, opening pages included."""
    wall: float
    requests: int
    """Sent for the filter changes alone."""
    received: int
    """Bytes of the answers to these."""

    def part(self, share: float, path: str = "", whole: bool = False) -> float:
        """Return a quantile in milliseconds, of one page or of all; of the screen or `whole`."""
        mine = [t for t in self.times if path in ("", t.path)]
        return quantile([t.whole if whole else t.seconds for t in mine], share) * 1000


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed.

    >>> quantile([5, 1, 4, 2, 3], 0.5), quantile([1, 2], 0.95)
    (3, 2)
    """
    ranked = sorted(values)
    return ranked[max(0, -(-int(len(ranked) * share * 1000) // 1000) - 1)]


def loaded(store: Path) -> State:
    """Return the current state. Raises SystemExit where the store holds no data."""
    state = Store(store).current()
    if state is None:
        raise SystemExit(f"{store} holds no data: load some first")
    return state


def pages_of(store: Path) -> list[tuple[str, str]]:
    """Return path and query of each page that a filter changes; a customer with many documents."""
    state = loaded(store)
    busiest = state.engine.query(
        "select customer from documents group by customer order by count(*) desc, customer limit 40"
    ).to_pylist()
    customer = busiest[-1]["customer"]
    return [("/", ""), ("/dso", ""), ("/aging", ""), ("/sectors", ""), ("/customers", ""),
            ("/customer", f"?customer={customer}"), ("/definitions", "")]  # fmt: skip


def combinations(store: Path, dice: random.Random) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield filters as (dimension, control, values of the control), shuffled, none twice."""
    state = Store(store).current()
    assert state is not None  # noqa: S101 - pages_of has refused an empty store
    found = []
    for name in _DIMENSIONS:
        rows = state.engine.query(
            f"select distinct {name} as v from documents where {name} <> '' order by v"
        ).to_pylist()
        values = [str(r["v"]) for r in rows]
        control = "filter-sector" if name.startswith("sector") else f"filter-{name}"
        for count in (1, 2, 3):
            groups = list(itertools.islice(itertools.combinations(values, count), 2000))
            chosen = dice.sample(groups, min(len(groups), 150)) if len(values) > 1 else []
            found += [(name, control, group) for group in chosen]
    dice.shuffle(found)
    yield from found


def planned(store: Path, users: int, changes: int, seed: int = 1) -> list[list[Visit]]:
    """Return what each person does: every page in turn, each from another one on.

    On every third visit the days change under a filter, else the filters of one dimension as of
    a day: a month-end on every second visit. No filter stands in two visits.
    """
    state = loaded(store)
    about = state.engine.query("select first_day, last_day from about").to_pylist()[0]
    last: date = about["last_day"]
    reach = min((last - about["first_day"]).days, 730)
    dice = random.Random(seed)
    filters: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    for one in combinations(store, dice):
        filters.setdefault(one[0], []).append(one)
    pages = pages_of(store)
    plans = []
    for user in range(users):
        start = user % len(pages)
        visits = []
        for number, (path, query) in enumerate([*pages[start:], *pages[:start]]):
            days = [last - timedelta(days=n) for n in dice.sample(range(reach), changes)]
            day = month_end(days[0], 1) if number % 2 else days[0]
            name = dice.choice([n for n, left in filters.items() if len(left) >= changes])
            kept = dict(parse_qsl(query.removeprefix("?")))
            if (number + user) % 3:
                taken = [filters[name].pop() for _change in range(changes)]
                asked = [("as_of", day.isoformat()), *kept.items()]
                values: tuple[object, ...] = tuple(written(*one) for one in taken)
                visits.append(Visit(path, f"?{urlencode(asked)}", taken[0][1], values))
            else:
                _name, _control, chosen = filters[name].pop()
                asked = [(name, value) for value in chosen] + list(kept.items())
                values = tuple(d.isoformat() for d in days)
                visits.append(Visit(path, f"?{urlencode(asked)}", "as-of", values))
        plans.append(visits)
    return plans


def written(name: str, control: str, values: Sequence[str]) -> list[str]:
    """Return the values of a filter as its control has them."""
    return [f"{name}:{v}" for v in values] if control == "filter-sector" else list(values)


class Server:
    """The real server, as a process of its own."""

    def __init__(self, store: Path, root: Path = _ROOT, processes: int = 1) -> None:
        """Start it and wait until it answers; of several processes, until all do."""
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = int(free.getsockname()[1])
        said = ["--store", str(store), "--port", str(self.port), "--processes", str(processes)]
        self._process = subprocess.Popen(
            [sys.executable, "app.py", "serve", *said], cwd=root, stdout=subprocess.DEVNULL
        )
        for _try in range(600):
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
                continue
            if processes > 1:
                time.sleep(15)  # nobody says when the others begin to answer
            return
        self.close()
        raise SystemExit("the server did not start within a minute")

    def cpu(self) -> float:
        """Return the CPU seconds the server has used so far; 0 where the system does not say."""
        used = 0.0
        for facts in self._facts("stat"):
            parts = facts.rpartition(") ")[2].split()
            used += (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
        return used

    def memory(self) -> int:
        """Return the memory the server holds, in bytes; 0 where the system does not say."""
        pages = sum(int(facts.split()[1]) for facts in self._facts("statm"))
        return pages * os.sysconf("SC_PAGE_SIZE")

    def _facts(self, name: str) -> list[str]:
        """Return what the system says of each process of the server."""
        own = Path(f"/proc/{self._process.pid}")
        if not own.exists():
            return []
        begun = (own / f"task/{self._process.pid}/children").read_text(encoding="ascii").split()
        places = [own, *(Path(f"/proc/{one}") for one in begun)]
        return [(place / name).read_text(encoding="ascii") for place in places]

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=30)


def play(
    server: Server, visitor: Visitor, visits: Sequence[Visit], think: float
) -> tuple[list[Timed], int, int]:
    """Do what is planned; return each change, and how many requests and bytes these were."""
    times, requests, received = [], 0, 0
    for visit in visits:
        visitor.open(visit.path, visit.search)
        below = 0.0  # seconds that the last change's answers took while the screen was looked at
        for value in visit.values:
            time.sleep(max(0.0, think - below))
            asked, got, cpu = visitor.requests, visitor.received, server.cpu()
            started = time.perf_counter()
            visitor.choose(visit.control, value)
            seconds = time.perf_counter() - started
            visitor.look_below()
            whole = time.perf_counter() - started
            below = whole - seconds
            times.append(Timed(visit.path, seconds, whole, server.cpu() - cpu))
            requests += visitor.requests - asked
            received += visitor.received - got
    return times, requests, received


def measure(server: Server, plans: Sequence[Sequence[Visit]], think: float) -> Run:
    """Let everybody do what is planned for them, all at once."""
    visitors = [Visitor(HOST, server.port) for _plan in plans]
    cpu, started = server.cpu(), time.perf_counter()
    with ThreadPoolExecutor(len(plans)) as people:
        found = list(people.map(partial(play, server, think=think), visitors, plans))
    run = Run(
        len(plans),
        [timed for times, _requests, _received in found for timed in times],
        server.cpu() - cpu,
        time.perf_counter() - started,
        sum(requests for _times, requests, _received in found),
        sum(received for _times, _requests, received in found),
    )
    for visitor in visitors:
        visitor.close()
    return run


def reloads(charts: Sequence[Chart]) -> str:
    """Return the table of reloads."""
    if not charts:
        return "The first chart after a reload was not measured: there is no Chromium."
    rows = [
        [_named(c.path), f"{c.warm:.0f}", f"{c.cold:.0f}",
         f"{c.warm_bytes / 1000:.0f}", f"{c.cold_bytes / 1000:.0f}"]
        for c in charts
    ]  # fmt: skip
    met = "met" if all(c.warm <= BUDGET_CHART_MS for c in charts) else "not met"
    head = ["page", "reload", "first visit", "kB", "kB at first"]
    return f"""The first chart in Chromium, in ms from the start of the navigation; a reload has the
scripts in its cache, and the server has answered the same link before. Median of several.

{table(head, rows, right=range(1, 5))}

- Budget of a reload {BUDGET_CHART_MS} ms: {met}. kB are what comes over the wire beside figures.
"""


def _named(path: str) -> str:
    return "Overview" if path == "/" else path[1:].capitalize()


def report(single: Run, several: Run, think: float) -> str:
    """Return the table of filter changes by page, the ratio, and what stands behind it."""
    pages = sorted({t.path for t in single.times}, key=[t.path for t in single.times].index)

    def line(name: str, path: str = "") -> list[str]:
        mine = [t for t in single.times if path in ("", t.path)]
        cells = [name, str(len(mine))]
        cells += [f"{single.part(share, path):.0f}" for share in (0.5, 0.95, 1)]
        cells.append(f"{single.part(0.95, path, whole=True):.0f}")
        cells.append(f"{sum(t.cpu for t in mine) / len(mine) * 1000:.0f}")
        return cells + [f"{several.part(share, path):.0f}" for share in (0.5, 0.95, 1)]

    head = ["page", "changes", "p50", "p95", "max", "whole: p95", "CPU",
            f"{several.users} users: p50", "p95", "max"]  # fmt: skip
    rows = [line(_named(path), path) for path in pages]
    ratio = several.part(0.95) / single.part(0.95)
    met = "met" if single.part(0.95) <= BUDGET_MS else "not met"
    met_several = "met" if several.part(0.95) <= BUDGET_RATIO * BUDGET_MS else "not met"
    count = len(single.times)
    return f"""A filter change, in ms from the first request to the last answer on a screen of
1440 x 900 pixels. *whole*: to the last answer of all of the page; what stands below the screen
is asked for once the screen is there, or at once where the reader is near it.

{table(head, [*rows, line("all")], right=range(1, len(head)))}

- One person: p95 {single.part(0.95):.0f} ms; budget {BUDGET_MS} ms: {met}. Of whole pages: \
{single.part(0.95, whole=True):.0f} ms.
- {several.users} people who look at a page for {think:g} s between two changes: p95 \
{several.part(0.95):.0f} ms, {ratio:.1f} x that of one, of whole pages \
{several.part(0.95, whole=True):.0f} ms; budget {BUDGET_RATIO:g} x {BUDGET_MS} ms: \
{met_several}. They made {len(several.times) / several.wall:.1f} changes a second, \
{several.cpu / several.wall:.1f} cores busy.
- CPU is the server's for one change; a change is {single.requests / count:.0f} requests, \
{single.received / count / 1000:.0f} kB of answers.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the section, and write it unless told not to."""
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--store", type=Path, required=True, help="folder of the published data")
    parser.add_argument("--users", type=int, default=8, help="how many at once")
    parser.add_argument("--changes", type=int, default=6, help="filter changes on each page")
    parser.add_argument("--think", type=float, default=2.0, help="seconds between two changes")
    parser.add_argument("--seed", type=int, default=1, help="another one chooses other filters")
    parser.add_argument("--only-one", action="store_true", help="one person alone, nothing written")
    asked = parser.parse_args(arguments)
    store = asked.store.resolve()
    first, *plans = planned(store, asked.users + 2, asked.changes, asked.seed)
    server = Server(store)
    try:
        measure(server, [first], 0.0)
        single = measure(server, plans[:1], 0.0)
        if asked.only_one:
            print(report(single, single, 0.0))
            return
        several = measure(server, plans[1:], asked.think)
        charts = first_charts(f"http://{HOST}:{server.port}") if browser() else []
    finally:
        server.close()
    about = f"{machine()}. {versions('dash', 'duckdb', 'waitress')}."
    section = "\n".join([report(single, several, asked.think), reloads(charts), about])
    print(section)
    write_section(f"Pages, {documents(asked.store):,} documents", section)


def documents(store: Path) -> int:
    """Return how many documents the store holds."""
    state = Store(store).current()
    assert state is not None  # noqa: S101 - pages_of has refused an empty store
    return int(state.engine.query("select documents from about").column(0)[0].as_py())


if __name__ == "__main__":
    main()

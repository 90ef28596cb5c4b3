"""Fifty people at once: `python -m benchmarks.users --users 50 --minutes 10`.

It loads the demo company into a folder of its own, gives everybody an account, starts the real
server as a process and plays people over HTTP: each signs in with their password, and then every
`--every` seconds goes to another page, sets a filter or another day. Some see their own customers
only. What is timed is a whole change: from the first request sent until the last answer of all of
the page, what stands below the screen included.

It ends with an error where a request or a panel failed, where the slowest 5 in 100 of a kind took
longer than a second, and where the server's memory was still growing in the second half.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.pages import HOST, Server, combinations, loaded, pages_of, quantile, written
from benchmarks.report import machine, table, versions, write_section
from benchmarks.results import stamp
from benchmarks.visitor import AnswerError, Visitor
from dashboards.door.entry import COOKIE, SIGN_IN
from data.core.rights import ADMIN, CREDIT, EXECUTIVE, SALES, Scope
from data.store.state import Store
from data.workspace.people.people import People
from etl.load.command.demo import load_demo
from metrics.asking.ledger import month_end

BUDGET = 1.0
"""Seconds that 95 of 100 changes of a kind may take at most."""
GROWTH = 0.10
"""By what part of itself the memory of the server may have grown since the middle."""
_MORE = ("/cash", "/changes", "/deal", "/memory", "/findings", "/policy")
_FAULTS = (AnswerError, OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Person:
    """An account, and the dice of whoever holds it."""

    login: str
    password: str
    dice: random.Random


@dataclass(frozen=True)
class Choices:
    """What people choose from: pages with queries, filters as `combinations` has them, days."""

    pages: Sequence[tuple[str, str]]
    filters: Sequence[tuple[str, str, tuple[str, ...]]]
    last: date
    reach: int
    """Days before the last one that somebody may ask for."""


@dataclass
class Seen:
    """What was seen: seconds by kind of change, what failed, the server's memory by the second."""

    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    cpu: float = 0.0
    """CPU seconds of the server."""
    own: float = 0.0
    """CPU seconds of those who play people, on the same machine."""
    wall: float = 0.0

    def time(self, kind: str, work: Callable[[], object]) -> bool:
        """Do it and keep how long it took, or how it failed; return whether it did not fail."""
        started = time.perf_counter()
        try:
            work()
        except _FAULTS as error:
            self.errors.append(f"{kind}: {type(error).__name__}: {error}")
            return False
        self.times.setdefault(kind, []).append(time.perf_counter() - started)
        return True

    def faults(self) -> list[str]:
        """Return what is not as it must be, a sentence each."""
        found = [f"{len(self.errors)} errors, the first: {self.errors[0]}"] if self.errors else []
        for kind, times in self.times.items():
            if quantile(times, 0.95) > BUDGET:
                found.append(f"{kind}: p95 {quantile(times, 0.95) * 1000:.0f} ms")
        _start, middle, end = self.held()
        if end > middle * (1 + GROWTH):
            found.append(f"memory grew from {_mb(middle)} in the middle to {_mb(end)}")
        return found

    def held(self) -> tuple[float, float, float]:
        """Return the server's memory in bytes at the start, in the middle and at the end: each the
        middle one of a tenth of what was seen. 0 where the system does not say it.
        """
        tenth = max(1, len(self.memory) // 10)
        middle = max(0, (len(self.memory) - tenth) // 2)
        parts = (self.memory[:tenth], self.memory[middle : middle + tenth], self.memory[-tenth:])
        first, second, third = (quantile(part or [0], 0.5) for part in parts)
        return first, second, third


def invite(store: Path, users: int, seed: int) -> list[Person]:
    """Give an administrator and that many people an account each; every sixth sees own customers.

    Raises SystemExit where the store holds no data.
    """
    sellers = (
        loaded(store)
        .engine.query(
            "select distinct salesperson as v from documents where salesperson <> '' order by v"
        )
        .to_pylist()
    )
    parts = cycle([Scope.of({"salesperson": (row["v"],)}) for row in sellers] or [Scope()])
    people, found = People(store), []
    people.add("admin", "Admin", ADMIN)
    for number in range(users):
        login, password = f"p{number}@demo.example", secrets.token_urlsafe(16)
        role = (SALES, CREDIT, EXECUTIVE)[number % 3]
        scope = next(parts) if number % 6 == 0 else Scope()
        people.set_password(people.add(login, f"Person {number}", role, scope), password)
        found.append(Person(login, password, random.Random(seed * 1000 + number)))
    people.close()
    return found


def choices(store: Path, seed: int) -> Choices:
    """Return what people choose from."""
    pages = [*pages_of(store), *((path, "") for path in _MORE)]
    state = Store(store).current()
    assert state is not None  # noqa: S101 - pages_of has refused an empty store
    about = state.engine.query("select first_day, last_day from about").to_pylist()[0]
    reach = min((about["last_day"] - about["first_day"]).days, 730)
    filters = list(combinations(store, random.Random(seed)))
    return Choices(pages, filters, about["last_day"], reach)


def sign_in(port: int, person: Person) -> str:
    """Send the form, and return the session's cookie. Raises AnswerError where it is refused."""
    connection = http.client.HTTPConnection(HOST, port, timeout=120)
    form = urlencode({"login": person.login, "password": person.password})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", SIGN_IN, form, kind)
        answer = connection.getresponse()
        answer.read()
        held = answer.headers.get("Set-Cookie", "").partition(";")[0]
        if answer.status != http.client.SEE_OTHER or not held.startswith(f"{COOKIE}="):
            raise AnswerError(f"{answer.status} for {person.login}")
        return held
    finally:
        connection.close()


def play(
    port: int, person: Person, offered: Choices, seen: Seen, until: float, every: float
) -> None:
    """Be one person until a moment of `time.monotonic`; everything is added to `seen`."""
    held: list[str] = []
    met: list[Visitor] = []
    if not seen.time("sign in", lambda: held.append(sign_in(port, person))):
        return
    if not seen.time("frame", lambda: met.append(Visitor(HOST, port, cookie=held[0]))):
        return
    visitor = met[0]
    due = time.monotonic()
    try:
        for kind, change in _changes(visitor, person.dice, offered):
            seen.time(kind, change)
            due = max(time.monotonic(), due + every)
            if due >= until:
                return
            time.sleep(max(0.0, due - time.monotonic()))
    finally:
        visitor.close()


def _changes(
    visitor: Visitor, dice: random.Random, offered: Choices
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what one person does, without an end: first a page, then whatever comes."""

    def go() -> None:
        path, query = dice.choice(offered.pages)
        visitor.open(path, query)

    def choose(control: str, value: object) -> None:
        visitor.choose(control, value)
        visitor.look_below()

    def narrow() -> None:
        name, control, values = dice.choice(offered.filters)
        choose(control, written(name, control, values))

    def another_day() -> None:
        day = offered.last - timedelta(days=dice.randrange(offered.reach))
        choose("as-of", (month_end(day, 1) if dice.random() < 0.5 else day).isoformat())

    kinds = (("page", go), ("filter", narrow), ("day", another_day))
    yield kinds[0]
    while True:
        yield dice.choice(kinds)


def measure(
    server: Server, people: Sequence[Person], offered: Choices, minutes: float, every: float
) -> Seen:
    """Let everybody in, one after the other within `every` seconds, and look on."""
    seen, started, own = Seen(), time.monotonic(), time.process_time()
    until = started + minutes * 60
    with ThreadPoolExecutor(len(people)) as crowd:
        going = []
        for person in people:
            going.append(crowd.submit(play, server.port, person, offered, seen, until, every))
            time.sleep(every / len(people))
        while not all(one.done() for one in going):
            seen.memory.append(server.memory())
            time.sleep(1)
        for one in going:
            one.result()
    seen.cpu, seen.own = server.cpu(), time.process_time() - own
    seen.wall = time.monotonic() - started
    return seen


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


def report(seen: Seen, users: int, every: float, processes: int) -> str:
    """Return the table of what people did, and what stands behind it."""
    rows = [
        [kind, str(len(times)), *(f"{quantile(times, s) * 1000:,.0f}" for s in (0.5, 0.95, 1))]
        for kind, times in sorted(seen.times.items())
    ]
    drawn = table(["ms", "number", "p50", "p95", "max"], rows, right=range(1, 5))
    start, middle, end = map(_mb, seen.held())
    faults = "; ".join(seen.faults())
    return f"""{users} people signed in, each of whom changes something every {every:g} s, or as \
soon as it is answered, for {seen.wall / 60:.0f} minutes over the demo company; \
every sixth sees own customers only. Processes that answer: {processes}.
*page*: another page; *filter*, *day*: on the page one is at; each until all of the page has
answered. *frame*: what a browser asks before its first page.

{drawn}

- Errors: {len(seen.errors)}. Budget p95 {BUDGET * 1000:.0f} ms of each kind, no error, and no \
more than {GROWTH:.0%} memory from the middle on: {f"not met ({faults})" if faults else "met"}.
- The server's memory: {start} at the start, {middle} in the middle, {end} at the end.
- Cores: the server had {seen.cpu / seen.wall:.2f}, and those who play people, on the same \
machine, {seen.own / seen.wall:.2f}.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write the section; end with an error where something is not as it must."""
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=10, help="seconds between two changes")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that answer")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other choices")
    parser.add_argument("--note", default="", help="a sentence on the run, for the page")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        if load_demo(store) == 1:
            raise SystemExit("the demo company could not be loaded")
        people = invite(store, asked.users, asked.seed)
        offered = choices(store, asked.seed)
        server = Server(store, processes=asked.processes)
        try:
            seen = measure(server, people, offered, asked.minutes, asked.every)
        finally:
            server.close()
    day, revision = stamp()
    about = f"{day} at {revision}; {machine()}; {versions('dash', 'duckdb', 'waitress')}."
    told = [report(seen, asked.users, asked.every, asked.processes), about, asked.note]
    section = "\n".join(filter(None, told))
    print(section)
    write_section("Many people at once", section)
    for error in seen.errors[:20]:
        print(error, file=sys.stderr)
    if seen.faults():
        raise SystemExit("; ".join(seen.faults()))


if __name__ == "__main__":
    main()

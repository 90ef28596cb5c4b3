"""Measures Tandem beside the limit and beside what people would use instead.

    python -m benchmarks.run --size 10M [--only load,figures,pandas] [--keep]

The message is the ratios, measured side by side on one machine; seconds stand beside them.
Answers are compared to the cent before anything is written: a wrong fast answer is no answer.
Each part that was measured is kept, so that the parts of one size can be run one by one; every
run writes the section of its size in docs/benchmarks.md anew, from all its parts.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import figures, loads, results
from benchmarks.child import Child, FailedError, TooLongError, in_child
from benchmarks.files import BYTES, export_files, next_month_files
from benchmarks.peers import duck, frames, postgres, superset
from benchmarks.report import machine, versions, write_section
from benchmarks.results import Pairs, in_turn, timed
from benchmarks.section import LARGE, PARTS, USUAL, duration, gigabytes, section
from benchmarks.works import WORKS, Work, differs
from data.store.engine import Engine
from data.store.state import Store

DATA = Path(__file__).parent / ".data"
Measured = tuple[dict[str, Pairs], dict[str, float], list[str]]
Ask = Callable[[Work], tuple[float, list[dict[str, Any]]]]


class Bench:
    """One run: the ledger's size, its folder, and how long a peer may take for one answer."""

    def __init__(self, size: int, patience: float) -> None:
        """Find or make the export files."""
        self.size, self.patience = size, patience
        self.folder = DATA / str(size)
        self.store, self.plain = self.folder / "store", self.folder / "plain.duckdb"
        self.paths = export_files(self.folder, size)
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """What answers from the published state; loads it where it is not there or outdated."""
        if self._engine is None:
            if not loads.usable(self.store, self.paths):
                print("Loading, uncounted ...", flush=True)
                loads.discard(self.store)
                loads.loaded(self.paths, self.store)
                loads.remember(self.store, self.paths)
            state = Store(self.store).current()
            if state is None:
                sys.exit("nothing was published")
            self._engine = state.engine
        return self._engine

    def load(self) -> Measured:
        """Measure the load, and a month on top of it."""
        pairs, facts = loads.measure_load(self.paths, self.store, self.plain, *self._loads)
        month = next_month_files(self.folder / "next", self.size)
        full = statistics.median(pairs.ours)
        try:
            more, facts["next_peak"] = loads.measure_next(month, self.store, full)
        except OSError as error:
            return {"load": pairs}, facts, [f"a new month on top of it: {error}."]
        print(f"  a month on top: {more.ours[0]:.1f} s, {gigabytes(facts['next_peak'])}")
        return {"load": pairs, "next": more}, facts, []

    def parquet(self) -> Measured:
        """Measure the load of the same files as Parquet."""
        paths = export_files(self.folder, self.size, "parquet")
        store, plain = self.folder / "store-parquet", self.folder / "plain-parquet.duckdb"
        try:
            pairs, facts = loads.measure_load(paths, store, plain, *self._loads)
        finally:
            loads.discard(store)
            plain.unlink(missing_ok=True)
        return {"load": pairs}, facts, []

    @property
    def _loads(self) -> tuple[int, int]:
        """How often to load, and about how many bytes the CSV files take."""
        return 3 if self.size <= 1_000_000 else 1, self.size * BYTES["csv"]

    def figures(self) -> Measured:
        """Measure the figures beside a scan, after comparing them with others' SQL."""
        engine = self.engine
        self._copied()
        print("  comparing with plain SQL over plain tables", flush=True)
        plain = in_child(figures.plain_answers, self.plain, self.folder).value
        pairs = {}
        for work in WORKS:
            rows = work.ours_rows(work.ours(engine))
            for (name, day), theirs in plain.items():
                if name == work.name:
                    _must_agree(work, differs(figures.on_day(work, rows, day), theirs), day)
        for work in WORKS:
            pairs[work.name] = figures.measure(engine, work)
            pairs[work.whole_name] = figures.measure(engine, work, whole=True)
            _say(work.title, pairs[work.name].ours)
        return pairs | figures.measure_customer(engine), {}, []

    def unmatched(self) -> Measured:
        """Measure the load of payments that nobody has matched: by reference, as Tandem does."""
        store, full = self.folder / "store-unmatched", self.folder / "store-matched"
        paths = tuple(path for path in self.paths if path.stem != "matches")
        try:
            pairs = in_turn(
                lambda: self._loaded(paths, store), lambda: self._loaded(self.paths, full), 1, False
            )
        finally:
            loads.discard(store)
            loads.discard(full)
        _say("load without the matches", pairs.ours)
        return {"load": pairs}, {}, []

    @staticmethod
    def _loaded(paths: tuple[Path, ...], store: Path) -> float:
        loads.discard(store)
        return loads.loaded(paths, store).seconds

    def pandas(self, kept: bool = False) -> Measured:
        """Measure pandas, in a process with as much memory as is fair to give it."""
        return self._of_child("pandas", frames.read, (self.paths,), frames.ask, kept, 16 << 30)

    def pandas_kept(self) -> Measured:
        """Measure pandas with the join of its frames kept."""
        return self.pandas(kept=True)

    def duckdb(self, tables: bool = False) -> Measured:
        """Measure plain DuckDB over the same files."""
        self._copied()
        read = (self.plain, self.folder / "spill", tables)
        return self._of_child("DuckDB", duck.read, read, duck.ask, tables)

    def duckdb_prepared(self) -> Measured:
        """Measure plain DuckDB over tables made beforehand."""
        return self.duckdb(tables=True)

    def _copied(self) -> None:
        """Copy the files into plain tables, where that is not done."""
        made = max(path.stat().st_mtime for path in self.paths)
        if not self.plain.exists() or self.plain.stat().st_mtime < made:
            in_child(loads.copy_once, self.paths, self.plain)

    def _of_child(
        self,
        who: str,
        read: Callable[..., float],
        given: tuple[object, ...],
        question: Callable[..., tuple[float, list[dict[str, Any]]]],
        ready: bool,
        most_memory: int = 0,
    ) -> Measured:
        """Measure a peer that is a library, in a process of its own.

        ready: ask what it prepared before, uncounted.
        """
        if self.size > LARGE:
            return {}, {}, [f"{who}: left out above {LARGE:,} invoices, which fill its memory."]
        pairs: dict[str, Pairs] = {}
        child: list[Child] = []

        def ask(work: Work) -> tuple[float, list[dict[str, Any]]]:
            try:
                if not child:
                    child.append(Child(most_memory))
                    child[0].call(read, *given)
                done = child[0].call(question, work.name, ready, seconds=self.patience)
            except (TooLongError, FailedError):
                child.clear()
                raise
            return done.value  # type: ignore[no-any-return]

        try:
            self._beside(ask, pairs)
        finally:
            for one in child:
                one.stop()
        return pairs, {}, []

    def postgres(self, tables: bool = False) -> Measured:
        """Measure PostgreSQL, where a server is installed."""
        programs = postgres.binaries()
        if programs is None:
            return {}, {}, ["PostgreSQL: no server is installed on this machine."]
        name = f"PostgreSQL {postgres.release(programs)}"
        if self.size > LARGE:
            return {}, {}, [f"{name}: left out above {LARGE:,} invoices, for time and disk."]
        pairs: dict[str, Pairs] = {}
        with postgres.Server(programs, self.folder / "postgres") as server:
            seconds = server.loaded() or server.load(self.paths)
            known = results.read(self.folder / "results.json").get("load")
            if tables:
                server.prepare()
            elif known:
                ours = statistics.median(known.pairs["load"].ours)
                pairs["load"] = Pairs((ours,), (seconds,))
            self._beside(lambda work: server.ask(work, self.patience, tables), pairs)
        note = (
            "memory for its buffers, sorts and parallel workers, no fsync, the indexes of an ERP "
            "system, analysed; its load is COPY and these indexes; times are without starting psql"
        )
        return pairs, {}, [] if tables else [f"{name}: {note}."]

    def postgres_prepared(self) -> Measured:
        """Measure PostgreSQL over tables made beforehand."""
        return self.postgres(tables=True)

    def superset(self) -> Measured:
        """Measure Apache Superset over the published tables, where it is installed."""
        if not superset.installed():
            how = "`python -m benchmarks.peers.superset` installs it"
            return {}, {}, [f"Superset: not installed on this machine; {how}."]
        if self.size > LARGE:
            return {}, {}, [f"Superset: left out above {LARGE:,} invoices."]
        pairs: dict[str, Pairs] = {}
        state = Store(self.store).current() if self.engine else None
        if state is None:
            sys.exit("nothing was published")
        try:
            with superset.Server(self.folder / "superset", state.path, self.patience) as server:
                self._beside(server.ask, pairs)
                empty = statistics.median(server.empty() for _time in range(5))
        except FailedError as error:
            return pairs, {}, [f"Superset: {error}."]
        note = (
            "over the same published tables, a request to its API for each chart, caches off; "
            f"of each request {duration(empty)} pass where there is nothing to answer, which ours, "
            "the query without a web server, does not have"
        )
        return pairs, {}, [f"Superset {superset.RELEASE}: {note}."]

    def _beside(self, ask: Ask, pairs: dict[str, Pairs]) -> None:
        """Measure a peer's answers beside ours in turn, each compared first."""
        for work in WORKS:
            seen: list[bool] = []

            def theirs(work: Work = work, seen: list[bool] = seen) -> float:
                seconds, rows = ask(work)
                if not seen:
                    ours = work.ours_rows(work.ours(self.engine))
                    _must_agree(work, differs(ours, work.rows(rows)), "")
                    seen.append(True)
                return seconds

            ours = partial(timed, partial(work.ours, self.engine))
            pairs[work.name] = in_turn(ours, theirs)
            if pairs[work.name].theirs:
                _say(work.title, pairs[work.name].theirs)
            else:
                print(f"  {work.title}: {pairs[work.name].why or 'stopped'}", flush=True)

    def tidy(self) -> None:
        """Remove all that later runs can make again; the export files stay."""
        self._engine = None
        loads.discard(self.store)
        self.plain.unlink(missing_ok=True)
        for name in ("postgres", "superset", "spill"):
            shutil.rmtree(self.folder / name, ignore_errors=True)


def _must_agree(work: Work, difference: str, day: str) -> None:
    """Stop where an answer is not what others say."""
    if difference:
        sys.exit(f"{work.title} {day} is not what others say: {difference}")


def _say(what: str, seconds: tuple[float, ...]) -> None:
    print(f"  {what}: {duration(statistics.median(seconds))}", flush=True)


def number_of(text: str) -> int:
    """Return 1000000 for 1M and 20000 for 20k."""
    units = {"k": 1_000, "m": 1_000_000}
    unit = units.get(text[-1:].lower(), 1)
    return int(float(text[:-1] if unit > 1 else text) * unit)


def _parts(text: str) -> tuple[str, ...]:
    asked = tuple(text.split(","))
    if unknown := set(asked) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}")
    return tuple(name for name in PARTS if name in asked)


def main() -> None:
    """Make or find the files, measure the parts asked for, and write the section."""
    parser = argparse.ArgumentParser(description="Ratios of the same work, measured in one run.")
    parser.add_argument("--size", type=number_of, default=1_000_000, help="100k, 1M, 10M, 100M")
    parser.add_argument("--only", type=_parts, default=USUAL, help=f"of {','.join(PARTS)}")
    parser.add_argument("--keep", action="store_true",
                        help="leave store and databases for later runs")  # fmt: skip
    parser.add_argument("--patience", type=float, default=180, metavar="SECONDS",
                        help="how long a peer may take for one answer")  # fmt: skip
    parser.add_argument("--day", type=date.fromisoformat, help="the day to write; today")
    parser.add_argument("--no-page", action="store_true", help="print only")
    given = parser.parse_args()
    try:
        bench = Bench(given.size, given.patience)
    except OSError as error:
        sys.exit(str(error))
    kept = bench.folder / "results.json"
    title = f"{given.size:,} invoices"
    on = f"{machine()}; {versions('duckdb', 'pyarrow', 'pandas')}"
    try:
        for name in given.only:
            print(f"{title}: {name}", flush=True)
            pairs, facts, notes = getattr(bench, name)()
            day, revision = results.stamp(given.day)
            part = results.Part(day, revision, on, pairs, facts, tuple(notes))
            results.keep(kept, name, part)
    except (OSError, FailedError) as error:
        sys.exit(f"{title}: {error}")
    finally:
        if not given.keep:
            bench.tidy()
    text = section(given.size, results.read(kept))
    print(f"\n{text}")
    if not given.no_page:
        write_section(title, text)


if __name__ == "__main__":
    main()

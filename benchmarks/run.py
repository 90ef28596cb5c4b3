"""Measures Tandem beside the limit and beside pandas: `python -m benchmarks.run --size 1M`.

The limit is DuckDB doing the least that could be done: copying the same files into plain tables,
and scanning the columns that a balance needs once. The message is the ratios, measured in one
run on one machine; seconds stand beside them. Answers are compared with those of pandas to the
cent before anything is printed: a wrong fast answer is no answer.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import peers
from benchmarks.files import LAST_DAY, export_files
from data.engine import DuckDBEngine
from data.store import Store
from etl.load import load
from metrics.catalogue import answer
from metrics.ledger import Ledger

DATA = Path(__file__).parent / ".data"
MONTHS = 36
SECTOR = "sector_division"
SCAN = """
    select sum(amount), max(opened_on), max(due_on), max(closed_on), count(sector_division)
    from open_items
"""


@dataclass(frozen=True)
class Line:
    """One line of the table: seconds of ours, of the limit and of pandas (None: not measured)."""

    work: str
    ours: float
    limit: float
    pandas: float | None = None


def measured(work: Callable[[], Any], times: int = 5) -> float:
    """Return the median seconds of `times` calls, after one that is not counted."""
    if times > 1:
        work()
    gc.collect()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def measure_load(paths: tuple[Path, ...], folder: Path) -> tuple[Store, Line]:
    """Load the files into a new store; DuckDB copies the same files into plain tables."""
    plain = folder / "plain.duckdb"

    def copy() -> None:
        plain.unlink(missing_ok=True)
        with duckdb.connect(str(plain)) as connection:
            for path in paths:
                connection.execute(f"create table {path.stem} as from read_csv('{path}')")
            connection.execute("checkpoint")

    limit = measured(copy, 3)
    store = Store(folder / "store")
    start = time.perf_counter()
    report = load(paths, store)
    seconds = time.perf_counter() - start
    if not report.published:
        sys.exit(f"The files could not be loaded: {report.failures}")
    return store, Line("load of four CSV files, to published", seconds, limit)


def check(engine: DuckDBEngine, frames: peers.Frames, dimension: str) -> None:
    """Stop where an answer is not what pandas says, to the cent."""
    ledger = Ledger(LAST_DAY).history(MONTHS)
    days = ledger.days
    ours: dict[Any, Any] = {
        (r["as_of"], r[dimension], r["bucket"]): int(r["amount"] * 100)
        for r in answer(engine, "aging", ledger, (dimension,)).to_pylist()
        if r["amount"]
    }
    if ours != peers.aging(frames, dimension, days):
        sys.exit(f"aging by {dimension} is not what pandas says")
    ours = {
        (r["as_of"], r[dimension]): (int(r["receivables"] * 100), int(r["sales_3m"] * 100))
        for r in answer(engine, "dso", ledger, (dimension,)).to_pylist()
    }
    if ours != peers.dso(frames, dimension, days):
        sys.exit(f"dso by {dimension} is not what pandas says")


def measure_figures(engine: DuckDBEngine, frames: peers.Frames) -> list[Line]:
    """Measure the figures of the aging page and of the DSO page."""
    scan = measured(lambda: engine.query(SCAN), 9)
    today = Ledger(LAST_DAY)
    history = today.history(MONTHS)
    lines = []
    for metric, peer, ledger in (
        ("aging", peers.aging, today),
        ("aging", peers.aging, history),
        ("dso", peers.dso, today),
        ("dso", peers.dso, history),
    ):
        for by in ("total", SECTOR):
            days = ledger.days or (ledger.as_of,)
            when = f"{len(days)} month-ends" if len(days) > 1 else "as of a day"
            ours = measured(partial(answer, engine, metric, ledger, (by,)))
            theirs = measured(partial(peer, frames, by, days), 1)
            lines.append(Line(f"{metric} by {by}, {when}", ours, scan, theirs))
    return lines


def peak() -> str:
    """Return the most memory this process has held so far, where the system says it."""
    if os.name == "nt":
        return "not known"
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9:.1f} GB"


def table(lines: list[Line]) -> str:
    """Draw the lines: ratios first, seconds beside them."""
    width = max(len(line.work) for line in lines)
    rows = [f"{'':{width}}   x limit  pandas x     ours s  limit s  pandas s"]
    for line in lines:
        peer = "" if line.pandas is None else f"{line.pandas / line.ours:9.1f}"
        seconds = "" if line.pandas is None else f"{line.pandas:9.3f}"
        rows.append(
            f"{line.work:{width}}  {line.ours / line.limit:8.1f} {peer:>9}   "
            f"{line.ours:8.3f} {line.limit:8.3f} {seconds:>9}"
        )
    return "\n".join(rows)


def number_of(text: str) -> int:
    """Return 1000000 for 1M and 20000 for 20k."""
    units = {"k": 1_000, "m": 1_000_000}
    unit = units.get(text[-1:].lower(), 1)
    return int(float(text[:-1] if unit > 1 else text) * unit)


def main() -> None:
    """Generate or find the files, load, compare, measure and print."""
    parser = argparse.ArgumentParser(description="Ratios of the same work, measured in one run.")
    parser.add_argument("--size", type=number_of, default=1_000_000, help="invoices: 20k, 1M, 10M")
    size = parser.parse_args().size
    paths = export_files(DATA / str(size), size)
    weight = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{size:,} invoices in four files of {weight:,.0f} MB together", flush=True)
    folder = Path(tempfile.mkdtemp(dir=DATA))
    try:
        store, loading = measure_load(paths, folder)
        print(f"most memory while loading: {peak()}", flush=True)
        state = store.current()
        if state is None:
            sys.exit("nothing was published")
        frames = peers.read(paths)
        check(state.engine, frames, SECTOR)
        print("aging and dso are what pandas says, to the cent, on 36 month-ends", flush=True)
        print(table([loading, *measure_figures(state.engine, frames)]))
        print("x limit: how many times the limit (a copy, or one scan); pandas x: times faster")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

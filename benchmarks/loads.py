"""Loads, each in a process of its own, beside DuckDB copying the same files into plain tables."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.child import in_child
from benchmarks.files import VERSION, need_disk
from benchmarks.results import Pairs
from data.store.state import Store
from etl.load.run import LoadOptions, load

ROOT = Path(__file__).resolve().parents[1]
#: About how many times the CSV files a state takes, and what its making needs meanwhile.
STATE, SPILL = 1.6, 1.6


@dataclass(frozen=True)
class Loaded:
    """One load: its seconds, the most memory it held and the size of the state, in bytes."""

    seconds: float
    peak: int
    size: int


def copy_once(paths: tuple[Path, ...], plain: Path) -> float:
    """Copy the files into plain tables of a new database; return the seconds it took."""
    plain.unlink(missing_ok=True)
    draft = plain.with_suffix(".part")
    draft.unlink(missing_ok=True)
    start = time.perf_counter()
    with duckdb.connect(str(draft)) as connection:
        connection.execute("set enable_progress_bar = false")
        for path in paths:
            # the reader follows from the name: CSV or Parquet
            connection.execute(f"create table {path.stem} as from '{path}'")
        connection.execute("checkpoint")
    seconds = time.perf_counter() - start
    draft.replace(plain)
    return seconds


def load_once(paths: tuple[Path, ...], folder: Path, memory: int | None = None) -> float:
    """Load the files into the store in `folder`; return the seconds it took.

    memory: megabytes for tables, as `app.py load --memory`.
    """
    start = time.perf_counter()
    report = load(paths, Store(folder), LoadOptions(memory=memory))
    seconds = time.perf_counter() - start
    if not report.published:
        raise RuntimeError(f"the files could not be loaded: {report.failures}")
    return seconds


def loaded(paths: tuple[Path, ...], folder: Path) -> Loaded:
    """Load the files into the store in `folder`, in a process of its own."""
    done = in_child(load_once, paths, folder)
    name = (folder / "current").read_text(encoding="ascii").strip()
    return Loaded(done.value, done.peak, (folder / name).stat().st_size)


def measure_load(
    paths: tuple[Path, ...], store: Path, plain: Path, times: int, room: int
) -> tuple[Pairs, dict[str, float]]:
    """Load the files `times` times, the copy before each and after the last.

    room: about how many bytes the same files take as CSV. Leaves the last load's store in
    `store` and the copy in `plain`. Facts: `peak`, the most memory of any of the loads,
    `copy_peak` that of the copies, `size` of the state and `files`, in bytes.
    """
    weight = sum(path.stat().st_size for path in paths)
    need_disk(store.parent, int(room * (STATE + SPILL)), "the published state and its making")
    copies, loads = [in_child(copy_once, paths, plain)], []
    for number in range(times):
        discard(store)
        loads.append(loaded(paths, store))
        copies.append(in_child(copy_once, paths, plain))
        print(f"  load {number + 1} of {times}: {loads[-1].seconds:.1f} s", flush=True)
    remember(store, paths)
    between = [(a.value + b.value) / 2 for a, b in itertools.pairwise(copies)]
    facts: dict[str, float] = {
        "peak": max(one.peak for one in loads),
        "copy_peak": max(one.peak for one in copies),
        "size": loads[-1].size,
        "files": weight,
    }
    return Pairs(tuple(one.seconds for one in loads), tuple(between)), facts


def measure_next(paths: tuple[Path, ...], store: Path, full: float) -> tuple[Pairs, int]:
    """Load a new month on top of what `store` holds, in a copy of it, beside `full` seconds.

    Returns also the most memory it held, in bytes. Raises OSError where the disk has no room.
    """
    folder = store.with_name("store-next")
    discard(folder)
    folder.mkdir()
    name = (store / "current").read_text(encoding="ascii").strip()
    need_disk(
        folder, int(1.6 * (store / name).stat().st_size), "a month on top of the published state"
    )
    try:
        try:
            # a state never changes: a second name for it is a copy
            os.link(store / name, folder / name)
        except OSError:
            shutil.copyfile(store / name, folder / name)
        (folder / "current").write_text(name, encoding="ascii")
        one = loaded(paths, folder)
    finally:
        discard(folder)
    return Pairs((one.seconds,), (full,)), one.peak


def discard(store: Path) -> None:
    """Remove a store, if it is there."""
    shutil.rmtree(store, ignore_errors=True)
    store.with_suffix(".made").unlink(missing_ok=True)


def remember(store: Path, paths: tuple[Path, ...]) -> None:
    """Note by what code and from which files the store was made."""
    store.with_suffix(".made").write_text(_made(paths), encoding="ascii")


def usable(store: Path, paths: tuple[Path, ...]) -> bool:
    """Return whether the store there was made from these files by the code as it is now."""
    note = store.with_suffix(".made")
    return note.exists() and note.read_text(encoding="ascii") == _made(paths)


def _made(paths: tuple[Path, ...]) -> str:
    found = hashlib.sha256(f"{VERSION} {duckdb.__version__}".encode())
    for source in sorted([*ROOT.glob("etl/**/*.py"), *ROOT.glob("data/**/*.py")]):
        found.update(source.read_bytes())
    for path in paths:
        found.update(f"{path.name} {path.stat().st_size}".encode())
    return found.hexdigest()

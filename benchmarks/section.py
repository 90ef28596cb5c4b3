"""Draws what was measured as a section of the page: one table, its notes, one customer's page."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping

from benchmarks.report import table
from benchmarks.results import Pairs, Part, middle
from benchmarks.works import WORKS

#: Those with a column each.
PEERS = (
    "pandas", "pandas_kept", "duckdb", "duckdb_prepared", "postgres", "postgres_prepared",
    "superset",
)  # fmt: skip
#: Parts in the order they run, and those that run when nothing is said.
PARTS = ("load", "parquet", "unmatched", "figures", *PEERS)
USUAL = ("load", "unmatched", "figures", *PEERS)
_NAMES = {
    "pandas_kept": "pandas, kept", "duckdb": "DuckDB", "duckdb_prepared": "DuckDB, prepared",
    "postgres": "PostgreSQL", "postgres_prepared": "PostgreSQL, prepared", "superset": "Superset",
}  # fmt: skip
#: Most copies and most bytes of a load; a ledger above 10 million invoices may take all of 24 GB.
LOAD_BUDGET, MEMORY_BUDGET, MEMORY_BUDGET_LARGE = 3.0, 8e9, 24e9
CUSTOMER_BUDGET = 0.020
LARGE = 10_000_000
_HEAD = ("work", "ours", "x limit", "budget", "")
_PEERS_HEAD = ("work", "ours", *(_NAMES.get(peer, peer) for peer in PEERS))
_LEGEND = """\
*ours*: the median, with all columns that a page shows. *x limit*: how many times as long as the \
limit, which is a copy of the same files for a load and one scan for a figure; the least and the \
most in brackets."""
_PEERS_LEGEND = """\
How many times as long as ours others take, for the same columns: below 1 they are faster. \
*pandas, DuckDB, PostgreSQL*: they join invoices, customers and what was paid for each question, \
from the same files. *kept*: with that join kept. *prepared*: from tables that a job of theirs \
made beforehand, as their best users would: what is open of each invoice from which day to \
which, sales by month, when each was paid; PostgreSQL with a range index. What these cost to \
make, and to keep right when payments are matched anew, is not counted."""


def section(size: int, parts: Mapping[str, Part]) -> str:
    """Return the section for a ledger of `size` invoices, from the parts measured so far."""
    rows = [
        *_load_rows(size, parts),
        *_parquet_row(parts),
        *_unmatched_row(parts),
        *_figure_rows(parts),
        *_customer_row(parts),
    ]
    blocks = [*_measured(parts), table(_HEAD, rows, right=(1, 2, 3)), _LEGEND]
    if peers := list(_peer_rows(parts)):
        right = range(1, len(_PEERS_HEAD))
        blocks += ["### Beside others", table(_PEERS_HEAD, peers, right=right), _PEERS_LEGEND]
    if notes := list(_notes(parts)):
        blocks.append("\n".join(f"- {note}" for note in notes))
    if customer := _customer_table(parts):
        blocks += ["### One customer's page", customer]
    return "\n\n".join(blocks)


def _measured(parts: Mapping[str, Part]) -> Iterable[str]:
    """Say when, with what code and on which machine; parts measured alike stand together."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for name in (n for n in PARTS if n in parts):
        part = parts[name]
        alike.setdefault((part.machine, part.day, part.revision), []).append(name)
    for (machine, day, revision), names in alike.items():
        what = "" if len(alike) == 1 else f"{', '.join(names)}: "
        code = f" at {revision}" if revision else ""
        yield f"{what}{day}{code}; {machine}."
    if "load" in parts:
        facts = parts["load"].facts
        yield f"Export files: {gigabytes(facts['files'])}; published: {gigabytes(facts['size'])}."


def _load_rows(size: int, parts: Mapping[str, Part]) -> Iterable[tuple[str, ...]]:
    if "load" not in parts:
        return
    part = parts["load"]
    pairs = part.pairs["load"]
    yield ("load of four CSV files, to published", *_limited(pairs, LOAD_BUDGET))
    most = MEMORY_BUDGET if size <= LARGE else MEMORY_BUDGET_LARGE
    peak = part.facts["peak"]
    if peak:
        yield ("its most memory", gigabytes(peak), "", gigabytes(most), _met(peak <= most))
    if "next" in part.pairs:
        share, month = statistics.median(part.pairs["next"].ratios()), part.pairs["next"].ours
        yield (f"a new month on top of it, {share:.2f} of the load",
               duration(statistics.median(month)), "", "", "")  # fmt: skip


def _parquet_row(parts: Mapping[str, Part]) -> Iterable[tuple[str, ...]]:
    if "parquet" in parts:
        limited = _limited(parts["parquet"].pairs["load"], None)
        yield ("load of four Parquet files, to published", *limited)


def _unmatched_row(parts: Mapping[str, Part]) -> Iterable[tuple[str, ...]]:
    if "unmatched" in parts:
        pairs = parts["unmatched"].pairs["load"]
        name = f"load without the matches, {spread(pairs.ratios())} of the load"
        yield (name, duration(statistics.median(pairs.ours)), "", "", "")


def _figure_rows(parts: Mapping[str, Part]) -> Iterable[tuple[str, ...]]:
    for work in WORKS if "figures" in parts else ():
        # sections of before know no whole apart: theirs is the only one
        known = parts["figures"].pairs
        if pairs := known.get(work.whole_name) or known.get(work.name):
            yield (work.title, *_limited(pairs, work.budget))


def _peer_rows(parts: Mapping[str, Part]) -> Iterable[tuple[str, ...]]:
    measured = [parts[peer].pairs for peer in PEERS if peer in parts]
    loads = [_peer(parts, peer, "load") for peer in PEERS]
    if any(loads):
        full = duration(statistics.median(parts["load"].pairs["load"].ours))
        yield ("load of four CSV files", full, *loads)
    for work in WORKS:
        found = [pairs[work.name] for pairs in measured if work.name in pairs]
        if found:
            mine = parts["figures"].pairs.get(work.name) if "figures" in parts else None
            ours = statistics.median((mine or found[0]).ours)
            peers = (_peer(parts, peer, work.name) for peer in PEERS)
            yield (work.title, duration(ours), *peers)


def _customer_row(parts: Mapping[str, Part]) -> Iterable[tuple[str, ...]]:
    if "figures" not in parts:
        return
    over, least, most = middle(_over(parts["figures"].pairs["page"]))
    yield (
        "one customer's page, over empty queries", duration(over),
        f"({duration(least)}–{duration(most)})", f"{CUSTOMER_BUDGET * 1000:.0f} ms",
        _met(over < CUSTOMER_BUDGET),
    )  # fmt: skip


def _customer_table(parts: Mapping[str, Part]) -> str:
    if "figures" not in parts:
        return ""
    rows = []
    figures = {name for work in WORKS for name in (work.name, work.whole_name)}
    for name, pairs in parts["figures"].pairs.items():
        if name not in figures | {"page"}:
            over, least, most = middle(_over(pairs))
            rows.append((name, duration(over), f"({duration(least)}–{duration(most)})"))
    return table(("statement", "over an empty query", ""), rows, right=(1, 2))


def _over(pairs: Pairs) -> list[float]:
    return [ours - empty for ours, empty in zip(pairs.ours, pairs.theirs, strict=True)]


def _limited(pairs: Pairs, budget: float | None) -> tuple[str, str, str, str]:
    ratio = statistics.median(pairs.ratios())
    return (
        duration(statistics.median(pairs.ours)),
        spread(pairs.ratios()),
        "" if budget is None else f"{budget:g}",
        "" if budget is None else _met(ratio <= budget),
    )


def _peer(parts: Mapping[str, Part], peer: str, work: str) -> str:
    """Return the cell of a peer: how many times as long as ours it took."""
    pairs = parts[peer].pairs.get(work) if peer in parts else None
    if pairs is None:
        return ""
    if pairs.more_than:
        return f"over {_times(pairs.more_than / statistics.median(pairs.ours))}"
    if not pairs.theirs:
        return "–"
    return spread(pairs.ratios(ours_first=False))


def _notes(parts: Mapping[str, Part]) -> Iterable[str]:
    titles = {work.name: work.title for work in WORKS}
    for name in (n for n in PARTS if n in parts):
        yield from parts[name].notes
        who = _NAMES.get(name, name)
        for work, pairs in parts[name].pairs.items():
            if pairs.more_than:
                long = f"stopped after {pairs.more_than:.0f} s"
                yield f"{who}, {titles.get(work, work)}: {long}."
            elif pairs.why:
                yield f"{who}, {titles.get(work, work)}: {pairs.why}."


def _met(met: bool) -> str:
    return "met" if met else "not met"


def spread(ratios: Iterable[float]) -> str:
    """Return the median of some ratios, and the least and the most where they differ."""
    median, least, most = middle(ratios)
    if least == most:
        return _times(median)
    return f"{_times(median)} ({_times(least)}–{_times(most)})"


def _times(ratio: float) -> str:
    if ratio >= 10:
        return f"{ratio:,.0f}"
    return f"{ratio:.1f}" if ratio >= 0.95 else f"{ratio:.2f}"


def duration(seconds: float) -> str:
    """Return seconds in the unit that reads best."""
    if abs(seconds) < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min"


def gigabytes(size: float) -> str:
    """Return bytes as GB, or MB where there are few."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"

"""Whether two states hold the same, whatever numbers they gave to what only they number."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from data.core import dimensions
from data.store.schema import TABLES
from data.store.state import State
from etl.load.loaded import report_of

#: Cells and markets have numbers that mean nothing beyond their state.
_MARKET = ", ".join(f"k.{d.name}" for d in dimensions.COLUMNS if not d.many)
_CELL = ", ".join(f"k.{d.name}" for d in dimensions.COLUMNS)
_BY = {"cell": ("cells", _CELL), "market": ("markets", _MARKET)}
#: And so have the documents that only matching makes.
_KEYS = ("document_key", "reopens", "closed_by_key", "debit_key", "credit_key")


def table(state: State, name: str) -> list[str]:
    """Return the rows of a table in an order, with what such numbers stand for."""
    engine, columns = state.engine, TABLES[name].names
    if name in ("cells", "markets"):
        sql = f"select * exclude ({'cell, market' if name == 'cells' else 'market'}) from {name}"
    elif found := [c for c in _BY if c in columns]:
        (n,) = found
        of, names = _BY[n]
        sql = f"select t.* exclude ({n}), {names} from {name} as t join {of} as k using ({n})"
    else:
        left_out = {"about": "exclude (loaded_at, report)", "files": "exclude (loaded_at)"}
        sql = f"select * {left_out.get(name, '')} from {name}"
    rows = engine.query(sql).to_pylist()
    keys = [c for c in _KEYS if c in columns]
    if keys:
        means = _meaning(state)
        rows = [row | {c: means.get(row[c], row[c]) for c in keys} for row in rows]
    return sorted(map(repr, rows))


def _meaning(state: State) -> dict[int, Any]:
    """Return what the documents stand for that only matching makes, by their key."""
    [(most,)] = [r.values() for r in state.engine.query(
        "select coalesce(max(document_key), 0) as n from instalments").to_pylist()]  # fmt: skip
    made = state.engine.query(
        "select * from documents where file_id is null or kind = 'payment' and amount_currency > 0"
    ).to_pylist()
    return {
        row["document_key"]: repr({k: v for k, v in row.items() if k != "document_key"})
        for row in made
        if row["document_key"] > most
    }


def told(state: State) -> dict[str, Any]:
    """Return what its report says, but for when and after which others it was made."""
    of_its_own = ("before", "back", "state", "loaded_at", "seconds")
    return {k: v for k, v in asdict(report_of(state)).items() if k not in of_its_own}


def same(one: State, other: State) -> None:
    """Assert that two states hold the same, and say so."""
    for name in TABLES:
        assert table(one, name) == table(other, name), name
    assert told(one) == told(other)

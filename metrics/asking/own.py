"""Dimensions and their values as people name them, turned into what a `Ledger` takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import pyarrow as pa

from data.core.dimensions import DIMENSIONS, OWN, at_or_below
from data.store.engine import Engine


def own_names(engine: Engine) -> dict[str, str]:
    """Return column -> name of the dimensions of the reader's own; {} where there are none."""
    said = engine.query("select own_dimensions from about").column(0)
    names = json.loads(said[0].as_py() or "{}") if len(said) else {}
    return {column: name for name, column in names.items()}


def columns_of(engine: Engine, names: Iterable[str]) -> tuple[str, ...]:
    """Return the dimensions that people name, their own by their columns.

    Raises ValueError for a name that the store does not know; it lists those that it does.
    """
    own = {name: column for column, name in own_names(engine).items()}
    known = (*(n for n in DIMENSIONS if n not in OWN), *own)
    found = tuple(names)
    for name in found:
        if name not in known:
            raise ValueError(f"{name!r} is no dimension; known are: {', '.join(known)}")
    return tuple(own.get(name, name) for name in found)


def filters_of(engine: Engine, where: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return filters as a ledger takes them: a path means all that lies below it as well.

    Raises ValueError for a name that the store does not know.
    """
    columns = columns_of(engine, where)
    found = dict(zip(columns, where.values(), strict=True))
    for name, paths in found.items():
        if DIMENSIONS[name].path:
            values = engine.query(f"select distinct {name} from cells order by {name}")
            found[name] = at_or_below(paths, values.column(0).to_pylist())
    return found


def renamed(engine: Engine, table: pa.Table) -> pa.Table:
    """Return an answer with the reader's own dimensions under the names that they gave."""
    own = own_names(engine)
    return table.rename_columns([own.get(name, name) for name in table.column_names])

"""Dimensions of the reader's own: each file names its columns own_1 to own_4, a store all of them.

The names take their columns in the store in the order in which files first gave them.
"""

from __future__ import annotations

import json

from data.core.dimensions import OWN
from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.sql import Connection, rows


def own_dimensions(connection: Connection) -> dict[str, str]:
    """Return name -> column of the store; `FileError` where the files name more than there are."""
    names = dict.fromkeys(name for said in _said(connection).values() for name in said.values())
    if len(names) > len(OWN):
        raise FileError(
            Text(
                N_("The files name {count} dimensions of your own, and there is room for four:"
                   " {names}."),
                {"count": len(names), "names": ", ".join(names)},
            ),
            Text(N_("Leave some out of [dimensions] in the mapping files.")),
        )  # fmt: skip
    return dict(zip(names, OWN, strict=False))


def own_columns(connection: Connection) -> str:
    """Return SQL for the columns of the store over rows `s` of staged documents."""
    said, columns = _said(connection), own_dimensions(connection)
    found = []
    for name, column in columns.items():
        cases = [
            f"when s.file_id = {file} then s.{place}"
            for file, places in said.items()
            for place, called in places.items()
            if called == name
        ]
        found.append(f"case {' '.join(cases)} end as {column}")
    rest = OWN[len(columns) :]
    return ", ".join((*found, *(f"null::varchar as {column}" for column in rest)))


def _said(connection: Connection) -> dict[int, dict[str, str]]:
    """Return file -> its columns -> what it calls them."""
    found = rows(
        connection,
        "select file_id, settings ->> '$.own_dimensions' from files"
        " where (settings ->> '$.own_dimensions') is not null order by file_id",
    )
    return {int(file): json.loads(said) for file, said in found}

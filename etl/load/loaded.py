"""What is loaded: each file, what it gave, since when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from data.core.errors import ImportRefusedError
from data.core.importing import Loaded
from data.core.texts import N_, Text, shown
from data.store.state import State
from etl.ledger.exports.replace import CONTENT
from etl.report import LoadReport


def report_of(state: State) -> LoadReport:
    """Return the report of the load or removal that made a state."""
    about = state.engine.query("select report from about").to_pylist()[0]
    return LoadReport.from_json(about["report"] or "{}")


def loaded(state: State) -> tuple[Loaded, ...]:
    """Return the files of a state, in the order in which they were loaded; sheets as one.

    Those that a newer export replaced come last.
    """
    own = state.engine.query(
        f"""
        with gave as (
            select file_id, count(*) as documents, sum(amount) as amount
            from documents where file_id is not null group by file_id
        )
        select {CONTENT} as key, min(f.file_id) as number, arg_min(f.name, f.file_id) as name,
            list(f.name order by f.file_id) as parts, list(f.settings order by f.file_id) as how,
            list(distinct f.rows_kind) as kinds, any_value(f.format) as format,
            sum(f.rows_kept) as rows, sum(f.rows_rejected) as refused,
            coalesce(sum(g.documents), 0) as documents, sum(g.amount) as amount,
            min(f.loaded_at) as since, min(f.first_day) as first_day, max(f.last_day) as last_day
        from files as f left join gave as g using (file_id)
        group by key order by number
        """
    ).to_pylist()
    return (*(_loaded(row) for row in own), *_replaced(state, {str(row["key"]) for row in own}))


def _loaded(row: dict[str, object]) -> Loaded:
    return Loaded(
        key=str(row["key"]),
        number=int(str(row["number"])),
        name=_file_name(str(row["name"]), row.get("how")),
        sheets=tuple(_sheets(row.get("how"))),
        format=str(row["format"] or ""),
        kinds=tuple(sorted(str(k) for k in _listed(row["kinds"]))),
        rows=int(str(row["rows"] or 0)),
        refused=int(str(row["refused"] or 0)),
        documents=int(str(row["documents"] or 0)),
        amount=None if row["amount"] is None else Decimal(str(row["amount"])),
        since=row["since"],  # type: ignore[arg-type]
        first_day=row["first_day"],  # type: ignore[arg-type]
        last_day=row["last_day"],  # type: ignore[arg-type]
        replaced_by=str(row.get("replaced_by") or ""),
        how=tuple(str(h or "") for h in _listed(row.get("how"))),
    )


def _replaced(state: State, known: set[str]) -> list[Loaded]:
    there = state.engine.query(
        "select count(*) as n from duckdb_tables() where table_name = 'replaced_files'"
    ).to_pylist()[0]["n"]
    if not there:
        return []  # made before replaced files were kept
    rows = state.engine.query(
        f"""
        select {CONTENT.replace("settings", "r.settings").replace("sha256", "r.sha256")} as key,
            min(r.file_id) as number, arg_min(r.name, r.file_id) as name,
            list(r.settings order by r.file_id) as how, list(distinct r.rows_kind) as kinds,
            any_value(r.format) as format, sum(r.rows_kept) as rows,
            sum(r.rows_rejected) as refused, 0 as documents, null as amount,
            min(r.loaded_at) as since, min(r.first_day) as first_day, max(r.last_day) as last_day,
            coalesce(any_value(f.name), '?') as replaced_by
        from replaced_files as r left join files as f on f.file_id = r.by_file
        group by key order by number
        """
    ).to_pylist()
    return [_loaded(row) for row in rows if str(row["key"]) not in known]


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _sheets(how: object) -> list[str]:
    found = [json.loads(str(one or "{}")).get("sheet") for one in _listed(how)]
    return [str(sheet) for sheet in found if sheet]


def _file_name(name: str, how: object) -> str:
    """Return a file's name without that of its sheet.

    >>> _file_name("book.xlsx [Open]", ['{"sheet": "Open"}'])
    'book.xlsx'
    """
    for sheet in _sheets(how):
        name = name.removesuffix(f" [{sheet}]")
    return name


def choose(names: Sequence[str], files: Sequence[Loaded]) -> tuple[Loaded, ...]:
    """Return the files that are meant.

    names: a file's name or path, its number as `files` lists it, or the hash of its content.
    Raises `ImportRefusedError` where one is not loaded, or several are called so.
    """
    return tuple(dict.fromkeys(_meant(name, files) for name in names))


def _meant(name: str, files: Sequence[Loaded]) -> Loaded:
    for found in (
        [f for f in files if f.key == name],
        [f for f in files if f.key == _hash_of(Path(name))],
        [f for f in files if f.name == shown(Path(name).name)],
        [f for f in files if name.isascii() and name.isdigit() and f.number == int(name)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            numbers = ", ".join(str(f.number) for f in found)
            raise ImportRefusedError(
                Text(
                    N_("Several files called {file} are loaded."), {"file": shown(Path(name).name)}
                ),
                Text(N_("Name one by its number: {numbers}."), {"numbers": numbers}),
            )
    raise ImportRefusedError(
        Text(N_("{file} is not loaded."), {"file": shown(Path(name).name)}),
        Text(N_("`python app.py files` lists what is.")),
    )


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""

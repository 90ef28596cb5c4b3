"""What a month-end was reported as: kept when it is first published, never changed afterwards.

A month-end counts as reported once a state is published whose data reach beyond it. Its rows then
go into a Parquet file beside the states, in `reported/`: the open items that it sees, and the
documents of its month and the two before. The state that published it names the file, in its table
`reported_months`; so does every state that is made from that one. A load that is killed, or goes
back, leaves a file that no state names, and the next load removes it.

Documents stand here as files name them, see `data.workspace.named`: their numbers in a state come
and go with it. Those that are alike in all of this cannot be told apart, and nobody needs to.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from data.core.dimensions import COLUMNS
from data.core.errors import DAMAGED, EngineError, StoreError, first_line
from data.core.measures import SALES_ARE
from data.core.texts import N_
from data.store import layers
from data.store.engine import DuckDBEngine, apart
from data.store.months import MONTHS
from data.store.parsed import parsed
from data.store.schema import DIMENSION_COLUMNS
from data.store.state import State, Store, published, state_name, sync, write_whole
from data.store.within import BOOKS, ScopedEngine

FOLDER = "reported"
CARRIED = "carried.json"
"""In that folder: the month-ends that were reported from a store of an earlier version."""
MOST = 13
"""So many month-ends are kept of what one load publishes: a year, and the one before it."""
DEFINITION = 1
"""Goes up when a figure of a month-end comes to mean something else."""

ITEM, DOCUMENT = "item", "document"
#: How a document is told from others, whatever state it is in.
IDENTITY = (
    "ledger", "document_id", "kind", "document_customer", "issued_on", "document_currency",
    "amount_currency",
)  # fmt: skip
#: What a row is besides: the whole of its document, and since when, until when and for what it
#: counts.
_ROW = ("document_amount", "opened_on", "closed_on", "due_on", "amount")
_DIMENSIONS = tuple(d.name for d in COLUMNS)


@dataclass(frozen=True)
class Reported:
    """A month-end that was reported; see `months.MONTHS`."""

    month_end: date
    reported_at: datetime
    file: str
    definition: int
    currency: str
    first_sale: date | None


def rows_sql(items: str = "true", documents: str = "true") -> str:
    """Return the SELECT of all rows of a state, as they are kept.

    Columns: part, ITEM or DOCUMENT; those of IDENTITY; document_amount; opened_on, closed_on, of
    a document its day and null; due_on; amount; the dimensions. items, documents: conditions on
    the rows `o`. What a returned payment reopens is a part of the invoice.
    """
    own = ", ".join(f"o.{name}" for name in _DIMENSIONS)
    return f"""
select '{ITEM}' as part, coalesce(d.ledger, '') as ledger,
    coalesce(d.document_id, o.document_id, '') as document_id, coalesce(d.kind, o.kind) as kind,
    coalesce(d.customer, o.customer) as document_customer,
    coalesce(d.issued_on, o.issued_on) as issued_on,
    coalesce(d.currency, o.currency) as document_currency,
    coalesce(d.amount_currency, o.amount_currency) as amount_currency,
    coalesce(d.amount, o.amount) as document_amount,
    o.opened_on, o.closed_on, o.due_on, o.amount, {own}
from (select o.* from open_items as o where {items}) as o
left join documents as d on d.document_key = coalesce(o.reopens, o.document_key)
union all
select '{DOCUMENT}', o.ledger, coalesce(o.document_id, ''), o.kind, o.customer, o.issued_on,
    o.currency, o.amount_currency, o.amount, o.issued_on, cast(null as date), o.due_on, o.amount,
    {own}
from documents as o
where {documents}
"""


def month_ends(first: date, last: date) -> list[date]:
    """Return the month-ends from `first` on that lie before `last`, at most MOST, in order.

    >>> [str(day) for day in month_ends(date(2026, 1, 31), date(2026, 3, 31))]
    ['2026-01-31', '2026-02-28']
    """
    found: list[date] = []
    day = last.replace(day=1) - timedelta(days=1)
    while len(found) < MOST and day >= first:
        found.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return found[::-1]


def keep(connection: duckdb.DuckDBPyConnection, folder: Path, now: datetime) -> None:
    """Keep the month-ends that the state in the making is the first to publish.

    connection: of that state, whole. folder: of the store. Raises what writing a file may raise.
    """
    name, columns = MONTHS.name, ", ".join(f'"{c.name}" {c.type}' for c in MONTHS.columns)
    connection.execute(f"create table if not exists {name} ({columns})")
    [(first, last, currency)] = connection.execute(
        "select first_day, last_day, reporting_currency from about"
    ).fetchall()
    if last is None:
        return
    known = {d for (d,) in connection.execute(f"select month_end from {name}").fetchall()}
    known |= {one.month_end for one in carried(folder)}
    new = [day for day in month_ends(first, last) if day not in known]
    if not new:
        return
    file = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.parquet"
    _write(connection, folder / FOLDER / file, new)
    connection.execute(
        f"""
        insert into {name} by name
        select unnest($new::date[]) as month_end, $now as reported_at, $file as file,
            {DEFINITION} as definition, $currency as currency,
            (select min(o.issued_on) from documents as o where {SALES_ARE}) as first_sale
        """,
        {"new": new, "now": now, "file": file, "currency": currency},
    )


def _write(connection: duckdb.DuckDBPyConnection, path: Path, days: Sequence[date]) -> None:
    first, last = f"date '{days[0]}'", f"date '{days[-1]}'"
    # what no month-end sees is left out
    items = (
        f"o.opened_on <= {last} and (o.closed_on is null or (o.closed_on > {first}"
        " and last_day(o.opened_on) < last_day(o.closed_on)))"
    )
    since = f"date_trunc('month', {first}) - interval 2 month"
    documents = f"o.issued_on >= {since} and o.issued_on <= {last}"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    connection.execute(
        f"copy ({rows_sql(items, documents)}) to {layers.quoted(path)}"
        " (format parquet, compression zstd)"
    )
    path.chmod(0o600)
    sync(path)
    sync(path.parent)


def reported(state: State) -> tuple[Reported, ...]:
    """Return the month-ends that were reported, in order; none where nothing was kept."""
    if not isinstance(state.engine, DuckDBEngine):
        return ()
    there = (
        "select 1 from duckdb_tables() where table_name = $name"
        " union all select 1 from duckdb_views() where view_name = $name"
    )
    own: list[Reported] = []
    if state.engine.query(there, {"name": MONTHS.name}).num_rows:
        found = state.engine.query(f"select {', '.join(MONTHS.names)} from {MONTHS.name}")
        own = [Reported(**row) for row in found.to_pylist()]
    # what was reported first counts
    first = {one.month_end: one for one in (*own, *carried(_folder(state)))}
    return tuple(first[day] for day in sorted(first))


def carried(folder: Path) -> tuple[Reported, ...]:
    """Return the month-ends that were reported from a store of an earlier version."""
    try:
        told = json.loads((folder / FOLDER / CARRIED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(
        Reported(
            date.fromisoformat(one["month_end"]),
            datetime.fromisoformat(one["reported_at"]),
            str(one["file"]),
            int(one["definition"]),
            str(one["currency"]),
            date.fromisoformat(one["first_sale"]) if one["first_sale"] else None,
        )
        for one in told
    )


def carry(old: Path, folder: Path) -> list[str]:
    """Let what was reported from the store in `old` count in another; return the files that came.

    The state in `old` may be of an earlier version. Raises OSError where they cannot be written,
    and `StoreError` where `old` cannot be read.
    """
    pointer = old / "current"
    months = list(carried(old))
    if pointer.exists():
        path = old / Path(pointer.read_text(encoding="ascii").strip()).name
        try:
            with duckdb.connect() as connection:
                connection.execute(f"attach {layers.quoted(path)} as old (read_only)")
                months += _months_of(connection, old)
        except duckdb.Error as error:
            raise StoreError(
                N_("{path} cannot be read: {error}."), DAMAGED, path=path, error=first_line(error)
            ) from error
    if not months:
        return []
    to = folder / FOLDER
    to.mkdir(mode=0o700, exist_ok=True)
    files = sorted({one.file for one in months})
    for file in files:
        write_whole(to / file, (old / FOLDER / file).read_bytes())
        (to / file).chmod(0o600)
    told = json.dumps([asdict(one) for one in months], default=str, indent=1)
    write_whole(to / CARRIED, told.encode())
    (to / CARRIED).chmod(0o600)
    return [f"{FOLDER}/{name}" for name in (*files, CARRIED)]


def _months_of(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Reported]:
    """Return the months of the state attached as `old`, or of the one that it lies over."""
    there = "select table_name from duckdb_tables() where database_name = $name"
    names = {name for (name,) in connection.execute(there, {"name": "old"}).fetchall()}
    schema = "old"
    if layers.BENEATH in names:
        [(below,)] = connection.execute(f"select name from old.{layers.BENEATH}").fetchall()
        path = layers.quoted(folder / Path(below).name)
        connection.execute(f"attach {path} as below (read_only)")
        schema = "below"
        names = {name for (name,) in connection.execute(there, {"name": schema}).fetchall()}
    if MONTHS.name not in names:
        return []
    columns = ", ".join(MONTHS.names)
    found = connection.execute(f"select {columns} from {schema}.{MONTHS.name}").fetchall()
    return [Reported(*row) for row in found]


def files(folder: Path) -> list[Path]:
    """Return the files of what was reported, for a backup."""
    return sorted(p for p in (folder / FOLDER).glob("*") if p.suffix in (".parquet", ".json"))


def clear(store: Store) -> None:
    """Remove what no state names: what loads left that were killed, or are gone.

    Nothing may load meanwhile. Where a state cannot be read nothing goes.
    """
    with suppress(StoreError, OSError):
        named = {one.file for one in carried(store.folder)}
        for number in published(store.folder):
            named |= {one.file for one in reported(store.state(number))}
        for path in (store.folder / FOLDER).glob("*.parquet"):
            if path.name not in named:
                path.unlink()


class Kept:
    """The rows that were kept, as a reader of `state` may see them."""

    def __init__(self, state: State) -> None:
        """Read what the state names."""
        self.months = reported(state)
        self._folder = _folder(state) / FOLDER
        self.files = tuple(sorted({one.file for one in self.months}))
        """In this order they are numbered."""
        self._only: dict[str, list[str]] = {}
        if isinstance(state.engine, ScopedEngine):
            self._only["customer"] = sorted(state.engine.customers)
            books = "select value from scope where name = $name"
            found = state.engine.query(books, {"name": BOOKS}).column(0).to_pylist()
            if found:
                self._only[BOOKS] = found

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run one statement over `reported_rows`: `rows_sql`, and file_no, the place in `files`.

        `parameters` as in `Engine.query`. Raises `EngineError` where a file cannot be read.
        """
        given, tables = apart(parameters or {})
        bound = {name: value for name, value in given.items() if f"${name}" in sql}
        try:
            with duckdb.connect() as connection:
                connection.execute(f"create view reported_rows as {self._rows(connection)}")
                for name, table in tables.items():
                    connection.register(name, table)
                return connection.execute(parsed(sql), bound).to_arrow_table()
        except duckdb.Error as error:
            raise EngineError(
                N_("The data cannot be read: {error}."), DAMAGED, error=first_line(error)
            ) from error

    def _rows(self, connection: duckdb.DuckDBPyConnection) -> str:
        """Return the SELECT of what may be seen; a dimension that is new says nothing."""
        parts = []
        for number, file in enumerate(self.files):
            source = f"read_parquet({layers.quoted(self._folder / file)})"
            there = {
                name for name, *_ in connection.execute(f"describe from {source}").fetchall()
            }  # fmt: skip
            columns = ["part", *IDENTITY, *_ROW]
            columns += [n if n in there else f"'' as {n}" for n in _DIMENSIONS]
            tests = [
                f"{name} in ({', '.join(_literal(v) for v in values) or 'null'})"
                for name, values in self._only.items()
            ]
            only = f" where {' and '.join(tests)}" if tests else ""
            parts.append(f"select {number} as file_no, {', '.join(columns)} from {source}{only}")
        return " union all ".join(parts) or f"select 0 as file_no, * from ({_NO_ROWS})"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_NO_ROWS = "select " + ", ".join(
    f"cast(null as {kind}) as {name}"
    for name, kind in (
        *((n, "varchar") for n in ("part", *IDENTITY[:4])),
        ("issued_on", "date"),
        ("document_currency", "varchar"),
        *((n, "decimal(18, 2)") for n in ("amount_currency", "document_amount")),
        *((n, "date") for n in ("opened_on", "closed_on", "due_on")),
        ("amount", "decimal(18, 2)"),
        *((c.name, c.type) for c in DIMENSION_COLUMNS),
    )
) + " where false"  # fmt: skip


def _folder(state: State) -> Path:
    """Return the store's folder; the path of a part of a state says whose part it is as well."""
    return Path(os.fspath(state.path).partition(state_name(state.number))[0])

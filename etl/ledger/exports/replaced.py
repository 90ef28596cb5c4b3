"""What a newer export took the place of is kept aside, and counts again once that is taken back.

Each staged table has a second one beside it, `replaced_...`, with the rows that were taken out of
it. A file that went as a whole stands in `replaced_files`; one generation of these is kept: where
an export that replaced another is replaced itself, what it had replaced is forgotten, so that a
store does not grow by every export that was ever loaded into it.
"""

from __future__ import annotations

from collections.abc import Iterator

from data.store.schema import STAGED, STAGED_DOCUMENTS, STAGED_SEEN
from etl.intake.staged import filled_columns, has_columns
from etl.sql import Connection, number, rows, run

#: Staged table -> where its rows go.
KEPT = {t.name: f"replaced_{t.name.removeprefix('staged_')}" for t in STAGED}
#: How a row went: with its whole file, alone, or as a copy that its file leaves out.
_WHOLE, _SHARED, _COPY = "whole", "shared", "copy"
#: Tables with amounts, of which `files` counts rows and sum.
_COUNTED = ("staged_documents", "staged_matches")


def create_replaced(connection: Connection) -> None:
    """Create the tables that there are not yet."""
    for table in STAGED:
        columns = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
        run(
            connection,
            f"create table if not exists {KEPT[table.name]}"
            f" (by_file INTEGER, went VARCHAR, {columns})",
        )


def next_file(connection: Connection) -> int:
    """Return the number of the next file to be read: no number of one that is kept aside."""
    return 1 + number(
        connection,
        "select max(file_id) from (select file_id from files"
        " union all select file_id from replaced_files)",
    )


def take_out(connection: Connection, table: str, doubled: str, *, left_out: bool = False) -> None:
    """Move rows of a staged table aside; `files` no longer counts them.

    doubled: a temporary table of `row_no` (their rowid), `file_id`, `amount` and `by_file`, the
    file that speaks for them. left_out: they are counted as left out of their file.
    """
    run(
        connection,
        f"""
        update files set rows_kept = rows_kept - d.items,
            rows_left_out = rows_left_out + case when $left_out then d.items else 0 end,
            control_total = control_total - d.amount
        from (select file_id, count(*) as items, coalesce(sum(amount), 0) as amount
              from {doubled} group by all) as d
        where d.file_id = files.file_id
        """,
        left_out=left_out,
    )
    run(
        connection,
        f"""
        insert into {KEPT[table]} by name
        select s.*, d.by_file, $went as went
        from {table} as s join {doubled} as d on d.row_no = s.rowid
        """,
        went=_COPY if left_out else _SHARED,
    )
    run(connection, f"delete from {table} where rowid in (select row_no from {doubled})")


def take_out_files(connection: Connection, old: list[int], by_file: int) -> None:
    """Move whole files aside; forget the files that these had replaced as a whole."""
    forget(
        connection,
        [n for (n,) in rows(
            connection,
            "select file_id from replaced_files where by_file in (select unnest($old))",
            old=old,
        )],
    )  # fmt: skip
    for table, kept in KEPT.items():
        run(
            connection,
            f"insert into {kept} by name select *, $by as by_file, $went as went from {table}"
            " where file_id in (select unnest($old))",
            old=old,
            by=by_file,
            went=_WHOLE,
        )
    drop_files(connection, old)


def drop_files(connection: Connection, old: list[int]) -> None:
    """Delete files with all their rows."""
    for table in STAGED:
        run(
            connection,
            f"delete from {table.name} where file_id in (select unnest($old))",
            old=old,
        )


def forget(connection: Connection, files: list[int]) -> None:
    """Delete what is kept aside of these files."""
    if files:
        for kept in KEPT.values():
            run(
                connection,
                f"delete from {kept} where file_id in (select unnest($files))",
                files=files,
            )


def put_back(connection: Connection, content: str, *, all_kept: bool) -> None:
    """Put everything that is kept aside back, as it was read.

    content: SQL for the hash of a file's content; a file that was loaded again meanwhile stays as
    it is. all_kept: nothing that was ever replaced is lost, so that replacing it again tells what
    the older exports showed open.
    """
    forget(
        connection,
        [n for (n,) in rows(
            connection,
            f"select file_id from replaced_files"
            f" where {content} in (select {content} from files)",
        )],
    )  # fmt: skip
    counted = " union all ".join(
        f"select file_id, went, amount from {KEPT[table]}" for table in _COUNTED
    )
    back = "select * exclude (by_file, went) from"
    run(connection, f"insert into files by name {back} replaced_files")
    run(
        connection,
        f"""
        update files set rows_kept = rows_kept + d.items,
            rows_left_out = rows_left_out - d.copies, control_total = control_total + d.amount
        from (select file_id, count(*) as items, count(*) filter (where went = $copy) as copies,
                coalesce(sum(amount), 0) as amount
              from ({counted}) where went <> $whole group by file_id) as d
        where d.file_id = files.file_id
        """,
        copy=_COPY,
        whole=_WHOLE,
    )
    has_columns(connection, _filled(connection))
    names = ", ".join(f'"{name}"' for name in filled_columns(connection))
    for table, kept in KEPT.items():
        said = f"select {names} from" if table == STAGED_DOCUMENTS.name else back
        if table != "files" and not (table == STAGED_SEEN.name and all_kept):
            run(
                connection,
                f"insert into {table} by name {said} {kept}"
                " where file_id in (select file_id from files)",
            )
        run(connection, f"delete from {kept}")
    if all_kept:
        run(connection, f"delete from {STAGED_SEEN.name}")


def _filled(connection: Connection) -> Iterator[str]:
    """Yield the columns of documents that are kept aside in which something stands."""
    names = STAGED_DOCUMENTS.names
    counts = ", ".join(f'count("{name}")' for name in names)
    found = rows(connection, f"select {counts} from {KEPT[STAGED_DOCUMENTS.name]}")[0]
    yield from (name for name, count in zip(names, found, strict=True) if count)

"""Delimited text -> `Grid`: separator and header row are found, and each line becomes cells.

Where every line has as many cells as the header row, and no record runs over several lines,
DuckDB's own reader cuts it up. Any other file is read as lines, so that the number of each line
is known whatever stands in it. A line is split at the separator; only lines for which that is not
enough (separators or line breaks between quotation marks, broken quotes) go through a slower and
exact way, also in SQL.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from data.core.errors import FileError
from data.core.texts import N_, NN_, Text
from etl.intake.files.encoding import MARK, TextFacts, examine, is_text, readable
from etl.intake.files.grid import (
    HEAD_ROWS,
    Grid,
    HeadRow,
    find_errors,
    find_header,
    tidy_headers,
)
from etl.intake.headers import recognised
from etl.intake.source import SourceFile
from etl.sql import in_order, number, rows, run

SEPARATORS = (";", ",", "\t", "|")
_SPAN = 200  # a cell with more line breaks than this is a quotation mark that was never closed


def head_text(file: SourceFile, encoding: str) -> str:
    """Return the first characters of the file, its last and broken line left out."""
    text = file.head.decode(encoding, errors="replace").replace("\0", "").lstrip("\ufeff")
    text = re.sub(r"\r+\n", "\n", text)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return text if len(file.head) < 1 << 18 else text[: text.rfind("\n") + 1]


def plain_head(file: SourceFile) -> str:
    """Return the first characters as `head_text` does, before the encoding is known.

    Letters beyond ASCII may be wrong: it serves to recognise a format. '' for what is no text.
    """
    if not is_text(file.head):
        return ""
    wide = file.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head_text(file, "utf-16" if wide else "latin-1")


def head_rows(text: str, separator: str, count: int = HEAD_ROWS) -> list[HeadRow]:
    """Return the first rows of `text`, empty ones left out, with their lines."""
    rows: list[HeadRow] = []
    reader = csv.reader(io.StringIO(text.replace("\r", " ")), delimiter=separator)
    line = 0
    try:
        for cells in reader:
            first, line = line + 1, reader.line_num
            if any(c.strip() for c in cells):
                rows.append(HeadRow(first, line, tuple(c.strip() for c in cells)))
            if len(rows) >= count:
                break
    except csv.Error:  # a cell longer than the module allows: what was read will do
        pass
    return rows


def find_separator(text: str) -> str | None:
    """Return the separator with which most headers are recognised; None where nothing fits."""
    best: tuple[int, float, str] | None = None
    for separator in SEPARATORS:
        rows = head_rows(text, separator)
        if not rows or max(len(r.cells) for r in rows) < 2:
            continue
        score = max(recognised(r.cells) for r in rows)
        widths = [len(r.cells) for r in rows if len(r.cells) > 1]
        common = max(widths.count(w) * w for w in set(widths)) / len(rows)
        if best is None or (score, common) > best[:2]:
            best = (score, common, separator)
    return best[2] if best else None


def read_delimited(
    file: SourceFile,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    folder: Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    header_row: int | None = None,
    wanted: Sequence[str] = (),
) -> Grid:
    """Read the file into the temporary table `table`; `folder` is for a decoded copy.

    Raises `FileError` where it is empty, no text, or has no columns.
    """
    facts = examine(file, encoding)
    text = head_text(file, facts.encoding)
    separator = separator or find_separator(text)
    if separator is None:
        raise FileError(
            Text(N_("{file} has no columns: no separator was found."), {"file": file.name}),
            Text(N_("Export it with ; , tab or | between the columns.")),
        )
    copy = SourceFile(readable(file, facts, folder))
    apostrophes = _in_apostrophes(text, separator)
    if apostrophes:
        copy = SourceFile(_requoted(copy.path, separator, folder))
        text = head_text(copy, "utf-8")
    rows = head_rows(text, separator)
    header = find_header(rows, header_row, wanted)
    grid = Grid(
        name=file.name,
        table=table,
        headers=tidy_headers(header.cells),
        header_line=header.first_line,
        settings={
            "encoding": facts.encoding,
            "separator": separator,
            "header_row": str(header.first_line),
        },
    )
    if facts.nuls:
        grid.notes.append(
            Text(
                NN_(
                    "{count} NUL character in the text was ignored.",
                    "{count} NUL characters in the text were ignored.",
                ),
                {"count": facts.nuls},
            )
        )
    if apostrophes:
        grid.notes.append(Text(N_("The cells stand in apostrophes: these are quotation marks.")))
    if copy.path != file.path:
        facts = examine(copy)
    grid.tabs = facts.tabs and (separator != "\t" or facts.quotes > 0)
    try:
        with in_order(connection):
            if not _fill_at_once(connection, grid, copy, facts, header):
                _fill(connection, grid, str(copy.path), separator, header.last_line)
            if facts.errors:
                grid.errors = find_errors(connection, grid)
    except duckdb.Error as error:
        raise FileError(
            Text(
                N_("{file} cannot be read as lines of text: {error}"),
                {"file": file.name, "error": str(error).splitlines()[0]},
            ),
            Text(N_("Export it again as CSV, Excel or Parquet.")),
        ) from error
    return grid


def _in_apostrophes(text: str, separator: str) -> bool:
    """Return whether nearly all lines are cells in apostrophes, those above the data aside."""
    lines = [line.strip() for line in text.splitlines() if separator in line]
    between = f"'{separator}'"
    quoted = [x.startswith("'") and x.endswith("'") and between in x for x in lines]
    data = quoted[quoted.index(True) :] if any(quoted) else []
    return sum(data) > 0 and sum(data) >= len(data) * 0.9 and len(data) * 3 >= len(lines)


def _requoted(path: Path, separator: str, folder: Path) -> Path:
    """Return a copy whose cells stand in quotation marks where they need them; lines stay lines."""
    copy = folder / "requoted.txt"
    with (
        path.open("r", encoding="utf-8-sig", newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as target,
    ):
        writer = csv.writer(target, delimiter=separator, lineterminator="\n")
        for cells in csv.reader(source, delimiter=separator, quotechar="'"):
            if cells:
                writer.writerow(cells)
            else:
                target.write("\n")
    return copy


def _fill_at_once(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    file: SourceFile,
    facts: TextFacts,
    header: HeadRow,
) -> bool:
    """Make the grid's table with DuckDB's own reader; return False where that may not be exact.

    It stops at lines with more or fewer cells, leaves empty lines out without a word, and forgives
    some broken quotes. None of that has happened where it gives a row for every line, and where
    all bytes of the file that are no quotation mark stand in a cell, or end one.
    """
    skip, width = header.last_line, len(header.cells)
    head = b"".join(file.head.splitlines(keepends=True)[:skip])
    if not all(line.strip() for line in head.splitlines()):
        return False
    table = f"{grid.table}_cells"
    cells = [f"c{i}" for i in range(width)]
    values = [_trimmed(name, facts) for name in cells]
    quote = "'\"'" if facts.quotes else "''"
    if facts.quotes:
        values.append(f"strlen(replace(concat({', '.join(cells)}), '\"', '')) as bytes")
    try:
        run(
            connection,
            f"create or replace temp table {table} as select {', '.join(values)} from "
            f"read_csv($path, delim = $sep, quote = {quote}, escape = {quote}, comment = '', "
            f"header = false, auto_detect = false, skip = {skip}, "
            f"columns = {dict.fromkeys(cells, 'VARCHAR')})",
            path=str(file.path),
            sep=grid.settings["separator"],
        )
    except duckdb.Error:
        return False
    lines = facts.lines - skip
    exact = number(connection, f"select count(*) from {table}") == lines
    if exact and facts.quotes:
        size = file.path.stat().st_size - facts.quotes - facts.ends
        size -= len(head) - head.count(b'"') - head.count(b"\n") - head.count(b"\r")
        size -= lines * (width - 1) * len(grid.settings["separator"].encode())
        exact = number(connection, f"select sum(bytes) from {table}") == size
    if beyond := cells[len(grid.headers) :]:
        odd = f"select 1 from {table} where coalesce({', '.join(beyond)}, '') <> '' limit 1"
        exact = exact and not rows(connection, odd)
    if not exact:
        run(connection, f"drop table {table}")
        return False
    run(
        connection,
        f"create or replace temp view {grid.table} as select rowid + {skip + 1} as line, "
        f"{', '.join(grid.cells)}, null::varchar as broken, null::varchar as text from {table}",
    )
    grid.kinds = {grid.table: "view", table: "table"}
    return True


def _trimmed(cell: str, facts: TextFacts) -> str:
    """Return SQL for a cell without spaces at its ends; most cells have none at all."""
    if facts.ascii and not facts.spaces and not facts.quotes:
        return cell
    may = f"contains({cell}, ' ') or {cell} = ''" + (
        "" if facts.ascii else f" or strlen({cell}) <> length({cell})"
    )
    return f"case when {may} then nullif(trim({cell}), '') else {cell} end as {cell}"


def _fill(
    connection: duckdb.DuckDBPyConnection, grid: Grid, path: str, separator: str, skip: int
) -> None:
    """Make the grid's table from the lines after line `skip`."""
    lines = f"{grid.table}_lines"
    connection.execute(
        f"create or replace temp table {lines} as select t from read_csv($path, delim = '{MARK}', "
        "quote = '', escape = '', comment = '', header = false, auto_detect = false, "
        "columns = {'t': 'VARCHAR'}, all_varchar = true)",
        {"path": path},
    )
    found = connection.execute(f"select 1 from {lines} where contains(t, '\"') limit 1").fetchone()
    quotes = found is not None
    width = len(grid.headers)
    names = [f"f[{i + 1}]" for i in range(width)]
    sep = {"sep": separator}
    lopsided = (
        " or ".join(
            f"(starts_with({n}, '\"') and (not ends_with({n}, '\"') or length({n}) = 1 or "
            f"contains(replace({n}[2:-2], '\"\"', ''), '\"')))"
            for n in names
        )
        if quotes
        else "false"
    )
    cells = ", ".join(f"{_cell(n, quotes)} as c{i}" for i, n in enumerate(names))
    connection.execute(
        f"create or replace temp table {grid.table} as "
        f"select line, {cells}, broken, case when broken is not null then t end as text from ("
        "select line, t, f, case when t is null then null "
        + (f"when contains(t, '\"') and ({lopsided}) then 'quote' " if quotes else "")
        + f"{_width_check(width)} end as broken from ("
        "select rowid + 1 as line, t, string_split(t, $sep) as f "
        f"from {lines} where rowid >= {skip}))",
        sep,
    )
    if quotes:
        _mend(connection, grid, lines, separator, skip)
    # lines drawn between the rows of a printed list are no rows
    connection.execute(
        f"update {grid.table} set broken = null, {', '.join(f'{c} = null' for c in grid.cells)} "
        r"where broken is not null and regexp_full_match(text, '[\s|;,=_*+-]*')"
    )
    connection.execute(f"drop table {lines}")


def _cell(name: str, quotes: bool) -> str:
    if quotes:
        name = (
            f"case when starts_with({name}, '\"') "
            f"then replace({name}[2:-2], '\"\"', '\"') else {name} end"
        )
    return f"nullif(trim({name}), '')"


def _width_check(width: int) -> str:
    return (
        f"when len(f) < {width} then 'short' "
        f"when len(f) > {width} and array_to_string(f[{width + 1}:], '') <> '' then 'long'"
    )


def _keep_apart(connection: duckdb.DuckDBPyConnection, spans: str) -> None:
    """Delete the spans that begin inside one that is kept, from the first line on.

    Which spans are kept depends on the one before: a chain, walked over the records of several
    lines only.
    """
    found = connection.execute(f"select first, last from {spans} order by first").fetchnumpy()
    inside, reached = [], 0
    for first, last in zip(found["first"].tolist(), found["last"].tolist(), strict=True):
        if first <= reached:
            inside.append(first)
        else:
            reached = last
    connection.execute(
        f"delete from {spans} where first in (select unnest($inside))", {"inside": inside}
    )


def _mend(
    connection: duckdb.DuckDBPyConnection, grid: Grid, lines: str, separator: str, skip: int
) -> None:
    """Read again, exactly, the lines for which splitting at the separator was not enough."""
    s = re.escape(separator) if separator != "\t" else r"\t"
    inner = f'[^"{s}][^{s}]*'
    one = f'(?:"(?:[^"]|"")*"|{inner}|)'
    bind = {
        "opens": f'(?:{one}{s})*"(?:[^"]|"")*',
        "closes": f'(?:[^"]|"")*"(?:{s}{one})*',
        "whole": f"(?:{s}{one})*",
        "each": f'{s}("(?:[^"]|"")*"|{inner}|)',
        "sep": separator,
    }
    width = len(grid.headers)
    cells = ", ".join(f"{_cell(f'f[{i + 1}]', True)} as c{i}" for i in range(width))
    mended = f"{grid.table}_mended"
    quoted = "broken is not null and contains(text, '\"')"
    spans = f"{grid.table}_spans"
    connection.execute(
        f"create or replace temp table {spans} as select line as first, line as last "
        f"from {grid.table} where {quoted} and regexp_full_match(text, $opens)",
        {"opens": bind["opens"]},
    )
    if connection.execute(f"select 1 from {spans} limit 1").fetchone():
        # a record runs from a line that ends inside quotes to the next one that can end it
        connection.execute(
            f"""
            create or replace temp table {spans} as
            with ends as (
                select first as line, true as opens, false as closes from {spans}
                union all
                select rowid + 1, false, true from {lines}
                where rowid >= {skip} and contains(t, '"') and regexp_full_match(t, $closes)
            ), reach as (
                select line as first, opens, min(line) filter (closes) over (
                    order by line range between 1 following and {_SPAN} following) as last
                from ends
            )
            select first, last from reach where opens and last is not null order by first
            """,
            {"closes": bind["closes"]},
        )
        _keep_apart(connection, spans)
    connection.execute(
        f"""
        create or replace temp table {mended} as
        with records as (
            select k.first, k.last, string_agg(coalesce(l.t, ''), chr(10) order by l.rowid) as t
            from (select rowid, rowid + 1 as line, t from {lines}) l
            asof join {spans} k on l.line >= k.first
            where l.line <= k.last
            group by all
            union all
            select g.line, g.line, g.text from {grid.table} g
            asof left join {spans} k on g.line >= k.first
            where {quoted} and (k.last is null or g.line > k.last)
        ), escaped as (
            -- a quotation mark inside a cell may stand behind a backslash instead of twice
            select * replace (case when contains(t, '\\"') and not
                regexp_full_match($sep || t, $whole) then replace(t, '\\"', '""') else t end as t)
            from records
        ), fields as (
            select *, regexp_full_match($sep || t, $whole) as proper,
                   regexp_extract_all($sep || t, $each, 1) as f
            from escaped
        ), judged as (
            select *, case when not proper then 'quote' {_width_check(width)} end as broken
            from fields
        )
        select first, last, {cells}, broken,
               case when broken is not null then t end as text
        from judged
        -- lines that only broke their quotes stay lines of their own
        where first = last or broken is null
        """,
        {name: bind[name] for name in ("sep", "whole", "each")},
    )
    connection.execute(
        f"delete from {grid.table} where line in (select g.line from {grid.table} g "
        f"asof join {mended} m on g.line >= m.first where g.line <= m.last)"
    )
    connection.execute(
        f"insert into {grid.table} select * exclude (last) from {mended};"
        f"drop table {mended};drop table {spans}"
    )

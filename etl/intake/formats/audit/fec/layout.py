"""Where the columns of an FEC stand, and its lines cut into fields."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.intake.files.encoding import MARK
from etl.intake.headers import bare
from etl.intake.tables.columns import BLANK
from etl.sql import in_order

_SEPARATORS = ("\t", "|", ";", ",")

#: Our short name -> bare headers.
HEADERS = {
    "journal": ("journalcode", "codejournal"),
    "journal_name": ("journallib", "libellejournal"),
    "entry": ("ecriturenum", "numecriture"),
    "day": ("ecrituredate", "dateecriture"),
    "account": ("comptenum", "numcompte", "comptegeneral"),
    "account_name": ("comptelib", "libellecompte"),
    "aux": ("compauxnum", "compteauxnum", "compauxnumero"),
    "aux_name": ("compauxlib", "compteauxlib"),
    "piece": ("pieceref",),
    "piece_day": ("piecedate",),
    "text": ("ecriturelib",),
    "debit": ("debit",),
    "credit": ("credit",),
    "montant": ("montant",),
    "sens": ("sens",),
    "let": ("ecriturelet",),
    "let_day": ("datelet",),
    "foreign": ("montantdevise",),
    "currency": ("idevise", "iddevise"),
}
NEEDED = ("journal", "day", "account")


@dataclass(frozen=True)
class Layout:
    """Where the columns stand."""

    separator: str
    line: int
    """Line of the header row, from 1."""
    headers: tuple[str, ...]
    columns: dict[str, int]

    @property
    def complete(self) -> bool:
        """Return whether these are the columns of an FEC."""
        return all(c in self.columns for c in NEEDED) and (
            {"debit", "credit"} <= self.columns.keys() or {"montant", "sens"} <= self.columns.keys()
        )


def layout_of(text: str) -> Layout | None:
    """Return the layout that the first line of `text` shows; None where it is no header."""
    for number, line in enumerate(text.split("\n")[:20], 1):
        if not line.strip():
            continue
        for separator in _SEPARATORS:
            headers = tuple(h.strip().strip('"').strip() for h in line.split(separator))
            names = [bare(h) for h in headers]
            columns = {
                name: next(names.index(s) for s in spelled if s in names)
                for name, spelled in HEADERS.items()
                if any(s in names for s in spelled)
            }
            if {"journal", "account"} <= columns.keys():
                while headers and not headers[-1]:
                    headers = headers[:-1]
                return Layout(separator, number, headers, columns)
        return None
    return None


def read_lines(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make `fec_line` with the lines of the file as they are, in `t`."""
    with in_order(connection):
        connection.execute(
            "create or replace temp table fec_line as select t from read_csv($path, "
            f"delim = '{MARK}', quote = '', escape = '', comment = '', header = false, "
            "auto_detect = false, columns = {'t': 'VARCHAR'}, all_varchar = true)",
            {"path": str(path)},
        )


def fields(layout: Layout) -> tuple[str, dict[str, object]]:
    """Return a SELECT over `fec_line` and its parameters: line, text, f (the fields), broken.

    `broken` says why a line has no proper fields: blank, short or long; null where it has.
    """
    # what stands behind the amounts and the lettering may be left off at the end of a line
    least = 1 + max(i for c, i in layout.columns.items() if c not in ("foreign", "currency"))
    account = f"f[{layout.columns['account'] + 1}]"
    empty = f"trim(text, {BLANK} || $separator || '\"') = ''"
    sql = f"""
        select line, text, f,
            case
                when text is null then 'blank'
                when coalesce(trim({account}), '') in ('', '\"\"')
                    then case when {empty} then 'blank' when len(f) < $least then 'short' end
                when len(f) < $least then 'short'
                when len(f) > $width
                    then case when trim(array_to_string(f[$width + 1:], ''), {BLANK}) <> ''
                        then 'long' end
            end as broken
        from (
            select rowid + 1 as line, t as text, string_split(t, $separator) as f
            from fec_line where rowid >= $header
        )
    """
    return sql, {
        "separator": layout.separator,
        "header": layout.line,
        "least": least,
        "width": len(layout.headers),
    }

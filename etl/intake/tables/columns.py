"""Column descriptions: how the text of a whole column becomes values, inside DuckDB.

A description finds out from the data how a column is written, and gives a `Parsed`: an SQL
expression for the value, an SQL predicate for the cells it refuses, and a sentence why. Days and
amounts, whose evidence is combined over a whole file, are in etl/intake/tables/days.py and
etl/intake/tables/money.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import duckdb

from data.core.texts import N_
from data.core.texts import Text as Statement
from etl.intake.files.grid import Grid, unmarked

#: White space at the ends of a cell, no-break spaces too.
_BLANKS = " \t\u00a0\u202f\u2009"
BLANK = f"'{_BLANKS}'"
_MOST_WORDS = 50_000
_PROOF = """^="|^'[0-9A-Za-z]"""
#: A text that Excel is told to keep, as all of a column are then; no name such as 't Zand BV.
_KEPT = "^'(?:[^' ts]|[ts][^ -])"
#: What Excel is told so that it keeps a number as it is, as SQL writes it.
_EXCEL_TEXT = '="'
_EXCEL = """^(?:="?|'')([^"]*)"?$"""


#: A number as spreadsheets show long ones: of 100235871 the file says 1,00235E+08 only.
SHORTENED = r"(?i)^\s*[-+]?\d(?:[.,]\d+)?E\+\d{2,3}\s*$"
LAST_DIGITS = N_("This number was shortened: its last digits are not in the file.")
_AS_TEXT = N_("Give the column a number format without decimals, or make it text; export it again.")


@dataclass(frozen=True)
class Parsed:
    """How one column is read."""

    value: str
    """SQL for the value; null where the cell is empty or cannot be read."""
    refused: str = "false"
    """SQL that is true where a cell that is not empty cannot be read; `@value` is the value."""
    reason: str = ""
    """Why it is refused; a sentence, marked with N_."""
    remedy: str = ""
    """What to do; a sentence, marked with N_."""
    how: str = ""
    """What was found about the way it is written, for `settings`."""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """What is bound to the $names in the expressions."""
    join: str = ""
    """A table to join, for values that are looked up."""
    note: Statement | None = None
    """What the reader should know of how it was read."""
    because: tuple[tuple[str, str, str], ...] = ()
    """More exactly why: SQL over the cells -> reason and remedy in place of the two above."""
    light: bool = False
    """Reading the column twice takes less than keeping what was read."""


class Description(Protocol):
    """What a column holds."""

    def parse(self, connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, /) -> Parsed:
        """Return how column `cell` (`c0`, `c1` ...) of the grid is read."""
        ...


def _number_text(grid: Grid, cell: str) -> str:
    """Return a cell without the mark of a number among texts, see etl/intake/files/workbook.py."""
    if not grid.typed:
        return f"trim({cell}, {BLANK})" if grid.tabs else cell
    return unmarked(f"trim({cell}, {BLANK})")


def any_row(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    where: str,
    parameters: Mapping[str, object] | None = None,
) -> bool:
    """Return whether some row of the grid meets the condition."""
    sql = f"select 1 from {grid.table} where {where} limit 1"
    return connection.execute(sql, dict(parameters or {})).fetchone() is not None


def _unmarked(word: str) -> str:
    """Return a word as `_number_text` does."""
    word = word.strip(_BLANKS)
    return word[:-2] if re.fullmatch(r"-?\d+\.\d+[eE]0", word) else word


@dataclass(frozen=True)
class Text:
    """Free text, as it stands."""

    def parse(self, connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, /) -> Parsed:
        """See `Description.parse`."""
        text = _number_text(grid, cell)
        if any_row(connection, grid, f"starts_with({cell}, '{_EXCEL_TEXT}')"):
            return Parsed(rf"regexp_replace({text}, '^{_EXCEL_TEXT}([^\x22]*)\x22$', '\1')")
        others = f"not regexp_matches({cell}, $kept)"
        if any_row(connection, grid, f"regexp_matches({cell}, $kept)", {"kept": _KEPT}) and not (
            any_row(connection, grid, others, {"kept": _KEPT})
        ):
            return Parsed(f"substr({text}, 2)")
        return Parsed(_number_text(grid, cell) if grid.typed else cell, light=not grid.typed)


@dataclass(frozen=True)
class Code:
    """A number or name that identifies something: kept exactly, spaces at the ends aside.

    Where every cell of the column is a whole number written as `1001.0`, the `.0` is not part of
    the code. With `strict`, cells are refused of which a spreadsheet has cut the last digits:
    others may have the same first ones.
    """

    strict: bool = False

    def parse(self, connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, /) -> Parsed:
        """See `Description.parse`."""
        parsed = self._parse(connection, grid, cell)
        if not self.strict or not any_row(
            connection, grid, f"contains({cell}, 'E+') or contains({cell}, 'e+')"
        ):
            return parsed
        cut = f"coalesce(regexp_matches({cell}, '{SHORTENED}'), false)"
        return replace(parsed, refused=cut, reason=LAST_DIGITS, remedy=_AS_TEXT)

    @staticmethod
    def _parse(connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str) -> Parsed:
        text = _number_text(grid, cell)
        if any_row(connection, grid, f"contains({cell}, chr(10)) or contains({cell}, chr(13))"):
            # wrapped in its cell: what identifies is the same on one line
            text = rf"trim(regexp_replace({text}, '\s*[\r\n]+\s*', ' ', 'g'))"
        if any_row(connection, grid, f"regexp_matches({cell}, $proof)", {"proof": _PROOF}):
            # written so that Excel keeps its zeros: ="00100", '00100
            return Parsed(rf"nullif(regexp_replace({text}, '{_EXCEL}', '\1'), '')")
        float_ = rf"ends_with({cell}, '.0') and regexp_full_match({cell}, '\d+\.0')"
        if any_row(connection, grid, float_) and not any_row(connection, grid, f"not ({float_})"):
            return Parsed(f"regexp_replace({text}, '[.]0$', '')", how="1001.0 is 1001")
        if text == cell:
            return Parsed(cell, light=True)
        return Parsed(f"nullif({text}, '')")


@dataclass(frozen=True)
class Whole:
    """A whole number such as 30, also written 30.0."""

    def parse(self, _connection: duckdb.DuckDBPyConnection, _grid: Grid, cell: str, /) -> Parsed:
        """See `Description.parse`."""
        value = rf"try_cast(regexp_extract({cell}, '^\s*(\d+)([.,]0*)?\s*$', 1) as integer)"
        return Parsed(
            value,
            f"{cell} is not null and @value is null",
            N_("This is no whole number."),
            N_("Correct the cell in the file."),
        )


@dataclass(frozen=True)
class Rate:
    """An exchange rate: digits and one decimal sign, comma or point; no thousands.

    With `inverse`, the file gives the document's currency for one unit of the reporting one.
    """

    inverse: bool = False

    def parse(self, _connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, /) -> Parsed:
        """See `Description.parse`."""
        number = f"replace(replace({cell}, ',', '.'), ' ', '')"
        if grid.typed:
            number = f"replace({number}, 'E0', '')"
        value = (
            rf"case when regexp_full_match({number}, '\d*\.?\d*') "
            f"then nullif(try_cast({number} as decimal(18,8)), 0) end"
        )
        return Parsed(
            f"(1 / ({value}))::decimal(18,8)" if self.inverse else value,
            f"{cell} is not null and @value is null and not regexp_full_match({cell}, '[0.,]*')",
            N_("This is no exchange rate."),
            N_("Correct the cell in the file: a rate is written 1.0823 or 1,0823."),
        )


@dataclass(frozen=True)
class Words:
    """A column of few different words, each of which is looked up once.

    `meaning` gives the value for a word, or None where it has none. With `strict`, such words
    are refused; otherwise their value is null and they are counted in a note.
    """

    name: str
    meaning: Callable[[str], str | int | bool | None]
    type: str = "VARCHAR"
    strict: bool = True
    reason: str = ""
    remedy: str = ""

    def parse(self, connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, /) -> Parsed:
        """See `Description.parse`."""
        table = f"{grid.table}_{self.name}"
        words = self.words(connection, grid, cell)
        connection.execute(
            f"create or replace temp table {table} (word VARCHAR, value {self.type})"
        )
        pairs = [(w, v) for w in words if (v := self.meaning(_unmarked(w))) is not None]
        if pairs:
            connection.execute(
                f"insert into {table} select * from "
                f"(select unnest($words) as w, unnest($values)::{self.type} as v)",
                {"words": [w for w, _ in pairs], "values": [str(v) for _, v in pairs]},
            )
        return Parsed(
            f"{table}.value",
            f"{cell} is not null and @value is null" if self.strict else "false",
            self.reason,
            self.remedy,
            join=f"left join {table} on {table}.word = {cell}",
            light=True,
        )

    @staticmethod
    def words(connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str) -> list[str]:
        """Return the different cells of the column, the most frequent first."""
        found = connection.execute(
            f"select {cell} from {grid.table} where {cell} is not null and broken is null "
            f"group by {cell} order by count(*) desc, {cell} limit $most",
            {"most": _MOST_WORDS},
        ).fetchall()
        return [str(word) for (word,) in found]

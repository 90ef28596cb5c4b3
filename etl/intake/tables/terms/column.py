"""A column of payment terms in a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import duckdb

from data.core.texts import N_, Text
from etl.intake.files.grid import Grid
from etl.intake.tables.columns import Parsed, Words
from etl.intake.tables.terms.said import read_terms

_SHOWN = date(2026, 1, 10)
_MOST_SHOWN = 4


@dataclass(frozen=True)
class TermsColumn:
    """A column of payment terms; its value is how many days after its day a document falls due.

    Where there is no such day, as in a list of customers, only plain days have a value.
    """

    name: str
    issued: Parsed | None = None
    """How the day of the document is read."""

    def parse(self, connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, /) -> Parsed:
        """See `etl.intake.tables.columns.Description.parse`."""
        words = Words(self.name, _plain_days, "INTEGER", strict=False)
        parsed = words.parse(connection, grid, cell)
        read = {w: read_terms(w) for w in words.words(connection, grid, cell)}
        others = {w: t for w, t in read.items() if t.rule is not None and not t.rule.plain}
        if self.issued is None or not others:
            return parsed
        # each pair of words and day once
        pairs = connection.execute(
            f"select distinct {cell}, {self.issued.value} from {grid.table} "
            f"where list_contains($words, {cell}) and {self.issued.value} is not null",
            {"words": list(others), **self.issued.parameters},
        ).fetchall()
        found = [(w, day, days) for w, day in pairs if (days := others[w].days(day)) is not None]
        table = f"{grid.table}_{self.name}_due"
        connection.execute(
            f"create or replace temp table {table} as select unnest($words::varchar[]) as word, "
            "unnest($issued::date[]) as issued, unnest($days::integer[]) as days",
            {"words": [f[0] for f in found], "issued": [f[1] for f in found],
             "days": [f[2] for f in found]},
        )  # fmt: skip
        examples = [
            f"{terms.rule.due(_SHOWN)} ({word})"
            for word, terms in list(others.items())[:_MOST_SHOWN]
            if terms.rule is not None
        ]
        note = Text(
            N_("Terms in {column} that go by months: an invoice of {issued} is due on {examples}."),
            {"column": grid.headers[int(cell[1:])], "issued": str(_SHOWN),
             "examples": ", ".join(examples)},
        )  # fmt: skip
        join = (
            f"left join {table} on {table}.word = {cell} and {table}.issued = {self.issued.value}"
        )
        return replace(
            parsed,
            value=f"coalesce({parsed.value}, {table}.days)",
            join=f"{parsed.join} {join}",
            note=note,
            light=False,
        )


def _plain_days(word: str) -> int | None:
    return read_terms(word).days(None)

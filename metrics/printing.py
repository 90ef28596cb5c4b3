"""Rows of a metric as text: a table to read, CSV, or JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pyarrow as pa

from data.core.texts import NN_, Text, inert
from metrics.asking.own import QUIET, quiet


class Output(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def printed(answer: pa.Table, output: Output) -> str:
    """Return the rows of `answer` as text that ends with a line break.

    JSON is a list of objects, one for each row: amounts and days as numbers, days of the
    calendar as ISO text. What cannot be said is null in JSON and empty in CSV; so is a
    dimension that the data do not know.
    """
    names = answer.column_names
    rows = [{k: None if v == "" else v for k, v in row.items()} for row in answer.to_pylist()]
    if output is Output.JSON:
        plain = [{k: _plain(v) for k, v in row.items()} for row in rows]
        return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
    text = io.StringIO()
    if output is Output.CSV:
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: inert(v) for k, v in row.items()} for row in rows)
    elif rows:
        _draw(rows, names, text)
    return text.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _draw(rows: list[dict[str, object]], names: list[str], text: io.StringIO) -> None:
    """Draw the rows with aligned columns, numbers to the right."""
    lines = [names, *([_readable(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(names))]
    numeric = [any(isinstance(row[name], int | float | Decimal) for row in rows) for name in names]
    lines.insert(1, ["─" * width for width in widths])
    for line in lines:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        )
        text.write("  ".join(cells).rstrip() + "\n")


def _readable(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


_LEFT_OUT = NN_(
    "{count} line in {currency} that somebody said is in no figure: no rate of its day is known.",
    "{count} lines in {currency} that somebody said are in no figure: no rate of their days is"
    " known.",
)


def about_lines(left_out: Mapping[str, int]) -> list[Text]:
    """Return what must be said of lines without a rate: currency -> how many, as `left_out`."""
    return [Text(_LEFT_OUT, {"count": n, "currency": code}) for code, n in left_out.items()]


def about_day(day: date, last: date | None, asked: date | None) -> list[str]:
    """Return what must be said of the day that was answered, `last` being that of the data."""
    if asked and asked != day:
        return [f"{asked} is beyond the data: answered as of {day}, their last day."]
    return [str(Text(QUIET, {"day": last}))] if last and quiet(day, last) else []


def remarks(
    metric: str,
    table: pa.Table,
    output: Output,
    day: date,
    last: date | None,
    asked: date | None,
    left_out: Mapping[str, int],
) -> str:
    """Return what must be said beside the rows of a metric, one line each; '' for nothing.

    That there are none; what `about_day` and `about_lines` say; and beside a table, which people
    read, why a column has no figure in some rows.
    """
    from metrics.catalogue import METRICS

    lines = [*about_day(day, last, asked), *map(str, about_lines(left_out))]
    if not table.num_rows:
        lines.append("No rows: there are no data under these filters on that day.")
    if output is not Output.TABLE:
        return "".join(f"{line}\n" for line in lines)
    empty = [f for f in METRICS[metric].fields if f.empty and table.column(f.name).null_count]
    lines += [f"{f.name} is empty where there is no figure: {f.empty}." for f in empty]
    return "".join(f"{line}\n" for line in lines)

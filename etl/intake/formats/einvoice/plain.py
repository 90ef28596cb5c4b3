"""One plainly written row staged at once, without looking at columns as a whole.

A folder of e-invoices is thousands of files of one row. `etl.intake.formats.records.stage_records`
finds out from the data how a column is written, in some forty statements for each file; where a row
leaves nothing to find out, none is needed, and the rows of many files are inserted together.
Whatever is not plain goes the usual way, with all its checks, refusals and notes: the result is the
same, and a test says so for every sample.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import duckdb

from data.core import dimensions
from data.core.reading import Reading
from data.store.schema import CUSTOMER_COLUMNS, DOCUMENT_COLUMNS
from etl.intake.formats.records import Origin
from etl.intake.gathered import Gathered
from etl.intake.source import ReadOptions
from etl.intake.tables import words
from etl.intake.tables.days import FIRST_DAY, LAST_DAY

_AMOUNT = re.compile(r"-?\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: What a column of codes or texts may take for the number of a spreadsheet.
_NUMBER = re.compile(r"-?\d+\.\d+(?:[eE]0)?", re.ASCII)
_MOST_DAYS = 366
_MONEY = ("paid_amount",)
_DAYS = ("issued_on", "due_on", "paid_on", "delivered_on")
_ATTRIBUTES = frozenset(c.name for c in CUSTOMER_COLUMNS) - {
    "customer_id",
    *dimensions.names("either"),
}
_OF_DOCUMENT = frozenset(c.name for c in DOCUMENT_COLUMNS)


def stage_plain(
    connection: duckdb.DuckDBPyConnection,
    line: int,
    row: Mapping[str, str],
    columns: Mapping[str, str],
    file_id: int,
    origin: Origin,
    options: ReadOptions,
) -> Reading | None:
    """Stage a row of our names -> cells, and return what came of it; None where it is not plain.

    `columns` is our name -> theirs, of the cells that count; the kind is one of ours, the amount
    in `debit` or `credit`.
    """
    values: dict[str, object] = {}
    for name, header in columns.items():
        cell = row.get(name, "").strip()
        if name in ("debit", "credit"):
            continue
        value = _value(name, cell)
        if cell and (value is None or cell == header):
            return None
        values[name] = value
    debit, credit = (row.get(side, "").strip() for side in ("debit", "credit"))
    if bool(debit) == bool(credit) or not _AMOUNT.fullmatch(debit or credit):
        return None
    if any(values.get(need) is None for need in ("document_id", "customer_id", "issued_on")):
        return None
    amount = Decimal(debit or credit).quantize(Decimal("0.01"))
    values["amount"] = amount if debit else -amount
    ledger = origin.ledger or options.ledger
    document = {"ledger": ledger, "customer_id": values["customer_id"]}
    document |= {name: value for name, value in values.items() if name in _OF_DOCUMENT}
    staged = options.gathered or Gathered()
    where = {"file_id": file_id, "line": line}
    staged.add("staged_documents", where | document)
    customer = {name: value for name, value in values.items() if name in _ATTRIBUTES}
    if customer:
        customer["customer_id"] = values["customer_id"]
        staged.add("staged_customers", where | customer)
    if options.gathered is None:
        staged.insert(connection)
    issued_on = values["issued_on"]
    assert isinstance(issued_on, date)  # noqa: S101 - tells the type checker
    signed = values["amount"]
    assert isinstance(signed, Decimal)  # noqa: S101
    # the control total is found in another way than the amount, so that it proves the staging
    whole, _, part = (debit or credit).lstrip("-").partition(".")
    cents = int(whole) * 100 + int(part.ljust(2, "0"))
    if (debit or credit).startswith("-") == bool(debit):
        cents = -cents
    total = Decimal(cents).scaleb(-2)
    return Reading(
        name=origin.name,
        format=origin.format,
        rows_kind="invoices",
        ledger=ledger,
        series=origin.series,
        rows_read=1,
        rows_kept=1,
        first_day=issued_on,
        last_day=issued_on,
        control_total=total,
        totals={str(values.get("currency") or ""): total},
        settings={**origin.settings, "columns": json.dumps(dict(columns), ensure_ascii=False)},
    )


def _value(name: str, cell: str) -> object:
    """Return the value of a plainly written cell; None for any other, and for an empty one."""
    if not cell:
        return None
    if name in _DAYS:
        return _day(cell)
    if name in _MONEY:
        return Decimal(cell) if _AMOUNT.fullmatch(cell) else None
    match name:
        case "kind":
            return cell
        case "currency":
            return cell if words.currency(cell) == cell else None
        case "country":
            return words.country(cell)
        case "terms_days":
            return (
                int(cell) if cell.isascii() and cell.isdigit() and int(cell) <= _MOST_DAYS else None
            )
        case "instalment":
            return None
        case _:
            return None if _NUMBER.fullmatch(cell) else cell


def is_day(cell: str) -> bool:
    """Return whether a cell is a day that exists and may be one of a receivable, as YYYY-MM-DD.

    >>> is_day("2026-02-28"), is_day("2026-02-30"), is_day("202602"), is_day("0001-01-01")
    (True, False, False, False)
    """
    return _day(cell) is not None


def _day(cell: str) -> date | None:
    if not _DAY.fullmatch(cell):
        return None
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        return None
    return day if FIRST_DAY <= cell <= LAST_DAY else None

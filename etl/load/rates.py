"""Rates of currencies that no file gives a rate of: the European Central Bank's, said so."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from data.core.texts import N_, Text
from data.reference import ecb
from etl.report import FileReport
from etl.sql import Connection, number, rows, run

FORMAT = "ecb"
NAME = N_("Reference rates of the European Central Bank")
_SAID = N_(
    "No file gives rates of {currencies}: those of the European Central Bank are used, as"
    " {source} has them to {day}. A file of rates takes their place."
)


def add_reference_rates(
    connection: Connection, reporting: str, loaded_at: datetime | None
) -> FileReport | None:
    """Stage the bank's rates of currencies that no file rates; return what to report, if any are.

    Those of an earlier load go: files that have come since may give rates of their own.
    """
    earlier = f"(select file_id from files where format = '{FORMAT}')"
    run(connection, f"delete from staged_rates where file_id in {earlier}")
    run(connection, f"delete from files where format = '{FORMAT}'")
    wanted: list[tuple[str, date, date]] = rows(
        connection,
        """
        select currency, min(issued_on), max(issued_on) from staged_documents
        where rate is null and issued_on is not null and amount is not null
            and currency <> $reporting
            and currency not in (select currency from staged_rates where currency is not null)
        group by currency order by currency
        """,
        reporting=reporting,
    )
    found = [
        rate for currency, first, last in wanted
        for rate in ecb.rates([currency], reporting, first, last)
    ]  # fmt: skip
    if not found:
        return None
    file_id = number(connection, "select max(file_id) from files") + 1
    names = sorted({currency for currency, _, _ in found})
    days = [day for _, day, rate in found if rate is not None]
    staged = pa.table(
        {
            "file_id": pa.array([file_id] * len(found), pa.int32()),
            "line": pa.array(range(1, len(found) + 1), pa.int64()),
            "currency": [currency for currency, _, _ in found],
            "day": pa.array([day for _, day, _ in found], pa.date32()),
            "rate": pa.array([rate for _, _, rate in found], pa.decimal128(18, 8)),
        }
    )
    connection.register("reference_rates", staged)
    try:
        run(connection, "insert into staged_rates by name select * from reference_rates")
    finally:
        connection.unregister("reference_rates")
    shape = json.dumps([ecb.source(), reporting, [str(r) for r in found]])
    digest = hashlib.sha256(shape.encode()).hexdigest()
    run(
        connection,
        """
        insert into files by name
        select $file_id as file_id, $name as name, $digest as sha256, 0 as bytes,
            $format as format, 'rates' as rows_kind, '' as ledger, $series as series,
            cast($loaded_at as timestamp) as loaded_at, $first as first_day, $last as last_day,
            $count as rows_read, $count as rows_kept, 0 as rows_rejected, 0 as rows_left_out,
            $zero as carried, $settings as settings
        """,
        file_id=file_id,
        name=NAME,
        digest=digest,
        format=FORMAT,
        series=f"{FORMAT}:{reporting}",
        loaded_at=loaded_at,
        first=min(days),
        last=max(days),
        count=len(found),
        zero=Decimal(0),
        settings=json.dumps({"source": ecb.source(), "content": digest}),
    )
    note = Text(
        _SAID,
        {"currencies": ", ".join(names), "source": ecb.source(), "day": str(ecb.last_day())},
    )
    return FileReport(
        NAME, FORMAT, "loaded", "rates", "", min(days), max(days), len(found), len(found),
        notes=[note],
    )  # fmt: skip

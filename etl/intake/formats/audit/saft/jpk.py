"""What the Polish files of the tax administration (JPK) have in common."""

from __future__ import annotations

import re

import duckdb

from data.core.reading import Reading
from etl.intake.files.xml import root_of
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.source import ReadOptions


def is_jpk(head: bytes, code: bytes) -> bool:
    """Return whether a file has the root JPK, and a pattern for the code of its form."""
    return root_of(head)[1] == "JPK" and bool(re.search(code, head.replace(b"\0", b"")))


def ledger_of(seller: str) -> str:
    """Return whose books they are, from the tax number of the seller; '' where there is none."""
    return f"jpk:{seller}" if seller else ""


def stage_jpk(
    connection: duckdb.DuckDBPyConnection,
    documents: Records,
    customers: Records,
    first_file_id: int,
    origin: Origin,
    options: ReadOptions,
) -> list[Reading]:
    """Stage documents and, where there are any, customers; return what came of them."""
    readings = [stage_records(connection, documents, first_file_id, origin, options)]
    if customers.count:
        named = Origin(f"{origin.name} (customers)", origin.format, origin.ledger,
                       f"{origin.series}:customers")  # fmt: skip
        readings.append(stage_records(connection, customers, first_file_id + 1, named, options))
    return readings

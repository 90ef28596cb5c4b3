"""A table source that asks, until the kinds of a list are said: for tests of what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from data.core.errors import FileError
from data.core.reading import Choice, Question, Reading, Value
from data.core.texts import Text
from etl.intake.formats.table import TableSource
from etl.intake.source import ReadOptions, SourceFile
from etl.sql import Connection

MESSY = """Stuk;Wie;Dag;Vervaldag;Bedrag;Aard
R1;Anker;2025-01-05;2025-02-04;100,00;Rekening
R2;Bakker;2025-01-12;2025-02-11;250,50;Rekening
T1;Bakker;2025-01-20;2025-01-20;-50,50;Tegoed
"""
NEXT_MONTH = MESSY.replace("2025-01", "2025-03").replace("R", "S").replace("T1", "T2")
#: Next month's export has its columns in another order.
SHUFFLED = "\n".join(
    ";".join(cells[i] for i in (5, 0, 1, 4, 3, 2))
    for cells in (line.split(";") for line in NEXT_MONTH.replace("Sekening", "Rekening").split())
)
COLUMNS = {
    "document_id": "Stuk", "customer_id": "Wie", "issued_on": "Dag", "due_on": "Vervaldag",
    "amount": "Bedrag", "kind": "Aard",
}  # fmt: skip
KINDS = Question(
    "kinds",
    Text("What are the rows whose {column} says so?", {"column": "Aard"}),
    (
        Choice("invoice", "An invoice"),
        Choice("credit_note", "A credit note"),
        Choice("payment", "A payment"),
    ),
    column="Aard",
    values=(Value("Rekening", 2, Decimal("350.50")), Value("Tegoed", 1, Decimal("-50.50"))),
    table="kinds",
)
ROWS = Question(
    "rows",
    Text("What is one row of this list?"),
    (
        Choice("invoices", "An invoice", {"source": {"rows": "invoices"}, "columns": COLUMNS}),
        Choice("payments", "A payment", {"source": {"rows": "payments"}}),
    ),
)


def asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables with a column `Aard` ask what their rows and kinds are."""
    plain = TableSource.read

    def read(
        self: TableSource, file: SourceFile, connection: Connection, first: int,
        options: ReadOptions,
    ) -> list[Reading]:  # fmt: skip
        said: Mapping[str, object] = options.mapping or {}
        questions = []
        if b"Aard" in file.head:
            if "source" not in said:
                questions.append(ROWS)
            if "kinds" not in said:
                questions.append(KINDS)
        if questions:
            raise FileError("Part of this list is open.", "Answer below.", questions=questions)
        return plain(self, file, connection, first, options)

    monkeypatch.setattr(TableSource, "read", read)

"""SAP S/4HANA as JSON: lines, lists and OData answers, whose currency, and what is no JSON."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from data.core.errors import FileError
from etl.intake.formats.packages.sap_s4 import SOURCE
from etl.intake.source import SourceFile
from etl.load.identify import identify
from tests.goldens import staged

ITEM = {
    "AccountingDocument": "1800000001",
    "AccountingDocumentType": "RV",
    "Customer": "100",
    "DocumentDate": "2025-03-03T00:00:00Z",
    "NetDueDate": "2025-04-02",
    "AmountInCompanyCodeCurrency": "92.00",
    "CompanyCodeCurrency": "EUR",
    "AmountInTransactionCurrency": "100.00",
    "TransactionCurrency": "USD",
}
LISTS: list[Any] = [[ITEM], {"value": [ITEM]}, {"d": {"results": [ITEM]}}, ITEM]


def read(path: Path) -> list[tuple[Any, ...]]:
    connection, _ = staged(path)
    return connection.execute(
        "select document_id, kind, issued_on::varchar, due_on::varchar, amount, currency "
        "from staged_documents order by line"
    ).fetchall()


@pytest.mark.parametrize("document", LISTS, ids=["list", "value", "results", "line"])
def test_each_way_to_write_a_list(document: object, tmp_path: Path) -> None:
    path = tmp_path / "items.json"
    path.write_text(json.dumps(document))
    assert identify(SourceFile(path)) is SOURCE
    assert read(path) == [
        ("1800000001", "invoice", "2025-03-03", "2025-04-02", Decimal("92.00"), "EUR")
    ]
    path.write_text(json.dumps(document, indent=2))
    assert len(read(path)) == 1


def test_amounts_of_the_document_count_where_the_books_have_none(tmp_path: Path) -> None:
    path = tmp_path / "items.json"
    path.write_text(json.dumps({**ITEM, "AmountInCompanyCodeCurrency": None}))
    assert read(path)[0][4:] == (Decimal("100.00"), "USD")


def test_numbers_are_never_floats(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(
        json.dumps(ITEM).replace('"92.00"', "1234567890123.45") + "\n"
        + json.dumps(ITEM).replace('"92.00"', "-0.10")
    )  # fmt: skip
    assert [row[4] for row in read(path)] == [Decimal("1234567890123.45"), Decimal("-0.10")]


def test_json_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "items.json"
    path.write_text(json.dumps([ITEM, ITEM])[:-30])
    with pytest.raises(FileError, match="no proper JSON"):
        read(path)


def test_other_json_is_not_its_own(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps([{"invoice": 1, "customer": 2}]))
    assert SOURCE.identify(SourceFile(path)) == 0

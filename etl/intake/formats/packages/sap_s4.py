"""SAP S/4HANA: journal entry items of customers as JSON, one object a line or one list of them.

Under the names of its OData services, in whatever capitals: companyCode, fiscalYear,
accountingDocument, accountingDocumentItem, accountingDocumentType, postingDate, documentDate,
netDueDate, clearingDate, clearingAccountingDocument, amountInCompanyCodeCurrency,
amountInTransactionCurrency, customer, invoiceReference. A list may stand under `value`, or under
`d` and `results`. Days are ISO 8601, with a time and Z or without; amounts are texts, or numbers.

Amounts in the company code's own currency count where they are there, since they are those of the
ledger; else those of the document. Items of one customer with the same clearing document settle
each other on the clearing day. Items without a customer are left out. Document numbers start
anew each year and in each company code: export one company code at a time.

It is no preset, since it is no table: an item names only what it has, and whose currency an amount
is in depends on whether two amounts are equal, which no rule of a mapping says.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import duckdb

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.source import ReadOptions, SourceFile

_COLUMNS = {
    "document_id": "accountingDocument",
    "customer_id": "customer",
    "kind": "accountingDocumentType",
    "issued_on": "documentDate",
    "due_on": "netDueDate",
    "debit": "amountInCompanyCodeCurrency",
    "currency": "companyCodeCurrency",
    "match_code": "clearingAccountingDocument",
    "matched_on": "clearingDate",
    "reference": "invoiceReference",
}
_KINDS = {
    "RV": "invoice", "DR": "invoice", "DG": "credit_note", "DZ": "payment", "ZP": "payment",
    "AB": "adjustment", "DA": "adjustment", "SA": "adjustment", "UE": "opening",
}  # fmt: skip
_NEEDED = (b"accountingdocument", b"customer", b"amountin")
_NO_OBJECT = N_("This line is no JSON object.")
_NO_CUSTOMER = N_("bookings on other accounts than those of customers")
_EXPORT = N_("Export the items again, one object a line or one list.")


class SapS4Source:
    """JSON of journal entry items."""

    name = "sap_s4"
    label = N_("SAP S/4HANA, journal entry items")
    gives: tuple[str, ...] = (
        N_("invoices and credit notes"),
        N_("payments as documents of their own"),
        N_("due days"),
        N_("which payment settles which invoice"),
        N_("currencies"),
    )
    lacks: tuple[str, ...] = (
        N_("customer names"),
        N_("country, sector and credit limit of customers"),
    )

    def identify(self, file: SourceFile) -> float:
        """See `Source.identify`: JSON that names accounting documents, customers and amounts."""
        head = file.head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not head.startswith((b"{", b"[")):
            return 0.0
        lower = head.lower()
        return 0.95 if all(word in lower for word in _NEEDED) else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `Source.read`."""
        with Records("invoices", _COLUMNS) as records:
            for line, item in _items(file):
                if isinstance(item, str):
                    records.reject(line, "", item[:200], _NO_OBJECT, _EXPORT)
                else:
                    _add(records, line, item)
            origin = Origin(file.name, self.name, series=self.name, kinds=_KINDS)
            return [stage_records(connection, records, first_file_id, origin, options)]


def _add(records: Records, line: int, item: dict[str, object]) -> None:
    """Add one item, its keys in lower case."""

    def text(key: str) -> str | None:
        value = item.get(key)
        return None if value is None else str(value)

    if not text("customer"):
        records.leave_out(_NO_CUSTOMER)
        return
    own = text("amountincompanycodecurrency")
    theirs, currency = text("amountintransactioncurrency"), text("transactioncurrency")
    same = own is not None and _number(own) is not None and _number(own) == _number(theirs)
    records.add(
        line,
        document_id=text("accountingdocument"),
        customer_id=text("customer"),
        kind=text("accountingdocumenttype"),
        issued_on=_day(text("documentdate") or text("postingdate")),
        due_on=_day(text("netduedate")),
        debit=theirs if own is None else own,
        currency=currency if own is None or same else text("companycodecurrency"),
        match_code=text("clearingaccountingdocument"),
        matched_on=_day(text("clearingdate")),
        reference=text("invoicereference"),
    )


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text is not None else None
    except InvalidOperation:
        return None


def _day(text: str | None) -> str | None:
    """Return the day of a day with a time; SAP writes none as zeros."""
    if text is None or not text.strip("0-:TZ. "):
        return None
    return text.split("T")[0]


def _items(file: SourceFile) -> Iterator[tuple[int, dict[str, object] | str]]:
    """Yield line and item; a line that is no object comes as its text.

    Raises `FileError` where the file is neither lines of objects nor one list.
    """
    try:
        with file.path.open(encoding="utf-8-sig") as stream:
            first = next((row for row in stream if row.strip()), "")
            lines = _object(first) is not None and "value" not in (_object(first) or {})
            lines = lines and "d" not in (_object(first) or {})
            stream.seek(0)
            if not lines:
                document = json.loads(stream.read(), parse_float=Decimal)
                for number, item in enumerate(_listed(document), 1):
                    lowered = _lowered(item)
                    yield number, str(item) if lowered is None else lowered
                return
            for number, row in enumerate(stream, 1):
                if row.strip():
                    yield number, _object(row) or row.strip()
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FileError(
            Text(N_("{file} is no proper JSON: {error}."), {"file": file.name, "error": error}),
            Text(_EXPORT),
        ) from error


def _listed(document: object) -> list[object]:
    """Return the list in a document: itself, or under the keys of OData."""
    for key in ("d", "results", "value"):
        if isinstance(document, dict):
            document = document.get(key, document)
    return document if isinstance(document, list) else [document]


def _object(row: str) -> dict[str, object] | None:
    try:
        return _lowered(json.loads(row, parse_float=Decimal))
    except (json.JSONDecodeError, RecursionError):
        return None


def _lowered(item: object) -> dict[str, object] | None:
    return {k.lower(): v for k, v in item.items()} if isinstance(item, dict) else None


SOURCE = SapS4Source()

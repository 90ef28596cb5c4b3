"""What the tests of the e-invoice formats share: real files, small invoices, staged rows."""

from pathlib import Path
from typing import Any

import pytest

from data.store.state import Store
from etl.intake.source import Source, SourceFile
from tests import places
from tests.goldens import staged

REAL = places.REAL / "einvoice"
SAMPLES = places.SAMPLES


def real(name: str) -> Path:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path


def document(
    path: Path, source: Source | None = None, table: str = "staged_documents"
) -> dict[str, object]:
    """Return the only row that is staged from the file, without what is empty."""
    connection, _ = staged(path, source=source)
    found = connection.execute(f"select * from {table}")
    names = [d[0] for d in found.description]
    (row,) = found.fetchall()
    return {
        n: v
        for n, v in zip(names, row, strict=True)
        if v is not None and n not in ("file_id", "ledger")
    }


def query(store: Store, sql: str) -> list[tuple[Any, ...]]:
    state = store.current()
    assert state is not None
    return [tuple(row.values()) for row in state.engine.query(sql).to_pylist()]


def head_of(path: Path) -> bytes:
    return SourceFile(path).head


UBL = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">
<ID>{number}</ID><IssueDate>2026-01-10</IssueDate><InvoiceTypeCode>{code}</InvoiceTypeCode>
<DocumentCurrencyCode>EUR</DocumentCurrencyCode>{extra}
<AccountingSupplierParty><Party><PartyLegalEntity><RegistrationName>{seller}</RegistrationName>
<CompanyID>{seller}</CompanyID></PartyLegalEntity></Party></AccountingSupplierParty>
<AccountingCustomerParty><Party>{buyer}</Party></AccountingCustomerParty>
<LegalMonetaryTotal>{total}</LegalMonetaryTotal></Invoice>"""
BUYER = "<PartyIdentification><ID>C1</ID></PartyIdentification>"


def ubl(
    path: Path,
    number: str = "F1",
    code: str = "380",
    extra: str = "",
    seller: str = "S",
    buyer: str = BUYER,
    root: str = "Invoice",
    **total: str,
) -> Path:
    """Write a small UBL document, its totals by the names of their elements."""
    totals = "".join(f"<{n}>{v}</{n}>" for n, v in total.items())
    xml = UBL.format(
        number=number, code=code, extra=extra, seller=seller, buyer=buyer, total=totals
    )
    if root == "CreditNote":
        xml = xml.replace("Invoice-2", "CreditNote-2").replace("InvoiceType", "CreditNoteType")
        xml = xml.replace("<Invoice ", "<CreditNote ").replace("</Invoice>", "</CreditNote>")
    path.write_text(xml, encoding="utf-8")
    return path

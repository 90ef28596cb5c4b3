"""Polish JPK_FA, the standard audit file of sales invoices: versions 3 and 4.

One root, `JPK`; the seller stands in `Podmiot1`, each invoice in `Faktura`, its lines in
`FakturaWiersz`, which are not read. What is made of it:

- Each invoice is one document: number in P_2A, day of issue in P_1, amount due in P_15, in the
  currency KodWaluty, else in that of the whole file (DomyslnyKodWaluty), else in zloty. A
  correction (RodzajFaktury KOREKTA) states the difference: below zero it is a credit note. It names
  the invoice it corrects (NrFaKorygowanej), and why (PrzyczynaKorekty).
- A buyer has no number of its own: its tax number (P_5A, P_5B) serves as one, else its name, P_3A.
- P_6 is the day of delivery. A due day (TerminPlatnosci) is no part of the published schema; it is
  read where a program adds it.
- FakturaCtrl (how many invoices, and their sum) is compared with what was read; a difference is a
  note.

It holds no payments: those come from a bank statement or another export. No real sample was at
hand; written from the published description.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from data.core.reading import Reading
from data.core.texts import N_, NN_, Text
from etl.intake.files.xml import Element, elements, line_of, name_of, text
from etl.intake.formats.audit.saft.books import money
from etl.intake.formats.audit.saft.jpk import is_jpk, ledger_of, stage_jpk
from etl.intake.formats.records import Origin, Records
from etl.intake.source import ReadOptions, SourceFile

_DOCUMENTS = {
    "document_id": "P_2A",
    "customer_id": "P_5B",
    "kind": "kind",
    "issued_on": "P_1",
    "due_on": "TerminPlatnosci",
    "delivered_on": "P_6",
    "debit": "P_15",
    "credit": "P_15",
    "currency": "KodWaluty",
    "reference": "NrFaKorygowanej",
    # a number that occurs twice is no invoice in instalments
    "instalment": "",
}
_CUSTOMERS = {
    "customer_id": "P_5B",
    "customer_name": "P_3A",
    "vat_number": "P_5B",
    "country": "P_5A",
}
_NO_TAX_NUMBER = NN_(
    "{count} invoice names a buyer without a tax number: its name serves as one.",
    "{count} invoices name a buyer without a tax number: its name serves as one.",
)
_COUNT_DIFFERS = N_(
    "FakturaCtrl says {said} invoices, but the file holds {read}: ask for a new export, or have "
    "the difference explained."
)
_SUM_DIFFERS = N_(
    "FakturaCtrl says the invoices make {said}, but they make {read}: ask for a new export, or "
    "have the difference explained."
)


class JpkFaSource:
    """See the module."""

    name = "jpk_fa"
    label = N_("Polish JPK_FA (sales invoices)")
    gives: tuple[str, ...] = (
        N_("sales invoices and corrections, in their own currency"),
        N_("which invoice a correction corrects"),
        N_("names, tax numbers and countries of buyers"),
    )
    lacks: tuple[str, ...] = (N_("payments"), N_("due days"), N_("sectors and limits"))

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        # JPK_FA_RR are purchases from farmers
        return 0.98 if is_jpk(file.head, rb"JPK_FA(?!_RR)") else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`: documents and, where there are any, customers."""
        with Records("invoices", _DOCUMENTS) as documents, Records(
            "customers", _CUSTOMERS
        ) as customers:  # fmt: skip
            found = _Invoices(documents, customers, set())
            for element in elements(
                file, "Faktura", "FakturaCtrl", "Podmiot1", "WariantFormularza", "Podmiot2",
                "DomyslnyKodWaluty",
            ):  # fmt: skip
                found.take(element)
            documents.notes += found.notes()
            origin = Origin(
                file.name,
                self.name,
                ledger=ledger_of(found.seller),
                series="jpk_fa",
                settings={"version": found.version},
            )
            return stage_jpk(connection, documents, customers, first_file_id, origin, options)


@dataclass
class _Invoices:
    """What was read so far."""

    documents: Records
    customers: Records
    buyers: set[str]
    seller: str = ""
    version: str = ""
    currency: str = "PLN"
    """Of invoices that name none: what the head says, which stands before them."""
    nameless: int = 0
    count: int = 0
    total: Decimal = Decimal(0)
    said_count: str = ""
    said_total: str = ""

    def take(self, element: Element) -> None:
        """Take an element for what it is."""
        match name_of(element):
            case "Faktura":
                self._invoice(element)
            case "FakturaCtrl":
                self.said_count = text(element, "LiczbaFaktur")
                self.said_total = text(element, "WartoscFaktur")
            case "Podmiot1":
                self.seller = next(
                    (text(e) for e in element.iter() if name_of(e) == "NIP" and text(e)), ""
                )
            case "WariantFormularza":
                self.version = text(element)
            case "DomyslnyKodWaluty":
                self.currency = text(element) or self.currency

    def _invoice(self, element: Element) -> None:
        cells = {
            name_of(c): " ".join((c.text or "").split()) for c in element if name_of(c) is not None
        }
        name, tax = cells.get("P_3A", ""), cells.get("P_5B", "")
        prefix = cells.get("P_5A", "")
        buyer = f"{prefix}{tax}" if tax else name
        self.nameless += not tax and bool(name)
        due = cells.get("P_15", "")
        amount = money(due)
        self.count += 1
        self.total += amount or Decimal(0)
        below = due.startswith("-")
        start = line_of(element)
        self.documents.add(
            start,
            document_id=cells.get("P_2A"),
            customer_id=buyer,
            kind="credit_note" if below else "invoice",
            issued_on=cells.get("P_1", "")[:10],
            due_on=cells.get("TerminPlatnosci", "")[:10],
            delivered_on=cells.get("P_6", "")[:10],
            currency=cells.get("KodWaluty") or self.currency,
            # a number on an invoice would be taken for what payments of it name
            reference=" ".join(
                filter(None, (cells.get("NrFaKorygowanej"), cells.get("PrzyczynaKorekty")))
            )
            if below
            else None,
            **{"credit" if below else "debit": due.lstrip("-") if below else due},
        )
        if buyer and buyer not in self.buyers:
            self.buyers.add(buyer)
            self.customers.add(
                start,
                customer_id=buyer,
                customer_name=name,
                vat_number=f"{prefix}{tax}" if tax else None,
                # without a prefix a number of ten digits is Polish
                country=prefix or ("PL" if re.fullmatch(r"\d{10}", tax, re.ASCII) else None),
            )

    def notes(self) -> list[Text]:
        """Return what the reader should know."""
        found: list[Text] = []
        said = money(self.said_count)
        if said is not None and said != self.count:
            found.append(Text(_COUNT_DIFFERS, {"said": self.said_count, "read": self.count}))
        total = money(self.said_total)
        if total is not None and total != self.total:
            found.append(Text(_SUM_DIFFERS, {"said": self.said_total, "read": f"{self.total:f}"}))
        if self.nameless:
            found.append(Text(_NO_TAX_NUMBER, {"count": self.nameless}))
        return found


SOURCE = JpkFaSource()

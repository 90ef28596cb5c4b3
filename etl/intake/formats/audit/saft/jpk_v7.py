"""Polish JPK_V7M, JPK_V7K and the older JPK_VAT: the register of sales for value-added tax.

One root, `JPK`; the seller stands in `Podmiot1`, each sale in `SprzedazWiersz`. Purchases and the
declaration are not read. What is made of it:

- Each row is one document: number in DowodSprzedazy, day in DataWystawienia, in zloty. Its amount
  is what its fields make, nets and taxes of sales: K_10, K_11, K_13, K_15 to K_22 (K_12 and K_14
  are parts of K_11 and K_13); of a sale taxed by its margin, SprzedazVAT_Marza. Below zero it is a
  credit note. Rows of one number are one document.
- Tax on the company's own purchases (K_23 to K_32), daily totals of cash registers (TypDokumentu
  RO), internal documents (WEW), and the relief for bad debts (KorektaPodstawyOpodt), which takes
  tax back and no claim, are left out.
- A buyer has no number of its own: its tax number serves as one, else (BRAK) its name.
- LiczbaWierszySprzedazy, how many rows there are, is compared with what was read.

It holds no payments and no due days, and amounts are in zloty whatever the invoice was written in.
No real sample was at hand; written from the published description.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.files.xml import Element, elements, line_of, name_of, text
from etl.intake.formats.audit.saft.books import money
from etl.intake.formats.audit.saft.jpk import is_jpk, ledger_of, stage_jpk
from etl.intake.formats.records import Origin, Records
from etl.intake.source import ReadOptions, SourceFile

_SALES = ("K_10", "K_11", "K_13", *(f"K_{n}" for n in range(15, 23)))
_PURCHASES = tuple(f"K_{n}" for n in range(23, 33))
_DOCUMENTS = {
    "document_id": "DowodSprzedazy",
    "customer_id": "NrKontrahenta",
    "kind": "kind",
    "issued_on": "DataWystawienia",
    "delivered_on": "DataSprzedazy",
    "debit": "K_10 ... K_22",
    "credit": "K_10 ... K_22",
    # rows of one number were added up
    "instalment": "",
}
_CUSTOMERS = {
    "customer_id": "NrKontrahenta",
    "customer_name": "NazwaKontrahenta",
    "vat_number": "NrKontrahenta",
    "country": "KodKrajuNadaniaTIN",
}
_NOBODY = ("", "BRAK", "ND", "NIE DOTYCZY")

REGISTERS = N_("daily totals of cash registers")
INTERNAL = N_("internal documents")
OWN_PURCHASES = N_("tax on the company's own purchases")
RELIEF = N_("reliefs for bad debts: the claim itself goes on")
_COUNT_DIFFERS = N_(
    "The file says it has {said} rows of sales, but it holds {read}: ask for a new export."
)
_ZLOTY = N_("All amounts are in zloty, also of invoices that were written in another currency.")


class JpkV7Source:
    """See the module."""

    name = "jpk_v7"
    label = N_("Polish JPK_V7 and JPK_VAT (register of sales)")
    gives: tuple[str, ...] = (
        N_("sales invoices and corrections, in zloty"),
        N_("names, tax numbers and countries of buyers"),
    )
    lacks: tuple[str, ...] = (
        N_("payments"),
        N_("due days"),
        N_("which invoice a correction corrects"),
        N_("sectors and limits"),
    )

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        return 0.98 if is_jpk(file.head, rb"JPK_(?:V7[MK]|VAT)\b") else 0.0

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
            found = _Register(documents, customers)
            for element in elements(file, "SprzedazWiersz", "SprzedazCtrl", "Podmiot1"):
                found.take(element)
            found.finish()
            origin = Origin(
                file.name,
                self.name,
                ledger=ledger_of(found.seller),
                series="jpk_v7",
                currency="PLN",
            )
            return stage_jpk(connection, documents, customers, first_file_id, origin, options)


@dataclass
class _Sale:
    """What the rows of one number make."""

    line: int
    cells: dict[str, str]
    amount: Decimal
    bad: str = ""
    """A cell that is no amount."""


@dataclass
class _Register:
    """What was read so far."""

    documents: Records
    customers: Records
    seller: str = ""
    count: int = 0
    said: str = ""
    buyers: set[str] = field(default_factory=set)
    sales: dict[tuple[str, str], _Sale] = field(default_factory=dict)

    def take(self, element: Element) -> None:
        """Take an element for what it is."""
        match name_of(element):
            case "SprzedazWiersz":
                self._row(element)
            case "SprzedazCtrl":
                self.said = text(element, "LiczbaWierszySprzedazy")
            case "Podmiot1":
                self.seller = next(
                    (text(e) for e in element.iter() if name_of(e) == "NIP" and text(e)), ""
                )

    def _row(self, element: Element) -> None:
        cells = {name_of(c): " ".join((c.text or "").split()) for c in element}
        self.count += 1
        kind = cells.get("TypDokumentu", "").upper()
        margin = cells.get("SprzedazVAT_Marza")
        written = [margin] if margin else [cells[n] for n in _SALES if cells.get(n)]
        if kind in ("RO", "WEW"):
            self.documents.leave_out(REGISTERS if kind == "RO" else INTERNAL)
        elif cells.get("KorektaPodstawyOpodt") == "1":
            self.documents.leave_out(RELIEF)
        elif not any(money(w) for w in written) and any(cells.get(n) for n in _PURCHASES):
            self.documents.leave_out(OWN_PURCHASES)
        else:
            key = cells.get("DowodSprzedazy", ""), _buyer(cells)
            sale = self.sales.get(key) if key[0] else None
            if sale is None:
                sale = _Sale(line_of(element), cells, Decimal(0))
                self.sales[key if key[0] else (f"\0{self.count}", "")] = sale
            else:
                self.documents.leave_out(N_("further lines of the same document"))
            amounts = [(w, money(w)) for w in written]
            sale.amount += sum((a for _, a in amounts if a is not None), Decimal(0))
            sale.bad = sale.bad or next((w for w, a in amounts if a is None), "")

    def finish(self) -> None:
        """Add the documents, when all rows are read."""
        for sale in self.sales.values():
            cells, below = sale.cells, sale.amount < 0
            buyer, tax = _buyer(cells), cells.get("NrKontrahenta", "")
            prefix = cells.get("KodKrajuNadaniaTIN", "")
            self.documents.add(
                sale.line,
                document_id=cells.get("DowodSprzedazy"),
                customer_id=buyer,
                kind="credit_note" if below else "invoice",
                issued_on=cells.get("DataWystawienia", "")[:10],
                delivered_on=cells.get("DataSprzedazy", "")[:10],
                **{"credit" if below else "debit": sale.bad or f"{abs(sale.amount):f}"},
            )
            if buyer and buyer not in self.buyers:
                self.buyers.add(buyer)
                known = tax.upper() not in _NOBODY
                self.customers.add(
                    sale.line,
                    customer_id=buyer,
                    customer_name=cells.get("NazwaKontrahenta"),
                    vat_number=buyer if known else None,
                    # without a prefix a number of ten digits is Polish
                    country=prefix or ("PL" if re.fullmatch(r"\d{10}", tax, re.ASCII) else None),
                )
        said = money(self.said)
        if said is not None and said != self.count:
            self.documents.notes.append(
                Text(_COUNT_DIFFERS, {"said": self.said, "read": self.count})
            )
        if self.sales:
            self.documents.notes.append(Text(_ZLOTY))


def _buyer(cells: dict[str, str]) -> str:
    """Return the number that a buyer is known by; its name where it has none."""
    tax = cells.get("NrKontrahenta", "")
    if tax.upper() in _NOBODY:
        return cells.get("NazwaKontrahenta", "")
    prefix = cells.get("KodKrajuNadaniaTIN", "")
    return tax if prefix in ("", "PL") or tax.startswith(prefix) else f"{prefix}{tax}"


SOURCE = JpkV7Source()

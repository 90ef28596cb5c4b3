"""Polish e-invoices of KSeF: FA(2) and FA(3), and the older FA(1).

The structure `Faktura` of the ministry of finance; one file holds one invoice. What e-invoices
have in common is said in etl/intake/formats/einvoice/invoice.py. Here:

- amount: what is left to pay (DoZaplaty) where the invoice settles charges and deductions, else
  the total due (P_15). Of a correction it is the difference, so that one below zero is a credit
  note; of an advance invoice the advance, of a final one what is left after the advances.
- What is marked as paid (Zaplacono, ZaplataCzesciowa) counts as any paid state of a document.
- due day: Termin, or so many days (TerminOpis) after the invoice. Of several, the last.
- customer: its number at the seller (NrKlienta), else its tax number.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

import re
from decimal import Decimal

import duckdb

from data.core.reading import Reading
from data.core.texts import N_
from etl.intake.files.xml import Element, child, children, elements, line_of, root_of, text
from etl.intake.formats.einvoice.invoice import GIVES, LACKS, Invoice, Party, stage_invoices
from etl.intake.formats.einvoice.ubl import day
from etl.intake.formats.records import Origin
from etl.intake.source import ReadOptions, SourceFile

_SPACE = re.compile(r"http://crd\.gov\.pl/wzor/\d{4}/\d\d/\d\d/\d+/")

COLUMNS = {
    "document_id": "P_2",
    "customer_id": "Podmiot2",
    "customer_name": "Podmiot2/Nazwa",
    "vat_number": "Podmiot2/NIP",
    "country": "Podmiot2/KodKraju",
    "kind": "RodzajFaktury",
    "issued_on": "P_1",
    "due_on": "Termin",
    "terms_days": "TerminOpis",
    "currency": "KodWaluty",
    "debit": "P_15",
    "credit": "P_15",
    "paid_amount": "KwotaZaplatyCzesciowej",
    "paid_on": "DataZaplaty",
    "po_number": "NrZamowienia",
    "delivered_on": "P_6",
    "reference": "NrFaKorygowanej",
    "instalment": "TerminPlatnosci",
}


class KsefSource:
    """See the module."""

    name = "ksef"
    label = N_("Polish e-invoice (KSeF FA)")
    gives: tuple[str, ...] = (*GIVES[:2], N_("what was paid by the day of the invoice"), GIVES[-1])
    lacks: tuple[str, ...] = LACKS

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        space, name = root_of(file.head)
        return 0.98 if name == "Faktura" and _SPACE.match(space) else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        invoices = [_invoice(e) for e in elements(file, "Faktura", unread=("FaWiersz",))]
        origin = Origin(file.name, self.name)
        return [stage_invoices(connection, invoices, COLUMNS, first_file_id, origin, options)]


SOURCE = KsefSource()


def _invoice(element: Element) -> Invoice:
    body = child(element, "Fa")
    payment = child(body, "Platnosc") if body is not None else None
    settled = child(body, "Rozliczenie") if body is not None else None
    terms = children(payment, "TerminPlatnosci") if payment is not None else []
    total, payable = text(body, "P_15"), text(settled, "DoZaplaty")
    over = text(settled, "DoRozliczenia")
    if over and not payable:  # what is left goes back to the customer
        payable = f"-{over.lstrip('-')}"
    paid, paid_on = _paid(payment, payable or total)
    number = child(element, "Fa", "P_2")
    header = child(element, "Naglowek", "KodFormularza")
    corrected = [] if body is None else children(body, "DaneFaKorygowanej")
    return Invoice(
        line=line_of(element if number is None else number),
        number=text(number),
        issued_on=day(text(body, "P_1")),
        due_on=max((day(text(t, "Termin")) for t in terms), default=""),
        currency=text(body, "KodWaluty"),
        total=total,
        payable=payable or total,
        texts=[
            f"{text(said, 'Klucz')} {text(said, 'Wartosc')}"
            for said in ([] if body is None else children(body, "DodatkowyOpis"))
        ],
        paid=paid,
        paid_on=paid_on,
        terms="\n".join(filter(None, map(_said, terms))),
        order=text(body, "WarunkiTransakcji", "Zamowienia", "NrZamowienia"),
        delivered_on=day(text(body, "P_6")),
        reason=text(body, "PrzyczynaKorekty"),
        corrects=[n for c in corrected if (n := text(c, "NrFaKorygowanej"))],
        profile=(header.get("kodSystemowy") or "") if header is not None else "",
        seller=_party(child(element, "Podmiot1")),
        buyer=_party(child(element, "Podmiot2")),
    )


def _paid(payment: Element | None, whole: str) -> tuple[str, str]:
    """Return what was paid of `whole`, and the last day of it, as the invoice marks it."""
    if payment is None or whole.startswith("-"):
        return "", ""
    if text(payment, "Zaplacono") == "1":
        return whole, day(text(payment, "DataZaplaty"))
    parts = children(payment, "ZaplataCzesciowa")
    amounts = [text(p, "KwotaZaplatyCzesciowej") for p in parts]
    known = [a for a in amounts if re.fullmatch(r"\d{1,15}(\.\d{1,2})?", a, re.ASCII)]
    if not parts or len(known) < len(parts):
        return "", ""
    days = [day(text(p, "DataZaplatyCzesciowej")) for p in parts]
    return f"{sum(map(Decimal, known)):f}", max(days)


def _said(terms: Element) -> str:
    """Return terms as text: written so before FA(3), in three parts since."""
    described = child(terms, "TerminOpis")
    if described is None:
        return ""
    parts = [text(described, n) for n in ("Ilosc", "Jednostka", "ZdarzeniePoczatkowe")]
    return " ".join(filter(None, parts)) or text(described)


def _party(element: Element | None) -> Party:
    known = child(element, "DaneIdentyfikacyjne") if element is not None else None
    abroad = text(known, "NrVatUE")
    country = text(element, "Adres", "KodKraju") or text(known, "KodUE") or text(known, "KodKraju")
    return Party(
        ids=[n] if (n := text(element, "NrKlienta")) else [],
        vat=text(known, "NIP") or (f"{text(known, 'KodUE')}{abroad}" if abroad else ""),
        registration=text(known, "NrID"),
        name=text(known, "Nazwa"),
        country=country,
    )

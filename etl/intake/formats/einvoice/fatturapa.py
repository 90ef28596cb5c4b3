"""Italian e-invoices: FatturaPA 1.2 to business and administration, and the simplified one.

One file may hold several invoices (FatturaElettronicaBody) to one customer. What e-invoices have
in common is said in etl/intake/formats/einvoice/invoice.py. Here:

- amount: the payments that the invoice asks for (ImportoPagamento): tax that the customer keeps
  back (ritenuta) or pays to the state itself (split payment) is no receivable. Where it asks for
  none, the total (ImportoTotaleDocumento), or what its tax summary makes, less both.
- TD04 and TD08 are credit notes. What a company writes to itself for its purchases (TD16 to TD23,
  TD27 to TD29) is no sale, and is left out.
- due day: DataScadenzaPagamento, or so many days (GiorniTerminiPagamento) after the day from which
  they run; several payments with days of their own are instalments.
- customer: its VAT number, else its tax code.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from data.core.reading import Reading
from data.core.texts import N_
from etl.intake.files.xml import Element, child, children, elements, line_of, name_of, root_of, text
from etl.intake.formats.einvoice.invoice import GIVES, LACKS, Invoice, Party, stage_invoices
from etl.intake.formats.einvoice.plain import is_day
from etl.intake.formats.einvoice.ubl import day
from etl.intake.formats.records import Origin
from etl.intake.source import ReadOptions, SourceFile

_ROOTS = ("FatturaElettronica", "FatturaElettronicaSemplificata")
_HEADER, _BODY = "FatturaElettronicaHeader", "FatturaElettronicaBody"
_CREDITS = ("TD04", "TD08")
_OWN = frozenset(f"TD{n}" for n in (*range(16, 24), 27, 28, 29))
_OWN_REASON = N_("invoices that a company writes to itself for its purchases")

COLUMNS = {
    "document_id": "Numero",
    "customer_id": "CessionarioCommittente",
    "customer_name": "Denominazione",
    "vat_number": "IdFiscaleIVA",
    "country": "Nazione",
    "kind": "TipoDocumento",
    "issued_on": "Data",
    "due_on": "DataScadenzaPagamento",
    "terms_days": "GiorniTerminiPagamento",
    "currency": "Divisa",
    "debit": "ImportoPagamento",
    "credit": "ImportoPagamento",
    "po_number": "DatiOrdineAcquisto/IdDocumento",
    "delivered_on": "DatiDDT/DataDDT",
    "reference": "DatiFattureCollegate/IdDocumento",
    "instalment": "DettaglioPagamento",
}


class FatturaPaSource:
    """See the module."""

    name = "fatturapa"
    label = N_("Italian e-invoice (FatturaPA)")
    gives: tuple[str, ...] = (*GIVES[:3], GIVES[-1])
    lacks: tuple[str, ...] = LACKS

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        return 0.98 if root_of(file.head)[1] in _ROOTS else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        invoices = []
        seller = buyer = Party()
        profile = ""
        for element in elements(file, _HEADER, _BODY, unread=("DettaglioLinee", "Allegati")):
            if name_of(element) == _HEADER:
                seller = _party(child(element, "CedentePrestatore"))
                buyer = _party(child(element, "CessionarioCommittente"))
                profile = text(element, "DatiTrasmissione", "FormatoTrasmissione")
            else:
                invoices.append(_invoice(element, seller, buyer, profile))
        origin = Origin(file.name, self.name)
        return [stage_invoices(connection, invoices, COLUMNS, first_file_id, origin, options)]


SOURCE = FatturaPaSource()


def _invoice(element: Element, seller: Party, buyer: Party, profile: str) -> Invoice:
    general = child(element, "DatiGenerali")
    document = child(element, "DatiGenerali", "DatiGeneraliDocumento")
    code = text(document, "TipoDocumento")
    number = child(element, "DatiGenerali", "DatiGeneraliDocumento", "Numero")
    issued_on = day(text(document, "Data"))
    asked = children(element, "DatiPagamento")
    payments = [p for data in asked for p in children(data, "DettaglioPagamento")]
    parts = [(_due(p), text(p, "ImportoPagamento")) for p in payments]
    days = {text(p, "GiorniTerminiPagamento") for p in payments} - {""}
    total = _total(element, document)
    reasons = [] if document is None else [text(c) for c in children(document, "Causale")]
    corrects = [] if general is None else children(general, "DatiFattureCollegate")
    return Invoice(
        line=line_of(element if number is None else number),
        number=text(number),
        left_out=_OWN_REASON if code in _OWN else "",
        credit=code in _CREDITS,
        issued_on=issued_on,
        due_on=max((due for due, _ in parts), default=""),
        currency=text(document, "Divisa"),
        total=total,
        payable=_sum([amount for _, amount in parts]) or _less(total, _kept(element, document)),
        terms=f"{days.pop()} giorni" if len(days) == 1 else "",
        parts=parts if len(parts) > 1 else [],
        order=text(general, "DatiOrdineAcquisto", "IdDocumento"),
        delivered_on=day(text(general, "DatiDDT", "DataDDT")),
        reason=" ".join(reasons),
        texts=reasons,
        corrects=[n for c in corrects if (n := text(c, "IdDocumento"))],
        profile=profile,
        seller=seller,
        buyer=buyer,
    )


def _number(written: str) -> Decimal | None:
    return Decimal(written) if re.fullmatch(r"-?\d{1,15}(\.\d{1,8})?", written, re.ASCII) else None


def _sum(amounts: list[str]) -> str:
    """Return the sum of amounts as text; '' where there is none, or one that is no number."""
    found = [_number(a) for a in amounts]
    if not found or any(f is None for f in found):
        return next((a for a in amounts if a and _number(a) is None), "")
    return f"{sum((f for f in found if f is not None), Decimal(0)):f}"


def _less(total: str, kept: Decimal) -> str:
    """Return the total less what the customer keeps back; as it is where it is no number."""
    amount = _number(total)
    return total if amount is None or not kept else f"{amount - kept:f}"


def _total(element: Element, document: Element | None) -> str:
    """Return the total of a document, also where only its parts say it."""
    if said := text(document, "ImportoTotaleDocumento"):
        return said
    goods = children(element, "DatiBeniServizi")
    parts = [text(g, "Importo") for g in goods if text(g, "Importo")]  # the simplified one
    for summary in (s for g in goods for s in children(g, "DatiRiepilogo")):
        parts += [text(summary, "ImponibileImporto"), text(summary, "Imposta")]
        parts += [rounding] if (rounding := text(summary, "Arrotondamento")) else []
    return _sum(parts)


def _kept(element: Element, document: Element | None) -> Decimal:
    """Return the tax that the customer keeps back or pays to the state itself."""
    held = [] if document is None else children(document, "DatiRitenuta")
    amounts = [text(h, "ImportoRitenuta") for h in held]
    for goods in children(element, "DatiBeniServizi"):
        summaries = children(goods, "DatiRiepilogo")
        amounts += [text(s, "Imposta") for s in summaries if text(s, "EsigibilitaIVA") == "S"]
    return sum((n for a in amounts if (n := _number(a)) is not None), Decimal(0))


def _due(payment: Element) -> str:
    """Return the due day of a payment: its own, or so many days after the day they run from."""
    if said := day(text(payment, "DataScadenzaPagamento")):
        return said
    start = day(text(payment, "DataRiferimentoTerminiPagamento"))
    days = text(payment, "GiorniTerminiPagamento")
    if not is_day(start) or not re.fullmatch(r"\d{1,3}", days, re.ASCII):
        return ""
    return (date.fromisoformat(start) + timedelta(int(days))).isoformat()


def _party(element: Element | None) -> Party:
    """Return a party; the simplified invoice names its parts otherwise."""
    data = child(element, "DatiAnagrafici") if element is not None else None
    names = child(data, "Anagrafica") if data is not None else None
    if data is None and element is not None:
        own = child(element, "IdentificativiFiscali")
        data = element if own is None else own
        others = child(element, "AltriDatiIdentificativi")
        names = element if others is None else others
    tax = child(data, "IdFiscaleIVA") if data is not None else None
    person = " ".join(filter(None, (text(names, "Nome"), text(names, "Cognome"))))
    country, code = text(tax, "IdPaese"), text(tax, "IdCodice")
    return Party(
        vat=f"{country}{code}" if code else "",
        registration=text(data, "CodiceFiscale"),
        name=text(names, "Denominazione") or person,
        country=text(element, "Sede", "Nazione") or country,
    )

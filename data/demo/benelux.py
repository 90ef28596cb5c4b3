"""Writes the other branches' exports and the lists that all branches share.

The Dutch package exports invoices and payments as semicolon-separated text in Windows-1252 and
does not say which payment pays what; the Belgian one exports a workbook with invoices, payments
and their matches; the Luxembourg one a list of invoices with their state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from data.demo.model import month_starts
from data.demo.records import FIRST_DAY, LAST_DAY, Company, Document, rate_of

_SALES = ("invoice", "credit_note")
_MADE_ON = datetime(2026, 11, 1)  # noqa: DTZ001 - a spreadsheet has no time zones


def _comma(cents: int, thousands: bool = False) -> str:
    sign, whole = "-" if cents < 0 else "", f"{abs(cents) // 100:,}"
    return f"{sign}{whole.replace(',', '.' if thousands else '')},{abs(cents) % 100:02}"


def _rate(rate: float) -> str:
    return f"{rate:.4f}".replace(".", ",")


def _day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def write_dutch(folder: Path, company: Company) -> list[Path]:
    """Write invoices and payments as two CSV files."""
    documents = company.of("NL")
    head = (
        "Factuurnummer", "Debiteurnummer", "Naam", "Factuurdatum", "Vervaldatum",
        "Bedrag incl. BTW", "Valutacode", "Koers", "Omschrijving", "Bestelnummer", "Verkoper",
        "Betwist", "Orderdatum", "Leverdatum", "Kostprijs",
    )  # fmt: skip
    rows: list[Sequence[str]] = []
    total = subtotal = 0
    quarter = ""
    for d in (d for d in documents if d.kind in _SALES):
        now = f"kwartaal {(d.day.month + 2) // 3} {d.day.year}"
        if quarter not in ("", now):
            rows.append(_sum_row(f"Subtotaal {quarter}", subtotal, len(head)))
            subtotal = 0
        quarter = now
        subtotal += d.amount
        total += d.amount
        rows.append(
            (
                d.number,
                d.customer.number,
                d.customer.name,
                _day(d.day),
                _day(d.due),
                _comma(d.amount, thousands=True),
                d.customer.currency,
                _rate(d.rate),
                f"Creditnota op factuur {d.about.number}" if d.about else "",
                d.po,
                d.customer.salesperson,
                "Ja" if d.disputed else "Nee",
                _day(d.ordered),
                _day(d.delivered),
                _comma(d.cost, thousands=True) if d.kind == "invoice" else "",
            )
        )
    rows.append(_sum_row("Totaal", total, len(head)))
    invoices = folder / "facturen_nl.csv"
    _csv(invoices, head, rows, "cp1252")
    payments = folder / "betalingen_nl.csv"
    _csv(
        payments,
        ("Boekstuknummer", "Soort", "Betaaldatum", "Debiteurnummer", "Naam", "Bedrag",
         "Valutacode", "Koers", "Omschrijving"),
        (
            (d.number, _DUTCH_KINDS[d.kind], _day(d.day), d.account.number, d.account.name,
             _comma(-d.amount), d.customer.currency, _rate(d.rate), said(d))
            for d in documents
            if d.kind not in _SALES
        ),
        "cp1252",
    )  # fmt: skip
    return [invoices, payments]


_DUTCH_KINDS = {"payment": "Betaling", "write_off": "Afboeking", "adjustment": "Correctie"}
_BELGIAN_KINDS = {"payment": "Paiement", "write_off": "Perte", "adjustment": "Correction"}


def said(document: Document) -> str:
    """Return what the statement says: the payer's words, or what the booking is about."""
    return document.text or (document.about.number if document.about else "")


def _sum_row(label: str, cents: int, width: int) -> Sequence[str]:
    return (label, "", "", "", "", _comma(cents, thousands=True), *[""] * (width - 6))


def _csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]], encoding: str) -> None:
    """Write semicolon-separated text; no value of ours holds a semicolon or a quote."""
    text = "".join(";".join(row) + "\r\n" for row in (head, *rows))
    path.write_bytes(text.encode(encoding))


def write_belgian(folder: Path, company: Company) -> list[Path]:
    """Write one workbook with invoices, payments and matches on three sheets."""
    documents = company.of("BE")
    structured = {
        d.number: structured_reference(n)
        for n, d in enumerate(documents, 4_000_000)
        if d.kind == "invoice"
    }
    path = folder / "ventes_verkopen_be.xlsx"
    with _workbook(path) as book:
        _sheet(
            book,
            "Factures - Facturen",
            ("Numéro de facture", "Klantnummer", "Nom du client", "Date de facture",
             "Vervaldatum", "Montant TTC", "Devise", "Communication structurée", "Bestelbon",
             "Vertegenwoordiger", "Litige", "Besteldatum", "Leverdatum", "Kostprijs"),
            (
                (d.number, d.customer.number, d.customer.name, d.day, d.due, d.amount / 100,
                 d.customer.currency, structured.get(d.number, said(d)), d.po,
                 d.customer.salesperson, "oui" if d.disputed else "", d.ordered, d.delivered,
                 d.cost / 100 if d.cost else None)
                for d in documents
                if d.kind in _SALES
            ),
        )  # fmt: skip
        _sheet(
            book,
            "Paiements - Betalingen",
            ("Numéro de pièce", "Type", "Date de paiement", "Klantnummer", "Montant", "Devise",
             "Mededeling"),
            (
                (d.number, _BELGIAN_KINDS[d.kind], d.day, d.account.number, -d.amount / 100,
                 d.customer.currency,
                 " ".join(structured.get(n, n) for n in said(d).split()))
                for d in documents
                if d.kind not in _SALES
            ),
        )  # fmt: skip
        _sheet(
            book,
            "Lettrage - Afpunting",
            ("Facture lettrée", "Numéro de paiement", "Date de lettrage", "Montant"),
            (
                (s.debit.number, s.credit.number, s.recorded, s.amount / 100)
                for s in company.settlements
                if s.debit.customer.branch == "BE"
            ),
        )
    return [path]


def structured_reference(n: int) -> str:
    """Return a Belgian structured communication: ten digits and their remainder by 97."""
    text = f"{n:010}{n % 97 or 97:02}"
    return f"+++{text[:3]}/{text[3:7]}/{text[7:]}+++"


def write_luxembourgish(folder: Path, company: Company) -> list[Path]:
    """Write a workbook of invoices with their state: paid on, paid so far, still open."""
    documents = [d for d in company.of("LU") if d.kind in _SALES]
    paid: dict[int, int] = defaultdict(int)
    closed: dict[int, int] = defaultdict(int)
    last: dict[int, date] = {}
    for s in company.settlements:
        for document in (s.debit, s.credit):
            closed[id(document)] += s.amount
        if s.credit.kind == "payment":
            paid[id(s.debit)] += s.amount
            last[id(s.debit)] = max(last.get(id(s.debit), s.credit.day), s.credit.day)
    path = folder / "factures_lu.xlsx"
    with _workbook(path) as book:
        _sheet(
            book,
            "Factures",
            ("N° facture", "N° client", "Nom du client", "Date de facture", "Date d'échéance",
             "Montant TTC", "Déjà payé", "Reste dû", "Payé le", "Devise", "Vendeur"),
            (
                (d.number, d.customer.number, d.customer.name, d.day, d.due, d.amount / 100,
                 paid[id(d)] / 100,
                 (d.amount - closed[id(d)] if d.amount > 0 else d.amount + closed[id(d)]) / 100,
                 last.get(id(d)), d.customer.currency, d.customer.salesperson)
                for d in documents
            ),
        )  # fmt: skip
    return [path]


def _workbook(path: Path) -> xlsxwriter.Workbook:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    book.set_properties({"created": _MADE_ON, "title": path.stem})
    return book


def _sheet(
    book: xlsxwriter.Workbook, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write one sheet with real day and number cells."""
    sheet = book.add_worksheet(name)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.write_row(0, 0, head, bold)
    sheet.set_column(0, len(head) - 1, 16)
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(r, c, value, day)
            elif isinstance(value, float):
                sheet.write_number(r, c, value, money)
            elif isinstance(value, str) and value:
                sheet.write_string(r, c, value)


def write_lists(folder: Path, company: Company) -> list[Path]:
    """Write the customer list of all branches, and the exchange rates the Belgian one needs."""
    customers = folder / "customers.csv"
    _csv(
        customers,
        ("Customer number", "Customer name", "VAT number", "Country", "NACE code", "Segment",
         "Salesperson", "Parent company", "Credit limit", "Insured limit",
         "Agreed payment terms", "Rating"),
        (
            (c.number, c.name, c.vat, c.country, c.trade.nace if c.known_sector else "",
             c.trade.segment, c.salesperson, c.parent, _whole(c.limit), _whole(c.insured),
             _whole(c.agreed_terms), c.rating)
            for c in company.customers
        ),
        "utf-8-sig",
    )  # fmt: skip
    rates = folder / "wisselkoersen.csv"
    _csv(
        rates,
        ("Valutacode", "Datum", "Koers"),
        (
            (currency, month.isoformat(), _rate(rate_of(currency, month)))
            for currency in ("CHF", "USD")
            for month in month_starts(FIRST_DAY, LAST_DAY)
        ),
        "utf-8",
    )
    return [customers, rates]


def _whole(number: int | None) -> str:
    return "" if number is None else str(number)

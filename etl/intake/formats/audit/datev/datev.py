"""DATEV's EXTF and DTVF files: batches of postings (category 21), and customers (category 16).

Published by DATEV (developer.datev.de, header version 700, postings up to format version 13).
Written in Windows-1252 or UTF-8, `;` between cells, decimal comma; the first line says whose books
and which year, the second names the columns, which are found by their names. No real sample was
at hand; written from the published description.

It gives postings with two accounts each, due days where the package writes them, and in the
second kind of file names, VAT numbers, terms and credit limits. It lacks matching (an invoice is
named by a payment with the same Belegfeld 1), and names in the batches.

What is made of it:

- Accounts of persons have one digit more than those of the general ledger (header field 14);
  those that begin with 1 to 6 are customers. A posting on one is one document; on two, two.
- S debits Konto, H credits it (no sign at all stands for S, as the description says). Generalumkehr
  takes a posting back on its own side.
- The other account tells the kind, by the chart in the header (field 27: SKR 03 or 04), or, where
  it names none, by the one whose revenue accounts occur more: money -> payment, 9000 to 9019 ->
  opening, losses on receivables -> write-off. Else a debit is an invoice and a credit on revenue a
  credit note; what is left, and transfers between persons, are adjustments.
- Skonto stands on payments and comes on top of the amount paid. It becomes a credit note of the
  same number on the same day: it takes revenue and VAT back, and is no loss, so it is no write-off.
- KOST1 is the branch: the cost centre that the posting names.
- Belegdatum is DDMM; the year is the one in which the day lies in the fiscal year (field 13).
- Belegfeld 1 is the document's number, on a payment the number of what it pays. Belegfeld 2 is
  the due day where it is DDMMYY no earlier than the document; the column Fälligkeit comes first.
- Amounts are in the books' currency (Basis-Umsatz) where both are given; else in the document's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, NN_, Text
from etl.intake.files.grid import BROKEN
from etl.intake.formats.audit.datev.layout import (
    CUSTOMERS,
    POSTINGS,
    Layout,
    category_of,
    full_day,
    layout_of,
    meaning,
    rows,
)
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.source import ReadOptions, SourceFile

_DOCUMENTS = {
    "document_id": "Belegfeld 1",
    "customer_id": "Konto",
    "kind": "Gegenkonto",
    "issued_on": "Belegdatum",
    "due_on": "Belegfeld 2",
    "debit": "Umsatz",
    "credit": "Umsatz",
    "currency": "WKZ Umsatz",
    "reference": "Buchungstext",
    "branch": "KOST1 - Kostenstelle",
}
_NAMES = {
    "customer_id": "Konto",
    "customer_name": "Name",
    "vat_number": "EU-UStID",
    "country": "Land",
    "iban": "IBAN-Nr. 1",
    "credit_limit": "Kreditlimit (Debitor)",
    "agreed_terms_days": "Fälligkeit in Tagen (Debitor)",
}
_KINDS = ("invoice", "credit_note", "payment", "opening", "adjustment", "write_off")
_REVERSED = {"invoice": "credit_note", "credit_note": "invoice"}
_LONGEST = timedelta(days=3 * 366)
"""Terms longer than that are a number that looks like a day."""


class DatevSource:
    """See the module."""

    name = "datev"
    label = N_("DATEV (EXTF: postings, customers)")
    gives: tuple[str, ...] = (
        N_("invoices, credit notes, payments, cash discounts, write-offs and opening balances"),
        N_("due days, where the package writes them"),
        N_("customers with VAT number, terms and credit limit, from a file of their own"),
        N_("cost centres"),
    )
    lacks: tuple[str, ...] = (
        N_("which payment settles which invoice, other than by the same number"),
        N_("customer names in the files of postings"),
    )

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        category = category_of(file)
        return 1.0 if category in (POSTINGS, CUSTOMERS) else 0.95 if category else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        layout = layout_of(file, options.encoding)
        settings = {
            "encoding": layout.encoding,
            "version": layout.version,
            "account_digits": str(layout.digits or ""),
        }
        postings = layout.category == POSTINGS
        if postings:
            if layout.year_start is None:
                raise FileError(
                    Text(
                        N_("The first line of {file} does not say in which year its days lie."),
                        {"file": file.name},
                    ),
                    Text(N_("Export it again with the beginning of the fiscal year (WJ-Beginn).")),
                )
            settings["year_start"] = layout.year_start.isoformat()
            chart = layout.chart or _chart(file, layout)
            settings["chart"] = f"SKR {chart}" if chart else ""
        columns = _DOCUMENTS if postings else _NAMES
        with Records("invoices" if postings else "customers", columns) as records:
            if layout.digits is None:
                records.notes.append(
                    Text(N_("The header does not say how long account numbers are: customers were "
                            "taken to be 10000 to 69999."))
                )  # fmt: skip
            if postings:
                _Postings(layout, chart, records).read(file)
            else:
                _read_customers(file, layout, records)
            origin = Origin(
                file.name,
                self.name,
                ledger=layout.ledger,
                series="datev" if postings else "",
                currency=layout.currency,
                decimal=",",
                kinds={kind: kind for kind in _KINDS},
                settings=settings,
            )
            return [stage_records(connection, records, first_file_id, origin, options)]


@dataclass
class _Posting:
    """One line of a batch, its cells by our words."""

    line: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    @property
    def accounts(self) -> tuple[str, str]:
        """Konto and Gegenkonto, without zeros in front."""
        return self.get("account").lstrip("0"), self.get("counter").lstrip("0")


class _Postings:
    """Turns postings on customers' accounts into rows."""

    def __init__(self, layout: Layout, chart: str, records: Records) -> None:
        self.layout = layout
        self.chart = chart
        self.records = records
        self.numberless = self.in_base = self.foreign = self.unused = 0

    def read(self, file: SourceFile) -> None:
        """Add the rows of the whole file, and note what the reader should know."""
        for posting in _lines(file, self.layout, self.records):
            self._take(posting)
        first = 10 ** (self.layout.digits or 4)
        for count, note, values in (
            (
                not self.records.count,
                N_("No posting stands on a customer's account ({first} to {last})."),
                {"first": str(first), "last": str(7 * first - 1)},
            ),
            (
                self.numberless,
                N_("Postings without a document number, for which account and day stand: {count}."),
                {},
            ),
            (
                self.in_base,
                NN_(
                    "{count} row also gives an amount in another currency; the books' own is "
                    "used.",
                    "{count} rows also give an amount in another currency; the books' own is "
                    "used.",
                ),
                {},
            ),
            (
                self.foreign,
                N_("Postings in another currency that give no amount in the books' own: {count}. "
                   "Load a file of exchange rates with them."),
                {},
            ),
            (
                self.unused,
                N_("Cash discounts on postings that are no payments were not used: {count}."),
                {},
            ),
        ):  # fmt: skip
            if count:
                self.records.notes.append(Text(note, {"count": int(count), **values}))

    def _take(self, posting: _Posting) -> None:
        account, counter = posting.accounts
        side = posting.get("side").upper() or "S"
        wrong = next((n for n in ("account", "counter") if not _is_number(posting.get(n))), "")
        if wrong and (wrong == "account" or posting.get(wrong)):
            self._refuse(
                posting, wrong, N_("This is no account number."),
                N_("Correct the cell: an account is written in digits."),
            )  # fmt: skip
            return
        mine = [
            (customer, other, turned)
            for customer, other, turned in ((account, counter, False), (counter, account, True))
            if customer and self.layout.is_customer(customer)
        ]
        if not mine:
            self.records.leave_out(N_("other accounts"))
        elif side not in ("S", "H"):
            self._refuse(
                posting, "side", N_("This is neither S nor H."),
                N_("Correct the cell: S stands for debit (Soll), H for credit (Haben)."),
            )  # fmt: skip
        else:
            for customer, other, turned in mine:
                self._add(posting, customer, other, (side == "S") != turned)

    def _refuse(self, posting: _Posting, name: str, reason: str, remedy: str) -> None:
        header = self.layout.header(name)
        self.records.reject(posting.line, header, posting.get(name), reason, remedy)

    def _add(self, posting: _Posting, customer: str, other: str, debit: bool) -> None:
        """Add the document of one customer, and the discount taken with it."""
        amount, currency, exact = self._money(posting)
        kind = self._kind(other, debit)
        back = posting.get("reversal").upper() in ("1", "G")
        if back != amount.startswith("-"):  # what is taken back lowers what it raised
            kind = _REVERSED.get(kind, kind)
        debit = debit != back
        day = self.layout.day(posting.get("day"))
        number, second = _real(posting.get("document")), _real(posting.get("second"))
        text = posting.get("text")
        due = _due(posting, day, kind)
        if not number and kind != "payment":
            number = "" if due and full_day(second) == due else second
            if not number:
                number, self.numberless = f"{customer}-{posting.get('day')}", self.numberless + 1
        self._row(
            posting, kind, customer, debit, amount, currency, number, due,
            f"{number} {text}" if kind == "payment" else text,
        )  # fmt: skip
        discount = posting.get("discount")
        if not discount.strip("0,.- "):
            return
        if kind != "payment":
            self.unused += 1
        elif not exact:
            self._refuse(
                posting, "discount",
                N_("The cash discount is in another currency than the books."),
                N_("Load the discount in a file of its own, in the books' currency."),
            )  # fmt: skip
        else:
            number = number or f"{customer}-{posting.get('day')}"
            kind = "invoice" if debit else "credit_note"  # a debit takes the discount back
            self._row(
                posting, kind, customer, debit, discount, currency, number, None, number
            )  # fmt: skip

    def _money(self, posting: _Posting) -> tuple[str, str, bool]:
        """Return amount and currency, and whether the discount is in that currency too."""
        books = self.layout.currency
        currency = posting.get("currency").upper() or books
        if currency == books:
            return posting.get("amount"), books, True
        if posting.get("base_amount").strip("0,. "):
            self.in_base += 1
            return posting.get("base_amount"), posting.get("base_currency") or books, False
        self.foreign += 1
        return posting.get("amount"), currency, True

    def _kind(self, other: str, debit: bool) -> str:
        layout = self.layout
        if other and layout.is_person(other, "123456789"):
            return "adjustment"
        what = meaning(self.chart, other, layout.digits or 4) if other else ""
        if found := {"money": "payment", "opening": "opening", "loss": "write_off"}.get(what):
            return found
        if debit:
            return "invoice"
        return "credit_note" if what == "revenue" else "adjustment"

    def _row(
        self, posting: _Posting, kind: str, customer: str, debit: bool, amount: str,
        currency: str, number: str, due: date | None, reference: str,
    ) -> None:  # fmt: skip
        day = self.layout.day(posting.get("day"))
        self.records.add(
            posting.line,
            document_id=number,
            customer_id=customer,
            kind=kind,
            # what is no day is refused as it is written
            issued_on=day.isoformat() if day else posting.get("day"),
            due_on=due.isoformat() if due else None,
            debit=amount if debit else None,
            credit=None if debit else amount,
            currency=currency,
            reference=reference,
            branch=posting.get("branch"),
        )


def _lines(file: SourceFile, layout: Layout, records: Records) -> Iterator[_Posting]:
    """Yield the lines that can be read; the others are refused, blank ones left out."""
    width = 0
    for line, found, text in rows(file, layout):
        if not text.strip("; \t"):
            records.leave_out(N_("blank lines"))
            continue
        # some packages leave out the last columns, but then on every line
        width = width or min(len(found or layout.headers), len(layout.headers))
        short = found is not None and len(found) < max(width, layout.columns["account"] + 1)
        long = found is not None and any(found[len(layout.headers) :])
        if found is None or short or long:
            reason, remedy = BROKEN["short" if short else "long" if long else "quote"]
            records.reject(line, "", text[:200], reason, remedy)
            continue
        full = found + [""] * (len(layout.headers) - len(found))
        yield _Posting(line, {name: full[place] for name, place in layout.columns.items()})


def _read_customers(file: SourceFile, layout: Layout, records: Records) -> None:
    for row in _lines(file, layout, records):
        account = row.accounts[0]
        if account.isdigit() and not layout.is_customer(account):
            records.leave_out(N_("suppliers"))
            continue
        person = f"{row.get('first_name')} {row.get('surname')}".strip()
        vat = row.get("vat_number")
        limit, terms = row.get("limit"), row.get("terms")
        records.add(
            row.line,
            customer_id=account,
            customer_name=row.get("company") or person or row.get("other_name")
            or row.get("short_name"),
            vat_number=vat if not vat[:1].isdigit() else row.get("vat_country") + vat,
            country=row.get("country"),
            iban=row.get("iban").replace(" ", ""),
            credit_limit=_real(limit, ","),  # 0 stands for none
            agreed_terms_days=_real(terms),
        )  # fmt: skip


def _chart(file: SourceFile, layout: Layout) -> str:
    """Return the chart whose revenue accounts stand against customers more often; '' if neither."""
    counts = {"03": 0, "04": 0}
    with Records("invoices", _DOCUMENTS) as unused:
        for posting in _lines(file, layout, unused):
            pair = posting.accounts
            for customer, other in (pair, pair[::-1]):
                if customer and other.isdigit() and layout.is_customer(customer):
                    for chart in counts:
                        what = meaning(chart, other, layout.digits or 4)
                        counts[chart] += what == "revenue" and len(other) <= (layout.digits or 4)
    if counts["03"] == counts["04"]:
        return ""
    return max(counts, key=counts.__getitem__)


def _due(posting: _Posting, day: date | None, kind: str) -> date | None:
    """Return the due day: of its own column, else Belegfeld 2 where that can be one."""
    if kind not in ("invoice", "opening") or day is None:
        return None
    if due := full_day(posting.get("due")):
        return due
    second = posting.get("second")
    due = full_day(second) if re.fullmatch(r"\d{5,6}", second) else None
    earliest = day if kind == "invoice" else day - 5 * _LONGEST
    return due if due and earliest <= due <= day + _LONGEST else None


def _is_number(account: str) -> bool:
    return account.isascii() and account.isdigit()


def _real(text: str, signs: str = "") -> str:
    """Return the text; '' where it is nothing but zeros."""
    return text if text.strip(f"0 {signs}") else ""


SOURCE = DatevSource()

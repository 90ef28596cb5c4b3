"""The layout of DATEV's EXTF files: header line, columns, accounts, and what accounts mean."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.intake.files.delimited import head_text
from etl.intake.files.encoding import examine
from etl.intake.headers import bare
from etl.intake.source import SourceFile

POSTINGS, CUSTOMERS = 21, 16
_HEADER = re.compile(r'\s*"?(EXTF|DTVF)"?;"?\d{1,4}"?;"?(\d{1,2})"?;', re.IGNORECASE)

#: Our word -> their headers, bare, in order of preference.
_POSTING_COLUMNS = {
    "amount": ("umsatzohnesollhabenkz", "umsatzohnesollhabenkennzeichen", "umsatz"),
    "side": ("sollhabenkennzeichen", "sollhabenkz", "sollhaben"),
    "currency": ("wkzumsatz",),
    "base_amount": ("basisumsatz",),
    "base_currency": ("wkzbasisumsatz",),
    "account": ("konto", "kontonummer"),
    "counter": ("gegenkontoohnebuschlussel", "gegenkontoohnebuschluessel", "gegenkonto"),
    "day": ("belegdatum",),
    "document": ("belegfeld1",),
    "second": ("belegfeld2",),
    "discount": ("skonto", "skontobetrag", "skontobetragabzug"),
    "text": ("buchungstext",),
    "due": ("falligkeit", "faelligkeit"),
    "branch": ("kost1kostenstelle", "kost1", "kostenstelle1", "kostenstelle"),
    "reversal": ("generalumkehrgu", "generalumkehr"),
}
_CUSTOMER_COLUMNS = {
    "account": ("konto",),
    "company": ("nameadressattypunternehmen",),
    "surname": ("nameadressattypnaturlperson", "nameadressattypnatuerlperson"),
    "first_name": ("vornameadressattypnaturlperson", "vornameadressattypnatuerlperson"),
    "other_name": ("nameadressattypkeineangabe",),
    "short_name": ("kurzbezeichnung",),
    "vat_country": ("euland",),
    "vat_number": ("euustid", "euustidnr", "ustid"),
    "country": ("land",),
    "iban": ("ibannr1", "iban1", "iban"),
    "limit": ("kreditlimitdebitor",),
    "terms": ("falligkeitintagendebitor", "faelligkeitintagendebitor"),
}
_NEEDED = {
    POSTINGS: ("amount", "side", "account", "counter", "day"),
    CUSTOMERS: ("account",),
}
_COLUMNS = {POSTINGS: _POSTING_COLUMNS, CUSTOMERS: _CUSTOMER_COLUMNS}

#: Chart of accounts -> what the first four digits of a general ledger account mean.
_MEANINGS = {
    "03": (
        ("money", r"1[012]\d\d|136\d"),
        ("loss", r"24[05]\d|099[68]"),
        ("revenue", r"8\d{3}"),
        ("opening", r"90[01]\d"),
    ),
    "04": (
        ("money", r"1[678]\d\d|146\d"),
        ("loss", r"62[89]\d|69[23]\d|124[6-9]"),
        ("revenue", r"4\d{3}"),
        ("opening", r"90[01]\d"),
    ),
    "": (
        ("money", r"1[012678]\d\d|136\d|146\d"),
        ("loss", r"24[05]\d|62[89]\d|69[23]\d"),
        ("revenue", r"[48]\d{3}"),
        ("opening", r"90[01]\d"),
    ),
}


@dataclass(frozen=True)
class Layout:
    """What the first two lines of a file say."""

    category: int
    format_name: str
    version: str
    consultant: str
    client: str
    year_start: date | None
    digits: int | None
    """Of general ledger accounts; those of persons have one more."""
    currency: str
    chart: str
    """03 or 04 for SKR 03 and 04; '' where the header does not say."""
    encoding: str
    headers: tuple[str, ...]
    columns: dict[str, int]
    """Our word -> place."""

    @property
    def ledger(self) -> str:
        """Whose books: number of the tax consultant and of the client."""
        return f"datev:{self.consultant}-{self.client}".rstrip("-")

    def header(self, name: str) -> str:
        """Return their header for one of our words; '' where there is no such column."""
        return self.headers[self.columns[name]] if name in self.columns else ""

    def is_person(self, account: str, kinds: str) -> bool:
        """Return whether a number is that of a person's account that begins with one of `kinds`."""
        return len(account) == (self.digits or 4) + 1 and account[0] in kinds

    def is_customer(self, account: str) -> bool:
        """Return whether it is a customer's: 10000 to 69999 where accounts have four digits."""
        return self.is_person(account, "123456")

    def day(self, text: str) -> date | None:
        """Return the day of DDMM, a zero in front left out or not, in the year of the books.

        DDMMYY and DDMMYYYY, which some write, say their year. None where it is no day.
        """
        if re.fullmatch(r"\d{5,8}", text):
            return full_day(text)
        if self.year_start is None or not re.fullmatch(r"\d{3,4}", text):
            return None
        number, month = int(text[:-2]), int(text[-2:])
        for year in (self.year_start.year, self.year_start.year + 1):
            try:
                found = date(year, month, number)
            except ValueError:
                continue
            if self.year_start <= found < self.year_start + timedelta(days=366):
                return found
        return None


def full_day(text: str) -> date | None:
    """Return the day of DDMMYY or DDMMYYYY, a zero in front left out or not; None if it is none."""
    if not re.fullmatch(r"\d{5,8}", text):
        return None
    text = text.zfill(8 if len(text) > 6 else 6)
    year = int(text[4:]) if len(text) == 8 else 2000 + int(text[4:])
    try:
        return date(year, int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def meaning(chart: str, account: str, digits: int) -> str:
    """Return what a general ledger account is: money, loss, revenue or opening; '' if none.

    Accounts longer than four digits are those of the chart with zeros behind.
    """
    four = account.zfill(digits)[:4]
    return next((m for m, p in _MEANINGS[chart] if re.fullmatch(p, four)), "")


def category_of(file: SourceFile) -> int:
    """Return the data category that the first line names: 21 postings, 16 customers; 0 if none."""
    wide = file.head[:2] in (b"\xff\xfe", b"\xfe\xff")
    found = _HEADER.match(head_text(file, "utf-16" if wide else "latin-1").lstrip("ï»¿"))
    return int(found[2]) if found else 0


def layout_of(file: SourceFile, encoding: str | None) -> Layout:
    """Read the first two lines.

    Raises `FileError` where they are not those of postings or of customers.
    """
    category = category_of(file)
    written = examine(file, encoding).encoding
    lines = head_text(file, written).split("\n")
    first = cells(lines[0]) or []
    if category not in _COLUMNS:
        raise FileError(
            Text(
                N_("{file} is a DATEV file of {name}: neither postings nor customers."),
                {"file": file.name, "name": _at(first, 3) or str(category)},
            ),
            Text(N_("Export the format Buchungsstapel, and Debitoren/Kreditoren for the names.")),
        )
    headers = tuple(h.strip() for h in (cells(lines[1]) or [])) if len(lines) > 1 else ()
    places = {bare(h): n for n, h in reversed(list(enumerate(headers)))}
    columns = {
        name: places[found]
        for name, known in _COLUMNS[category].items()
        for found in [next((k for k in known if k in places), "")]
        if found
    }
    missing = [_COLUMNS[category][n][0] for n in _NEEDED[category] if n not in columns]
    if missing:
        raise FileError(
            Text(
                N_("The second line of {file} lacks the headers {missing}."),
                {"file": file.name, "missing": ", ".join(missing)},
            ),
            Text(N_("Export it again, with its two header lines unchanged.")),
        )
    digits = _at(first, 13)
    chart = _at(first, 26).zfill(2)
    start = _at(first, 12)
    return Layout(
        category=category,
        format_name=_at(first, 3),
        version=_at(first, 1),
        consultant=_at(first, 10),
        client=_at(first, 11),
        year_start=_iso(start) or _year_of(_iso(_at(first, 14))),
        digits=int(digits) if re.fullmatch("[4-8]", digits) else None,
        currency=_at(first, 21).upper() or "EUR",
        chart=chart if chart in ("03", "04") else "",
        encoding=written,
        headers=headers,
        columns=columns,
    )


def rows(file: SourceFile, layout: Layout) -> Iterator[tuple[int, list[str] | None, str]]:
    """Yield line, cells and text of each line after the headers; no cells where quotes are broken.

    By the format no cell runs over several lines: a line with an open quotation mark is broken.
    """
    with file.path.open("r", encoding=layout.encoding, errors="replace", newline="\n") as stream:
        for number, text in enumerate(stream, start=1):
            if number > 2:
                line = text.replace("\0", "").strip("\r\n")
                yield number, cells(line), line


def cells(line: str) -> list[str] | None:
    """Return the cells of a line; None where a quotation mark is not closed."""
    if line.count('"') % 2:
        return None
    try:
        found = next(csv.reader([line.replace("\r", " ").lstrip("\ufeff")], delimiter=";"), [])
    except csv.Error:
        return None
    return [c.strip() for c in found]


def _at(found: list[str], place: int) -> str:
    return found[place] if place < len(found) else ""


def _iso(text: str) -> date | None:
    return full_day(text[6:] + text[4:6] + text[:4]) if re.fullmatch(r"\d{8}", text) else None


def _year_of(day: date | None) -> date | None:
    """Return the first of January before a day: where no start of the year is given."""
    return date(day.year, 1, 1) if day else None

"""Letters to customers who are late: in their language, as one file to print or as mail drafts.

Nothing is ever sent from here: a letter is printed, a draft is opened in a mail program, and a
person sends it.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from dashboards.letters.spoken import Spoken
from dashboards.letters.templates import Places, filled, template
from metrics.decide.work.claim import Claims

PAY_WITHIN = 8
"""Days from the day of a letter to that by which it asks to be paid."""
HERE = Path(__file__).parent / "reminders"
PLACES = Places(
    words=(
        "customer", "number", "day", "overdue", "owed", "oldest", "interest", "compensation",
        "total", "pay_by", "sender",
    ),
    tables=("invoices", "claim"),
)  # fmt: skip
_HEADS: Mapping[str, tuple[str, ...]] = {
    "en": ("Invoice", "Issued", "Due", "Days late", "Amount", "Open", "Interest"),
    "nl": ("Factuur", "Datum", "Vervaldag", "Dagen te laat", "Bedrag", "Open", "Rente"),
    "fr": ("Facture", "Date", "Échéance", "Jours de retard", "Montant", "Ouvert", "Intérêts"),
    "de": ("Rechnung", "Datum", "Fällig", "Tage überfällig", "Betrag", "Offen", "Zinsen"),
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"open": "Open invoices", "unapplied": "Payments and credit notes not yet applied",
           "interest": "Interest for late payment", "compensation": "Fixed compensation",
           "reserved": "reserved", "total": "Total", "assumed": "rate of the last half-year known"},
    "nl": {"open": "Openstaande facturen",
           "unapplied": "Nog niet toegewezen betalingen en creditnota’s",
           "interest": "Rente voor laattijdige betaling", "compensation": "Vaste vergoeding",
           "reserved": "voorbehouden", "total": "Totaal",
           "assumed": "rentevoet van het laatst bekende halfjaar"},
    "fr": {"open": "Factures ouvertes",
           "unapplied": "Paiements et avoirs non encore imputés",
           "interest": "Intérêts de retard", "compensation": "Indemnité forfaitaire",
           "reserved": "réservés", "total": "Total",
           "assumed": "taux du dernier semestre connu"},
    "de": {"open": "Offene Rechnungen",
           "unapplied": "Noch nicht zugeordnete Zahlungen und Gutschriften",
           "interest": "Verzugszinsen", "compensation": "Pauschale",
           "reserved": "vorbehalten", "total": "Summe",
           "assumed": "Zinssatz des letzten bekannten Halbjahrs"},
}  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """A letter: to whom, which, in which language and by which rule, and what it claims.

    email: '' where none is known. day: as of which it is written.
    """

    number: str
    name: str
    letter: str
    language: str
    rule: str
    email: str
    day: date
    claims: Claims
    sender: str = ""

    @property
    def spoken(self) -> Spoken:
        """How its days and numbers are written."""
        return Spoken(self.language)


@dataclass(frozen=True)
class Written:
    """A letter in words: its subject, its text, and the same as HTML without a head."""

    letter: Letter
    subject: str
    text: str
    html: str


def written(letter: Letter, store: Path) -> Written:
    """Write a letter from its template. Raises `TemplateError` for one that is none."""
    form = template(HERE, store, letter.letter, letter.language, PLACES)
    drawn = {"invoices": _invoices(letter), "claim": _claim(letter)}
    tables = {name: (_as_text(*table), _as_html(*table)) for name, table in drawn.items()}
    return Written(letter, *filled(form, _places(letter), tables))


def _places(letter: Letter) -> dict[str, str]:
    found, words, spoken = letter.claims, _WORDS[letter.language], letter.spoken

    def money(value: Decimal | None) -> str:
        return words["reserved"] if value is None else spoken.money(value, found.currency)

    return {
        "customer": letter.name, "number": letter.number, "day": spoken.long(letter.day),
        "overdue": money(found.open), "owed": money(found.owed),
        "oldest": str(max(one.days for one in found.lines)), "interest": money(found.interest),
        "compensation": money(found.compensation), "total": money(found.total),
        "pay_by": spoken.long(letter.day + timedelta(PAY_WITHIN)), "sender": letter.sender,
    }  # fmt: skip


_Table = tuple[tuple[str, ...], list[tuple[str, ...]], int]
"""Heads, rows, and how many of the first columns are words rather than numbers."""


def _invoices(letter: Letter) -> _Table:
    found, words, spoken = letter.claims, _WORDS[letter.language], letter.spoken
    full = letter.letter == "formal"
    rows: list[tuple[str, ...]] = []
    for one in found.lines:
        late = one.late
        row = [late.number, spoken.day(late.issued_on), spoken.day(late.due_on),
               str(one.days), spoken.number(late.amount), spoken.number(late.open)]  # fmt: skip
        if full:
            mark = "*" if one.assumed else ""
            row.append(
                words["reserved"] if one.interest is None else spoken.number(one.interest) + mark
            )
        rows.append(tuple(row))
    total = [words["total"], "", "", "", "", spoken.number(found.open)]
    if full:
        total.append(words["reserved"] if found.interest is None else spoken.number(found.interest))
    rows.append(tuple(total))
    if found.unapplied:
        less = [words["unapplied"], "", "", "", "", spoken.number(-found.unapplied)]
        rows.append((*less, "") if full else tuple(less))
    heads = _HEADS[letter.language]
    return (heads if full else heads[:-1]), rows, 3


def _claim(letter: Letter) -> _Table:
    found, words = letter.claims, _WORDS[letter.language]

    def said(value: Decimal | None) -> str:
        return words["reserved"] if value is None else letter.spoken.number(value)

    rows = [(words["open"], said(found.open))]
    if found.unapplied:
        rows.append((words["unapplied"], said(-found.unapplied)))
    mark = f" (* {words['assumed']})" if any(one.assumed for one in found.lines) else ""
    rows.append((words["interest"] + mark, said(found.interest)))
    rows.append((words["compensation"], said(found.compensation)))
    rows.append((f"{words['total']}, {found.currency}", said(found.total)))
    return ("", found.currency), [*rows], 1


def _as_text(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> str:
    widths = [max(len(row[n]) for row in (heads, *rows)) for n in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        cells = (
            cell.ljust(width) if n < words else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(heads), rule, *map(line, rows)])


def _as_html(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{'' if n < words else ' class=n'}>{html.escape(cell)}</{tag}>"
            for n, cell in enumerate(row)
        )

    head = f"<thead><tr>{cells(heads, 'th')}</tr></thead>" if any(heads) else ""
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table>{head}<tbody>{body}</tbody></table>"


_STYLE = (
    "body{font:11pt/1.45 Georgia,serif;color:#111;background:#fff;margin:0}"
    ".letter{max-width:17cm;margin:0 auto;padding:2cm 1cm;break-after:page}"
    ".letter:last-child{break-after:auto}.to{margin-bottom:1.5cm;white-space:pre-line}"
    "h1{font-size:12pt}table{border-collapse:collapse;font-size:10pt;margin:0 0 1em}"
    "th,td{padding:2px 12px 2px 0;text-align:left;border-bottom:1px solid #ccc}"
    ".n{text-align:right}tr{break-inside:avoid}"
)


def as_page(letters: Sequence[Written]) -> str:
    """Return one HTML file with a letter on each sheet."""
    parts = [
        f'<article class="letter" lang="{one.letter.language}">'
        f'<p class="to">{html.escape(one.letter.name)}\n{html.escape(one.letter.number)}</p>'
        f"<h1>{html.escape(one.subject)}</h1>\n{one.html}\n</article>"
        for one in letters
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Tandem</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def as_draft(one: Written) -> bytes:
    """Return a mail draft that opens unsent: without a sender, and to nobody who is not known."""
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    if one.letter.email:
        message["To"] = one.letter.email
    message["Subject"] = one.subject
    message.set_content(one.text, cte="quoted-printable")
    page = f"<html><head><style>{_STYLE}</style></head><body>\n{one.html}\n</body></html>\n"
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    # the same letter is the same file
    message.set_boundary(f"tandem-{hashlib.sha256(one.text.encode()).hexdigest()[:24]}")
    return message.as_bytes()


def draft_names(letters: Sequence[Written]) -> list[str]:
    """Return a name for the file of each draft, all different, of plain letters only."""
    found: list[str] = []
    for one in letters:
        number = re.sub(r"[^A-Za-z0-9]+", "-", one.letter.number).strip("-") or "customer"
        name = f"{number[:60]}-{one.letter.letter}-{one.letter.language}"
        again = sum(1 for other in found if re.fullmatch(rf"{re.escape(name)}(-\d+)?\.eml", other))
        found.append(f"{name}-{again + 1}.eml" if again else f"{name}.eml")
    return found


def as_zip(letters: Sequence[Written]) -> bytes:
    """Return all drafts in one archive; the same letters are the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in zip(draft_names(letters), letters, strict=True):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), as_draft(one))
    return out.getvalue()

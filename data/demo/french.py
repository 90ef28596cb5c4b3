"""Writes the French branch's books: one FEC (fichier des écritures comptables) a year.

The first year opens with what was open when the books begin; each later one restates, in its
opening journal, every customer line that the year before left without lettering or in a lettering
that does not balance. A settled group is lettered in the first file whose day of export the
bookkeeper's work precedes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from data.demo.records import FIRST_DAY, LAST_DAY, Company, Document

SIREN = "987650007"

HEADER = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
RECEIVABLES = "41100000"
_ACCOUNTS = {
    RECEIVABLES: "Clients",
    "70710000": "Ventes de marchandises",
    "70790000": "Ventes intracommunautaires",
    "44571000": "TVA collectée",
    "47100000": "Compte d'attente",
    "51200000": "Banque",
    "65400000": "Pertes sur créances irrécouvrables",
    "65800000": "Charges diverses de gestion courante",
    "12000000": "Résultat de l'exercice",
}
_JOURNALS = {
    "VE": "Ventes",
    "BQ": "Banque",
    "OD": "Opérations diverses",
    "AN": "À nouveaux",
}


@dataclass(frozen=True)
class Year:
    """One file: its period, the day it was exported, and how its package writes text."""

    first: date
    last: date
    exported: date
    encoding: str
    separator: str
    line_end: str


YEARS = (
    Year(FIRST_DAY, date(2024, 12, 31), date(2025, 2, 28), "iso-8859-15", "\t", "\r\n"),
    Year(date(2025, 1, 1), date(2025, 12, 31), date(2026, 2, 28), "utf-8", "\t", "\n"),
    Year(date(2026, 1, 1), LAST_DAY, LAST_DAY, "utf-8-sig", "|", "\r\n"),
)


@dataclass(slots=True)
class _Group:
    """Documents that settle each other, and when the bookkeeper lettered them."""

    documents: list[Document] = field(default_factory=list)
    recorded: date = date.min

    @property
    def balanced(self) -> bool:
        """Return whether nothing is left open."""
        return not sum(d.amount for d in self.documents)


def write_fec(folder: Path, company: Company) -> list[Path]:
    """Write one file a year into `folder`; return their paths."""
    documents = company.of("FR")
    groups = _groups(company, documents)
    settled: set[int] = set()
    before: list[Document] = []
    carried_money: dict[str, int] = {}
    paths = []
    for year in YEARS:
        # what was lettered before these books begin never enters them
        if year is YEARS[0]:
            past = [g for g in groups if _closes(g) < year.first]
            settled = {id(d) for g in past if g.balanced for d in g.documents}
            before = [d for d in documents if d.day < year.first and id(d) not in settled]
            groups = [g for g in groups if _closes(g) >= year.first]
        ready = [g for g in groups if _closes(g) <= year.last and g.recorded <= year.exported]
        done = {id(g) for g in ready}
        groups = [g for g in groups if id(g) not in done]
        letters = _letters(ready)
        inside = [d for d in documents if year.first <= d.day <= year.last]
        lines = _opening(year, before, carried_money, letters)
        for n, document in enumerate(inside, 1):
            lines += _entry(document, n, letters)
        settled.update(id(d) for g in ready if g.balanced for d in g.documents)
        before = [d for d in before + inside if id(d) not in settled]
        carried_money = _balances(lines)
        path = folder / f"{SIREN}FEC{year.last:%Y%m%d}.txt"
        text = year.line_end.join(year.separator.join(line) for line in (HEADER, *lines))
        path.write_bytes((text + year.line_end).encode(year.encoding))
        paths.append(path)
    return paths


def _closes(group: _Group) -> date:
    return max(d.day for d in group.documents)


def _groups(company: Company, documents: list[Document]) -> list[_Group]:
    """Return the settled groups on one customer account, in order of lettering.

    A group that does not balance is not lettered, as most packages demand; every third is.
    """
    home: dict[int, _Group] = {id(d): _Group([d]) for d in documents}
    for settlement in company.settlements:
        if id(settlement.debit) not in home:
            continue
        one, two = home[id(settlement.debit)], home[id(settlement.credit)]
        one.recorded = max(one.recorded, two.recorded, settlement.recorded)
        if one is not two:
            one.documents += two.documents
            for document in two.documents:
                home[id(document)] = one
    unique = list({id(g): g for g in home.values() if len(g.documents) > 1}.values())
    kept = [g for i, g in enumerate(unique) if g.balanced or (i % 3 == 0)]
    return sorted(kept, key=lambda g: (g.recorded, g.documents[0].number))


def _letters(groups: Iterable[_Group]) -> dict[int, tuple[str, date]]:
    """Give each group the next code of its customer: A to Z, AA ...; codes restart each year."""
    used: dict[str, int] = defaultdict(int)
    result = {}
    for group in groups:
        customer = group.documents[0].account.number
        n, code = used[customer], ""
        used[customer] += 1
        while n >= 0:
            code = chr(ord("A") + n % 26) + code
            n = n // 26 - 1
        for document in group.documents:
            result[id(document)] = (code, max(group.recorded, _closes(group)))
    return result


def _line(
    journal: str,
    number: str,
    day: date,
    account: str,
    cents: int,
    piece: tuple[str, date],
    text: str,
    document: Document | None = None,
    letters: dict[int, tuple[str, date]] | None = None,
) -> list[str]:
    code, lettered_on = (letters or {}).get(id(document), ("", None))
    return [
        journal,
        _JOURNALS[journal],
        number,
        f"{day:%Y%m%d}",
        account,
        _ACCOUNTS[account],
        document.account.number if document else "",
        document.account.name if document else "",
        piece[0],
        f"{piece[1]:%Y%m%d}",
        text,
        _amount(max(cents, 0)),
        _amount(max(-cents, 0)),
        code,
        f"{lettered_on:%Y%m%d}" if lettered_on else "",
        f"{day + timedelta(days=5):%Y%m%d}",
        "",
        "",
    ]


def _amount(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"


def _entry(document: Document, n: int, letters: dict[int, tuple[str, date]]) -> list[list[str]]:
    """Return the lines of one document's entry."""
    amount, tax, day = document.amount, document.tax, document.day
    about = document.about.number if document.about else ""
    sales = "70710000" if document.customer.country == "FR" else "70790000"
    journal, text, others = {
        "invoice": (
            "VE",
            f"Facture {document.number}",
            [(sales, tax - amount), ("44571000", -tax)],
        ),
        "credit_note": (
            "VE",
            f"Avoir sur facture {about}",
            [(sales, tax - amount), ("44571000", -tax)],
        ),
        "payment": (
            "BQ",
            f"Remboursement {about}" if about else f"Virement {document.text}".strip(),
            [("51200000", -amount)],
        ),
        "write_off": (
            "OD",
            f"Créance irrécouvrable {about}",
            [("65400000", tax - amount), ("44571000", -tax)],
        ),
        "adjustment": ("OD", f"Écart de règlement {about}".strip(), [("65800000", -amount)]),
    }[document.kind]
    if document.kind == "adjustment" and (document.booked_on or not about):
        # money moved between two customers: an entry for each side, over the suspense account
        text, others = f"Erreur d'imputation {about}".strip(), [("47100000", -amount)]
    number, piece = f"{journal}{n:06}", (document.number, day)
    lines = [_line(journal, number, day, RECEIVABLES, amount, piece, text, document, letters)]
    lines += [_line(journal, number, day, a, c, piece, text) for a, c in others if c]
    return lines


def _opening(
    year: Year,
    before: list[Document],
    money: dict[str, int],
    letters: dict[int, tuple[str, date]],
) -> list[list[str]]:
    """Return the opening entry: open customer lines one by one, other accounts as sums."""
    number, piece = "AN000001", ("AN", year.first)
    lines = [
        _line("AN", number, year.first, RECEIVABLES, d.amount, (d.number, d.day),
              f"À nouveau {d.number}", d, letters)
        for d in before
    ]  # fmt: skip
    sums = {
        a: c for a, c in money.items() if a[0] not in "67" and a not in (RECEIVABLES, "12000000")
    }
    sums["12000000"] = -sum(sums.values()) - sum(d.amount for d in before)
    lines += [
        _line("AN", number, year.first, a, c, piece, "À nouveau") for a, c in sums.items() if c
    ]
    return lines


def _balances(lines: list[list[str]]) -> dict[str, int]:
    """Return the balance of each account, in cents, in order of first use."""
    result: dict[str, int] = defaultdict(int)
    for line in lines:
        debit, credit = (int(line[i].replace(",", "")) for i in (11, 12))
        result[line[4]] += debit - credit
    return result

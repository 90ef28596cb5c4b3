"""What an XML Auditfile says once: company, relations, accounts, openings, subledgers, totals.

Read before its lines are, since which accounts hold receivables shows only when all was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.intake.files.xml import Element, elements, line_of, name_of, root_of
from etl.intake.formats.audit.xaf.parts import Account, Journal, Line, Relation, Transaction, short
from etl.intake.formats.audit.xaf.sides import Numbers, Sides
from etl.intake.source import SourceFile

_ZERO = Decimal(0)
_CODES = ("RGScode", "leadReference", "leadCode", "leadCrossRef", "conceptRef")
#: Trade debtors in the Dutch reference classification (RGS); not the provision against them.
_DEBTORS = re.compile(r"BVorDeb(?!Vdd)", re.IGNORECASE)
_PROVISION = re.compile(r"BVorDebVdd", re.IGNORECASE)
_DEBTORS_NAME = re.compile(
    r"debiteur|handelsvordering|\bklanten\b|receivable|trade debtor", re.IGNORECASE
)
_LOSS_NAME = re.compile(
    r"oninb|dubieu|kwijtschel|bad debt|written? ?-?off"
    r"|(afboek|afgeboekt|afschrijv|waardeverminder)\w* (van |op )?(handels)?(deb|vorder)",
    re.IGNORECASE,
)
_REVENUE = re.compile(
    r"\bWOmz|omzet\b(?!bel)|opbrengst|verkopen|sales|revenue|turnover", re.IGNORECASE
)
_MONEY = re.compile(r"\bBLim|\b(bank|kas|giro)", re.IGNORECASE)
_VAT_NAME = re.compile(r"\bbtw\b|omzetbelasting|\bvat\b|voorbelasting", re.IGNORECASE)
_WANTED = (
    "header", "companyIdent", "companyName", "taxRegIdent", "Commercenr", "customerSupplier",
    "ledgerAccount", "taxoElement", "opBalDate", "obLine", "sbType", "obSbLine", "sbLine",
    "linesCount", "totalDebit", "totalCredit", "jrnID", "desc", "jrnTp", "offsetAccID",
    "transaction",
)  # fmt: skip
_OF_JOURNAL = ("jrnID", "desc", "jrnTp", "offsetAccID")
_OF_DETAIL = ("invRef", "invDueDt", "matchKeyID", "recRef", "trLineNr")


@dataclass
class Books:
    """All that was found; see the module."""

    version: str = ""
    header: dict[str, str] = field(default_factory=dict)
    company: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    unnamed: list[Relation] = field(default_factory=list)
    """Relations without a number."""
    opening_day: str = ""
    opening: list[Line] = field(default_factory=list)
    opening_details: list[Line] = field(default_factory=list)
    details: dict[tuple[str, str, str, str, str], list[Line]] = field(default_factory=dict)
    """Lines of the customers' subledger, by what names their line of a transaction."""
    declared: dict[str, str] = field(default_factory=dict)
    lines: int = 0
    debit: Decimal = _ZERO
    credit: Decimal = _ZERO
    unreadable: int = 0
    opened: set[str] = field(default_factory=set)
    """Accounts that opening transactions stand on."""
    repeats: bool = False
    """Transactions of several journals have one number."""
    offsets: set[str] = field(default_factory=set)
    """Counter accounts of sales journals."""
    moved: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    """Account -> sales or money -> sum of lines with a customer in such journals."""
    codes: Sides = field(default_factory=Sides)
    """Match codes of customers."""
    invoices: Sides = field(default_factory=Sides)
    """What `invRef` says, of customers."""

    @property
    def start(self) -> str:
        """The first day of the books, YYYY-MM-DD; '' where it is not said."""
        return self.header.get("startDate", "")[:10]

    @property
    def end(self) -> str:
        """The last day of the books, YYYY-MM-DD; '' where it is not said."""
        return self.header.get("endDate", "")[:10]

    @property
    def ledger(self) -> str:
        """Whose books they are: the fiscal number, else number and name of the company."""
        fiscal = self.company.get("taxRegIdent", "")
        if fiscal:
            return f"xaf:{re.sub(r'[^A-Z0-9]', '', fiscal.upper())}"
        names = (self.company.get(n, "") for n in ("companyIdent", "Commercenr", "companyName"))
        return f"xaf:{' '.join(n for n in names if n)}"

    def receivables(self, prefixes: tuple[str, ...]) -> tuple[list[str], str]:
        """Return the accounts that hold receivables, and how that was told; [] if it cannot be.

        `prefixes` are what the user named; () where he named none.
        """
        known = sorted(self.accounts.keys() | self.moved.keys())
        named = [a for a in known if prefixes and a.startswith(prefixes)]
        coded = [a for a, x in self.accounts.items() if _DEBTORS.search(x.codes)]
        both = [
            a
            for a, sums in self.moved.items()
            if sums.get("sales", _ZERO) > 0 and sums.get("money", _ZERO) < 0
            and self._on_balance(a)
        ]  # fmt: skip
        offset = [a for a in self.offsets if self._on_balance(a)]
        worded = [
            a
            for a, x in self.accounts.items()
            if _DEBTORS_NAME.search(x.name) and self._on_balance(a) and not self.is_loss(a)
        ]
        for found, how in (
            (named, "options"),
            (coded, "RGS"),
            (both, "journals"),
            (offset, "offsetAccID"),
            (worded, "accDesc"),
        ):
            if found:
                return sorted(found), how
        return [], ""

    def _on_balance(self, account: str) -> bool:
        return account not in self.accounts or self.accounts[account].type in ("B", "M", "")

    def is_loss(self, account: str) -> bool:
        """Return whether the account is the cost of bad debts, or the provision for them."""
        found = self.accounts.get(account)
        return found is not None and bool(
            _PROVISION.search(found.codes) or _LOSS_NAME.search(found.name)
        )

    def is_revenue(self, account: str) -> bool:
        """Return whether the account is revenue."""
        found = self.accounts.get(account)
        return found is not None and found.type in ("P", "M") and bool(
            _REVENUE.search(f"{found.codes} {found.name}")
        )  # fmt: skip

    def is_money(self, account: str) -> bool:
        """Return whether the account is a bank or cash."""
        found = self.accounts.get(account)
        return found is not None and found.type in ("B", "M") and bool(
            _MONEY.search(f"{found.codes} {found.name}")
        )  # fmt: skip

    def is_vat(self, account: str) -> bool:
        """Return whether the account is value added tax, which a written-off invoice gives back."""
        found = self.accounts.get(account)
        return found is not None and bool(_VAT_NAME.search(found.name))

    def detail(self, transaction: Transaction, line: Line) -> Line | None:
        """Return the subledger line about a line of a transaction; None where there is none."""
        found = self.details.get(transaction.key(line), [])
        number = short(line.get("nr"), transaction.number)
        exact = [d for d in found if d.get("trLineNr") in (number, line.get("nr"))]
        if exact:
            return exact[0]
        return found[0] if len(found) == 1 else None


def version_of(file: SourceFile) -> str:
    """Return the version that the root names: 3.1, 3.2, 3.2.1, 4.0; '' where it names none."""
    found = re.search(r"(\d\.\d(?:\.\d)?)/?$", root_of(file.head)[0])
    return found[1] if found else ""


def read_books(file: SourceFile) -> Books:
    """Read all but the lines that become documents.

    Raises `FileError` where the XML breaks off, or is of a version that has other elements.
    """
    books = Books(version=version_of(file))
    numbers = Numbers()
    kind = ""
    for element in _walk(file):
        if isinstance(element, Transaction):
            _count(books, element)
            numbers.add(element.journal.id, element.number)
            continue
        name, parent = name_of(element), _parent(element)
        if parent == "company" and not len(element):
            books.company[name] = _text(element)
        elif parent == "transactions":
            books.declared[name] = _text(element)
        match name:
            case "header":
                books.header = cells_of(element)
            case "customerSupplier":
                _add_relation(books, element)
            case "ledgerAccount":
                _add_account(books, element)
            case "taxoElement":
                cells = cells_of(element)
                if account := books.accounts.get(cells.get("glAccID", "")):
                    account.codes += f" {cells.get('txCd', '')}"
            case "opBalDate":
                books.opening_day = _text(element)[:10]
            case "obLine":
                books.opening.append(Line(line_of(element), cells_of(element)))
            case "sbType":
                kind = _text(element).upper()
            case "obSbLine":
                detail = Line(line_of(element), cells_of(element), kind)
                books.opening_details.append(detail)
                _note_sides(books, "", detail)
            case "sbLine" if kind in ("CU", "CS", "C"):
                _add_detail(books, Line(line_of(element), cells_of(element), kind))
    _refuse_old(file, books.header)
    books.repeats = numbers.repeat
    return books


def transactions(file: SourceFile) -> Iterator[Transaction]:
    """Yield the transactions with their journals, in order."""
    for element in _walk(file):
        if isinstance(element, Transaction):
            yield element


def _walk(file: SourceFile) -> Iterator[Transaction | Element]:
    """Yield transactions as such, and the other elements that say something."""
    journal = Journal()
    for element in elements(file, *_WANTED):
        name, parent = name_of(element), _parent(element)
        if name == "transaction":
            yield Transaction(journal, cells_of(element), _lines(element))
        elif parent == "journal":
            text = _text(element)
            if name == "jrnID":
                journal = Journal(text)
            elif name == "desc":
                journal.name = text
            elif name == "jrnTp":
                journal.given = text
            elif name == "offsetAccID":
                journal.offset = text
        elif name not in _OF_JOURNAL:
            yield element


def _lines(transaction: Element) -> list[Line]:
    found = []
    for element in transaction:
        name = name_of(element)
        if name == "trLines":
            found += _lines(element)
        elif name == "trLine":
            currency = next((cells_of(c) for c in element if name_of(c) == "currency"), {})
            found.append(
                Line(line_of(element), cells_of(element), currency=currency.get("curCode", ""))
            )
    return found


def cells_of(element: Element) -> dict[str, str]:
    """Return the children of an element that hold text, by name; the first of each name."""
    cells: dict[str, str] = {}
    for child in element:
        if not len(child):
            cells.setdefault(name_of(child), _text(child))
    return cells


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _parent(element: Element) -> str:
    above = element.getparent()
    return name_of(above) if above is not None else ""


def _refuse_old(file: SourceFile, header: dict[str, str]) -> None:
    if header.get("auditfileVersion", "").upper().startswith("CLAIR"):
        raise FileError(
            Text(
                N_("{file} is an Auditfile of version 2, which is not read."),
                {"file": file.name},
            ),
            Text(N_("Export it as XML Auditfile Financieel 3.2 or 4.0.")),
        )


def _add_relation(books: Books, element: Element) -> None:
    cells, country, iban = cells_of(element), "", ""
    for child in element:
        inner = cells_of(child)
        country = country or inner.get("country", "")
        number = re.sub(r"\s", "", inner.get("bankAccNr", "")).upper()
        if not iban and re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", number):
            iban = number
    # where it is taxed is written for all, where it lives for some
    country = country or cells.get("taxRegistrationCountry", "")
    relation = Relation(line_of(element), cells, country, iban)
    if number := cells.get("custSupID", ""):
        books.relations.setdefault(number, relation)
    else:
        books.unnamed.append(relation)


def _add_account(books: Books, element: Element) -> None:
    cells = cells_of(element)
    codes = [_text(c) for c in element.iter() if name_of(c) in _CODES]
    books.accounts.setdefault(
        cells.get("accID", ""),
        Account(
            line_of(element), cells.get("accDesc", ""), cells.get("accTp", "").upper(),
            " ".join(c for c in codes if c),
        ),
    )  # fmt: skip


def _add_detail(books: Books, line: Line) -> None:
    names = (line.get(n) for n in ("jrnID", "trNr", "custSupID", "amntTp", "amnt"))
    journal, number, customer, side, amount = names
    key = (journal, short(number, journal), customer, side.upper(), amount)
    _note_sides(books, "", line)
    # they wait for their transaction, with what it may ask for
    kept = Line(line.line, {n: line.cells[n] for n in _OF_DETAIL if n in line.cells}, line.kind)
    books.details.setdefault(key, []).append(kept)


def _note_sides(books: Books, account: str, line: Line) -> None:
    """Note on which sides of a customer's account a match code and an invoice number stand."""
    customer = line.get("custSupID")
    for found, name in (
        (books.codes, line.real("matchKeyID", "recRef")),
        (books.invoices, line.real("invRef")),
    ):
        if name:
            found.add(account, (customer, name), line.side)


def _count(books: Books, transaction: Transaction) -> None:
    """Add a transaction to the totals, and to what tells the receivables accounts."""
    journal = transaction.journal
    way = {"S": "sales", "B": "money", "C": "money"}.get(journal.type, "")
    if way == "sales" and journal.offset:
        books.offsets.add(journal.offset)
    for line in transaction.lines:
        account, amount = line.get("accID"), line.amount
        books.lines += 1
        if amount is None or not line.side:
            books.unreadable += 1
        elif line.side == "D":
            books.debit += amount
        else:
            books.credit += amount
        if transaction.is_opening:
            books.opened.add(account)
        customer = line.get("custSupID")
        sums = books.moved.setdefault(account, {})
        relation = books.relations.get(customer)
        if way and customer and (relation is None or relation.type in ("C", "B", "")):
            sums[way] = sums.get(way, _ZERO) + line.signed
        _note_sides(books, account, line)

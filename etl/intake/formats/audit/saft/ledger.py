"""General ledger lines of a SAF-T file on receivables accounts, as rows of documents.

Which accounts these are, the customers' records say (`AccountID`); besides, the national charts
of accounts do (Norway's 1500 to 1529, Luxembourg's 40, Portugal's 21), by the standard or grouping
code where there is one. What a line is about, the other accounts of its transaction tell: revenue
makes an invoice or a credit note, a bank or cash account a payment, a loss a write-off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from data.core.texts import N_, NN_, Text
from etl.intake.files.xml import Element, child, line_of, name_of, text
from etl.intake.formats.audit.saft.books import Books, amount_text, first, known, money, plainly
from etl.intake.formats.audit.saft.invoices import Section
from etl.intake.formats.records import Records

LEDGER_COLUMNS = {
    "document_id": "ReferenceNumber",
    "customer_id": "CustomerID",
    "kind": "kind",
    "issued_on": "TransactionDate",
    "due_on": "DueDate",
    "debit": "DebitAmount",
    "credit": "CreditAmount",
    "reference": "Description",
    # lines of one number are documents of their own
    "instalment": "",
}
OTHER_ACCOUNTS = N_("ledger lines on other accounts")
EMPTY_LINES = N_("ledger lines with no amount")

_LINES = ("Line", "TransactionLine", "DebitLine", "CreditLine")


@dataclass(frozen=True)
class Chart:
    """Prefixes of accounts in a national chart of accounts."""

    receivable: tuple[str, ...]
    cash: tuple[str, ...]
    revenue: tuple[str, ...]
    """Revenue and the tax on it."""
    loss: tuple[str, ...]
    not_receivable: tuple[str, ...] = ()


_CHARTS = {
    "NO": Chart(("150", "151", "152"), ("19",), ("3", "27"), ("783", "782")),
    "LU": Chart(("40",), ("51",), ("70", "71", "72", "73", "74", "4614", "4216"), ("645",),
                ("4019", "4029")),
    "PT": Chart(("21",), ("11", "12", "13"), ("71", "72", "78", "243"), ("683", "651"),
                ("219",)),
}  # fmt: skip
_NO_CHART = Chart((), (), (), ())
_USUAL = ("411",)
"""The receivables accounts of `ReadOptions` where nobody named any."""


@dataclass
class LedgerLines:
    """Reads transactions, and adds their lines on receivables accounts to `documents`."""

    books: Books
    documents: Records
    named: tuple[str, ...] = ()
    """Prefixes of the receivables accounts that the user named."""
    entries: Section = field(default_factory=lambda: Section("GeneralLedgerEntries"))
    receivable: set[str] = field(default_factory=set)
    """The receivables accounts met."""
    moved: dict[str, Decimal] = field(default_factory=dict)
    """Customer -> sum of its lines; account -> of the lines on it, where only accounts have
    balances."""
    stand_ins: dict[str, None] = field(default_factory=dict)
    """Accounts that stand for customers nobody names."""
    posted_openings: bool = False
    """What was owed when the period began is among the lines already."""
    payments: int = 0
    """Lines that are payments."""
    _known: dict[str, bool] = field(default_factory=dict)

    @property
    def chart(self) -> Chart:
        """The chart of accounts of the country."""
        return _CHARTS.get(self.books.country, _NO_CHART)

    def is_receivable(self, account: str) -> bool:
        """Return whether an account holds what customers owe."""
        found = self._known.get(account)
        if found is None:
            found = self._known[account] = self._judge(account)
            if found:
                self.receivable.add(account)
        return found

    def _judge(self, account: str) -> bool:
        if self.named and self.named != _USUAL:
            return account.startswith(self.named)
        if account in self.books.owners:
            return True
        return self._in(account, self.chart.receivable) and not self._in(
            account, self.chart.not_receivable
        )

    def _in(self, account: str, prefixes: tuple[str, ...]) -> bool:
        entry = self.books.accounts.get(account)
        codes = (account, entry.code) if entry else (account,)
        return any(code.startswith(prefixes) for code in codes if code) if prefixes else False

    def add_openings(self, documents: Records | None = None) -> None:
        """Add what was owed when the period began; to be called when all accounts are known."""
        for account in self.books.accounts:
            self.is_receivable(account)
        to = documents or self.documents
        if documents is None and self._are_posted():
            self.posted_openings = True
            return
        for customer, balance in self.books.openings(self.receivable):
            if balance.opening:
                self._stand_in(customer)
                sides = {"debit" if balance.opening > 0 else "credit": f"{abs(balance.opening):f}"}
                to.add(
                    balance.line,
                    document_id=" ".join(
                        w for w in ("OPENING", self.books.start, balance.account) if w
                    ),
                    customer_id=customer,
                    kind="opening",
                    issued_on=self.books.start or None,
                    **sides,
                )

    def read_transaction(self, element: Element) -> None:
        """Add the lines of a transaction that stand on receivables accounts."""
        lines = [(line, text(line, "AccountID")) for line in _lines(element)]
        sides = [_sides(line) for line, _ in lines]
        zero = Decimal(0)
        self.entries.count(sum((d or zero for d, _ in sides), zero),
                           sum((c or zero for _, c in sides), zero))  # fmt: skip
        mine = [self.is_receivable(account) for _, account in lines]
        others = [a for (_, a), own in zip(lines, mine, strict=True) if not own]
        if others:
            self.documents.leave_out(OTHER_ACCOUNTS, len(others))
        for (line, account), (debit, credit), own in zip(lines, sides, mine, strict=True):
            if own:
                self._add(element, line, account, debit, credit, others)

    def _add(
        self,
        transaction: Element,
        line: Element,
        account: str,
        debit: Decimal | None,
        credit: Decimal | None,
        others: list[str],
    ) -> None:
        signed = (debit or Decimal(0)) - (credit or Decimal(0))
        written = {
            n: plainly(amount_text(line, element))
            for n, element in (("debit", "DebitAmount"), ("credit", "CreditAmount"))
        }
        if not signed and all(v == "" or money(v) is not None for v in written.values()):
            self.documents.leave_out(EMPTY_LINES)
            return
        customer = (
            known(text(line, "CustomerID"))
            or (known(text(transaction, "CustomerID")) if self._sole_owner(account) else "")
            or self.books.owner(account)
        )
        self._stand_in(customer)
        key = customer if self.books.balances else account
        self.moved[key] = self.moved.get(key, Decimal(0)) + signed
        kind = self._kind(signed, others)
        self.payments += kind == "payment"
        said = [first(line, n) for n in ("CrossReference", "CID", "Description")]
        # an invoice is known by its payment reference, what pays it by the number it names
        reference = next((s for s in (said[1:] if signed > 0 else said) if s), "")
        self.documents.add(
            line_of(line),
            document_id=first(line, "ReferenceNumber", "SourceDocumentID")
            or text(transaction, "TransactionID"),
            customer_id=customer,
            kind=kind,
            issued_on=text(transaction, "TransactionDate")[:10],
            due_on=(text(line, "DueDate")[:10] or None) if signed > 0 else None,
            reference=reference or text(transaction, "Description"),
            **written,
        )

    def _stand_in(self, customer: str) -> None:
        if customer in self.receivable:
            self.stand_ins[customer] = None

    def _sole_owner(self, account: str) -> bool:
        """Return whether a transaction's customer may be this account's: no other one's it is."""
        return len(self.books.owners.get(account, ())) != 1

    def _kind(self, signed: Decimal, others: list[str]) -> str:
        chart = self.chart
        cash, loss, revenue = (
            any(self._in(a, prefixes) for a in others)
            for prefixes in (chart.cash, chart.loss, chart.revenue)
        )
        if revenue and (signed > 0 or not cash):  # a cash sale has both, and both its sides
            return "invoice" if signed > 0 else "credit_note"
        if cash:
            return "payment"
        if loss and signed < 0:
            return "write_off"
        if chart is not _NO_CHART:
            return "adjustment"
        # without a chart: what raises the debt is an invoice, what lowers it a payment
        return "invoice" if signed > 0 else "payment"

    def notes(self) -> list[Text]:
        """Return what the reader should know of the ledger lines."""
        found = self.entries.notes()
        if not (self.receivable or self.books.owners) and self.entries.read["NumberOfEntries"]:
            found.append(
                Text(
                    N_(
                        "No account of the ledger is known to hold receivables: name them with "
                        "--accounts."
                    )
                )
            )
        if self.posted_openings:
            found.append(
                Text(N_("The opening balances are among the ledger lines and count once."))
            )
        apart = [
            (key, made, said)
            for key, opening, made, said in self._closings()
            if said != (made if self.posted_openings else opening + made)
        ]
        if apart:
            key, _, said = apart[0]
            found.append(
                Text(
                    NN_(
                        "For {count} customer the opening balance and the lines do not make the "
                        "closing balance: {customer}, with {said} at the end.",
                        "For {count} customers the opening balance and the lines do not make the "
                        "closing balance; the first is {customer}, with {said} at the end.",
                    ),
                    {"count": len(apart), "customer": key, "said": f"{said:f}"},
                )
            )
        return found

    def _are_posted(self) -> bool:
        """Return whether the lines alone make more of the closing balances than with openings."""
        alone = together = 0
        for _, opening, made, said in self._closings():
            alone += made == said
            together += opening + made == said
        return alone > together

    def _closings(self) -> Iterator[tuple[str, Decimal, Decimal, Decimal]]:
        """Yield customer or account, its opening balance, sum of lines and closing balance."""
        if self.books.balances:
            held = self.books.balances
        else:
            held = {
                number: [account.balance]
                for number, account in self.books.accounts.items()
                if number in self.receivable and account.balance and not account.sums_others
            }
        for key, balances in held.items():
            closings = [b.closing for b in balances if b.closing is not None]
            if closings:
                opening = sum((b.opening for b in balances), Decimal(0))
                made = self.moved.get(key, Decimal(0))
                yield key, opening, made, sum(closings, Decimal(0))


def _lines(transaction: Element) -> Iterator[Element]:
    holder = child(transaction, "Lines")
    for element in holder if holder is not None else transaction:
        if name_of(element) in _LINES:
            yield element


def _sides(line: Element) -> tuple[Decimal | None, Decimal | None]:
    return money(amount_text(line, "DebitAmount")), money(amount_text(line, "CreditAmount"))

"""Polish accounting books, whichever of the two structures tells of them (JPK_KR, JPK_KR_PD).

- Each posting on an account of customers is one document. It bears the number and the day of its
  voucher. Whose it is: the account's own, since Polish books have an account for each customer; or,
  on an account that gathers several, the counterparty that the entry names. An account gathers
  where its own name speaks of customers, or where its entries name several.
- Accounts of customers are those whose description, or that of an account above them, speaks of
  them (odbiorcy); where none does, those that begin with 200 or 201. Accounts that sum others are
  none.
- What a posting is, the other accounts of its entry tell: revenue (7) makes an invoice or a credit
  note, money (1) a payment, other costs (76) a write-off, exchange differences (75) an exchange.
- Opening balances are documents of the period's first day, unless the journal has posted them. That
  of an account that gathers names nobody: it stands under the account.
- The control sums of both sides are compared with what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from data.core.texts import N_, Text
from etl.intake.formats.audit.saft.books import money
from etl.intake.formats.audit.saft.ledger import OTHER_ACCOUNTS
from etl.intake.formats.records import Records
from etl.intake.tables.words import plain

_USUAL = ("411",)
"""The receivables accounts of `ReadOptions` where nobody named any."""
_FALLBACK = ("200", "201")
_SHOWN = 6
_SETTLED = "2"
"""How the accounts of what others owe and are owed begin."""
_OPENING = re.compile(r"\b(?:bo|bilans otwarcia)\b")
_SUM_DIFFERS = N_(
    "{element} says the postings make {said}, but they make {read}: ask for a new export, or have"
    " the difference explained."
)
_NO_ACCOUNTS = N_(
    "No account is said to be one of customers: name the receivables accounts with --accounts."
)
_SOLD_TO = N_(
    "Sales are posted on accounts that nothing says to be of customers, and that were left out:"
    " {accounts}. Where they are, name the receivables accounts with --accounts."
)
_GATHERED = N_(
    "The opening balance {amount} of account {account} names no customers: it stands under the"
    " account, and payments of what it holds stay unapplied."
)


@dataclass(frozen=True)
class Account:
    """An account of the books."""

    line: int
    name: str
    opening: Decimal
    about: str = ""
    """What else the file says of it."""
    parent: str = ""
    """The account above it, where the file names one."""

    @property
    def words(self) -> str:
        """Return what is said of it, in plain words."""
        return plain(f"{self.name} {self.about}")


@dataclass(frozen=True)
class Voucher:
    """What an entry of the journal says of its document."""

    number: str
    day: str
    words: str
    party: str = ""
    """The code of the counterparty; '' where it names none."""


@dataclass(frozen=True)
class Posting:
    """One side of a posting, amounts as written."""

    line: int
    entry: str
    account: str
    debit: str
    credit: str
    text: str


@dataclass(frozen=True)
class Party:
    """A counterparty; '' where nothing is said."""

    line: int
    country: str
    tax_number: str


@dataclass
class Books:
    """What was read so far, and at the end the documents and customers that follow."""

    documents: Records
    customers: Records
    named: tuple[str, ...]
    """Receivables accounts that somebody named."""
    control: str
    """The element with the control sums."""
    seller: str = ""
    currency: str = "PLN"
    start: str = ""
    """First day of the period, YYYY-MM-DD."""
    accounts: dict[str, Account] = field(default_factory=dict)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    """Side (W debit, M credit) -> its control sum, as written."""
    _postings: list[Posting] = field(default_factory=list)
    _others: dict[str, set[str]] = field(default_factory=dict)
    """Entry -> the first two digits of its accounts."""
    _owned: dict[str, bool] = field(default_factory=dict)
    _doubtful: dict[str, set[str]] = field(default_factory=dict)
    """Accounts that were left out -> the entries that debit them."""
    _sums: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys("WM", Decimal(0)))

    def post(self, posting: Posting) -> None:
        """Take one side of a posting, once the accounts are known; what is 0 is passed by."""
        amount = money(posting.debit or posting.credit)
        self._sums["W" if posting.debit else "M"] += amount or Decimal(0)
        if posting.account.lower() in ("", "null") or amount == 0:
            return
        self._others.setdefault(posting.entry, set()).add(posting.account[:2])
        if self._owns(posting.account):
            self._postings.append(posting)
        else:
            self.documents.leave_out(OTHER_ACCOUNTS)
            if posting.debit and posting.account.startswith(_SETTLED):
                self._doubtful.setdefault(posting.account, set()).add(posting.entry)

    def _above(self, account: str) -> Iterator[Account]:
        """Yield an account and those above it, each once."""
        seen = set()
        for length in range(len(account), 2, -1):
            code = account[:length]
            while code not in seen and (found := self.accounts.get(code)) is not None:
                seen.add(code)
                yield found
                code = found.parent

    def _owns(self, account: str) -> bool:
        """Return whether an account is one of customers."""
        known = self._owned.get(account)
        if known is None:
            known = self._owned[account] = self._judge(account)
        return known

    def _judge(self, account: str) -> bool:
        if self.named and self.named != _USUAL:
            return account.startswith(self.named)
        told = [a.words for a in self._above(account)]
        if any("dostawc" in words for words in told):
            return False
        if any("odbiorc" in words for words in told):
            return True
        nobody = not any("odbiorc" in a.words for a in self.accounts.values())
        return nobody and account.startswith(_FALLBACK)

    def finish(self) -> None:
        """Add documents and customers, when all elements are read."""
        parties = self._named_parties()
        posted = self._add_documents(parties)
        self._add_customers(parties, posted)
        for letter, written in self.said.items():
            said = money(written)
            if said is not None and said != self._sums[letter]:
                values = {"element": self.control, "said": written,
                          "read": f"{self._sums[letter]:f}"}  # fmt: skip
                self.documents.notes.append(Text(_SUM_DIFFERS, values))
        sold = sorted(a for a, e in self._doubtful.items() if any(map(self._sells, e)))
        if sold:
            shown = ", ".join(sold[:_SHOWN]) + (" ..." if len(sold) > _SHOWN else "")
            self.documents.notes.append(Text(_SOLD_TO, {"accounts": shown}))
        elif not any(self._owned.values()):
            self.documents.notes.append(Text(_NO_ACCOUNTS))

    def _named_parties(self) -> dict[str, set[str]]:
        """Return account -> the counterparties that its entries name."""
        found: dict[str, set[str]] = {}
        for posting in self._postings:
            if (voucher := self.vouchers.get(posting.entry)) and voucher.party:
                found.setdefault(posting.account, set()).add(voucher.party)
        return found

    def _gathers(self, account: str, parties: dict[str, set[str]]) -> bool:
        """Return whether an account is one of several customers, whom its entries name."""
        named = parties.get(account, set())
        own = self.accounts.get(account)
        return len(named) > 1 or bool(named and own and "odbiorc" in plain(own.name))

    def _add_documents(self, parties: dict[str, set[str]]) -> bool:
        """Add the documents of the postings; return whether the journal posted the openings."""
        posted = False
        for p in self._postings:
            voucher = self.vouchers.get(p.entry, Voucher(p.entry, "", ""))
            opening = bool(_OPENING.search(plain(voucher.words)))
            posted |= opening
            self.documents.add(
                p.line,
                document_id=voucher.number,
                customer_id=(self._gathers(p.account, parties) and voucher.party) or p.account,
                kind="opening" if opening else self._kind(p),
                issued_on=voucher.day,
                reference=p.text or voucher.words,
                debit=p.debit,
                credit=p.credit,
            )
        return posted

    def _add_customers(self, parties: dict[str, set[str]], posted: bool) -> None:
        """Add the customers, and the opening balances unless they are posted."""
        sums = {c for a in self.accounts for n in range(1, len(a)) if (c := a[:n]) in self.accounts}
        sums |= {a.parent for a in self.accounts.values()}
        told: set[str] = set()
        for code, account in self.accounts.items():
            if code in sums or not self._owns(code):
                continue
            gathers, named = self._gathers(code, parties), parties.get(code, set())
            opening = account.opening if not posted else Decimal(0)
            if not gathers or opening:
                only = next(iter(named)) if len(named) == 1 and not gathers else ""
                self._add_customer(account.line, code, account.name, self.parties.get(only))
            for party in sorted(named - told) if gathers else ():
                told.add(party)
                about = self.parties.get(party)
                self._add_customer(about.line if about else account.line, party, "", about)
            if opening:
                side = "debit" if opening > 0 else "credit"
                self.documents.add(
                    account.line,
                    document_id=f"OPENING {self.start}".strip(),
                    customer_id=code,
                    kind="opening",
                    issued_on=self.start,
                    **{side: f"{abs(opening):f}"},
                )
                if gathers:
                    values = {"amount": f"{opening:f}", "account": code}
                    self.documents.notes.append(Text(_GATHERED, values))

    def _add_customer(self, line: int, code: str, name: str, party: Party | None) -> None:
        told = {}
        if party is not None:
            told["country"] = party.country
            told["vat_number"] = party.tax_number and f"{party.country}{party.tax_number}"
        self.customers.add(line, customer_id=code, customer_name=name, **told)

    def _sells(self, entry: str) -> bool:
        """Return whether an entry is posted on revenue too."""
        return any(o.startswith("7") and o not in ("75", "76") for o in self._others[entry])

    def _kind(self, posting: Posting) -> str:
        """Return what a posting is, by the other accounts of its entry."""
        others = self._others[posting.entry]
        lowers = bool(posting.credit) != (posting.debit or posting.credit).startswith("-")
        if self._sells(posting.entry):
            return "credit_note" if lowers else "invoice"
        if any(o.startswith("1") for o in others):
            return "payment"
        if "76" in others:
            return "write_off" if lowers else "invoice"
        return "exchange" if "75" in others else "adjustment"

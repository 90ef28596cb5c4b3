"""Polish JPK_KR, the standard audit file of accounting books.

One root, `JPK`: the accounts with their opening balances (`ZOiS`), the journal (`Dziennik`), and
the postings (`KontoZapis`), each on one account or on two. What is made of it:

- Each posting on an account of customers is one document of that account, which stands for the
  customer: Polish books have an account for each. It bears the number and the day of its voucher
  (NrDowoduKsiegowego, DataDowodu).
- Accounts of customers are those whose description, or that of an account above them, speaks of
  them (odbiorcy); where none does, those that begin with 200 or 201. Accounts that sum others are
  none.
- What a posting is, the other accounts of its entry tell: revenue (7) makes an invoice or a credit
  note, money (1) a payment, other costs (76) a write-off, exchange differences (75) an exchange.
- Opening balances are documents of the period's first day, unless the journal has posted them.
- KontoZapisCtrl (the sums of both sides) is compared with what was read.

There are no due days, and nothing says which payment settles which invoice. Amounts are in the
file's currency. No real sample was at hand; written from the published description of version 1;
the structure of JPK_KR_PD, whose elements have other names, is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.files.xml import Element, elements, line_of, name_of, text
from etl.intake.formats.audit.saft.books import money
from etl.intake.formats.audit.saft.jpk import is_jpk, ledger_of, stage_jpk
from etl.intake.formats.audit.saft.ledger import OTHER_ACCOUNTS
from etl.intake.formats.records import Origin, Records
from etl.intake.source import ReadOptions, SourceFile
from etl.intake.tables.words import plain

_DOCUMENTS = {
    "document_id": "NrDowoduKsiegowego",
    "customer_id": "KodKonta",
    "kind": "kind",
    "issued_on": "DataDowodu",
    "debit": "KwotaWinien",
    "credit": "KwotaMa",
    "reference": "OpisZapisu",
    # lines of one voucher are documents of their own
    "instalment": "",
}
_CUSTOMERS = {"customer_id": "KodKonta", "customer_name": "OpisKonta"}
_USUAL = ("411",)
"""The receivables accounts of `ReadOptions` where nobody named any."""
_FALLBACK = ("200", "201")
_OPENING = re.compile(r"\b(?:bo|bilans otwarcia)\b")
_SUM_DIFFERS = N_(
    "KontoZapisCtrl says the postings make {said}, but they make {read}: ask for a new export, or "
    "have the difference explained."
)
_NO_ACCOUNTS = N_(
    "No account is said to be one of customers: name the receivables accounts with --accounts."
)


class JpkKrSource:
    """See the module."""

    name = "jpk_kr"
    label = N_("Polish JPK_KR (accounting books)")
    gives: tuple[str, ...] = (
        N_("invoices, credit notes, payments, write-offs and opening balances from the ledger"),
        N_("customer numbers and names"),
    )
    lacks: tuple[str, ...] = (
        N_("due days"),
        N_("which payment settles which invoice"),
        N_("sectors and limits"),
    )

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        return 0.98 if is_jpk(file.head, rb"JPK_KR(?!_)") else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`: documents and, where there are any, customers."""
        with Records("invoices", _DOCUMENTS) as documents, Records(
            "customers", _CUSTOMERS
        ) as customers:  # fmt: skip
            found = _Books(documents, customers, options.receivables_accounts)
            for element in elements(
                file, "ZOiS", "Dziennik", "KontoZapis", "KontoZapisCtrl", "Podmiot1", "Naglowek"
            ):
                found.take(element)
            found.finish()
            origin = Origin(
                file.name,
                self.name,
                ledger=ledger_of(found.seller),
                series="jpk_kr",
                currency=found.currency,
            )
            return stage_jpk(connection, documents, customers, first_file_id, origin, options)


@dataclass(frozen=True)
class _Account:
    line: int
    name: str
    words: str
    opening: Decimal


@dataclass(frozen=True)
class _Voucher:
    number: str
    day: str
    words: str


@dataclass(frozen=True)
class _Posting:
    """One side of a posting."""

    line: int
    entry: str
    account: str
    debit: str
    credit: str
    text: str


@dataclass
class _Books:
    """What was read so far."""

    documents: Records
    customers: Records
    named: tuple[str, ...]
    seller: str = ""
    currency: str = "PLN"
    start: str = ""
    accounts: dict[str, _Account] = field(default_factory=dict)
    vouchers: dict[str, _Voucher] = field(default_factory=dict)
    postings: list[_Posting] = field(default_factory=list)
    others: dict[str, set[str]] = field(default_factory=dict)
    """Entry -> the first two digits of its accounts."""
    owned: dict[str, bool] = field(default_factory=dict)
    sums: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys("WM", Decimal(0)))
    said: dict[str, str] = field(default_factory=dict)

    def take(self, element: Element) -> None:
        """Take an element for what it is."""
        match name_of(element):
            case "Naglowek":
                self.currency = text(element, "DomyslnyKodWaluty") or self.currency
                self.start = text(element, "DataOd")[:10]
            case "Podmiot1":
                self.seller = next(
                    (text(e) for e in element.iter() if name_of(e) == "NIP" and text(e)), ""
                )
            case "ZOiS":
                self._account(element)
            case "Dziennik":
                words = ("RodzajDowodu", "OpisDziennika", "OpisOperacji")
                self.vouchers[text(element, "NrZapisuDziennika")] = _Voucher(
                    text(element, "NrDowoduKsiegowego"),
                    text(element, "DataDowodu")[:10] or text(element, "DataOperacji")[:10],
                    " ".join(text(element, w) for w in words),
                )
            case "KontoZapis":
                self._posting(element)
            case _:
                self.said = {"W": text(element, "SumaWinien"), "M": text(element, "SumaMa")}

    def _account(self, element: Element) -> None:
        sides = [money(text(element, f"BilansOtwarcia{s}")) for s in ("Winien", "Ma")]
        name = " ".join(text(element, "OpisKonta").split())
        self.accounts[text(element, "KodKonta")] = _Account(
            line_of(element),
            name,
            plain(f"{name} {text(element, 'OpisKategorii')}"),
            (sides[0] or Decimal(0)) - (sides[1] or Decimal(0)),
        )

    def _posting(self, element: Element) -> None:
        entry = text(element, "NrZapisu")
        for side, letter in (("Winien", "W"), ("Ma", "M")):
            account, amount = text(element, f"KodKonta{side}"), text(element, f"Kwota{side}")
            value = money(amount)
            self.sums[letter] += value or Decimal(0)
            if not account or account.lower() == "null" or value == 0:
                continue
            self.others.setdefault(entry, set()).add(account[:2])
            if not self._owns(account):
                self.documents.leave_out(OTHER_ACCOUNTS)
                continue
            self.postings.append(
                _Posting(
                    line_of(element), entry, account,
                    amount if letter == "W" else "", amount if letter == "M" else "",
                    text(element, f"OpisZapisu{side}"),
                )
            )  # fmt: skip

    def _above(self, account: str) -> Iterator[_Account]:
        """Yield an account and those above it."""
        for length in range(len(account), 2, -1):
            if (found := self.accounts.get(account[:length])) is not None:
                yield found

    def _owns(self, account: str) -> bool:
        """Return whether an account is one of customers."""
        known = self.owned.get(account)
        if known is None:
            known = self.owned[account] = self._judge(account)
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
        posted = False
        for p in self.postings:
            voucher = self.vouchers.get(p.entry, _Voucher("", "", ""))
            opening = bool(_OPENING.search(plain(voucher.words)))
            posted |= opening
            number = voucher.number or p.entry
            self.documents.add(
                p.line,
                document_id=number,
                customer_id=p.account,
                kind="opening" if opening else self._kind(p),
                issued_on=voucher.day,
                reference=p.text or voucher.words,
                debit=p.debit,
                credit=p.credit,
            )
        sums = {c for a in self.accounts for n in range(1, len(a)) if (c := a[:n]) in self.accounts}
        for code, account in self.accounts.items():
            if code in sums or not self._owns(code):
                continue
            self.customers.add(account.line, customer_id=code, customer_name=account.name)
            if account.opening and not posted:
                side = "debit" if account.opening > 0 else "credit"
                self.documents.add(
                    account.line,
                    document_id=f"OPENING {self.start}".strip(),
                    customer_id=code,
                    kind="opening",
                    issued_on=self.start,
                    **{side: f"{abs(account.opening):f}"},
                )
        for letter, written in self.said.items():
            said = money(written)
            if said is not None and said != self.sums[letter]:
                values = {"said": written, "read": f"{self.sums[letter]:f}"}
                self.documents.notes.append(Text(_SUM_DIFFERS, values))
        if not any(self.owned.values()):
            self.documents.notes.append(Text(_NO_ACCOUNTS))

    def _kind(self, posting: _Posting) -> str:
        """Return what a posting is, by the other accounts of its entry."""
        others = self.others[posting.entry]
        lowers = bool(posting.credit) != (posting.debit or posting.credit).startswith("-")
        if any(o.startswith("7") and o not in ("75", "76") for o in others):
            return "credit_note" if lowers else "invoice"
        if any(o.startswith("1") for o in others):
            return "payment"
        if "76" in others:
            return "write_off" if lowers else "invoice"
        return "exchange" if "75" in others else "adjustment"


SOURCE = JpkKrSource()

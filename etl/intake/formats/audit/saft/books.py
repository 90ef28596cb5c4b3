"""The head and the master files of a SAF-T file: whose books, its accounts and its customers.

Portugal writes `Customer` straight into `MasterFiles` and flat addresses; the OECD's schema and
those made from it (Norway, Luxembourg, Denmark, Romania ...) group them, and wrap amounts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from data.core.texts import NN_, Text
from etl.intake.files.xml import Element, child, children, line_of, name_of, text
from etl.intake.formats.records import Records

CUSTOMER_COLUMNS = {
    "customer_id": "CustomerID",
    "customer_name": "CompanyName",
    "vat_number": "TaxRegistrationNumber",
    "country": "Country",
    "sector": "NaceCode",
    "agreed_terms_days": "PaymentTerms/Days",
    "iban": "IBANNumber",
}

#: What programs write where they know nothing: Portugal's word for unknown, a zero.
_UNKNOWN = frozenset(["desconhecido", "0", "", "n/a", "na"])
#: The tax number of Portugal's anonymous final consumer is nobody's.
_NOBODY = "999999990"


def known(word: str) -> str:
    """Return a number, or '' where it only says that there is none.

    >>> known("Desconhecido"), known("0"), known("CA3")
    ('', '', 'CA3')
    """
    return "" if word.strip().lower() in _UNKNOWN else word.strip()


def first(element: Element | None, *names: str) -> str:
    """Return the text of the first child of these names that has one; '' where none has."""
    return next((t for n in names if (t := text(element, n))), "")


def money(word: str) -> Decimal | None:
    """Return the amount that `word` writes; None where it is none.

    >>> money("12.50"), money(".57"), money("12,50"), money("1e9")
    (Decimal('12.50'), Decimal('0.57'), None, None)
    """
    if not re.fullmatch(r"[+-]?(\d{1,16}(\.\d{0,12})?|\.\d{1,12})", word, re.ASCII):
        return None
    try:
        return Decimal(word)
    except InvalidOperation:
        return None


def plainly(word: str) -> str:
    """Return an amount in digits; a word that is none as it is.

    >>> plainly(".57"), plainly("+3.10"), plainly("3,10")
    ('0.57', '3.10', '3,10')
    """
    amount = money(word)
    return word if amount is None else f"{amount:f}"


def amount_text(element: Element | None, name: str) -> str:
    """Return an amount as written: plain in Portugal, inside `Amount` elsewhere."""
    found = child(element, name) if element is not None else None
    if found is None:
        return ""
    return text(found, "Amount") or text(found)


@dataclass(frozen=True)
class Balance:
    """What was owed when the period began and when it ended, as a master file says."""

    line: int
    account: str
    opening: Decimal
    closing: Decimal | None


@dataclass(frozen=True)
class Account:
    """A general ledger account, with what the schemas say of its place in the chart."""

    line: int
    code: str
    """The standard or grouping code, where there is one: Norway's and Luxembourg's charts."""
    description: str
    balance: Balance | None
    sums_others: bool
    """Portugal's accounts of the kinds GR, GA, AR and AA carry the sums of others."""


@dataclass
class Books:
    """What the head and the master files say, as far as they were read."""

    country: str = ""
    number: str = ""
    currency: str = ""
    start: str = ""
    """First day of the period; '' where it does not say."""
    version: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    owners: dict[str, set[str]] = field(default_factory=dict)
    """Account -> the customers whose master record names it."""
    balances: dict[str, list[Balance]] = field(default_factory=dict)
    """Customer -> balances, one for each account."""
    customers: int = 0
    month_ends: int = 0
    """Customers whose terms run from the end of a month."""

    @property
    def ledger(self) -> str:
        """Whose books these are, as `Reading.ledger` says it."""
        return f"saft:{self.number}" if self.number else ""

    def read_header(self, header: Element, namespace: str) -> None:
        """Take whose books they are, their currency and their period from `Header`."""
        company = child(header, "Company")
        place = child(company, "Address") if company is not None else None
        if place is None:
            place = child(header, "CompanyAddress")
        ending = re.search(r":([A-Z]{2})(?:_[\d._]+)?$", namespace)
        self.country = first(header, "AuditFileCountry") or (ending[1] if ending else "")
        self.country = self.country or text(place, "Country")
        self.number = (
            first(header, "TaxRegistrationNumber")
            or text(company, "TaxRegistration", "TaxRegistrationNumber")
            or first(company, "RegistrationNumber")
        )
        self.currency = first(header, "CurrencyCode", "DefaultCurrencyCode")
        self.version = first(header, "AuditFileVersion")
        self.start = _start(header)

    def read_account(self, element: Element) -> None:
        """Keep an account of `GeneralLedgerAccounts`."""
        number = text(element, "AccountID")
        if number:
            self.accounts[number] = Account(
                line=line_of(element),
                code=first(element, "StandardAccountID", "GroupingCode"),
                description=" ".join(text(element, "AccountDescription").split()),
                balance=_balance(element, element, number),
                sums_others=text(element, "GroupingCategory") in ("GR", "GA", "AR", "AA"),
            )

    def read_customer(self, element: Element, records: Records) -> None:
        """Add a customer to `records`, and keep its accounts and balances."""
        customer = known(text(element, "CustomerID"))
        self.customers += 1
        # one balance straight in the record, or one for each account (Norway 1.3)
        several = children(element, "BalanceAccount")
        for holder in several or [element]:
            account = known(text(holder, "AccountID"))
            if account and customer:
                self.owners.setdefault(account, set()).add(customer)
            balance = _balance(element, holder, account)
            if balance is not None and customer:
                self.balances.setdefault(customer, []).append(balance)
        party = child(element, "PartyInfo")
        terms = child(party, "PaymentTerms") if party is not None else None
        days = text(terms, "Days")
        if days and (
            text(terms, "FreeBillingMonth").lower() in ("true", "1") or text(terms, "Months")
        ):
            days = ""
            self.month_ends += 1
        vat = (
            first(element, "CustomerTaxID")
            or text(element, "TaxRegistration", "TaxRegistrationNumber")
            or first(element, "RegistrationNumber")
        )
        address = child(element, "BillingAddress")
        if address is None:
            address = child(element, "Address")
        if address is None:  # Romania wraps the company of a party
            company = child(element, "CompanyStructure")
            address = child(company, "Address") if company is not None else None
        name = first(element, "CompanyName", "Name") or text(element, "CompanyStructure", "Name")
        records.add(
            line_of(element),
            customer_id=customer,
            customer_name=" ".join(name.split()),
            vat_number=None if vat == _NOBODY else known(vat),
            country=known(text(address, "Country")),
            sector=text(party, "NaceCode"),
            agreed_terms_days=days,
            iban=text(element, "BankAccount", "IBANNumber"),
        )

    def notes(self) -> list[Text]:
        """Return what a reader should know about the customers."""
        if not self.month_ends:
            return []
        words = NN_(
            "{count} customer has terms from the end of a month or in months: no days from them.",
            "{count} customers have terms from the end of a month or in months: no days from them.",
        )
        return [Text(words, {"count": self.month_ends})]

    def openings(self, receivable: set[str]) -> list[tuple[str, Balance]]:
        """Return who owed what when the period began: of customers, else of their accounts.

        `receivable` are the receivables accounts; a customer stands for its account where the
        account is its own, else the account for itself.
        """
        if self.balances:
            return [(c, b) for c, held in self.balances.items() for b in held]
        return [
            (self.owner(number), account.balance)
            for number, account in self.accounts.items()
            if number in receivable and account.balance and not account.sums_others
        ]

    def add_account(self, account: str, records: Records) -> None:
        """Add an account that stands for customers nobody names to `records`, as one of them."""
        entry = self.accounts.get(account)
        if entry:
            self.customers += 1
            records.add(entry.line, customer_id=account, customer_name=entry.description)

    def owner(self, account: str) -> str:
        """Return the customer whose own account this is; else the account itself."""
        owners = self.owners.get(account, set())
        return next(iter(owners)) if len(owners) == 1 else account


def is_part_of(element: Element, name: str) -> bool:
    """Return whether the element's parent has that name."""
    parent = element.getparent()
    return parent is not None and name_of(parent) == name


def _start(header: Element) -> str:
    criteria = child(header, "SelectionCriteria")
    given = first(header, "StartDate") or first(
        criteria, "SelectionStartDate", "PeriodStartDate", "StartDate"
    )
    if given:
        return given[:10]
    year, month = text(criteria, "PeriodStartYear"), text(criteria, "PeriodStart") or "1"
    if re.fullmatch(r"\d{4}", year, re.ASCII) and re.fullmatch(r"0?[1-9]|1[0-2]", month, re.ASCII):
        return f"{year}-{int(month):02}-01"
    fiscal = text(header, "FiscalYear")
    return f"{fiscal}-01-01" if re.fullmatch(r"\d{4}", fiscal, re.ASCII) else ""


def _balance(element: Element, holder: Element, account: str) -> Balance | None:
    """Return the balances that `holder` has, debit less credit; None where it has none."""

    def signed(when: str) -> Decimal | None:
        sides = [money(amount_text(holder, f"{when}{s}Balance")) for s in ("Debit", "Credit")]
        if sides == [None, None]:
            return None
        return (sides[0] or Decimal(0)) - (sides[1] or Decimal(0))

    opening, closing = signed("Opening"), signed("Closing")
    if opening is None and closing is None:
        return None
    return Balance(line_of(element), account, opening or Decimal(0), closing)

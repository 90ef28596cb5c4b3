"""Which of their headers means which of our columns: synonyms in four languages.

A header is compared in its bare form: lower case, no accents, no spaces or punctuation, so
`Due Date`, `due_date` and `DueDate` are one. For each of our columns the synonyms stand in order
of preference: where a file has two of them, the first listed wins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from data.core.dimensions import OWN
from data.store.schema import CUSTOMER_COLUMNS, DOCUMENT_COLUMNS
from etl.intake.header_words import (
    CALLED,
    CUSTOMER_REF,
    DIMENSIONS,
    GROSS,
    LINE_ITEM,
    NET,
    PAID_DOCUMENT,
    PAYMENT,
    PAYMENT_AMOUNT,
    SYNONYMS,
    TOTAL,
    VAT,
    VAT_WORD,
)

#: Our column names: those of the staged tables, and those that only a file has.
CANONICAL = tuple(
    dict.fromkeys(
        (
            *(c.name for c in DOCUMENT_COLUMNS if c.name not in OWN),
            *(c.name for c in CUSTOMER_COLUMNS),
            "debit",
            "credit",
            "dc_flag",
            "journal",
            "debit_id",
            "credit_id",
            "state",
        )
    )
)

_LOCAL = " in local currency"
_CURRENCY_SUFFIX = re.compile(r"(?:^|[^a-z])(eur|usd|gbp|chf|euro|euros|€|\$|£)\W*$")
_CURRENCY_WORD = {"euro": "EUR", "euros": "EUR", "€": "EUR", "$": "USD", "£": "GBP"}


def bare(header: str) -> str:
    """Return a header without case, accents, spaces and punctuation: `Due Date` -> `duedate`."""
    text = header.replace("№", "n").replace("°", "").replace("º", "").replace("ß", "ss")
    text = text.replace("#", " num " if text.strip() == "#" else " no ")
    text = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]", "", text)


def alternatives(header: str) -> tuple[str, ...]:
    """Return the headers of which one is meant, the first that there is: `A | B` are two.

    >>> alternatives("Due Date | DueDate")
    ('Due Date', 'DueDate')
    """
    return tuple(name.strip() for name in header.split(" | "))


def header_among(header: str, headers: Sequence[str]) -> str | None:
    """Return the first of the alternatives in `header` that stands among `headers`.

    >>> header_among("Customer | Name", ["NAME", "Date"])
    'NAME'
    """
    if header in headers:  # a header may have such a sign of its own
        return header
    bares = [bare(h) for h in headers]
    for name in alternatives(header):
        if name in headers:
            return name
        if bare(name) and bare(name) in bares:
            return headers[bares.index(bare(name))]
    return None


def _bare_list(text: str) -> list[str]:
    return [bare(word) for word in text.split(";")]


_RANKS: dict[str, list[tuple[str, int]]] = {}
for _name, _words in SYNONYMS.items():
    for _rank, _word in enumerate(_bare_list(_words)):
        _RANKS.setdefault(_word, []).append((_name, _rank))
_DIMENSIONS = {word: name for name, words in DIMENSIONS.items() for word in _bare_list(words)}
_GROSSES = frozenset(_bare_list(f"{GROSS}; {TOTAL}"))
_NETS = frozenset(_bare_list(NET))
_VATS = _bare_list(VAT)
_VAT_WORDS = frozenset(_bare_list(VAT_WORD))
_PAYMENT_AMOUNTS = frozenset(_bare_list(PAYMENT_AMOUNT))
_LINE_ITEMS = frozenset(_bare_list(LINE_ITEM))
_PAYMENTS = frozenset(_bare_list(PAYMENT))
_CALLED = frozenset(_bare_list(CALLED))
_CUSTOMER_REFS = frozenset(_bare_list(CUSTOMER_REF))
_PAID_DOCUMENTS = frozenset(_bare_list(PAID_DOCUMENT))
_INVOICE_NUMBER = re.compile(r"^(inv|factu|facture|rechnung|no?facture|num(ero)?(de)?facture|re)")

_CREDIT_NUMBER = re.compile(
    r"^(?:num(?:ero)?|no?)?(?:de)?(?:l)?(?:creditnot|creditmemo|creditfactu|avoir|gutschrift)"
)
_INVOICE_DAY = re.compile(r"^(?:invoice|inv|factuur|facture|rechnungs|re)dat|^date(?:dela)?fact")


@dataclass(frozen=True)
class Found:
    """What the headers of one table mean."""

    columns: dict[str, int] = field(default_factory=dict)
    """Our name -> position of their column."""
    local: bool = False
    """The amount is in the books' own currency, not the document's."""
    currency: str | None = None
    """Currency named in the amount's header, as in `Bedrag (EUR)`."""
    line_items: bool = False
    """The headers show one row for each line of an invoice."""
    payments: bool = False
    """The headers show a list of payments."""
    labels: tuple[int, ...] = ()
    """Positions of texts that say what a row is about."""
    pays: bool = False
    """The paid amount is called the amount of a payment."""
    vat: int | None = None
    """Position of a column that may hold amounts of VAT."""
    net: bool = False
    """There is a column of amounts without VAT."""


def _meanings(header: str) -> list[tuple[str, int]]:
    found = _RANKS.get(bare(header), [])
    if not found and (stem := _without_currency(header)):
        found = [(n, r) for n, r in _RANKS.get(stem, []) if _is_money(n)]
    return found


def meanings(header: str) -> frozenset[str]:
    """Return which columns of ours a header may name."""
    return frozenset(name.removesuffix(_LOCAL) for name, _ in _meanings(header))


def dimension(header: str) -> str:
    """Return the dimension that a header names, which nothing but a split is read from; '' if none.

    >>> dimension("Kostenstelle"), dimension("Amount")
    ('branch', '')
    """
    return _DIMENSIONS.get(bare(header), "")


def _without_currency(header: str) -> str:
    """Return the bare form of a header without the currency it ends in; '' where it has none."""
    suffix = _CURRENCY_SUFFIX.search(header.casefold().rstrip(") ]"))
    return bare(header[: suffix.start()]) if suffix else ""


def _is_one_of(header: str, words: Collection[str]) -> bool:
    return bare(header) in words or _without_currency(header) in words


def _is_money(name: str) -> bool:
    return (
        "amount" in name
        or name in ("debit", "credit", "cost", "discount")
        or name.endswith("_limit")
    )


def recognised(headers: Sequence[str]) -> int:
    """Return how many different columns of ours these headers name."""
    return len({name for h in headers for name, _ in _meanings(h)})


def currency_of(header: str) -> str | None:
    """Return the ISO 4217 code in a header such as `Bedrag (EUR)`; None where there is none."""
    suffix = _CURRENCY_SUFFIX.search(header.casefold().rstrip(") ]"))
    if not suffix:
        return None
    return _CURRENCY_WORD.get(suffix[1], suffix[1].upper())


def find(headers: Sequence[str]) -> Found:
    """Return what `headers` mean; a column of ours is given at most once, by its best header."""
    offers: list[tuple[int, int, str]] = []
    for position, header in enumerate(headers):
        offers += [(rank, position, name) for name, rank in _meanings(header)]
    columns: dict[str, int] = {}
    used: set[int] = set()
    for _, position, name in sorted(offers):
        if name not in columns and position not in used:
            columns[name] = position
            used.add(position)
    if "customer_id" in columns and "customer_name" not in columns:
        called = [p for p, h in enumerate(headers) if p not in used and bare(h) in _CALLED]
        if called:
            columns["customer_name"] = called[0]
            used.add(called[0])
    if not columns.keys() & {"customer_id", "customer_name"}:
        references = [p for p, h in enumerate(headers) if is_customer_reference(h)]
        if references:  # of nobody but the customers
            columns = {n: p for n, p in columns.items() if p != references[0]}
            columns["customer_id"] = references[0]
            used.add(references[0])
    vat = _vat(headers)
    if vat is not None and "amount" in columns and not is_gross(headers[columns["amount"]]):
        # beside VAT, a total is what the invoice amount and the VAT add up to
        totals = [p for p, h in enumerate(headers) if p not in used and is_gross(h)]
        columns["amount"] = (*totals, columns["amount"])[0]
    pays = "paid_amount" in columns and is_payment_amount(headers[columns["paid_amount"]])
    if pays and not columns.keys() & {"amount", "issued_on"}:
        # a list of payments: this is the amount, whatever it is in the books' own currency
        columns["amount"] = columns.pop("paid_amount")
    local = _settle_currencies(columns)
    amount = next((columns[n] for n in ("amount", "open_amount", "paid_amount") if n in columns),
                  None)  # fmt: skip
    bares = {bare(h) for h in headers}
    customer = columns.get("customer_id")
    named = columns.get("customer_name")
    of_line = named is None or not bare(headers[named]).startswith("account")
    if (
        of_line
        and bares & _LINE_ITEMS
        and customer is not None
        and bare(headers[customer]) == "accountcode"
    ):
        del columns["customer_id"]  # the line's revenue account
    return Found(
        columns=columns,
        local=local,
        currency=None if amount is None else currency_of(headers[amount]),
        line_items=bool(bares & _LINE_ITEMS),
        payments=bool(bares & _PAYMENTS),
        labels=tuple(p for _, p, name in sorted(offers) if name == "reference"),
        pays=pays and "paid_amount" in columns,
        vat=vat,
        net=any(is_net(h) for h in headers),
    )


def _vat(headers: Sequence[str]) -> int | None:
    """Return the position of the header that says best that its cells are amounts of VAT."""
    ranks = [
        (_VATS.index(form), position)
        for position, header in enumerate(headers)
        for form in (bare(header), _without_currency(header))
        if form in _VATS
    ]
    return min(ranks)[1] if ranks else None


def _settle_currencies(columns: dict[str, int]) -> bool:
    """Keep amounts and currency in one currency, the document's where it is there.

    Return whether the amounts are in the books' own currency.
    """
    own = {n: columns.pop(n + _LOCAL) for n in ("amount", "open_amount", "currency")
           if n + _LOCAL in columns}  # fmt: skip
    if "amount" in columns or ("amount" not in own and "open_amount" in columns):
        if "currency" not in columns and "amount" not in own and "currency" in own:
            columns["currency"] = own["currency"]
        return False
    if not own.keys() & {"amount", "open_amount"}:
        return False
    for name in ("open_amount", "paid_amount", "currency", "rate"):
        columns.pop(name, None)
    columns.update(own)
    return True


def is_gross(header: str) -> bool:
    """Return whether a header says that VAT is in its amounts, or that they are totals."""
    return _is_one_of(header, _GROSSES)


def is_net(header: str) -> bool:
    """Return whether a header says that VAT is not in its amounts."""
    return _is_one_of(header, _NETS)


def is_vat_word(header: str) -> bool:
    """Return whether a header says VAT and no more: its amount, its rate, or a VAT number."""
    return _is_one_of(header, _VAT_WORDS)


def is_payment_amount(header: str) -> bool:
    """Return whether a header names the amount of a payment."""
    return _is_one_of(header, _PAYMENT_AMOUNTS)


def is_customer_reference(header: str) -> bool:
    """Return whether a header names the customers' number, or a reference of their own."""
    return bare(header) in _CUSTOMER_REFS


def names_what_is_paid(header: str) -> bool:
    """Return whether a header, on payments, names the document that each is for."""
    return bare(header) in _PAID_DOCUMENTS


def is_called(header: str) -> bool:
    """Return whether a header names the customer, by number or by name."""
    return bare(header) in _CALLED


def is_invoice_number(header: str) -> bool:
    """Return whether a header names an invoice's number: on a payment, what it pays."""
    return bool(_INVOICE_NUMBER.match(bare(header)))


def is_credit_number(header: str) -> bool:
    """Return whether a header names the number of a credit note."""
    return bool(_CREDIT_NUMBER.match(bare(header)))


def is_invoice_day(header: str) -> bool:
    """Return whether a header names the day of an invoice, and of nothing else."""
    return bool(_INVOICE_DAY.match(bare(header)))

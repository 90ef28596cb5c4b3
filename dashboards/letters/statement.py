"""A customer's statement of account: to whom, in which language, and its tables.

In the currency of the documents, each currency on its own, as the customer's books have it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboards.base.view import View
from dashboards.frame.deals import rows_of
from dashboards.letters.sheets import Sheet, Value
from dashboards.letters.spoken import Spoken
from dashboards.letters.words import WORDS, bucket_of, kind_of
from data.core.buckets import Buckets
from data.core.errors import TandemError
from data.core.texts import N_
from data.workspace.subjects.work import Correspondence
from metrics.asking.ledger import FIRST_DAY, month_start
from metrics.decide.work.letter import language_of
from metrics.statement import Section, owing, statements

FROM = "from"
"""The key of the address that names the first day; the last is the day looked at."""
MONTHS = 12


class StatementError(TandemError):
    """There is no account to make a statement of."""


@dataclass(frozen=True)
class Account:
    """Whose account it is, from when to when, in which language, and what moved it.

    only: the filters that narrow its documents, in words; '' for none.
    """

    number: str
    name: str
    language: str
    first: date
    last: date
    sections: tuple[Section, ...]
    buckets: Buckets
    only: str = ""
    sender: str = ""

    @property
    def spoken(self) -> Spoken:
        """How its days and numbers are written."""
        return Spoken(self.language)


def first_of(view: View) -> date:
    """Return the first day that the address asks for; without one, 12 months are shown.

    Raises `StatementError` for what is no day, or is after the last.
    """
    said, last = view.selection.page.get(FROM, ""), view.selection.as_of
    if not said:
        return month_start(last, MONTHS - 1)
    try:
        first = date.fromisoformat(said)
    except ValueError:
        first = None
    if first is None or not FIRST_DAY < first <= last:
        raise StatementError(
            N_("“{value}” is no day by {last} from which there is a statement."),
            N_("Write it as 2026-01-31."), value=said[:40], last=last,
        )  # fmt: skip
    return first


def accounts_of(
    view: View, numbers: Collection[str] | None = None, language: str = "", sender: str = ""
) -> list[Account]:
    """Return the statements of these customers, under the filters of the view, by number.

    numbers: None for all whose balance in some currency is not nothing. language: of `LANGUAGES`,
    whatever is known of the customer; ''. Disputed amounts are always counted. Raises
    `StatementError` for a period that is none.
    """
    ledger, rows, first = view.ledger, rows_of(view), first_of(view)
    if numbers is None:
        numbers = [row["customer"] for row in rows(owing(ledger))]
    if not numbers:
        return []
    known = {
        row["customer_id"]: row
        for row in view.query(
            "select customer_id, customer_name, country from customers"
            " where customer_id in $numbers",
            {"numbers": sorted(numbers)},
        )
    }
    said = _languages(view)
    made = []
    for number, sections in statements(rows, ledger, numbers, first).items():
        who = known[number]
        untied = [one.currency for one in sections if not one.ties]
        if untied:
            raise StatementError(
                N_("The account of {number} in {currency} does not tie to what is open."),
                number=number, currency=", ".join(untied),
            )  # fmt: skip
        spoken, _rule = language_of(said.get(number, ""), who["country"])
        made.append(
            Account(
                number, who["customer_name"], language or spoken, first, ledger.as_of,
                _sorted(sections, view.f.currency), view.buckets, view.words, sender,
            )
        )  # fmt: skip
    return made


def _languages(view: View) -> Mapping[str, str]:
    """Return customer -> the language that was said of it: as is known now, whatever the day."""
    if view.memory is None:
        return {}
    lines = view.memory.lines(subjects=(Correspondence.name,))
    return {
        line.customer: line.said.language
        for line in lines
        if line.holds and isinstance(line.said, Correspondence)
    }


def account_of(view: View, number: str, language: str = "") -> Account:
    """Return one customer's statement. Raises `StatementError` where there is none."""
    found = accounts_of(view, [number], language)
    if not found:
        raise StatementError(
            N_("Nothing was posted on an account “{number}” by {day} under these filters."),
            N_("Look it up on the page Customers."),
            number=number[:40], day=view.selection.as_of,
        )  # fmt: skip
    return found[0]


def _sorted(sections: Sequence[Section], own: str) -> tuple[Section, ...]:
    return tuple(sorted(sections, key=lambda one: (one.currency != own, one.currency)))


def sheets_of(account: Account) -> Iterator[tuple[Section, tuple[Sheet, ...]]]:
    """Yield the tables of each currency: what was posted, what is open, and how old it is."""
    several = len(account.sections) > 1
    for one in account.sections:
        after = f", {one.currency}" if several else ""
        yield one, (_posted(account, one, after), _open(account, one, after),
                    _aged(account, one, after))  # fmt: skip


def _posted(account: Account, of: Section, after: str) -> Sheet:
    words = WORDS[account.language]
    rows: list[tuple[Value, ...]] = [
        (account.first, words["opening"], None, None, None, None, None, of.opening)
    ]
    for one in of.postings:
        row, up = one.row, one.amount >= 0
        rows.append(
            (row["issued_on"], kind_of(row["kind"], one.what, account.language),
             row["document_id"] or "", row["po_number"] or row["reference"] or "",
             row["due_on"] if row["kind"] == "invoice" else None,
             one.amount if up else None, None if up else -one.amount, one.balance)
        )  # fmt: skip
    debit = sum((x.amount for x in of.postings if x.amount >= 0), Decimal("0.00"))
    credit = -sum((x.amount for x in of.postings if x.amount < 0), Decimal("0.00"))
    return Sheet(
        words["postings"] + after,
        (words["day"], words["what"], words["document"], words["reference"], words["due"],
         words["debit"], words["credit"], words["balance"]),
        ("day", "text", "text", "text", "day", "money", "money", "money"),
        tuple(rows),
        (account.last, words["closing"], None, None, None, debit, credit, of.closing),
    )  # fmt: skip


def _open(account: Account, of: Section, after: str) -> Sheet:
    words = WORDS[account.language]
    rows: list[tuple[Value, ...]] = []
    for one in of.open:
        kind = words["kind_opening" if one.kind == "opening" else one.kind]
        mark = " *" if one.disputed else ""
        rows.append(
            (one.number + mark, kind, one.issued_on, one.due_on if one.amount > 0 else None,
             one.days_late or None, one.amount)
        )  # fmt: skip
    return Sheet(
        words["open"] + after,
        (words["document"], words["what"], words["issued"], words["due"], words["late"],
         words["left"]),
        ("text", "text", "day", "day", "count", "money"),
        tuple(rows),
        (words["total"], None, None, None, None, of.closing),
        notes=(words["disputed"],) if any(one.disputed for one in of.open) else (),
    )  # fmt: skip


def _aged(account: Account, of: Section, after: str) -> Sheet:
    words, aging = WORDS[account.language], of.aging
    names = account.buckets.names
    heads = [bucket_of(name, account.buckets, account.language) for name in names]
    amounts = [aging.get(name, Decimal("0.00")) for name in names]
    return Sheet(
        words["aging"] + after,
        (*heads, words["total"]),
        ("money",) * (len(heads) + 1),
        ((*amounts, of.closing),),
    )

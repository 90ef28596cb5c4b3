"""All that is known of a customer and its debt, as sheets that tie to its balance.

Whatever the memory knows of the customer is on a sheet, by the sentences of `charts.said`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from dashboards.base.i18n import _
from dashboards.base.view import NoRows, View
from dashboards.base.words import KINDS
from dashboards.charts.said import STATES, became, sentence
from dashboards.frame.deals import rows_of
from dashboards.letters.sheets import Sheet, Value
from data.core.errors import TandemError
from data.core.texts import N_
from data.workspace.line import TAKEN_BACK
from data.workspace.subjects.every import SUBJECTS
from data.workspace.subjects.keeping import Person
from metrics.asking.ledger import FIRST_DAY, Ledger
from metrics.decide.interest import interest
from metrics.decide.work.claim import Claims
from metrics.late_claims import claims_of
from metrics.lists.dossier import late_slices
from metrics.statement import Posting, statements

_YEAR = 36_500
#: before every document
_EVER = FIRST_DAY + timedelta(1)


class DossierError(TandemError):
    """There is nobody to write a dossier of."""


@dataclass(frozen=True)
class Dossier:
    """Of whom, as of which day, and what it owes then: said on each sheet.

    head: the lines on top of each sheet, name and value.
    """

    number: str
    name: str
    day: date
    language: str
    currency: str
    balance: Decimal
    head: tuple[tuple[str, str], ...]
    sheets: tuple[Sheet, ...]


def dossier(view: View, number: str) -> Dossier:
    """Return the dossier of a customer as of the day looked at, in the language of the view.

    Raises `DossierError` where no such customer is seen, or it never bought anything.
    """
    known = view.query("select * from customers where customer_id = $number", {"number": number})
    if not known:
        raise DossierError(
            N_("No customer has the number “{number}”."),
            N_("Look it up on the page Customers."), number=number,
        )  # fmt: skip
    who, f, day = known[0], view.f, view.selection.as_of
    ledger = Ledger(day, {"customer": (number,)}, said=view.said)
    own = view.options.currency
    account = statements(rows_of(view), ledger, [number], _EVER, reporting=own).get(number, ())
    if not account:
        raise DossierError(
            N_("Customer {number} has no documents by {day}."), number=number, day=day
        )
    balance = _balance(view, ledger)
    country = "" if _is_person(view, number) else who["country"]
    claims = claims_of(rows_of(view), ledger, {number: country}, view.options.policy)
    told = (
        *(_claim(one) for one in claims.get(number, ())),
        _interest(view, ledger, country),
        _statement(account[0].postings),
        _payments(account[0].postings),
        _memory(view, number),
    )
    about = view.query("select loaded_at, documents from about")[0]
    head = (
        (_("Customer"), f"{who['customer_name']} ({number})"),
        *([(_("VAT number"), who["vat_number"])] if who["vat_number"] else []),
        (_("As of"), f.day(day)),
        (_("Balance on that day"), f"{f.number(balance, 2)} {f.currency}"),
        (
            _("Made from"),
            _("state {number}, loaded {moment} UTC, {count} documents").format(
                number=view.state.number, moment=f.moment(about["loaded_at"]),
                count=f.count(about["documents"]),
            ),
        ),
    )  # fmt: skip
    return Dossier(
        number, who["customer_name"], day, f.language, f.currency, balance, head, told
    )  # fmt: skip


def _balance(view: View, ledger: Ledger) -> Decimal:
    try:
        (row,) = view.answer("receivables", ledger).to_pylist()
    except NoRows:
        return Decimal("0.00")
    found: Decimal = row["receivables"]
    return found


def _is_person(view: View, number: str) -> bool:
    said = [x.line.said for x in became(view, number) if x.line.holds]
    return next((one.person for one in said if isinstance(one, Person)), False)


def _claim(claims: Claims) -> Sheet:
    """Return what is claimed in one currency: each late invoice with its interest."""
    rows: list[tuple[Value, ...]] = [
        (one.late.number, one.late.issued_on, one.late.due_on, one.days, one.late.amount,
         one.late.open, one.interest)
        for one in claims.lines
    ]  # fmt: skip
    owed: Sequence[tuple[str, Decimal | None]] = (
        (_("Payments and credit notes not applied yet"), -claims.unapplied),
        (_("Interest for late payment"), claims.interest),
        (_("Fixed compensation, EUR"), claims.compensation),
        (_("All that can be claimed"), claims.total),
    )
    rows += [(name, None, None, None, None, value, None) for name, value in owed]
    notes = [
        _("Open and not disputed; interest is simple, actual/365, from the day after due to each "
          "payment or to the day of the dossier"),
    ]  # fmt: skip
    if claims.interest is None or claims.compensation is None:
        notes.append(_("What is empty cannot be said: no rate is known; it is reserved"))
    if any(one.assumed for one in claims.lines):
        notes.append(_("Some days have the rate of the last half-year that is known"))
    return Sheet(
        _("Claim, {currency}").format(currency=claims.currency),
        (_("Document"), _("Issued"), _("Due"), _("Days late"), _("Amount"), _("Open"),
         _("Interest")),
        ("text", "day", "day", "count", "money", "money", "money"),
        tuple(rows),
        notes=tuple(notes),
    )  # fmt: skip


def _interest(view: View, ledger: Ledger, country: str) -> Sheet:
    """Return the interest of each slice, rate by rate: what is open, and what was paid late."""
    day, policy = ledger.as_of, view.options.policy
    rows: list[tuple[Value, ...]] = []
    for one in rows_of(view)(late_slices(replace(ledger, undisputed=True))):
        until = one["paid_on"] or day
        found = interest(one["amount"], one["due_on"], until, country, policy)
        start = (one["document_id"], one["amount"], one["currency"], one["due_on"], one["paid_on"])
        if found is None:
            rows.append((*start, None, None, None, None, None))
            continue
        rows += [
            (*start, part.first, part.last, part.days, part.percent,
             (one["amount"] * part.percent * part.days / _YEAR).quantize(Decimal("0.0001")))
            for part in found.periods
        ]  # fmt: skip
    return Sheet(
        _("Interest to the day"),
        (_("Document"), _("Amount"), _("Currency"), _("Due"), _("Paid"), _("From"), _("To"),
         _("Days"), _("Rate, % a year"), _("Interest")),
        ("text", "money", "text", "day", "day", "day", "day", "count", "percent", "exact"),
        tuple(rows),
        notes=(
            _("Without a day of payment: open. Rounded to the cent once, for each invoice, on the "
              "sheet of the claim; what was paid late and in full is listed here alone"),
        ),
    )  # fmt: skip


def _statement(postings: Sequence[Posting]) -> Sheet:
    """Return the statement of account: every document with the balance after it."""
    rows = tuple(
        (one.row["issued_on"], _kind(one), one.row["document_id"],
         one.row["due_on"], one.amount, one.balance, _("yes") if one.row["disputed"] else "",
         one.row["po_number"], one.row["reference"], one.row["file"], one.row["line"])
        for one in postings
    )  # fmt: skip
    balance = postings[-1].balance
    return Sheet(
        _("Statement of account"),
        (_("Day"), _("Kind"), _("Document"), _("Due"), _("Amount"), _("Balance"), _("Disputed"),
         _("Order number"), _("Reference"), _("File"), _("Line")),
        ("day", "text", "text", "day", "money", "money", "text", "text", "text", "text", "count"),
        rows,
        (None, _("Balance"), None, None, balance, None, None, None, None, None, None),
    )  # fmt: skip


def _kind(of: Posting) -> str:
    kind = KINDS[of.row["kind"]]
    return _(kind)


def _payments(postings: Sequence[Posting]) -> Sheet:
    """Return what was received, and what went back."""
    paid = [one.row for one in postings if one.row["kind"] == "payment"]
    rows = tuple(
        (one["issued_on"], one["document_id"], -one["amount"], one["currency"],
         -one["amount_currency"], one["reference"], one["file"], one["line"])
        for one in paid
    )  # fmt: skip
    total = sum((-one["amount"] for one in paid), Decimal("0.00"))
    return Sheet(
        _("Payments"),
        (_("Day"), _("Document"), _("Received"), _("Currency"), _("In its currency"),
         _("Reference"), _("File"), _("Line")),
        ("day", "text", "money", "text", "money", "text", "text", "count"),
        rows,
        (_("Total"), None, total, None, None, None, None, None),
    )  # fmt: skip


def _memory(view: View, number: str) -> Sheet:
    """Return all that was said of the customer, the oldest first."""
    return Sheet(
        _("What was said"),
        (_("Day"), _("Who"), _("What"), _("In words"), _("What became of it"), _("Note"),
         _("Documents")),
        ("day", "text", "text", "text", "text", "text", "text"),
        tuple(_said(view, number)),
        notes=(_("Contacts, promises, plans, disputes, decisions and notes, as kept by our people"),
               ),
    )  # fmt: skip


def _said(view: View, number: str) -> Iterator[tuple[Value, ...]]:
    for one in reversed(became(view, number)):
        line = one.line
        if line.subject == TAKEN_BACK or line.said is None:
            continue
        yield (
            line.said_on, line.who, _(SUBJECTS[line.subject].label), sentence(line, view),
            _(STATES[one.state]) if one.state else "", line.note,
            ", ".join(document.document_id for document in line.documents),
        )  # fmt: skip

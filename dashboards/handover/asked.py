"""What the page asks: who may be handed over with which points, and what was handed over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from dashboards.base.view import View
from dashboards.charts.said import in_reporting
from dashboards.frame.deals import rows_of
from dashboards.frame.worked import accounts_in, lines_of
from data.core.texts import Text
from data.workspace.line import Line
from data.workspace.subjects.handing import HandedBack, HandedOver
from metrics.decide.handover import NOTHING_LATE, Candidate, barred, candidates, weighed
from metrics.lists.customers import customers
from metrics.lists.work import first_invoices, received

CUSTOMER = "customer"
"""The key of the address that names the customer who is looked at first."""


@dataclass(frozen=True)
class Handed:
    """What was handed over: its line, the customer's name, and what came in after its day.

    amount, cost: in the reporting currency; None where no rate is known. received: payments after
    the day of its figures. end: the line of its outcome, and back what that says.
    """

    line: Line
    said: HandedOver
    name: str
    amount: Decimal | None
    cost: Decimal | None
    received: Decimal
    end: Line | None = None
    back: HandedBack | None = None


def weighed_of(view: View) -> list[Candidate]:
    """Return all that may be handed over under the filters, whatever their points.

    Raises `StoreError` where the memory cannot be read.
    """

    def made() -> list[Candidate]:
        accounts, day, policy = accounts_in(view), view.selection.as_of, view.options.policy
        numbers = tuple(one.number for one in accounts)
        ledger = replace(view.ledger, where={"customer": numbers}, standing=None)
        listed = rows_of(view)(first_invoices(ledger)) if numbers else []
        since = {row["customer"]: row["since"] for row in listed}
        return weighed(accounts, since, day, policy)

    found: list[Candidate] = view.derived("weighed", made)
    return found


def candidates_of(view: View) -> list[Candidate]:
    """Return who is proposed, in order."""
    return candidates(weighed_of(view), view.selection.as_of, view.options.policy)


def shown_of(view: View) -> list[Candidate]:
    """Return who is proposed; before them whom the address names, whatever its points."""
    named = candidate_of(view, view.selection.page.get(CUSTOMER, ""))
    others = [one for one in candidates_of(view) if one is not named]
    return [named, *others] if named else others


def candidate_of(view: View, number: str) -> Candidate | None:
    """Return one of those that may be handed over; None where it may not."""
    return next((one for one in weighed_of(view) if one.account.number == number), None)


def barred_words(view: View) -> Text | None:
    """Return why the customer that the address names may not be handed over; None where it may."""
    number = view.selection.page.get(CUSTOMER, "")
    if not number or candidate_of(view, number) is not None:
        return None
    known = next((one for one in accounts_in(view) if one.number == number), None)
    if known is None:
        return Text(NOTHING_LATE)
    return barred(known, view.selection.as_of, view.options.policy)


def handed_of(view: View) -> list[Handed]:
    """Return what was handed over of the customers that the filters leave, the newest first."""

    def made() -> list[Handed]:
        lines = [
            one
            for one in lines_of(view)
            if one.line.holds and isinstance(one.line.said, HandedOver)
        ]
        numbers = {one.line.customer for one in lines}
        where = view.ledger.where
        numbers &= set(where.get("customer", numbers))
        if not numbers:
            return []
        ledger = replace(view.ledger, where={**where, "customer": tuple(sorted(numbers))})
        names = {
            row["customer"]: row["customer_name"] or row["customer"]
            for row in rows_of(view)(customers(ledger))
        }
        paid = rows_of(view)(received(ledger))
        found = []
        for one in lines:
            said, number = one.line.said, one.line.customer
            if number not in names or not isinstance(said, HandedOver):
                continue
            since = sum(
                (row["amount"] for row in paid
                 if row["customer"] == number and row["issued_on"] > said.as_of),
                Decimal("0.00"),
            )  # fmt: skip
            back = one.end.said if one.end else None
            found.append(
                Handed(
                    one.line, said, names[number], in_reporting(view, one.line),
                    said.cost if said.currency == view.f.currency else None, since, one.end,
                    back if isinstance(back, HandedBack) else None,
                )
            )  # fmt: skip
        return found

    made_of: list[Handed] = view.derived("handed", made)
    return made_of

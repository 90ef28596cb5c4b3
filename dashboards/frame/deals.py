"""Deals that were asked, as they are followed on the day looked at: what came of them, what may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from dashboards.base.i18n import n_
from dashboards.base.view import View
from data.core.calendar import months_later
from metrics.asking.ledger import Ledger, Rows, Statement
from metrics.decide.deal.bill import Bill, Judged, bill
from metrics.decide.deal.cases import SUBJECTS, Case, cases
from metrics.decide.deal.coming import Approved
from metrics.decide.deal.kept import Kept, read
from metrics.decide.deal.prospect import name_of
from metrics.decide.deal.standing import Outcome
from metrics.desk import approvals, followed, invoices_of, may_be_followed


def cases_of(view: View) -> list[Case]:
    """Return all that was asked by the day looked at, the oldest first.

    Raises `StoreError` where the memory cannot be read.
    """
    assert view.memory is not None  # noqa: S101 - pages look through a context
    memory, by = view.memory, view.said_by
    found: list[Case] = view.derived("deals", lambda: cases(memory.lines(subjects=SUBJECTS, by=by)))
    return found


def kept_of(case: Case) -> Kept:
    """Return what an asking rests on: each panel of a page asks for it."""
    return _read(case.asked.rests_on)


_read = lru_cache(maxsize=100)(read)


def called(view: View, case: Case) -> str:
    """Return who asks: a customer by its name, or one who never bought by theirs."""
    number = case.line.customer
    return name_of(number) or view.options.names.get(number, number)


def alone(view: View, *numbers: str) -> Ledger:
    """Return the question of these customers on the day looked at, whatever the filters."""
    return replace(view.asked(), where={"customer": numbers}, standing=None, undisputed=False)


def rows_of(view: View) -> Rows:
    """Return what runs a statement for this view."""

    def rows(statement: Statement) -> list[dict[str, Any]]:
        return view.query(statement.sql, statement.parameters)

    return rows


def _approved(view: View) -> list[tuple[Case, Kept]]:
    """Return what was approved, of which invoices may have come."""
    day = view.selection.as_of
    return [(one, kept_of(one)) for one in cases_of(view) if may_be_followed(one, day)]


def outcomes_of(view: View) -> Mapping[str, Outcome]:
    """Return what came of all that was approved: id of its line -> outcome."""

    def made() -> Mapping[str, Outcome]:
        decided = _approved(view)
        numbers = sorted({case.line.customer for case, _kept in decided})
        invoices = invoices_of(rows_of(view), alone(view, *numbers)) if numbers else {}
        return followed(decided, invoices)

    found: Mapping[str, Outcome] = view.derived("outcomes", made)
    return found


def approvals_of(view: View) -> tuple[Approved, ...]:
    """Return the deals that were approved and of which more may be invoiced on credit."""

    def made() -> tuple[Approved, ...]:
        policy, day = view.options.policy, view.selection.as_of
        return approvals(_approved(view), outcomes_of(view), day, policy)

    found: tuple[Approved, ...] = view.derived("approvals", made)
    return found


def bill_of(view: View, months: str = "12") -> tuple[list[Bill], dict[str, str]]:
    """Return the bill of the deals that were asked in the period, and how a reader calls each test.

    months: 12, 36 or all.
    """
    found: tuple[list[Bill], dict[str, str]] = view.derived(
        ("bill", months), lambda: _bill(view, months)
    )
    return found


def _bill(view: View, months: str) -> tuple[list[Bill], dict[str, str]]:
    day, outcomes = view.selection.as_of, outcomes_of(view)
    since = None if months == "all" else months_later(day, -36 if months == "36" else -12)
    deals, labels = [], dict[str, str]()
    for case in cases_of(view):
        answer = kept_of(case).desk.answer
        gone = case.line.taken_back is not None or case.replaced_by is not None
        if gone or (since is not None and answer.known.as_of <= since):
            continue
        labels |= {one.name: one.label for one in answer.tests}
        verdicts = {one.name: one.verdict for one in answer.tests}
        deals.append(Judged(case.asked.amount, verdicts, outcomes.get(case.line.id)))
    return bill(deals), labels


def rule_words(view: View, test: str) -> str:
    """Say what the rule behind a test held in 12 months, and what it let through; '' of nothing."""
    one = next((bill for bill in bill_of(view)[0] if bill.rule == test), None)
    if one is None:
        return ""
    f = view.f
    held = n_(
        "In 12 months it held {count} deal of {amount}; {made} of that was paid after all, {lost} "
        "lost.",
        "In 12 months it held {count} deals of {amount}; {made} of that was paid after all, {lost} "
        "lost.",
        one.held,
    ).format(count=f.count(one.held), amount=f.money(one.held_amount), made=f.money(one.made_paid),
             lost=f.money(one.made_lost))  # fmt: skip
    passed = n_(
        "It let {count} through, of {amount}, and {lost} of that was lost.",
        "It let {count} through, of {amount}, and {lost} of that was lost.",
        one.passed,
    ).format(count=f.count(one.passed), amount=f.money(one.passed_amount), lost=f.money(one.lost))
    return f"{held} {passed}"

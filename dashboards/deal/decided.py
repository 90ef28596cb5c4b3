"""What was asked and decided, as it stands on the day looked at, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.i18n import _, n_
from dashboards.base.panel import Content
from dashboards.base.parts import message
from dashboards.base.view import View
from dashboards.base.words import told
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.deal.asked import (
    AGAIN,
    DECISION,
    asked_keys,
    called,
    case_of,
    coming_now,
    customer_of,
    desk_of,
    known_again,
    known_now,
)
from dashboards.deal.words import changed_words, outcome_words
from dashboards.frame.deals import cases_of, kept_of, outcomes_of
from data.core.errors import TandemError
from data.workspace.subjects.deal import APPROVED, HOW
from metrics.decide.deal.cases import CARRIED, HOLDS, OVER, STANDS, VOID, WAITING, Case
from metrics.decide.deal.kept import Desk, Kept, version
from metrics.decide.deal.prospect import name_of
from metrics.decide.deal.standing import Changed, Outcome, before_it, void_by

SHOWN = 20
"""So many decisions are listed, the newest."""


@dataclass(frozen=True)
class Seen:
    """A decision as it stands: how (of STANDS), what makes it void, and what came of it.

    void: () too where its customer is not seen. outcome: None where nothing was approved. ordered:
    what its customer has ordered since, by what was said, and is not yet invoiced.
    """

    case: Case
    kept: Kept
    stands: str
    void: tuple[Changed, ...]
    outcome: Outcome | None
    ordered: Decimal = Decimal(0)

    @property
    def href(self) -> str:
        """Its address."""
        return f"/deal?{DECISION}={self.case.line.id}"


def seen(view: View, case: Case) -> Seen:
    """Return a decision as it stands on the day looked at."""
    kept, policy, day = kept_of(case), view.options.policy, view.selection.as_of
    answer, number = kept.desk.answer, case.line.customer
    approved, void = case.approved(answer), tuple[Changed, ...]()
    found = outcomes_of(view).get(case.line.id)
    known = known_again(view, kept.asked)
    if known is None:
        known = known_now(view, number, case.line.id, later=False)
    ordered = Decimal(0)
    if known is not None:
        orders = coming_now(view, number, known.holder).orders if found else {}
        said, said_on = orders.get(number, (Decimal(0), date.min))
        ordered = said if said_on >= (case.decision or case.line).said_on else ordered
        known = before_it(known, found, approved) if found else known
        void = void_by(answer, approved, approved, known, policy)
    within = Decimal(policy.decision_percent.at(day))
    done = found is not None and found.carried_out(within)
    stands = case.stands(day, void=bool(void), carried_out=done)
    return Seen(case, kept, stands, void if stands in (VOID, WAITING) else (), found, ordered)


def earlier_of(view: View, desk: Desk) -> Seen | None:
    """Return the decision whose place one of this deal would take; None where there is none.

    A deal that was made stays what it was: the next one is another. Raises `SaidError` where the
    address names none that is there.
    """
    if not view.selection.page.get(AGAIN):
        return None
    one = seen(view, case_of(view, AGAIN)[0])
    other = one.case.line.customer != desk.customer
    return None if other or one.stands == CARRIED else one


def decision_content(view: View) -> Content:
    """Return how the decision of the address stands; else what can be asked of its deal."""
    if view.selection.page.get(DECISION):
        case, _kept = case_of(view, DECISION)
        return _decision(view, seen(view, case))
    desk = desk_of(view)
    if desk is None:
        return Content(_("Decision"), "", message(_("Name a customer and an amount above."),
                                                  kind="empty"))  # fmt: skip
    earlier = earlier_of(view, desk)
    title = _("Nobody was asked for a decision yet")
    if earlier is None:
        text = _("Ask, and the figures above are kept with the decision, whatever comes later.")
        return Content(title, _("Asked of the figures above"), html.P(text, className="measure"))
    case, answer, known = earlier.case, earlier.kept.desk.answer, desk.answer.known
    approved, deal = case.approved(answer), desk.answer.deal
    if earlier.outcome is not None:
        known = before_it(known, earlier.outcome, approved)
    made = replace(deal, advance=min(approved.advance, deal.amount))
    found = void_by(answer, approved, made, known, view.options.policy)
    lines: list[Component] = [
        html.P(dcc.Link(_("The decision of {day}").format(day=view.f.day(case.line.said_on)),
                        href=earlier.href)),
        *_void(view, found),
    ]  # fmt: skip
    if found:
        title = _("That decision does not hold for this: ask again")
    elif earlier.stands == HOLDS:
        title = _("That decision still holds for this")
    return Content(title, _("Beside the earlier decision"), lines)


def _void(view: View, found: Sequence[Changed]) -> list[Component]:
    if not found:
        return []
    return [
        html.P(_("What it rests on has changed by more than the policy allows:")),
        html.Ul([html.Li(changed_words(one, view.f)) for one in found], className="deal-changes"),
    ]


def _decision(view: View, one: Seen) -> Content:
    f, case, kept = view.f, one.case, one.kept
    deal = case.approved(kept.desk.answer)
    title = _("Decision: {stands}").format(stands=_(STANDS[one.stands]))
    if one.stands == WAITING:
        title = _("It waits for a decision")
    said = [
        (_("Asked"), case.line.who, case.line.said_on, case.line.note),
    ]  # fmt: skip
    if case.decision is not None:
        how = _(HOW[case.how])
        said.append((how, case.decision.who, case.decision.said_on, case.decision.note))
    elif case.asked.automatic:
        said.append((_(HOW[APPROVED]), _("by the rules"), case.line.said_on, ""))
    if case.line.taken_back is not None:
        back = case.line.taken_back
        said.append((_("Withdrawn"), back.who, back.said_on, back.note))
    lines: list[Component] = [
        html.P([html.B(_("{what}: {who}, {day}").format(what=what, who=who, day=f.day(day))),
                f" · {note}" if note else ""], className="deal-said")
        for what, who, day, note in said
    ]  # fmt: skip
    if case.how == APPROVED:
        lines.append(html.P(_("Approved: {credit} on credit, {advance} in advance, to be paid "
                              "within {days} days.").format(
            credit=f.exact(deal.credit), advance=f.exact(deal.advance), days=f.count(deal.terms),
        )))  # fmt: skip
    if case.valid_until is not None and case.review_on is not None:
        lines.append(html.P(_("It holds until {until} and is looked at again on {review}.").format(
            until=f.day(case.valid_until), review=f.day(case.review_on))))  # fmt: skip
    lines += _void(view, one.void)
    if one.outcome is not None:
        lines.append(html.P(outcome_words(one.outcome, f, one.ordered), className="deal-outcome"))
    if case.replaced_by is not None:
        lines.append(html.P(dcc.Link(_("It was asked again on {day}").format(
            day=f.day(case.replaced_by.said_on)),
            href=f"/deal?{DECISION}={case.replaced_by.id}")))  # fmt: skip
    if case.asked.replaces:
        lines.append(html.P(dcc.Link(_("It took the place of an earlier one"),
                                     href=f"/deal?{DECISION}={case.asked.replaces}")))  # fmt: skip
    rests = _("The other figures of this page are those it was asked on, of {day}: state {state} "
              "of the data, line {revision} of the memory, policy {policy}.").format(
        day=f.day(kept.desk.answer.known.as_of), state=f.count(kept.state),
        revision=f.count(kept.revision), policy=kept.policy,
    )  # fmt: skip
    if kept.policy != version(view.options.policy):
        rests = _("{rests} The policy has changed since.").format(rests=rests)
    lines.append(html.P(rests, className="measure"))
    return Content(title, _("What became of it"), html.Div(lines, className="deal-decision"))


def again_link(view: View) -> str:
    """Return the address that asks the deal of this decision again, on today's figures."""
    case, _kept = case_of(view, DECISION)
    asked = asked_keys(view)
    who = {} if asked.get("prospect") else {"customer": case.line.customer}
    keys = {**who, **asked, AGAIN: case.line.id}
    return view.link("/deal", **keys)


def list_content(view: View) -> Content:
    """Return the decisions about a customer, or all that wait for one."""
    number = _customer(view)
    if number:
        mine = [case for case in cases_of(view) if case.line.customer == number]
        shown = [seen(view, case) for case in reversed(mine[-SHOWN:])]
        title = _("Decisions about {customer}").format(customer=called(view, number))
        empty = _("Nothing was asked of this customer yet.")
    else:
        waiting = [case for case in cases_of(view) if case.stands(view.selection.as_of) == WAITING]
        names = view.options.names
        mine = [c for c in waiting if c.line.customer in names or name_of(c.line.customer)]
        shown = [Seen(c, kept_of(c), WAITING, (), None) for c in reversed(mine[-SHOWN:])]
        title, empty = _("What waits for a decision"), _("Nothing waits for a decision.")
    if not shown:
        return Content(title, "", message(empty, kind="empty"))
    f = view.f
    head = ((_("Asked on"), False), (_("Customer"), False), (_("Amount"), True),
            (_("By the rules"), False), (_("Stands"), False),
            (_("What came of it"), False))  # fmt: skip
    rows: list[list[Cell]] = [
        [
            dcc.Link(f.day(one.case.line.said_on), href=one.href),
            called(view, one.case.line.customer),
            f.exact(one.case.asked.amount),
            told(one.kept.desk.answer.says, f),
            html.Span(_stand_words(view, one), className=f"deal-stands {one.stands}"),
            outcome_words(one.outcome, f, one.ordered) if one.outcome else "",
        ]
        for one in shown
    ]
    measure = n_("{count} decision", "{count} decisions", len(mine))
    if len(mine) > len(shown):
        measure = _("The newest {shown} of {count}")
    measure = measure.format(shown=f.count(len(shown)), count=f.count(len(mine)))
    return Content(title, measure, html.Div(plain_table(head, rows), className="deal-list"))


def _customer(view: View) -> str:
    try:
        return customer_of(view)
    except TandemError:
        return ""


def _stand_words(view: View, one: Seen) -> str:
    words = _(STANDS[one.stands])
    until = one.case.valid_until
    if one.stands == VOID:
        return f"{words}: {changed_words(one.void[0], view.f)}"
    if one.stands in OVER or until is None:
        return words
    return _("{what}, until {day}").format(what=words, day=view.f.day(until))

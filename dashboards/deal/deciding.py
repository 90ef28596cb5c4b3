"""Asking for a decision, approving and declining: the fields and buttons, and what they do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.i18n import _, language
from dashboards.base.parts import amount_field
from dashboards.base.view import Context, View
from dashboards.base.words import told
from dashboards.deal.asked import DECISION, FIELDS, PROSPECT, case_of, desk_of
from dashboards.deal.decided import again_link, earlier_of, seen
from dashboards.deal.words import changed_words
from dashboards.frame.deriving import refusal
from dashboards.frame.who import WHO
from data.core.errors import StoreError, TandemError
from data.core.policy.rules import Policy
from data.core.texts import N_
from data.workspace.line import Line, today
from data.workspace.subjects.deal import APPROVED, DECLINED, DealAsked, DealDecided
from data.workspace.subjects.keeping import Person
from data.workspace.subjects.subject import SaidError
from data.workspace.tables import CENT
from metrics.decide.deal.cases import WAITING, against, asking, is_person
from metrics.decide.deal.deal import amount_of
from metrics.decide.deal.kept import Kept, version
from metrics.decide.deal.prospect import name_of

LONGEST = 730
"""So many days an approval may hold."""
SAID = "deal-said"
"""The store that counts what was said here."""
_BUTTONS = ("deal-put", "deal-approve", "deal-decline", "deal-withdraw")


def layout() -> Component:
    """Return the fields and buttons; what of them is there, the address and the reader say."""
    day = {"valueFormat": "D MMM YYYY", "size": "sm", "minDate": today().isoformat(), "w": 150}
    return html.Div(
        [
            html.Div(
                [
                    dmc.Textarea(
                        id="deal-why", label=_("Why"), autosize=True, minRows=1, size="sm",
                        className="deal-why",
                    ),
                    html.Div(
                        dmc.DatesProvider(
                            html.Div(
                                [
                                    amount_field(_("In advance"), id="deal-granted"),
                                    dmc.DateInput(id="deal-until", label=_("Valid until"), **day),
                                    dmc.DateInput(
                                        id="deal-review", label=_("Looked at again on"), **day
                                    ),
                                ],
                                className="deal-granted",
                            ),
                            settings={"locale": language(), "firstDayOfWeek": 1},
                        ),
                        id="deal-granted-of",
                    ),
                    html.Button(_("Ask for a decision"), id="deal-put", className="button go"),
                    html.Button(_("Approve"), id="deal-approve", className="button go"),
                    html.Button(_("Decline"), id="deal-decline", className="button"),
                    html.Button(_("Withdraw"), id="deal-withdraw", className="button quiet"),
                ],
                id="deal-buttons",
                className="deal-buttons",
            ),
            html.Div(id="deal-again"),
            html.Div(id="deal-status", role="status"),
        ],
        className="deal-deciding",
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the fields and buttons."""

    @app.callback(
        Output("deal-buttons", "hidden"),
        Output("deal-granted-of", "hidden"),
        Output("deal-granted", "value"),
        Output("deal-until", "value"),
        Output("deal-review", "value"),
        *(Output(one, "hidden") for one in _BUTTONS),
        Output("deal-again", "children"),
        Input("url", "search"),
        Input(SAID, "data"),
    )
    def shown(search: str | None, _said: int | None) -> Any:
        view = context.view(search)
        if view is None:
            raise PreventUpdate
        offered, advance = offers(view, context)
        again: Any = None
        if "again" in offered:
            again = dcc.Link(
                _("Ask again, on the figures of today"), href=again_link(view), className="button"
            )
        hidden = [one not in offered for one in _BUTTONS]
        days = [day.isoformat() for day in usual_days(view.options.policy)]
        return all(hidden), "deal-approve" not in offered, advance, *days, *hidden, again

    @app.callback(
        Output(SAID, "data"),
        Output("deal-status", "children"),
        Output("deal-why", "value"),
        Output("url", "search", allow_duplicate=True),
        *(Input(one, "n_clicks") for one in _BUTTONS),
        State("deal-why", "value"),
        State("deal-granted", "value"),
        State("deal-until", "value"),
        State("deal-review", "value"),
        State(WHO, "value"),
        State("url", "search"),
        State(SAID, "data"),
        prevent_initial_call=True,
    )
    def act(*given: Any) -> Any:
        why, granted, until, review, who, search, count = given[len(_BUTTONS) :]
        asked, view = ctx.triggered_id, context.view(search)
        if not asked or not ctx.triggered[0]["value"] or view is None:
            raise PreventUpdate
        done = html.P(_("Kept."), className="measure")
        try:
            if asked == "deal-put":
                line = put(context, view, who or "", why or "")
                return (count or 0) + 1, done, "", f"?{DECISION}={line.id}"
            days = (until, review)
            decide(context, view, str(asked), who or "", why or "", granted, days)
        except (TandemError, StoreError) as error:
            words = " ".join(filter(None, (told(error.reason, view.f), told(error.remedy, view.f))))
            return no_update, refusal(words), no_update, no_update
        return (count or 0) + 1, done, "", no_update


def offers(view: View, context: Context) -> tuple[set[str], str]:
    """Return which buttons there are, and what is proposed to be in advance."""
    reader, memory = context.reader(), context.memory
    if not memory.writable() or view.said_by is not None:
        return set(), ""
    try:
        desk = desk_of(view)
        if desk is None:
            return set(), ""
        if not view.selection.page.get(DECISION):
            return ({"deal-put"} if reader.may_say(DealAsked.name) else set()), ""
        case, _kept = case_of(view, DECISION)
    except TandemError:
        return set(), ""
    found = {"again"} if case.replaced_by is None else set()
    if case.stands(view.selection.as_of) == WAITING:
        found |= {"deal-withdraw"} if reader.may_say(DealAsked.name) else set()
        if reader.may_say(DealDecided.name):
            found |= {"deal-approve", "deal-decline"}
    granted = desk.answer.granted
    return found, f"{(granted or desk.answer.deal).advance:f}"


def put(context: Context, view: View, who: str, why: str) -> Line:
    """Ask for a decision of the deal of the address; return its line.

    Raises `SaidError` where it cannot be asked so, `StoreError` where it cannot be kept.
    """
    desk, page, memory = desk_of(view), view.selection.page, context.memory
    if desk is None:
        raise SaidError(N_("Name a customer and an amount above."))
    if view.said_by is not None or any(view.selection.chosen.values()):
        raise SaidError(
            N_("A decision rests on all that is known of the customer today."),
            N_("Clear the filters and the day first."),
        )
    earlier = earlier_of(view, desk)
    if earlier is not None and earlier.case.replaced_by is not None:
        raise SaidError(N_("It was decided, withdrawn or asked again: look at it again."))
    keys = {name: page[name] for name in (*FIELDS, *PROSPECT) if page.get(name)}
    policy = view.options.policy
    kept = Kept(desk, keys, view.state.number, memory.revision(), version(policy))
    said = asking(
        kept, view.f.currency, policy, today(),
        # of who never bought here nobody knows: a person decides
        person=bool(name_of(desk.customer))
        or is_person(memory.lines(desk.customer, (Person.name,))),
        part=context.reader().scope.text, replaces=earlier.case.line.id if earlier else "",
    )  # fmt: skip
    return memory.say(who, desk.customer, said, why)


def usual_days(policy: Policy) -> tuple[date, date]:
    """Return until when a decision of today holds, and when it is looked at again, by policy."""
    day = today()
    return (
        day + timedelta(policy.decision_days.at(day)),
        day + timedelta(policy.review_days.at(day)),
    )


def _days_of(said: tuple[str | None, str | None], policy: Policy) -> tuple[date, date]:
    """Return those days as somebody typed them; raises `SaidError` for days that cannot be."""
    found = []
    for text, usual in zip(said, usual_days(policy), strict=True):
        try:
            found.append(date.fromisoformat(text[:10]) if text else usual)
        except ValueError as error:
            raise SaidError(N_("“{text}” is no day."), text=text or "") from error
    until, review = found
    if not today() <= review <= until or (until - today()).days > LONGEST:
        raise SaidError(
            N_("It holds until a day from today on, at most {days} days away, and is looked at "
               "again no later."),
            days=LONGEST,
        )  # fmt: skip
    return until, review


def decide(
    context: Context, view: View, button: str, who: str, why: str, granted: Any,
    days: tuple[str | None, str | None] = (None, None),
) -> None:  # fmt: skip
    """Approve, decline or withdraw the asking of the address. Raises as `put`.

    days: until when it holds, and when it is looked at again; the policy's where None.
    """
    case, kept = case_of(view, DECISION)
    memory, answer, policy = context.memory, kept.desk.answer, view.options.policy
    # with an account, nobody speaks by another name
    reader, day = context.reader(), today()
    who = reader.name if reader.login else who
    if button == "deal-withdraw":
        memory.take_back(who, case.line.id, why)
        return
    if case.stands(day) != WAITING:
        raise SaidError(N_("It was decided, withdrawn or asked again: look at it again."))
    if button == "deal-decline":
        no = DealDecided(case.line.id, DECLINED, Decimal(0), case.asked.currency)
        memory.say(who, case.line.customer, no, why)
        return
    advance = amount_of(str(granted or 0)).quantize(CENT)
    level = reader.approves if reader.login else None
    reason = against(case, answer, advance, who, policy, day, level)
    if reason is not None:
        raise SaidError(told(reason, view.f))
    found = seen(view, case).void
    if found:
        raise SaidError(
            N_("Its figures are not those of today. {what}"),
            N_("Ask again, so that it is decided on what is known now."),
            what="; ".join(changed_words(one, view.f) for one in found),
        )
    yes = DealDecided(
        case.line.id,
        APPROVED,
        advance,
        case.asked.currency,
        *_days_of(days, policy),
    )
    memory.say(who, case.line.customer, yes, why)

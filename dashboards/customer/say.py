"""The form that says something of a customer, and what its buttons do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.i18n import _, language
from dashboards.base.view import Context, View
from dashboards.customer.facts import ledger_of, master, number_of
from dashboards.frame.deriving import refusal
from data.core.errors import StoreError
from data.core.texts import N_
from data.workspace.memory import Memory, Named
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import REASONS, Dispute, Settled
from data.workspace.subjects.note import Note
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import SaidError, Subject
from data.workspace.tables import CENT
from metrics.asking.metric import Query

_MOST_DOCUMENTS = 300
_OPEN = Query(
    reads=("alive",),
    select=f"""
select d.ledger, d.document_id, min(alive.due_on) as due_on, sum(alive.amount) as amount
from alive
join documents as d on d.document_key = coalesce(alive.reopens, alive.document_key)
where alive.amount > 0
group by d.ledger, d.document_id
order by due_on, d.document_id
limit {_MOST_DOCUMENTS}
""",
)
#: What the form can say: the others follow from a button on a line.
_SUBJECTS = (Note, Promise, Dispute, Terms, Limit)
#: field -> the subjects that it belongs to
_OF: Mapping[str, Sequence[type[Subject]]] = {
    "amount": (Promise, Dispute, Limit),
    "day": (Promise,),
    "reason": (Dispute,),
    "documents": (Promise, Dispute),
    "owner": (Dispute,),
    "days": (Terms,),
    "until": (Terms, Limit),
    "insured": (Limit,),
    "percent": (Limit,),
    "security": (Limit,),
}
_FIELDS = ("who", "subject", "note", *_OF)


def layout() -> Component:
    """Return the form, folded up until somebody has something to say."""
    return html.Div(
        [
            html.Details(
                [
                    html.Summary(_("Say something of this customer"), className="button"),
                    html.Div(
                        [
                            dmc.SegmentedControl(
                                id="say-subject",
                                data=[{"value": s.name, "label": _(s.label)} for s in _SUBJECTS],
                                value=Note.name,
                                size="sm",
                                className="say-subject",
                                **{"aria-label": _("What is said")},
                            ),
                            dmc.DatesProvider(
                                html.Div(_fields(), className="say-fields"),
                                settings={"locale": language(), "firstDayOfWeek": 1},
                            ),
                            html.Div(
                                [
                                    html.Button(
                                        _("Record it"), id="say-keep", className="button go",
                                        n_clicks=0,
                                    ),
                                    html.P(
                                        _("Everybody who opens this customer sees it. It can be "
                                          "taken back, never overwritten."),
                                        className="measure",
                                    ),
                                ],
                                className="say-end",
                            ),
                        ],
                        id="say-form",
                        className=f"say {Note.name}",
                    ),
                ],
                id="say-open",
            ),
            html.Div(id="say-status", role="status"),
        ],
        id="say-box",
    )  # fmt: skip


def _fields() -> list[Component]:
    wide = {"size": "sm"}
    made = {
        "who": dmc.TextInput(
            label=_("Your name"), persistence=True, persistence_type="local", **wide
        ),
        "amount": _amount(_("Amount")),
        "day": dmc.DateInput(label=_("Promised by"), valueFormat="D MMM YYYY", **wide),
        "reason": dmc.Select(
            label=_("Reason"), data=[{"value": k, "label": _(v)} for k, v in REASONS.items()],
            **wide,
        ),
        "documents": dmc.MultiSelect(
            label=_("Documents"), data=[], searchable=True, clearable=True, size="sm"
        ),
        "owner": dmc.TextInput(label=_("Who settles it"), **wide),
        "days": dmc.NumberInput(
            label=_("Days to pay"), min=0, max=365, allowDecimal=False, **wide
        ),
        "until": dmc.DateInput(
            label=_("Valid until"), valueFormat="D MMM YYYY", clearable=True,
            placeholder=_("until another one"), **wide,
        ),
        "insured": _amount(_("Insured amount")),
        "percent": dmc.NumberInput(
            label=_("Insured percentage"), min=0, max=100, allowDecimal=False, suffix=" %", **wide
        ),
        "security": dmc.TextInput(label=_("Other security"), **wide),
        "note": dmc.Textarea(
            label=_("In words"), autosize=True, minRows=2, maxRows=8, size="sm"
        ),
    }  # fmt: skip
    boxes = []
    for name, control in made.items():
        control.id = f"say-{name}"
        subjects = " ".join(f"for-{s.name}" for s in _OF.get(name, ()))
        wider = "wide" if name in ("note", "documents") else ""
        classes = " ".join(filter(None, ("say-field", wider, subjects)))
        boxes.append(html.Div(control, className=classes))
    return boxes


def _amount(label: str) -> Component:
    decimal = "." if language() == "en" else ","
    return dmc.NumberInput(
        label=label, min=0, max=9_999_999_999_999, decimalScale=2, size="sm",
        decimalSeparator=decimal, thousandSeparator="," if decimal == "." else " ",
        allowedDecimalSeparators=[",", "."] if decimal == "," else ["."],
    )  # fmt: skip


def closed(context: Context) -> str:
    """Return why nothing can be said here, marked with N_; '' where it can."""
    if not context.memory.writable():
        return N_("The folder of the store cannot be written to, so nothing can be kept here.")
    return ""


def connect(app: Dash, context: Context) -> None:
    """Wire the form and the buttons; the store `memory-said` counts what was said."""

    @app.callback(
        Output("say-box", "hidden"),
        Output("say-documents", "data"),
        Input("url", "search"),
        Input("say-open", "n_clicks"),
    )
    def shown(search: str | None, _opened: int | None) -> Any:
        view = context.view(search)
        if view is None or closed(context) or master(view) is None:
            return True, []
        return False, documents_of(view)

    app.clientside_callback(
        ClientsideFunction("customer", "saying"),
        Output("say-form", "className"),
        Input("say-subject", "value"),
    )

    @app.callback(
        Output("memory-said", "data"),
        Output("say-status", "children"),
        Output("say-note", "value"),
        Output("say-amount", "value"),
        Output("say-documents", "value"),
        Input("say-keep", "n_clicks"),
        Input({"type": "memory-back", "id": ALL}, "n_clicks"),
        Input({"type": "memory-settle", "id": ALL, "how": ALL}, "n_clicks"),
        State("url", "search"),
        State("memory-said", "data"),
        *(State(f"say-{name}", "value") for name in _FIELDS),
        prevent_initial_call=True,
    )
    def say(
        _keep: Any, _back: Any, _settle: Any, search: str | None, count: int | None, *values: Any
    ) -> Any:
        asked = ctx.triggered_id
        if not asked or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        view = context.view(search)
        said = dict(zip(_FIELDS, values, strict=True))
        try:
            if view is None or closed(context) or master(view) is None:
                raise SaidError(closed(context) or N_("No customer has this number."))
            act(context.memory, view, asked, said)
        except (SaidError, StoreError) as error:
            return no_update, refusal(error.render(_)), no_update, no_update, no_update
        done = html.P(_("Kept."), className="measure")
        if asked != "say-keep":
            return (count or 0) + 1, done, no_update, no_update, no_update
        return (count or 0) + 1, done, "", "", []


def act(memory: Memory, view: View, asked: Any, said: Mapping[str, Any]) -> None:
    """Keep what the form says, take a line back, or settle a dispute.

    Raises `SaidError` for what cannot be said, `StoreError` where it cannot be kept.
    """
    who, customer = str(said["who"] or ""), number_of(view)
    if asked == "say-keep":
        subject, documents = made(view, said)
        memory.say(who, customer, subject, str(said["note"] or ""), documents)
        return
    line = next((x for x in memory.lines(customer) if x.id == str(asked["id"])), None)
    if line is None:
        raise SaidError(N_("This is not, or no longer, in the memory: look at it again."))
    if asked["type"] == "memory-back":
        memory.take_back(who, line.id)
    elif line.holds and isinstance(line.said, Dispute):
        memory.say(who, customer, Settled(line.id, str(asked["how"])))


def made(view: View, said: Mapping[str, Any]) -> tuple[Subject, list[Named]]:
    """Return what the form says, and of which documents. Raises `SaidError` for what is missing."""
    subject, currency = str(said["subject"]), view.f.currency
    documents: list[Named] = []
    if subject in (Promise.name, Dispute.name):
        offered = {one["value"] for one in documents_of(view)}
        chosen = [str(one) for one in said["documents"] or () if str(one) in offered]
        documents = [_named(one) for one in chosen]
    if subject == Note.name:
        return Note(), documents
    if subject == Promise.name:
        day = _day(said["day"])
        if day is None:
            raise SaidError(N_("Say by which day it was promised."))
        return Promise(_money(said["amount"]), currency, day), documents
    if subject == Dispute.name:
        if not said["reason"]:
            raise SaidError(N_("Say what is the reason of the dispute."))
        amount = _money(said["amount"])
        return Dispute(
            amount, currency, str(said["reason"]), str(said["owner"] or "").strip()
        ), documents
    if subject == Terms.name:
        if not isinstance(said["days"], int):
            raise SaidError(N_("Say how many days to pay were agreed."))
        return Terms(said["days"], _day(said["until"])), documents
    if subject == Limit.name:
        insured = None if said["insured"] in (None, "") else _money(said["insured"])
        percent = said["percent"] if isinstance(said["percent"], int) else None
        return Limit(
            _money(said["amount"]), currency, _day(said["until"]), insured, percent,
            str(said["security"] or "").strip(),
        ), documents  # fmt: skip
    raise SaidError(N_("Say what it is about."))


def documents_of(view: View) -> list[dict[str, str]]:
    """Return the documents of the customer that are open on the day, as choices."""
    statement = ledger_of(view).over(_OPEN)
    rows = view.query(statement.sql, statement.parameters)
    text = _("{document}, due {day}, {amount}")
    return [
        {
            "value": f"{r['ledger'] or ''}\t{r['document_id'] or ''}",
            "label": text.format(
                document=r["document_id"], day=view.f.day(r["due_on"]),
                amount=view.f.exact(r["amount"]),
            ),
        }
        for r in rows
    ]  # fmt: skip


def _named(value: str) -> Named:
    ledger, _tab, number = value.partition("\t")
    return Named(ledger, number)


def _money(value: Any) -> Decimal:
    """Return what a field of an amount holds; a browser sends numbers with their few decimals."""
    try:
        return Decimal(str(value)).quantize(CENT)
    except InvalidOperation as error:
        raise SaidError(N_("Give the amount.")) from error


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError as error:
        raise SaidError(N_("{day} is no day."), day=str(value)[:40]) from error

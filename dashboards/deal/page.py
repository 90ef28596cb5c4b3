"""Deal desk: may I sell this to this customer, on which terms, and what would turn the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import with_page
from dashboards.base.i18n import _
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import amount_field, message, page, panel, row
from dashboards.base.view import Context, Explain, View
from dashboards.base.words import told
from dashboards.charts.plain_table import plain_table
from dashboards.charts.tables import table
from dashboards.deal import bill, deciding, prospect
from dashboards.deal.asked import (
    AGAIN,
    DECISION,
    PROSPECT,
    asked_keys,
    called,
    case_of,
    customer_of,
    desk_of,
)
from dashboards.deal.decided import decision_content, list_content
from dashboards.deal.words import answer_words, number, parts_of
from dashboards.frame.finder import BETWEEN, find_customers
from data.core.errors import TandemError
from data.core.texts import N_
from metrics.decide.deal.answer import YES
from metrics.decide.deal.kept import Desk
from metrics.decide.deal.prospect import name_of
from metrics.decide.deal.tested import VERDICTS, Tested

_FIELDS = ("amount", "vat", "terms", "margin", "advance", "discount")
"""What the form asks for; the address may say more."""


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "deal",
        _("Deal desk"),
        _form(),
        panel("deal-answer", height=90),
        panel("deal-decision", height=60, static=deciding.layout(), menu=False),
        panel("deal-peers", height=160),
        panel("deal-tests", height=320),
        row(panel("deal-return", height=180), panel("deal-effect", height=180)),
        panel("deal-others", height=240, below=True),
        panel("deal-list", height=120, below=True, menu=False),
        panel(
            "deal-bill",
            height=200,
            below=True,
            menu=False,
            controls=[html.Div(id="deal-bill-period", className="panel-choice")],
        ),
        dcc.Store(id=deciding.SAID),
    )


def _form() -> Component:
    who = dmc.Select(
        id="deal-customer",
        data=[],
        label=_("Customer"),
        placeholder=_("Name, number or VAT number"),
        searchable=True,
        size="sm",
        nothingFoundMessage=_("Type a part of a name, number or VAT number"),
        filter={"function": "showAll"},
    )
    who = html.Div(who, id="deal-customer-of", className="deal-who")
    whole = dmc.NumberInput(
        id="deal-terms", label=_("Terms, days"), min=0, max=730, allowDecimal=False, size="sm",
        placeholder=_("as agreed"),
    )  # fmt: skip
    return html.Div(
        [
            prospect.who(),
            who,
            prospect.fields(),
            amount_field(_("Amount"), id="deal-amount"),
            amount_field(_("Without VAT of, %"), 100, id="deal-vat", placeholder=_("VAT included")),
            whole,
            amount_field(_("Margin"), id="deal-margin", placeholder=_("not known")),
            amount_field(_("In advance"), id="deal-advance"),
            amount_field(_("Discount for cash, %"), 99, id="deal-discount"),
            html.Button(_("Ask"), id="deal-ask", className="button go", n_clicks=0),
        ],
        className="panel deal-form",
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the form and the panels."""
    _connect_form(app, context)

    @headline_callback(app, context, "deal")
    def headline(view: View) -> str:
        return headline_words(view)

    @panel_callback(app, context, "deal-answer")
    def answer(view: View) -> Content:
        return _content(view, answer_content, N_("The answer"))

    @panel_callback(app, context, "deal-tests")
    def tests(view: View) -> Content:
        return _content(view, tests_content, N_("What is tested"))

    @panel_callback(app, context, "deal-peers")
    def peers(view: View) -> Content:
        return _content(view, peers_content, N_("What its peers do"))

    @panel_callback(app, context, "deal-return")
    def returns(view: View) -> Content:
        return _content(view, return_content, N_("What it returns"))

    @panel_callback(app, context, "deal-effect")
    def effect(view: View) -> Content:
        return _content(view, effect_content, N_("What it does to the books"))

    @panel_callback(app, context, "deal-others", below=True)
    def others(view: View) -> Content:
        return _content(view, others_content, N_("What differs in one thing"))

    @panel_callback(app, context, "deal-decision", Input(deciding.SAID, "data"))
    def decision(view: View, _said: int | None) -> Content:
        try:
            return decision_content(view)
        except TandemError as error:
            return _reason(error, _("Decision"), view)

    @panel_callback(app, context, "deal-list", Input(deciding.SAID, "data"), below=True)
    def listed(view: View, _said: int | None) -> Content:
        return list_content(view)

    @part_callback(app, context, "deal-bill-period", below=True)
    def period(view: View) -> Component:
        return bill.choice(view)

    @panel_callback(app, context, "deal-bill", below=True)
    def errors(view: View) -> Content:
        return bill.bill_content(view)

    deciding.connect(app, context)


def _connect_form(app: Dash, context: Context) -> None:
    @app.callback(
        Output("deal-customer", "data"),
        Output("deal-customer", "value"),
        Output("deal-whose", "value"),
        Output("deal-of-prospect", "hidden"),
        Output("deal-customer-of", "hidden"),
        Output("deal-of_sector", "data"),
        Output("deal-of_segment", "data"),
        *(Output(f"deal-{name}", "value") for name in (*PROSPECT, *_FIELDS)),
        Input("url", "search"),
    )
    def fill(search: str | None) -> tuple[Any, ...]:
        view = context.view(search)
        if view is None:
            raise PreventUpdate
        try:
            number, said = customer_of(view), asked_keys(view)
        except TandemError:
            number, said = "", {}
        name = view.options.names.get(number)
        choices = [{"value": number, "label": f"{name}{BETWEEN}{number}"}] if name else []
        chosen = prospect.shown(view, said)
        values = (said.get(one, "") for one in _FIELDS)
        return choices, number if name else None, *chosen, *values

    @app.callback(
        Output("deal-customer", "data", allow_duplicate=True),
        Input("deal-customer", "searchValue"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def find(typed: str | None, search: str | None) -> list[dict[str, str]]:
        if not typed or BETWEEN in typed:
            raise PreventUpdate  # a choice writes its label there: the choices stay
        view = context.view(search)
        return find_customers(view, typed) if view else []

    app.clientside_callback(
        "whose => [whose !== 'new', whose === 'new']",
        Output("deal-of-prospect", "hidden", allow_duplicate=True),
        Output("deal-customer-of", "hidden", allow_duplicate=True),
        Input("deal-whose", "value"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("deal-ask", "n_clicks"),
        State("deal-whose", "value"),
        State("deal-customer", "value"),
        *(State(f"deal-{name}", "value") for name in (*PROSPECT, *_FIELDS)),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def ask(clicks: int | None, whose: str, who: str | None, *said: Any) -> str:
        if not clicks:
            raise PreventUpdate
        *values, search = said
        keys = {
            name: None if value in (None, "") else str(value)
            for name, value in zip((*PROSPECT, *_FIELDS), values, strict=True)
        }
        if whose == prospect.NEW:
            who = None
        else:
            keys |= dict.fromkeys(PROSPECT)
        view = context.view(search)
        if view is None:
            raise PreventUpdate
        page = view.selection.page
        again = page.get(DECISION) or page.get(AGAIN)
        # what a decision was asked with, and the form does not ask for
        kept = asked_keys(view) if page.get(DECISION) else {}
        keys |= {name: kept[name] for name in kept if name not in _FIELDS}
        return with_page(
            search, customer=who or None, **keys, **{DECISION: None, AGAIN: again or None}
        )


def headline_words(view: View) -> str:
    """Say what is asked."""
    try:
        desk = desk_of(view)
    except TandemError:
        desk = None
    if desk is None:
        return _("May I sell this on credit? Name a customer and an amount.")
    deal = desk.answer.deal
    if view.selection.page.get(DECISION):
        asked = case_of(view, DECISION)[0].line
        return _("Asked by {who} on {day}: {amount} to {customer}, to be paid within {days} "
                 "days.").format(
            who=asked.who, day=view.f.day(asked.said_on), amount=view.f.exact(deal.amount),
            customer=called(view, desk.customer), days=view.f.count(deal.terms),
        )  # fmt: skip
    return _("May I sell {amount} to {customer}, to be paid within {days} days?").format(
        amount=view.f.exact(deal.amount), customer=called(view, desk.customer),
        days=view.f.count(deal.terms),
    )  # fmt: skip


def _content(view: View, made: Callable[[View, Desk], Content], title: str) -> Content:
    """Return what a panel shows: why there is nothing, where nothing can be said."""
    try:
        desk = desk_of(view)
    except TandemError as error:
        return _reason(error, _(title), view)
    if desk is None:
        return Content(_(title), "", message(_("Name a customer and an amount above."),
                                             kind="empty"))  # fmt: skip
    found = made(view, desk)
    if not view.selection.page.get(DECISION):
        return found
    # the figures of then, and what they are computed from as of that day
    day = desk.answer.known.as_of
    explain = found.explain
    if isinstance(explain, Explain):
        explain = replace(explain, as_of=day.isoformat())
    words = _("as of {day}").format(day=view.f.day(day))
    return replace(found, as_of=words, explain=explain)


def _reason(error: TandemError, title: str, view: View) -> Content:
    """Return why nothing can be said."""
    reason, remedy = told(error.reason, view.f), told(error.remedy, view.f)
    return Content(title, "", message(reason, remedy, kind="empty"))


def _where(desk: Desk) -> dict[str, tuple[str, ...]]:
    return {"customer": (desk.customer,)}


def answer_content(view: View, desk: Desk) -> Content:
    """Return the answer as a sentence, who decides, when it is paid, and what would turn it."""
    said, f = desk.answer, view.f
    money = Decimal(view.options.policy.money_percent.at(said.known.as_of))
    lines: list[Component | None] = [html.P(text) for text in answer_words(said, money, f)]
    if desk.changes:
        lines.append(html.Ul([html.Li(told(one.says, f)) for one in desk.changes],
                             className="deal-changes"))  # fmt: skip
    elif said.answer != YES:
        lines.append(html.P(_("No single change turns this into a yes."), className="measure"))
    if not name_of(desk.customer):
        lines.append(dcc.Link(_("The customer's page"), className="button",
                              href=view.link("/customer", customer=desk.customer)))  # fmt: skip
    return Content(
        told(said.says, f),
        _("By the policy's rules, on the figures of both departments"),
        html.Div(lines, className=f"deal-answer {said.answer}"),
        Explain("exposure", where=_where(desk)),
    )


def tests_content(view: View, desk: Desk) -> Content:
    """Return every test with its number, its limit and its sentence."""
    tests, f = desk.answer.tests, view.f
    held = sum(one.verdict == "passes" for one in tests)
    head = ((_("Test"), False), (_("Result"), False), (_("Found"), True), (_("Limit"), True),
            (_("Why"), False))  # fmt: skip
    rows = [
        [
            _rows_link(view, desk, one),
            html.Span(_(VERDICTS[one.verdict]), className=f"deal-verdict {one.verdict}"),
            number(one.number, one.unit, f),
            number(one.limit, one.unit, f),
            told(one.says, f),
        ]
        for one in tests
    ]
    return Content(
        _("{held} of {all} tests are met").format(held=f.count(held), all=f.count(len(tests))),
        _("Of the deal as it was asked, {currency}").format(currency=f.currency),
        html.Div(plain_table(head, rows), className="deal-tests"),
        Explain("exposure", where=_where(desk)),
    )


#: Test -> what of the customer's account lies behind its number.
_BEHIND = {
    "headroom": "open", "unsecured": "open", "insurer": "open", "behaviour": "invoices",
}  # fmt: skip


def _rows_link(view: View, desk: Desk, one: Tested) -> Component | str:
    if one.name in _BEHIND and not name_of(desk.customer):
        keys = {"customer": desk.customer, "items": _BEHIND[one.name]}
        if view.selection.page.get(DECISION):
            keys["as_of"] = desk.answer.known.as_of.isoformat()
        return dcc.Link(_(one.label), href=view.link("/customer", **keys))
    return dcc.Link(_(one.label), href=view.link("/policy"))


def peers_content(view: View, desk: Desk) -> Content:
    """Return what the peers of a prospect do; of a customer there is nothing to say."""
    if desk.proposed is None:
        return Content("", "", message(_("It is a customer: its own payments speak"), kind="empty"))
    return prospect.peers_content(view, desk)


def return_content(view: View, desk: Desk) -> Content:
    """Return the parts of what it returns, which add up."""
    found, f = desk.answer.returns, view.f
    if found is None:
        text = _("Name the margin above, and waiting, expected loss and credit notes are taken "
                 "off it.")  # fmt: skip
        return Content(_("What it returns"), "", message(_("The margin is not known"), text))
    *parts, (label, net) = parts_of(found)
    lines = [[name, f.exact(amount)] for name, amount in parts]
    notes = []
    if found.break_even is not None:
        notes.append(_("It pays from a chance of payment of {share} on.").format(
            share=f.share(found.break_even, 1)))  # fmt: skip
    if found.chance is not None and found.break_even is not None:
        notes.append(_("Expected is {share}.").format(share=f.share(found.chance, 1)))
    if found.gone_after is not None:
        notes.append(_("After {days} days of waiting nothing is left of it.").format(
            days=f.number(found.gone_after)))  # fmt: skip
    return Content(
        _("{amount} is left").format(amount=f.exact(net)),
        _("What is answered returns, without VAT, {currency}").format(currency=f.currency),
        [table([_("Part"), _("Amount")], lines, total=[label, f.exact(net)]),
         html.P(" ".join(notes), className="measure")],
    )  # fmt: skip


def effect_content(view: View, desk: Desk) -> Content:
    """Return what the answered deal does to DSO, cash, exposure and headroom."""
    effect, f = desk.answer.effect, view.f
    if effect is None:
        return Content(_("What it does to the books"), "", message(_("Nothing: it is not made")))
    before = desk.answer.known
    lines = [
        [_("Exposure"), f.exact(before.exposure), f.exact(effect.exposure)],
        [_("Headroom"), f.exact(before.headroom), f.exact(effect.headroom)],
        [_("DSO of all customers, 12 months, days"), f.days(effect.dso_before, 2),
         f.days(effect.dso_after, 2)],
    ]  # fmt: skip
    title = _("Nothing is out: all of it is paid in advance")
    if effect.cash:
        title = _("{amount} is out for {days} days").format(
            amount=f.exact(effect.cash), days=f.days(effect.waited)
        )
    return Content(
        title,
        _("What is answered does to the books, {currency}").format(currency=f.currency),
        table(["", _("Before"), _("After")], lines, wide=(1,)),
    )


def others_content(view: View, desk: Desk) -> Content:
    """Return deals that differ from it in one thing each, beside it."""
    f = view.f
    head = ((_("Deal"), False), (_("The answer"), False), (_("Paid on"), False),
            (_("On credit"), True), (_("In advance"), True), (_("Net return"), True),
            (_("Headroom after"), True))  # fmt: skip
    rows = []
    for one in desk.others:
        said, granted = one.answer, one.answer.granted
        rows.append(
            [
                told(one.differs, f),
                told(said.says, f),
                f.day(said.paid_on),
                f.exact(granted.credit if granted else None),
                f.exact(granted.advance if granted else None),
                f.exact(said.returns.net if said.returns else None),
                f.exact(said.effect.headroom if said.effect else None),
            ]
        )
    return Content(
        _("The same, but for one thing"),
        _("Answers of the same rules, {currency}").format(currency=f.currency),
        html.Div(plain_table(head, rows), className="deal-others"),
    )


PAGE = Page("/deal", N_("Deal desk"), 57, layout, connect)

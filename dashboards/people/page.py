"""People: who may come in, as what, whose customers they see; and what was done by whom.

For administrators. The URL holds whom the form is about (`login=bram@example.com`); without one it
invites somebody. Everything here can be done by `python app.py users` as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import Options, with_page
from dashboards.base.format import Format
from dashboards.base.i18n import _, language, n_
from dashboards.base.links import stay
from dashboards.base.page import Page
from dashboards.base.parts import message, page, skeleton
from dashboards.base.view import Context
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.frame.address import here, invitation
from dashboards.frame.deriving import refusal
from dashboards.frame.who import sees_words
from dashboards.people import done
from dashboards.people.form import FIELDS, change, found, invite, offered, scope_of
from data.core.errors import StoreError, TandemError
from data.core.policy.kinds import Level
from data.core.policy.rules import DEFAULTS
from data.core.rights import PEOPLE, ROLES
from data.core.texts import N_
from data.workspace.line import today
from data.workspace.people.people import Account, People, PeopleError
from data.workspace.policy import read


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "people",
        _("People"),
        html.Section(skeleton(180), id="people-list", className="panel people-list live"),
        html.Section(
            [
                html.Div(skeleton(160), id="people-form", className="live"),
                html.Div(id="people-said", role="status"),
            ],
            id="people-one",
            className="panel",
        ),
        done.layout(),
        dcc.Store(id="people-changed", data=0),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the list, the form and the log."""

    @app.callback(
        Output("people-headline", "children"),
        Output("people-list", "children"),
        Input("people-changed", "data"),
        Input("url", "search"),
    )
    def everybody(_changed: int, search: str | None) -> Any:
        people = context.people
        if people is None:
            return _none(), []
        try:
            accounts = people.accounts()
        except StoreError as error:
            return error.render(_), []
        options = _options(context)
        return headline(accounts), _table(accounts, options, search, context.reader().login)

    @app.callback(
        Output("people-form", "children"),
        Output("people-said", "children"),
        Input("url", "search"),
        Input("people-changed", "data"),
    )
    def form(search: str | None, _changed: int) -> Any:
        people = context.people
        if people is None:
            return message(_("People"), _none(), kind="empty"), []
        options, login, levels = _options(context), found(search), _levels(context)
        # what was just done is said until somebody else is looked at
        said = no_update if ctx.triggered_id == "people-changed" else []
        if not login:
            return invite(options, levels), said
        try:
            account = people.account(login)
        except (PeopleError, StoreError) as error:
            return [refusal(error.render(_)), *invite(options, levels)], said
        back = stay(_("Invite somebody"), with_page(search, login=None) or "?")
        return change(account, options, levels, back), said

    @app.callback(
        Output("people-customer_group", "data"),
        Input("people-customer_group", "searchValue"),
        State("people-customer_group", "value"),
        prevent_initial_call=True,
    )
    def find(typed: str | None, chosen: list[str] | None) -> list[dict[str, str]]:
        return offered("customer_group", chosen or (), typed or "", _options(context))

    @app.callback(
        Output("people-changed", "data"),
        Output("people-said", "children", allow_duplicate=True),
        Input({"type": "people-do", "do": ALL}, "n_clicks"),
        State("people-changed", "data"),
        State("url", "search"),
        *[State(f"people-{name}", "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    def do(_clicks: Any, changed: int, search: str | None, *values: Any) -> Any:
        asked, people = ctx.triggered_id, context.people
        if not asked or not ctx.triggered[0]["value"] or people is None:
            raise PreventUpdate
        said = dict(zip(FIELDS, values, strict=True))
        by = context.reader().login or here()
        try:
            told = _do(people, str(asked["do"]), found(search), said, by)
        except (PeopleError, StoreError) as error:
            return no_update, refusal(error.render(_))
        return changed + 1, told

    done.connect(app, context)


def headline(accounts: Sequence[Account]) -> str:
    """Say how many may come in, who has not yet, and who no longer may."""
    f = Format(language())
    if not accounts:
        return _(
            "Nobody has an account: whoever uses this machine is let in without one. The first "
            "account is an administrator's, and from then on everybody signs in."
        )
    active = [one for one in accounts if one.active]
    waiting = sum(one.signed_in is None for one in active)
    shut = len(accounts) - len(active)
    said = [
        n_("{count} person may come in", "{count} people may come in", len(active)).format(
            count=f.count(len(active))
        )
    ]
    if waiting:
        text = n_("{count} never signed in yet", "{count} never signed in yet", waiting)
        said.append(text.format(count=f.count(waiting)))
    if shut:
        said.append(
            n_("{count} is shut out", "{count} are shut out", shut).format(count=f.count(shut))
        )
    return _("{said}.").format(said="; ".join(said))


def _none() -> str:
    return _("This server asks nobody who they are, so nobody has an account.")


def _options(context: Context) -> Options | None:
    state = context.state()
    return context.options(state) if state else None


def _levels(context: Context) -> Sequence[Level]:
    """Return the levels of the policy that approve deals today; the defaults where it is broken."""
    try:
        return read(context.store.folder).approval.at(today())
    except TandemError:  # the page of the policy says what is wrong with it
        return DEFAULTS.approval.at(today())


def _table(
    accounts: Sequence[Account], options: Options | None, search: str | None, own: str
) -> Component | list[Component]:
    """Return everybody: each name leads to the form about that person."""
    if not accounts:
        return []
    f = Format(language())

    def row(one: Account) -> list[Cell]:
        name = stay(
            one.name, with_page(search, login=one.login), then="people-one",
            className="whom" if found(search) == one.login else "",
        )  # fmt: skip
        you = html.Span(_("you"), className="people-you") if one.login == own else None
        return [
            [name, *([you] if you else [])],
            one.login,
            _(ROLES[one.role]),
            sees_words(one.scope, options) or _("All customers"),
            _("{moment} UTC").format(moment=f.moment(one.signed_in)) if one.signed_in else "–",
            _state(one),
        ]

    heads = (_("Name"), _("Login"), _("Role"), _("Sees"), _("Last sign-in"), _("State"))
    return plain_table([(head, False) for head in heads], map(row, accounts))


def _state(one: Account) -> Component:
    """Return whether somebody may come in, as a word that is not told by colour alone."""
    if not one.active:
        return html.Span(_("shut out"), className="people-state shut")
    if one.signed_in is None:
        return html.Span(_("invited"), className="people-state invited")
    return html.Span(_("may come in"), className="people-state")


def _do(people: People, what: str, login: str, said: dict[str, Any], by: str) -> Component:
    """Do what a button says; return what is said of it.

    Raises `PeopleError` for what cannot be done.
    """
    if what == "invite":
        scope = scope_of(said)
        secret = people.add(
            said["login"] or "", said["name"] or "", said["role"] or "", scope, by,
            approves=said["approves"] or "",
        )  # fmt: skip
        return _link(said["name"] or "", secret)
    account = people.account(login)
    if what == "reset":
        return _link(account.name, people.invite(login, by))
    if what == "change":
        people.change(
            login, by, role=said["role"], scope=scope_of(said), approves=said["approves"] or ""
        )
        words = N_("What {name} may see and approve is changed; it holds from the next look.")
    elif what == "shut":
        people.change(login, by, active=False)
        words = N_("{name} is shut out, everywhere, at once. What they said stays.")
    elif what == "open":
        people.change(login, by, active=True)
        words = N_("{name} may come in again.")
    elif what == "sign-out":
        people.sign_out_everywhere(login, by)
        words = N_("{name} is signed out everywhere.")
    else:
        raise PreventUpdate
    return html.P(_(words).format(name=account.name), className="people-did")


def _link(name: str, secret: str) -> Component:
    """Return the link with which a password is set; it is shown this once."""
    link = invitation(here(), secret)
    words = _("Send {name} this link, shown once. It sets a password, once, within 3 days.")
    return html.Div(
        [
            html.P(words.format(name=name)),
            html.Div(
                [
                    html.Code(link, id="people-link"),
                    dcc.Clipboard(
                        content=link, title=_("Copy link"), className="button quiet people-copy"
                    ),
                ],
                className="people-link",
            ),
        ],
        className="people-did",
    )


PAGE = Page(
    "/people", N_("People"), 97, layout, connect, group="foot", needs_data=False, right=PEOPLE
)

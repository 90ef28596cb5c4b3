"""The form about one person: what they are called, their role, whose customers they see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.base.filters import Options, dimension_label
from dashboards.base.i18n import _
from dashboards.frame.controls import choices
from data.core.policy.kinds import Level
from data.core.rights import EVERYBODY, ROLES, SALES, SCOPED_BY, Scope
from data.workspace.people.people import Account

FIELDS = ("login", "name", "role", "approves", *SCOPED_BY)
"""What a filled form holds, by name; each is the `value` of `people-<name>`."""


def found(search: str | None) -> str:
    """Return whom the address is about; '' for nobody.

    >>> found("?country=BE&login=bram%40x.example"), found("")
    ('bram@x.example', '')
    """
    return parse_qs((search or "").lstrip("?")).get("login", [""])[0]


def scope_of(said: dict[str, Any]) -> Scope:
    """Return whose customers somebody sees, as a form says it."""
    return Scope.of({name: tuple(said.get(name) or ()) for name in SCOPED_BY})


def offered(
    name: str, chosen: Sequence[str], typed: str, options: Options | None
) -> list[dict[str, str]]:
    """Return the values of a dimension that customers can be named by."""
    known = [one for one in choices(name, chosen, typed, options) if one["value"] != "-"]
    there = {one["value"] for one in known}
    # what somebody is limited to stays, though no customer has it any more
    return known + [{"value": one, "label": one} for one in chosen if one not in there]


def invite(options: Options | None, levels: Sequence[Level]) -> list[Component]:
    """Return the form that invites somebody; levels: those of the policy."""
    return [
        html.H2(_("Invite somebody")),
        html.P(
            _("You get a link to send them, with which they set their password."),
            className="measure",
        ),
        html.Div(
            [
                dmc.TextInput(
                    id="people-login", label=_("Login"), size="sm", autoComplete="off",
                    placeholder="bram@example.com", className="people-field",
                ),
                dmc.TextInput(
                    id="people-name", label=_("Name"), size="sm", autoComplete="off",
                    className="people-field",
                ),
                _role(SALES),
                _approves("", levels),
            ],
            className="people-fields",
        ),
        *_sees(EVERYBODY, options),
        html.Div(_button("invite", _("Invite"), "primary"), className="people-end"),
    ]  # fmt: skip


def change(
    account: Account, options: Options | None, levels: Sequence[Level], other: Component
) -> list[Component]:
    """Return the form about somebody who has an account; other: what leads back to inviting."""
    if account.active:
        door = _button("shut", _("Shut out"), "people-shut")
    else:
        door = _button("open", _("Let in again"))
    return [
        html.Div([html.H2(account.name), other], className="people-of"),
        html.P(account.login, className="measure"),
        html.Div(
            [
                html.Div(dmc.TextInput(id="people-login", value=account.login), hidden=True),
                html.Div(dmc.TextInput(id="people-name", value=account.name), hidden=True),
                _role(account.role),
                _approves(account.approves, levels),
            ],
            className="people-fields",
        ),
        *_sees(account.scope, options),
        html.Div(
            [
                _button("change", _("Save"), "primary"),
                _button("reset", _("Link for a new password")),
                _button("sign-out", _("Sign out everywhere")),
                door,
            ],
            className="people-end",
        ),
    ]


def _role(role: str) -> Component:
    return dmc.Select(
        id="people-role", label=_("Role"), size="sm", allowDeselect=False, value=role,
        data=[{"value": name, "label": _(label)} for name, label in ROLES.items()],
        className="people-field",
    )  # fmt: skip


def _approves(level: str, levels: Sequence[Level]) -> Component:
    """Return the field that says up to which level of the policy somebody approves deals."""
    names = [one.role for one in levels]
    # what was said stays, though the policy has no such level any more
    names += [level] if level and level not in names else []
    lowest = _(names[0]) if names else ""
    return dmc.Select(
        id="people-approves", label=_("Approves as"), size="sm", value=level or None,
        data=[{"value": one, "label": _(one)} for one in names], clearable=True,
        placeholder=_("the lowest: {level}").format(level=lowest), className="people-field",
    )  # fmt: skip


def _sees(scope: Scope, options: Options | None) -> list[Component]:
    """Return the fields that say whose customers somebody sees."""
    chosen = dict(scope.where)
    fields = [
        dmc.MultiSelect(
            id=f"people-{name}", label=dimension_label(name, options), size="sm",
            data=offered(name, chosen.get(name, ()), "", options),
            value=list(chosen.get(name, ())), searchable=True, clearable=True,
            placeholder="" if name in chosen else _("all"), limit=100, maxDropdownHeight=300,
            nothingFoundMessage=_("Nothing found"), className="people-field",
            disabled=options is None,
        )
        for name in SCOPED_BY
    ]  # fmt: skip
    words = _("Sees all customers, unless some are named here; each of several kinds must hold.")
    if options is None:
        words = _("Sees all customers. They can be named here once data are loaded.")
    return [
        html.H3(_("Whose customers")),
        html.P(words, className="measure"),
        html.Div(fields, className="people-fields"),
    ]


def _button(do: str, label: str, look: str = "") -> Component:
    return html.Button(
        label, id={"type": "people-do", "do": do}, className=f"button {look}".strip(), n_clicks=0
    )

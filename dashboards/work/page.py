"""Work today: one row a customer with one step, ranked by what it gains, a day's work long.

The URL holds what the table below lists, `shown` (today, later, away or all), and whose customers
alone, `owner`. All of it goes by keyboard (work.js): j and k move, Enter acts, s is for later.
"""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import with_page
from dashboards.base.grid import connect_grid, grid, params_id, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import page, panel
from dashboards.base.view import Context, View
from dashboards.work import acting, drafting
from dashboards.work.acting import SAID, may_act
from dashboards.work.asked import LIST, OWNER, list_of, owners
from dashboards.work.drafting import letters_content
from dashboards.work.listing import TODAY, WORK, narrowed
from dashboards.work.rows import headline_words, today_content
from dashboards.work.words import LISTED
from data.core.texts import N_

_SAID = Input(SAID, "data")


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    body = page(
        "work",
        _("Work today"),
        panel("work-today", height=620, controls=[html.Div(id="work-owner"), _keys()]),
        panel("work-letters", height=160, below=True, menu=False),
        panel(
            "work-list",
            controls=[html.Div(id="work-which")],
            static=grid("work-grid", WORK, height=420, later=True),
            below=True,
        ),
        acting.layout(),
    )
    return html.Div(body, id="work-root")


def _keys() -> Component:
    keys = (
        ("j", _("next customer")), ("k", _("previous customer")), ("Enter", _("act")),
        ("s", _("later")), ("e", _("how it is counted")), ("o", _("open the customer")),
        ("?", _("show or hide this")),
    )  # fmt: skip
    return html.Details(
        [
            html.Summary(_("Keys"), className="button small quiet"),
            html.Dl([part for key, what in keys
                     for part in (html.Dt(html.Kbd(key)), html.Dd(what))]),
        ],
        id="work-keys", className="work-keys",
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the rows, the table and what is said."""

    @headline_callback(app, context, "work", _SAID)
    def headline(view: View, _said: int | None) -> str:
        return headline_words(view)

    @panel_callback(app, context, "work-today", _SAID)
    def today(view: View, _said: int | None) -> Content:
        return today_content(view, may_act(context, view))

    @part_callback(app, context, "work-owner")
    def owner(view: View) -> Component | None:
        return owner_choice(view)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("work-owner-choice", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def choose(name: str | None, search: str | None) -> str:
        view = context.view(search)
        if view is None or (name or "") == view.selection.page.get(OWNER, ""):
            raise PreventUpdate
        return with_page(search, **{OWNER: name or None})

    @panel_callback(app, context, "work-letters", _SAID, below=True)
    def letters(view: View, _said: int | None) -> Content:
        return letters_content(view, may_act(context, view))

    @part_callback(app, context, "work-which", below=True)
    def which(view: View) -> Component:
        choices = {name: _(text) for name, text in LISTED.items()}
        return switch(view, LIST, choices, _("Who is listed"))

    @panel_callback(app, context, "work-list", _SAID, below=True)
    def head(view: View, _said: int | None) -> Content:
        return Content(title_of(view), narrowed(view), explain=WORK.ref(view))

    @app.callback(Output(params_id("work-grid"), "data"), _SAID, prevent_initial_call=True)
    def again(said: int | None) -> dict[str, str]:
        return {"said": str(said or "")}

    acting.connect(app, context)
    drafting.connect(app, context)
    connect_grid(app, context, "work-grid", WORK, below=True)


def owner_choice(view: View) -> Component | None:
    """Return the control that leaves the customers of one owner; None where nobody has any."""
    names, chosen = owners(view), view.selection.page.get(OWNER, "")
    if not names and not chosen:
        return None
    return dmc.Select(
        id="work-owner-choice", data=sorted({*names, chosen} - {""}), value=chosen or None,
        clearable=True, searchable=True, size="xs", w=190, placeholder=_("Looked after by"),
        comboboxProps={"shadow": "md"}, **{"aria-label": _("Looked after by")},
    )  # fmt: skip


def title_of(view: View) -> str:
    """Return how many the table lists, and what they would gain."""
    found, f = totals(view, WORK, {}), view.f
    label = _(LISTED[list_of(view)])
    count = found["rows"]
    if not count:
        return _("{list}: nobody").format(list=label)
    if found.get("gain") is None:
        text = n_("{list}: {count} customer", "{list}: {count} customers", count)
        return text.format(list=label, count=f.count(count))
    text = n_("{list}: {count} customer, {gain} gained by asking",
              "{list}: {count} customers, {gain} gained by asking", count)  # fmt: skip
    return text.format(list=label, count=f.count(count), gain=f.money(found["gain"]))


PAGE = Page("/work", N_("Work today"), 58, layout, connect, listings=(WORK, TODAY))

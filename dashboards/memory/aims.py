"""Targets and priorities: said of what the filters show, listed beside what is reached."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

import dash_mantine_components as dmc
import pyarrow as pa
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import STANDING
from dashboards.base.grid import Column, Listing
from dashboards.base.i18n import _
from dashboards.base.panel import Content, panel_callback
from dashboards.base.parts import amount_field, panel
from dashboards.base.view import Context, ListRef, NoRows, View
from dashboards.frame.deriving import refusal
from dashboards.frame.who import WHO
from data.core.errors import StoreError
from data.core.texts import N_
from data.workspace.line import Line
from data.workspace.subjects.market import CUSTOMER, LEVELS, MEASURES, TOTAL, Priority, Target
from data.workspace.subjects.subject import SaidError, Subject
from data.workspace.tables import CENT
from metrics.asking.ledger import Statement

_SUBJECTS = (Target.name, Priority.name)
_ABOUT = {
    **{measure: N_("Target: {what}") for measure in MEASURES},
    Priority.name: N_("Priority"),
}


def layout() -> Component:
    """Return the panel: what is aimed at, and the form."""
    data = [
        *({"value": name, "label": _(_ABOUT[name]).format(what=_(MEASURES[name]))}
          for name in MEASURES),
        {"value": Priority.name, "label": _("Priority")},
    ]  # fmt: skip
    form = html.Details(
        [
            html.Summary(_("Set a target or a priority"), className="button"),
            html.Div(
                [
                    html.P(id="aims-of", className="measure"),
                    html.Div(
                        [
                            dmc.Select(
                                id="aims-about", label=_("What is set"), data=data, value="dso",
                                allowDeselect=False, size="sm",
                            ),
                            amount_field(_("Target"), id="aims-goal"),
                            dmc.Select(
                                id="aims-level", label=_("Priority"), size="sm",
                                data=[{"value": k, "label": _(v)} for k, v in LEVELS.items()],
                            ),
                        ],
                        className="aims-fields",
                    ),
                    html.Button(_("Set it"), id="aims-keep", className="button go", n_clicks=0),
                ],
                className="aims-form",
            ),
        ],
        id="aims-open",
    )  # fmt: skip
    below = html.Div([form, html.Div(id="aims-status", role="status")], id="aims-box")
    return html.Div(
        [panel("memory-aims", height=90, static=below, below=True), dcc.Store(id="aims-said")]
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the list, the form and the buttons."""

    @panel_callback(app, context, "memory-aims", Input("aims-said", "data"), below=True)
    def aims(view: View, _said: int | None) -> Content:
        return aims_content(view, context.memory.writable())

    @app.callback(
        Output("aims-box", "hidden"), Output("aims-of", "children"), Input("url", "search")
    )
    def of(search: str | None) -> Any:
        view = context.view(search)
        if view is None or not context.memory.writable():
            return True, ""
        try:
            market = market_of(view)
        except SaidError as error:
            return False, error.render(_)
        text = _("It is set for what the filters show: {market}.")
        return False, text.format(market=market_words(view, *market))

    @app.callback(
        Output("aims-said", "data"),
        Output("aims-status", "children"),
        Output("aims-goal", "value"),
        Input("aims-keep", "n_clicks"),
        Input({"type": "aims-back", "id": ALL}, "n_clicks"),
        State("aims-about", "value"),
        State("aims-goal", "value"),
        State("aims-level", "value"),
        State(WHO, "value"),
        State("url", "search"),
        State("aims-said", "data"),
        prevent_initial_call=True,
    )
    def say(
        _keep: Any, _back: Any, about: str | None, goal: Any, level: str | None, who: str | None,
        search: str | None, count: int | None,
    ) -> Any:  # fmt: skip
        asked = ctx.triggered_id
        view = context.view(search)
        if not asked or not ctx.triggered[0]["value"] or view is None:
            raise PreventUpdate
        try:
            if asked == "aims-keep":
                said = made(view, str(about), goal, str(level or ""))
                dimension, value = said.dimension, said.value  # type: ignore[attr-defined]
                context.memory.say(who or "", value if dimension == CUSTOMER else "", said)
            else:
                context.memory.take_back(who or "", str(asked["id"]))
        except (SaidError, StoreError) as error:
            return no_update, refusal(error.render(_)), no_update
        return (count or 0) + 1, html.P(_("Kept."), className="measure"), ""


def market_of(view: View) -> tuple[str, str]:
    """Return the market that the filters show: dimension and value; everything without any.

    Raises `SaidError` where they show something that is not one market.
    """
    chosen = {name: values for name, values in view.selection.chosen.items() if values}
    if not chosen:
        return TOTAL, ""
    ((name, values), *more) = chosen.items()
    if more or name in STANDING or len(values) != 1 or not values[0]:
        raise SaidError(N_("Filter by one market, or by none: these filters show several."))
    return name, values[0]


def market_words(view: View, dimension: str, value: str) -> str:
    """Return a market as a reader calls it."""
    if dimension == TOTAL:
        return _("all customers")
    return f"{view.dimension(dimension)} {view.label(dimension, value)}"


def made(view: View, about: str, goal: Any, level: str) -> Subject:
    """Return what the form says. Raises `SaidError` for what is missing or means nothing."""
    dimension, value = market_of(view)
    if about == Priority.name:
        return Priority(level, dimension, value)
    try:
        aimed = Decimal(str(goal)).quantize(CENT)
    except InvalidOperation as error:
        raise SaidError(N_("Give the target.")) from error
    return Target(about, aimed, dimension, value)


def lines_of(view: View) -> list[Line]:
    """Return what holds, the last said of each market: targets, then of markets, of customers."""
    assert view.memory is not None  # noqa: S101 - pages look through a context
    last: dict[tuple[str, str, str], Line] = {}
    for line in view.memory.lines(subjects=_SUBJECTS, by=view.said_by):
        if line.holds and isinstance(line.said, Target | Priority):
            about = getattr(line.said, "measure", line.subject)
            last[about, line.said.dimension, line.said.value] = line
    return sorted(
        last.values(),
        key=lambda x: (x.subject != Target.name, getattr(x.said, "dimension", "") == CUSTOMER,
                       -x.number),
    )  # fmt: skip


def reached(view: View, target: Target) -> Decimal | None:
    """Return what a target's measure is on the day, in its unit; None where it cannot be said."""
    where = {} if target.dimension == TOTAL else {target.dimension: (target.value,)}
    ledger = replace(view.ledger, where=where, standing=None)
    try:
        if target.measure == "dso":
            row = view.answer("dso", ledger).to_pylist()[0]
            return None if row["rolling_3m"] is None else Decimal(str(row["rolling_3m"]))
        rows = view.answer("aging", ledger).to_pylist()
    except NoRows:
        return None
    sums = {row["bucket"]: row["amount"] for row in rows if row["bucket"] != "unapplied"}
    whole = sum(sums.values(), Decimal(0))
    return 100 * (whole - sums.get("not_due", Decimal(0))) / whole if whole else None


def rows_of(view: View) -> list[dict[str, Any]]:
    """Return the rows of the list."""
    rows = []
    for line in lines_of(view):
        said = line.said
        row: dict[str, Any] = {
            "market": "", "about": line.subject, "goal": None, "now": None, "level": "",
            "who": line.who, "said_on": line.said_on, "id": line.id,
        }  # fmt: skip
        if isinstance(said, Target):
            now = reached(view, said)
            row |= {"about": said.measure, "goal": said.goal, "now": now and round(now, 2)}
        elif isinstance(said, Priority):
            row |= {"level": said.level}
        assert isinstance(said, Target | Priority)  # noqa: S101 - of lines_of
        row["market"] = market_words(view, said.dimension, said.value)
        rows.append(row)
    return rows


_SCHEMA = pa.schema(
    [
        ("market", pa.string()), ("about", pa.string()), ("goal", pa.decimal128(18, 2)),
        ("now", pa.decimal128(18, 2)), ("level", pa.string()), ("who", pa.string()),
        ("said_on", pa.date32()), ("id", pa.string()),
    ]
)  # fmt: skip

AIMS = Listing(
    "aims",
    N_("Targets and priorities"),
    (
        Column("market", N_("Of"), width=260),
        Column("about", N_("About"), width=180, words={**MEASURES, Priority.name: N_("Priority")}),
        Column("goal", N_("Target"), "days"),
        Column("now", N_("Now"), "days"),
        Column("level", N_("Priority"), width=120, words={**LEVELS, "": ""}),
        Column("said_on", N_("Said on"), "day"),
        Column("who", N_("By"), width=140),
    ),
    statement=lambda view, _params: Statement(
        "select * exclude (id) from shown_aims",
        {"shown_aims": pa.Table.from_pylist(rows_of(view), _SCHEMA)},
    ),
    sort="said_on desc",
)


def aims_content(view: View, may: bool) -> Content:
    """Return the list; `may`: with buttons to take lines back."""
    rows, f = rows_of(view), view.f
    if not rows:
        words = _("No target and no priority is set. Filter by a market, or by none, and set one.")
        return Content(
            _("Targets and priorities"), _("What management aims at"),
            html.P(words, className="measure"),
        )  # fmt: skip
    heads = (_("Of"), _("About"), _("Target"), _("Now"), _("By"), "")
    body = []
    for row in rows:
        about, level = row["about"], row["level"]
        target = about in MEASURES
        goal = f.number(row["goal"], 1) if target else _(LEVELS[level])
        missed = target and row["now"] is not None and row["now"] > row["goal"]
        back = html.Button(
            _("Take back"), id={"type": "aims-back", "id": row["id"]},
            className="button small quiet", n_clicks=0,
        )  # fmt: skip
        cells = (
            row["market"],
            _(MEASURES[about]) if target else _("Priority"),
            goal,
            "–" if row["now"] is None else f.number(row["now"], 1),
            html.Small(f"{row['who']}, {f.day(row['said_on'])}"),
            back if may else "",
        )
        looks = ("", "", "n", "n worse" if missed else "n", "", "n")
        body.append(
            html.Tr([html.Td(c, className=x) for c, x in zip(cells, looks, strict=True)])
        )  # fmt: skip
    table = html.Table(
        [
            html.Thead(html.Tr([
                html.Th(h, scope="col", className="n" if n in (2, 3) else "")
                for n, h in enumerate(heads)
            ])),
            html.Tbody(body),
        ],
        className="figures aims",
    )  # fmt: skip
    return Content(
        _("Targets and priorities"),
        _("What management aims at, and what is reached on the day"),
        html.Div(table, className="table-scroll"),
        ListRef(AIMS.name),
    )

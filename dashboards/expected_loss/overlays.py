"""Overlays of expected loss: what people added or took off, signed; the form, and the list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
import pyarrow as pa
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.grid import Column, Listing
from dashboards.base.i18n import _
from dashboards.base.panel import Content, panel_callback
from dashboards.base.parts import amount_field, panel
from dashboards.base.view import Context, ListRef, View
from dashboards.charts.buckets import labels
from dashboards.frame.deriving import refusal
from dashboards.frame.who import WHO
from data.core.buckets import UNAPPLIED
from data.core.errors import StoreError
from data.core.texts import N_
from data.workspace.line import Line
from data.workspace.subjects.market import Overlay
from data.workspace.subjects.subject import SaidError, given_amount, given_day
from metrics.asking.ledger import Statement

SAID = "overlay-said"
"""Store: how often something was signed here."""
POINTS, AMOUNT = "points", "amount"
_ALL = "all"
STATES = {
    "counts": N_("counts"),
    "later": N_("from its day on"),
    "elsewhere": N_("no such bucket here: counts nowhere"),
    "back": N_("taken back"),
}


def layout() -> Component:
    """Return the panel: what is signed, and the form."""
    ways = [{"value": POINTS, "label": _("Percentage points of what is open")},
            {"value": AMOUNT, "label": _("An amount")}]  # fmt: skip
    signs = [{"value": "1", "label": _("Add")}, {"value": "-1", "label": _("Take off")}]
    form = html.Details(
        [
            html.Summary(_("Sign an overlay"), className="button"),
            html.Div(
                [
                    html.Div(
                        [
                            dmc.Select(id="overlay-bucket", label=_("Bucket"), size="sm",
                                       allowDeselect=False),
                            dmc.Select(id="overlay-way", label=_("What is signed"), data=ways,
                                       value=POINTS, allowDeselect=False, size="sm"),
                            dmc.Select(id="overlay-sign", label=_("Direction"), data=signs,
                                       value="1", allowDeselect=False, size="sm"),
                            amount_field(_("Points, or amount"), id="overlay-value"),
                            dmc.DateInput(id="overlay-since", label=_("From this day on"),
                                          valueFormat="D MMM YYYY", size="sm"),
                        ],
                        className="overlay-fields",
                    ),
                    dmc.Textarea(id="overlay-why", label=_("Why"), autosize=True, minRows=2),
                    html.Button(_("Sign it"), id="overlay-keep", className="button go",
                                n_clicks=0),
                ],
                className="overlay-form",
            ),
        ],
        id="overlay-open",
    )  # fmt: skip
    below = html.Div(
        [html.Div(form, id="overlay-box"), html.Div(id="overlay-status", role="status")]
    )
    return html.Div(
        [panel("loss-overlays", height=110, static=below, below=True), dcc.Store(id=SAID)]
    )


def may_sign(context: Context, view: View) -> bool:
    """Return whether the reader may sign here: not on a past day, and by their role."""
    return (
        view.said_by is None
        and context.memory.writable()
        and context.reader().may_say(Overlay.name)
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the list, the form and the buttons."""

    @panel_callback(app, context, "loss-overlays", Input(SAID, "data"), below=True)
    def overlays(view: View, _said: int | None) -> Content:
        return overlays_content(view, may_sign(context, view))

    @app.callback(
        Output("overlay-box", "hidden"),
        Output("overlay-bucket", "data"),
        Output("overlay-bucket", "value"),
        Output("overlay-since", "value"),
        Input("url", "search"),
    )
    def offered(search: str | None) -> Any:
        view = context.view(search)
        if view is None or not may_sign(context, view):
            return True, [], None, None
        return False, buckets_offered(view), _ALL, view.selection.as_of.isoformat()

    @app.callback(
        Output(SAID, "data"),
        Output("overlay-status", "children"),
        Output("overlay-value", "value"),
        Output("overlay-why", "value"),
        Input("overlay-keep", "n_clicks"),
        Input({"type": "overlay-back", "id": ALL}, "n_clicks"),
        State("overlay-bucket", "value"),
        State("overlay-way", "value"),
        State("overlay-sign", "value"),
        State("overlay-value", "value"),
        State("overlay-since", "value"),
        State("overlay-why", "value"),
        State(WHO, "value"),
        State("url", "search"),
        State(SAID, "data"),
        prevent_initial_call=True,
    )
    def say(
        _keep: Any, _back: Any, bucket: str | None, way: str | None, sign: str | None, value: Any,
        since: Any, why: str | None, who: str | None, search: str | None, count: int | None,
    ) -> Any:  # fmt: skip
        asked = ctx.triggered_id
        view = context.view(search)
        if not asked or not ctx.triggered[0]["value"] or view is None:
            raise PreventUpdate
        try:
            if asked == "overlay-keep":
                said = made(view, bucket, way, sign, value, since)
                context.memory.say(who or "", "", said, why or "")
            else:
                context.memory.take_back(who or "", str(asked["id"]))
        except (SaidError, StoreError) as error:
            return no_update, refusal(error.render(_)), no_update, no_update
        return (count or 0) + 1, html.P(_("Kept."), className="measure"), "", ""


def buckets_offered(view: View) -> list[dict[str, str]]:
    """Return the buckets to choose from, all of them first."""
    called = labels(view.buckets)
    own = [{"value": name, "label": called[name]} for name in called if name != UNAPPLIED]
    return [{"value": _ALL, "label": _("All buckets")}, *own]


def made(
    view: View, bucket: str | None, way: str | None, sign: str | None, value: Any, since: Any
) -> Overlay:
    """Return what the form says. Raises `SaidError` for what is missing or means nothing."""
    chosen = bucket or _ALL
    if chosen not in {one["value"] for one in buckets_offered(view)}:
        raise SaidError(N_("“{bucket}” is no bucket here."), bucket=chosen[:40])
    begins = given_day(since)
    if begins is None:
        raise SaidError(N_("Say from which day on it counts."))
    signed = given_amount(value) * (-1 if sign == "-1" else 1)
    return Overlay(
        "" if chosen == _ALL else chosen, begins, view.f.currency,
        points=signed if way != AMOUNT else None, amount=signed if way == AMOUNT else None,
    )  # fmt: skip


def lines_of(view: View) -> list[Line]:
    """Return the overlays signed by the day that is looked at, the last first."""
    assert view.memory is not None  # noqa: S101 - pages look through a context
    return sorted(
        view.memory.lines(subjects=(Overlay.name,), by=view.said_by), key=lambda x: -x.number
    )


def state_of(view: View, line: Line) -> str:
    """Return whether an overlay counts on the day: of STATES."""
    said = line.said
    assert isinstance(said, Overlay)  # noqa: S101 - of lines_of
    if not line.holds:
        return "back"
    if said.since > view.selection.as_of:
        return "later"
    return "counts" if not said.bucket or said.bucket in view.buckets.names else "elsewhere"


def rows_of(view: View) -> list[dict[str, Any]]:
    """Return the rows of the list."""
    called = labels(view.buckets)
    rows = []
    for line in lines_of(view):
        said = line.said
        assert isinstance(said, Overlay)  # noqa: S101 - of lines_of
        rows.append({
            "bucket": called.get(said.bucket, said.bucket) if said.bucket else _("All buckets"),
            "points": said.points, "amount": said.amount, "currency": said.currency,
            "since": said.since, "why": line.note, "state": state_of(view, line),
            "said_on": line.said_on, "who": line.who, "id": line.id,
        })  # fmt: skip
    return rows


_MONEY = pa.decimal128(18, 2)
_SCHEMA = pa.schema([
    ("bucket", pa.string()), ("points", _MONEY), ("amount", _MONEY), ("currency", pa.string()),
    ("since", pa.date32()), ("why", pa.string()), ("state", pa.string()),
    ("said_on", pa.date32()), ("who", pa.string()), ("id", pa.string()),
])  # fmt: skip

OVERLAYS = Listing(
    "overlays",
    N_("Overlays of expected loss"),
    (
        Column("bucket", N_("Bucket"), width=160),
        Column("points", N_("Percentage points"), "money"),
        Column("amount", N_("Amount"), "money"),
        Column("currency", N_("Currency"), width=90),
        Column("since", N_("From"), "day"),
        Column("why", N_("Why"), width=320),
        Column("state", N_("Now"), width=140, words=STATES),
        Column("said_on", N_("Signed on"), "day"),
        Column("who", N_("By"), width=140),
    ),
    statement=lambda view, _params: Statement(
        "select * exclude (id) from shown_overlays",
        {"shown_overlays": pa.Table.from_pylist(rows_of(view), _SCHEMA)},
    ),
    sort="said_on desc",
)


def value_words(view: View, points: Decimal | None, amount: Decimal | None, currency: str) -> str:
    """Return what an overlay adds or takes off, in words."""
    f = view.f
    if points is not None:
        sign = "+" if points > 0 else "−"
        return _("{points} points").format(points=f"{sign}{f.number(abs(points), 2)}")
    assert amount is not None  # noqa: S101 - an overlay has one of the two
    sign = "+" if amount > 0 else "−"
    return f"{sign}{f.number(abs(amount), 2)} {currency}"


def overlays_content(view: View, may: bool) -> Content:
    """Return the list; `may`: with buttons to take lines back."""
    rows, f = rows_of(view), view.f
    title = _("Overlays: what people add or take off")
    measure = _("Signed, and counting from a day on until they are taken back")
    if not rows:
        words = _("No overlay is signed: the allowance is what the matrix says.")
        return Content(title, measure, html.P(words, className="measure"), ListRef(OVERLAYS.name))
    heads = (_("Bucket"), _("Overlay"), _("From"), _("Why"), _("Signed"), _("Now"), "")
    body = []
    for row in rows:
        back = html.Button(
            _("Take back"), id={"type": "overlay-back", "id": row["id"]},
            className="button small quiet", n_clicks=0,
        )  # fmt: skip
        state = row["state"]
        gone = state == "back"
        cells = (
            row["bucket"],
            value_words(view, row["points"], row["amount"], row["currency"]),
            f.day(row["since"]),
            row["why"],
            html.Small(f"{row['who']}, {f.day(row['said_on'])}"),
            _(STATES[state]),
            back if may and not gone else "",
        )
        looks = ("", "n", "", "", "", "", "n")
        body.append(
            html.Tr([html.Td(c, className=x) for c, x in zip(cells, looks, strict=True)],
                    className="gone" if gone else "")
        )  # fmt: skip
    table = html.Table(
        [
            html.Thead(html.Tr([
                html.Th(h, scope="col", className="n" if n == 1 else "")
                for n, h in enumerate(heads)
            ])),
            html.Tbody(body),
        ],
        className="figures overlays",
    )  # fmt: skip
    return Content(title, measure, html.Div(table, className="table-scroll"),
                   ListRef(OVERLAYS.name))  # fmt: skip

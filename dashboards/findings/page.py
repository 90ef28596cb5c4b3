"""Findings: what deserves a look on Monday morning, the rows behind it, and what was checked.

The URL holds the finding whose rows are shown (`finding=duplicate_payments`).
"""

from __future__ import annotations

from typing import Any

from dash import MATCH, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.delivery import pure
from dashboards.base.grid import (
    block,
    grid,
    pin_total,
    total_id,
    totals,
)
from dashboards.base.i18n import _, n_
from dashboards.base.links import search_with, stay
from dashboards.base.narrowing import follow_address, refresh_with
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback
from dashboards.base.parts import page, panel, rich, skeleton
from dashboards.base.view import Context, View
from dashboards.findings.rows import LISTINGS, Found, all_found, at_stake, checks, chosen
from data.core.rights import FINDINGS
from data.core.texts import N_
from etl.findings.find import WORDS
from etl.findings.words import GROUPS

_GRID = {"type": "finding-grid", "finding": MATCH, "filters": MATCH}
_HEIGHT = 520


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "findings",
        _("Findings"),
        html.Div(
            [
                html.Div(
                    [
                        panel("findings-list", height=560, menu=False),
                        panel("findings-checked", height=120, menu=False),
                    ],
                    className="findings-side",
                ),
                panel(
                    "findings-rows",
                    static=html.Div(
                        [
                            html.Div(skeleton(_HEIGHT), id="findings-grid"),
                            dcc.Store(id="findings-place"),
                        ]
                    ),
                    look="customers-panel",
                ),
            ],
            className="findings-page",
        ),
    )


def headline(view: View) -> list[Component | str]:
    """Say how many findings there are, and what deserves a look."""
    found = all_found(view)
    if not found and view.words:
        return [_("Nothing was found under these filters.")]
    if not found:
        return [_("The checks of the load found nothing to look at.")]
    amount = at_stake(view)
    if not amount:
        text = n_("{count} finding; none is about money.",
                  "{count} findings; none is about money.", len(found))  # fmt: skip
        return rich(text, count=view.f.count(len(found)))
    text = n_("{count} finding; {amount} deserves a look.",
              "{count} findings; {amount} deserve a look.", len(found))  # fmt: skip
    return rich(text, count=view.f.count(len(found)), amount=view.f.money(amount))


def _line(view: View, one: Found, active: bool) -> Component:
    f = view.f
    title = _(one.words.title) if one.name in WORDS else one.sentence
    count = n_("{count} row", "{count} rows", one.items).format(count=f.count(one.items))
    says: Component | None = None
    if one.name in WORDS:
        # where the sentence only counts what the title says, why it matters says more
        said = _(one.words.why) if one.words.brief else one.sentence
        if view.words and not one.words.brief:
            said = _("All data: {sentence}").format(sentence=one.sentence)
        says = html.P(said, className="finding-says")
    return html.Li(
        stay(
            [
                html.Span(
                    [
                        html.B(title),
                        html.Span(
                            f.money(one.amount) if one.amount is not None else "",
                            title=f.exact(one.amount) if one.amount is not None else None,
                            className="n",
                        ),
                    ],
                    className="finding-head",
                ),
                says,
                html.Span([count, " →"], className="finding-open") if one.items else None,
            ],
            search_with(view, finding=one.name),
            then="findings-rows-panel",
            className="finding active" if active else "finding",
            **({"aria-current": "true"} if active else {}),
        )
    )


def ranked(view: View) -> Content:
    """Return the findings by group, the largest amount first."""
    found, now = all_found(view), chosen(view)
    parts: list[Component] = []
    for group, label in GROUPS.items():
        lines = [_line(view, one, one is now) for one in found if one.words.group == group]
        if lines:
            parts += [html.H3(_(label)), html.Ul(lines, className=f"finding-lines {group}")]
    if not parts:
        parts = [html.P(_("Nothing to look at."), className="measure")]
    measure = _("largest amount first")
    if view.words:
        measure = _("rows and amounts under the filters, where rows have a customer")
    return Content(_("What was found"), measure, parts, as_of=_day(view))


def shown(view: View) -> Content:
    """Return why the chosen finding matters, what to do, and the title of its rows."""
    one = chosen(view)
    if one is None:
        return Content(_("No rows"), _("nothing was found"), as_of=_day(view))
    words = one.words
    if one.name not in WORDS:
        return Content(one.sentence, _("its rows are in the load's database"), as_of=_day(view))
    listing = LISTINGS[one.name]
    items = totals(view, listing, {})["rows"] if listing.filters(view) else one.items
    measure = [n_("{count} row", "{count} rows", items).format(count=view.f.count(items))]
    if view.words and not one.narrowed:
        measure.append(_("the filters do not narrow these rows"))
    body = html.Dl(
        [
            html.Dt(_("Why it matters")),
            html.Dd(_(words.why)),
            html.Dt(_("What to do")),
            html.Dd(_(words.do)),
        ],
        className="finding-advice",
    )
    return Content(
        _(words.title),
        ", ".join(measure),
        body,
        listing.ref(view),
        as_of=_day(view),
    )


def checked(view: View) -> Content:
    """Return the checks that found nothing, and those for which the data lack something."""
    told = checks(view)
    found = {one.name for one in all_found(view)}
    names = [n for n in WORDS if n in told and n not in found]
    clear = [n for n in names if told[n] != "no_data"]
    unable = [n for n in names if told[n] == "no_data"]

    def line(name: str) -> Component:
        words = WORDS[name]
        parts: list[Component | str] = [_(words.title)]
        if name in unable:
            parts.append(html.Small(_("the data have {what}").format(what=_(words.lacks))))
        if told[name] == "found":
            parts.append(html.Small(_("only outside these filters")))
        return html.Li(parts, className="unable" if name in unable else "clear")

    title = n_("{count} check found nothing", "{count} checks found nothing", len(clear))
    body: Component = html.Ul([line(n) for n in (*clear, *unable)], className="checked")
    if not told:
        body = html.P(
            _("This state was loaded before checks were kept; the next load lists them."),
            className="measure",
        )
    return Content(
        title.format(count=view.f.count(len(clear))) if told else _("What was checked"),
        _("the whole data") if not view.words else _("under the filters"),
        body,
        as_of=_day(view),
    )


def _day(view: View) -> str:
    day = view.f.day(view.options.last_day)
    if view.selection.as_of == view.options.last_day:
        return _("as of {day}").format(day=day)
    # the checks are made by the load: another day is no other answer
    return _("as of {day}, the last day of the data, whatever day is chosen").format(day=day)


def place_of(view: View) -> dict[str, str] | None:
    """Return the id of the grid of the chosen finding, a new one for other filters; None for none.

    None as well where the rows are in the load's database only.
    """
    one = chosen(view)
    if one is None or one.name not in WORDS:
        return None
    return {"type": "finding-grid", "finding": one.name, "filters": view.filters}


def rows(view: View, place: dict[str, str]) -> Component:
    """Return the grid of the chosen finding."""
    one = chosen(view)
    height = min(_HEIGHT, 110 + 34 * max(one.items if one else 0, 2))
    return grid(place, LISTINGS[place["finding"]], height=height, page=view.selection.page)


def connect(app: Dash, context: Context) -> None:
    """Wire the page."""
    headline_callback(app, context, "findings")(headline)
    panel_callback(app, context, "findings-list")(ranked)
    panel_callback(app, context, "findings-rows")(shown)
    panel_callback(app, context, "findings-checked")(checked)

    @app.callback(
        Output("findings-grid", "children"),
        Output("findings-place", "data"),
        Input("url", "search"),
        State("findings-place", "data"),
    )
    def place_rows(search: str | None, placed: dict[str, str] | None) -> Any:
        view = context.view(search)
        place = place_of(view) if view else None
        if view is None or (place is not None and place == placed):
            raise PreventUpdate  # the grid follows the address by itself
        return (rows(view, place) if place else None), place

    @app.callback(
        Output(_GRID, "getRowsResponse"),
        Output(total_id(_GRID), "data"),
        Input(_GRID, "getRowsRequest"),
        State("url", "search"),
        State(_GRID, "id"),
    )
    @pure
    def fetch(request: dict[str, Any] | None, search: str | None, place: dict[str, str]) -> Any:
        view = context.view(search)
        if not request or view is None or place["finding"] not in LISTINGS:
            raise PreventUpdate
        return block(view, LISTINGS[place["finding"]], {}, request)

    follow_address(app, _GRID)
    pin_total(app, _GRID)
    refresh_with(app, _GRID, Input("url", "search"))


PAGE = Page(
    "/findings", N_("Findings"), 65, layout, connect, listings=tuple(LISTINGS.values()),
    right=FINDINGS,
)  # fmt: skip

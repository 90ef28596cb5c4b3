"""Where to sell more: who pays well and has room, by sector and by customer; and the reverse.

The URL holds which customers are listed, `shown`: room (the default), held, slow or through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboards.base.grid import CARD, Column, Listing, connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import message, page, panel
from dashboards.base.view import Context, ListRef, View
from dashboards.charts.signs import TOLD, told
from dashboards.charts.tables import Bar, bar_list
from data.core.texts import N_
from data.workspace.subjects.market import LEVELS
from data.workspace.subjects.market import Priority as Said
from metrics.asking.ledger import Statement
from metrics.lists.customers import ROOM as ROOM_OF
from metrics.lists.selling import HELD, KINDS, ROOM, SLOW, THROUGH, Priority, room_of, selling

LIST = "shown"
WORDS = {
    ROOM: N_("Room"),
    HELD: N_("Held back"),
    SLOW: N_("Slow down"),
    THROUGH: N_("Let through"),
}
SECTORS = 10
"""So many sectors are shown, those with the most room."""


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "selling",
        _("Where to sell more"),
        panel("selling-sectors", height=260),
        panel(
            "selling-list",
            controls=[html.Div(id="selling-which")],
            static=grid("selling-grid", SELLING, height=560),
        ),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the sectors and the list."""

    @headline_callback(app, context, "selling")
    def headline(view: View) -> str:
        return headline_words(view)

    @panel_callback(app, context, "selling-sectors")
    def sectors(view: View) -> Content:
        return sectors_content(view)

    @part_callback(app, context, "selling-which")
    def which(view: View) -> Component:
        choices = {name: _(text) for name, text in WORDS.items()}
        return switch(view, LIST, choices, _("Who is listed"))

    @panel_callback(app, context, "selling-list")
    def head(view: View) -> Content:
        return Content(title_of(view), _measure(view), explain=ListRef(SELLING.name))

    connect_grid(app, context, "selling-grid", SELLING)


def kind_of(view: View, params: Mapping[str, str] | None = None) -> str:
    """Return which customers are listed, by `params` or the URL: of `KINDS`."""
    asked = (params or {}).get(LIST) or view.selection.page.get(LIST, ROOM)
    return asked if asked in KINDS else ROOM


def wanted(view: View) -> list[Priority]:
    """Return what management said of markets and customers, as it holds on the day looked at."""
    assert view.memory is not None  # noqa: S101 - pages look through a context
    held: dict[tuple[str, str], Priority] = {}
    for line in view.memory.lines(subjects=(Said.name,), by=view.said_by):
        if line.holds and isinstance(line.said, Said):
            said = line.said
            held[said.dimension, said.value] = Priority(said.dimension, said.value, said.level)
    return list(held.values())


def _asked(view: View, kind: str) -> Statement:
    late = view.options.policy.late_days.at(view.selection.as_of)
    return selling(view.ledger, kind, late, wanted(view))


def _selling(view: View, params: Mapping[str, str]) -> Statement:
    asked = _asked(view, kind_of(view, params))
    marked = f"""
select listed.*, coalesce({TOLD}.what, '') as sign
from ({asked.sql}) as listed
left join {TOLD} on {TOLD}.who = listed.customer
"""
    return Statement(marked, {**asked.parameters, TOLD: told(view)})


def headline_words(view: View) -> str:
    """Say how much room there is at customers that pay well, and who is held back by a limit."""
    f = view.f
    rows, held = (_rows(view, kind) for kind in (ROOM, HELD))
    if not rows and not held:
        return _("Nobody here has enough payments within terms, and room: see who slows down.")
    count = len(rows)
    said = n_(
        "{count} customer that pays well has room for {room}",
        "{count} customers that pay well have room for {room}",
        count,
    ).format(count=f.count(count), room=f.money(room_of(rows)))
    if held:
        more = n_("{count} more is held back by its limit", "{count} more are held back by their "
                  "limit", len(held))  # fmt: skip
        said = f"{said}; {more.format(count=f.count(len(held)))}"
    return _("{said}.").format(said=said)


def _rows(view: View, kind: str) -> list[dict[str, Any]]:
    def asked() -> list[dict[str, Any]]:
        statement = _asked(view, kind)
        return view.query(statement.sql, statement.parameters)

    found: list[dict[str, Any]] = view.derived(("selling", kind), asked)
    return found


def sectors_content(view: View) -> Content:
    """Return the sectors with the most room at customers that pay well."""
    within: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(view, ROOM):
        within[row["sector_division"] or ""].append(row)
    if not within:
        return Content(_("Sectors with room"), "", message(_("No customer that pays well has room"),
                                                           kind="empty"))  # fmt: skip
    f = view.f
    room = {division: room_of(rows) for division, rows in within.items()}
    found = sorted(room.items(), key=lambda pair: (-pair[1], pair[0]))[:SECTORS]
    bars = []
    for division, amount in found:
        count = len(within[division])
        hover = n_("{count} customer", "{count} customers", count).format(count=f.count(count))
        bars.append(Bar(view.short("sector_division", division), float(amount), f.money(amount),
                        view.link("/selling", sector_division=division), hover))  # fmt: skip
    first, amount = found[0]
    return Content(
        _("Most room: {sector}, {amount}").format(
            sector=view.short("sector_division", first), amount=f.money(amount)
        ),
        _("Headroom of customers that pay within terms, {currency}").format(currency=f.currency),
        bar_list(bars),
        ListRef(SELLING.name),
    )


def title_of(view: View) -> str:
    """Return how many are listed, and what they come to."""
    kind, f = kind_of(view), view.f
    found = totals(view, SELLING, {})
    count = found["rows"]
    if not count:
        return _("{list}: nobody").format(list=_(WORDS[kind]))
    text = n_("{list}: {count} customer", "{list}: {count} customers", count)
    return text.format(list=_(WORDS[kind]), count=f.count(count))


_MEASURES = {
    ROOM: N_("Half of their invoices are paid within terms, the slow end of its interval (95 %) "
             "too; nothing is overdue for more than {days} days. Ranked by the yearly sales that "
             "the room could carry"),
    HELD: N_("They pay within terms like those with room, and have a tenth of their limit or less "
             "left. Ranked by sales"),
    SLOW: N_("Half of their invoices are paid more than {days} days beyond terms, the quick end of "
             "its interval (95 %) too. Ranked by exposure"),
    THROUGH: N_("They pay more than {days} days beyond terms, have room, and buy more than a year "
                "before. Ranked by sales"),
}  # fmt: skip


def _measure(view: View) -> str:
    days = view.options.policy.late_days.at(view.selection.as_of)
    return _(_MEASURES[kind_of(view)]).format(days=view.f.count(days))


SELLING = Listing(
    "selling",
    N_("Where to sell more"),
    (
        Column(
            "customer_name", N_("Customer"), width=190,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("rank", N_("#"), "count", 56),
        Column("sector", N_("Sector"), dimension="sector", width=132, brief=True),
        Column("salesperson", N_("Salesperson"), width=120, options=CARD),
        Column("priority", N_("Priority"), width=110, words=LEVELS),
        Column("headroom", N_("Headroom"), "money", 110, total=ROOM_OF, options=CARD, whole=True),
        Column("carries", N_("Carries a year"), "money", 116, whole=True, options=CARD),
        Column("overdue", N_("Overdue"), "money", 100, total="sum(overdue)", options=CARD,
               whole=True),
        Column("sign", N_("Early sign"), width=130, options=CARD),
        Column("median_days", N_("Half paid after, days"), "count", 96, options=CARD),
        Column("median_low", N_("From, days (95 %)"), "count", 88),
        Column("median_high", N_("To, days (95 %)"), "count", 88),
        Column("terms", N_("Terms invoiced, days"), "days", 96),
        Column("agreed", N_("Terms agreed, days"), "count", 96),
        Column("sales_12m", N_("Sales, 12 months"), "money", 110, total="sum(sales_12m)",
               whole=True),
        Column("growth", N_("Growth"), "share", 84),
        Column("margin", N_("Margin"), "share", 84),
        Column("last_sale", N_("Last invoice"), "day"),
        Column("exposure", N_("Exposure"), "money", 110, total="sum(exposure)", whole=True),
        Column("country", N_("Country"), dimension="country", width=98),
        Column("customer", N_("Number"), width=92),
    ),
    statement=_selling,
    sort="rank",
    narrowed=lambda view: _(WORDS[kind_of(view)]),
    grouped=True,
)  # fmt: skip

PAGE = Page("/selling", N_("Where to sell more"), 54, layout, connect, listings=(SELLING,))

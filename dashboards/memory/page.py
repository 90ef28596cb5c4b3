"""Promises and disputes: what customers promised and contest, what was agreed, what is insured.

The URL holds what each list shows: `promises` (open, broken or all), `disputes` (open, past or
all) and `agreed` (open: about to end, past or all), and within how many days that is, `soon`.
"""

from __future__ import annotations

from decimal import Decimal

from dash import Dash, html
from dash.development.base_component import Component

from dashboards.base.grid import connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import page, panel
from dashboards.base.view import Context, Explain, ListRef, NoRows, View
from dashboards.charts.tables import Bar, bar_list
from dashboards.memory import aims, insured, retention
from dashboards.memory.lists import (
    AGREED,
    DISPUTES,
    PROMISES,
    SHOWN,
    SOON,
    shown_of,
    shown_words,
)
from data.core.texts import N_
from data.workspace.subjects.dispute import REASONS

_LISTS = {"promises": PROMISES, "disputes": DISPUTES, "agreed": AGREED}


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "memory",
        _("Promises and disputes"),
        _list("promises", 380),
        panel("memory-reasons", height=120),
        _list("disputes", 380, below=True),
        _list("agreed", 300, below=True),
        insured.layout(),
        aims.layout(),
        retention.layout(),
    )


def _list(key: str, height: int, below: bool = False) -> Component:
    return panel(
        f"memory-{key}",
        controls=[html.Div(id=f"memory-{key}-shown")],
        static=grid(f"memory-{key}-grid", _LISTS[key], height=height, later=below),
        below=below,
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the lists and what they show."""

    @headline_callback(app, context, "memory")
    def headline(view: View) -> str:
        return headline_words(view)

    @panel_callback(app, context, "memory-reasons")
    def reasons(view: View) -> Content:
        return reasons_content(view)

    insured.connect(app, context)
    aims.connect(app, context)
    retention.connect(app, context)
    for key in _LISTS:
        _connect_list(app, context, key, below=key != "promises")


def _connect_list(app: Dash, context: Context, key: str, below: bool) -> None:
    listing = _LISTS[key]

    @part_callback(app, context, f"memory-{key}-shown")
    def shown(view: View) -> Component:
        choices = {name: _(text) for name, text in SHOWN[key].items()}
        listed = switch(view, key, choices, _("What is listed"))
        return html.Div([listed, soon_choice(view)]) if key == "agreed" else listed

    @panel_callback(app, context, f"memory-{key}", below=below)
    def head(view: View) -> Content:
        return Content(title_of(view, key), _(listing.title), explain=ListRef(listing.name))

    connect_grid(app, context, f"memory-{key}-grid", listing, below=below)


def soon_choice(view: View) -> Component | None:
    """Return the links that choose within how many days; None where nothing is about to end."""
    if shown_of(view, "agreed") != "open":
        return None
    usual, asked = view.options.policy.soon_days.at(view.selection.as_of), view.ledger.soon
    choices = {
        str(days): n_("{days} day", "{days} days", days).format(days=view.f.count(days))
        for days in sorted({*SOON, usual, asked})
    }
    return switch(view, "soon", choices, _("Within how many days it ends"), default=str(usual))


def title_of(view: View, key: str) -> str:
    """Return what a list comes to, in one line."""
    all_rows, f = totals(view, _LISTS[key], {}), view.f
    count = all_rows["rows"]
    shown = shown_words(view, key)
    shown = shown[:1].lower() + shown[1:]
    if not count:
        return _("{list}: none ({shown})").format(list=_(_LISTS[key].title), shown=shown)
    if key == "promises":
        text = n_(
            "{count} promise, {amount} ({shown})", "{count} promises, {amount} ({shown})", count
        )
    elif key == "disputes":
        text = n_(
            "{count} dispute, {amount} ({shown})", "{count} disputes, {amount} ({shown})", count
        )
    else:
        text = n_(
            "{count} agreement on terms or limits ({shown})",
            "{count} agreements on terms or limits ({shown})", count,
        )  # fmt: skip
    amount = f.money(all_rows.get("amount") or Decimal(0))
    return text.format(count=f.count(count), amount=amount, shown=shown)


def headline_words(view: View) -> str:
    """Say what waits: what is promised, what of it is late, and what is disputed."""
    f = view.f
    promised, disputed, count = _waiting(view)
    said = []
    if promised:
        said.append(_("{amount} is promised and not paid yet").format(amount=f.money(promised)))
    if count:
        text = n_("{amount} is disputed", "{amount} is disputed in {count} disputes", count)
        said.append(text.format(amount=f.money(disputed), count=f.count(count)))
    if not said:
        return _(
            "Nothing is promised or disputed on this day. What customers promise and contest is "
            "said on their pages."
        )
    return _("{what}.").format(what=", ".join(said))


def _waiting(view: View) -> tuple[Decimal, Decimal, int]:
    """Return what is promised and still to come, and amount and number of the open disputes."""
    try:
        (promises,) = view.answer("promises").to_pylist()
        (disputes,) = view.answer("disputes").to_pylist()
    except NoRows:
        return Decimal(0), Decimal(0), 0
    return promises["open_amount"], disputes["claimed"], disputes["disputes"]


def reasons_content(view: View) -> Content:
    """Return what is disputed by reason."""
    by = [row for row in view.answer("disputes_by").to_pylist() if row["aspect"] == "reason"]
    bars = [
        Bar(_(REASONS[row["value"]]), float(row["claimed"]), view.f.money(row["claimed"]))
        for row in sorted(by, key=lambda row: (-row["claimed"], row["value"]))
    ]
    return Content(
        _("Disputed by reason"),
        _("Open disputes, {currency}").format(currency=view.f.currency),
        bar_list(bars),
        Explain("disputes_by"),
    )


PAGE = Page(
    "/memory",
    N_("Promises and disputes"),
    65,
    layout,
    connect,
    listings=(PROMISES, DISPUTES, AGREED, insured.INSURED, aims.AIMS, retention.PERSONS),
)

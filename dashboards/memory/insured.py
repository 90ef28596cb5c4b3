"""Credit insurance: whose cover has ended or ends soon, and what the insurer bears."""

from __future__ import annotations

from collections.abc import Mapping

from dash import Dash
from dash.development.base_component import Component

from dashboards.base.grid import CARD, Column, Listing, connect_grid, grid
from dashboards.base.i18n import _, n_
from dashboards.base.panel import Content, panel_callback
from dashboards.base.parts import panel
from dashboards.base.view import Context, Explain, NoRows, View
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.lists.insured import insured

STATES = {
    "stopped": N_("Deliveries not insured"),
    "ending": N_("Cover of deliveries ends soon"),
    "runs": N_("Insured"),
    "none": N_("Nothing is owed"),
}


def layout() -> Component:
    """Return the panel with its list."""
    return panel(
        "memory-insured", static=grid("memory-insured-grid", INSURED, height=320, later=True),
        below=True,
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the head and the list."""

    @panel_callback(app, context, "memory-insured", below=True)
    def head(view: View) -> Content:
        return Content(title_of(view), _(INSURED.title), explain=Explain("insurance"))

    connect_grid(app, context, "memory-insured-grid", INSURED, below=True)


def title_of(view: View) -> str:
    """Say what is insured, and for how many deliveries are not, or soon are not."""
    try:
        (row,) = view.answer("insurance").to_pylist()
    except NoRows:
        row = {"insured": None}
    if row["insured"] is None:
        return _("Nobody here is insured")
    f = view.f
    said = [
        _("{insured} of {exposure} is insured").format(
            insured=f.money(row["insured"]), exposure=f.money(row["exposure"])
        )
    ]
    if row["stopped"]:
        text = n_("deliveries to {count} customer are not", "deliveries to {count} customers are "
                  "not", row["stopped"])  # fmt: skip
        said.append(text.format(count=f.count(row["stopped"])))
    if row["lapsing"]:
        text = n_("within {days} days cover ends for {count} more",
                  "within {days} days cover ends for {count} more", row["lapsing"])  # fmt: skip
        days, count = f.count(view.ledger.soon), f.count(row["lapsing"])
        said.append(text.format(days=days, count=count))
    return "; ".join(said)


def _insured(view: View, _params: Mapping[str, str]) -> Statement:
    return insured(view.ledger)


INSURED = Listing(
    "insured",
    N_("Credit insurance"),
    (
        Column(
            "customer_name", N_("Customer"), width=200,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("customer", N_("Number"), width=92),
        Column("state", N_("Now"), width=190, words=STATES, options=CARD),
        Column("days_left", N_("Days of cover left"), "count", 112, options=CARD),
        Column("hand_over_left", N_("Days to hand-over"), "count", 112, options=CARD),
        Column("oldest_due", N_("Oldest due day"), "day", options=CARD),
        Column("exposure", N_("Exposure"), "money", 120, total="sum(exposure)"),
        Column("insured_limit", N_("Insured limit"), "money", 120, total="sum(insured_limit)"),
        Column("insured", N_("Insured"), "money", 120, total="sum(insured)"),
        Column("uninsured", N_("Uninsured"), "money", 120, total="sum(uninsured)", options=CARD),
        Column("salesperson", N_("Salesperson"), width=130),
    ),
    statement=_insured,
    sort="days_left",
    grouped=True,
)  # fmt: skip

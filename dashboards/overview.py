"""Overview: where receivables stand, what moved them, what needs attention."""

from __future__ import annotations

from dash import Dash
from dash.development.base_component import Component

from dashboards.i18n import _
from dashboards.page import Context, Explain, Page, View
from dashboards.panel import Content, headline_callback, panel_callback
from dashboards.parts import aging_bar, page, panel
from data.texts import N_


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page("overview", _("Overview"), panel("overview-aging", height=120))


def connect(app: Dash, context: Context) -> None:
    """Wire the page's figures."""

    @headline_callback(app, context, "overview")
    def headline(view: View) -> str:
        value = view.answer("receivables").to_pylist()[0]["receivables"]
        return _("Receivables are {amount}.").format(amount=view.f.money(value))

    @panel_callback(app, context, "overview-aging")
    def aging(view: View) -> Content:
        rows = view.answer("aging").to_pylist()
        amounts = {r["bucket"]: r["amount"] for r in rows}
        return Content(
            _("Receivables by age"), view.f.currency, aging_bar(amounts, view.f), Explain("aging")
        )


PAGE = Page("/", N_("Overview"), 10, layout, connect)

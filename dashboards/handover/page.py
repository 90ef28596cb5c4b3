"""Hand over: who is proposed, with the points of each part, and what became of what was.

The URL may name the customer to look at first, `customer`: it stands on top whatever its points.
"""

from __future__ import annotations

from dash import Dash, Input, html
from dash.development.base_component import Component

from dashboards.base.i18n import _
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback
from dashboards.base.parts import page, panel
from dashboards.base.view import Context, View
from dashboards.handover import acting
from dashboards.handover.acting import SAID, may_act
from dashboards.handover.listing import HANDED, PROPOSED
from dashboards.handover.panels import handed_content, headline_words, proposed_content
from data.core.texts import N_

_SAID = Input(SAID, "data")


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    body = page(
        "handover",
        _("Hand over"),
        panel("handover-proposed", height=420),
        panel("handover-handed", height=220),
        acting.layout(),
    )
    return html.Div(body, id="handover-root")


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the two panels and the form."""

    @headline_callback(app, context, "handover", _SAID)
    def headline(view: View, _said: int | None) -> str:
        return headline_words(view)

    @panel_callback(app, context, "handover-proposed", _SAID)
    def proposed(view: View, _said: int | None) -> Content:
        return proposed_content(view, may_act(context, view))

    @panel_callback(app, context, "handover-handed", _SAID)
    def handed(view: View, _said: int | None) -> Content:
        return handed_content(view, may_act(context, view))

    acting.connect(app, context)


PAGE = Page("/handover", N_("Hand over"), 59, layout, connect, listings=(PROPOSED, HANDED))

"""Parts of a page that wait until the browser has what is looked at first.

What stands below the first screen is asked for after what is seen: it takes `BELOW` in place of the
URL's query.

A menu that few open, a filter and a table below the fold cost the browser as much as a chart does,
each. As `Later` they are part of the page for Dash from the start, and the script
(assets/later.js) mounts them once all charts are drawn and nothing is being loaded, or when the
reader reaches for one.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import Input
from dash.development.base_component import Component

BELOW = Input("below", "data")
"""For which query the parts below are wanted, `{"search", "retry"}`: the script (assets/later.js)
says it once what is seen has answered, or at once where the reader is near a panel that is below.
"""


class Later(Component):
    """Holds a place, an element of this class, text and style, and then shows the part itself."""

    _children_props: list[str] = []  # noqa: RUF012 - Dash's own way to say it
    _base_nodes: list[str] = ["children"]  # noqa: RUF012
    _namespace = "tandem_later"
    _type = "Later"

    def __init__(
        self,
        children: Component,
        place: str,
        text: str = "",
        style: Mapping[str, str] | None = None,
    ) -> None:
        """Show `children` later; see the class."""
        # not Component.__init__: it tries to import the namespace, each time
        self._prop_names = ["children", "place", "text", "style"]
        self._valid_wildcard_attributes: list[str] = []
        self.children = children
        self.place = place
        self.text = text
        self.style = dict(style or {})

"""Page: what a page is.

How to write a page
===================
A page is a folder whose `page.py` ends in `PAGE = Page(...)`, listed in `server.PAGES`.

    def layout(**_query: str) -> Component:          # runs no query: skeletons in the final shape
        return page(
            "dso",                                   # ids of this page start with it
            panel("dso-trend", height=340, controls=[...a SegmentedControl, ...]),
            row(panel("dso-best"), panel("dso-worst")),
        )

    def connect(app: Dash, context: Context) -> None:
        @headline_callback(app, context, "dso")      # the one sentence under the page's title
        def headline(view: View) -> str: ...

        @panel_callback(app, context, "dso-trend", Input("dso-method", "value"))
        def trend(view: View, method: str) -> Content:
            table = view.answer("dso", view.ledger.history(36))   # NoRows is raised where empty
            return Content(
                title=_("Late payment costs {days} days").format(days=view.f.days(...)),
                measure=_("DSO over 3 months, days"),             # as-of day and filters follow
                body=graph(figure, id="dso-trend-graph"),
                explain=Explain("dso", history=36),               # feeds the ⋯ menu
            )

    PAGE = Page("/dso", N_("DSO"), 20, layout, connect)

`panel_callback` handles an empty store, language, failures and empty answers; a panel that fails
leaves the rest of the page alone. Raise `NoRows()` where the filters leave nothing and
`NotEnough(Text(...))` where there are too few data. The callback runs again whenever the URL
changes while its page is shown; page state belongs in the URL (`view.selection.page["method"]`)
where a colleague should see the same, and in a control's value where it is a passing look.

To change the URL from a click: a callback with `Output("url", "search", allow_duplicate=True)`,
`State("url", "search")`, `prevent_initial_call=True`, returning
`filters.with_page(search, method="...")` or `filters.with_filter(search, country="BE")`.
To go to another page: `href=view.link("/customer", customer="C0001")` on a `dcc.Link`.

`_` is gettext here: take a layout's query as `**_query`, never as `**_`.
Long tables: `grid.py` (sorted, filtered and paged in DuckDB); a `Listing` in `Page.listings` is
at once the grid's source and its download.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dash import Dash
from dash.development.base_component import Component

from dashboards.base.grid import Listing
from dashboards.base.view import Context
from data.core.rights import Reader


@dataclass(frozen=True)
class Page:
    """One page of the app.

    path: its address. title: marked with N_. order: place in the navigation; group: `main`,
    `foot` (below the line) or '' (not in the navigation). needs_data: over an empty store the
    frame shows what to do instead. listings: long tables that can be downloaded. stays: a newer
    state draws its figures anew, which take `Input("state", "data")`, and not the page. right: what
    a reader must be allowed to do to see it (`data.core.rights`); '' nothing.
    """

    path: str
    title: str
    order: int
    layout: Callable[..., Component]
    connect: Callable[[Dash, Context], None]
    group: str = "main"
    needs_data: bool = True
    listings: Sequence[Listing] = ()
    stays: bool = False
    right: str = ""

    def seen_by(self, reader: Reader) -> bool:
        """Return whether a reader sees the page."""
        return not self.right or reader.may(self.right)


def listings_of(pages: Sequence[Page], reader: Reader) -> dict[str, Listing]:
    """Return the long tables of the pages that a reader sees, by name."""
    seen = (page for page in pages if page.seen_by(reader))
    return {listing.name: listing for page in seen for listing in page.listings}

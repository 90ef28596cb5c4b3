"""Long tables: sorted, filtered and paged in DuckDB, a window of rows at a time.

A `Listing` is a statement with named columns. `grid(id, listing)` shows it, `connect_grid` feeds
it, and the same listing is what is downloaded. Cells are written by the server in the reader's
language, so the browser formats nothing.

    CUSTOMERS = Listing(
        "customers", N_("Customers"),
        (Column("customer_name", N_("Customer"), width=220),
         Column("sector", N_("Sector"), dimension="sector"),
         Column("receivables", N_("Receivables"), "money", total="sum(receivables)")),
        statement=lambda view, params: lists.customers(view.ledger),
        sort="receivables desc",
        search=("customer_name", "customer", "vat_number"),   # searched by params["q"]
    )
    # layout:   panel("customers", static=grid("customers-grid", CUSTOMERS, height=560))
    # connect:  connect_grid(app, context, "customers-grid", CUSTOMERS)
    # a search box or a click writes a dict into dcc.Store params_id("customers-grid")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dash_ag_grid as dag
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboards.base.delivery import pure
from dashboards.base.i18n import _
from dashboards.base.later import BELOW, Later
from dashboards.base.narrowing import (
    NUMBERS,
    Narrowing,
    as_said,
    condition,
    follow_address,
    narrowing,
    refresh_with,
    words,
)
from dashboards.base.view import Context, ListRef, View
from dashboards.base.words import grid_words
from data.core.texts import Text
from metrics.asking.ledger import Statement

BLOCK = 100
"""Rows fetched at a time."""
_MOST_BLOCK = 1000
_TOTAL = "grid_total_"
_FILTER = {"buttons": ["apply", "reset"], "closeOnApply": True, "maxNumConditions": 1}
"""What the names of totals begin with in a grid's statement, beside the listing's own."""


@dataclass(frozen=True)
class Column:
    """One column of a listing.

    unit: text, money, days, share, count, day, or yes, for what is true (the word) or not (empty).
    dimension: its values are shown by their label (sector, country, customer). total: an SQL
    aggregate for the row pinned on top, such as `sum(amount)`. raw: cells carry the plain number,
    for a renderer of the page's own. words: value -> text, for the codes of a text column.
    options: further AG Grid column options. named: rows are groups of `dimension`, so that "not
    known" is one and is called so. whole: money without cents, exact where the pointer rests.
    brief: a sector by the short name of its division, whole where the pointer rests. screen: files
    do not have it.
    """

    name: str
    label: str
    unit: str = "text"
    width: int = 0
    dimension: str = ""
    total: str = ""
    raw: bool = False
    words: Mapping[str, str | Text] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    named: bool = False
    whole: bool = False
    brief: bool = False
    screen: bool = False

    @property
    def said(self) -> dict[str, str]:
        """Value -> what the reader sees in its place; {} for a column that shows its values."""
        return {v: t.render(_) if isinstance(t, Text) else _(t) for v, t in self.words.items()}


#: Options of a column that a card shows, where a grid becomes a list of cards.
CARD: Mapping[str, Any] = {"context": {"card": True}}
#: Options of a column that a grid shows only where there is room for it whole; files have it.
SPARE: Mapping[str, Any] = {"context": {"spare": True}}


@dataclass(frozen=True)
class Listing:
    """A long table: its columns and the statement its rows come from.

    statement(view, params): `params` are small texts that a page puts beside its grid, or that
    stand in the query of a download. sort: "column" or "column desc". search: columns in which
    `params["q"]` is looked for. narrowed: what narrows the rows besides the filters, in words,
    for the top of a file; '' where nothing does. grouped: its rows are computed from many others
    rather than read. facts: what else `totals` says of all rows: name -> SQL over them. shown:
    whether the page of this address shows it, where a page has several.
    """

    name: str
    title: str
    columns: Sequence[Column]
    statement: Callable[[View, Mapping[str, str]], Statement]
    sort: str = ""
    search: Sequence[str] = ()
    narrowed: Callable[[View], str] = lambda _view: ""
    grouped: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    shown: Callable[[View], bool] = lambda _view: True

    @property
    def units(self) -> dict[str, str]:
        """The units of its columns, by name."""
        return {c.name: c.unit for c in self.columns}

    def narrowing(self, page: Mapping[str, str]) -> Narrowing:
        """Return the filters and the order that the page keys of an address give it."""
        return narrowing(self.name, self.units, page)

    def filters(self, view: View, request: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Return the filters of its columns as a reader would say them, by column.

        Those that its grid asks with in `request`, or of the address where it names none.
        """
        page = view.selection.page
        models = (request or {}).get("filterModel")
        if models is not None:
            page = {f"{self.name}.{name}": as_said(model) for name, model in models.items()}
        tests = self.narrowing(page).tests
        return {
            n: words(t, _(self.column(n).label), self.units[n], view.f) for n, t in tests.items()
        }

    def ref(self, view: View, params: Mapping[str, str] | None = None) -> ListRef:
        """Return what the ⋯ menu of a panel with this table refers to."""
        return ListRef(self.name, params or {}, ", ".join(self.filters(view).values()))

    def column(self, name: str) -> Column:
        """Return a column by name; ValueError if the listing has none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ValueError(f"the list {self.name} has no column {name!r}")


def params_id(grid_id: str) -> dict[str, str]:
    """Return the id of the dcc.Store with the parameters of a grid."""
    return {"type": "grid-params", "grid": grid_id}


def total_id(grid_id: Any) -> dict[str, Any]:
    """Return the id of the dcc.Store with the total of a grid, for one id or a pattern of them."""
    if isinstance(grid_id, Mapping):
        return {**grid_id, "type": f"{grid_id['type']}-total"}
    return {"type": "grid-total", "grid": grid_id}


def grid(
    id: Any,
    listing: Listing,
    height: int = 480,
    params: Mapping[str, str] | None = None,
    later: bool = False,
    page: Mapping[str, str] | None = None,
) -> html.Div:
    """Return the grid of a listing; rows come when it is on the screen.

    `later` where the page shows charts first: the grid is made once these are drawn. `page`: the
    page keys of the address, where its filters and its order stand; None for a grid that keeps
    them to itself.
    """
    asked = listing.narrowing(page or {})
    made = dag.AgGrid(
        id=id,
        columnDefs=column_defs(listing, asked.sort),
        rowModelType="infinite",
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "minWidth": 70,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "suppressHeaderMenuButton": False,
            "filterParams": _FILTER,
        },
        dashGridOptions={
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 20,
            "rowBuffer": 20,
            "rowHeight": 34,
            "headerHeight": 36,
            "animateRows": False,
            "enableCellTextSelection": True,
            "suppressCellFocus": False,
            "tooltipShowDelay": 400,
            "localeText": grid_words(),
            # the script assets/grids.js writes filters and order into the address of this name
            "context": {"list": listing.name if page is not None else "", "sort": listing.sort},
            "initialState": {"filter": {"filterModel": asked.models(listing.units)["filterModel"]}},
        },
        style={"height": f"{height}px"},
        className="grid",
    )
    store = dcc.Store(id=params_id(str(id)), data=dict(params or {}))
    place = Later(made, "grid skeleton", style={"height": f"{height}px"}) if later else made
    return html.Div([store, dcc.Store(id=total_id(id)), place], className="grid-box live")


def column_defs(listing: Listing, sort: tuple[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the AG Grid column definitions of a listing, in its own order or that of `sort`."""
    defs = []
    first, way = sort or listing.sort.partition(" ")[::2]
    for column in listing.columns:
        number = column.unit in NUMBERS
        definition: dict[str, Any] = {
            "field": column.name,
            "headerName": _(column.label),
            "filter": "agNumberColumnFilter" if number else "agTextColumnFilter",
            "type": "rightAligned" if number else None,
            "tooltipField": None if number else column.name,
            "width": column.width or (128 if number else 126 if column.unit == "day" else 170),
        }
        if column.whole or column.brief:
            definition["tooltipField"] = f"{column.name}_exact"
        if column.unit == "day":
            definition["filter"] = "agDateColumnFilter"
        if column.name == first:
            definition["sort"] = way or "asc"
        definition.update(column.options)
        defs.append({k: v for k, v in definition.items() if v is not None})
    return defs


def connect_grid(
    app: Dash, context: Context, id: str, listing: Listing, below: bool = False
) -> None:
    """Feed the grid `id`, and afresh when the URL's query or its parameters change.

    `below` as in `panel_callback`: for a grid in such a panel.
    """

    @app.callback(
        Output(id, "getRowsResponse"),
        Output(total_id(id), "data"),
        Input(id, "getRowsRequest"),
        State("url", "search"),
        State(params_id(id), "data"),
        prevent_initial_call=True,
    )
    @pure
    def rows(request: dict[str, Any] | None, search: str | None, params: Any) -> Any:
        view = context.view(search)
        if not request or view is None:
            raise PreventUpdate
        return block(view, listing, params or {}, request)

    follow_address(app, id)
    pin_total(app, id)
    also = BELOW if below else Input("url", "search")
    refresh_with(app, id, Input(params_id(id), "data"), also)


def pin_total(app: Dash, id: Any) -> None:
    """Pin the total that comes beside the rows (see `block`) on top of them.

    It goes through a store, and not as a patch of the grid's options: a reader may have left the
    page by then, and what is gone cannot be patched.
    """
    app.clientside_callback(
        ClientsideFunction("grids", "pin"),
        Output(id, "className", allow_duplicate=True),
        Input(total_id(id), "data"),
        State(id, "id"),
        prevent_initial_call=True,
    )


def block(
    view: View, listing: Listing, params: Mapping[str, str], request: Mapping[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the rows a grid asked for, with how many there are, and the total row.

    Rows are written for the reader. There is no total row where no column has a total; ratios in
    it come from their own parts. `request` comes from the
    browser: startRow, endRow, sortModel, filterModel; without the latter two those of the address
    hold. Names that are no column of the listing are refused with ValueError.
    """
    rows = _fetched(view, listing, params, request)
    totalled = [c for c in listing.columns if c.total]
    response = {
        "rowData": [written(view, listing, row) for row in rows if row[f"{_TOTAL}block"]],
        "rowCount": rows[0][f"{_TOTAL}rows"],
    }
    if not totalled:
        return response, []
    total: dict[str, Any] = {}
    for c in totalled:
        value = rows[0][f"{_TOTAL}{c.name}"]
        total |= {c.name: value} if c.raw else _cell(view, c, value)
    named = next(c for c in listing.columns if not c.total)
    return response, [{named.name: _("Total"), **total}]


def totals(
    view: View,
    listing: Listing,
    params: Mapping[str, str],
    request: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return how many rows a listing has, as `rows`, and its totals and facts, by name.

    Under the filters that the address sets in its columns, as its grid shows it, or those of
    `request`. They come with the first rows that the grid asks for: a title costs nothing besides.
    """
    first = _fetched(view, listing, params, request or {})[0]
    return {k.removeprefix(_TOTAL): v for k, v in first.items() if k.startswith(_TOTAL)}


def every_row(view: View, listing: Listing, params: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return all rows of a listing, unordered, whatever is set in its grid's columns.

    Few of them come with the first rows that its grid asks for, and cost nothing besides.
    """
    found = _fetched(view, listing, params, {"filterModel": {}, "sortModel": []})
    if found[0][f"{_TOTAL}rows"] > len(found):
        statement = listing.statement(view, params)
        return view.query(statement.sql, statement.parameters)
    return [row for row in found if row[f"{_TOTAL}block"]]


def _fetched(
    view: View, listing: Listing, params: Mapping[str, str], request: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows a grid asked for, each with the number of all rows and their totals."""
    first = max(0, int(request.get("startRow") or 0))
    last = min(int(request.get("endRow") or first + BLOCK), first + _MOST_BLOCK)
    sql, order, bound = arranged(view, listing, params, request)
    asked = {c.name: c.total for c in listing.columns if c.total} | dict(listing.facts)
    sums = "".join(f", {total} as {_TOTAL}{name}" for name, total in asked.items())
    # one statement for the rows, their number and their total. What is grouped is computed once;
    # rows that are only read are read twice, since the first block needs few of them
    return view.query(
        f"""with listed as {"" if listing.grouped else "not "}materialized (
{sql}
),
counted as (
    select count(*) as {_TOTAL}rows{sums} from listed
),
block as (
    select true as {_TOTAL}block, * from listed
    {order}
    limit {last - first} offset {first}
)
select * from counted left join block on true
{order}""",
        bound,
    )


def arranged(
    view: View,
    listing: Listing,
    params: Mapping[str, str],
    request: Mapping[str, Any] | None = None,
) -> tuple[str, str, dict[str, object]]:
    """Return the listing's statement under the grid's own filters, its order, and its values.

    Filters and order are those of `request`, or of the address where it says nothing of them.
    """
    statement = listing.statement(view, params)
    bound = dict(statement.parameters)
    asked = listing.narrowing(view.selection.page).models(listing.units)
    request = {**asked, **{k: v for k, v in (request or {}).items() if v is not None}}
    conditions = [
        condition(name, listing.column(name).unit, model, bound, _said(view, listing.column(name)))
        for name, model in request["filterModel"].items()
    ]
    if params.get("q") and listing.search:
        bound["grid_q"] = params["q"]
        tests = " or ".join(f"contains(lower({c}), lower($grid_q))" for c in listing.search)
        conditions.append(f"({tests})")
    sql = f"select * from (\n{statement.sql}\n) as listed"
    if conditions:
        sql += "\nwhere " + " and ".join(conditions)
    keys = [
        f"{listing.column(s['colId']).name} {'desc' if s.get('sort') == 'desc' else 'asc'}"
        for s in request["sortModel"]
    ]
    if not keys and listing.sort:
        keys.append(listing.sort)
    # the other columns settle ties, so that no row is met twice while scrolling
    keys = [f"{key} nulls last" for key in keys] + [c.name for c in listing.columns]
    return sql, "order by " + ", ".join(keys), bound


def _said(view: View, column: Column) -> Mapping[str, str] | None:
    """Return value -> what is seen in its place; None where a column shows (too many) values."""
    if column.words:
        return column.said
    if column.unit == "yes":
        return {"true": _("yes"), "false": "", "": ""}
    values = view.options.values.get(column.dimension)
    if values is None or column.dimension in ("customer", "customer_group"):
        return None
    return {v: view.label(column.dimension, v) if v or column.named else "" for v in values}


def written(view: View, listing: Listing, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row as the reader sees it; dimension values keep their code in `<name>_code`."""
    cells: dict[str, Any] = {}
    for column in listing.columns:
        value = row.get(column.name)
        if column.dimension:
            cells[f"{column.name}_code"] = value
            named = value or column.named
            cells[column.name] = view.label(column.dimension, value or "") if named else ""
            if column.brief and value:
                cells |= {
                    f"{column.name}_exact": cells[column.name],
                    column.name: view.sector_words(value),
                }
        elif column.raw:
            cells[column.name] = (
                float(value) if column.unit in NUMBERS and value is not None else value
            )
        elif isinstance(value, str) and value in column.words:
            said = column.words[value]
            cells[column.name] = said.render(_) if isinstance(said, Text) else _(said)
        elif isinstance(value, bool):
            cells[column.name] = _("yes") if value else ""
        else:
            cells |= _cell(view, column, value)
    return cells


def _cell(view: View, column: Column, value: Any) -> dict[str, str]:
    """Return a value as the reader sees it, and the exact amount beside a whole one."""
    if not column.whole or value is None:
        return {column.name: "" if value == "" else view.f.value(value, column.unit)}
    return {column.name: view.f.number(value, 0), f"{column.name}_exact": view.f.exact(value)}

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
from dash import ClientsideFunction, Dash, Input, Output, Patch, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboards.base.delivery import pure
from dashboards.base.i18n import _
from dashboards.base.later import BELOW, Later
from dashboards.base.view import Context, View
from data.core.texts import Text
from metrics.asking.ledger import Statement

BLOCK = 100
"""Rows fetched at a time."""
_MOST_BLOCK = 1000
_TOTAL = "grid_total_"
"""What the names of totals begin with in a grid's statement, beside the listing's own."""

_NUMBERS = ("money", "days", "share", "count")
_TEXT_TESTS = {
    "contains": "contains(lower({c}), lower({v}))",
    "notContains": "not contains(lower({c}), lower({v}))",
    "equals": "lower({c}) = lower({v})",
    "notEqual": "lower({c}) <> lower({v})",
    "startsWith": "starts_with(lower({c}), lower({v}))",
    "endsWith": "ends_with(lower({c}), lower({v}))",
}
_ORDER_TESTS = {
    "equals": "{c} = {v}",
    "notEqual": "{c} <> {v}",
    "lessThan": "{c} < {v}",
    "lessThanOrEqual": "{c} <= {v}",
    "greaterThan": "{c} > {v}",
    "greaterThanOrEqual": "{c} >= {v}",
    "inRange": "{c} between {v} and {w}",
}
_BLANK = {"blank": "({c} is null or {c}::varchar = '')", "notBlank": "({c}::varchar <> '')"}


@dataclass(frozen=True)
class Column:
    """One column of a listing.

    unit: text, money, days, share, count or day. dimension: its values are shown by their label
    (sector, country, customer). total: an SQL aggregate for the row pinned on top, such as
    `sum(amount)`. raw: cells carry the plain number, for a renderer of the page's own. words:
    value -> text, for the codes of a text column. options: further AG Grid column options.
    named: rows are groups of `dimension`, so that "not known" is one and is called so. whole:
    money without cents, exact where the pointer rests. screen: files do not have it.
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
    screen: bool = False


#: Options of a column that a card shows, where a grid becomes a list of cards.
CARD: Mapping[str, Any] = {"context": {"card": True}}


@dataclass(frozen=True)
class Listing:
    """A long table: its columns and the statement its rows come from.

    statement(view, params): `params` are small texts that a page puts beside its grid, or that
    stand in the query of a download. sort: "column" or "column desc". search: columns in which
    `params["q"]` is looked for. narrowed: what narrows the rows besides the filters, in words,
    for the top of a file; '' where nothing does. grouped: its rows are computed from many others
    rather than read. facts: what else `totals` says of all rows: name -> SQL over them.
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

    def column(self, name: str) -> Column:
        """Return a column by name; ValueError if the listing has none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ValueError(f"the list {self.name} has no column {name!r}")


def params_id(grid_id: str) -> dict[str, str]:
    """Return the id of the dcc.Store with the parameters of a grid."""
    return {"type": "grid-params", "grid": grid_id}


def grid(
    id: Any,
    listing: Listing,
    height: int = 480,
    params: Mapping[str, str] | None = None,
    later: bool = False,
) -> html.Div:
    """Return the grid of a listing; rows come when it is on the screen.

    `later` where the page shows charts first: the grid is made once these are drawn.
    """
    made = dag.AgGrid(
        id=id,
        columnDefs=column_defs(listing),
        rowModelType="infinite",
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "minWidth": 70,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "suppressHeaderMenuButton": False,
            "filterParams": {
                "buttons": ["apply", "reset"],
                "closeOnApply": True,
                "maxNumConditions": 1,
            },
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
            "localeText": _locale(),
            "pinnedTopRowData": [],
        },
        style={"height": f"{height}px"},
        className="grid",
    )
    store = dcc.Store(id=params_id(str(id)), data=dict(params or {}))
    place = Later(made, "grid skeleton", style={"height": f"{height}px"}) if later else made
    return html.Div([store, place], className="grid-box live")


def column_defs(listing: Listing) -> list[dict[str, Any]]:
    """Return the AG Grid column definitions of a listing."""
    defs = []
    first, _space, way = listing.sort.partition(" ")
    for column in listing.columns:
        number = column.unit in _NUMBERS
        definition: dict[str, Any] = {
            "field": column.name,
            "headerName": _(column.label),
            "filter": "agNumberColumnFilter" if number else "agTextColumnFilter",
            "type": "rightAligned" if number else None,
            "tooltipField": None if number else column.name,
            "width": column.width or (128 if number else 126 if column.unit == "day" else 170),
        }
        if column.whole:
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
        Output(id, "dashGridOptions"),
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
        found, total = block(view, listing, params or {}, request)
        changed = Patch()
        changed["pinnedTopRowData"] = total
        return found, changed

    refresh_with(app, id, BELOW if below else Input("url", "search"))
    # on a narrow screen it becomes a list of cards
    app.clientside_callback(
        ClientsideFunction("cells", "narrow"),
        Output(id, "columnDefs"),
        Output(id, "dashGridOptions", allow_duplicate=True),
        Input(id, "id"),
        State(id, "columnDefs"),
        State(id, "dashGridOptions"),
        prevent_initial_call="initial_duplicate",
    )


def refresh_with(app: Dash, id: str, *also: Input) -> None:
    """Ask the grid for its rows again when its parameters or one of `also` change."""
    app.clientside_callback(
        ClientsideFunction("tandem", "refreshGrid"),
        Output(id, "className"),
        Input(params_id(id), "data"),
        *also,
        State(id, "id"),
        prevent_initial_call=True,
    )


def block(
    view: View, listing: Listing, params: Mapping[str, str], request: Mapping[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the rows a grid asked for, with how many there are, and the total row.

    Rows are written for the reader. There is no total row where no column has a total; ratios in
    it come from their own parts. `request` comes from the browser: startRow, endRow, sortModel,
    filterModel. Names that are no column of the listing are refused with ValueError.
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


def totals(view: View, listing: Listing, params: Mapping[str, str]) -> dict[str, Any]:
    """Return how many rows a listing has, as `rows`, and its totals and facts, by name.

    They come with the first rows that its grid asks for, so that a title costs nothing besides.
    """
    first = _fetched(view, listing, params, {})[0]
    return {k.removeprefix(_TOTAL): v for k, v in first.items() if k.startswith(_TOTAL)}


def every_row(view: View, listing: Listing, params: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return all rows of a listing, unordered.

    Few of them come with the first rows that its grid asks for, and cost nothing besides.
    """
    found = _fetched(view, listing, params, {})
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
    """Return the listing's statement under the grid's own filters, its order, and its values."""
    statement = listing.statement(view, params)
    bound = dict(statement.parameters)
    request = request or {}
    conditions = [
        _condition(listing.column(name), model, bound)
        for name, model in (request.get("filterModel") or {}).items()
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
        for s in request.get("sortModel") or ()
    ]
    if not keys and listing.sort:
        keys.append(listing.sort)
    # the other columns settle ties, so that no row is met twice while scrolling
    keys = [f"{key} nulls last" for key in keys] + [c.name for c in listing.columns]
    return sql, "order by " + ", ".join(keys), bound


def written(view: View, listing: Listing, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row as the reader sees it; dimension values keep their code in `<name>_code`."""
    cells: dict[str, Any] = {}
    for column in listing.columns:
        value = row.get(column.name)
        if column.dimension:
            cells[f"{column.name}_code"] = value
            named = value or column.named
            cells[column.name] = view.label(column.dimension, value or "") if named else ""
        elif column.raw:
            cells[column.name] = (
                float(value) if column.unit in _NUMBERS and value is not None else value
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


def _condition(column: Column, model: Mapping[str, Any], bound: dict[str, object]) -> str:
    """Return the SQL of one column filter; the values go into `bound`."""
    kind = str(model.get("type"))
    name = column.name
    if kind in _BLANK:
        return _BLANK[kind].format(c=name)
    is_text = column.unit == "text"
    tests = _TEXT_TESTS if is_text else _ORDER_TESTS
    if kind not in tests:
        raise ValueError(f"{kind!r} is no test that a column can be filtered by")
    values = (model.get("filter"), model.get("filterTo"))
    if column.unit == "day":
        values = (model.get("dateFrom"), model.get("dateTo"))
    places = []
    for end, value in zip("vw", values, strict=True):
        place = f"grid_{name}_{end}"
        bound[place] = str(value)[:10] if column.unit == "day" and value else value
        places.append(f"cast(${place} as date)" if column.unit == "day" else f"${place}")
    if is_text:
        bound[f"grid_{name}_v"] = str(values[0] or "")
        name = f"coalesce({name}::varchar, '')"
    return tests[kind].format(c=name, v=places[0], w=places[1])


def _locale() -> dict[str, str]:
    """Return the words of AG Grid that our grids show."""
    return {
        "contains": _("Contains"),
        "notContains": _("Does not contain"),
        "equals": _("Equals"),
        "notEqual": _("Does not equal"),
        "startsWith": _("Begins with"),
        "endsWith": _("Ends with"),
        "blank": _("Is empty"),
        "notBlank": _("Is not empty"),
        "lessThan": _("Less than"),
        "lessThanOrEqual": _("At most"),
        "greaterThan": _("More than"),
        "greaterThanOrEqual": _("At least"),
        "inRange": _("Between"),
        "before": _("Before"),
        "after": _("After"),
        "filterOoo": _("Filter…"),
        "applyFilter": _("Apply"),
        "resetFilter": _("Clear"),
        "loadingOoo": _("Loading…"),
        "noRowsToShow": _("Nothing matches"),
        "inRangeStart": _("from"),
        "inRangeEnd": _("to"),
    }

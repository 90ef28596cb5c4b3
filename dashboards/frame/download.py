"""Downloads: figures, the rows behind them and long tables, as CSV and Excel.

They are addresses, so that a link to a file can be kept: `/download/figure.csv?...`,
`/download/rows.xlsx?...`, `/download/list.csv?list=customers&...`, with the query of the page
and, in `explain` and `params`, what the panel shows. Every file says at its top what it is: the
figure, the as-of day, the filters, and the state of the data it was made from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import flask
from dash import Dash

from dashboards.base.filters import within_words
from dashboards.base.grid import Column, Listing, arranged
from dashboards.base.i18n import _
from dashboards.base.page import Page, listings_of
from dashboards.base.view import Context, Explain, NoRows, View
from dashboards.frame.aged import Aged, aged, workbook
from dashboards.frame.row_columns import row_columns
from dashboards.frame.who import sees_words
from dashboards.frame.written import FORMATS, Download, download_table
from data.core.buckets import DEFAULT, Buckets
from data.core.dimensions import DIMENSIONS
from data.core.errors import EngineError, StoreError, TandemError
from data.core.texts import Text
from metrics.asking.ledger import Statement
from metrics.catalogue import metric
from metrics.printing import about_lines


def explain_from(raw: Mapping[str, Any]) -> Explain:
    """Return the `Explain` that a browser sent back; ValueError where it makes no sense."""
    known = {f.name for f in fields(Explain)}
    unknown = set(raw) - known
    if unknown or "metric" not in raw:
        raise ValueError(f"no figure is described by {sorted(raw)}")
    metric(str(raw["metric"]))
    by = tuple(str(name) for name in raw.get("by") or ("total",))
    for name in by:
        if name not in DIMENSIONS:
            raise ValueError(f"{name!r} is no dimension")
    explain = Explain(
        metric=str(raw["metric"]),
        by=by,
        at={str(k): str(v) for k, v in dict(raw.get("at") or {}).items()},
        which=str(raw.get("which") or ""),
        where={str(k): tuple(map(str, v)) for k, v in dict(raw.get("where") or {}).items()},
        as_of=str(raw.get("as_of") or ""),
        history=min(int(raw.get("history") or 0), 120),
        months=int(raw.get("months") or 12),
        basis=str(raw.get("basis") or "due"),
        buckets=str(Buckets.of_text(str(raw["buckets"]))) if raw.get("buckets") else "",
        since=date.fromisoformat(str(raw["since"])).isoformat() if raw.get("since") else "",
    )
    if explain.which and explain.which not in metric(explain.metric).rows:
        raise ValueError(f"{explain.metric} has no rows called {explain.which!r}")
    return explain


def figure_download(view: View, explain: Explain) -> Download:
    """Return the figure itself: one row for each day and group it shows."""
    asked = metric(explain.metric)
    columns = [
        Column("as_of", "As of", "day"),
        *[
            Column(n, view.options.own.get(n) or DIMENSIONS[n].label, dimension=n)
            for n in explain.by
            if n != "total"
        ],
        *[Column(f.name, f.label, f.unit) for f in asked.fields],
    ]
    statement = view.explained(explain).statement(asked, explain.by)
    return _made(view, asked.name, _(asked.label), head(view, explain), columns, statement)


def within_address(view: View, listing: Listing, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a second grid of a long table asks with: within what the page's own shows."""
    page = listing.narrowing(view.selection.page).models(listing.units)
    filters = {**page["filterModel"], **(request.get("filterModel") or {})}
    order = request.get("sortModel") or page["sortModel"]
    return {**request, "filterModel": filters, "sortModel": order}


def list_download(
    view: View, listing: Listing, params: Mapping[str, str], request: Mapping[str, Any]
) -> Download:
    """Return a long table as its grid shows it: the same rows in the same order."""
    request = within_address(view, listing, request)
    sql, order, bound = arranged(view, listing, params, request)
    words = (listing.narrowed(view), *listing.filters(view, request).values())
    columns = [c for c in listing.columns if not c.screen]
    top = head(view, narrowed=", ".join(filter(None, words)))
    statement = Statement(sql, bound)
    sums = {c.name: c.total for c in columns if c.total}
    return _made(view, listing.name, _(listing.title), top, columns, statement, sums, order)


def _made(
    view: View,
    name: str,
    title: str,
    top: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    statement: Statement,
    sums: Mapping[str, str] | None = None,
    order: str = "",
) -> Download:
    comma = view.f.separators[0] == "," and view.selection.page.get("csv") != "plain"
    label = view.label
    return Download(name, title, top, columns, statement, label, sums or {}, order, comma)


def rows_download(view: View, explain: Explain, request: Mapping[str, Any]) -> Download:
    """Return the rows behind the figure, with their file and line.

    `request`: filters and order of the grid that shows them.
    """
    asked = metric(explain.metric)
    listing = rows_listing(view, explain)
    title = _("{metric}: the rows behind it").format(metric=_(asked.label))
    sql, order, bound = arranged(view, listing, {}, request)
    top = head(view, explain, ", ".join(listing.filters(view, request).values()))
    sums = {c.name: c.total for c in listing.columns if c.total}
    columns, statement = listing.columns, Statement(sql, bound)
    return _made(view, f"{asked.name}-rows", title, top, columns, statement, sums, order)


def rows_listing(view: View, explain: Explain) -> Listing:
    """Return the rows behind a figure as a listing; its columns are those its statement has."""
    statement = rows_statement(view, explain)
    empty = view.state.engine.query(
        f"select * from ({statement.sql}) as behind limit 0", statement.parameters
    )
    columns = row_columns(empty.column_names, view.explained(explain).buckets)
    return Listing("rows", _("Rows"), columns, lambda view, _params: rows_statement(view, explain))


def rows_statement(view: View, explain: Explain) -> Statement:
    """Return the statement of the rows behind one day of a figure."""
    ledger = view.explained(explain)
    return ledger.at(ledger.as_of).rows(metric(explain.metric), explain.which, explain.at)


def head(view: View, explain: Explain | None = None, narrowed: str = "") -> list[tuple[str, str]]:
    """Return the lines at the top of a file: day, filters, currency, state of the data.

    `narrowed`: what narrows the rows besides the filters, in words.
    """
    as_of = view.selection.as_of
    words = [*filter(None, (view.words, narrowed))]
    if explain:
        as_of = date.fromisoformat(explain.as_of) if explain.as_of else as_of
        words += [
            f"{view.dimension(name)}: {view.label(name, value)}"
            for name, values in explain.where.items()
            for value in values
        ]
        words += [
            view.label(name, value) if name in DIMENSIONS else value
            for name, value in explain.at.items()
            if name != "total"
        ]
        if explain.since:
            words.append(_("compared with {day}").format(day=explain.since))
        if metric(explain.metric).soon:
            words.append(within_words(view.ledger.soon, view.f))
        words += [_("by invoice day")] if explain.basis == "issued" else []
        if explain.buckets not in ("", str(DEFAULT)):
            words.append(_("buckets {buckets}").format(buckets=explain.buckets))
    about = view.query("select loaded_at, documents from about")[0]
    state = _("state {number}, loaded {moment} UTC, {count} documents").format(
        number=view.state.number,
        moment=view.f.moment(about["loaded_at"]),
        count=view.f.count(about["documents"]),
    )
    notices = [n.render(_) for n in view.selection.notices]
    if view.relations and view.said:
        left_out = view.relations.left_out(view.said.by(as_of))
        notices += [Text(one.template, view.f.told(one.values)).render(_)
                    for one in about_lines(left_out)]  # fmt: skip
    sees = sees_words(view.scope, view.options)
    return [
        (_("As of"), as_of.isoformat()),
        *([(_("Customers"), sees)] if sees else []),
        *[(_("Note"), text) for text in notices],
        (_("Filters"), ", ".join(words) or _("none")),
        (_("Currency"), view.f.currency),
        (_("Data"), state),
    ]


@dataclass(frozen=True)
class Filed:
    """A file that an address answers with.

    name: with its ending. about: what the audit log says was exported, and under which filters.
    inline: for the browser to show.
    """

    name: str
    content: bytes | str
    content_type: str
    about: str
    inline: bool = False


def filed(
    context: Context, make: Callable[[View], Filed], unknown: type[TandemError] | tuple[()] = ()
) -> flask.Response:
    """Return the file that is made of the view that the address asks for, and log that it was.

    Who asks gets what they may see. Errors of the class `unknown` say that there is no such thing.
    """
    try:
        view = context.view(flask.request.query_string.decode())
        if view is None:
            flask.abort(404)
        made = make(view)
    except NoRows:
        return flask.Response(_("Nothing matches these filters"), 404, mimetype="text/plain")
    except unknown as error:
        return flask.Response(error.render(_), 404, mimetype="text/plain")
    except (StoreError, EngineError) as error:
        return flask.Response(error.render(_), 503, mimetype="text/plain")
    except TandemError as error:
        return flask.Response(error.render(_), 400, mimetype="text/plain")
    context.note("exported", made.about)
    how = "inline" if made.inline else "attachment"
    return flask.Response(
        made.content,
        content_type=made.content_type,
        headers={"Content-Disposition": f'{how}; filename="{made.name}"'},
    )


def connect(app: Dash, context: Context, pages: Sequence[Page]) -> None:
    """Add the address /download/<what>.<format> to the server."""

    @app.server.get("/download/<what>.<format>")
    def download(what: str, format: str) -> flask.Response:
        if format not in FORMATS:
            flask.abort(404)
        asked, listings = flask.request.args, listings_of(pages, context.reader())

        def make(view: View) -> Filed:
            content: bytes | str
            if what == "aged":
                if format != "xlsx":
                    flask.abort(404)
                name, content = "aged", workbook(_aged(view, asked, listings))
            else:
                made = _asked_for(view, what, asked, listings)
                name, content = made.name, download_table(made, view.state.engine, format)
            name = re.sub(r"[^a-z0-9-]+", "-", name.lower())
            file = f"tandem-{name}-{view.selection.as_of.isoformat()}.{format}"
            return Filed(file, content, FORMATS[format], f"{name}.{format} {view.filters}")

        try:
            return filed(context, make)
        except (ValueError, KeyError, TypeError) as error:
            return flask.Response(str(error), status=400, mimetype="text/plain")


def _request(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters and the order of the drawer's grid; {} where those of the address hold."""
    raw = json.loads(asked.get("request") or "{}")
    return {name: raw[name] for name in ("filterModel", "sortModel") if raw.get(name) is not None}


def _listed(
    asked: Mapping[str, str], listings: Mapping[str, Listing]
) -> tuple[Listing, dict[str, str]]:
    """Return the long table that is asked for, and its parameters."""
    if asked["list"] not in listings:
        raise ValueError(f"there is no list {asked['list']!r}")
    params = {str(k): str(v) for k, v in json.loads(asked.get("params") or "{}").items()}
    return listings[asked["list"]], params


def _aged(view: View, asked: Mapping[str, str], listings: Mapping[str, Listing]) -> Aged:
    """Return the aged list: of the customers of the list that is named, or of all."""
    chosen, narrowed = None, ""
    if asked.get("list"):
        listing, params = _listed(asked, listings)
        listing.column("customer")
        sql, order, bound = arranged(view, listing, params, _request(asked))
        chosen = Statement(f"{sql}\n{order}", bound)
        words = (listing.narrowed(view), *listing.filters(view).values())
        narrowed = ", ".join(filter(None, words))
    first, *others = head(view, narrowed=narrowed)
    return aged(view, [(first[0], view.selection.as_of), *others], chosen)


def _asked_for(
    view: View, what: str, asked: Mapping[str, str], listings: Mapping[str, Listing]
) -> Download:
    if what == "list":
        return list_download(view, *_listed(asked, listings), _request(asked))
    explain = explain_from(json.loads(asked.get("explain") or "{}"))
    if what == "figure":
        return figure_download(view, explain)
    if what == "rows":
        return rows_download(view, explain, _request(asked))
    raise ValueError(f"there is nothing called {what!r} to download")

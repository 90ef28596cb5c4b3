"""The pictures of the page of one customer: lives of invoices, payment curve, terms taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.i18n import _, n_
from dashboards.base.links import search_with, stay
from dashboards.base.panel import Content
from dashboards.base.view import Explain, NoRows, View
from dashboards.base.words import CLOSERS, KINDS, METHODS
from dashboards.charts.curves import Curve, Line, curve_names, curves_figure, lines_figure
from dashboards.charts.figures import ACCENT, ACTUAL, PREVIOUS, graph
from dashboards.customer.facts import agreed, ledger_of, listed, master, where
from dashboards.customer.lives import MOST_INVOICES, key, lives_figure, lives_of, span_of
from data.core.dimensions import SECTOR_LEVELS
from metrics.asking.ledger import Ledger, month_start
from metrics.lists.customers import account, lives

MONTHS = (12, 24, 36)


def months_of(page_keys: Mapping[str, str]) -> int:
    """Return how many months of lives the URL asks for; 12 by default."""
    asked = page_keys.get("months", "")
    return int(asked) if asked in {str(n) for n in MONTHS} else MONTHS[0]


def answered(view: View, name: str, ledger: Ledger) -> list[dict[str, Any]]:
    """Return the rows of a metric, none where there are none."""
    try:
        rows: list[dict[str, Any]] = view.answer(name, ledger).to_pylist()
    except NoRows:
        return []
    return rows


def lives_content(view: View) -> Content:
    """Return the life of each invoice of the months asked for, and the open document below it."""
    count = months_of(view.selection.page)
    ledger = ledger_of(view, months=count)
    statement = lives(ledger)
    every = lives_of(view.query(statement.sql, statement.parameters))
    if not every:
        raise NoRows
    shown = every[:MOST_INVOICES]
    first = month_start(ledger.as_of, count - 1)
    chosen = view.selection.page.get("document", "")
    body: list[Component] = [
        key(view.buckets),
        lives_figure(
            shown,
            span_of(first, ledger.as_of, shown),
            view.f,
            lambda number: search_with(view, document=None if number == chosen else number),
            view.buckets,
            chosen,
        ),
    ]
    if len(every) > len(shown):
        text = _("The latest {shown} of {count} invoices are drawn.")
        body.append(html.P(text.format(shown=len(shown), count=len(every)), className="aside"))
    if chosen:
        body.append(document_rows(view, chosen))
    late = sum(
        1
        for life in every
        if any((s["closed_on"] or ledger.as_of) > s["due_on"] for s in life.slices)
    )
    title = n_(
        "{late} of {count} invoice was or is late",
        "{late} of {count} invoices were or are late",
        len(every),
    )
    return Content(
        title.format(late=view.f.count(late), count=view.f.count(len(every))),
        _("The life of each invoice, from issue to the day it closed, {count} months").format(
            count=count
        ),
        body,
        Explain("payment_speed", where=where(view), months=count),
    )


def document_rows(view: View, number: str) -> Component:
    """Return the slices of a document, what closed each and where both came from."""
    statement = account(ledger_of(view), document=number)
    rows = view.query(
        f"{statement.sql}\norder by ledger, due_on, closed_on nulls last, amount",
        statement.parameters,
    )
    close = stay(_("Close"), search_with(view, document=None), className="button quiet")
    head = html.Div([html.H3(number), close], className="document-head")
    if not rows:
        text = _("No document of this customer has this number up to this day.")
        return html.Div([head, html.P(text)], className="document", id="customer-document")
    names = (_("Kind"), _("Issued"), _("Due"), _("Closed"), _("Amount"), _("What happened"),
             _("Match"), _("File and line"), _("Closed by, file and line"))  # fmt: skip
    f = view.f
    lines = [
        html.Tr(
            [
                html.Td(_(KINDS.get(r["kind"], r["kind"]))),
                html.Td(f.day(r["opened_on"])),
                html.Td(f.day(r["due_on"]) + (f" ({_('assumed')})" if r["due_assumed"] else "")),
                html.Td(f.day(r["closed_on"])),
                html.Td(f.exact(r["amount"]), className="n"),
                html.Td(_happened(r, view)),
                html.Td(_(METHODS.get(r["method"], r["method"])) if r["method"] else "–"),
                html.Td(_origin(r["file"], r["line"])),
                html.Td(
                    " · ".join(
                        filter(
                            None,
                            (r["closing_document"],
                             r["closing_file"] and _origin(r["closing_file"], r["closing_line"])),
                        )
                    )
                    or "–"
                ),
            ]
        )
        for r in rows
    ]  # fmt: skip
    table = html.Table(
        [
            html.Thead(
                html.Tr([html.Th(n, className="n" if n == _("Amount") else "") for n in names])
            ),
            html.Tbody(lines),
        ],
        className="figures",
    )
    body = html.Div(table, className="table-scroll")
    return html.Div([head, body], className="document", id="customer-document")


def _happened(r: Mapping[str, Any], view: View) -> str:
    if r["amount"] < 0:
        return _("unapplied") if r["closed_on"] is None else _("applied")
    late = r["days_late"]
    if r["closed_on"] is None:
        text = _("open, {days} days overdue") if late > 0 else _("open, not due yet")
    else:
        text = _("{what}, {days} days late") if late > 0 else _("{what}, on time")
    what = _(CLOSERS.get(r["closed_by"], r["closed_by"])) if r["closed_by"] else ""
    return text.format(days=view.f.count(late), what=what)


def _origin(file: str | None, line: int | None) -> str:
    if not file:
        return _("derived while loading")
    return _("{file}, line {line}").format(file=file, line=line)


def curve_content(view: View) -> Content:
    """Return the customer's payment curve against its sector's."""
    known = master(view) or {}
    mine = answered(view, "payment_curve", ledger_of(view))
    if not mine:
        raise NoRows
    name = str(known["customer_name"])
    curves = [Curve(name, mine)]
    level = next((n for n in SECTOR_LEVELS[1:] if known[n]), "")
    if level:
        sector = Ledger(view.ledger.as_of, {level: (known[level],)})
        label = view.label(level, known[level])
        curves.append(Curve(label, answered(view, "payment_curve", sector), PREVIOUS))
    body: list[Component] = [
        curve_names(curves),
        graph(curves_figure(curves, view.f, agreed(view)["agreed_terms_days"]), height=280),
    ]
    paid = listed(view)["paid_items"]
    if paid < view.enough:
        text = n_(
            "Only {count} payment in 12 months: the band is wide, and the median is not used.",
            "Only {count} payments in 12 months: the band is wide, and the median is not used.",
            paid,
        )
        body.append(html.P(text.format(count=paid), className="aside"))
    return Content(
        _compared(curves),
        _("Share of invoices paid in full, with 95 % bands, invoices of 12 months"),
        body,
        Explain("payment_curve", where=where(view)),
    )


def _compared(curves: list[Curve]) -> str:
    medians = [c.median for c in curves]
    if len(medians) < 2 or medians[0] is None or medians[1] is None:
        return _("How fast it pays")
    days = medians[0] - medians[1]
    if not days:
        return _("It pays as fast as its sector")
    text = (
        n_("It pays {days} day later than its sector",
           "It pays {days} days later than its sector", days)
        if days > 0
        else n_("It pays {days} day earlier than its sector",
                "It pays {days} days earlier than its sector", -days)
    )  # fmt: skip
    return text.format(days=abs(days))


def terms_content(view: View) -> Content:
    """Return the history of terms: taken, invoiced and agreed."""
    explain = Explain("terms", where=where(view), history=36, months=3)
    ledger = ledger_of(view, history=36, months=3)
    rows = {r["as_of"]: r for r in answered(view, "terms", ledger)}
    if not any(r["taken"] is not None for r in rows.values()):
        raise NoRows
    days = list(ledger.days)
    first = next(n for n, day in enumerate(days) if day in rows)
    days = days[first:]

    def values(name: str) -> list[float | None]:
        return [rows.get(day, {}).get(name) for day in days]

    given = agreed(view)["agreed_terms_days"]
    lines = [
        Line(_("taken"), values("taken"), ACTUAL),
        Line(_("invoiced"), values("invoiced"), PREVIOUS),
    ]
    if given is not None:
        lines.append(Line(_("agreed"), [float(given)] * len(days), ACCENT, "dot", 1.5))
    drawn = lines_figure(days, lines, view.f)
    return Content(
        _terms_title(view, values("taken"), given),
        _("Days from issue, weighted by amount, payments and invoices of 3 months"),
        graph(drawn, height=300),
        replace(explain, history=len(days)),
        as_of=_("{count} month-ends to {day}").format(
            count=len(days), day=view.f.day(view.ledger.as_of)
        ),
    )


def _terms_title(view: View, taken: list[float | None], given: int | None) -> str:
    last = next((v for v in reversed(taken) if v is not None), None)
    if last is None or given is None:
        return _("Terms taken, invoiced and agreed")
    text = _("It takes {taken} days where {agreed} are agreed")
    return text.format(taken=view.f.days(last, 0), agreed=given)

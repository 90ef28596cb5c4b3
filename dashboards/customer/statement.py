"""The customer's statement of account on its page: what it comes to, and its files."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboards.base.i18n import _, n_
from dashboards.base.links import switch
from dashboards.base.panel import Content
from dashboards.base.parts import message
from dashboards.base.view import Explain, NoRows, View
from dashboards.base.words import told
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.customer.facts import master, number_of, where
from dashboards.letters.statement import FROM, Account, StatementError, account_of, first_of
from data.core.texts import N_
from data.workspace.subjects.work import LANGUAGES
from metrics.asking.ledger import month_start
from metrics.statement import ZERO, Section

_MOVED = {
    "invoiced": N_("Invoiced"),
    "credited": N_("Credited"),
    "received": N_("Received"),
    "returned": N_("Returned and refunded"),
    "written_off": N_("Written off"),
    "adjusted": N_("Adjusted and carried forward"),
}


def period(view: View) -> Component:
    """Return the choice of the first day; the last is the day looked at."""
    last, shown = view.selection.as_of, view.selection.page.get(FROM, "")
    every = max(min(view.options.first_day, last), date(1900, 1, 2))
    choices = {
        month_start(last, 11).isoformat(): _("12 months"),
        month_start(last, 2).isoformat(): _("3 months"),
        date(last.year, 1, 1).isoformat(): _("This year"),
        every.isoformat(): _("Everything"),
    }
    if shown and shown not in choices:
        try:
            choices[shown] = view.f.day(first_of(view))
        except StatementError:
            choices.pop(shown, None)
    return switch(view, FROM, choices, _("Period of the statement"))


def statement_content(view: View) -> Content:
    """Return what the statement of account comes to in each currency, and the ways to its files.

    Raises NoRows where the customer is not known, or the filters leave nothing of it.
    """
    theirs = where(view)
    try:
        first = first_of(view)
    except StatementError as error:
        text = error.render(_)
        return Content(_("Statement of account"), "", message(text, kind="empty"))
    try:
        account = account_of(view, number_of(view))
    except StatementError as error:
        if master(view) is None:
            raise NoRows from error
        return Content(_("Statement of account"), "", message(told(error.reason, view.f),
                                                              kind="empty"))  # fmt: skip
    f = view.f
    said = ", ".join(f"{f.number(one.closing, 2)} {one.currency}" for one in account.sections)
    measure = _(
        "From {first}, in the currency of the documents; to send in {language}, the customer’s "
        "language. It ties to what is open"
    )
    return Content(
        _("Statement of account: {balance} at the end").format(balance=said),
        measure.format(first=f.day(first), language=_(LANGUAGES[account.language])),
        [_table(view, account), _files(view, first)],
        Explain("movements", where=theirs, since=(first - timedelta(1)).isoformat()),
    )


def _table(view: View, account: Account) -> Component:
    f = view.f
    head = [("", False), *((one.currency, True) for one in account.sections)]

    def line(name: str, values: list[Decimal], *, strong: bool = False) -> list[Cell]:
        cells = [f.number(value, 2) for value in values]
        return [html.B(name), *map(html.B, cells)] if strong else [name, *cells]

    sections = account.sections
    rows = [line(_("Opening balance"), [one.opening for one in sections], strong=True)]
    for name, label in _MOVED.items():
        values = [one.moved.get(name, ZERO) for one in sections]
        if any(values):
            rows.append(line(_(label), values))
    exchange = [one.moved.get("exchange", ZERO) for one in sections]
    if any(exchange):
        rows.append(line(_("Exchange differences"), exchange))
    rows.append(line(_("Closing balance"), [one.closing for one in sections], strong=True))
    rows.append(line(_("of it overdue"), [one.overdue for one in sections]))
    rows.append(line(_("Asked for now"), [one.to_pay for one in sections]))
    count = sum(_count(one) for one in sections)
    words = n_("{count} document", "{count} documents", count).format(count=f.count(count))
    return html.Div([plain_table(head, rows), html.P(words, className="aside")])


def _count(section: Section) -> int:
    return len(section.postings)


def _files(view: View, first: date) -> Component:
    keys = {"customer": number_of(view), FROM: first.isoformat()}
    return html.Div(
        [
            html.A(_("Print the statement"), href=view.link("/statement.html", **keys),
                   target="_blank", className="button"),
            html.A(_("Excel"), href=view.link("/statement.xlsx", **keys), className="button"),
        ],
        className="statement-files",
    )  # fmt: skip

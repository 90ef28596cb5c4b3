"""What was reported and what it is now: month-end by month-end, and the documents that did it.

The URL holds the month-end looked at (`month`: `2026-09`; else the latest that changed) and the
figure (`figure`: one of `restatements.MONEY`; else receivables).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash
from dash.development.base_component import Component

from dashboards.base.format import Number
from dashboards.base.grid import CARD, SPARE, Column, Listing, connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import search_with, stay
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback
from dashboards.base.parts import message, page, panel, row
from dashboards.base.view import Context, View
from dashboards.base.words import KINDS
from dashboards.charts.restated import documents_of, moved_words, restated_of
from dashboards.charts.tables import table
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.review.restatements import DAYS, FIGURES, MONEY, NOTHING, REASONS, Restated

_LIST = "restatements-list-panel"
_FIRST = "receivables"


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "restatements",
        _("What was reported"),
        row(
            panel("restatements-months", height=380),
            panel("restatements-figures", height=380),
        ),
        panel(
            "restatements-list",
            static=grid("restatements-grid", RESTATED, height=420, later=True, page=query),
            below=True,
        ),
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the two tables and the list."""
    headline_callback(app, context, "restatements")(headline)
    panel_callback(app, context, "restatements-months")(months_content)
    panel_callback(app, context, "restatements-figures")(figures_content)
    panel_callback(app, context, "restatements-list", below=True)(listed)
    connect_grid(app, context, "restatements-grid", RESTATED, below=True)


def figure_of(view: View, params: Mapping[str, str] | None = None) -> str:
    """Return the figure looked at, by `params` or the URL: of MONEY."""
    asked = (params or {}).get("figure") or view.selection.page.get("figure", _FIRST)
    return asked if asked in MONEY else _FIRST


def month_of(view: View) -> Restated | None:
    """Return the month-end looked at: the URL's, else the latest that changed, or the latest."""
    months, asked = restated_of(view), view.selection.page.get("month", "")
    for one in months:
        if f"{one.month.month_end:%Y-%m}" == asked:
            return one
    changed = [one for one in months if one.changed]
    return next(iter((*changed, *months)), None)


def headline(view: View) -> str:
    """Say how many of the month-ends that were reported are not what they were."""
    months, f = restated_of(view), view.f
    if not months:
        return _("What month-ends were reported as is not kept yet.")
    since = f.day(min(one.month.reported_at for one in months).date())
    compared = [one for one in months if one.comparable]
    changed = [one for one in compared if one.changed]
    if len(compared) < len(months):
        text = n_(
            "Of {months} month-ends kept since {since}, {count} cannot be compared: it was "
            "reported in another currency, or defined otherwise.",
            "Of {months} month-ends kept since {since}, {count} cannot be compared: they were "
            "reported in another currency, or defined otherwise.",
            len(months) - len(compared),
        )  # fmt: skip
        count = len(months) - len(compared)
    elif changed:
        text = n_(
            "Of {months} month-ends kept since {since}, {count} is not what was reported.",
            "Of {months} month-ends kept since {since}, {count} are not what was reported.",
            len(changed),
        )  # fmt: skip
        count = len(changed)
    else:
        text = n_(
            "The {months} month-end kept since {since} is as it was reported, compared document "
            "by document.",
            "All {months} month-ends kept since {since} are as they were reported, compared "
            "document by document.",
            len(months),
        )  # fmt: skip
        count = 0
    return text.format(months=f.count(len(months)), since=since, count=f.count(count))


def _nothing(title: str) -> Content:
    text = _(
        "A month-end is kept when a load is the first to publish data that reach beyond it. The "
        "next load does so; what was reported before cannot be known."
    )
    return Content(title, "", message(text, kind="empty"))


def _cells(view: View, one: Restated, name: str) -> list[Any]:
    f, days = view.f, name in DAYS

    def cell(value: Number | None) -> str:
        return f.days(value) if days else f.number(value, 2)

    change = one.change(name)
    moved = _signed(view, change, days) if change else "" if one.comparable else _("not compared")
    return [cell(one.then[name]), cell(one.current[name]), moved]


def _signed(view: View, change: Number, days: bool = False) -> str:
    if days:
        return view.f.delta(change, "days")
    size = change if change > 0 else -change
    return ("+" if change > 0 else "−") + view.f.number(size, 2)


def months_content(view: View) -> Content:
    """Return each month-end with the figure as it was reported and as it is now."""
    months, name, f = restated_of(view), figure_of(view), view.f
    if not months:
        return _nothing(_("No month-end is kept yet"))
    shown = month_of(view)
    lines = []
    for one in months:
        day = one.month.month_end
        here = {"className": "active", "aria-current": "true"} if one is shown else {}
        link = stay(f.day(day), search_with(view, month=f"{day:%Y-%m}"), then=_LIST, **here)
        lines.append(
            [link, *_cells(view, one, name), f.count(len(one.changed)) if one.changed else ""]
        )
    changed = sum(bool(one.change(name)) for one in months)
    text = n_(
        "{figure}: {count} month-end changed since it was reported",
        "{figure}: {count} month-ends changed since they were reported", changed,
    )  # fmt: skip
    heads = [_("Month-end"), _("Reported"), _("Now"), _("Change"), _("Figures changed")]
    return Content(
        text.format(figure=_(MONEY[name]), count=f.count(changed)),
        _("At the month-end, {currency}").format(currency=f.currency),
        table(heads, lines, wide=(2, 4)),
        RESTATED.ref(view),
    )


def figures_content(view: View) -> Content:
    """Return all figures of the month-end looked at."""
    one, f = month_of(view), view.f
    if one is None:
        return _nothing(_("No figures are kept yet"))
    lines = []
    for name, label in FIGURES.items():
        words: Any = _(label)
        if name in MONEY:
            here = (
                {"className": "active", "aria-current": "true"} if name == figure_of(view) else {}
            )
            month = f"{one.month.month_end:%Y-%m}"
            to = search_with(view, month=month, figure=None if name == _FIRST else name)
            words = stay(words, to, then=_LIST, **here)
        lines.append([words, *_cells(view, one, name)])
    day = f.day(one.month.month_end)
    if not one.comparable:
        title = _("{day} was reported in {currency}, or defined otherwise").format(
            day=day, currency=one.month.currency
        )
    elif one.changed:
        words = moved_words(view, one.changed[0], one.change(one.changed[0]) or 0)
        title = _("{day}: {change}").format(day=day, change=words)
    else:
        title = _("{day} is as it was reported").format(day=day)
    return Content(
        title,
        _("As reported on {day}, and now, {currency} and days").format(
            day=f.day(one.month.reported_at.date()), currency=f.currency
        ),
        table([_("Figure"), _("Reported"), _("Now"), _("Change")], lines, wide=(2,)),
        RESTATED.ref(view),
    )


def _statement(view: View, params: Mapping[str, str]) -> Statement:
    one = month_of(view)
    found = NOTHING
    if one is not None and one.comparable:
        found = documents_of(view, one.month, figure_of(view, params))
    return Statement("select * from restated", {"restated": found})


def _narrowed(view: View) -> str:
    one, f = month_of(view), view.f
    if one is None:
        return ""
    return _("{figure} of {day}, as reported on {reported} and now").format(
        figure=_(MONEY[figure_of(view)]),
        day=f.day(one.month.month_end),
        reported=f.day(one.month.reported_at.date()),
    )


def _money(name: str, label: str) -> Column:
    return Column(name, label, "money", 130, total=f"sum({name})", options=CARD)


RESTATED = Listing(
    "restatements",
    N_("What changed since it was reported"),
    (
        Column(
            "customer_name", N_("Customer"), width=220,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("document_id", N_("Document"), width=130, options=CARD),
        Column("kind", N_("Kind"), width=120, words=KINDS),
        Column("reason", N_("Why"), width=170, words=REASONS, options=CARD),
        _money("reported", N_("Reported")),
        _money("now", N_("Now")),
        _money("difference", N_("Difference")),
        Column("issued_on", N_("Day"), "day"),
        Column("due_on", N_("Due"), "day"),
        Column("customer", N_("Number"), width=90),
        Column("file", N_("File"), width=180, options=SPARE),
        Column("line", N_("Line"), "count", 90, options=SPARE),
    ),
    statement=_statement,
    sort="difference desc",
    narrowed=_narrowed,
    grouped=True,
)  # fmt: skip


def listed(view: View) -> Content:
    """Return what the list is about."""
    one, f = month_of(view), view.f
    if one is None:
        return _nothing(_("No documents to compare yet"))
    found, name = totals(view, RESTATED, {}), figure_of(view)
    count, day = found["rows"], f.day(one.month.month_end)
    if not count:
        text = _("{figure} of {day}: no document changed") if one.comparable else _(
            "{figure} of {day}: not compared"
        )  # fmt: skip
        title = text.format(figure=_(MONEY[name]), day=day)
    else:
        text = n_(
            "{figure} of {day}: {count} document made a difference of {amount}",
            "{figure} of {day}: {count} documents made a difference of {amount}", count,
        )  # fmt: skip
        amount = _signed(view, found["difference"]) if found["difference"] else f.number(0, 2)
        title = text.format(figure=_(MONEY[name]), day=day, count=f.count(count), amount=amount)
    return Content(
        title,
        _("by document, as reported on {day} and now, {currency}").format(
            day=f.day(one.month.reported_at.date()), currency=f.currency
        ),
        explain=RESTATED.ref(view),
    )


PAGE = Page(
    "/restatements", N_("What was reported"), 16, layout, connect, listings=(RESTATED,)
)  # fmt: skip

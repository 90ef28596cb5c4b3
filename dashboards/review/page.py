"""The monthly review: what changed, why, what happens next, and what waits for a decision.

It is of the month of the day looked at. The URL may split its roll-forward (`by`).
"""

from __future__ import annotations

from typing import Any

from dash import Dash, dcc, html
from dash.development.base_component import Component

from dashboards.base.format import Number
from dashboards.base.i18n import _, n_
from dashboards.base.links import connect_dimension, dimension_choice, dimension_of
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import change, message, page, panel, row
from dashboards.base.view import Context, Explain, View
from dashboards.charts.bridge import HEIGHT, STEPS, bridge_of, sentence, waterfall
from dashboards.charts.fan import HEIGHT as FAN_HEIGHT
from dashboards.charts.fan import fan_figure
from dashboards.charts.figures import graph
from dashboards.charts.forecast import made_of
from dashboards.charts.tables import Cell, table
from dashboards.frame.deals import called, kept_of
from dashboards.review import door
from dashboards.review.month import (
    GROUPS,
    MEASURES,
    Row,
    began,
    few_of,
    month_of,
    moves_of,
    waiting,
    why_of,
)
from dashboards.review.words import (
    ahead_title,
    asks_title,
    balance_title,
    few_title,
    months_measure,
    moves_title,
    next_words,
    paragraph,
    worth_title,
)
from data.core.texts import N_
from metrics.asking.ledger import same_day
from metrics.decide.deal.kept import Kept
from metrics.figures.concentration import ASPECTS
from metrics.review.forecast.forecast import ISSUED, TOTAL
from metrics.review.movements import CAUSES, MOVEMENTS

_GROUPS = 12
_ASPECT = "aspect"
_MOVES = ("opening", *CAUSES, "closing")


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "review",
        _("Monthly review"),
        html.Div(id="review-words", className="review-words"),
        html.Div(id="review-next", className="review-words"),
        html.Div(id="review-take", className="review-take"),
        panel("review-figures", height=250),
        row(panel("review-bridge", height=HEIGHT), panel("review-worth", height=HEIGHT)),
        panel("review-moves", height=300, controls=[html.Div(id="review-by-box")], below=True),
        panel("review-ahead", height=FAN_HEIGHT, below=True),
        panel("review-few", height=200, below=True),
        panel("review-asks", height=140, menu=False, below=True),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the paragraph, the panels and the files."""
    door.connect(app, context)

    @headline_callback(app, context, "review")
    def headline(view: View) -> str:
        return view.f.month_name(month_of(view).day) + " " + str(month_of(view).day.year)

    @part_callback(app, context, "review-words")
    def words(view: View) -> Component:
        return html.P(paragraph(view))

    @part_callback(app, context, "review-next")
    def coming(view: View) -> Component:
        return html.P(next_words(view))

    @part_callback(app, context, "review-take")
    def take(view: View) -> list[Component]:
        return door.buttons(view)

    @panel_callback(app, context, "review-figures")
    def figures(view: View) -> Content:
        return figures_content(view)

    @panel_callback(app, context, "review-bridge")
    def why(view: View) -> Content:
        return bridge_content(view)

    @panel_callback(app, context, "review-worth")
    def worth(view: View) -> Content:
        return worth_content(view)

    @part_callback(app, context, "review-by-box", below=True)
    def by(view: View) -> Component:
        return dimension_choice("review-by", view)

    connect_dimension(app, "review-by")

    @panel_callback(app, context, "review-moves", below=True)
    def moves(view: View) -> Content:
        return moves_content(view)

    @panel_callback(app, context, "review-ahead", below=True)
    def ahead(view: View) -> Content:
        return ahead_content(view)

    @panel_callback(app, context, "review-few", below=True)
    def few(view: View) -> Content:
        return few_content(view)

    @panel_callback(app, context, "review-asks", below=True)
    def asks(view: View) -> Content:
        return asks_content(view)


def figures_content(view: View) -> Content:
    """Return the figures of the month beside the month before, the year before and the target."""
    month, f = month_of(view), view.f
    lines = []
    for name, (label, unit, worse) in MEASURES.items():

        def cell(value: Number | None, unit: str = unit) -> Cell:
            exact = f.exact(value) if unit == "money" else f.value(value, unit)
            return Cell(f.short(value, unit), exact)

        target = month.targets.get(name)
        lines.append([
            _(label),
            cell(month.now[name]),
            cell(month.before[name]),
            change(month.change(name, 1), unit, f, since="", more_is_worse=worse),
            cell(month.ago[name]),
            change(month.change(name, 12), unit, f, since="", more_is_worse=worse),
            cell(target) if target is not None else "",
        ])  # fmt: skip
    heads = ["", _("This month"), _("A month before"), _("Change"), _("A year before"),
             _("Change"), _("Target")]  # fmt: skip
    return Content(
        balance_title(month, f),
        months_measure(month, f),
        table(heads, lines, wide=(2, 4, 5, 6)),
        Explain("movements", since=began(month.day).isoformat()),
    )


def bridge_content(view: View) -> Content:
    """Return why DSO moved since a month before."""
    f, day = view.f, view.selection.as_of
    bridge = bridge_of(view, GROUPS, 1)
    drawn = waterfall(bridge.total, f, f.day(same_day(day, 1)), f.day(day))
    span = _("{first} to {last}").format(first=f.day(same_day(day, 1)), last=f.day(day))
    return Content(
        sentence(bridge.total, 1, f),
        _("DSO over 3 months, days"),
        graph(drawn, id="review-bridge-graph", height=HEIGHT),
        bridge.explain(bridge.by),
        span,
    )


def worth_content(view: View) -> Content:
    """Return what each step of the bridge is worth: money that waits, and its interest a year."""
    f, why = view.f, why_of(view)
    bridge, whole = why.bridge, why.whole
    lines: list[list[Any]] = []
    for name, found in why.worth.items():
        link = dcc.Link(_(STEPS[name][0]), href=view.link("/dso", back="1", step=name))
        lines.append([link, f.delta(bridge.total[name], "days"), Cell(f.delta(found.cash, "money"),
                      f.exact(found.cash)), Cell(f.delta(found.interest, "money"),
                      f.exact(found.interest))])  # fmt: skip
    total: list[Any] = []
    if whole is not None:
        total = [_("Change of DSO"), f.delta(bridge.total["change"], "days"),
                 Cell(f.delta(whole.cash, "money"), f.exact(whole.cash)),
                 Cell(f.delta(whole.interest, "money"), f.exact(whole.interest))]  # fmt: skip
    measure = _(
        "Days times the sales of a day, {currency}; interest a year at the own cost of money, "
        "{percent} %"
    ).format(currency=f.currency, percent=f.number(month_of(view).percent, 1))
    heads = [_("Step"), _("DSO, days"), _("Money"), _("Interest a year")]
    return Content(
        worth_title(why, f), measure, table(heads, lines, total), bridge.explain(bridge.by)
    )


def moves_content(view: View) -> Content:
    """Return the roll-forward of the month, whole and by a dimension."""
    f, by, day = view.f, dimension_of(view), view.selection.as_of
    moves = moves_of(view, by)
    whole, groups, since = moves.whole, moves.groups, moves.since
    labels = {field.name: field.label for field in MOVEMENTS.fields}
    scale, unit = f.scale([whole["opening"], whole["closing"]])
    shown = [
        name
        for name in _MOVES
        if name in ("opening", "closing")
        or any(f.scaled_delta(line[name], scale) != "±0" for line in (whole, *groups))
    ]

    def cells(line: Row) -> list[Any]:
        return [
            Cell((f.scaled if n in ("opening", "closing") else f.scaled_delta)(line[n], scale),
                 f.exact(line[n]))
            for n in shown
        ]  # fmt: skip

    lines = [[view.short(by, line[by]), *cells(line)] for line in groups[:_GROUPS]]
    rest = len(groups) - len(lines)
    measure = _("Roll-forward of receivables by {dimension}, {unit}").format(
        dimension=view.dimension(by), unit=unit
    )
    if rest > 0:
        more = n_("{count} more in the file", "{count} more in the file", rest)
        measure = f"{measure}; {more.format(count=f.count(rest))}"
    return Content(
        moves_title(moves, f),
        measure,
        table(
            [view.dimension(by), f.day(since), *(_(labels[n]) for n in shown[1:-1]), f.day(day)],
            lines,
            [_("Total"), *cells(whole)],
        ),
        Explain("movements", by=(by,), since=since.isoformat()),
        as_of=_("{first} to {last}").format(first=f.day(since), last=f.day(day)),
    )  # fmt: skip


def ahead_content(view: View) -> Content:
    """Return what is expected to come in, beside what was expected a quarter ago."""
    made, f = made_of(view), view.f
    weeks = made.plain.of(TOTAL)
    drawn = fan_figure(made.came, made.before, made.plain.of(ISSUED), weeks, (), f)
    return Content(
        ahead_title(made, f),
        _("Receipts a week, {currency}").format(currency=f.currency),
        [
            graph(drawn, id="review-ahead-graph", height=FAN_HEIGHT),
            dcc.Link(_("Forecast"), href=view.link("/forecast"), className="more"),
        ],
        Explain("movements", since=began(view.selection.as_of).isoformat()),
    )


def few_content(view: View) -> Content:
    """Return how much of what is owed hangs on few, and what of it nobody insures."""
    f, few = view.f, few_of(view)
    lines = [
        [
            _(ASPECTS[line[_ASPECT]]),
            view.short(line[_ASPECT], line["largest"]),
            f.share(line["largest_share"]),
            f.share(line["top_5_share"]),
            f.count(line["herfindahl"]),
        ]
        for line in few.rows
    ]
    heads = ["", _("The largest"), _("Share of the largest"), _("Share of the five largest"),
             _("Herfindahl index")]  # fmt: skip
    body: list[Component] = [table(heads, lines, texts=2, wide=(3,))]
    if few.uninsured is not None:
        text = _("Uninsured: {share} of the exposure").format(share=f.share(few.uninsured))
        body.append(html.P(dcc.Link(text, href=view.link("/memory"))))
    return Content(
        few_title(few, f),
        _("Shares of what is owed; Herfindahl index: 10,000 where one owes all"),
        body,
        Explain("concentration"),
    )


def asks_content(view: View) -> Content:
    """Return the decisions that wait, the largest first, each a link."""
    found, f = waiting(view), view.f
    if not found:
        return Content(_("What waits for a decision"), "",
                       message(_("Nothing waits for a decision."), kind="empty"))  # fmt: skip
    lines = []
    for one in found:
        kept: Kept = kept_of(one)
        link = dcc.Link(called(view, one), href=view.link("/deal", decision=one.line.id))
        lines.append([link, f.day(one.line.said_on), one.line.who,
                      f.exact(kept.desk.answer.deal.amount)])  # fmt: skip
    return Content(
        asks_title(found, f),
        _("What is asked of those who decide, amounts in {currency}").format(currency=f.currency),
        table([_("Customer"), _("Asked on"), _("Who"), _("Amount")], lines, texts=3),
    )


PAGE = Page("/review", N_("Monthly review"), 12, layout, connect)

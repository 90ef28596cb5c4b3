"""Expected loss: the allowance by the provision matrix, the roll rates behind it, its movement.

The URL holds by whose segments the matrix is made, `matrix` (total, or a dimension), by what the
allowance is split, `by`, and with which earlier day it is compared, `back` (1 or 12 months).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dash import Dash, Input, html
from dash.development.base_component import Component

from dashboards.base.filters import MATRICES
from dashboards.base.format import Format
from dashboards.base.i18n import _, n_
from dashboards.base.links import connect_dimension, dimension_choice, dimension_of, switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import message, page, panel, row
from dashboards.base.view import Context, Explain, NotEnough, View
from dashboards.charts.buckets import labels
from dashboards.charts.figures import COLOURS, FILL, Figure, figure, graph
from dashboards.charts.tables import Bar, Cell, bar_list, table
from dashboards.expected_loss import overlays
from data.core.texts import N_, Text
from metrics.asking.ledger import Ledger, same_day
from metrics.review.loss.allowance import CAUSES
from metrics.review.loss.expected_loss import Expected, together

HEIGHT = 300
MOST = 15
"""So many groups are shown, those with the largest allowance."""
FATES = {
    "paid": (N_("Paid"), COLOURS["better"]),
    "stayed": (N_("Still there"), FILL),
    "rolled": (N_("Rolled on"), COLOURS["late-2"]),
    "written_off": (N_("Written off"), COLOURS["late-6"]),
}
"""What became of a bucket a month later: column -> its name and colour."""
NO_HISTORY = N_("no loss history")
_NEEDS = N_(
    "There is no loss history: nothing that was followed was ever written off, or fewer than "
    "{months} months are known ({known} are). Write-offs are needed as documents of their own, "
    "matched to their invoices; until then an overlay can be signed."
)


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "loss",
        _("Expected loss"),
        row(
            panel("loss-matrix", height=HEIGHT, controls=[html.Div(id="loss-matrix-of")]),
            panel("loss-fates", height=HEIGHT),
            weights=(3, 2),
        ),
        panel("loss-rolls", height=210),
        panel("loss-groups", height=260, controls=[html.Div(id="loss-by-box")], below=True),
        panel("loss-moved", height=260, controls=[html.Div(id="loss-back")], below=True),
        overlays.layout(),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the panels and the overlays."""

    @headline_callback(app, context, "loss")
    def headline(view: View) -> str:
        return headline_words(view)

    @part_callback(app, context, "loss-matrix-of")
    def of(view: View) -> Component:
        return matrix_choice(view)

    @panel_callback(app, context, "loss-matrix", Input(overlays.SAID, "data"))
    def matrix(view: View, _said: int | None) -> Content:
        return matrix_content(view)

    @panel_callback(app, context, "loss-rolls")
    def rolls(view: View) -> Content:
        return rolls_content(view)

    @panel_callback(app, context, "loss-fates")
    def fates(view: View) -> Content:
        return fates_content(view)

    @part_callback(app, context, "loss-by-box", below=True)
    def by(view: View) -> Component:
        return dimension_choice("loss-by", view)

    connect_dimension(app, "loss-by")

    @panel_callback(app, context, "loss-groups", Input(overlays.SAID, "data"), below=True)
    def groups(view: View, _said: int | None) -> Content:
        return groups_content(view)

    @part_callback(app, context, "loss-back", below=True)
    def back(view: View) -> Component:
        choices = {"1": _("a month before"), "12": _("a year before")}
        return switch(view, "back", choices, _("Compared with"))

    @panel_callback(app, context, "loss-moved", Input(overlays.SAID, "data"), below=True)
    def moved(view: View, _said: int | None) -> Content:
        return moved_content(view)

    overlays.connect(app, context)


def back_of(view: View) -> int:
    """Return how many months ago the earlier day is."""
    return 12 if view.selection.page.get("back") == "12" else 1


def matrix_choice(view: View) -> Component:
    """Return the links that choose by whose segments the matrix is made."""
    told = {name for name in MATRICES if name == "total" or view.options.tells(name)}
    choices = {
        name: _("All customers") if name == "total" else view.dimension(name)
        for name in MATRICES
        if name in told or name == view.ledger.matrix
    }
    return switch(view, "matrix", choices, _("By whose loss rates"))


def whole_of(view: View, ledger: Ledger | None = None) -> Expected:
    """Return the buckets together; NoRows where there is nothing."""
    return together(view.answer("expected_loss", ledger).to_pylist())


def headline_words(view: View) -> str:
    """Say what is expected to be lost, what of it is signed, and what has no rate."""
    found, f = whole_of(view), view.f
    if found.allowance is None:
        return _("{gross} is open, VAT included; what of it will be lost cannot be said: there is "
                 "no loss history.").format(gross=f.money(found.gross))  # fmt: skip
    said = [
        _("Of {gross} that is open, {allowance} is expected to be lost ({share})").format(
            gross=f.money(found.gross), allowance=f.money(found.allowance),
            share=f.share(found.share, 1),
        )
    ]  # fmt: skip
    if found.overlay:
        text = (
            _("{amount} of it is added by hand") if found.overlay > 0
            else _("{amount} is taken off by hand")
        )  # fmt: skip
        said.append(text.format(amount=f.money(abs(found.overlay))))
    if found.without_rate:
        text = _("{amount} has no loss rate and is not in it")
        said.append(text.format(amount=f.money(found.without_rate)))
    return _("{said}.").format(said="; ".join(said))


def months_known(view: View) -> int:
    """Return how many months the history has, of all customers."""
    rows = rates_of(view)
    return max((row["months"] for row in rows), default=0)


def of_everyone(view: View) -> Ledger:
    """Return the question about all customers: of them the matrix is, whatever the filters."""
    return replace(view.ledger, where={}, standing=None, undisputed=False)


def rates_of(view: View) -> list[dict[str, Any]]:
    """Return the roll rates of all customers; [] where nothing was followed."""
    return view.rows_of("roll_rates", of_everyone(view))


def matrix_content(view: View) -> Content:
    """Return the allowance by bucket: what is open, its loss rate, the matrix, the overlay."""
    f, rows = view.f, view.answer("expected_loss").to_pylist()
    called, found = labels(view.buckets), together(rows)
    measure = _("Open items, VAT included, and the allowance of IFRS 9, {currency}").format(
        currency=f.currency
    )
    rates = {row["bucket"]: row["loss_rate"] for row in rates_of(view)}

    def rate(line: Mapping[str, Any]) -> str:
        told = line["rate"]
        if told is None and not line["gross"] and view.ledger.matrix == "total":
            told = rates.get(line["bucket"])
        return f.share(told, 2) if told is not None else _(NO_HISTORY)

    lines = [[
        called[line["bucket"]], _money(f, line["gross"]), rate(line),
        _money(f, line["model"]), _money(f, line["overlay"]), _money(f, line["allowance"]),
    ] for line in rows]  # fmt: skip
    total = [
        _("Total"), _money(f, found.gross),
        f.share(found.rate, 2) if found.rate is not None else _(NO_HISTORY),
        _money(f, found.model), _money(f, found.overlay), _money(f, found.allowance),
    ]  # fmt: skip
    heads = [_("Bucket"), _("Open"), _("Loss rate"), _("By the matrix"), _("Overlay"),
             _("Allowance")]  # fmt: skip
    body: list[Component] = [table(heads, lines, total, wide=(3, 4))]
    if found.without_rate:
        body.append(html.P(_missing(view, found), className="measure"))
    title = _("{allowance} is set aside").format(allowance=f.money(found.allowance))
    if found.allowance is None:
        title = _("No allowance: no loss history")
    return Content(title, measure, body, Explain("expected_loss"))


def _missing(view: View, found: Expected) -> str:
    """Say why some of what is open has no loss rate, and what would tell."""
    f = view.f
    if view.ledger.matrix != "total" and found.model is not None:
        return _(
            "{amount} has no loss rate: in its segment nothing was written off. It is not taken "
            "for 0 %: choose the rates of all customers, or sign an overlay."
        ).format(amount=f.money(found.without_rate))
    months = view.options.policy.loss_months.at(view.selection.as_of)
    return _(_NEEDS).format(months=f.count(months), known=f.count(months_known(view)))


def _money(f: Format, value: Decimal | None) -> Cell | str:
    return "–" if value is None else Cell(f.money(value), f.exact(value))


def rolls_content(view: View) -> Content:
    """Return the roll rates of each bucket, of all customers."""
    f, called, rows = view.f, labels(view.buckets), rates_of(view)
    explain = Explain("roll_rates")
    title = _("Roll rates: what became of the same items a month later")
    if not rows:
        return Content(title, "", message(_("Nothing was open at a month-end before the day."),
                                          kind="empty"), explain)  # fmt: skip
    lines = [[
        called[line["bucket"]],
        Cell(f.money(line["open_amount"]), f.exact(line["open_amount"])),
        Cell(f.money(line["left_out"]), f.exact(line["left_out"])),
        *(Cell(_part(f, line, name), f.exact(line[name])) for name in FATES),
        f.share(line["loss_rate"], 2) if line["loss_rate"] is not None else _(NO_HISTORY),
    ] for line in rows]  # fmt: skip
    heads = [_("Bucket"), _("Open at month-ends"), _("Left out"),
             *(_(label) for label, _colour in FATES.values()), _("Loss rate")]  # fmt: skip
    count = months_known(view)
    span = n_("{count} month", "{count} months", count).format(count=f.count(count))
    measure = _("Shares of what was open at the ends of {months}, of all customers, without what "
                "was credited").format(months=span)  # fmt: skip
    return Content(title, measure, table(heads, lines, wide=(1, 2, 4)), explain,
                   as_of=_("to {day}").format(day=f.day(view.selection.as_of)))  # fmt: skip


def _part(f: Format, line: Mapping[str, Any], name: str) -> str:
    base = line["open_amount"] - line["left_out"]
    return f.share(float(line[name] / base), 1) if base else "–"


def fates_figure(rows: list[dict[str, Any]], called: Mapping[str, str], f: Format) -> Figure:
    """Return columns to 100 %: what became of each bucket a month later."""
    known = [row for row in rows if row["open_amount"] > row["left_out"]]
    drawn = figure(f, barmode="stack", bargap=0.35)
    for name, (label, colour) in FATES.items():
        shares = [float(row[name] / (row["open_amount"] - row["left_out"])) for row in known]
        drawn.add_bar(
            x=[called[row["bucket"]] for row in known], y=shares, name=_(label),
            marker={"color": colour},
            text=[f.share(share) if share >= 0.06 else "" for share in shares],
            textposition="inside", insidetextanchor="middle", textangle=0,
            textfont={"color": COLOURS["ink" if name == "stayed" else "surface"]},
            hovertext=[
                f"{called[row['bucket']]}: {_(label)} {f.share(share, 2)}, {f.exact(row[name])}"
                for row, share in zip(known, shares, strict=True)
            ],
            hoverinfo="text",
        )  # fmt: skip
    drawn.update_layout(
        showlegend=True, yaxis={"visible": False, "range": [0, 1]},
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
    )  # fmt: skip
    return drawn


def fates_content(view: View) -> Content:
    """Return what became of each bucket, drawn."""
    f, rows = view.f, rates_of(view)
    title = _("Paid, still there, rolled on, or written off a month later")
    measure = _("Share of the same items by bucket at the month-end before, all customers")
    explain = Explain("roll_rates")
    if not any(row["open_amount"] > row["left_out"] for row in rows):
        return Content(title, measure, message(_("Nothing was open at a month-end before the day."),
                                               kind="empty"), explain)  # fmt: skip
    drawn = fates_figure(rows, labels(view.buckets), f)
    return Content(title, measure, graph(drawn, id="loss-fates-graph", height=HEIGHT), explain,
                   as_of=_("to {day}").format(day=f.day(view.selection.as_of)))  # fmt: skip


def groups_content(view: View) -> Content:
    """Return the allowance by a dimension, and what of each group has no rate."""
    f, by = view.f, dimension_of(view)
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in view.answer("expected_loss", by=(by,)).to_pylist():
        rows[one[by]].append(one)
    found = {name: together(lines) for name, lines in rows.items()}
    order = sorted(found, key=lambda n: (-(found[n].allowance or Decimal(-1)), -found[n].gross, n))

    def line(label: Any, one: Expected) -> list[Any]:
        return [
            label, _money(f, one.gross), _money(f, one.allowance),
            f.share(one.share, 2) if one.share is not None else _(NO_HISTORY),
            _money(f, one.without_rate) if one.without_rate else "",
        ]  # fmt: skip

    whole = whole_of(view)
    heads = [view.dimension(by), _("Open"), _("Allowance"), _("Share"), _("Without a loss rate")]
    lines = [line(view.short(by, name), found[name]) for name in order[:MOST]]
    measure = _("Allowance by {dimension}, {currency}").format(
        dimension=view.dimension(by), currency=f.currency
    )
    if len(order) > MOST:
        rest = len(order) - MOST
        more = n_("{count} more in the file", "{count} more in the file", rest)
        measure = f"{measure}; {more.format(count=f.count(rest))}"
    title = _("No allowance by group: no loss history")
    if whole.allowance is not None and order:
        title = _("Most is set aside for {group}: {amount}").format(
            group=view.short(by, order[0]), amount=f.money(found[order[0]].allowance)
        )
    return Content(title, measure, table(heads, lines, line(_("Total"), whole), wide=(4,)),
                   Explain("expected_loss", by=(by,)))  # fmt: skip


def moved_content(view: View) -> Content:
    """Return how the allowance moved since an earlier day."""
    f, day = view.f, view.selection.as_of
    since = same_day(day, back_of(view))
    ledger = replace(view.ledger, since=since)
    (row,) = view.answer("allowance_movement", ledger).to_pylist()
    if row["opening"] is None or row["closing"] is None:
        raise NotEnough(Text(N_("There is no loss history on {since}, or none on {day}: the "
                                "movement between them cannot be said."),
                             {"since": f.day(since), "day": f.day(day)}))  # fmt: skip
    lines = [
        [_(label), f.delta(row[name], "money"), f.exact(row[name])]
        for name, label in CAUSES.items()
    ]
    heads = ["", _("Movement"), _("Exactly, {currency}").format(currency=f.currency)]
    opened = [_("On {day}").format(day=f.day(since)), f.money(row["opening"]),
              f.exact(row["opening"])]  # fmt: skip
    closed = [html.B(_("On {day}").format(day=f.day(day))), html.B(f.money(row["closing"])),
              html.B(f.exact(row["closing"]))]  # fmt: skip
    charge = [_("Charge of the period"), f.money(row["charge"]), f.exact(row["charge"])]
    bars = [
        Bar(_(label), float(row[name]), f.delta(row[name], "money"),
            tone="worse" if row[name] > 0 else "better")
        for name, label in CAUSES.items() if row[name]
    ]  # fmt: skip
    text = (
        _("The allowance rose from {opening} to {closing}") if row["closing"] > row["opening"]
        else _("The allowance fell from {opening} to {closing}") if row["closing"] < row["opening"]
        else _("The allowance stayed at {closing}")
    )  # fmt: skip
    written = f.money if f.money(row["opening"]) != f.money(row["closing"]) else f.exact
    title = text.format(opening=written(row["opening"]), closing=written(row["closing"]))
    return Content(
        title,
        _("Movement of the allowance, {currency}").format(currency=f.currency),
        html.Div(
            [table(heads, [*lines, closed, charge], opened), bar_list(bars, signed=True)],
            className="split",
        ),
        Explain("allowance_movement", since=since.isoformat()),
        as_of=_("{first} to {last}").format(first=f.day(since), last=f.day(day)),
    )


PAGE = Page(
    "/expected-loss", N_("Expected loss"), 34, layout, connect, listings=(overlays.OVERLAYS,)
)

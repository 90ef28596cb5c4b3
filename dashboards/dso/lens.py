"""Methods of DSO side by side: what each divides, how far it is from the base, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import NOTHING, Format
from dashboards.base.i18n import _
from dashboards.base.links import switch
from dashboards.base.panel import Content
from dashboards.base.view import Explain, NoRows, View
from dashboards.charts.plain_table import Cell, plain_table
from data.core.texts import N_
from data.workspace.subjects.market import TOTAL, Target
from metrics.review.dso_methods import (
    AVERAGE,
    COUNTING,
    GRANTED,
    OVERDUE,
    SALES,
    TERMS,
    UNAPPLIED,
    Method,
    Part,
    gap,
    methods,
)

BASE = "base"
"""The key of the address that names the method with which the others are compared."""
LABELS = {
    "rolling_3m": N_("3 months"),
    "period_end": N_("1 month"),
    "rolling_12m": N_("12 months"),
    "count_back": N_("Count-back"),
    "average_balance": N_("Average balance"),
    "commercial": N_("Months of 30 days"),
    "best_possible_3m": N_("Best possible"),
    TERMS: N_("Terms granted"),
}
_LEAST = 0.05
"""Days below which a part is not worth a sentence."""


def aimed(view: View) -> float | None:
    """Return the target that was said of the one market that the filters show, or of everything.

    None where none was said, or the filters show no market.
    """
    if view.memory is None:
        return None
    chosen = view.selection.chosen
    market = (TOTAL, "")
    if chosen:
        if len(chosen) > 1 or len(next(iter(chosen.values()))) > 1:
            return None
        market = next((name, values[0]) for name, values in chosen.items())
    found = None
    for line in view.memory.lines(subjects=(Target.name,), by=view.said_by):
        said = line.said
        if line.holds and isinstance(said, Target) and said.measure == "dso":
            found = float(said.goal) if (said.dimension, said.value) == market else found
    return found or None


def base_of(view: View) -> str:
    """Return the method that others are compared with."""
    asked = view.selection.page.get(BASE, "")
    return asked if asked in LABELS else next(iter(LABELS))


def base_choice(view: View) -> Component:
    """Return the choice of the base."""
    labels = {name: _(label) for name, label in LABELS.items()}
    return switch(view, BASE, labels, _("Compared with"))


def lens_content(
    view: View, history: Sequence[Mapping[str, Any]], known_from: date, target: float | None
) -> Content:
    """Return the table of the methods as of the day, with the range of their gaps over `history`.

    history: rows of the metric `dso` on month-ends. Raises NoRows where the base has no figure.
    """
    days = tuple(row["as_of"] for row in history)
    asked = replace(view.ledger, days=days)
    terms = {row["as_of"]: row["invoiced"] for row in view.answer("terms", asked).to_pylist()}
    made = [methods(history[: n + 1], terms.get(day), known_from) for n, day in enumerate(days)]
    now, f, name = made[-1], view.f, base_of(view)
    base = now.get(name)
    if base is None:
        raise NoRows
    (balance,) = view.answer("receivables").to_pylist()
    head = (
        (_("Method"), False), (_("In figures"), False), (_("DSO, days"), True), (_("Gap"), True),
        (_("Why"), False), (_("Gap since {month}").format(month=f.month(days[0])), False),
    )  # fmt: skip
    rows: list[list[Cell]] = []
    for method in now.values():
        rest = [
            _signed(method.value - base.value, f),
            _why(gap(method, base, balance["unapplied"]), f),
            _range(method.name, name, made, f),
        ]
        if method is base:
            rest = ["", html.Span(_("The others are compared with it."), className="muted"), ""]
        label = _(LABELS[method.name])
        rows.append([
            html.B(label) if method is base else label, in_figures(method, f),
            f.days(method.value), *rest,
        ])  # fmt: skip
    if target is not None:
        gone = (
            _("{days} days above the target")
            if base.value > target
            else _("{days} days below the target")
        )
        words = gone.format(days=f.days(abs(base.value - target)))
        rows.append([_("Target"), "", f.days(target), _signed(target - base.value, f),
                     f"{_(LABELS[name])}: {words}", ""])  # fmt: skip
    values = [method.value for method in now.values()]
    missing = [_(label) for one, label in LABELS.items() if one not in now]
    body: list[Component] = [html.Div(plain_table(head, rows), className="dso-lens")]
    if missing:
        text = _("Without a figure on this day: {methods}.")
        body.append(html.P(text.format(methods=", ".join(missing)), className="aside"))
    return Content(
        _("The same day by every method: {low} to {high} days").format(
            low=f.days(min(values)), high=f.days(max(values))
        ),
        _("DSO, days; what each divides, and the days by which it differs from {base}, in parts "
          "that add up").format(base=_(LABELS[name])),
        body,
        Explain("dso"),
    )  # fmt: skip


def in_figures(method: Method, f: Format) -> str:
    """Return what a method divides, in its own figures."""
    if method.name == TERMS:
        return _("Due day less issue, invoices of 12 months, weighted by amount")
    if method.name == "count_back":
        return _("{balance} = sales of the last {days} days").format(
            balance=f.money(method.balance), days=f.days(method.days)
        )
    return _("{balance} ÷ {sales} × {days} days").format(
        balance=f.money(method.balance), sales=f.money(method.sales), days=f.number(method.counted)
    )


def _signed(days: float, f: Format) -> str:
    return ("+" if days > 0 else "") + f.days(days)


def _range(name: str, base: str, made: Sequence[Mapping[str, Method]], f: Format) -> str:
    gaps = [x[name].value - x[base].value for x in made if name in x and base in x]
    if len(gaps) < 2:
        return NOTHING
    return _("{low} to {high}, {count} month-ends").format(
        low=_signed(min(gaps), f), high=_signed(max(gaps), f), count=f.count(len(gaps))
    )


def _why(parts: Sequence[Part], f: Format) -> Cell:
    said = [part for part in parts if abs(part.days) >= _LEAST]
    if not said:
        return _("No difference of a tenth of a day.")
    return html.Div([html.Div(why_words(part, f)) for part in said])


def why_words(part: Part, f: Format) -> str:
    """Return a part of a gap in words, with the days it makes and the figures it comes from."""
    more = part.after > part.before
    amount = f.money(abs(part.amount)) if part.amount is not None else ""
    if part.cause == SALES:
        share = f.share(abs(part.after / part.before - 1), 1)
        text = (
            _("{days}: it divides by {after} of sales a day, {share} more than {before}")
            if more
            else _("{days}: it divides by {after} of sales a day, {share} less than {before}")
        )
        return text.format(days=_signed(part.days, f), after=f.money(part.after),
                           before=f.money(part.before), share=share)  # fmt: skip
    texts = {
        OVERDUE: _("{days}: {amount} overdue is not in it")
        if part.days < 0
        else _("{days}: {amount} overdue is in it"),
        UNAPPLIED: _("{days}: {amount} of payments and credit notes not applied yet is not taken "
                     "off")
        if part.days > 0
        else _("{days}: {amount} of payments and credit notes not applied yet is taken off"),
        AVERAGE: _("{days}: its balance is {after}, {amount} more than {before}")
        if more
        else _("{days}: its balance is {after}, {amount} less than {before}"),
        COUNTING: _("{days}: it counts {after} days where the calendar of the other counts "
                    "{before}"),
        GRANTED: _("{days}: invoices grant {after} days, and what is not due yet is {before} days "
                   "of sales: paid before it is due, or sold late or early in the window"),
    }  # fmt: skip
    by_days = part.cause in (COUNTING, GRANTED)
    written = f.days if by_days else f.money
    if part.cause == COUNTING:
        written = f.number
    return texts[part.cause].format(
        days=_signed(part.days, f), amount=amount, after=written(part.after),
        before=written(part.before),
    )  # fmt: skip

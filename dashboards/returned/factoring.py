"""What selling the invoices would bring: what a factor buys, and a year with it beside one without.

It stands on this page since who sees what waiting costs asks next whether somebody else should
wait. The address takes other inputs than those of the policy, by their names: `factor_fee=0.5`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.i18n import _
from dashboards.base.panel import Content
from dashboards.base.parts import message
from dashboards.base.view import Explain, View
from dashboards.charts.tables import Cell, table
from data.core.texts import N_
from metrics.decide.factoring import Books, Factored, Offer, factored
from metrics.lists.factoring import eligible

DAYS = "factor_days"
INPUTS = {
    "factor_advance": N_("Advance, % of what is bought"),
    "factor_points": N_("Dearer than own funding, points"),
    "factor_fee": N_("Fee with recourse, % of sales"),
    "factor_fee_without": N_("Fee without recourse, % of sales"),
    "factor_saves": N_("Administration saved a year"),
    "factor_bad_debts": N_("Bad debts today, % of sales"),
    "factor_bad_debts_with": N_("Bad debts with recourse, % of sales"),
    DAYS: N_("Customers pay after, days (0: as today)"),
}
_MOST = Decimal(10) ** 9
_PERCENTS = Decimal(100)
_PARTS = {
    "sooner": N_("Own funding that falls away"),
    "dearer": N_("Dearer advance"),
    "fee": N_("Fee of the factor"),
    "administration": N_("Administration saved"),
    "bad_debts": N_("Bad debts that fall away"),
}


def inputs_of(view: View) -> dict[str, Decimal]:
    """Return the inputs by the address, else by the policy: name -> number."""
    policy, day = view.options.policy, view.selection.as_of
    found = {}
    for name in INPUTS:
        # in how many days a factor is paid is nobody's rule
        value = Decimal(0 if name == DAYS else getattr(policy, name).at(day))
        most = _MOST if name == "factor_saves" else _PERCENTS
        try:
            asked = Decimal(view.selection.page.get(name, value))
        except InvalidOperation:
            asked = value
        # what is no such number is left to the policy
        found[name] = asked if asked.is_finite() and 0 <= asked <= most else value
    return found


def offers(inputs: Mapping[str, Decimal]) -> tuple[Offer, Offer]:
    """Return the offers with and without recourse."""
    with_recourse = Offer(
        advance=inputs["factor_advance"], points=inputs["factor_points"],
        fee=inputs["factor_fee"], saves=inputs["factor_saves"],
        bad_debts=inputs["factor_bad_debts"], bad_debts_with=inputs["factor_bad_debts_with"],
        days=inputs[DAYS] or None,
    )  # fmt: skip
    bare = replace(with_recourse, fee=inputs["factor_fee_without"], bad_debts_with=Decimal(0))
    return with_recourse, bare


def pool_of(view: View) -> Mapping[str, Any]:
    """Return what a factor buys, as `metrics.lists.factoring.eligible` says."""
    policy, day = view.options.policy, view.selection.as_of
    asked = eligible(
        view.ledger, policy.factor_overdue.at(day), policy.factor_countries.at(day),
        Decimal(policy.factor_concentration.at(day)),
    )  # fmt: skip
    return view.query(asked.sql, asked.parameters)[0]


def factoring_content(view: View) -> Content:
    """Return the pool, a year with recourse and without beside own funding, and DSO."""
    f, pool = view.f, pool_of(view)
    (books,) = view.answer("dso").to_pylist()
    measure = _("A year beside own funding at {percent} %, {currency}; costs below zero").format(
        percent=f.number(_own(view), 2), currency=f.currency
    )
    explain = Explain("dso")
    if not pool["eligible"] or not books["sales_12m"]:
        nothing = _("Nothing is open that a factor buys, or 12 months of sales are not known.")
        return Content(_("What a factor would buy"), measure, message(nothing, kind="empty"),
                       explain)  # fmt: skip
    inputs = inputs_of(view)
    sold = books["sales_12m"] * pool["eligible"] / pool["open"]
    asked = Books(sold, pool["eligible"], _own(view))
    results = [factored(asked, one) for one in offers(inputs)]
    best = max(results, key=lambda one: one.gain)
    title = (
        _("Selling {amount} of invoices would bring {gain} a year, {which}")
        if best.gain > 0
        else _("Selling {amount} of invoices would cost {gain} a year, {which}")
    ).format(
        amount=f.money(pool["eligible"]), gain=f.money(abs(best.gain)),
        which=_("with recourse") if best is results[0] else _("without recourse"),
    )  # fmt: skip
    said = _(
        "Of {open} of undisputed open invoices a factor buys {eligible}: {overdue} is overdue for "
        "too long, {country} is of other countries, {concentration} is too much of one customer. "
        "The same share of 12 months' sales, {sales}, would pass through its hands."
    ).format(
        **{n: f.money(pool[n]) for n in ("open", "eligible", "overdue", "country",
                                         "concentration")},
        sales=f.money(sold),
    )  # fmt: skip
    advanced = pool["eligible"] * inputs["factor_advance"] / 100
    body = [
        html.P(said), _compared(view, results), html.P(_dso(view, books, advanced)),
        _form(view, inputs),
    ]  # fmt: skip
    return Content(title, measure, body, explain)


def _own(view: View) -> Decimal:
    return Decimal(view.options.policy.money_percent.at(view.selection.as_of))


def _compared(view: View, results: list[Factored]) -> Component:
    f = view.f
    lines = [
        [_(label), *(Cell(f.money(getattr(r, part)), f.exact(getattr(r, part))) for r in results)]
        for part, label in _PARTS.items()
    ]
    whole = [_("Better or worse by"), *(Cell(f.money(r.gain), f.exact(r.gain)) for r in results)]
    return table(["", _("With recourse"), _("Without recourse")], lines, whole)


def _dso(view: View, books: Mapping[str, Any], advanced: Decimal) -> str:
    """Say what DSO would be with what a factor advanced out of the books."""
    f = view.f
    if books["rolling_3m"] is None or not books["receivables"]:
        return _("DSO is not known, nor what it would be.")
    kept = float((books["receivables"] - advanced) / books["receivables"])
    text = _("DSO over 3 months is {now} days, {then} with what is advanced out of the books. "
             "With recourse it stays there: the risk is still ours.")  # fmt: skip
    now = books["rolling_3m"]
    return text.format(now=f.days(now), then=f.days(now * kept))


def _form(view: View, inputs: Mapping[str, Decimal]) -> Component:
    """Return the inputs as a form that writes them into the address."""
    kept = _pairs(view)
    return html.Form(
        [
            *(dcc.Input(id=f"factoring-kept-{n}", name=key, value=value, type="hidden")
              for n, (key, value) in enumerate(kept)),
            *(
                html.Label(
                    [
                        _(label),
                        dcc.Input(
                            id=f"factoring-{name}", name=name, type="number", min=0, step="any",
                            value=f"{inputs[name].normalize():f}",
                        ),
                    ]
                )
                for name, label in INPUTS.items()
            ),
            html.Button(_("What if"), type="submit", className="button"),
        ],
        method="get", action="/returned", className="factoring-form",
    )  # fmt: skip


def _pairs(view: View) -> list[tuple[str, str]]:
    """Return what else stands in the address."""
    own = [(k, v) for k, v in view.selection.page.items() if k not in INPUTS]
    return [*parse_qsl(view.filters.lstrip("?"), keep_blank_values=True), *own]

"""What the rules held, and what they let through: both errors of the policy, in money."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.i18n import _, n_
from dashboards.base.links import switch
from dashboards.base.panel import Content
from dashboards.base.parts import message
from dashboards.base.view import View
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.frame.deals import bill_of
from metrics.decide.deal.bill import ALL

MONTHS = "months"
"""The key of the address that says over how many months; all: ever."""


def choice(view: View) -> Component:
    """Return the links that choose the period."""
    words = {"12": _("12 months"), "36": _("36 months"), "all": _("All")}
    return switch(view, MONTHS, words, _("Period"), default="12")


def bill_content(view: View) -> Content:
    """Return the bill of each rule over the deals that were asked in the period."""
    found, labels = bill_of(view, view.selection.page.get(MONTHS, "12"))
    title = _("What the rules held, and what they let through")
    if not found:
        text = _("It is counted once decisions were asked here.")
        return Content(
            title, "", message(_("Nothing was asked in this period"), text, kind="empty")
        )
    f, whole = view.f, found[-1]
    title = _("{paid} that the rules held was paid after all, {lost} that they let through was "
              "lost").format(paid=f.money(whole.made_paid), lost=f.money(whole.lost))  # fmt: skip
    head = ((_("Rule"), False), (_("Held"), True), (_("Amount"), True),
            (_("Made all the same"), True), (_("Paid after all"), True),
            (_("Lost after all"), True), (_("Let through"), True), (_("Amount"), True),
            (_("Lost of it"), True))  # fmt: skip
    rows: list[Sequence[Cell]] = [
        [
            _("All rules together") if one.rule == ALL
            else dcc.Link(_(labels[one.rule]), href=view.link("/policy")),
            f.count(one.held), f.exact(one.held_amount), f.count(one.made),
            f.exact(one.made_paid), f.exact(one.made_lost), f.count(one.passed),
            f.exact(one.passed_amount), f.exact(one.lost),
        ]
        for one in found
    ]  # fmt: skip
    asked = whole.held + whole.passed
    measure = n_("{count} deal that was asked, {currency}", "{count} deals that were asked, "
                 "{currency}", asked).format(count=f.count(asked), currency=f.currency)  # fmt: skip
    return Content(title, measure, html.Div(plain_table(head, rows), className="deal-bill"))

"""A prospect on the deal desk: what is said of it, what its peers do, and the limit proposed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.base.filters import sector_choices
from dashboards.base.format import Format
from dashboards.base.i18n import _, language
from dashboards.base.panel import Content
from dashboards.base.parts import amount_field
from dashboards.base.view import View
from dashboards.charts.plain_table import plain_table
from dashboards.deal.asked import PROSPECT
from dashboards.deal.words import proposed_words
from data.core.texts import N_
from metrics.decide.deal.kept import Desk
from metrics.decide.deal.prospect import Peers, Proposed

CUSTOMER, NEW = "customer", "new"
_COUNTRY = re.compile(r"[A-Z]{2}")


def who() -> Component:
    """Return the choice between a customer and who is none yet."""
    return dmc.SegmentedControl(
        id="deal-whose", value=CUSTOMER, size="sm",
        data=[{"value": CUSTOMER, "label": _("Customer")}, {"value": NEW, "label": _("Prospect")}],
    )  # fmt: skip


def fields() -> Component:
    """Return the fields about a prospect."""
    f = Format(language())
    codes = sorted(filter(_COUNTRY.fullmatch, f.locale.territories), key=f.country)
    return html.Div(
        [
            dmc.TextInput(id="deal-prospect", label=_("Name of the prospect"), size="sm"),
            dmc.Select(
                id="deal-of_sector", label=_("Sector"), data=[], size="sm", searchable=True,
                clearable=True, placeholder=_("not known"), limit=100,
            ),
            dmc.Select(
                id="deal-of_country", label=_("Country"), size="sm", searchable=True,
                clearable=True, placeholder=_("not known"),
                data=[{"value": code, "label": f.country(code)} for code in codes],
            ),
            dmc.Select(
                id="deal-of_segment", label=_("Segment"), data=[], size="sm", searchable=True,
                clearable=True, placeholder=_("not known"),
            ),
            amount_field(_("Net worth"), id="deal-worth", allowNegative=True,
                         placeholder=_("not known")),
            amount_field(_("Yearly sales of it"), id="deal-turnover", placeholder=_("not known")),
            amount_field(_("Buys a year"), id="deal-yearly", placeholder=_("not known")),
            amount_field(_("Credit it needs"), id="deal-need", placeholder=_("this deal")),
        ],
        id="deal-of-prospect",
        className="deal-of-prospect",
        hidden=True,
    )  # fmt: skip


def shown(view: View, said: Mapping[str, str]) -> tuple[Any, ...]:
    """Return which of both is asked about, whether the fields hide, their choices, and values."""
    new = bool(said.get("prospect"))
    choices = [
        {"value": one["value"].partition(":")[2], "label": one["label"]}
        for one in sector_choices(view.options, view.f)
        if one["value"].partition(":")[2]
    ]
    code = said.get("of_sector", "")
    if code and all(one["value"] != code for one in choices):
        choices.insert(0, {"value": code, "label": view.label("sector", code)})
    segments = [
        {"value": one, "label": view.label("segment", one)}
        for one in view.options.values["segment"]
        if one
    ]
    values = (said.get(name) or None for name in PROSPECT)
    return NEW if new else CUSTOMER, not new, new, choices, segments, *values


#: Dimension of peers -> how a reader calls them.
_PEERS = {
    "country": N_("Its country: {value}"),
    "segment": N_("Its segment: {value}"),
    "total": N_("All customers"),
}


def _called(view: View, one: Peers) -> str:
    text = _(_PEERS.get(one.level, N_("Its sector: {value}")))
    return text.format(value=view.label(one.level, one.code) if one.level != "total" else "")


def peers_content(view: View, desk: Desk) -> Content:
    """Return the limit that is proposed for a prospect, and what its peers do."""
    proposed, f = desk.proposed, view.f
    assert proposed is not None  # noqa: S101 - of a prospect
    figures = (_("Payments"), _("Paid after, days"), _("95 %"), _("Beyond terms, days"),
               _("Never paid"))  # fmt: skip
    head = ((_("Peers"), False), *((name, True) for name in figures))
    rows = [
        [
            _called(view, one),
            f.count(one.paid),
            f.count(one.days) if one.days is not None else _("too few payments"),
            _between(one, f),
            f.days(one.late.days if one.late else None),
            f.share(one.loss, 2) if one.loss is not None else _("no write-off is known"),
        ]
        for one in desk.peers
    ]
    return Content(
        _title(proposed, f),
        _("By need against capacity, and what its peers do, 12 months"),
        [
            html.P(proposed_words(proposed, f), className="measure"),
            html.Div(plain_table(head, rows), className="deal-peers"),
        ],
    )


def _between(one: Peers, f: Format) -> str:
    if one.low is None or one.high is None:
        return ""
    return _("{low} to {high}").format(low=f.count(one.low), high=f.count(one.high))


def _title(proposed: Proposed, f: Format) -> str:
    if proposed.limit is None:
        return _("No limit can be proposed: name its net worth or its yearly sales")
    return _("A limit of {limit} is proposed").format(limit=f.exact(proposed.limit))

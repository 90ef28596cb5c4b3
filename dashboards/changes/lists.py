"""What happened since the day compared with: its words, and its list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa

from dashboards.base.grid import CARD, SPARE, Column, Listing
from dashboards.base.i18n import _
from dashboards.base.view import View
from dashboards.charts.said import STATES
from data.core.calendar import working_day_before
from data.core.texts import N_
from data.workspace.subjects.dispute import REASONS
from metrics.asking.ledger import FIRST_DAY, Ledger, Statement, month_end
from metrics.review.changes import changes
from metrics.review.movements import MOVEMENTS

#: what documents moved -> its words
MOVES = {f.name: f.label for f in MOVEMENTS.fields if f.name not in ("opening", "closing")}
#: what else happened -> its words
NEWS = {
    "overdue": N_("Newly overdue"),
    "paid": N_("Invoices paid"),
    "over_limit": N_("Newly over the limit"),
    "promise": N_("Promises that fell due"),
    "dispute": N_("New disputes"),
    "ending": N_("Limits and terms that end"),
}
KINDS = {**NEWS, **MOVES}
#: How a change is told further: what became of promises, reasons of disputes, and these.
_DETAILS = {
    **STATES,
    **REASONS,
    "whole": N_("in full"),
    "part": N_("in part"),
    "soon": N_("ends soon"),
}
#: earlier days that the page offers -> their words; the first one where nothing is chosen
BACK = {
    "": N_("the last working day"),
    "week": N_("a week before"),
    "month": N_("the end of last month"),
}


@dataclass(frozen=True)
class Since:
    """The day compared with. refused: what the URL asked for instead and could not have."""

    day: date
    refused: str = ""


def since_of(view: View) -> Since:
    """Return the day that the URL compares with; the last working day before where it says none."""
    as_of, asked = view.selection.as_of, view.selection.page.get("since", "")
    if asked in BACK:
        return Since(
            {
                "": working_day_before(as_of),
                "week": as_of - timedelta(days=7),
                "month": month_end(as_of, 1),
            }[asked]
        )
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = as_of
    if FIRST_DAY <= day < as_of:
        return Since(day)
    return Since(working_day_before(as_of), asked)


def compared(view: View) -> Ledger:
    """Return what is asked about: the day and the filters of the URL, and the earlier day."""
    return replace(view.ledger, since=since_of(view).day)


def what_of(view: View, params: Mapping[str, str] | None = None) -> str:
    """Return which changes are listed, in `params` or else the URL; '' for all."""
    asked = (params or {}).get("what") or view.selection.page.get("what", "")
    return asked if asked in KINDS else ""


def _narrowed(view: View) -> str:
    since, what = view.f.day(since_of(view).day), what_of(view)
    text = _("{what} since {day}") if what else _("changes since {day}")
    return text.format(what=_(KINDS[what]) if what else "", day=since)


def changed(view: View) -> pa.Table:
    """Return all that happened, asked once for what is counted, listed and downloaded."""
    asked = changes(compared(view))
    return view.table(asked.sql, asked.parameters)


def _statement(view: View, params: Mapping[str, str]) -> Statement:
    what = what_of(view, params)
    only = " where what = $what" if what else ""
    return Statement(f"select * from changed{only}", {"changed": changed(view), "what": what})


CHANGES = Listing(
    "changes",
    N_("What changed"),
    (
        Column(
            "customer_name", N_("Customer"), width=220,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("what", N_("What"), width=180, words=KINDS, options=CARD),
        Column("amount", N_("Amount"), "money", 130, options=CARD,
               # amounts of several kinds do not add up
               total="case when count(distinct what) = 1 then sum(amount) end"),
        Column("day", N_("Day"), "day", options=CARD),
        Column("document_id", N_("Document"), width=130, options=CARD),
        Column("state", N_("How"), width=120, words=_DETAILS, options=CARD),
        Column("customer", N_("Number"), width=90),
        Column("salesperson", N_("Salesperson"), width=130),
        Column("file", N_("File"), width=180, options=SPARE),
        Column("line", N_("Line"), "count", 90, options=SPARE),
    ),
    statement=_statement,
    sort="amount desc",
    narrowed=_narrowed,
    grouped=True,
)  # fmt: skip

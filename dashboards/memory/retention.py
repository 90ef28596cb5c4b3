"""Natural persons whose notes may be erased: proposed here, erased by a person on their pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
from dash import Dash
from dash.development.base_component import Component

from dashboards.base.grid import CARD, Column, Listing, connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.panel import Content, panel_callback
from dashboards.base.parts import panel
from dashboards.base.view import Context, ListRef, View
from data.core.texts import N_
from data.workspace.line import Line
from data.workspace.subjects.keeping import Person
from metrics.asking.ledger import Statement
from metrics.asking.metric import Query
from metrics.decide.retention import erasable_from

_CLOSED = """
select customer, max(closed_on) as closed_on,
    sum(case when closed_on is null or closed_on > cast($day as date) then 1 else 0 end) as still
from documents
where customer in $customers and issued_on <= cast($day as date)
group by customer
"""
_SCHEMA = pa.schema(
    [
        ("customer", pa.string()), ("closed_on", pa.date32()), ("erasable_from", pa.date32()),
        ("reason", pa.string()), ("written", pa.int32()), ("said_on", pa.date32()),
    ]
)  # fmt: skip


def layout() -> Component:
    """Return the panel with its list."""
    return panel(
        "memory-persons", static=grid("memory-persons-grid", PERSONS, height=220, later=True),
        below=True,
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the head and the list."""

    @panel_callback(app, context, "memory-persons", below=True)
    def head(view: View) -> Content:
        return Content(title_of(view), _(PERSONS.title), explain=ListRef(PERSONS.name))

    connect_grid(app, context, "memory-persons-grid", PERSONS, below=True)


def title_of(view: View) -> str:
    """Return how many persons are proposed, or why nobody is."""
    if isinstance(view.options.policy.retention.at(view.selection.as_of), str):
        return _("Nobody is proposed for erasure: the policy sets no number of years (retention)")
    count = totals(view, PERSONS, {})["rows"]
    text = n_(
        "What was written of {count} natural person may be erased",
        "What was written of {count} natural persons may be erased", count,
    )  # fmt: skip
    return text.format(count=view.f.count(count)) if count else _("Nothing is due for erasure")


def written_of(view: View) -> Mapping[str, list[Line]]:
    """Return the natural persons of whom something is written that can be erased: its lines."""
    assert view.memory is not None  # noqa: S101 - pages look through a context
    person: dict[str, bool] = {}
    found: dict[str, list[Line]] = {}
    for line in view.memory.lines(by=view.said_by):
        if isinstance(line.said, Person) and line.holds:
            person[line.customer] = line.said.person
        free = line.said.free if line.said else ()
        if line.note or any(getattr(line.said, name) for name in free):
            found.setdefault(line.customer, []).append(line)
    return {customer: lines for customer, lines in found.items() if person.get(customer)}


def rows_of(view: View) -> list[dict[str, Any]]:
    """Return who is proposed: since which day, and why."""
    day, policy, f = view.selection.as_of, view.options.policy, view.f
    written = {} if isinstance(policy.retention.at(day), str) else written_of(view)
    if not written:
        return []
    rows = []
    asked = view.query(_CLOSED, {"customers": sorted(written), "day": day})
    documents = {row["customer"]: row for row in asked}
    for customer, lines in sorted(written.items()):
        row = documents.get(customer)
        closed: date | None = row["closed_on"] if row else None
        since = erasable_from(closed or lines[-1].said_on, day, policy)
        if (row and row["still"]) or since is None or since > day:
            continue
        years = policy.retention.at(day)
        assert isinstance(years, int)  # noqa: S101 - else nobody is there
        text = n_(
            "its last document was closed on {day}, and the policy keeps notes for {years} year",
            "its last document was closed on {day}, and the policy keeps notes for {years} years",
            years,
        ) if closed else n_(
            "it has no document, its last line was said on {day}, and the policy keeps notes for"
            " {years} year",
            "it has no document, its last line was said on {day}, and the policy keeps notes for"
            " {years} years",
            years,
        )  # fmt: skip
        rows.append(
            {
                "customer": customer, "closed_on": closed, "erasable_from": since,
                "reason": text.format(
                    day=f.day(closed or lines[-1].said_on), years=f.count(years)
                ),
                "written": len(lines), "said_on": lines[-1].said_on,
            }
        )  # fmt: skip
    return rows


def _statement(view: View, _params: Mapping[str, str]) -> Statement:
    asked = view.ledger.over(
        Query(
            reads=("accounts",),
            select="""
select a.customer_name, s.*
from shown_persons as s
join accounts as a using (customer)
""",
        )
    )
    table = pa.Table.from_pylist(rows_of(view), _SCHEMA)
    return Statement(asked.sql, {**asked.parameters, "shown_persons": table})


PERSONS = Listing(
    "persons",
    N_("Natural persons whose notes may be erased"),
    (
        Column(
            "customer_name", N_("Customer"), width=200,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("customer", N_("Number"), width=92),
        Column("erasable_from", N_("Erasable since"), "day", options=CARD),
        Column("reason", N_("Reason"), width=420, options=CARD),
        Column("closed_on", N_("Last document closed"), "day", 150),
        Column("written", N_("Lines with words"), "count", 120, options=CARD),
        Column("said_on", N_("Said last"), "day"),
    ),
    statement=_statement,
    sort="erasable_from",
)  # fmt: skip

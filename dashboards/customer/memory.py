"""What was said of a customer, in words: what holds, what became of it, the figures of that day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.grid import Column, Listing
from dashboards.base.i18n import _, n_
from dashboards.base.panel import Content
from dashboards.base.view import ListRef, View
from dashboards.charts.said import OVER, STATES, WORSE, Became, became, in_reporting, sentence
from dashboards.customer.facts import ledger_of, number_of
from data.core.texts import N_
from data.workspace.line import Line
from data.workspace.subjects import promise
from data.workspace.subjects.deal import DealAsked, DealDecided
from data.workspace.subjects.dispute import SETTLED, Dispute, Settled
from data.workspace.subjects.every import SUBJECTS
from data.workspace.subjects.keeping import Erased, Person
from data.workspace.subjects.matched import Matched
from metrics.asking.ledger import Statement
from metrics.asking.metric import Query

_OWED = Query(
    reads=("alive",),
    select="""
select as_of, sum(amount) as owed,
    sum(case when amount > 0 and due_on < as_of then amount else 0 end) as overdue
from alive
group by as_of
""",
)
SHOWN = 8
"""So many lines are on the page; all are in the file."""


@dataclass(frozen=True)
class Told(Became):
    """A line, what became of it, and what the customer owed on its day.

    owed, overdue: at the end of the day on which it was said; None where the data do not reach it.
    """

    owed: Decimal | None = None
    overdue: Decimal | None = None


def told(view: View) -> list[Told]:
    """Return what was said of the customer by the day looked at: open first, then the newest.

    Raises `StoreError` where the memory cannot be read.
    """
    every = became(view, number_of(view))
    then = _then(view, [one.line for one in every])
    found = [
        Told(x.line, x.state, x.kept, x.end, *then.get(_day(view, x.line), (None, None)))
        for x in every
    ]
    return sorted(found, key=lambda one: one.state != promise.OPEN)


def _day(view: View, line: Line) -> date:
    """Return the day of the data that a line was said on, or after the last of which it was."""
    return min(line.said_on, view.selection.as_of)


def _then(view: View, lines: Sequence[Line]) -> dict[date, tuple[Decimal, Decimal]]:
    """Return what the customer owed on the days of the lines: day -> receivables, overdue."""
    days = {_day(view, line) for line in lines}
    days = {day for day in days if day >= view.options.first_day}
    if not days:
        return {}
    ledger = replace(ledger_of(view), days=tuple(sorted(days)))
    statement = ledger.over(_OWED)
    rows = view.query(statement.sql, statement.parameters)
    nothing = (Decimal(0), Decimal(0))
    return dict.fromkeys(days, nothing) | {r["as_of"]: (r["owed"], r["overdue"]) for r in rows}


def memory_content(view: View, may: bool) -> Content:
    """Return what was said; `may`: with buttons to take it back."""
    every = told(view)
    # how a dispute ended is said on it
    ended = {one.end.id for one in every if one.end}
    lines = [one for one in every if one.line.id not in ended]
    body: list[Component] = []
    if lines:
        body.append(html.Ol([_item(one, view, may) for one in lines[:SHOWN]], className="said"))
    else:
        words = _("Nothing was said of this customer yet.")
        if view.said_by is not None:
            words = _("Nothing was said of this customer by this day.")
        body.append(html.P(words, className="measure"))
    if may and _person(lines):
        body.append(_erasure())
    if len(lines) > SHOWN:
        text = _("{shown} of {count}; all are in the file.")
        body.append(
            html.P(text.format(shown=SHOWN, count=view.f.count(len(lines))), className="measure")
        )
    return Content(
        title_of(lines, view), _("What was said, by whom, and what was owed then"), body,
        ListRef(MEMORY.name),
    )  # fmt: skip


def _person(lines: Sequence[Told]) -> bool:
    """Return whether the customer was said to be a natural person."""
    said = [x.line.said for x in lines if x.state == "holds" and isinstance(x.line.said, Person)]
    return bool(said) and said[0].person


def _erasure() -> Component:
    return html.Details(
        [
            html.Summary(
                _("Erase what was written of this person"), className="button small quiet"
            ),
            html.P(
                _("Notes and free words go for good. Days, amounts and documents stay as long as "
                  "the books do, and no figure changes."),
                className="measure",
            ),
            html.Button(
                _("Erase for good"),
                id={"type": "memory-erase", "at": "customer"},
                className="button small",
                n_clicks=0,
            ),
        ],
        className="said-erase",
    )  # fmt: skip


def title_of(lines: Sequence[Told], view: View) -> str:
    """Return what matters most of the memory, in a few words."""
    f = view.f
    given = sum(one.kept is not None for one in lines)
    broken = sum(one.state in WORSE for one in lines)
    waiting = [one for one in lines if one.state == promise.OPEN and one.kept]
    disputed = [one for one in lines if one.state == "open" and isinstance(one.line.said, Dispute)]
    parts = []
    if broken:
        text = n_(
            "{broken} of {count} promise broken", "{broken} of {count} promises broken", given
        )
        parts.append(text.format(broken=f.count(broken), count=f.count(given)))
    if waiting:
        text = n_("{count} promise open", "{count} promises open", len(waiting))
        parts.append(text.format(count=f.count(len(waiting))))
    if disputed:
        text = n_("{amount} disputed", "{amount} disputed", len(disputed))
        amounts = [in_reporting(view, one.line) for one in disputed]
        amount = sum((a for a in amounts if a is not None), Decimal(0))
        parts.append(text.format(amount=f.money(amount)))
    return _("Memory: {parts}").format(parts=", ".join(parts)) if parts else _("Memory")


def _item(one: Told, view: View, may: bool) -> Component:
    line, f = one.line, view.f
    words = sentence(line, view)
    state = _(STATES[one.state]) if one.state else ""
    if one.kept and one.kept.paid and one.state in (promise.PART, promise.OPEN):
        state = _("{state}, {amount} paid").format(state=state, amount=f.exact(one.kept.paid))
    tone = "worse" if one.state in WORSE else "past" if one.state in OVER else ""
    documents = ", ".join(named.document_id for named in line.documents)
    then = ""
    if one.owed is not None and one.overdue is not None:
        then = _("{owed} owed on {day}, {overdue} of it overdue").format(
            day=f.day(_day(view, line)), owed=f.money(one.owed), overdue=f.money(one.overdue)
        )
    after = ""
    if back := line.taken_back:
        after = _("Taken back by {who}, {day}").format(who=back.who, day=f.day(back.said_on))
        after += f": {back.note}" if back.note else ""
    elif one.end and isinstance(one.end.said, Settled):
        after = _("{how}: {who}, {day}").format(
            how=_(SETTLED[one.end.said.how]), who=one.end.who, day=f.day(one.end.said_on)
        )
    beside: list[Component | None] = [
        html.Span(state, className=f"said-state {tone}".strip()) if state else None,
        *(_buttons(one) if may and line.holds else ()),
    ]
    return html.Li(
        [
            html.Div(
                [html.B(f.day(line.said_on)), html.Span(line.who)],
                className="said-when",
            ),
            html.Div(
                [
                    html.P(
                        [html.B(_(SUBJECTS[line.subject].label)), words and f" · {words}"],
                        className="said-words",
                    ),
                    html.P(line.note, className="said-note") if line.note else None,
                    _figures(line),
                    html.P(" · ".join(filter(None, (documents, then))), className="measure"),
                    html.P(after, className="measure") if after else None,
                ],
                className="said-what",
            ),
            html.Div([part for part in beside if part is not None], className="said-beside"),
        ],
        className="past" if back else "",
    )


def _figures(line: Line) -> Component | None:
    """Return the way to the figures that a decision about a deal rests on; None for others."""
    if isinstance(line.said, DealAsked):
        asked = line.id
    elif isinstance(line.said, DealDecided):
        asked = line.said.asking
    else:
        return None
    return html.P(dcc.Link(_("The figures it rests on"), href=f"/deal?decision={asked}"))


def _buttons(one: Told) -> list[Component]:
    """Return what can be done with a line that holds."""
    if isinstance(one.line.said, Erased | Matched):
        return []  # the one is for good, the other has its list on Cash application
    back = html.Button(
        _("Take back"),
        id={"type": "memory-back", "id": one.line.id},
        className="button small quiet",
        n_clicks=0,
    )
    ends: list[Component] = []
    if one.state == "open" and isinstance(one.line.said, Dispute):
        ends = [
            html.Details(
                [
                    html.Summary(_("Settle"), className="button small"),
                    *(
                        html.Button(
                            _(label),
                            id={"type": "memory-settle", "id": one.line.id, "how": how},
                            className="button small",
                            n_clicks=0,
                        )
                        for how, label in SETTLED.items()
                    ),
                ],
                className="said-ends",
            )
        ]
    if one.end:
        ends = [
            html.Button(
                _("Reopen"),
                id={"type": "memory-back", "id": one.end.id},
                className="button small quiet",
                n_clicks=0,
            )
        ]
    return [*ends, back]


_SCHEMA = pa.schema(
    [
        ("number", pa.int64()), ("said_on", pa.date32()), ("who", pa.string()),
        ("subject", pa.string()), ("what", pa.string()), ("note", pa.string()),
        ("documents", pa.string()), ("state", pa.string()), ("amount", pa.decimal128(18, 2)),
        ("by_day", pa.date32()), ("owed", pa.decimal128(18, 2)),
        ("overdue", pa.decimal128(18, 2)), ("back_on", pa.date32()), ("back_by", pa.string()),
    ]
)  # fmt: skip


def _rows(view: View, _params: Mapping[str, str]) -> Statement:
    rows: list[dict[str, Any]] = [
        {
            "number": one.line.number,
            "said_on": one.line.said_on,
            "who": one.line.who,
            "subject": one.line.subject,
            "what": sentence(one.line, view),
            "note": one.line.note,
            "documents": ", ".join(named.document_id for named in one.line.documents),
            "state": one.state,
            "amount": in_reporting(view, one.line),
            "by_day": getattr(one.line.said, "due_on", None)
            or getattr(one.line.said, "valid_until", None),
            "owed": one.owed,
            "overdue": one.overdue,
            "back_on": one.line.taken_back and one.line.taken_back.said_on,
            "back_by": one.line.taken_back.who if one.line.taken_back else "",
        }
        for one in told(view)
    ]
    return Statement(
        "select * from said_of_customer", {"said_of_customer": pa.Table.from_pylist(rows, _SCHEMA)}
    )


def _narrowed(view: View) -> str:
    number = number_of(view)
    return f"{number}, {view.label('customer', number)}"


MEMORY = Listing(
    "memory",
    N_("What was said"),
    (
        Column("said_on", N_("Said on"), "day"),
        Column("who", N_("By"), width=130),
        Column("subject", N_("About"), width=130,
               words={name: subject.label for name, subject in SUBJECTS.items()}),
        Column("what", N_("What"), width=300),
        Column("note", N_("Note"), width=300),
        Column("documents", N_("Documents"), width=180),
        Column("state", N_("Now"), width=130, words=STATES),
        Column("amount", N_("Amount"), "money", 120),
        Column("by_day", N_("By or until"), "day"),
        Column("owed", N_("Receivables then"), "money", 140),
        Column("overdue", N_("Overdue then"), "money", 140),
        Column("back_on", N_("Taken back on"), "day"),
        Column("back_by", N_("Taken back by"), width=130),
    ),
    statement=_rows,
    sort="number desc",
    narrowed=_narrowed,
)  # fmt: skip

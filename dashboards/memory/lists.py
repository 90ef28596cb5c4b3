"""The lists of the page: promises, disputes, and terms and limits, one row a line of the memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from dashboards.base.filters import within_words
from dashboards.base.grid import CARD, Column, Listing
from dashboards.base.i18n import _
from dashboards.base.view import View
from dashboards.charts.said import STATES, WORSE, Became, became, in_reporting, sentence
from data.core.texts import N_
from data.workspace.subjects import promise
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import REASONS, Dispute
from data.workspace.subjects.every import SUBJECTS
from data.workspace.subjects.promise import Promise
from metrics.asking.ledger import Statement
from metrics.asking.metric import Query

#: list -> what of it is shown -> its words
SHOWN = {
    "promises": {"open": N_("Open"), "broken": N_("Broken"), "all": N_("All")},
    "disputes": {"open": N_("Open"), "past": N_("No longer open"), "all": N_("All")},
    "agreed": {"open": N_("About to end"), "past": N_("Past"), "all": N_("All")},
}

SOON = (30, 60, 90, 180)
"""Within so many days, to choose from; an address may say any number."""

_LINE = [("customer", pa.string()), ("said_on", pa.date32()), ("who", pa.string())]
_MONEY = pa.decimal128(18, 2)


def shown_of(view: View, key: str, params: Mapping[str, str] | None = None) -> str:
    """Return what of a list is asked for, in `params` or else the URL; what is open by default."""
    asked = (params or {}).get("shown") or view.selection.page.get(key, "")
    return asked if asked in SHOWN[key] else "open"


def shown_words(view: View, key: str) -> str:
    """Return what of a list is shown, in words: of what is about to end, within how many days."""
    chosen = shown_of(view, key)
    if (key, chosen) == ("agreed", "open"):
        return within_words(view.ledger.soon, view.f)
    return _(SHOWN[key][chosen])


def lines_of(view: View, *subjects: type) -> list[Became]:
    """Return what was said of these subjects and not taken back, of all customers, newest first."""
    every = view.derived("became", lambda: became(view))
    return [one for one in every if one.line.holds and isinstance(one.line.said, subjects)]


def _rows(
    view: View,
    name: str,
    own: Sequence[tuple[str, pa.DataType]],
    lines: Sequence[Became],
    values: Callable[[Became], Mapping[str, Any]],
) -> Statement:
    """Return the rows of these lines, of the customers that the filters leave."""
    rows = [
        {
            "customer": one.line.customer,
            "said_on": one.line.said_on,
            "who": one.line.who,
            **values(one),
        }
        for one in lines
    ]
    table = pa.Table.from_pylist(rows, pa.schema([*_LINE, *own]))
    statement = view.ledger.over(
        Query(
            reads=("accounts",),
            select=f"""
select a.customer_name, a.salesperson, s.*
from {name} as s
join accounts as a using (customer)
""",
        )
    )
    return Statement(statement.sql, {**statement.parameters, name: table})


def _documents(one: Became) -> str:
    return ", ".join(named.document_id for named in one.line.documents)


def _promises(view: View, params: Mapping[str, str]) -> Statement:
    chosen, as_of = shown_of(view, "promises", params), view.selection.as_of
    lines = [
        one
        for one in lines_of(view, Promise)
        if chosen == "all"
        or (one.state == promise.OPEN if chosen == "open" else one.state in WORSE)
    ]

    def values(one: Became) -> Mapping[str, Any]:
        said = one.line.said
        assert isinstance(said, Promise)  # noqa: S101 - of lines_of
        paid, amount = one.kept.paid if one.kept else Decimal(0), in_reporting(view, one.line)
        return {
            "amount": amount, "paid": paid, "missing": None if amount is None else amount - paid,
            "due_on": said.due_on, "days": (said.due_on - as_of).days, "state": one.state,
            "documents": _documents(one), "note": one.line.note,
        }  # fmt: skip

    own = [
        ("amount", _MONEY), ("paid", _MONEY), ("missing", _MONEY), ("due_on", pa.date32()),
        ("days", pa.int32()), ("state", pa.string()), ("documents", pa.string()),
        ("note", pa.string()),
    ]  # fmt: skip
    return _rows(view, "shown_promises", own, lines, values)


def _disputes(view: View, params: Mapping[str, str]) -> Statement:
    chosen, as_of = shown_of(view, "disputes", params), view.selection.as_of
    lines = [
        one
        for one in lines_of(view, Dispute)
        if chosen == "all" or (one.state == "open") == (chosen == "open")
    ]

    def values(one: Became) -> Mapping[str, Any]:
        said = one.line.said
        assert isinstance(said, Dispute)  # noqa: S101 - of lines_of
        until = one.end.said_on if one.end else max(as_of, one.line.said_on)
        return {
            "amount": in_reporting(view, one.line), "reason": said.reason, "owner": said.owner,
            "days": (until - one.line.said_on).days, "state": one.state,
            "documents": _documents(one), "note": one.line.note,
        }  # fmt: skip

    own = [
        ("amount", _MONEY), ("reason", pa.string()), ("owner", pa.string()), ("days", pa.int32()),
        ("state", pa.string()), ("documents", pa.string()), ("note", pa.string()),
    ]  # fmt: skip
    return _rows(view, "shown_disputes", own, lines, values)


def _agreed(view: View, params: Mapping[str, str]) -> Statement:
    chosen, soon = (
        shown_of(view, "agreed", params),
        view.selection.as_of + timedelta(view.ledger.soon),
    )

    def ends(one: Became) -> bool:
        assert isinstance(one.line.said, Terms | Limit)  # noqa: S101 - of lines_of
        until = one.line.said.valid_until
        return one.state == "holds" and until is not None and until <= soon

    lines = [
        one
        for one in lines_of(view, Terms, Limit)
        if chosen == "all"
        or (ends(one) if chosen == "open" else one.state in ("ended", "replaced"))
    ]

    def values(one: Became) -> Mapping[str, Any]:
        return {
            "subject": one.line.subject, "what": sentence(one.line, view),
            "until": getattr(one.line.said, "valid_until", None), "state": one.state,
            "note": one.line.note,
        }  # fmt: skip

    own = [
        ("subject", pa.string()), ("what", pa.string()), ("until", pa.date32()),
        ("state", pa.string()), ("note", pa.string()),
    ]  # fmt: skip
    return _rows(view, "shown_agreed", own, lines, values)


_WHO = (
    Column(
        "customer_name", N_("Customer"), width=200,
        options={"cellRenderer": "CustomerLink", "pinned": "left"},
    ),
    Column("customer", N_("Number"), width=92),
)  # fmt: skip
_SAID = (
    Column("said_on", N_("Said on"), "day"),
    Column("who", N_("By"), width=130),
    Column("salesperson", N_("Salesperson"), width=130),
    Column("note", N_("Note"), width=260),
)


def _narrowed(key: str) -> Callable[[View], str]:
    return lambda view: shown_words(view, key)


PROMISES = Listing(
    "promises",
    N_("Promises to pay"),
    (
        *_WHO,
        Column("amount", N_("Promised"), "money", 120, total="sum(amount)", options=CARD),
        Column("due_on", N_("Promised by"), "day", options=CARD),
        Column("days", N_("Days left"), "count", 92),
        Column("state", N_("Now"), width=116, words=STATES, options=CARD),
        Column("paid", N_("Paid of it"), "money", 120, total="sum(paid)"),
        Column("missing", N_("Missing"), "money", 120, total="sum(missing)", options=CARD),
        Column("documents", N_("Documents"), width=150),
        *_SAID,
    ),
    statement=_promises,
    sort="due_on desc",
    narrowed=_narrowed("promises"),
    grouped=True,
)
DISPUTES = Listing(
    "disputes",
    N_("Disputes"),
    (
        *_WHO,
        Column("amount", N_("Disputed"), "money", 120, total="sum(amount)", options=CARD),
        Column("reason", N_("Reason"), width=150, words=REASONS, options=CARD),
        Column("days", N_("Age, days"), "count", 104, options=CARD),
        Column("owner", N_("Who settles it"), width=140, options=CARD),
        Column("state", N_("Now"), width=100, words=STATES),
        Column("documents", N_("Documents"), width=150),
        *_SAID,
    ),
    statement=_disputes,
    sort="days desc",
    narrowed=_narrowed("disputes"),
    grouped=True,
)
AGREED = Listing(
    "agreed",
    N_("Agreed terms and limits"),
    (
        *_WHO,
        Column("subject", N_("About"), width=130, options=CARD,
               words={name: subject.label for name, subject in SUBJECTS.items()}),
        Column("what", N_("What"), width=320, options=CARD),
        Column("until", N_("Until"), "day", options=CARD),
        Column("state", N_("Now"), width=150, words=STATES),
        *_SAID,
    ),
    statement=_agreed,
    sort="until",
    narrowed=_narrowed("agreed"),
    grouped=True,
)  # fmt: skip

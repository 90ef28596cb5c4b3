"""The two lists of the page as files: who is proposed, and what was handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from dashboards.base.grid import Column, Listing
from dashboards.base.view import View
from dashboards.handover.asked import Handed, handed_of, shown_of
from data.core.texts import N_
from data.workspace.subjects.handing import OUTCOMES
from metrics.asking.ledger import Statement
from metrics.decide.handover import Candidate

_MONEY, _TEXT, _INT, _DAY = pa.decimal128(18, 2), pa.string(), pa.int32(), pa.date32()
_PROPOSED = pa.schema(
    [
        ("rank", _INT), ("customer", _TEXT), ("customer_name", _TEXT), ("points", _INT),
        ("age", _INT), ("amount", _INT), ("relation", _INT), ("sales", _INT),
        ("overdue", _MONEY), ("late", _INT), ("years", pa.float64()), ("kept", _INT),
        ("judged", _INT), ("sales_12m", _MONEY), ("last_day", _DAY), ("disputed", _MONEY),
        ("salesperson", _TEXT), ("sector", _TEXT), ("country", _TEXT),
    ]
)  # fmt: skip
_HANDED = pa.schema(
    [
        ("customer", _TEXT), ("customer_name", _TEXT), ("handed_on", _DAY), ("who", _TEXT),
        ("to_whom", _TEXT), ("amount", _MONEY), ("cost", _MONEY), ("why", _TEXT),
        ("points", _INT), ("as_of", _DAY), ("received", _MONEY), ("ended_on", _DAY),
        ("outcome", _TEXT), ("recovered", _MONEY), ("spent", _MONEY),
    ]
)  # fmt: skip


def _proposed_row(rank: int, one: Candidate) -> Mapping[str, Any]:
    account, points = one.account, one.points
    return {
        "rank": rank, "customer": account.number, "customer_name": account.name,
        "points": points.total, "age": points.age, "amount": points.amount,
        "relation": points.relation, "sales": points.sales, "overdue": one.overdue,
        "late": one.oldest, "years": float(round(one.years, 1)), "kept": one.kept,
        "judged": one.judged, "sales_12m": account.sales, "last_day": one.last_day,
        "disputed": account.disputed, "salesperson": account.salesperson,
        "sector": account.sector, "country": account.country,
    }  # fmt: skip


def _handed_row(one: Handed, currency: str) -> Mapping[str, Any]:
    said, back = one.said, one.back
    same = back is not None and back.currency == currency
    return {
        "customer": one.line.customer, "customer_name": one.name, "handed_on": one.line.said_on,
        "who": one.line.who, "to_whom": said.to_whom, "amount": one.amount, "cost": one.cost,
        "why": one.line.note, "points": said.points, "as_of": said.as_of,
        "received": one.received, "ended_on": one.end.said_on if one.end else None,
        "outcome": back.outcome if back else "",
        "recovered": back.amount if back and same else None,
        "spent": back.cost if back and same else None,
    }  # fmt: skip


def _proposed(view: View, _params: Mapping[str, str]) -> Statement:
    rows = [_proposed_row(rank, one) for rank, one in enumerate(shown_of(view), 1)]
    return Statement("select * from proposed", {"proposed": pa.Table.from_pylist(rows, _PROPOSED)})


def _handed(view: View, _params: Mapping[str, str]) -> Statement:
    rows = [_handed_row(one, view.f.currency) for one in handed_of(view)]
    table = pa.Table.from_pylist(rows, _HANDED)
    return Statement("select * from handed_lines", {"handed_lines": table})


PROPOSED = Listing(
    "handover",
    N_("Proposed to be handed over"),
    (
        Column("customer_name", N_("Customer"), width=200),
        Column("rank", N_("#"), "count", 62),
        Column("points", N_("Points"), "count", 90),
        Column("age", N_("Age, points"), "count", 90),
        Column("amount", N_("Amount, points"), "count", 90),
        Column("relation", N_("Relationship, points"), "count", 90),
        Column("sales", N_("Sales, points"), "count", 90),
        Column("overdue", N_("Overdue"), "money", 118, total="sum(overdue)"),
        Column("late", N_("Oldest, days late"), "count", 96),
        Column("years", N_("Customer for, years"), "days", 96),
        Column("kept", N_("Promises kept"), "count", 96),
        Column("judged", N_("Promises that are over"), "count", 96),
        Column("sales_12m", N_("Sales, 12 months"), "money", 118, total="sum(sales_12m)"),
        Column("last_day", N_("Insurer's last day"), "day"),
        Column("disputed", N_("Disputed"), "money", 110, total="sum(disputed)"),
        Column("salesperson", N_("Salesperson"), width=130),
        Column("sector", N_("Sector"), dimension="sector", width=140, brief=True),
        Column("country", N_("Country"), dimension="country", width=98),
        Column("customer", N_("Number"), width=92),
    ),
    statement=_proposed,
    sort="rank",
)
HANDED = Listing(
    "handed",
    N_("Handed over"),
    (
        Column("customer_name", N_("Customer"), width=200),
        Column("handed_on", N_("Handed over on"), "day"),
        Column("who", N_("Who"), width=120),
        Column("to_whom", N_("To whom"), width=160),
        Column("amount", N_("Amount"), "money", 118, total="sum(amount)"),
        Column("cost", N_("Expected cost"), "money", 118, total="sum(cost)"),
        Column("why", N_("Why"), width=260),
        Column("points", N_("Points"), "count", 90),
        Column("as_of", N_("Figures of"), "day"),
        Column("received", N_("Came in since"), "money", 118, total="sum(received)"),
        Column("ended_on", N_("Ended on"), "day"),
        Column("outcome", N_("Outcome"), width=120, words=OUTCOMES),
        Column("recovered", N_("Recovered"), "money", 118, total="sum(recovered)"),
        Column("spent", N_("Cost"), "money", 118, total="sum(spent)"),
        Column("customer", N_("Number"), width=92),
    ),
    statement=_handed,
    sort="handed_on",
)

"""Whom what people decided about matches touches, since a state was derived whole.

Customers hang together where a decision names documents of both, or a match row of the source does.
Those whose decisions are not what they were, in the order in which they are followed, are derived
anew, with all that hang together with them. A decision may mean any document that is alike but for
its customer: all of their customers count.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data.workspace.decisions import Decision, told
from etl.ledger.matching.apart import FACTS
from etl.sql import Connection, number, rows, run

#: So many customers that hang together by match rows are looked at; where there are more, all is
#: derived anew.
_MOST_ACROSS = 100_000


def find_touched(connection: Connection, decisions: Sequence[Decision]) -> bool:
    """Fill `touched` (customer); return whether these can be derived apart from the others.

    decisions: those that hold. `below` is the state that was derived whole.
    """
    run(connection, "create or replace temp table touched (customer varchar)")
    [(able, before)] = rows(connection, f"select able, decisions from below.{FACTS}")
    was, now = json.loads(before), json.loads(told(decisions))
    if was == now:
        return True
    if not able or number(connection, "select count(*) from below.apart_across") > _MOST_ACROSS:
        return False
    customers = _changed(
        was,
        now,
        _customers(connection, [*was, *now]),
        rows(connection, "select one, other from below.apart_across"),
    )
    run(
        connection,
        "insert into touched select unnest($customers::varchar[])",
        customers=sorted(customers),
    )
    return True


def _changed(
    was: Sequence[Any],
    now: Sequence[Any],
    whose: Mapping[str, set[str]],
    across: Iterable[tuple[str, str]],
) -> set[str]:
    """Return the customers whose decisions changed, and all that hang together with them.

    whose: a document, as a decision names it -> the customers that have one like it.
    """
    above: dict[str, str] = {}

    def first(customer: str) -> str:
        while (up := above.setdefault(customer, customer)) != customer:
            above[customer] = customer = above[up]
        return customer

    def of(one: Any) -> list[str]:  # noqa: ANN401 - JSON is anything
        debits, credits_ = (whose.get(_name(named), set()) for named in one[1:3])
        return sorted(debits | credits_) if debits and credits_ else []

    for group in (*(of(one) for one in (*was, *now)), *across):
        for customer in group:
            above[first(customer)] = first(group[0])
    said: dict[str, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for side, every in enumerate((was, now)):
        for one in every:
            if customers := of(one):
                said[first(customers[0])][side].append(one)
    changed = {head for head, (old, new) in said.items() if old != new}
    return {customer for customer in list(above) if first(customer) in changed}


def _name(named: Mapping[str, Any]) -> str:
    return json.dumps(named, sort_keys=True)


def _customers(connection: Connection, decided: Sequence[Any]) -> dict[str, set[str]]:
    """Return whose the documents are that decisions mean, or may mean.

    Of a return the amount says nothing: it may be cut into what it takes back.
    """
    wanted = list({_name(named): named for one in decided for named in one[1:3]}.values())
    found: dict[str, set[str]] = defaultdict(set)
    columns = ("ledger", "document_id", "issued_on", "amount", "kind")
    types = ("varchar", "varchar", "date", "decimal(18, 2)", "varchar")
    asked = ", ".join(f"unnest(${c}::{t}[]) as {c}" for c, t in zip(columns, types, strict=True))
    for place, customer in rows(
        connection,
        f"""
        with wanted as (select unnest($places::integer[]) as place_no, {asked})
        select distinct w.place_no, d.customer
        from below.documents as d join wanted as w on d.issued_on = w.issued_on
            and d.document_id = w.document_id and d.ledger = w.ledger and d.kind = w.kind
        where d.amount_currency = w.amount or d.kind = 'payment' and d.amount_currency > 0
        """,
        places=list(range(len(wanted))),
        **{c: [named.get(c) for named in wanted] for c in columns},
    ):
        found[_name(wanted[place])].add(customer)
    return found

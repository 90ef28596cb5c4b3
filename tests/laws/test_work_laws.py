"""The worklist over random ledgers: it asks for what is overdue, and for nothing disputed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from data.core.policy.rules import DEFAULTS
from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from metrics.decide.work.account import overdue
from metrics.decide.work.today import STATES, asked, worklist
from metrics.desk import asking_of
from metrics.worklist import accounts_of
from tests.depth import checked
from tests.random_ledgers import build, days_of, worlds
from tests.telling import tellings

LATE = ("1-30", "31-60", "61-90", "over_90")


@checked(24)
@given(st.data())
def test_what_is_asked_for_is_what_is_overdue_and_not_disputed(data):
    world = data.draw(worlds())
    engine, told, day = build(world), data.draw(tellings(world)), data.draw(days_of(world))
    said = told.said(engine, data.draw(days_of(world)))
    ledger = Ledger(day, said=said, enough=DEFAULTS.enough_payments.at(day))
    accounts = accounts_of(asking_of(engine)[0], ledger, DEFAULTS)
    # a second way to the same: what aging counts as overdue once what is disputed is left out
    undisputed = answer(engine, "aging", replace(ledger, undisputed=True), ("customer",))
    late: defaultdict[str, Decimal] = defaultdict(Decimal)
    loose: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in undisputed.to_pylist():
        into = loose if row["bucket"] == "unapplied" else late if row["bucket"] in LATE else None
        if into is not None:
            into[row["customer"]] += row["amount"]
    for one in accounts:
        assert overdue(one.items, day) == late[one.number]
        if one.items:
            assert one.unapplied == loose[one.number]
        assert overdue(asked(one, day, DEFAULTS), day) <= max(
            late[one.number] + loose[one.number], Decimal(0)
        )
    assert {number for number, amount in late.items() if amount} <= {x.number for x in accounts}
    rows = worklist(accounts, day, DEFAULTS)
    assert {one.state for one in rows} <= set(STATES)
    assert all(one.asks <= sum(x.amount for x in one.account.items) for one in rows)

"""What the worklist weighs, against a count by hand of the rows of a small ledger."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from data.core.policy.rules import DEFAULTS
from data.core.rights import Scope
from data.store.within import within
from data.workspace.subjects.dispute import Dispute
from metrics.asking.ledger import Ledger
from metrics.decide.work.today import worklist
from metrics.desk import asking_of
from metrics.worklist import accounts_of
from tests.ledgers import customer, invoice, match, payment, publish
from tests.telling import Telling

D = Decimal
LAST = date(2026, 3, 31)
#: customer -> days after which it pays its 24 invoices
PAYS = {"SLOW": 70, "QUICK": 20}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    documents, matches = [], []
    for who, days in PAYS.items():
        for n in range(24):
            day = LAST - timedelta(100 + 10 * n)
            paid = day + timedelta(days + n % 5)
            documents += [
                invoice(f"{who}{n}", who, str(day), "1000.00", due=str(day + timedelta(30))),
                payment(f"P{who}{n}", who, str(paid), "1000.00"),
            ]
            matches.append(match(f"{who}{n}", f"P{who}{n}"))
    documents += [
        invoice("S1", "SLOW", "2026-01-30", "8000.00", due="2026-03-01"),
        invoice("S2", "SLOW", "2026-03-03", "500.00", due="2026-04-02"),
        invoice("S3", "SLOW", "2026-03-20", "700.00", due="2026-04-19"),
        invoice("Q1", "QUICK", "2026-02-15", "4000.00", due="2026-03-17"),
        invoice("Q2", "QUICK", "2026-03-03", "500.00", due="2026-04-02"),
        payment("LOOSE", "QUICK", "2026-03-20", "1500.00"),
        invoice("N1", "NEW", "2026-02-01", "900.00", due="2026-03-03"),
        invoice("L1", "GONE", "2025-06-01", "480.00", due="2025-07-01"),
        payment("W1", "GONE", "2025-12-01", "480.00") | {"kind": "write_off"},
    ]
    matches.append(match("L1", "W1"))
    customers = [
        customer("SLOW", name="Slow", sector="47.11", country="BE", salesperson="Ann"),
        customer("QUICK", name="Quick", sector="47.11", country="BE", salesperson="Bo"),
        customer("NEW", name="New", sector="47.11", country="NL", salesperson="Ann"),
        customer("GONE", name="Gone", sector="41.20", country="NL", salesperson="Ann"),
    ]
    return publish(tmp_path_factory.mktemp("worklist"), documents, matches, customers)


def weighed(store, told=None, **more):
    engine = store.current().engine
    rows, _figure = asking_of(engine)
    said = told.said(engine, LAST) if told else None
    ledger = Ledger(LAST, enough=20, said=said, **more)
    return {one.number: one for one in accounts_of(rows, ledger, DEFAULTS)}


def test_who_is_weighed_and_by_what(store):
    found = weighed(store)
    assert set(found) == {"SLOW", "QUICK", "NEW"}
    slow, quick, new = found["SLOW"], found["QUICK"], found["NEW"]
    # what is due within three days of who pays late, never of who does not
    assert [one.amount for one in slow.asked(LAST, 3)] == [8000, 500]
    # the loose payment is taken off what was asked
    assert [one.amount for one in quick.asked(LAST, 3)] == [2500]
    assert [one.level for one in slow.curves] == [
        "", "sector_division", "sector_section", "total",
    ]  # fmt: skip
    assert (slow.curves[0].paid, slow.curves[3].paid) == (24, 48)
    assert [one.level for one in new.curves] == ["sector_division", "sector_section", "total"]
    # 480 of 48,480 that ended was lost, all of it elsewhere, and a loose payment was paid as well
    assert slow.loss == D(480) / D(48_000 + 1_500 + 480)
    assert slow.late == D("41.916667")  # 40 to 44 days after the due day
    assert new.late is None


def test_the_chance_is_that_of_invoices_as_old(store):
    slow = weighed(store)["SLOW"]
    (row,) = [x for x in worklist([slow], LAST, DEFAULTS) if x.account.number == "SLOW"]
    # 60 days old, and all of its own were paid by day 74: within 30 days it will be, too; of those
    # that were 28 days old none was within 30 more
    assert row.worth.left == 8000
    assert row.worth.amount == 8500
    assert row.state == "small"


def test_filters_leave_others_out_but_change_no_chance(store):
    everyone, anns = weighed(store), weighed(store, where={"salesperson": ("Ann",)})
    assert set(anns) == {"SLOW", "NEW"}
    assert anns["SLOW"] == everyone["SLOW"]


def test_a_salesperson_sees_own_accounts_and_no_others(store):
    state = within(store.current(), Scope.of({"salesperson": ("Ann",)}))
    rows, _figure = asking_of(state.engine)
    ledger = Ledger(LAST, enough=20, cubes=state.engine.cubes)
    assert {x.number for x in accounts_of(rows, ledger, DEFAULTS)} == {
        "SLOW", "NEW",
    }  # fmt: skip


def test_what_is_disputed_is_not_asked_for(store):
    told = Telling()
    told.say("SLOW", Dispute(D("8000.00"), "EUR", "price"), LAST, ["S1"])
    slow = weighed(store, told)["SLOW"]
    assert [one.amount for one in slow.asked(LAST, 3)] == [500]
    assert slow.disputed == 8000

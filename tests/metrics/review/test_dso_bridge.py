"""The bridge of DSO over small ledgers counted by hand, the traps of the usual one among them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from tests.laws.test_bridge_laws import AS_OF, SINCE, Sale, adds_up, bridge, total, traded, zero
from tests.ledgers import credit_note, document, match, payment, write_off
from tests.random_ledgers import World, build

DAY = timedelta(1)


def daily(end: date, *months: int, terms: int) -> list[Sale]:
    """Return sales on each of the 90 days to `end`, as much in each 30 days as `months` say."""
    return [Sale("A", end - (89 - n) * DAY, months[n // 30], terms, 0) for n in range(90)]


def test_sales_that_come_later_are_no_longer_terms():
    """Trap 1: receivables 3,000 to 4,500 of 9,000, best possible DSO 30 to 45 as well."""
    sales = daily(SINCE, 100, 100, 100, terms=30) + daily(AS_OF, 50, 100, 150, terms=30)
    row = total(traded(sales))
    assert (row["before"], row["after"]) == (pytest.approx(30), pytest.approx(45))
    assert row["timing"] == pytest.approx(15)
    zero(row, "mix", "terms", "lateness")


def test_longer_terms_stand_beside_later_sales():
    """Trap 2: the same, and terms go from 30 to 40 days: 30 to 55."""
    sales = daily(SINCE, 100, 100, 100, terms=30) + daily(AS_OF, 50, 100, 150, terms=40)
    row = total(traded(sales))
    assert (row["before"], row["after"]) == (pytest.approx(30), pytest.approx(55))
    assert row["timing"] == pytest.approx(15)
    assert row["terms"] == pytest.approx(10)
    zero(row, "mix", "lateness")


@pytest.fixture(scope="module")
def three_customers():
    """A and B sell, C owes an opening balance and buys nothing; A's last payment names nothing."""
    sales = [
        Sale("A", SINCE - 20 * DAY, 300, 30, 0),
        Sale("A", SINCE - 60 * DAY, 100, 30, 31),
        Sale("A", SINCE - 60 * DAY, 200, 30, 0),
        Sale("B", SINCE - 20 * DAY, 200, 30, 0),
        Sale("B", SINCE - 60 * DAY, 200, 30, 31),
        Sale("A", AS_OF - 20 * DAY, 250, 30, 0),
        Sale("A", AS_OF - 60 * DAY, 100, 30, None),
        Sale("A", AS_OF - 60 * DAY, 150, 30, 0),
        Sale("B", AS_OF - 20 * DAY, 275, 30, 0),
        Sale("B", AS_OF - 60 * DAY, 225, 30, None),
    ]
    return traded(
        sales,
        [
            document("opening", "O1", "C", SINCE - 200 * DAY, 20, due=SINCE - 170 * DAY),
            document("opening", "O2", "C", SINCE + DAY, 30, due=SINCE + 31 * DAY),
            payment("ALONE", "A", AS_OF - DAY, 10),
        ],
    )


def test_balances_without_sales_and_unapplied_money_have_their_own_parts(three_customers):
    """Trap 3: 73.8 to 80.1 days; the usual formula drops C and the 10."""
    row = total(three_customers)
    assert row["before"] == pytest.approx(73.8)
    assert row["after"] == pytest.approx(80.1)
    assert row["mix"] == pytest.approx(2.94)
    assert row["unapplied"] == pytest.approx(-0.99)
    assert row["without_sales"] == pytest.approx(2.70)
    assert row["timing"] + row["terms"] + row["lateness"] == pytest.approx(2.025 - 0.375)
    adds_up(row)


def test_groups_add_up_and_each_has_its_own_causes(three_customers):
    rows = {row["customer"]: row for row in bridge(three_customers, "customer")}
    assert rows["C"]["without_sales"] == pytest.approx(2.70)
    assert rows["C"]["before"] == pytest.approx(1.8)
    zero(rows["C"], "mix", "timing", "terms", "lateness")
    assert rows["A"]["unapplied"] == pytest.approx(-0.99)
    # of its sales of 600, then 500: 60 % of all, then half
    assert rows["A"]["share_before"] == pytest.approx(0.6)
    assert rows["A"]["share_after"] == pytest.approx(0.5)
    # DSO 60, then 61.2 with the 10 that are unapplied
    assert rows["A"]["mix"] == pytest.approx(-0.1 * (60 + 61.2) / 2)
    assert rows["B"]["mix"] == pytest.approx(0.1 * 90)
    # they are of one country, and none is compared with another country's
    assert [r["country"] for r in bridge(three_customers, "country")] == ["BE", "FR"]


def test_a_customer_that_leaves_takes_its_days_along():
    sales = [
        *(Sale("A", end - 20 * DAY, 100, 30, 0) for end in (SINCE, AS_OF)),
        Sale("B", SINCE - 10 * DAY, 100, 60, 0),
        Sale("B", SINCE - 80 * DAY, 100, 90, None),
    ]
    rows = {row["customer"]: row for row in bridge(traded(sales), "customer")}
    # before: 300 of 300 sold, 90 days. After: A's 100 and B's old 100 over A's 100
    assert rows["B"]["before"] == pytest.approx(60)
    assert rows["B"]["mix"] == pytest.approx(-60)
    assert rows["B"]["without_sales"] == pytest.approx(90)
    assert rows["A"]["mix"] == pytest.approx(60)
    for row in rows.values():
        zero(row, "timing", "terms", "lateness", "unapplied")


def test_one_customer_of_two_currencies_is_shared_out():
    """Terms of the whole customer count; each currency has the part of its own invoices."""
    rows = [
        {"kind": "invoice", "document_id": f"{name}{end:%y%m}", "customer_id": "A",
         "issued_on": end - 20 * DAY, "due_on": end - 20 * DAY + terms * DAY, "amount": 100,
         "currency": name, "rate": 1}
        for name in ("EUR", "USD")
        for end, terms in ((SINCE - 60 * DAY, 10), (SINCE, 10), (AS_OF, 30))
    ]  # fmt: skip
    paid = [
        payment(f"P{name}{month}", "A", day, 100, currency=name, rate=1)
        for name in ("EUR", "USD")
        for month, day in (("2501", SINCE - 70 * DAY), ("2503", SINCE - 10 * DAY))
    ]
    matches = [match(str(p["document_id"])[1:], p["document_id"], 100) for p in paid]
    engine = build(World((*rows, *paid), tuple(matches), ({"customer_id": "A"},)))
    parts = bridge(engine, "currency")
    assert [r["currency"] for r in parts] == ["EUR", "USD"]
    for row in parts:
        # 10 to 30 days of terms: 45 of all days on the earlier sales, 90 on the later; the rest of
        # the 90 is that all of the later sales were made 20 days ago
        assert row["terms"] == pytest.approx((45 + 90) / 2 / 2)
        assert row["timing"] == pytest.approx((0 + 45) / 2 / 2)
        zero(row, "mix", "lateness")
    assert total(engine)["change"] == pytest.approx(90)


def test_credited_invoices_are_not_replayed():
    """An invoice that a credit note closed leaves nothing to explain."""
    sales = [Sale("A", end - age * DAY, 100, 30, 0) for end in (SINCE, AS_OF) for age in (20, 60)]
    late = AS_OF - 70 * DAY
    wrong = document("invoice", "X", "A", late, 40, due=late + 30 * DAY)
    assert total(traded(sales, [wrong]))["lateness"] > 0
    note = credit_note("N", "A", late + DAY, 40)
    row = total(traded(sales, [wrong, note], [match("X", "N", 40)]))
    zero(row, "mix", "timing", "terms", "lateness", "change")


def test_terms_are_not_exchanged_with_a_day_whose_invoices_were_all_written_off():
    """The later window sold, but nothing of it was ever paid or owed: it has no terms to rank."""
    sales = [
        Sale("A", SINCE - 75 * DAY, 100, 30, 0),
        Sale("A", SINCE - 21 * DAY, 100, 60, 0),
        Sale("A", AS_OF - 101 * DAY, 100, 120, None),
    ]
    lost = document("invoice", "LOST", "A", AS_OF - 49 * DAY, 100, due=AS_OF - 19 * DAY)
    gone = write_off("GONE", "A", AS_OF - 30 * DAY, 100)
    row = total(traded(sales, [lost, gone], [match("LOST", "GONE", 100)]))
    # of 100 sold by then the 100 of before the window are open; of 200 a year before, 100
    assert (row["before"], row["after"]) == (pytest.approx(45), pytest.approx(90))
    assert row["timing"] == pytest.approx(45)
    zero(row, "mix", "terms", "lateness")


def test_a_filter_asks_about_its_own_whole(three_customers):
    ledger = Ledger(AS_OF, {"customer": ("B",)}, since=SINCE)
    (row,) = answer(three_customers, "dso_bridge", ledger).to_pylist()
    assert (row["before"], row["after"]) == (pytest.approx(90), pytest.approx(90))
    assert row["share_before"] == row["share_after"] == 1
    zero(row, "mix", "unapplied", "without_sales", "change")

"""Payments that went back: the invoice is owed again, with its own due day, and paid until then."""

from datetime import date
from decimal import Decimal

import pytest

from etl.ledger.checks import control
from tests.ledgers import credit_note, derived, document, invoice, payment

D = Decimal


def returned(number, customer, day, amount, **more):
    """Return a payment that went back; `amount` is positive."""
    return document("payment", number, customer, day, amount, **more)


def items(connection, document="F1"):
    return connection.execute(
        """
        select amount, opened_on, issued_on, due_on, closed_on, returned_on, closed_by
        from open_items where document_id = ? order by opened_on, due_on, closed_on nulls last
        """,
        [document],
    ).fetchall()


def alive(connection, day):
    return dict(
        connection.execute(
            "select document_id, sum(amount) from open_items where opened_on <= $day"
            " and (closed_on is null or closed_on > $day) group by 1 having sum(amount) <> 0",
            {"day": date.fromisoformat(day)},
        ).fetchall()
    )


ISSUED, DUE = date(2026, 1, 5), date(2026, 2, 4)
F1 = invoice("F1", "A", ISSUED, 1000, due=DUE)
P1 = payment("P1", "A", "2026-02-03", 1000, reference="F1")
BACK = returned("P2", "A", "2026-02-06", 1000, reference="chargeback F1")


def test_a_returned_payment_reopens_its_invoice_with_its_own_due_day():
    c = derived([F1, P1, BACK], assume=True)
    back = date(2026, 2, 6)
    assert items(c) == [
        (D(1000), ISSUED, ISSUED, DUE, date(2026, 2, 3), back, "payment"),
        (D(1000), back, ISSUED, DUE, None, None, ""),
    ]
    assert alive(c, "2026-02-05") == {}
    assert alive(c, "2026-02-06") == {"F1": D(1000)}
    found = c.sql(
        "select closed_on, outcome, returned_on from documents where document_id = 'F1'"
    ).fetchall()
    assert found == [(None, "", back)]
    stood = "select since, until, closed_on, outcome from returned_invoices order by since"
    assert c.sql(stood).fetchall() == [
        (ISSUED, back, date(2026, 2, 3), "paid"),
        (back, None, None, ""),
    ]
    assert all(one.ok for one in control(c))


def test_a_later_payment_that_names_the_invoice_pays_it_and_nothing_else():
    others = [
        invoice("F2", "A", "2026-01-07", 250, due="2026-02-06"),
        payment("P3", "A", "2026-03-20", 1000, reference="F1"),
    ]
    c = derived([F1, P1, BACK, *others], assume=True)
    assert items(c)[1][4:] == (date(2026, 3, 20), None, "payment")
    assert alive(c, "2026-12-31") == {"F2": D(250)}
    assert c.sql(
        "select outcome, closed_on from documents where document_id = 'F1'"
    ).fetchall() == [("paid", date(2026, 3, 20))]


def test_the_later_payment_may_go_back_as_well():
    later = [
        payment("P3", "A", "2026-03-20", 1000, reference="F1"),
        returned("P4", "A", "2026-03-25", 1000, reference="storno P3"),
        payment("P5", "A", "2026-04-01", 400, reference="F1"),
    ]
    c = derived([F1, P1, BACK, *later], assume=True)
    assert alive(c, "2026-03-24") == {}
    assert alive(c, "2026-03-25") == {"F1": D(1000)}
    assert alive(c, "2026-04-01") == {"F1": D(600)}
    assert {i[2:4] for i in items(c)} == {(ISSUED, DUE)}


def test_a_payment_that_the_source_matched_with_a_return_may_go_back():
    back = returned("P2", "A", "2026-02-06", 1000, reference="chargeback P1")
    later = [
        payment("P3", "A", "2026-03-20", 1000),
        returned("P4", "A", "2026-03-25", 600, reference="chargeback P3"),
    ]
    matches = [
        {"debit_id": "P2", "credit_id": "P3", "amount": D(1000), "matched_on": None},
        {"debit_id": "F1", "credit_id": "P1", "amount": D(1000), "matched_on": None},
    ]
    c = derived([F1, P1, back, *later], matches)
    assert alive(c, "2026-02-10") == {"F1": D(1000)}
    assert alive(c, "2026-03-24") == {}
    assert alive(c, "2026-03-25") == {"F1": D(600)}
    assert {i[2:4] for i in items(c)} == {(ISSUED, DUE)}
    assert all(one.ok for one in control(c))


@pytest.mark.parametrize(
    "text",
    ["chargeback", "STORNO", "Rücklastschrift", "impayé", "rejet de prélèvement", "onbetaald",
     "stornering", "Rückläufer", "returned", "reversal"],
)  # fmt: skip
def test_words_and_an_equal_amount_are_enough(text):
    c = derived([F1, P1, returned("P2", "A", "2026-02-06", 1000, reference=text)], assume=True)
    assert alive(c, "2026-02-06") == {"F1": D(1000)}
    assert items(c)[-1][3] == DUE


def test_of_two_payments_the_latest_before_it_goes_back():
    rows = [
        invoice("F1", "A", "2026-01-05", 100, due="2026-02-04"),
        invoice("F2", "A", "2026-02-05", 100, due="2026-03-07"),
        payment("P1", "A", "2026-02-03", 100, reference="F1"),
        payment("P2", "A", "2026-03-03", 100, reference="F2"),
        returned("P3", "A", "2026-03-06", 100, reference="unpaid"),
    ]
    assert alive(derived(rows, assume=True), "2026-03-31") == {"F2": D(100)}


def test_a_payment_of_several_invoices_reopens_each_with_its_due_day():
    rows = [
        invoice("F1", "A", "2026-01-05", 100, due="2026-02-04"),
        invoice("F2", "A", "2026-01-06", 50, due="2026-03-31"),
        payment("P1", "A", "2026-02-03", 150, reference="F1 F2"),
        returned("R1", "A", "2026-02-06", 150, reference="retour F1 F2 unpaid"),
        payment("P2", "A", "2026-03-01", 50, reference="F2"),
    ]
    c = derived(rows, assume=True)
    assert alive(c, "2026-02-06") == {"F1": D(100), "F2": D(50)}
    assert alive(c, "2026-03-01") == {"F1": D(100)}
    assert [i[3] for i in items(c, "F2")] == [date(2026, 3, 31)] * 2
    assert all(one.ok for one in control(c))


def test_one_invoice_of_a_payment_goes_back():
    rows = [
        invoice("F1", "A", "2026-01-05", 100, due="2026-02-04"),
        invoice("F2", "A", "2026-01-06", 50, due="2026-03-31"),
        payment("P1", "A", "2026-02-03", 150, reference="F1 F2"),
        returned("R1", "A", "2026-02-06", 50, reference="chargeback F2"),
    ]
    assert alive(derived(rows, assume=True), "2026-02-06") == {"F2": D(50)}


def test_a_part_of_an_invoice_in_instalments_reopens_those_that_it_had_paid():
    rows = [
        invoice("F1", "A", "2026-01-01", 60, due="2026-02-01", instalment=1),
        invoice("F1", "A", "2026-01-01", 40, due="2026-03-01", instalment=2),
        payment("P1", "A", "2026-02-03", 80, reference="F1"),
        returned("R1", "A", "2026-02-06", 80, reference="reversal P1"),
    ]
    c = derived(rows, assume=True)
    due = "select due_on, sum(amount) from open_items where closed_on is null group by 1 order by 1"
    assert c.sql(due).fetchall() == [(date(2026, 2, 1), D(60)), (date(2026, 3, 1), D(40))]


def test_a_payment_that_paid_nothing_and_its_return_settle_each_other():
    rows = [
        payment("P1", "A", "2026-02-03", 80, reference="?"),
        returned("R1", "A", "2026-02-06", 80, reference="storno P1"),
    ]
    c = derived(rows, assume=True)
    assert alive(c, "2026-02-05") == {"P1": D(-80)}
    assert alive(c, "2026-02-06") == {}
    assert c.sql("select method from matches").fetchall() == [("returned",)]


def test_an_overpayment_that_is_paid_back_leaves_the_invoice_paid():
    rows = [
        F1,
        payment("P1", "A", "2026-02-03", 1100, reference="F1"),
        returned("R1", "A", "2026-02-20", 100, reference="refund P1"),
    ]
    assert alive(derived(rows, assume=True), "2026-02-20") == {}


def test_money_paid_back_for_a_credit_note_reopens_no_invoice():
    rows = [
        F1,
        P1,
        credit_note("C1", "A", "2026-02-05", 1000),
        returned("R1", "A", "2026-02-20", 1000, reference="refund F1"),
    ]
    c = derived(rows, assume=True)
    assert c.sql("select count(*) from documents where reopens is not null").fetchall() == [(0,)]


def test_a_bank_fee_beyond_the_payment_is_apart():
    rows = [F1, P1, returned("R1", "A", "2026-02-06", 1003, reference="returned F1")]
    assert alive(derived(rows, assume=True), "2026-02-06") == {"F1": D(1000), "R1": D(3)}


def test_lettered_books_reopen_what_was_lettered():
    rows = [
        F1 | {"match_code": "A"},
        P1 | {"match_code": "A"},
        returned("R1", "A", "2026-02-06", 1000, reference="impayé F1"),
    ]
    assert alive(derived(rows), "2026-02-06") == {"F1": D(1000)}
    assert alive(derived(rows), "2026-02-05") == {}


def test_plain_money_out_stays_what_it_is():
    rows = [F1, P1, returned("R1", "A", "2026-02-06", 1000, reference="to supplier")]
    c = derived(rows, assume=True)
    assert alive(c, "2026-02-06") == {"R1": D(1000)}


def moved(account, amount, code=None):
    """Return a row of an entry that carries a claim over from one account to another."""
    return document(
        "adjustment", "OD1", "A", "2026-06-01", amount, book_account=account, match_code=code
    )


@pytest.mark.parametrize("code", ["X", None])
def test_a_claim_on_another_account_is_owed_with_its_own_due_day(code):
    rows = [
        F1 | {"book_account": "411", "match_code": "X"},
        moved("411", -1000, code),
        moved("416", 1000, "Y"),
        payment("P1", "A", "2026-07-01", 300, book_account="416", match_code="Y"),
    ]
    c = derived(rows)
    assert alive(c, "2026-05-31") == {"F1": D(1000)}
    assert sum(alive(c, "2026-06-30").values()) == 1000
    assert sum(alive(c, "2026-07-01").values()) == 700
    late = "select distinct due_on from open_items where closed_on is null and amount > 0"
    assert c.sql(late).fetchall() == [(DUE,)] if code else True
    assert c.sql("select outcome from documents where document_id = 'F1'").fetchall() == [("",)]
    assert all(one.ok for one in control(c))


def test_a_return_of_one_customer_decides_nothing_of_another():
    asked = [
        invoice("F1", "B", ISSUED, 100, due=DUE),
        invoice("26000123", "B", ISSUED, 250, due=DUE),
        payment("P8", "B", "2026-02-03", 100, reference="F1"),
        # what was named is paid already: what else its text may hold is not tried again
        payment("P9", "B", "2026-02-20", 33, reference="F1 xx26000123"),
    ]
    matches = """
        select d.document_id, c.document_id, m.amount_currency, m.method
        from matches as m join documents as d on d.document_key = m.debit_key
        join documents as c on c.document_key = m.credit_key
        where d.customer = 'B' order by all
    """
    alone = derived(asked, assume=True).sql(matches).fetchall()
    beside = derived([*asked, F1, P1, BACK], assume=True).sql(matches).fetchall()
    assert alone == beside == [("F1", "P8", D(100), "reference")]

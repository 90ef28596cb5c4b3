"""Lines of bank statements: which of them count, and whose they are."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from etl.findings.find import find
from etl.ledger.checks import control
from etl.ledger.derive import Settings, derive, write_about
from tests.ledgers import customer, invoice, payment, stage

D = Decimal


def line(day, amount, text=None, name=None, iban=None, number=None):
    """Return a line of a statement; `amount` is positive for money received."""
    return {
        "issued_on": day, "amount": -D(amount), "document_id": number, "reference": text,
        "counterparty": name, "counterparty_iban": iban,
    }  # fmt: skip


def books(*files, lines=(), customers=(), series=""):
    """Derive files of (documents, what `stage` says of them), and one statement."""
    c = duckdb.connect(config={"threads": 1})
    for number, (documents, facts) in enumerate(files, 1):
        stage(c, documents, file_id=number, **{"assume": True, **facts})
    facts = {"rows_kind": "bank", "file_id": len(files) + 1, "assume": True, "series": series}
    stage(c, lines, customers=customers, **facts)
    derive(c, Settings("EUR"))
    assert [x.name for x in control(c) if not x.ok] == []
    return c


def customers_of(c):
    return c.execute(
        "select issued_on, customer, ledger from documents where kind = 'payment' order by all"
    ).fetchall()


def test_lines_belong_to_the_books_of_the_other_files():
    sold = [invoice("F2025001", "A", "2025-01-01", 100)]
    c = books((sold, {"ledger": "xaf:1"}), lines=[line("2025-02-01", 100, "F2025001")])
    assert customers_of(c) == [(date(2025, 2, 1), "A", "xaf:1")]
    assert c.sql("select method, confidence from matches").fetchall() == [("reference", D("0.99"))]
    two = books(
        (sold, {"ledger": "xaf:1"}),
        ([invoice("F9", "B", "2025-01-01", 5)], {"ledger": "xaf:2"}),
        lines=[line("2025-02-01", 100, "F2025001")],
    )
    assert customers_of(two) == [(date(2025, 2, 1), "", "")]


def test_a_line_is_evidence_only_where_the_books_hold_payments():
    c = books(
        (
            [invoice("F2025001", "A", "2025-01-01", 100),
             invoice("F2025002", "A", "2025-01-01", 60),
             payment("P1", "A", "2025-02-03", 100)],
            {"assume": False},
        ),
        lines=[
            line("2025-02-01", 100, "F2025001"),  # booked two days later
            line("2025-02-03", 30, "F2025002"),
            line("2025-02-04", 60, "F2025002"),  # not yet in the books
        ],
    )  # fmt: skip
    assert customers_of(c) == [(date(2025, 2, 3), "A", ""), (date(2025, 2, 4), "A", "")]
    # the lettered books leave F2025002 open: a line that came later may pay it
    found = c.sql(
        "select d.document_id, m.amount_currency, m.method from matches as m"
        " join documents as d on d.document_key = m.debit_key"
    ).fetchall()
    assert found == [("F2025002", D(60), "reference")]
    left = c.sql("select sum(amount) from open_items where closed_on is null").fetchall()
    assert left == [(D(0),)]
    write_about(c, Settings("EUR"), date(2026, 1, 1))
    found = {f.name: f for f in find(c)}
    assert (found["bank_booked"].items, found["bank_booked"].amount) == (2, D(-130))
    assert len(c.execute(found["bank_booked"].sql).fetchall()) == 2


def test_paid_states_tell_of_payments_too_and_stay_when_later_lines_come():
    c = books(
        (
            [invoice("F2025001", "A", "2025-01-01", 100, paid_on="2025-01-20"),
             invoice("F2025002", "A", "2025-03-01", 60, open_amount=60)],
            {},
        ),
        lines=[
            line("2025-01-20", 100, "F2025001"),
            line("2025-03-20", 60, "F2025002"),
        ],
    )  # fmt: skip
    found = c.sql("select method, amount_currency from matches order by 1").fetchall()
    assert found == [("reference", D(60)), ("state", D(100))]
    assert c.sql("select amount, outgoing from bank_aside").fetchall() == [(D(-100), False)]


def test_payments_of_consecutive_exports_are_one_period():
    def january(number, day, month):
        return (
            [invoice(number, "A", day, 10), payment(f"P{number}", "A", month, 10)],
            {},
        )

    c = books(
        january("F1", "2025-01-02", "2025-01-28"),
        january("F2", "2025-02-03", "2025-02-27"),
        january("F3", "2025-09-01", "2025-09-30"),
        lines=[line("2025-01-30", 10), line("2025-06-01", 7), line("2025-10-01", 8)],
    )
    found = c.sql("select amount from bank_aside").fetchall()
    assert found == [(D(-10),)]


SOLD = [
    invoice("F2025/0012", "A", "2025-01-01", 100, reference="+++123/4567/89002+++"),
    invoice("F2025/0013", "B", "2025-01-01", 100),
    invoice("G7", "A", "2025-01-01", 100),
    invoice("G7", "B", "2025-01-01", 100),
]
KNOWN = [
    customer("A", name="Établissements Dupont S.A.R.L.", iban="BE00 1111 2222 3333"),
    customer("B", name="Van den Berg & Zonen B.V."),
    customer("C", name="Twin NV"),
    customer("D", name="TWIN SA"),
]


@pytest.mark.parametrize(
    ("text", "name", "iban", "expected"),
    [
        ("betaling F2025-0012 dank u", None, None, "A"),
        ("factF20250013", None, None, ""),  # no word of its own
        ("uw 123 4567 89002 / 7", None, None, "A"),
        ("123/4567/89003", None, None, ""),  # the check digits are wrong
        ("G7", None, None, ""),  # two customers have one
        ("F2025/0012 F2025/0013", None, None, ""),
        ("F2025/0012 F2025/0099", "Dupont", None, "A"),
        # the number comes first, unless neither payer nor amount agree with it
        ("F2025/0013 exact", "Dupont", "BE00111122223333", "B"),
        ("F2025/0013", "Dupont", "BE00111122223333", "A"),
        ("F2025/0013", "Dupont SA", None, "B"),
        ("", "somebody", "be00 1111-2222 3333", "A"),
        ("", "ETABLISSEMENTS DUPONT SARL", None, "A"),
        ("", "Van den Berg en Zonen", None, "B"),
        ("", "Van den Berg", None, ""),
        ("", "Twin", None, ""),
        ("", None, None, ""),
    ],
)
def test_who_paid_is_found_by_number_then_account_then_name(text, name, iban, expected):
    paid = 100 if "exact" in text else 50
    c = books((SOLD, {}), lines=[line("2025-02-01", paid, text, name, iban)], customers=KNOWN)
    assert [customer for _, customer, _ in customers_of(c)] == [expected]


def test_an_account_is_learned_from_lines_that_name_invoices_of_one_customer():
    c = books(
        (SOLD, {}),
        lines=[
            line("2025-01-20", 1, iban="NL1"),  # before anything was known of it
            line("2025-02-01", 20, "F2025/0012", iban="NL1"),
            line("2025-03-01", 30, iban="NL1"),
            line("2025-02-01", 20, "F2025/0012", iban="NL2"),
            line("2025-02-01", 20, "F2025/0013", iban="NL2"),
            line("2025-03-02", 30, iban="NL2"),  # a payment service: of whom it is, is not known
        ],
    )
    found = {(d, c) for d, c, _ in customers_of(c)}
    assert (date(2025, 1, 20), "") in found
    assert (date(2025, 3, 1), "A") in found
    assert (date(2025, 3, 2), "") in found


def test_what_goes_out_to_nobody_known_is_left_aside():
    c = books(
        (SOLD, {}),
        lines=[
            line("2025-02-01", -500, "rent", "Landlord"),
            line("2025-02-02", -20, "refund", "Van den Berg & Zonen BV"),
            line("2025-02-03", 10, "who knows"),
        ],
        customers=KNOWN,
    )
    found = c.sql("select amount, customer from documents where kind = 'payment' order by 1")
    assert found.fetchall() == [(D(-10), ""), (D(20), "B")]
    write_about(c, Settings("EUR"), date(2026, 1, 1))
    left = {f.name: f for f in find(c)}["bank_outgoing"]
    assert (left.items, left.amount) == (1, D(500))
    assert len(c.execute(left.sql).fetchall()) == 1


def test_what_a_statement_format_keeps_of_outgoing_money_counts():
    """It leaves our own payments out itself: what is there came in before, and went back."""
    c = books(
        (SOLD, {}),
        lines=[line("2025-02-01", 500, "x", "Stranger"), line("2025-02-02", -72, "x", "Stranger")],
        customers=KNOWN,
        series="bank:BE1:EUR",
    )
    found = c.sql("select amount, customer from documents where kind = 'payment' order by 1")
    assert found.fetchall() == [(D(-500), ""), (D(72), "")]


def test_the_order_of_lines_is_irrelevant():
    lines = [
        line("2025-02-01", 20, "F2025/0012", "x", "NL1"),
        line("2025-02-01", 20, "F2025/0012", "y", "NL2"),
        line("2025-02-01", 20, None, "z", "NL1"),
        line("2025-02-01", 20, None, "u", "NL3"),
    ]

    def told(given):
        c = books((SOLD, {}), lines=given)
        return c.execute(
            """
            select m.debit_key, m.credit_key, m.amount_currency, s.counterparty
            from matches as m join documents as d on d.document_key = m.credit_key
            join staged_documents as s on s.file_id = d.file_id and s.line = d.line order by all
            """
        ).fetchall()

    assert told(lines) == told(lines[::-1])


BATCH = [
    invoice("F2025/0021", "A", "2025-01-01", 100),
    invoice("F2025/0022", "B", "2025-01-01", 250),
    invoice("F2025/0023", "A", "2025-01-01", "70.50"),
    invoice("F2025/0024", "C", "2025-01-01", 10, reference="+++123/4567/89002+++"),
]
FOUR = "F2025/0021, F2025-0022 F20250023 123/4567/89002"


@pytest.mark.parametrize(
    ("paid", "text", "parts", "left"),
    [
        # to the cent, in whatever notation each of them is named
        ("430.50", FOUR, {"A": "-170.50", "B": "-250.00", "C": "-10.00"}, "0.00"),
        ("420.50", FOUR[:32], {"A": "-170.50", "B": "-250.00"}, "10.00"),
        # a number that occurs twice counts once
        ("350", "F2025/0021 F2025/0022 F2025/0021", {"A": "-100.00", "B": "-250.00"}, "80.50"),
        # by a cent: nobody knows whose it is
        ("420.49", FOUR[:32], {"": "-420.49"}, "10.01"),
        ("420.51", FOUR[:32], {"": "-420.51"}, "9.99"),
        # one customer: as before
        ("170.50", "F2025/0021 F2025/0023", {"A": "-170.50"}, "260.00"),
    ],
)
def test_a_line_that_is_the_sum_of_what_it_names_is_a_payment_of_each_customer(
    paid, text, parts, left
):
    c = books((BATCH, {}), lines=[line("2025-02-01", paid, text, number="B1")])
    found = c.sql("select customer, sum(amount) from documents where kind = 'payment' group by 1")
    assert {k: str(v) for k, v in found.fetchall()} == parts
    still = "select coalesce(sum(amount), 0.00) from open_items where closed_on is null"
    assert c.sql(still).fetchall() == [(D(left),)]
    if "" not in parts:
        matched = c.sql("select sum(amount_currency), min(confidence) from matches").fetchall()
        assert matched == [(D(paid), D("0.99"))]
    if len(parts) > 1:
        told = c.sql("select document_id from documents where kind = 'payment' order by 1")
        assert told.fetchall() == [(f"B1 #{n}",) for n in range(1, len(parts) + 1)]


def test_a_batch_of_several_customers_goes_back_as_it_came():
    text = "F2025/0021 F2025/0022"
    c = books(
        (BATCH, {}),
        lines=[line("2025-02-01", 350, text, number="B1"),
               line("2025-02-05", -350, f"storno {text}", number="B2")],
        series="bank:1:EUR",
    )  # fmt: skip
    found = c.sql(
        "select customer, sum(amount) from open_items where opened_on <= date '2025-02-05'"
        " and (closed_on is null or closed_on > date '2025-02-05') group by 1 order by 1"
    ).fetchall()
    assert found == [("A", D("170.50")), ("B", D(250)), ("C", D(10))]
    assert c.sql("select count(*) from documents where customer = ''").fetchall() == [(0,)]


def test_invoices_of_another_currency_make_no_batch():
    sold = [invoice("F2025/0021", "A", "2025-01-01", 100),
            invoice("F2025/0022", "B", "2025-01-01", 250, currency="USD", rate="1")]  # fmt: skip
    c = books((sold, {}), lines=[line("2025-02-01", 350, "F2025/0021 F2025/0022")])
    assert [customer for _, customer, _ in customers_of(c)] == [""]

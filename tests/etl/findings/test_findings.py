"""Each finding on a ledger of a few lines: what it finds, and what it leaves alone."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from etl.findings.customers import valid_vat
from etl.findings.find import CHECKS, WORDS, find, outcomes
from etl.ledger.derive import Settings, write_about
from tests.ledgers import (
    credit_note,
    customer,
    derived,
    document,
    invoice,
    match,
    payment,
    rate,
    write_off,
)

D = Decimal


def look(documents, matches=(), customers=(), **more):
    """Return the findings by name, and a way to ask for the rows of one."""
    connection = derived(documents, matches, customers, **more)
    write_about(connection, Settings("EUR", 30), datetime(2026, 1, 1, tzinfo=UTC))
    found = {f.name: f for f in find(connection)}
    assert set(found) <= set(WORDS)

    def rows(name, columns="document_id"):
        sql = found[name].sql
        return connection.execute(f"select {columns} from ({sql}) order by all").fetchall()

    return found, rows


def test_unapplied_cash_has_its_age_on_the_last_day_of_the_data():
    found, rows = look(
        [
            payment("P1", "A", "2025-03-01", 100),
            payment("P2", "A", "2025-05-10", 50),
            payment("P3", "A", "2025-06-01", 20),
            invoice("F1", "A", "2025-06-30", 70),
        ]
    )
    assert (found["unapplied"].items, found["unapplied"].amount) == (3, D(-170))
    assert rows("unapplied", "document_id, days, age") == [
        ("P1", 121, "over_90"),
        ("P2", 51, "31-60"),
        ("P3", 29, "1-30"),
    ]
    assert rows("unapplied_old") == [("P1",)]


OWED = [
    invoice("F-2001", "B", "2025-05-01", "123.45", reference="000/4010/26389"),
    invoice("F-2002", "B", "2025-05-02", "77.00"),
]


def test_a_payment_that_is_another_customers_invoice_is_a_suspect():
    names = [customer("A", name="Anker NV"), customer("B", name="Bakkerij Böhm BVBA")]
    found, rows = look([*OWED, payment("P1", "A", "2025-05-20", "123.45")], customers=names)
    assert found["wrong_customer"].amount == D("123.45")
    columns = "document_id, evidence, other_customer, other_id"
    assert rows("wrong_customer", columns) == [("P1", "amount", "B", "F-2001")]
    for told, evidence in (
        ({"reference": "your ref f2001"}, "number"),
        ({"reference": "+++000/4010/26389+++"}, "number"),
        ({"counterparty": "BAKKERIJ BOHM"}, "name"),
    ):
        _found, rows = look(
            [*OWED, payment("P1", "A", "2025-05-20", "123.45", **told)], customers=names
        )
        assert rows("wrong_customer", "evidence") == [(evidence,)]


@pytest.mark.parametrize(
    "more",
    [
        [payment("P1", "A", "2025-05-20", "123.46")],  # a cent more
        [payment("P1", "A", "2025-04-20", "123.45")],  # before the invoice
        [payment("P1", "B", "2025-05-20", "123.45")],  # the right customer
        [
            payment("P1", "A", "2025-05-20", "123.45"),  # as much as an invoice of its own
            invoice("F9", "A", "2025-05-02", "123.45"),
        ],
        [
            payment("P1", "A", "2025-05-20", "123.45"),  # two candidates, nothing else to say
            invoice("F9", "C", "2025-05-02", "123.45"),
        ],
    ],
)
def test_a_payment_is_no_suspect_where_something_speaks_against_it(more):
    assert "wrong_customer" not in look([*OWED, *more])[0]


def test_a_sister_company_is_not_a_wrong_customer():
    group = [customer("A", parent_id="H"), customer("B", parent_id="H")]
    paid = [*OWED, payment("P1", "A", "2025-05-20", "123.45")]
    assert "wrong_customer" not in look(paid, customers=group)[0]


def test_invoices_made_twice():
    found, rows = look(
        [
            invoice("F-0012", "A", "2025-01-01", 100),
            invoice("F12", "A", "2025-02-01", 100),  # the same number otherwise written
            invoice("F30", "B", "2025-01-01", 80, po_number="PO7"),
            invoice("F31", "B", "2025-01-08", 80, po_number="PO7"),  # the same order
        ]
    )
    assert found["duplicate_invoices"].amount == D(180)
    assert rows("duplicate_invoices", "document_id, evidence, other_id") == [
        ("F12", "number", "F-0012"),
        ("F31", "order", "F30"),
    ]


def test_invoices_that_only_look_alike():
    found, _rows = look(
        [
            invoice("F1", "A", "2025-01-01", 100),
            invoice("F2", "A", "2025-01-02", 100),  # another number, no order number
            invoice("F3", "B", "2025-01-01", 80, po_number="PO7"),
            invoice("F4", "B", "2025-01-09", 80, po_number="PO7"),  # 8 days later
            *[invoice(f"S{n}", "C", f"2025-02-0{n}", 60, po_number="WEEKLY") for n in range(1, 5)],
            invoice("G-1", "D", "2025-01-01", 70),
            invoice("G1", "D", "2025-01-03", 70),
            credit_note("C1", "D", "2025-01-05", 70),  # the copy was credited
            invoice("H1", "E", "2024-01-01", 50),
            invoice("H01", "E", "2025-01-01", 50),  # numbers begin anew each year
        ],
        [match("G1", "C1")],
    )
    assert "duplicate_invoices" not in found


def test_payments_made_twice():
    found, rows = look(
        [
            invoice("F1", "A", "2025-01-01", 100),
            payment("P1", "A", "2025-02-01", 100, reference="F1"),
            payment("P2", "A", "2025-02-04", 100, reference="F1"),
        ],
        [match("F1", "P1")],
    )
    assert found["duplicate_payments"].amount == D(100)
    assert rows("duplicate_payments", "document_id, other_id") == [("P2", "P1")]


def test_payments_that_are_two():
    two = [invoice("F1", "A", "2025-01-01", 100), invoice("F2", "A", "2025-01-02", 100)]
    first = payment("P1", "A", "2025-02-01", 100)
    settled = [match("F1", "P1"), match("F2", "P2")]
    assert "duplicate_payments" not in look(
        [*two, first, payment("P2", "A", "2025-02-02", 100)], settled
    )[0]  # fmt: skip
    for other in (
        payment("P2", "A", "2025-02-05", 100),  # 4 days later
        payment("P2", "A", "2025-02-02", 100, reference="other"),
        payment("P2", "B", "2025-02-02", 100),
        payment("P2", "A", "2025-02-02", 101),
    ):
        assert "duplicate_payments" not in look([two[0], first, other], settled[:1])[0]


def test_a_discount_that_was_taken_late():
    sold = [invoice(f"F{n}", "A", "2025-01-01", 1000) for n in range(1, 6)]
    found, rows = look(
        [
            *sold,
            payment("P1", "A", "2025-01-31", 980),  # 2 % less on day 30
            payment("P2", "A", "2025-01-10", 980),  # in time
            payment("P3", "A", "2025-01-31", 960),  # no discount
            payment("P4", "A", "2025-01-21", 970),  # late, and the rest written off
            write_off("W4", "A", "2025-02-28", 30),
            payment("P5", "A", "2025-01-31", 1000),
        ],
        [match(f"F{n}", f"P{n}") for n in range(1, 6)] + [match("F4", "W4")],
    )
    assert found["late_discounts"].amount == D(50)
    columns = "document_id, amount, days, still_open"
    assert rows("late_discounts", columns) == [("F1", D(20), 30, True), ("F4", D(30), 20, False)]
    # (20 x 30 + 30 x 20) / 50
    assert found["late_discounts"].text.values["days"] == 24.0


@pytest.mark.parametrize(("kind", "late"), [("adjustment", 1), ("exchange", 0)])
def test_an_exchange_loss_is_no_discount_taken_late(kind, late):
    documents = [
        invoice("F1", "A", "2025-01-01", 1000),
        payment("P1", "A", "2025-01-31", 980),
        write_off("W1", "A", "2025-01-31", 20) | {"kind": kind},
    ]
    found, _ = look(documents, [match("F1", "P1"), match("F1", "W1")])
    assert ("late_discounts" in found) == late


def orders(without, paid_without=20, who="A"):
    """Return invoices of a customer: 8 with an order number paid after 10 days, some without."""
    documents, matches = [], []
    for n in range(8 + without):
        numbered = n < 8
        amount = 100 if n != 8 else 300
        more = {"po_number": f"PO{n}"} if numbered else {}
        documents.append(invoice(f"{who}{n}", who, "2025-03-01", amount, **more))
        day = 10 if numbered else paid_without
        documents.append(payment(f"P{who}{n}", who, f"2025-03-{day + 1:02}", amount))
        matches.append(match(f"{who}{n}", f"P{who}{n}"))
    return documents, matches


def test_invoices_without_the_order_number_that_the_customer_usually_gives():
    found, rows = look(*orders(2))
    it = found["no_order_number"]
    assert (it.items, it.amount) == (2, D(400))
    assert rows("no_order_number") == [("A8",), ("A9",)]
    assert dict(it.text.values) | {"later": 10.0, "without": 2, "with_one": 8} == it.text.values
    # paid no later: nothing is said about days
    assert "later" not in str(look(*orders(2, 5))[0]["no_order_number"].text)


def test_how_much_later_is_weighed_by_amount_and_customer_by_customer():
    documents, matches = orders(2)
    more, others = orders(1, 14, "B")
    # A: 400 paid 10 days later; B: 300 paid 4 days later
    found, _rows = look([*documents, *more], [*matches, *others])
    assert found["no_order_number"].text.values["later"] == round((400 * 10 + 300 * 4) / 700, 1)


def test_a_customer_that_never_gives_an_order_number_is_left_alone():
    documents, matches = orders(0)
    others = [invoice(f"N{n}", "B", "2025-03-01", 10) for n in range(6)]
    assert "no_order_number" not in look([*documents, *others], matches)[0]
    # with few invoices, what all do counts: 8 of 9 give one
    assert look([*documents, others[0]], matches)[0]["no_order_number"].items == 1


def test_without_any_order_number_the_data_cannot_say():
    connection = derived([invoice("F1", "A", "2025-03-01", 10)])
    write_about(connection, Settings("EUR", 30), datetime(2026, 1, 1, tzinfo=UTC))
    told = outcomes(connection, find(connection))
    assert told["no_order_number"] == told["invoiced_late"] == told["late_discounts"] == "no_data"
    assert told["duplicate_invoices"] == told["same_company"] == "nothing"
    assert told["no_limit"] == "found"
    assert {c.name for c in CHECKS} <= set(told)


def test_invoices_that_left_long_after_delivery():
    found, rows = look(
        [
            invoice("F1", "A", "2025-01-31", 100, delivered_on="2025-01-01"),
            invoice("F2", "A", "2025-01-11", 300, delivered_on="2025-01-01"),
            invoice("F3", "A", "2025-01-08", 900, delivered_on="2025-01-01"),  # 7 days
            invoice("F4", "A", "2023-01-31", 900, delivered_on="2023-01-01"),  # long ago
            invoice("F5", "A", "2025-01-31", 900),
        ]
    )
    assert rows("invoiced_late", "document_id, days") == [("F1", 30), ("F2", 10)]
    assert found["invoiced_late"].text.values["days"] == 15.0  # (100 x 30 + 300 x 10) / 400


def sold_by(seller, invoices, credited, **more):
    return [
        *[
            invoice(f"{seller}{n}", "A", "2025-03-01", 100, salesperson=seller)
            for n in range(invoices)
        ],
        credit_note(f"C{seller}", "A", "2025-03-02", credited, salesperson=seller, **more),
    ]


def test_the_salesperson_with_most_credit_notes_is_named_and_all_are_listed():
    documents = sold_by("Ann", 20, 200) + sold_by("Bob", 20, 20) + sold_by("Few", 2, 100)
    found, rows = look(documents)
    values = found["credited_by_salesperson"].text.values
    assert (values["salesperson"], values["top"]) == ("Ann", 10.0)
    # of all: 320 of 4,200, not the mean of the three shares
    assert (values["share"], values["notes"]) == (7.6, 3)
    assert rows("credited_by_salesperson", "salesperson, credit_notes, amount") == [
        ("Ann", 1, D(200)),
        ("Bob", 1, D(20)),
        ("Few", 1, D(100)),
    ]
    even = sold_by("Ann", 20, 100) + sold_by("Bob", 20, 100)
    assert "credited_by_salesperson" not in look(even)[0]


def test_the_reason_of_credit_notes_is_what_their_text_says_besides():
    documents = [
        credit_note("C1", "A", "2025-03-02", 60, reference="Avoir sur facture F12: prix erroné"),
        credit_note("C2", "A", "2025-03-03", 20, reference="Prix erroné"),
        credit_note("C3", "A", "2025-03-03", 20, reference="Creditnota F7 retour"),
    ]
    found, rows = look(documents)
    values = found["credited_by_reason"].text.values
    assert (values["reason"], values["top"], values["notes"]) == ("prix erroné", 80.0, 3)
    assert rows("credited_by_reason", "reason, credit_notes") == [("prix erroné", 2), ("retour", 1)]
    silent = [credit_note("C1", "A", "2025-03-02", 60, reference="Avoir sur facture F12")]
    assert "credited_by_reason" not in look(silent)[0]


@pytest.mark.parametrize("number", ["FT FA.2021/807", "FA 2021/807", "VF 2026-12", "F 12 / 2026"])
def test_letters_of_a_number_are_no_reason_of_a_credit_note(number):
    silent = [credit_note("C1", "A", "2025-03-02", 60, reference=number)]
    assert "credited_by_reason" not in look(silent)[0]
    told = [credit_note("C1", "A", "2025-03-02", 60, reference=f"{number} Devolução")]
    found, _ = look(told)
    assert found["credited_by_reason"].text.values["reason"] == "devolução"


def test_two_names_under_one_number_and_what_is_but_another_way_to_write_one():
    customers = [
        customer("A", name="Anker NV"),
        customer("A", name="Bakkerij Böhm"),
        customer("B", name="Brasserie Noord BV"),
        customer("B", name="BRASSERIE NOORD, Gent"),
        customer("C", name="Drukkerij Jansen"),
        customer("C", name="Drukkerij Janssen B.V."),
    ]
    owed = [invoice("F1", "A", "2025-01-01", 100), invoice("F2", "B", "2025-01-01", 10)]
    found, rows = look(owed, customers=customers)
    assert (found["several_names"].items, found["several_names"].amount) == (1, D(100))
    assert rows("several_names", "customer, customer_name, other_name") == [
        ("A", "Anker NV", "Bakkerij Böhm")
    ]


def test_one_company_under_several_numbers():
    customers = [
        customer("A1", name="Anker", vat_number="BE 0403.170.701"),
        customer("A2", name="Ateliers de l'Ancre", vat_number="0403170701", country="BE"),
        customer("B1", name="Bakkerij Böhm BVBA", country="BE"),
        customer("B2", name="BAKKERIJ BOHM", country="BE"),
        customer("C1", name="Cdef", iban="BE68 5390 0754 7034"),
        customer("C2", name="Cghi", iban="BE68539007547034"),
    ]
    owed = [invoice("F1", "A1", "2025-01-01", 100), invoice("F2", "B2", "2025-01-01", 10)]
    found, rows = look(owed, customers=customers)
    it = found["same_company"]
    assert (it.items, it.amount, it.text.values["companies"]) == (6, D(110), 3)
    assert rows("same_company", "customer, same_as, evidence") == [
        ("A1", "A1", "vat"),
        ("A2", "A1", "vat"),
        ("B1", "B1", "name"),
        ("B2", "B1", "name"),
        ("C1", "C1", "iban"),
        ("C2", "C1", "iban"),
    ]


def test_companies_that_are_not_the_same():
    customers = [
        customer("A1", name="Anker", vat_number="0000000000", country="BE"),  # no valid number
        customer("A2", name="Zeebries", vat_number="0000000000", country="BE"),
        customer("B1", name="Bakkerij Böhm", country="BE"),
        customer("B2", name="Bakkerij Böhm", country="FR"),  # another country
        customer("C1", name="Cdef Holding", parent_id="C0"),
        customer("C2", name="Cdef Holding NV", parent_id="C0"),  # known as one group
        customer("E1", name="Efghi SA", vat_number="FR20994716799", country="FR"),
        customer("E2", name="Efghi SARL", vat_number="FR11993217564", country="FR"),  # two
        customer("D1", name="NV"),
        customer("D2", name="N.V."),
    ]
    assert "same_company" not in look([invoice("F1", "A1", "2025-01-01", 1)], (), customers)[0]


def test_valid_vat_numbers():
    assert valid_vat("BE0403170701")
    assert not valid_vat("BE0403170702")
    assert not valid_vat("XX12345678")
    assert not valid_vat("BE'; drop")


def test_customers_about_whom_something_is_missing_and_what_they_owe():
    customers = [customer("A", sector="43.21", credit_limit="10"), customer("B", name="Bo")]
    documents = [
        invoice("F1", "A", "2025-01-01", 100),
        invoice("F2", "B", "2025-01-01", 30),
        payment("P2", "B", "2025-01-02", 5),
    ]
    found, rows = look(documents, customers=customers)
    assert (found["no_sector"].items, found["no_sector"].amount) == (1, D(25))
    assert found["no_terms"].amount == D(125)
    assert rows("no_limit", "customer, amount") == [("B", D(25))]


def test_invoices_due_before_they_are_issued():
    found, rows = look(
        [
            invoice("F1", "A", "2025-02-01", 100, due="2025-01-31"),
            invoice("F2", "A", "2025-02-01", 100, due="2025-02-01"),
        ]
    )
    assert rows("due_before_issue") == [("F1",)]
    assert found["due_before_issue"].amount == D(100)


def test_what_a_row_leaves_neither_paid_nor_open_is_said():
    found, rows = look(
        [
            invoice("F1", "A", "2025-05-01", 100, paid_amount=60, open_amount=30),
            invoice("F2", "A", "2025-05-02", 100, paid_amount=70, open_amount=30),
            invoice("F3", "A", "2025-05-03", 50, paid_amount=20, written_off=True),
            invoice("F4", "A", "2025-05-04", 50, paid_amount=49, open_amount=0, discount=1),
            credit_note("C1", "B", "2025-05-05", 25, paid_amount=0, open_amount=20),
            document("adjustment", "J1", "B", "2025-05-06", -5),
        ],
        assume=True,
    )
    assert (found["state_unexplained"].items, found["state_unexplained"].amount) == (2, D(5))
    assert rows("state_unexplained", "document_id, amount") == [("C1", D(-5)), ("F1", D(10))]
    found, _ = look([invoice("F1", "A", "2025-05-01", 100, paid_amount=70, open_amount=30)])
    assert "state_unexplained" not in found


def test_amounts_of_matches_stand_in_their_currency_too():
    """A match row counts in the currency of its documents; what is added up is converted."""
    pound = {"currency": "GBP"}
    found, rows = look(
        [
            invoice("F1", "A", "2025-05-01", 100, **pound),
            payment("P1", "A", "2025-05-20", 60, **pound),
        ],
        [match("F1", "P1", 90), match("F1", "GONE", 40), match("NO", "GONE", 5)],
        rates=[rate("GBP", "2025-01-01", "1.2")],
    )
    columns = "debit_id, credit_id, amount_currency, currency, amount"
    assert rows("match_cut", columns) == [("F1", "P1", D(90), "GBP", D(108))]
    assert found["match_cut"].amount == D(36)
    assert rows("match_unknown", columns) == [
        ("F1", "GONE", D(40), "GBP", D(48)),
        ("NO", "GONE", D(5), "", None),
    ]
    found, rows = look(
        [
            invoice("F1", "A", "2025-05-01", 100, **pound),
            payment("P1", "A", "2025-05-20", 100, reference="F1", **pound),
        ],
        rates=[rate("GBP", "2025-01-01", "1.2")],
        assume=True,
    )
    assert rows("matched_by_rule", f"{columns}, customer") == [
        ("F1", "P1", D(100), "GBP", D(120), "A")
    ]

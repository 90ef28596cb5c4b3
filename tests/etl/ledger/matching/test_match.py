"""Which payment settles which invoice."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from etl.ledger.derive import Settings, derive
from tests.ledgers import credit_note, derived, document, invoice, match, payment, stage

D = Decimal


def matches(connection):
    """Return (debit, credit, amount, method) of every match, in order."""
    return connection.execute(
        """
        select d.document_id, c.document_id, m.amount_currency, m.method from matches as m
        join documents as d on d.document_key = m.debit_key
        join documents as c on c.document_key = m.credit_key order by all
        """
    ).fetchall()


@pytest.mark.parametrize(
    "reference",
    [
        "F2025/0012",
        "f2025-0012",
        "payment of invoice F2025/0012, thank you",
        "Facture F 2025 12 du 3 mars",
        "our ref 998 / F20250012",
    ],
)
def test_a_payment_finds_the_invoice_it_names(reference):
    c = derived(
        [
            invoice("F2025/0011", "A", "2025-01-01", 100),
            invoice("F2025/0012", "A", "2025-01-05", 100),
            payment("P1", "A", "2025-02-01", 100, reference=reference),
        ],
        assume=True,
    )
    # zeros inside a number are part of it: without them it is a part, which the amount supports
    method = "partial" if reference.startswith("Facture") else "reference"
    assert matches(c) == [("F2025/0012", "P1", D(100), method)]


def test_a_short_number_of_letter_and_digit_is_found_but_a_bare_digit_is_not():
    c = derived(
        [
            invoice("I1", "A", "2025-01-01", 100),
            invoice("I3", "A", "2025-01-05", 100),
            invoice("7", "A", "2025-01-06", 100),
            payment("P1", "A", "2025-02-01", 40, reference="inv. I3"),
            payment("P2", "A", "2025-02-02", 30, reference="7 boxes"),
        ],
        assume=True,
    )
    assert matches(c) == [("I3", "P1", D(40), "reference")]


@pytest.mark.parametrize("text", ["+++123/4567/89002+++", "paid 123/4567/89002", "123456789002"])
def test_a_structured_reference_names_its_invoice(text):
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100),
            invoice("F2", "A", "2025-01-05", 100, reference="+++123/4567/89002+++"),
            payment("P1", "A", "2025-02-01", 70, reference=text),
        ],
        assume=True,
    )
    assert matches(c) == [("F2", "P1", D(70), "structured")]


def test_several_invoices_in_one_text_are_filled_oldest_first():
    c = derived(
        [
            invoice("F101", "A", "2025-01-09", 100),
            invoice("F102", "A", "2025-01-05", 100),
            invoice("F103", "A", "2025-01-01", 100),
            payment("P1", "A", "2025-02-01", 150, reference="F101 + F102"),
        ],
        assume=True,
    )
    assert matches(c) == [
        ("F101", "P1", D(50), "reference"),
        ("F102", "P1", D(100), "reference"),
    ]


def test_two_payments_of_one_invoice_never_take_more_than_it_holds():
    c = derived(
        [
            invoice("F101", "A", "2025-01-01", 100),
            payment("P1", "A", "2025-02-01", 80, reference="F101"),
            payment("P2", "A", "2025-03-01", 80, reference="F101"),
        ],
        assume=True,
    )
    assert matches(c) == [("F101", "P1", D(80), "reference"), ("F101", "P2", D(20), "reference")]


def test_the_exact_amount_comes_before_the_oldest():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100),
            invoice("F2", "A", "2025-01-05", 70),
            invoice("F3", "A", "2025-01-06", 70),
            payment("P1", "A", "2025-02-01", 70),
            payment("P2", "A", "2025-02-02", 30),
        ],
        assume=True,
    )
    assert matches(c) == [("F1", "P2", D(30), "oldest"), ("F2", "P1", D(70), "amount")]


def test_customers_and_currencies_never_mix():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100),
            invoice("F2", "B", "2025-01-01", 100, currency="USD", rate="0.9"),
            payment("P1", "B", "2025-02-01", 100),
            payment("P2", "C", "2025-02-01", 100, reference="F1"),
        ],
        assume=True,
    )
    assert matches(c) == []


def test_a_credit_note_finds_the_invoice_it_corrects():
    c = derived(
        [
            invoice("F101", "A", "2025-01-01", 100),
            invoice("F102", "A", "2025-01-02", 60),
            credit_note("C1", "A", "2025-02-01", 60, reference="correction of F101"),
        ],
        assume=True,
    )
    assert matches(c) == [("F101", "C1", D(60), "reference")]


def test_a_reversal_matches_its_invoice_even_in_a_lettered_file():
    c = derived([invoice("F1", "A", "2025-01-01", 100), credit_note("F1", "A", "2025-01-02", 100)])
    assert matches(c) == [("F1", "F1", D(100), "reference")]
    assert c.sql("select outcome from documents where kind = 'invoice'").fetchall() == [
        ("credited",)
    ]


def test_lettered_rows_settle_each_other_balanced_or_not():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100, due="2025-03-01", match_code="AA"),
            invoice("F2", "A", "2025-01-05", 50, due="2025-02-01", match_code="AA"),
            payment("P1", "A", "2025-02-01", 120, match_code="AA", matched_on="2025-12-31"),
            invoice("F3", "A", "2025-01-01", 40, match_code="AB"),
            invoice("F4", "B", "2025-01-01", 40, match_code="AA"),
            payment("P2", "A", "2025-02-01", 40),
        ],
        assume=True,
    )
    # F2 is due first; P2 stays alone in a file that letters its rows
    assert matches(c) == [("F1", "P1", D(70), "given"), ("F2", "P1", D(50), "given")]
    assert c.sql("select distinct recorded_on from matches").fetchall() == [(date(2025, 12, 31),)]


def test_match_rows_are_followed_and_cut_to_what_is_there():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100),
            payment("P1", "A", "2025-02-01", 80),
            payment("P2", "A", "2025-02-05", 80),
        ],
        [match("F1", "P1", 80), match("F1", "P2", 50), match("F9", "P2", 10)],
    )
    assert matches(c) == [("F1", "P1", D(80), "given"), ("F1", "P2", D(20), "given")]
    cut = c.sql("select debit_id, amount, applied from unheard order by all").fetchall()
    assert cut == [("F1", D(50), D(20)), ("F9", D(10), D(0))]


def test_one_number_for_two_invoices_is_filled_oldest_first():
    c = derived(
        [
            invoice("F1", "A", "2025-01-05", 30),
            invoice("F1", "A", "2025-01-01", 40),
            payment("P1", "A", "2025-02-01", 60),
        ],
        [match("F1", "P1")],
    )
    found = c.sql(
        "select issued_on, sum(matches.amount_currency) from matches join documents"
        " on document_key = debit_key group by all order by all"
    ).fetchall()
    assert found == [(date(2025, 1, 1), D(40)), (date(2025, 1, 5), D(20))]


def test_a_payment_without_customer_takes_that_of_its_invoice():
    c = derived(
        [
            invoice("F101", "A", "2025-01-01", 100),
            document("payment", "P1", None, "2025-02-01", -100, reference="F101"),
        ],
        assume=True,
    )
    assert c.sql("select distinct customer from documents").fetchall() == [("A",)]
    assert matches(c) == [("F101", "P1", D(100), "reference")]


def test_oldest_first_holds_whatever_comes_later():
    early = [
        invoice("F1", "A", "2025-01-01", 100),
        invoice("F2", "A", "2025-01-02", 70),
        payment("P1", "A", "2025-01-20", 130),
    ]
    later = [invoice("F3", "A", "2025-02-01", 55, due="2025-01-05"),
             payment("P2", "A", "2025-02-09", 80)]  # fmt: skip
    before = matches(derived(early, assume=True))
    assert before == [("F1", "P1", D(100), "oldest"), ("F2", "P1", D(30), "oldest")]
    after = matches(derived(early + later, assume=True))
    assert [m for m in after if m[1] == "P1"] == before


def sure(connection):
    """Return (debit, amount, method, confidence) of every match, in order."""
    return connection.execute(
        """
        select d.document_id, m.amount_currency, m.method, m.confidence from matches as m
        join documents as d on d.document_key = m.debit_key order by all
        """
    ).fetchall()


OPEN = [
    invoice("F2025/0012", "A", "2025-01-05", 100, reference="+++123/4567/89002+++"),
    invoice("F2025/0013", "A", "2025-01-09", 250),
    invoice("F2025/0014", "A", "2025-01-20", 70),
]


@pytest.mark.parametrize(
    ("day", "amount", "text", "expected"),
    [
        # the examples of docs/matching.md, in its order
        ("2025-02-03", 40, "123 4567 89002", [("F2025/0012", D(40), "structured", D("0.99"))]),
        ("2025-02-03", 40, "RF28 F202 5001 3", [("F2025/0013", D(40), "structured", D("0.99"))]),
        ("2025-02-03", 350, "betaling F2025-0012, f2025/0013",
         [("F2025/0012", D(100), "reference", D("0.99")),
          ("F2025/0013", D(250), "reference", D("0.99"))]),
        ("2025-02-03", 60, "F2025/0013", [("F2025/0013", D(60), "reference", D("0.98"))]),
        ("2025-02-03", 70, "FACTF 2025 0013", [("F2025/0014", D(70), "amount", D("0.98"))]),
        ("2025-02-03", 70, "fact. 14", [("F2025/0014", D(70), "partial", D("0.98"))]),
        ("2025-02-03", 320, "facts 13, 14",
         [("F2025/0013", D(250), "partial", D("0.98")),
          ("F2025/0014", D(70), "partial", D("0.98"))]),
        ("2025-02-03", 250, None, [("F2025/0013", D(250), "amount", D("0.98"))]),
        ("2025-01-10", 70, None, [("F2025/0014", D(70), "amount", D("0.65"))]),
        ("2025-02-03", 170, None,
         [("F2025/0012", D(100), "sum", D("0.96")), ("F2025/0014", D(70), "sum", D("0.96"))]),
        ("2025-01-16", 245, None, [("F2025/0013", D(245), "discount", D("0.95"))]),
        ("2025-03-03", 238, None, [("F2025/0013", D(238), "discount", D("0.90"))]),
        # a discount taken too late is no more than a bank's fee; and neither
        ("2025-03-03", "242.50", None, [("F2025/0013", D("242.50"), "discount", D("0.90"))]),
        ("2025-02-03", 90, None, [("F2025/0012", D(90), "oldest", D("0.25"))]),
        # mistyped in a text: the neighbour has the amount; a number alone in a list is not typed
        ("2025-02-03", 70, "fact. F2025/0013", [("F2025/0014", D(70), "amount", D("0.98"))]),
        ("2025-02-03", 70, "F2025/0013", [("F2025/0013", D(70), "reference", D("0.98"))]),
    ],
)  # fmt: skip
def test_each_step_says_how_sure_it_is(day, amount, text, expected):
    c = derived([*OPEN, payment("P1", "A", day, amount, reference=text)], assume=True)
    assert sure(c) == expected


def test_a_sum_in_two_ways_is_no_evidence():
    c = derived(
        [
            invoice("F1", "A", "2025-01-05", 10),
            invoice("F2", "A", "2025-01-06", 90),
            invoice("F3", "A", "2025-01-07", 40),
            invoice("F4", "A", "2025-01-08", 60),
            payment("P1", "A", "2025-02-01", 100),
        ],
        assume=True,
    )
    assert {m[3] for m in matches(c)} == {"oldest"}


def test_all_that_is_open_may_be_more_than_four():
    many = [invoice(f"F{n}", "A", "2025-01-05", 10 + n, due=f"2025-02-{n:02}") for n in range(1, 8)]
    c = derived([*many, payment("P1", "A", "2025-03-01", 98)], assume=True)
    assert [(x[2], x[3]) for x in sure(c)] == [("sum", D("0.85"))] * 7


def test_what_a_discount_leaves_open_is_not_paid_by_others():
    c = derived(
        [*OPEN, payment("P1", "A", "2025-01-16", 245), payment("P2", "A", "2025-02-01", 33)],
        assume=True,
    )
    assert matches(c) == [("F2025/0012", "P2", D(33), "oldest"),
                          ("F2025/0013", "P1", D(245), "discount")]  # fmt: skip
    left = c.sql("select amount from open_items where closed_on is null and document_id like '%13'")
    assert left.fetchall() == [(D(5),)]


def test_an_invoice_that_two_payments_name_is_the_one_paid_in_parts():
    c = derived(
        [
            *OPEN,
            payment("P1", "A", "2025-02-01", 290, reference="F2025/0012 F2025/0013"),
            payment("P2", "A", "2025-03-01", 60, reference="F2025/0012"),
        ],
        assume=True,
    )
    assert matches(c) == [
        ("F2025/0012", "P1", D(40), "reference"),
        ("F2025/0012", "P2", D(60), "reference"),
        ("F2025/0013", "P1", D(250), "reference"),
    ]


def test_what_is_paid_twice_is_no_payment_of_something_else_by_its_amount():
    c = derived(
        [
            invoice("F2025/0007", "A", "2025-01-02", 30),
            *OPEN,
            invoice("F2025/0099", "A", "2025-01-09", 100),
            payment("P1", "A", "2025-02-01", 100, reference="F2025/0012"),
            payment("P2", "A", "2025-02-09", 100, reference="F2025/0012"),
        ],
        assume=True,
    )
    assert {m[3] for m in matches(c) if m[1] == "P2"} == set()


def test_equal_amounts_go_to_documents_that_were_there():
    c = derived(
        [
            payment("P0", "A", "2024-06-01", 70),  # long before anything
            invoice("F1", "A", "2025-01-05", 70),
            invoice("F2", "A", "2025-01-06", 70),
            payment("P1", "A", "2025-02-01", 70),
            payment("P2", "A", "2025-02-02", 70),
        ],
        assume=True,
    )
    found = [(m[0], m[1], m[3]) for m in matches(c)]
    assert found == [("F1", "P1", "amount"), ("F2", "P2", "amount")]


def test_oldest_first_is_for_customers_that_never_name_anything_and_can_be_turned_off():
    rows = [
        invoice("F1", "A", "2025-01-01", 100),
        invoice("F2", "A", "2025-01-05", 90),
        payment("P1", "A", "2025-02-01", 37, reference="transfer"),
        payment("P2", "A", "2025-02-03", 41),
    ]
    assert {m[3] for m in matches(derived(rows, assume=True))} == {"oldest"}
    named = [*rows, payment("P3", "A", "2025-02-05", 90, reference="F2")]
    assert {m[1] for m in matches(derived(named, assume=True))} == {"P3"}
    c = duckdb.connect(config={"threads": 1})
    stage(c, rows, assume=True)
    derive(c, Settings("EUR", 30, oldest_first=False))
    assert matches(c) == []

"""What a sign means in a list of payments: money received, or money paid back."""

from decimal import Decimal

import pytest

D = Decimal
INVOICES = """Invoice number;Customer number;Customer;Invoice date;Due date;Amount
F1;C1;Acme;2026-01-05;2026-02-04;100.00
F2;C2;Bolt;2026-01-15;2026-02-14;200.00
"""
HEAD = "Payment number;Customer number;Payment date;Type;Amount;Invoice number\n"


@pytest.mark.parametrize("word", ["Refund", "Terugbetaling", "Remboursement", "Rückzahlung"])
@pytest.mark.parametrize(
    "signs",
    [
        pytest.param("100 100 200", id="all positive"),
        pytest.param("-100 -100 -200", id="all negative"),
        pytest.param("100 -100 200", id="received positive"),
        pytest.param("-100 100 -200", id="received negative"),
    ],
)
def test_refunds_are_told_by_their_word(balance, word, signs):
    paid, back, other = signs.split()
    owed, report = balance(
        INVOICES,
        f"{HEAD}P1;C1;2026-02-03;Payment;{paid}.00;F1\n"
        f"P2;C1;2026-02-09;{word};{back}.00;F1\n"
        f"P3;C2;2026-02-12;Payment;{other}.00;F2\n",
    )
    assert report.ok, report.failures
    assert owed == {"C1": D(100)}


def test_what_a_column_of_kinds_leaves_open_is_told_otherwise(balance):
    owed, report = balance(
        "Invoice number;Customer;Invoice date;Due date;Amount;Type\n"
        "Opening balance;Acme;2026-01-01;2026-01-01;40.00;\n"
        "F1;Acme;2026-01-05;2026-02-04;100.00;Invoice\n"
        "F2;Acme;2026-01-06;2026-02-05;-25.00;\n"
    )
    assert report.ok
    assert owed == {"Acme": D(115)}
    kinds = {d.name: (d.items, d.amount) for d in report.documents}
    assert kinds == {
        "opening": (1, D(40)), "invoice": (1, D(100)), "credit_note": (1, D(-25)),
    }  # fmt: skip


def test_receipts_of_customers_that_name_their_invoices_are_no_matches(balance):
    owed, report = balance(
        INVOICES,
        "Receipt no;cust_id;Debtor;Paid on;Receipt amount;Applied to\n"
        "P1;C1;Acme;2026-02-03;100.00;F1\n",
    )
    assert report.ok, report.failures
    assert owed == {"C2": D(200)}


LOST = [
    "Paid Written_off Open", "Betaald Afgeboekt Open", "Payée Irrécouvrable Ouverte",
    "Bezahlt Ausgebucht Offen", "Pagada Incobrable Pendiente", "Pagata Inesigibile Aperta",
    "Paga Incobrável Aberta", "Opłacona Umorzona Otwarta",
]  # fmt: skip
AMOUNTS = [
    pytest.param(LOST[0], ";Open amount", "0.00;0.00;30.00", -100, -50, id="nothing open"),
    pytest.param(LOST[0], ";Open amount", "0.00;20.00;30.00", -130, -20, id="open was lost"),
    pytest.param(LOST[0], ";Paid amount", "100.00;15.00;0.00", -115, -35, id="paid in part"),
]


@pytest.mark.parametrize(
    ("states", "header", "amounts", "paid", "lost"),
    [*((states, "", ";;", -100, -50) for states in LOST), *AMOUNTS],
)
def test_what_is_written_off_is_not_paid(balance, states, header, amounts, paid, lost):
    rows = zip(states.split(), (100, 50, 30), amounts.split(";"), strict=True)
    text = "".join(
        f"F{n};Acme;2026-01-0{n};2026-02-04;{amount}.00;{state.replace('_', ' ')}"
        f"{';' if header else ''}{said}\n"
        for n, (state, amount, said) in enumerate(rows, 1)
    )
    head = "Invoice number;Customer;Invoice date;Due date;Amount;Status"
    owed, report = balance(f"{head}{header}\n{text}")
    assert report.ok, report.failures
    assert owed == {"Acme": D(30)}
    kinds = {d.name: d.amount for d in report.documents}
    assert kinds == {"invoice": D(180), "payment": D(paid), "write_off": D(lost)}
    (told,) = [f.told for f in report.files]
    assert (told.paid, told.written_off) == (1, 1)


def test_what_payments_leave_of_an_invoice_written_off_is_lost(balance):
    owed, report = balance(
        "Invoice number;Customer number;Customer;Invoice date;Due date;Amount;Status\n"
        "F1;C1;Acme;2026-01-05;2026-02-04;100.00;Written off\n"
        "F2;C1;Acme;2026-01-06;2026-02-05;50.00;Open\n",
        f"{HEAD}P1;C1;2026-02-09;Payment;30.00;F1\n",
    )
    assert report.ok, report.failures
    assert owed == {"C1": D(50)}
    kinds = {d.name: d.amount for d in report.documents}
    assert kinds["write_off"] == D(-70)


def test_a_column_may_say_what_is_written_off(balance):
    owed, report = balance(
        "Invoice number;Customer;Invoice date;Due date;Amount;Given up\n"
        "F1;Acme;2026-01-05;2026-02-04;100.00;yes\nF2;Acme;2026-01-06;2026-02-05;50.00;no\n",
        mapping="[source]\nrows = 'invoices'\n[columns]\ndocument_id = 'Invoice number'\n"
        "customer_id = 'Customer'\nissued_on = 'Invoice date'\ndue_on = 'Due date'\n"
        "amount = 'Amount'\nwritten_off = 'Given up'\n",
    )
    assert report.ok, report.failures
    assert owed == {"Acme": D(50)}
    assert {d.name: d.amount for d in report.documents}["write_off"] == D(-100)


def test_receipts_under_unknown_headers_are_no_list_of_customers(balance):
    text = "Customer number;Customer;Banked;Sum\nC1;Acme;2026-02-03;100.00\n"
    owed, report = balance(INVOICES, text)
    (question,) = report.failures[0].questions
    assert question.about == "rows"
    assert {c.value for c in question.choices} == {"customers", "payments"}
    owed, report = balance(
        INVOICES,
        text,
        mapping='[source]\nrows = "payments"\n[columns]\ncustomer_id = "Customer number"\n'
        'issued_on = "Banked"\namount = "Sum"\n',
    )
    assert report.ok, report.failures
    assert sum(owed.values()) == D(200)


@pytest.mark.parametrize("header", ["Applied to", "Invoice number"])
def test_payments_that_name_invoices_under_another_header(balance, header):
    owed, report = balance(
        INVOICES,
        f"Receipt;Received on;Amount received;{header}\nP1;2026-02-03;100.00;F1\n",
    )
    assert report.ok, report.failures
    assert owed == {"C2": D(200)}


def test_payments_that_seem_to_name_nothing_are_asked_about(balance):
    text = "Payment date;Amount received;Comment\n2026-02-03;100.00;F1\n"
    _, report = balance(INVOICES, text)
    (question,) = report.failures[0].questions
    assert [c.value for c in question.choices] == ["Comment", "harmless"]


def test_payments_or_matches_is_asked(balance):
    text = "Payment number;Date;Amount;Invoice number\nP1;2026-02-03;100.00;F1\n"
    _, report = balance(INVOICES, text)
    (question,) = report.failures[0].questions
    assert {c.value for c in question.choices} == {"bank", "matches"}
    owed, report = balance(INVOICES, text, mapping='[source]\nrows = "bank"\n')
    assert report.ok, report.failures
    assert owed == {"C2": D(200)}


def test_a_day_just_where_something_is_paid_is_asked_about(balance):
    _, report = balance(
        "Invoice number;Customer;Invoice date;Amount;Paid;Value date\n"
        "F1;Acme;2026-01-05;100.00;100.00;2026-02-03\nF2;Acme;2026-01-06;50.00;;\n"
    )
    (question,) = report.failures[0].questions
    assert question.column == "Value date"


KINDS = [
    ("Receipt number;Customer;Paid on;Amount;{}", "Payment", ("Chargeback", "Reversal", "Refund")),
    ("Nummer;Klant;Betaaldatum;Bedrag;{}", "Betaling", ("Stornering", "Terugbetaling")),
    ("N° règlement;Client;Payé le;Montant;{}", "Règlement", ("Rejet", "Impayé")),
    ("Zahlungsnr.;Kunde;Zahldatum;Betrag;{}", "Zahlung", ("Rücklastschrift", "Storno")),
]


@pytest.mark.parametrize(("head", "word", "back"), KINDS)
@pytest.mark.parametrize("header", ["Type", "What happened"])
def test_what_was_paid_back_is_told_by_its_word(balance, head, word, back, header):
    rows = "".join(f"P{n};Acme;2026-02-0{n};10.00;{w}\n" for n, w in enumerate(back, 3))
    text = f"{head.format(header)}\nP1;Acme;2026-02-01;100.00;{word}\n{rows}"
    owed, report = balance(text, names=["payments.csv"])
    assert report.ok, report.failures
    assert owed == {"Acme": D(10 * len(back) - 100)}


LEDGERS = [
    ("Number;Customer;Type;{};Date", "Invoice", "Payment", "Reversal"),
    ("Nummer;Klant;Soort;{};Datum", "Factuur", "Betaling", "Stornering"),
    ("Numéro;Client;Type;{};Date", "Facture", "Règlement", "Impayé"),
    ("Belegnr.;Kunde;Belegart;{};Datum", "Rechnung", "Zahlung", "Storno"),
]


@pytest.mark.parametrize(("head", "invoice", "payment", "back"), LEDGERS)
@pytest.mark.parametrize(
    ("columns", "more", "less"),
    [
        ("Debit;Credit", "{};", ";{}"),
        ("Amount;D/C", "{};D", "{};C"),
        ("Amount;Text", "{};", "-{};"),
    ],
)
def test_in_a_ledger_its_side_says_whether_a_payment_went_back(
    balance, head, invoice, payment, back, columns, more, less
):
    def rows(side):
        return (
            f"{head.format(columns)}\nF1;Acme;{invoice};{more.format('100.00')};2026-01-05\n"
            f"P1;Acme;{payment};{less.format('60.00')};2026-02-01\n"
            f"X1;Acme;{back};{side.format('60.00')};2026-02-03\n"
        )

    owed, report = balance(rows(more))
    assert report.ok, report.failures
    assert owed == {"Acme": D(100)}
    _, report = balance(rows(less))
    assert [q.about for f in report.failures for q in f.questions] == ["kinds"]


@pytest.mark.parametrize(
    ("head", "invoice", "credit"),
    [
        ("Number;Customer;Date;Amount;What", "Invoice", "Credit note"),
        ("Nummer;Klant;Datum;Bedrag;Wat", "Factuur", "Creditnota"),
        ("Numéro;Client;Date;Montant;Quoi", "Facture", "Avoir"),
        ("Nummer;Kunde;Datum;Betrag;Was", "Rechnung", "Gutschrift"),
    ],
)
def test_kinds_are_read_whatever_their_column_is_called(balance, head, invoice, credit):
    text = f"{head}\nF1;Acme;2026-01-05;100.00;{invoice}\nF2;Acme;2026-01-06;40.00;{credit}\n"
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"Acme": D(60)}


@pytest.mark.parametrize("words", [("RE", "NC"), ("Bank", "Cash"), ("Invoice", "Blue")])
def test_other_words_are_no_kinds(balance, words):
    one, two = words
    rows = f"F1;A;2026-01-05;9.00;{one}\nF2;A;2026-01-06;4.00;{two}\n"
    text = f"Number;Customer;Date;Amount;What\n{rows}"
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"A": D(13)}

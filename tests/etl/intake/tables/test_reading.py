"""A stranger's tables: each is read right, or asked about, and never silently wrong.

Every input here stands for a kind of table that people export; what is right is said beside it.
"""

import json
from decimal import Decimal

import pytest

from etl.intake.tables import states

HEAD = "Invoice number;Customer;Invoice date;Due date;Amount"


def table(*lines: str) -> str:
    return "\n".join(lines) + "\n"


D = Decimal

RIGHT = {
    "lines drawn across a printed list": (
        {"Acme": D(250)},
        table(
            f"{HEAD};Days overdue",
            "-------;--------;------------;--------;------;----",
            "F1;Acme;2025-10-05;2025-11-04;1000.00;113",
            "F2;Acme;2026-01-15;2026-02-14;-750.00;0",
            "=======;========;============;========;======;====",
        ),
    ),
    "a state in a word": (
        {"Acme": D(250), "Bolt": D(80)},
        table(
            f"{HEAD};Status",
            "F1;Acme;2025-10-05;2025-11-04;1000.00;Paid",
            "F2;Acme;2026-01-15;2026-02-14;250.00;Overdue",
            "F3;Bolt;2025-11-25;2025-12-25;500.00;Paid",
            "F4;Bolt;2026-01-20;2026-02-19;80.00;Open",
        ),
    ),
    "states of no document, in Dutch": (
        {"Acme": D(100)},
        table(
            "Factuurnummer;Klant;Factuurdatum;Vervaldatum;Bedrag;Status",
            "F1;Acme;05-10-2025;04-11-2025;100,00;Openstaand",
            "F2;Acme;15-01-2026;14-02-2026;250,00;Geannuleerd",
            "F3;Bolt;25-11-2025;25-12-2025;500,00;Concept",
            "F4;Bolt;20-01-2026;19-02-2026;80,00;Betaald",
        ),
    ),
    "what is cancelled counts nowhere, whatever is open of it": (
        {"Acme": D(1000)},
        table(
            f"{HEAD};Open amount;Status",
            "F1;Acme;2026-01-05;2026-02-04;1000.00;1000.00;Open",
            "F2;Acme;2026-01-15;2026-02-14;250.00;250.00;Cancelled",
            "F3;Bolt;2026-01-25;2026-02-24;500.00;500.00;Draft",
        ),
    ),
    "written off": (
        {"Acme": D(100)},
        table(
            f"{HEAD};Statut",
            "F1;Acme;2026-01-05;2026-02-04;100.00;Ouverte",
            "F2;Acme;2026-01-15;2026-02-14;250.00;Irrécouvrable",
        ),
    ),
    "paid, yes or no": (
        {"Acme": D(250)},
        table(
            f"{HEAD};Bezahlt",
            "F1;Acme;2026-01-05;2026-02-04;1000.00;Ja",
            "F2;Acme;2026-01-15;2026-02-14;250.00;Nein",
            "F3;Bolt;2026-01-25;2026-02-24;500.00;ja",
        ),
    ),
    "a credit note by yes or no": (
        {"Acme": D(750), "Bolt": D(500)},
        table(
            "Invoice number;Customer;Invoice date;Due date;Total;Credit;Balance",
            "F1;Acme;2026-01-05;2026-02-04;1000.00;false;1000.00",
            "K1;Acme;2026-01-20;2026-01-20;250.00;true;250.00",
            "F2;Bolt;2026-01-25;2026-02-24;500.00;false;500.00",
        ),
    ),
    "a credit note by its number": (
        {"Acme": D(950)},
        table(
            HEAD,
            "F1;Acme;2026-01-05;2026-02-04;1000.00",
            "CN1;Acme;2026-01-20;2026-01-20;50.00",
        ),
    ),
    "a deposit invoice is no payment": (
        {"Acme": D(600), "Bolt": D(300)},
        table(
            "Réf. facture;Type;Tiers;Date facturation;Date échéance;Montant TTC;Reste à payer;"
            "Facture payée",
            "AC1;Acompte;Acme;2026-01-05;2026-01-05;300,00;0,00;Oui",
            "FA2;Standard;Acme;2026-01-25;2026-02-24;900,00;600,00;Non",
            "FA3;Situation;Bolt;2026-01-25;2026-02-24;400,00;400,00;Non",
            "AV1;Avoir;Bolt;2026-01-28;2026-01-28;-100,00;-100,00;Non",
        ),
    ),
    "an invoice in a row for each of its payments": (
        {"Bolt": D(600)},
        table(
            "Factuurnr;Debiteur;Factuurdatum;Vervaldatum;Factuurbedrag;Betaaldatum;Betaald bedrag",
            "F1;Acme;15-01-2026;14-02-2026;1000,00;20-02-2026;400,00",
            "F1;Acme;15-01-2026;14-02-2026;1000,00;20-03-2026;600,00",
            "F2;Bolt;25-01-2026;24-02-2026;500,00;20-02-2026;200,00",
            "F3;Bolt;25-01-2026;24-02-2026;300,00;;",
        ),
    ),
    "a customer in a row above its documents": (
        {"Acme": D(1250), "Bolt": D(500)},
        table(
            "Customer;Invoice number;Invoice date;Due date;Amount",
            "Acme;;;;",
            ";F1;2026-01-05;2026-02-04;1000.00",
            ";F2;2026-01-15;2026-02-14;250.00",
            "Total Acme;;;;1250.00",
            "Bolt;;;;",
            ";F3;2026-01-25;2026-02-24;500.00",
            "Total Bolt;;;;500.00",
        ),
    ),
    "a customer written once": (
        {"Acme": D(1250), "Bolt": D(550)},
        table(
            "Customer;Invoice number;Invoice date;Due date;Amount",
            "Acme;F1;2026-01-05;2026-02-04;1000.00",
            ";F2;2026-01-15;2026-02-14;250.00",
            "Bolt;F3;2026-01-25;2026-02-24;500.00",
            ";F4;2026-01-26;2026-02-24;50.00",
        ),
    ),
    "subtotals that name a customer and a day": (
        {"Acme": D(1250), "Bolt": D(500)},
        table(
            HEAD,
            "F1;Acme;2026-01-05;2026-02-04;1000.00",
            "F2;Acme;2026-01-15;2026-02-14;250.00",
            "Subtotal;Acme;2026-01-31;;1250.00",
            "F3;Bolt;2026-01-25;2026-02-24;500.00",
            "Subtotal;Bolt;2026-01-31;;500.00",
        ),
    ),
    "balances before and after": (
        {"Acme": D(1000)},
        table(
            "Belegnummer;Kunde;Belegdatum;Fälligkeit;Soll;Haben",
            "Anfangssaldo;Acme;01.01.2026;;400,00;",
            "F1;Acme;05.01.2026;04.02.2026;1000,00;",
            "P1;Acme;20.01.2026;;;400,00",
            "Endsaldo;Acme;31.01.2026;;1000,00;",
        ),
    ),
    "empty where nothing is open": (
        {"Bolt": D(70)},
        table(
            f"{HEAD};Open amount",
            "F1;Acme;2026-01-05;2026-02-04;100.00;",
            "F2;Bolt;2026-01-15;2026-02-14;250.00;70.00",
        ),
    ),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_it_is_read_right(balance, kind):
    right, text = RIGHT[kind]
    owed, report = balance(text)
    assert report.ok, report.failures
    assert report.rejected == 0
    assert owed == right


def test_numbers_written_for_excel_are_themselves(balance):
    invoices = table(
        HEAD.replace("Customer", "Customer number"),
        '"=""00012""";"=""00100""";2026-01-15;2026-02-14;1000.00',
        "'00013;'00100;2026-01-25;2026-02-24;500.00",
    )
    payments = table(
        "Payment number;Customer number;Payment date;Amount received;Reference",
        "P1;00100;2026-02-20;1000.00;00012",
    )
    owed, report = balance(invoices, payments)
    assert report.ok
    assert owed == {"00100": D(500)}


@pytest.mark.parametrize(
    "head",
    ["payment_id,invoice_id,payment_date,amount_paid",
     "Payment number,Invoice number,Payment date,Amount"],
)  # fmt: skip
def test_a_payment_that_names_its_invoice_needs_no_customer(balance, head):
    invoices = table(
        "invoice_id,customer_id,invoice_date,due_date,amount",
        "I1,C1,2024-01-01,2024-01-31,100.00",
        "I2,C1,2024-02-01,2024-03-01,50.00",
    )
    owed, report = balance(invoices, table(head, "P1,I1,2024-01-20,100.00"))
    assert report.ok
    assert owed == {"C1": D(50)}


def test_a_refund_that_outweighs_the_payments_turns_none(balance):
    invoices = table(
        HEAD,
        "F1;Acme;2026-01-05;2026-02-04;100.00",
        "F2;Bolt;2026-01-15;2026-02-14;200.00",
    )
    payments = table(
        "Payment number;Customer;Payment date;Amount received;Reference",
        "P1;Acme;2026-02-03;100.00;F1",
        "P2;Bolt;2026-02-10;200.00;F2",
        "P3;Dune;2026-02-12;-1000.00;refund of double payment",
    )
    owed, report = balance(invoices, payments)
    assert report.ok
    assert owed == {"Dune": D(1000)}


ASKED = {
    "a state that nobody knows": (
        "states",
        table(
            f"{HEAD};Status",
            "F1;Acme;2026-01-05;2026-02-04;100.00;Paid",
            "F2;Acme;2026-01-15;2026-02-14;250.00;Zwischenlager",
        ),
    ),
    "part paid, of which no column says how much": (
        "states",
        table(
            f"{HEAD};Status",
            "F1;Acme;2026-01-05;2026-02-04;100.00;Paid",
            "F2;Acme;2026-01-15;2026-02-14;250.00;Partially paid",
        ),
    ),
    "a kind that nobody knows": (
        "kinds",
        table(
            f"{HEAD};Type",
            "F1;Acme;2026-01-05;2026-02-04;100.00;Invoice",
            "F2;Acme;2026-01-15;2026-02-14;250.00;Mystery",
        ),
    ),
    "states under a header of their own": (
        "column",
        table(
            f"{HEAD};Fase",
            "F1;Acme;2026-01-05;2026-02-04;100.00;Betaald",
            "F2;Acme;2026-01-15;2026-02-14;250.00;Open",
        ),
    ),
    "a column of money": (
        "column",
        table(f"{HEAD};Kruisposten", "F1;Acme;2026-01-05;2026-02-04;100.00;40.00"),
    ),
    "a column of days": (
        "column",
        table(f"{HEAD};Afgewikkeld", "F1;Acme;2026-01-05;2026-02-04;100.00;2026-02-03"),
    ),
    "rows with neither number nor word": (
        "rows",
        table("CustomerID,TransactionDate,Amount", "C1,2024-01-05,100.00", "C2,2024-01-06,50.00"),
    ),
    "receipts whose amount has another name": (
        "column",
        table("CustomerID,InvoiceId,PaymentDate,Collection", "C1,I1,2024-01-20,100.00"),
    ),
    "several companies": (
        "company",
        table(
            "Company;Invoice number;Customer number;Customer name;Invoice date;Due date;Amount",
            "NL01;F1;1001;Acme;2026-01-05;2026-02-04;1000.00",
            "BE01;F1;1002;Zeta;2026-01-07;2026-02-06;300.00",
        ),
    ),
    "empty and zero": (
        "blank",
        table(
            f"{HEAD};Open amount",
            "F1;Acme;2026-01-05;2026-02-04;100.00;0.00",
            "F2;Bolt;2026-01-15;2026-02-14;250.00;",
            "F3;Bolt;2026-01-15;2026-02-14;250.00;250.00",
        ),
    ),
}


@pytest.mark.parametrize("kind", ASKED)
def test_it_is_asked_about_and_nothing_of_it_is_loaded(balance, asked, kind):
    about, text = ASKED[kind]
    assert about in [q.about for q in asked(text)]
    owed, report = balance(text)
    assert (owed, report.published) == ({}, False)
    (failure,) = report.failures
    assert failure.asked


@pytest.mark.parametrize("kind", ASKED)
def test_every_choice_makes_a_mapping_that_is_understood(asked, kind):
    from etl.intake.mappings.mapping import parse_mapping

    for question in asked(ASKED[kind][1]):
        assert question.choices
        for choice in question.choices:
            answers = {v.text: choice.value for v in question.values} if question.table else {}
            parse_mapping(question.mapping(answers or {"": choice.value}))


def test_an_answer_settles_it(balance):
    about, text = ASKED["a state that nobody knows"]
    owed, report = balance(text, mapping='[states]\n"Zwischenlager" = "void"\n')
    assert report.ok, about
    assert owed == {}
    owed, report = balance(
        ASKED["a column of money"][1], mapping='[unread]\n"Kruisposten" = "harmless"\n'
    )
    assert report.ok
    assert owed == {"Acme": D(100)}
    owed, report = balance(
        ASKED["rows with neither number nor word"][1], mapping='[source]\nrows = "invoices"\n'
    )
    assert report.ok
    assert sum(owed.values()) == D(250)  # beside what was loaded before


def test_accounts_of_the_books_are_no_customers(balance):
    _owed, report = balance(
        table(
            "date,account_code,account_name,debit,credit",
            "2026-01-02,1000,Cash,210000.00,",
            "2026-01-02,3100,Retained Earnings,,210000.00",
        )
    )
    assert not report.published
    assert "ledger of all accounts" in str(report.failures[0].reason)


LEDGERS = {
    "en": ("Date,Account,Text,Voucher,Party,Debit,Credit", "Debtors - T", "Sales - T", "Bank - T"),
    "nl": ("Datum,Rekening,Tekst,Boekstuk,Relatie,Debet,Credit", "1300", "8000", "1100"),
    "fr": ("Date,Compte,Libellé,Pièce,Client,Débit,Crédit", "411000", "707000", "512000"),
    "de": ("Datum,Konto,Text,Belegnummer,Kunde,Soll,Haben", "1200", "8400", "1800"),
}


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("language", LEDGERS)
def test_a_ledger_of_all_accounts_asks_which_are_the_receivables(balance, asked, language, named):
    head, owing, sales, bank = LEDGERS[language]
    called = "Debiteuren Clients Debtors Forderungen" if named else "x"
    who = ["C1", "C1", "C2"] if named else ["C1", "", "C2"]
    text = table(
        head,
        f"2026-01-05,{owing},{called},F1,C1,121.00,",
        f"2026-01-05,{sales},y,F1,{who[0]},,121.00",
        f"2026-02-05,{bank},z,B1,{who[1]},121.00,",
        f"2026-02-05,{owing},{called},B1,C1,,121.00",
        f"2026-03-05,{owing},{called},F2,C2,242.00,",
        f"2026-03-05,{sales},y,F2,{who[2]},,242.00",
    )
    (question,) = asked(text)
    assert question.about == "accounts"
    assert owing in [v.text for v in question.values]
    choice = next(c for c in question.choices if c.value == owing)
    answer = "".join(
        f"[{name}]\n" + "".join(f"{json.dumps(k)} = {json.dumps(v)}\n" for k, v in keys.items())
        for name, keys in choice.tables.items()
    )
    owed, report = balance(text, mapping=answer)
    assert report.ok, report.failures
    assert owed == {"C2": D(242)}


def test_a_ledger_of_customers_that_owe_nothing_is_not_asked_about(balance):
    owed, report = balance(
        table(
            "Date,Account,Voucher,Party,Debit,Credit",
            "2026-01-05,Debtors,F1,C1,121.00,",
            "2026-02-05,Debtors,B1,C1,,121.00",
        )
    )
    assert report.ok
    assert owed == {}


@pytest.mark.parametrize(("last", "owed"), [("20.00", {"Acme": D(350), "Bolt": D(20)}), ("21", {})])
def test_what_is_the_same_on_all_rows_of_each_customer_is_no_amount(balance, last, owed):
    found, report = balance(
        table(
            f"{HEAD};Kruisposten",
            "F1;Acme;2026-01-05;2026-02-04;100.00;350.00",
            "F2;Acme;2026-01-06;2026-02-05;250.00;350.00",
            "F3;Bolt;2026-01-07;2026-02-06;5.00;20.00",
            f"F4;Bolt;2026-01-08;2026-02-07;15.00;{last}",
        )
    )
    assert (found, report.ok) == (owed, bool(owed))


def test_columns_that_are_known_to_say_nothing_are_not_asked_about(balance):
    head = f"{HEAD};Net amount;VAT;Created at;Printed on;Phone;Notes;Quantity;Unit price;Margin"
    row = ("F1;Acme;2026-01-05;2026-02-04;121.00;100.00;21.00;2026-01-05;2026-01-06;02 123 45 67;"
           "by mail;4;25.00;30.00")  # fmt: skip
    owed, report = balance(table(head, row))
    assert report.ok, report.failures
    assert owed == {"Acme": D(121)}


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        ("paid", "Paid Betaald Réglée Bezahlt Pagada Pagata Paga Zapłacona"),
        ("void", "Cancelled Geannuleerd Annulée Storniert Anulada Annullata Anulado Anulowana"),
        ("draft", "Draft Concept Brouillon Entwurf Borrador Bozza Rascunho Szkic"),
        ("open", "Overdue Openstaand Impayée Offen Pendiente Scaduta Aberta Przeterminowana"),
        ("written_off", "Write-off Oninbaar Irrécouvrable Ausgebucht Incobrable Umorzona"),
    ],
)
def test_states_are_known_in_eight_languages(meaning, said):
    assert {word: states.state(word) for word in said.split()} == dict.fromkeys(
        said.split(), meaning
    )


def test_of_payments_of_both_sides_those_to_others_are_left_out(balance):
    owed, report = balance(
        table(
            "id,payment_type,posting_date,company,paid_amount,party_name",
            "PAY-1,Receive,2024-03-08,Ours,5000,Buyer One",
            "PAY-2,Pay,2024-03-09,Ours,700,Supplier Two",
        )
    )
    assert report.ok, report.failures
    assert owed == {"Buyer One": D(-5000)}
    assert report.files[0].left_out == {"money paid out": 1}

"""Lists as packages and people export them, each in several languages, read for what they say."""

from decimal import Decimal

import pytest

from etl.intake.mappings.writing import as_toml

D = Decimal


@pytest.mark.parametrize(
    "head",
    ["Code;Name;Invoice;Invoice date;Due date;Amount;Outstanding",
     "Code;Naam;Factuur;Factuurdatum;Vervaldatum;Bedrag;Te betalen",
     "Compte;Nom;Facture;Date facture;Échéance;Montant;Reste à payer",
     "Konto;Name;Rechnung;Rechnungsdatum;Fällig;Betrag;Offen"],
)  # fmt: skip
@pytest.mark.parametrize(("last", "owed"), [("1000", "1000"), ("1003", "Acme")])
def test_a_code_that_each_name_has_for_itself_is_the_customers_number(balance, head, last, owed):
    found, report = balance(
        f"{head}\n1000;Acme;F1;2026-01-15;2026-02-14;100.00;100.00\n"
        "1001;Bolt;F2;2026-01-16;2026-02-15;70.00;30.00\n"
        f"{last};Acme;F3;2026-01-17;2026-02-16;5.00;5.00\n"
    )
    assert report.ok, report.failures
    assert found[owed] == D(105)


@pytest.mark.parametrize(
    ("head", "before", "after"),
    [("Account Ref;Date;Document;Text;Debit;Credit", "Opening balance", "Closing balance"),
     ("Debiteur;Datum;Boekstuk;Omschrijving;Debet;Credit", "Beginsaldo", "Eindsaldo"),
     ("Compte client;Date;N° pièce;Libellé;Débit;Crédit", "Solde initial", "Solde final"),
     ("Debitor;Datum;Beleg;Buchungstext;Soll;Haben", "Anfangssaldo", "Endsaldo")],
)  # fmt: skip
def test_a_balance_in_the_text_needs_no_number(balance, head, before, after):
    owed, report = balance(
        f"{head}\n1000;2026-01-01;;{before};100.00;\n1000;2026-01-15;F1;F1;1210.00;\n"
        f"1000;2026-01-25;B1;F1;;1210.00\n1000;2026-01-31;;{after};100.00;\n"
    )
    assert report.ok, report.failures
    assert report.rejects == []
    assert owed == {"1000": D(100)}
    kinds = {share.name: share.items for share in report.documents}
    assert kinds == {"opening": 1, "invoice": 1, "payment": 1}


@pytest.mark.parametrize(
    ("head", "yes", "part"),
    [("Invoice;Customer;Date;Amount;Paid?", "Y", "half of it"),
     ("Factuur;Klant;Datum;Bedrag;Betaald", "ja", "ja 20-1"),
     ("Facture;Client;Date;Montant;Payé", "oui", "la moitié"),
     ("Rechnung;Kunde;Datum;Betrag;Bezahlt", "ja", "Hälfte")],
)  # fmt: skip
def test_remarks_under_paid_are_asked_about(balance, head, yes, part):
    text = (f"{head}\nF1;Acme;2026-01-15;100.00;{yes}\nF2;Bolt;2026-01-16;70.00;n\n"
            f"F3;Cato;2026-01-17;5.00;{part}\n")  # fmt: skip
    _, report = balance(text)
    (question,) = report.failures[0].questions
    assert [v.text for v in question.values] == [part]
    owed, report = balance(text, mapping=as_toml(question.mapping({part: "paid"})))
    assert report.ok, report.failures
    assert owed == {"Bolt": D(70)}


def test_codes_of_sage_are_its_own(balance):
    text = (
        "No,Type,Account Ref,Date,Gross,Outstanding\n101,SI,A1,2026-01-05,1200.00,1000.00\n"
        "102,SC,A1,2026-01-15,60.00,60.00\n103,SR,A1,2026-01-25,200.00,0.00\n"
        "104,SI,B1,2026-01-26,600.00,600.00\n105,SA,B1,2026-01-27,100.00,100.00\n"
    )
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"A1": D(940), "B1": D(500)}
    _, report = balance(text.replace(",SC,", ",XY,"))
    (question,) = report.failures[0].questions
    assert question.about == "kinds"


@pytest.mark.parametrize(
    ("head", "number"),
    [("Invoice number;Customer;Invoice date;Amount", "PROFORMA-1"),
     ("Factuurnummer;Klant;Factuurdatum;Bedrag", "Offerte 26/12"),
     ("N° facture;Client;Date facture;Montant", "Devis-004"),
     ("Rechnungsnummer;Kunde;Rechnungsdatum;Betrag", "Entwurf")],
)  # fmt: skip
def test_a_number_may_say_that_it_is_no_invoice_yet(balance, head, number):
    owed, report = balance(
        f"{head}\n{number};Acme;2026-01-15;100.00\nConceptua 7;Bolt;2026-01-16;70.00\n"
    )
    assert report.ok, report.failures
    assert owed == {"Bolt": D(70)}
    assert report.files[0].left_out == {"drafts, quotes and orders": 1}


LISTS = [
    "Invoice number;Customer;Invoice date;Amount",
    "Factuurnummer;Klant;Factuurdatum;Bedrag",
    "N° facture;Client;Date facture;Montant",
    "Rechnungsnummer;Kunde;Rechnungsdatum;Betrag",
]


@pytest.mark.parametrize(("head", "answer"), [*zip(LISTS, ("owed", "credited") * 2, strict=True)])
def test_a_list_that_is_negative_for_the_most_part_is_asked_about(balance, head, answer):
    text = (f"{head}\nF1;Acme;2026-01-15;-100.00\nF2;Bolt;2026-01-16;-70.00\n"
            "F3;Bolt;2026-01-17;20.00\n")  # fmt: skip
    _, report = balance(text)
    (question,) = report.failures[0].questions
    assert question.about == "signs"
    assert [(v.text, v.rows, v.amount) for v in question.values] == [
        ("+", 1, D(20)), ("−", 2, D(-170)),
    ]  # fmt: skip
    owed, report = balance(text, mapping=as_toml(question.mapping({"": answer})))
    assert report.ok, report.failures
    one = 1 if answer == "credited" else -1
    assert owed == {"Acme": D(100) * one, "Bolt": D(50) * one}
    credit = 20 if answer == "credited" else 170
    kinds = {share.name: share.amount for share in report.documents}
    assert kinds["credit_note"] == D(-credit)


@pytest.mark.parametrize(
    ("head", "text"),
    [*zip(LISTS, ("Credit note", "Creditnota", "Avoir", "Gutschrift"), strict=True)],
)
def test_credit_notes_that_say_so_may_be_the_most(balance, head, text):
    owed, report = balance(
        f"{head};Description\nF1;Acme;2026-01-15;-100.00;{text}\nF2;Bolt;2026-01-16;-70.00;{text}\n"
        "F3;Bolt;2026-01-17;20.00;\n"
    )
    assert report.ok, report.failures
    assert owed == {"Acme": D(-100), "Bolt": D(-50)}


@pytest.mark.parametrize(
    ("head", "texts"),
    [*zip(LISTS, (("Opening balance", "Payment 12/01"), ("Beginsaldo", "Betaling 12/01"),
                ("Solde initial", "Règlement 12/01"), ("Saldovortrag", "Zahlung vom 12.01.")),
           strict=True)],
)  # fmt: skip
def test_texts_say_what_stands_among_invoices(balance, head, texts):
    before, paid = texts
    owed, report = balance(
        f"{head};Text\nEB;Acme;2026-01-01;300.00;{before}\nF1;Acme;2026-01-15;100.00;F1\n"
        f"Z1;Acme;2026-01-20;-300.00;{paid}\nF2;Bolt;2026-01-21;50.00;F2\n"
    )
    assert report.ok, report.failures
    assert owed == {"Acme": D(100), "Bolt": D(50)}
    kinds = {share.name: share.amount for share in report.documents}
    assert kinds == {"opening": D(300), "invoice": D(150), "payment": D(-300)}


@pytest.mark.parametrize(
    ("head", "sales", "bought"),
    [(f"Journal;{LISTS[0]}", "Sales", "Purchases"), (f"Dagboek;{LISTS[1]}", "Verkoop", "Inkoop"),
     (f"Journal;{LISTS[2]}", "VTE", "ACH"), (f"Journal;{LISTS[3]}", "Verkauf", "Einkauf"),
     (f"Type;{LISTS[0]}", "Sales invoice", "Vendor bill"),
     (f"Soort;{LISTS[1]}", "Verkoopfactuur", "Inkoopfactuur"),
     (f"Type;{LISTS[2]}", "Facture", "Facture fournisseur"),
     (f"Belegart;{LISTS[3]}", "Rechnung", "Eingangsrechnung")],
)  # fmt: skip
def test_what_is_owed_to_suppliers_is_no_receivable(balance, head, sales, bought):
    owed, report = balance(
        f"{head}\n{sales};F1;Acme;2026-01-15;100.00\n{bought};P9;Stone;2026-01-16;70.00\n"
        f"{sales};F2;Bolt;2026-01-17;5.00\n"
    )
    assert report.ok, report.failures
    assert owed == {"Acme": D(100), "Bolt": D(5)}
    assert report.files[0].left_out == {"purchases, owed to suppliers": 1}


@pytest.mark.parametrize(
    ("head", "column", "text"),
    [(LISTS[0], "Details", "Credit note"), (LISTS[1], "Toelichting", "Creditnota"),
     (LISTS[2], "Remarque", "Avoir"), (LISTS[3], "Hinweis", "Gutschrift")],
)  # fmt: skip
@pytest.mark.parametrize("state", ["", ";Status"])
def test_any_column_may_say_that_a_row_is_a_credit_note(balance, head, column, text, state):
    more = ";Open" if state else ""
    owed, report = balance(
        f"{head};{column}{state}\nF1;Acme;2026-01-15;100.00;Consultancy and goods{more}\n"
        f"A1;Acme;2026-01-16;30.00;{text}{more}\nF2;Bolt;2026-01-17;5.00;{more}\n"
    )
    assert report.ok, report.failures
    assert owed == {"Acme": D(70), "Bolt": D(5)}


@pytest.mark.parametrize(
    ("head", "text"),
    [*zip(LISTS, ("Credit note promised", "Creditnota gevraagd", "Avoir demandé",
                  "Gutschrift zugesagt"), strict=True)],
)  # fmt: skip
def test_remarks_about_credit_notes_are_asked_about(balance, head, text):
    text = (f"{head};To do\nF1;Acme;2026-01-15;100.00;\n"
            f"F2;Acme;2026-01-16;30.00;{text}\n")  # fmt: skip
    _, report = balance(text)
    (question,) = report.failures[0].questions
    assert question.column == "To do"
    for answer, right in (("harmless", D(130)), ("reference", D(70))):
        owed, report = balance(text, mapping=as_toml(question.mapping({"": answer})))
        assert report.ok, report.failures
        assert owed == {"Acme": right}


@pytest.mark.parametrize(
    "head",
    ["Account Ref;Date;Text;Debit;Credit", "Debiteur;Datum;Omschrijving;Debet;Credit",
     "Compte client;Date;Libellé;Débit;Crédit", "Debitor;Datum;Buchungstext;Soll;Haben"],
)  # fmt: skip
def test_two_sides_without_numbers_are_no_payments_unless_it_is_said(balance, head):
    text = f"{head}\n1000;2026-01-15;Goods;1210.00;\n1000;2026-01-25;Goods;;210.00\n"
    _, report = balance(text)
    (question,) = report.failures[0].questions
    assert question.about == "rows"
    owed, report = balance(text, mapping=as_toml(question.mapping({"": "invoices"})))
    assert report.ok, report.failures
    assert owed == {"1000": D(1000)}
    assert {share.name: share.items for share in report.documents} == {"invoice": 1, "payment": 1}

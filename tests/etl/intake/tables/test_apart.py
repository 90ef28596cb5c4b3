"""Rows that are none of the table: totals, notes, repeated headers, another table below."""

from decimal import Decimal

import pytest

D = Decimal
HEADS = {
    "en": ("Invoice number;Customer;Invoice date;Due date;Amount;Status", "Open", "Total"),
    "nl": ("Factuurnummer;Klant;Factuurdatum;Vervaldatum;Bedrag;Status", "Open", "Totaal"),
    "fr": ("N° de facture;Client;Date de facture;Échéance;Montant;Statut", "Ouverte", "Total"),
    "de": ("Rechnungsnummer;Kunde;Rechnungsdatum;Fällig am;Betrag;Status", "Offen", "Summe"),
}
ROWS = "F1;Acme;2026-01-05;2026-02-04;100.00;{0}\nF2;Bolt;2026-01-15;2026-02-14;20.00;{0}\n"


@pytest.mark.parametrize("language", HEADS)
@pytest.mark.parametrize("row", [";;;{0};120.00;", ";;{0};;120.00;", ";;;;120.00;{0}",
                                 "{0};;;{0}:;120.00;"])  # fmt: skip
def test_a_total_is_one_whatever_column_says_so(balance, language, row):
    head, state, total = HEADS[language]
    owed, report = balance(f"{head}\n{ROWS.format(state)}{row.format(total)}\n")
    assert report.ok, report.failures
    assert owed == {"Acme": D(100), "Bolt": D(20)}
    assert (report.rejected, report.files[0].left_out) == (0, {"totals and subtotals": 1})
    assert sum(report.files[0].left_out_amounts.values()) == D(120)


def test_a_row_with_a_number_is_no_total(balance):
    head, state, total = HEADS["en"]
    _, report = balance(f"{head}\n{ROWS.format(state)}F3;{total} SA;{total};;120.00;{state}\n")
    assert (report.rejected, report.files[0].left_out) == (1, {})


@pytest.mark.parametrize(
    ("below", "why"),
    [
        ("Exported by Finance Suite 9.1;30/01/2026;;;;", "headings and notes"),
        (";;30/01/2026;Finance Suite 9.1;;", "headings and notes"),
        (";;;;;\nCustomer;Sales\nAcme;1500.00\nBolt;250.00", "another table below"),
    ],
)
def test_what_stands_below_the_last_document_is_none(balance, below, why):
    head, state, _ = HEADS["en"]
    owed, report = balance(f"{head}\n{ROWS.format(state)}{below}\n")
    assert report.ok, report.failures
    assert owed == {"Acme": D(100), "Bolt": D(20)}
    assert report.rejected == 0
    assert any(why in reason for reason in report.files[0].left_out)


@pytest.mark.parametrize("below", ["F3;Acme;2026-01-15", "F3;;;;;\nF4;Acme;x;;5.00;Open"])
def test_a_line_that_was_cut_off_is_refused(balance, below):
    head, state, _ = HEADS["en"]
    _, report = balance(f"{head}\n{ROWS.format(state)}{below}\n")
    assert report.rejected


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("language", HEADS)
def test_a_header_written_again_is_no_state(balance, language, mark):
    head, state, _ = HEADS[language]
    first, second = ROWS.format(state).splitlines()
    owed, report = balance(f"{head}\n{first}\n{mark}{head}\n{second}\n")
    assert report.ok, report.failures
    assert owed == {"Acme": D(100), "Bolt": D(20)}
    assert report.files[0].left_out == {"repeated header rows": 1}


def test_a_quotation_mark_behind_a_backslash_stands_in_its_cell(balance):
    head, state, _ = HEADS["en"]
    row = f'F3;"Bo\\"lt; Nut";2026-01-15;2026-02-14;7.00;{state}\n'
    owed, report = balance(f"{head}\n{ROWS.format(state)}{row}")
    assert report.ok, report.failures
    assert owed == {"Acme": D(100), "Bolt": D(20), 'Bo"lt; Nut': D(7)}
    assert report.rejected == 0

"""A day that a document can do without and that cannot be read refuses no document."""

from datetime import date

import duckdb
import pytest

from data.store.schema import STAGED
from data.store.state import Store
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.mappings.writing import as_toml
from etl.load.presets import lines_of
from etl.load.run import LoadOptions, load
from tests.goldens import staged

Y = date.fromisoformat
HEAD = "customer_id;invoice_number;invoice_date;due_date;delivery_date;amount\n"


def table(tmp_path, *rows):
    path = tmp_path / "a.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    connection, (reading,) = staged(path)
    found = connection.execute(
        "select document_id, due_on, delivered_on from staged_documents order by line"
    ).fetchall()
    return reading, found


@pytest.mark.parametrize("day", ["31/02/2026", "soon", "05/2026", "01/01/1900 x", "31/12/2199"])
def test_in_a_table(tmp_path, day):
    reading, found = table(
        tmp_path,
        "C1;F1;13/01/2026;14/02/2026;12/01/2026;10.00",
        f"C1;F2;13/01/2026;{day};{day};10.00",
        "C1;F3;13/01/2026;-;n/a;10.00",
    )
    assert found == [("F1", Y("2026-02-14"), Y("2026-01-12")), ("F2", None, None),
                     ("F3", None, None)]  # fmt: skip
    assert [str(n) for n in reading.notes] == [
        f"1 cell of {column} is no day that can be read: its row was kept without that day."
        for column in ("due_date", "delivery_date")
    ]


def test_a_column_in_which_nothing_is_a_day_is_refused_and_seen(tmp_path):
    reading, found = table(
        tmp_path, "C1;F1;13/01/2026;a;12/01/2026;10.00", "C1;F2;13/01/2026;b;12/01/2026;10.00"
    )
    assert (found, reading.rows_rejected) == ([], 2)


def test_in_a_format():
    connection = duckdb.connect()
    for made in STAGED:
        connection.execute(made.create())
    columns = {"document_id": "No", "customer_id": "C", "issued_on": "Day", "due_on": "Due",
               "debit": "Amount"}  # fmt: skip
    with Records("invoices", columns) as records:
        for number, due in enumerate(("2026-02-31", "202602", "")):
            records.add(number + 1, document_id=f"F{number}", customer_id="C",
                        issued_on="2026-01-13", due_on=due, debit="1.00")  # fmt: skip
        reading = stage_records(connection, records, 1, Origin("a", "xaf"))
    assert (reading.rows_kept, reading.rows_rejected) == (3, 0)
    assert [str(n) for n in reading.notes] == [
        "2 cells of Due are no days that can be read: their rows were kept without that day."
    ]


DUE = {
    "en": "Invoice number;Customer;Due date;Amount",
    "nl": "Factuurnummer;Klant;Vervaldatum;Bedrag",
    "fr": "Numéro facture;Client;Échéance;Montant",
    "de": "Rechnungsnummer;Kunde;Fälligkeit;Betrag",
}
OWED = "F1;Acme;2026-02-04;100.00\nF2;Bolt;2026-03-06;50.00\n"


@pytest.mark.parametrize("head", DUE.values(), ids=DUE)
def test_a_list_with_only_a_due_day_is_asked_about(asked, head):
    (question,) = asked(f"{head}\n{OWED}")
    assert (question.about, question.column) == ("issue", head.split(";")[2])
    assert [c.value for c in question.choices] == ["30", "14", "60", "0"]
    assert "terms_days = 30" in lines_of(question)


def days(report, tmp_path):
    sql = "select document_id, issued_on, due_on from documents order by 1"
    return [tuple(r.values()) for r in Store(tmp_path / "store").current().engine.query(sql)
            .to_pylist()]  # fmt: skip


def test_what_is_answered_says_when_such_invoices_were_issued(balance, asked, tmp_path):
    text = f"{DUE['en']}\n{OWED}"
    (question,) = asked(text)
    for choice, issued in zip(question.choices, ((1, 5), (1, 21), (12, 6), (2, 4)), strict=True):
        folder = tmp_path / choice.value
        file = folder / "list.csv"
        folder.mkdir()
        file.write_text(text, encoding="utf-8")
        (folder / "map.toml").write_text(as_toml(choice.tables), encoding="utf-8")
        report = load([file], Store(folder / "store"), LoadOptions(mapping=(folder / "map.toml",)))
        assert report.ok, report.failures
        assert any("as was said" in str(n) for n in report.files[0].notes)
        first = days(report, folder)[0]
        assert (first[1].month, first[1].day) == issued
        assert first[2] == date(2026, 2, 4)


def test_the_terms_of_each_row_say_when_it_was_issued(balance, tmp_path):
    owed, report = balance(
        "Invoice number;Customer;Due date;Payment terms;Amount\n"
        "F1;Acme;2026-02-04;30 days;100.00\nF2;Bolt;2026-03-06;14;50.00\nF3;Bolt;;14;7.00\n"
    )
    assert (report.ok, report.code) == (True, 3)
    assert owed == {"Acme": 100, "Bolt": 50}
    assert days(report, tmp_path) == [
        ("F1", date(2026, 1, 5), date(2026, 2, 4)), ("F2", date(2026, 2, 20), date(2026, 3, 6)),
    ]  # fmt: skip
    assert any("less the terms in Payment terms" in str(n) for n in report.files[0].notes)


def test_rows_without_terms_beside_others_are_asked_about(asked):
    (question,) = asked(
        "Invoice number;Customer;Due date;Payment terms;Amount\n"
        "F1;Acme;2026-02-04;30;100.00\nF2;Bolt;2026-03-06;;50.00\n"
    )
    assert question.about == "issue"
    assert "1 of its invoices" in str(question.text)


def test_another_column_of_days_may_be_the_day_of_issue(asked, balance):
    head = "Invoice number;Customer;Due date;Started;Amount"
    text = f"{head}\nF1;Acme;2026-02-04;2026-01-02;100.00\n"
    question = next(q for q in asked(text) if q.about == "issue")
    assert question.choices[0].value == "Started"
    owed, report = balance(text, mapping=as_toml(question.choices[0].tables))
    assert report.ok, report.failures
    assert owed == {"Acme": 100}

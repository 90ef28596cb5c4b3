"""JPK_FA: hand-computed sums of the samples, and what else has the root JPK."""

from decimal import Decimal

import pytest

from data.store.state import Store
from etl.intake.formats.audit.saft.jpk_fa import SOURCE
from etl.intake.source import SourceFile
from etl.load.run import load
from tests import goldens, places
from tests.goldens import staged

SAMPLES = places.SAMPLES / "jpk_fa"
D = Decimal


def changed(tmp_path, *pairs):
    return goldens.changed(SAMPLES / "jpk_fa_4.xml", tmp_path / "jpk.xml", *pairs)


def test_invoices_and_corrections_stand_in_their_own_currency():
    connection, (documents, customers) = staged(SAMPLES / "jpk_fa_4.xml")
    assert documents.totals == {"PLN": D("1045.50"), "EUR": D("520.00")}
    assert (documents.rows_read, documents.rows_kept, documents.rows_rejected) == (6, 5, 1)
    assert customers.rows_kept == 3
    found = connection.execute(
        "select document_id, kind, amount, reference from staged_documents"
        " where document_id like 'FK%' order by line"
    ).fetchall()
    assert found == [
        ("FK/1/03/2026", "credit_note", D("-246.00"), "FV/1/03/2026 Zwrot towaru"),
        ("FK/2/03/2026", "invoice", D("20.00"), None),
    ]


def test_a_correction_settles_the_invoice_it_names(tmp_path):
    store = Store(tmp_path / "store")
    zloty = changed(tmp_path, ("<KodWaluty>EUR", "<KodWaluty>PLN"))
    assert load([zloty], store).ok
    state = store.current()
    owed = state.engine.query(
        "select d.document_id, sum(o.amount) as owed from open_items as o"
        " join documents as d using (document_key) where o.closed_on is null"
        " group by all order by 1"
    ).to_pylist()
    assert [tuple(row.values()) for row in owed] == [
        ("FK/2/03/2026", D("20.00")),
        ("FV/1/03/2026", D("984.00")),  # 1,230.00 less the correction of 246.00
        ("FV/2/03/2026", D("500.00")),
        ("FV/3/03/2026", D("61.50")),
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<LiczbaFaktur>6", "<LiczbaFaktur>7", "FakturaCtrl says 7 invoices, but the file holds 6"),
        ("<WartoscFaktur>1575.50", "<WartoscFaktur>1575.51", "make 1575.51, but they make 1575.5"),
    ],
)
def test_totals_that_differ_are_noted(tmp_path, old, new, sentence):
    _, readings = staged(changed(tmp_path, (old, new)))
    assert any(sentence in str(note) for note in readings[0].notes)
    _, unchanged = staged(SAMPLES / "jpk_fa_4.xml")
    assert not any("FakturaCtrl" in str(note) for note in unchanged[0].notes)


@pytest.mark.parametrize("form", ["JPK_VAT", "JPK_KR", "JPK_FA_RR"])
def test_other_forms_of_jpk_are_not_taken(tmp_path, form):
    assert SOURCE.identify(SourceFile(changed(tmp_path, ("JPK_FA", form)))) == 0
    assert SOURCE.identify(SourceFile(SAMPLES / "jpk_fa_4.xml")) > 0.9


@pytest.mark.parametrize(
    ("header", "currency"),
    [("", "PLN"), ("<DomyslnyKodWaluty>EUR</DomyslnyKodWaluty>", "EUR")],
)
def test_invoices_without_a_currency_take_that_of_the_file(tmp_path, header, currency):
    path = changed(
        tmp_path, ("<KodWaluty>PLN</KodWaluty>", ""), ("</Naglowek>", f"{header}</Naglowek>")
    )
    _, readings = staged(path)
    assert set(readings[0].totals) == {currency, "EUR"}

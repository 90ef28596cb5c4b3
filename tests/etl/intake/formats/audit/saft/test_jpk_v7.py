"""JPK_V7: what its fields make, counted by hand, and what is no sale."""

from decimal import Decimal

import pytest

from etl.intake.formats.audit.saft.jpk_v7 import SOURCE
from etl.intake.source import SourceFile
from tests import goldens, places
from tests.goldens import staged

D = Decimal
SAMPLE = places.SAMPLES / "jpk_v7" / "jpk_v7m_2.xml"


def changed(tmp_path, *pairs):
    return goldens.changed(SAMPLE, tmp_path / "a.xml", *pairs)


def amounts(path):
    connection, _ = staged(path)
    found = connection.execute("select document_id, amount from staged_documents")
    return dict(found.fetchall())


def test_what_the_fields_of_sales_make():
    # 100 + 8 + 1,000 + 230; goods to Belgium; a correction of 100 + 23
    assert amounts(SAMPLE) == {
        "FV/1/03/2026": D("1338.00"),
        "FV/2/03/2026": D("2000.00"),
        "FK/1/03/2026": D("-123.00"),
    }
    _, (documents, customers) = staged(SAMPLE)
    assert documents.left_out == {
        "daily totals of cash registers": 1,
        "tax on the company's own purchases": 1,
        "reliefs for bad debts: the claim itself goes on": 1,
    }
    assert customers.rows_kept == 2


@pytest.mark.parametrize(
    ("old", "new", "amount"),
    [
        ("<tns:K_17>", "<tns:K_11>50.00</tns:K_11><tns:K_12>50.00</tns:K_12><tns:K_17>", "1388.00"),
        ("<tns:K_17>", "<tns:K_13>50.00</tns:K_13><tns:K_14>50.00</tns:K_14><tns:K_17>", "1388.00"),
        ("<tns:K_17>", "<tns:SprzedazVAT_Marza>900.00</tns:SprzedazVAT_Marza><tns:K_17>", "900.00"),
        ("FV/2/03/2026", "FV/1/03/2026", "1338.00"),  # another buyer's
    ],
)
def test_other_fields(tmp_path, old, new, amount):
    path = changed(tmp_path, (old, new))
    connection, _ = staged(path)
    found = connection.execute(
        "select amount from staged_documents where document_id = 'FV/1/03/2026'"
        " and customer_id = '1060000062'"
    ).fetchall()
    assert found == [(D(amount),)]


def test_rows_of_one_number_are_one_document(tmp_path):
    path = changed(tmp_path, ("FK/1/03/2026", "FV/1/03/2026"))
    assert amounts(path)["FV/1/03/2026"] == D("1215.00")


def test_a_count_that_differs_is_noted(tmp_path):
    path = changed(tmp_path, ("Sprzedazy>6<", "Sprzedazy>7<"))
    _, readings = staged(path)
    assert any("7 rows of sales" in str(n) for n in readings[0].notes)


@pytest.mark.parametrize(("form", "sure"), [("JPK_V7K (3)", 0.98), ("JPK_VAT (3)", 0.98)])
def test_forms(tmp_path, form, sure):
    assert SOURCE.identify(SourceFile(changed(tmp_path, ("JPK_V7M (2)", form)))) == sure
    assert SOURCE.identify(SourceFile(places.SAMPLES / "jpk_fa" / "jpk_fa_4.xml")) == 0

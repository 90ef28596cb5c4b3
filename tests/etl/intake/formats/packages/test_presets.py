"""Presets: what a whole load makes of the samples, real Xero files, and how a user overrides."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from data.store.state import Store
from etl.intake.formats.packages.catalogue import PACKAGES
from etl.intake.formats.preset import PresetSource
from etl.intake.mappings.mapping import load_mapping
from etl.intake.source import ReadOptions, SourceFile
from etl.load.identify import identify
from etl.load.run import LoadOptions, load
from etl.report import LoadReport
from tests import places
from tests.goldens import staged

REAL = places.REAL / "xero" / "xero_invoice_data.csv"


def loaded(
    folder: Path, *names: str, options: LoadOptions | None = None
) -> tuple[LoadReport, Store]:
    store = Store(folder / "store")
    paths = [
        places.SAMPLES / name if (places.SAMPLES / name).exists() else Path(name) for name in names
    ]
    return load(paths, store, options), store


def rows(store: Store, sql: str) -> Sequence[tuple[Any, ...]]:
    state = store.current()
    assert state is not None
    return [tuple(row.values()) for row in state.engine.query(sql).to_pylist()]


#: sample -> what is still owed in all, unapplied amounts included, counted by hand
OWED = {
    "sap_fbl5n/list.txt": "450.00",  # 500.00 open, and a credit note of 50.00
    "sap_fbl5n/spreadsheet.csv": "549.75",  # 600.00 of 1800000201, less 50.25
    "sap_s4/items.jsonl": "700.00",  # 726.00 less 26.00
    "odoo/invoices.csv": "450.00",  # 205.00 + 300.00 less 55.00
    "odoo/journal_items.csv": "200.00",  # 240.00 less 40.00
    "odoo/technical_names.xlsx": "884.50",  # 484.00 + 400.50
    "netsuite/transactions.csv": "400.00",  # 420.50 less 20.50
    "exact_online/receivables.csv": "665.50",  # 121.00 + 605.00 less 60.50
    "exact_online/openstaande_posten.csv": "1665.50",
    "twinfield/browse_100.csv": "450.00",  # 150.00 + 363.00 less 63.00
    "yuki/outstanding_items.csv": "1226.00",  # 200.00 + 968.00 + 100.00 less 42.00
    "afas/openstaande_posten.csv": "1310.00",  # 1,210.00 + 121.00 less 21.00
    "e_boekhouden/open_posten.csv": "1300.00",  # 100.00 + 1,210.00 less 10.00
    "winbooks/ACT.csv": "300.00",  # 363.00 less 63.00
    "winbooks/ACT_no_headers.txt": "300.00",
    "octopus/openstaande_posten.csv": "653.00",  # 242.00 + 500.00 less 89.00
    "sage_bob50/sales.csv": "1510.00",
    "sage_100/grand_livre_tiers.csv": "450.00",  # 150.00 + 360.00 less 60.00
    "xero/invoices.csv": "234.00",
    "xero_aged/aged_receivables_detail.csv": "1400.50",
    "quickbooks/aging.csv": "1880.50",  # the report's own total
    "zoho_books/Invoice.csv": "276.00",  # USD 300.00 at 0.92
    "erpnext/sales_invoices.csv": "605.00",  # 205.00 + 484.00 less 84.00
    "erpnext/accounts_receivable.csv": "455.00",  # the report's own total
    "erpnext/payment_entries.csv": "-1310.00",  # 1,210.00 + 150.00 less 50.00 paid back
    "erpnext/payments_short.csv": "-500.00",
    "erpnext/general_ledger.csv": "50.00",  # 605.00 less 400.00, 55.00 and 100.00 on account
    "tryton/invoices.csv": "544.50",  # 605.00 less 60.50
    "metasfresh/rechnungen.csv": "500.00",  # 595.00 less 95.00
    "lago/invoices.csv": "704.99",  # 605.00 + 99.99
    "lago/yen.csv": "20000.00",  # yen have no cents
    "dolibarr/factures.csv": "1900.00",  # 600.00 + 1,400.00 less 100.00
    "business_central/ledger_entries.xlsx": "1069.50",  # 1,100.25 less 30.75, in local currency
}


@pytest.mark.parametrize(("sample", "owed"), OWED.items(), ids=list(OWED))
def test_what_is_owed_after_a_load(sample: str, owed: str, tmp_path: Path) -> None:
    report, store = loaded(tmp_path, sample)
    assert report.published
    assert [c for c in report.controls if not c.ok] == []
    open_ = "select sum(amount) from open_items where closed_on is null"
    assert rows(store, open_) == [(Decimal(owed),)]
    assert {f.format for f in report.files} == {sample.partition("/")[0]}


def test_one_number_with_several_names_is_one_customer() -> None:
    connection, (reading,) = staged(places.SAMPLES / "highradius" / "invoices.csv")
    found = connection.execute(
        "select customer_id, customer_name from staged_customers order by line limit 1"
    ).fetchall()
    assert found == [("0200000101", "Northern Mills")]
    assert reading.totals == {"USD": Decimal("14485.63"), "CAD": Decimal("225.86")}


def test_every_preset_has_a_sample_and_says_what_it_gives() -> None:
    for source in PACKAGES:
        assert any((places.SAMPLES / source.name).iterdir())
        assert source.gives
        assert source.lacks


def test_lettering_is_the_sources_own(tmp_path: Path) -> None:
    for number, sample in enumerate(
        ("sap_fbl5n/list.txt", "odoo/journal_items.csv", "winbooks/ACT.csv",
         "twinfield/browse_100.csv", "sage_100/grand_livre_tiers.csv", "sap_s4/items.jsonl")
    ):  # fmt: skip
        _, store = loaded(tmp_path / str(number), sample)
        assert rows(store, "select distinct method from matches") == [("given",)], sample


def test_real_xero_invoices_need_no_mapping() -> None:
    if not REAL.exists():
        pytest.skip(f"{REAL} is missing")
    file = SourceFile(REAL)
    assert identify(file).name == "xero"
    connection, (reading,) = staged(REAL)
    assert reading.rows_read == 601
    assert reading.left_out["what is bought and not sold"] == 601 - 117
    mapped = ReadOptions(mapping=load_mapping(places.XERO))
    source = identify(file, None, mapped.mapping)
    assert source.name == "table"
    (by_hand,) = source.read(file, connection, 9, mapped)
    assert by_hand.totals == reading.totals
    assert by_hand.rows_kept == reading.rows_kept


def test_a_mapping_of_the_users_own_wins(tmp_path: Path) -> None:
    mapping = tmp_path / "own.toml"
    mapping.write_text(
        '[columns]\ndocument_id = "Num"\ncustomer_id = "Customer"\nissued_on = "Date"\n'
        'amount = "Open Balance"\n'
    )
    report, store = loaded(
        tmp_path, "quickbooks/aging.csv", options=LoadOptions(mapping=(mapping,))
    )
    assert [f.format for f in report.files] == ["table"]
    assert rows(store, "select sum(amount) from documents") == [(Decimal("1880.50"),)]
    assert rows(store, "select count(*) from documents where due_assumed = 'default'") == [(3,)]


def test_a_mapping_leaves_out_what_it_says(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text(
        "document_id,customer_id,issued_on,amount,State\n"
        "F1,C1,2025-01-01,10.00,sent\nF2,C1,2025-01-02,20.00,DRAFT\n"
    )
    mapping = tmp_path / "own.toml"
    mapping.write_text(
        '[columns]\ndocument_id = "document_id"\ncustomer_id = "customer_id"\n'
        'issued_on = "issued_on"\namount = "amount"\n[leave_out]\nState = ["draft"]\n'
    )
    report, store = loaded(tmp_path, str(export), options=LoadOptions(mapping=(mapping,)))
    assert report.files[0].left_out == {"rows with values that the mapping leaves out": 1}
    assert rows(store, "select document_id from documents") == [("F1",)]


def test_days_that_stay_open_are_read_as_the_program_writes_them(tmp_path: Path) -> None:
    export = tmp_path / "aging.csv"
    export.write_text(
        "A/R Aging Detail,,,,,\nNum,Customer,Date,Due Date,Amount,Open Balance\n"
        "1,Quayside,02/03/2025,03/04/2025,10.00,10.00\n"
    )
    connection, (reading,) = staged(export)
    found = connection.execute("select issued_on, due_on from staged_documents").fetchall()
    assert found == [(date(2025, 2, 3), date(2025, 3, 4))]
    assert "the month first" in " ".join(map(str, reading.notes))
    export.write_text(export.read_text().replace("02/03/2025", "22/03/2025"))
    connection, _ = staged(export)
    found = connection.execute("select issued_on, due_on from staged_documents").fetchall()
    assert found == [(date(2025, 3, 22), date(2025, 4, 3))]  # what the data show counts more


def test_a_list_of_somebody_else_is_no_package() -> None:
    for name in ("nl_ledger.csv", "fr_invoices.csv", "customers.csv", "instalments.csv"):
        file = SourceFile(places.GOLDEN / "tables" / name)
        assert identify(file).name == "table", name


def test_other_columns_of_a_known_list_are_taken_too(tmp_path: Path) -> None:
    export = tmp_path / "open.csv"
    text = (places.SAMPLES / "e_boekhouden" / "open_posten.csv").read_text()
    lines = [f"{line};{'Land' if n == 0 else 'BE'}" for n, line in enumerate(text.splitlines())]
    export.write_text("\n".join(lines) + "\n")
    connection, _ = staged(export)
    found = connection.execute("select distinct country from staged_customers").fetchall()
    assert found == [("BE",)]


# --- reports about customers ---------------------------------------------------------------


def _customers(tmp_path: Path, *more: str) -> tuple[LoadReport, Store]:
    report, store = loaded(tmp_path, "odoo/invoices.csv", *more)
    assert report.published
    return report, store


def test_a_report_is_about_the_customer_with_its_number(tmp_path: Path) -> None:
    report, store = _customers(tmp_path, "trade_report/creditsafe.csv")
    sql = "select customer_id, customer_name, rating, credit_limit from customers order by all"
    assert rows(store, sql) == [
        ("Brouwerij Het Anker", "Brouwerij Het Anker", "71", Decimal(25000)),
        ("Café du Port", "Café du Port", "38", Decimal(1500)),  # by the SIREN in its VAT number
    ]
    (nobody,) = [f for f in report.findings if f.name == "report_of_nobody"]
    assert nobody.items == 1
    (listed,) = rows(store, "select sql from findings where name = 'report_of_nobody'")
    state = store.current()
    assert state is not None
    found = state.engine.query(listed[0]).to_pylist()
    assert [r["customer_name"] for r in found] == ["NOBODY WE KNOW BV"]


@pytest.mark.parametrize("sample", ["altares", "dnb", "graydon"])
def test_each_bureaus_list_finds_its_customer(sample: str, tmp_path: Path) -> None:
    _, store = _customers(tmp_path, f"trade_report/{sample}.csv")
    found = dict(rows(store, "select rating, credit_limit from customers where rating <> ''"))
    expected = {
        "altares": {"9": Decimal(2500)},
        "dnb": {"2A2": Decimal(30000)},
        "graydon": {"AA": Decimal(27500)},
    }
    assert found == expected[sample]


def test_insured_limits_go_by_customer_number_or_by_company(tmp_path: Path) -> None:
    report, store = _customers(
        tmp_path, "afas/openstaande_posten.csv", "credit_insurance/atradius.csv"
    )
    sql = "select customer_id, insured_limit from customers where insured_limit is not null"
    assert dict(rows(store, sql)) == {
        "20002": Decimal(7500),
        "Brouwerij Het Anker": Decimal(20000),
        "Café du Port": Decimal(0),  # withdrawn
    }
    assert [f.items for f in report.findings if f.name == "report_of_nobody"] == [1]


def test_a_customer_list_of_ours_beats_a_report(tmp_path: Path) -> None:
    ours = tmp_path / "customers.csv"
    ours.write_text(
        "customer_id,customer_name,credit_limit,vat_number\n"
        "Brouwerij Het Anker,Het Anker,9000.00,\n"
    )
    _, store = _customers(tmp_path, str(ours), "trade_report/creditsafe.csv")
    sql = "select customer_name, rating, credit_limit, vat_number from customers order by all"
    assert rows(store, sql)[-1] == ("Het Anker", "71", Decimal(9000), "BE0403170701")


def test_a_number_of_two_customers_says_nothing(tmp_path: Path) -> None:
    ours = tmp_path / "customers.csv"
    ours.write_text(
        "customer_id,customer_name,vat_number\nC1,North,BE0403170701\nC2,South,BE 403.170.701\n"
    )
    report, store = loaded(
        tmp_path, str(ours), "trade_report/dnb.csv", "yuki/outstanding_items.csv"
    )
    assert rows(store, "select count(*) from customers where rating <> ''") == [(0,)]
    assert [f.items for f in report.findings if f.name == "report_of_nobody"] == [1]


def test_a_report_may_name_a_bank_account(tmp_path: Path) -> None:
    limits = tmp_path / "limits.csv"
    limits.write_text(
        "Buyer ID,Buyer name,IBAN,Decision amount,Decision date\n"
        "1,De Linde,NL91 ABNA 0417 1643 00,4000.00,2025-03-31\n"
    )
    _, store = loaded(tmp_path, "exact_online/openstaande_posten.csv", str(limits))
    sql = "select customer_id, insured_limit from customers where insured_limit is not null"
    assert rows(store, sql) == [("10101", Decimal(4000))]


def test_presets_say_themselves_what_they_are() -> None:
    for source in PACKAGES:
        if isinstance(source, PresetSource):
            assert source.preset.about
            assert source.label


def test_the_users_own_company_is_never_the_customer() -> None:
    for sample in ("erpnext/sales_invoices.csv", "erpnext/payments_short.csv",
                   "erpnext/payment_entries.csv", "tryton/invoices.csv"):  # fmt: skip
        text = (places.SAMPLES / sample).read_text(encoding="utf-8")
        assert "Weverij Zuid BV" in text
        connection, _ = staged(places.SAMPLES / sample)
        for table, besides in (("staged_documents", "exclude (company)"), ("staged_customers", "")):
            said = f"select * {besides} from {table}"
            assert "Weverij" not in str(connection.execute(said).fetchall()), sample


def test_an_abandoned_invoice_is_written_off(tmp_path: Path) -> None:
    _, store = loaded(tmp_path, "dolibarr/factures.csv")
    sql = "select kind, amount from documents where document_id = 'FA2501-0004' order by amount"
    assert rows(store, sql) == [("write_off", Decimal(-80)), ("invoice", Decimal(80))]

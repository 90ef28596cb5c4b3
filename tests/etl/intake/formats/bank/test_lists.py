"""Lists of banks in CSV and Excel: what came in is received, and a balance is no amount."""

from decimal import Decimal
from pathlib import Path

import pytest

from data.core.reading import Reading
from data.store.state import Store
from etl.intake.formats.bank.lists.catalogue import LISTS
from etl.intake.formats.preset import PresetSource
from etl.load.run import load
from tests import places
from tests.goldens import staged

SAMPLES = [p for source in LISTS for p in sorted((places.SAMPLES / source.name).iterdir())]

#: What came in in each sample, counted by hand.
RECEIVED = {
    "kbc/rekening.csv": "1694.00", "belfius/rekening.csv": "1210.00",
    "bnp_paribas_fortis/rekening.csv": "1210.00", "bnp_paribas_fortis/compte.xlsx": "484.50",
    "ing_be/rekening.csv": "1210.00", "ing_nl/rekening.csv": "1210.00",
    "ing_nl/account.csv": "484.00", "abn_amro/TXT250131.TAB": "1210.00",
    "abn_amro/XLS250131.xlsx": "484.50", "rabobank/CSV_A.csv": "1210.00",
    "bunq/statement.csv": "1210.00", "credit_agricole/compte.csv": "1210.00",
    "bnp_paribas/operations.csv": "1210.00", "societe_generale/export.csv": "1210.00",
    "lcl/T_cpte.csv": "1210.00", "qonto/transactions.csv": "1210.00",
    "sparkasse/umsaetze.csv": "595.00", "deutsche_bank/Kontoumsaetze.csv": "1595.00",
    "n26/n26.csv": "595.00", "revolut_business/transactions.csv": "1210.00",
    "wise/statement.csv": "1210.00", "paypal/activity.csv": "1210.00",
}  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_money_that_came_in_is_received(sample: Path) -> None:
    connection, (reading,) = staged(sample)
    assert isinstance(reading, Reading)
    assert (reading.rows_kind, reading.rows_rejected) == ("bank", 0)
    (came,) = connection.execute(
        "select -sum(amount) filter (amount < 0) from staged_documents"
    ).fetchall()
    assert came == (Decimal(RECEIVED[f"{sample.parent.name}/{sample.name}"]),)


def test_a_running_balance_is_no_amount() -> None:
    for source in LISTS:
        assert isinstance(source, PresetSource)
        for layout in source.preset.layouts:
            said = layout.parsed
            assert (said.rows, dict(said.signs)) == ("bank", {"amount": "received"}), source.name
            given = {*said.columns, *said.derived}
            assert not given & {"open_amount", "paid_amount", "customer_id"}, source.name
            read = " ".join(said.columns.values()).lower()
            assert not any(word in read for word in ("saldo", "solde", "balance")), source.name


def test_what_came_in_pays_invoices_and_what_went_out_is_no_receivable(tmp_path: Path) -> None:
    invoices = tmp_path / "invoices.csv"
    invoices.write_text(
        "document_id,customer_id,customer_name,issued_on,due_on,amount\n"
        "F2025-001,C1,Atelier Blauwbol,2024-12-06,2025-01-05,1210.00\n"
        "F2025-003,C2,Maison Verte,2024-12-08,2025-01-07,484.00\n"
    )
    for bank in ("ing_nl/rekening.csv", "rabobank/CSV_A.csv", "credit_agricole/compte.csv"):
        store = Store(tmp_path / bank.partition("/")[0])
        load([invoices, places.SAMPLES / bank], store)
        state = store.current()
        assert state is not None
        open_ = (
            "select customer, sum(amount) as a from open_items where closed_on is null group by 1"
        )
        assert state.engine.query(open_).to_pylist() == [{"customer": "C2", "a": Decimal(484)}]

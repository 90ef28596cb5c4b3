import pytest

from data.core.errors import StoreError
from data.store.state import Store
from data.workspace import by_hand
from etl.load.run import load

INVOICES = "Factuurnr;Klantnr;Factuurdatum;Bedrag\nF1;C1;31-01-2026;100,00\nF2;C2;31-01-2026;9,00\n"


def sectors_in(store):
    rows = store.current().engine.query(
        "select customer_id, sector, sector_section from customers order by customer_id"
    )
    return [tuple(r.values()) for r in rows.to_pylist()]


def test_a_sector_said_by_hand_goes_before_the_files_now_and_later(tmp_path):
    store = Store(tmp_path / "store")
    (tmp_path / "facturen.csv").write_text(INVOICES, encoding="utf-8")
    load([tmp_path / "facturen.csv"], store)
    assert sectors_in(store) == [("C1", "", ""), ("C2", "", "")]
    by_hand.say_sector(store.folder, "C1", "4711")
    assert load([], store).published
    assert sectors_in(store) == [("C1", "47.11", "G"), ("C2", "", "")]
    assert not load([], store).published
    (tmp_path / "klanten.csv").write_text(
        "Klantnummer;Naam;Sector\nC1;Een;41.20\nC2;Twee;41.20\n", encoding="utf-8"
    )
    load([tmp_path / "klanten.csv"], store)
    assert sectors_in(store) == [("C1", "47.11", "G"), ("C2", "41.20", "F")]
    by_hand.say_sector(store.folder, "C1", None)
    load([], store)
    assert sectors_in(store) == [("C1", "41.20", "F"), ("C2", "41.20", "F")]


def test_what_is_no_sector_is_refused_and_a_broken_file_is_named(tmp_path):
    with pytest.raises(ValueError, match="'horeca' is no NACE code"):
        by_hand.say_sector(tmp_path, "C1", "horeca")
    (tmp_path / by_hand.NAME).write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match=r"sectors\.json cannot be read"):
        by_hand.sectors(tmp_path)

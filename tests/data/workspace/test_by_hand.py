import pytest

from data.reference import nace
from data.store.state import Store
from data.workspace import by_hand
from data.workspace.memory import Memory
from data.workspace.subjects.market import Sector
from data.workspace.subjects.subject import SaidError
from etl.load.run import load

INVOICES = "Factuurnr;Klantnr;Factuurdatum;Bedrag\nF1;C1;31-01-2026;100,00\nF2;C2;31-01-2026;9,00\n"


def take_back(memory):
    for line in memory.lines("C1"):
        if line.holds:
            memory.take_back("Anna", line.id)


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
    Memory(store.folder).say("Anna", "C1", Sector(nace.normal("4711")))
    assert load([], store).published
    assert sectors_in(store) == [("C1", "47.11", "G"), ("C2", "", "")]
    assert not load([], store).published
    (tmp_path / "klanten.csv").write_text(
        "Klantnummer;Naam;Sector\nC1;Een;41.20\nC2;Twee;41.20\n", encoding="utf-8"
    )
    load([tmp_path / "klanten.csv"], store)
    assert sectors_in(store) == [("C1", "47.11", "G"), ("C2", "41.20", "F")]
    take_back(Memory(store.folder))
    load([], store)
    assert sectors_in(store) == [("C1", "41.20", "F"), ("C2", "41.20", "F")]


def test_what_is_no_sector_is_refused_and_the_files_have_the_word_again(tmp_path):
    memory = Memory(tmp_path)
    with pytest.raises(SaidError, match="“horeca” is no NACE code"):
        memory.say("Anna", "C1", Sector(nace.normal("horeca")))
    with pytest.raises(SaidError, match="Say who you are"):
        memory.say(" ", "C1", Sector(nace.normal("4711")))
    memory.say("Anna", "C1", Sector(nace.normal("4711")))
    memory.say("Bob", "C1", Sector("41.20"))
    assert by_hand.sectors(memory) == {"C1": "41.20"}
    take_back(memory)
    assert by_hand.sectors(memory) == {}
    memory.close()

"""Files of earlier versions move into the memory once, whole, and say the same there."""

import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from data.core.errors import StoreError
from data.workspace.books import said
from data.workspace.by_hand import decisions, sectors
from data.workspace.decisions import fingerprint, holding
from data.workspace.memory import Memory
from data.workspace.named import Identified
from data.workspace.taken_in import WHO

INVOICE = {
    "ledger": "", "document_id": "F1", "customer": "A", "issued_on": "2025-01-01",
    "amount": "100.00", "kind": "invoice", "nth": 1,
}  # fmt: skip
PAYMENT = INVOICE | {"document_id": "P1", "amount": "-100.00", "kind": "payment", "nth": 2}


def line(id: str, action: str, at: str = "2025-03-01 10:00:00", **more: object) -> str:
    return json.dumps({
        "id": id, "at": at, "action": action, "debit": INVOICE, "credit": PAYMENT,
        "amount": None, "note": "", "of": "", **more,
    })  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    written = [
        line("a", "confirm", amount="99.90", note="é"),
        line("b", "undo"),
        line("c", "withdraw", "2025-03-02 10:00:00", of="b"),
        line("d", "withdraw", "2025-03-02 10:00:01", of="b"),
    ]
    (tmp_path / "decisions.jsonl").write_text("\n".join(written), encoding="utf-8")
    (tmp_path / "sectors.json").write_text('{"A": "47.11", "B": "41.20"}')
    return tmp_path


def told(memory):
    return [(d.id, d.action, d.amount, d.note, d.withdrawn) for d in decisions(memory)]


def test_what_the_files_held_is_in_the_memory(folder):
    memory = Memory(folder)
    assert told(memory) == [
        ("a", "confirm", Decimal("99.90"), "é", None),
        ("b", "undo", None, "", datetime(2025, 3, 2, 10, tzinfo=UTC)),
    ]
    (held,) = holding(decisions(memory))
    assert held.who == WHO
    assert held.credit == Identified("", "P1", "A", date(2025, 1, 1), Decimal(-100), "payment", 2)
    # what tells a state from one made without it is what it was
    assert fingerprint([held]) == "cadc42e85d17a8ce"
    assert sectors(memory) == {"A": "47.11", "B": "41.20"}
    assert {p.name for p in folder.iterdir() if "moved" in p.name} == {
        "decisions.jsonl.moved", "sectors.json.moved",
    }  # fmt: skip
    memory.close()


def test_a_load_knows_it_without_anybody_looking_first(folder):
    assert [d.id for d in said(folder).decisions] == ["a"]
    assert said(folder).sectors == {"A": "47.11", "B": "41.20"}


def test_nothing_is_said_twice_where_the_move_was_killed(folder, monkeypatch):
    def killed(_path: Path, _to: Path) -> None:
        raise KeyboardInterrupt

    memory = Memory(folder)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            memory.revision()
    assert len(told(memory)) == 2
    assert len(sectors(memory)) == 2
    memory.close()


def test_a_line_that_is_no_decision_is_named_and_nothing_moves(folder):
    with (folder / "decisions.jsonl").open("a") as file:
        file.write("\n" + line("e", "delete"))
    memory = Memory(folder)
    with pytest.raises(StoreError, match="Line 5"):
        decisions(memory)
    assert (folder / "decisions.jsonl").exists()
    assert memory._database.path is not None
    memory.close()


def test_a_broken_file_of_sectors_is_named(tmp_path):
    for text in ("{", "[]", '{"A": 1}', '{"A": "horeca"}'):
        (tmp_path / "sectors.json").write_text(text)
        memory = Memory(tmp_path)
        with pytest.raises(StoreError, match=r"sectors\.json"):
            sectors(memory)
        memory.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="the owner of everything may write anywhere")
def test_a_folder_that_cannot_be_written_keeps_its_files(folder):
    folder.chmod(0o500)
    memory = Memory(folder)
    assert decisions(memory) == ()
    folder.chmod(0o700)
    memory.close()

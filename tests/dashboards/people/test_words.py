"""The audit log in a reader's words."""

import pytest
from argon2 import PasswordHasher

from dashboards.base.i18n import speaking
from dashboards.people.done import written
from data.core.rights import EVERYBODY, SALES, Reader, Scope
from data.workspace.memory import Memory
from data.workspace.people import people as module
from data.workspace.people.people import People
from data.workspace.people.speaking import Speaking
from data.workspace.subjects.note import Note

OWN = Scope.of({"salesperson": ("Anna", "Bram B.")})


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(module, "_hasher", lambda: PasswordHasher(1, 8, 1))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "took back,Note: C1",
                "said,Note: C1",
                "bob: let in again",
                "bob: shut out",
                "bob: Management; all customers",
                "bob: Credit department; Salesperson: Anna, Bram B.",
                "bob: Sales department; Salesperson: Anna, Bram B.",
                "anna: Administrator; all customers",
            ],
        ),
        ("nl", ["Opmerking: C1", "", "bob: weer toegelaten", "bob: buitengesloten"]),
        ("fr", ["Remarque: C1", "", "bob: accès rétabli", "bob: accès bloqué"]),
    ],
)
def test_what_was_done_is_said_in_words(tmp_path, language, expected):
    people = People(tmp_path)
    people.add("anna", "Anna", "admin")
    people.add("bob", "Bob", SALES, OWN)
    people.change("bob", "anna", role="credit", scope=OWN)
    people.change("bob", "anna", role="executive", scope=EVERYBODY)
    people.change("bob", "anna", active=False)
    people.change("bob", "anna", active=True)
    memory = Speaking(Memory(tmp_path), Reader("Bob", "admin", login="bob"), None)
    memory.take_back("Bob", memory.say("Bob", "C1", Note(), "Calls on Fridays.").id)
    with speaking(language):
        rows = written(people.audit()).splitlines()[1:]
    for row, words in zip(rows, expected, strict=False):
        assert words in row, row
    assert not [row for row in rows if "{" in row or "=" in row]

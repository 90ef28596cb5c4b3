"""The memory as one reader has it."""

from data.core.rights import Reader
from data.workspace.line import line_of
from data.workspace.memory import Memory
from data.workspace.people.speaking import Speaking
from data.workspace.subjects.note import Note


def test_with_an_account_nobody_speaks_by_another_name(tmp_path):
    memory = Speaking(Memory(tmp_path), Reader("Bob", "admin", login="bob"), None)
    said = memory.say("Anna", "C1", Note(), "Calls on Fridays.")
    memory.take_back("Anna", said.id)
    memory.keep([line_of("Anna", "C1", Note(), "One."), line_of("Anna", "C2", Note(), "Two.")])
    lines = Memory(tmp_path).lines()
    assert len(lines) == 3
    assert {line.who for line in lines} | {lines[0].taken_back.who} == {"Bob"}

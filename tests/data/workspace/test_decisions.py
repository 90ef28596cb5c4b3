"""What people decided about matches, as lines of the memory."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from data.workspace.by_hand import decide, decisions
from data.workspace.decisions import CONFIRM, UNDO, choose, fingerprint, holding
from data.workspace.memory import Memory
from data.workspace.named import Identified
from data.workspace.subjects.subject import SaidError

INVOICE = Identified("", "F1", "A", date(2025, 1, 1), Decimal("100.00"), "invoice")
PAYMENT = Identified("", "P1", "B", date(2025, 2, 1), Decimal("-100.00"), "payment", 2)


@pytest.fixture
def memory(tmp_path):
    kept = Memory(tmp_path)
    yield kept
    kept.close()


def test_what_is_decided_is_read_as_it_was(memory):
    assert decisions(memory) == ()
    made = decide(memory, "Anna", CONFIRM, INVOICE, PAYMENT, Decimal("99.90"), "Crédit “é”\nline")
    assert decisions(memory) == (made,)
    assert made.pair == (INVOICE, PAYMENT)
    assert (made.who, made.amount, made.withdrawn) == ("Anna", Decimal("99.90"), None)
    back = memory.take_back("Bob", made.id)
    assert decisions(memory) == (replace(made, withdrawn=back.at),)


def test_nobody_decides_nothing(memory):
    with pytest.raises(SaidError, match="Say who you are"):
        decide(memory, "", CONFIRM, INVOICE, PAYMENT)
    with pytest.raises(SaidError, match="no decision"):
        decide(memory, "Anna", "delete", INVOICE, PAYMENT)
    nobodys = replace(INVOICE, customer=""), replace(PAYMENT, customer="")
    assert decide(memory, "Anna", UNDO, *nobodys).pair == nobodys


def test_only_the_last_word_holds_until_it_is_taken_back(memory):
    undone = decide(memory, "Anna", UNDO, INVOICE, PAYMENT)
    other = decide(memory, "Anna", CONFIRM, replace(INVOICE, document_id="F2"), PAYMENT)
    confirmed = decide(memory, "Anna", CONFIRM, INVOICE, PAYMENT)
    assert holding(decisions(memory)) == (other, confirmed)
    memory.take_back("Anna", confirmed.id)
    assert holding(decisions(memory)) == (undone, other)
    memory.take_back("Anna", undone.id)
    assert holding(decisions(memory)) == (other,)


def test_the_fingerprint_tells_what_holds(memory):
    assert fingerprint(holding(decisions(memory))) == ""
    made = decide(memory, "Anna", UNDO, INVOICE, PAYMENT)
    first = fingerprint(holding(decisions(memory)))
    assert first
    decide(memory, "Anna", CONFIRM, replace(INVOICE, document_id="F2"), PAYMENT)
    assert fingerprint(holding(decisions(memory))) not in ("", first)
    assert fingerprint([replace(made, id="other")]) == first


@pytest.mark.parametrize(
    ("found", "key"),
    [
        ([(7, "B"), (9, "B")], 9),
        ([(7, "B")], 7),
        ([(5, "")], 5),
        ([(5, ""), (6, "C")], None),
        ([(5, ""), (6, "B")], 6),
        ([], None),
    ],
)
def test_a_document_is_found_again(found, key):
    assert choose(PAYMENT, found) == key

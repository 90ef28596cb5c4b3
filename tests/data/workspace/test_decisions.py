"""What people decided, kept beside the states."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from data.core.errors import StoreError
from data.workspace.decisions import (
    CONFIRM,
    UNDO,
    WITHDRAW,
    Decisions,
    Named,
    choose,
    fingerprint,
    holding,
)

INVOICE = Named("", "F1", "A", date(2025, 1, 1), Decimal("100.00"), "invoice")
PAYMENT = Named("", "P1", "B", date(2025, 2, 1), Decimal("-100.00"), "payment", 2)


def test_what_is_written_is_read_as_it_was(tmp_path):
    kept = Decisions(tmp_path)
    assert kept.read() == ()
    made = kept.add(CONFIRM, INVOICE, PAYMENT, Decimal("99.90"), note="Crédit “é”\nline")
    taken = kept.add(WITHDRAW, INVOICE, PAYMENT, of=made.id)
    assert kept.read() == (made, taken)
    assert made.pair == (INVOICE, PAYMENT)
    assert len(kept.path.read_text("utf-8").splitlines()) == 2


def test_only_the_last_word_holds_until_it_is_taken_back(tmp_path):
    kept = Decisions(tmp_path)
    undone = kept.add(UNDO, INVOICE, PAYMENT)
    other = kept.add(CONFIRM, replace(INVOICE, document_id="F2"), PAYMENT)
    confirmed = kept.add(CONFIRM, INVOICE, PAYMENT)
    assert holding(kept.read()) == (other, confirmed)
    kept.add(WITHDRAW, INVOICE, PAYMENT, of=confirmed.id)
    assert holding(kept.read()) == (undone, other)
    kept.add(WITHDRAW, INVOICE, PAYMENT, of=undone.id)
    assert holding(kept.read()) == (other,)


def test_the_fingerprint_tells_what_holds(tmp_path):
    kept = Decisions(tmp_path)
    assert fingerprint(holding(kept.read())) == ""
    made = kept.add(UNDO, INVOICE, PAYMENT)
    first = fingerprint(holding(kept.read()))
    assert first
    kept.add(CONFIRM, replace(INVOICE, document_id="F2"), PAYMENT)
    assert fingerprint(holding(kept.read())) not in ("", first)
    assert fingerprint([replace(made, id="other")]) == first


def test_several_writers_lose_nothing(tmp_path):
    with ThreadPoolExecutor(4) as writers:
        list(writers.map(lambda _n: Decisions(tmp_path).add(UNDO, INVOICE, PAYMENT), range(12)))
    assert len({d.id for d in Decisions(tmp_path).read()}) == 12


def test_a_line_that_is_no_decision_is_named(tmp_path):
    kept = Decisions(tmp_path)
    kept.add(UNDO, INVOICE, PAYMENT)
    kept.path.write_text(kept.path.read_text() + '{"action": "delete"}\n')
    with pytest.raises(StoreError, match="Line 2"):
        kept.read()
    with pytest.raises(ValueError, match="no decision"):
        kept.add("delete", INVOICE, PAYMENT)


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

"""What the desk knows of a customer, against a count by hand of the rows of its ledger."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from typer.testing import CliRunner

import app
from data.workspace.memory import Memory
from metrics.decide.deal.kept import read
from tests.ledgers import customer, invoice, match, payment, publish

LAST = date(2026, 3, 31)
#: number, days from issue to payment; the last two are open
PAID = [(n, 40 if n < 24 else 400) for n in range(26)]


def write_off(name, who, day, amount):
    return payment(name, who, day, amount) | {"kind": "write_off"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Publish Alpha (30 days, paid after 40) with a daughter, and one whose invoice was lost."""
    documents, matches = [], []
    for n, days in PAID:
        issued = date(2025, 3, 3) + timedelta(15 * n)
        due, paid = issued + timedelta(30), issued + timedelta(days)
        documents.append(invoice(f"F{n}", "A", str(issued), "1000.00", due=str(due)))
        if paid <= LAST:
            documents.append(payment(f"P{n}", "A", str(paid), "1000.00"))
            matches.append(match(f"F{n}", f"P{n}"))
    documents += [
        invoice("D1", "B", "2026-03-31", "500.00", due="2026-04-30"),
        invoice("L1", "C", "2025-06-01", "880.00", due="2025-07-01"),
        write_off("W1", "C", "2025-12-01", "880.00"),
    ]
    matches.append(match("L1", "W1"))
    customers = [
        customer("A", name="Alpha", sector="47.11", country="BE", credit_limit="10000",
                 insured_limit="6000", agreed_terms_days=30),
        customer("B", name="Beta", sector="47.11", country="BE", parent_id="A"),
        customer("C", name="Gamma", sector="41.20", country="NL"),
    ]  # fmt: skip
    return publish(tmp_path_factory.mktemp("desk"), documents, matches, customers).folder


def run(folder, *words):
    done = CliRunner().invoke(app.cli, ["deal", "--store", str(folder), *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def asked(folder, *words):
    code, text = run(folder, "--format", "json", *words)
    assert code == 0, text
    return json.loads(text)


def test_what_is_known_is_what_the_rows_say(folder):
    found = asked(folder, "--customer", "A", "--amount", "20000", "--margin", "2000")
    open_days = [
        date(2025, 3, 3) + timedelta(15 * n + 30) for n, days in PAID
        if date(2025, 3, 3) + timedelta(15 * n + days) > LAST
    ]  # fmt: skip
    paid = len(PAID) - len(open_days)
    known = found["known"]
    assert known["open"] == [[str(day), "1000.00"] for day in open_days]
    owed = 1000 * len(open_days)
    assert Decimal(known["exposure"]) == owed
    assert Decimal(known["owed"]) == owed + 500  # the daughter's too
    assert Decimal(known["limit"]) == 10_000
    assert (Decimal(known["insured"]), Decimal(known["insured_percent"])) == (6_000, 90)
    assert known["terms"] == found["deal"]["terms"] == 30
    assert Decimal(known["lateness"]["days"]) == 10
    assert known["lateness"]["level"] == ""
    # nothing was lost in its sector, so the loss is that of all customers
    assert known["loss_level"] == "total"
    assert Decimal(known["loss"]) == round(Decimal(880) / (1000 * paid + 880), 4)
    assert Decimal(known["receivables"]) == owed + 500
    advance = 20_000 - (10_000 - owed - 500)
    assert (found["answer"], Decimal(found["advance"])) == ("part", advance)
    assert found["paid_on"] == str(LAST + timedelta(40))
    amounts = {one["what"]: Decimal(one["by"]) for one in found["changes"]}
    assert amounts["amount"] == advance


def test_with_vat_it_counts_what_will_be_owed(folder):
    found = asked(folder, "--customer", "A", "--amount", "20000", "--without-vat", "21")
    assert Decimal(found["deal"]["amount"]) == 24_200


def test_people_read_the_answer_first(folder):
    _code, text = run(folder, "--customer", "A", "--amount", "1000", "--margin", "100")
    lines = text.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines[0] == "Alpha (A), as of 31 Mar 2026"
    assert lines[1] == "Yes, all of it on credit: 1,000.00 €."
    assert "Limit and headroom: is met" in text
    assert "As asked: Yes" in text


def test_a_daughter_is_bound_by_the_limit_above_it(folder):
    found = asked(folder, "--customer", "B", "--amount", "9000")
    assert Decimal(found["known"]["limit"]) == 10_000
    assert found["answer"] == "part"
    assert found["known"]["lateness"]["level"] != ""  # its own payments are too few


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--customer", "Z", "--amount", "1"), "No customer has the number Z"),
        (("--customer", "A", "--amount", "1.000,00"), "is no number"),
        (("--customer", "A", "--amount", "0"), "cannot be sold"),
        (("--customer", "A", "--amount", "5", "--advance", "6"), "in advance cannot be"),
        (("--customer", "A", "--amount", "5", "--cost", "1", "--margin", "1"), "not both"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(folder, words, message):
    code, text = run(folder, *words)
    assert code == 1
    assert message in text


def test_a_decision_is_asked_as_on_the_page(folder):
    words = ("--customer", "A", "--amount", "1000", "--without-vat", "21", "--cost", "800")
    found = asked(folder, *words, "--terms", "60", "--ask", "a new customer", "--who", "Ann")
    memory = Memory(folder)
    (line,) = memory.lines("A")
    memory.close()
    assert (line.id, line.who, line.note) == (found["decision"], "Ann", "a new customer")
    kept = read(line.said.rests_on)
    keys = {"amount": "1000", "vat": "21", "terms": "60", "margin": "200"}
    assert (kept.asked, kept.desk.answer.deal.amount) == (keys, line.said.amount)
    assert "/deal?decision=" in run(folder, *words, "--ask", "x", "--who", "Bob")[1]
    for more, reason in (
        ((), "Say who you are first"),
        (("--who", "Ann", "--as-of", "2026-01-01"), "asked of the last day"),
    ):
        code, text = run(folder, *words, "--ask", "x", *more)
        assert code == 1
        assert reason in text

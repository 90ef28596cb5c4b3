"""A prospect is judged by its peers, and by need against capacity."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from app import cli
from dashboards.base.view import Context
from dashboards.deal.asked import case_of, desk_of
from dashboards.deal.decided import list_content, seen
from dashboards.deal.deciding import put
from tests.ledgers import customer, invoice, match, payment, publish, write_off

D = Decimal
LAST = date(2026, 3, 31)
NOVA = "?prospect=Nova&of_sector=47.11&of_country=NL&worth=80000&turnover=700000&need=50000"
ASKED = f"{NOVA}&amount=40000&margin=6000&terms=30"


@pytest.fixture
def store(tmp_path):
    """Publish 24 invoices of sector 47.11 paid 10 days late, 3 of 43.21, and one lost in 47.19."""
    documents, paid = [], []
    for who, count in (("A", 24), ("B", 3)):
        for n in range(count):
            day = LAST - timedelta(60 + 12 * n)
            documents += [
                invoice(f"{who}{n}", who, str(day), "1000.00", due=str(day + timedelta(30))),
                payment(f"P{who}{n}", who, str(day + timedelta(40)), "1000.00"),
            ]
            paid.append(match(f"{who}{n}", f"P{who}{n}"))
    documents += [
        invoice("L", "C", "2025-06-01", "3000.00", due="2025-07-01"),
        write_off("W", "C", "2025-12-01", "3000.00"),
    ]
    paid.append(match("L", "W"))
    customers = [
        customer("A", sector="47.11", country="BE"), customer("B", sector="43.21", country="NL"),
        customer("C", sector="47.19", country="FR"),
    ]  # fmt: skip
    return publish(tmp_path / "store", documents, paid, customers)


def test_it_is_judged_by_its_closest_peers_and_its_capacity(store):
    desk = desk_of(Context(store).view(ASKED))
    told = {one.level: (one.code, one.paid, one.days) for one in desk.peers}
    assert told == {
        "sector": ("47.11", 24, 40), "sector_group": ("47.1", 24, 40),
        "sector_division": ("47", 24, 40), "sector_section": ("G", 24, 40),
        "country": ("NL", 3, None), "total": ("total", 27, 40),
    }  # fmt: skip
    known = desk.answer.known
    assert (known.lateness.days, known.lateness.level, known.lateness.code) == (
        10,
        "sector",
        "47.11",
    )
    # of 47.11 nothing was written off; of 47.1, with the shop that failed, 3,000 of 27,000
    assert (known.loss, known.loss_level) == (D(3000) / D(27_000), "sector_group")
    assert (desk.proposed.limit, desk.proposed.uncovered) == (28_000, 22_000)
    assert (desk.answer.granted.credit, desk.answer.granted.advance) == (28_000, 12_000)
    # what it buys in a year needs a limit for terms and lateness: 250,000 x 40 / 365
    yearly = desk_of(Context(store).view(ASKED.replace("need=50000", "yearly=250000")))
    assert yearly.proposed.need == D(40_000)
    more = desk_of(Context(store).view(ASKED.replace("need=50000", "yearly=730000")))
    assert more.proposed.need == D(80_000)
    bare = desk_of(Context(store).view("?prospect=Nova&amount=500"))
    assert (bare.proposed.limit, bare.answer.answer) == (None, "advance")


def test_what_was_asked_of_it_is_kept_with_its_peers(store):
    context = Context(store)
    line = put(context, context.view(ASKED), "Sam", "met at the fair")
    assert line.customer == "prospect:Nova"
    view = context.view(f"?decision={line.id}")
    before, now = desk_of(context.view(ASKED)), desk_of(view)
    assert (now.peers, now.proposed, now.answer) == (before.peers, before.proposed, before.answer)
    assert seen(view, case_of(view, "decision")[0]).stands == "waiting"
    for search in ("", ASKED):
        assert "Nova" in str(list_content(context.view(search)).body)
    # nobody knows whether it is a person: below the floor of the rules somebody decides as well
    small = context.view(ASKED.replace("amount=40000", "amount=400").replace("6000", "60"))
    assert desk_of(small).answer.automatic
    assert not put(context, small, "Sam", "small").said.automatic


def test_the_command_line_says_the_same(store):
    def run(*words):
        return CliRunner().invoke(cli, ["deal", "--store", str(store.folder), *words])

    found = run("--prospect", "Nova", "--sector", "47.11", "--country", "NL", "--net-worth",
                "80000", "--turnover", "700000", "--need", "50000", "--amount", "40000",
                "--terms", "30", "--format", "json")  # fmt: skip
    told = json.loads(found.output)
    assert (told["proposed"]["limit"], told["credit"]) == ("28000.00", "28000.00")
    assert told["peers"][0]["level"] == "sector"
    for words, says in (
        (("--amount", "5"), "Say --customer or --prospect"),
        (("--amount", "5", "--customer", "A", "--country", "NL"), "are of a --prospect"),
        (("--amount", "5", "--prospect", "X", "--need", "-3"), "cannot be"),
        (("--amount", "5", "--prospect", "X", "--sector", "zz"), "is no NACE code"),
        (("--amount", "5", "--prospect", "X", "--country", "Belgium"), "is no country"),
    ):
        done = run(*words)
        assert (done.exit_code, says in done.output) == (1, True), done.output

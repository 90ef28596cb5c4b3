"""Cash application: what it says, what it suggests, and what it lets people decide."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboards.base.grid import block
from dashboards.base.view import Context
from dashboards.cash import page as cash
from dashboards.cash.decisions import RefusedError, lines_of, look_up, now_of
from dashboards.cash.figures import MATCHES, UNAPPLIED, methods_of, unapplied_content, unapplied_of
from dashboards.cash.page import act
from dashboards.cash.unapplied import ranked, suggested
from dashboards.server import create_app
from data.store.state import Store
from data.workspace.by_hand import decisions as decided
from data.workspace.decisions import CONFIRM, UNDO
from etl.load.importer import FileImporter
from etl.load.run import load
from tests.etl.load.test_importer import finished
from tests.ledgers import invoice, payment, publish
from tests.pages import ask, small_company, view, words

D = Decimal
INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount
F1001;A;2025-01-01;2025-01-31;100.00
F1002;A;2025-01-05;2025-02-04;250.00
F1003;B;2025-01-06;2025-02-05;80.00
"""
PAYMENTS = """Payment number;Customer;Payment date;Amount;Reference
P1;A;2025-02-10;100.00;
P2;C;2025-02-12;80.00;thanks
P3;A;2025-02-13;20.00;
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(small_company(tmp_path_factory.mktemp("small")), pages=(cash.PAGE,))


@pytest.fixture
def context(tmp_path):
    """A store of loaded files, and the context of a page over it."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "invoices.csv").write_text(INVOICES)
    (folder / "payments.csv").write_text(PAYMENTS)
    store = Store(tmp_path / "store")
    assert load([folder], store).ok
    return Context(store, FileImporter(store))


def offers(context):
    """Return invoice -> token of what is suggested for everything unapplied."""
    seen = context.view("")
    rows = unapplied_of(seen)
    found = suggested(seen, rows, ())
    return {s.bills[0]["document_id"]: s.token for some in found.values() for s in some}


def pairs(context, method="all"):
    rows = context.view(f"?method={method}")
    found = block(rows, MATCHES, {"method": method}, {})[0]["rowData"]
    return {(r["invoice"], r["payment"]): r["pair"] for r in found}


def bill(number, left, **more):
    """Return a pair as `metrics.lists.cash.suggestions` gives it."""
    given = {
        "document_id": number, "pair": number, "customer": "A", "own": True, "same_group": True,
        "same_amount": False, "named": False, "place": 2, "left_over": D(left),
    }  # fmt: skip
    return given | more


def reasons(*bills, left="100", **more):
    return [
        (s.why.split(",")[0], [b["document_id"] for b in s.bills])
        for s in ranked(bills, D(left), **more)
    ]


def test_what_is_named_comes_first_and_the_oldest_last():
    found = reasons(
        bill("OLD", 900, place=1),
        bill("SAME", 100, same_amount=True),
        bill("NAMED", 70, named=True),
        bill("OTHER", 100, same_amount=True, own=False, same_group=False, customer="B"),
    )
    assert [names for _why, names in found] == [["NAMED"], ["SAME"], ["OTHER"]]
    assert found[2][0].startswith("Another customer owes exactly this amount")


def test_several_that_are_named_are_offered_together():
    two = (bill("F1", 60, named=True), bill("F2", 40, named=True))
    why, names = reasons(*two)[0]
    assert (why, names) == ("The text names them all", ["F1", "F2"])
    # they come to far more than was paid: each by itself
    assert [n for _w, n in reasons(*two, left="50")] == [["F1"], ["F2"]]
    assert reasons(*two, left="98")[0][1] == ["F1", "F2"]


def test_an_amount_that_many_owe_says_nothing():
    others = [
        bill(f"F{n}", 100, same_amount=True, own=False, same_group=False, customer=str(n))
        for n in range(4)
    ]
    assert reasons(*others) == []
    assert len(reasons(*others[:3])) == 3


def test_what_was_undone_and_guesses_for_credit_notes_are_not_offered():
    oldest = bill("OLD", 900, place=1)
    assert reasons(oldest) != []
    assert reasons(oldest, undone={"OLD"}) == []
    assert reasons(oldest, kind="credit_note") == []


def test_the_headline_says_what_was_matched_and_what_was_not(app):
    text = words(ask(app, "cash-headline.children")["cash-headline"]["children"])
    assert text.startswith("99.8 %  of what was paid in 12 months found its invoice.")
    assert "150 €  of  1 payment or credit note  is unapplied." in text
    text = words(ask(app, "cash-headline.children", "?country=BE")["cash-headline"]["children"])
    assert text.startswith("100 %")
    assert text.endswith("Nothing is unapplied.")


def test_methods_add_up_to_what_was_paid(app, tmp_path):
    seen = view(small_company(tmp_path))
    rows = methods_of(seen)
    paid = seen.query(
        "select -sum(amount) as paid from documents"
        " where kind = 'payment' and issued_on > date '2025-03-31'"
    )[0]["paid"]
    assert sum(r["amount"] for r in rows) == paid
    assert {r["method"]: r["confidence"] for r in rows} == {"given": 1.0, "": None}
    answer = words(ask(app, "cash-methods-head.children")["cash-methods-body"]["children"])
    assert "Given by the export" in answer
    assert "Not matched: unapplied" in answer


@pytest.mark.parametrize("search", ["?country=XX", "?as_of=1990-01-01", "?method=nonsense&items=x"])
def test_an_odd_address_is_no_failure(app, search):
    for part in ("methods", "matches", "unapplied", "decisions"):
        found = ask(app, f"cash-{part}-head.children", search)
        assert "could not be computed" not in str(found)


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_an_empty_store_is_no_failure(tmp_path, language):
    empty = create_app(Store(tmp_path), pages=(cash.PAGE,))
    for part in ("methods", "matches", "unapplied", "decisions"):
        found = ask(empty, f"cash-{part}-head.children", language=language)
        assert "state-empty" in str(found)


def test_one_document_alone_is_enough(tmp_path):
    store = publish(tmp_path, [invoice("F1", "A", "2025-01-01", 100)])
    tiny = create_app(store, pages=(cash.PAGE,))
    assert "Nothing matches" in str(ask(tiny, "cash-methods-head.children"))
    store = publish(tmp_path / "two", [payment("P1", "A", "2025-01-01", 100)])
    found = ask(create_app(store, pages=(cash.PAGE,)), "cash-unapplied-head.children")
    assert "No open invoice fits" in words(found["cash-unapplied-body"]["children"])


def test_without_a_loading_side_there_are_no_buttons_and_the_page_says_why(app):
    answer = ask(app, "cash-closed.children", cash_root="cash-root")
    assert "served to be read only" in words(answer["cash-closed"]["children"])
    found = ask(app, "cash-unapplied-head.children")
    assert "cash-confirm" not in str(found)


def test_the_lists_can_be_downloaded_without_their_buttons(app):
    client = app.server.test_client()
    text = client.get('/download/list.csv?list=matches&params={"method":"all"}&country=FR')
    assert "F200" not in text.get_data(as_text=True).splitlines()[0]
    assert "Confidence" in text.get_data(as_text=True)
    assert "Undo" not in text.get_data(as_text=True)
    listed = client.get("/download/list.csv?list=unapplied").get_data(as_text=True)
    assert "P-LOOSE" in listed


def test_a_confirmed_suggestion_is_in_the_next_state(context):
    token = offers(context)["F1003"]
    before = unapplied_of(context.view(""))
    assert sum(r["amount"] for r in before) == D(80)
    act(context, "Anna", "", {"type": "cash-confirm", "pairs": token}, None)
    finished(context.importer)
    assert unapplied_of(context.view("")) == []
    (line,) = lines_of(context.view(""), context.memory)
    assert (line.holds, line.there, line.waiting, line.amount) == (True, True, False, D(80))
    assert line.decision.action == CONFIRM
    # undoing what a person confirmed takes that back
    act(context, "Anna", "", {"type": "x"}, {"pair": pairs(context)["F1003", "P2"]})
    finished(context.importer)
    assert sum(r["amount"] for r in unapplied_of(context.view(""))) == D(80)
    assert [(d.action, d.withdrawn is not None) for d in decided(context.memory)] == [
        (CONFIRM, True)
    ]


def test_what_was_undone_is_unapplied_and_not_suggested_again(context):
    act(context, "Anna", "", {"type": "x"}, {"pair": pairs(context)["F1001", "P1"]})
    finished(context.importer)
    seen = context.view("")
    assert decided(context.memory)[0].action == UNDO
    assert D(100) in [r["amount"] for r in unapplied_of(seen)]
    content = unapplied_content(seen, context.memory, may=True)
    assert "F1001" not in str([c for c in str(content.body).split("Li(") if "P1" in c])
    (line,) = lines_of(seen, context.memory)
    act(context, "Anna", "", {"type": "cash-withdraw", "id": line.decision.id}, None)
    finished(context.importer)
    assert ("F1001", "P1") in pairs(context)


@pytest.mark.parametrize(
    "token",
    ["", "1.2", "999.998.000000000000111111111111", "1.2.000000000000111111111111", "'; drop--"],
)
def test_documents_that_are_not_there_are_refused_in_words(context, token):
    for asked in ({"type": "cash-confirm", "pairs": token}, {"type": "x"}):
        with pytest.raises(RefusedError) as refused:
            act(context, "Anna", "", asked, {"pair": token})
        assert str(refused.value.reason).startswith("These documents are not")
    assert decided(context.memory) == ()


def test_a_pair_cannot_be_confirmed_twice_nor_two_invoices(context):
    token = offers(context)["F1003"]
    with pytest.raises(RefusedError, match="Nothing is left"):
        act(context, "Anna", "", {"type": "cash-confirm", "pairs": f"{token};{token}"}, None)
    found = look_up(context.view(""), token)
    one, other, seals = token.split(".")
    turned = f"{other}.{one}.{seals[12:]}{seals[:12]}"
    with pytest.raises(RefusedError, match="Only a payment"):
        act(context, "Anna", "", {"type": "cash-confirm", "pairs": turned}, None)
    assert (found.owed, found.paid) == (D(80), D(80))
    assert decided(context.memory) == ()


def test_a_decision_of_documents_that_left_is_listed_as_such(context, tmp_path):
    act(context, "Anna", "", {"type": "cash-confirm", "pairs": offers(context)["F1003"]}, None)
    finished(context.importer)
    other = small_company(tmp_path / "other")
    (line,) = lines_of(view(other), context.memory)
    assert not line.there
    told = now_of(replace(line, waiting=False), view(other).f)
    assert told == "its documents are not in the data now; it holds once they are"


def test_the_listing_of_what_is_unapplied_ties_to_the_panel(tmp_path):
    seen = view(small_company(tmp_path))
    total = block(seen, UNAPPLIED, {}, {})[1][0]
    assert total["amount"] == "150.00"


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_the_page_stands_over_the_demo_company(demo_store, language):
    seen = create_app(demo_store, pages=(cash.PAGE,))
    for search in ("", "?method=all", "?method=amount&order=oldest&country=NL"):
        for part in ("methods", "matches", "unapplied", "decisions"):
            found = ask(seen, f"cash-{part}-head.children", search, language)
            assert "state-failed" not in str(found)
            assert "state-empty" not in str(found) or part == "decisions"

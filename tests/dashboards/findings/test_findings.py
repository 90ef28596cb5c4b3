"""The page of findings over a hand-made store, an empty one and the small company."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboards.base.grid import block
from dashboards.findings import page as findings
from dashboards.findings.columns import _COLUMNS
from dashboards.findings.rows import LISTINGS, all_found, at_stake, chosen
from dashboards.frame.row_columns import ROW_COLUMNS
from dashboards.overview import page as overview
from dashboards.server import create_app
from data.store.state import Store
from etl.findings.find import CHECKS, WORDS, find, outcomes
from etl.findings.words import GROUPS
from etl.ledger.derive import Settings, derive, write_about
from etl.report import LoadReport
from tests.ledgers import customer, invoice, match, payment, stage
from tests.pages import ask, small_company, view, words

D = Decimal
DOCUMENTS = [
    invoice("F1", "A", "2025-01-01", 100, due="2025-01-31"),
    payment("P1", "A", "2025-02-01", 100, reference="F1"),
    payment("P2", "A", "2025-02-03", 100, reference="F1"),
    invoice("F2", "B", "2025-03-01", 1000, due="2025-03-31", po_number="PO7"),
    invoice("F3", "B", "2025-03-04", 1000, due="2025-03-31", po_number="PO7"),
    payment("P3", "C", "2025-06-01", 40),
]
CUSTOMERS = [
    customer("A", name="Anker", country="BE", sector="43.21", agreed_terms_days=30),
    customer("B", name="=Bakkerij Böhm", country="NL", sector="10.71", agreed_terms_days=30),
    customer("C", name="Cdef", country="BE", sector="10.71"),
]


MATCHES = [match("F1", "P1")]


def published(folder, documents=DOCUMENTS, matches=MATCHES, customers=CUSTOMERS):
    def build(connection, _previous):
        stage(connection, documents, matches, customers)
        settings = Settings("EUR", 30)
        derive(connection, settings)
        write_about(connection, settings, datetime(2026, 1, 1, tzinfo=UTC))
        report = LoadReport(checks=outcomes(connection, find(connection)))
        connection.execute("update about set report = ?", [report.to_json()])

    store = Store(folder)
    store.publish(build)
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return published(tmp_path_factory.mktemp("findings"))


@pytest.fixture(scope="module")
def app(store):
    return create_app(store, pages=(findings.PAGE, overview.PAGE))


def text(app, output, search="", language="en"):
    found = ask(app, f"{output}.children", search, language)
    return " ".join(words(part.get("children")) for part in found.values() if "children" in part)


def test_every_check_has_words_and_columns():
    assert {c.name for c in CHECKS} < set(WORDS)
    assert {w.group for w in WORDS.values()} == set(GROUPS)
    assert all(WORDS[c.name].lacks for c in CHECKS if c.needs)
    for name, said in WORDS.items():
        assert set(said.columns) <= set(_COLUMNS) | set(ROW_COLUMNS), name


def test_the_headline_counts_each_document_once(store, app):
    # P2 is both unapplied and made twice: 100 + 40 unapplied, and 1,000 for the second invoice
    assert at_stake(view(store)) == D(1140)
    said = " ".join(text(app, "findings-headline").split())
    assert said == f"{len(all_found(view(store)))} findings; 1.1 k€ deserve a look."


def test_findings_are_ranked_by_amount_within_their_group(store):
    money = [f for f in all_found(view(store)) if f.words.group == "money"]
    assert [(f.name, f.amount) for f in money] == [
        ("duplicate_invoices", D(1000)),
        ("unapplied", D(140)),
        ("duplicate_payments", D(100)),
        ("unapplied_old", D(100)),
    ]


def test_filters_narrow_rows_counts_and_amounts(store, app):
    here = view(store, country="BE")
    money = {f.name: (f.items, f.amount) for f in all_found(here)}
    assert "duplicate_invoices" not in money
    assert money["unapplied"] == (2, D(140))
    assert money["no_terms"] == (1, D(40))
    assert at_stake(here) == D(140)
    assert at_stake(view(store, country="BE", sector="10.71")) == D(40)
    assert "only outside these filters" in text(app, "findings-checked-body", "?country=BE")
    assert "All data: 1 possible duplicate invoice: " in text(
        app, "findings-list-body", "?country=NL"
    )


def test_the_rows_have_their_customer_and_file(store):
    rows, total = block(view(store), LISTINGS["duplicate_payments"], {}, {})
    assert rows["rowCount"] == 1
    row = rows["rowData"][0]
    assert (row["document_id"], row["other_id"], row["customer_name"]) == ("P2", "P1", "Anker")
    assert (row["file"], row["customer"]) == ("file-1", "A")
    assert total[0]["amount"] == "100.00"
    rows, _total = block(view(store, country="BE"), LISTINGS["duplicate_invoices"], {}, {})
    assert rows["rowCount"] == 0


def test_amounts_of_documents_stand_in_their_currency_too(tmp_path):
    said = {"currency": "USD", "rate": 2}
    documents = [
        invoice("I1", "A", "2025-01-05", 10, **said),
        payment("P1", "A", "2025-01-09", 30, **said),
        payment("P2", "A", "2025-01-09", 30, **said),
        payment("P3", "A", "2025-01-10", 40),
    ]
    store = published(tmp_path, documents, [match("I1", "P1")], CUSTOMERS[:1])

    def told(name):
        rows, _total = block(view(store), LISTINGS[name], {}, {})
        names = ("amount", "amount_currency", "currency")
        return {r["document_id"]: tuple(r[n] for n in names) for r in rows["rowData"]}

    assert told("unapplied") == {
        "P1": ("−40.00", "−20.00", "USD"),
        "P2": ("−60.00", "−30.00", "USD"),
        "P3": ("−40.00", "−40.00", "EUR"),
    }
    (twice,) = told("duplicate_payments").values()
    assert twice[1:] == ("30.00", "USD")


def test_all_lists_of_documents_name_the_currency():
    for name, listing in LISTINGS.items():
        columns = {c.name for c in listing.columns}
        if {"document_id", "amount"} <= columns:
            assert {"amount_currency", "currency"} <= columns, name


@pytest.mark.parametrize("name", list(WORDS))
def test_every_listing_can_be_asked_whether_or_not_something_was_found(store, name):
    for keys in ({}, {"country": "BE"}):
        rows = block(view(store, **keys), LISTINGS[name], {}, {})[0]
        found = {f.name: f.items for f in all_found(view(store, **keys))}
        if name in found and not WORDS[name].whole:
            assert rows["rowCount"] == found[name]


def test_the_url_says_whose_rows_are_shown(store, app):
    assert chosen(view(store, finding="unapplied")).name == "unapplied"
    assert chosen(view(store, finding="nonsense")).name == "duplicate_invoices"
    head = text(app, "findings-rows-head", "?finding=unapplied&as_of=2025-04-30")
    assert "Unapplied payments and credit notes" in head
    assert "as of 1 Jun 2025, the last day of the data, whatever day is chosen" in head
    body = text(app, "findings-rows-body", "?finding=unapplied")
    assert "Match each to its invoice" in body


def test_what_was_checked_is_said_and_what_could_not_be(app):
    said = text(app, "findings-checked-body")
    assert "Cash discounts taken late" in said
    assert "Invoices sent long after delivery the data have no days of delivery" in said
    assert "Possible duplicate payments" not in said


def test_the_rows_are_downloaded_with_day_and_filters(app):
    client = app.server.test_client()
    answered = client.get("/download/list.csv?list=finding-duplicate_invoices&country=NL")
    said = answered.get_data(as_text=True)
    assert answered.status_code == 200
    assert 'Filters,"Netherlands, the last day of the data: 1 Jun 2025"' in said
    assert "F3" in said
    assert "'=Bakkerij" in said


def test_the_overview_leads_to_the_rows(app):
    found = ask(app, "overview-attention-head.children", "?country=NL")
    body = str(found["overview-attention-body"])
    assert "/findings?country=NL&finding=duplicate_invoices" in body


def test_a_clean_ledger_finds_nothing(tmp_path):
    known = customer("A", name="Anker", sector="43.21", agreed_terms_days=30, credit_limit="10")
    clean = published(tmp_path, DOCUMENTS[:2], MATCHES, [known])
    app = create_app(clean, pages=(findings.PAGE,))
    assert "found nothing to look at" in text(app, "findings-headline")
    assert "nothing was found" in text(app, "findings-rows-head")
    assert "Unapplied payments" in text(app, "findings-checked-body")


def test_states_of_other_loads_and_an_empty_store(tmp_path):
    older = create_app(small_company(tmp_path / "small"), pages=(findings.PAGE,))
    assert "1,234 payments are not matched." in text(older, "findings-list-body")
    assert "1,234 payments are not matched." in text(older, "findings-rows-head")
    assert "the next load lists them" in text(older, "findings-checked-body")
    assert "none is about money" in text(older, "findings-headline", "?country=BE")
    empty = create_app(Store(tmp_path / "none"), pages=(findings.PAGE,))
    assert "Nothing is loaded yet" in text(empty, "findings-list-body")
    assert "Nothing is loaded yet" in text(empty, "findings-headline")


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_the_page_stands_over_the_demo_company(demo_store, language):
    app = create_app(demo_store, pages=(findings.PAGE,))
    for name in ("", *(f.name for f in all_found(view(demo_store)))):
        for part in ("headline", "list-body", "rows-head", "rows-body", "checked-body"):
            said = str(ask(app, f"findings-{part}.children", f"?finding={name}", language))
            assert "state-failed" not in said
            assert "state-empty" not in said

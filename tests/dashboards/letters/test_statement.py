"""Statements of account tie, speak the customer's language, and show nobody else's."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from app import cli
from dashboards.base.view import Context
from dashboards.customer.statement import statement_content
from dashboards.frame.deals import rows_of
from dashboards.letters.filing import as_page, as_workbook, head
from dashboards.letters.statement import StatementError, account_of, accounts_of, sheets_of
from dashboards.letters.words import WORDS, bucket_of, kind_of
from dashboards.server import create_app
from data.core.buckets import Buckets
from data.workspace.memory import Memory
from data.workspace.named import Named
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.work import LANGUAGES, Correspondence
from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from metrics.statement import statements
from tests.ledgers import credit_note, customer, invoice, match, payment, publish, rate
from tests.pages import small_company, words

D = Decimal
ASKED = "?as_of=2026-03-31&from=2026-02-01"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A in Belgium buys in euro and dollars; B in France owes nothing; E is named like markup."""
    documents = [
        invoice("A1", "A", "2025-12-01", "1000.00", due="2025-12-31"),
        payment("PA1", "A", "2026-02-10", "600.00"),
        invoice("A2", "A", "2026-02-12", "50.00", due="2026-03-12"),
        credit_note("CA2", "A", "2026-02-20", "50.00"),
        invoice("A3", "A", "2026-03-05", "200.00", due="2026-04-04", po_number="PO-9"),
        invoice("U1", "A", "2026-01-15", "90.00", due="2026-03-01", currency="USD", rate="0.9"),
        payment("PU1", "A", "2026-03-20", "90.00", currency="USD", rate="0.8"),
        invoice("U2", "A", "2026-03-01", "70.00", due="2026-03-11", currency="USD", rate="0.9"),
        payment("LATER", "A", "2026-04-02", "400.00"),
        invoice("B1", "B", "2026-01-01", "80.00", due="2026-01-31"),
        payment("PB1", "B", "2026-02-01", "80.00"),
        invoice("<b>E1</b>", "E", "2026-01-01", "30.00", due="2026-01-31"),
        payment("PE", "E", "2026-02-01", "45.00"),
    ]
    matches = [match("A1", "PA1", "600.00"), match("A2", "CA2"), match("U1", "PU1"),
               match("B1", "PB1"), match("A1", "LATER")]  # fmt: skip
    customers = [
        customer("A", name="Alfa & Zonen", country="BE", sector="41.20"),
        customer("B", name="Beta", country="FR", sector="46.11"),
        customer("E", name="=HYPERLINK(<i>)", country="DE", sector="46.11"),
    ]
    made = publish(tmp_path_factory.mktemp("statement"), documents, matches, customers,
                   rates=[rate("USD", "2025-01-01", "0.9")])  # fmt: skip
    memory = Memory(made.folder)
    memory.say("An", "E", Correspondence("en"))
    memory.close()
    return made


def seen(store, search=ASKED):
    return Context(store).view(search)


def test_each_currency_has_its_own_account_and_ties(store):
    euro, dollar = account_of(seen(store), "A").sections
    assert (euro.currency, euro.opening, euro.closing) == ("EUR", D("1000.00"), D("600.00"))
    assert [(x.row["document_id"], x.amount, x.balance) for x in euro.postings] == [
        ("PA1", D("-600.00"), D("400.00")), ("A2", D("50.00"), D("450.00")),
        ("CA2", D("-50.00"), D("400.00")), ("A3", D("200.00"), D("600.00")),
    ]  # fmt: skip
    assert dict(euro.moved) == {
        "received": D("-600.00"), "invoiced": D("250.00"), "credited": D("-50.00"),
    }  # fmt: skip
    assert [(x.number, x.amount, x.days_late) for x in euro.open] == [
        ("A1", D("400.00"), 90), ("A3", D("200.00"), 0),
    ]  # fmt: skip
    assert dict(euro.aging) == {"61-90": D("400.00"), "not_due": D("200.00")}
    # the dollars are dollars: the payment at another rate leaves no cent of a difference
    assert (dollar.opening, dollar.closing) == (D("90.00"), D("70.00"))
    assert "exchange" not in dollar.moved
    assert (euro.overdue, dollar.overdue) == (D("400.00"), D("70.00"))


def test_what_moved_is_what_the_metric_of_movements_says(tmp_path):
    """An independent sum: the metric adds up in SQL, in the reporting currency."""
    store = small_company(tmp_path)
    engine = store.current().engine
    first, last = date(2025, 7, 1), date(2026, 3, 31)
    ledger = Ledger(last)
    found = statements(rows_of(seen(store, "")), ledger, ["C1", "C2", "C3", "C4", "C5"], first)
    compared = Ledger(last, since=first - timedelta(1))
    told = {
        r["customer"]: r for r in answer(engine, "movements", compared, ("customer",)).to_pylist()
    }
    open_then = answer(engine, "receivables", ledger, ("customer",)).to_pylist()
    owed = {row["customer"]: row["receivables"] for row in open_then}
    assert set(found) == set(told)
    for number, (section,) in found.items():
        row = told[number]
        assert (section.opening, section.closing) == (row["opening"], row["closing"])
        assert section.closing == owed.get(number, D(0)) == sum(section.aging.values())
        for what in ("invoiced", "credited", "received", "returned", "written_off", "adjusted"):
            assert section.moved.get(what, D(0)) == row[what]
        assert section.ties


def test_what_is_asked_for_leaves_out_disputes_and_what_is_unapplied(store, tmp_path):
    documents = [
        invoice("D1", "D", "2026-01-01", "100.00", due="2026-01-31"),
        invoice("D2", "D", "2026-01-01", "10.00", due="2026-01-31"),
        invoice("D3", "D", "2026-03-01", "5.00", due="2026-03-31"),
    ]
    context = Context(publish(tmp_path, documents, [], [customer("D", name="Dé", country="FR")]))
    context.memory.say("An", "D", Dispute(D("40.00"), "EUR", "price"), documents=[Named("", "D1")])
    made = account_of(context.view(""), "D")
    (only,) = made.sections
    assert (only.closing, only.overdue, only.disputed, only.to_pay) == (115, 110, 40, 70)
    ((_section, (_posted, listed, _aged)),) = sheets_of(made)
    assert [row[0] for row in listed.rows] == ["D1 *", "D2", "D3"]
    assert listed.notes == (WORDS["fr"]["disputed"],)
    assert "Merci de régler 70,00" in as_page(made, store.folder)
    (other,) = account_of(seen(store), "E").sections
    assert (other.overdue, other.unapplied, other.to_pay) == (D("30.00"), D("45.00"), D("0.00"))


def test_it_speaks_the_language_of_the_customer(store):
    found = {one.number: one for one in accounts_of(seen(store))}
    assert {number: one.language for number, one in found.items()} == {"A": "nl", "E": "en"}
    page = as_page(found["A"], store.folder)
    assert "Gelieve 400,00\u00a0EUR en 70,00\u00a0USD nu te betalen" in page
    assert "Openstaande posten, USD" in page
    assert "15.00\u00a0EUR in your favour" in as_page(found["E"], store.folder)
    assert account_of(seen(store), "A", "de").language == "de"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_and_both_letters(store, language):
    assert set(WORDS[language]) == set(WORDS["en"])
    for number in ("A", "B"):
        page = as_page(account_of(seen(store), number, language), store.folder)
        assert f'<html lang="{language}">' in page
        assert "{" not in page.partition("</style>")[2]
    buckets = (Buckets(), Buckets((), 3), Buckets((7,), grace=2))
    names = [bucket_of(name, one, language) for one in buckets for name in one.names]
    assert all(names)
    assert kind_of("credit_note", "credited", language)


def test_page_and_workbook_say_the_same_and_nothing_runs(store):
    made = account_of(seen(store), "E")
    page = as_page(made, store.folder)
    assert "<b>E1" not in page
    assert "&lt;b&gt;E1" in page
    assert "<i>" not in page
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_workbook(made)))
    assert book.sheet_names == ["Postings", "Open items", "By age"]
    cells = [cell for row in book.get_sheet_by_name("Postings").to_python() for cell in row]
    assert cells.count(-15.0) == 2
    both = account_of(seen(store), "A")
    sheets = [one for _section, made in sheets_of(both) for one in made]
    assert len(sheets) == 6
    postings, still_open, aged = sheets[0], sheets[1], sheets[2]
    assert postings.total[-1] == still_open.total[-1] == aged.rows[0][-1] == D("600.00")
    assert dict(head(both))["Saldo"] == "600,00\u00a0EUR en 70,00\u00a0USD"


def test_filters_narrow_and_are_said(store):
    view = seen(store, ASKED + "&currency=USD")
    (only,) = account_of(view, "A").sections
    assert only.currency == "USD"
    assert ("Alleen", "USD") in head(account_of(view, "A"))
    with pytest.raises(StatementError, match="under these filters"):
        account_of(seen(store, ASKED + "&country=FR"), "A")


@pytest.mark.parametrize("first", ["nonsense", "2026-04-01", "1900-01-01"])
def test_a_period_that_is_none_is_refused(store, first):
    with pytest.raises(StatementError, match="no day by"):
        account_of(seen(store, f"?as_of=2026-03-31&from={first}"), "A")


def test_a_template_of_the_company_goes_first(store, tmp_path):
    (tmp_path / "reminders").mkdir()
    own = tmp_path / "reminders" / "statement_overdue.nl.txt"
    own.write_text("Subject: Rekening {number}\n\n{account}\n\nOp BE68 5390 0754 7034, {owed}.")
    page = as_page(account_of(seen(store), "A"), tmp_path)
    assert "Op BE68 5390 0754 7034, 400,00" in page


def test_the_address_gives_the_file_and_the_log_says_so(store, tmp_path):
    client = create_app(store).server.test_client()
    page = client.get(f"/statement.html{ASKED}&customer=A")
    assert page.status_code == 200
    assert page.text == as_page(account_of(seen(store), "A"), store.folder)
    file = client.get(f"/statement.xlsx{ASKED}&customer=A")
    assert (
        'filename="statement-A-2026-02-01-2026-03-31.xlsx"' in file.headers["Content-Disposition"]
    )
    assert client.get(f"/statement.html{ASKED}&customer=NOBODY").status_code == 404
    assert client.get(f"/statement.exe{ASKED}&customer=A").status_code == 404
    assert client.get("/statement.html?customer=A&from=x").status_code == 404


def test_the_panel_says_what_the_file_says(store):
    shown = statement_content(seen(store, ASKED + "&customer=A"))
    assert shown.title == "Statement of account: 600.00 EUR, 70.00 USD at the end"
    assert shown.explain.since == "2026-01-31"
    told = words(list(shown.body))
    assert "1,000.00" in told
    assert "Dutch" in shown.measure
    refused = statement_content(seen(store, "?customer=A&from=x"))
    assert "no day" in words(refused.body)


def test_the_command_writes_all_that_owe(store, tmp_path):
    run = ["statement", "--store", str(store.folder), "--out", str(tmp_path), "--from",
           "2026-02-01", "--to", "2026-03-31"]  # fmt: skip
    done = CliRunner().invoke(cli, run)
    assert (done.exit_code, done.exception) == (0, None)
    assert "2 statements, 2026-02-01 to 2026-03-31, in Dutch, English: 585.00 EUR, 70.00 USD" in (
        done.output
    )
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        f"statement-{who}-2026-02-01-2026-03-31.{kind}" for who in "AE" for kind in ("html", "xlsx")
    ]
    page = (tmp_path / names[0]).read_text("utf-8")
    assert page == as_page(account_of(seen(store), "A"), store.folder)
    other = tmp_path / "one"
    one = CliRunner().invoke(
        cli,
        [
            *run[:3],
            "--out",
            str(other),
            "--customer",
            "B",
            "--customer",
            "NONE",
            "--to",
            "2026-01-31",
        ],
    )
    assert "NONE: nothing was posted" in one.output
    assert len(list(other.iterdir())) == 2
    for wrong, says in ((["--where", "colour=red"], "no filter"),
                        (["--where", "country=XX"], "does not occur"),
                        (["--language", "xx"], "No letters are written")):  # fmt: skip
        refused = CliRunner().invoke(cli, [*run, *wrong])
        assert refused.exit_code == 1
        assert says in refused.output
    narrowed = CliRunner().invoke(cli, [*run, "--where", "country=DE", "--sender", "Bo"])
    assert "1 statements" in narrowed.output
    assert Path(tmp_path / names[2]).read_text("utf-8").count("Bo</p>") == 1

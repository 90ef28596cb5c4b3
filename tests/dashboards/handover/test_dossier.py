"""A dossier ties to the balance, counts interest to the day, and holds all that was said."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from app import cli
from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.handover.dossier import DossierError, dossier
from dashboards.handover.files import as_page, as_workbook, as_zip, name_of
from dashboards.server import create_app
from data.workspace.memory import Memory
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.note import Note
from data.workspace.subjects.work import Contact
from tests.ledgers import customer, invoice, match, payment, publish

D = Decimal
AS_OF = date(2025, 7, 31)
#: Belgium: of the second half-year of 2024 on, percent a year
RATES = ((date(2025, 1, 1), D("11.50")), (date(2025, 7, 1), D("10.50")))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    documents = [
        # the published example: due 31 May, still open on 31 July
        invoice("F1", "C1", "2025-05-01", "10000.00", due="2025-05-31"),
        invoice("F2", "C1", "2025-03-01", "600.00", due="2025-03-31"),
        payment("P2", "C1", "2025-05-10", "200.00"),
        invoice("F3", "C1", "2025-02-01", "900.00", due="2025-03-03"),
        payment("P3", "C1", "2025-04-03", "900.00"),
        invoice("F4", "C1", "2025-07-20", "50.00", due="2025-08-19"),
        payment("LOOSE", "C1", "2025-07-01", "25.00"),
        invoice("=2+5", "C2", "2025-05-01", "80.00", due="2025-05-31"),
        # after the day that is looked at
        payment("LATER", "C1", "2025-08-05", "10000.00"),
    ]
    matches = [match("F2", "P2", D("200.00")), match("F3", "P3"), match("F1", "LATER")]
    customers = [
        customer("C1", name="Bouw & Zoon", country="BE"),
        customer("C2", name="=HYPERLINK(1)", country="CH"),
    ]
    made = publish(tmp_path_factory.mktemp("dossier"), documents, matches, customers)
    memory = Memory(made.folder)
    memory.say("An", "C1", Note(), "Called twice; <b>nobody</b> answers")
    memory.say("An", "C1", Contact("call", "missed", "", "the accountant"))
    memory.say("Bo", "C2", Dispute(D("10.00"), "EUR", "price"))
    memory.close()
    return made


def made_of(store, number="C1", language="en", search="?as_of=2025-07-31"):
    with speaking(language):
        view = Context(store).view(search)
        return dossier(view, number), view.f


def owed(amount, due, until):
    """Return the interest as the law says it, a day at a time."""
    total, day = D(0), due + timedelta(1)
    while day <= until:
        rate = next(percent for since, percent in reversed(RATES) if since <= day)
        total += amount * rate / 36500
        day += timedelta(1)
    return total


def sheet(made, title):
    return next(one for one in made.sheets if one.title == title)


def test_the_claim_is_counted_as_the_law_counts_it(store):
    made, _f = made_of(store)
    claim = sheet(made, "Claim, EUR")
    interest = {row[0]: row[6] for row in claim.rows}
    cent = D("0.01")
    assert interest["F1"] == D("183.70") == owed(D(10000), date(2025, 5, 31), AS_OF).quantize(cent)
    due = date(2025, 3, 31)
    both = owed(D(400), due, AS_OF) + owed(D(200), due, date(2025, 5, 10))
    assert interest["F2"] == both.quantize(cent, ROUND_HALF_UP)
    assert set(interest) & {"F3", "F4"} == set()
    summed = {row[0]: row[5] for row in claim.rows}
    # 40 euro an invoice; 10,400 are open and late, less what is unapplied
    assert summed["Fixed compensation, EUR"] == D("80.00")
    total = D(10400) - D(25) + interest["F1"] + interest["F2"] + D(80)
    assert summed["All that can be claimed"] == total


def test_interest_goes_slice_by_slice_and_rate_by_rate(store):
    made, _f = made_of(store)
    rows = sheet(made, "Interest to the day").rows
    first = [row for row in rows if row[0] == "F1"]
    assert [(row[7], row[8]) for row in first] == [(30, D("11.50")), (31, D("10.50"))]
    assert sum(row[9] for row in first).quantize(D("0.01")) == D("183.70")
    # what was paid late and in full is here, to the day of its payment
    late = [row for row in rows if row[0] == "F3"]
    assert [(row[4], row[6], row[7]) for row in late] == [(date(2025, 4, 3), date(2025, 4, 3), 31)]


def test_every_sheet_ties_to_the_balance_of_the_day(store):
    made, _f = made_of(store)
    assert made.balance == D("10425.00")
    statement = sheet(made, "Statement of account")
    assert statement.total[4] == statement.rows[-1][5] == made.balance
    assert sum(row[4] for row in statement.rows) == made.balance
    assert "LATER" not in {row[2] for row in statement.rows}
    assert ("Balance on that day", "10,425.00 EUR") in made.head
    assert sheet(made, "Payments").total[2] == D("1125.00")


def test_all_that_was_said_is_in_it(store):
    made, _f = made_of(store, search="")
    said = sheet(made, "What was said").rows
    assert [row[1] for row in said] == ["An", "An"]
    assert {row[2] for row in said} == {"Note", "Contact"}
    assert any("Called twice" in str(row[5]) for row in said)


def test_it_speaks_the_language_of_its_reader(store):
    made, _f = made_of(store, language="fr")
    assert "Extrait de compte" in {one.title for one in made.sheets}
    assert made.language == "fr"


def test_cells_are_data_and_say_where_they_tie(store):
    made, f = made_of(store, "C2")
    content = as_workbook(made)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        words = [cell for row in book.get_sheet_by_name(name).to_python() for cell in row]
        assert "80.00 EUR" in words
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(made.sheets)
        assert not any(b"<f>" in parts.read(n) for n in sheets)
    page = as_page(made_of(store, search="")[0], f)
    assert "&lt;b&gt;nobody" in page
    assert "<b>nobody" not in page
    # no rate is known of Switzerland: nothing is said, and not zero
    claim = sheet(made, "Claim, EUR")
    assert claim.rows[0][6] is None
    assert any("reserved" in note for note in claim.notes)
    assert as_zip(made, f) == as_zip(made, f)


def test_it_is_downloaded_and_written_by_the_command(store, tmp_path):
    client = create_app(store).server.test_client()
    answer = client.get("/dossier.zip?customer=C1&as_of=2025-07-31&language=nl")
    assert answer.status_code == 200
    files = zipfile.ZipFile(io.BytesIO(answer.data))
    assert files.namelist() == ["dossier-C1-2025-07-31.xlsx", "dossier-C1-2025-07-31.html"]
    assert 'lang="nl"' in files.read(files.namelist()[1]).decode()
    assert client.get("/dossier.zip?customer=NOBODY").status_code == 404
    told = CliRunner().invoke(
        cli, ["dossier", "--customer", "C1", "--out", str(tmp_path), "--store", str(store.folder),
              "--as-of", "2025-07-31"],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    with zipfile.ZipFile(tmp_path / "dossier-C1-2025-07-31.zip") as written:
        assert b"183.70" in written.read("dossier-C1-2025-07-31.html")
    refused = CliRunner().invoke(
        cli, ["dossier", "--customer", "X", "--out", str(tmp_path), "--store", str(store.folder)]
    )
    assert refused.exit_code == 1
    assert "No customer has the number" in refused.output


def test_who_never_bought_has_no_dossier(store):
    with pytest.raises(DossierError):
        made_of(store, search="?as_of=2025-02-01&x=1", number="C2")
    made, _f = made_of(store)
    assert name_of(made) == "dossier-C1-2025-07-31"

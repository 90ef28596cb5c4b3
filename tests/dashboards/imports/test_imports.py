import csv
import errno
import io
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from dashboards.base.format import Format
from dashboards.base.i18n import speaking
from dashboards.imports import answers as imports_answers
from dashboards.imports import cards as imports_cards
from dashboards.imports import editor as imports_editor
from dashboards.imports import files as imports_files
from dashboards.imports import loaded as imports_loaded
from dashboards.imports import questions as imports_questions
from dashboards.imports import report as imports_report
from dashboards.imports import uploads as imports_uploads
from dashboards.imports.editor import drawn
from dashboards.imports.quota import Quota
from dashboards.server import create_app
from data.core.errors import FileError, ImportRefusedError, TandemError
from data.core.expectation import Expectation
from data.core.importing import Found, Job, Said, Sheet
from data.core.reading import Reading, Sample, Told
from data.core.texts import Text
from data.demo.company import TINY, write_exports
from data.store.state import Store
from etl.intake.tables.plan import REQUIRED
from etl.load import importer as imports_kept
from etl.load.importer import FileImporter
from etl.load.run import LoadOptions, load
from etl.report import STATUS
from tests.asking import KINDS
from tests.dashboards.definitions.test_definitions import text
from tests.pages import ask, small_company

SESSION = "ab" * 16
F = Format("en", "EUR")
SHEET = Sheet(
    "odd.csv", ("nr", "wie", "dag", "som"), (2,), (("A1", "K1", "2025-03-01", "10.00"),),
    {"document_id": "nr"}, "invoices", ("customer_id", "issued_on", "amount"), {},
)  # fmt: skip


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def client(store):
    return create_app(store, importer=FileImporter(store)).server.test_client()


def send(client, content=b"a;b\n1;2\n", **headers):
    address = f"/imports/files?session={SESSION}&name=../invoices.csv"
    return client.post(address, data=content, headers={"X-Tandem": "upload", **headers})


def test_a_file_arrives_under_its_own_name(client, store):
    reply = send(client)
    assert reply.status_code == 200
    (path,) = (store.folder / "uploads" / SESSION).glob("*/*")
    assert path.name == "invoices.csv"
    assert path.parent.name == reply.json["token"]
    assert path.read_bytes() == b"a;b\n1;2\n"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_cannot_send_files_or_start_loads(client, store, headers):
    assert send(client, **headers).status_code == 403
    load = client.post("/_dash-update-component", json={}, headers=headers)
    assert load.status_code == 403
    assert not (store.folder / "uploads").exists()


def test_own_origin_may_send(client):
    assert send(client, Origin="http://localhost").status_code == 200


def test_a_form_without_our_header_is_refused(client):
    address = f"/imports/files?session={SESSION}&name=x.csv"
    assert client.post(address, data=b"a;b").status_code == 403


def test_twenty_files_at_once_arrive_and_one_more_than_the_quota_is_refused(store, monkeypatch):
    """Each under a name longer than a disk takes, of which no two are the same."""
    monkeypatch.setattr(imports_uploads, "Quota", lambda: Quota(files=20))
    app = create_app(store, importer=FileImporter(store))
    address = f"/imports/files?session={SESSION}&name={'invoices ' * 40}"

    def one(number):
        content = f"a;b\n{number};2\n".encode()
        to = f"{address}{number}.csv"
        return app.server.test_client().post(to, data=content, headers={"X-Tandem": "upload"})

    with ThreadPoolExecutor(20) as browsers:
        assert {reply.status_code for reply in browsers.map(one, range(20))} == {200}
    kept = list((store.folder / "uploads" / SESSION).glob("*/*"))
    assert len({path.name for path in kept}) == 20
    assert {path.read_bytes() for path in kept} == {f"a;b\n{n};2\n".encode() for n in range(20)}
    refused = one(20)
    assert refused.status_code == 400
    assert "at most 20 files" in refused.json["error"]


@pytest.mark.parametrize(("number", "says"), [(errno.ENOSPC, "space"), (errno.EROFS, "Read-only")])
def test_a_file_that_the_disk_does_not_take_is_refused_in_words(store, monkeypatch, number, says):
    def full(*_given):
        raise OSError(number, os.strerror(number))

    importer = FileImporter(store)
    client = create_app(store, importer=importer).server.test_client()
    monkeypatch.setattr(imports_kept, "write_stream", full)
    reply = send(client)
    assert reply.status_code == 507
    assert says in reply.json["error"]
    assert "Errno" not in reply.json["error"]
    assert importer.files(SESSION) == ()
    monkeypatch.undo()
    assert send(client).status_code == 200


def test_a_session_that_is_none_is_refused_in_words(client):
    reply = client.post(
        "/imports/files?session=../../x&name=x.csv", data=b"a", headers={"X-Tandem": "upload"}
    )
    assert reply.status_code == 400
    assert "session" in reply.json["error"]


def test_a_mapping_can_be_saved(client):
    token = send(
        client, b"Invoice number;Customer;Invoice date;Amount\nF1;C1;2025-02-28;9.50\n"
    ).json
    reply = client.get(f"/imports/mapping/{SESSION}/{token['token']}.toml")
    assert reply.status_code == 200
    assert 'issued_on = "Invoice date"' in reply.text
    assert client.get(f"/imports/mapping/{SESSION}/{'0' * 32}.toml").status_code == 404


def test_a_question_is_asked_with_what_each_answer_means():
    days = FileError(Text("unclear {example}", {"example": "01/02/25"}), "", "date_order")
    assert imports_cards.answers(days, F) == [
        ("dmy", "Day first", "1 February 2025"),
        ("mdy", "Month first", "2 January 2025"),
    ]
    amounts = FileError(Text("unclear {example}", {"example": "1.234"}), "", "decimal")
    assert imports_cards.answers(amounts, F) == [
        (",", "Decimal comma", "1,234.00"),
        (".", "Decimal point", "1.23"),
    ]


def card(found):
    class Known:
        required = REQUIRED

    return text(imports_cards.card(found, SESSION, Known(), F))


def test_a_card_says_what_was_recognised():
    part = Reading(
        "invoices.csv", "table", "invoices", rows_read=1005, rows_kept=1000, rows_rejected=3,
        left_out={"blank rows": 2}, first_day=date(2025, 1, 1), last_day=date(2025, 12, 31),
        totals={"EUR": Decimal("1234567.80")},
        told=Told(
            {"invoice": 996, "credit_note": 4}, 63, ["EUR"], 31,
            [Sample("F1", "K1", "invoice", date(2025, 1, 1), None, Decimal("12.50"), "EUR")],
        ),
        left_out_amounts={"blank rows": Decimal("0.10")},
    )  # fmt: skip
    said = card(Found("t", "invoices.csv", 4_400_000, format="table", label="Table", parts=(part,)))
    assert "1,000 rows" in said
    told = "996 invoices, 4 credit notes of 63 customers, 1 Jan 2025 to 31 Dec 2025, in EUR"
    assert f"{told}; 31 are paid." in said
    assert "F1 K1 invoice 1 Jan 2025" in said
    assert "2 rows left out (0.10): blank rows." in said
    assert "1,234,567.80 EUR" in said
    assert "3 rows would be refused" in said
    assert "4.2 MB" in said
    assert "Not in this file: Due day" in said


def test_columns_are_chosen_once_and_the_last_choice_counts():
    found = Found("t", "odd.csv", 9, sheet=SHEET)
    before = drawn(found, SHEET)
    assert before == {
        "says": {"rows": "invoices", "date_order": None, "decimal": None},
        "columns": {"0": "document_id", "1": None, "2": None, "3": None},
    }
    columns = {"0": "customer_id", "1": "customer_id", "2": None, "3": "amount"}
    said = imports_answers.said_of(found, before, {**before, "columns": columns}, "1")
    assert said == Said("invoices", {"customer_id": "wie", "amount": "som"})


def test_a_column_is_offered_as_a_dimension_of_ones_own_four_times_at_most():
    headers = tuple(f"Column {n}" for n in "abcdef")
    own = tuple(f"column_{n}" for n in "abcdef")
    for many, others in ((3, 1), (4, 0)):
        named = {f"own:{name}": h for name, h in list(zip(own, headers, strict=True))[:many]}
        sheet = replace(SHEET, headers=headers, columns=named, own=own, missing=())
        offered = [imports_editor.own_choice(sheet, at, "invoices") for at in range(6)]
        values = [[item["value"] for group in groups for item in group["items"]]
                  for groups in offered]  # fmt: skip
        assert values[:many] == [[ours] for ours in named]
        assert values[many:] == [[f"own:{name}"] * others for name in own[many:]]
        told = imports_editor.missing(sheet)
        assert ("as many dimensions" in text(told)) if many == 4 else told is None
    assert imports_editor.own_choice(sheet, 0, "rates") != []  # what is chosen can be seen
    assert imports_editor.own_choice(replace(sheet, columns={}), 0, "rates") == []


def test_what_is_found_stays_found_until_it_is_said():
    found = Found("t", "odd.csv", 9, sheet=SHEET)
    before = drawn(found, SHEET)
    says = before["says"]
    kind = {**before, "says": {**says, "rows": "payments"}}
    assert imports_answers.said_of(found, before, kind) == Said("payments", None)
    order = {**before, "says": {**says, "date_order": "mdy"}}
    assert imports_answers.said_of(found, before, order) == Said(None, None, "mdy")


def test_settings_that_make_no_sense_are_refused():
    settings = imports_answers.settings_of(" eur ", "45", "411, 416")
    assert settings.reporting_currency == "EUR"
    assert settings.default_terms_days == 45
    assert settings.receivables_accounts == ("411", "416")
    assert imports_answers.settings_of("", "", None) == imports_answers.settings_of(None, None, "")
    with pytest.raises(ImportRefusedError, match="no currency"):
        imports_answers.settings_of("euro", None, None)
    with pytest.raises(ImportRefusedError, match="no account"):
        imports_answers.settings_of(None, None, "411;drop")


def loaded(store, *files):
    importer = FileImporter(store)
    for name, content in files:
        importer.receive(SESSION, name, io.BytesIO(content.encode()), len(content.encode()))
    importer.look(SESSION)
    importer.load(SESSION, imports_answers.settings_of("EUR", None, None))
    until = time.monotonic() + 60
    while importer.job().running:
        assert time.monotonic() < until
        time.sleep(0.02)
    return importer


INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount
F1;C1;15/02/2025;17/03/2025;100,50
F2;C2;05/02/2025;07/03/2025;1.200,00
F3;C2;=soon;07/03/2025;12,00
"""


def test_the_report_says_what_was_done_and_ties(store):
    importer = loaded(store, ("invoices.csv", INVOICES))
    said = text(imports_report.report(importer.job().report, F))
    assert "receivables are 1,300.50\xa0€, and tie to the ledger ✓" in said
    assert "Invoice 2 1,300.50" in said
    assert "✗" not in said
    assert "line" not in said.split("1 refused row")[0]
    assert "invoices.csv 4 Invoice date =soon" in said
    app = create_app(store, importer=importer)
    answer = ask(app, "imports-report.children", imports_done=1)
    assert "tie to the ledger" in json.dumps(answer, ensure_ascii=False)
    assert "1 table is loaded: 2 documents" in json.dumps(answer["imports-headline"])


def test_the_report_outlives_the_server(store):
    loaded(store, ("invoices.csv", INVOICES))
    app = create_app(store, importer=FileImporter(store))
    answer = json.dumps(ask(app, "imports-report.children", imports_done=0), ensure_ascii=False)
    assert "The load that made the current figures" in answer
    assert "1,300.50" in answer


def test_rejects_are_downloaded_and_no_cell_runs(store):
    loaded(store, ("invoices.csv", INVOICES))
    client = create_app(store).server.test_client()
    reply = client.get("/download/list.csv?list=rejects")
    assert reply.status_code == 200
    rows = list(csv.reader(io.StringIO(reply.text)))
    (row,) = [r for r in rows if r[:1] == ["invoices.csv"]]
    assert row[1:4] == ["4", "Invoice date", "'=soon"]
    assert json.loads(row[-1])["Invoice number"] == "F3"


def test_the_same_files_again_are_nothing_new(store):
    importer = loaded(store, ("invoices.csv", INVOICES))
    report = loaded(store, ("invoices.csv", INVOICES)).job().report
    said = text(imports_report.report(report, F))
    assert "Nothing new: these files are loaded already" in said
    assert STATUS["known"] in said
    assert importer.files(SESSION) == ()


def test_a_failed_load_is_told_with_its_reason():
    problem = TandemError("The load stopped: disk full.", "Make room.")
    said = text(imports_report.failed(Job(1, False, Text("x"), problem=problem)))
    assert "Nothing was loaded" in said
    assert "The load stopped: disk full. Make room." in said


def test_an_empty_store_offers_the_demo_and_one_without_importer_does_not(store):
    app = create_app(store, importer=FileImporter(store))
    answer = json.dumps(ask(app, "imports-report.children", imports_done=0))
    assert "Load the demo company" in answer
    assert "Nothing is loaded yet." in answer
    bare = json.dumps(ask(create_app(store), "imports-report.children", imports_done=0))
    assert "Load the demo company" not in bare


def open_with_demo(app):
    """Open /imports?demo=1, as a browser does."""
    names = ("imports-started.data", "imports-arrived.data", "imports-message.children")
    key = next(k for k in app.callback_map if all(n in k for n in names))
    parts = [dict(zip(("id", "property"), n.split("."), strict=True)) for n in names]
    want = {"id": "imports-want-demo", "property": "data", "value": True}
    states = (
        "session.data", "arrived.data", "currency.value", "terms.value", "accounts.value",
        "expected.value", "expected-day.value", "accepted.value",
    )  # fmt: skip
    reply = app.server.test_client().post(
        "/_dash-update-component",
        json={
            "output": key,
            "outputs": parts,
            "inputs": [[], want],
            "state": [
                dict(zip(("id", "property"), f"imports-{n}".split("."), strict=True))
                for n in states
            ],
            "changedPropIds": ["imports-want-demo.data"],
        },
    )
    assert reply.status_code in (200, 204), reply.text


def test_a_link_starts_the_demo_once_and_only_over_an_empty_store(store):
    importer = FileImporter(store, demo=lambda folder: write_exports(folder, TINY))
    app = create_app(store, importer=importer)
    for _again in range(2):
        open_with_demo(app)
    until = time.monotonic() + 120
    while importer.job().running:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert importer.job().number == 1
    assert importer.job().report["published"] is True
    open_with_demo(app)
    assert importer.job().number == 1


def test_what_is_loaded_is_listed(tmp_path):
    state = small_company(tmp_path).current()
    said = text(imports_files.loaded_now(state.engine, F))
    assert "file-1" in said
    settings = '{"encoding": "cp1252", "separator": "\\t", "decimal": ","}'
    assert imports_files.settings_words(settings) == "cp1252, separator tab, decimal ,"


def test_files_of_whose_reading_nothing_is_known_are_listed(tmp_path):
    importer = FileImporter(small_company(tmp_path))
    assert "file-1" in text(imports_loaded.loaded_now(importer, F))
    assert imports_files.settings_words("") == ""


def test_a_file_with_nothing_usable_is_never_green():
    nothing = Reading("a.csv", "table", "invoices", rows_read=3, rows_rejected=3)
    mostly = Reading("a.csv", "table", "invoices", rows_read=3, rows_kept=1, rows_rejected=2,
                     told=Told({"invoice": 1}))  # fmt: skip
    for part in (nothing, mostly):
        said = card(Found("t", "a.csv", 10, format="table", label="Table", parts=(part,)))
        assert "Look at it before loading" in said
        assert "Ready" not in said


def test_a_question_is_asked_with_its_values_and_choices():
    problem = FileError("Part of this list is open.", "", questions=[KINDS])
    said = card(Found("t", "a.csv", 10, format="table", label="Table", problem=problem))
    assert "1 question" in said
    assert "What are the rows whose Aard says so?" in said
    assert "Read it with these answers" in said
    drawn_json = json.dumps(
        imports_questions.form(Found("t", "a.csv", 1, problem=problem), F).to_plotly_json(),
        default=lambda x: x.to_plotly_json(),
    )
    assert "2 rows, 350.50" in drawn_json
    given = [
        {"id": {"type": "import-question", "file": "t", "about": "kinds:Aard", "value": v},
         "value": c} for v, c in (("Rekening", "invoice"), ("Tegoed", None))
    ]  # fmt: skip
    answers = imports_questions.answered(given, "t")
    assert answers == {"kinds:Aard": {"Rekening": "invoice"}}
    assert not imports_questions.complete([KINDS], answers)


def test_what_ones_own_system_says_is_typed_with_point_or_comma():
    said = imports_answers.settings_of(None, None, None, ("152.275,76", "2026-01-31", "120,00"))
    assert said.expect == Expectation(Decimal("152275.76"), date(2026, 1, 31), Decimal("120.00"))
    assert imports_answers.settings_of(None, None, None, ("", None, None)).expect is None
    with pytest.raises(ImportRefusedError, match="more than one way"):
        imports_answers.settings_of(None, None, None, ("1.234", None, None))


def test_the_foot_says_how_it_ties_to_ones_own_balance(store, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Invoice number;Customer;Invoice date;Amount\nF1;C1;2025-02-28;9.50\n")
    load([path], store, LoadOptions(expect=Expectation(Decimal("9.00"), None, Decimal("0.50"))))
    app = create_app(store, importer=FileImporter(store))
    said = json.dumps(ask(app, "foot.children", state=1), ensure_ascii=False)
    assert "your own balance of 9.00" in said
    assert "differs by 0.50" in said
    assert "known" in said


def test_a_page_begins_though_the_poll_comes_first(store):
    app = create_app(store, importer=FileImporter(store))
    polled = {"output": "imports-done.data", "changed": "imports-poll.n_intervals"}
    assert ask(app, **polled)["imports-done"]["data"] == 0
    assert ask(app, **polled, imports_done=0) == {}

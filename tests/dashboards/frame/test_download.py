import csv
import io
import json
from datetime import datetime
from decimal import Decimal

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from dashboards.base.grid import Column
from dashboards.base.i18n import speaking
from dashboards.frame.download import explain_from
from dashboards.frame.written import Download, download_table
from dashboards.server import create_app
from data.core.texts import Text
from data.store.engine import DuckDBEngine
from metrics.asking.ledger import Statement
from tests.pages import query, small_company


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    return create_app(small_company(tmp_path_factory.mktemp("store"))).server.test_client()


def get(client, what, explain, **keys):
    return client.get(f"/download/{what}" + query(explain=json.dumps(explain), **keys))


def lines(answer):
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_figure_says_at_its_top_what_it_is(client):
    answer = get(client, "figure.csv", {"metric": "receivables", "by": ["country"]}, country="NL")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith('"tandem-receivables-2026-03-31.csv"')
    head = lines(answer)
    assert head[0] == ["Receivables"]
    assert head[1:4] == [["As of", "2026-03-31"], ["Filters", "Netherlands"], ["Currency", "EUR"]]
    assert head[4][0] == "Data"
    assert head[5] == []
    assert head[6][:3] == ["As of", "Country", "Receivables"]
    assert head[7][:2] == ["2026-03-31", "NL"]
    assert len(head) == 8


def test_the_rows_behind_add_up_to_the_figure(client):
    figure = lines(get(client, "figure.csv", {"metric": "receivables"}))
    rows = lines(get(client, "rows.csv", {"metric": "receivables"}))
    names, body = rows[6], rows[7:]
    total = sum(Decimal(r[names.index("Amount")]) for r in body)
    assert total == Decimal(figure[7][figure[6].index("Receivables")])
    assert {r[names.index("File")] for r in body} == {"file-1"}
    assert all(r[names.index("Line")] for r in body)


def test_one_bucket_of_one_filter(client):
    explain = {"metric": "aging", "at": {"bucket": "unapplied"}, "where": {"country": ["FR"]}}
    found = lines(get(client, "rows.csv", explain))
    assert found[2] == ["Filters", "Country: France, unapplied"]
    assert [r[0] for r in found[7:]] == ["P-LOOSE"]


def test_another_set_of_buckets_stands_in_the_file(client):
    explain = {"metric": "aging", "buckets": "15,45"}
    found = lines(get(client, "figure.csv", explain))
    assert found[2] == ["Filters", "buckets 15,45"]
    assert [r[1] for r in found[7:]] == ["not_due", "1-15", "16-45", "over_45", "unapplied"]
    rows = lines(get(client, "rows.csv", {**explain, "at": {"bucket": "16-45"}}))
    place = rows[6].index("Bucket")
    assert {r[place] for r in rows[7:]} <= {"16–45 days"}


def test_a_name_cannot_run_as_a_formula(client):
    explain = {"metric": "receivables", "where": {"customer": ["C4"]}}
    found = lines(get(client, "rows.csv", explain))
    name = found[7][found[6].index("Customer")]
    assert name == "'=Hotel & Café “Zee”"
    book = get(client, "rows.xlsx", explain)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    top = next(n for n, r in enumerate(sheet) if r[0] == "Document")
    assert sheet[top + 1][sheet[top].index("Customer")] == "=Hotel & Café “Zee”"
    assert isinstance(sheet[top + 1][sheet[top].index("Amount")], float)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_are_text_in_csv_whatever_they_start_with(start):
    import duckdb

    download = Download(
        "x", start + "title", [("Filters", start + "a")],
        (Column("name", "Name"), Column("amount", "Amount", "money")),
        Statement("select $cell as name, -5.10::decimal(18,2) as amount", {"cell": start + "1+1"}),
    )  # fmt: skip
    with duckdb.connect() as connection:
        text = download_table(download, DuckDBEngine(connection), "csv").decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found[0] == [f"'{start}title"]
    assert found[1] == ["Filters", f"'{start}a"]
    assert found[-1] == [f"'{start}1+1", "-5.10"]


def test_days_are_days_in_excel(client):
    book = get(client, "rows.xlsx", {"metric": "receivables"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    top = next(n for n, r in enumerate(sheet) if r[0] == "Document")
    assert isinstance(sheet[top + 1][sheet[top].index("Opened")], datetime) or str(
        sheet[top + 1][sheet[top].index("Opened")]
    ).startswith("20")


@pytest.mark.parametrize(
    ("what", "explain", "status"),
    [
        ("figure.pdf", {"metric": "dso"}, 404),
        ("secrets.csv", {"metric": "dso"}, 400),
        ("figure.csv", {"metric": "no_such"}, 400),
        ("figure.csv", {}, 400),
        ("figure.csv", {"metric": "dso", "by": ["amount"]}, 400),
        ("figure.csv", {"metric": "dso", "where": {"1=1": ["x"]}}, 400),
        ("rows.csv", {"metric": "dso", "which": "about"}, 400),
        ("rows.csv", {"metric": "dso", "at": {"1=1 or customer": "x"}}, 400),
        ("figure.csv", {"metric": "dso", "as_of": "2026-13-01"}, 400),
        ("list.csv", {"metric": "dso"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(client, what, explain, status):
    assert get(client, what, explain).status_code == status


def test_an_empty_store_has_nothing_to_download(tmp_path):
    from data.store.state import Store

    client = create_app(Store(tmp_path)).server.test_client()
    assert get(client, "figure.csv", {"metric": "dso"}).status_code == 404


def test_unknown_keys_of_an_explanation_are_refused():
    with pytest.raises(ValueError, match="no figure"):
        explain_from({"metric": "dso", "sql": "select 1"})


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30"])
def test_a_day_that_none_can_ask_about_is_the_last_day_of_the_data(client, day):
    answer = get(client, "figure.csv", {"metric": "receivables"}, as_of=day)
    assert answer.status_code == 200
    assert lines(answer)[1] == ["As of", "2026-03-31"]


@pytest.mark.parametrize("asked", [{"as_of": "9999-12-31"}, {"months": 10**9}])
@pytest.mark.parametrize("what", ["figure.csv", "rows.csv"])
def test_a_figure_of_such_a_day_or_window_is_refused(client, what, asked):
    answer = get(client, what, {"metric": "dso", **asked})
    assert answer.status_code == 400
    assert "cannot be" in answer.text or "no day to ask about" in answer.text


def sheet_of(answer):
    """Return the rows of the first sheet of a workbook."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return book.get_sheet_by_index(0).to_python()


def test_a_sector_has_its_name_beside_its_number(client):
    explain = {"metric": "receivables", "by": ["sector_division"]}
    found = lines(get(client, "figure.csv", explain))
    place = found[6].index("Sector, NACE division")
    assert found[6][place + 1] == "Sector, NACE division, name"
    named = {row[place]: row[place + 1] for row in found[7:]}
    assert named["41"].startswith("Construction")
    assert named[""] == ""


def test_a_workbook_ends_with_the_total(client):
    book = sheet_of(get(client, "rows.xlsx", {"metric": "receivables"}))
    top = next(n for n, r in enumerate(book) if r[0] == "Document")
    place = book[top].index("Amount")
    assert book[-1][0] == "Total"
    assert book[-1][place] == pytest.approx(sum(row[place] for row in book[top + 1 : -1]))
    # a CSV is for programs, too: rows and nothing else
    assert lines(get(client, "rows.csv", {"metric": "receivables"}))[-1][0] != "Total"


def test_a_csv_is_written_as_excel_opens_it_in_the_readers_country(client):
    client.set_cookie("lang", "nl")
    try:
        asked = {"metric": "receivables", "by": ["country"]}
        dutch = get(client, "figure.csv", asked, country="NL").data.decode("utf-8-sig")
        plain = get(client, "figure.csv", asked, country="NL", csv="plain")
    finally:
        client.delete_cookie("lang")
    rows = list(csv.reader(io.StringIO(dutch), delimiter=";"))
    assert rows[7][:2] == ["2026-03-31", "NL"]
    amount = rows[7][2]
    assert amount == lines(plain)[7][2].replace(".", ",")
    assert "," in amount


def test_the_aged_list_has_each_customer_with_its_open_items(client):
    book = sheet_of(client.get("/download/aged.xlsx?country=BE&country=FR"))
    assert book[0][0] == "Aged list"
    assert str(book[1][1]).startswith("2026-03-31")
    assert book[2][:2] == ["Filters", "Belgium, France"]
    top = next(n for n, r in enumerate(book) if r[0] == "Customer, document")
    heads = book[top]
    total, (first, last) = (
        heads.index("Total"),
        (heads.index("Days overdue") + 1, heads.index("Total")),
    )
    body = book[top + 1 :]
    assert body[0][0] == "Total"
    figure = lines(get(client, "figure.csv", {"metric": "receivables"}, country=["BE", "FR"]))
    assert body[0][total] == pytest.approx(float(figure[7][figure[6].index("Receivables")]))
    customers = [row for row in body[1:] if row[2] == ""]
    items = [row for row in body[1:] if row[2] != ""]
    assert [row[0] for row in customers] == [
        "=Hotel & Café “Zee” (C4)", "Garage Dubois (C3)", "Bakkerij Janssens (C1)",
    ]  # fmt: skip
    for rows in ([*customers], [*items]):
        assert sum(row[total] for row in rows) == pytest.approx(body[0][total])
        for row in rows:
            assert sum(x for x in row[first:last] if x != "") == pytest.approx(row[total])
    assert all(str(row[2]).startswith("202") and not isinstance(row[2], str) for row in items)
    loose = next(row for row in items if "P-LOOSE" in row[0])
    assert loose[heads.index("Unapplied")] == -150


def test_the_aged_list_is_of_the_customers_that_are_listed(client):
    asked = "?list=customers&customers.overdue=greaterThan.0&customers.sort=customer.asc"
    book = sheet_of(client.get("/download/aged.xlsx" + asked))
    assert book[2][1] == "Overdue: more than 0"
    customers = [row[0] for row in book if "(C" in str(row[0])]
    assert customers == ["=Hotel & Café “Zee” (C4)", "Vervoer Maes (C5)"]
    assert client.get("/download/aged.csv").status_code == 404
    assert client.get("/download/aged.xlsx?list=nothing").status_code == 400
    assert client.get("/download/aged.xlsx?list=unapplied").status_code == 200


@pytest.mark.parametrize(
    ("code", "sql", "words"),
    [
        ("en", "['payment', 'price', 'new']", ["paid", "Price", "new"]),
        ("nl", "['payment', 'price', 'new']", ["betaald", "Prijs", "new"]),
        ("fr", "[true, true, true]", ["oui", "oui", "oui"]),
    ],
)
def test_a_file_has_the_words_that_its_grid_shows(code, sql, words):
    """Whatever the list: codes that a column shows in words are words in its files too."""
    said = {} if "true" in sql else {"payment": "paid", "price": Text("Price"), "": ""}
    column = Column("c", "How", unit="yes" if "true" in sql else "text", words=said)
    sql = f"select unnest({sql}) as c"
    download = Download("x", "X", [], [column], Statement(sql, {}))
    with speaking(code):
        text = download_table(download, DuckDBEngine(duckdb.connect()), "csv").decode("utf-8-sig")
        book = download_table(download, DuckDBEngine(duckdb.connect()), "xlsx")
    assert [line.strip('"') for line in text.splitlines()[-3:]] == words
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet[-3:]] == words


def test_the_rows_behind_a_figure_are_told_in_words(client):
    client.set_cookie("lang", "fr")
    try:
        found = lines(get(client, "rows.csv", {"metric": "receivables"}, csv="plain"))
    finally:
        client.delete_cookie("lang")
    kinds = {row[found[6].index("Type")] for row in found[7:]}
    assert kinds == {"Facture", "Paiement"}

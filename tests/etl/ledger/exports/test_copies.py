"""The same e-invoice in several files counts once; what only looks alike counts, and is found."""

import itertools
import re
from decimal import Decimal

import pytest

from data.store.state import Store
from etl.load.run import LoadOptions, load
from tests.einvoices import REAL, SAMPLES, query, real, ubl
from tests.pdfs import pdf

D = Decimal
REASON = "e-invoices that another file holds too"
SAID = "select document_id, amount, due_on, po_number from documents order by all"


def balance(store):
    return query(store, "select ledger_balance, documents from about")[0]


def whole(report, store):
    """Every row of every file is kept, refused or left out, in the report and in the state."""
    assert report.published, report.failures
    assert all(c.ok for c in report.controls)
    for f in report.files:
        assert f.rows_read == f.rows_kept + f.rows_rejected + sum(f.left_out.values())
    off = "select sum(rows_read - rows_kept - rows_rejected - rows_left_out) from files"
    assert query(store, off) == [(0,)]


def spaced(path, name):
    """The same XML as another program would write it: other whitespace, and so other lines."""
    other = path.with_name(name)
    other.write_bytes(re.sub(rb">\s*<", b">\n\n  <", path.read_bytes()))
    return other


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def three(tmp_path):
    """One invoice of 121.00 as XML, inside a PDF, and as XML saved again; and one of 50.00."""
    xml = ubl(tmp_path / "a.xml", number="F1", TaxInclusiveAmount="121.00")
    other = spaced(xml, "c.xml")
    (tmp_path / "b.pdf").write_bytes(pdf({"factur-x.xml": xml.read_bytes()}))
    second = ubl(tmp_path / "d.xml", number="F2", TaxInclusiveAmount="50.00")
    return [xml, tmp_path / "b.pdf", other, second]


def test_one_invoice_in_three_files_of_one_load_counts_once(three, store):
    report = load(three, store)
    whole(report, store)
    assert balance(store) == (D("171.00"), 2)
    told = {f.name: (f.rows_read, f.rows_kept, f.left_out) for f in report.files}
    assert told == {
        "a.xml": (1, 1, {}),
        "b.pdf": (1, 0, {REASON: 1}),
        "c.xml": (1, 0, {REASON: 1}),
        "d.xml": (1, 1, {}),
    }
    aside = report.files[1]
    assert aside.totals == {}
    assert [str(n) for n in aside.notes] == [
        "The same e-invoice stands in a.xml, and counts there."
    ]
    assert report.replacements == []
    assert not load(three, store).published


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_one_invoice_in_files_of_several_loads_counts_once(three, store, order):
    for place in order:
        report = load([three[place]], store)
        whole(report, store)
    assert report.files[0].left_out == {REASON: 1}
    assert balance(store) == (D("121.00"), 1)
    assert not load(three[:3], store).published


@pytest.mark.parametrize("richer_first", [True, False])
def test_the_file_that_says_more_stays(tmp_path, store, richer_first):
    poor = ubl(tmp_path / "a.xml", TaxInclusiveAmount="121.00")
    due = "<DueDate>2026-02-09</DueDate><OrderReference><ID>PO 7</ID></OrderReference>"
    rich = ubl(tmp_path / "b.xml", extra=due, TaxInclusiveAmount="121.00")
    for path in (rich, poor) if richer_first else (poor, rich):
        report = load([path], store)
        whole(report, store)
    assert [(n, a, str(d), p) for n, a, d, p in query(store, SAID)] == [
        ("F1", D("121.00"), "2026-02-09", "PO 7")
    ]
    told = [(r.older, r.newer, r.whole) for r in report.replacements]
    assert told == ([] if richer_first else [("a.xml", "b.xml", False)])


@pytest.mark.parametrize("turned", [True, False])
def test_of_two_that_say_as_much_the_content_decides_and_not_the_order(tmp_path, turned):
    paths = [
        ubl(tmp_path / f"{day}.xml", extra=f"<DueDate>2026-02-{day}</DueDate>",
            TaxInclusiveAmount="121.00")
        for day in ("09", "24")
    ]  # fmt: skip
    found = []
    for order in (paths, paths[::-1]):
        store = Store(tmp_path / order[0].stem)
        for path in order if turned else [order]:
            load(path if isinstance(path, list) else [path], store)
        found.append(query(store, SAID))
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_instalments_and_credit_notes_are_documents_as_a_whole(tmp_path, store):
    for sample in ("cii/invoice.xml", "ubl/credit-note.xml"):
        path = tmp_path / sample.replace("/", "-")
        path.write_bytes((SAMPLES / sample).read_bytes())
        spaced(path, f"again-{path.name}")
    report = load(sorted(tmp_path.glob("*.xml")), store, LoadOptions(reporting_currency="EUR"))
    whole(report, store)
    # 500 + 400 and -121, each once
    assert query(store, "select sum(amount), count(*) from staged_documents") == [(D(779), 3)]
    assert query(store, "select count(*) from instalments") == [(2,)]
    assert [sum(f.left_out.values()) for f in report.files].count(0) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"TaxInclusiveAmount": "122.00"},
        {"number": "F2"},
        {"seller": "T"},
        {"buyer": "<PartyIdentification><ID>C2</ID></PartyIdentification>"},
        {"root": "CreditNote", "code": "381"},
    ],
)
def test_what_differs_is_another_document(tmp_path, store, other):
    first = ubl(tmp_path / "a.xml", TaxInclusiveAmount="121.00")
    second = ubl(tmp_path / "b.xml", **{"TaxInclusiveAmount": "121.00", **other})
    report = load([first, second], store)
    whole(report, store)
    assert balance(store)[1] == 2
    assert all(f.left_out == {} for f in report.files)


def test_the_same_number_with_another_amount_is_a_finding(tmp_path, store):
    first = ubl(tmp_path / "a.xml", TaxInclusiveAmount="121.00")
    second = ubl(tmp_path / "b.xml", TaxInclusiveAmount="122.00")
    report = load([first, second], store)
    (found,) = [f for f in report.findings if f.name == "duplicate_numbers"]
    assert (found.items, found.amount) == (2, D("243.00"))


def test_duplicates_of_a_ledger_count_and_are_found_as_before(tmp_path, store):
    row = ";C1;Alfa;2026-01-10;2026-02-09;121.00\n"
    table = tmp_path / "invoices.csv"
    table.write_text(
        f"Invoice number;Customer no;Customer name;Invoice date;Due date;Amount\nF1{row}F-1{row}"
        "F2;C1;Alfa;2026-01-11;2026-02-09;10.00\n",
        encoding="utf-8",
    )
    one = ubl(tmp_path / "e.xml", number="E1", TaxInclusiveAmount="7.00")
    report = load([table, one], store)
    whole(report, store)
    assert balance(store) == (D("259.00"), 4)
    (found,) = [f for f in report.findings if f.name == "duplicate_invoices"]
    assert (found.items, found.amount) == (1, D("121.00"))


@pytest.mark.skipif(not REAL.exists(), reason="real files are missing")
def test_real_invoices_in_both_syntaxes_count_once(tmp_path):
    # of the second, 50.00 was paid before: what is to be paid is the receivable
    expected = {"EN16931_Einfach": (D("529.87"), 1), "EN16931_1_Teilrechnung": (D("147.65"), 1)}
    for name, found in expected.items():
        store = Store(tmp_path / name)
        report = load([real(f"{name}.cii.xml"), real(f"{name}.ubl.xml")], store)
        whole(report, store)
        assert balance(store) == found

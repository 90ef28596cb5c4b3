"""The files of a review hold what the page shows, calculate, and say where they tie."""

from __future__ import annotations

import io
import re
import sqlite3
import zipfile
from xml.etree import ElementTree as ET

import pytest
from pptx import Presentation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from app import cli
from dashboards.base.format import Format
from dashboards.base.i18n import speaking
from dashboards.base.view import Context, NoRows
from dashboards.charts.bridge import LEAST, STEPS
from dashboards.review.month import DSO, INVOICED, MEASURES, OVERDUE, RECEIVABLES, RECEIVED
from dashboards.review.take_along import book
from dashboards.review.take_along.book import as_workbook
from dashboards.review.take_along.deck import deck_of
from dashboards.review.take_along.paper import as_paper
from dashboards.review.take_along.slides import HEIGHT, WIDTH, as_slides, fitting, stacked
from dashboards.review.take_along.told import Fall, Lines
from dashboards.server import create_app
from metrics.review.forecast.forecast import TOTAL
from metrics.review.movements import CAUSES
from tests.pages import small_company

INCH = 914_400
_PARTS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture(scope="module")
def view(demo_store):
    return Context(demo_store).view("")


@pytest.fixture(scope="module")
def told(view):
    return deck_of(view)


def opened(content):
    return Presentation(io.BytesIO(content))


def spaced(text):
    """Return a text with plain spaces alone: lines break, and French has narrow ones."""
    return " ".join(text.split())


def charts(slide):
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def numbers(chart):
    return {series.name: list(series.values) for series in chart.plots[0].series}


def lengths(chart, name):
    """Return how long each column of a waterfall is, what lies below zero with it."""
    parts = [series.values for series in chart.plots[0].series if series.name == name]
    return [sum(abs(v) for v in column if v) for column in zip(*parts, strict=True)]


def test_charts_are_native_and_hold_the_figures_of_the_metrics(told):
    deck, review = told
    slides = list(opened(as_slides(deck)).slides)
    found = {slide.shapes.title.text: charts(slide) for slide in slides}
    assert len(found) == len(deck.slides)
    drawn = {one.title: found[one.title][0] for one in deck.slides if one.chart}
    assert sum(map(len, found.values())) == len(drawn)
    falls = [drawn[one.title] for one in deck.slides if isinstance(one.chart, Fall)]
    total, whole = review.why.bridge.total, review.moves.whole
    for chart, ends in zip(falls, ((total["before"], total["after"]),
                                   (whole["opening"], whole["closing"])), strict=True):  # fmt: skip
        seen = lengths(chart, "Balance")
        assert (seen[0], seen[-1]) == pytest.approx(tuple(abs(float(one)) for one in ends))
    moved = [total[name] for name in STEPS if abs(total[name]) >= LEAST]
    assert lengths(falls[0], "Worse")[1:-1] == pytest.approx([max(v, 0) for v in moved])
    assert lengths(falls[0], "Better")[1:-1] == pytest.approx([max(-v, 0) for v in moved])
    lines = next(drawn[one.title] for one in deck.slides if isinstance(one.chart, Lines))
    expected = [v for v in numbers(lines)["Expected"] if v is not None]
    assert expected == [float(one.expected) for one in review.ahead.plain.of(TOTAL)]
    assert numbers(lines)["Came in"][: len(review.ahead.came)] == pytest.approx(review.ahead.came)
    few = next(c for c in drawn.values() if "Share of the five largest" in numbers(c))
    shares = [row["top_5_share"] for row in review.few.rows]
    assert numbers(few)["Share of the five largest"] == shares


def test_a_waterfall_below_zero_stands_where_it_belongs():
    chart = Fall(("a", "b", "c", "d"), (5, -8, 2, -1), ("",) * 4, None, "0")
    parts = stacked(chart)
    assert parts[0] == ("base", [0.0, 0.0, -1.0, 0.0])
    seen = [v for role, v in parts if role == "step"]
    assert seen == [[None, 5.0, None, None], [None, -3.0, -2.0, None]]
    totals = [v for role, v in parts if role == "total"]
    assert totals == [[5.0, None, None, None], [None, None, None, -1.0]]


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_every_slide_says_its_finding_its_day_and_where_it_ties(demo_store, language):
    with speaking(language):
        view = Context(demo_store).view("?country=FR")
        deck, review = deck_of(view)
        show = opened(as_slides(deck))
    f = Format(language, "EUR")
    day, owed = f.day(review.month.day), f.exact(review.month.now[RECEIVABLES])
    for number, slide in enumerate(show.slides):
        words = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        said = "\n".join(words)
        assert slide.shapes.title.text
        assert day in words[1]
        assert owed in said
        assert "France" in said or "Frankrijk" in said
        notes = slide.notes_slide.notes_text_frame.text.splitlines()
        assert len(notes) >= 2, number
        assert "{" not in said + "".join(notes)
        for shape in slide.shapes:
            right, below = shape.left + shape.width, shape.top + shape.height
            assert min(shape.left, shape.top) >= 0
            assert right <= WIDTH * INCH + 1, shape.name
            assert below <= HEIGHT * INCH + 1, shape.name
    # the sentences of each slide fit into their boxes
    for one in deck.slides:
        size = fitting((one.title,), (28, 26, 24, 22, 20, 18, 16), 12.1, 1.05)
        lines = -(-len(one.title) * size * 0.54 // (72 * 12.1))
        assert lines * size * 1.2 / 72 <= 1.05, one.title


def cells_of(content):
    """Return sheet -> {address: (value as it is stored, formula)} from the XML itself."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        strings = ET.fromstring(parts.read("xl/sharedStrings.xml"))  # noqa: S314 - our own file
        shared = ["".join(t.text or "" for t in one.iter(f"{{{_PARTS['s']}}}t"))
                  for one in strings.findall("s:si", _PARTS)]  # fmt: skip
        names = re.findall(r'<sheet name="([^"]*)"', parts.read("xl/workbook.xml").decode())
        for number, name in enumerate(names, 1):
            tree = ET.fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
            cells = found[name.replace("&amp;", "&")] = {}
            for cell in tree.iter(f"{{{_PARTS['s']}}}c"):
                value, formula = cell.find("s:v", _PARTS), cell.find("s:f", _PARTS)
                if value is not None:
                    text = cell.get("t") == "s"
                    held = shared[int(value.text)] if text else float(value.text)
                    cells[cell.get("r")] = (held, None if formula is None else formula.text)
    return found


_RANGE = r"(?:'([^']+)'!)?\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)"


def calculated(formula, cells, here):
    """Return what a formula of SUM, SUMIFS, cells and arithmetic gives: a calculator of its own."""

    def column(sheet, letters, first, last):
        held = cells[sheet or here]
        return [held.get(f"{letters}{n}", (None, None))[0] for n in range(first, last + 1)]

    def row(sheet, first, last, line):
        held = cells[sheet or here]
        return [held.get(f"{chr(n)}{line}", (None, None))[0]
                for n in range(ord(first), ord(last) + 1)]  # fmt: skip

    def values(text):
        sheet, first, top, last, end = re.fullmatch(_RANGE, text).groups()
        if first == last:
            return column(sheet, first, int(top), int(end))
        return row(sheet, first, last, int(top))

    def holds(value, test):
        sign, wanted = re.fullmatch(r"(<>|<=)?(.*)", test).groups()
        if sign == "<=":
            return value <= float(wanted)
        return (value != wanted) if sign else (value == wanted)

    def sums(match):
        parts = re.findall(rf'{_RANGE}|"([^"]*)"', match[1])
        texts = [m.group(0) for m in re.finditer(rf'{_RANGE}|"[^"]*"', match[1])]
        assert len(parts) == len(texts)
        amounts, tests = values(texts[0]), texts[1:]
        kept = [True] * len(amounts)
        for place in range(0, len(tests), 2):
            tested = values(tests[place])
            kept = [k and holds(v, tests[place + 1].strip('"'))
                    for k, v in zip(kept, tested, strict=True)]  # fmt: skip
        total = sum(a for a, k in zip(amounts, kept, strict=True) if k and a)
        return f"({float(total)!r})"

    text = re.sub(r"SUM(?:IFS)?\(([^()]*)\)", sums, formula.lstrip("="))
    text = re.sub(r"\b([A-Z]+\d+)\b", lambda m: f"({float(cells[here][m[1]][0])!r})", text)
    ((found,),) = sqlite3.connect(":memory:").execute(f"select {text}")
    return found


def test_the_calculator_of_this_test_calculates():
    cells = {"S": {"A1": ("x", None), "B1": (2.0, None), "A2": ("y", None), "B2": (-3.0, None)}}
    assert calculated("=SUM(B1:B2)*2", cells, "S") == -2.0
    assert calculated("=-SUMIFS('S'!$B$1:$B$2,'S'!$A$1:$A$2,\"<>x\")/B1", cells, "S") == 1.5


@pytest.mark.parametrize("language", ["en", "fr"])
def test_stored_values_are_what_the_formulas_give(demo_store, language):
    with speaking(language):
        view = Context(demo_store).view("")
        deck, review = deck_of(view)
        content = as_workbook(deck, review, view)
    cells = cells_of(content)
    formulas = [(name, at, held) for name, sheet in cells.items()
                for at, held in sheet.items() if held[1]]  # fmt: skip
    assert len(formulas) > 40
    for name, at, (stored, formula) in formulas:
        assert calculated(formula, cells, name) == pytest.approx(stored, abs=1e-6), (name, at)
    # and what a reader that does not calculate sees is the month of the page
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    top = next(n for n, row in enumerate(rows) if len([c for c in row if c != ""]) > 5)
    first = {name: rows[top + 1 + n] for n, name in enumerate(MEASURES)}
    for name in MEASURES:
        for place, of in ((1, review.month.now), (2, review.month.before), (4, review.month.ago)):
            known = of[name]
            assert first[name][place] == ("" if known is None else pytest.approx(float(known)))
    sheet = cells[next(iter(cells))]
    live = {
        name: sheet[f"B{top + 2 + n}"][1]
        for n, name in enumerate(MEASURES)
        if review.month.now[name] is not None
    }
    assert [name for name in MEASURES if live.get(name)] == [
        RECEIVABLES, DSO, OVERDUE, RECEIVED, INVOICED
    ]  # fmt: skip
    said = {row[0] for row in rows[:top]}
    assert set(deck.slides[0].says) <= said
    assert len(deck.slides[0].says) >= 6  # losses and what was reported among them
    heads = [row[1] for row in rows[:top] if Format(language, "EUR").exact(
        review.month.now[RECEIVABLES]) in row]  # fmt: skip
    assert heads


def test_the_roll_forward_of_customers_adds_up_to_the_month(view, told):
    deck, review = told
    content = as_workbook(deck, review, view)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content))
    last = rows.get_sheet_by_name("Roll-forward").to_python()[-1]
    assert last[0] == "Total"
    names = ("opening", *CAUSES, "closing")
    assert last[2:] == [pytest.approx(float(review.moves.whole[name])) for name in names]
    assert as_workbook(deck, review, view) == content


def test_of_too_many_rows_the_figures_stand_alone_and_say_so(view, told, monkeypatch):
    monkeypatch.setattr(book, "MOST_ROWS", 3)
    deck, review = told
    cells = cells_of(as_workbook(deck, review, view))
    words = {held for held, _formula in cells["Open items"].values()}
    assert any(str(one).startswith("These are more than 3 rows") for one in words)
    top = [held for held, _formula in cells["Monthly review"].values()]
    assert float(review.month.now[RECEIVABLES]) in top


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_the_pdf_says_all_that_the_slides_say(demo_store, language):
    with speaking(language):
        view = Context(demo_store).view("?country=BE")
        deck, review = deck_of(view)
        content = as_paper(deck, view.f)
        assert content == as_paper(deck, view.f)
    paper = PdfReader(io.BytesIO(content))
    pages = [spaced(page.extract_text()) for page in paper.pages]
    whole = " ".join(pages)
    f = Format(language, "EUR")
    owed, day = spaced(f.exact(review.month.now[RECEIVABLES])), spaced(f.day(review.month.day))
    assert deck.title in whole
    for said in pages:  # each sheet by itself says as of when, and where it ties
        assert owed in said
        assert day in said
    for one in deck.slides:
        for text in (one.title, *(one.grid.heads if one.grid else ())):
            assert spaced(text) in whole
    box = paper.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
    assert paper.metadata.title == deck.title


def test_texts_are_data_in_every_file(tmp_path):
    """A customer called `=Hotel & Café “Zee”` runs nowhere."""
    view = Context(small_company(tmp_path)).view("?as_of=2026-03-31")
    deck, review = deck_of(view)
    hostile = '#eval("1") *bold* $x$ =1+1 <b>'
    slides = tuple(
        type(one)(hostile, one.measure, (hostile,), one.chart, one.grid, (hostile,))
        for one in deck.slides
    )
    odd = type(deck)(deck.name, hostile, deck.day, "en", deck.head, deck.foot, slides)
    text = PdfReader(io.BytesIO(as_paper(odd, view.f))).pages[0].extract_text()
    assert hostile in spaced(text)
    cells = cells_of(as_workbook(deck, review, view))
    named = [held for held in cells["Roll-forward"].values() if "Hotel" in str(held[0])]
    assert named == [("=Hotel & Café “Zee”", None)]


def test_young_books_say_what_they_cannot(tmp_path):
    view = Context(small_company(tmp_path)).view("?as_of=2024-01-31")
    deck, review = deck_of(view)
    assert review.why is None
    titles = [one.title for one in deck.slides]
    assert "Why DSO moved cannot be said" in titles
    assert len(opened(as_slides(deck)).slides) == len(titles)
    assert as_paper(deck, view.f).startswith(b"%PDF")
    cells = cells_of(as_workbook(deck, review, view))
    assert review.why_not.template.split("{")[0] in str(cells["Why DSO moved"].values())


def test_nothing_under_the_filters_is_no_review(tmp_path):
    view = Context(small_company(tmp_path)).view("?customer_group=C1&country=NL")
    with pytest.raises(NoRows):
        deck_of(view)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("small"))


def run(store, *more):
    return CliRunner().invoke(cli, ["review", "--store", str(store.folder), *map(str, more)])


def test_the_command_writes_the_files_and_never_over_others(small, tmp_path):
    out = tmp_path / "new" / "folder"
    done = run(small, "--month", "2026-02", "--out", out, "--lang", "nl", "--where", "country=BE")
    assert done.exit_code == 0, done.output
    names = [f"review-2026-02.{kind}" for kind in ("pptx", "xlsx", "pdf")]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert done.output.split() == [str(out / name) for name in names]
    show = opened((out / names[0]).read_bytes())
    said = [shape.text_frame.text for shape in show.slides[0].shapes if shape.has_text_frame]
    assert any("België" in text and "28 feb" in text for text in said), said
    again = run(small, "--month", "2026-02", "--out", out, "--format", "pdf")
    assert again.exit_code == 1
    assert "review-2026-02.pdf is there already. Say --replace" in again.output.replace("\n", "")
    before = (out / names[2]).read_bytes()
    assert (
        run(small, "--month", "2026-02", "--out", out, "--format", "pdf", "--replace").exit_code
        == 0
    )
    assert (out / names[2]).read_bytes() != before  # all countries, in English


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ((), "'' is no month. Write it as 2026-10; the data reach from 2024-01 to 2026-03."),
        (("--month", "2026-13"), "2026-13 is no month."),
        (("--month", "2023-12"), "2023-12 has no data. They reach from 2024-01 to 2026-03."),
        (("--month", "2026-04"), "2026-04 has no data."),
        (("--month", "2026-02", "--where", "country"), "has no '='"),
        (("--month", "2026-02", "--where", "colour=red"), "colour is no filter of a review."),
        (("--month", "2026-02", "--where", "country=XX"), "“XX” does not occur in the data"),
        (("--month", "2026-02", "--where", "customer_group=C1", "--where", "country=NL"),
         "These filters leave nothing of 2026-02."),
    ],
)  # fmt: skip
def test_what_makes_no_review_is_said(small, tmp_path, more, message):
    done = run(small, *more, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert message in " ".join(done.output.split())
    assert not list(tmp_path.rglob("*.p*"))


def test_a_folder_that_cannot_be_written_to_is_said(small, tmp_path):
    (tmp_path / "file").write_text("")
    done = run(small, "--month", "2026-02", "--out", tmp_path / "file" / "out")
    assert done.exit_code == 1
    assert "cannot be written" in done.output


def test_the_page_leads_to_its_files_under_its_filters(small):
    app = create_app(small)
    client = app.server.test_client()
    for kind, begin in (("pptx", b"PK"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        answer = client.get(f"/review.{kind}?as_of=2026-02-28&country=BE")
        assert answer.status_code == 200
        assert answer.data.startswith(begin)
        assert f"review-2026-02.{kind}" in answer.headers["Content-Disposition"]
    assert client.get("/review.docx").status_code == 404
    assert client.get("/review.pdf?customer_group=C1&country=NL").status_code == 404

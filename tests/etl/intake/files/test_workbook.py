"""Workbooks and Parquet: measured before they are opened, and read in a process of their own."""

from __future__ import annotations

import os
import random
import sys
import zipfile
from datetime import date

import duckdb
import pytest

from data.core.errors import FileError
from etl.intake.files.apart import Apart
from etl.intake.files.biff import read_xls
from etl.intake.files.child import cell_text
from etl.intake.files.formulas import Formulas
from etl.intake.files.workbook import read_parquet, read_sheet, read_workbook
from etl.intake.formats.table import SOURCE
from etl.intake.source import ReadOptions, SourceFile
from tests.etl.intake.files.books import HEAD, book, cell, row
from tests.places import GOLDEN

ONE = row(2, "F1", "Acme", "2026-01-15", "2026-02-14", 1000.5)


def table(path):
    """Return the lines of the first sheet, cells as text."""
    connection = duckdb.connect()
    (sheet, *_) = read_workbook(SourceFile(path)).sheets.values()
    grid = read_sheet(SourceFile(path), connection, "t", sheet)
    found = connection.execute(f"select line, {', '.join(grid.cells)} from t order by line")
    return grid, found.fetchall()


def test_a_small_workbook_is_read(tmp_path):
    grid, rows = table(book(tmp_path / "a.xlsx", [row(1, *HEAD), ONE, row(4, "F2", 'a "b",\nc')]))
    assert rows == [
        (2, "F1", "Acme", "2026-01-15", "2026-02-14", "1000.5"),
        (3, None, None, None, None, None),
        (4, "F2", 'a "b",\nc', None, None, None),
    ]
    assert grid.headers == HEAD
    assert dict(grid.plain) == {"c4": "numbers"}


def test_a_cell_at_the_end_of_the_sheet_is_said(tmp_path):
    last = f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
    with pytest.raises(FileError, match=r"a\.xlsx reaches as far as cell XFD1048576.*Ctrl\+End"):
        read_workbook(SourceFile(book(tmp_path / "a.xlsx", [row(1, *HEAD), ONE, last])))


def test_cells_that_are_only_coloured_do_not_count(tmp_path):
    last = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    _, rows = table(book(tmp_path / "a.xlsx", [row(1, *HEAD), ONE, last]))
    assert [line for line, *_ in rows] == [2]


def test_a_bomb_is_not_unpacked(tmp_path):
    text = ["A" * 1_000_000] * 200
    path = book(tmp_path / "a.xlsx", [row(1, *HEAD), '<row r="2"><c t="str"><v>', *text])
    with pytest.raises(FileError, match=r"a\.xlsx would unpack to 190 MB .*as CSV"):
        read_workbook(SourceFile(path))


def test_an_archive_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("invoices.csv", "a;b\n")
    with pytest.raises(FileError, match=r"a\.zip is an archive, no workbook\. Unpack it"):
        read_workbook(SourceFile(tmp_path / "a.zip"))


@pytest.mark.skipif(sys.platform == "win32", reason="its memory has no limit there")
def test_what_takes_all_memory_ends_in_a_message_and_the_next_file_is_read(tmp_path, monkeypatch):
    """The measure is not all that stands before the server: the process has a limit too."""
    monkeypatch.setattr(
        "etl.intake.files.apart._START",
        "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
        "from etl.intake.files import child, measure; child.MOST_CELLS = 10**12; "
        "measure.MOST_CELLS = 10**12; child.MOST_MEMORY = 2**30; child.serve()",
    )
    last = f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
    far = book(tmp_path / "far.xlsx", [row(1, *HEAD), ONE, last])
    near = book(tmp_path / "near.xlsx", [row(1, *HEAD), ONE])
    apart = Apart()
    try:
        with pytest.raises(FileError, match=r"far\.xlsx takes more memory"):
            apart.read(SourceFile(far))
        assert apart.read(SourceFile(near)).sheets[0]["height"] == 2
    finally:
        apart.end()


def test_what_takes_too_long_ends_in_a_message(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.intake.files.apart._START", "import time; time.sleep(60)")
    monkeypatch.setattr("etl.intake.files.apart.MOST_SECONDS", 0.1)
    apart = Apart()
    with pytest.raises(FileError, match="takes longer to read"):
        apart.read(SourceFile(book(tmp_path / "a.xlsx", [row(1, *HEAD), ONE])))
    apart.end()


def test_one_process_reads_all_and_its_files_go(tmp_path):
    apart = Apart()
    paths = [book(tmp_path / f"{n}.xlsx", [row(1, *HEAD), ONE]) for n in range(2)]
    answer = apart.read(SourceFile(paths[0]))
    process = apart._process
    assert apart.read(SourceFile(paths[0])) is answer
    kept = answer.sheets[0]["file"]
    assert os.path.exists(kept)  # noqa: PTH110
    apart.read(SourceFile(paths[1]))
    assert apart._process is process
    assert os.path.exists(kept)  # noqa: PTH110 - somebody still has the answer
    del answer
    assert not os.path.exists(kept)  # noqa: PTH110
    apart.end()
    assert process is not None
    assert process.poll() is not None


def test_a_parquet_file_of_one_value_without_end_is_said(tmp_path):
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 1 as a from range(12000000)) to '{path}' (row_group_size 12000000)"
        )
        with pytest.raises(FileError, match="12,000,000 rows of 1 columns"):
            read_parquet(SourceFile(path), connection, "t")


# --- what was never calculated, and errors ---------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("E2+F2", "1210.1"),
        ("SUM(E2:F2)", "1210.1"),
        ("sum(E2:F2)", None),  # no program writes it so
        ("PRODUCT(E2,1.21)", "1210"),
        ("ROUND(E2*0.333335,2)", "333.34"),
        ("(E2-100)*-2/4", "-450"),
        ("$E$2*1.005", "1005"),
        ("C2+30", "2026-02-14"),
        ("D2-C2", "30"),
        ("B2", "Acme"),
        ("H2", "0"),
        ("E2+G9", "1000"),
        ("E2+B2", None),  # a text
        ("G2", None),  # itself
        ("TODAY()-D2", None),
        ("VLOOKUP(A2,B:C,2,0)", None),
        ("E2+Sheet2!A1", None),
        ("E2/H2", "#DIV/0!"),
        ("E2+I2", "#REF!"),
        ('IF(E2>0,E2,"")', None),
        ("E2*" * 150 + "1", None),
    ],
)
def test_a_formula_without_result_is_calculated_where_it_is_simple(formula, value):
    cells = ["F1", "Acme", date(2026, 1, 15), date(2026, 2, 14), 1000.0, 210.1, "", "", "#REF!"]
    result = Formulas([[], cells], {(1, 6): formula}).result((1, 6))
    written = None if result is None else cell_text(result)[0].removesuffix("E0")
    assert written == value


def formulas(path, *cells, **how):
    """Write a workbook with one formula in each row, under Amount."""
    rows = [
        row(n, f"F{n}", "Acme", "2026-01-15", "2026-02-14", c, 1000.5, 210.25)
        for n, c in enumerate(cells, 2)
    ]
    return book(path, [row(1, *HEAD, "Net", "Tax"), *rows], **how)


def test_results_are_noted(tmp_path):
    grid, rows = table(formulas(tmp_path / "a.xlsx", "=F2+G2", "=F3*2"))
    assert [r[5] for r in rows] == ["1210.75", "2001"]
    assert [str(n) for n in grid.notes] == [
        "2 formulas in Amount had no result and were calculated here."
    ]
    assert not grid.uncalculated


def test_zeros_of_a_program_that_cannot_calculate_are_no_results(tmp_path):
    cells = "=F2+G2 -> 0", "=F3 -> 0"
    assert [r[5] for r in table(formulas(tmp_path / "a.xlsx", *cells, on_opening=True))[1]] == [
        "1210.75",
        "1000.5",
    ]
    # calculated once: zeros are results
    _, rows = table(formulas(tmp_path / "b.xlsx", *cells))
    assert [r[5] for r in rows] == ["0", "0"]
    _, rows = table(formulas(tmp_path / "c.xlsx", *cells, "=F4 -> 1000.5", on_opening=True))
    assert [r[5] for r in rows] == ["0", "0", "1000.5"]


def test_a_column_that_was_never_calculated_stops_the_file(tmp_path):
    path = formulas(tmp_path / "a.xlsx", "=XLOOKUP(A2,Z:Z,Y:Y)", "=F3")
    with duckdb.connect() as connection, pytest.raises(FileError) as error:
        SOURCE.read(SourceFile(path), connection, 1, ReadOptions())
    assert str(error.value) == (
        "The workbook was never calculated: column Amount of sheet Open items holds formulas"
        " without results, such as =XLOOKUP(A2,Z:Z,Y:Y). Open it in Excel or LibreOffice, press"
        " F9, save it, and load it again."
    )


def test_errors_stand_in_their_cells(tmp_path):
    rows = [row(1, *HEAD), row(2, "F1", "#REF!", "2026-01-15", "#N/A", "=F2 -> #DIV/0!"), ONE]
    errors = rows[1].replace('<c r="E2">', '<c r="E2" t="e">')
    grid, found = table(book(tmp_path / "a.xlsx", [rows[0], errors, row(3), row(4, "", "#REF!")]))
    assert found[0] == (2, "F1", "#REF!", "2026-01-15", "#N/A", "#DIV/0!")
    assert found[-1][2] == "#REF!"
    assert grid.errors == {"c1", "c3", "c4"}


def test_an_xls_that_was_never_calculated_is_said(tmp_path):
    path = GOLDEN / "workbooks" / "never_calculated.xls"
    with duckdb.connect() as connection, pytest.raises(FileError, match="column Amount of sheet"):
        SOURCE.read(SourceFile(path), connection, 1, ReadOptions())


def test_however_an_xls_is_broken_its_measure_ends(tmp_path):
    content = (GOLDEN / "tables" / "excel_97_errors.xls").read_bytes()
    dice = random.Random(97)
    path = tmp_path / "a.xls"
    for _ in range(200):
        changed = bytearray(content[: dice.randrange(len(content))] or content)
        for _ in range(20):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        path.write_bytes(changed)
        assert isinstance(read_xls(str(path), 1 << 20), dict)
    assert read_xls(str(path), 10) == {}

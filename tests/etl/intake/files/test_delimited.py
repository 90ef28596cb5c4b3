"""Delimited text as a grid: the quick way reads what the exact way reads, or is not taken."""

from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.errors import FileError
from etl.intake.files import delimited
from etl.intake.files.delimited import read_delimited
from etl.intake.files.encoding import examine
from etl.intake.formats.table import head_encoding
from etl.intake.source import SourceFile
from tests.depth import checked

HEAD = "document_id,customer_id,amount\n"


def grid_of(path, exact=False):
    """Return (rows, whether the quick way was taken); a message where the file is refused."""
    with duckdb.connect() as connection, pytest.MonkeyPatch.context() as patch:
        connection.execute("set preserve_insertion_order = false")
        if exact:
            patch.setattr(delimited, "_fill_at_once", lambda *_: False)
        try:
            grid = read_delimited(SourceFile(path), connection, "t", path.parent)
        except FileError as error:
            return str(error), False
        kept = connection.execute("select current_setting('preserve_insertion_order')").fetchone()
        assert kept == (False,)
        names = ", ".join(grid.cells)
        found = connection.execute(f"select line, {names}, broken, text from t order by line")
        rows = found.fetchall()
        quick = bool(grid.kinds)
        grid.drop(connection)
        left = connection.execute("select table_name from duckdb_tables()").fetchall()
        assert left == []
        return rows, quick


@pytest.mark.parametrize(
    ("text", "quick"),
    [
        (HEAD + "F1,C1,1.00\nF2,C2,2.00\n", True),
        (HEAD + "F1,C1,1.00\nF2,C2,2.00", True),  # no line end behind the last line
        (HEAD, True),
        (HEAD + " F1, C 1 ,\t1.00 \n,,\n , ,\n", True),
        (HEAD + "F1,\u00a0C1\u202f,\u00e91\n", True),
        ("document_id,customer_id,amount,,\nF1,C1,1,,\n", True),
        ("document_id\tcustomer_id\nF1 \t C1\n", True),
        ("Title\ndocument_id,customer_id,amount\nF1,C1,1\n", True),
        (HEAD.replace("\n", "\r\n") + "F1,C1,1.00\r\nF2,C2,\r\n", True),
        ("\ufeff" + HEAD + "F1,C1,1.00\n", True),
        ("document_id,customer_id,amount,,\nF1,C1,1,,x\n", False),  # a cell without a header
        ("Title\n\ndocument_id,customer_id,amount\nF1,C1,1\n", False),
        (HEAD + "F1,C1,1.00\n\nF2,C2,2.00\n", False),
        (HEAD + "F1,C1,1.00\nF2,C2,2.00\n\n", False),
        (HEAD + "F1,C1\nF2,C2,2.00\n", False),
        (HEAD + "F1,C1,1,2\nF2,C2,2.00\n", False),
        ('"document_id","customer_id"\r\n"F, ""1""","\u00e9 "\r\n"",\r\n', True),
        (HEAD + 'F1," C1",a "b" c\n', True),
        (HEAD + 'F1,"C1" ,1\n', False),  # what stands behind the second quotation mark is lost
        (HEAD + 'F1,"C1"x,1\n', False),
        (HEAD + 'F1,"C1\n1",1\n', False),
        (HEAD + 'F1,"C1\n1",1\n\nF2,C2,2\n', False),
        (HEAD + 'F1,C1,"1\n', False),
        (HEAD + "F1,C\r1,2.00\n", True),
        (HEAD + "F1,C1,1.00\n" * 200 + "F1,C1,\x01\x00\n", True),
    ],
)
def test_the_quick_way_reads_what_the_exact_way_reads(tmp_path, text, quick):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert grid_of(path) == (grid_of(path, exact=True)[0], quick)


def test_lines_are_numbered_in_order_however_many_threads_read(tmp_path):
    path = tmp_path / "t.csv"
    lines = [f"F{n},C{n % 97},{n}.00\n" for n in range(400_000)]
    path.write_text(HEAD + "".join(lines), encoding="ascii")
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false; set threads = 4")
        grid = read_delimited(SourceFile(path), connection, "t", tmp_path)
        assert grid.kinds
        wrong = connection.execute("select count(*) from t where c0 <> 'F' || (line - 2)")
        assert wrong.fetchone() == (0,)


@checked(40)
@given(
    st.lists(
        st.sampled_from(["F1", "C1", "1.00", ",", ",", ",", "\n", "\n", "\r\n", "\r", '"', " ",
                         "\t", '"F2"', "\u00a0", "\u00e9", "\0", "\x01", ";"]),
        max_size=40,
    ).map("".join),
    st.sampled_from([HEAD, "Title\n" + HEAD, "\n" + HEAD, HEAD[:-1] + ",,\n"]),
)  # fmt: skip
def test_any_text_is_read_the_same_either_way(tmp_path: Path, body, head):
    path = tmp_path / "t.csv"
    path.write_text(head + body, encoding="utf-8", newline="")
    assert grid_of(path)[0] == grid_of(path, exact=True)[0]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp850", "Café;Société Liégeoise;Müller;Ängström;Façade;Crème brûlée"),
        ("cp1252", "Café;Société Liégeoise;Müller;Ängström;Façade;Crème brûlée"),
        ("cp1252", "the “Acme” firm…;it’s l’été – 5 ‰;CŒUR;Tomaš Božidar;„Wort“"),
        ("cp850", "plain;Zoë;Große Mühle"),
        ("cp850", "Boulangerie Lefèvre;Garage Benoît;Hôtel du Château"),
    ],
)
def test_letters_of_ms_dos_are_told_from_those_of_windows(tmp_path, encoding, words):
    text = f"{words}\n" * 3
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert examine(SourceFile(path)).encoding == encoding
    assert head_encoding(path.read_bytes()) == encoding


@pytest.mark.parametrize(
    "header", ["document_id,customer_id,amount", "'document_id','customer_id','amount'"]
)
def test_cells_in_apostrophes(tmp_path, header):
    path = tmp_path / "a.csv"
    rows = ["'F1','Bolt, Nut and Sons','12.50'", "", "'F2','O''Neill \"Ltd\"','-3.00'"]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    found, _ = grid_of(path)
    assert found == [
        (2, "F1", "Bolt, Nut and Sons", "12.50", None, None),
        (3, None, None, None, None, None),
        (4, "F2", 'O\'Neill "Ltd"', "-3.00", None, None),
    ]


def test_apostrophes_that_are_no_quotation_marks_stay(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"{HEAD}'00100,O'Neill,'5'\n'00101,'t Hart,6\n", encoding="utf-8")
    found, _ = grid_of(path)
    assert found[0][1:4] == ("'00100", "O'Neill", "'5'")

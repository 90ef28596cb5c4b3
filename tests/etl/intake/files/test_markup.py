"""Web pages and Excel's XML of 2003 under the name .xls."""

from __future__ import annotations

import pytest

from data.core.errors import FileError
from etl.intake.files.markup import is_page, page_tables, spreadsheet_xml
from etl.intake.files.measure import RefusedError
from etl.intake.files.workbook import is_workbook, read_workbook
from etl.intake.source import SourceFile
from etl.load.identify import identify


def tables(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "a.xls"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return page_tables(str(path))


def test_cells_are_read_as_they_are_seen(tmp_path):
    ((_, rows),) = tables(
        tmp_path,
        "<table><script>1</script><tr><th>N&deg;<br>x</th><th><b>A</b>mount</th></tr>"
        "<tr><td>F1<!-- no --></td><td>&euro;&nbsp;1&#46;000,00<style>td{}</style>",
    )
    assert rows == [["N° x", "Amount"], ["F1", "€ 1.000,00"]]


def test_merged_cells_stand_in_the_first(tmp_path):
    ((_, rows),) = tables(
        tmp_path,
        '<table><tr><td rowspan="2">a</td><td colspan=2>b</td><td>c</td></tr>'
        "<tr><td>d</td><td>e</td><td>f</td></tr>"
        '<tr><td colspan="x">g</td><td rowspan="999999999">h</td></tr></table>',
    )
    assert rows == [["a", "b", "", "c"], ["", "d", "e", "f"], ["g", "h"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_any_encoding_is_read(tmp_path, encoding):
    text = "<HTML><TABLE><TR><TD>Échéance</TD><TD>€</TD></TR><TR><TD>1</TD><TD>2</TD></TR>"
    text += " " * 99
    assert is_page(text.encode(encoding))
    assert tables(tmp_path, text, encoding)[0][1][0] == ["Échéance", "€"]


def test_tables_that_arrange_the_page_are_none(tmp_path):
    inner = "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"
    page = f"<html><table><tr><td>menu</td><td>{inner}</td></tr><tr><td>x</td><td>y</td></tr>"
    assert tables(tmp_path, page) == [("table 1", [["a", "b"], ["1", "2"]])]


@pytest.mark.parametrize("text", ["<html><body>Please log in</body></html>", "<html>", "<table>"])
def test_a_page_without_a_table_is_said(tmp_path, text):
    with pytest.raises(RefusedError):
        tables(tmp_path, text)
    with pytest.raises(FileError, match=r"a\.xls is a web page without a table"):
        read_workbook(SourceFile(tmp_path / "a.xls"))
    assert identify(SourceFile(tmp_path / "a.xls")).name == "table"


@pytest.mark.parametrize(
    "head", [b"", b"<", b"<Document><body>", b"<?xml version='1.0'?><Invoice><Body/>", b"a;<html>"]
)
def test_other_files_are_no_pages(head):
    assert not is_workbook(head)


def test_a_row_too_far_down_is_said(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>'
        '<Row ss:Index="9999999"><Cell><Data ss:Type="String">x</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>"
    )
    with pytest.raises(RefusedError):
        list(spreadsheet_xml(str(path)))

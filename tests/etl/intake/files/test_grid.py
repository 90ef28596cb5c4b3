"""Which row holds the headers, and when two rows are one."""

from __future__ import annotations

import pytest

from etl.intake.files.grid import HeadRow, find_header


def rows(*texts: str) -> list[HeadRow]:
    return [HeadRow(n, n, tuple(t.split(";"))) for n, t in enumerate(texts, 1)]


GROUPS = "Customer;;Invoice;;;Amounts (EUR);"
BELOW = "Number;Name;Number;Date;Due date;Total;Open"
DATA = "100;Acme;F1;2026-01-05;2026-02-04;1000.00;1000.00"


def test_groups_over_headers_are_one_row():
    found = find_header(rows("Open items of March", GROUPS, BELOW, DATA))
    assert (found.first_line, found.last_line) == (2, 3)
    assert found.cells == (
        "Customer Number", "Customer Name", "Invoice Number", "Invoice Date", "Due date",
        "Amount Total (EUR)", "Amount Open (EUR)",
    )  # fmt: skip


def test_a_header_over_both_rows_stands_alone():
    found = find_header(
        rows("Invoice number;Customer;;Invoice date;Amount;", ";No;Name;;Invoiced;Open", DATA)
    )
    assert found.cells == (
        "Invoice number", "Customer No", "Customer Name", "Invoice date", "Amount Invoiced",
        "Amount Open",
    )  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        ("Invoice;Customer;Date;Amount", "F1;Acme;2026-01-05;100.00"),  # no group
        ("Customer;;Invoice;Date;Amount", "100;Open;F1;2026-01-05;100.00"),  # no headers below
        ("Invoice number;Customer;;Date;Amount", "x;Acme;Ghent;y;z"),  # nothing more is named
        ("Report;;of;March;", "Invoice;Customer;Date;Amount", "F1;Acme;2026-01-05;100.00"),
    ],
)
def test_other_rows_stay_apart(lines):
    found = find_header(rows(*lines))
    assert found.first_line == found.last_line


def test_a_mapping_says_which_row():
    assert find_header(rows(GROUPS, BELOW, DATA), 2).cells == tuple(BELOW.split(";"))
    assert find_header(rows(GROUPS, BELOW, DATA), 1).cells == tuple(GROUPS.split(";"))
    # and speaks of both where it names what they make together
    both = find_header(rows(GROUPS, BELOW, DATA), 1, ("Customer Number", "Invoice Number"))
    assert both.last_line == 2
    alone = find_header(rows(GROUPS, BELOW, DATA), None, ("Number", "Name", "Total"))
    assert (alone.first_line, alone.last_line) == (2, 2)

"""The benchmarks' own parts: the page they write, the files they make."""

from __future__ import annotations

import pytest

from benchmarks.report import read_sections, table, write_section


def test_a_section_replaces_its_own_and_leaves_the_others(tmp_path):
    page = tmp_path / "docs" / "page.md"
    for name, text in (
        ("Pages", "p1"),
        ("10,000,000 invoices", "big\n\n### Detail\n\nmore"),
        ("1,000,000 invoices", "small"),
        ("Pages", "p2"),
    ):
        write_section(name, text, page)
    assert list(read_sections(page).items()) == [
        ("1,000,000 invoices", "small"),
        ("10,000,000 invoices", "big\n\n### Detail\n\nmore"),
        ("Pages", "p2"),
    ]
    before = page.read_bytes()
    write_section("1,000,000 invoices", "small\n", page)
    assert page.read_bytes() == before
    with pytest.raises(ValueError, match="headings"):
        write_section("Pages", "## Other\n", page)


def test_a_table_reads_as_it_is():
    assert table(("work", "s"), [("load", "12.5")], right=(1,)).splitlines() == [
        "| work |    s |",
        "| ---- | ---: |",
        "| load | 12.5 |",
    ]

"""Mapping files: what they may say, and what is told when they say something else."""

import pytest

from data.core.errors import FileError
from etl.intake.mappings.mapping import (
    applies,
    load_mapping,
    mapping_to_toml,
    parse_mapping,
    positions,
)
from tests.places import ROOT, XERO


def test_a_mapping_file_is_read_and_written_back(tmp_path):
    mapping = parse_mapping(load_mapping(XERO))
    assert mapping.columns["amount"] == "total"
    assert mapping.keep["status"] == ("PAID", "AUTHORISED")
    copy = tmp_path / "copy.toml"
    copy.write_text(mapping_to_toml(mapping), encoding="utf-8")
    assert parse_mapping(load_mapping(copy)) == mapping


def test_headers_of_any_writing_survive(tmp_path):
    mapping = parse_mapping(
        {
            "source": {"rows": "payments", "decimal": ",", "header_row": 4},
            "columns": {"amount": 'Bedrag "in" €\\', "customer_id": "Klant\nnummer"},
            "kinds": {"R.G.": "credit_note"},
        }
    )
    copy = tmp_path / "copy.toml"
    copy.write_text(mapping_to_toml(mapping), encoding="utf-8")
    assert parse_mapping(load_mapping(copy)) == mapping


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"columns": {"ammount": "Total"}}, "ammount.*Did you mean amount?"),
        ({"columns": {"amount": 3}}, "by its header"),
        ({"source": {"rows": "bills"}}, "bills.*invoices"),
        ({"source": {"colour": "red"}}, "colour"),
        ({"source": {"decimal": ";"}}, "decimal sign"),
        ({"source": {"header_row": 0}}, "row number"),
        ({"source": {"rate_inverse": "yes"}}, "true or false"),
        ({"source": "invoices"}, "must be a table"),
        ({"keep": {"status": "PAID"}}, "lists values"),
        ({"kinds": {"CN": "creditnote"}}, "Did you mean credit_note"),
        ({"collumns": {}}, "Did you mean columns"),
    ],
)
def test_what_has_no_meaning_is_said(document, message):
    with pytest.raises(FileError, match=message):
        parse_mapping(document)


def test_a_file_that_is_no_toml_is_said(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("[columns\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"bad\.toml cannot be read"):
        load_mapping(bad)
    with pytest.raises(FileError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")


def test_it_applies_to_files_with_its_headers():
    mapping = load_mapping(XERO)
    headers = list(parse_mapping(mapping).headers)
    assert applies(mapping, ["Extra", *headers])
    assert applies(mapping, headers[1:])
    assert not applies(mapping, ["Contact", "Name", "status"])


def test_a_header_that_is_not_there_is_named_with_those_that_are():
    mapping = parse_mapping({"columns": {"amount": "Totaal", "customer_id": "Klant-nr"}})
    assert positions(mapping, ["klantnr", "TOTAAL"], "f.csv") == {"amount": 1, "customer_id": 0}
    with pytest.raises(FileError, match=r'"Totaal".*Its headers are: "Klantnr", "Bedrag"'):
        positions(mapping, ["Klantnr", "Bedrag"], "f.csv")


def test_a_currency_of_a_mapping_is_one_that_exists():
    assert parse_mapping({"source": {"currency": "usd"}}).currency == "USD"
    with pytest.raises(FileError, match="currency is a code of ISO 4217, as in EUR; not EURO"):
        parse_mapping({"source": {"currency": "EURO"}})


def test_a_broken_mapping_file_points_to_the_readme(tmp_path):
    (tmp_path / "m.toml").write_text("[source", encoding="utf-8")
    with pytest.raises(FileError, match="the README shows one, under “A mapping file”"):
        load_mapping(tmp_path / "m.toml")
    readme = ROOT / "README.md"
    assert "## A mapping file" in readme.read_text(encoding="utf-8")

"""Columns that figures are split by: read from what nothing else is read from."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from data.core.errors import FileError
from etl.intake.header_words import DIMENSIONS, SYNONYMS
from etl.intake.headers import bare, dimension
from etl.intake.mappings.mapping import parse_mapping

D = Decimal
PLAIN = """Invoice number;Customer number;Customer;Invoice date;Due date;Amount
F1;C1;Acme;2026-01-05;2026-02-04;100.00
F2;C2;Bolt;2026-01-15;2026-02-14;200.00
"""


def with_columns(*columns: tuple[str, str, str]) -> str:
    """Return the plain list with further columns: a header and a cell for each row."""
    lines = PLAIN.splitlines()
    return "\n".join(";".join((line, *(c[n] for c in columns))) for n, line in enumerate(lines))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Cost centre", "branch"),
        ("Kostenplaats", "branch"),
        ("Centre de coût", "branch"),
        ("Kostenstelle", "branch"),
        ("Project", "project"),
        ("Werf", "project"),
        ("Chantier", "project"),
        ("Projektnummer", "project"),
        ("Territory", "territory"),
        ("Verkoopgebied", "territory"),
        ("Zone commerciale", "territory"),
        ("Vertriebsgebiet", "territory"),
        ("Debit to", "account"),
        ("Debiteurenrekening", "account"),
        ("Compte général", "account"),
        ("Sammelkonto", "account"),
        ("Payment terms template", "payment_terms"),
        ("Zahlungsbedingungstext", "payment_terms"),
        ("Administratie", "company"),
    ],
)
def test_a_dimension_is_known_by_its_header(header, name):
    assert dimension(header) == name


def test_no_other_column_is_called_so():
    """What is read as money, days or customers is never taken for a dimension.

    Whose company is meant, the other columns tell: see `settle_company`.
    """
    others = {bare(word) for words in SYNONYMS.values() for word in words.split(";")}
    for name, words in DIMENSIONS.items():
        both = {bare(word) for word in words.split(";")} & others
        assert both <= (
            {"company", "companyname", "entity", "firma"} if name == "company" else set()
        )


def test_dimensions_are_read_and_change_no_money(balance):
    columns = (
        ("Cost centre", "100", "200"),
        ("Projektnummer", "P1", "P1"),
        ("Verkoopgebied", "EU", "EU"),
        ("Debit to", "1300", "1300"),
        ("Administratie", "Ours", "Ours"),
        ("Colour", "red", "blue"),
        ("Payment terms", "30 days", "14 days"),
    )
    owed, report = balance(with_columns(*columns))
    assert report.ok, report.failures
    assert owed == {"C1": D(100), "C2": D(200)}
    read = json.loads(report.files[0].settings["columns"])
    named = ("branch", "project", "territory", "account", "company")
    assert [read[name] for name in named] == [header for header, *_ in columns[:5]]
    assert read["terms_days"] == read["payment_terms"] == "Payment terms"
    assert [str(n) for n in report.files[0].notes if "not used" in str(n)] == [
        "Columns not used: Colour."
    ]


def test_amounts_under_such_a_header_are_asked_about_as_before(balance):
    owed, report = balance(with_columns(("Project", "1250.50", "330.25")))
    assert not owed
    assert report.failures[0].questions[0].column == "Project"


def test_several_companies_are_asked_about_as_before(balance):
    owed, report = balance(with_columns(("Company code", "NL01", "BE01")))
    assert not owed
    assert report.failures[0].questions[0].about == "company"


OWN = """
[source]
by_headers = true
[dimensions]
"Sales channel" = "channel"
"""


def test_a_dimension_of_ones_own_is_stored_under_its_name(balance):
    owed, report = balance(with_columns(("Sales channel", "web", "shop")), mapping=OWN)
    assert owed == {"C1": D(100), "C2": D(200)}
    assert report.files[0].settings["own_dimensions"] == '{"own_1": "channel"}'


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"A": "country"}, "nothing else has"),
        ({"A": "Sales channel"}, "small letters"),
        ({"A": "x", "B": "x"}, "alike"),
        ({c: c.lower() for c in "ABCDE"}, "more than four"),
    ],
)
def test_what_cannot_be_a_dimension_is_said(said, message):
    with pytest.raises(FileError, match=message):
        parse_mapping({"dimensions": said})

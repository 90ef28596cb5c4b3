"""Values that follow from several columns: what rules give, and what they cannot do."""

from decimal import Decimal

import duckdb
import pytest

from data.core.errors import FileError
from data.store.schema import STAGED
from etl.intake.formats.table import SOURCE
from etl.intake.mappings.mapping import load_mapping, mapping_to_toml, parse_mapping
from etl.intake.source import ReadOptions, SourceFile

COLUMNS = """
[columns]
document_id = "No"
customer_id = "Customer"
issued_on = "Day"
"""
HEAD = "No;Customer;Day;Net;VAT;Journal;Old number;Curr\n"
ROWS = (
    "F1;Alpha;2025-01-15;1.000,00;210,00;VKF;;EUR\n"
    "F2;Beta;2025-01-16;50,00;;BNK1;A-9;JPY\n"
    "F3;Gamma;2025-01-17;-10,00;-2,10;RFAC/1;B-1;KWD\n"
)


@pytest.fixture
def read(tmp_path):
    def reads(derived, text=HEAD + ROWS, columns=COLUMNS, options=None):
        mapping = tmp_path / "own.toml"
        mapping.write_text(columns + "[derived]\n" + derived, encoding="utf-8")
        file = tmp_path / "list.csv"
        file.write_text(text, encoding="utf-8")
        connection = duckdb.connect()
        for table in STAGED:
            connection.execute(table.create())
        said = load_mapping(mapping)
        SOURCE.read(SourceFile(file), connection, 1, options or ReadOptions(mapping=said))
        return connection

    return reads


def cells(connection, what):
    found = connection.execute(f"select {what} from staged_documents order by line").fetchall()
    return [row[0] if len(row) == 1 else row for row in found]


def test_amounts_are_added_and_taken_off(read):
    amount = 'amount = { sum = ["Net", "VAT"] }\n'
    assert cells(read(amount), "amount") == [Decimal("1210.00"), Decimal(50), Decimal("-12.10")]
    amount = 'amount = { sum = ["Net"], less = ["VAT"] }\n'
    assert cells(read(amount), "amount") == [Decimal("790.00"), Decimal(50), Decimal("-7.90")]
    amount = 'amount = { less = ["Net"] }\n'
    assert cells(read(amount), "amount") == [Decimal(-1000), Decimal(-50), Decimal(10)]


def test_a_part_that_is_no_amount_is_refused_as_it_stands(read):
    connection = read('amount = { sum = ["Net", "VAT"] }\n', HEAD + ROWS.replace("210,00", "some"))
    assert cells(connection, "document_id") == ["F2", "F3"]
    refused = connection.execute("select line, value from rejects").fetchall()
    assert refused == [(2, "some")]


def test_amounts_in_the_smallest_unit_of_their_currency(read):
    text = HEAD + ROWS.replace("1.000,00", "100000").replace("-10,00", "-10500")
    text = text.replace("50,00", "5000")
    columns = COLUMNS + 'currency = "Curr"\n'
    connection = read('amount = { cents = "Net", currency = "Curr" }\n', text, columns)
    assert cells(connection, "amount") == [Decimal(1000), Decimal(5000), Decimal("-10.50")]
    connection = read('amount = { cents = "Net", currency = "Curr" }\n', HEAD + ROWS, columns)
    refused = connection.execute("select distinct value from rejects order by all").fetchall()
    assert [value for (value,) in refused] == ["? -10,00", "? 1.000,00", "? 50,00"]


def test_the_first_rule_that_holds_and_gives_something_counts(read):
    columns = COLUMNS.replace('document_id = "No"\n', "") + 'amount = "Net"\n'
    connection = read(
        """
        document_id = { first = ["Old number", "No"] }
        po_number = { join = ["Curr", "No"], by = "/" }
        kind = [
          { value = "payment", when = { "Journal" = ["bnk*"] } },
          { value = "credit_note", when = { "Journal" = ["^R[A-Z]+/"] } },
          { value = "opening", when = { "Journal" = ["VKF"] }, unless = { "VAT" = ["*"] } },
          { value = "invoice", when = { "Old number" = [""] } },
        ]
        """,
        columns=columns,
    )
    assert cells(connection, "document_id, po_number, kind") == [
        ("F1", "EUR/F1", "invoice"), ("A-9", "JPY/F2", "payment"), ("B-1", "KWD/F3", "credit_note"),
    ]  # fmt: skip


def test_alternatives_are_the_first_that_there_is(read):
    columns = COLUMNS.replace('"Customer"', '"Debtor | Customer | Name"') + 'amount = "Net"\n'
    rule = 'reference = { first = ["Reference | Old number"] }\n'
    assert cells(read(rule, columns=columns), "customer_id, reference") == [
        ("Alpha", None), ("Beta", "A-9"), ("Gamma", "B-1"),
    ]  # fmt: skip


def test_what_is_said_of_unclear_cells_decides_only_those(read, tmp_path):
    text = "No;Customer;Day;Net\nF1;Alpha;01/02/2025;1.234\n"
    columns = COLUMNS + 'amount = "Net"\n[unclear]\ndate_order = "dmy"\ndecimal = ","\n'
    rule = 'reference = { first = ["No"] }\n'
    assert cells(read(rule, text, columns), "issued_on::varchar, amount") == [
        ("2025-02-01", Decimal(1234))
    ]
    text = "No;Customer;Day;Net\nF1;Alpha;01/22/2025;1.5\n"
    assert cells(read(rule, text, columns), "issued_on::varchar, amount") == [
        ("2025-01-22", Decimal("1.50"))
    ]


EVIL = "x') or 1=1; drop table staged_documents; --"


def test_nothing_that_is_said_reaches_the_statement_as_sql(read):
    text = HEAD.replace("Journal", f'"{EVIL}"') + ROWS
    said = (
        f'kind = {{ value = "payment", when = {{ "{EVIL}" = ["{EVIL}", "{EVIL}*", "BNK*"] }} }}\n'
        f'reference = {{ value = "{EVIL}" }}\n'
        f'po_number = {{ join = ["No", "{EVIL}"], by = "{EVIL}" }}\n'
    )
    connection = read(said, text, COLUMNS + 'amount = "Net"\n')
    assert cells(connection, "kind, reference, po_number")[1] == (
        "payment", EVIL, f"F2{EVIL}BNK1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('"No"', "derived.kind is a rule"),
        ("[]", "derived.kind is a rule"),
        ('{ sql = "1" }', "derived.kind says sql, which is not a part of a rule"),
        ("{}", "one of value, first"),
        ('{ value = "a", first = ["b"] }', "one of value, first"),
        ("{ value = 3 }", "derived.kind.value is a text"),
        ('{ first = "No" }', "derived.kind.first lists values"),
        ('{ first = ["--"] }', "derived.kind.first names no header"),
        ('[{ value = "a" }, { value = "b", when = ["No"] }]', "derived.kind.2.when is a table"),
        ('{ value = "a", when = { No = "x" } }', "when.No is a list of words"),
        ('{ value = "a", when = { No = ["^("] } }', "when.No is a list of words"),
    ],
)
def test_a_rule_without_a_meaning_is_said_with_file_and_key(rule, message, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(f"{COLUMNS}[derived]\nkind = {rule}\n", encoding="utf-8")
    with pytest.raises(FileError, match=rf"own\.toml: .*{message}"):
        load_mapping(path)


def test_a_rule_of_a_column_that_is_not_there_is_said(read):
    with pytest.raises(FileError, match=r'"Nett".*Its headers are'):
        read('amount = { sum = ["Nett", "VAT"] }\n')


def test_what_is_derived_needs_columns_and_is_no_column():
    with pytest.raises(FileError, match="both say what amount is"):
        parse_mapping({"columns": {"amount": "Net"}, "derived": {"amount": {"first": ["Net"]}}})
    with pytest.raises(FileError, match=r"\[columns\] has to say"):
        parse_mapping({"derived": {"amount": {"first": ["Net"]}}})


def test_rules_are_written_as_they_are_read(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        COLUMNS + '[derived]\namount = { sum = ["Net", "VAT"], less = ["Disc"] }\n'
        'kind = [{ value = "payment", when = { "Day book" = ["B*"] }, unless = { T = ["X"] } }]\n'
        'po_number = { join = ["A", "B"], by = "-" }\n[unclear]\ndecimal = ","\n'
        '[keep]\nT = ["X"]\n[reasons]\nT = "other rows"\n'
    )
    mapping = parse_mapping(load_mapping(path))
    path.write_text(mapping_to_toml(mapping))
    assert parse_mapping(load_mapping(path)) == mapping

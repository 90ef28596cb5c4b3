"""How whole columns are read: days, amounts, codes, words."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from data.core.errors import FileError
from etl.intake.files.grid import Grid
from etl.intake.tables.columns import Code, Parsed, Rate, Text, Whole
from etl.intake.tables.days import parse_days
from etl.intake.tables.money import parse_amounts
from etl.intake.tables.words import country, currency, kind, sector


def grid_of(*columns: list[str | None], typed: bool = False):
    """Return a connection and a grid with these columns, headed A, B ..., from line 2 on."""
    connection = duckdb.connect()
    names = [f"c{i}" for i in range(len(columns))]
    connection.execute(
        f"create temp table g (line bigint, {', '.join(n + ' varchar' for n in names)})"
    )
    for line, row in enumerate(zip(*columns, strict=True), start=2):
        connection.execute(f"insert into g values (?{', ?' * len(row)})", [line, *row])
    headers = tuple("ABCDEF"[: len(columns)])
    return connection, Grid("g.csv", "g", headers, 1, typed=typed)


def values(connection, parsed: Parsed) -> list[object]:
    """Return what each cell is read as; "refused" where it cannot be."""
    refused = parsed.refused.replace("@value", "v")
    rows = connection.execute(
        f"select v, {refused} from (select *, {parsed.value} as v from g {parsed.join}) "
        "order by line",
        dict(parsed.parameters),
    ).fetchall()
    return ["refused" if bad else value for value, bad in rows]


def days(*cells, order=None, date_format=None, typed=False):
    connection, grid = grid_of(list(cells), typed=typed)
    return values(connection, parse_days(connection, grid, {"d": "c0"}, order, date_format)["d"])


def money(*cells, decimal=None, typed=False):
    connection, grid = grid_of(list(cells), typed=typed)
    amounts = parse_amounts(connection, grid, {"m": "c0"}, decimal)
    found = values(connection, amounts.parsed["m"])
    proof = connection.execute(f"select {amounts.raw['m']} from g order by line").fetchall()
    for value, (cents,) in zip(found, proof, strict=True):
        if isinstance(value, Decimal):
            assert cents == int(value * 100), "the control total reads another amount"
    return [str(v) if isinstance(v, Decimal) else v for v in found]


NEW_YEARS_EVE = date(2025, 12, 31)


@pytest.mark.parametrize(
    "cell",
    [
        "2025-12-31",
        "2025-12-31T23:59:59+01:00",
        "2025-12-31 00:00:00",
        "2025-12-31 14:45:34.083 UTC",
        "2025/12/31",
        "2025.12.31",
        "20251231",
        "20251231.0",
        "31-12-2025",
        "31/12/2025",
        "31.12.2025",
        "31.12.25",
        "31/12/25",
        "12/31/2025",
        "12/31/25 08:00",
        "31 dec 2025",
        "31 Dezember 2025",
        "31. Dez. 2025",
        "31-déc.-2025",
        "31 décembre 25",
        "Dec 31, 2025",
        "31dec2025",
    ],
)
def test_a_day_in_each_notation(cell):
    assert days(cell) == [NEW_YEARS_EVE]


def test_one_clear_day_settles_the_order_of_the_others():
    assert days("01/02/2025", "31/12/2025") == [date(2025, 2, 1), NEW_YEARS_EVE]
    assert days("01/02/2025", "12/31/2025") == [date(2025, 1, 2), NEW_YEARS_EVE]


def test_evidence_of_all_day_columns_combines():
    connection, grid = grid_of(["01/02/2025"], ["12/31/2025"])
    parsed = parse_days(connection, grid, {"a": "c0", "b": "c1"})
    assert values(connection, parsed["a"]) == [date(2025, 1, 2)]


def test_ambiguous_days_are_asked_for_not_guessed():
    with pytest.raises(FileError, match=r"03/02/2025 in line 3 \(column A\).*--dates dmy") as error:
        days("05/05/2025", "03/02/2025")
    assert "--dates mdy" in str(error.value)
    assert days("03/02/2025", order="dmy") == [date(2025, 2, 3)]
    assert days("03/02/2025", order="mdy") == [date(2025, 3, 2)]


def test_the_same_day_and_month_is_not_ambiguous():
    assert days("05/05/2025") == [date(2025, 5, 5)]


def test_contradicting_days_name_both_lines():
    with pytest.raises(FileError, match=r"31/12/2025 in line 2.*12/31/2025 in line 4"):
        days("31/12/2025", "01/02/2025", "12/31/2025")


def test_two_digit_years_in_front_are_asked_for():
    with pytest.raises(FileError, match="--dates ymd"):
        days("24-12-30", "24-12-31", "25-01-02")
    assert days("25-12-31", order="ymd") == [NEW_YEARS_EVE]


@pytest.mark.parametrize("month", ["13", "25", "31"])
def test_what_may_be_a_year_or_a_day_in_front_is_asked_for(month):
    with pytest.raises(FileError, match="may start with the year or with the day"):
        days(f"{month}-12-29", f"{month}-12-30", f"{month}-12-31")


def test_what_can_only_be_a_day_in_front_is_not_asked_for():
    # 32 is a year, so the days stand in front, though fewer differ there
    assert days("25-12-30", "25-12-31", "25-12-32") == [
        date(2030, 12, 25), date(2031, 12, 25), date(2032, 12, 25)
    ]  # fmt: skip
    # more differ in front, or as many: years differ less than days do
    assert days("29-12-25", "30-12-25", "31-12-25") == [
        date(2025, 12, 29), date(2025, 12, 30), NEW_YEARS_EVE
    ]  # fmt: skip
    assert days("31-12-25") == [NEW_YEARS_EVE]
    # 12 may be a month: which one it is nobody knows, but it is no year
    with pytest.raises(FileError, match="the day or the month first"):
        days("12-11-28", "12-11-29", "12-11-30")


def test_dots_have_the_day_first():
    assert days("01.02.2025") == [date(2025, 2, 1)]


def test_empty_days_are_null_and_impossible_ones_refused():
    assert days("00000000", "0000-00-00", "00/00/0000", None, "2025-01-01") == [
        None, None, None, None, date(2025, 1, 1)
    ]  # fmt: skip
    assert days("30-02-2025", "0201-01-01", "soon", "31-12-2025", "infinity", "epoch") == [
        "refused", "refused", "refused", NEW_YEARS_EVE, "refused", "refused"
    ]  # fmt: skip


def test_parts_of_days_are_days_in_workbooks_only():
    assert days("46022", "46022.5", typed=True) == [NEW_YEARS_EVE, NEW_YEARS_EVE]
    assert days("46022", "46022.5") == ["refused", "refused"]


def test_a_given_format_is_the_only_one():
    assert days("2025_12_31", "2025-12-31", date_format="%Y_%m_%d") == [NEW_YEARS_EVE, "refused"]
    with pytest.raises(FileError, match="date_format"):
        days("2025", date_format="%Q")


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1’234.56", "1234.56"),
        ("1.234.567", "1234567.00"),
        ("1234,5", "1234.50"),
        ("1234,56-", "-1234.56"),
        ("-1234,56", "-1234.56"),
        ("−12,50", "-12.50"),
        ("(1,234.56)", "-1234.56"),
        ("€ 1.234,56", "1234.56"),
        ("€ -1.234,56", "-1234.56"),
        ("-€1.234,56", "-1234.56"),
        ("1234.56 EUR", "1234.56"),
        ("1234.56 CR", "-1234.56"),
        ("1234.56 DR", "1234.56"),
        ("1234,56 H", "-1234.56"),
        ("1.234,-", "1234.00"),
        ("000001234,56", "1234.56"),
        (",50", "0.50"),
        ("0.125", "0.13"),
        ("100.10000000000001", "100.10"),
        ("-2.675", "refused"),  # thousands or decimals: see below
    ],
)
def test_an_amount_in_each_notation(cell, amount):
    if amount == "refused":
        with pytest.raises(FileError):
            money(cell)
    else:
        assert money(cell) == [amount]


def test_ambiguous_amounts_are_asked_for_not_guessed():
    with pytest.raises(FileError, match=r"1\.234 in line 3 \(column A\).*--decimal , or"):
        money("12", "1.234")
    assert money("1.234", decimal=",") == ["1234.00"]
    assert money("1.234", decimal=".") == ["1.23"]


def test_one_clear_amount_settles_the_others():
    assert money("1.234", "5,00") == ["1234.00", "5.00"]
    assert money("1.234", "5.00") == ["1.23", "5.00"]


def test_evidence_of_all_amount_columns_combines():
    connection, grid = grid_of(["1.234"], ["0,50"])
    parsed = parse_amounts(connection, grid, {"a": "c0", "b": "c1"}).parsed
    assert values(connection, parsed["a"]) == [Decimal("1234.00")]


def test_contradicting_amounts_name_both_lines():
    with pytest.raises(FileError, match=r"1\.234,56 in line 3.*12\.50 in line 2"):
        money("12.50", "1.234,56")


def test_what_is_no_amount_is_refused():
    assert money("12,50", "ten", "12.34.5", "1-2", "12,50", decimal=",") == [
        "12.50", "refused", "refused", "refused", "12.50"
    ]  # fmt: skip
    assert money("12.50", decimal=",") == ["refused"]


def test_more_digits_than_money_has_are_refused():
    assert money("9" * 17, "9" * 40, "1.00", "1") == ["refused", "refused", "1.00", "1.00"]
    assert money("9" * 38 + ",1-", "9" * 20, "0," + "1" * 60, "€ 1,00") == [
        "refused", "refused", "0.11", "1.00"
    ]  # fmt: skip


def test_finer_amounts_are_rounded_half_up_and_counted():
    connection, grid = grid_of(["1.005", "0.1250", "3.10000001", "2.50"])
    amounts = parse_amounts(connection, grid, {"m": "c0"}, ".")
    assert values(connection, amounts.parsed["m"]) == [
        Decimal("1.01"), Decimal("0.13"), Decimal("3.10"), Decimal("2.50")
    ]  # fmt: skip
    assert amounts.finer == {"m": 2}


def test_numbers_of_a_workbook_beside_texts_keep_their_point():
    assert money("1.234E0", "1.234,56", typed=True) == ["1.23", "1234.56"]


def test_codes_are_kept_exactly():
    connection, grid = grid_of(["00123", " A-1\u00a0", "1001.0"])
    assert values(connection, Code().parse(connection, grid, "c0")) == ["00123", "A-1", "1001.0"]
    connection, grid = grid_of(["1001.0", "1002.0", None])
    assert values(connection, Code().parse(connection, grid, "c0")) == ["1001", "1002", None]


def test_rates_and_whole_numbers():
    connection, grid = grid_of(["1,0823", "0.9", "1", "x", "0,000"], ["1", "2.0", None, "x", "-1"])
    assert values(connection, Rate().parse(connection, grid, "c0")) == [
        Decimal("1.08230000"), Decimal("0.90000000"), Decimal("1.00000000"), "refused", None
    ]  # fmt: skip
    assert values(connection, Rate(inverse=True).parse(connection, grid, "c0"))[0] == Decimal(
        "0.92395824"
    )
    assert values(connection, Whole().parse(connection, grid, "c1")) == [
        1, 2, None, "refused", "refused"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("Invoice factuur FACTURE Rechnung RV DR Facturen out_invoice Verkoopfactuur", "invoice"),
        ("Creditnota avoir Gutschrift RG DG Avoirs out_refund", "credit_note"),
        ("Payment betaling paiement Règlement Zahlung DZ Betalingen", "payment"),
        ("afboeking perte write-off Ausbuchung", "write_off"),
        ("opening Beginbalans Saldovortrag A-Nouveau", "opening"),
        ("bestelbon quote Angebot devis", None),
    ],
)
def test_words_for_kinds(words, meaning):
    assert {word: kind(word) for word in words.split()} == dict.fromkeys(words.split(), meaning)


def test_countries_sectors_currencies():
    assert [country(w) for w in ("Belgique", "NLD", "lu", "Duitsland", "Royaume-Uni", "?")] == [
        "BE", "NL", "LU", "DE", "GB", None
    ]  # fmt: skip
    assert [sector(w) for w in ("4711", "47.11", "G47.11", "47.11.1", "g", "111", "Z")] == [
        "47.11", "47.11", "47.11", "47.11", "G", "01.11", None
    ]  # fmt: skip
    assert [currency(w) for w in ("eur", "€", "LCY", "12")] == ["EUR", "EUR", "", None]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1er août 2026", date(2026, 8, 1)),
        ("1er aout 26", date(2026, 8, 1)),
        ("le 3 mars 2026", date(2026, 3, 3)),
        ("le lundi 2 févr. 2026", date(2026, 2, 2)),
        ("Lundi, le 3 août 2026", date(2026, 8, 3)),
        ("3. August 2026", date(2026, 8, 3)),
        ("Mo., 3. Aug. 2026", date(2026, 8, 3)),
        ("Donnerstag, den 5. März 2026", date(2026, 3, 5)),
        ("maandag 3 augustus 2026", date(2026, 8, 3)),
        ("ma 3 aug. 2026", date(2026, 8, 3)),
        ("op dinsdag 4 mei 2027", date(2027, 5, 4)),
        ("do. 5 mrt 2026", date(2026, 3, 5)),
        ("Monday, 3rd of August 2026", date(2026, 8, 3)),
        ("Mon 3 Aug 2026", date(2026, 8, 3)),
        ("Wed, Dec 31st, 2025", NEW_YEARS_EVE),
        ("31 DÉC. 2025", NEW_YEARS_EVE),
        ("1ste juli 2026", date(2026, 7, 1)),
        ("31 déc. 2025 23:59", NEW_YEARS_EVE),
        ("31 blue 2025", "refused"),
        ("maandag augustus 2026", "refused"),
        ("31 juin 2026", "refused"),
    ],
)
def test_a_day_in_words(cell, day):
    assert days(cell) == [day]


def test_numbers_are_days_where_a_whole_column_of_days_holds_nothing_else():
    assert days("46027", None, "0", "46057") == [date(2026, 1, 5), None, None, date(2026, 2, 4)]
    for other in ("12", "99999", "2026-01-05", "46027.5"):
        assert "refused" in days("46027", other)


def moments(*columns):
    connection, grid = grid_of(*map(list, columns))
    parsed = parse_days(connection, grid, {f"d{n}": f"c{n}" for n in range(len(columns))})
    return [values(connection, p) for p in parsed.values()], [p.note for p in parsed.values()]


def test_midnights_in_one_place_are_days_there():
    ((found,), (note,)) = moments(["2026-03-31T22:00:00Z", None, "2026-01-31T23:00:00.000Z"])
    assert found == [date(2026, 4, 1), None, date(2026, 2, 1)]
    assert str(note) == (
        "The times in A are all midnight in Europe/Brussels, so each is the day that began there:"
        " 2026-03-31T22:00:00Z is 2026-04-01."
    )
    # the same hour in winter is midnight in Helsinki
    assert moments(["2026-01-31T22:00:00Z"])[0] == [[date(2026, 2, 1)]]
    assert moments(["2026-07-31T23:00:00+00:00"])[0] == [[date(2026, 8, 1)]]  # London


@pytest.mark.parametrize(
    "columns",
    [
        (["2026-03-31T22:00:00Z", "2026-01-31T14:33:10Z"],),
        (["2026-03-31T22:00:00Z", "2026-01-31T22:00:00Z"],),  # midnight there, and elsewhere
        (["2026-03-31T22:00:00Z", "2026-01-31"],),
        (["2026-03-31T22:00:00Z"], ["2026-01-31T14:33:10Z"]),
        (["2026-03-31T00:00:00Z", "2026-01-31T00:00:00Z"],),
    ],
)
def test_other_moments_are_days_as_they_are_written(columns):
    found, notes = moments(*columns)
    assert found == [[date.fromisoformat(cell[:10]) for cell in column] for column in columns]
    assert not any(notes)


@pytest.mark.parametrize("word", ["-", "–", "n/a", "N.V.T.", "NULL", "néant", "k.A.", "0000-00-00"])
def test_words_for_nothing_are_no_day(word):
    assert days("2026-01-05", word) == [date(2026, 1, 5), None]


@pytest.mark.parametrize(
    ("names", "kept"),
    [(["'Yota 2000", "'Acme"], ["Yota 2000", "Acme"]),
     (["'t Zand BV", "Acme"], ["'t Zand BV", "Acme"]),
     (["'t Zand BV"], ["'t Zand BV"]),
     (["'s-Hertogenbosch", "'Acme"], ["'s-Hertogenbosch", "'Acme"])],
)  # fmt: skip
def test_the_mark_of_a_text_is_no_part_of_names_where_all_bear_it(names, kept):
    connection, grid = grid_of(names)
    assert values(connection, Text().parse(connection, grid, "c0")) == kept

"""Amounts: how the amounts of a file are written, found from all of its amount columns together.

`1.234,56` shows a decimal comma, `1,234.56` a decimal point. `1.234` alone shows nothing: the
file is then refused with the option that says it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from data.core.errors import FileError
from data.core.texts import N_, Text
from data.reference.currencies import currencies
from etl.intake.files.grid import Grid
from etl.intake.tables import words
from etl.intake.tables.columns import LAST_DIGITS, Parsed, any_row

_SPACE = r"[\s\x{00A0}\x{202F}\x{2009}\x{2007}]"
_GROUP = r"[\s\x{00A0}\x{202F}\x{2009}\x{2007}''’]"  # '' is one apostrophe in an SQL string
_CURRENCY = r"(?:€|\$|£|[A-Z]{3})"
_MINUS = r"[-–—−]"
#: `1.234,-` means `1.234,00`: the dash stands for the cents.
_NO_CENTS = rf"[.,]{_MINUS}+{_SPACE}*$"

REFUSED = N_("This is no amount, or is written unlike the other amounts of the file.")
REMEDY = N_("Correct the cell in the file, or say which decimal sign is meant: --decimal , or .")


#: What stands for no amount. For what is open or paid it is zero; where only a word says that it
#: does not apply, nothing is known.
_ZERO = (
    rf"{_SPACE}*{_CURRENCY}?{_SPACE}*(?:{_MINUS}+|NIL|NONE|N[ÉE]ANT|KEIN[ES]?|GEEN|AUCUN)"
    rf"{_SPACE}*{_CURRENCY}?{_SPACE}*"
)
_NOTHING = (
    rf"{_SPACE}*(?:N[./]?A\.?|N\.?{_SPACE}?V\.?{_SPACE}?T\.?|NULL|NAN|K\.?{_SPACE}?A\.?|"
    rf"S\.?{_SPACE}?O\.?){_SPACE}*"
)

#: A number times a power of ten; `E0` marks the numbers of workbooks.
_POWER = r"(?i)^\s*[-+]?\d(?:[.,]\d+)?E(?:[-+]?\d*[1-9]\d*|\+00)\s*$"
_TWO_DECIMALS = N_("Give the column a number format with two decimals, and export it again.")

#: Amounts from here on are refused: sums and products of amounts need the room.
MOST = 10_000_000_000_000
TOO_LARGE = N_("This is too large to be an amount: is it a number of something else?")
OTHER_COLUMN = N_("Say in a mapping file (--map) which column holds the amount, or correct it.")

_HOW = {",": "1.234,56", ".": "1,234.56"}


@dataclass
class Amounts:
    """How the amounts of one file are read."""

    parsed: dict[str, Parsed]
    raw: dict[str, str]
    """Our name -> SQL for the same amount in cents, found in another way: it proves the first."""
    finer: dict[str, int]
    """Our name -> how many amounts have more than two decimals that are not noise of a float."""
    decimal: str


def parse_amounts(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    cells: Mapping[str, str],
    decimal: str | None = None,
    standing: Collection[str] = (),
) -> Amounts:
    """Return how each amount column is read: our name -> cell column in.

    `standing` are those that say what is left: a dash there is zero, elsewhere an empty cell.
    Raises `FileError` where `1.234` stays ambiguous, or where cells contradict each other.
    """
    plain = {name: _style(connection, grid, cell) for name, cell in cells.items()}
    columns, cells, zeros = dict(cells), dict(cells), dict[str, str]()
    for name, style in plain.items():
        if style or not (words_ := _words_for_nothing(connection, grid, cells[name])):
            continue
        listed = ", ".join(f"'{word}'" for word in words_)
        if name in standing and (none := [w for w, is_zero in words_.items() if is_zero]):
            zeros[name] = f"{columns[name]} in ({', '.join(map(repr, none))})"
        cells[name] = f"(case when {columns[name]} not in ({listed}) then {columns[name]} end)"
        plain[name] = _style(connection, grid, cells[name])
    powers = frozenset(
        name for name, cell in cells.items()
        if not plain[name] and any_row(connection, grid, f"regexp_matches({cell}, '{_POWER}')")
    )  # fmt: skip
    for name in powers:
        cells[name] = _spelt_out(cells[name])
        plain[name] = _style(connection, grid, cells[name])
    written = {n: c for n, c in cells.items() if grid.plain.get(c) != "numbers"}
    headers = {n: grid.headers[int(c[1:])] for n, c in columns.items()}
    found = decimal or _decimal_sign(connection, grid, written, plain, headers)
    amounts = Amounts({}, {}, {}, found)
    for name, cell in cells.items():
        sign = found if name in written else "."  # numbers have no way of being written
        if plain[name] in ("whole", sign):
            parsed, amounts.raw[name] = _simple(connection, grid, cell, sign)
        else:
            number = _number(cell, sign)
            value = f"try_cast({number} as decimal(18,2))"
            refused = (
                f"{cell} is not null and "
                f"(not regexp_full_match({_bare(cell)}, '{_grammar(sign)}') or @value is null)"
            )
            parsed = Parsed(value, refused, REFUSED, REMEDY, _HOW[sign])
            amounts.raw[name] = _cents(cell, sign)
            (finer,) = connection.execute(
                f"select count(*) from {grid.table} where abs({number} - {value}) >= 0.00005 "
                f"and not ({refused.replace('@value', value)})"
            ).fetchone() or (0,)
            if finer:
                amounts.finer[name] = finer
        if name in zeros:
            value = f"case when {zeros[name]} then 0.00::decimal(18,2) else {parsed.value} end"
            parsed = replace(parsed, value=value, light=False)
        amounts.parsed[name] = replace(
            parsed,
            refused=f"({parsed.refused}) or abs(@value) >= {MOST}",
            because=(
                (_too_large(cell, sign), TOO_LARGE, OTHER_COLUMN),
                *(
                    ((f"regexp_matches({cell}, '{_POWER}')", LAST_DIGITS, _TWO_DECIMALS),)
                    if name in powers
                    else ()
                ),
            ),
        )
    return amounts


def _spelt_out(cell: str) -> str:
    """Return SQL for a cell in which powers of ten are spelt out, where all their digits are there.

    Programs write 1.5E7 for what is just that; spreadsheets round to what they show, as in 1.23E+05
    or 1,5E+03: such a cell stays, and is refused, unless its digits reach to the cents.
    """
    mantissa = rf"regexp_extract({cell}, '\d(?:[.,]\d+)?')"
    power = rf"cast(regexp_extract({cell}, '(?i)E([-+]?\d+)', 1) as integer)"
    point = f"regexp_extract({mantissa}, '[.,]')"
    behind = f"greatest(length({mantissa}) - 2, 0)"
    # its digits with enough noughts on both sides, cut where the decimal sign goes
    digits = f"(repeat('0', 20) || regexp_replace({mantissa}, '[.,]', '') || repeat('0', 20))"
    before = f"coalesce(nullif(ltrim(left({digits}, 21 + {power}), '0'), ''), '0')"
    cents = f"substr({digits}, 22 + {power}, greatest(2, {behind} - {power}))"
    sign = f"case when {point} = '' then '.' else {point} end"
    minus = f"case when starts_with(trim({cell}), '-') then '-' else '' end"
    exact = f"not contains({cell}, '+') or {behind} - {power} >= 2"
    whole = f"{behind} <= {power}"
    return (
        f"(case when regexp_matches({cell}, '{_POWER}') and abs({power}) < 20 and ({exact}) then "
        f"{minus} || {before} || case when {whole} and {point} = '' then ''"
        f" else {sign} || {cents} end else {cell} end)"
    )


def _words_for_nothing(
    connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str
) -> dict[str, bool]:
    """Return the cells of a column that stand for no amount, and whether they say zero."""
    found = connection.execute(
        f"select distinct {cell}, regexp_full_match(upper({cell}), '{_ZERO}') from {grid.table} "
        f"where not regexp_matches({cell}, '[0-9]') "
        f"and regexp_full_match(upper({cell}), '{_ZERO}|{_NOTHING}')"
    ).fetchall()
    return {str(word): bool(zero) for word, zero in sorted(found)}


def _too_large(cell: str, decimal: str) -> str:
    """Return SQL that is true where a refused cell is an amount in all but its size."""
    keep = "[^0-9,]" if decimal == "," else "[^0-9.]"
    whole = f"split_part(regexp_replace({cell}, '{keep}', '', 'g'), '{decimal}', 1)"
    return (
        f"regexp_full_match({_bare(cell)}, '{_grammar(decimal)}') "
        f"and length(ltrim({whole}, '0')) >= {len(str(MOST))}"
    )


def parse_currencies(
    connection: duckdb.DuckDBPyConnection, grid: Grid, cells: Sequence[str]
) -> tuple[Parsed | None, bool]:
    """Return how the currency is read that amounts name themselves; None where none does.

    Of several amounts in a row (debit and credit) the first that names one tells. The second
    answer says whether `$`, which several currencies share, is among what they name.
    """
    names = [
        f"nullif(regexp_extract(upper({cell}), '(?:^|[^A-Z])({_CURRENCY})(?:[^A-Z]|$)', 1), '')"
        for cell in cells
    ]
    named = f"coalesce({', '.join(names)}, null)"
    found = connection.execute(f"select distinct {named} from {grid.table}").fetchall()
    codes = {
        str(name): code
        for (name,) in found
        if name and (code := words.currency(name)) in currencies()
    }
    if not codes:
        return None, False
    cases = " ".join(f"when '{name}' then '{code}'" for name, code in sorted(codes.items()))
    return Parsed(f"case {named} {cases} end"), "$" in codes


def _simple(
    connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, decimal: str
) -> tuple[Parsed, str]:
    """Return how a column is read whose cells are all simply written, in one way; and its proof."""
    text = proof = cell
    if any_row(connection, grid, f"contains({cell}, ',')"):
        text = f"replace({cell}, ',', '')"
        proof = f"translate({cell}, ',', '')"
    if decimal == ",":
        text = f"replace(replace({cell}, '.', ''), ',', '.')"
        proof = f"translate({cell}, ',.', '.')"
    parsed = Parsed(
        f"try_cast({text} as decimal(18,2))",
        f"{cell} is not null and @value is null",  # more digits than money has
        REFUSED,
        REMEDY,
        _HOW[decimal],
        light=True,
    )
    return parsed, f"try_cast(round(try_cast({proof} as double) * 100) as bigint)"


def _style(connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str) -> str:
    """Return `whole`, `.` or `,` where every cell is simply written so; '' otherwise."""
    for style, pattern in (
        ("whole", r"-?\d+"),
        (".", r"-?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d{1,2})?"),
        (",", r"-?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d{1,2})?"),
    ):
        if _all(connection, grid, cell, pattern):
            return style
    return ""


def _all(connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, pattern: str) -> bool:
    sql = (
        f"select 1 from {grid.table} "
        f"where {cell} is not null and not regexp_full_match({cell}, '{pattern}') limit 1"
    )
    return connection.execute(sql).fetchone() is None


def _decimal_sign(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    cells: Mapping[str, str],
    styles: Mapping[str, str],
    headers: Mapping[str, str],
) -> str:
    """Return `,` or `.`, from the evidence of all cells."""
    signs = {styles[name] for name in cells} - {"whole"}
    if len(signs) == 1 and signs < {",", "."}:
        (sign,) = signs
        shown = [n for n in cells if styles[n] == sign]
        if any(any_row(connection, grid, f"contains({cells[n]}, '{sign}')") for n in shown):
            return sign
    examples: dict[str, tuple[int, str, str]] = {}
    for name, cell in cells.items():
        header = headers[name]
        if styles[name] == "whole":
            continue
        if styles[name]:
            sql = _simple_evidence(grid, cell, styles[name])
        else:
            sql = f"""
            with cells as (
                select line, {cell} as c,
                       regexp_replace(regexp_replace({cell}, '{_NO_CENTS}', ''),
                                      '[^0-9.,]', '', 'g') as n,
                       regexp_matches({cell}, '\\d{_GROUP}\\d') as spaced
                from {grid.table}
                -- only cells that are amounts say how amounts are written
                where {cell} is not null and not contains({cell}, 'E0')
                and (regexp_full_match({_bare(cell)}, '{_grammar(",")}')
                     or regexp_full_match({_bare(cell)}, '{_grammar(".")}'))
            )
            select case
                when regexp_full_match(n, '{_shows(",")}') or (spaced and n like '%,%')
                     or regexp_matches(c, ',{_MINUS}+{_SPACE}*$') then ','
                when regexp_full_match(n, '{_shows(".")}') or (spaced and n like '%.%')
                     or regexp_matches(c, '[.]{_MINUS}+{_SPACE}*$') then '.'
                when regexp_full_match(n, '\\d+[.,]\\d{{3}}') then '?'
                end as sign, min(line), arg_min(c, line)
            from (select line, c, n, spaced from cells)
            where contains(c, ',') or contains(c, '.')
            group by sign having sign is not null
            """
        for sign, line, text in connection.execute(sql).fetchall():
            if sign not in examples or line < examples[sign][0]:
                examples[sign] = (line, text, header)
    comma, point, unclear = (examples.get(s) for s in (",", ".", "?"))
    remedy = Text(N_("Say which is meant: --decimal , or --decimal . (or decimal in a mapping)."))
    if comma and point:
        raise FileError(
            Text(
                N_(
                    "The amounts contradict each other: {comma} in line {comma_line} (column "
                    "{comma_column}) has a decimal comma, {point} in line {point_line} (column "
                    "{point_column}) a decimal point."
                ),
                {"comma": comma[1], "comma_line": comma[0], "comma_column": comma[2],
                 "point": point[1], "point_line": point[0], "point_column": point[2]},
            ),
            remedy,
            asks="decimal",
        )  # fmt: skip
    if unclear and not comma and not point:
        raise FileError(
            Text(
                N_(
                    "It is not clear whether {example} in line {line} (column {column}) has "
                    "decimals or thousands."
                ),
                {"example": unclear[1], "line": unclear[0], "column": unclear[2]},
            ),
            remedy,
            asks="decimal",
        )
    return "," if comma else "."


def _simple_evidence(grid: Grid, cell: str, style: str) -> str:
    """Return SQL as in `_decimal_sign` for a column that is simply written in one style."""
    other = "," if style == "." else "."
    return f"""
        select case when contains({cell}, '{style}') or {cell} like '%{other}%{other}%'
                    then '{style}' else '?' end as sign, min(line), arg_min({cell}, line)
        from {grid.table} where contains({cell}, '.') or contains({cell}, ',') group by sign
    """


def _shows(sign: str) -> str:
    """Return the pattern of digits that can only be read with `sign` before the decimals."""
    other = "[.]" if sign == "," else ","
    sign = "," if sign == "," else "[.]"
    return (
        rf"\d{{1,3}}(?:{other}\d{{3}})+{sign}\d*"  # 1.234,56
        rf"|\d*{sign}(?:\d{{1,2}}|\d{{4,}})"  # 1234,5
        rf"|0+{sign}\d{{3}}|\d{{4,}}{sign}\d{{3}}"  # 0,125  1234,567
        rf"|\d{{1,3}}(?:{other}\d{{3}}){{2,}}"  # 1.234.567
    )


def _bare(cell: str) -> str:
    return f"upper(regexp_replace({cell}, '{_NO_CENTS}', ''))"


def _grammar(decimal: str) -> str:
    """Return the pattern of an amount, upper case, as it may be written."""
    sign, other = (",", "[.]") if decimal == "," else ("[.]", ",")
    group = rf"(?:{other}|{_GROUP})"
    digits = rf"(?:(?:[1-9]\d{{0,2}}|0\d\d?)(?:{group}\d{{3}})+|\d+)(?:{sign}\d*)?|{sign}\d+"
    s = f"{_SPACE}*"
    return (
        rf"{s}{_CURRENCY}?{s}(?:[+(]|{_MINUS})?{s}{_CURRENCY}?{s}(?:{digits}|\d+\.\d+E0)"
        rf"{s}(?:{_MINUS}|[)])?{s}(?:CR|DR|C|D|H|S)?{s}{_CURRENCY}?{s}(?:{_MINUS}|[)])?{s}"
    )


def _negative(cell: str) -> str:
    """Return SQL: minus before or behind, parentheses, or the mark of a credit."""
    text = f"regexp_replace({cell}, '{_NO_CENTS}', '')"
    return (
        f"regexp_matches({text}, '^[^0-9]*(?:{_MINUS}|[(])|{_MINUS}[^0-9]*$|"
        f"[0-9]{_SPACE}*(?i:CR|C|H){_SPACE}*$')"
    )


def _number(cell: str, decimal: str) -> str:
    """Return SQL for the number with all its decimals."""
    keep = "[^0-9,]" if decimal == "," else "[^0-9.]"
    text = f"regexp_replace(regexp_replace({cell}, '{_NO_CENTS}', ''), '{keep}', '', 'g')"
    if decimal == ",":
        text = f"replace({text}, ',', '.')"
    marked = f"contains({cell}, 'E0')"  # a number from a workbook, see etl/intake/files/workbook.py
    digits = (
        f"case when {marked} then try_cast(regexp_extract({cell}, '[0-9.]+') as decimal(38,12)) "
        f"else try_cast({text} as decimal(38,12)) end"
    )
    return f"(case when {_negative(cell)} then -({digits}) else {digits} end)"


def _cents(cell: str, decimal: str) -> str:
    """Return SQL for the amount in cents, from its digits alone: a proof of `_number`.

    The digits before the decimal sign and twelve behind it make one whole number; it is cut to
    cents, halves away from zero.
    """
    text = f"split_part({cell}, 'E0', 1)"
    sign = f"(case when contains({cell}, 'E0') then '.' else '{decimal}' end)"
    before = f"regexp_replace(split_part({text}, {sign}, 1), '[^0-9]', '', 'g')"
    behind = f"regexp_replace(split_part({text}, {sign}, 2), '[^0-9]', '', 'g')"
    digits = f"try_cast({before} || rpad({behind}, 12, '0')[:12] as hugeint)"
    cents = f"(({digits} + 5000000000) // 10000000000)"
    return f"(case when {_negative(cell)} then -{cents} else {cents} end)"

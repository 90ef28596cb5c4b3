"""Days: how the days of a file are written, found from all of its day columns together.

`31-12-2025` shows that the day stands first, `12/31/2025` that the month does. Where nothing
shows it, nothing is guessed: the file is refused with the option that says it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.intake.files.grid import Grid
from etl.intake.tables.columns import Parsed, any_row

#: No day of a receivable lies outside these years.
FIRST_DAY, LAST_DAY = "1950-01-01", "2100-12-31"

_TIME = r"(?:[T ]+\d{1,2}[:.h]\d{2}.*)?"
_NEVER = (
    r"[0.\-/ ]+|00:00.*|0001-01-01.*|01.01.0001.*|1753-01-01.*|1900-01-0[01].*|1899-12-30.*|[-–—]|"
    r"(?i:n/?a|n\.a\.|n\.?v\.?t\.?|null|none|nil|n[ée]ant|k\.? ?a\.?|s\.?o\.?)"
)
#: Names of the days of the week, and what stands before a day, in four languages.
_WEEKDAYS = (
    "monday|mon|maandag|ma|lundi|lun|montag|mo|tuesday|tues|tue|dinsdag|di|mardi|mar|dienstag|"
    "wednesday|wed|woensdag|wo|mercredi|mer|mittwoch|mi|thursday|thurs|thur|thu|donderdag|do|jeudi|"
    "jeu|donnerstag|friday|fri|vrijdag|vr|vendredi|ven|freitag|fr|saturday|sat|zaterdag|za|samedi|"
    "sam|samstag|sonnabend|sa|sunday|sun|zondag|zo|dimanche|dim|sonntag|so"
)
_ARTICLE = "(?:(?:le|the|on|op|am|den|der)[ ]+)?"
_LEAD = rf"(?i:{_ARTICLE}(?:(?:{_WEEKDAYS})\.?,?[ ]+)?{_ARTICLE})"
_ORDINAL = "(?i:er|re|ère|e|ste|de|st|nd|rd|th)"
#: Day, month and year: 1er août 2026, 31dec2025; month, day and year: Dec 31, 2025.
_PARTS = (
    rf"^{_LEAD}(\d{{1,2}})(?:{_ORDINAL}?[-/. ]+|\.?)(?i:of[ ]+)?(\p{{L}}{{3,}})\.?[-/., ]*"
    r"(\d{2,4})"
)
_PARTS_FIRST = rf"^{_LEAD}(\p{{L}}{{3,}})\.? (\d{{1,2}}){_ORDINAL}?,? (\d{{4}})"
#: A moment in universal time; that of a midnight may be meant as a day.
_STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.]\d+)?)?(?:Z|[+]00:00)"
_ZONES = ("Europe/Brussels", "Europe/London", "Europe/Helsinki")
#: Days as spreadsheets count them, from 2000 to 2050.
_SERIALS = 36526, 55000

_SHAPES = {
    "never": _NEVER,
    "ymd": rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_TIME}",
    "compact": r"(?:19|20)\d{6}(?:\.0+)?",
    "dots": rf"\d{{1,2}}\.\d{{1,2}}\.\d{{4}}{_TIME}",
    "dots2": rf"\d{{1,2}}\.\d{{1,2}}\.\d{{2}}{_TIME}",
    "parts": rf"\d{{1,2}}[-/]\d{{1,2}}[-/]\d{{4}}{_TIME}",
    "parts2": rf"\d{{1,2}}[-/]\d{{1,2}}[-/]\d{{2}}{_TIME}",
    "names": rf"{_PARTS}{_TIME}",
    "names_first": rf"{_PARTS_FIRST}{_TIME}",
    "serial": r"[2-7]\d{4}(?:\.\d+(?:E0)?)?",
}

_MONTHS = (
    "jan january januari janvier januar janv",
    "feb february februari fevrier februar fev fevr febr",
    "mar march maart mars marz maerz mrt mrz mar maa",
    "apr april avril avr",
    "may mei mai",
    "jun june juni juin",
    "jul july juli juillet juil juill",
    "aug august augustus aout aou",
    "sep september septembre sept",
    "oct october oktober octobre okt",
    "nov november novembre",
    "dec december decembre dezember dez",
)
MONTH = {word: n for n, words in enumerate(_MONTHS, 1) for word in words.split()}

#: The value of a column in which no cell is written as a day.
NO_DAYS = "null::date"

REFUSED = N_("This is no day that exists, or is written unlike the other days of the file.")
REMEDY = N_("Correct the cell in the file, or give date_format in a mapping file.")


@dataclass
class _Profile:
    """What the cells of one day column look like."""

    cell: str
    header: str
    plain: bool = False
    shapes: set[str] = field(default_factory=set)
    day_first: tuple[int, str] | None = None
    """Line and text of a cell that can only be read with the day first."""
    month_first: tuple[int, str] | None = None
    either: tuple[int, str] | None = None
    """Line and text of a cell that can be read both ways, with different days."""
    lines: set[str] = field(default_factory=set)
    """What stands between the parts of days such as 31-12-2025."""
    times: bool = False
    """Some cells say more than the day."""
    serial: bool = False
    """Cells are numbers of days, as spreadsheets count them."""
    year_first: bool = False
    """Years of two digits seem to stand first."""


def parse_days(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    cells: Mapping[str, str],
    order: str | None = None,
    date_format: str | None = None,
) -> dict[str, Parsed]:
    """Return how each day column is read: our name -> cell column in, our name -> `Parsed` out.

    `order` is what the user said (`dmy`, `mdy` or `ymd`). Raises `FileError` where 01/02 stays
    ambiguous, or where cells contradict each other.
    """
    by_format: dict[str, Parsed] = {}
    if date_format is not None:
        by_format = {
            n: _by_format(connection, c, date_format, grid.typed)
            for n, c in cells.items()
            if grid.plain.get(c) != "days"
        }
    by_format |= _local_midnights(
        connection, grid, {n: c for n, c in cells.items() if n not in by_format}
    )
    profiles = {
        name: _profile(connection, grid, cell, grid.headers[int(cell[1:])])
        for name, cell in cells.items()
        if name not in by_format
    }
    order = order or _order(list(profiles.values()))
    return by_format | {name: _parsed(p, order, grid.typed) for name, p in profiles.items()}


def _by_format(
    connection: duckdb.DuckDBPyConnection, cell: str, date_format: str, typed: bool
) -> Parsed:
    try:
        connection.execute("select try_strptime('', $format)", {"format": date_format})
    except duckdb.Error as error:
        raise FileError(
            Text(N_("The mapping's date_format {format} has no meaning."), {"format": date_format}),
            Text(N_("Write it as in %d/%m/%Y.")),
        ) from error
    name = f"format_{cell}"
    value = f"try_strptime({cell}, ${name})::date"
    if typed:  # cells that are days, among texts, are no texts of that format
        iso = rf"try_cast(regexp_extract({cell}, '^\d{{4}}-\d\d-\d\d') as date)"
        value = f"coalesce({value}, {iso}, {_serial(cell)})"
    return _checked(cell, value, date_format, {name: date_format})


def _local_midnights(
    connection: duckdb.DuckDBPyConnection, grid: Grid, cells: Mapping[str, str]
) -> dict[str, Parsed]:
    """Return how columns of moments are read that are all midnight somewhere: as days there.

    A program that keeps days as moments writes the first of April in Brussels as
    2026-03-31T22:00:00Z. Where not every moment of the file is such a midnight, the days are
    those of the moments as they are written.
    """
    stamped: dict[str, str] = {}
    for name, cell in cells.items():
        first = connection.execute(
            f"select {cell} from {grid.table} where {cell} is not null limit 1"
        ).fetchone()
        if first and re.fullmatch(_STAMP, str(first[0])):
            stamped[name] = cell
    if not stamped:
        return {}
    moment = "try_cast({} as timestamptz)".format
    for zone in ("UTC", *_ZONES):
        elsewhere = " or ".join(
            f"({c} is not null and (not regexp_full_match({c}, '{_STAMP}') or "
            f"(timezone('{zone}', {moment(c)})::time = time '00:00:00') is not true))"
            for c in stamped.values()
        )
        if not any_row(connection, grid, elsewhere):
            break
    else:
        return {}
    if zone == "UTC":
        return {}
    read: dict[str, Parsed] = {}
    for name, cell in stamped.items():
        value = f"timezone('{zone}', {moment(cell)})::date"
        example = connection.execute(
            f"select {cell}, ({value})::varchar from {grid.table} where {cell} is not null limit 1"
        ).fetchone()
        assert example is not None  # noqa: S101 - it was found above
        note = Text(
            N_(
                "The times in {column} are all midnight in {zone}, so each is the day that began"
                " there: {example} is {day}."
            ),
            {"column": grid.headers[int(cell[1:])], "zone": zone, "example": str(example[0]),
             "day": str(example[1])},
        )  # fmt: skip
        read[name] = replace(_checked(cell, value, zone, {}), note=note)
    return read


def _profile(connection: duckdb.DuckDBPyConnection, grid: Grid, cell: str, header: str) -> _Profile:
    plain = f"{cell} < ':' and try_cast({cell} as date) between '{FIRST_DAY}' and '{LAST_DAY}'"
    odd = connection.execute(
        f"select 1 from {grid.table} where {cell} is not null and ({plain}) is not true limit 1"
    ).fetchone()
    if odd is None:
        return _Profile(cell, header, plain=True)
    # patterns with names of months take long to prepare: a name is three letters in a row
    named = any_row(connection, grid, f"regexp_matches({cell}, '[^0-9]{{3}}')")
    cases = " ".join(
        f"when regexp_full_match(c, '{pattern}') then '{shape}'"
        for shape, pattern in _SHAPES.items()
        if (shape != "serial" or grid.typed) and (named or shape not in ("names", "names_first"))
    )
    day_first, month_first, either = (
        "one > 12 and two between 1 and 12",
        "two > 12 and one between 1 and 12",
        "one between 1 and 12 and two between 1 and 12 and one <> two",
    )
    # different cells only: a column of days has few of them
    rows = connection.execute(
        f"""
        with cells as (
            select {cell} as c, min(line) as line, count(*) as n
            from {grid.table} where {cell} is not null group by all
        ), shaped as (
            select *, case {cases} else 'other' end as shape from cells
        ), parts as (
            select *, regexp_extract(c, '^(\\d+)', 1) as one,
                   regexp_extract(c, '^\\d+[-/.](\\d+)', 1) as two,
                   regexp_extract(c, '^\\d+[-/.]\\d+[-/.](\\d+)', 1) as three
            from shaped
        ), numbers as (
            select * replace (try_cast(one as int) as one, try_cast(two as int) as two,
                              try_cast(three as int) as three) from parts
        )
        select shape,
               min(line) filter ({day_first}), arg_min(c, line) filter ({day_first}),
               min(line) filter ({month_first}), arg_min(c, line) filter ({month_first}),
               min(line) filter ({either}), arg_min(c, line) filter ({either}),
               bool_or(contains(c, '/')), bool_or(contains(c, '-')), max(length(c)) > 10,
               count(distinct one) < count(distinct three) and min(one) > 12 and max(three) <= 31
        from numbers group by shape
        """
    ).fetchall()
    profile = _Profile(cell, header)
    for shape, *examples, slashes, dashes, times, year_first in rows:
        profile.shapes.add(shape)
        if shape != "never":
            profile.times |= times
            profile.lines |= {
                sign for sign, is_there in (("/", slashes), ("-", dashes)) if is_there
            }
        if shape in ("parts", "parts2"):
            profile.day_first = _first(profile.day_first, *examples[:2])
            profile.month_first = _first(profile.month_first, *examples[2:4])
            profile.either = _first(profile.either, *examples[4:])
        if shape in ("parts2", "dots2"):
            profile.year_first |= bool(year_first)
    if not grid.typed and "other" in profile.shapes and profile.shapes <= {"other", "never"}:
        low, high = _SERIALS
        profile.serial = not any_row(
            connection,
            grid,
            f"{cell} is not null and not regexp_full_match({cell}, '{_NEVER}') and "
            f"(regexp_full_match({cell}, '[0-9]{{5}}') "
            f"and try_cast({cell} as integer) between {low} and {high}) is not true",
        )
    return profile


def _first(
    known: tuple[int, str] | None, line: int | None, text: str | None
) -> tuple[int, str] | None:
    """Return the earlier of two examples."""
    if line is None:
        return known
    example = (line, str(text))
    return example if known is None else min(known, example)


def _order(profiles: Sequence[_Profile]) -> str:
    """Return the order that the cells of all day columns show."""
    remedy = Text(N_("Say which it is: --dates dmy or --dates mdy, or date_format in a mapping."))
    for p in profiles:
        if p.year_first:
            raise FileError(
                Text(
                    N_("The days of column {column} may start with the year or with the day."),
                    {"column": p.header},
                ),
                Text(N_("Say which it is: --dates ymd or --dates dmy.")),
                asks="date_order",
            )
    day = _earliest(profiles, "day_first")
    month = _earliest(profiles, "month_first")
    either = _earliest(profiles, "either")
    if day and month:
        raise FileError(
            Text(
                N_(
                    "The days contradict each other: {day} in line {day_line} (column "
                    "{day_column}) has the day first, {month} in line {month_line} (column "
                    "{month_column}) has the month first."
                ),
                {"day": day[1], "day_line": day[0], "day_column": day[2],
                 "month": month[1], "month_line": month[0], "month_column": month[2]},
            ),
            remedy,
            asks="date_order",
        )  # fmt: skip
    if either and not (day or month):
        raise FileError(
            Text(
                N_(
                    "It is not clear whether {example} in line {line} (column {column}) has the "
                    "day or the month first."
                ),
                {"example": either[1], "line": either[0], "column": either[2]},
            ),
            remedy,
            asks="date_order",
        )
    return "mdy" if month else "dmy"


def _earliest(profiles: Sequence[_Profile], what: str) -> tuple[int, str, str] | None:
    found = [(*example, p.header) for p in profiles if (example := getattr(p, what)) is not None]
    return min(found) if found else None


def _parsed(profile: _Profile, order: str, typed: bool) -> Parsed:
    cell = profile.cell
    if profile.serial:
        value = f"date '1899-12-30' + nullif(try_cast({cell} as integer), 0)"
        note = Text(
            N_("The days in {column} are numbers as spreadsheets count them: 46027 is 2026-01-05."),
            {"column": profile.header},
        )
        return replace(_checked(cell, value, N_("days since 1900"), {}), note=note)
    if profile.plain:
        return Parsed(f"try_cast({cell} as date)", how="yyyy-mm-dd", light=True)
    # the day as written: a time or zone behind it does not move it
    word = f"split_part(split_part({cell}, ' ', 1), 'T', 1)"
    lined = f"replace(replace({word}, '/', '-'), '.', '-')"
    whens: list[str] = []
    hows: list[str] = []

    def reads(shape: str, value: str, how: str) -> None:
        if shape in profile.shapes:
            whens.append(f"when regexp_full_match({cell}, '{_SHAPES[shape]}') then {value}")
            hows.append(how)

    pattern = {"dmy": "%d-%m-%{}", "mdy": "%m-%d-%{}", "ymd": "%{}-%m-%d"}[order]
    dots = "%{}-%m-%d" if order == "ymd" else "%d-%m-%{}"
    reads("never", "null", N_("empty"))
    reads("ymd", f"try_cast({lined} as date)", "yyyy-mm-dd")
    reads("compact", f"try_strptime({cell}[:8], '%Y%m%d')::date", "yyyymmdd")
    # four digits at the end are a year, whatever the order of two-digit ones
    whole = "%d-%m-%{}" if order == "ymd" else pattern
    for shape, form, year in (
        ("dots", "%d-%m-%{}", "Y"),
        ("dots2", dots, "y"),
        ("parts", whole, "Y"),
        ("parts2", pattern, "y"),
    ):
        value = f"try_strptime({lined}, '{form.format(year)}')::date"
        reads(shape, value, form.format(year).replace("%", ""))
    months = ", ".join(f"'{word}': {n}" for word, n in MONTH.items())
    for shape, parts, places in (
        ("names", _PARTS, (1, 2, 3)),
        ("names_first", _PARTS_FIRST, (2, 1, 3)),
    ):
        one, two, three = (f"regexp_extract({cell}, '{parts}', {n})" for n in places)
        month = f"(map {{{months}}})[lower(strip_accents({two}))]"
        text = f"{one} || '-' || {month} || '-' || {three}"
        reads(shape, f"try_strptime({text}, ['%d-%m-%y', '%d-%m-%Y'])::date", "d month yyyy")
    only = profile.shapes - {"never", "other"}
    if only == {"parts"} and len(profile.lines) == 1 and not profile.times:
        form = whole.format("Y").replace("-", next(iter(profile.lines)))
        value = f"try_strptime({cell}, '{form}')::date"
        return replace(_checked(cell, value, form.replace("%", ""), {}), light=True)
    if only == {"dots"} and not profile.times:
        value = f"try_strptime({cell}, '%d.%m.%Y')::date"
        return replace(_checked(cell, value, "d.m.Y", {}), light=True)
    if typed:
        reads("serial", _serial(cell), "days since 1900")
    if not whens:
        return _checked(cell, NO_DAYS, "", {})
    return _checked(cell, f"case {' '.join(whens)} end", ", ".join(dict.fromkeys(hows)), {})


def _serial(cell: str) -> str:
    """Return SQL for the day of a number, as workbooks count them."""
    number = f"case when regexp_full_match({cell}, '{_SHAPES['serial']}') then {cell} end"
    return f"date '1899-12-30' + floor(try_cast({number} as double))::integer"


def _checked(cell: str, value: str, how: str, parameters: Mapping[str, object]) -> Parsed:
    return Parsed(
        value,
        f"{cell} is not null and (@value is null or @value < date '{FIRST_DAY}' or "
        f"@value > date '{LAST_DAY}') and not regexp_full_match({cell}, '{_NEVER}')",
        REFUSED,
        REMEDY,
        how,
        parameters,
    )

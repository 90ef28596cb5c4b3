"""Published payment statistics to set own sectors beside: a documented table in the store's folder.

Each file in the folder `benchmarks` beside the states holds rows of `COLUMNS`. Files that somebody
publishes seldom say of what period they are, who is to be named and on which terms: that is asked,
never assumed. docs/published-figures.md describes the table.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from data.core.errors import CANNOT_READ, CANNOT_WRITE, MAY_WRITE, MEND, StoreError, TandemError
from data.core.texts import N_
from data.reference import nace
from data.store.state import write_whole

FOLDER = "benchmarks"
DAYS, LATE, BEYOND, TERMS = "days_to_pay", "paid_late", "days_beyond_terms", "terms"
MEASURES = (DAYS, LATE, BEYOND, TERMS)
"""Days to pay, percent of invoices paid late, days beyond terms, terms in days."""
QUANTILES = ("p10", "q1", "median", "q3", "p90")
GIVEN = ("source", "licence", "period", "country", "sector", "note")
"""What an option may say of a whole file where it has no such column."""
NEEDED = ("source", "licence", "period")

_ALIASES = {
    "average_days_to_pay": DAYS,
    "pct_invoices_not_paid_on_time": LATE,
    "standard_payment_terms_days": TERMS,
    "days_actual_minus_agreed_terms": BEYOND,
}
#: headers of tables by year, with the median of one measure in each column
_BY_YEAR = {
    "median_avg_days_to_pay": DAYS,
    "median_pct_not_paid_on_time": LATE,
    "median_standard_terms_days": TERMS,
}
_NAME = re.compile(r"[^\w.-]+")
_MOST_BYTES = 5_000_000


class PublishedError(TandemError):
    """A table of published figures has something in it that has no meaning."""


@dataclass(frozen=True)
class Published:
    """One published figure: how a measure is distributed.

    Days in days, `paid_late` in percent; None where it was not published. sector: a code of NACE,
    '' all of them. country: ISO, two letters; '' unsaid. n: of how many reports or companies.
    """

    source: str
    licence: str
    period: str
    country: str
    sector: str
    measure: str
    n: int | None
    p10: Decimal | None
    q1: Decimal | None
    median: Decimal
    q3: Decimal | None
    p90: Decimal | None
    note: str = ""

    @property
    def year(self) -> int:
        """The last year that its period names; 0 where it names none."""
        return max((int(x) for x in re.findall(r"\d{4}", self.period)), default=0)


COLUMNS = tuple(one.name for one in fields(Published))


@dataclass(frozen=True)
class Read:
    """What was read of a file, and its columns that nothing is made of."""

    rows: tuple[Published, ...]
    unused: tuple[str, ...] = ()


def parse(text: str, path: str, given: Mapping[str, str] | None = None) -> Read:
    """Return the rows of a table: of `COLUMNS`, of quantiles by measure, or of medians by year.

    given: what is said of the whole file (`GIVEN`); a column of the file wins. Raises
    `PublishedError` with the line and the column for what has no meaning.
    """
    said = {k: v.strip() for k, v in (given or {}).items()}
    lines = text.lstrip("\ufeff").splitlines()
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO("\n".join(lines)), delimiter=separator)
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if len(set(columns)) < len(columns):
        raise PublishedError(
            N_("{path} names a column twice."), N_("Give each its own name."), path=path
        )
    reader.fieldnames = columns
    by_year = [name for name in columns if name in _BY_YEAR]
    if "year" in columns and by_year:
        used = {"year", "reports", *by_year, *GIVEN}
    elif {"measure", "median"} <= {*columns}:
        used = {*COLUMNS}
    else:
        raise PublishedError(
            N_("{path} is no table of published figures: it needs the columns measure and median."),
            N_("See docs/published-figures.md."),
            path=path,
        )
    found: list[Published] = []
    for row in reader:
        cells = {k: (v or "").strip() for k, v in row.items() if k is not None}
        if not any(cells.values()):
            continue
        where = {"path": path, "line": reader.line_num}
        for measure, values in _split(cells, by_year):
            found.append(_published({**said, **{k: v for k, v in values.items() if v}}, measure,
                                    separator, where))  # fmt: skip
    if not found:
        raise PublishedError(N_("{path} has no rows."), path=path)
    return Read(tuple(found), tuple(name for name in columns if name not in used))


def _split(cells: Mapping[str, str], by_year: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """Return measure -> the cells of it: one, or one for each column of medians."""
    if not by_year or "measure" in cells:
        measure = cells["measure"]
        return [(_ALIASES.get(measure, measure), dict(cells))]
    year = {"period": cells["year"], "n": cells.get("reports", "")}
    rest = {k: v for k, v in cells.items() if k in GIVEN}
    return [(_BY_YEAR[c], {**rest, **year, "median": cells[c]}) for c in by_year if cells[c]]


def _published(
    cells: Mapping[str, str], measure: str, separator: str, where: Mapping[str, object]
) -> Published:
    for name in NEEDED:
        if not cells.get(name):
            raise PublishedError(
                N_("{path}, line {line}: nothing says its {column}."),
                N_("Add such a column, or give --{column}."),
                **where, column=name,
            )  # fmt: skip
    if measure not in MEASURES:
        raise PublishedError(
            N_("{path}, line {line}, measure: “{value}” is not known."),
            N_("Known are: {known}."),
            **where, value=measure, known=", ".join(MEASURES),
        )  # fmt: skip
    sector = nace.normal(cells.get("sector", ""))
    if sector and not any(nace.ancestors(sector, r)[0] for r in ("2", "2.1")):
        raise _wrong(where, "sector", sector)
    country = cells.get("country", "").upper()
    if country and re.fullmatch("[A-Z]{2}", country) is None:
        raise _wrong(where, "country", country)
    values = {name: _number(cells.get(name, ""), separator, name, where) for name in QUANTILES}
    told = [value for value in values.values() if value is not None]
    median = values["median"]
    if median is None:
        raise PublishedError(N_("{path}, line {line}: it has no median."), "", **where)
    if told != sorted(told) or (measure == LATE and not 0 <= told[0] <= told[-1] <= 100):
        raise PublishedError(
            N_("{path}, line {line}: {value} are no quantiles of {measure}."),
            N_("They rise from p10 to p90; percent are from 0 to 100."),
            **where, value=" ".join(map(str, told)), measure=measure,
        )  # fmt: skip
    count = cells.get("n", "").replace(" ", "")
    if count and not count.isdigit():
        raise _wrong(where, "n", count)
    return Published(
        cells["source"], cells["licence"], cells["period"], country, sector, measure,
        int(count) if count else None, values["p10"], values["q1"], median, values["q3"],
        values["p90"], cells.get("note", ""),
    )  # fmt: skip


def _number(text: str, separator: str, column: str, where: Mapping[str, object]) -> Decimal | None:
    if not text:
        return None
    if separator != ",":
        text = text.replace(",", ".")
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise _wrong(where, column, text) from error
    if not value.is_finite() or abs(value) > 10_000:
        raise _wrong(where, column, text)
    return value


def _wrong(where: Mapping[str, object], column: str, value: str) -> PublishedError:
    text = N_("{path}, line {line}, {column}: “{value}” has no meaning here.")
    return PublishedError(
        text, N_("See docs/published-figures.md."), **where, column=column, value=value
    )


def read_file(path: Path, given: Mapping[str, str] | None = None) -> Read:
    """Return what a file holds; see `parse`. Raises `StoreError` where it cannot be read."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise PublishedError(N_("{path} is too large for a table of figures."), path=path)
        return parse(path.read_text(encoding="utf-8-sig"), str(path), given)
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(CANNOT_READ, MEND, path=path, error=error) from error


def keep(folder: Path, name: str, rows: Sequence[Published]) -> Path:
    """Keep rows beside a store, as the file of this name; what it held before goes.

    Raises `StoreError` where it cannot be written.
    """
    path = folder / FOLDER / f"{_NAME.sub('-', name) or 'figures'}.csv"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        ["" if (value := getattr(row, name)) is None else value for name in COLUMNS]
        for row in rows
    )  # fmt: skip
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, text.getvalue().encode())
    except OSError as error:
        raise StoreError(CANNOT_WRITE, MAY_WRITE, path=path, error=error) from error
    return path


def seen(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes with the files beside a store: a look at each."""
    try:
        found = sorted((folder / FOLDER).glob("*.csv"))
        return tuple((p.name, (at := p.stat()).st_mtime_ns, at.st_size) for p in found)
    except OSError:
        return ()


def read(folder: Path) -> tuple[Published, ...]:
    """Return all that is kept beside a store; parsed once for each time a file was changed.

    Raises `PublishedError` and `StoreError` as `read_file`.
    """
    return _read(folder, seen(folder))


@lru_cache(maxsize=8)
def _read(folder: Path, names: tuple[tuple[str, int, int], ...]) -> tuple[Published, ...]:
    return tuple(row for name, *_ in names for row in read_file(folder / FOLDER / name).rows)


def best(rows: Sequence[Published], code: str, revision: str = "2") -> tuple[Published, ...]:
    """Return for each source and measure the row to set a sector beside, by source and measure.

    The most specific sector that holds it, else all sectors; of these a whole distribution rather
    than a median, then the latest period. code: of NACE; '' for all customers.

    >>> def row(sector, period, end=None):
    ...     return Published("S", "L", period, "", sector, DAYS, None, end, None, Decimal(30),
    ...                      None, end)
    >>> rows = [row("", "2024", Decimal(30)), row("", "2025"), row("F", "2020"), row("46", "2025")]
    >>> [best(rows, x)[0].period for x in ("43", "46", "10", "")]
    ['2020', '2025', '2024', '2024']
    """
    holds = [*(x for x in nace.ancestors(code, revision) if x), code] if code else []
    ranks = {"": 0} | {one: place for place, one in enumerate(holds, 1)}
    found: dict[tuple[str, str], Published] = {}
    for row in rows:
        if row.sector not in ranks:
            continue
        key = (row.source, row.measure)
        if key not in found or _rank(row, ranks) > _rank(found[key], ranks):
            found[key] = row
    return tuple(found[key] for key in sorted(found, key=lambda k: (k[0], MEASURES.index(k[1]))))


def _rank(row: Published, ranks: Mapping[str, int]) -> tuple[int, bool, int]:
    return ranks[row.sector], row.p10 is not None and row.p90 is not None, row.year

"""Presets: mapping files with marks by which the exports of a program are known.

    label = "Exact Online, receivables or open items"
    gives = ["invoices and credit notes", "due days"]
    lacks = ["the day an invoice was paid"]
    real_sample = false

    [[layout]]
    [layout.marks]
    has = ["Factuurnr.", "Deb.nr.", "Vervalt"]
    [layout.columns]
    document_id = "Factuurnr."

A `[[layout]]` is one form in which a program exports its list: all that a mapping file says, and
`[layout.marks]`. Tables at the top, such as `[kinds]`, are said of all its layouts. A preset with
one layout may write all its tables there: so are the answers of users kept (etl/load/presets.py).
Columns that a layout names and a file lacks are left out; those of a mapping file must be there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from data.core import dimensions
from data.core.texts import N_
from etl.intake.headers import alternatives, bare, currency_of, dimension, find, header_among
from etl.intake.mappings.mapping import HEADING, TABLES, ColumnMapping, parse_mapping, read_toml
from etl.intake.mappings.rules import Rule, all_alternatives
from etl.intake.mappings.said import Place
from etl.intake.mappings.writing import merged

#: Attributes of customers that may stand in any list: they are taken where nothing else is said.
_BESIDES = ("vat_number", *dimensions.names("customer", "either", given=True), "parent_id",
            "credit_limit", "insured_limit", "iban")  # fmt: skip
MARKS = ("has", "headers", "sheet", "first_line", "without_headers", "file", "since", "format")
PROGRAM = ("label", "about", "gives", "lacks", "real_sample", "layout")
_UNMARKED = N_("{key} says neither what a table has nor its headers: by what is it known?")


@lru_cache(maxsize=1024)
def bares(headers: tuple[str, ...]) -> frozenset[str]:
    """Return the bare forms of a row: all presets ask for those of the same rows."""
    return frozenset(filter(None, map(bare, headers)))


@lru_cache(maxsize=4096)
def _bare_alternatives(header: str) -> frozenset[str]:
    return frozenset(map(bare, alternatives(header)))


@dataclass(frozen=True)
class Marks:
    """By what a layout is known, and where it comes from."""

    has: tuple[str, ...] = ()
    """Headers that are all there only in this layout; `A | B` is one of the two."""
    headers: frozenset[str] = frozenset()
    """Bare ones that are all there, and no other."""
    sheet: str = ""
    """The only sheet of a workbook that is meant."""
    first_line: str = ""
    """Pattern of the first line of a file that comes without headers."""
    without_headers: tuple[str, ...] = ()
    """The headers that such a file lacks."""
    file: str = ""
    """The file that answers were given for."""
    since: str = ""
    """The day of these answers."""
    format: str = ""
    """The format that file was read as."""

    def fit(self, headers: Sequence[str]) -> bool:
        """Return whether these are the headers of this layout."""
        have = bares(tuple(headers))
        if self.headers:
            return have == self.headers
        return all(not have.isdisjoint(_bare_alternatives(mark)) for mark in self.has)

    @property
    def weight(self) -> int:
        """How telling they are."""
        return len(self.headers) or len(self.has)


@dataclass(frozen=True)
class Layout:
    """One form in which a program exports its list."""

    marks: Marks
    says: Mapping[str, object]
    """As a mapping file."""
    parsed: ColumnMapping

    @property
    def headers(self) -> tuple[str, ...]:
        """All headers that show which row is the one of the headers."""
        named = (*self.marks.has, *self.parsed.columns.values(), *self.parsed.keep,
                 *self.parsed.leave_out)  # fmt: skip
        return tuple(dict.fromkeys(all_alternatives(named)))

    def mapping(self, headers: Sequence[str]) -> dict[str, object]:
        """Return what a mapping file would say of a table with these headers.

        What is known by all its headers is such a mapping already.
        """
        if self.marks.headers:
            return dict(self.says)
        said, heading = self.parsed, [HEADING] if self.parsed.groups else []

        def there(name: str) -> str | None:
            return header_among(name, [*headers, *heading])

        columns = {n: h for n, names in said.columns.items() if (h := there(names))}
        rules = {n: _left(given, there) for n, given in said.derived.items() if n not in columns}
        found = find(headers)
        used = {bare(h) for h in columns.values()}
        for name in _BESIDES:
            at = found.columns.get(name)
            if at is None or name in columns or rules.get(name):
                continue
            if bare(headers[at]) not in used:
                columns[name] = headers[at]
        # whose company stands in a column, only the preset itself knows
        for header in headers:
            name = dimension(header)
            if name not in ("", "company", *columns) and bare(header) not in (*used, ""):
                columns[name] = header
        source = dict(self._table("source"))
        if not said.currency and "currency" not in columns and (amount := columns.get("amount")):
            source |= {"currency": code} if (code := currency_of(amount)) else {}
        chosen = {
            table: {h: v for names, v in self._table(table).items() if (h := there(names))}
            for table in ("keep", "leave_out", "reasons", "unread")
        }
        return {
            **self.says,
            "source": source,
            "columns": columns,
            "derived": {n: [r.document() for r in given] for n, given in rules.items() if given},
            **chosen,
        }

    def _table(self, name: str) -> Mapping[str, object]:
        table = self.says.get(name, {})
        return table if isinstance(table, Mapping) else {}


def _left(rules: Sequence[Rule], there: Callable[[str], str | None]) -> list[Rule]:
    """Return what is left of rules in a table that may lack columns; none where all are lacking."""
    left = [rule for r in rules if (rule := r.found(there))]
    return left if any(rule.headers for rule in left) else []


@dataclass(frozen=True)
class Preset:
    """What one file says of the exports of one program, or of those of one shape."""

    name: str
    """Of its file."""
    layouts: tuple[Layout, ...]
    label: str = ""
    about: str = ""
    gives: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    real_sample: bool = True
    """An export of somebody was at hand when it was written."""
    path: Path = field(default_factory=Path)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """All headers that it names."""
        return tuple(dict.fromkeys(h for layout in self.layouts for h in layout.headers))

    def layout_of(self, headers: Sequence[str], sheet: str = "") -> Layout | None:
        """Return the layout that these headers show, the most telling one; None where none is."""
        fitting = [
            layout
            for layout in self.layouts
            if layout.marks.fit(headers) and layout.marks.sheet in ("", sheet)
        ]
        return max(fitting, key=lambda y: y.marks.weight, default=None)


def read_preset(path: Path) -> Preset:
    """Return what a file says; `FileError` with file and key where it makes no sense."""
    said = read_toml(path)
    at = Place(path.name)
    own = {key: said.pop(key) for key in PROGRAM if key in said}
    listed = own.get("layout")
    if "layout" not in own:
        layouts: tuple[Layout, ...] = (_layout(at, said, {}),)
    elif not isinstance(listed, list) or not listed:
        raise at.inside("layout").wrong(N_("{key} is written [[layout]]; not {value}."), listed)
    else:
        for name in said:
            at.known(name, TABLES, N_("a table of a preset"))
        shared = {name: at.table(said, name) for name in said}
        layouts = tuple(
            _layout(at.inside(f"layout {n}"), one, shared) for n, one in enumerate(listed, 1)
        )
    real = at.flag(own, "real_sample")
    return Preset(
        path.stem,
        layouts,
        label=at.text(own, "label"),
        about=at.text(own, "about"),
        gives=at.texts(own, "gives"),
        lacks=at.texts(own, "lacks"),
        real_sample=real is not False,
        path=path,
    )


def _layout(place: Place, said: object, shared: Mapping[str, object]) -> Layout:
    if not isinstance(said, dict):
        raise place.wrong(N_("{key} is written [[layout]]; not {value}."), said)
    for key in said:
        place.known(key, ("marks", *TABLES), N_("a table of a preset"))
    tables = merged(shared, {k: place.table(said, k) for k in said if k != "marks"})
    return Layout(_marks(place, said), tables, parse_mapping(tables, place, layout=True))


def _marks(place: Place, said: Mapping[str, object]) -> Marks:
    at, marks = place.inside("marks"), place.table(said, "marks")
    for key in marks:
        at.known(key, MARKS, N_("a mark of a preset"))
    exact = at.headers(marks, "headers")
    found = Marks(
        at.headers(marks, "has"),
        frozenset(map(bare, exact)),
        first_line=at.text(marks, "first_line"),
        without_headers=at.headers(marks, "without_headers"),
        **{key: at.text(marks, key) for key in ("sheet", "file", "since", "format")},
    )
    if not found.has and not found.headers:
        raise at.wrong(_UNMARKED, marks)
    if bool(found.first_line) != bool(found.without_headers):
        raise at.wrong(N_("{key} says both first_line and without_headers, or neither."), marks)
    try:
        re.compile(found.first_line)
    except re.error as error:
        raise at.inside("first_line").wrong(N_("{key} is no pattern: {value}."), error) from error
    return found

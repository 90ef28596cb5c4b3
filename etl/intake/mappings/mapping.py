"""Mapping files: what the columns of an export nobody has seen before mean.

The same TOML file is written by hand and by the Imports page. It overrides whatever is found
from the data. A parsed mapping travels in `ReadOptions.mapping` as a plain dictionary. The presets
of programs say the same, and by what to know their files (etl/intake/mappings/preset.py).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.core.dimensions import DIMENSIONS, OWN
from data.core.errors import FileError
from data.core.texts import N_, Text
from data.reference.currencies import currencies
from etl.intake.files.grid import quoted
from etl.intake.headers import CANONICAL, bare, header_among
from etl.intake.mappings.rules import Rule, all_alternatives, headers_of, parse_rules
from etl.intake.mappings.said import Place
from etl.intake.mappings.writing import as_toml

ROWS_KINDS = ("invoices", "payments", "bank", "matches", "customers", "rates")
KINDS = ("invoice", "credit_note", "payment", "write_off", "opening", "adjustment",
         "purchase")  # fmt: skip
STATES = ("open", "paid", "part_paid", "written_off", "void", "draft")
SIGNS = ("received", "refunded", "owed", "credited")
HEADING = "(heading)"
"""What stands alone in a row above its documents is called so, where `groups` is said."""

_TEXTS = ("rows", "date_format", "decimal", "encoding", "separator", "sheet", "ledger", "currency")
_FLAGS = ("rate_inverse", "reports", "signed", "local", "groups", "open_only", "by_headers")
#: Key of [source] -> the least whole number that it may be, and what is wrong with another.
_NUMBERS = {
    "header_row": (1, N_("{key} is a row number, from 1; not {value}.")),
    "terms_days": (0, N_("{key} is a number of days, from 0; not {value}.")),
}
SOURCE_KEYS = ("rows", "date_format", "decimal", "encoding", "separator", "header_row", "sheet",
                "ledger", "currency", "terms_days", *_FLAGS)  # fmt: skip
TABLES = ("source", "columns", "derived", "keep", "leave_out", "reasons", "kinds", "states",
          "signs", "unclear", "unread", "dimensions")  # fmt: skip
#: Table -> what its values may be, and what such a value is called.
_WORDS: Mapping[str, tuple[Sequence[str], str]] = {
    "kinds": (KINDS, N_("a kind of document")),
    "states": (STATES, N_("a state of a document")),
    "signs": (SIGNS, N_("the meaning of a sign")),
    "unread": (("harmless",), N_("what is said of a column that is not read")),
}
#: Key of `unclear` -> what it may say.
_UNCLEAR = {"date_order": ("dmy", "mdy", "ymd"), "decimal": (",", ".")}


@dataclass(frozen=True)
class ColumnMapping:
    """A mapping file, checked. None, or nothing, leaves it to be found from the data."""

    rows: str | None = None
    date_format: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    separator: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    ledger: str | None = None
    currency: str | None = None
    terms_days: int | None = None
    """A list without a day of issue has it so many days before its due day."""
    rate_inverse: bool | None = None
    """Their rate is the document's currency for one unit of the reporting currency, as in Xero."""
    reports: bool | None = None
    """Rows of customers tell of companies by VAT number or bank account, not by our numbers."""
    signed: bool | None = None
    """The amounts carry their signs: they are never turned."""
    local: bool | None = None
    """The amounts are those in the books' own currency."""
    groups: bool | None = None
    """A customer stands in a row of its own above its documents: `customer_name` is that."""
    open_only: bool | None = None
    """The list holds what is open: no invoice that is paid stands in it."""
    by_headers: bool | None = None
    """What `columns` does not name is found by its header, and judged as without a mapping."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our name -> their header; of `A | B` the first that there is."""
    derived: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    """Our name -> how it follows from other columns."""
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Their header -> the values of the rows that count."""
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Their header -> the values of the rows that do not count."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Their header in `keep` or `leave_out` -> what the rows are that do not count."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Their word -> our kind of document."""
    states: Mapping[str, str] = field(default_factory=dict)
    """Their word -> our state of a document."""
    signs: Mapping[str, str] = field(default_factory=dict)
    """`amount` -> what a positive amount of a payment means: received or refunded."""
    unclear: Mapping[str, str] = field(default_factory=dict)
    """`date_order`, `decimal` -> what counts where the data leave 01/02 or 1.234 open."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Their header -> `harmless`: nothing is read from it, and it changes nothing."""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    """Their header -> the name of a dimension of the reader's own."""

    @property
    def headers(self) -> tuple[str, ...]:
        """All headers the mapping speaks of."""
        named = (*self.columns.values(), *self.keep, *self.leave_out, *self.dimensions,
                 *headers_of(self.derived))  # fmt: skip
        return tuple(h for h in dict.fromkeys(named) if not (self.groups and h == HEADING))

    @property
    def wanted(self) -> tuple[str, ...]:
        """Those headers, each alternative by itself."""
        return tuple(dict.fromkeys(all_alternatives(self.headers)))


def load_mapping(path: Path | str) -> dict[str, object]:
    """Return the mapping file at `path` for `ReadOptions.mapping`, checked.

    Raises `FileError` where it cannot be read or says something that has no meaning.
    """
    file = Path(path)
    document = read_toml(file)
    parse_mapping(document, Place(file.name))
    return document


def read_toml(file: Path) -> dict[str, object]:
    """Return what a TOML file says; `FileError` where it is none."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileError(
            Text(
                N_("The mapping file {file} cannot be read: {error}."),
                {"file": file.name, "error": error},
            ),
            Text(N_("Correct it; the README shows one, under “A mapping file”.")),
        ) from error


def parse_mapping(
    document: Mapping[str, object], place: Place | None = None, *, layout: bool = False
) -> ColumnMapping:
    """Return a parsed TOML document as a `ColumnMapping`; `FileError` where it makes no sense.

    layout: it is said of many files, some of which lack columns: what follows from others may
    stand in for one that is named.

    >>> parse_mapping({"columns": {"amount": "Bedrag"}}).columns
    {'amount': 'Bedrag'}
    """
    at = place or Place()
    for table in document:
        at.known(table, TABLES, N_("a table of a mapping file"))
    tables = {name: at.table(document, name) for name in TABLES}
    texts, flags, numbers = _source(at.inside("source"), tables["source"])
    columns = at.inside("columns")
    for name in (*tables["columns"], *tables["derived"]):
        columns.known(name, CANONICAL, N_("a column name"))
    words = {name: _words(at.inside(name), name, tables[name]) for name in _WORDS}
    return ColumnMapping(
        rows=texts["rows"],
        date_format=texts["date_format"],
        decimal=texts["decimal"],
        encoding=texts["encoding"],
        separator=texts["separator"],
        header_row=numbers["header_row"],
        sheet=texts["sheet"],
        ledger=texts["ledger"],
        currency=texts["currency"],
        terms_days=numbers["terms_days"],
        rate_inverse=flags["rate_inverse"],
        reports=flags["reports"],
        signed=flags["signed"],
        local=flags["local"],
        groups=flags["groups"],
        open_only=flags["open_only"],
        by_headers=flags["by_headers"],
        columns={name: columns.header(tables["columns"], name) for name in tables["columns"]},
        derived=_derived(at.inside("derived"), tables, layout=layout),
        keep={h: at.inside("keep").texts(tables["keep"], h) for h in tables["keep"]},
        leave_out={
            h: at.inside("leave_out").texts(tables["leave_out"], h) for h in tables["leave_out"]
        },
        reasons=_reasons(at.inside("reasons"), tables),
        unclear=_unclear(at.inside("unclear"), tables["unclear"]),
        kinds=words["kinds"],
        states=words["states"],
        signs=words["signs"],
        unread=words["unread"],
        dimensions=_dimensions(at.inside("dimensions"), tables["dimensions"]),
    )


def _source(
    place: Place, said: Mapping[str, object]
) -> tuple[dict[str, str | None], dict[str, bool | None], dict[str, int | None]]:
    for key in said:
        place.known(key, SOURCE_KEYS, N_("a setting of [source]"))
    texts = {key: place.text(said, key) or None for key in _TEXTS}
    if texts["rows"] is not None:
        place.inside("rows").known(texts["rows"], ROWS_KINDS, N_("a kind of rows"))
    if texts["decimal"] is not None:
        place.inside("decimal").known(texts["decimal"], (",", "."), N_("a decimal sign"))
    if texts["currency"] is not None:
        texts["currency"] = texts["currency"].upper()
        if texts["currency"] not in currencies():
            raise place.inside("currency").wrong(
                N_("{key} is a code of ISO 4217, as in EUR; not {value}."), texts["currency"]
            )
    numbers: dict[str, int | None] = {}
    for key, (least, wrong) in _NUMBERS.items():
        number = said.get(key)
        if number is not None and not (type(number) is int and number >= least):
            raise place.inside(key).wrong(wrong, number)
        numbers[key] = number if isinstance(number, int) else None
    flags = {key: place.flag(said, key) for key in _FLAGS}
    return texts, flags, numbers


def own_names(headers: Sequence[str]) -> tuple[str, ...]:
    """Return what dimensions of one's own are called after their headers; '' where nothing is.

    >>> own_names(["Sales channel", "Région", "Country", "№ 7", "region", "%"])
    ('sales_channel', 'region', 'own_country', 'n_7', 'region_2', '')
    """
    found: list[str] = []
    for header in headers:
        words = filter(None, map(bare, re.split(r"[^\w№°]+|_", header)))
        name = "_".join(words)[:36]
        if name and (name in (*DIMENSIONS, "as_of") or not name[0].isalpha()):
            name = f"own_{name}"[:36]
        count = found.count(name)
        found.append(name if not name or not count else f"{name}_{count + 1}")
    return tuple(found)


def _dimensions(place: Place, said: Mapping[str, object]) -> dict[str, str]:
    found = {header: place.text(said, header) for header in said}
    for header, name in found.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or name in (*DIMENSIONS, "as_of"):
            template = N_(
                "{key} is a name of your own for it, of small letters, digits and _, that nothing"
                " else has; not {value}."
            )
            raise place.inside(header).wrong(template, name)
    if len(set(found.values())) < len(found):
        raise place.wrong(N_("{key} names two columns alike: {value}."), ", ".join(found.values()))
    if len(found) > len(OWN):
        raise place.wrong(N_("{key} names more than four: {value}."), ", ".join(found.values()))
    return found


def _derived(
    place: Place, tables: Mapping[str, Mapping[str, object]], *, layout: bool
) -> dict[str, tuple[Rule, ...]]:
    for name in tables["derived"]:
        if name in tables["columns"] and not layout:
            raise place.wrong(N_("{key} and columns both say what {value} is."), name)
    if tables["derived"] and not tables["columns"]:
        raise place.wrong(N_("{key} says {value}, so [columns] has to say the other columns."),
                          ", ".join(tables["derived"]))  # fmt: skip
    return {name: parse_rules(place.inside(name), r) for name, r in tables["derived"].items()}


def _reasons(place: Place, tables: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    found = {}
    for header in tables["reasons"]:
        if header not in tables["keep"] and header not in tables["leave_out"]:
            template = N_("{key} says why rows are left out by {value}, and no rows are.")
            raise place.wrong(template, header)
        found[header] = place.text(tables["reasons"], header)
    return found


def _unclear(place: Place, said: Mapping[str, object]) -> dict[str, str]:
    found = {}
    for key in said:
        place.known(key, tuple(_UNCLEAR), N_("what a file may leave unclear"))
        found[key] = place.text(said, key)
        place.inside(key).known(found[key], _UNCLEAR[key], N_("a way to write days or amounts"))
    return found


def _words(place: Place, table: str, said: Mapping[str, object]) -> dict[str, str]:
    known, what = _WORDS[table]
    found = {}
    for word in said:
        if table == "signs":
            place.known(word, ("amount",), N_("a column with signs"))
        found[word] = place.text(said, word)
        place.inside(word).known(found[word], known, what)
    return found


def mapping_to_toml(mapping: ColumnMapping) -> str:
    """Return the mapping as the text of a mapping file."""
    source = {k: v for k in SOURCE_KEYS if (v := getattr(mapping, k)) is not None}
    tables = {name: getattr(mapping, name) for name in TABLES if name not in ("source", "derived")}
    derived = {name: [r.document() for r in rules] for name, rules in mapping.derived.items()}
    said = {"source": source, **tables, "derived": derived}
    return as_toml({name: said[name] for name in TABLES})


def applies(mapping: Mapping[str, object] | ColumnMapping, headers: Sequence[str]) -> bool:
    """Return whether a mapping speaks of a file with these headers.

    It does when the file has more than half of the headers it names; those that are then
    missing are an error, not another file.

    >>> applies({"columns": {"amount": "Bedrag"}}, ["bedrag", "klant"])
    True
    """
    parsed = mapping if isinstance(mapping, ColumnMapping) else parse_mapping(mapping)
    named = parsed.headers
    return not named or 2 * sum(header_among(h, headers) is not None for h in named) > len(named)


def positions(mapping: ColumnMapping, headers: Sequence[str], file: str) -> dict[str, int]:
    """Return our name -> position of the mapped column; `FileError` for a header not there."""
    return {name: position(header, headers, file) for name, header in mapping.columns.items()}


def position(header: str, headers: Sequence[str], file: str) -> int:
    """Return where `header` stands; case, accents and punctuation do not count."""
    found = header_among(header, headers)
    if found is not None:
        return list(headers).index(found)
    raise FileError(
        Text(
            N_("The mapping names a column {header}, which {file} does not have."),
            {"header": json.dumps(header, ensure_ascii=False), "file": file},
        ),
        Text(N_("Its headers are: {headers}."), {"headers": quoted([h for h in headers if h])}),
    )

"""Mapping files: what the columns of an export nobody has seen before mean.

The same TOML file is written by hand and by the Imports page. It overrides whatever is found
from the data. A parsed mapping travels in `ReadOptions.mapping` as a plain dictionary.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.core.texts import N_, Text
from data.reference.currencies import currencies
from etl.intake.files.grid import quoted
from etl.intake.headers import CANONICAL, bare
from etl.intake.source import FileError

ROWS_KINDS = ("invoices", "payments", "bank", "matches", "customers", "rates")
KINDS = ("invoice", "credit_note", "payment", "write_off", "opening", "adjustment")

_SOURCE_KEYS = ("rows", "date_format", "decimal", "encoding", "separator", "header_row", "sheet",
                "ledger", "currency", "rate_inverse", "reports")  # fmt: skip
_TABLES = ("source", "columns", "keep", "leave_out", "kinds")


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
    rate_inverse: bool | None = None
    """Their rate is the document's currency for one unit of the reporting currency, as in Xero."""
    reports: bool | None = None
    """Rows of customers tell of companies by VAT number or bank account, not by our numbers."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our name -> their header."""
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Their header -> the values of the rows that count."""
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Their header -> the values of the rows that do not count."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Their word -> our kind of document."""

    @property
    def headers(self) -> tuple[str, ...]:
        """All headers the mapping speaks of."""
        return tuple(dict.fromkeys((*self.columns.values(), *self.keep, *self.leave_out)))


def load_mapping(path: Path | str) -> dict[str, object]:
    """Return the mapping file at `path` for `ReadOptions.mapping`, checked.

    Raises `FileError` where it cannot be read or says something that has no meaning.
    """
    file = Path(path)
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileError(
            Text(
                N_("The mapping file {file} cannot be read: {error}."),
                {"file": file.name, "error": error},
            ),
            Text(N_("Correct it; the README shows one, under “A mapping file”.")),
        ) from error
    parse_mapping(document)
    return document


def parse_mapping(document: Mapping[str, object]) -> ColumnMapping:
    """Return a parsed TOML document as a `ColumnMapping`; `FileError` where it makes no sense.

    >>> parse_mapping({"columns": {"amount": "Bedrag"}}).columns
    {'amount': 'Bedrag'}
    """
    for table in document:
        _known(table, _TABLES, N_("a table of a mapping file"))
    tables = {name: _table(document, name) for name in _TABLES}
    source = tables["source"]
    for key in source:
        _known(key, _SOURCE_KEYS, N_("a setting of [source]"))
    rows = _text(source, "rows")
    if rows is not None:
        _known(rows, ROWS_KINDS, N_("a kind of rows"))
    decimal = _text(source, "decimal")
    if decimal is not None:
        _known(decimal, (",", "."), N_("a decimal sign"))
    currency = _text(source, "currency")
    if currency is not None and (currency := currency.upper()) not in currencies():
        raise _wrong(N_("currency is a code of ISO 4217, as in EUR; not {value}."), currency)
    header_row = source.get("header_row")
    if header_row is not None and not (type(header_row) is int and header_row > 0):
        raise _wrong(N_("header_row is a row number, from 1; not {value}."), header_row)
    inverse = source.get("rate_inverse")
    if inverse is not None and not isinstance(inverse, bool):
        raise _wrong(N_("rate_inverse is true or false; not {value}."), inverse)
    reports = source.get("reports")
    if reports is not None and not isinstance(reports, bool):
        raise _wrong(N_("reports is true or false; not {value}."), reports)
    for name, header in tables["columns"].items():
        _known(name, CANONICAL, N_("a column name"))
        if not isinstance(header, str):
            raise _wrong(N_("A column is given by its header in quotes; not {value}."), header)
    chosen: dict[str, dict[str, tuple[str, ...]]] = {"keep": {}, "leave_out": {}}
    for table, listed in chosen.items():
        for header, values in tables[table].items():
            if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
                raise _wrong(
                    N_('[keep] lists values, as in ["PAID", "OPEN"]; not {value}.'), values
                )
            listed[header] = tuple(values)
    for kind in tables["kinds"].values():
        _known(str(kind), KINDS, N_("a kind of document"))
    return ColumnMapping(
        rows=rows,
        date_format=_text(source, "date_format"),
        decimal=decimal,
        encoding=_text(source, "encoding"),
        separator=_text(source, "separator"),
        header_row=header_row if isinstance(header_row, int) else None,
        sheet=_text(source, "sheet"),
        ledger=_text(source, "ledger"),
        currency=currency,
        rate_inverse=inverse if isinstance(inverse, bool) else None,
        columns={k: str(v) for k, v in tables["columns"].items()},
        reports=reports if isinstance(reports, bool) else None,
        keep=chosen["keep"],
        leave_out=chosen["leave_out"],
        kinds={k: str(v) for k, v in tables["kinds"].items()},
    )


def mapping_to_toml(mapping: ColumnMapping) -> str:
    """Return the mapping as the text of a mapping file."""
    parts: list[str] = []
    source = {k: v for k in _SOURCE_KEYS if (v := getattr(mapping, k)) is not None}
    for name, table in (
        ("source", source),
        ("columns", mapping.columns),
        ("keep", {k: list(v) for k, v in mapping.keep.items()}),
        ("leave_out", {k: list(v) for k, v in mapping.leave_out.items()}),
        ("kinds", mapping.kinds),
    ):
        if table:
            lines = [f"{_key(k)} = {_value(v)}" for k, v in table.items()]
            parts.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(parts) + "\n"


def applies(mapping: Mapping[str, object] | ColumnMapping, headers: Sequence[str]) -> bool:
    """Return whether a mapping speaks of a file with these headers.

    It does when the file has more than half of the headers it names; those that are then
    missing are an error, not another file.

    >>> applies({"columns": {"amount": "Bedrag"}}, ["bedrag", "klant"])
    True
    """
    parsed = mapping if isinstance(mapping, ColumnMapping) else parse_mapping(mapping)
    have = {bare(h) for h in headers}
    named = [bare(h) for h in parsed.headers]
    return not named or 2 * sum(h in have for h in named) > len(named)


def positions(mapping: ColumnMapping, headers: Sequence[str], file: str) -> dict[str, int]:
    """Return our name -> position of the mapped column; `FileError` for a header not there."""
    return {name: position(header, headers, file) for name, header in mapping.columns.items()}


def position(header: str, headers: Sequence[str], file: str) -> int:
    """Return where `header` stands; case, accents and punctuation do not count."""
    if header in headers:
        return list(headers).index(header)
    bares = [bare(h) for h in headers]
    if bare(header) in bares:
        return bares.index(bare(header))
    raise FileError(
        Text(
            N_("The mapping names a column {header}, which {file} does not have."),
            {"header": json.dumps(header, ensure_ascii=False), "file": file},
        ),
        Text(N_("Its headers are: {headers}."), {"headers": quoted([h for h in headers if h])}),
    )


def _table(document: Mapping[str, object], name: str) -> dict[str, object]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise _wrong(N_("{value} must be a table, as in [columns]."), name)
    return table


def _text(source: Mapping[str, object], key: str) -> str | None:
    value = source.get(key)
    if value is not None and not isinstance(value, str):
        raise _wrong(N_("A setting of [source] is a text in quotes; not {value}."), value)
    return value or None


def _wrong(template: str, value: object) -> FileError:
    return FileError(Text(template, {"value": value}), Text(N_("Correct the mapping file.")))


def _known(word: str, known: Sequence[str], what: str) -> None:
    if word in known:
        return
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    remedy = (
        Text(N_("Did you mean {near}?"), {"near": near[0]})
        if near
        else Text(N_("Known are: {known}."), {"known": ", ".join(known)})
    )
    raise FileError(
        Text(N_("The mapping says {word}, which is not {what}."), {"word": word, "what": what}),
        remedy,
    )


def _key(text: str) -> str:
    return text if text.isascii() and text.replace("_", "a").isalnum() else _value(text)


def _value(value: object) -> str:
    """Return a TOML value; a JSON string is a TOML basic string once DEL is escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")

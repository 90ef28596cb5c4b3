"""The files of a load, and of the current state, as tables; and the words they share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.base.words import KINDS
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.imports.words import FORMATS, ROWS, STATUS
from data.core.texts import Text
from data.store.engine import Engine

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Plain = Mapping[str, Any]
"""A part of the load report, as plain data."""


def text_of(plain: Plain, f: Format) -> str:
    """Return a sentence of the report, which is stored as template and values."""
    values = f.told(plain.get("values") or {})
    written = {name: _place(name, value, f) for name, value in values.items()}
    return Text(str(plain["template"]), written).render(_)


def _place(name: str, value: object, f: Format) -> object:
    """Return what stands in a place of a sentence as the reader writes it: days, and our words."""
    text = str(value)
    if name == "reason":
        return _(text)
    if name == "kind":
        return word(KINDS, text)
    return f.day(date.fromisoformat(text)) if _DAY.fullmatch(text) else value


def word(words: Mapping[str, str], key: object) -> str:
    """Return what a reader calls `key`; the key itself where it has no word."""
    return _(words.get(str(key)) or str(key))


def files_table(files: Sequence[Plain], f: Format) -> Component | None:
    """Return what became of each file; None where there is none."""
    if not files:
        return None
    rows: list[list[Cell]] = []
    for x in files:
        left = ", ".join(f"{_(why)}: {f.count(n)}" for why, n in x["left_out"].items() if n)
        rows.append(
            [
                _named(x["name"], [text_of(n, f) for n in x.get("notes") or []]),
                word(STATUS, x["status"]),
                _kind(x),
                _period(x, f),
                f.count(x["rows_read"]),
                f.count(x["rows_kept"]),
                f.count(x["rows_rejected"]),
                html.Span(f.count(sum(x["left_out"].values())), title=left or None),
                [
                    html.Div(f"{money(v, f)} {c}".strip(), className="sum")
                    for c, v in x["totals"].items()
                ],
            ]
        )
    return plain_table(
        [
            (_("Name"), False),
            (_("Outcome"), False),
            (_("Format"), False),
            (_("Period"), False),
            (_("Read"), True),
            (_("Kept"), True),
            (_("Refused"), True),
            (_("Left out"), True),
            (_("Sum"), True),
        ],
        rows,
        _("Files"),
    )


def _named(name: str, notes: Sequence[str]) -> Component:
    if not notes:
        return html.Span(name)
    return html.Details(
        [html.Summary(name), html.Ul([html.Li(n) for n in notes], className="import-notes")]
    )


def _kind(x: Plain) -> str:
    if not x.get("format"):
        return ""
    words = word(FORMATS, x["format"])
    return f"{words}, {word(ROWS, x['rows_kind']).lower()}"


def _period(x: Plain, f: Format) -> str:
    first, last = day_of(x.get("first_day")), day_of(x.get("last_day"))
    if not first or not last:
        return ""
    return _("{first} to {last}").format(first=f.day(first), last=f.day(last))


def loaded_now(engine: Engine, f: Format) -> Component:
    """Return the files of the current state: format, period, rows, and how each was read."""
    rows = engine.query("select * from files order by file_id").to_pylist()
    return html.Section(
        [
            html.Header(
                html.Div(
                    [
                        html.H2(_("What is loaded now")),
                        html.P(_("Files, rows, period and how each was read"), className="measure"),
                    ],
                    className="panel-title",
                ),
                className="panel-head",
            ),
            plain_table(
                [
                    (_("Name"), False),
                    (_("Format"), False),
                    (_("Books"), False),
                    (_("Period"), False),
                    (_("Rows"), True),
                    (_("Refused"), True),
                    (_("Loaded, UTC"), False),
                    (_("Read with"), False),
                ],
                (
                    [
                        html.Span(x["name"], title=x["sha256"]),
                        _kind(x),
                        x["ledger"] or "–",
                        _period(x, f),
                        f.count(x["rows_kept"]),
                        f.count(x["rows_rejected"]),
                        f.moment(x["loaded_at"]),
                        settings_words(x["settings"] or ""),
                    ]
                    for x in rows
                ),
            ),
        ],
        className="panel",
    )


_SEPARATORS = {"\t": "tab"}


def settings_words(settings: str) -> str:
    """Return how a file was read, in a few words: utf-8, separator ;, decimal ,.

    Empty where nothing is known about it.
    """
    found = {k: v for k, v in json.loads(settings or "{}").items() if v}
    labels = {
        "encoding": "{value}",
        "separator": _("separator {value}"),
        "decimal": _("decimal {value}"),
        "sheet": _("sheet {value}"),
    }
    return ", ".join(
        label.format(value=_SEPARATORS.get(found[key], found[key]))
        for key, label in labels.items()
        if key in found
    )


def decimal_of(value: object) -> Decimal:
    """Return a number of the report, which writes amounts as text."""
    return Decimal(str(value))


def money(value: object, f: Format) -> str:
    """Return an amount of the report to the cent."""
    return f.number(None if value is None else decimal_of(value), 2)


def day_of(value: object) -> date | None:
    """Return a day of the report, which writes days as text."""
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if value else None

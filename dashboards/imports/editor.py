"""The mapping by hand: what each column of a file means, with how it would then be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.base.parts import icon
from dashboards.imports.words import (
    CUSTOMER,
    DATE_ORDERS,
    DECIMALS,
    MAPPED_ROWS,
    OFFERED,
    ROWS,
    column,
)
from data.core.dimensions import OWN as OWN_COLUMNS
from data.core.importing import OWN, Found, Importer, Sheet

_SAMPLES = 3


def drawn_id(token: str) -> dict[str, str]:
    """Return the id of the dcc.Store that holds what the controls of a card were drawn with."""
    return {"type": "import-drawn", "file": token}


def drawn(found: Found, sheet: Sheet) -> dict[str, dict[str, str | None]]:
    """Return the values that the controls of a card are drawn with: `says` and `columns`."""
    named = {header: ours for ours, header in sheet.columns.items()}
    return {
        "says": {
            "rows": found.said.rows or sheet.rows_kind,
            "date_order": found.said.date_order,
            "decimal": found.said.decimal,
            **({"sheet": found.said.sheet} if sheet.choices else {}),
        },
        "columns": {str(at): named.get(h) for at, h in enumerate(sheet.headers) if h},
    }


def editor(found: Found, session: str, importer: Importer, f: Format) -> Component | None:
    """Return the mapping by hand; open where nothing works without it."""
    sheet = found.sheet
    if sheet is None:
        return None
    values = drawn(found, sheet)
    kind = values["says"]["rows"] or sheet.rows_kind
    choices = _choices(kind, importer.required)
    rows = []
    for at, header in enumerate(sheet.headers):
        if not header:
            continue
        ours = values["columns"][str(at)]
        samples = list(dict.fromkeys(row[at] for row in sheet.rows if row[at]))[:_SAMPLES]
        rows.append(
            html.Tr(
                [
                    html.Th(header, scope="row"),
                    html.Td(" · ".join(samples), className="samples"),
                    html.Td(
                        dmc.Select(
                            id={"type": "import-column", "file": found.token, "at": at},
                            data=[*choices, *own_choice(sheet, at, kind)],
                            value=ours,
                            placeholder=_("not used"),
                            clearable=True,
                            searchable=True,
                            size="xs",
                            maxDropdownHeight=320,
                            **{"aria-label": _("{header} means").format(header=header)},
                        )
                    ),
                    html.Td(
                        read_as(found, ours, f),
                        id={"type": "import-read", "file": found.token, "at": at},
                        className="samples read",
                    ),
                ]
            )
        )
    save = f"/imports/mapping/{session}/{found.token}.toml"
    return html.Details(
        [
            html.Summary(_("Columns and preview")),
            dcc.Store(id=drawn_id(found.token), data=values),
            html.Div(_settings(found, sheet, kind), className="import-settings"),
            html.Div(missing(sheet), id=part_id(found.token, "missing")),
            html.Div(
                html.Table(
                    [
                        html.Thead(
                            html.Tr(
                                [
                                    html.Th(text, scope="col")
                                    for text in (
                                        _("In the file"),
                                        _("First values"),
                                        _("Means"),
                                        _("Read as"),
                                    )
                                ]
                            )
                        ),
                        html.Tbody(rows),
                    ],
                    className="figures mapping",
                ),
                className="table-scroll",
            ),
            html.Div(
                preview(found, sheet, f),
                id=part_id(found.token, "preview"),
                className="import-preview",
            ),
            html.A(
                [icon("down"), _("Save this mapping")],
                href=save,
                className="button",
                download="mapping.toml",
            ),
        ],
        open=bool(found.problem and not (found.problem.asks or found.problem.questions))
        or found.said.columns is not None,
        className="import-editor",
    )


def part_id(token: str, what: str) -> dict[str, str]:
    """Return the id of a part of a card that follows from its columns."""
    return {"type": "import-part", "file": token, "what": what}


def missing(sheet: Sheet) -> Component | None:
    """Return which columns are still needed; None where all are there."""
    told = []
    if names := [column(name) for name in sheet.missing]:
        told.append(_("Still needed: {columns}.").format(columns=", ".join(names)))
    if len(_own(sheet)) == len(OWN_COLUMNS):
        told.append(_("That is as many dimensions of your own as there can be."))
    return html.P(" ".join(told), className="import-missing") if told else None


def _own(sheet: Sheet) -> list[str]:
    """Return the columns that are dimensions of the reader's own."""
    return [ours for ours in sheet.columns if ours.startswith(OWN)]


def own_choice(sheet: Sheet, at: int, kind: str) -> list[dict[str, object]]:
    """Return what offers a column as a dimension of the reader's own, where it can be one."""
    ours = next((o for o in _own(sheet) if sheet.columns[o] == sheet.headers[at]), "")
    full = len(_own(sheet)) == len(OWN_COLUMNS) and not ours
    name = sheet.own[at] if sheet.own and kind in ("invoices", "payments") and not full else ""
    if not (ours or name):
        return []
    ours = ours or f"{OWN}{name}"
    return [
        {"group": _("Dimension of your own"), "items": [{"value": ours, "label": column(ours)}]}
    ]


def _choices(kind: str, required: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    """Return our columns for a select: the needed ones first, marked."""
    needed = [name for need in required.get(kind, ()) for name in need.split("|")]
    rest = [n for n in OFFERED.get(kind, ()) if n not in needed]

    def items(names: Iterable[str], mark: str = "") -> list[dict[str, str]]:
        return [{"value": n, "label": column(n) + mark} for n in names]

    groups = [
        (_("Needed"), items(needed, " *")),
        (_("Document"), items(n for n in rest if n not in CUSTOMER)),
        (_("Customer"), items(n for n in rest if n in CUSTOMER)),
    ]
    return [{"group": name, "items": names} for name, names in groups if names]


def _settings(found: Found, sheet: Sheet, kind: str) -> list[Component]:
    def select(
        what: str, label: str, data: Iterable[tuple[str, str]], value: str | None
    ) -> dmc.Select:
        return dmc.Select(
            id={"type": "import-say", "file": found.token, "what": what},
            label=label,
            data=[{"value": v, "label": text} for v, text in data],
            value=value,
            placeholder=_("found from the data"),
            clearable=what != "rows",
            allowDeselect=what != "rows",
            size="xs",
            w=190,
        )

    said = found.said
    controls = [
        select("rows", _("Each row describes"), ((k, _(ROWS[k])) for k in MAPPED_ROWS), kind),
        select("date_order", _("Days"), ((k, _(t)) for k, t in DATE_ORDERS.items()),
               said.date_order),
        select("decimal", _("Amounts"), ((k, _(t)) for k, t in DECIMALS.items()), said.decimal),
    ]  # fmt: skip
    if sheet.choices:
        controls.append(
            select("sheet", _("Sheet"), ((name, name) for name in sheet.choices), said.sheet)
        )
    return controls


def read_as(found: Found, ours: str | None, f: Format) -> str:
    """Return the first values of one of our columns, as they would be read."""
    values = (row[ours] for row in found.staged if ours and row.get(ours) is not None)
    return " · ".join(list(dict.fromkeys(_value(v, f) for v in values))[:_SAMPLES])


def _value(value: object, f: Format) -> str:
    if isinstance(value, Decimal):
        return f.number(value, 2)
    if isinstance(value, date | datetime):
        return f.day(value)
    return "" if value is None else str(value)


def preview(found: Found, sheet: Sheet, f: Format) -> list[Component]:
    """Return the first rows as the file has them, and beside them as they are read."""
    by_line = {row["line"]: row for row in found.staged}
    reasons = {r.line: r for r in found.refused}
    ours = [n for row in found.staged[:1] for n in row if n != "line"]
    last = max((int(str(n)) for n in by_line), default=0)
    read = []
    for line in sheet.lines:
        row = by_line.get(line)
        if row is not None:
            cells = [
                html.Td(
                    _value(row.get(n), f), className="n" if isinstance(row[n], Decimal) else None
                )
                for n in ours
            ]
        elif line in reasons:
            text = _("refused: {reason}").format(reason=_(reasons[line].reason))
            cells = [html.Td(text, colSpan=max(1, len(ours)), className="refused")]
        else:
            text = _("left out") if line <= last else "…"
            cells = [html.Td(text, colSpan=max(1, len(ours)), className="refused")]
        read.append(html.Tr([html.Td(f.count(line), className="n line"), *cells]))
    theirs = [
        html.Tr([html.Td(f.count(line), className="n line"), *[html.Td(cell) for cell in row]])
        for line, row in zip(sheet.lines, sheet.rows, strict=True)
    ]
    tables = [_pane(_("In the file"), sheet.headers, theirs)]
    if found.staged or found.refused:
        names = [column(n) for n in ours]
        tables.append(_pane(_("As it is read"), names, read))
    return tables


def _pane(title: str, headers: Sequence[str], rows: list[Component]) -> Component:
    head = html.Tr([html.Th(_("Line"), className="n"), *[html.Th(h, scope="col") for h in headers]])
    return html.Div(
        [
            html.H4(title),
            html.Div(
                html.Table([html.Thead(head), html.Tbody(rows)], className="figures"),
                className="table-scroll",
            ),
        ]
    )

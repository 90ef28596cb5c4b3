"""What stands on the Imports page before a load: the drop zone, a card for each file, the bar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _, n_
from dashboards.base.parts import icon
from dashboards.charts.plain_table import plain_table
from dashboards.imports.editor import editor, missing, part_id, preview
from dashboards.imports.questions import asked, form
from dashboards.imports.understood import green, left_out, samples, sentence
from dashboards.imports.words import COLUMNS, DATE_ORDERS, DECIMALS, ROWS, WISHED
from data.core.errors import TandemError
from data.core.importing import Found, Importer
from data.core.reading import Reading


def drop_zone(limit: int) -> Component:
    """Return the place where files are dropped; imports.js sends them."""
    megabytes = limit // (1 << 20)
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(_("Drop exports here")),
                    html.Button(
                        [icon("up"), _("Choose files")],
                        className="button primary",
                        n_clicks=0,
                        **{"data-choose-files": "yes"},
                    ),
                ],
                className="drop-do",
            ),
            html.P(
                _("What your bookkeeping, ERP and banks export: ledgers and audit files, "
                  "e-invoices, bank statements, and any CSV, Excel or Parquet table of invoices, "
                  "payments, matches, customers or exchange rates; and mapping files that say "
                  "what their columns mean. Files that you load together belong together.")
            ),
            html.P(
                _("Up to {size} MB a file. Nothing leaves this machine, and nothing is loaded "
                  "before you say so.").format(size=megabytes),
                className="measure",
            ),
        ],
        id="imports-drop",
        className="drop",
        **{
            "data-limit": str(limit),
            "data-large": _("This file is larger than {size} MB: load it with "
                            "`python app.py load`.").format(size=megabytes),
            "data-failed": _("This file did not arrive: is the server still running? Drop it "
                             "again."),
            "data-looking": _("Looking at it …"),
        },
    )  # fmt: skip


def readable(importer: Importer) -> Component:
    """Return what can be read, folded up: each format with what it says and does not say."""
    count = len(importer.formats)
    title = n_("{count} format is recognised", "{count} formats are recognised", count)
    return html.Details(
        [
            html.Summary(title.format(count=count)),
            plain_table(
                [(_("Format"), False), (_("Says"), False), (_("Does not say"), False)],
                (
                    [_(x.label), ", ".join(map(_, x.gives)), ", ".join(map(_, x.lacks))]
                    for x in importer.formats
                ),
            ),
        ],
        className="import-options import-formats",
    )


def card(found: Found, session: str, importer: Importer, f: Format) -> Component:
    """Return what is known about one file, what is asked, and how its columns can be said."""
    facts = [found.label and _(found.label), _size(found.bytes, f)]
    if found.mapping:
        facts[0] = _("Mapping file")
    return html.Article(
        [
            html.Header(
                [
                    html.Div(
                        [
                            html.H3(found.name),
                            html.P(" · ".join(filter(None, facts)), className="measure"),
                        ]
                    ),
                    html.Div(state(found), id=part_id(found.token, "state")),
                    html.Button(
                        html.Span("×", **{"aria-hidden": "true"}),
                        id={"type": "import-remove", "file": found.token},
                        className="button quiet",
                        n_clicks=0,
                        title=_("Remove {file}").format(file=found.name),
                        **{"aria-label": _("Remove {file}").format(file=found.name)},
                    ),
                ],
                className="import-head",
            ),
            html.Div(body(found, f), id=part_id(found.token, "body")),
            editor(found, session, importer, f),
        ],
        className="panel import-card",
    )


def parts(found: Found, f: Format) -> dict[str, Any]:
    """Return what of a card follows from its columns: all but the controls themselves."""
    sheet = found.sheet
    return {
        "state": state(found),
        "body": body(found, f),
        "missing": missing(sheet) if sheet else None,
        "preview": preview(found, sheet, f) if sheet else None,
    }


def body(found: Found, f: Format) -> list[Component | None]:
    """Return what the file would give, what is wrong with it, and which rows are refused."""
    return [
        _problem(found, f) if found.problem else None,
        *[_part(part, found, f) for part in found.parts],
        _refused(found, f),
    ]


def state(found: Found) -> Component:
    """Return in a word or two where the file stands."""
    word, tone = _state(found)
    return html.Span(word, className=f"tag {tone}")


def _state(found: Found) -> tuple[str, str]:
    if found.looking:
        return _("Looking at it …"), "waiting"
    if found.problem is None:
        if found.mapping:
            return _("In use"), "ready"
        if not found.parts or not all(green(part) for part in found.parts):
            return _("Look at it before loading"), "asking"
        return _("Ready"), "ready"
    if questions := asked(found):
        said = n_("{count} question", "{count} questions", len(questions))
        return said.format(count=len(questions)), "asking"
    if found.problem.asks in ("date_order", "decimal"):
        return _("One question"), "asking"
    if found.sheet is not None:
        return _("Columns to be named"), "asking"
    return _("Cannot be read"), "bad"


def _size(size: int, f: Format) -> str:
    if size >= 1 << 20:
        return _("{size} MB").format(size=f.number(Decimal(size) / (1 << 20), 1))
    return _("{size} kB").format(size=f.number(max(1, size // 1024)))


def _problem(found: Found, f: Format) -> Component:
    problem = found.problem
    assert problem is not None  # noqa: S101 - the caller has looked
    reason = problem.reason.render(_)
    told = problem.asks or problem.questions
    if found.sheet is not None and found.sheet.missing and not told:
        # the full sentence is for the command line: here the table below says the same
        reason = _("Not enough of its columns were recognised to read it as {rows}.").format(
            rows=_(ROWS[found.sheet.rows_kind]).lower()
        )
    # the questions say it themselves, in full
    body: list[Component | None] = [] if problem.questions else [html.P(reason)]
    if problem.questions:
        body.append(form(found, f))
    elif problem.asks in ("date_order", "decimal"):
        body.append(
            html.Div(
                [
                    html.Button(
                        [html.B(label), html.Span(meaning) if meaning else None],
                        id={
                            "type": "import-answer",
                            "file": found.token,
                            "what": problem.asks,
                            "value": value,
                        },
                        className="button answer",
                        n_clicks=0,
                    )
                    for value, label, meaning in answers(problem, f)
                ],
                className="answers",
            )
        )
    elif found.sheet is not None:
        body.append(html.P(_("Say below which column is which."), className="remedy"))
    else:
        body.append(html.P(problem.remedy.render(_), className="remedy"))
    return html.Div(body, className="import-problem", role="status")


def answers(problem: TandemError, f: Format) -> list[tuple[str, str, str]]:
    """Return (value, label, what the example then means) for each answer to a question."""
    example = str(problem.reason.values.get("example", ""))
    if problem.asks == "decimal":
        return [(sign, _(label), _amount(example, sign, f)) for sign, label in DECIMALS.items()]
    orders = ["dmy", "mdy"]
    if "--dates ymd" in problem.remedy.template:
        orders = ["ymd", "dmy"]
    return [(order, _(DATE_ORDERS[order]), _day(example, order, f)) for order in orders]


def _day(example: str, order: str, f: Format) -> str:
    numbers = re.findall(r"\d+", example)[:3]
    if len(numbers) < 3:
        return ""
    said = dict(zip(order, map(int, numbers), strict=True))
    year = said["y"] + 2000 if said["y"] < 100 else said["y"]
    try:
        return f.day_long(date(year, said["m"], said["d"]))
    except ValueError:
        return ""


def _amount(example: str, sign: str, f: Format) -> str:
    digits = re.sub(rf"[^\d\-{re.escape(sign)}]", "", example).replace(sign, ".")
    try:
        return f.number(Decimal(digits), 2)
    except InvalidOperation:
        return ""


def _part(part: Reading, found: Found, f: Format) -> Component:
    """Return what one table of the file would give, in a line, and what there is to note."""
    totals = ", ".join(
        f"{f.number(amount, 2)} {currency}".strip() for currency, amount in part.totals.items()
    )
    rows = n_("{count} row", "{count} rows", part.rows_kept)
    said = [
        html.B(_(ROWS.get(part.rows_kind, part.rows_kind))),
        rows.format(count=f.count(part.rows_kept)),
        _("sum {amount}").format(amount=totals) if totals else "",
    ]
    notes = [note.render(_) for note in part.notes]
    notes += left_out(part.left_out, part.left_out_amounts, f)
    lacking = [n for n in WISHED.get(part.rows_kind, ()) if n not in _has(found)]
    if lacking and len(found.parts) == 1 and part.format == "table":
        names = ", ".join(_(COLUMNS[name]) for name in lacking)
        notes.append(_("Not in this file: {columns}.").format(columns=names))
    sheet = part.settings.get("sheet") if len(found.parts) > 1 else None
    return html.Div(
        [
            html.P(
                [
                    html.Span(sheet, className="sheet") if sheet else None,
                    *_joined([s for s in said if s]),
                ],
                className="import-facts",
            ),
            html.P(sentence(part.told, part.first_day, part.last_day, f), className="import-says")
            if part.told.kinds or not part.rows_kept
            else None,
            samples(part.told, f),
            html.Ul([html.Li(n) for n in notes], className="import-notes") if notes else None,
        ]
    )


def _joined(parts: Sequence[Component | str]) -> list[Component | str]:
    joined: list[Component | str] = []
    for number, part in enumerate(parts):
        joined += [" · ", part] if number else [part]
    return joined


def _has(found: Found) -> set[str]:
    columns = set(found.sheet.columns) if found.sheet else set()
    return columns | {name for row in found.staged for name in row}


def _refused(found: Found, f: Format) -> Component | None:
    count = sum(part.rows_rejected for part in found.parts)
    if not count:
        return None
    lines = [
        html.Li(
            [
                html.B(_("line {line}").format(line=f.count(r.line))),
                f" {r.column}: " if r.column else " ",
                html.Code(r.value) if r.value else None,
                " ",
                _(r.reason),
                " ",
                html.Span(_(r.remedy), className="remedy"),
            ]
        )
        for r in found.refused[:5]
    ]
    text = n_("{count} row would be refused", "{count} rows would be refused", count)
    return html.Details(
        [html.Summary(text.format(count=f.count(count))), html.Ul(lines, className="import-notes")],
        className="import-refused",
    )


def bar(files: Sequence[Found], running: bool, f: Format) -> Component:
    """Return what can be loaded, and the button that does it."""
    ready = [found for found in files if found.ready and not found.mapping]
    open_ = [found for found in files if not found.ready]
    rows = sum(part.rows_kept for found in ready for part in found.parts)
    count = _("To be loaded: {rows} in {files}.").format(
        rows=n_("{count} row", "{count} rows", rows).format(count=f.count(rows)),
        files=n_("{count} file", "{count} files", len(ready)).format(count=f.count(len(ready))),
    )
    left = n_("{count} file is left aside until it is understood.",
              "{count} files are left aside until they are understood.",
              len(open_)).format(count=f.count(len(open_)))  # fmt: skip
    label = n_("Load {count} file", "Load {count} files", len(ready))
    return html.Div(
        [
            html.P(
                [count if ready else _("Nothing can be loaded yet."), " ", left if open_ else ""]
            ),
            html.Button(
                _("Remove all"), id={"type": "imports-do", "what": "clear"},
                className="button quiet", n_clicks=0,
            ),
            html.Button(
                label.format(count=f.count(len(ready))) if ready else _("Load"),
                id={"type": "imports-do", "what": "load"},
                className="button primary",
                n_clicks=0,
                disabled=running or not ready,
            ),
        ],
        className="import-bar",
    )  # fmt: skip

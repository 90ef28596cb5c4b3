"""The load report, its progress, and the list of what is loaded now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.format import Format, Number
from dashboards.glossary import KINDS
from dashboards.i18n import _, n_
from dashboards.imports_words import ASSUMED, FORMATS, METHODS, ROWS, STATUS
from dashboards.parts import icon, message
from data.engine import Engine
from data.importing import Job
from data.texts import Text

Plain = Mapping[str, Any]


def text_of(plain: Plain) -> str:
    """Return a sentence of the report, which is stored as template and values."""
    return Text(str(plain["template"]), dict(plain.get("values") or {})).render(_)


def _word(words: Mapping[str, str], key: object) -> str:
    """Return what a reader calls `key`; the key itself where it has no word."""
    return _(words.get(str(key)) or str(key))


def progress(job: Job, f: Format) -> Component:
    """Return how far a running load is."""
    done = n_("{done} of {files} file", "{done} of {files} files", job.files).format(
        done=f.count(job.files_done), files=f.count(job.files)
    )
    rows = n_("{rows} row", "{rows} rows", job.rows).format(rows=f.count(job.rows))
    seconds = _("{seconds} s").format(seconds=f.count(job.seconds))
    # reading is about half of the work; what follows it has no count of its own
    share = 60 * job.files_done / job.files if job.files else 0
    known = job.files > 0
    return html.Section(
        [
            html.H2(job.text.render(_)),
            dmc.Progress(
                value=max(4, share) if known else 100,
                animated=True,
                striped=True,
                size="md",
                **{"aria-label": _("Progress of the load")},
            ),
            html.P(" · ".join([done, rows, seconds] if known else [seconds]), className="measure"),
            html.P(
                _("You can leave this page: the load goes on, and the other pages show what was "
                  "loaded before until it is done."),
                className="measure",
            ),
        ],
        className="panel import-progress",
        role="status",
    )  # fmt: skip


def failed(job: Job) -> Component:
    """Return why a load as a whole failed, and what to do."""
    problem = job.problem
    assert problem is not None  # noqa: S101 - the caller has looked
    return html.Section(
        message(
            _("Nothing was loaded"),
            f"{problem.reason.render(_)} {problem.remedy.render(_)}".strip(),
            kind="failed",
        ),
        className="panel",
    )


def report(plain: Plain, f: Format, *, last: bool = False) -> Component:
    """Return the report of a load; with `last`, the one that made the current state."""
    controls: Sequence[Plain] = plain.get("controls") or []
    ties = all(c["ok"] for c in controls)
    return html.Section(
        [
            html.Header(
                [
                    html.Div(
                        [html.H2(_title(plain, ties, f, last)), html.P(_when(plain, f))],
                        className="panel-title",
                    ),
                    html.A(_("See the overview"), href="/", className="button primary")
                    if plain.get("published") and not last
                    else None,
                ],
                className="panel-head",
            ),
            _failures(plain),
            _counts(plain, f),
            _replaced(plain, f),
            html.Div(
                [_documents(plain, f), _matches(plain, f)], className="import-columns"
            )
            if plain.get("documents")
            else None,
            _controls(controls, f),
            _findings(plain, f),
            _rejects(plain, f),
            _files(plain.get("files") or [], f),
        ],
        className="panel import-report",
        id="import-report",
    )  # fmt: skip


def _title(plain: Plain, ties: bool, f: Format, last: bool) -> str:
    if last:
        return _("The load that made the current figures")
    loaded = [x for x in plain.get("files") or [] if x["status"] == "loaded"]
    if plain.get("published"):
        said = n_("Loaded {count} table", "Loaded {count} tables", len(loaded))
        title = said.format(count=f.count(len(loaded)))
        tied = _("{title}: receivables are {balance}, and tie to the ledger ✓")
        return tied.format(title=title, balance=f.exact(_decimal(plain["ledger_balance"])))
    if not ties:
        return _("Nothing was loaded: a control total does not hold")
    if plain.get("failures"):
        return _("Nothing was loaded")
    return _("Nothing new: these files are loaded already")


def _when(plain: Plain, f: Format) -> str:
    first, last = _day(plain.get("first_day")), _day(plain.get("last_day"))
    said = [
        _("{first} to {last}").format(first=f.day(first), last=f.day(last)) if first else "",
        _("reported in {currency}").format(currency=plain["reporting_currency"])
        if plain.get("reporting_currency")
        else "",
        _("{seconds} s").format(seconds=f.number(_decimal(plain.get("seconds") or 0), 1)),
    ]
    return " · ".join(filter(None, said))


def _failures(plain: Plain) -> Component | None:
    lines = [
        html.Li(
            [
                html.B(f"{x['name']}: ") if x["name"] else None,
                text_of(x["reason"]),
                " ",
                html.Span(text_of(x["remedy"]), className="remedy"),
            ]
        )
        for x in plain.get("failures") or []
    ]
    return html.Ul(lines, className="import-failures", role="alert") if lines else None


def _counts(plain: Plain, f: Format) -> Component | None:
    files: Sequence[Plain] = [x for x in plain.get("files") or [] if x["status"] == "loaded"]
    if not files:
        return None
    left = sum(sum(x["left_out"].values()) for x in files)
    counts = [
        (_("Rows read"), sum(x["rows_read"] for x in files)),
        (_("Kept"), sum(x["rows_kept"] for x in files)),
        (_("Refused"), sum(x["rows_rejected"] for x in files)),
        (_("Left out"), left),
    ]
    return html.Dl(
        [html.Div([html.Dt(label), html.Dd(f.count(count))]) for label, count in counts],
        className="import-counts",
    )


def _replaced(plain: Plain, f: Format) -> Component | None:
    lines = []
    for x in plain.get("replacements") or []:
        if x["whole"]:
            said = _("{newer} replaces {older}: {added} documents added ({added_amount}), {gone} "
                     "gone ({gone_amount}), {changed} changed ({changed_amount}).")  # fmt: skip
        else:
            said = _("{newer} speaks for the documents it shares with {older}: {added} added "
                     "({added_amount}), {gone} gone ({gone_amount}), {changed} changed "
                     "({changed_amount}).")  # fmt: skip
        values = {
            k: f.count(x[k]) if isinstance(x[k], int) else f.number(_decimal(x[k]), 2)
            for k in ("added", "added_amount", "gone", "gone_amount", "changed", "changed_amount")
        }
        lines.append(html.Li(said.format(newer=x["newer"], older=x["older"], **values)))
    return html.Ul(lines, className="import-notes") if lines else None


def table(
    title: str, head: Sequence[tuple[str, bool]], rows: Iterable[Sequence[Component | str]]
) -> Component:
    """Return a small table; the second of each head says whether its cells are numbers."""
    classes = ["n" if number else None for _label, number in head]
    return html.Div(
        [
            html.H3(title) if title else None,
            html.Div(
                html.Table(
                    [
                        html.Thead(
                            html.Tr(
                                [
                                    html.Th(label, className=c, scope="col")
                                    for (label, _number), c in zip(head, classes, strict=True)
                                ]
                            )
                        ),
                        html.Tbody(
                            [
                                html.Tr(
                                    [
                                        html.Td(cell, className=c)
                                        for cell, c in zip(row, classes, strict=True)
                                    ]
                                )
                                for row in rows
                            ]
                        ),
                    ],
                    className="figures",
                ),
                className="table-scroll",
            ),
        ]
    )


def _documents(plain: Plain, f: Format) -> Component:
    return table(
        _("Documents"),
        [(_("Kind"), False), (_("Number"), True), (_("Amount"), True)],
        (
            [_word(KINDS, x["name"]), f.count(x["items"]), _money(x["amount"], f)]
            for x in plain["documents"]
        ),
    )


def _matches(plain: Plain, f: Format) -> Component:
    found: Sequence[Plain] = plain.get("matches") or []
    rows = [
        [
            _word(METHODS, x["name"]),
            f.count(x["items"]),
            _money(x["amount"], f),
            f.share(_decimal(x["share"]), 1) if x.get("share") is not None else "",
        ]
        for x in found
    ]
    shares = [_decimal(x["share"] or 0) for x in found if x["name"] in ASSUMED]
    assumed = f.share(sum(shares, Decimal(0)), 1)
    note = _("{share} of what is matched rests on our reading of the payments, not on the export.")
    return html.Div(
        [
            table(
                _("Matches"),
                [(_("Method"), False), (_("Number"), True), (_("Amount"), True),
                 (_("Share"), True)],
                rows,
            ),
            html.P(note.format(share=assumed), className="measure") if shares else None,
        ]
    )  # fmt: skip


_COUNTED = ("slices", "roll_forward", "matches", "instalments")
"""Control totals that count what is wrong; the others compare amounts."""


def _controls(controls: Sequence[Plain], f: Format) -> Component | None:
    if not controls:
        return None
    lines = []
    for control in controls:
        written = _count if control["name"] in _COUNTED else _money
        left, right = written(control["left"], f), written(control["right"], f)
        lines.append(
            html.Li(
                [
                    html.B("✓" if control["ok"] else "✗", className="mark-ok"),
                    html.Span(text_of(control["text"])),
                    html.Span(left if control["ok"] else f"{left} ≠ {right}", className="n"),
                ],
                className="holds" if control["ok"] else "broken",
            )
        )
    return html.Div([html.H3(_("Control totals")), html.Ul(lines, className="import-controls")])


def _findings(plain: Plain, f: Format) -> Component | None:
    found: Sequence[Plain] = plain.get("findings") or []
    if not found:
        return None
    lines = [
        html.Li(
            [
                html.Span(text_of(x["text"])),
                html.Span(
                    _money(x["amount"], f) if x.get("amount") is not None else "", className="n"
                ),
            ]
        )
        for x in found
    ]
    return html.Div(
        [html.H3(_("Worth a look")), html.Ul(lines, className="import-controls import-findings")]
    )


def _rejects(plain: Plain, f: Format) -> Component | None:
    count = int(plain.get("rejected") or 0)
    if not count:
        return None
    rows = (
        [x["file"], f.count(x["line"]), x["column"], x["value"], _(x["reason"]), _(x["remedy"])]
        for x in plain.get("rejects") or []
    )
    title = n_("{count} refused row", "{count} refused rows", count).format(count=f.count(count))
    return html.Details(
        [
            html.Summary(title),
            table(
                "",
                [(_("File"), False), (_("Line"), True), (_("Column"), False), (_("Value"), False),
                 (_("Why"), False), (_("What to do"), False)],
                rows,
            ),
            html.Div(
                [
                    html.A(
                        [icon("down"), _("Download rejects")],
                        href="/download/list.csv?list=rejects",
                        className="button",
                        id="imports-rejects",
                        download="rejects.csv",
                    ),
                    html.Span(_("Every refused row of what is loaded, whole, with its reason."),
                              className="measure"),
                ],
                className="import-do",
            ),
        ],
        open=True,
        className="import-rejected",
    )  # fmt: skip


def _files(files: Sequence[Plain], f: Format) -> Component | None:
    if not files:
        return None
    rows = []
    for x in files:
        left = ", ".join(f"{_(why)}: {f.count(n)}" for why, n in x["left_out"].items() if n)
        rows.append(
            [
                _named(x["name"], [text_of(n) for n in x.get("notes") or []]),
                _word(STATUS, x["status"]),
                _kind(x),
                _period(x, f),
                f.count(x["rows_read"]),
                f.count(x["rows_kept"]),
                f.count(x["rows_rejected"]),
                html.Span(f.count(sum(x["left_out"].values())), title=left or None),
                ", ".join(f"{_money(v, f)} {c}".strip() for c, v in x["totals"].items()),
            ]
        )
    return table(
        _("Files"),
        [(_("Name"), False), (_("Outcome"), False), (_("Format"), False), (_("Period"), False),
         (_("Read"), True), (_("Kept"), True), (_("Refused"), True), (_("Left out"), True),
         (_("Sum"), True)],
        rows,
    )  # fmt: skip


def _named(name: str, notes: Sequence[str]) -> Component:
    if not notes:
        return html.Span(name)
    return html.Details(
        [html.Summary(name), html.Ul([html.Li(n) for n in notes], className="import-notes")]
    )


def _kind(x: Plain) -> str:
    if not x.get("format"):
        return ""
    words = _word(FORMATS, x["format"])
    return f"{words}, {_word(ROWS, x['rows_kind']).lower()}"


def _period(x: Plain, f: Format) -> str:
    first, last = _day(x.get("first_day")), _day(x.get("last_day"))
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
            table(
                "",
                [(_("Name"), False), (_("Format"), False), (_("Books"), False),
                 (_("Period"), False), (_("Rows"), True), (_("Refused"), True),
                 (_("Loaded, UTC"), False), (_("Read with"), False)],
                (
                    [
                        html.Span(x["name"], title=x["sha256"]),
                        _kind(x),
                        x["ledger"] or "–",
                        _period(x, f),
                        f.count(x["rows_kept"]),
                        f.count(x["rows_rejected"]),
                        f.moment(x["loaded_at"]),
                        settings_words(x["settings"] or "{}"),
                    ]
                    for x in rows
                ),
            ),
        ],
        className="panel",
    )  # fmt: skip


_SEPARATORS = {"\t": "tab"}


def settings_words(settings: str) -> str:
    """Return how a file was read, in a few words: utf-8, separator ;, decimal ,."""
    found = {k: v for k, v in json.loads(settings).items() if v}
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


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))


def _count(value: object, f: Format) -> str:
    return f.count(_decimal(value))


def _money(value: object, f: Format) -> str:
    number: Number | None = None if value is None else _decimal(value)
    return f.number(number, 2)


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if value else None

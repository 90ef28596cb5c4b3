"""The load report, its progress, and the list of what is loaded now."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _, n_
from dashboards.base.parts import icon, message
from dashboards.base.words import KINDS, METHODS
from dashboards.charts.plain_table import plain_table
from dashboards.imports import expected
from dashboards.imports.files import Plain, day_of, decimal_of, files_table, money, text_of, word
from dashboards.imports.understood import file_told
from dashboards.imports.words import ASSUMED
from data.core.importing import Job

_SHOWN = 12
"""So many files are told of in sentences; the table below has all."""


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
            _("Nothing was loaded") if job.kind == "load" else _("Nothing was changed"),
            problem.render(_),
            kind="failed",
        ),
        className="panel",
    )


def report(plain: Plain, f: Format, kind: str = "load") -> Component:
    """Return the report of a load.

    kind: as of `Job`; or last, for the one that made the current state.
    """
    controls: Sequence[Plain] = plain.get("controls") or []
    ties = all(c["ok"] for c in controls)
    return html.Section(
        [
            html.Header(
                [
                    html.Div(
                        [html.H2(_title(plain, ties, f, kind)), html.P(_when(plain, f))],
                        className="panel-title",
                    ),
                    html.A(_("See the overview"), href="/", className="button primary")
                    if plain.get("published") and kind != "last"
                    else None,
                ],
                className="panel-head",
            ),
            _failures(plain, f),
            expected.outcome(plain, f),
            _notes(plain, f),
            *[file_told(x, f) for x in plain.get("files") or []
              if x["status"] == "loaded" and "told" in x][:_SHOWN],
            _last_balance(plain, f),
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
            files_table(plain.get("files") or [], f),
        ],
        className="panel import-report",
        id="import-report",
    )  # fmt: skip


def _title(plain: Plain, ties: bool, f: Format, kind: str) -> str:
    removal = plain.get("what") == "removal"
    if kind == "last":
        if removal:
            return _("The removal that made the current figures")
        return _("The load that made the current figures")
    if kind == "undo":
        back = _("Undone: receivables are {balance} again")
        return back.format(balance=f.exact(decimal_of(plain["ledger_balance"])))
    if removal:
        if not plain.get("published"):
            return _("Nothing was removed")
        gone = _("Removed {files}: receivables are {balance}, and tie to the ledger ✓")
        files = ", ".join(map(str, plain.get("removed") or []))
        return gone.format(files=files, balance=f.exact(decimal_of(plain["ledger_balance"])))
    loaded = [x for x in plain.get("files") or [] if x["status"] == "loaded"]
    if plain.get("published"):
        said = n_("Loaded {count} table", "Loaded {count} tables", len(loaded))
        title = said.format(count=f.count(len(loaded)))
        tied = _("{title}: receivables are {balance}, and tie to the ledger ✓")
        return tied.format(title=title, balance=f.exact(decimal_of(plain["ledger_balance"])))
    if plain.get("tied") is False:
        return _("Nothing was loaded: it does not tie to your own system")
    if not ties:
        return _("Nothing was loaded: a control total does not hold")
    if plain.get("failures"):
        return _("Nothing was loaded")
    return _("Nothing new: these files are loaded already")


def _when(plain: Plain, f: Format) -> str:
    first, last = day_of(plain.get("first_day")), day_of(plain.get("last_day"))
    said = [
        _("{first} to {last}").format(first=f.day(first), last=f.day(last)) if first else "",
        _("reported in {currency}").format(currency=plain["reporting_currency"])
        if plain.get("reporting_currency")
        else "",
        # the report kept with a state was written before the load came to its end
        _("{seconds} s").format(seconds=f.number(decimal_of(plain["seconds"]), 1))
        if plain.get("seconds")
        else "",
    ]
    return " · ".join(filter(None, said))


def _failures(plain: Plain, f: Format) -> Component | None:
    lines = [
        html.Li(
            [
                html.B(f"{x['name']}: ") if x["name"] else None,
                text_of(x["reason"], f),
                " ",
                html.Span(text_of(x["remedy"], f), className="remedy"),
                html.Ul([html.Li(text_of(q["text"], f)) for q in x.get("questions") or []]),
            ]
        )
        for x in plain.get("failures") or []
    ]
    return html.Ul(lines, className="import-failures", role="alert") if lines else None


def _last_balance(plain: Plain, f: Format) -> Component | None:
    """Return the balance that results, on the last day of the data."""
    last = day_of(plain.get("last_day"))
    if last is None:
        return None
    said = _("Receivables on {day}, the last day of the data: {balance}")
    balance = f.exact(decimal_of(plain["ledger_balance"]))
    return html.P(html.B(said.format(day=f.day(last), balance=balance)), className="import-says")


def _notes(plain: Plain, f: Format) -> Component | None:
    """Return what there is to know of the load or removal as a whole."""
    lines = [html.Li(text_of(note, f)) for note in plain.get("notes") or []]
    return html.Ul(lines, className="import-notes") if lines else None


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
        if x.get("again"):
            said = _("{newer} was read otherwise than before, and this reading counts: {added} "
                     "documents added ({added_amount}), {gone} gone ({gone_amount}), {changed} "
                     "changed ({changed_amount}).")  # fmt: skip
        elif x.get("listed"):
            said = _("{newer} is a later list of open items than {older}: {added} documents added "
                     "({added_amount}), {gone} gone and taken as settled ({gone_amount}), "
                     "{changed} changed ({changed_amount}).")  # fmt: skip
        elif x["whole"]:
            said = _("{newer} replaces {older}: {added} documents added ({added_amount}), {gone} "
                     "gone ({gone_amount}), {changed} changed ({changed_amount}).")  # fmt: skip
        else:
            said = _("{newer} speaks for the documents it shares with {older}: {added} added "
                     "({added_amount}), {gone} gone ({gone_amount}), {changed} changed "
                     "({changed_amount}).")  # fmt: skip
        values = {
            k: f.count(x[k]) if isinstance(x[k], int) else f.number(decimal_of(x[k]), 2)
            for k in ("added", "added_amount", "gone", "gone_amount", "changed", "changed_amount")
        }
        lines.append(html.Li(said.format(newer=x["newer"], older=x["older"], **values)))
    return html.Ul(lines, className="import-notes") if lines else None


def _documents(plain: Plain, f: Format) -> Component:
    return plain_table(
        [(_("Kind"), False), (_("Count"), True), (_("Amount"), True)],
        (
            [word(KINDS, x["name"]), f.count(x["items"]), money(x["amount"], f)]
            for x in plain["documents"]
        ),
        _("Documents"),
    )


def _matches(plain: Plain, f: Format) -> Component:
    found: Sequence[Plain] = plain.get("matches") or []
    rows = [
        [
            word(METHODS, x["name"]),
            f.count(x["items"]),
            money(x["amount"], f),
            f.share(decimal_of(x["share"]), 1) if x.get("share") is not None else "",
        ]
        for x in found
    ]
    shares = [decimal_of(x["share"] or 0) for x in found if x["name"] in ASSUMED]
    assumed = f.share(sum(shares, Decimal(0)), 1)
    note = _("{share} of what is matched rests on our reading of the payments, not on the export.")
    return html.Div(
        [
            plain_table([(_("Method"), False), (_("Count"), True), (_("Amount"), True),
                 (_("Share"), True)], rows, _("Matches")),
            html.P(note.format(share=assumed), className="measure") if shares else None,
        ]
    )  # fmt: skip


_COUNTED = ("slices", "roll_forward", "matches", "instalments")
"""Control totals that count what is wrong; the others compare amounts."""
_SUMS = ("open_items", "ledger_balance")
"""Control totals of all files together; the others are each of one file."""


def _controls(controls: Sequence[Plain], f: Format) -> Component | None:
    if not controls:
        return None
    whole = [c for c in controls if c["name"] in (*_COUNTED, *_SUMS)]
    files = [c for c in controls if c not in whole]
    count = n_("{count} control total of a single file", "{count} control totals of single files",
               len(files)).format(count=f.count(len(files)))  # fmt: skip
    each = html.Details(
        [
            html.Summary([count, " ✓" if all(c["ok"] for c in files) else " ✗"]),
            html.Ul(_lines(files, f), className="import-controls"),
        ],
        open=not all(c["ok"] for c in files),
    )
    return html.Div(
        [
            html.H3(_("Control totals")),
            html.Ul(_lines(whole, f), className="import-controls"),
            each if files else None,
        ]
    )


def _lines(controls: Sequence[Plain], f: Format) -> list[Component]:
    lines: list[Component] = []
    for control in controls:
        written = _count if control["name"] in _COUNTED else money
        left, right = written(control["left"], f), written(control["right"], f)
        lines.append(
            html.Li(
                [
                    html.B("✓" if control["ok"] else "✗", className="mark-ok"),
                    html.Span(text_of(control["text"], f)),
                    html.Span(left if control["ok"] else f"{left} ≠ {right}", className="n"),
                ],
                className="holds" if control["ok"] else "broken",
            )
        )
    return lines


def _findings(plain: Plain, f: Format) -> Component | None:
    found: Sequence[Plain] = plain.get("findings") or []
    if not found:
        return None
    lines = [
        html.Li(
            [
                html.Span(text_of(x["text"], f)),
                html.Span(
                    money(x["amount"], f) if x.get("amount") is not None else "", className="n"
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
            plain_table(
                [
                    (_("File"), False),
                    (_("Line"), True),
                    (_("Column"), False),
                    (_("Value"), False),
                    (_("Why"), False),
                    (_("What to do"), False),
                ],
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
                    html.Span(
                        _("Every refused row of what is loaded, whole, with its reason."),
                        className="measure",
                    ),
                ],
                className="import-do",
            ),
        ],
        open=True,
        className="import-rejected",
    )


def _count(value: object, f: Format) -> str:
    return f.count(decimal_of(value))

"""What is loaded now: each file with a way to take it out again, and the last load to undo."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.format import Format
from dashboards.base.i18n import _, language, n_
from dashboards.base.parts import icon
from dashboards.base.view import Context
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.imports.files import day_of, settings_words, word
from dashboards.imports.words import FORMATS, ROWS
from data.core.errors import ImportRefusedError, StoreError
from data.core.importing import Effect, Importer, Kept, Loaded


def asking() -> Component:
    """Return the place where it is asked before anything is taken out."""
    return dmc.Modal(
        id="loaded-modal", opened=False, size="lg", title=_("Remove a loaded file"),
        closeButtonProps={"aria-label": _("Close")}, children=html.Div(id="loaded-ask"),
    )  # fmt: skip


def loaded_now(importer: Importer, f: Format) -> Component:
    """Return the files of the current state, what each gave, and how it is taken out."""
    files = importer.loaded()
    counting = [one for one in files if not one.replaced_by]
    replaced = [one for one in files if one.replaced_by]
    undoes = importer.undoes()
    label = _("Undo the last removal") if undoes == "removal" else _("Undo the last load")
    undo = html.Button(
        [icon("back"), label],
        id={"type": "loaded-do", "what": "undo", "file": ""},
        className="button",
        n_clicks=0,
    )
    return html.Section(
        [
            html.Header(
                [
                    html.Div(
                        [
                            html.H2(_("What is loaded now")),
                            html.P(
                                _("What each file gave, since when, and how it was read"),
                                className="measure",
                            ),
                        ],
                        className="panel-title",
                    ),
                    undo if undoes else None,
                ],
                className="panel-head",
            ),
            _table(counting, f)
            if counting
            else html.P(_("Nothing is loaded."), className="measure"),
            _replaced(replaced, f),
            _kept(importer.kept(), f),
        ],
        className="panel import-loaded",
    )


def _table(files: Sequence[Loaded], f: Format) -> Component:
    rows: list[list[Cell]] = [
        [
            html.Span([one.name, *(html.Small(line) for line in _under(one))]),
            _kind(one),
            _period(one, f),
            f.count(one.rows),
            f.count(one.refused),
            f.count(one.documents) if one.documents else "",
            f.number(one.amount, 2) if one.amount is not None else "",
            f.moment(one.since),
            _remove(one),
        ]
        for one in files
    ]
    return plain_table(
        [
            (_("Name"), False),
            (_("Format"), False),
            (_("Period"), False),
            (_("Rows"), True),
            (_("Refused"), True),
            (_("Documents"), True),
            (_("Sum"), True),
            (_("Loaded, UTC"), False),
            ("", False),
        ],
        rows,
    )


def _under(one: Loaded) -> list[str]:
    """Return what stands under a file's name: its sheets, and how they were read."""
    ways = dict.fromkeys(settings_words(how) for how in one.how)
    return [line for line in (", ".join(one.sheets), "; ".join(filter(None, ways))) if line]


def _remove(one: Loaded) -> Component:
    label = _("Remove {file} from the data").format(file=one.name)
    return html.Button(
        _("Remove"),
        id={"type": "loaded-do", "what": "remove", "file": one.key},
        className="button quiet",
        n_clicks=0,
        title=label,
        **{"aria-label": label},
    )


def _kind(one: Loaded) -> str:
    kinds = ", ".join(word(ROWS, kind).lower() for kind in one.kinds)
    return f"{word(FORMATS, one.format)}, {kinds}"


def _period(one: Loaded, f: Format) -> str:
    if not one.first_day or not one.last_day:
        return ""
    return _("{first} to {last}").format(first=f.day(one.first_day), last=f.day(one.last_day))


def _replaced(files: Sequence[Loaded], f: Format) -> Component | None:
    if not files:
        return None
    said = n_("{count} file does not count: a newer export took its place",
              "{count} files do not count: newer exports took their place", len(files))  # fmt: skip
    line = _("{file}, replaced by {newer}; it counts again if that is removed.")
    return html.Details(
        [
            html.Summary(said.format(count=f.count(len(files)))),
            html.Ul(
                [html.Li(line.format(file=x.name, newer=x.replaced_by)) for x in files],
                className="import-notes",
            ),
        ]
    )


def _kept(answers: Sequence[Kept], f: Format) -> Component | None:
    """Return the answers that read later exports of the same shape, each with a way to forget."""
    if not answers:
        return None
    title = n_("{count} set of answers is kept for exports of the same shape",
               "{count} sets of answers are kept for exports of the same shape",
               len(answers))  # fmt: skip
    answered = _("Given for {file} on {day}; recognised by its {count} headers")
    written = _("The preset {file}, written by hand; it knows exports by {count} headers")
    return html.Details(
        [
            html.Summary(title.format(count=f.count(len(answers)))),
            *[
                html.Div(
                    [
                        html.P(
                            one.problem.render(_)
                            if one.problem
                            else (answered if one.since else written).format(
                                file=one.file,
                                day=f.day(day_of(one.since)) if one.since else "",
                                count=f.count(one.headers),
                            )
                        ),
                        html.Pre(one.text),
                        _button("forget", one.name, _("Forget these answers"), "button quiet"),
                    ],
                    className="loaded-kept",
                )
                for one in answers
            ],
        ]
    )


def ask(effect: Effect, key: str, f: Format) -> Component:
    """Return what a removal would change, and the two ways on."""
    files = ", ".join(effect.files)
    change = effect.after - effect.before
    lines: list[Component] = [
        html.Li(
            _("Receivables: {before} now, {after} without it ({change}).").format(
                before=f.exact(effect.before),
                after=f.exact(effect.after),
                change=("+" if change > 0 else "") + f.number(change, 2),
            )
        ),
        html.Li(
            _("Documents: {before} now, {after} without it.").format(
                before=f.count(effect.documents_before), after=f.count(effect.documents_after)
            )
        ),
    ]
    if effect.day_before != effect.day_after:
        said = _("Last day of the data: {before} now, {after} without it.")
        lines.append(
            html.Li(
                said.format(
                    before=f.day(effect.day_before),
                    after=f.day(effect.day_after) if effect.day_after else _("none"),
                )
            )
        )
    lines += [html.Li(note.render(_)) for note in effect.notes]
    if not effect.holds:
        lines = [html.Li(_("A control total would not hold without it: it cannot be removed."))]
    return html.Div(
        [
            html.P(html.B(_("Remove {file}, as if it had never been loaded?").format(file=files))),
            html.Ul(lines, className="import-notes"),
            html.Div(
                [
                    _button("yes", key, _("Remove it"), "button danger", disabled=not effect.holds),
                    _button("no", key, _("Keep it"), "button quiet"),
                ],
                className="import-do",
            ),
        ],
        className="loaded-ask",
    )


def _button(what: str, key: str, label: str, look: str, *, disabled: bool = False) -> Component:
    return html.Button(
        label,
        id={"type": "loaded-do", "what": what, "file": key},
        className=look,
        n_clicks=0,
        disabled=disabled,
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the buttons: ask first what a removal changes, then do it."""
    importer = context.deriver  # the door lets nobody here who may not load

    @app.callback(
        Output("loaded-ask", "children"),
        Output("loaded-modal", "opened"),
        Output("imports-started", "data", allow_duplicate=True),
        Output("loaded-changed", "data"),
        Input({"type": "loaded-do", "what": ALL, "file": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def take_back(_clicks: list[int]) -> Any:
        asked = ctx.triggered_id
        if importer is None or not isinstance(asked, dict) or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        what, key = str(asked["what"]), str(asked["file"])
        try:
            if what == "no":
                return no_update, False, no_update, no_update
            if what == "forget":
                importer.forget(key)
                said = _("These answers are forgotten. What was read by them stays as it is.")
                return html.P(said), True, no_update, time.time()
            if what == "remove":
                effect = importer.effect_of_removal([key])
                shown = ask(effect, key, Format(language(), effect.currency))
                return shown, True, no_update, no_update
            job = importer.undo() if what == "undo" else importer.remove_loaded([key])
        except (ImportRefusedError, StoreError) as refused:
            words = refused.render(_)
            alert = html.P(words, className="notice", role="alert")
            return alert, True, no_update, no_update
        return no_update, False, job.number, no_update

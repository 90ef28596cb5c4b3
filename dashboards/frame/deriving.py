"""The state that is derived anew after what a person said: its progress, and how it ended."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboards.base.i18n import _
from dashboards.base.view import Context
from data.core.importing import Job
from data.core.rights import DECIDE
from data.core.texts import N_

_TICK = 500


def closed(context: Context) -> str:
    """Return why nothing can be decided here, marked with N_; '' where it can."""
    if context.deriver is None:
        return N_(
            "These data are served to be read only: decisions are taken where files are loaded."
        )
    if not context.reader().may(DECIDE):
        return N_("Your role does not decide about matches.")
    if not context.memory.writable():
        return N_("The folder of the store cannot be written to, so nothing can be decided here.")
    return ""


def ticker(id: str) -> dcc.Interval:
    """Return what asks for the progress; it rests until a callback sets `disabled` to False."""
    return dcc.Interval(id=id, interval=_TICK, disabled=True)


def follow(app: Dash, context: Context, status: str, tick: str) -> None:
    """Show the progress in `status` while `tick` runs; when all is done, show the newer state."""

    @app.callback(
        Output(status, "children", allow_duplicate=True),
        Output(tick, "disabled", allow_duplicate=True),
        Output("state", "data", allow_duplicate=True),
        Input(tick, "n_intervals"),
        State("state", "data"),
        prevent_initial_call=True,
    )
    def watch(_tick: int | None, shown: int | None) -> Any:
        job = context.deriver.job() if context.deriver else None
        if job is not None and job.running:
            return running(job), no_update, no_update
        state = context.state()
        number = state.number if state else None
        return outcome(job), True, no_update if number == shown else number


def refusal(words: str) -> Component:
    """Return why something was not done, in words."""
    return html.P(words, className="notice", role="alert")


def busy(context: Context) -> bool:
    """Return whether something is being loaded or derived."""
    job = context.deriver.job() if context.deriver else None
    return job is not None and job.running


def running(job: Job) -> Component:
    """Return the progress of the state that is being derived."""
    return html.Div(
        [
            html.P([html.B(_("Applying")), " ", job.text.render(_)], className="measure"),
            dmc.Progress(
                value=100, animated=True, striped=True, size="sm",
                **{"aria-label": _("Progress of the decision")},
            ),
        ],
        className="cash-running",
    )  # fmt: skip


def outcome(job: Job | None) -> Component | list[Component]:
    """Return how the last derivation ended, in words."""
    if job is None:
        return []
    if job.problem is not None:
        words = job.problem.render(_)
        return html.P(
            [html.B(_("The decision is kept, but not in the figures.")), " ", words],
            className="notice", role="alert",
        )  # fmt: skip
    report = job.report or {}
    controls: Any = report.get("controls") or []
    if not all(c["ok"] for c in controls):
        return html.P(
            _("The decision is kept, but not in the figures: a control total would not hold."),
            className="notice", role="alert",
        )  # fmt: skip
    return html.P(_("The figures below hold every decision."), className="notice cash-done")

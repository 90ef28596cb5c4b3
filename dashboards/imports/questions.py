"""What a file leaves open, as choices: one for each value, or one for the question as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _, n_
from data.core.importing import Found
from data.core.reading import Question, Value


def key_of(question: Question) -> str:
    """Return what a question is known by: `Said.answers` names it so."""
    return f"{question.about}:{question.column}"


def asked(found: Found) -> tuple[Question, ...]:
    """Return the questions that a file leaves open."""
    return found.problem.questions if found.problem else ()


def form(found: Found, f: Format) -> Component:
    """Return the questions about a file as choices, and the button that takes the answers."""
    before = found.said.answers
    return html.Div(
        [
            *[_question(found.token, q, before.get(key_of(q), {}), f) for q in asked(found)],
            html.Div(
                [
                    html.Button(
                        _("Read it with these answers"),
                        id={"type": "import-apply", "file": found.token},
                        className="button primary",
                        n_clicks=0,
                    ),
                    html.Span(
                        _("They are kept, and read the next export of this shape."),
                        className="measure",
                    ),
                ],
                className="import-do",
            ),
        ],
        className="import-questions",
    )


def _question(token: str, question: Question, said: Mapping[str, str], f: Format) -> Component:
    values = question.values if question.table else ()
    shown = [] if question.table else [_worth(v, f) for v in question.values]
    body = (
        [_choice(token, question, v.text, _worth(v, f), said.get(v.text)) for v in values]
        if question.table
        else [_choice(token, question, "", "", said.get(""))]
    )
    return html.Fieldset(
        [
            html.Legend(question.text.render(_)),
            html.Ul([html.Li(line) for line in shown], className="import-notes") if shown else None,
            *body,
        ]
    )


def _choice(
    token: str, question: Question, value: str, label: str, chosen: str | None
) -> Component:
    return dmc.RadioGroup(
        dmc.Group(
            [dmc.Radio(label=_(c.label), value=c.value, size="xs") for c in question.choices],
            gap="xs",
        ),
        id={
            "type": "import-question", "file": token, "about": key_of(question), "value": value,
        },
        label=label or None,
        value=chosen,
        size="sm",
        className="import-choice",
        **({} if label else {"aria-label": question.text.render(_)}),
    )  # fmt: skip


def _worth(value: Value, f: Format) -> str:
    rows = n_("{count} row", "{count} rows", value.rows).format(count=f.count(value.rows))
    amount = "" if value.amount is None else f", {f.number(value.amount, 2)}"
    return f"“{value.text}”: {rows}{amount}"


def answered(controls: Iterable[Mapping[str, Any]], token: str) -> dict[str, dict[str, str]]:
    """Return what the choices of a card say: question -> value -> choice."""
    found: dict[str, dict[str, str]] = {}
    for one in controls:
        at = one["id"]
        if at.get("type") == "import-question" and at["file"] == token and one.get("value"):
            found.setdefault(str(at["about"]), {})[str(at["value"])] = str(one["value"])
    return found


def complete(questions: Sequence[Question], said: Mapping[str, Mapping[str, str]]) -> bool:
    """Return whether every value of every question has an answer."""
    for question in questions:
        given = said.get(key_of(question), {})
        wanted = [v.text for v in question.values] if question.table else [""]
        if not all(given.get(value) for value in wanted):
            return False
    return True

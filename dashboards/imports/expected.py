"""What the reader's own system says: the fields before a load, and how it compares after one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _, language
from dashboards.imports.files import Plain, day_of, decimal_of, money, text_of


def fields() -> Component:
    """Return the fields: the balance of the reader's own system, its day, a known difference."""
    return html.Div(
        [
            dmc.TextInput(
                id="imports-expected",
                label=_("Your own system says"),
                description=_("Receivables; where it does not tie, nothing is published"),
                placeholder=_("not compared"),
                size="xs",
                w=260,
            ),
            dmc.DatesProvider(
                dmc.DateInput(
                    id="imports-expected-day",
                    label=_("As of"),
                    description=_("The last day of the data, if left open"),
                    placeholder=_("last day"),
                    valueFormat="D MMM YYYY",
                    clearable=True,
                    size="xs",
                    w=220,
                ),
                settings={"locale": language(), "firstDayOfWeek": 1},
            ),
            dmc.TextInput(
                id="imports-accepted",
                label=_("The difference is known"),
                description=_("To the cent; it is kept and shown"),
                placeholder=_("none"),
                size="xs",
                w=220,
            ),
        ],
        className="import-settings import-expected",
    )


def outcome(plain: Plain, f: Format) -> Component | None:
    """Return how a load compares with the reader's own system; None where nothing was said."""
    said: Plain | None = plain.get("expected")
    if not said:
        return None
    amount, found = decimal_of(said["amount"]), decimal_of(said["found"])
    difference = found - amount
    day = f.day(day_of(said["day"]))
    if not difference:
        words = _("Ties to your own balance of {amount} on {day} ✓")
        return html.P(words.format(amount=f.exact(amount), day=day), className="import-ties")
    head = _("Your own system says {amount} on {day}, these data {found}: {difference}.").format(
        amount=f.exact(amount), day=day, found=f.exact(found), difference=signed(difference, f)
    )
    accepted = said.get("accepted")
    if accepted is not None and abs(decimal_of(accepted)) == abs(difference):
        return html.P([head, " ", _("This difference is known, and kept.")])
    if plain.get("tied") is not False:  # it was said with an earlier load
        return html.P(head, className="import-differs")
    return html.Div(
        [
            html.P(html.B(head)),
            _exact(said.get("exact") or [], f),
            _causes(said.get("causes") or [], f),
        ],
        className="import-problem import-differs",
        role="alert",
    )


def signed(amount: Decimal, f: Format) -> str:
    """Return an amount with its sign."""
    return ("+" if amount > 0 else "") + f.number(amount, 2)


def _exact(combinations: Sequence[Sequence[Plain]], f: Format) -> Component | None:
    lines = []
    for some in combinations:
        parts = [f"{text_of(x['text'], f)} ({money(x['amount'], f)})" for x in some]
        words = (
            _("{what}: this alone is the difference.")
            if len(parts) == 1
            else _("{what}: together they are the difference.")
        )
        lines.append(html.Li(words.format(what="; ".join(parts))))
    return html.Ul(lines, className="import-exact") if lines else None


def _causes(causes: Sequence[Plain], f: Format) -> Component:
    if not causes:
        return html.P(
            _("Nothing was left out, refused, turned, assumed or set aside."), className="measure"
        )
    lines: list[Component] = [
        html.Li(
            [
                html.Span(text_of(cause["text"], f)),
                html.Span(money(cause["amount"], f), className="n"),
            ]
        )
        for cause in causes
    ]
    return html.Div(
        [
            html.P(_("What the receivables would change by, were it otherwise:")),
            html.Ul(lines, className="import-controls import-findings"),
        ]
    )

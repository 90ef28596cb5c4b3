"""Worked examples: a tiny ledger, what was said beside it, and what the metric answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.base.words import KINDS
from dashboards.charts.buckets import labels
from dashboards.charts.plain_table import plain_table
from data.workspace.subjects.every import SUBJECTS
from metrics.asking.metric import Example, Field, Metric, Told


def example_of(metric: Metric, f: Format) -> list[Component | None]:
    """Return the worked example of a metric: what is given, and the answer."""
    example = metric.example
    fields = {field.name: field for field in metric.fields}
    shown = [name for name in fields if any(name in row for row in example.expect)]
    answer = plain_table(
        [(_(fields[name].label), fields[name].unit != "text") for name in shown],
        [[_stated(row.get(name), fields[name], f) for name in shown] for row in example.expect],
        _("The answer"),
    )
    return [
        html.P(
            _("{source}. As of {day}.").format(source=_(example.source), day=f.day(example.as_of)),
            className="measure",
        ),
        html.Div([*_inputs(example, f), answer], className="example"),
        html.P(_(example.note), className="measure") if example.note else None,
    ]


def _further(example: Example, f: Format) -> list[tuple[str, bool, list[str]]]:
    """Return what some invoice says besides: label, whether it is a number, a text a document."""
    said = (
        (_("Ordered"), False, [f.day(d.ordered_on) for d in example.documents]),
        (_("Delivered"), False, [f.day(d.delivered_on) for d in example.documents]),
        (_("Cost"), True, ["" if d.cost is None else f.number(d.cost, 2)
                           for d in example.documents]),
    )  # fmt: skip
    told = (
        any(d.ordered_on for d in example.documents),
        any(d.delivered_on for d in example.documents),
        any(d.cost is not None for d in example.documents),
    )
    return [one for one, shown in zip(said, told, strict=True) if shown]


def _inputs(example: Example, f: Format) -> list[Component]:
    further = _further(example, f)
    tables: list[Component] = [
        plain_table(
            [
                (_("Document"), False),
                (_("Kind"), False),
                (_("Issued"), False),
                (_("Due"), False),
                (_("Amount"), True),
                *((label, number) for label, number, _texts in further),
            ],
            (
                [
                    d.document_id,
                    _(KINDS[d.kind]),
                    f.day(d.issued_on),
                    f.day(d.due_on),
                    f.number(d.amount, 2),
                    *(texts[n] for _label, _number, texts in further),
                ]
                for n, d in enumerate(example.documents)
            ),
            _("The documents"),
        )
    ]
    if example.matches:
        tables.append(
            plain_table(
                [(_("Settled"), False), (_("By"), False), (_("Amount"), True)],
                ([m.debit_id, m.credit_id, f.number(m.amount, 2)] for m in example.matches),
                _("The matches"),
            )
        )
    if example.customers:
        tables.append(
            plain_table(
                [
                    (_("Customer"), False),
                    (_("Limit"), True),
                    (_("Agreed terms, days"), True),
                    (_("Insured limit"), True),
                ],
                (
                    [
                        c.customer_id,
                        f.number(c.credit_limit, 2),
                        f.number(c.agreed_terms_days),
                        f.number(c.insured_limit, 2),
                    ]
                    for c in example.customers
                ),
                _("The customers"),
            )
        )
    if example.told:
        tables.append(
            plain_table(
                [(_("Said on"), False), (_("About"), False), (_("Documents"), False),
                 (_("Amount"), True), (_("By or until"), False)],
                (
                    [
                        f.day(t.said_on),
                        _(SUBJECTS[t.subject].label),
                        ", ".join(t.documents),
                        f.value(t.values.get("amount"), "money"),
                        _until(t, f),
                    ]
                    for t in example.told
                ),
                _("What was said"),
            )
        )  # fmt: skip
    return tables


def _until(told: Told, f: Format) -> str:
    day = told.values.get("due_on") or told.values.get("valid_until")
    return f.day(day) if isinstance(day, date) else ""


def _stated(value: object, field: Field, f: Format) -> str:
    """Return an expected value in the rounding in which it was published."""
    if isinstance(value, Decimal) and field.unit in ("days", "share"):
        exponent = value.normalize().as_tuple().exponent
        digits = max(0, -exponent) if isinstance(exponent, int) else 0
        if field.unit == "share":
            return f.share(value, max(0, digits - 2))
        return f.number(value, digits)
    if field.unit == "text" and (name := labels().get(str(value))):
        return name
    if field.unit == "days" and isinstance(value, int):
        return f.count(value)
    return f.value(value, field.unit)

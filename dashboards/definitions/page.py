"""Definitions: what each figure means, how it is computed, and what it says now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboards.base.delivery import pure
from dashboards.base.format import NOTHING, Format, Number
from dashboards.base.i18n import _, language
from dashboards.base.page import Page
from dashboards.base.panel import headline_callback, near_callback
from dashboards.base.parts import page
from dashboards.base.view import Context, View
from dashboards.charts.aging_bar import aging_bar
from dashboards.charts.plain_table import plain_table
from dashboards.definitions.examples import example_of
from dashboards.definitions.glossary import (
    CONVENTIONS,
    ENOUGH,
    ENOUGH_COUNT,
    RELATIONS,
    UNITS,
    WORDS,
)
from data.core.dimensions import DIMENSIONS, OWN
from data.core.errors import StoreError
from data.core.texts import N_
from data.store.columns import Table
from data.store.schema import DERIVED, STAGED
from data.workspace.subjects.dispute import REASONS
from metrics.asking.metric import Metric
from metrics.catalogue import METRICS
from metrics.figures.concentration import ASPECTS

_CURVE_DAYS = (30, 60, 90, 120)


def layout(**_query: str) -> Component:
    """Return the whole reference; only the live values are filled later."""
    f = Format(language())
    return page(
        "definitions",
        _("Definitions"),
        html.Div(
            [
                _contents(),
                dcc.Store(id="definitions-near", data=[]),
                html.Div(
                    [
                        *(_definition(metric, f) for metric in METRICS.values()),
                        _conventions(f),
                        _words(),
                        _dimensions(),
                        _relations(),
                        _tables(),
                    ],
                    className="reference-body",
                ),
            ],
            className="reference",
        ),
    )


def _contents() -> Component:
    def links(pairs: Iterable[tuple[str, str]]) -> html.Ul:
        return html.Ul([html.Li(html.A(_(text), href=f"#{anchor}")) for anchor, text in pairs])

    return html.Nav(
        [
            html.H2(_("Metrics")),
            links((m.name, m.label) for m in METRICS.values()),
            html.H2(_("Shared")),
            links(_SHARED.items()),
        ],
        id="definitions-contents",
        className="contents",
        **{"aria-label": _("Contents")},
    )


_SHARED = {
    "conventions": N_("Conventions"),
    "words": N_("Words"),
    "dimensions": N_("Dimensions"),
    "relations": N_("Relations in the SQL"),
    "tables": N_("Tables and columns"),
}


def _section(anchor: str, title: str, *body: Component | None, name: str = "") -> html.Section:
    head = [
        html.H2(
            [title, html.A("#", href=f"#{anchor}", className="anchor", title=_("Link to this"))]
        ),
        html.Code(name) if name else None,
    ]
    return html.Section(
        [html.Div(head, className="definition-head"), *body],
        id=anchor,
        className="panel definition",
    )


def _definition(metric: Metric, f: Format) -> html.Section:
    return _section(
        metric.name,
        _(metric.label),
        html.P(_(metric.meaning), className="meaning"),
        html.Div(
            id=f"definition-{metric.name}-now",
            className="now live",
            style={"minHeight": _now_height(metric)},
        ),
        dcc.Store(id=f"definition-{metric.name}-now-asked"),
        html.H3(_("Formula")),
        html.P(_steps(_(metric.formula)), className="formula"),
        html.H3(_("Conventions")),
        html.Ul([html.Li(_(sentence)) for sentence in metric.conventions]),
        html.H3(_("What others do differently")),
        html.P(_(metric.others)),
        html.H3(_("Columns")),
        _columns(metric),
        html.H3(_("Worked example")),
        *example_of(metric, f),
        html.H3(_("Source")),
        html.P(_(metric.reference)),
        _sql(metric),
        name=metric.name,
    )


def _now_height(metric: Metric) -> str:
    """Return the height to keep free for the live values, so that nothing jumps."""
    if metric.name == "aging":
        return "84px"
    lines = 1 if metric.name == "payment_curve" else -(-len(metric.fields) // 4)
    return f"{22 + 51 * lines}px"


def _steps(formula: str) -> list[Component]:
    """Return a formula with each of its equations on a line of its own."""
    return [html.Span(part) for part in formula.split("; ")]


def _columns(metric: Metric) -> Component:
    return plain_table(
        [(_("Name"), False), (_("Meaning"), False), (_("Unit"), False), (_("Adds up"), False)],
        (
            [
                html.Code(f.name),
                _(f.label),
                _(UNITS[f.unit]),
                "✓" if f.additive else "",
            ]
            for f in metric.fields
        ),
    )


def _to_copy(id: str, text: str = "") -> Component:
    copy = dcc.Clipboard(target_id=id, className="copy-sql", title=_("Copy the SQL"))
    return html.Div([html.Pre(text, id=id, tabIndex=0), copy], className="sql")


def _sql(metric: Metric) -> Component:
    return html.Details(
        [
            html.Summary(_("SQL")),
            html.P(
                _(
                    "One statement in DuckDB's dialect over the relations named below; {by} stands "
                    "for the as-of day and the dimensions asked for."
                )
                .replace("{by}", "{{by}}")
                .format(),
                className="measure",
            ),
            _to_copy(f"definition-{metric.name}-sql", metric.query.text),
            html.H3(_("As it runs now, with its values")),
            _to_copy(f"definition-{metric.name}-statement"),
        ]
    )


def _conventions(f: Format) -> html.Section:
    body: list[Component] = []
    for heading, sentences in CONVENTIONS:
        body += [html.H3(_(heading)), html.Ul([html.Li(_(s)) for s in sentences])]
    enough = _(ENOUGH).format(count=f.count(ENOUGH_COUNT))
    return _section(
        "conventions",
        _("Conventions"),
        *body,
        html.H3(_("Enough data")),
        html.Ul([html.Li(enough)]),
    )


def _words() -> html.Section:
    pairs: list[Component] = []
    for anchor, word, meaning in WORDS:
        pairs += [html.Dt(_(word), id=f"word-{anchor}"), html.Dd(_(meaning))]
    return _section("words", _("Words"), html.Dl(pairs, className="words"))


def _dimensions() -> html.Section:
    return _section(
        "dimensions",
        _("Dimensions"),
        html.P(_("Every metric can be split and filtered by each of these."), className="meaning"),
        plain_table(
            [(_("Name"), False), (_("Meaning"), False)],
            ([html.Code(d.name), _(d.label)] for d in DIMENSIONS.values() if d.name not in OWN),
        ),
    )


def _relations() -> html.Section:
    return _section(
        "relations",
        _("Relations in the SQL"),
        html.P(
            _("Every statement reads these relations; each is already filtered and carries the "
              "dimensions as columns."),
            className="meaning",
        ),
        plain_table(
            [(_("Name"), False), (_("Rows"), False)],
            ([html.Code(name), _(rows)] for name, rows in RELATIONS),
        ),
    )  # fmt: skip


def _tables() -> html.Section:
    def listed(table: Table) -> Component:
        rows = ([html.Code(c.name), html.Code(c.type), c.meaning, c.unit] for c in table.columns)
        return html.Details(
            [
                html.Summary([html.Code(table.name), " ", html.Span(table.meaning, lang="en")]),
                plain_table(
                    [(_("Name"), False), (_("Type"), False), (_("Meaning"), False),
                     (_("Unit"), False)],
                    rows,
                ),
            ]
        )  # fmt: skip

    return _section(
        "tables",
        _("Tables and columns"),
        html.H3(_("What follows from the files")),
        *(listed(table) for table in DERIVED),
        html.H3(_("What the files said")),
        *(listed(table) for table in STAGED),
    )


def _pairs(pairs: Iterable[tuple[str, str, str]]) -> html.Dl:
    """Return live values as label over value; the exact value is shown on hover."""
    return html.Dl(
        [html.Div([html.Dt(label), html.Dd(value, title=exact)]) for label, value, exact in pairs]
    )


def live(view: View, metric: Metric) -> list[Component]:
    """Return what the metric says now, in total, under the filters of the URL."""
    rows = view.answer(metric.name).to_pylist()
    f = view.f
    day = _("Now, as of {day}").format(day=f.day(view.selection.as_of))
    head = html.Div(", ".join(filter(None, (day, view.words))), className="measure")
    if metric.name == "aging":
        return [head, aging_bar({r["bucket"]: r["amount"] for r in rows}, f, view.buckets)]
    if metric.name == "payment_curve":
        return [head, _pairs(_paid_within(rows, f))]
    if metric.name == "concentration":
        return [
            head,
            _pairs(
                (_(ASPECTS[aspect]), f.count(r["herfindahl"]), f.share(r["largest_share"]))
                for r in rows
                for aspect in [r["aspect"]]
            ),
        ]
    if metric.name == "disputes_by":
        return [
            head,
            _pairs(
                (_(REASONS[r["value"]]), f.money(r["claimed"]), f.exact(r["claimed"]))
                for r in rows
                if r["aspect"] == "reason"
            ),
        ]
    return [
        head,
        _pairs(
            (_(field.label), _said(rows[0][field.name], field.unit, f),
             f.value(rows[0][field.name], field.unit))
            for field in metric.fields
        ),
    ]  # fmt: skip


def _said(value: Number | None, unit: str, f: Format) -> str:
    text = f.short(value, unit)
    return _("{days} days").format(days=text) if unit == "days" and value is not None else text


def _paid_within(rows: Sequence[Mapping[str, float]], f: Format) -> list[tuple[str, str, str]]:
    """Return the curve at a few days: a curve keeps its height until the next step."""
    said = []
    for days in _CURVE_DAYS:
        before = [r["paid_share"] for r in rows if r["day"] <= days]
        # beyond the longest life in the window nothing is known
        known = before and days <= rows[-1]["day"]
        share = f.share(before[-1]) if known else NOTHING
        label = _("Paid within {days} days").format(days=f.count(days))
        said.append((label, share, f.share(before[-1], 2) if known else ""))
    return said


def connect(app: Dash, context: Context) -> None:
    """Wire the live values, the statements as they run, and the way to an anchor."""

    @headline_callback(app, context, "definitions")
    def headline(view: View) -> str:
        text = _("{count} metrics, each with its meaning, formula, SQL, source and worked example, "
                 "and what it says as of {day}.")  # fmt: skip
        return text.format(count=len(METRICS), day=view.f.day(view.selection.as_of))

    def fill(metric: Metric) -> None:
        @near_callback(app, context, f"definition-{metric.name}-now")
        def now(view: View) -> list[Component]:
            return live(view, metric)

    for metric in METRICS.values():
        fill(metric)

    @app.callback(
        [Output(f"definition-{name}-statement", "children") for name in METRICS],
        Input("url", "search"),
    )
    @pure
    def statements(search: str | None) -> list[str]:
        try:
            view = context.view(search)
        except StoreError:
            view = None
        if view is None:
            return [_("Nothing is loaded yet")] * len(METRICS)
        return [view.ledger.statement(metric).as_text() for metric in METRICS.values()]

    asked = [f"definition-{name}-now-asked" for name in METRICS]
    app.clientside_callback(
        ClientsideFunction("definitions", "ask"),
        [Output(store, "data") for store in asked],
        Input("url", "search"),
        Input("retry", "data"),
        Input("definitions-near", "data"),
        [State(store, "data") for store in asked],
    )
    app.clientside_callback(
        ClientsideFunction("definitions", "show"),
        Output("definitions-contents", "title"),
        Input("url", "hash"),
        Input("definitions-contents", "id"),
    )


PAGE = Page("/definitions", N_("Definitions"), 100, layout, connect, group="foot", needs_data=False)

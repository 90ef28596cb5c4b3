"""The open sector beside published payment statistics, where some are kept beside the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
from dash import html
from dash.development.base_component import Component

from dashboards.base.format import NOTHING
from dashboards.base.grid import Column, Listing
from dashboards.base.i18n import _
from dashboards.base.panel import Content
from dashboards.base.parts import message
from dashboards.base.view import Explain, View
from dashboards.charts.plain_table import plain_table
from dashboards.sectors.rows import answered, level_of, open_sector, sectors_of
from data.core.texts import N_
from data.store.published import BEYOND, DAYS, LATE, QUANTILES, TERMS, Published, best, read
from metrics.asking.ledger import Statement

MEASURES = {
    DAYS: N_("Days to pay"),
    LATE: N_("Invoices paid late"),
    BEYOND: N_("Days beyond terms, by amount"),
    TERMS: N_("Terms in days"),
}
_TABLE = "published_figures"
_NAMES = ("10 %", "25 %", "50 %", "75 %", "90 %")
_SCHEMA = pa.schema(
    [
        ("measure", pa.string()), ("sector", pa.string()), ("own", pa.float64()),
        *((name, pa.float64()) for name in QUANTILES),
        ("n", pa.int64()), ("of", pa.string()), ("country", pa.string()), ("period", pa.string()),
        ("source", pa.string()), ("licence", pa.string()), ("note", pa.string()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Beside:
    """A published figure, and the own one; None where it cannot be said."""

    published: Published
    own: float | None

    @property
    def place(self) -> str:
        """Where the own figure lies in the published ones, marked with N_; '' where unknown."""
        p = self.published
        if self.own is None:
            return ""
        own = Decimal(repr(self.own))
        if p.p10 is not None and own < p.p10:
            return N_("lower than 90 % of them")
        if p.p90 is not None and own > p.p90:
            return N_("higher than 90 % of them")
        if p.q1 is not None and own < p.q1:
            return N_("in the lowest quarter")
        if p.q3 is not None and own > p.q3:
            return N_("in the highest quarter")
        if p.q1 is not None and p.q3 is not None:
            return N_("in the middle half")
        return N_("above the median") if own > p.median else N_("not above the median")


def beside(view: View) -> list[Beside]:
    """Return the published figures that hold of the open sector, each with the own one.

    Raises `PublishedError` and `StoreError` where they cannot be read.
    """
    level = level_of(view.selection.page)
    sector = open_sector(view, sectors_of(view, level))
    found = best(_kept(view), sector.code, view.options.revision)
    own = _own(view, {level: (sector.code,)}) if found else {}
    return [Beside(one, own.get(one.measure)) for one in found]


def _kept(view: View) -> Sequence[Published]:
    return read(view.memory.folder) if view.memory is not None else ()


def _own(view: View, where: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """Return the own figures: of 12 months, where there are enough payments in them."""
    ledger = view.explained(Explain("payment_speed", where=where))
    found: dict[str, Any] = {}
    for row in answered(view, "payment_speed", ledger, ("total",)):
        if row["paid_items"] >= view.enough:
            on_time = row["on_time_share"]
            found[DAYS] = row["days_to_pay"]
            found[LATE] = None if on_time is None else 100 * (1 - on_time)
            found[BEYOND] = row["days_beyond_terms_weighted"]
    for row in answered(view, "terms", ledger, ("total",)):
        if row["invoices"] >= view.enough:
            found[TERMS] = row["invoiced"]
    return {name: float(value) for name, value in found.items() if value is not None}


def published_content(view: View) -> Content:
    """Return the open sector beside what is published of payments."""
    level = level_of(view.selection.page)
    sectors = sectors_of(view, level)
    sector, found = open_sector(view, sectors), beside(view)
    measure = _("Own payments and invoices of 12 months, by number where nothing else is said; "
                "published figures count companies or their reports, not invoices")  # fmt: skip
    if not found:
        return Content(
            _("No published figures to compare with"), measure,
            message(
                _("None are kept beside the data"),
                _("python app.py benchmarks FILE keeps them; docs/published-figures.md says which "
                  "tables are read."),
                kind="empty",
            ),
        )  # fmt: skip
    title = _("{sector} beside published figures").format(sector=sector.words)
    first = next((x for x in found if x.own is not None and x.published.measure == DAYS), None)
    if first is not None:
        title = _("{sector} pays after {own} days, the published median is {median}").format(
            sector=sector.words, own=_said(view, DAYS, first.own),
            median=_said(view, DAYS, first.published.median),
        )  # fmt: skip
    head = [
        (_("Measure"), False), (_("Own"), True), (_("Published: 10 to 90 %, half of them, median"),
        False), (_("Median"), True), (_("Own lies"), False), (_("Published of"), False),
    ]  # fmt: skip
    rows = [
        [
            _(MEASURES[one.published.measure]),
            _said(view, one.published.measure, one.own),
            _band(view, one),
            _said(view, one.published.measure, one.published.median),
            _(one.place) if one.place else _("too few payments"),
            _of(view, one.published),
        ]
        for one in found
    ]
    told = dict.fromkeys(
        ". ".join(filter(None, (f"{x.published.source} ({x.published.licence})",
                                x.published.note)))
        for x in found
    )  # fmt: skip
    sources = [html.P(words, className="measure") for words in told]
    return Content(title, measure, [plain_table(head, rows), *sources], PUBLISHED.ref(view))


def _said(view: View, measure: str, value: float | Decimal | None) -> str:
    if value is None:
        return NOTHING
    if measure == LATE:
        return view.f.share(float(value) / 100)
    return view.f.days(value)


def _of(view: View, one: Published) -> str:
    what = _("all sectors") if not one.sector else view.sector_words(one.sector)
    count = _("n = {count}").format(count=view.f.count(one.n)) if one.n is not None else ""
    return ", ".join(filter(None, (what, one.country, one.period, count)))


def _band(view: View, one: Beside) -> Component:
    """Draw the published range with the own figure as a dot; words say the same to who hears."""
    p = one.published
    values = [getattr(p, name) for name in QUANTILES]
    ends = [float(x) for x in values if x is not None]
    shown = ends if one.own is None else [*ends, one.own]
    low, high = min(0.0, *shown), max(*shown, 1.0)
    at = _scale(low, high)
    marks: list[Component] = []
    for name, first, last in (("wide", p.p10, p.p90), ("half", p.q1, p.q3)):
        if first is not None and last is not None:
            width = {"left": at(float(first)), "right": f"calc(100% - {at(float(last))})"}
            marks.append(html.Span(className=f"pub-{name}", style=width))
    marks.append(html.Span(className="pub-median", style={"left": at(float(p.median))}))
    if one.own is not None:
        marks.append(html.Span(className="pub-own", style={"left": at(one.own)}))
    words = ", ".join(
        f"{name} {_said(view, p.measure, value)}"
        for name, value in zip(_NAMES, values, strict=True)
        if value is not None
    )  # fmt: skip
    return html.Div(marks, className="pub-band", title=words, role="img", **{"aria-label": words})


def _scale(low: float, high: float) -> Callable[[float], str]:
    return lambda value: f"{(value - low) / (high - low) * 100:.2f}%"


def _statement(view: View, _params: Mapping[str, str]) -> Statement:
    rows = []
    for one in beside(view):
        p = one.published
        told = {name: getattr(p, name) for name in QUANTILES}
        rows.append(
            {
                "measure": _(MEASURES[p.measure]), "sector": p.sector, "own": one.own,
                **{k: None if v is None else float(v) for k, v in told.items()},
                "n": p.n, "of": _of(view, p), "country": p.country, "period": p.period,
                "source": p.source, "licence": p.licence, "note": p.note,
            }
        )  # fmt: skip
    table = pa.Table.from_pylist(rows, _SCHEMA)
    return Statement(f"select * from {_TABLE}", {_TABLE: table})


PUBLISHED = Listing(
    "published",
    N_("Beside published figures"),
    (
        Column("measure", N_("Measure"), width=180),
        Column("own", N_("Own, days or percent"), "days", 100),
        Column("p10", N_("10 %"), "days", 80),
        Column("q1", N_("25 %"), "days", 80),
        Column("median", N_("Median"), "days", 80),
        Column("q3", N_("75 %"), "days", 80),
        Column("p90", N_("90 %"), "days", 80),
        Column("n", N_("Number"), "count", 80),
        Column("of", N_("Published of"), width=200),
        Column("source", N_("Source"), width=200),
        Column("licence", N_("Licence"), width=120),
        Column("note", N_("Note"), width=200),
    ),
    statement=_statement,
    sort="source, measure",
)

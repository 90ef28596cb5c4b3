"""The aging as one wide bar."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html

from dashboards.base.format import Format, Number
from dashboards.charts.buckets import labels
from data.core.buckets import DEFAULT, NOT_DUE, UNAPPLIED, Buckets


def aging_bar(amounts: Mapping[str, Number], f: Format, buckets: Buckets = DEFAULT) -> html.Div:
    """Return the aging as one wide stacked bar; the unapplied part (negative) stands apart.

    `amounts`: bucket -> amount. Labels stand in the parts that are wide enough.
    """
    names = labels(buckets)
    positive = {b: amounts.get(b) or 0 for b in (NOT_DUE, *buckets.late)}
    unapplied = amounts.get(UNAPPLIED) or 0
    whole = sum(float(v) for v in positive.values() if v > 0) - min(float(unapplied), 0.0)

    def part(bucket: str, value: Number) -> html.Div:
        width = abs(float(value)) / whole * 100 if whole else 0
        label = names[bucket]
        return html.Div(
            [html.Span(label), html.B(f.money(value))] if width > 9 else [],
            className=f"aging-part b-{buckets.shades[bucket]}",
            style={"flexBasis": f"{width:.3f}%"},
            title=f"{label}: {f.exact(value)}",
        )

    parts = [part(b, v) for b, v in positive.items() if v > 0]
    if unapplied < 0:
        parts.append(part(UNAPPLIED, unapplied))
    said = ", ".join(part.title for part in parts)
    return html.Div(parts, className="aging-bar", role="img", **{"aria-label": said})

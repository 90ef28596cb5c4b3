"""A review as PDF, on A4, set by typst: the same on every machine, and no browser is needed.

`review.typ` says how it looks. It is handed data, never markup, so that no text can run in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from dashboards.base.format import Format
from dashboards.review.take_along.told import Bars, Chart, Deck, Fall, Grid, Lines, Slide

TEMPLATE = Path(__file__).with_name("review.typ")
_REGIONS = {"en": "GB", "nl": "BE", "fr": "FR"}
_ROOM = 1.0
_EVERY = 4
_TICKS = 4


def as_paper(deck: Deck, f: Format) -> bytes:
    """Return the PDF: each finding with its chart, its table and its notes, and the foot on each.

    It is tagged (PDF/UA-1), and the same review gives the same bytes.
    """
    import typst

    data = {
        "title": deck.title, "language": deck.language, "region": _REGIONS[deck.language],
        "head": deck.head, "foot": deck.foot, "slides": [_slide(one, f) for one in deck.slides],
    }  # fmt: skip
    made = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format="pdf",
        pdf_standards="ua-1",
        timestamp=datetime.combine(deck.day, time(), UTC),
    )
    return bytes(made)


def _slide(one: Slide, f: Format) -> Mapping[str, Any]:
    return {
        "title": one.title, "measure": one.measure, "says": one.says, "notes": one.notes,
        "chart": None if one.chart is None else _chart(one.chart, f),
        "grid": None if one.grid is None else _grid(one.grid),
    }  # fmt: skip


def _grid(grid: Grid) -> Mapping[str, Any]:
    return {"heads": grid.heads, "rows": grid.rows, "total": grid.total, "texts": grid.texts}


def _chart(chart: Chart, f: Format) -> Mapping[str, Any]:
    """Return a chart in parts of its own height or width, from 0 to 1."""
    if isinstance(chart, Fall):
        return _fall(chart)
    return _lines(chart, f) if isinstance(chart, Lines) else _bars(chart)


def _fall(chart: Fall) -> Mapping[str, Any]:
    spans = [(min(pair), max(pair)) for pair in chart.spans()]
    low, high = min(0.0, *(a for a, _b in spans)), max(0.0, *(b for _a, b in spans))
    whole = (high - low) or _ROOM
    columns = [
        {"name": name, "text": text, "role": chart.role(n),
         "low": (a - low) / whole, "high": (b - low) / whole}
        for n, (name, text, (a, b)) in enumerate(zip(chart.names, chart.texts, spans, strict=True))
    ]  # fmt: skip
    return {"kind": "fall", "columns": columns, "zero": -low / whole}


def _lines(chart: Lines, f: Format) -> Mapping[str, Any]:
    values = [float(v) for one in chart.lines for v in one.values if v is not None]
    step = _step(max(values, default=0.0))
    ticks = range(_TICKS + 1)
    scale, _unit = f.scale([step * _TICKS])
    whole = step * _TICKS

    def part(value: Any) -> float | None:
        return None if value is None else max(float(value), 0.0) / whole

    return {
        "kind": "lines", "count": len(chart.days),
        "ticks": [{"at": n / _TICKS, "text": f.money(step * n) if scale else ""} for n in ticks],
        "lines": [{"name": one.name, "look": one.look, "values": [part(v) for v in one.values]}
                  for one in chart.lines],
        "days": [{"at": n, "text": chart.days_said[n]}
                 for n in range(_EVERY // 2, len(chart.days) - 1, _EVERY)],
    }  # fmt: skip


def _step(most: float) -> float:
    """Return the step of an axis of four that reaches an amount, a round one.

    >>> _step(1_970_000.0), _step(0.0)
    (500000.0, 1.0)
    """
    if most <= 0:
        return 1.0
    size = 10.0 ** (len(str(int(most))) - 1)
    return next(
        size * part for part in (0.25, 0.5, 1, 2, 2.5, 5) if size * part * _TICKS >= most
    )  # fmt: skip


def _bars(chart: Bars) -> Mapping[str, Any]:
    low, high = min(0.0, *map(float, chart.values)), max(0.0, *map(float, chart.values))
    whole = (high - low) or _ROOM
    bars = [
        {"name": name, "text": text, "low": (min(float(value), 0.0) - low) / whole,
         "high": (max(float(value), 0.0) - low) / whole}
        for name, value, text in zip(chart.names, chart.values, chart.texts, strict=True)
    ]  # fmt: skip
    return {"kind": "bars", "bars": bars}

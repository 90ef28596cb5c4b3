"""A review as PowerPoint: charts are native, so that they can be edited; each slide has notes."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from dashboards.base.i18n import _
from dashboards.charts.figures import (
    ACCENT,
    ACTUAL,
    BETTER,
    FILL,
    GRID,
    INK,
    MUTED,
    PREVIOUS,
    WORSE,
)
from dashboards.review.take_along.told import Bars, Chart, Deck, Fall, Grid, Lines, Slide

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.6
"""Inches: a wide screen's."""
_INSIDE = WIDTH - 2 * MARGIN
_TOP, _BOTTOM = 2.05, 6.75
_ROLES = {"total": ACTUAL, "worse": WORSE, "better": BETTER, "step": PREVIOUS}
_LOOKS = {"actual": (ACTUAL, 2.5, False), "before": (PREVIOUS, 1.5, False),
          "expected": (ACCENT, 2.5, True), "band": (ACCENT, 1.0, True)}  # fmt: skip
_PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""The table style without lines and colours."""
_ROOM = 0.08
"""Of the highest column: how much room its label has above it."""


def as_slides(deck: Deck) -> bytes:
    """Return the file: 16:9, a slide each finding, its title a title, its notes speaker notes."""
    from pptx import Presentation

    show = Presentation()
    _widen(show)
    about = show.core_properties
    about.title, about.author, about.language = deck.title, "Tandem", deck.language
    about.subject = deck.foot
    about.created = about.modified = datetime.combine(deck.day, time(), UTC).replace(tzinfo=None)
    layout = next(one for one in show.slide_layouts if one.name == "Title Only")
    for number, one in enumerate(deck.slides, 1):
        _draw(show.slides.add_slide(layout), one, deck, f"{number}/{len(deck.slides)}")
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def _widen(show: Any) -> None:
    """Make the slides wide, and what their master and layouts place with them."""
    from pptx.util import Inches

    wider = Inches(WIDTH) / show.slide_width
    show.slide_width, show.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for place in (show.slide_master, *show.slide_layouts):
        for shape in place.shapes:
            shape.left, shape.width = round(shape.left * wider), round(shape.width * wider)


def lines_of(text: str, size: float, width: float) -> int:
    """Return how many lines a text takes, at so many points in so many inches: on the safe side.

    >>> lines_of("word " * 50, 24, 12), lines_of("short", 24, 12)
    (4, 1)
    """
    return max(1, math.ceil(len(text) * size * 0.54 / 72 / width))


def fitting(texts: Sequence[str], sizes: Sequence[float], width: float, height: float) -> float:
    """Return the first of some sizes at which texts, each a paragraph, fit; else the last."""
    for size in sizes:
        lines = sum(lines_of(text, size, width) + 0.35 for text in texts)
        if lines * size * 1.2 / 72 <= height:
            return size
    return sizes[-1]


def _draw(page: Any, one: Slide, deck: Deck, number: str) -> None:
    _title(page, one.title)
    _text(page, (one.measure,), (MARGIN, 1.42, _INSIDE, 0.5), (14, 12, 10), MUTED)
    _text(page, (deck.foot,), (MARGIN, 6.95, _INSIDE - 1, 0.4), (10, 9, 8), MUTED)
    _text(page, (number,), (WIDTH - MARGIN - 1, 6.95, 1, 0.4), (10,), MUTED, right=True)
    top = _TOP
    if one.says:
        alone = one.chart is None and one.grid is None
        high = _BOTTOM - _TOP if alone else 0.45
        _text(page, one.says, (MARGIN, top, _INSIDE, high), (20, 18, 16, 14, 12), INK,
              apart=alone)  # fmt: skip
        top += 0 if alone else 0.5
    left, room = MARGIN, _INSIDE
    if one.chart is not None:
        width = room * 0.38 if one.grid else room
        _chart(page, one.chart, one.title, (left, top, width, _BOTTOM - top))
        left, room = left + width + 0.2, room - width - 0.2
    if one.grid is not None:
        _grid(page, one.grid, (left, top + 0.1, room, _BOTTOM - top - 0.1))
    page.notes_slide.notes_text_frame.text = "\n".join((*one.notes, deck.foot))


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#").upper())


def _title(page: Any, text: str) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    shape = page.shapes.title
    shape.left, shape.top = Inches(MARGIN), Inches(0.35)
    shape.width, shape.height = Inches(_INSIDE), Inches(1.05)
    frame = shape.text_frame
    frame.text, frame.word_wrap, frame.vertical_anchor = text, True, MSO_ANCHOR.BOTTOM
    _tight(frame)
    line = frame.paragraphs[0]
    line.alignment = PP_ALIGN.LEFT
    line.font.size = Pt(fitting((text,), (28, 26, 24, 22, 20, 18, 16), _INSIDE, 1.05))
    line.font.bold, line.font.color.rgb = True, _rgb(INK)


def _tight(frame: Any) -> None:
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _text(
    page: Any, texts: Sequence[str], place: tuple[float, float, float, float],
    sizes: Sequence[float], colour: str, *, right: bool = False, apart: bool = False,
) -> None:  # fmt: skip
    """Add a box of paragraphs, in the first of the sizes in which they fit."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    box = page.shapes.add_textbox(*(Inches(one) for one in place))
    frame = box.text_frame
    frame.word_wrap = True
    _tight(frame)
    size = fitting(texts, sizes, place[2], place[3])
    for n, text in enumerate(texts):
        line = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
        line.text, line.font.size, line.font.color.rgb = text, Pt(size), _rgb(colour)
        line.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        if apart:
            line.space_after = Pt(size * 0.4)


def _chart(page: Any, chart: Chart, said: str, place: tuple[float, float, float, float]) -> None:
    from pptx.util import Inches, Pt

    kind, data, dress = _KINDS[type(chart)](chart)
    frame = page.shapes.add_chart(kind, *(Inches(one) for one in place), data)
    # what a screen reader says of it
    frame._element.nvGraphicFramePr.cNvPr.set("descr", said)
    drawn = frame.chart
    drawn.font.size, drawn.font.color.rgb = Pt(12), _rgb(INK)
    drawn.has_title = drawn.has_legend = False
    dress(drawn)


def _fall(chart: Fall) -> tuple[Any, Any, Callable[[Any], None]]:
    """Return a waterfall: stacked columns on a base that is not seen, labels above them."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData(number_format=chart.number)
    data.categories = chart.names
    columns = stacked(chart)
    called = {"base": _("Base (not drawn)"), "total": _("Balance"), "worse": _("Worse"),
              "better": _("Better"), "step": _("Change"), "label": _("Label")}  # fmt: skip
    for role, values in columns:
        data.add_series(called[role], values)
    roles = [role for role, _values in columns]
    return XL_CHART_TYPE.COLUMN_STACKED, data, lambda drawn: _dress_fall(drawn, chart, roles)


def stacked(chart: Fall) -> list[tuple[str, list[float | None]]]:
    """Return the stacked columns of a waterfall: the base that is not seen, then what is.

    What lies below zero is a series of its own, where anything does. The last series, seen as
    little as the base, makes room for labels.

    >>> stacked(Fall(("a", "b", "c"), (10, -3, 7), ("10", "−3", "7"), True, "0"))[:3]
    [('base', [0.0, 7.0, 0.0]), ('total', [10.0, None, 7.0]), ('better', [None, 3.0, None])]
    """
    spans = [(min(pair), max(pair)) for pair in chart.spans()]
    base = [low if low > 0 else min(high, 0.0) for low, high in spans]
    found: list[tuple[str, list[float | None]]] = [("base", [*base])]
    roles = [chart.role(place) for place in range(len(spans))]
    for role in dict.fromkeys(roles):
        above: list[float | None] = []
        below: list[float | None] = []
        for (low, high), mine in zip(spans, roles, strict=True):
            own = mine == role
            above.append(max(high, 0.0) - max(low, 0.0) if own and high > 0 else None)
            below.append(min(low, 0.0) - min(high, 0.0) if own and low < 0 else None)
        found += [(role, part) for part in (above, below) if any(one for one in part)]
    most = max(high for _low, high in spans)
    return [*found, ("label", [most * _ROOM if most > 0 else None] * len(spans))]


def _dress_fall(drawn: Any, chart: Fall, roles: Sequence[str]) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
    from pptx.util import Pt

    plot = drawn.plots[0]
    plot.gap_width, plot.overlap = 45, 100
    for role, series in zip(roles, plot.series, strict=True):
        if role in ("base", "label"):
            series.format.fill.background()
            series.format.line.fill.background()
        else:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = _rgb(_ROLES[role])
        series.invert_if_negative = False
    for place, text in enumerate(chart.texts):
        label = plot.series[-1].points[place].data_label
        label.position = XL_LABEL_POSITION.INSIDE_BASE
        label.text_frame.text = text
        font = label.text_frame.paragraphs[0].runs[0].font
        font.size, font.bold, font.color.rgb = Pt(13), True, _rgb(INK)
    values, names = drawn.value_axis, drawn.category_axis
    values.visible = values.has_major_gridlines = False
    if min(min(pair) for pair in chart.spans()) >= 0:
        values.minimum_scale = 0
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.format.line.color.rgb = _rgb(MUTED)


def _lines(chart: Lines) -> tuple[Any, Any, Callable[[Any], None]]:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData(number_format=chart.number)
    data.categories = chart.days
    for one in chart.lines:
        data.add_series(one.name, [None if v is None else float(v) for v in one.values])
    return XL_CHART_TYPE.LINE, data, lambda drawn: _dress_lines(drawn, chart)


def _dress_lines(drawn: Any, chart: Lines) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION, XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    for one, series in zip(chart.lines, drawn.plots[0].series, strict=True):
        colour, width, dashed = _LOOKS[one.look]
        line = series.format.line
        line.color.rgb, line.width, series.smooth = _rgb(colour), Pt(width), False
        if dashed:
            line.dash_style = MSO_LINE.DASH
        series.marker.style = XL_MARKER_STYLE.NONE
    drawn.has_legend = True
    drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    _every_four_weeks(drawn.category_axis)
    drawn.category_axis.tick_labels.number_format = "d-m-yy"
    drawn.category_axis.tick_labels.number_format_is_linked = False
    drawn.value_axis.minimum_scale = 0
    drawn.value_axis.tick_labels.number_format = chart.number
    drawn.value_axis.tick_labels.number_format_is_linked = False
    drawn.value_axis.major_gridlines.format.line.color.rgb = _rgb(GRID)
    drawn.value_axis.format.line.fill.background()


def _every_four_weeks(axis: Any) -> None:
    """Let an axis of days name one in 28; python-pptx has no property for it."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    element = axis._element
    last = element.find("{*}lblOffset")
    for name, value in (("majorTimeUnit", "days"), ("majorUnit", "28"), ("baseTimeUnit", "days")):
        for old in element.findall(f"{{*}}{name}"):
            element.remove(old)
        last.addnext(parse_xml(f'<c:{name} {nsdecls("c")} val="{value}"/>'))


def _bars(chart: Bars) -> tuple[Any, Any, Callable[[Any], None]]:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData(number_format=chart.number)
    data.categories = chart.names
    data.add_series(chart.name, [float(one) for one in chart.values])
    return XL_CHART_TYPE.BAR_CLUSTERED, data, lambda drawn: _dress_bars(drawn, chart)


def _dress_bars(drawn: Any, chart: Bars) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK

    plot = drawn.plots[0]
    plot.gap_width, plot.has_data_labels = 60, True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = chart.number, False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    series = plot.series[0]
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _rgb(ACTUAL)
    series.invert_if_negative = False
    values, names = drawn.value_axis, drawn.category_axis
    values.visible = values.has_major_gridlines = False
    low, high = float(min(chart.values)), max(float(max(chart.values)), 0.0)
    # labels of what is below zero stand clear of the names
    values.minimum_scale = 0 if low >= 0 else low - 0.6 * (high - low)
    names.reverse_order = True
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.format.line.color.rgb = _rgb(MUTED)


_KINDS: dict[type, Callable[[Any], tuple[Any, Any, Callable[[Any], None]]]] = {
    Fall: _fall,
    Lines: _lines,
    Bars: _bars,
}


def _grid(page: Any, grid: Grid, place: tuple[float, float, float, float]) -> None:
    """Add a native table, as large as it fits."""
    from pptx.util import Inches

    rows = [grid.heads, *grid.rows, *([grid.total] if grid.total else [])]
    left, top, width, height = place
    wide = [_characters(grid, column) + 3 for column in range(len(grid.heads))]
    widths = [width * one / sum(wide) for one in wide]
    fits = (
        size
        for size in (14, 13, 12, 11, 10)
        if sum(_row_height(row, widths, size) for row in rows) <= height
        and not any(_broken(row, widths, size, strong=n == 0) for n, row in enumerate(rows))
    )
    size = next(fits, 9)
    heights = [_row_height(row, widths, size) for row in rows]
    frame = page.shapes.add_table(
        len(rows), len(grid.heads), Inches(left), Inches(top), Inches(width), Inches(sum(heights))
    )
    drawn = frame.table
    properties = drawn._tbl.tblPr
    properties.find("{*}tableStyleId").text = _PLAIN
    drawn.horz_banding = False
    for n, one in enumerate(widths):
        drawn.columns[n].width = Inches(one)
    for n, (row, high) in enumerate(zip(rows, heights, strict=True)):
        drawn.rows[n].height = Inches(high)
        strong = n == 0 or (bool(grid.total) and n == len(rows) - 1)
        for column, text in enumerate(row):
            left_side = column < grid.texts
            _cell(drawn.cell(n, column), text, size, strong=strong, left=left_side, head=n == 0)


def _characters(grid: Grid, column: int) -> int:
    """Return how many characters wide a column is: numbers never break, texts and heads may."""
    cells = [row[column] for row in (*grid.rows, *([grid.total] if grid.total else []))]
    longest = max((len(text) for text in cells), default=0)
    word = round(1.25 * max(map(len, grid.heads[column].split()), default=0))  # bold
    if column >= grid.texts:
        return max(word, longest)
    words = max((len(w) for text in cells for w in text.split()), default=0)
    return max(word, words + 2, min(longest, 20))


def _broken(row: Sequence[str], widths: Sequence[float], size: float, *, strong: bool) -> bool:
    """Whether a word of a row is wider than its cell."""
    wide = size * 1.15 if strong else size
    cells = zip(row, widths, strict=True)
    return any(lines_of(w, wide, room - 0.12) > 1 for text, room in cells for w in text.split())


def _row_height(row: Sequence[str], widths: Sequence[float], size: float) -> float:
    lines = max(lines_of(text, size, w - 0.12) for text, w in zip(row, widths, strict=True))
    return lines * size * 1.2 / 72 + 0.1


def _cell(cell: Any, text: str, size: float, *, strong: bool, left: bool, head: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    cell.text = text
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.05)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.MIDDLE
    line = cell.text_frame.paragraphs[0]
    line.alignment = PP_ALIGN.LEFT if left else PP_ALIGN.RIGHT
    line.font.size, line.font.bold, line.font.color.rgb = Pt(size), strong, _rgb(INK)
    if head:
        cell.fill.solid()
        cell.fill.fore_color.rgb = _rgb(FILL)

"""The pictures and sentences of the DSO page: rows of the `dso` metric in, figures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.charts.curves import translucent
from dashboards.charts.figures import (
    ACCENT,
    ACTUAL,
    CHARACTER,
    FILL,
    MUTED,
    PREVIOUS,
    WORSE,
    Figure,
    figure,
    nice_ticks,
    value_axis,
)
from dashboards.charts.months import month_names_axis, spread
from data.core.texts import N_
from metrics.asking.ledger import month_end, month_start

Row = Mapping[str, Any]
TREND_HEIGHT = 360
_LINE = 17  # pixels a line of text takes at a line's end


@dataclass(frozen=True)
class Method:
    """One way to compute DSO: its column, its name at the line's end, months of sales it needs."""

    name: str
    label: str
    months: int
    colour: str
    width: float = 1.8
    dash: str = "solid"


METHODS = (
    Method("period_end", N_("1 month"), 1, PREVIOUS),
    Method("rolling_12m", N_("12 months"), 12, ACCENT),
    Method("count_back", N_("Count-back"), 0, ACTUAL, 2, "dot"),
    Method("best_possible_3m", N_("Best possible"), 3, MUTED, 1.8, "dash"),
    Method("rolling_3m", N_("3 months"), 3, ACTUAL, 2.8),
)


def covered(day: date, months: int, first_day: date) -> bool:
    """Return whether the data reach back over a window of `months` months that ends on `day`.

    >>> [covered(date(2026, 3, 31), months, date(2026, 1, 5)) for months in (3, 12)]
    [True, False]
    """
    return months < 1 or month_start(day, months - 1) >= month_start(first_day)


def known_value(row: Row, name: str, months: int, first_day: date) -> float | None:
    """Return a method's figure, None where its window starts before the data do."""
    value = row[name]
    return float(value) if value is not None and covered(row["as_of"], months, first_day) else None


@dataclass(frozen=True)
class _End:
    at: float
    text: str
    colour: str


def _label_ends(
    drawn: Figure, ends: Sequence[_End], last: int, span: float, pixels: int = _LINE
) -> None:
    """Write the names at the right of the last point, each with `pixels` of height to itself.

    The margin is as wide as the longest line of them.
    """
    longest = max((len(part) for e in ends for part in e.text.split("<br>")), default=0)
    drawn.update_layout(margin={"l": 8, "r": 14 + int(longest * CHARACTER), "t": 10, "b": 8})
    gap = pixels * span / (TREND_HEIGHT - 60)
    for end, y in zip(ends, spread([e.at for e in ends], gap), strict=True):
        drawn.add_annotation(
            x=last, y=y, text=end.text, font={"color": end.colour, "size": 12.5}, xanchor="left",
            yanchor="middle", xshift=9, showarrow=False, align="left",
        )  # fmt: skip


def _carrier(drawn: Figure, at: Sequence[float | None], texts: Sequence[str]) -> None:
    """Put the hover texts on one unseen line, so that a month has one box with every figure."""
    drawn.add_scatter(
        x=list(range(len(at))), y=list(at), mode="markers", marker={"opacity": 0, "size": 1},
        customdata=list(texts), hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def trend_figure(
    history: Sequence[Row], f: Format, first_day: date, target: float | None = None
) -> Figure:
    """Draw the terms granted and, on top, the days lost to late payment: together DSO, 3 months.

    Months whose three months of sales start before the data do are left empty.
    """
    places = list(range(len(history)))
    best = [known_value(r, "best_possible_3m", 3, first_day) for r in history]
    dso = [known_value(r, "rolling_3m", 3, first_day) for r in history]
    drawn = figure(f, hovermode="x")
    axis = value_axis([*best, *dso, target], "days", f)
    nothing: dict[str, Any] = {"mode": "lines", "hoverinfo": "skip"}
    drawn.add_scatter(
        x=places, y=best, line={"width": 0, "color": FILL}, fill="tozeroy",
        fillcolor=FILL, **nothing,
    )  # fmt: skip
    drawn.add_scatter(
        x=places, y=dso, line={"width": 2.4, "color": ACTUAL}, fill="tonexty",
        fillcolor=translucent(WORSE, 0.5), **nothing,
    )  # fmt: skip
    if target is not None:
        drawn.add_scatter(
            x=places, y=[target] * len(places), line={"width": 1.4, "color": MUTED, "dash": "dash"},
            **nothing,
        )  # fmt: skip
    texts = [
        "<br>".join(
            (
                f"<b>{f.day(r['as_of'])}</b>",
                _("DSO {days} days").format(days=f.days(d)),
                _("Lost to late payment {days}").format(
                    days=f.days(r["average_days_delinquent_3m"])
                ),
                _("Terms granted {days}").format(days=f.days(b)),
            )
        )
        if d is not None
        else ""
        for r, b, d in zip(history, best, dso, strict=True)
    ]
    _carrier(drawn, dso, texts)
    if best[-1] is not None and dso[-1] is not None:
        lost = dso[-1] - best[-1]
        ends = [
            _End(dso[-1], f"<b>{_('DSO {days}').format(days=f.days(dso[-1]))}</b>", ACTUAL),
            _End(
                best[-1] + lost / 2, _("Lost to late<br>payment {days}").format(days=f.days(lost)),
                WORSE,
            ),
            _End(best[-1] / 2, _("Terms<br>granted {days}").format(days=f.days(best[-1])), MUTED),
        ]  # fmt: skip
        if target is not None:
            ends.append(_End(target, _("Target {days}").format(days=f.days(target)), MUTED))
        _label_ends(drawn, ends, len(places) - 1, axis["range"][1], 2 * _LINE)
    drawn.update_layout(
        xaxis=month_names_axis([r["as_of"] for r in history], f),
        yaxis=axis,
    )
    return drawn


def methods_figure(
    history: Sequence[Row], f: Format, first_day: date, target: float | None = None
) -> Figure:
    """Draw one line for each method, named at its end.

    A count-back that ran out of history leaves a gap and says "at least" under the pointer and
    at its end.
    """
    drawn = figure(f, hovermode="x")
    days = [r["as_of"] for r in history]
    lines = {
        m.name: [known_value(r, m.name, m.months, first_day) for r in history] for m in METHODS
    }
    known = [v for v in (*(v for line in lines.values() for v in line), target) if v is not None]
    # lines are compared with one another, not with nothing: their axis need not start at zero
    ticks = nice_ticks(min(known, default=0), max(known, default=1), 5)
    bottom, top = ticks[0], ticks[-1]
    axis = {
        "tickvals": ticks,
        "ticktext": [f.number(v, 0 if top - bottom >= 4 else 1) for v in ticks],
        "range": [bottom, top],
        "zeroline": bottom == 0,
    }
    ends: list[_End] = []
    for m in METHODS:
        drawn.add_scatter(
            x=list(range(len(days))), y=lines[m.name], mode="lines", hoverinfo="skip",
            line={"color": m.colour, "width": m.width, "dash": m.dash},
        )  # fmt: skip
        value, label = lines[m.name][-1], _(m.label)
        # the grey of a thin line is too faint to read as text
        colour = MUTED if m.colour == PREVIOUS else m.colour
        if value is not None:
            text = f"{label} {f.days(value)}"
            ends.append(_End(value, f"<b>{text}</b>" if m.name == "rolling_3m" else text, colour))
        elif m.name == "count_back" and history[-1]["count_back_at_least"] is not None:
            ends.append(_End(top, f"{label} {at_least(history[-1], f)}", colour))
    if target is not None:
        drawn.add_scatter(
            x=list(range(len(days))), y=[target] * len(days), mode="lines", hoverinfo="skip",
            line={"width": 1.4, "color": MUTED, "dash": "longdash"},
        )  # fmt: skip
        ends.append(_End(target, _("Target {days}").format(days=f.days(target)), MUTED))
    _label_ends(drawn, ends, len(days) - 1, top - bottom)
    texts = []
    for n, row in enumerate(history):
        said = [f"<b>{f.day(row['as_of'])}</b>"]
        for m in reversed(METHODS):
            value = lines[m.name][n]
            if value is None and m.name == "count_back" and row["count_back_at_least"] is not None:
                said.append(f"{_(m.label)} {at_least(row, f)}")
            else:
                said.append(f"{_(m.label)} {f.days(value)}")
        texts.append("<br>".join(said))
    _carrier(drawn, [(bottom + top) / 2] * len(days), texts)
    drawn.update_layout(xaxis=month_names_axis(days, f), yaxis=axis)
    return drawn


def at_least(row: Row, f: Format) -> str:
    """Return how a count-back that ran out of history is said."""
    return _("at least {days}").format(days=f.days(row["count_back_at_least"], 0))


def why_methods_differ(history: Sequence[Row], f: Format, first_day: date) -> list[str]:
    """Say in two sentences why the methods differ on the last day of `history`.

    Each method divides the same receivables by sales a day of another period; so the ratio of
    two methods is the ratio of those sales a day, exactly, and that is what is said.
    """
    row = history[-1]
    month = f.month_name(row["as_of"])
    one, three, twelve = (
        known_value(row, name, months, first_day)
        for name, months in (("period_end", 1), ("rolling_3m", 3), ("rolling_12m", 12))
    )
    return [
        s
        for s in (
            _count_back_words(row, three, f),
            _season_words(history, month, one, twelve, f, first_day),
        )
        if s
    ]


def _count_back_words(row: Row, three: float | None, f: Format) -> str:
    if row["count_back_at_least"] is not None:
        return _(
            "Count-back is at least {days} days: the receivables are larger than all sales "
            "that the data know, so it runs out of history and gives no plain number."
        ).format(days=f.days(row["count_back_at_least"], 0))
    back = row["count_back"]
    if back is None or three is None or back <= 0 or three <= 0:
        return ""
    if abs(back - three) < 0.5:
        return _(
            "Count-back and the 3-month DSO agree within half a day: the last {days} days, which "
            "the receivables stand for, sold as much a day as the three months together."
        ).format(days=f.days(back, 0))
    text = (
        _("Count-back ({back} days) is {gap} days below the 3-month DSO ({three}): the last {days} "
          "days, which the receivables stand for, sold {share} more a day than the three months "
          "together.")
        if back < three
        else _("Count-back ({back} days) is {gap} days above the 3-month DSO ({three}): the last "
               "{days} days, which the receivables stand for, sold {share} less a day than the "
               "three months together.")
    )  # fmt: skip
    return text.format(
        back=f.days(back), gap=f.days(abs(back - three)), three=f.days(three),
        days=f.days(back, 0), share=f.share(abs(three / back - 1)),
    )  # fmt: skip


def _season_words(
    history: Sequence[Row],
    month: str,
    one: float | None,
    twelve: float | None,
    f: Format,
    first_day: date,
) -> str:
    if one is None or twelve is None or one <= 0 or twelve <= 0:
        return ""
    if abs(one - twelve) < 0.5:
        return _(
            "The 1-month and the 12-month DSO agree within half a day: {month} sold as much a day "
            "as the twelve months together."
        ).format(month=month)
    more = twelve / one - 1
    text = (
        _("The 1-month DSO ({one}) is {gap} days below the 12-month DSO ({twelve}): {month} sold "
          "{share} more a day than the twelve months together")
        if more > 0
        else _("The 1-month DSO ({one}) is {gap} days above the 12-month DSO ({twelve}): {month} "
               "sold {share} less a day than the twelve months together")
    ).format(
        one=f.days(one), gap=f.days(abs(one - twelve)), twelve=f.days(twelve), month=month,
        share=f.share(abs(more)),
    )  # fmt: skip
    return text + _year_ago_words(history, more, f, first_day)


def _year_ago_words(history: Sequence[Row], more: float, f: Format, first_day: date) -> str:
    """Say whether the same month a year ago was as far from its own year: the season, or not."""
    before = history[-13] if len(history) > 12 else None
    # a few per cent are no season, and a day within a month has no whole month to stand beside
    if (
        abs(more) < 0.05
        or before is None
        or history[-1]["as_of"] != month_end(history[-1]["as_of"])
    ):
        return "."
    one = known_value(before, "period_end", 1, first_day)
    twelve = known_value(before, "rolling_12m", 12, first_day)
    if not one or not twelve:
        return "."
    then = twelve / one - 1
    signed = ("+" if then > 0 else "") + f.share(then)
    if then * more > 0 and abs(then) >= abs(more) / 2:
        return _("; a year ago it was {share}, so this is the season.").format(share=signed)
    return _("; a year ago it was {share}, so this is not the season.").format(share=signed)

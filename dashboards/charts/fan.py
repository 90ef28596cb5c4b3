"""The picture of what comes in: weeks that were, weeks to come, and what was expected of both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.charts.curves import translucent
from dashboards.charts.figures import ACCENT, ACTUAL, FILL, MUTED, Figure, figure, value_axis
from metrics.review.forecast.bands import QUANTILES
from metrics.review.forecast.book import Floats
from metrics.review.forecast.forecast import Week

HEIGHT = 340
_WIDE, _BAND, _BAR = 0.5, 0.86, 0.46
_EVERY = 4


def fan_figure(
    came: Sequence[float],
    before: Floats | None,
    issued: Sequence[Week],
    total: Sequence[Week],
    supposed: Sequence[Week],
    f: Format,
) -> Figure:
    """Draw what came in, week by week, over what was expected of it, and what is expected.

    came: of the weeks before, the oldest first. before: the bands of these weeks; None for none.
    issued, total: the weeks to come. supposed: the same under a what-if.
    """
    drawn = figure(f, barmode="overlay", bargap=0.3, hovermode="closest")
    past, ahead = len(came), [len(came) + n for n in range(len(total))]
    weeks = [total[0].week + timedelta(7 * (n - past)) for n in range(past + len(total))]
    if before is not None:
        _fan(drawn, range(past), before)
    around = [_around(one) for one in total]
    if all(around):
        _fan(drawn, ahead, [one for one in around if one])
    drawn.add_bar(
        x=list(range(past)), y=list(came), marker={"color": ACTUAL}, width=_BAR,
        hovertemplate="%{customdata}<extra></extra>",
        customdata=[
            _("{week}: {amount} came in").format(week=span(week, f), amount=f.money(value))
            for week, value in zip(weeks, came, strict=False)
        ],
    )  # fmt: skip
    drawn.add_bar(
        x=ahead, y=[float(one.expected) for one in total], width=_BAR,
        marker={"color": "rgba(0,0,0,0)", "line": {"color": ACTUAL, "width": 1.2}},
        hovertemplate="%{customdata}<extra></extra>", customdata=[said(one, f) for one in total],
    )  # fmt: skip
    drawn.add_bar(
        x=ahead, y=[float(one.expected) for one in issued], width=_BAR,
        marker={"color": ACTUAL, "line": {"width": 0},
                "pattern": {"shape": "/", "size": 6, "solidity": 0.35, "fgcolor": ACTUAL,
                            "bgcolor": FILL, "fillmode": "overlay"}},
        hovertemplate="%{customdata}<extra></extra>",
        customdata=[
            _("{week}: {amount} of it from invoices issued already").format(
                week=span(one.week, f), amount=f.money(one.expected)
            )
            for one in issued
        ],
    )  # fmt: skip
    if supposed:
        drawn.add_scatter(
            x=ahead, y=[float(one.expected) for one in supposed], mode="lines+markers",
            line={"color": ACCENT, "width": 2}, marker={"color": ACCENT, "size": 6},
            hovertemplate="%{customdata}<extra></extra>",
            customdata=[said(one, f) for one in supposed],
        )  # fmt: skip
    highest = [*came, *(float(one.high_90 or one.expected) for one in total)]
    if before is not None:
        highest += [float(before[:, -1].max())]
    drawn.add_vline(past - 0.5, {"color": MUTED, "width": 1, "dash": "dot"})
    shown = [n for n in range(len(weeks)) if (n - past) % _EVERY == 0]
    drawn.update_layout(
        xaxis={"tickvals": shown, "ticktext": _days([weeks[n] for n in shown], f), "tickangle": 0,
               "range": [-0.7, len(weeks) - 0.3]},
        yaxis=value_axis(highest, "money", f),
    )  # fmt: skip
    return drawn


def _days(days: Sequence[date], f: Format) -> list[str]:
    """Return days for a narrow axis: on a second line the month, and once the year below it."""
    before = [None, *(day.year for day in days)]
    return [
        f"{day.day}<br>{f.month_brief(day)}" + (f"<br>{day.year}" if day.year != year else "")
        for day, year in zip(days, before, strict=False)
    ]


def _fan(drawn: Figure, places: Any, around: Any) -> None:
    """Draw the bands of 90 % and 50 % behind the weeks."""
    for low, high, colour in (
        (0, len(QUANTILES) - 1, translucent(FILL, _WIDE)), (1, len(QUANTILES) - 2, FILL)
    ):  # fmt: skip
        lower = [float(one[low]) for one in around]
        drawn.add_bar(
            x=list(places), base=lower,
            y=[float(one[high]) - least for one, least in zip(around, lower, strict=True)],
            width=_BAND, marker={"color": colour, "line": {"width": 0}},
            hoverinfo="skip",
        )  # fmt: skip


def _around(one: Week) -> tuple[float, ...] | None:
    bounds = (one.low_90, one.low_50, one.expected, one.high_50, one.high_90)
    known = tuple(float(value) for value in bounds if value is not None)
    return known if len(known) == len(bounds) else None


def span(week: date, f: Format) -> str:
    """Return the days of a week in words."""
    return _("{first} to {last}").format(first=f.day(week), last=f.day(week + timedelta(6)))


def said(one: Week, f: Format) -> str:
    """Say what is expected in a week, and between what it lies."""
    text = _("{week}: {amount} is expected").format(
        week=span(one.week, f), amount=f.money(one.expected)
    )
    if one.low_50 is None:
        return text
    more = _("one time in two {low} to {high}; nine times of ten {least} to {most}").format(
        low=f.money(one.low_50), high=f.money(one.high_50), least=f.money(one.low_90),
        most=f.money(one.high_90),
    )  # fmt: skip
    return f"{text}<br>{more}"

"""Why DSO moved: the bridge in a sentence, as a waterfall, and by the groups behind each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.base.view import Explain, NotEnough, View
from dashboards.charts.figures import ACTUAL, BETTER, GRID, INK, WORSE, Figure, figure
from dashboards.charts.tables import Bar
from data.core.texts import N_, Text
from metrics.asking.ledger import Ledger, same_day

Row = Mapping[str, Any]

#: step -> its name; longer; shorter
STEPS: dict[str, tuple[str, str, str]] = {
    "mix": (
        N_("Customer mix"),
        N_("slower-paying customers growing"),
        N_("faster-paying customers growing"),
    ),
    "timing": (
        N_("Timing of sales"),
        N_("sales later in the three months"),
        N_("sales earlier in the three months"),
    ),
    "terms": (N_("Payment terms"), N_("longer terms"), N_("shorter terms")),
    "lateness": (N_("Late payment"), N_("later payment"), N_("earlier payment")),
    "unapplied": (
        N_("Unapplied money"),
        N_("less money waiting to be matched"),
        N_("more money waiting to be matched"),
    ),
    "without_sales": (
        N_("Balances without sales"),
        N_("more owed by customers without sales"),
        N_("less owed by customers without sales"),
    ),
}
_WHY = {
    "before_the_data": N_(
        "The three months to {since} begin before the first sale, so DSO cannot be compared with "
        "that day."
    ),
    "no_sales_before": N_("There were no sales in the three months to {since} to compare with."),
    "no_sales_after": N_("There were no sales in the three months to {day}."),
}
_ADDED = ("before", *STEPS, "after", "change", "share_before", "share_after")
#: Parts below this many days are not worth a word.
LEAST = 0.05
MOST_GROUPS = 6
HEIGHT = 262


@dataclass(frozen=True)
class Bridge:
    """The bridge between two days, of all that the filters leave and of its groups.

    by: the dimension of the groups, `customer` where the filters leave one group only: a group is
    never compared with itself. total: the columns of the metric.
    """

    ledger: Ledger
    by: str
    total: Row
    _table: pa.Table

    def groups(self) -> list[dict[str, Any]]:
        """Return the parts of each group, its value under `name`."""
        return _grouped(self._table, self.by)

    def customers(self, group: str) -> list[dict[str, Any]]:
        """Return the parts of each customer in a group."""
        return _grouped(self._table.filter(pc.equal(self._table[self.by], group)), "customer")

    @property
    def largest(self) -> str:
        """The step that moved most in the direction of the change."""
        sign = 1 if self.total["change"] >= 0 else -1
        return max(STEPS, key=lambda step: sign * self.total[step])

    def days(self, row: Row, step: str) -> float:
        """Return what a group did to DSO in a step.

        Of the mix, what a change of its share does beside the average customer's: a group that
        grows and pays like all others moved nothing.
        """
        if step != "mix":
            return float(row[step])
        mean = (self.total["before"] + self.total["after"]) / 2
        return float(row["mix"] - (row["share_after"] - row["share_before"]) * mean)

    def explain(self, by: str = "total", at: Mapping[str, str] | None = None) -> Explain:
        """Return what the ⋯ menu refers to."""
        since = (self.ledger.since or self.ledger.as_of).isoformat()
        return Explain("dso_bridge", by=(by,), since=since, at=at or {})


def _grouped(table: pa.Table, by: str) -> list[dict[str, Any]]:
    summed = table.group_by(by).aggregate([(name, "sum") for name in _ADDED])
    named = [name.removesuffix("_sum") if name != by else "name" for name in summed.column_names]
    rows: list[dict[str, Any]] = summed.rename_columns(named).to_pylist()
    return rows


def bridge_of(view: View, by: str, back: int) -> Bridge:
    """Return the bridge since `back` months ago, by groups of `by` and their customers.

    Raises NoRows where there is nothing, and NotEnough with the reason where one of the two days
    has no DSO.
    """
    ledger = replace(view.ledger, since=same_day(view.selection.as_of, back))
    table = view.answer("dso_bridge", ledger, (by,) if by == "customer" else (by, "customer"))
    why = table["missing"][0].as_py()
    if why:
        days = {"since": view.f.day(ledger.since or ledger.as_of), "day": view.f.day(ledger.as_of)}
        raise NotEnough(Text(_WHY[why], days))
    total = {name: pc.sum(table[name]).as_py() for name in _ADDED}
    alone = len(pc.unique(table[by])) < 2
    return Bridge(ledger, "customer" if alone else by, total, table)


def sentence(total: Row, back: int, f: Format) -> str:
    """Return what moved DSO in one sentence: the largest parts in words, small ones left out."""
    moved = total["change"]
    if abs(moved) < LEAST:
        head = _("DSO is what it was a month ago") if back == 1 else _("DSO is as a year ago")
    else:
        if moved > 0:
            head = (
                _("DSO rose {days} days in a month")
                if back == 1
                else _("DSO rose {days} days in a year")
            )
        else:
            head = (
                _("DSO fell {days} days in a month")
                if back == 1
                else _("DSO fell {days} days in a year")
            )
        head = head.format(days=f.days(abs(moved)))
    sign = 1 if moved >= 0 else -1
    parts = sorted(((sign * total[step], step) for step in STEPS), reverse=True)
    least = max(LEAST, max(abs(days) for days, _step in parts) / 10)
    along = [(days, step) for days, step in parts if days >= least][:3]
    against = [(-days, step) for days, step in reversed(parts) if days <= -least][:2]

    def said(found: Sequence[tuple[float, str]], direction: int) -> str:
        words = [f"{f.days(days)} {_(STEPS[step][1 if direction > 0 else 2])}"
                 for days, step in found]  # fmt: skip
        return ", ".join(words)

    if not along:
        return head
    if not against:
        return _("{moved}: {parts}").format(moved=head, parts=said(along, sign))
    text = _("{moved}: {parts}; against it {others}")
    return text.format(moved=head, parts=said(along, sign), others=said(against, -sign))


def waterfall(total: Row, f: Format, before: str, after: str, chosen: str = "") -> Figure:
    """Return the steps from DSO before to DSO after, from top to bottom; `chosen` stands out."""
    steps = [step for step in STEPS if abs(total[step]) >= LEAST or step == chosen]
    names = [before, *(_(STEPS[step][0]) for step in steps), after]
    starts, lengths, colours, texts = [0.0], [total["before"]], [ACTUAL], [f.days(total["before"])]
    at = total["before"]
    for step in steps:
        moved = total[step]
        starts.append(min(at, at + moved))
        lengths.append(abs(moved))
        colours.append(WORSE if moved > 0 else BETTER)
        texts.append(f.delta(moved, "days"))
        at += moved
    # steps too small to be drawn are in the last one all the same
    starts.append(0.0)
    lengths.append(total["after"])
    colours.append(ACTUAL)
    texts.append(f.days(total["after"]))
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    places = list(range(len(names)))
    drawn = figure(f)
    drawn.add_bar(
        orientation="h", y=places, base=starts, x=lengths, marker={"color": colours},
        text=texts, textposition="outside", cliponaxis=False, textfont={"color": INK, "size": 12.5},
        customdata=[[name, text] for name, text in zip(names, texts, strict=True)],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>", width=0.62,
    )  # fmt: skip
    for place, end in zip(places[:-1], _running(total, steps), strict=True):
        drawn.add_shape(
            type="line", x0=end, x1=end, y0=place - 0.31, y1=place + 1.31,
            line={"color": GRID, "width": 1}, layer="below",
        )  # fmt: skip
    bold = [
        f"<b>{name}</b>"
        if n in (0, len(names) - 1) or (n and steps[n - 1 : n] == [chosen])
        else name
        for n, name in enumerate(names)
    ]
    low = min(0.0, *starts)
    drawn.update_layout(
        xaxis={
            "range": [low, max(ends) + (max(ends) - low) * 0.22],
            "showticklabels": False, "zeroline": True, "zerolinecolor": GRID,
        },
        yaxis={
            "tickvals": places, "ticktext": bold, "range": [len(names) - 0.5, -0.5],
            "showgrid": False, "zeroline": False, "tickfont": {"color": INK, "size": 12.5},
        },
        margin={"l": 8, "r": 8, "t": 2, "b": 2},
    )  # fmt: skip
    return drawn


def _running(total: Row, steps: Sequence[str]) -> list[float]:
    """Return DSO before, and after each step."""
    found = [float(total["before"])]
    for step in steps:
        found.append(found[-1] + total[step])
    return found


def step_bars(
    bridge: Bridge,
    rows: Sequence[Row],
    step: str,
    f: Format,
    label: Callable[[str], str],
    href: Callable[[str], str],
    whole: Callable[[str], str] | None = None,
) -> list[Bar]:
    """Return the groups behind a step, largest first, what all others did, and the sum.

    label, href: value -> text; value -> address. whole: value -> its name where there is room.
    """
    days = {row["name"]: bridge.days(row, step) for row in rows}
    moved = sorted((n for n in days if days[n]), key=lambda n: (-abs(days[n]), n))
    shown = moved[:MOST_GROUPS]

    # parts of a small group are hundredths of a day
    digits = 1 if shown and abs(days[shown[0]]) >= 1 else 2

    def bar(name: str, value: float, to: str = "", tone: str = "", hover: str = "") -> Bar:
        size = f.days(abs(value), digits)
        if size == f.days(0, digits):
            return Bar(name, value, f"±{size}", to, hover, tone)
        text = f"+{size}" if value > 0 else f"−{size}"
        return Bar(name, value, text, to, hover, tone or ("worse" if value > 0 else "better"))

    bars = [
        bar(label(name), days[name], href(name), hover=whole(name) if whole else "")
        for name in shown
    ]
    sum_of_all = sum(days.values())
    if len(shown) < len(moved):
        bars.append(bar(_("All others"), sum_of_all - sum(days[n] for n in shown), tone="rest"))
    return [*bars, bar(_("Together"), sum_of_all, tone="total")]

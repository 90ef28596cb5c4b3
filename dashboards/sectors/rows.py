"""Sectors as the Sectors page shows them: speed, terms, sales and growth, joined by code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dashboards.base.i18n import _
from dashboards.base.view import NoRows, View
from dashboards.charts.curves import shortened
from data.core.dimensions import DIMENSIONS, SECTOR_LEVELS
from metrics.asking.ledger import Ledger, same_day
from metrics.lists.lateness import lateness as metric_lateness

LEVELS = {name: DIMENSIONS[name].short for name in SECTOR_LEVELS}
WITHIN = (0, 5, 10, 30)
"""What may count as paying well: days beyond terms."""


@dataclass(frozen=True)
class Sector:
    """One sector as the page shows it: payment speed, terms, sales; None is not known."""

    code: str
    name: str
    paid_items: int = 0
    median: int | None = None
    median_low: int | None = None
    median_high: int | None = None
    on_time: float | None = None
    late: float | None = None
    late_year_ago: float | None = None
    terms: float | None = None
    sales: Decimal = Decimal(0)
    growth: float | None = None
    needed: int = 1
    """So many payments are enough to rank it."""
    assumed: int = 0
    """So many of its payments have an assumed due day, on which what is on time rests."""
    short: str = ""
    """Its name where room is scarce; '' where it has no shorter one."""

    @property
    def words(self) -> str:
        """Its name for a sentence: "Retail trade", not "47 Retail trade, except of motor ..."."""
        name = (self.short or self.name).removeprefix(f"{self.code} ")
        return shortened(re.split(r"[,;(]", name)[0].strip() or name, 46)

    @property
    def enough(self) -> bool:
        """Whether enough was paid to rank it."""
        return self.paid_items >= self.needed

    def pays_and_grows(self, within: int) -> bool:
        """Whether it pays within so many days of its terms, and sells more than a year ago."""
        paid = self.enough and self.late is not None and self.late <= within
        return paid and self.growth is not None and self.growth > 0


def by_speed(sectors: Sequence[Sector]) -> tuple[list[Sector], list[Sector]]:
    """Return the sectors that can be ranked, fastest first, and those with too few payments."""
    ranked = sorted(
        (s for s in sectors if s.enough),
        key=lambda s: (s.median is None, s.median or 0, s.median_high or 999, s.name),
    )
    few = sorted((s for s in sectors if not s.enough), key=lambda s: (-s.paid_items, s.name))
    return ranked, few


def level_of(page_keys: Mapping[str, str]) -> str:
    """Return the level of NACE that the URL asks for; divisions by default."""
    level = page_keys.get("level", "")
    return level if level in SECTOR_LEVELS else "sector_division"


def within_of(page_keys: Mapping[str, str]) -> int:
    """Return how many days beyond terms count as paying well; none by default."""
    asked = page_keys.get("within", "")
    return int(asked) if asked in {str(n) for n in WITHIN} else WITHIN[0]


def sectors_of(view: View, level: str) -> list[Sector]:
    """Return every sector of a level: speed, terms, sales, and lateness a year ago.

    Raises NoRows where the filters leave no documents.
    """
    return list(view.derived(("sectors", level), lambda: _sectors(view, level)))


def _sectors(view: View, level: str) -> list[Sector]:
    by = (level,)
    before = view.ledger.at(same_day(view.ledger.as_of, 12))
    answers = view.together(
        lambda: view.answer("payment_speed", by=by).to_pylist(),
        lambda: answered(view, "terms", view.ledger, by),
        lambda: answered(view, "sales", view.ledger, by),
        lambda: _lateness(view, before, by),
    )
    speed, terms, sales, earlier = ({row[level]: row for row in rows} for rows in answers)
    found = []
    for code, paid in speed.items():
        sold: Mapping[str, Any] = sales.get(code, {})
        year_ago: Mapping[str, Any] = earlier.get(code, {})
        compared = year_ago.get("paid_items", 0) >= view.enough
        found.append(
            Sector(
                code=code,
                name=view.label(level, code),
                short=view.short(level, code),
                paid_items=paid["paid_items"],
                assumed=paid["due_assumed_items"],
                median=paid["median_days_to_pay"],
                median_low=paid["median_low"],
                median_high=paid["median_high"],
                on_time=paid["on_time_share"],
                late=paid["days_beyond_terms_weighted"],
                late_year_ago=year_ago["days_beyond_terms_weighted"] if compared else None,
                terms=terms.get(code, {}).get("invoiced"),
                sales=sold.get("sales") or Decimal(0),
                growth=sold.get("growth"),
                needed=view.enough,
            )
        )
    return found


def answered(view: View, name: str, ledger: Ledger, by: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the rows of a metric, none where there are none."""
    try:
        rows: list[dict[str, Any]] = view.answer(name, ledger, by).to_pylist()
    except NoRows:
        return []
    return rows


def _lateness(view: View, ledger: Ledger, by: tuple[str, ...]) -> list[dict[str, Any]]:
    statement = metric_lateness(ledger, by)
    return view.query(statement.sql, statement.parameters)


def open_sector(view: View, sectors: Sequence[Sector]) -> Sector:
    """Return the sector of the URL; else the largest that pays well and grows; else the largest."""
    asked = view.selection.page.get("at")
    wanted = "" if asked == "-" else asked
    for sector in sectors:
        if asked is not None and sector.code == wanted:
            return sector
    within = within_of(view.selection.page)
    return max(sectors, key=lambda s: (s.pays_and_grows(within), s.enough, s.sales, s.code))


def others_than(view: View, level: str, code: str) -> dict[str, tuple[str, ...]]:
    """Return the filter that leaves every sector of the level but one; {} where none is left."""
    asked = view.selection.where(view.options).get(level) or view.options.values[level]
    left = tuple(value for value in asked if value != code)
    return {level: left} if left else {}


def lateness(view: View, ledger: Ledger) -> tuple[list[date], list[float | None]]:
    """Return the month-ends of a history and days beyond terms; None where too little was paid."""
    days = list(ledger.days)
    by_day = {r["as_of"]: r for r in _lateness(view, ledger, ("total",))}
    values: list[float | None] = []
    for day in days:
        found: Mapping[str, Any] = by_day.get(day, {})
        enough = found.get("paid_items", 0) >= view.enough
        values.append(found["days_beyond_terms_weighted"] if enough else None)
    return days, values


def trend_title(view: View, name: str, values: list[float | None]) -> str:
    """Say whether somebody pays later or earlier than a year ago."""
    now = values[-1]
    before = values[-13] if len(values) > 12 else None
    if now is None or before is None:
        return _("How punctually {name} pays").format(name=name)
    if abs(now - before) < 0.5:
        return _("{name} pays as punctually as a year ago").format(name=name)
    if now > before:
        text = _("{name} pays {days} days later than a year ago")
    else:
        text = _("{name} pays {days} days earlier than a year ago")
    return text.format(name=name, days=view.f.days(abs(now - before)))

"""The figures of a month: of its last day, beside the month before, the year before, the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dashboards.base.format import Number
from dashboards.base.view import NoRows, View
from data.core.buckets import NOT_DUE
from data.core.texts import N_
from data.workspace.subjects.market import TOTAL, Target
from metrics.asking.ledger import Ledger, month_start, same_day
from metrics.lists.lateness import lateness

RECEIVABLES, DSO, OVERDUE, RECEIVED = "receivables", "dso", "overdue", "received"
INVOICED, LATE = "invoiced", "late"
MEASURES: Mapping[str, tuple[str, str, bool | None]] = {
    RECEIVABLES: (N_("Receivables"), "money", None),
    DSO: (N_("DSO, 3 months"), "days", True),
    OVERDUE: (N_("Overdue"), "share", True),
    RECEIVED: (N_("Received in the month"), "money", False),
    INVOICED: (N_("Invoiced in the month"), "money", False),
    LATE: (N_("Days beyond terms, 12 months"), "days", True),
}
"""What the month is looked at by: its name, its unit, whether more of it is worse."""


@dataclass(frozen=True)
class Month:
    """A month's figures by name; of a part of it, of the same part of the others.

    day: the last that counts. now, before, ago: of the month, the one before, a year before; what
    is not known is None. targets: by name.
    """

    day: date
    now: Mapping[str, Number | None]
    before: Mapping[str, Number | None]
    ago: Mapping[str, Number | None]
    targets: Mapping[str, Decimal]

    def change(self, name: str, back: int) -> Number | None:
        """Return the change since a month (1) or a year (12) ago; None where one is not known."""
        now, then = self.now.get(name), (self.before if back == 1 else self.ago).get(name)
        return None if now is None or then is None else now - then  # type: ignore[operator]


def month_of(view: View) -> Month:
    """Return the month of the day looked at; NoRows where there is nothing."""
    found: Month = view.derived("review", lambda: _month(view))
    return found


def _month(view: View) -> Month:
    day = view.selection.as_of
    now = figures_of(view, day)
    if now[RECEIVABLES] is None:
        raise NoRows
    return Month(
        day, now, figures_of(view, same_day(day, 1)), figures_of(view, same_day(day, 12)),
        targets_of(view),
    )  # fmt: skip


def began(day: date) -> date:
    """Return the last day of the month before that of `day`: what moved since is of the month."""
    return month_start(day) - timedelta(1)


def in_the_month(view: View, day: date) -> Ledger:
    """Return the question what moved in the month up to a day."""
    return replace(view.ledger, as_of=day, days=(), since=began(day))


def figures_of(view: View, day: date) -> dict[str, Number | None]:
    """Return the figures of a day and its month; None where the data do not reach back."""
    nothing: dict[str, Number | None] = dict.fromkeys(MEASURES)
    if day < view.options.first_day:
        return nothing
    ledger = replace(view.ledger.at(day), since=None)
    dso = _row(view, "dso", ledger)
    late = view.query((found := lateness(ledger)).sql, found.parameters)
    moved = _row(view, "movements", in_the_month(view, day))
    whole = began(day) >= view.options.first_day - timedelta(1)
    return {
        RECEIVABLES: dso.get("receivables"),
        DSO: dso.get("rolling_3m"),
        OVERDUE: _overdue(view, ledger),
        RECEIVED: -moved["received"] if moved and whole else None,
        INVOICED: moved["invoiced"] if moved and whole else None,
        LATE: late[0]["days_beyond_terms_weighted"] if late else None,
    }


def _row(view: View, name: str, ledger: Ledger) -> Mapping[str, Any]:
    return next(iter(view.rows_of(name, ledger)), {})


def _overdue(view: View, ledger: Ledger) -> float | None:
    """Return what of the positive open items is past due, of 1; None where nothing is open."""
    amounts = {row["bucket"]: row["amount"] for row in view.rows_of("aging", ledger)}
    overdue = sum((amounts.get(b) or Decimal(0) for b in view.buckets.late), Decimal(0))
    whole = overdue + (amounts.get(NOT_DUE) or Decimal(0))
    return float(overdue / whole) if whole else None


def targets_of(view: View) -> dict[str, Decimal]:
    """Return what is aimed at over all customers, by figure: the last that was said and holds."""
    assert view.memory is not None  # noqa: S101 - pages look through a context
    found: dict[str, Decimal] = {}
    for line in view.memory.lines(subjects=(Target.name,), by=view.said_by):
        said = line.said
        if line.holds and isinstance(said, Target) and said.dimension == TOTAL:
            goal = said.goal / 100 if said.measure == OVERDUE else said.goal
            found[said.measure] = goal
    return found


@dataclass(frozen=True)
class Worth:
    """What days of DSO are worth: money that waits, and what waiting costs in a year."""

    cash: Decimal
    interest: Decimal


def worth_of(view: View, days: float) -> Worth | None:
    """Return what so many days are worth at the sales of three months; None without sales."""
    day = view.selection.as_of
    row = _row(view, "dso", replace(view.ledger.at(day), since=None))
    sales = row.get("sales_3m")
    if not sales:
        return None
    window = (day - month_start(day, 2)).days + 1
    cash = Decimal(repr(round(days, 6))) * sales / window
    percent = Decimal(view.options.policy.money_percent.at(day))
    return Worth(cash, cash * percent / 100)

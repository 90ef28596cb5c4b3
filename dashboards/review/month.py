"""The month as the review sees it: pure objects, of which the page shows parts and files hold all.

Its figures are of the month's last day, beside the month before, the year before and the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dashboards.base.format import Number
from dashboards.base.view import NoRows, NotEnough, View
from dashboards.charts.bridge import LEAST, STEPS, Bridge, bridge_of
from dashboards.charts.buckets import overdue_share
from dashboards.charts.forecast import FIRST_WEEKS, Made, made_of
from dashboards.charts.signs import let_through
from dashboards.frame.deals import cases_of
from data.core.errors import EngineError
from data.core.texts import N_, Text
from data.workspace.subjects.market import TOTAL, Target
from metrics.asking.ledger import Ledger, month_start, same_day
from metrics.decide.deal.cases import WAITING, Case
from metrics.lists.lateness import lateness
from metrics.review.forecast import forecast
from metrics.review.loss.expected_loss import together

RECEIVABLES, DSO, OVERDUE, RECEIVED = "receivables", "dso", "overdue", "received"
INVOICED, LATE, LOSS = "invoiced", "late", "loss"
MEASURES: Mapping[str, tuple[str, str, bool | None]] = {
    RECEIVABLES: (N_("Receivables"), "money", None),
    DSO: (N_("DSO, 3 months"), "days", True),
    OVERDUE: (N_("Overdue"), "share", True),
    RECEIVED: (N_("Received in the month"), "money", False),
    INVOICED: (N_("Invoiced in the month"), "money", False),
    LATE: (N_("Days beyond terms, 12 months"), "days", True),
    LOSS: (N_("Expected loss"), "money", True),
}
"""What the month is looked at by: its name, its unit, whether more of it is worse."""
GROUPS = "sector_division"
"""By what the bridge is made: its steps are the same by any."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Worth:
    """What days of DSO are worth: money that waits, and what waiting costs in a year."""

    cash: Decimal
    interest: Decimal


@dataclass(frozen=True)
class Month:
    """A month's figures by name; of a part of it, of the same part of the others.

    day: the last that counts. now, before, ago: of the month, the one before, a year before; what
    is not known is None. targets: by name. sales, window: of three months, and their days; None
    where the first is not known. percent: what money costs a year.
    """

    day: date
    now: Mapping[str, Number | None]
    before: Mapping[str, Number | None]
    ago: Mapping[str, Number | None]
    targets: Mapping[str, Decimal]
    sales: Decimal | None
    window: int
    percent: Decimal

    def change(self, name: str, back: int) -> Number | None:
        """Return the change since a month (1) or a year (12) ago; None where one is not known."""
        now, then = self.now.get(name), (self.before if back == 1 else self.ago).get(name)
        return None if now is None or then is None else now - then  # type: ignore[operator]

    def worth(self, days: float) -> Worth | None:
        """Return what so many days are worth at the sales of three months; None without sales."""
        if not self.sales:
            return None
        cash = Decimal(repr(round(days, 6))) * self.sales / self.window
        return Worth(cash, cash * self.percent / 100)


@dataclass(frozen=True)
class Why:
    """Why DSO moved in the month, step by step, and what each step is worth.

    worth: step -> its worth, of those that count; empty without sales. whole: of the change.
    """

    bridge: Bridge
    worth: Mapping[str, Worth]
    whole: Worth | None


@dataclass(frozen=True)
class Moves:
    """The roll-forward of the month: of the whole, and of each group, the largest first.

    since: the day on whose end it opens. Rows have the columns of `movements`, groups `by` too.
    """

    since: date
    by: str
    whole: Row
    groups: tuple[Row, ...]


@dataclass(frozen=True)
class Few:
    """How much hangs on few: the rows of `concentration`, and the share that nobody insures.

    uninsured: None where nothing is said of insurance, or nothing is owed.
    """

    rows: tuple[Row, ...]
    uninsured: Decimal | None


@dataclass(frozen=True)
class Review:
    """All that the review says of a month. What cannot be said is None, and `why_not` says why."""

    month: Month
    why: Why | None
    why_not: Text | None
    moves: Moves
    ahead: Made | None
    few: Few | None
    waits: tuple[Case, ...]


def review_of(view: View, by: str) -> Review:
    """Return the whole review, its roll-forward by a dimension; NoRows where there is nothing."""
    month, why, why_not = month_of(view), None, None
    try:
        why = why_of(view)
    except NotEnough as few:
        why_not = few.text
    except NoRows:
        why_not = Text(N_("There is nothing to compare with."))
    except EngineError as error:  # a cluster does not compare two days
        why_not = error.reason
    return Review(
        month, why, why_not, moves_of(view, by), _or_none(view, made_of), _or_none(view, few_of),
        tuple(waiting(view)),
    )  # fmt: skip


def month_of(view: View) -> Month:
    """Return the month of the day looked at; NoRows where there is nothing."""
    found: Month = view.derived("review", lambda: _month(view))
    return found


def _month(view: View) -> Month:
    day = view.selection.as_of
    days = (day, same_day(day, 1), same_day(day, 12))
    told = _told(view, tuple(one for one in days if one == day or one >= view.options.first_day))
    now, before, ago = (_figures(view, told, one) for one in days)
    if now[RECEIVABLES] is None:
        raise NoRows
    return Month(
        day, now, before, ago, targets_of(view), told["dso"][day]["sales_3m"],
        (day - month_start(day, 2)).days + 1, Decimal(view.options.policy.money_percent.at(day)),
    )  # fmt: skip


def began(day: date) -> date:
    """Return the last day of the month before that of `day`: what moved since is of the month."""
    return month_start(day) - timedelta(1)


def in_the_month(view: View, day: date) -> Ledger:
    """Return the question what moved in the month up to a day."""
    return replace(view.ledger, as_of=day, days=(), since=began(day))


def _told(view: View, days: Sequence[date]) -> Mapping[str, Mapping[date, Row]]:
    """Return what metrics say of several days: DSO, what is open by age, lateness, and losses."""
    ledger = replace(view.ledger, days=tuple(sorted(days)), since=None)
    aged: dict[date, dict[str, Decimal | None]] = {}
    for row in view.rows_of("aging", ledger):
        aged.setdefault(row["as_of"], {})[row["bucket"]] = row["amount"]
    late = view.query((found := lateness(ledger)).sql, found.parameters)
    lost: dict[date, list[Row]] = {}
    for row in view.rows_of("expected_loss", ledger):
        lost.setdefault(row["as_of"], []).append(row)
    return {
        "loss": {day: {"allowance": together(rows).allowance} for day, rows in lost.items()},
        "dso": {row["as_of"]: row for row in view.rows_of("dso", ledger)},
        "aging": aged,
        "lateness": {row["as_of"]: row for row in late},
    }


def _figures(
    view: View, told: Mapping[str, Mapping[date, Row]], day: date
) -> dict[str, Number | None]:
    """Return the figures of a day and its month; None where the data do not reach back."""
    if day < view.options.first_day:
        return dict.fromkeys(MEASURES)
    dso, late = told["dso"].get(day, {}), told["lateness"].get(day, {})
    moved = next(iter(view.rows_of("movements", in_the_month(view, day))), None)
    whole = began(day) >= view.options.first_day - timedelta(1)
    return {
        RECEIVABLES: dso.get("receivables"),
        DSO: dso.get("rolling_3m"),
        OVERDUE: overdue_share(told["aging"].get(day, {}), view.buckets),
        RECEIVED: -moved["received"] if moved and whole else None,
        INVOICED: moved["invoiced"] if moved and whole else None,
        LATE: late.get("days_beyond_terms_weighted"),
        LOSS: told["loss"].get(day, {}).get("allowance"),
    }


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


def why_of(view: View) -> Why:
    """Return why DSO moved since a month before; raises as `bridge_of` does."""
    bridge, month = bridge_of(view, GROUPS, 1), month_of(view)
    worth = {
        step: found
        for step in STEPS
        if abs(days := bridge.total[step]) >= LEAST and (found := month.worth(days)) is not None
    }
    return Why(bridge, worth, month.worth(bridge.total["change"]))


def moves_of(view: View, by: str) -> Moves:
    """Return the roll-forward of the month by a dimension; NoRows where there is nothing."""
    day = view.selection.as_of
    ledger = in_the_month(view, day)
    (whole,) = view.answer("movements", ledger).to_pylist()
    groups = view.answer("movements", ledger, (by,)).to_pylist()
    groups.sort(key=lambda r: (-abs(r["closing"]), r[by]))
    return Moves(began(day), by, whole, tuple(groups))


def first_weeks(made: Made) -> Decimal:
    """Return what is expected to come in within the first weeks."""
    weeks = made.plain.of(forecast.TOTAL)[:FIRST_WEEKS]
    return sum((one.expected for one in weeks), Decimal(0))


def few_of(view: View) -> Few:
    """Return how much of what is owed hangs on few; NoRows where nothing is owed."""
    rows = view.answer("concentration").to_pylist()
    uninsured = None
    for row in view.rows_of("insurance", view.ledger):
        if row["uninsured"] is not None and row["exposure"] > 0:
            uninsured = row["uninsured"] / row["exposure"]
    return Few(tuple(rows), uninsured)


def waiting(view: View) -> list[Case]:
    """Return the decisions that wait, of customers under the filters, the largest first.

    Who never bought is a customer under none.
    """
    day = view.selection.as_of
    found = [one for one in cases_of(view) if one.stands(day) == WAITING]
    through = let_through(view, sorted({one.line.customer for one in found}))
    return sorted(
        (one for one in found if one.line.customer in through), key=lambda one: -one.asked.amount
    )


def _or_none(view: View, part: Any) -> Any:
    """Return a part of the review; None where there is nothing to make it of."""
    try:
        return part(view)
    except NoRows:
        return None

"""At which stage of collection an invoice is, by its days after the due day."""

from __future__ import annotations

from datetime import date, timedelta

from data.core.policy.kinds import Stage
from data.core.policy.rules import Policy


def stage(due_on: date, day: date, policy: Policy) -> Stage | None:
    """Return the stage that has begun last by the end of `day`; None before the first.

    >>> from data.core.policy.rules import DEFAULTS
    >>> stage(date(2026, 1, 1), date(2026, 1, 22), DEFAULTS).stage
    'Second reminder'
    """
    late = (day - due_on).days
    begun = [one for one in policy.stages.at(day) if one.days <= late]
    return begun[-1] if begun else None


def next_stage(due_on: date, day: date, policy: Policy) -> tuple[Stage, date] | None:
    """Return the stage that comes after `day`, and on which day; None after the last."""
    late = (day - due_on).days
    coming = next((one for one in policy.stages.at(day) if one.days > late), None)
    return (coming, due_on + timedelta(coming.days)) if coming else None

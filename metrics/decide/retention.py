"""From when on what was written of a natural person may be erased."""

from __future__ import annotations

from datetime import date

from data.core.calendar import months_later
from data.core.policy.rules import Policy


def erasable_from(closed_on: date, day: date, policy: Policy) -> date | None:
    """Return the day from which erasure is proposed; None where no number of years was chosen.

    closed_on: on which the last document of the person was closed; where there is none, on which
    the last line was said. day: as of which the policy is
    asked.

    >>> from data.core.policy.file import parse
    >>> erasable_from(date(2024, 2, 29), date(2026, 1, 1), parse("retention = 7"))
    datetime.date(2031, 2, 28)
    """
    years = policy.retention.at(day)
    return months_later(closed_on, 12 * years) if isinstance(years, int) else None

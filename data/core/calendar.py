"""Days of the calendar."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last where it has none.

    >>> months_later(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def working_day_before(day: date) -> date:
    """Return the last day before it from Monday to Friday; holidays are not known.

    >>> working_day_before(date(2026, 11, 2)), working_day_before(date(2026, 11, 1))
    (datetime.date(2026, 10, 30), datetime.date(2026, 10, 30))
    """
    return day - timedelta(days=max(1, day.weekday() - 4) if day.weekday() else 3)

"""The insurer's clock: until when one may postpone, deliver under cover and wait with hand-over.

It runs from the original due day of the oldest open invoice; no promise, plan or new due day moves
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from data.core.policy.rules import Policy


@dataclass(frozen=True)
class Clock:
    """Days that the insurer counts.

    postpone_until: the last day to which one may postpone without asking. extension_ends: the last
    day of the maximum extension period. uninsured_from: what is delivered from this day on is not
    insured. hand_over_by: the last day to hand the claim over for collection.
    """

    due_on: date
    postpone_until: date
    extension_ends: date
    uninsured_from: date
    hand_over_by: date

    def needs_agreement(self, day: date) -> bool:
        """Return whether a promise, or an instalment of a plan, for this day must be agreed before.

        >>> from data.core.policy.rules import DEFAULTS
        >>> clock = insurers_clock(date(2026, 6, 30), DEFAULTS)
        >>> clock.needs_agreement(date(2026, 8, 20)), clock.needs_agreement(date(2026, 9, 15))
        (False, True)
        """
        return day > self.postpone_until


def insurers_clock(due_on: date, policy: Policy) -> Clock:
    """Return the clock of the oldest open invoice by its original due day.

    By what the policy says on that day.

    >>> from data.core.policy.rules import DEFAULTS
    >>> clock = insurers_clock(date(2026, 6, 30), DEFAULTS)
    >>> str(clock.postpone_until), str(clock.uninsured_from), str(clock.hand_over_by)
    ('2026-08-29', '2026-08-30', '2026-09-28')
    """
    extension = policy.extension_days.at(due_on)
    postponed = min(policy.postpone_days.at(due_on), extension)
    ends = due_on + timedelta(extension)
    return Clock(
        due_on=due_on,
        postpone_until=due_on + timedelta(postponed),
        extension_ends=ends,
        uninsured_from=ends + timedelta(1),
        hand_over_by=ends + timedelta(policy.handover_days.at(due_on)),
    )

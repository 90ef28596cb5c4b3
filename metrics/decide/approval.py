"""Who may approve: by the unsecured part of an amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.policy.kinds import Level
from data.core.policy.rules import Policy


def unsecured(
    amount: Decimal,
    insured: Decimal = Decimal(0),
    insured_percent: Decimal = Decimal(100),
    security: Decimal = Decimal(0),
) -> Decimal:
    """Return what of `amount` neither an insurer nor other security bears; never below 0.

    >>> unsecured(Decimal(100_000), Decimal(70_000), Decimal(90))
    Decimal('37000')
    """
    borne = min(insured, amount) * insured_percent / 100 + security
    return max(amount - borne, Decimal(0))


def approver(part: Decimal, day: date, policy: Policy) -> Level | None:
    """Return the lowest level that may approve this unsecured part; None where none may.

    >>> from data.core.policy.rules import DEFAULTS
    >>> approver(Decimal(37_000), date(2026, 1, 1), DEFAULTS).role
    'Credit manager'
    """
    levels = policy.approval.at(day)
    return next((one for one in levels if one.up_to is None or part <= one.up_to), None)


def reaches(level: str, needed: Level, day: date, policy: Policy) -> bool:
    """Return whether who approves up to a level may approve what needs another one.

    level: by its role; the lowest where the policy has none of that name.

    >>> from data.core.policy.rules import DEFAULTS
    >>> day = date(2026, 1, 1)
    >>> low, middle, _high = DEFAULTS.approval.at(day)
    >>> [reaches(one, middle, day, DEFAULTS) for one in ("", middle.role, "Finance director")]
    [False, True, True]
    """
    roles = [one.role for one in policy.approval.at(day)]
    own = roles.index(level) if level in roles else 0
    return own >= roles.index(needed.role)


def needs_another(part: Decimal, day: date, policy: Policy) -> bool:
    """Return whether somebody else than who asks must approve this unsecured part."""
    return part > policy.four_eyes.at(day)

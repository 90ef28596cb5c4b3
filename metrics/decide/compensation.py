"""Fixed compensation for costs of collection: of invoices or of a claim, as the law counts it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from data.core.policy.rules import Policy
from data.reference.late_payment import compensation_on

_CENT = Decimal("0.01")


def compensation(
    amounts: Sequence[Decimal], country: str, day: date, policy: Policy
) -> Decimal | None:
    """Return what may be claimed, in euro, for these late invoices of a customer in a country.

    As of `day`. None where nothing is known of the country and the policy names nothing.

    >>> from data.core.policy.rules import DEFAULTS
    >>> late, day = [Decimal(900), Decimal(100)], date(2026, 1, 1)
    >>> [str(compensation(late, country, day, DEFAULTS)) for country in ("BE", "NL", "CH")]
    ['80.00', '150.00', 'None']
    """
    if not amounts:
        return Decimal("0.00")
    own = policy.compensation.at(day).get(country)
    if own is not None:
        return (Decimal(own) * len(amounts)).quantize(_CENT, ROUND_HALF_UP)
    law = compensation_on(country, day)
    if law is None:
        return None
    if not law.scale:
        return (law.least * len(amounts)).quantize(_CENT, ROUND_HALF_UP)
    claim, start, found = sum(amounts, Decimal(0)), Decimal(0), Decimal(0)
    for end, percent in law.scale:
        upper = claim if end is None else min(claim, end)
        found += max(upper - start, Decimal(0)) * percent / 100
        start = upper
    return min(max(found, law.least), law.most).quantize(_CENT, ROUND_HALF_UP)

"""Whether terms may be as long as they are: by the law of the customer's country, and our own rule.

A cap counts from the day that the law names (`data.reference.late_payment.Cap`). Where that day, or
a size that the law asks for, is not known, and the answer hangs on it, it cannot be judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from data.core.policy.rules import Policy
from data.reference.late_payment import COMPANIES, Cap, caps_on
from metrics.asking.ledger import month_end

WITHIN = "within"
"""No longer than what is allowed."""
AGREED = "if_agreed"
"""Longer than usual: holds if expressly agreed and not grossly unfair."""
OWN = "beyond_own"
"""Longer than our own rule allows, whatever the law says: as far as is known it allows it."""
BEYOND = "beyond"
"""Longer than the law allows."""
UNKNOWN = "cannot_be_judged"
"""A day or a size is not known, or no law of the country."""
SMALL, LARGE = "small", "large"


@dataclass(frozen=True)
class Judged:
    """What became of terms.

    verdict: one of the above. latest: the last due day that the law allows outright, None where it
    is not known. falls_back: the due day that counts instead of a longer clause, None where the
    law names none or its days are not known. lacks: what must be known for the law's answer:
    receipt, buyer_size, own_size, end_of_month or law. cap: the rule that decides.
    """

    verdict: str
    latest: date | None = None
    falls_back: date | None = None
    lacks: tuple[str, ...] = ()
    cap: Cap | None = None


@dataclass(frozen=True)
class Agreement:
    """Terms of one invoice, and what is known of it.

    end_of_month: whether the contract says so many days to the end of the month. buyer_size: large,
    small (small or medium) or '' where it is not known.
    """

    country: str
    issued_on: date
    due_on: date
    received_on: date | None = None
    end_of_month: bool | None = None
    buyer_size: str = ""
    debtor: str = COMPANIES


def judge_terms(asked: Agreement, policy: Policy) -> Judged:
    """Return whether these terms may be as long as they are.

    >>> from data.core.policy.rules import DEFAULTS
    >>> sent = Agreement("BE", date(2026, 1, 5), date(2026, 3, 31))
    >>> judge_terms(sent, DEFAULTS).lacks
    ('receipt',)
    >>> from dataclasses import replace
    >>> found = judge_terms(replace(sent, received_on=date(2026, 1, 8)), DEFAULTS)
    >>> found.verdict, str(found.latest), str(found.falls_back)
    ('beyond', '2026-03-09', '2026-02-07')
    """
    by_law = _by_law(asked, policy)
    own = policy.longest_terms.at(asked.issued_on).get(asked.country)
    beyond_own = own is not None and asked.due_on > asked.issued_on + timedelta(own)
    if beyond_own and by_law.verdict != BEYOND:
        return replace(by_law, verdict=OWN)
    return by_law


def _by_law(asked: Agreement, policy: Policy) -> Judged:
    caps = caps_on(asked.country, asked.issued_on, asked.debtor)
    if not caps:
        return Judged(UNKNOWN, lacks=("law",))
    judged = [_by_cap(cap, asked, policy.own_size.at(asked.issued_on)) for cap in caps]
    # what is beyond one cap is so whatever another one says; what is not known comes next
    for verdict in (BEYOND, UNKNOWN, AGREED):
        for one in judged:
            if one.verdict == verdict:
                return one
    latest = [one.latest for one in judged if one.latest is not None]
    return Judged(WITHIN, min(latest, default=None), cap=judged[0].cap)


def _by_cap(cap: Cap, asked: Agreement, own_size: str) -> Judged:
    """Return what one cap says."""
    # whatever day it counts from, it is none before the issue
    if asked.due_on <= asked.issued_on + timedelta(cap.days):
        return Judged(WITHIN, cap=cap)
    lacks = _sizes_lacking(cap, asked.buyer_size, own_size)
    if lacks is None:
        return Judged(WITHIN, cap=cap)
    counted = asked.issued_on
    if cap.counts_from == "receipt":
        if asked.received_on is None:
            return Judged(UNKNOWN, lacks=("receipt", *lacks), cap=cap)
        counted = max(asked.received_on, asked.issued_on)
    latest = counted + timedelta(cap.days)
    if asked.due_on <= latest:
        return Judged(WITHIN, latest, cap=cap)
    if cap.end_of_month_days is not None and asked.end_of_month is not False:
        at_most = _end_of_month(asked.issued_on, cap.end_of_month_days)
        if asked.due_on <= at_most:
            if asked.end_of_month:
                return Judged(WITHIN, at_most, cap=cap)
            return Judged(UNKNOWN, latest, lacks=("end_of_month", *lacks), cap=cap)
    if lacks:
        return Judged(UNKNOWN, latest, lacks=lacks, cap=cap)
    if not cap.strict:
        return Judged(AGREED, latest, cap=cap)
    back = cap.falls_back_days
    return Judged(BEYOND, latest, None if back is None else counted + timedelta(back), cap=cap)


def _sizes_lacking(cap: Cap, buyer: str, own: str) -> tuple[str, ...] | None:
    """Return which sizes must be known for the cap to bite; None where it does not."""
    if cap.sizes == "any":
        return ()
    if buyer == SMALL or own == LARGE:
        return None
    return tuple(
        name
        for name, known in (("buyer_size", buyer == LARGE), ("own_size", own == SMALL))
        if not known
    )


def _end_of_month(issued_on: date, days: int) -> date:
    """Return the later of the two days that "so many days, end of month" may mean."""
    return max(month_end(issued_on + timedelta(days)), month_end(issued_on) + timedelta(days))

"""Aging buckets on the screen: what they are called, and in which colour."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from dashboards.base.i18n import _
from dashboards.charts.figures import COLOURS
from data.core.buckets import DEFAULT, NOT_DUE, SHADES, UNAPPLIED, Buckets
from data.core.texts import N_, Text

#: From this shade on, white words stand out.
_DEEP = 4


def labels(buckets: Buckets = DEFAULT, basis: str = "due") -> dict[str, str]:
    """Return what the buckets are called in the reader's language."""
    called = buckets.labels if basis == "due" else by_issue(buckets)
    return {name: text.render(_) for name, text in called.items()}


def by_issue(buckets: Buckets = DEFAULT) -> Mapping[str, Text]:
    """Return what the buckets are called where age counts from the day of the document."""
    if buckets.grace:
        return buckets.labels
    return {**buckets.labels, NOT_DUE: Text(N_("Same day"))}


def colours(buckets: Buckets = DEFAULT) -> Mapping[str, str]:
    """Return bucket -> colour: the default ones are the same on every page."""
    return {name: COLOURS[shade] for name, shade in buckets.shades.items()}


def overdue_share(
    amounts: Mapping[str, Decimal | None], buckets: Buckets = DEFAULT
) -> float | None:
    """Return what of the positive open items is past due, between 0 and 1; None for none.

    >>> overdue_share({"not_due": Decimal(60), "1-30": Decimal(40), "unapplied": Decimal(-50)})
    0.4
    """
    overdue = sum((amounts.get(b) or Decimal(0) for b in buckets.late), Decimal(0))
    whole = overdue + (amounts.get(NOT_DUE) or Decimal(0))
    return float(overdue / whole) if whole else None


def bucket_css() -> str:
    """Return the styles of every shade: `b-` paints with it, `h-` tints, `to-` ends in it."""
    shades = [NOT_DUE, *(f"late-{n}" for n in range(SHADES)), UNAPPLIED]
    rules = [
        f".h-{name}{{--tint:var(--t-{name})}}.to-{name}{{--late:var(--t-{name})}}"
        for name in shades
    ]
    rules += [f".b-{name}{{background:var(--t-{name})}}" for name in shades if name != UNAPPLIED]
    deep = ",".join(f".b-late-{n}" for n in range(_DEEP, SHADES))
    return "".join([*rules, f"{deep}{{color:#fff}}"])

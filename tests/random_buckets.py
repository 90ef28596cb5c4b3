"""Sets of aging buckets that nobody has thought of."""

from __future__ import annotations

from hypothesis import strategies as st

from data.core.buckets import MOST, Buckets


@st.composite
def bucket_sets(draw: st.DrawFn) -> Buckets:
    """A set by days or by calendar months, with or without days of grace."""
    grace = draw(st.sampled_from((0, 0, 3, 10)))
    if draw(st.booleans()):
        return Buckets((), draw(st.integers(1, MOST)), grace)
    days = st.integers(grace + 1, 400)
    edges = draw(st.lists(days, min_size=1, max_size=MOST, unique=True))
    return Buckets(tuple(sorted(edges)), 0, grace)

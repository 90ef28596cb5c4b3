"""What is new since a reader last looked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.review.lately import KINDS, MOST, SECTOR, SLOWER, Fact, news, read, text_of, told
from tests.depth import checked

FACTS = st.lists(
    st.builds(
        Fact,
        st.sampled_from(KINDS),
        st.sampled_from([f"n{n}" for n in range(20)]),
        st.just("C1"),
        st.decimals(-50, 50, places=2),
    ),
    unique_by=lambda x: (x.kind, x.name),
    max_size=60,
)


@pytest.mark.random
@checked(60)
@given(before=FACTS, now=FACTS)
def test_news_is_what_was_not_there_and_lines_hide_none_of_it(before, now):
    found = news(read(text_of(before)), now)
    was = {(x.kind, x.name): x.amount for x in before}
    expected = {
        (x.kind, x.name)
        for x in now
        if (
            (x.kind, x.name) in was and x.amount - was[x.kind, x.name] >= SLOWER
            if x.kind == SECTOR
            else (x.kind, x.name) not in was
        )
    }
    assert {(x.kind, x.name) for x in found} == expected
    assert not news(read(text_of(now)), now)
    lines = told(found)
    assert sum(len(one.facts) + (one.more > 0) for one in lines) == min(MOST, len(found))
    for one in lines:
        assert len(one.facts) + one.more == sum(x.kind == one.kind for x in found)


def test_a_sector_is_told_by_how_much_later_it_pays():
    one = Fact(SECTOR, "46", "", Decimal("9.50"))
    assert news({(SECTOR, "46"): Decimal("7.60")}, [one]) == ()
    (found,) = news({(SECTOR, "46"): Decimal("7.50")}, [one])
    assert found.before == Decimal("7.50")
    # a sector that is seen for the first time was not slower before
    assert news({}, [one]) == ()

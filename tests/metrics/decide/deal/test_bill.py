"""Both errors of the rules: what they held and was paid after all, what passed and was lost."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from metrics.decide.deal.bill import ALL, Bill, Judged, bill
from metrics.decide.deal.standing import Outcome
from metrics.decide.deal.tested import ASKS, FAILS, LACKS, PASSES

D = Decimal
AMOUNTS = st.decimals(0, 10_000, places=2)
OUTCOMES = st.builds(Outcome, AMOUNTS, AMOUNTS, paid=AMOUNTS, lost=AMOUNTS)
DEALS = st.lists(
    st.builds(
        Judged, AMOUNTS,
        st.fixed_dictionaries(dict.fromkeys(
            ("headroom", "terms"), st.sampled_from([PASSES, ASKS, LACKS, FAILS]))),
        st.none() | OUTCOMES,
    ),
    max_size=6,
)  # fmt: skip


def test_the_bill_of_four_deals_counted_by_hand():
    paid = Outcome(D(100), D(100), paid=D(100))
    lost = Outcome(D(40), D(40), paid=D(10), lost=D(30))
    deals = [
        Judged(D(100), {"headroom": FAILS, "terms": PASSES}, paid),
        Judged(D(40), {"headroom": PASSES, "terms": PASSES}, lost),
        Judged(D(70), {"headroom": FAILS, "terms": ASKS}),
        Judged(D(40), {"headroom": PASSES, "terms": ASKS}, lost),
    ]
    headroom, terms, every = bill(deals)
    assert headroom == Bill("headroom", 2, D(170), 1, D(100), D(0), 2, D(80), D(60))
    assert terms == Bill("terms", 2, D(110), 1, D(10), D(30), 2, D(140), D(30))
    assert every == Bill(ALL, 3, D(210), 2, D(110), D(30), 1, D(40), D(30))
    assert bill([]) == []


@given(DEALS)
def test_every_deal_is_held_or_passes_and_every_loss_stands_on_one_side(deals):
    lost = sum((one.outcome.lost for one in deals if one.outcome), D(0))
    for one in bill(deals):
        assert one.held + one.passed == len(deals)
        assert one.held_amount + one.passed_amount == sum((x.amount for x in deals), D(0))
        assert one.made_lost + one.lost == lost
        assert one.made <= one.held

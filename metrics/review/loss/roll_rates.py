"""Roll rates: what became of the items of each bucket of age from one month-end to the next."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import items

NO_HISTORY = N_(
    "no loss history: nothing was ever written off here, or less than the months that the policy "
    "asks for (loss_months) are known"
)

ROLL_RATES = Metric(
    name="roll_rates",
    label=N_("Roll rates"),
    unit="share",
    meaning=N_(
        "What became of what stood in each bucket of age at a month-end, a month later: paid, "
        "still there, rolled on into an older bucket, or written off. It follows the same items, "
        "over the 36 months before the day."
    ),
    formula=N_(
        "roll rate = rolled on ÷ (open − left out); loss rate = (written off + what rolled into "
        "each older bucket × its loss rate) ÷ (open − left out − still there)"
    ),
    conventions=(
        N_("The share is of the same items: what stands in 31–60 is compared with what of it stood "
           "in 1–30 a month before, never with the total of another month."),
        N_("What was credited, or closed without money in another way, is left out of every "
           "month: a credit note after a price dispute lowers revenue, it is no credit loss."),
        N_("What is still open is neither paid nor lost: the months that it stood through count, "
           "and no more. A payment that went back counts as none."),
        N_("Counted are invoices and balances carried forward. Write-offs count where they are "
           "matched to one that was open at a month-end before."),
        N_("What the source says is paid, but not when, counts as paid on its due day."),
        N_("The last month-end is that of the as-of day, or the one before it."),
    ),
    others=N_(
        "Commonly the total of a bucket is divided by that of the younger bucket a month before, "
        "which takes growth and new invoices for losses. Some count credit notes as paid."
    ),
    fields=(
        Field("bucket", N_("Bucket"), "text"),
        Field("open_amount", N_("Open at month-ends"), "money", additive=True),
        Field("left_out", N_("Left out"), "money", additive=True),
        Field("paid", N_("Paid"), "money", additive=True),
        Field("stayed", N_("Still there"), "money", additive=True),
        Field("rolled", N_("Rolled on"), "money", additive=True),
        Field("written_off", N_("Written off"), "money", additive=True),
        Field("roll_rate", N_("Roll rate"), "share",
              empty=N_("nothing stood there at a month-end")),
        Field("loss_rate", N_("Loss rate"), "share", empty=NO_HISTORY),
        Field("months", N_("Months followed"), "count"),
    ),
    query=Query(
        reads=("roll_rates",),
        select="""
select {by}, bucket,
    cast(open_amount as decimal(18, 2)) as open_amount,
    cast(left_out as decimal(18, 2)) as left_out, cast(paid as decimal(18, 2)) as paid,
    cast(stayed as decimal(18, 2)) as stayed, cast(rolled as decimal(18, 2)) as rolled,
    cast(written_off as decimal(18, 2)) as written_off,
    case when open_amount > left_out
        then cast(rolled as double) / cast(open_amount - left_out as double) end as roll_rate,
    cast(chance as double) as loss_rate, cast(months as bigint) as months, position
from roll_rates
""",
        disputed_too=True,
    ),
    rows={
        N_("Items at month-ends, and what became of them"): items(
            "rolls", "rolls.month_end, rolls.bucket, rolls.became,"
        ),
    },
    reference="costcalculator.calculator.city: 200,000 of 1,000,000 roll, 20 %",
    example=Example(
        source=N_("Calculators of roll rates: of 1,000,000 in 1–30, 200,000 stand in 31–60 a month "
                  "later: 20 %"),
        as_of=date(2025, 2, 28),
        documents=(
            Document("I1", "invoice", date(2024, 12, 10), date(2025, 1, 10), Decimal("200000.00")),
            Document("I2", "invoice", date(2024, 12, 10), date(2025, 1, 10), Decimal("800000.00")),
            Document("I3", "invoice", date(2025, 2, 3), date(2025, 2, 20), Decimal("500000.00")),
            Document("P2", "payment", date(2025, 2, 14), date(2025, 2, 14), Decimal("-800000.00")),
        ),
        matches=(Match("I2", "P2", Decimal("800000.00")),),
        expect=(
            {"bucket": "not_due", "open_amount": Decimal("1000000.00"), "roll_rate": 1.0,
             "loss_rate": None},
            {"bucket": "1-30", "open_amount": Decimal("1000000.00"),
             "paid": Decimal("800000.00"), "rolled": Decimal("200000.00"), "roll_rate": 0.2,
             "loss_rate": None, "months": 2},
            *({"bucket": name, "open_amount": Decimal("0.00"), "roll_rate": None}
              for name in ("31-60", "61-90", "over_90")),
        ),
        note=N_("The 500,000 that fell due since are no part of it. Nothing was written off: there "
                "is no loss history."),
    ),
    order="position",
    hidden=("position",),
)  # fmt: skip

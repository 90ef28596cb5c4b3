"""Payment speed: days to pay, days beyond terms, share on time, and the median from the curve."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from data.texts import N_
from metrics.metric import Document, Example, Field, Match, Metric
from metrics.payment_curve import CURVE
from metrics.rows import documents, items


def _example() -> Example:
    start = date(2025, 3, 1)
    days = (5, 10)
    amounts = (Decimal("10.00"), Decimal("100.00"))
    pairs = list(zip(days, amounts, strict=True))
    return Example(
        source="Dynamics 365 idea 4191bf6f, simple against weighted days to pay",
        as_of=date(2025, 3, 31),
        documents=(
            *(
                Document(f"I{n}", "invoice", start, start + timedelta(days=8), amount)
                for n, (_, amount) in enumerate(pairs)
            ),
            *(
                Document(
                    f"P{n}",
                    "payment",
                    start + timedelta(days=d),
                    start + timedelta(days=d),
                    -amount,
                )
                for n, (d, amount) in enumerate(pairs)
            ),
        ),
        matches=tuple(Match(f"I{n}", f"P{n}", amount) for n, (_, amount) in enumerate(pairs)),
        expect=(
            {
                "paid_items": 2,
                "open_items": 0,
                "days_to_pay": Decimal("7.5"),
                "days_to_pay_weighted": Decimal("9.545"),
                "days_beyond_terms_weighted": Decimal("1.545"),
                "on_time_share": Decimal("0.5"),
                "on_time_share_amount": Decimal("0.0909"),
                "median_days_to_pay": 5,
            },
        ),
    )


PAYMENT_SPEED = Metric(
    name="payment_speed",
    label=N_("Payment speed"),
    unit="days",
    meaning=N_(
        "How fast customers pay. Days to pay run from issue to payment, days beyond terms from "
        "the due day to payment; the median comes from the payment curve, which also counts "
        "the invoices that are still open."
    ),
    formula=N_(
        "weighted days = sum(amount × days) ÷ sum(amount) over the slices paid in the window; "
        "median = first day on which the payment curve reaches one half"
    ),
    conventions=(
        N_("A partial payment counts with its own amount and day."),
        N_("Only slices closed by payments count, in the window in which they closed; credit "
           "notes and write-offs do not."),
        N_("Days beyond terms are signed: early payment counts as negative days."),
        N_("Weighted terms plus weighted days beyond terms are the weighted days to pay."),
    ),
    others=N_("Floored at zero, early payers do not compensate late ones; unweighted, an invoice "
              "of ten euro counts like one of ten thousand."),
    fields=(
        Field("paid_items", N_("Payments on invoices"), "count", additive=True),
        Field("open_items", N_("Open invoices"), "count", additive=True),
        Field("days_to_pay", N_("Days to pay, simple"), "days"),
        Field("days_to_pay_weighted", N_("Days to pay"), "days"),
        Field("days_beyond_terms_weighted", N_("Days beyond terms"), "days"),
        Field("on_time_share", N_("Paid on time"), "share"),
        Field("on_time_share_amount", N_("Paid on time, by amount"), "share"),
        Field("median_days_to_pay", N_("Median days to pay"), "days"),
        Field("median_low", N_("Median, low (95 %)"), "days"),
        Field("median_high", N_("Median, high (95 %)"), "days"),
    ),
    sql=f"""
with {CURVE},
medians as (
    select {{by}},
        min(case when unpaid <= 0.5 then day end) as median_days_to_pay,
        min(case when coalesce(unpaid_low, unpaid) <= 0.5 then day end) as median_low,
        min(case when unpaid_high <= 0.5 then day end) as median_high
    from curve
    group by {{by}}
),
paid as (
    select {{by}},
        count(*) as paid_items,
        avg(cast(date_diff('day', opened_on, closed_on) as double)) as days_to_pay,
        cast(sum(amount * cast(date_diff('day', opened_on, closed_on) as integer)) as double)
            / cast(sum(amount) as double) as days_to_pay_weighted,
        cast(sum(amount * cast(date_diff('day', due_on, closed_on) as integer)) as double)
            / cast(sum(amount) as double) as days_beyond_terms_weighted,
        cast(sum(case when closed_on <= due_on then 1 else 0 end) as double) / count(*)
            as on_time_share,
        cast(sum(case when closed_on <= due_on then amount else 0 end) as double)
            / cast(sum(amount) as double) as on_time_share_amount
    from settled
    group by {{by}}
),
unpaid as (
    select {{by}}, sum(case when continues then 0 else 1 end) as open_items
    from alive
    where kind = 'invoice' and amount > 0
    group by {{by}}
),
known_groups as (
    select {{by}} from medians
    union
    select {{by}} from paid
    union
    select {{by}} from unpaid
)

select {{by}},
    coalesce(paid_items, 0) as paid_items, cast(coalesce(open_items, 0) as bigint) as open_items,
    days_to_pay, days_to_pay_weighted, days_beyond_terms_weighted,
    on_time_share, on_time_share_amount,
    median_days_to_pay, median_low, median_high
from known_groups
left join paid using ({{by}})
left join unpaid using ({{by}})
left join medians using ({{by}})
""",
    rows={
        N_("Payments in the window"): items("settled"),
        N_("Invoices issued in the window"): documents("cohort"),
    },
    reference=N_("Weighted days and the identity of terms and lateness: Oracle; the median with "
                 "its interval: Brookmeyer and Crowley 1982"),
    example=_example(),
)  # fmt: skip

"""Payment speed: days to pay, days beyond terms, share on time, and the median from the curve."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import documents, items
from metrics.figures.payment_curve import CURVE


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


_FEW = N_("fewer payments in the window than the policy asks for (enough_payments), or fewer than "
          "half of its invoices paid")  # fmt: skip

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
        N_("A payment that went back counts until the day it did; what it had paid is open again, "
           "and a later payment counts from the invoice's own day."),
        N_("Days beyond terms are signed: early payment counts as negative days."),
        N_("A group with fewer payments in the window than the policy asks for (enough_payments) "
           "has no median."),
        N_("Where the due day is not said it follows from terms, or from the policy: on time then "
           "means by that day. Payments on assumed due days say how many rest on it."),
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
        Field("median_days_to_pay", N_("Median days to pay"), "days", empty=_FEW),
        Field("median_low", N_("Median, low (95 %)"), "days", empty=_FEW),
        Field("median_high", N_("Median, high (95 %)"), "days", empty=_FEW),
        Field("due_assumed_items", N_("Payments on an assumed due day"), "count", additive=True),
    ),
    query=Query(
        reads=("payments", "balances", "ended"),
        tables={
            **CURVE,
            "parts": """
select {by}, items as paid_items, 0 as open_items, taken, taken_days, late_days, amount,
    on_time, on_time_amount, assumed, null as median_days_to_pay, null as median_low,
    null as median_high
from payments
union all
select {by}, 0, invoices, 0, 0, 0, 0, 0, 0, 0, null, null, null
from balances
where invoices > 0
union all
select {by}, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    min(case when unpaid <= 0.5 then day end),
    min(case when coalesce(unpaid_low, unpaid) <= 0.5 then day end),
    min(case when unpaid_high <= 0.5 then day end)
from curve
group by {by}
""",
            "figures": """
select {by}, sum(paid_items) as paid_items, sum(open_items) as open_items,
    cast(sum(taken) as double) as taken, cast(sum(taken_days) as double) as taken_days,
    cast(sum(late_days) as double) as late_days, cast(sum(amount) as double) as amount,
    cast(sum(on_time) as double) as on_time,
    cast(sum(on_time_amount) as double) as on_time_amount, sum(assumed) as assumed,
    max(median_days_to_pay) as median_days_to_pay, max(median_low) as median_low,
    max(median_high) as median_high
from parts
group by {by}
""",
        },
        select="""
select {by},
    cast(paid_items as bigint) as paid_items, cast(open_items as bigint) as open_items,
    taken / nullif(paid_items, 0) as days_to_pay,
    taken_days / nullif(amount, 0) as days_to_pay_weighted,
    late_days / nullif(amount, 0) as days_beyond_terms_weighted,
    on_time / nullif(paid_items, 0) as on_time_share,
    on_time_amount / nullif(amount, 0) as on_time_share_amount,
    case when paid_items >= $enough then median_days_to_pay end as median_days_to_pay,
    case when paid_items >= $enough then median_low end as median_low,
    case when paid_items >= $enough then median_high end as median_high,
    cast(assumed as bigint) as due_assumed_items
from figures
""",
    ),
    rows={
        N_("Payments in the window"): items("settled"),
        N_("Invoices issued in the window"): documents("cohort"),
    },
    reference=N_("Weighted days and the identity of terms and lateness: Oracle; the median with "
                 "its interval: Brookmeyer and Crowley 1982"),
    example=_example(),
)  # fmt: skip

"""Payment curve: the share of invoices paid in full by each day after issue."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import documents

#: The curve itself, for statements that stand on it: one row for each group and day on which
#: something was paid or censored. `unpaid` is the Kaplan–Meier estimate, `theta` Greenwood's
#: standard error on the log-log scale. Rounding keeps 0.5 from becoming 0.50000000001.
CURVE = {
    "left_on": """
select {by}, day, sum(paid) as paid, sum(ended) as ended
from ended
group by {by}, day
""",
    "counted": """
select {by}, day, paid, ended,
    sum(ended) over (
        partition by {by} order by day desc
        rows between unbounded preceding and current row
    ) as at_risk
from left_on
""",
    "summed": """
select {by}, day, paid, ended, at_risk,
    sum(case when paid < at_risk then ln(1 - cast(paid as double) / at_risk) else 0 end) over (
        partition by {by} order by day
        rows between unbounded preceding and current row
    ) as log_unpaid,
    sum(
        case when paid < at_risk
            then cast(paid as double) / (cast(at_risk as double) * (at_risk - paid))
            else 0
        end
    ) over (
        partition by {by} order by day
        rows between unbounded preceding and current row
    ) as variance,
    max(case when paid = at_risk then 1 else 0 end) over (
        partition by {by} order by day
        rows between unbounded preceding and current row
    ) as all_paid
from counted
""",
    "spread": """
select {by}, day, paid, ended, at_risk, log_unpaid, all_paid,
    case
        when all_paid = 0 and log_unpaid < -1e-12
            then 1.959963984540054e0 * sqrt(variance) / log_unpaid
    end as theta
from summed
""",
    "curve": """
select {by}, day, paid, ended, at_risk,
    case when all_paid = 1 then 0.0e0 else round(exp(log_unpaid), 12) end as unpaid,
    round(exp(log_unpaid * exp(-theta)), 12) as unpaid_low,
    round(exp(log_unpaid * exp(theta)), 12) as unpaid_high
from spread
""",
}

_START = date(2025, 1, 1)
_LIVES = ((1, True), (1, True), (4, True), (5, True), (6, False), (9, True), (9, False), (22, True))


def _bewick() -> Example:
    """Eight lives as invoices: those still open are credited in full on the day they leave."""
    documents_, matches = [], []
    for number, (days, paid) in enumerate(_LIVES, start=1):
        closed_on = _START + timedelta(days=days)
        closer = f"{'P' if paid else 'N'}{number}"
        documents_.append(
            Document(f"I{number}", "invoice", _START, _START + timedelta(30), Decimal("100.00"))
        )
        documents_.append(
            Document(
                closer,
                "payment" if paid else "credit_note",
                closed_on,
                closed_on,
                Decimal("-100.00"),
            )
        )
        matches.append(Match(f"I{number}", closer, Decimal("100.00")))
    shares = (
        (1, "0.250", 8), (4, "0.375", 6), (5, "0.500", 5), (6, "0.500", 4), (9, "0.667", 3),
        (22, "1.000", 1),
    )  # fmt: skip
    return Example(
        source="Bewick, Cheek and Ball, Statistics review 12, Critical Care 2004",
        as_of=date(2025, 1, 31),
        documents=tuple(documents_),
        matches=tuple(matches),
        expect=tuple(
            {"day": day, "paid_share": Decimal(share), "at_risk": at_risk}
            for day, share, at_risk in shares
        ),
        note=N_("Days 1, 1, 4, 5, 6+, 9, 9+, 22, where + leaves unpaid; the median is 5 days."),
    )


PAYMENT_CURVE = Metric(
    name="payment_curve",
    label=N_("Payment curve"),
    unit="share",
    meaning=N_(
        "The share of invoices that is paid in full within each number of days after issue. "
        "Invoices still open count for as long as they have been open, so that slow payers "
        "do not drop out of the picture."
    ),
    formula=N_(
        "Kaplan–Meier: paid share by day t = 1 − product over days up to t of "
        "(1 − paid that day ÷ still unpaid before it); interval: 95 %, Greenwood, log-log"
    ),
    conventions=(
        N_("Invoices issued in the window, from issue to paid in full."),
        N_("Open invoices are censored at the as-of day; wholly credited or written-off ones on "
           "the day of the credit or write-off."),
        N_("An invoice whose payment went back is paid until the day of the return, open from it "
           "on."),
        N_("Invoices whose payment day the source does not say are left out."),
    ),
    others=N_(
        "Averages over paid invoices only look faster than the truth: on one public data set "
        "20.95 days, where the truth turned out to be 25.09."
    ),
    fields=(
        Field("day", N_("Days after issue"), "count"),
        Field("paid_share", N_("Paid"), "share"),
        Field("low", N_("Paid, low (95 %)"), "share"),
        Field("high", N_("Paid, high (95 %)"), "share"),
        Field("at_risk", N_("Unpaid before that day"), "count"),
    ),
    query=Query(
        reads=("ended",),
        tables=CURVE,
        select="""
select {by}, day, 1 - unpaid as paid_share, 1 - unpaid_high as low, 1 - unpaid_low as high,
    cast(at_risk as bigint) as at_risk
from curve
""",
    ),
    rows={N_("Invoices issued in the window"): documents("cohort")},
    reference="Kaplan and Meier 1958; Greenwood 1926; Bewick et al., Critical Care 2004",
    example=_bewick(),
    order="day",
)  # fmt: skip

"""Order to cash: how long each step takes from the order to the money, and whose wait it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import items

_NO_DATES = N_("no payment of the window is on an invoice that says both order and delivery")
_FEW = N_("fewer payments with or without an order number than the policy asks for "
          "(enough_payments), at customers that have at least two of either")  # fmt: skip

ORDER_TO_CASH = Metric(
    name="order_to_cash",
    label=N_("Order to cash"),
    unit="days",
    meaning=N_(
        "The wait from the order to the money, step by step. Until the invoice leaves it is our "
        "own; then come the terms that we gave, and what the customer takes beyond them. Beside "
        "it, whether invoices without the customer's order number are paid later."
    ),
    formula=N_(
        "sum(amount × days of the step) ÷ sum(amount), over the slices paid in the window; later = "
        "mean days to pay without − with a number, customer by customer"
    ),
    conventions=(
        N_("Steps: the slices paid in the window whose invoice says both when it was ordered and "
           "when it was delivered; their share of what was paid is said. The steps add up to the "
           "whole."),
        N_("Days are signed: an invoice that leaves before the delivery has fewer."),
        N_("With and without order number: customers with at least two payments of either, each "
           "compared with itself and weighted by its payments without. The interval (95 %) says "
           "how far chance reaches."),
        N_("Fewer payments with or without than the policy asks for (enough_payments) are not "
           "compared."),
    ),
    others=N_("Most systems begin to count with the invoice: the own wait is in no figure."),
    fields=(
        Field("payments", N_("Payments on invoices"), "count", additive=True),
        Field("dated_share", N_("Share paid with order and delivery"), "share"),
        Field("to_deliver", N_("Ordered to delivered"), "days", empty=_NO_DATES),
        Field("to_invoice", N_("Delivered to invoiced"), "days", empty=_NO_DATES),
        Field("terms", N_("Invoiced to due"), "days", empty=_NO_DATES),
        Field("beyond", N_("Due to paid"), "days", empty=_NO_DATES),
        Field("ours", N_("Our wait: ordered to invoiced"), "days", empty=_NO_DATES),
        Field("theirs", N_("The customer's: invoiced to paid"), "days", empty=_NO_DATES),
        Field("whole", N_("Ordered to paid"), "days", empty=_NO_DATES),
        Field("without_number", N_("Payments without order number"), "count", additive=True),
        Field("compared_with", N_("Compared, with order number"), "count"),
        Field("compared_without", N_("Compared, without order number"), "count"),
        Field("days_with", N_("Days to pay with order number"), "days", empty=_FEW),
        Field("days_without", N_("Days to pay without order number"), "days", empty=_FEW),
        Field("later", N_("Days later without order number"), "days", empty=_FEW),
        Field("later_low", N_("Days later, low (95 %)"), "days", empty=_FEW),
        Field("later_high", N_("Days later, high (95 %)"), "days", empty=_FEW),
    ),
    query=Query(
        reads=("settled",),
        tables={
            "paid_steps": """
select settled.*, settled.customer as payer, k.ordered_on, k.delivered_on,
    case when coalesce(k.po_number, '') = '' then 0 else 1 end as numbered,
    date_diff('day', settled.issued_on, settled.closed_on) as days_to_pay
from settled
left join documents as k on k.document_key = coalesce(settled.reopens, settled.document_key)
""",
            "step_sums": """
select {by}, count(*) as payments, cast(sum(amount) as double) as paid,
    sum(1 - numbered) as without_number,
    cast(sum(case when ordered_on is not null and delivered_on is not null
        then amount end) as double) as dated,
    cast(sum(case when ordered_on is not null and delivered_on is not null
        then amount * date_diff('day', ordered_on, delivered_on) end) as double) as to_deliver,
    cast(sum(case when ordered_on is not null and delivered_on is not null
        then amount * date_diff('day', delivered_on, issued_on) end) as double) as to_invoice,
    cast(sum(case when ordered_on is not null and delivered_on is not null
        then amount * date_diff('day', issued_on, due_on) end) as double) as terms,
    cast(sum(case when ordered_on is not null and delivered_on is not null
        then amount * date_diff('day', due_on, closed_on) end) as double) as beyond
from paid_steps
group by {by}
""",
            "payers": """
select {by}, payer, cast(sum(numbered) as double) as n1, cast(sum(1 - numbered) as double) as n0,
    cast(sum(numbered * days_to_pay) as double) as s1,
    cast(sum((1 - numbered) * days_to_pay) as double) as s0,
    cast(sum(numbered * days_to_pay * days_to_pay) as double) as q1,
    cast(sum((1 - numbered) * days_to_pay * days_to_pay) as double) as q0
from paid_steps
group by {by}, payer
""",
            "numbers_compared": """
select {by}, sum(n1) as n1, sum(n0) as n0, sum(n0 * s1 / n1) / sum(n0) as days_with,
    sum(s0) / sum(n0) as days_without,
    sqrt(sum(n0 * n0 * ((n0 * q0 - s0 * s0) / (n0 * n0 * (n0 - 1))
        + (n1 * q1 - s1 * s1) / (n1 * n1 * (n1 - 1))))) / sum(n0) as error
from payers
where n1 >= 2 and n0 >= 2
group by {by}
""",
            "steps_compared": """
select {by}, step_sums.payments, step_sums.without_number, step_sums.paid, step_sums.dated,
    step_sums.to_deliver, step_sums.to_invoice, step_sums.terms, step_sums.beyond,
    coalesce(c.n1, 0) as n1, coalesce(c.n0, 0) as n0,
    case when c.n1 >= $enough and c.n0 >= $enough then c.days_with end as days_with,
    case when c.n1 >= $enough and c.n0 >= $enough then c.days_without end as days_without,
    c.error
from step_sums
left join numbers_compared as c using ({by})
""",
        },
        select="""
select {by}, cast(payments as bigint) as payments,
    coalesce(dated, 0) / paid as dated_share,
    to_deliver / dated as to_deliver, to_invoice / dated as to_invoice, terms / dated as terms,
    beyond / dated as beyond, (to_deliver + to_invoice) / dated as ours,
    (terms + beyond) / dated as theirs,
    (to_deliver + to_invoice + terms + beyond) / dated as whole,
    cast(without_number as bigint) as without_number, cast(n1 as bigint) as compared_with,
    cast(n0 as bigint) as compared_without, days_with, days_without,
    days_without - days_with as later,
    days_without - days_with - 1.959963984540054 * error as later_low,
    days_without - days_with + 1.959963984540054 * error as later_high
from steps_compared
""",
    ),
    rows={N_("Payments in the window"): items("settled")},
    reference=N_("Steps of order to cash by amount; the difference of means by strata with its "
                 "interval, large samples"),
    example=Example(
        source=N_("ordered 1 March, delivered on the 11th, invoiced on the 13th, due 12 April, "
                  "paid on the 22nd: 10 + 2 + 30 + 10 = 52 days"),
        as_of=date(2025, 6, 30),
        documents=(
            Document("I1", "invoice", date(2025, 3, 13), date(2025, 4, 12), Decimal("1000.00"),
                     ordered_on=date(2025, 3, 1), delivered_on=date(2025, 3, 11)),
            Document("P1", "payment", date(2025, 4, 22), date(2025, 4, 22), Decimal("-1000.00")),
        ),
        matches=(Match("I1", "P1", Decimal("1000.00")),),
        expect=(
            {"payments": 1, "dated_share": Decimal(1), "to_deliver": Decimal(10),
             "to_invoice": Decimal(2), "terms": Decimal(30), "beyond": Decimal(10),
             "ours": Decimal(12), "theirs": Decimal(40), "whole": Decimal(52)},
        ),
    ),
)  # fmt: skip

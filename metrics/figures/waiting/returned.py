"""What deals returned: margin before and after what granting credit cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import documents, items

_KNOWN = "kind = 'invoice' and amount > 0 and issued_on >= from_window"
_WAITS = "waits.ended_by not in ('credit_note', 'adjustment')"
_DAYS = "date_diff('day', waits.since_on, waits.until_on)"
_COST = "({percents[waits.until_on]} - {percents[waits.since_on]})"
_LATE = (
    "case when waits.until_on > waits.late_on"
    " then {percents[waits.until_on]} - {percents[waits.late_on]} else 0 end"
)
_NONE = N_("of no invoice in the window is the cost known")
_NO_LOSS = N_("no write-off is known at all, so nothing says what is lost of what is open")

RETURNED = Metric(
    name="returned",
    label=N_("Margin after the cost of credit"),
    unit="money",
    meaning=N_(
        "What is left of the margin once the customers have paid: less what waiting for the money "
        "cost, less what was written off or credited, less the loss that is expected of what is "
        "still open."
    ),
    formula=N_(
        "after = sales − cost − waiting − lost − credited − expected; waiting = sum(amount × own "
        "cost of money of each day until it is paid ÷ 36,500); gone after = (margin − lost − "
        "credited − expected) ÷ what one day of waiting costs"
    ),
    conventions=(
        N_("Only invoices whose cost is known, issued in the window; how much was invoiced "
           "without is said."),
        N_("Waiting runs from the issue until money closed it, or it was written off; of what is "
           "open, up to the as-of day. What was credited costs no waiting."),
        N_("Money that went back waits again from the day it did."),
        N_("Lateness is the part of waiting after the due day."),
        N_("Sales, lost and credited are without VAT where the policy says its rate (vat), by the "
           "customer's country; else they are taken as invoiced. Waiting counts what is owed, VAT "
           "included."),
        N_("Expected is the share of all that ended which was ever written off, of all "
           "customers, times what is still open."),
    ),
    others=N_("ERP systems show the margin on the day of the invoice. What it cost to wait stands "
              "with the bank's interest, and what was lost somewhere else."),
    fields=(
        Field("invoices", N_("Invoices with known cost"), "count", additive=True),
        Field("sales", N_("Sales with known cost"), "money", additive=True, empty=_NONE),
        Field("cost", N_("Cost of what was sold"), "money", additive=True, empty=_NONE),
        Field("margin", N_("Margin before"), "money", additive=True, empty=_NONE),
        Field("waiting", N_("Cost of waiting"), "money", empty=_NONE),
        Field("lateness", N_("Of it after the due day"), "money", empty=_NONE),
        Field("lost", N_("Written off"), "money", additive=True, empty=_NONE),
        Field("credited", N_("Credited"), "money", additive=True, empty=_NONE),
        Field("expected", N_("Expected loss"), "money", empty=_NO_LOSS),
        Field("after", N_("Margin after"), "money", empty=_NONE),
        Field("margin_share", N_("Margin before, share"), "share", empty=_NONE),
        Field("after_share", N_("Margin after, share"), "share", empty=_NONE),
        Field("waited", N_("Days waited"), "days", empty=_NONE),
        Field("gone_after", N_("Gone after, days"), "days", empty=_NONE),
        Field("open_amount", N_("Still open of it"), "money", additive=True, empty=_NONE),
        Field("without_cost", N_("Sales without known cost"), "money", additive=True),
    ),
    query=Query(
        reads=("sales", "items", "days"),
        windows=("from_window",),
        disputed_too=True,
        tables={
            "loss_history": """
select days.as_of, cast(sum(case when k.kind = 'write_off' then -k.amount end) as double) as lost,
    cast(sum(-k.amount) as double) as ended
from days
left join documents as k on k.issued_on <= days.as_of and k.kind in ('payment', 'write_off')
group by days.as_of
""",
            "waits": """
select items.*,
    items.opened_on as since_on,
    case when items.due_on > items.opened_on then items.due_on else items.opened_on end as late_on,
    case when items.closed_on <= items.as_of then items.closed_on else items.as_of end as until_on,
    case when items.closed_on <= items.as_of then items.closed_by else '' end as ended_by
from items
join documents as k on k.document_key = coalesce(items.reopens, items.document_key)
where items.kind = 'invoice' and items.amount > 0 and items.issued_on >= items.from_window
    and k.cost is not null
""",
            "returns": f"""
select {{by}}, count(cost) as invoices,
    sum(case when cost is not null then {{net[sales]}} end) as sales, sum(cost) as cost,
    sum(case when cost is null then {{net[sales]}} else 0 end) as without_cost,
    sum(case when cost is not null then amount end) as owed,
    null as waiting, null as lateness, null as waited, null as waiting_amount, null as lost,
    null as credited, null as open_amount, null as open_net
from sales
where {_KNOWN}
group by {{by}}
union all
select {{by}}, 0, null, null, 0, null,
    sum(case when {_WAITS} then amount * {_COST} else 0 end),
    sum(case when {_WAITS} then amount * ({_LATE}) else 0 end),
    sum(case when {_WAITS} then amount * {_DAYS} else 0 end),
    sum(case when {_WAITS} and reopens is null then amount end),
    sum(case when ended_by = 'write_off' then {{net[waits]}} else 0 end),
    sum(case when {_WAITS} then 0 else {{net[waits]}} end),
    sum(case when ended_by = '' then amount else 0 end),
    sum(case when ended_by = '' then {{net[waits]}} else 0 end)
from waits
group by {{by}}
""",
            "returned_sums": """
select {by}, sum(invoices) as invoices, sum(sales) as sales, sum(cost) as cost,
    sum(without_cost) as without_cost, cast(sum(owed) as double) as owed,
    cast(cast(sum(waiting) as double) / 36500 as decimal(18, 2)) as waiting,
    cast(cast(sum(lateness) as double) / 36500 as decimal(18, 2)) as lateness,
    cast(sum(waited) as double) / cast(sum(waiting_amount) as double) as waited,
    sum(lost) as lost, sum(credited) as credited, sum(open_amount) as open_amount,
    cast(sum(open_net) as double) as open_net
from returns
group by {by}
""",
            "returned_parts": """
select returned_sums.*, sales - cost as margin,
    case when loss_history.lost > 0 then cast(open_net * case
        when loss_history.ended <= 0 then 0.0
        when loss_history.lost >= loss_history.ended then 1.0
        else loss_history.lost / loss_history.ended end as decimal(18, 2)) end as expected,
    {percents[returned_sums.as_of]} - {percents[returned_sums.as_of, -1]} as percent
from returned_sums
join loss_history on loss_history.as_of = returned_sums.as_of
""",
            "returned_left": """
select *, coalesce(margin, 0) - coalesce(lost, 0) - coalesce(credited, 0)
    - coalesce(expected, 0) as kept
from returned_parts
""",
        },
        select="""
select {by}, cast(invoices as bigint) as invoices,
    cast(sales as decimal(18, 2)) as sales, cast(cost as decimal(18, 2)) as cost,
    cast(margin as decimal(18, 2)) as margin, waiting, lateness,
    cast(lost as decimal(18, 2)) as lost, cast(credited as decimal(18, 2)) as credited, expected,
    case when margin is not null or waiting is not null
        then cast(kept - coalesce(waiting, 0) as decimal(18, 2)) end as after,
    cast(margin as double) / cast(sales as double) as margin_share,
    case when margin is not null then cast(kept - coalesce(waiting, 0) as double)
        / cast(sales as double) end as after_share,
    waited,
    case when owed > 0 and percent > 0 then greatest(
        cast(kept as double) * 36500 / (owed * cast(percent as double)), 0) end as gone_after,
    cast(open_amount as decimal(18, 2)) as open_amount,
    cast(without_cost as decimal(18, 2)) as without_cost
from returned_left
""",
    ),
    rows={
        N_("Invoices issued in the window"): documents(
            "sales",
            "sales.kind = 'invoice' and sales.amount > 0 and sales.issued_on >= sales.from_window",
            "from_window",
            extra="sales.cost,",
        ),
        N_("What became of them"): items(
            "items", "d.cost,",
            also="join documents as d on d.document_key"
            " = coalesce(items.reopens, items.document_key)\n"
            "    and d.cost is not null and items.kind = 'invoice' and items.amount > 0\n"
            "    and items.issued_on >= items.from_window",
            windows=("from_window",),
        ),
    },
    reference=N_("Days until a margin is gone: margin ÷ (amount × rate ÷ 365); simple interest "
                 "over a year of 365 days"),
    example=Example(
        source=N_("30,000 sold at a cost of 27,000, money at 5 %: 60 days of waiting cost 246.58, "
                  "2,753.42 are left, 9.18 %; after 730 days nothing is"),
        as_of=date(2025, 6, 30),
        documents=(
            Document("I1", "invoice", date(2025, 3, 1), date(2025, 3, 31), Decimal("30000.00"),
                     cost=Decimal("27000.00")),
            Document("P1", "payment", date(2025, 4, 30), date(2025, 4, 30), Decimal("-30000.00")),
        ),
        matches=(Match("I1", "P1", Decimal("30000.00")),),
        expect=(
            {"sales": Decimal("30000.00"), "cost": Decimal("27000.00"),
             "margin": Decimal("3000.00"), "waiting": Decimal("246.58"),
             "lateness": Decimal("123.29"), "lost": Decimal("0.00"),
             "credited": Decimal("0.00"), "after": Decimal("2753.42"),
             "margin_share": Decimal("0.1000"), "after_share": Decimal("0.0918"),
             "waited": Decimal(60), "gone_after": Decimal(730)},
        ),
    ),
)  # fmt: skip

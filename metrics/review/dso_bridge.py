"""Why DSO changed between two days: in days, customer by customer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.figures.dso import DSO


def _invoice(number: str, issued_on: date, due_on: date, amount: int) -> Document:
    return Document(number, "invoice", issued_on, due_on, Decimal(amount))


def _payment(number: str, paid_on: date, amount: int) -> Document:
    return Document(number, "payment", paid_on, paid_on, Decimal(-amount))


#: Between `sides` and the parts: what is replayed.
#:
#: habits      how late the customer paid: late, and share_0 and share_1 of what it paid by either
#:             day; of a day that knows no payment, those of the other
#: billed      invoices of twelve months by age and terms, without those that a credit note or a
#:             write-off had closed by then
#: calendar    those of them that any replay may leave open
#: ranked      terms of the window's invoices, as intervals of rank between 0 and 1
#: exchanged   terms -> the other day's terms at the same rank, and the part of them
#: late_by     how much is open so many days after the due day, with the delays of either day
#: replayed    what would be open: agreed_0, agreed_1 with the own terms and either day's delays,
#:             other_0, other_1 with the other day's terms
_REPLAY = {
    "paid": """
select s.span, s.side, l.unit, l.late, sum(l.amount) as amount
from lives as l
join sides as s using (as_of)
join steady as u on u.span = s.span and u.unit = l.unit
where l.paid = 1
group by s.span, s.side, l.unit, l.late
""",
    "all_paid": """
select span, unit,
    cast(sum(case when side = 0 then amount else 0 end) as double) as paid_0,
    cast(sum(case when side = 1 then amount else 0 end) as double) as paid_1
from paid
group by span, unit
""",
    "habits": """
select p.span, p.unit, p.late,
    sum(case when p.side = case when w.paid_0 > 0 then 0 else 1 end
        then cast(p.amount as double) else 0 end)
        / max(case when w.paid_0 > 0 then w.paid_0 else w.paid_1 end) as share_0,
    sum(case when p.side = case when w.paid_1 > 0 then 1 else 0 end
        then cast(p.amount as double) else 0 end)
        / max(case when w.paid_1 > 0 then w.paid_1 else w.paid_0 end) as share_1
from paid as p
join all_paid as w on w.span = p.span and w.unit = p.unit
where w.paid_0 > 0 or w.paid_1 > 0
group by p.span, p.unit, p.late
""",
    "billed": """
select s.span, s.side, {groups}, l.unit, l.terms, l.age, max(l.in_window) as in_window,
    sum(l.amount) as amount
from lives as l
join sides as s using (as_of)
join steady as u on u.span = s.span and u.unit = l.unit
where l.billed = 1
group by s.span, s.side, {groups}, l.unit, l.terms, l.age
""",
    "longest": """
select b.span, b.unit, max(b.terms) + greatest(coalesce(max(h.late), 0), 0) as days
from (select span, unit, max(terms) as terms from billed group by span, unit) as b
left join (select span, unit, max(late) as late from habits group by span, unit) as h
    on h.span = b.span and h.unit = b.unit
group by b.span, b.unit
""",
    "calendar": """
select b.*
from billed as b
join longest as w on w.span = b.span and w.unit = b.unit
where b.age < w.days
""",
    "atoms": """
select span, side, unit, terms, sum(cast(amount as double)) as amount
from billed
where in_window = 1
group by span, side, unit, terms
""",
    "ranked": """
select span, side, unit, terms,
    (sum(amount) over (partition by span, side, unit order by terms) - amount)
        / sum(amount) over (partition by span, side, unit) as low,
    sum(amount) over (partition by span, side, unit order by terms)
        / sum(amount) over (partition by span, side, unit) as high
from atoms
""",
    "nearest": """
select c.span, c.side, c.unit, c.terms,
    arg_min(r.terms, 2 * abs(r.terms - c.terms) + case when r.terms > c.terms then 1 else 0 end)
        as ranked_terms
from (select distinct span, side, unit, terms from calendar) as c
left join ranked as r on r.span = c.span and r.side = c.side and r.unit = c.unit
group by c.span, c.side, c.unit, c.terms
""",
    "exchanged": """
select n.span, n.side, n.unit, n.terms, coalesce(r.terms, n.terms) as other_terms,
    coalesce((least(m.high, r.high) - greatest(m.low, r.low)) / (m.high - m.low), 1) as part
from nearest as n
left join ranked as m on m.span = n.span and m.side = n.side and m.unit = n.unit
    and m.terms = n.ranked_terms
left join ranked as r on r.span = n.span and r.side = 1 - n.side and r.unit = n.unit
    and least(m.high, r.high) - greatest(m.low, r.low) > 1e-12
""",
    "late_by": """
select span, unit, late as days_late, 1 - sum_0 as open_0, 1 - sum_1 as open_1
from (
    select span, unit, late, asked,
        sum(share_0) over (partition by span, unit order by late, asked) as sum_0,
        sum(share_1) over (partition by span, unit order by late, asked) as sum_1
    from (
        select span, unit, late, 0 as asked, share_0, share_1 from habits
        union all
        select p.span, p.unit, p.days_late, 1 as asked, 0, 0
        from (
            select span, unit, age - terms as days_late from calendar
            union
            select c.span, c.unit, c.age - x.other_terms
            from calendar as c
            join exchanged as x on x.span = c.span and x.side = c.side
                and x.unit = c.unit and x.terms = c.terms
        ) as p
        join (select distinct span, unit from habits) as k
            on k.span = p.span and k.unit = p.unit
    ) as each_day
) as counted
where asked = 1
""",
    "replayed": """
select c.span, c.side, {groups}, c.unit,
    cast(c.amount as double)
        * coalesce(o.open_0, case when c.age < c.terms then 1 else 0 end) as agreed_0,
    cast(c.amount as double)
        * coalesce(o.open_1, case when c.age < c.terms then 1 else 0 end) as agreed_1,
    0e0 as other_0, 0e0 as other_1
from calendar as c
left join late_by as o
    on o.span = c.span and o.unit = c.unit and o.days_late = c.age - c.terms
union all
select c.span, c.side, {groups}, c.unit, 0e0, 0e0,
    cast(c.amount as double) * x.part
        * coalesce(o.open_0, case when c.age < x.other_terms then 1 else 0 end),
    cast(c.amount as double) * x.part
        * coalesce(o.open_1, case when c.age < x.other_terms then 1 else 0 end)
from calendar as c
join exchanged as x
    on x.span = c.span and x.side = c.side and x.unit = c.unit and x.terms = c.terms
left join late_by as o
    on o.span = c.span and o.unit = c.unit and o.days_late = c.age - x.other_terms
""",
}

_DAYS = (
    "before", "mix", "timing", "terms", "lateness", "unapplied", "without_sales", "after", "change",
)  # fmt: skip
_FIGURES = ",\n        ".join(
    f"case when missing = '' then coalesce(added.{name}, 0) end as {name}"
    for name in (*_DAYS, "share_before", "share_after")
)
_BILLED = "kind = 'invoice' and amount > 0 and reopens is null and issued_on >= from_12m"

DSO_BRIDGE = Metric(
    name="dso_bridge",
    label=N_("What moved DSO"),
    unit="days",
    meaning=N_(
        "Why DSO (3 months) differs between two days, in days: which customers the sales went to, "
        "when in the three months they were made, terms, lateness, and what no sales stand "
        "against."
    ),
    formula=N_(
        "change = after − before = mix + timing + terms + lateness + unapplied + without sales; "
        "for each customer: mix = change of its share of sales × mean of its two DSOs; the others "
        "= mean of its two shares × change of that part of its DSO"
    ),
    conventions=(
        N_("Both days use DSO over 3 months. The earlier day is the one given, else the same day a "
           "year before."),
        N_("Taken customer by customer and added up: the parts of groups add up to those of the "
           "total. Before and after of a group are its receivables ÷ sales of all × days, so that "
           "they add up too. What is one customer's but of several salespeople or currencies is "
           "shared out by invoice."),
        N_("Timing, terms and lateness come from a replay: the invoices of the twelve months to "
           "one day with the terms and the delays of the other, averaged over all orders of the "
           "three. Terms are exchanged rank by rank, those of the three months' invoices; delays "
           "are what the customer's payments of twelve months show."),
        N_("What no replay explains is single invoices paid unlike usual, and belongs to "
           "lateness. Where nothing was paid by one day, the delays of the other stand for it; "
           "without any payment, the due day."),
        N_("A customer with sales before one of the days only takes the DSO of that day: all of "
           "it is mix. What is open without sales in the three months stands under without sales, "
           "and money received but not matched under unapplied."),
        N_("Where the earlier three months begin before the first sale of the data, or one of the "
           "two has no sales, there is no figure, and the last column says why."),
    ),
    others=N_(
        "Commonly the change of receivables is divided by all sales, which blames whoever grew, or "
        "split into best possible DSO and days delinquent, which takes sales late in the three "
        "months for longer terms."
    ),
    fields=(
        Field("before", N_("DSO before"), "days", additive=True),
        Field("mix", N_("Customer mix"), "days", additive=True),
        Field("timing", N_("Timing of sales"), "days", additive=True),
        Field("terms", N_("Payment terms"), "days", additive=True),
        Field("lateness", N_("Late payment"), "days", additive=True),
        Field("unapplied", N_("Unapplied money"), "days", additive=True),
        Field("without_sales", N_("Balances without sales"), "days", additive=True),
        Field("after", N_("DSO after"), "days", additive=True),
        Field("change", N_("Change"), "days", additive=True),
        Field("share_before", N_("Share of sales before"), "share", additive=True),
        Field("share_after", N_("Share of sales after"), "share", additive=True),
        Field("missing", N_("Why there is no figure"), "text"),
    ),
    query=Query(
        reads=("spans", "items", "sales", "days", "reach"),
        windows=("from_3m", "from_12m"),
        tables={
            "sides": """
select as_of as span, since as as_of, 0 as side from spans
union all
select as_of as span, as_of, 1 as side from spans
""",
            "lives": f"""
select {{by}}, customer as unit, amount,
    case when closed_on is null or closed_on > as_of then 1 else 0 end as alive,
    date_diff('day', issued_on, as_of) as age,
    date_diff('day', issued_on, due_on) as terms,
    date_diff('day', due_on, closed_on) as late,
    case when issued_on >= from_3m then 1 else 0 end as in_window,
    case when {_BILLED}
            and (closed_on is null or closed_on > as_of or closed_by = 'payment')
        then 1 else 0 end as billed,
    case when kind = 'invoice' and amount > 0 and closed_by = 'payment'
            and not paid_day_assumed and closed_on <= as_of
            and (returned_on is null or returned_on > as_of)
        then 1 else 0 end as paid
from items
where closed_on is null or closed_on >= from_12m
""",
            "sold": """
select {by}, customer as unit, sum(amount) as amount
from sales
where issued_on >= from_3m
group by {by}, customer
""",
            "unit_sales": """
select s.span, s.side, sold.unit, cast(sum(sold.amount) as double) as amount
from sold
join sides as s using (as_of)
group by s.span, s.side, sold.unit
""",
            "all_sales": """
select w.span,
    max(case when w.side = 0 then w.amount end) as sold_0,
    max(case when w.side = 1 then w.amount end) as sold_1,
    max(case when w.side = 0 then date_diff('day', d.from_3m, d.as_of) + 1 end) as days_0,
    max(case when w.side = 1 then date_diff('day', d.from_3m, d.as_of) + 1 end) as days_1,
    max(case when w.side = 0 then d.from_3m end) as since
from (
    select s.span, s.as_of, s.side, sum(u.amount) as amount
    from sides as s
    left join unit_sales as u on u.span = s.span and u.side = s.side
    group by s.span, s.as_of, s.side
) as w
join days as d using (as_of)
group by w.span
""",
            "steady": """
select b.span, b.unit, b.amount as sold_0, a.amount as sold_1
from unit_sales as b
join unit_sales as a on a.span = b.span and a.unit = b.unit and a.side = 1
where b.side = 0 and b.amount > 0 and a.amount > 0
""",
            **_REPLAY,
            "amounts": """
select span, side, {groups}, unit,
    cast(sum(sold) as double) as sold, cast(sum(owed) as double) as owed,
    cast(sum(unapplied) as double) as unapplied,
    sum(agreed_0) as agreed_0, sum(agreed_1) as agreed_1,
    sum(other_0) as other_0, sum(other_1) as other_1
from (
    select s.span, s.side, {groups}, l.unit, 0 as sold, l.amount as owed,
        case when l.amount < 0 then l.amount else 0 end as unapplied,
        0e0 as agreed_0, 0e0 as agreed_1, 0e0 as other_0, 0e0 as other_1
    from lives as l
    join sides as s using (as_of)
    where l.alive = 1
    union all
    select s.span, s.side, {groups}, sold.unit, sold.amount, 0, 0, 0e0, 0e0, 0e0, 0e0
    from sold
    join sides as s using (as_of)
    union all
    select span, side, {groups}, unit, 0, 0, 0, agreed_0, agreed_1, other_0, other_1
    from replayed
) as each_one
group by span, side, {groups}, unit
""",
            "weighed": """
select a.*, t.sold_0, t.sold_1,
    case when a.side = 1 then 1 else -1 end as sign,
    coalesce(u.amount, 0) > 0 as sells, k.unit is not null as steady,
    case when a.side = 1 then t.days_1 / t.sold_1 else t.days_0 / t.sold_0 end as of_all,
    case when a.side = 1 then t.days_1 / k.sold_1 else t.days_0 / k.sold_0 end
        * (k.sold_0 / t.sold_0 + k.sold_1 / t.sold_1) / 2 as at_mean_share,
    case when a.side = 1 then t.days_1 / k.sold_1 else t.days_0 / k.sold_0 end
        * (k.sold_1 / t.sold_1 - k.sold_0 / t.sold_0) / 2 as at_moved_share
from amounts as a
join all_sales as t on t.span = a.span
left join unit_sales as u on u.span = a.span and u.side = a.side and u.unit = a.unit
left join steady as k on k.span = a.span and k.unit = a.unit
where t.sold_0 > 0 and t.sold_1 > 0
""",
            "moved": """
select span, {groups},
    case when side = 0 then owed * of_all else 0 end as before,
    case when side = 1 then owed * of_all else 0 end as after,
    case when steady then owed * at_moved_share
        when sells then sign * owed * of_all else 0 end as mix,
    case when steady or sells then 0 else sign * owed * of_all end as without_sales,
    case when steady then sign * unapplied * at_mean_share else 0 end as unapplied,
    case when steady then sign * (owed - unapplied) * at_mean_share else 0 end as explained,
    case when not steady then 0
        when side = 1 then
            at_mean_share * (other_0 / 3 + agreed_0 / 6 + other_1 / 6 + agreed_1 / 3)
        else -at_mean_share * (agreed_0 / 3 + other_0 / 6 + agreed_1 / 6 + other_1 / 3)
        end as timing,
    case when not steady then 0
        when side = 1 then at_mean_share * ((agreed_0 - other_0) / 6 + (agreed_1 - other_1) / 3)
        else at_mean_share * ((other_0 - agreed_0) / 3 + (other_1 - agreed_1) / 6)
        end as terms,
    case when side = 0 then sold / sold_0 else 0 end as share_before,
    case when side = 1 then sold / sold_1 else 0 end as share_after
from weighed
""",
            "known": """
select t.span,
    case when r.first_sale is null or r.first_sale > last_day(t.since)
            then 'before_the_data'
        when coalesce(t.sold_0, 0) <= 0 then 'no_sales_before'
        when coalesce(t.sold_1, 0) <= 0 then 'no_sales_after'
        else '' end as missing
from all_sales as t
left join reach as r on r.as_of = t.span
""",
            "members": """
select distinct span, {groups} from amounts
""",
            "added": """
select span, {groups},
    sum(before) as before, sum(mix) as mix, sum(timing) as timing, sum(terms) as terms,
    sum(explained) - sum(timing) - sum(terms) as lateness, sum(unapplied) as unapplied,
    sum(without_sales) as without_sales, sum(after) as after,
    sum(after) - sum(before) as change,
    sum(share_before) as share_before, sum(share_after) as share_after
from moved
group by span, {groups}
""",
            "figures": f"""
select span as as_of, {{groups}},
    {_FIGURES}, missing
from members
join known using (span)
left join added using (span, {{groups}})
""",
        },
        select=f"""
select {{by}}, {', '.join(_DAYS)},
    share_before, share_after, missing
from figures
""",
    ),
    rows=DSO.rows,
    nested=True,
    reference=N_(
        "An identity of ours; averaging over all orders is Shapley's value (1953). Terms and "
        "lateness alone: best possible DSO and average days delinquent, JD Edwards"
    ),
    example=Example(
        source=N_("Computed by hand: terms of 30 days become 60, and sales come later"),
        as_of=date(2026, 3, 31),
        documents=(
            _invoice("JAN25", date(2025, 1, 11), date(2025, 2, 10), 100),
            _invoice("FEB25", date(2025, 2, 11), date(2025, 3, 13), 100),
            _invoice("MAR25", date(2025, 3, 11), date(2025, 4, 10), 100),
            _invoice("JAN26", date(2026, 1, 11), date(2026, 3, 12), 50),
            _invoice("FEB26", date(2026, 2, 11), date(2026, 4, 12), 100),
            _invoice("MAR26", date(2026, 3, 11), date(2026, 5, 10), 150),
            _payment("P1", date(2025, 2, 10), 100),
            _payment("P2", date(2025, 3, 13), 100),
            _payment("P3", date(2025, 4, 10), 100),
            _payment("P4", date(2026, 3, 12), 50),
        ),
        matches=(
            Match("JAN25", "P1", Decimal(100)),
            Match("FEB25", "P2", Decimal(100)),
            Match("MAR25", "P3", Decimal(100)),
            Match("JAN26", "P4", Decimal(50)),
        ),
        expect=(
            {
                "before": Decimal("30.00"),
                "mix": Decimal("0.00"),
                "timing": Decimal("15.00"),
                "terms": Decimal("30.00"),
                "lateness": Decimal("0.00"),
                "unapplied": Decimal("0.00"),
                "without_sales": Decimal("0.00"),
                "after": Decimal("75.00"),
                "change": Decimal("45.00"),
                "missing": "",
            },
        ),
        note=N_(
            "With 30 days 150 of 300 would be open, 45 days: +15 by timing. The same sales as a "
            "year before with 60 days leave 200 of 300 open: +30 by terms. Everybody paid on the "
            "due day."
        ),
    ),
)  # fmt: skip

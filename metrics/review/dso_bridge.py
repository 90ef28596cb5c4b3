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


#: Between `lives` and the parts: what is replayed, of customers with sales on both days.
#:
#: paid        what the customer paid by either day, by how late: paid_0, paid_1
#: calendar    slices of the invoices of twelve months, without those that a credit note or a
#:             write-off had closed by then, that any replay may leave open
#: ranked      terms of the window's invoices, as intervals of rank between 0 and 1
#: nearest     terms of the calendar -> those of the same day's ranked that are nearest
#: exchanged   terms -> the other day's terms at the same rank, and the part of them; only of who
#:             had several terms: who had one exchanges nothing
#: tried       calendar with each terms to try, and how many days after the due day that is
#: late_by     how much is open so many days after the due day, with the delays of either day; of a
#:             day that knows no payment, those of the other
#: replayed    tried, and how much of it is open: open_0, open_1; without any payment up to the due
#:             day
_REPLAY = {
    "paid": """
select span, unit, late,
    cast(sum(case when side = 0 then amount else 0 end) as double) as paid_0,
    cast(sum(case when side = 1 then amount else 0 end) as double) as paid_1
from lives
where paid = 1 and steady = 1
group by span, unit, late
""",
    "all_paid": """
select span, unit, sum(paid_0) as paid_0, sum(paid_1) as paid_1
from paid
group by span, unit
""",
    "longest": """
select span, unit,
    max(case when billed = 1 then terms end)
        + greatest(coalesce(max(case when paid = 1 then late end), 0), 0) as days,
    max(case when billed = 1 then terms end) > min(case when billed = 1 then terms end) as several
from lives
where steady = 1
group by span, unit
""",
    "calendar": """
select l.span, l.side, {groups}, l.unit, l.terms, l.age, cast(l.amount as double) as amount,
    w.several
from lives as l
join longest as w on w.span = l.span and w.unit = l.unit
where l.billed = 1 and l.steady = 1 and l.age < w.days
""",
    "ranked": """
select span, side, unit, terms,
    (sum(amount) over (partition by span, side, unit order by terms) - amount)
        / sum(amount) over (partition by span, side, unit) as low,
    sum(amount) over (partition by span, side, unit order by terms)
        / sum(amount) over (partition by span, side, unit) as high
from (
    select l.span, l.side, l.unit, l.terms, cast(sum(l.amount) as double) as amount
    from lives as l
    join longest as w on w.span = l.span and w.unit = l.unit
    where l.billed = 1 and l.steady = 1 and l.in_window = 1 and w.several
    group by l.span, l.side, l.unit, l.terms
) as atoms
""",
    "nearest": """
select c.span, c.side, c.unit, c.terms,
    arg_min(r.low, 2 * abs(r.terms - c.terms) + case when r.terms > c.terms then 1 else 0 end)
        as low,
    arg_min(r.high, 2 * abs(r.terms - c.terms) + case when r.terms > c.terms then 1 else 0 end)
        as high
from (select distinct span, side, unit, terms from calendar where several) as c
join ranked as r on r.span = c.span and r.side = c.side and r.unit = c.unit
group by c.span, c.side, c.unit, c.terms
""",
    "exchanged": """
select n.span, n.side, n.unit, n.terms, r.terms as other_terms,
    (least(n.high, r.high) - greatest(n.low, r.low)) / (n.high - n.low) as part
from nearest as n
join ranked as r on r.span = n.span and r.side = 1 - n.side and r.unit = n.unit
    and least(n.high, r.high) - greatest(n.low, r.low) > 1e-12
""",
    "tried": """
select span, side, {groups}, unit, age - terms as days_late,
    amount as agreed, case when several then 0e0 else amount end as other
from calendar
union all
select c.span, c.side, {groups}, c.unit, c.age - coalesce(x.other_terms, c.terms), 0e0,
    c.amount * coalesce(x.part, 1)
from calendar as c
left join exchanged as x
    on x.span = c.span and x.side = c.side and x.unit = c.unit and x.terms = c.terms
where c.several
""",
    "late_by": """
select d.span, d.unit, d.days_late,
    1 - case when w.paid_0 > 0 then d.paid_0 / w.paid_0 else d.paid_1 / w.paid_1 end as open_0,
    1 - case when w.paid_1 > 0 then d.paid_1 / w.paid_1 else d.paid_0 / w.paid_0 end as open_1
from (
    select span, unit, days_late, asked,
        sum(paid_0) over (partition by span, unit order by days_late, asked) as paid_0,
        sum(paid_1) over (partition by span, unit order by days_late, asked) as paid_1
    from (
        select span, unit, late as days_late, 0 as asked, paid_0, paid_1 from paid
        union all
        select span, unit, days_late, 1, 0e0, 0e0
        from (select distinct span, unit, days_late from tried) as t
    ) as each_day
) as d
join all_paid as w on w.span = d.span and w.unit = d.unit
where d.asked = 1
""",
    "replayed": """
select t.span, t.side, {groups}, t.unit, t.agreed, t.other,
    coalesce(o.open_0, case when t.days_late < 0 then 1 else 0 end) as open_0,
    coalesce(o.open_1, case when t.days_late < 0 then 1 else 0 end) as open_1
from tried as t
left join late_by as o on o.span = t.span and o.unit = t.unit and o.days_late = t.days_late
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
            "sold": """
select s.span, s.side, {groups}, o.customer as unit, sum(amount) as amount
from sales as o
join sides as s on s.as_of = o.as_of
where issued_on >= from_3m
group by s.span, s.side, {groups}, o.customer
""",
            "unit_sales": """
select span, side, unit, cast(sum(amount) as double) as amount
from sold
group by span, side, unit
""",
            "all_sales": """
select s.span,
    max(case when s.side = 0 then u.amount end) as sold_0,
    max(case when s.side = 1 then u.amount end) as sold_1,
    max(case when s.side = 0 then date_diff('day', d.from_3m, d.as_of) + 1 end) as days_0,
    max(case when s.side = 1 then date_diff('day', d.from_3m, d.as_of) + 1 end) as days_1,
    max(case when s.side = 0 then d.from_3m end) as since
from sides as s
join days as d on d.as_of = s.as_of
left join (
    select span, side, sum(amount) as amount
    from unit_sales
    group by span, side
) as u on u.span = s.span and u.side = s.side
group by s.span
""",
            "steady": """
select b.span, b.unit, b.amount as sold_0, a.amount as sold_1
from unit_sales as b
join unit_sales as a on a.span = b.span and a.unit = b.unit and a.side = 1
where b.side = 0 and b.amount > 0 and a.amount > 0
""",
            "lives": f"""
select s.span, s.side, {{groups}}, o.customer as unit, amount,
    case when k.unit is null then 0 else 1 end as steady,
    case when closed_on is null or closed_on > o.as_of then 1 else 0 end as alive,
    date_diff('day', issued_on, o.as_of) as age,
    date_diff('day', issued_on, due_on) as terms,
    date_diff('day', due_on, closed_on) as late,
    case when issued_on >= from_3m then 1 else 0 end as in_window,
    case when {_BILLED}
            and (closed_on is null or closed_on > o.as_of or closed_by = 'payment')
        then 1 else 0 end as billed,
    case when kind = 'invoice' and amount > 0 and closed_by = 'payment'
            and not paid_day_assumed and closed_on <= o.as_of
            and (returned_on is null or returned_on > o.as_of)
        then 1 else 0 end as paid
from items as o
join sides as s on s.as_of = o.as_of
left join steady as k on k.span = s.span and k.unit = o.customer
where closed_on is null or closed_on >= from_12m
""",
            **_REPLAY,
            "amounts": """
select span, side, {groups}, unit,
    cast(sum(sold) as double) as sold, cast(sum(owed) as double) as owed,
    cast(sum(unapplied) as double) as unapplied,
    sum(agreed_0) as agreed_0, sum(agreed_1) as agreed_1,
    sum(other_0) as other_0, sum(other_1) as other_1
from (
    select span, side, {groups}, unit, 0 as sold, amount as owed,
        case when amount < 0 then amount else 0 end as unapplied,
        0e0 as agreed_0, 0e0 as agreed_1, 0e0 as other_0, 0e0 as other_1
    from lives
    where alive = 1
    union all
    select span, side, {groups}, unit, amount, 0, 0, 0e0, 0e0, 0e0, 0e0
    from sold
    union all
    select span, side, {groups}, unit, 0, 0, 0,
        agreed * open_0, agreed * open_1, other * open_0, other * open_1
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

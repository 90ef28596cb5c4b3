"""The questions as the best users of a database would write them: over tables made beforehand.

A job of theirs would make these tables each night. What one pays for that is not measured: only
the answers are, from tables that are there.

lives: what is open of each invoice, and from which day to which: opened_on, closed_on, open.
month_sales: sales by sector and month; enough for ends of months. billed: each invoice with the
day on which it was paid in full, as known on the last day. taken: how long each payment took.
"""

from __future__ import annotations

from benchmarks.works import BUCKET, MONTH_ENDS, TOP, Work, curves_over

#: In the words of both databases.
TABLES = {
    "lives": """
        select *
        from (
            select i.customer_id, c.sector, i.due_on, e.day as opened_on,
                coalesce(lead(e.day) over w, date '9999-12-31') as closed_on,
                i.amount - sum(e.paid) over w as open
            from (
                select document_id, issued_on as day, 0 as paid from invoices
                union all
                select debit_id, matched_on, sum(amount) from matches group by 1, 2
            ) as e
            join invoices as i on i.document_id = e.document_id
            join customers as c on c.customer_id = i.customer_id
            window w as (partition by e.document_id order by e.day, e.paid)
        ) as each_one
        where open <> 0
        order by opened_on
    """,
    "month_sales": """
        select c.sector, cast(date_trunc('month', i.issued_on) as date) as month,
            sum(i.amount) as amount
        from invoices as i
        join customers as c on c.customer_id = i.customer_id
        group by 1, 2
    """,
    "billed": """
        select c.sector, i.kind, i.issued_on, p.paid_on,
            case when p.paid = i.amount then 1 else 0 end as paid
        from invoices as i
        join customers as c on c.customer_id = i.customer_id
        left join (
            select debit_id, sum(amount) as paid, max(matched_on) as paid_on
            from matches
            group by debit_id
        ) as p on p.debit_id = i.document_id
        order by i.issued_on
    """,
    "taken": """
        select i.customer_id, m.matched_on, m.amount, m.matched_on - i.issued_on as days
        from matches as m
        join invoices as i on i.document_id = m.debit_id
        order by m.matched_on
    """,
}
_DAY = "select {day} as as_of"
_AGING = f"""
select d.as_of, o.sector, {BUCKET.replace("{day}", "d.as_of")} as bucket, sum(o.open) as amount
from ({{days}}) as d
join lives as o on {{alive}}
group by 1, 2, 3
"""
_DSO = """
select as_of, sector, sum(receivables) as receivables, sum(sales) as sales_3m
from (
    select d.as_of, o.sector, o.open as receivables, 0 as sales
    from ({days}) as d
    join lives as o on {alive}
    union all
    select d.as_of, s.sector, 0, s.amount
    from ({days}) as d
    join month_sales as s on s.month <= d.as_of
        and s.month >= date_trunc('month', d.as_of) - interval '2 months'
) as both_sides
group by 1, 2
"""
_CURVES = curves_over("""
    select sector, case when paid = 1 then paid_on else {day} end - issued_on as day, paid
    from billed
    where kind = 'invoice' and issued_on between {window} and {day}
""")
_CUSTOMERS = f"""
select c.customer_id as customer, o.receivables, o.overdue,
    c.credit_limit - o.receivables as headroom, p.days_to_pay
from customers as c
join (
    select o.customer_id, sum(o.open) as receivables,
        sum(case when o.open > 0 and o.due_on < d.as_of then o.open else 0 end) as overdue
    from ({{days}}) as d
    join lives as o on {{alive}}
    group by o.customer_id
) as o on o.customer_id = c.customer_id
left join (
    select customer_id,
        cast(sum(amount * days) as float8) / cast(sum(amount) as float8) as days_to_pay
    from taken
    where matched_on between {{window}} and {{day}}
    group by customer_id
) as p on p.customer_id = c.customer_id
order by o.overdue desc, c.customer_id
limit {TOP}
"""
_QUESTIONS = {"aging": _AGING, "dso": _DSO, "curves": _CURVES, "customers": _CUSTOMERS}


def prepared(work: Work, alive: str) -> str:
    """Return the SQL of a work over these tables, with {day} and {window}.

    alive: the condition on a row `o` of lives at the end of the day `d.as_of`, which is where the
    databases have ways of their own.
    """
    days = MONTH_ENDS if work.history else _DAY
    return _QUESTIONS[work.question].replace("{days}", days).replace("{alive}", alive)

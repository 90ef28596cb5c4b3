"""Where terms leak: invoices whose terms are longer than agreed or allowed, and customers."""

from __future__ import annotations

import pyarrow as pa

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.figures.waiting.terms_leak import TERMS_LEAK

AGREED, ALLOWED = "agreed", "allowed"
KINDS = {
    AGREED: "granted > 0",
    ALLOWED: "verdict in ('beyond', 'beyond_own', 'cannot_be_judged')",
}
"""Which invoices are listed: longer than agreed, or than the law or our own rule allows."""
JUDGED = "judged_terms"
JUDGED_SCHEMA = pa.schema(
    [("country", pa.string()), ("issued_on", pa.date32()), ("due_on", pa.date32()),
     ("verdict", pa.string()), ("latest", pa.date32()), ("lacks", pa.string())]
)  # fmt: skip
"""What law and own rule say of terms, by country and days (`metrics.judged_terms`)."""

TERMS_GIVEN = Query(
    reads=("billed_items",),
    select="""
select country, issued_on, due_on
from (
    select country, issued_on, max(due_on) as due_on
    from billed_items
    where due_assumed = ''
    group by country, document_key, issued_on
) as given
where date_diff('day', issued_on, due_on) > $shortest
group by country, issued_on, due_on
order by country, issued_on, due_on
""",
)
"""The terms of more than `$shortest` days that invoices of the window have."""

_INVOICES = Query(
    reads=("billed_items",),
    tables={
        "given_terms": """
select customer, document_key, country, salesperson, sector, issued_on, max(due_on) as due_on,
    sum(amount) as amount, max(agreed) as agreed,
    cast(sum(amount * date_diff('day', issued_on, due_on)) as double)
        / cast(sum(amount) as double) as invoiced,
    cast(sum(amount * (date_diff('day', issued_on, due_on) - agreed)) as double)
        / cast(sum(amount) as double) as granted,
    cast(sum(amount * ({percents[due_on]} - {percents[issued_on, agreed]})) as double) / 36500
        as cost
from billed_items
where due_assumed = ''
group by customer, document_key, country, salesperson, sector, issued_on
""",
    },
    select=f"""
select d.document_id, g.customer, c.customer_name, g.salesperson, g.sector, g.country, g.issued_on,
    g.due_on, g.amount, g.agreed, g.invoiced, g.granted,
    cast(g.cost as decimal(18, 2)) as cost, coalesce(j.verdict, '') as verdict,
    j.latest, coalesce(j.lacks, '') as lacks
from given_terms as g
join documents as d on d.document_key = g.document_key
left join customers as c on c.customer_id = g.customer
left join {JUDGED} as j on j.country = g.country and j.issued_on = g.issued_on
    and j.due_on = g.due_on
""",
)


def long_terms(ledger: Ledger, kind: str, judged: pa.Table) -> Statement:
    """List the invoices of the window of one of `KINDS`, unordered; ValueError for another.

    judged: of JUDGED_SCHEMA. Invoices whose due day was assumed are none of them.

    Columns: document_id, customer, customer_name, salesperson, sector, country, issued_on, due_on
    (of the last instalment), amount; agreed, invoiced, granted: invoiced beyond agreed (days,
    null where nothing was agreed); cost: of financing these days, signed; verdict (of
    `metrics.decide.terms`, '' for short terms), latest: the last due day that the law allows, null
    where it is not known; lacks: what must be known for an answer, '' for nothing.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} lists no invoices; known are: {', '.join(KINDS)}")
    asked = ledger.over(_INVOICES)
    return Statement(
        f"select * from (\n{asked.sql}\n) as listed\nwhere {KINDS[kind]}",
        {**asked.parameters, JUDGED: judged},
    )


def leaking_customers(ledger: Ledger) -> Statement:
    """List the customers with invoices or payments in the window, unordered.

    Columns: customer, customer_name, salesperson, and those of the metric `terms_leak`.
    """
    asked = ledger.statement(TERMS_LEAK, ("customer",))
    sql = f"""select l.*, c.customer_name, c.salesperson
from (
{asked.sql}
) as l
left join customers as c on c.customer_id = l.customer"""
    return Statement(sql, asked.parameters)

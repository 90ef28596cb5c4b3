"""What happened between two days, row by row: documents, and what became of them and of people.

It is what a credit manager wants to see first in the morning. Each row is of one kind: a cause of
`metrics.review.movements`, a document after the earlier day; or one of NEWS.
"""

from __future__ import annotations

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.review.movements import CAUSES, moved

NEWS = ("overdue", "paid", "over_limit", "promise", "dispute", "ending")
"""What happened besides documents: something fell overdue, an invoice was paid, a customer went
over its limit, a promise fell due, a dispute was raised, a limit or terms end."""
KINDS = (*NEWS, *CAUSES)

_NONE = "cast(null as bigint) as document_key, '' as document_id"
_PAID = (
    "items.closed_by = 'payment' and items.closed_on > spans.since"
    " and items.closed_on <= items.as_of"
    " and (items.returned_on is null or items.returned_on > items.as_of)"
)
_OPEN = "items.closed_on is null or items.closed_on > items.as_of"


def _ended(subject: str, amount: str) -> str:
    """Return the SELECT of limits or terms that ended, or that end soon since a short time ago."""
    return f"""
select 'ending' as what, {subject}.customer, {_NONE}, {subject}.valid_until as day,
    {amount} as amount, 'ended' as state
from {subject}
join spans on spans.since = {subject}.as_of
join accounts on accounts.as_of = spans.as_of and accounts.customer = {subject}.customer
where {subject}.valid_until < spans.as_of
union all
select 'ending', {subject}.customer, {_NONE}, {subject}.valid_until, {amount}, 'soon'
from {subject}
join spans on spans.as_of = {subject}.as_of
join accounts on accounts.as_of = spans.as_of and accounts.customer = {subject}.customer
where date_diff('day', spans.as_of, {subject}.valid_until) <= $soon
    and date_diff('day', spans.since, {subject}.valid_until) > $soon
"""


_CHANGES = Query(
    reads=(
        "spans", "movements", "alive", "items", "accounts", "limits", "promises", "disputes",
        "said_limits", "said_terms",
    ),
    tables={
        "paid": f"""
select items.customer, coalesce(items.reopens, items.document_key) as document_key,
    max(items.document_id) as document_id,
    max(case when {_PAID} then items.closed_on end) as day,
    sum(case when {_PAID} then items.amount else 0 end) as amount,
    max(case when {_OPEN} then 1 else 0 end) as part
from items
join spans on spans.as_of = items.as_of
where items.kind in ('invoice', 'opening') and items.amount > 0
    and (items.closed_on is null or items.closed_on > spans.since)
group by items.customer, coalesce(items.reopens, items.document_key)
""",
        "happened": f"""
select 'overdue' as what, alive.customer,
    coalesce(alive.reopens, alive.document_key) as document_key,
    max(alive.document_id) as document_id, min(alive.due_on) as day, sum(alive.amount) as amount,
    '' as state
from alive
join spans on spans.as_of = alive.as_of
where alive.amount > 0 and alive.due_on < alive.as_of
    and (alive.opened_on > spans.since or alive.due_on >= spans.since)
group by alive.customer, coalesce(alive.reopens, alive.document_key)
union all
select 'paid', customer, document_key, document_id, day, amount,
    case when part = 1 then 'part' else 'whole' end
from paid
where day is not null
union all
select 'over_limit', n.customer, {_NONE}, n.as_of, -n.headroom, ''
from limits as n
join spans on spans.as_of = n.as_of
join accounts on accounts.as_of = n.as_of and accounts.customer = n.customer
left join limits as b on b.as_of = spans.since and b.customer = n.customer
where n.headroom < 0 and coalesce(b.headroom, 0) >= 0
union all
select 'promise', n.customer, {_NONE}, n.due_on, n.amount, n.state
from promises as n
join spans on spans.as_of = n.as_of
left join promises as b on b.as_of = spans.since and b.id = n.id
where n.due_on > spans.since and n.due_on <= n.as_of
    or n.state <> 'open' and coalesce(b.state, 'open') = 'open'
union all
select 'dispute', n.customer, {_NONE}, n.said_on, n.amount, n.reason
from disputes as n
join spans on spans.as_of = n.as_of
left join disputes as b on b.as_of = spans.since and b.id = n.id
where b.id is null
union all
{_ended("said_limits", "said_limits.amount").strip()}
union all
{_ended("said_terms", "cast(null as decimal(18, 2))").strip()}
union all
{moved("movements.customer, movements.document_key, movements.document_id,"
       " movements.issued_on, movements.amount, ''").strip()}
""",
    },
    select="""
select happened.what, k.customer_name, happened.customer, k.salesperson, happened.document_id,
    happened.day, cast(happened.amount as decimal(18, 2)) as amount, happened.state,
    f.name as file, d.line
from happened
left join customers as k on k.customer_id = happened.customer
left join documents as d on d.document_key = happened.document_key
left join files as f on f.file_id = d.file_id
""",
)  # fmt: skip


def changes(ledger: Ledger, what: str = "") -> Statement:
    """List what happened after `ledger.since`, up to the as-of day, unordered.

    Columns: what, one of KINDS; the customer; document_id, file and line where it is of a document;
    day: of the document, on which it was due, paid or said, or on which it ends; amount, of what is
    newly overdue or was paid, by how much a limit is exceeded, promised, disputed, or of the limit
    that ends; state: paid in `whole` or in `part`, what became of a promise, the reason of a
    dispute, and of what is agreed whether it `ended` or ends `soon`. what: only these; ValueError
    for what is none.
    """
    listed = ledger.over(_CHANGES)
    if not what:
        return listed
    if what not in KINDS:
        raise ValueError(f"{what!r} is no change; known are: {', '.join(KINDS)}")
    sql = f"select * from (\n{listed.sql}\n) as every_one\nwhere what = $what"
    return Statement(sql, {**listed.parameters, "what": what})

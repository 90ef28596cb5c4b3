"""How payments found their invoices, what is unapplied, and what it may be for.

Stands on the relations of `metrics.asking.definition`, so that its amounts are those of every other
page. Only `suggestions` and what serves decisions look at what is open now, whatever the as-of day:
a match can only be made today.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query

#: Tells whether a number of a document still means the same document in a later state.
_SEAL = (
    "substr(md5(concat_ws('|', {0}.ledger, coalesce({0}.document_id, ''), {0}.customer,"
    " cast({0}.issued_on as varchar), cast({0}.amount_currency as varchar), {0}.kind)), 1, 12)"
)

_METHODS = Query(
    reads=("items",),
    windows=("from_window",),
    tables={
        "paid": """
select document_key, closed_by_key, returned_on,
    case when closed_on <= as_of then method else '' end as method, -amount as amount
from items
where kind = 'payment' and amount < 0 and opened_on >= from_window
""",
    },
    select="""
select paid.method, count(*) as items, cast(sum(paid.amount) as decimal(18, 2)) as amount,
    cast(sum(cast(paid.amount as double) * cast(m.confidence as double)) as double)
        / nullif(cast(sum(case when m.confidence is not null then paid.amount end) as double), 0)
        as confidence
from paid
left join matches as m on m.credit_key = paid.document_key
    and m.debit_key = paid.closed_by_key and m.method = paid.method
    and m.returned_on is not distinct from paid.returned_on
group by paid.method
""",
)

_LISTED = Query(
    reads=("items",),
    windows=("from_window",),
    tables={
        "paid": """
select document_key, closed_by_key, method, opened_on as paid_on, closed_on, returned_on,
    customer, -amount as amount, currency, -amount_currency as amount_currency
from items
where kind = 'payment' and amount < 0 and opened_on >= from_window and closed_on <= as_of
""",
    },
    select=f"""
select c.document_id as payment, paid.paid_on, k.customer_name, paid.customer,
    coalesce(o.document_id, d.document_id) as invoice,
    coalesce(o.issued_on, d.issued_on) as invoiced_on,
    case when d.customer <> paid.customer then d.customer else '' end as invoice_customer,
    paid.amount, paid.currency, paid.amount_currency, paid.method,
    cast(m.confidence as double) as confidence, c.reference,
    f.name as file, c.line, g.name as invoice_file, d.line as invoice_line,
    case when paid.method <> 'state' then cast(paid.closed_by_key as varchar) || '.'
        || cast(paid.document_key as varchar) || '.' || {_SEAL.format("d")}
        || {_SEAL.format("c")} end as pair
from paid
join documents as c on c.document_key = paid.document_key
join documents as d on d.document_key = paid.closed_by_key
left join documents as o on o.document_key = d.reopens
left join matches as m on m.credit_key = paid.document_key
    and m.debit_key = paid.closed_by_key and m.method = paid.method
    and m.returned_on is not distinct from paid.returned_on
left join customers as k on k.customer_id = paid.customer
left join files as f on f.file_id = c.file_id
left join files as g on g.file_id = d.file_id
""",
)

_UNAPPLIED = Query(
    reads=("alive",),
    tables={
        "loose": """
select document_key, max(as_of) as as_of, cast(-sum(amount) as decimal(18, 2)) as amount,
    cast(-sum(amount_currency) as decimal(18, 2)) as in_currency,
    cast(-sum(case when closed_on is null then amount else 0 end) as decimal(18, 2))
        as still_open,
    max(closed_on) as applied_on
from alive
where amount < 0
group by document_key
""",
    },
    select="""
select loose.document_key, c.document_id, c.kind, c.issued_on,
    date_diff('day', c.issued_on, loose.as_of) as age, loose.amount, loose.in_currency,
    c.currency, loose.still_open,
    loose.applied_on, cast(-c.amount as decimal(18, 2)) as whole, k.customer_name, c.customer,
    c.reference, f.name as file, c.line, c.ledger, c.amount_currency
from loose
join documents as c on c.document_key = loose.document_key
left join customers as k on k.customer_id = c.customer
left join files as f on f.file_id = c.file_id
""",
)

_NUMBER = "regexp_replace(upper({0}), '[^A-Z0-9]', '', 'g')"
_SUGGESTIONS = f"""
with item as (
    select c.document_key as credit_key, c.customer, c.customer_group, c.currency, c.ledger,
        {_NUMBER.format("coalesce(c.reference, '') || ' ' || coalesce(c.document_id, '')")} as said,
        {_SEAL.format("c")} as credit_seal, -s.amount_currency as left_over
    from (
        select document_key, sum(amount_currency) as amount_currency from open_items
        where closed_on is null and document_key in $keys group by document_key
    ) as s
    join documents as c on c.document_key = s.document_key
),
bill as (
    select d.document_key as debit_key, d.document_id, d.customer, d.customer_group, d.currency,
        d.ledger, d.issued_on, s.due_on, s.amount_currency as left_over, s.amount,
        {_NUMBER.format("coalesce(d.document_id, '')")} as name,
        {_NUMBER.format("coalesce(d.reference, '')")} as code, {_SEAL.format("d")} as debit_seal,
        row_number() over (partition by d.customer, d.ledger, d.currency
            order by s.due_on, d.document_key) as place
    from (
        select document_key, min(due_on) as due_on, sum(amount) as amount,
            sum(amount_currency) as amount_currency
        from open_items where closed_on is null and amount > 0 group by document_key
    ) as s
    join documents as d on d.document_key = s.document_key
),
pair as (
    select i.credit_key, b.debit_key, b.document_id, b.customer, b.issued_on, b.due_on,
        b.currency, b.amount, cast(b.left_over as decimal(18, 2)) as left_over, b.place,
        cast(i.left_over as decimal(18, 2)) as credit_left,
        b.customer = i.customer as own, b.customer_group = i.customer_group as same_group,
        b.left_over = i.left_over as same_amount,
        cast(case when b.left_over < i.left_over then b.left_over else i.left_over end
            as decimal(18, 2)) as settles,
        length(b.name) >= 4 and regexp_matches(b.name, '[0-9]') and contains(i.said, b.name)
            or length(b.code) >= 10 and regexp_matches(b.code, '[0-9]')
                and contains(i.said, b.code) as named,
        cast(b.debit_key as varchar) || '.' || cast(i.credit_key as varchar) || '.'
            || b.debit_seal || i.credit_seal as pair
    from item as i
    join bill as b on b.ledger = i.ledger and b.currency = i.currency
)
select pair.*, k.customer_name from pair
left join customers as k on k.customer_id = pair.customer
where named or same_amount or own and place = 1
order by credit_key, due_on, debit_key
"""

_DOCUMENTS = f"""
with asked as (
    select d.document_key, d.ledger, coalesce(d.document_id, '') as document_id, d.customer,
        d.issued_on, d.amount_currency, d.currency, d.kind, {_SEAL.format("d")} as seal
    from documents as d
    where d.document_key in ($debit, $credit)
),
placed as (
    select q.document_key, count(*) as nth
    from asked as q
    join documents as a on a.issued_on = q.issued_on and a.amount_currency = q.amount_currency
        and a.kind = q.kind and a.customer = q.customer and a.ledger = q.ledger
        and coalesce(a.document_id, '') = q.document_id
    where a.document_key <= q.document_key
    group by q.document_key
),
open as (
    select document_key, sum(amount_currency) as left_over from open_items
    where closed_on is null and document_key in ($debit, $credit) group by document_key
)
select asked.*, placed.nth,
    cast(coalesce(open.left_over, 0) as decimal(18, 2)) as left_over
from asked
join placed on placed.document_key = asked.document_key
left join open on open.document_key = asked.document_key
"""

_ALIKE = """
select document_key, ledger, coalesce(document_id, '') as document_id, customer, issued_on,
    amount_currency, kind
from documents
where issued_on in $days and amount_currency in $amounts
order by document_key
"""

_COUNTERPARTIES = """
select d.document_key, s.counterparty, s.counterparty_iban
from documents as d
join staged_documents as s on s.file_id = d.file_id and s.line = d.line
where d.document_key in $keys
"""


def by_method(ledger: Ledger) -> Statement:
    """Add up what was paid in the window by how it was matched by the end of the as-of day.

    Columns: method ('' for what was not matched by then), items (matches, or payments with
    something left), amount, confidence (weighted by amount; null where nothing was matched).
    """
    return ledger.over(_METHODS)


def matched(ledger: Ledger, method: str = "") -> Statement:
    """List these matches, one row each, unordered; `method` narrows them to one.

    `pair` names both documents for a decision (null: it follows from the invoice's own row, and
    there is nothing to decide); invoice_customer is '' where it is the payer's.
    """
    listed = ledger.over(_LISTED)
    if not method:
        return listed
    sql = f"select * from (\n{listed.sql}\n) as listed\nwhere method = $method"
    return Statement(sql, {**listed.parameters, "method": method})


def unapplied(ledger: Ledger) -> Statement:
    """List the payments and credit notes of which something is unapplied at the as-of day.

    Columns: the document, its customer, text, file and line; amount: what is unapplied, positive;
    in_currency: the same in the document's currency;
    still_open: what of it is so in the whole of the data; applied_on: when the rest was applied;
    age: days since its day.
    """
    return ledger.over(_UNAPPLIED)


def suggestions(keys: Sequence[int]) -> Statement:
    """List what open invoices the open documents `keys` may be for: pairs, and why.

    Columns: credit_key, credit_left, the invoice, left_over (of it), settles (all three in their
    currency); amount (in the reporting one); own, same_group (customer), same_amount, named (its
    number, or its long reference, stands in the text), place (1 is the customer's oldest), pair.
    """
    return Statement(_SUGGESTIONS, {"keys": list(keys)})


def counterparties(keys: Sequence[int]) -> Statement:
    """List who paid, as the bank statement says: document_key, counterparty, counterparty_iban."""
    return Statement(_COUNTERPARTIES, {"keys": list(keys)})


def both_documents(debit: int, credit: int) -> Statement:
    """List two documents as a decision names them, with what is left of each (signed), and seal."""
    return Statement(_DOCUMENTS, {"debit": debit, "credit": credit})


def alike(days: Sequence[date], amounts: Sequence[Decimal]) -> Statement:
    """List the documents of these days that have one of these amounts, in order of their keys."""
    return Statement(_ALIKE, {"days": list(days), "amounts": list(amounts)})

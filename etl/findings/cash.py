"""Money that came in and was not settled as it should be."""

from __future__ import annotations

from data.core.buckets import DEFAULT
from data.core.texts import N_, NN_
from etl.findings.check import CALLED, SQUEEZED, Check
from etl.findings.words import BEHIND, OTHER, Words
from etl.ledger.matching.naming import NORMAL

_LOOSE = "closed_on is null and amount < 0"

#: A payment or credit note that is open, with its age on the last day of the data.
_UNAPPLIED = f"""
    select o.customer, o.document_key, o.document_id, o.kind, o.opened_on as issued_on,
        date_diff('day', o.opened_on, a.last_day) as days,
        {DEFAULT.sql("false", "o.opened_on", "a.last_day")} as age,
        o.amount, o.amount_currency, d.reference, o.salesperson, o.currency, d.file_id, d.line
    from open_items as o
    join documents as d using (document_key)
    cross join (select max(last_day) as last_day from about) as a
    where o.closed_on is null and o.amount < 0
"""

UNAPPLIED = Check(
    "unapplied",
    NN_(
        "{items} payment or credit note is not matched to any invoice, or not wholly.",
        "{items} payments and credit notes are not matched to any invoice, or not wholly.",
    ),
    Words(
        N_("Unapplied payments and credit notes"),
        "money",
        N_("Customers are reminded of invoices that they have paid, and aging shows too much."),
        N_("Match each to its invoice, or pay it back; begin with the oldest."),
        ("document_id", "customer_name", "amount", "age", "days", "kind", "issued_on", *BEHIND),
        sort="amount",
        brief=True,
    ),
    _UNAPPLIED,
    asks=_LOOSE,
    of="open_items",
    by_customer=True,
)
UNAPPLIED_OLD = Check(
    "unapplied_old",
    NN_(
        "{items} payment or credit note is still unapplied after more than {unapplied_days} days,"
        " on the last day of the data.",
        "{items} payments and credit notes are still unapplied after more than {unapplied_days}"
        " days, on the last day of the data.",
    ),
    Words(
        N_("Unapplied for long"),
        "money",
        N_("After so long nobody remembers what was paid, and the customer may ask for it back."),
        N_("Ask the customer what it was for, with the payment's own text."),
        ("document_id", "customer_name", "amount", "days", "kind", "issued_on", *BEHIND),
        sort="amount",
    ),
    f"{_UNAPPLIED.rstrip()}\n        and o.opened_on < a.last_day - $unapplied_days\n",
    asks=_LOOSE,
    of="open_items",
    by_customer=True,
)

#: More candidates of one amount than this are chance, or a subscription.
_CANDIDATES = 20

WRONG_CUSTOMER = Check(
    "wrong_customer",
    NN_("{items} unapplied payment is to the cent what another customer still owes on an invoice.",
        "{items} unapplied payments are to the cent what another customer still owes on an"
        " invoice; of {named} the text or the payer's name fits the other customer."),
Words(
        N_("Payments perhaps booked on the wrong customer"),
        "money",
        N_("One customer is chased for what it paid, another seems to have credit."),
        N_("Look at the bank statement; where number or name fits, move the payment."),
        ("document_id", "customer_name", "amount", "evidence", "other_name", *OTHER,
         "issued_on", "payer", "reference", "salesperson", "customer", "other_customer", "file",
         "line"),
    ),
    f"""
    with unapplied as (
        select document_key, -sum(amount) as amount, -sum(amount_currency) as sought
        from open_items
        where closed_on is null and amount < 0 and kind = 'payment' and customer <> ''
        group by document_key
    ),
    loose as (
        select d.document_key, d.document_id, d.ledger, d.customer, c.customer_group, d.currency,
            d.issued_on, d.reference, d.salesperson, d.file_id, d.line, u.amount, u.sought
        from unapplied as u
        join documents as d using (document_key)
        join customers as c on c.customer_id = d.customer
        qualify count(*) over (partition by d.ledger, d.currency, u.sought) <= {_CANDIDATES}
    ),
    unpaid as (
        select document_key, sum(amount_currency) as sought from open_items
        where closed_on is null and amount > 0 and kind = 'invoice'
        group by document_key having sum(amount_currency) in (select sought from loose)
    ),
    owed as (
        select d.document_key, d.document_id, d.ledger, d.customer, c.customer_group,
            c.customer_name, d.currency, d.issued_on, d.reference, u.sought
        from unpaid as u
        join documents as d using (document_key)
        join customers as c on c.customer_id = d.customer
        qualify count(*) over (partition by d.ledger, d.currency, u.sought) <= {_CANDIDATES}
    ),
    pairs as (
        select p.*, i.document_id as other_id, i.issued_on as other_on,
            i.customer as other_customer, i.customer_name as other_name,
            i.reference as other_reference,
            count(*) over (partition by p.document_key) as invoices,
            count(*) over (partition by i.document_key) as payments
        from loose as p
        join owed as i using (ledger, currency, sought)
        where i.customer_group <> p.customer_group and i.issued_on <= p.issued_on
            and not exists (
                select 1 from owed as own
                where own.ledger = p.ledger and own.customer = p.customer
                    and own.currency = p.currency and own.sought = p.sought
            )
    ),
    payers as (
        select file_id, line, counterparty as payer from staged_documents
        where counterparty is not null
            and (file_id, line) in (select (file_id, line) from pairs)
    ),
    told as (
        select p.*, s.payer,
            {SQUEEZED.format("coalesce(p.reference, '') || ' ' || coalesce(s.payer, '')")} as words,
            {NORMAL.format("coalesce(p.reference, '')")} as numbers,
            {NORMAL.format("p.other_id")} as number,
            {NORMAL.format("coalesce(p.other_reference, '')")} as structured,
            {CALLED.format("p.other_name")} as called
        from pairs as p
        left join payers as s on s.file_id = p.file_id and s.line = p.line
    ),
    judged as (
        select *, case
                when length(number) >= 4 and contains(numbers, number) then 'number'
                when length(structured) >= 8 and contains(numbers, structured) then 'number'
                when length(called) >= 4 and contains(words, called) then 'name'
                else 'amount' end as evidence
        from told
    )
    select customer, document_key, document_id, issued_on, amount, evidence, other_customer,
        other_name, other_id, other_on, reference, payer, salesperson, currency, file_id, line
    from judged
    where evidence <> 'amount' or (invoices = 1 and payments = 1)
    qualify row_number() over (
        partition by document_key order by evidence = 'amount', evidence = 'name', other_id) = 1
    """,
    asks=f"{_LOOSE} and kind = 'payment'",
    of="open_items",
    values="select count(*) filter (where evidence <> 'amount') as named from ({rows})",
)  # fmt: skip

DUPLICATE_PAYMENTS = Check(
    "duplicate_payments",
    NN_("{items} possible duplicate payment: customer, amount and reference are those of another"
        " at most {paid_twice_days} days before, and there are no two invoices that they settle.",
        "{items} possible duplicate payments: customer, amount and reference are those of another"
        " at most {paid_twice_days} days before, and there are no two invoices that they settle."),
Words(
        N_("Possible duplicate payments"),
        "money",
        N_("The customer will ask for it back, or take it off the next invoice unannounced."),
        N_("Ask the customer: pay back, or set off against an open invoice."),
        ("document_id", "customer_name", "amount", *OTHER, "issued_on", *BEHIND),
        lacks=N_("no payments"),
    ),
    """
    with alike as (
        select ledger, customer, currency, amount_currency from documents
        where kind = 'payment' and amount < 0
        group by all having count(*) > 1
    ),
    twice as (
        select d.*,
            lag(d.document_key) over same as other_key,
            lag(d.document_id) over same as other_id,
            lag(d.issued_on) over same as other_on
        from documents as d
        join alike using (ledger, customer, currency, amount_currency)
        where d.kind = 'payment'
        window same as (
            partition by d.ledger, d.customer, d.currency, d.amount_currency,
                coalesce(d.reference, '')
            order by d.issued_on, d.document_key)
    ),
    near as (
        select * from twice
        where other_key is not null and issued_on - other_on <= $paid_twice_days
    ),
    settled as (
        select credit_key, sum(amount_currency) as settled from matches
        where method <> 'oldest' and credit_key in (
            select document_key from near union all select other_key from near)
        group by all
    )
    select n.customer, n.document_key, n.document_id, n.issued_on, -n.amount as amount,
        n.other_id, n.other_on, n.reference, n.salesperson, n.currency, n.file_id, n.line
    from near as n
    left join settled as s on s.credit_key = n.document_key
    left join settled as o on o.credit_key = n.other_key
    where least(coalesce(s.settled, 0), coalesce(o.settled, 0)) < -n.amount_currency
    """,
    needs="kind = 'payment'",
    by_customer=True,
)  # fmt: skip

LATE_DISCOUNTS = Check(
    "late_discounts",
    NN_("{items} discount of {late_discount_least} to {late_discount_most} % was taken after"
        " {late_discount_days} days, on day {days}. The invoice was paid but for it, and the rest"
        " is open or was credited. The data name no discount days; {late_discount_days} are"
        " assumed.",
        "{items} discounts of {late_discount_least} to {late_discount_most} % were taken after"
        " {late_discount_days} days, on average on day {days}, weighted by amount. The invoices"
        " were paid but for them, and the rest is open or was credited. The data name no discount"
        " days; {late_discount_days} are assumed."),
Words(
        N_("Cash discounts taken late"),
        "money",
        N_("A discount that is given for paying late is a price cut."),
        N_("Ask for the rest, or agree discount days with the customer; credit no more of it."),
        ("document_id", "customer_name", "amount", "share", "days", "paid", "paid_on",
         "issued_on", "due_on", "still_open", *BEHIND),
        lacks=N_("no payments"),
    ),
    """
    with rest as (
        select d.document_key, sum(o.amount) as amount, bool_or(o.closed_on is null) as still_open
        from open_items as o
        join documents as d using (document_key)
        where (o.closed_on is null or o.closed_by in ('credit_note', 'write_off', 'adjustment'))
            and o.kind = 'invoice' and 100 * o.amount
                between $late_discount_least * d.amount and $late_discount_most * d.amount
        group by all
    ),
    paid as (
        select document_key, sum(amount) as paid, max(closed_on) as paid_on
        from open_items
        where closed_by = 'payment' and not paid_day_assumed
            and document_key in (select document_key from rest)
        group by all having count(distinct closed_by_key) = 1
    )
    select d.customer, d.document_key, d.document_id, d.issued_on, d.due_on, p.paid_on,
        date_diff('day', d.issued_on, p.paid_on) as days, p.paid, r.amount,
        cast(r.amount as double) / cast(d.amount as double) as share, r.still_open,
        d.reference, d.salesperson, d.currency, d.file_id, d.line
    from rest as r
    join paid as p using (document_key)
    join documents as d using (document_key)
    where 100 * (d.amount - p.paid)
            between $late_discount_least * d.amount and $late_discount_most * d.amount
        and p.paid_on > d.issued_on + $late_discount_days
    """,
    needs="kind = 'payment'",
    values="""
    select round(cast(sum(amount * days) as double) / cast(sum(amount) as double), 1) as days
    from ({rows})
    """,
)  # fmt: skip

CHECKS = (UNAPPLIED, UNAPPLIED_OLD, WRONG_CUSTOMER, DUPLICATE_PAYMENTS, LATE_DISCOUNTS)

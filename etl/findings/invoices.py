"""Invoices that are likely to be paid late, twice or not at all."""

from __future__ import annotations

from data.core.texts import N_, NN_
from etl.findings.check import RECENT, Check
from etl.findings.words import BEHIND, DOCUMENT, OTHER, Words
from etl.ledger.matching.naming import NORMAL

#: Columns of a document that a reader needs to find it again.
_SHOWN = (
    "customer, document_key, document_id, issued_on, due_on, amount, {0}, reference, po_number,"
    " salesperson, currency, file_id, line"
)

DUPLICATE_INVOICES = Check(
    "duplicate_invoices",
    NN_("{items} possible duplicate invoice: customer and amount are those of an earlier one, and"
        " so is the number but for punctuation and zeros, or the order number or reference within"
        " {same_order_days} days.",
        "{items} possible duplicate invoices: customer and amount are those of an earlier one, and"
        " so is the number but for punctuation and zeros, or the order number or reference within"
        " {same_order_days} days."),
Words(
        N_("Possible duplicate invoices"),
        "money",
        N_("The customer pays neither while it finds out which is right, or pays twice."),
        N_("Compare the two, and credit the one that should not be."),
        ("document_id", "customer_name", "amount", "evidence", *OTHER, "issued_on", "po_number",
         *BEHIND),
        lacks=N_("no invoices"),
    ),
    f"""
    with alike as (
        select ledger, customer, currency, amount_currency from documents
        where kind = 'invoice' and amount > 0 and outcome <> 'credited'
        group by all having count(*) > 1
    ),
    keyed as (
        select d.*, {NORMAL.format("d.document_id")} as number_key,
            coalesce(nullif(d.po_number, ''), nullif(d.reference, '')) as order_key
        from documents as d
        join alike using (ledger, customer, currency, amount_currency)
        where d.kind = 'invoice' and d.outcome <> 'credited'
    ),
    by_number as (
        select *, 'number' as evidence, lag(document_id) over same as other_id,
            lag(issued_on) over same as other_on
        from keyed where number_key <> ''
        window same as (partition by ledger, customer, currency, amount_currency, number_key
            order by issued_on, document_id, document_key)
    ),
    by_order as (
        select *, 'order' as evidence, lag(document_id) over same as other_id,
            lag(issued_on) over same as other_on
        from keyed where order_key is not null
        window same as (partition by ledger, customer, currency, amount_currency, order_key
            order by issued_on, document_id, document_key)
        -- what comes a third time is a delivery that repeats
        qualify count(*) over (partition by ledger, customer, currency, amount_currency,
            order_key) = 2
    ),
    found as (
        select * from by_number where issued_on - other_on <= $same_number_days
        union all
        select * from by_order where issued_on - other_on <= $same_order_days
    )
    select {_SHOWN.format("evidence, other_id, other_on")}
    from found where other_id is not null
    qualify row_number() over (partition by document_key order by evidence) = 1
    """,
    needs="kind = 'invoice'",
    by_customer=True,
)  # fmt: skip

DUPLICATE_NUMBERS = Check(
    "duplicate_numbers",
    NN_(
        "{items} invoice carries a number that another invoice of the customer carries too.",
        "{items} invoices carry a number that another invoice of the customer carries too.",
    ),
    Words(
        N_("The same invoice number twice for one customer"),
        "habits",
        N_("A payment that names the number can settle either."),
        N_("Find out whether a file was loaded twice under two names, or numbers begin anew."),
        (*DOCUMENT, *BEHIND),
        lacks=N_("no invoices"),
    ),
    """
    select * from documents where kind = 'invoice' and amount > 0 and document_id <> ''
    qualify count(*) over (partition by ledger, customer, document_id) > 1
    """,
    needs="kind = 'invoice'",
)

NO_ORDER_NUMBER = Check(
    "no_order_number",
    NN_("{items} invoice of the last 12 months has no order number, although its customer usually"
        " gives one. Without one the customer paid {later} days later, weighted by amount"
        " (paid invoices: {without} without, {with_one} with a number).",
        "{items} invoices of the last 12 months have no order number, although their customers"
        " usually give one. They were paid {later} days later than those with one, customer by"
        " customer, weighted by amount (paid invoices: {without} without, {with_one} with a"
        " number)."),
Words(
        N_("Invoices without the customer's order number"),
        "habits",
        N_("Customers with an approval by order put such invoices aside."),
        N_("Ask the salesperson for the number before the invoice leaves; send it on for the open"
           " ones."),
        (*DOCUMENT, "closed_on", *BEHIND),
        lacks=N_("no order numbers"),
    ),
    f"""
    with recent as (
        select *, coalesce(po_number, '') <> '' as numbered from documents
        where kind = 'invoice' and amount > 0 and issued_on > {RECENT}
    ),
    habit as (
        select customer, count(*) as invoices, count(*) filter (where numbered) as with_one
        from recent group by customer
    ),
    everybody as (
        select count(*) as invoices, count(*) filter (where numbered) as with_one from recent
    )
    select {_SHOWN.format("r.closed_on")}
    from recent as r
    join habit as h using (customer)
    cross join everybody as e
    where not r.numbered and case when h.invoices >= $order_invoices
        then 100 * h.with_one >= $order_percent * h.invoices
        else 100 * e.with_one >= $order_percent * e.invoices end
    """,
    needs="po_number <> ''",
    values="""
    with paid as (
        select o.customer, o.document_key, coalesce(d.po_number, '') <> '' as numbered,
            cast(o.amount as double) as amount,
            date_diff('day', o.opened_on, o.closed_on) as days
        from open_items as o
        join documents as d using (document_key)
        where o.kind = 'invoice' and o.closed_by = 'payment' and not o.paid_day_assumed
            and o.amount > 0 and o.customer in (select customer from ({rows}))
    ),
    usual as (
        select customer, sum(amount * days) / sum(amount) as days,
            count(distinct document_key) as with_one
        from paid where numbered group by customer
    ),
    compared as (
        select p.customer, any_value(u.with_one) as with_one,
            count(distinct p.document_key) as without,
            sum(p.amount) as amount, sum(p.amount * (p.days - u.days)) as later
        from paid as p join usual as u using (customer)
        where not p.numbered group by p.customer
    )
    select round(sum(later) / sum(amount), 1) as later, cast(sum(without) as bigint) as without,
        cast(sum(with_one) as bigint) as with_one
    from compared having sum(later) > 0
    """,
    plain=NN_(
        "{items} invoice of the last 12 months has no order number, although its customer usually"
        " gives one.",
        "{items} invoices of the last 12 months have no order number, although their customers"
        " usually give one."),
)  # fmt: skip

INVOICED_LATE = Check(
    "invoiced_late",
    NN_("{items} invoice of the last 12 months left more than {invoiced_days} days after delivery:"
        " {days} days after it.",
        "{items} invoices of the last 12 months left more than {invoiced_days} days after delivery,"
        " on average {days} days after it, weighted by amount."),
Words(
        N_("Invoices sent long after delivery"),
        "habits",
        N_("Each day between delivery and invoice is a day of credit that nobody agreed."),
        N_("Invoice on the day of delivery; ask where the delay arises, by salesperson."),
        ("document_id", "customer_name", "amount", "days", "delivered_on", "issued_on", *BEHIND),
        lacks=N_("no days of delivery"),
    ),
    f"""
    select {_SHOWN.format("delivered_on, date_diff('day', delivered_on, issued_on) as days")}
    from documents
    where kind = 'invoice' and amount > 0 and issued_on - delivered_on > $invoiced_days
        and issued_on > {RECENT}
    """,
    needs="delivered_on is not null",
    values="""
    select round(cast(sum(amount * days) as double) / cast(sum(amount) as double), 1) as days
    from ({rows})
    """,
)  # fmt: skip

DUE_BEFORE_ISSUE = Check(
    "due_before_issue",
    NN_(
        "{items} invoice is due before its issue; it is taken as it is.",
        "{items} invoices are due before their issue; they are taken as they are.",
    ),
    Words(
        N_("Invoices due before their issue"),
        "habits",
        N_("They are overdue on their first day, and no customer accepts that."),
        N_("Correct the due day where the invoice was made."),
        (*DOCUMENT, *BEHIND),
        lacks=N_("no invoices"),
    ),
    "select * from documents where kind = 'invoice' and amount > 0 and due_on < issued_on",
    needs="kind = 'invoice'",
)

CHECKS = (DUPLICATE_INVOICES, DUPLICATE_NUMBERS, NO_ORDER_NUMBER, INVOICED_LATE, DUE_BEFORE_ISSUE)

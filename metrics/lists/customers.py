"""Lists that pages show row by row: customers, and the lives of invoices.

Each stands on the relations of `metrics.asking.definition`, so that its columns are the same
figures as everywhere else.
"""

from __future__ import annotations

import re

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query

#: One row for each customer of the filters, whether or not anything is open.
_CUSTOMERS = Query(
    reads=(
        "alive",
        "disputed_items",
        "monthly",
        "payments",
        "accounts",
        "owing",
        "limits",
    ),
    windows=(
        "from_1m",
        "from_12m",
    ),
    tables={
        "owed": """
select customer,
    sum(amount) as receivables,
    sum(case when amount < 0 then amount else 0 end) as unapplied,
    sum(case when amount > 0 and due_on < as_of then amount else 0 end) as overdue,
    max(case when amount > 0 and due_on < as_of then date_diff('day', due_on, as_of) end)
        as oldest_overdue_days
from alive
group by customer
""",
        "contested": """
select customer, sum(amount) as disputed
from disputed_items
group by customer
""",
        "exposed": """
select customer, sum(amount) as exposure
from owing
group by customer
""",
        "sold": """
select customer,
    sum(case when month_start >= from_12m then amount else 0 end) as sales_12m,
    max(last_sale) as last_sale
from monthly
group by customer
""",
        "late": """
select customer, items, amount, taken_days, late_days,
    date_diff('month', month_start, from_1m) as months_ago
from payments
""",
        "paid": """
select customer,
    sum(items) as paid_items,
    sum(amount) as paid_amount,
    sum(late_days) as late_amount,
    sum(taken_days) as taken_amount,
    sum(case when months_ago between 9 and 11 then amount end) as paid_q1,
    sum(case when months_ago between 9 and 11 then late_days end) as late_amount_q1,
    sum(case when months_ago between 6 and 8 then amount end) as paid_q2,
    sum(case when months_ago between 6 and 8 then late_days end) as late_amount_q2,
    sum(case when months_ago between 3 and 5 then amount end) as paid_q3,
    sum(case when months_ago between 3 and 5 then late_days end) as late_amount_q3,
    sum(case when months_ago < 3 then amount end) as paid_q4,
    sum(case when months_ago < 3 then late_days end) as late_amount_q4
from late
group by customer
""",
        "behaved": """
select *,
    cast(taken_amount as double) / cast(paid_amount as double) as days_to_pay,
    cast(late_amount as double) / cast(paid_amount as double) as days_beyond_terms,
    cast(late_amount_q1 as double) / cast(paid_q1 as double) as late_q1,
    cast(late_amount_q2 as double) / cast(paid_q2 as double) as late_q2,
    cast(late_amount_q3 as double) / cast(paid_q3 as double) as late_q3,
    cast(late_amount_q4 as double) / cast(paid_q4 as double) as late_q4
from paid
""",
    },
    select="""
select accounts.customer, accounts.customer_name, accounts.vat_number, accounts.sector,
    accounts.country, accounts.segment, accounts.salesperson, accounts.customer_group,
    accounts.rating, accounts.agreed_terms_days, accounts.file_terms, accounts.terms_said_on,
    accounts.terms_who, accounts.file_limit, accounts.limit_said_on, accounts.limit_who,
    accounts.limit_until,
    cast(coalesce(receivables, 0) as decimal(18, 2)) as receivables,
    cast(coalesce(exposure, 0) as decimal(18, 2)) as exposure,
    cast(coalesce(overdue, 0) as decimal(18, 2)) as overdue,
    oldest_overdue_days,
    cast(coalesce(unapplied, 0) as decimal(18, 2)) as unapplied,
    cast(coalesce(disputed, 0) as decimal(18, 2)) as disputed,
    accounts.credit_limit, limits.binding_limit, limits.holder as limit_holder,
    cast(limits.headroom as decimal(18, 2)) as headroom,
    cast(limits.own_headroom as decimal(18, 2)) as own_headroom, limits.top_holder,
    cast(limits.top_headroom as decimal(18, 2)) as top_headroom,
    accounts.insured_limit,
    days_to_pay, days_beyond_terms, cast(coalesce(paid_items, 0) as bigint) as paid_items,
    late_q1, late_q2, late_q3, late_q4, late_q4 - days_beyond_terms as lateness_trend,
    paid_amount, late_amount, paid_q1, late_amount_q1, paid_q2, late_amount_q2,
    paid_q3, late_amount_q3, paid_q4, late_amount_q4,
    cast(coalesce(sales_12m, 0) as decimal(18, 2)) as sales_12m, last_sale
from accounts
left join limits using (customer)
left join owed using (customer)
left join contested using (customer)
left join exposed using (customer)
left join sold using (customer)
left join behaved using (customer)
""",
)

#: One row for each slice of an invoice that was open at some time in the window.
_LIVES = Query(
    reads=("slices",),
    select="""
select document_id, coalesce(reopens, document_key) as document_key, opened_on, issued_on, due_on,
    case when closed_on <= as_of then closed_on end as closed_on,
    case when returned_on <= as_of then 'returned'
        when closed_on <= as_of then closed_by else '' end as closed_by,
    case when closed_on <= as_of then method else '' end as method,
    amount, disputed, due_assumed, paid_day_assumed, customer, as_of
from slices
order by issued_on, document_id, opened_on, due_on, closed_on nulls last
""",
)

#: One row for each slice of each document, with the document that closed it. What is open joins its
#: own document there: by a key that may be null the other table would be read whole.
_ITEMS = Query(
    reads=("items",),
    select="""
select items.document_id, items.kind, items.opened_on, items.due_on,
    case when items.closed_on <= as_of then items.closed_on end as closed_on,
    case when items.returned_on <= as_of then 'returned'
        when items.closed_on <= as_of then items.closed_by else '' end as closed_by,
    case when items.closed_on <= as_of then closer.document_id end as closing_document,
    case when items.closed_on <= as_of then items.method else '' end as method,
    date_diff('day', items.issued_on, case when items.closed_on <= as_of then items.closed_on end)
        as days_to_pay,
    case when items.amount > 0 then date_diff('day', items.due_on,
        case when items.closed_on <= as_of then items.closed_on else as_of end) end as days_late,
    items.amount, items.amount_currency, items.currency, items.disputed, items.due_assumed,
    document.reference, document.po_number, document.ledger,
    files.name as file, document.line,
    case when items.closed_on <= as_of then closer_files.name end as closing_file,
    case when items.closed_on <= as_of then closer.line end as closing_line,
    items.customer, items.closed_on is null or items.closed_on > as_of as is_open
from items
left join documents as document on document.document_key = items.document_key
left join documents as closer
    on closer.document_key = coalesce(items.closed_by_key, items.document_key)
left join files on files.file_id = document.file_id
left join files as closer_files on closer_files.file_id = closer.file_id
""",
)

_NAMES = Query(reads=("accounts",), select="select customer from accounts")

STATES = {
    "open": "is_open",
    "invoices": "kind in ('invoice', 'opening', 'credit_note')",
    "all": "true",
}
"""What of an account may be listed: state -> condition on the columns of `account`."""


def customers(ledger: Ledger) -> Statement:
    """List the customers under the filters, one row each, unordered.

    Columns: the customer's attributes; receivables, exposure (in all currencies), overdue,
    unapplied, disputed, credit_limit, headroom, insured_limit, sales_12m (money; limits and
    headroom null where not known); limit_said_on, limit_who, limit_until: where the limit was
    said here, file_limit: what files say; terms_said_on, terms_who and file_terms likewise;
    binding_limit, limit_holder: the limit, its own or one above it, that headroom is of, and
    whose it is; own_headroom: under its own limit; top_holder, top_headroom: whose limit is above
    all others, and what it leaves (`ROOM` adds up what a list leaves);
    oldest_overdue_days; days_to_pay, days_beyond_terms and, by quarter of the last 12 months,
    late_q1 (oldest) to late_q4, all weighted by amount, null where nothing was paid;
    lateness_trend = late_q4 - days_beyond_terms (positive: getting slower); last_sale. The parts
    of these ratios (paid_amount, late_amount and each by quarter) serve the ratios of totals.
    """
    return ledger.over(_CUSTOMERS, ("customer",))


def names(ledger: Ledger) -> Statement:
    """Ask for the numbers of the customers under the filters: customer."""
    return ledger.over(_NAMES)


def lives(ledger: Ledger) -> Statement:
    """List the slices of invoices open in the window: opened, due, closed, amount; by issue day.

    A slice whose payment went back has closed_by 'returned', and another in its place. closed_on
    is null, and closed_by '', for what is open at the end of the as-of day.
    """
    return ledger.over(_LIVES)


def account(ledger: Ledger, state: str = "all", document: str = "") -> Statement:
    """List the slices of the documents dated up to the as-of day, unordered.

    Columns: the document, its kind, days, amount (reporting currency and its own), file and line;
    the document that closed the slice by then, how the match was made (method), its file and
    line. days_late runs to the as-of day while open; it is null for what the customer does not
    owe. state: one of STATES; ValueError otherwise. document: only documents of that number.
    """
    if state not in STATES:
        raise ValueError(f"{state!r} is no state; known are: {', '.join(STATES)}")
    listed = ledger.over(_ITEMS)
    sql = f"select * from (\n{listed.sql}\n) as listed\nwhere {STATES[state]}"
    if not document:
        return Statement(sql, listed.parameters)
    return Statement(
        f"{sql} and document_id = $document", {**listed.parameters, "document": document}
    )


def with_headroom(ledger: Ledger, within: int) -> Statement:
    """List the customers of `customers` to whom more can be sold.

    They have headroom under their limit, and paid within `within` days of their terms in the
    window, weighted by amount. Customers without a limit or without payments are not among them.
    """
    listed = customers(ledger)
    sql = (
        f"select * from (\n{listed.sql}\n) as every_one\n"
        "where headroom > 0 and days_beyond_terms <= $within"
    )
    return Statement(sql, {**listed.parameters, "within": within})


ROOM = """(
    select sum(room) from (
        select greatest(least(max(top_headroom), sum(greatest(headroom, 0))), 0) as room
        from (
            select top_holder, limit_holder, max(headroom) as headroom,
                max(top_headroom) as top_headroom
            from listed where top_holder is not null group by top_holder, limit_holder
        ) as bound
        group by top_holder
    ) as rooms
)"""
"""The room of the rows `listed` of a list of customers, as a value: headroom that adds up.

What one limit leaves to several of them counts once, whoever of them is listed; no more than the
limit above all others leaves; where a limit is exceeded it leaves nothing. Null where no limit is
known. The same rule as headroom in metrics/figures/exposure.py.
"""


def found(statement: Statement, text: str) -> Statement:
    """Keep of a list of customers those whose name, number or VAT number contains `text`.

    Case and accents do not matter; neither do the dots and blanks of a VAT number.
    """
    code = re.sub(r"[^a-z0-9]", "", text.lower())
    sql = f"""select * from (
{statement.sql}
) as sought
where contains(strip_accents(lower(customer_name)), strip_accents(lower($sought)))
    or contains(lower(customer), lower($sought))
    or ($sought_code <> ''
        and contains(regexp_replace(lower(vat_number), '[^a-z0-9]', '', 'g'), $sought_code))"""
    return Statement(sql, {**statement.parameters, "sought": text.strip(), "sought_code": code})

"""From staged rows to documents: one row each, in the reporting currency, with a due day.

The steps share temporary tables:

    entry    staged document rows with customer, kind and rate settled; carried ones marked
    doc      documents, numbered: instalment rows joined into one, derived payments added
    part     due days and amounts of documents with several instalments
    code_of  which documents stand in which group of lettered rows
    made     matches found so far (see etl/matching.py)
"""

from __future__ import annotations

from data.texts import N_
from etl.sql import Connection, run

#: A document number without punctuation and without zeros in front of its digits.
NORMAL = (
    r"regexp_replace(regexp_replace(upper({0}), '[^A-Z0-9]', '', 'g'), '(^|[A-Z])0+', '\1', 'g')"
)

NO_RATE = N_("There is no exchange rate for this currency on this day.")
NO_RATE_REMEDY = N_("Load a file of rates with the columns currency, day and rate.")

_CARRIED = """
    s.kind = 'opening' and exists (
        select 1 from files as g
        where g.ledger = f.ledger and g.ledger <> '' and g.last_day < f.first_day
        and g.rows_kind = f.rows_kind
    )
"""


def derive_entries(connection: Connection, currency: str) -> None:
    """Make `entry` and `unconverted` from the staged rows; `currency` is the reporting one.

    Rows in a currency without a rate are kept out and listed in `rejects`, so that a file of
    rates loaded later brings them in.
    """
    run(
        connection,
        f"""
        create or replace temp table entry as
        select
            row_number() over () as entry_id,
            s.* exclude (customer_id, kind, currency, rate),
            coalesce(s.customer_id, '') as customer,
            case
                when s.kind = 'invoice' and s.amount < 0 then 'credit_note'
                when s.kind is not null then s.kind
                when f.rows_kind = 'payments' then 'payment'
                when s.amount < 0 then 'credit_note'
                else 'invoice'
            end as kind,
            coalesce(s.currency, $currency) as currency,
            case when coalesce(s.currency, $currency) = $currency then 1 else s.rate end as rate,
            f.sha256, f.last_day as file_last_day,
            {_CARRIED} as carried
        from staged_documents as s join files as f using (file_id)
        where s.amount is not null and s.issued_on is not null
        """,
        currency=currency,
    )
    run(
        connection,
        """
        update entry set rate = found.rate from (
            with newest as (
                select r.currency, r.day, arg_max(r.rate, (f.loaded_at, f.sha256, r.line)) as rate
                from staged_rates as r join files as f using (file_id) group by all
            )
            select e.entry_id, n.rate
            from (select * from entry where rate is null) as e
            asof join newest as n on e.currency = n.currency and e.issued_on >= n.day
        ) as found
        where found.entry_id = entry.entry_id
        """,
    )
    run(connection, "delete from rejects where reason = $reason", reason=NO_RATE)
    run(
        connection,
        "create or replace temp table unconverted as select * from entry where rate is null",
    )
    run(
        connection,
        """
        insert into rejects by name
        select file_id, line, 'currency' as column_name, currency as value,
            $reason as reason, $remedy as remedy,
            json_object('document_id', document_id, 'customer_id', customer, 'issued_on',
                issued_on, 'amount', amount, 'currency', currency) as raw
        from unconverted
        """,
        reason=NO_RATE,
        remedy=NO_RATE_REMEDY,
    )
    run(connection, "delete from entry where rate is null")
    _find_customers_of_payments(connection)


def _find_customers_of_payments(connection: Connection) -> None:
    """Give payments that name an invoice but no customer the customer of that invoice."""
    run(
        connection,
        f"""
        update entry set customer = found.customer from (
            with numbers as (
                select ledger, {NORMAL.format("document_id")} as name, min(customer) as customer
                from entry where kind = 'invoice' and customer <> '' and document_id is not null
                group by all having count(distinct customer) = 1
            ),
            nobody as (
                select entry_id, ledger, unnest([document_id, reference]) as text from entry
                where customer = '' and kind <> 'invoice'
            )
            select b.entry_id, min(n.customer) as customer
            from nobody as b join numbers as n
                on n.ledger = b.ledger and n.name = {NORMAL.format("b.text")} and n.name <> ''
            group by b.entry_id having count(distinct n.customer) = 1
        ) as found
        where found.entry_id = entry.entry_id
        """,
    )


def derive_documents(connection: Connection, default_terms_days: int) -> None:
    """Make `doc`, `part` and `code_of` from `entry` and `customers`."""
    _join_instalments(connection)
    run(
        connection,
        """
        create or replace temp table doc as
        select
            row_number() over (
                order by h.issued_on, h.ledger, h.customer, h.document_id, h.kind,
                h.amount_currency, h.account, h.due_on, h.reference, h.sha256, h.line
            ) as key,
            dense_rank() over (order by h.ledger, h.customer, h.currency) as account_no,
            h.* exclude (due_on),
            case
                when h.amount_currency < 0 or h.kind not in ('invoice', 'opening', 'credit_note')
                then case when h.amount_currency > 0 then coalesce(h.due_on, h.issued_on)
                    else h.issued_on end
                else coalesce(h.due_on,
                    h.issued_on + coalesce(h.terms_days, c.agreed_terms_days, $terms))
            end as due_on,
            case
                when h.due_on is not null or h.amount_currency <= 0
                    or h.kind not in ('invoice', 'opening', 'credit_note') then ''
                when coalesce(h.terms_days, c.agreed_terms_days) is not null then 'terms'
                else 'default'
            end as due_assumed,
            false as paid_day_assumed,
            cast(round(cast(h.amount_currency as decimal(20, 2)) * h.rate, 2)
                as decimal(18, 2)) as amount
        from head as h left join customers as c on c.customer_id = h.customer
        """,
        terms=default_terms_days,
    )
    run(
        connection,
        """
        create or replace temp table part as
        select d.key, e.instalment, e.due_on as given_due_on, coalesce(e.due_on, d.due_on)
            as due_on, e.amount
        from instalment_of as i
        join entry as e using (entry_id)
        join doc as d on d.entry_id = i.head_id
        """,
    )
    run(
        connection,
        """
        create or replace temp table code_of as
        select d.key, e.file_id, e.account, e.customer, e.currency, e.match_code as code,
            max(e.matched_on) as matched_on, abs(sum(e.amount)) as amount, false as carried
        from entry as e
        left join instalment_of as i using (entry_id)
        join doc as d on d.entry_id = coalesce(i.head_id, e.entry_id)
        where e.match_code is not null and not e.carried
        group by all
        """,
    )


def _join_instalments(connection: Connection) -> None:
    """Make `instalment_of` (row -> first row of its document) and `head`, one row a document."""
    run(
        connection,
        """
        create or replace temp table instalment_of as
        with numbered as (
            select entry_id, amount,
                first(entry_id) over same as head_id, count(*) over same as parts,
                min(sign(amount)) over same as least_sign, max(sign(amount)) over same as most_sign
            from entry
            where instalment is not null and document_id is not null and not carried
            window same as (
                partition by file_id, ledger, account, customer, currency, document_id, kind
                order by instalment, due_on, entry_id
                rows between unbounded preceding and unbounded following
            )
        )
        select entry_id, head_id from numbered
        where parts > 1 and least_sign = most_sign and least_sign <> 0
        """,
    )
    run(
        connection,
        """
        create or replace temp table head as
        with joined as (
            select i.head_id, sum(e.amount) as amount, max(e.due_on) as due_on,
                min(e.issued_on) as issued_on, sum(e.cost) as cost
            from instalment_of as i join entry as e using (entry_id) group by i.head_id
        )
        select e.entry_id, e.file_id, e.line, e.sha256, e.file_last_day, e.ledger, e.account,
            e.customer, e.document_id, e.kind, e.currency, e.rate,
            coalesce(j.issued_on, e.issued_on) as issued_on,
            case when j.head_id is null then e.due_on else j.due_on end as due_on,
            cast(coalesce(j.amount, e.amount) as decimal(18, 2)) as amount_currency,
            cast(coalesce(j.cost, e.cost) as decimal(18, 2)) as cost,
            e.terms_days, e.reference, e.po_number, e.ordered_on, e.delivered_on, e.salesperson,
            coalesce(e.disputed, false) as disputed
        from entry as e
        left join joined as j on j.head_id = e.entry_id
        where not e.carried and (
            j.head_id is not null or e.entry_id not in (select entry_id from instalment_of)
        )
        """,
    )

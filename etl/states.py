"""Invoice rows that carry their state instead of payments: paid on, paid amount, open amount.

The state becomes derived documents: a payment of what was paid, and a credit note of what is
neither paid nor open. Both are matched to their invoice with method `state`.
"""

from __future__ import annotations

from etl.sql import Connection, run


def derive_states(connection: Connection) -> None:
    """Add the derived documents of paid states to `doc` and their matches to `made`.

    Where payments of the same customer and ledger are staged, from whatever file, these speak
    and the state does not; `state_unused` keeps what was left aside, for a finding.
    """
    run(
        connection,
        """
        create or replace temp table paying as
        select distinct ledger, customer from entry where kind = 'payment' and not carried
        """,
    )
    run(
        connection,
        """
        create or replace temp table state as
        with stated as (
            select e.entry_id, coalesce(i.head_id, e.entry_id) as head_id, e.ledger, e.customer,
                sign(e.amount) as side, abs(e.amount) as total,
                -- sources may write the state of a credit note with or without its sign
                case when e.amount < 0 then abs(e.open_amount) else e.open_amount end as still_open,
                case when e.amount < 0 then abs(e.paid_amount) else e.paid_amount end as paid,
                e.paid_on, e.issued_on, e.due_on, e.file_last_day, e.rate,
                p.customer is not null as payments_speak
            from entry as e
            left join instalment_of as i using (entry_id)
            left join paying as p using (ledger, customer)
            where not e.carried and e.kind in ('invoice', 'credit_note', 'opening')
            and (e.open_amount is not null or e.paid_amount is not null or e.paid_on is not null)
        ),
        closed as (
            select *, case when still_open is not null then greatest(total - still_open, 0) end
                as closed
            from stated
        )
        select *,
            case
                when closed is not null then least(greatest(coalesce(paid, closed), 0), closed)
                when paid is not null then greatest(paid, 0)
                else total
            end as pay,
            case when closed is not null and paid is not null
                then greatest(closed - greatest(paid, 0), 0) else 0 end as credit
        from closed
        """,
    )
    run(
        connection,
        """
        create or replace temp table state_unused as
        select ledger, customer, sum(pay + credit) as stated, count(*) as items
        from state where payments_speak and pay + credit > 0 group by all
        """,
    )
    run(
        connection,
        """
        create or replace temp table state_document as
        with both_kinds as (
            select s.*, 'payment' as new_kind, 0 as role, pay as part, pay as upto
            from state as s where pay > 0 and not payments_speak
            union all
            select s.*, 'credit_note', 1, credit, pay + credit
            from state as s where credit > 0 and not payments_speak
        )
        select
            row_number() over (order by d.key, b.entry_id, b.role)
                + (select coalesce(max(key), 0) from doc) as key,
            d.key as of_key, b.new_kind, b.role,
            cast(-b.side * b.part as decimal(18, 2)) as amount_currency,
            -- rounded cumulatively, so that a payment in full equals its invoice to the cent
            cast(-b.side * (
                round(cast(b.upto as decimal(20, 2)) * d.rate, 2)
                - round(cast(b.upto - b.part as decimal(20, 2)) * d.rate, 2)
            ) as decimal(18, 2)) as amount,
            coalesce(b.paid_on, greatest(d.issued_on,
                least(coalesce(b.due_on, d.due_on), b.file_last_day))) as issued_on,
            b.paid_on is null as assumed,
            b.part
        from both_kinds as b join doc as d on d.entry_id = b.head_id
        """,
    )
    run(
        connection,
        """
        insert into doc by name
        select s.key, d.account_no, null as entry_id, d.file_id, d.line, d.sha256,
            d.file_last_day, d.ledger, d.account, d.customer, d.document_id, s.new_kind as kind,
            d.currency, d.rate, s.issued_on, s.amount_currency, d.salesperson, d.disputed,
            s.issued_on as due_on, '' as due_assumed, s.assumed as paid_day_assumed, s.amount,
            d.reference
        from state_document as s join doc as d on d.key = s.of_key
        """,
    )
    run(
        connection,
        """
        insert into made by name
        with ordered as (
            select s.*, abs(d.amount_currency) as total, sign(d.amount_currency) as side,
                sum(s.part) over (partition by s.of_key order by s.issued_on, s.key) as upto
            from state_document as s join doc as d on d.key = s.of_key
        )
        select case when side > 0 then of_key else key end as debit_key,
            case when side > 0 then key else of_key end as credit_key,
            cast(least(part, total - (upto - part)) as decimal(18, 2)) as amount,
            cast(null as date) as recorded_on, 'state' as method
        from ordered where total - (upto - part) > 0
        """,
    )

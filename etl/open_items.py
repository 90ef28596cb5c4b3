"""Documents and matches -> open items.

A match closes equal slices on both sides on the later of the two documents' days. Within a
document the matches stand in order of their days; instalments are filled in due order; what is
left stays open. Amounts in the reporting currency are rounded cumulatively, so that the slices
of a document add up to it exactly.
"""

from __future__ import annotations

from data.schema import DIMENSION_COLUMNS
from etl.sql import Connection, run

_DIMENSIONS = ", ".join(f"o.{c.name}" for c in DIMENSION_COLUMNS)


def derive_open_items(connection: Connection) -> None:
    """Fill `documents` and `open_items` from `doc`, `part`, `matches` and `customers`."""
    _slices(connection)
    _differences(connection)
    _documents(connection)
    run(
        connection,
        f"""
        insert into open_items by name
        select o.document_key, o.document_id, o.kind, o.issued_on as opened_on,
            s.due_on, s.closed_on, s.recorded_on, coalesce(s.closed_by, '') as closed_by,
            s.closed_by_key, coalesce(s.method, '') as method,
            s.continues, s.amount, s.amount_currency,
            o.disputed, o.due_assumed,
            o.paid_day_assumed or coalesce(s.day_assumed, false) as paid_day_assumed,
            {_DIMENSIONS}
        from slice as s join documents as o on o.document_key = s.key
        -- a balance reads what closed after its day: in this order it skips the rest
        order by coalesce(s.closed_on, date '9999-12-31'), o.issued_on, o.document_key, s.upto
        """,
    )


def _slices(connection: Connection) -> None:
    """Make `slice`: the pieces of each document between `since` and `upto` of its amount."""
    run(
        connection,
        """
        create or replace temp table settled as
        with day as (
            select m.*, greatest(d.issued_on, c.issued_on) as closed_on,
                d.kind as debit_kind, c.kind as credit_kind,
                d.paid_day_assumed or c.paid_day_assumed as day_assumed
            from matches as m
            join doc as d on d.key = m.debit_key
            join doc as c on c.key = m.credit_key
        ),
        side as (
            select debit_key as key, credit_key as closed_by_key, credit_kind as closed_by,
                amount_currency as amount, closed_on, recorded_on, method, day_assumed from day
            union all
            select credit_key, debit_key, debit_kind, amount_currency, closed_on, recorded_on,
                method, day_assumed from day
        )
        select *, cast(sum(amount) over (partition by key
            order by closed_on, closed_by_key, method) as decimal(18, 2)) as upto
        from side
        """,
    )
    run(
        connection,
        """
        create or replace temp table piece as
        with total as (
            select d.key, d.due_on, abs(d.amount_currency) as total,
                coalesce(max(s.upto), 0) as used
            from doc as d left join settled as s using (key) group by all
        )
        select key, cast(upto - amount as decimal(18, 2)) as since, upto, closed_on,
            recorded_on, closed_by, closed_by_key, method, day_assumed
        from settled
        union all by name
        select key, cast(used as decimal(18, 2)) as since, cast(total as decimal(18, 2)) as upto
        from total where used < total
        """,
    )
    run(
        connection,
        """
        create or replace temp table due_part as
        select key, due_on, instalment,
            cast(sum(abs(amount)) over (partition by key order by due_on, instalment)
                as decimal(18, 2)) as upto
        from part
        """,
    )
    run(
        connection,
        """
        create or replace temp table slice as
        with whole as (
            select p.*, d.due_on, abs(d.amount_currency) as ends_at
            from piece as p join doc as d using (key)
            where p.key not in (select key from due_part)
        ),
        in_parts as (select * from piece where key in (select key from due_part)),
        border as (
            select key, upto from in_parts union select key, upto from due_part
        ),
        stretch as (
            select key, upto,
                cast(lag(upto, 1, 0.00) over (partition by key order by upto) as decimal(18, 2))
                as since
            from border
        ),
        cut as (
            select t.since, t.upto, p.* exclude (since, upto), q.due_on, q.upto as ends_at
            from stretch as t
            asof join in_parts as p on t.key = p.key and t.upto <= p.upto
            asof join due_part as q on t.key = q.key and t.upto <= q.upto
        ),
        every as (select * from whole union all by name select * from cut),
        valued as (
            select e.*, sign(d.amount_currency) as side, d.amount <> d.amount_currency as foreign_,
                cast(abs(d.amount) * 100 as hugeint) as cents,
                cast(abs(d.amount_currency) * 100 as hugeint) as total
            from every as e join doc as d using (key)
        )
        select key, since, upto, due_on, closed_on, recorded_on, closed_by, closed_by_key,
            method, day_assumed, upto < ends_at as continues,
            cast(side * (upto - since) as decimal(18, 2)) as amount_currency,
            cast(case when not foreign_ then side * (upto - since)
                else side * 0.01 * cast(
                    (2 * cents * cast(upto * 100 as hugeint) + total) // (2 * total)
                    - (2 * cents * cast(since * 100 as hugeint) + total) // (2 * total)
                    as decimal(18, 0)) end as decimal(18, 2)) as amount
        from valued
        """,
    )


def _differences(connection: Connection) -> None:
    """Add derived documents where the two sides of a match are worth different amounts.

    The rates of invoice and payment differ: one `exchange` document on the day of the match.
    Invoice and payment belong to different customers: one `adjustment` on each side, so that
    each customer's documents still add up to its balance. Each is opened and closed that day.
    """
    run(
        connection,
        """
        create or replace temp table difference as
        with worth as (
            select key, closed_by_key, closed_on, method, sum(amount) as amount,
                sum(amount_currency) as amount_currency
            from slice where closed_on is not null group by all
        ),
        matched as (
            select d.key as debit_key, c.key as credit_key, d.closed_on, d.method,
                d.amount as debit_amount, c.amount as credit_amount,
                d.amount_currency as debit_currency, dd.customer <> cc.customer as across
            from worth as d
            join worth as c on c.key = d.closed_by_key and c.closed_by_key = d.key
                and c.method = d.method
            join doc as dd on dd.key = d.key
            join doc as cc on cc.key = c.key
            where d.amount_currency > 0 and (dd.customer <> cc.customer
                or d.amount + c.amount <> 0)
        ),
        needed as (
            select debit_key, credit_key, debit_key as like_key, method, closed_on,
                'exchange' as kind, -(debit_amount + credit_amount) as amount,
                0.00 as amount_currency from matched where not across
            union all
            select debit_key, credit_key, debit_key, method, closed_on, 'adjustment',
                -debit_amount, -debit_currency from matched where across
            union all
            select debit_key, credit_key, credit_key, method, closed_on, 'adjustment',
                -credit_amount, debit_currency from matched where across
        )
        select row_number() over (order by debit_key, credit_key, like_key, method)
            + (select coalesce(max(key), 0) from doc) as key, * from needed
        """,
    )
    run(
        connection,
        """
        insert into doc by name
        select f.key, d.account_no, d.sha256, d.ledger, d.account, d.customer,
            d.document_id, f.kind, d.currency, d.rate, f.closed_on as issued_on,
            cast(f.amount_currency as decimal(18, 2)) as amount_currency,
            cast(f.amount as decimal(18, 2)) as amount,
            d.salesperson, false as disputed, f.closed_on as due_on, '' as due_assumed,
            false as paid_day_assumed
        from difference as f join doc as d on d.key = f.like_key
        """,
    )
    run(
        connection,
        """
        insert into slice by name
        select f.key, f.closed_on as due_on, f.closed_on, f.kind as closed_by,
            f.key as closed_by_key, f.method, cast(0 as decimal(18, 2)) as since,
            cast(abs(f.amount_currency) as decimal(18, 2)) as upto,
            cast(f.amount_currency as decimal(18, 2)) as amount_currency,
            cast(f.amount as decimal(18, 2)) as amount, false as day_assumed,
            false as continues
        from difference as f
        """,
    )


def _documents(connection: Connection) -> None:
    """Fill `documents` from `doc`, with the day it closed and how."""
    run(
        connection,
        """
        insert into documents by name
        with end_of as (
            select key, max(closed_on) as closed_on, bool_or(closed_on is null) as still_open,
                bool_and(closed_by = 'credit_note') as credited,
                coalesce(sum(amount) filter (where closed_by = 'write_off'), 0)
                > coalesce(sum(amount) filter (where closed_by = 'payment'), 0) as written_off,
                bool_or(coalesce(day_assumed, false)) as day_assumed
            from slice group by key
        )
        select d.key as document_key, coalesce(d.document_id, '') as document_id, d.ledger,
            d.kind, d.issued_on, d.due_on, d.due_assumed, d.amount, d.amount_currency, d.rate,
            case when e.key is null then d.issued_on when not e.still_open then e.closed_on end
                as closed_on,
            case
                when d.kind <> 'invoice' or d.amount <= 0 or e.still_open then ''
                when e.credited then 'credited'
                when e.written_off then 'written_off'
                else 'paid'
            end as outcome,
            d.paid_day_assumed or coalesce(e.day_assumed, false) as paid_day_assumed,
            coalesce(d.reference, '') as reference, coalesce(d.po_number, '') as po_number,
            d.ordered_on, d.delivered_on, d.disputed,
            cast(round(cast(d.cost as decimal(20, 2)) * d.rate, 2) as decimal(18, 2)) as cost,
            d.file_id, d.line,
            c.customer_id as customer, c.country, c.sector, c.sector_section, c.sector_division,
            c.sector_group, c.segment, coalesce(nullif(d.salesperson, ''), c.salesperson)
                as salesperson, c.customer_group, d.currency
        from doc as d
        join customers as c on c.customer_id = d.customer
        left join end_of as e using (key)
        order by d.issued_on, d.key
        """,
    )

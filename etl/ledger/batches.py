"""Payments of several customers in one row: a batch whose parts the bank does not tell.

A collection of direct debits, or what a payment service pays out, stands as one amount in a
statement, with the invoices in its text. Where these are of several customers, and add up to the
amount to the cent, each customer paid what its own add up to; so it is when the whole batch goes
back. Otherwise nothing is known of who paid what, and the row stays whole.
"""

from __future__ import annotations

from etl.sql import Connection, number, run


def divide_batches(connection: Connection) -> None:
    """Divide payments of `nobody` among the customers whose invoices they name and add up to.

    Takes them out of `nobody`, and makes `entry` anew from `undivided`, with a row for each
    customer in place of each: an `entry_id` below zero, and the number of the whole with ` #1`,
    ` #2` ... Reads `called` and `numbers` (see etl/ledger/bank_lines.py).
    """
    run(
        connection,
        """
        create or replace temp table batch_part as
        with named as (
            -- a document may be called by several names, in pieces of several sizes
            select b.entry_id, abs(b.amount) as whole, sign(b.amount) as side, n.customer,
                n.document_id, max(n.amount) as amount, min(c.level) as level
            from nobody as b join called as c using (entry_id)
            join numbers as n on n.ledger = b.ledger and n.name = c.name
                and n.currency = b.currency
            where b.kind = 'payment' group by all
        ),
        added as (
            select *, sum(amount) over (partition by entry_id order by level) as upto from named
        ),
        agreed as (
            select entry_id, min(level) as level from added where upto = whole group by all
        ),
        part as (
            select n.entry_id, n.customer,
                cast(any_value(n.side) * sum(n.amount) as decimal(18, 2)) as amount
            from named as n join agreed as a using (entry_id) where n.level <= a.level
            group by n.entry_id, n.customer
            qualify count(*) over (partition by n.entry_id) > 1
        )
        select -row_number() over (order by entry_id, customer) as part_id, *,
            row_number() over (partition by entry_id order by customer) as nth
        from part
        """,
    )
    if not number(connection, "select count(*) from batch_part"):
        return
    run(connection, "delete from nobody where entry_id in (select entry_id from batch_part)")
    run(
        connection,
        """
        create or replace temp view entry as
        from undivided anti join batch_part using (entry_id)
        union all by name
        select e.* replace (p.part_id as entry_id, p.customer as customer, p.amount as amount,
            concat(e.document_id, ' #', p.nth) as document_id)
        from undivided as e join batch_part as p using (entry_id)
        """,
    )

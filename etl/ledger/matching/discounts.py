"""Discounts that were granted beside a payment settle what the payment does."""

from __future__ import annotations

from etl.sql import Connection, number, run

BESIDE = 4
"""Role of such a discount among the derived documents, see etl/ledger/states.py."""


def match_discounts(connection: Connection) -> None:
    """Let discounts granted beside payments settle what is left of the documents these settled."""
    if not number(
        connection, "select count(*) from state_document where role = $beside", beside=BESIDE
    ):
        return
    run(
        connection,
        """
        insert into made by name
        with used as (
            select key, sum(amount) as used from (
                select debit_key as key, amount from made
                union all select credit_key, amount from made
            ) group by key
        ),
        beside as (
            select p.key as payment_key, c.key as credit_key,
                -c.amount_currency - coalesce(u.used, 0) as discount
            from state_document as s join doc as c using (state_no)
            join doc as p on p.entry_id = s.entry_id and p.state_no is null
            left join used as u on u.key = c.key
            where s.role = $beside and c.amount_currency < 0
        ),
        settled as (
            select m.debit_key, m.credit_key as payment_key, m.method,
                max(m.recorded_on) as recorded_on, min(m.confidence) as confidence
            from made as m semi join beside as b on b.payment_key = m.credit_key
            where m.returned_on is null and m.method <> 'returned' group by all
        ),
        open as (
            select b.credit_key, b.discount, s.*, d.amount_currency - coalesce(u.used, 0) as "left",
                d.due_on
            from beside as b join settled as s using (payment_key)
            join doc as d on d.key = s.debit_key left join used as u on u.key = d.key
            where b.discount > 0 and d.amount_currency > coalesce(u.used, 0)
        ),
        -- two discounts never want the same
        first_of_each as (
            select * from open qualify row_number() over (partition by debit_key
                order by credit_key) = 1
        ),
        shared as (
            select *, least("left", discount - (sum("left") over (partition by credit_key
                order by due_on, debit_key rows between unbounded preceding and current row)
                - "left")) as amount
            from first_of_each
        )
        select debit_key, credit_key, cast(amount as decimal(18, 2)) as amount, recorded_on,
            method, confidence
        from shared where amount > 0
        """,
        beside=BESIDE,
    )

"""Matches that the source gives: its match rows, and invoices that it reversed."""

from __future__ import annotations

from etl.ledger.matching.apart import ELSEWHERE
from etl.ledger.matching.claims import settled
from etl.sql import Connection, number, run

_PASSES = 3


def settle_given_rows(connection: Connection) -> None:
    """Follow the match rows of the source.

    Where a number stands for several documents, those of one customer are taken together, the
    oldest first. Makes `unheard`, `named_file`: the files whose documents were matched so, with
    the places of their customers, and `named_across`: customers of documents that one row names.
    """
    run(
        connection,
        "create or replace temp table named_file as"
        f" select file_id, cast(null as integer) as place from {ELSEWHERE['named']}",
    )
    run(
        connection,
        "create or replace temp table named_across (debit_place integer, credit_place integer)",
    )
    run(
        connection,
        "create or replace temp table unheard (file_id integer, line bigint, debit_id varchar,"
        " credit_id varchar, amount decimal(18, 2), applied decimal(38, 2))",
    )
    if not number(connection, "select count(*) from staged_matches"):
        return
    run(
        connection,
        """
        create or replace temp table candidate as
        select m.rowid as source_row, m.amount as asked, m.matched_on as recorded_on,
            d.key as debit_key, c.key as credit_key, d.file_id as debit_file,
            c.file_id as credit_file, d.amount_currency as debit_amount,
            -c.amount_currency as credit_amount, d.issued_on as debit_day,
            c.issued_on as credit_day, d.place as debit_place, c.place as credit_place,
            d.place <> c.place as across
        from staged_matches as m
        join (select distinct ledger, book_no from strand) as b using (ledger)
        join doc as d on d.document_id = m.debit_id and d.book_no = b.book_no
            and d.amount_currency > 0 and d.state_no is null
        join doc as c on c.document_id = m.credit_id and c.book_no = d.book_no
            and c.amount_currency < 0 and c.state_no is null
        """,
    )
    run(
        connection,
        "insert into named_across"
        " select distinct debit_place, credit_place from candidate where across",
    )
    for _ in range(_PASSES):
        if not number(connection, "select count(*) from candidate"):
            break
        matches = settled(connection, _CLAIMS)
        run(connection, f"insert into made by name select *, 'given' as method from ({matches})")
        run(
            connection,
            """
            insert into named_file
            select distinct unnest([debit_file, credit_file]),
                unnest([debit_place, credit_place])
            from claim semi join made using (source_row, debit_key, credit_key)
            """,
        )
        # whatever was not contested, and had no other way to go, is done
        run(
            connection,
            """
            create or replace temp table candidate as
            select * from candidate where source_row in (
                select source_row from claim
                where debit_key in (from tight) or credit_key in (from tight)
                or alternatives and (cap is null or wish < cap)
            )
            """,
        )
    run(
        connection,
        """
        insert into unheard
        select m.file_id, m.line, m.debit_id, m.credit_id, m.amount,
            coalesce(x.applied, 0) as applied
        from staged_matches as m
        anti join base_aside as d on d.ledger = m.ledger and d.document_id = m.debit_id
        anti join base_aside as c on c.ledger = m.ledger and c.document_id = m.credit_id
        left join (
            select source_row, sum(amount) as applied from made
            where source_row is not null group by source_row
        ) as x on x.source_row = m.rowid
        where x.source_row is null or x.applied < m.amount
        """,
    )


#: What match rows may still claim: of several documents with one number, the first that is open.
_CLAIMS = """
    with open as (
        select p.*, p.asked - coalesce(x.applied, 0) as cap,
            p.debit_amount - coalesce(d.used, 0) as debit_left,
            p.credit_amount - coalesce(c.used, 0) as credit_left
        from candidate as p
        left join (select source_row, sum(amount) as applied from made
            where source_row in (select source_row from candidate) group by all)
            as x using (source_row)
        left join (select debit_key, sum(amount) as used from made
            where debit_key in (select debit_key from candidate) group by all)
            as d using (debit_key)
        left join (select credit_key, sum(amount) as used from made
            where credit_key in (select credit_key from candidate) group by all)
            as c using (credit_key)
        where (p.asked is null or p.asked > coalesce(x.applied, 0))
        and p.debit_amount > coalesce(d.used, 0) and p.credit_amount > coalesce(c.used, 0)
    ),
    several as (select source_row from open group by source_row having count(*) > 1)
    select *, false as alternatives from open anti join several using (source_row)
    union all
    select *, true as alternatives from open semi join several using (source_row)
    qualify row_number() over (partition by source_row
        order by across, debit_day, credit_day, debit_key, credit_key) = 1
"""


def settle_reversals(connection: Connection) -> None:
    """Match an invoice and its reversal: same number, opposite amount, both untouched."""
    undone = "kind in ('invoice', 'credit_note') and amount_currency < 0"
    if not number(connection, f"select count(*) from doc where {undone}"):
        return
    run(
        connection,
        """
        create or replace temp table mirrored as
        with told as (
            select key, account_no, document_id, amount_currency, issued_on from doc
            where kind in ('invoice', 'credit_note') and state_no is null
            and document_id is not null
        ),
        credits as (
            select c.* from told as c semi join told as d on d.account_no = c.account_no
                and d.document_id = c.document_id and d.amount_currency = -c.amount_currency
            where c.amount_currency < 0
        ),
        debits as (
            select d.* from told as d semi join credits as c on d.account_no = c.account_no
                and d.document_id = c.document_id and d.amount_currency = -c.amount_currency
        )
        select *, row_number() over (partition by account_no, document_id, amount_currency
            order by issued_on, key) as nth
        from (from debits union all from credits)
        where key not in (select debit_key from made) and key not in (select credit_key from made)
        """,
    )
    run(
        connection,
        """
        insert into made by name
        select d.key as debit_key, c.key as credit_key, d.amount_currency as amount,
            'reference' as method
        from mirrored as d join mirrored as c using (account_no, document_id, nth)
        where d.amount_currency > 0 and c.amount_currency = -d.amount_currency
        """,
    )

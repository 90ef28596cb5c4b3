"""What a return reopens: matches are cut into what went back and what stayed, and so is the return.

See etl/ledger/matching/returns.py, which finds the returns.
"""

from __future__ import annotations

from etl.ledger.matching import confidence
from etl.ledger.matching.naming import NORMAL
from etl.sql import Connection, number, run


def take_back(connection: Connection, which: str = "true") -> bool:
    """Follow the returns of `return_of` that are not done, those `which` says; whether any was.

    Splits matches in `made`, cuts the returns in `numbered` (`doc`), and says what they reopen.
    Makes `taken_from`: the accounts whose returns it followed.
    """
    found = False
    run(connection, "create or replace temp table taken_from (account_no bigint)")
    while number(connection, "select count(*) from return_of where not done"):
        # one after the other in each account: a later one may take back what paid the earlier one
        run(
            connection,
            f"""
            create or replace temp table link as
            with waiting as (
                select *, credit_key in (select credit_key from made) as used
                from return_of as r where not done and ({which})
            )
            select * exclude (used) from waiting qualify used
                and row_number() over (partition by account_no, used order by day, return_key) = 1
                or not used
                and row_number() over (partition by credit_key order by day, return_key) = 1
            """,
        )
        if not number(connection, "select count(*) from link"):
            return found
        found = True
        run(connection, "insert into taken_from select distinct account_no from link")
        _share(connection)
        _part_matches(connection)
        _reopen(connection)
        run(
            connection,
            "update return_of set done = true where return_key in (select return_key from link)",
        )
    return found


def _share(connection: Connection) -> None:
    """Make `share`: how much of each match of the payment goes back; `debit_key` null: of none.

    Documents that the return names come first, then what was never used, then the latest due.
    """
    run(
        connection,
        f"""
        create or replace temp table share as
        with paid as (
            select m.debit_key, m.credit_key, m.method, sum(m.amount) as amount
            from made as m semi join link using (credit_key)
            where m.returned_on is null and m.method <> 'returned' group by all
        ),
        used as (
            select credit_key, sum(amount) as used from made semi join link using (credit_key)
            group by all
        ),
        way as (
            select l.return_key, l.credit_key, l.amount as takes, l.day, p.debit_key, p.method,
                p.amount, case when n.name is not null then 0 else 2 end as place, d.due_on,
                greatest(d.issued_on, c.issued_on) > l.day as dissolved
            from link as l join paid as p using (credit_key)
            join doc as d on d.key = p.debit_key join doc as c on c.key = p.credit_key
            left join doc as i on i.key = d.reopens
            left join called_by as n on n.key = l.return_key
                and n.name = {NORMAL.format("coalesce(i.document_id, d.document_id)")}
            where d.account_no = c.account_no
            union all
            select l.return_key, l.credit_key, l.amount, l.day, null, null,
                -c.amount_currency - coalesce(u.used, 0), 1, null, false
            from link as l join doc as c on c.key = l.credit_key
            left join used as u using (credit_key)
        ),
        taken as (
            select *, greatest(0, least(amount, takes - (sum(amount) over (
                partition by return_key order by place, due_on desc, debit_key, method
                rows between unbounded preceding and current row) - amount))) as part
            from way where amount > 0
        )
        select return_key, credit_key, debit_key, method, day, dissolved, amount,
            cast(part as decimal(18, 2)) as part
        from taken where part > 0
        """,
    )


def _part_matches(connection: Connection) -> None:
    """Cut the matches in `made` into what went back and what stayed."""
    run(
        connection,
        """
        create or replace temp table parted as
        select m.debit_key, m.credit_key, m.method, max(m.recorded_on) as recorded_on,
            min(m.confidence) as confidence, sum(m.amount) as amount, any_value(s.part) as part,
            any_value(s.day) as day, any_value(s.dissolved) as dissolved
        from made as m join share as s using (debit_key, credit_key, method)
        where m.returned_on is null group by all
        """,
    )
    run(
        connection,
        """
        delete from made using parted as p where made.debit_key = p.debit_key
            and made.credit_key = p.credit_key and made.method = p.method
            and made.returned_on is null
        """,
    )
    kept = "debit_key, credit_key, recorded_on, method, confidence"
    run(
        connection,
        f"""
        insert into made by name
        select {kept}, cast(amount - part as decimal(18, 2)) as amount,
            cast(null as date) as returned_on
        from parted where amount > part
        union all
        select {kept}, part, day from parted where not dissolved
        union all
        select return_key, credit_key, null, 'returned', {confidence.RETURNED},
            cast(sum(part) as decimal(18, 2)), null
        from share where debit_key is null or dissolved group by return_key, credit_key
        """,
    )


#: What the first {0} of a return are worth in the reporting currency: half a cent goes up.
_WORTH = (
    "cast((2 * cast(worth * 100 as hugeint) * cast({0} * 100 as hugeint)"
    " + cast(whole * 100 as hugeint)) // (2 * cast(whole * 100 as hugeint))"
    " as decimal(18, 0)) * 0.01::decimal(3, 2)"
)


def _reopen(connection: Connection) -> None:
    """Cut the returns into what each document was paid with, and what is left of them."""
    run(
        connection,
        """
        create or replace temp table piece as
        with line as (
            select m.debit_key, m.credit_key, m.method, m.returned_on,
                sum(sum(m.amount)) over (partition by m.debit_key
                    order by greatest(d.issued_on, c.issued_on), m.credit_key, m.method,
                        m.returned_on nulls last
                    rows between unbounded preceding and current row) as upto
            from made as m
            semi join (select debit_key from share where debit_key in (
                select document_key from instalments)) as s using (debit_key)
            join doc as d on d.key = m.debit_key join doc as c on c.key = m.credit_key
            group by m.debit_key, m.credit_key, m.method, m.returned_on, d.issued_on, c.issued_on
        ),
        part as (
            select document_key, due_on, sum(abs(amount_currency)) over (
                partition by document_key order by due_on, instalment
                rows between unbounded preceding and current row) as upto,
                abs(amount_currency) as amount
            from instalments where document_key in (select debit_key from share)
        ),
        fallen as (
            select s.return_key, s.debit_key, p.due_on,
                least(l.upto, p.upto) - greatest(l.upto - s.part, p.upto - p.amount) as amount
            from share as s join line as l on l.debit_key = s.debit_key
                and l.credit_key = s.credit_key and l.method = s.method and l.returned_on = s.day
            join part as p on p.document_key = s.debit_key
            where not s.dissolved
        ),
        every as (
            select return_key, debit_key, due_on, amount from fallen where amount > 0
            union all
            select s.return_key, s.debit_key, d.due_on, s.part
            from share as s join doc as d on d.key = s.debit_key
            where not s.dissolved and s.debit_key not in (select document_key from instalments)
        ),
        summed as (
            select return_key, debit_key, due_on, sum(amount) as amount from every group by all
        )
        select s.return_key, s.due_on, cast(s.amount as decimal(18, 2)) as part,
            coalesce(d.reopens, d.key) as invoice_key, d.due_assumed, d.bearer_no, d.disputed,
            row_number() over same as nth, sum(s.amount) over same as upto,
            r.amount_currency as whole, r.amount as worth
        from summed as s join doc as d on d.key = s.debit_key
        join doc as r on r.key = s.return_key
        window same as (partition by s.return_key order by s.due_on, s.debit_key
            rows between unbounded preceding and current row)
        """,
    )
    last = number(connection, "select max(key) from doc")
    run(
        connection,
        f"""
        create or replace temp table cut_return as
        select *, case when stays then return_key else {last} + row_number() over (
            order by stays, return_key, nth) end as key
        from (
            select *, {_WORTH.format("upto")} - {_WORTH.format("(upto - part)")} as part_worth,
                nth = 1 and max(upto) over (partition by return_key) = whole as stays
            from piece
        ) as parts
        """,
    )
    run(
        connection,
        """
        insert into numbered by name
        select d.* exclude (key) replace (c.part as amount_currency, c.part_worth as amount,
            c.due_on as due_on, c.due_assumed as due_assumed, c.bearer_no as bearer_no,
            c.disputed as disputed, c.invoice_key as reopens, true as added)
        from cut_return as c join doc as d on d.key = c.return_key
        where not c.stays order by c.key
        """,
    )
    _settle_parts(connection)
    run(
        connection,
        """
        update numbered set amount_currency = amount_currency - g.part, amount = amount - g.worth
        from (select return_key, sum(part) as part, sum(part_worth) as worth from cut_return
            where not stays group by all) as g
        where numbered.rowid + 1 = g.return_key
        """,
    )
    run(
        connection,
        """
        update numbered set due_on = c.due_on, due_assumed = c.due_assumed,
            bearer_no = c.bearer_no, disputed = c.disputed, reopens = c.invoice_key
        from cut_return as c where c.stays and numbered.rowid + 1 = c.return_key
        """,
    )


def _settle_parts(connection: Connection) -> None:
    """Lay what the source says later payments settled of a return along its parts, as due.

    What the payment it took back settles of it comes first.
    """
    run(
        connection,
        """
        create or replace temp table laid as
        with back as (
            select return_key, sum(case when debit_key is null or dissolved then part else 0 end)
                as direct
            from share group by all
        ),
        segment as (
            select return_key, key, b.direct + upto - part as since, b.direct + upto as upto
            from cut_return join back as b using (return_key)
            union all
            select b.return_key, b.return_key, b.direct + coalesce(c.upto, 0), d.amount_currency
            from back as b join doc as d on d.key = b.return_key
            left join (select return_key, max(upto) as upto from cut_return group by all) as c
                using (return_key)
        ),
        line as (
            select m.debit_key as return_key, m.credit_key, m.method, m.recorded_on, m.confidence,
                b.direct + sum(m.amount) over same - m.amount as since,
                b.direct + sum(m.amount) over same as upto
            from made as m join back as b on b.return_key = m.debit_key
            join doc as c on c.key = m.credit_key
            where m.method <> 'returned'
            window same as (partition by m.debit_key
                order by c.issued_on, m.credit_key, m.method
                rows between unbounded preceding and current row)
        )
        select l.return_key, s.key as debit_key, l.credit_key, l.method, l.recorded_on,
            l.confidence,
            cast(least(l.upto, s.upto) - greatest(l.since, s.since) as decimal(18, 2)) as amount
        from line as l join segment as s using (return_key)
        """,
    )
    if not number(connection, "select count(*) from laid"):
        return
    run(
        connection,
        "delete from made where method <> 'returned'"
        " and debit_key in (select return_key from laid)",
    )
    run(
        connection,
        "insert into made by name select * exclude (return_key) from laid where amount > 0",
    )

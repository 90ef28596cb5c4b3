"""What follows where several documents claim each other: who gets how much."""

from __future__ import annotations

from etl.sql import Connection, run


def settled(connection: Connection, claims: str, shared_last: bool = False) -> str:
    """Return a SELECT of the matches that follow from the claims the query `claims` gives.

    Its columns: debit_key, credit_key, cap (null: as much as possible), recorded_on, source_row,
    and what is left of both: debit_left, credit_left. Where all that is claimed of a debit and of
    a credit is there, it is what they settle. Else each credit spreads over its debits, oldest
    first; what several credits claim of one debit is then cut to what is left of it, the earliest
    first. With `shared_last` a credit first fills the debits that no other credit claims: one
    that is named twice is paid in parts. Makes `claim`, and `tight`: the documents of which more
    is claimed than there is.
    """
    run(
        connection,
        f"""
        create or replace temp table claim as
        select *, least(coalesce(cap, debit_left), debit_left) as wish from ({claims})
        """,
    )
    run(
        connection,
        """
        create or replace temp table tight as
        select debit_key as key from claim group by debit_key having sum(wish) > max(debit_left)
        union all
        select credit_key from claim group by credit_key having sum(wish) > max(credit_left)
        """,
    )
    claimants = "count(*) over (partition by p.debit_key)" if shared_last else "1"
    return f"""
        with contested as (
            select p.*, {claimants} as claimants, d.issued_on as debit_day,
                d.due_on as debit_due, c.issued_on as credit_day
            from claim as p
            join doc as d on d.key = p.debit_key
            join doc as c on c.key = p.credit_key
            where p.debit_key in (from tight) or p.credit_key in (from tight)
        ),
        spread as (
            select *, greatest(0, least(wish, credit_left - (sum(wish) over (
                partition by credit_key
                order by claimants, debit_day, debit_due, debit_key, source_row
            ) - wish))) as share
            from contested
        ),
        cut as (
            select *, greatest(0, least(share, debit_left - (sum(share) over (
                partition by debit_key order by credit_day, credit_key, source_row
            ) - share))) as amount
            from spread where share > 0
        )
        select debit_key, credit_key, cast(wish as decimal(18, 2)) as amount, recorded_on,
            source_row
        from claim
        where debit_key not in (from tight) and credit_key not in (from tight)
        union all
        select debit_key, credit_key, cast(amount as decimal(18, 2)), recorded_on, source_row
        from cut where amount > 0
    """


def undisputed(pairs: str) -> str:
    """Return a SELECT of those of `pairs` that can all be followed, each for its whole amount.

    Columns: debit_key, credit_key, credit_day and others. Of several credits that want a debit
    the earliest gets it; a credit that does not get all its debits gets none.
    """
    return f"""
        with ranked as (
            select *, row_number() over (partition by debit_key order by credit_day, credit_key)
                as nth
            from ({pairs})
        )
        select * exclude (nth) from ranked
        where credit_key not in (select credit_key from ranked where nth > 1)
    """

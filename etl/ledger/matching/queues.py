"""What is left of documents, and how two queues of it settle each other."""

from __future__ import annotations

from decimal import Decimal

from etl.sql import Connection, number, run


def refresh_left(connection: Connection, debits: str = "true", credits_: str = "true") -> None:
    """Make `debit_left` and `credit_left`: what no match has used up yet, always positive.

    `debits` and `credits_` are conditions on `doc as d`: which documents are asked about.
    """
    for side, sign, only in (("debit", ">", debits), ("credit", "<", credits_)):
        run(
            connection,
            f"""
            create or replace temp table {side}_left as
            with asked as (select * from doc as d where d.amount_currency {sign} 0 and ({only})),
            used as (
                select {side}_key as key, sum(amount) as used from made
                where {side}_key in (select key from asked) group by all
            )
            select d.key, d.entry_id, d.account_no, d.kind, d.document_id, d.issued_on, d.due_on,
                cast(abs(d.amount_currency) - coalesce(u.used, 0) as decimal(18, 2)) as "left"
            from asked as d left join used as u using (key)
            where abs(d.amount_currency) - coalesce(u.used, 0) > 0
            """,
        )
    if number(connection, "select count(*) from doc where reopens is not null"):
        # what is owed again is called what it was called
        run(
            connection,
            """
            update debit_left set entry_id = i.entry_id, document_id = i.document_id, kind = i.kind
            from doc as d join doc as i on i.key = d.reopens where d.key = debit_left.key
            """,
        )


def is_left(connection: Connection) -> bool:
    """Whether something is left on both sides."""
    counts = (f"(select count(*) from {side}_left)" for side in ("debit", "credit"))
    return bool(number(connection, f"select least({', '.join(counts)})"))


def record(
    connection: Connection, matches: str, method: str, confidence: Decimal | None = None
) -> None:
    """Add the matches that the query `matches` gives to `made`, and take them off what is left.

    Its columns: debit_key, credit_key, amount, those of recorded_on and source_row it knows, and
    confidence where that differs from match to match.
    """
    run(connection, f"create or replace temp table step as {matches}")
    sure = "" if confidence is None else f", {confidence} as confidence"
    run(
        connection,
        f"insert into made by name select *{sure}, $method as method from step",
        method=method,
    )
    for side in ("debit", "credit"):
        run(
            connection,
            f"""
            create or replace temp table {side}_left as
            with used as (select {side}_key as key, sum(amount) as used from step group by all)
            select l.* replace (cast(l."left" - coalesce(u.used, 0) as decimal(18, 2)) as "left")
            from {side}_left as l left join used as u using (key)
            where l."left" > coalesce(u.used, 0)
            """,
        )


def overlap(debits: str, credits_: str) -> str:
    """Return a SELECT that settles two queues against each other, first come first served.

    Both queries give `g` (the queue), `key`, `amount` and `pos` (the order in the queue). The
    amounts of a queue are laid end to end on a line; where a debit and a credit cover the same
    stretch they settle each other. Columns: g, debit_key, credit_key, amount.
    """
    return f"""
        with debits as (
            select g, key, cast(sum(amount) over (partition by g order by pos, key)
                as decimal(18, 2)) as upto
            from ({debits}) where amount > 0
        ),
        credits as (
            select g, key, cast(sum(amount) over (partition by g order by pos, key)
                as decimal(18, 2)) as upto
            from ({credits_}) where amount > 0
        ),
        stretches as (
            select g, upto, lag(upto, 1, 0.00) over (partition by g order by upto) as since
            from (select g, upto from debits union select g, upto from credits)
        )
        select s.g, d.key as debit_key, c.key as credit_key,
            cast(s.upto - s.since as decimal(18, 2)) as amount
        from stretches as s
        asof join debits as d on s.g = d.g and s.upto <= d.upto
        asof join credits as c on s.g = c.g and s.upto <= c.upto
    """

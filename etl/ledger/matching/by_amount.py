"""Matches of payments that name nothing: by amount, by sum, less a discount, oldest first.

All work on `debit_left` and `credit_left`, set-wise: no step looks at more than a fixed number of
documents for each payment.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.policy.dated import Dated
from data.core.policy.rules import Policy
from etl.ledger.matching import confidence
from etl.ledger.matching.claims import undisputed
from etl.ledger.matching.queues import overlap, record
from etl.sql import Connection, number, run

NEAREST = 12
"""How many open documents, those due nearest to the payment, a sum is sought among."""
LONGEST_RUN = 24
"""How many documents due one after the other may add up to a payment."""


def match_by_amount(connection: Connection, policy: Policy) -> None:
    """Match a payment with the oldest open document of exactly the amount that is left.

    The document was there on the payment's day; else it came soon after a prepayment.
    """
    # the nth payment takes the nth document, those aside that found none on their day: they are
    # as many as the most by which payments ever were ahead of documents
    record(
        connection,
        f"""
        with event as (
            select account_no, "left", issued_on as day, key, 0 as paying from debit_left
            union all
            select account_no, "left", issued_on, key, 1 from credit_left
        ),
        counted as (
            select *, sum(paying) over so_far as payments, sum(1 - paying) over so_far as documents,
                count(*) filter (where paying = 0) over (partition by account_no, "left") as alike
            from event semi join (
                select account_no, "left" from debit_left
                intersect select account_no, "left" from credit_left
            ) using (account_no, "left")
            window so_far as (partition by account_no, "left" order by day, paying, key
                rows between unbounded preceding and current row)
        ),
        ahead as (
            select *, greatest(0, max(payments - documents) over (
                partition by account_no, "left" order by day, paying, key)) as early
            from counted
        ),
        turn as (
            select *, payments - early as nth, early > coalesce(lag(early) over (
                partition by account_no, "left" order by day, paying, key), 0) as unmet
            from ahead
        )
        select d.key as debit_key, c.key as credit_key, d."left" as amount,
            case when c.alike > 1 then {confidence.AMOUNT_SEVERAL}
                else {confidence.AMOUNT} end as confidence
        from turn as c join counted as d
            on d.account_no = c.account_no and d."left" = c."left" and d.documents = c.nth
        where c.paying = 1 and not c.unmet and d.paying = 0
        """,
        "amount",
    )
    sides = [
        f"""
        select key, account_no, "left", issued_on, row_number() over (
            partition by account_no, "left" order by issued_on, key) as nth
        from {side}_left
        """
        for side in ("debit", "credit")
    ]
    record(
        connection,
        f"""
        select d.key as debit_key, c.key as credit_key, d."left" as amount
        from ({sides[0]}) as d join ({sides[1]}) as c using (account_no, "left", nth)
        where d.issued_on
            between c.issued_on and c.issued_on + {policy.prepaid_days.sql("c.issued_on")}
        """,
        "amount",
        confidence.AMOUNT_PREPAID,
    )


def match_by_sum(connection: Connection) -> None:
    """Match a payment with the only documents that add up to it exactly.

    Two to four of the `NEAREST` that were open on its day; else up to `LONGEST_RUN` that fall due
    one after the other: all that was open, or all that was due, is such a run.
    """
    for _ in range(2):
        if not _nearby(connection):
            return
        found = f"""
            select debit_key, credit_key, d."left" as amount, credit_day
            from (select credit_key, credit_day, unnest(debits) as debit_key from ({_FEW}))
            join debit_left as d on d.key = debit_key
        """
        matches = f"select debit_key, credit_key, amount from ({undisputed(found)})"
        record(connection, matches, "sum", confidence.SUM)
    if not _nearby(connection):
        return
    matches = f"select debit_key, credit_key, amount from ({undisputed(_RUNS)})"
    record(connection, matches, "sum", confidence.RUN)


def _nearby(connection: Connection) -> bool:
    """Make `nearby`: for each payment the documents due about its day; return if there are any.

    `place` counts documents in the order of due days, `nth` those nearest to the payment first.
    """
    run(
        connection,
        f"""
        create or replace temp table nearby as
        with placed as (
            select key, account_no, issued_on, due_on, "left",
                row_number() over (partition by account_no order by due_on, issued_on, key) as place
            from debit_left semi join credit_left using (account_no)
        ),
        middle as (
            select c.key, c.account_no, c.issued_on, c."left", coalesce(max(p.place), 0) as place
            from credit_left as c
            asof left join (select account_no, due_on, max(place) as place from placed group by all)
                as p on p.account_no = c.account_no and c.issued_on >= p.due_on
            group by all
        ),
        about as (
            select key, account_no, issued_on, "left",
                unnest(range(place - {LONGEST_RUN} + 1, place + {LONGEST_RUN} + 1)) as place
            from middle
        )
        select a.key as credit_key, a.issued_on as credit_day, a."left" as paid, p.place,
            p.key as debit_key, p."left" as part,
            row_number() over (partition by a.key
                order by abs(p.due_on - a.issued_on), p.due_on, p.issued_on, p.key) as nth
        from about as a join placed as p using (account_no, place)
        where p.issued_on <= a.issued_on
        """,
    )
    return bool(number(connection, "select count(*) from nearby"))


#: The only way in which two to four documents add up to a payment: pairs, and pairs of pairs.
_FEW = f"""
    with one as (
        select * from nearby where part < paid
        qualify row_number() over (partition by credit_key order by nth) <= {NEAREST}
    ),
    two as (
        select a.credit_key, a.credit_day, a.paid, b.nth, a.nth as first_nth,
            a.part + b.part as part, [a.debit_key, b.debit_key] as debits
        from one as a join one as b on b.credit_key = a.credit_key and b.nth > a.nth
        where a.part + b.part <= a.paid
    ),
    way as (
        select credit_key, credit_day, debits from two where part = paid
        union all
        select a.credit_key, a.credit_day, list_append(a.debits, b.debit_key)
        from two as a join one as b on b.credit_key = a.credit_key and b.part = a.paid - a.part
        where b.nth > a.nth
        union all
        select a.credit_key, a.credit_day, list_concat(a.debits, b.debits)
        from two as a join two as b on b.credit_key = a.credit_key and b.part = a.paid - a.part
        where b.first_nth > a.nth
    )
    select credit_key, any_value(credit_day) as credit_day, any_value(debits) as debits
    from way group by credit_key having count(*) = 1
"""

#: The only run of documents, due one after the other, that adds up to a payment.
_RUNS = f"""
    with upto as (
        select *, row_number() over (partition by credit_key order by place) as n,
            sum(part) over (partition by credit_key order by place
                rows between unbounded preceding and current row) as total
        from nearby where part < paid
    ),
    stretch as (
        select a.credit_key, a.n as first_n, b.n as last_n
        from upto as a join upto as b
            on b.credit_key = a.credit_key and b.total = a.total - a.part + a.paid
        where b.n - a.n between 1 and {LONGEST_RUN} - 1
    ),
    sole as (
        select credit_key, any_value(first_n) as first_n, any_value(last_n) as last_n
        from stretch group by credit_key having count(*) = 1
    )
    select u.debit_key, u.credit_key, u.part as amount, u.credit_day
    from sole as o join upto as u on u.credit_key = o.credit_key
        and u.n between o.first_n and o.last_n
"""


def match_less_discount(connection: Connection, policy: Policy) -> None:
    """Match a payment with the only open document that it falls a little short of.

    The difference is a usual discount, taken in time, or no more than a bank keeps. What is not
    paid stays open: nothing is written off, and no other payment is put on it.
    """
    if not _nearby(connection):
        return
    day = "n.credit_day"
    step = f"""
        with ways as (
            select n.debit_key, n.credit_key, n.paid as amount, n.credit_day,
                n.credit_day - d.issued_on <= {policy.discount_days.sql(day)}
                and exists (select 1 from ({_usual(policy.discounts)}) as p
                    where n.part - n.paid = round(n.part * percent / 100, 2)) as discounted,
                n.part - n.paid <= {policy.bank_fee.sql(day)}
                and n.part - n.paid <= n.part / 20 as charged
            from nearby as n join debit_left as d on d.key = n.debit_key
            where n.part > n.paid
        )
        select * from ways where discounted or charged
    """
    run(connection, f"create or replace temp table short_of as {step}")
    for kind, sure in (("discounted", confidence.DISCOUNT), ("charged", confidence.FEE)):
        pairs = f"""
            select debit_key, credit_key, amount, credit_day from short_of
            join debit_left as d on d.key = debit_key and d."left" > amount
            join credit_left as c on c.key = credit_key and c."left" = amount
            where {kind} qualify count(*) over (partition by credit_key) = 1
        """
        matches = f"select debit_key, credit_key, amount from ({undisputed(pairs)})"
        record(connection, matches, "discount", sure)
        run(connection, "delete from debit_left where key in (select debit_key from step)")


def _usual(discounts: Dated[tuple[int | Decimal, ...]]) -> str:
    """Return the SELECT of the discounts that were usual on the day of the payment `n`: percent."""
    rows = []
    ends = (*(step.since for step in discounts.steps[1:]), date.max)
    for step, until in zip(discounts.steps, ends, strict=True):
        values = ", ".join(f"({p:f})" for p in step.value) or "(null)"
        asked = f"n.credit_day >= date '{step.since}' and n.credit_day < date '{until}'"
        asked = asked if len(discounts.steps) > 1 else "true"
        rows.append(f"select percent from (values {values}) as usual(percent) where {asked}")
    return " union all ".join(rows)


def match_oldest_first(connection: Connection) -> None:
    """Match what is still left of payments, the oldest documents first."""
    queues = [
        f"""
        select account_no as g, key, "left" as amount,
            row_number() over (order by issued_on, key) as pos
        from {side}_left
        """
        for side in ("debit", "credit")
    ]
    record(
        connection,
        f"select debit_key, credit_key, amount from ({overlap(*queues)})",
        "oldest",
        confidence.OLDEST,
    )

"""Matches from lettering: rows of one customer account with the same code settle each other.

Codes are used again in the next year, so each file's are its own. Opening entries of a later
year restate documents of an earlier one: they pass their codes on to these.
"""

from __future__ import annotations

from etl.ledger.matching import confidence
from etl.ledger.matching.queues import overlap, record, refresh_left
from etl.sql import Connection, number, run


def settle_lettered(connection: Connection) -> None:
    """Settle rows lettered with the same code, file after file where entries are carried."""
    if not number(connection, "select count(*) from entry where match_code is not null"):
        return
    _group(connection)
    _attach_carried(connection)
    last = number(connection, "select max(generation) from generation_of")
    for generation in range(last + 1):
        grouped = f"d.key in (select key from code_group where generation = {generation})"
        refresh_left(connection, grouped, grouped)
        sides = [
            f"""
            select c.group_no as g, c.key, least(c.amount, l."left") as amount,
                row_number() over (order by l.{day}, l.issued_on, l.key) as pos
            from code_group as c join {side}_left as l using (key)
            where c.generation = {generation}
            """
            for side, day in (("debit", "due_on"), ("credit", "issued_on"))
        ]
        run(
            connection,
            f"""
            insert into made by name
            select o.debit_key, o.credit_key, o.amount,
                greatest(d.matched_on, c.matched_on) as recorded_on, 'given' as method
            from ({overlap(*sides)}) as o
            join code_group as d on d.group_no = o.g and d.key = o.debit_key
            join code_group as c on c.group_no = o.g and c.key = o.credit_key
            """,
        )
        _settle_summed(connection, generation)


def _group(connection: Connection) -> None:
    """Make `code_of`: which documents stand in which group of lettered rows."""
    run(
        connection,
        """
        create or replace temp table code_of as
        select d.key, e.file_id, e.book_account, e.customer, e.currency, e.match_code as code,
            max(e.matched_on) as matched_on, abs(sum(e.amount)) as amount, false as carried
        from entry as e
        left join instalment_of as i using (entry_id)
        join doc as d on d.entry_id = coalesce(i.head_id, e.entry_id) and d.state_no is null
        where e.match_code is not null and not e.carried
        group by all
        """,
    )


def _attach_carried(connection: Connection) -> None:
    """Let opening entries that restate documents of earlier files pass on their codes.

    An entry restates the earlier document of the same account, customer, number and amount,
    else of the same customer, amount and day. Makes `carried_to`, `code_group` and
    `generation_of` (files with carried entries come after the files they carry from).
    """
    run(
        connection,
        """
        create or replace temp table generation_of as
        with carrying as (
            select distinct file_id, ledger, (select first_day from files as f
                where f.file_id = entry.file_id) as first_day
            from entry where carried
        )
        select file_id, dense_rank() over (partition by ledger order by first_day) as generation
        from carrying
        """,
    )
    run(connection, "create or replace temp table carried_to (entry_id bigint, key bigint)")
    run(
        connection,
        """
        create or replace temp view posted_entry as
        select d.key, d.file_id, d.document_id, d.issued_on, d.amount_currency, e.ledger,
            e.book_account, e.customer, e.currency
        from doc as d join entry as e using (entry_id)
        """,
    )
    for same in ("book_account, document_id", "issued_on"):
        run(
            connection,
            f"""
            insert into carried_to
            with entries as (
                select e.entry_id, e.file_id, e.ledger, e.customer, e.currency, e.amount, {same},
                    row_number() over (partition by e.file_id, e.ledger, e.customer, e.currency,
                        e.amount, {same} order by e.entry_id) as nth
                from entry as e
                where e.carried and e.entry_id not in (select entry_id from carried_to)
            ),
            earlier as (
                select g.file_id, d.key, d.ledger, d.customer, d.currency,
                    d.amount_currency as amount, {same},
                    row_number() over (partition by g.file_id, d.ledger, d.customer, d.currency,
                        d.amount_currency, {same} order by d.issued_on desc, d.key) as nth
                from (select distinct file_id, ledger, first_day from entry
                      join files using (file_id, ledger) where entry.carried) as g
                join files as f on f.ledger = g.ledger and f.last_day < g.first_day
                join posted_entry as d on d.file_id = f.file_id
                where (g.file_id, d.key) not in (
                    select e.file_id, t.key from carried_to as t join entry as e using (entry_id))
            )
            select entries.entry_id, earlier.key from entries
            join earlier using (file_id, ledger, customer, currency, amount, {same}, nth)
            """,
        )
    run(
        connection,
        """
        create or replace temp table code_group as
        with member as (
            select * from code_of
            union all
            select t.key, e.file_id, e.book_account, e.customer, e.currency, e.match_code,
                max(e.matched_on), abs(sum(e.amount)), true
            from carried_to as t join entry as e using (entry_id)
            where e.match_code is not null group by all
        )
        select m.key, m.amount, m.matched_on, m.carried, coalesce(g.generation, 0) as generation,
            dense_rank() over (order by m.file_id, m.book_account, m.customer, m.currency, m.code)
                as group_no
        from member as m left join generation_of as g using (file_id)
        """,
    )


def _settle_summed(connection: Connection, generation: int) -> None:
    """Match what is lettered with a sum carried forward against the oldest earlier documents."""
    run(
        connection,
        """
        create or replace temp table summed as
        select distinct e.file_id, e.book_account, e.customer, e.currency, e.match_code as code,
            f.first_day, sign(e.amount) as side, a.account_no
        from entry as e join generation_of as g using (file_id) join files as f using (file_id)
        join (select distinct d.account_no, p.customer, t.ledger, t.currency from doc as d
            join place_of as p using (place) join strand as t using (book_no))
            as a on a.customer = e.customer and a.ledger = e.ledger and a.currency = e.currency
        where e.carried and e.match_code is not null and g.generation = $generation
        and e.entry_id not in (select entry_id from carried_to)
        """,
        generation=generation,
    )
    if not number(connection, "select count(*) from summed"):
        return
    refresh_left(connection)
    for side, other, sign in (("debit", "credit", 1), ("credit", "debit", -1)):
        earlier = f"""
            select l.account_no as g, l.key, l."left" as amount,
                row_number() over (order by l.issued_on, l.key) as pos
            from {side}_left as l join entry as e using (entry_id)
            where exists (select 1 from summed as s where s.account_no = l.account_no
                and s.book_account is not distinct from e.book_account
                and s.side = {sign} and l.issued_on < s.first_day)
        """
        lettered = f"""
            select l.account_no as g, l.key, l."left" as amount,
                row_number() over (order by l.issued_on, l.key) as pos
            from {other}_left as l
            where exists (
                select 1 from code_of as c join summed as s on s.file_id = c.file_id
                and s.book_account is not distinct from c.book_account and s.customer = c.customer
                and s.currency = c.currency and s.code = c.code
                where c.key = l.key and s.side = {sign})
        """
        queues = (earlier, lettered) if side == "debit" else (lettered, earlier)
        record(
            connection,
            f"select debit_key, credit_key, amount from ({overlap(*queues)})",
            "oldest",
            confidence.OLDEST,
        )

"""Successive lists of open items: what a later list no longer holds was settled in between.

A list of open items holds no paid invoices. So a later list of the same series and ledger speaks
for all that was open before: a document that it lacks was settled by then, one that it shows with
less was settled in part. Lists belong together where they have documents in common: those of two
branches, or of two periods, stay two.

All lists stay staged, and the choice is made anew from all of them, whatever the order in which
they came. Of the rows that tell of one document the one with the highest amount counts, the latest
of these; the others are set aside. Where the open amount falls from one list to the next, that
much was paid between the two, on a day that is assumed: the due day, but not before the list that
showed it open, nor after the list that does not. So a list keeps its balance on its own last day,
whatever is loaded later.

Two rows of different lists tell of one document where account, customer, number, kind, currency,
sign and day of issue agree. Rows of one list that agree in these are instalments: they are told
apart by due day, counted from the last, as the first is paid first.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from etl.ledger.exports.replace import IS_OPEN_LIST, ORDER
from etl.report import Replacement
from etl.sql import Connection, number, rows, run

_LISTED = """
    select *, row_number() over (partition by file_id, whose order by due_on desc, line desc)
        as nth
    from (
        select s.rowid as entry_id, s.file_id, s.line, s.due_on, s.amount,
            abs(s.amount) as total,
            case when s.open_amount is null then abs(s.amount)
                when s.amount < 0 then abs(s.open_amount)
                else least(s.open_amount, s.amount) end as still_open,
            hash(row(f.list_group, s.book_account, s.customer_id, s.document_id, s.kind, s.currency,
                s.amount < 0, s.issued_on)) as whose
        from staged_documents as s join list_file as f using (file_id)
        where s.amount is not null and s.issued_on is not null and s.document_id is not null
    )
"""


#: What others read of lists that follow one another, where there are none.
_NONE = {
    "list_place": "file_id integer, chain integer, day date",
    "list_item": "entry_id bigint",
    "list_aside": "entry_id bigint, file_id integer, amount decimal(18, 2)",
    "list_step": "entry_id bigint, since date, upto_day date, part decimal(18, 2),"
    " upto decimal(18, 2)",
}


def settle_lists(connection: Connection) -> None:
    """Make what successive lists of open items say, all empty where there are none.

    list_place  the lists that follow one another: `chain`, `place` in it, `day`, `next_day`
    list_item   their rows: whose they are, what was open, and the row that counts (`head_id`)
    list_aside  the rows that do not count
    list_step   what was paid between two lists, of the row that counts
    """
    run(
        connection,
        f"""
        create or replace temp table list_file as
        with listed as (
            select *, row_number() over (order by {ORDER}) as place from files
            where {IS_OPEN_LIST.format("settings")} and series <> ''
        )
        select file_id, name, place, last_day as day,
            min(file_id) over (partition by series, ledger) as list_group
        from listed
        qualify count(*) over (partition by series, ledger) > 1
        """,
    )
    if not number(connection, "select count(*) from list_file"):
        for name, columns in _NONE.items():
            run(connection, f"create or replace temp table {name} ({columns})")
        return
    run(connection, f"create or replace temp table list_row as {_LISTED}")
    _link(connection)
    run(
        connection,
        """
        create or replace temp table list_item as
        select r.*, p.chain, p.place, p.day, p.next_day,
            first_value(entry_id) over (partition by p.chain, whose, nth
                order by total desc, p.place desc) as head_id,
            max(total) over (partition by p.chain, whose, nth) as most,
            -- what is open later was open before
            max(still_open) over (partition by p.chain, whose, nth order by p.place
                rows between current row and unbounded following) as left_open
        from list_row as r join list_place as p using (file_id)
        """,
    )
    run(connection, "drop table list_row")
    run(
        connection,
        """
        create or replace temp table list_aside as
        select entry_id, file_id, amount from list_item where entry_id <> head_id
        """,
    )
    run(
        connection,
        """
        create or replace temp table list_step as
        with shown as (
            select head_id, place, left_open, next_day, day as upto_day,
                lag(day) over same as since,
                lag(left_open, 1, most) over same - left_open as part,
                lead(place) over same is null as last
            from list_item
            window same as (partition by chain, whose, nth order by place)
        ),
        step as (
            select head_id, place, 0 as gone, since, upto_day, part from shown
            union all
            select head_id, place, 1, upto_day, next_day, left_open
            from shown where last and next_day is not null
        )
        select head_id as entry_id, since, upto_day, cast(part as decimal(18, 2)) as part,
            cast(sum(part) over (partition by head_id order by place, gone) as decimal(18, 2))
                as upto
        from step where part <> 0
        """,
    )


def _link(connection: Connection) -> None:
    """Make `list_place`: lists that have documents in common, directly or by way of others."""
    chain: dict[int, int] = {}

    def first(file: int) -> int:
        while chain.get(file, file) != file:
            file = chain[file]
        return file

    for one, other in rows(
        connection,
        """
        select distinct f.first_id, r.file_id
        from list_row as r join (
            select whose, min(file_id) as first_id from list_row group by whose
        ) as f using (whose)
        where f.first_id <> r.file_id order by all
        """,
    ):
        low, high = sorted((first(one), first(other)))
        chain[high] = low
    linked = {file: first(file) for pair in chain.items() for file in pair}
    run(
        connection,
        """
        create or replace temp table list_place as
        select c.chain, f.file_id, f.name, f.place, f.day,
            lead(f.day) over (partition by c.chain order by f.place) as next_day,
            lag(f.file_id) over (partition by c.chain order by f.place) as before_id
        from list_file as f join (
            select unnest($files) as file_id, unnest($chains) as chain
        ) as c using (file_id)
        """,
        files=list(linked),
        chains=list(linked.values()),
    )


def followed_lists(connection: Connection, first_new: int) -> list[Replacement]:
    """Return what lists that stand beside a new file, from `first_new` on, changed in the last."""
    if not number(connection, "select count(*) from list_place"):
        return []
    return [
        Replacement(older, newer, False, "", *_counted(counts), listed=True)
        for older, newer, *counts in rows(
            connection,
            """
            with pair as (
                select n.file_id as newer, o.file_id as older, n.name as newer_name,
                    o.name as older_name, n.place
                from list_place as n join list_place as o on o.file_id = n.before_id
                where n.file_id >= $first or o.file_id >= $first
            ),
            both_sides as (
                select p.*, i.whose, i.nth, i.still_open * sign(i.amount) as now, 0 as was
                from pair as p join list_item as i on i.file_id = p.newer
                union all
                select p.*, i.whose, i.nth, 0, i.still_open * sign(i.amount)
                from pair as p join list_item as i on i.file_id = p.older
            ),
            told as (
                select newer, older, newer_name, older_name, place, whose, nth,
                    sum(now) as now, sum(was) as was, count(*) as sides,
                    bool_or(now <> 0) as stands
                from both_sides group by all
            )
            select older_name, newer_name,
                count(*) filter (where sides = 1 and stands),
                coalesce(sum(now) filter (where sides = 1 and stands), 0),
                count(*) filter (where sides = 1 and not stands),
                coalesce(sum(was) filter (where sides = 1 and not stands), 0),
                count(*) filter (where sides = 2 and now <> was),
                coalesce(sum(now - was) filter (where sides = 2), 0)
            from told group by newer, older, older_name, newer_name, place order by place
            """,
            first=first_new,
        )
    ]


def _counted(counts: list[Any]) -> tuple[int, Decimal, int, Decimal, int, Decimal]:
    added, added_amount, gone, gone_amount, changed, changed_amount = counts
    return (
        int(added), Decimal(added_amount), int(gone), Decimal(gone_amount), int(changed),
        Decimal(changed_amount),
    )  # fmt: skip

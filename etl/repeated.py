"""An entry of a bank account that stands in two files is counted once.

Banks say the same entry several times: in a notification (camt.054), in the report of the day and
in the statement; and a month is downloaded that a week was downloaded of before. Files of one
account are one series, `bank:account:currency`. An entry has the same number, day and amount in
each of them; a batch may be broken into its details (`number #1`, `number #2` ...) in one file and
stand as a whole in another. Of two such, the one with more details stays; of two alike, that of the
file loaded first. Other entries of either file are never touched: a file of a bank never takes the
place of another as a whole because it covers the same days.
"""

from __future__ import annotations

from etl.replace import Replacement
from etl.sql import Connection, number, rows, run

#: Entries as each file has them: its rows with one number, apart from the place in a batch.
_ENTRIES = r"""
    select s.file_id, f.series, f.ledger,
        regexp_replace(s.document_id, ' #[0-9]+$', '') as entry, s.issued_on, s.currency,
        sum(s.amount) as amount, count(*) as details
    from staged_documents as s join files as f using (file_id)
    where starts_with(f.series, 'bank:') and s.document_id is not null
    group by all
"""


def drop_repeated(connection: Connection, first_new: int) -> list[Replacement]:
    """Drop rows of entries that another file holds too; files from `first_new` on are new.

    Returns one `Replacement` for each pair of files: `older` is the one that lost rows. A file all
    of whose rows are gone stays, with no rows: what it said is known.
    """
    if not number(
        connection,
        "select count(*) from files where starts_with(series, 'bank:') and file_id >= $first_new",
        first_new=first_new,
    ):
        return []
    run(
        connection,
        f"""
        create or replace temp table repeated as
        with entries as ({_ENTRIES}),
        ranked as (
            select *, row_number() over w as place, first_value(file_id) over w as stays
            from entries
            window w as (partition by series, ledger, entry, issued_on, currency, amount
                order by details desc, file_id)
        )
        select file_id, stays, entry, issued_on, amount from ranked where place > 1
        """,
    )
    run(
        connection,
        r"""
        create or replace temp table doubled as
        select s.rowid as row_no, s.file_id, r.stays, s.amount
        from staged_documents as s join repeated as r on r.file_id = s.file_id
            and r.entry = regexp_replace(s.document_id, ' #[0-9]+$', '')
            and r.issued_on = s.issued_on
        """,
    )
    pairs = rows(
        connection,
        """
        select d.file_id, d.stays, o.name, n.name, count(*)
        from doubled as d join files as o on o.file_id = d.file_id
        join files as n on n.file_id = d.stays
        group by all order by d.file_id, d.stays
        """,
    )
    run(
        connection,
        """
        update files set rows_kept = rows_kept - d.items,
            rows_left_out = rows_left_out + d.items, control_total = control_total - d.amount
        from (select file_id, count(*) as items, sum(amount) as amount from doubled group by all)
            as d
        where d.file_id = files.file_id
        """,
    )
    run(connection, "delete from staged_documents where rowid in (select row_no from doubled)")
    for table in ("repeated", "doubled"):
        run(connection, f"drop table {table}")
    return [Replacement(older, newer, False, "") for _, _, older, newer, _ in pairs]

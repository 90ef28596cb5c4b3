"""An entry of a bank account that stands in two files is counted once.

Banks say the same entry several times: in a notification (camt.054), in the report of the day and
in the statement; and a month is downloaded that a week was downloaded of before. Files of one
account are one series, `bank:account:currency`, or `bank:file:currency` where the file tells no
account. An entry has the same number, day and amount in each of them; a batch may be broken into
its details (`number #1`, `number #2` ...) in one file and stand as a whole in another. Of two such,
the one with more details stays; of two alike, that of the file loaded first.

Files of different formats (CODA and CAMT of one account) number their entries differently. There a
day counts once where one of the two holds all amounts of that day that the other has.

Other entries of either file are never touched: a file of a bank never takes the place of another
as a whole because it covers the same days.
"""

from __future__ import annotations

from etl.intake.source import IS_STATEMENT
from etl.ledger.exports.copies import take_off
from etl.report import Replacement
from etl.sql import Connection, number, rows, run

#: Entries as each file has them: its rows with one number, apart from the place in a batch.
_ENTRIES = rf"""
    select s.file_id, f.series, f.ledger, f.format,
        regexp_replace(s.document_id, ' #[0-9]+$', '') as entry, s.issued_on, s.currency,
        sum(s.amount) as amount, count(*) as details
    from staged_documents as s join files as f using (file_id)
    where {IS_STATEMENT.format("f.series")} and s.document_id is not null
    group by all
"""

#: Rows of entries that another file of the series has too, by their number.
_NUMBERED = rf"""
    with entries as ({_ENTRIES}),
    ranked as (
        select *, row_number() over w as place, first_value(file_id) over w as stays
        from entries
        window w as (partition by series, ledger, entry, issued_on, currency, amount
            order by details desc, file_id)
    )
    select s.rowid as row_no, s.file_id, r.stays, r.stays as by_file, s.amount
    from staged_documents as s join ranked as r on r.file_id = s.file_id and r.place > 1
        and r.entry = regexp_replace(s.document_id, ' #[0-9]+$', '')
        and r.issued_on = s.issued_on
"""

#: Rows of days that a file of another format has as well, with all amounts.
_DAYS = f"""
    with amounts as (
        select file_id, series, ledger, format, issued_on, amount, count(*) as times,
            sum(details) as details
        from ({_ENTRIES}) group by all
    ),
    days as (
        select file_id, series, ledger, format, issued_on, sum(times) as times,
            sum(details) as details
        from amounts group by all
    ),
    shared as (
        select a.file_id as inner_file, b.file_id as outer_file, a.issued_on,
            sum(least(a.times, b.times)) as times
        from amounts as a join amounts as b using (series, ledger, issued_on, amount)
        where a.format <> b.format group by all
    ),
    held as (
        select a.file_id, b.file_id as stays, a.issued_on
        from shared as s
        join days as a on a.file_id = s.inner_file and a.issued_on = s.issued_on
        join days as b on b.file_id = s.outer_file and b.issued_on = s.issued_on
        where s.times = a.times
        and (b.times > a.times or b.details > a.details
            or b.details = a.details and b.file_id < a.file_id)
    )
    select s.rowid as row_no, s.file_id, min(h.stays) as stays, min(h.stays) as by_file, s.amount
    from staged_documents as s join held as h using (file_id, issued_on)
    group by s.rowid, s.file_id, s.amount
"""


def drop_repeated(connection: Connection, first_new: int) -> list[Replacement]:
    """Drop rows of entries that another file holds too; files from `first_new` on are new.

    Returns one `Replacement` for each pair of files: `older` is the one that lost rows. A file all
    of whose rows are gone stays, with no rows: what it said is known.
    """
    if not number(
        connection,
        f"select count(*) from files where {IS_STATEMENT.format('series')}"
        " and file_id >= $first_new",
        first_new=first_new,
    ):
        return []
    pairs = _drop(connection, _NUMBERED) | _drop(connection, _DAYS)
    return [Replacement(older, newer, False, "") for older, newer in sorted(pairs)]


def _drop(connection: Connection, found: str) -> set[tuple[str, str]]:
    """Delete the rows that the query `found` gives; return the names of the files: lost, kept."""
    run(connection, f"create or replace temp table doubled as {found}")
    pairs = rows(
        connection,
        """
        select distinct o.name, n.name
        from doubled as d join files as o on o.file_id = d.file_id
        join files as n on n.file_id = d.stays
        """,
    )
    take_off(connection)
    run(connection, "drop table doubled")
    return {(older, newer) for older, newer in pairs}

"""A newer export takes the place of an older one.

Files of one series and one ledger whose periods overlap are exports of the same books. The one
that reaches further is the newer; of two that reach as far, the one loaded later. A file that came
later and shows more paid, and nothing less, is the newer however far it reaches. Where the newer
covers the older's whole period and holds at least half of its documents, the older goes
altogether. Otherwise the newer speaks for the documents both hold, and the rest of the older
stays. A document of one number and day is the same in both files, whatever else changed; so is one
of one number and amount whose day was corrected. Another day and another amount are another
document: some number theirs from 1 again each year. Two documents with one number within one file
are two documents, and stay so, in whichever of its sheets they stand. Statements of a bank account
never replace one another (see etl/ledger/exports/repeated.py), nor do lists of open items (see
etl/ledger/exports/open_lists.py).
"""

from __future__ import annotations

from etl.intake.source import IS_STATEMENT, OPEN_LIST
from etl.ledger.exports.replaced import drop_files, take_out, take_out_files
from etl.ledger.exports.same import KEY, compare, list_documents, shows_more_paid
from etl.report import Replacement
from etl.sql import Connection, rows, run

#: True of the settings of such a file.
IS_OPEN_LIST = f"coalesce(({{0}} ->> '$.{OPEN_LIST}') = 'true', false)"

#: Hash of the content alone of a file.
CONTENT = "coalesce(settings ->> '$.content', sha256)"

#: Files from the least to the most telling.
ORDER = "last_day nulls first, loaded_at, rows_kept, sha256"


def replace_older(connection: Connection, first_new: int) -> list[Replacement]:
    """Drop staged rows that a newer export speaks for; files from `first_new` on are new."""
    pairs = rows(
        connection,
        f"""
        with ordered as (
            select *, {CONTENT} as content, row_number() over (order by {ORDER}) as place from files
        )
        select o.file_id, n.file_id, o.name, n.name, o.sha256, o.content,
            n.first_day <= o.first_day and n.last_day >= o.last_day,
            o.file_id >= $first_new and n.file_id < $first_new
        from ordered as o join ordered as n using (series, ledger)
        where series <> '' and not {IS_STATEMENT.format("series")} and o.place < n.place
        and o.sha256 <> n.sha256  -- sheets of one workbook
        and not ({IS_OPEN_LIST.format("o.settings")} and {IS_OPEN_LIST.format("n.settings")})
        and (o.file_id >= $first_new or n.file_id >= $first_new)
        and n.first_day <= o.last_day and n.last_day >= o.first_day
        order by n.place desc, o.place desc
        """,
        first_new=first_new,
    )
    if pairs:
        list_documents(connection, {file for pair in pairs for file in pair[:2]})
    done: list[Replacement] = []
    dropped: set[object] = set()
    for old, new, old_name, new_name, sha256, content, covers, came_later in pairs:
        if old in dropped or new in dropped:
            continue
        found = compare(connection, [old], [new])
        if not found.shared:
            continue
        if came_later and shows_more_paid(connection, old, new):
            found = compare(connection, [new], [old])
            _remember(connection, [new], [old])
            _drop_shared(connection, new, old)
            done.append(
                Replacement(
                    new_name, old_name, False, "", **found.without_gone(),
                    stay=found.gone, stay_amount=found.gone_amount, newer_id=old,
                )
            )  # fmt: skip
            continue
        whole = bool(covers) and 2 * found.shared >= found.of_older
        _remember(connection, [old], [new])
        if whole:
            dropped.add(old)
            take_out_files(connection, [old], new)
            _forget_documents(connection, [old])
            done.append(
                Replacement(old_name, new_name, True, sha256, content=content, **found.counts())
            )
        else:
            _drop_shared(connection, old, new)
            done.append(Replacement(old_name, new_name, False, "", **found.without_gone()))
    _replace_matches(connection, first_new)
    return done


def replace_readings(connection: Connection, first_new: int) -> list[Replacement]:
    """Drop files that were read again, otherwise than before: the later reading counts alone."""
    done = []
    for olds, news, older, newer in rows(
        connection,
        f"""
        with read as (select *, {CONTENT} as content, file_id >= $first as again from files)
        select list(file_id order by file_id) filter (not again),
            list(file_id order by file_id) filter (again),
            arg_min(name, file_id) filter (not again), arg_min(name, file_id) filter (again)
        from read group by content having bool_or(again) and not bool_and(again)
        order by 3
        """,
        first=first_new,
    ):
        list_documents(connection, {*olds, *news})
        found = compare(connection, olds, news)
        _remember(connection, olds, news, again=True)
        drop_files(connection, olds)
        _forget_documents(connection, olds)
        done.append(Replacement(older, newer, True, "", again=True, **found.counts()))
    return done


def _forget_documents(connection: Connection, old: list[int]) -> None:
    """Forget what files said that are gone."""
    run(connection, "delete from document_of where file_id in (select unnest($old))", old=old)


def _remember(
    connection: Connection, old: list[int], new: list[int], *, again: bool = False
) -> None:
    """Keep what the older files said was open of documents that the newer show settled.

    Without it an invoice whose day of payment nobody says might count as paid on a day on which it
    was still open. `again`: of a file that is read again, keep what is known from before it alone.
    """
    run(
        connection,
        """
        insert into staged_seen by name
        with pair as (
            select o.file_id as old_id, o.line as old_line, o.still_open as seen, n.*
            from paired as p
            join document_of as o on o.document = p.older
                and o.file_id in (select unnest($old))
            join document_of as n on n.document = p.newer
                and n.file_id in (select unnest($new))
            where o.line is not null and n.line is not null and n.paid_on is null
            and n.still_open is not null
        ),
        seen as (
            select p.*, f.last_day as seen_on, p.seen as open_amount
            from pair as p join files as f on f.file_id = p.old_id where not $again
            union all
            select p.*, s.seen_on, s.open_amount
            from pair as p join staged_seen as s on s.file_id = p.old_id and s.line = p.old_line
        )
        select file_id, line, seen_on, open_amount from seen
        where abs(open_amount) > abs(still_open) and seen_on is not null
        """,
        old=old,
        new=new,
        again=again,
    )


def _drop_shared(connection: Connection, old: int, new: int) -> None:
    """Take out the older file's rows of documents that the newer holds, as `paired` has them."""
    run(
        connection,
        f"""
        create or replace temp table doubled as
        select rowid as row_no, file_id, amount, $new::integer as by_file from staged_documents
        where file_id = $old and {KEY} in (select older from paired)
        """,
        old=old,
        new=new,
    )
    take_out(connection, "staged_documents", "doubled")
    run(
        connection,
        "delete from document_of where file_id = $old and document in (select older from paired)",
        old=old,
    )


def _replace_matches(connection: Connection, first_new: int) -> None:
    """Delete match rows of older files whose pair of documents a newer file of the series has."""
    related = rows(
        connection,
        f"""
        with ordered as (select *, row_number() over (order by {ORDER}) as place from files
            where file_id in (select distinct file_id from staged_matches))
        select distinct o.file_id, n.file_id
        from ordered as o join ordered as n using (series, ledger)
        where series <> '' and o.place < n.place
        and o.sha256 <> n.sha256
        and (o.file_id >= $first_new or n.file_id >= $first_new)
        """,
        first_new=first_new,
    )
    if not related:
        return
    run(
        connection,
        f"""
        create or replace temp table doubled as
        with ordered as (
            select file_id, series, sha256, row_number() over (order by {ORDER}) as place
            from files
        ), newer as (
            select b.file_id, b.ledger, b.debit_id, b.credit_id, o.series, o.sha256, o.place
            from staged_matches as b join ordered as o using (file_id)
            where b.file_id in (select unnest($newer))
        )
        select a.rowid as row_no, a.file_id, any_value(a.amount) as amount,
            min(b.file_id) as by_file
        from staged_matches as a join ordered as o using (file_id)
        join newer as b on b.series = o.series and b.ledger = a.ledger
            and b.sha256 <> o.sha256
            and b.debit_id = a.debit_id and b.credit_id = a.credit_id and b.place > o.place
        where a.file_id in (select unnest($older))
        group by a.rowid, a.file_id
        """,
        older=sorted({o for o, _ in related}),
        newer=sorted({n for _, n in related}),
    )
    take_out(connection, "staged_matches", "doubled")

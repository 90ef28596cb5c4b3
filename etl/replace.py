"""A newer export takes the place of an older one.

Files of one series and one ledger whose periods overlap are exports of the same books. The one
that reaches further is the newer; of two that reach as far, the one loaded later. Where the newer
covers the older's whole period and holds at least half of its documents, the older goes
altogether. Otherwise the newer speaks for the documents both hold, and the rest of the older
stays. A document of one number and day is the same in both files, whatever else changed; so is one
of one number and amount whose day was corrected. Another day and another amount are another
document: some number theirs from 1 again each year. Two documents with one number within one file
are two documents, and stay so, in whichever of its sheets they stand. Statements of a bank account
never replace one another (see etl/repeated.py), nor do lists of open items (see etl/open_lists.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from etl.sql import Connection, rows, run

#: What makes rows of two files the same document. Payments repeat a number (of the invoice they
#: pay, of a bank statement), so their amount and text belong to what tells them apart.
_KEY = """
    hash(row(account, customer_id, document_id, kind, issued_on,
        case when kind = 'payment' or document_id is null then row(amount, reference) end))
"""
#: What a document keeps whose day was corrected; null where the day belongs to the document.
_NUMBER = """
    case when kind = 'payment' or document_id is null then null
        else hash(row(account, customer_id, document_id, kind)) end
"""
_STATE = "issued_on, due_on, amount, currency, open_amount, paid_amount, paid_on"

#: True of the series of a file in one of the formats of bank statements (see etl/bank.py).
IS_STATEMENT = "starts_with({0}, 'bank:')"

#: Key in the settings of a file that holds no paid invoices (see etl/open_lists.py).
OPEN_LIST = "open_list"
#: True of the settings of such a file.
IS_OPEN_LIST = f"coalesce({{0}} ->> '$.{OPEN_LIST}' = 'true', false)"

#: Hash of the content alone of a file.
CONTENT = "coalesce(settings ->> '$.content', sha256)"

#: Files from the least to the most telling.
ORDER = "last_day nulls first, loaded_at, rows_kept, sha256"

_STAGED_ROWS = (
    "staged_documents", "staged_matches", "staged_customers", "staged_rates", "rejects",
)  # fmt: skip


@dataclass(frozen=True)
class Replacement:
    """What a newer file changed about an older one; amounts in the documents' currencies."""

    older: str
    newer: str
    whole: bool
    """The older file is gone altogether; otherwise only the documents both hold."""
    superseded: str
    """Hash of the older file, where it is gone and not to be read again."""
    added: int = 0
    added_amount: Decimal = Decimal(0)
    gone: int = 0
    gone_amount: Decimal = Decimal(0)
    changed: int = 0
    changed_amount: Decimal = Decimal(0)
    """Newer less older, over the documents that changed."""
    content: str = ""
    """Hash of its content alone."""
    again: bool = False
    """Both are one file, whose later reading takes the place of the earlier."""
    listed: bool = False
    """Both are lists of open items: what the newer lacks was settled (see etl/open_lists.py)."""


def replace_older(connection: Connection, first_new: int) -> list[Replacement]:
    """Drop staged rows that a newer export speaks for; files from `first_new` on are new."""
    pairs = rows(
        connection,
        f"""
        with ordered as (
            select *, {CONTENT} as content, row_number() over (order by {ORDER}) as place from files
        )
        select o.file_id, n.file_id, o.name, n.name, o.sha256, o.content,
            n.first_day <= o.first_day and n.last_day >= o.last_day
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
        _list_documents(connection, {file for pair in pairs for file in pair[:2]})
    done: list[Replacement] = []
    dropped: set[object] = set()
    for old, new, old_name, new_name, sha256, content, covers in pairs:
        if old in dropped or new in dropped:
            continue
        found = _compare(connection, [old], [new])
        shared, of_old, added, added_amount, gone, gone_amount, changed, changed_amount = found
        if not shared:
            continue
        whole = bool(covers) and 2 * shared >= of_old
        if whole:
            dropped.add(old)
            _drop_whole(connection, [old])
        else:
            gone, gone_amount = 0, Decimal(0)
            _drop_shared(connection, old)
        done.append(
            Replacement(
                older=old_name,
                newer=new_name,
                whole=whole,
                superseded=sha256 if whole else "",
                content=content if whole else "",
                added=added,
                added_amount=added_amount,
                gone=gone,
                gone_amount=gone_amount,
                changed=changed,
                changed_amount=changed_amount,
            )
        )
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
        _list_documents(connection, {*olds, *news})
        shared = _compare(connection, olds, news)
        _, _, added, added_amount, gone, gone_amount, changed, changed_amount = shared
        _drop_whole(connection, olds)
        done.append(
            Replacement(
                older, newer, True, "", added, added_amount, gone, gone_amount, changed,
                changed_amount, again=True,
            )
        )  # fmt: skip
    return done


def _drop_whole(connection: Connection, old: list[int]) -> None:
    """Delete files with all their rows."""
    for table in (*_STAGED_ROWS, "files", "document_of"):
        run(
            connection,
            f"delete from {table} where file_id in (select unnest($old))",
            old=old,
        )


def _list_documents(connection: Connection, files: set[object]) -> None:
    """Make `document_of`: what each of these files says about each of its documents.

    `state` is the same for the same parts, in whatever order they stand.
    """
    run(
        connection,
        f"""
        create or replace temp table document_of as
        select s.file_id, {_KEY} as document, {_NUMBER} as number, sum(s.amount) as amount,
            sum(hash(row({_STATE}))) as state
        from staged_documents as s where s.file_id in (select unnest($files))
        group by all
        """,
        files=sorted(files, key=str),
    )


def _pair(connection: Connection, old: list[int], new: list[int]) -> None:
    """Make `paired`: the documents of some files and others that are the same."""
    run(
        connection,
        """
        create or replace temp table paired as
        select o.document as older, n.document as newer
        from document_of as o join document_of as n using (document)
        where o.file_id in (select unnest($old)) and n.file_id in (select unnest($new))
        """,
        old=old,
        new=new,
    )
    run(
        connection,
        """
        insert into paired
        with o as (
            select document, number, amount,
                row_number() over (partition by number, amount order by document) as nth
            from document_of anti join paired on older = document
            where file_id in (select unnest($old)) and number is not null
        ),
        n as (
            select document, number, amount,
                row_number() over (partition by number, amount order by document) as nth
            from document_of anti join paired on newer = document
            where file_id in (select unnest($new)) and number is not null
        )
        select o.document, n.document from o join n using (number, amount, nth)
        """,
        old=old,
        new=new,
    )


def _compare(connection: Connection, old: list[int], new: list[int]) -> tuple[Any, ...]:
    """Return counts and amounts: shared, of the older; added, gone and changed documents."""
    _pair(connection, old, new)
    return rows(
        connection,
        """
        with o as (select * from document_of where file_id in (select unnest($old))),
        n as (select * from document_of where file_id in (select unnest($new))),
        shared as (
            select count(*) as items, coalesce(sum(o.amount), 0) as older,
                coalesce(sum(n.amount), 0) as newer,
                count(*) filter (where o.state <> n.state) as changed,
                coalesce(sum(n.amount - o.amount) filter (where o.state <> n.state), 0)
                    as changed_amount
            from paired as p join o on o.document = p.older join n on n.document = p.newer
        )
        select s.items, a.items, b.items - s.items, b.amount - s.newer,
            a.items - s.items, a.amount - s.older, s.changed, s.changed_amount
        from shared as s,
            (select count(*) as items, coalesce(sum(amount), 0) as amount from o) as a,
            (select count(*) as items, coalesce(sum(amount), 0) as amount from n) as b
        """,
        old=old,
        new=new,
    )[0]


def _drop_shared(connection: Connection, old: object) -> None:
    """Delete the older file's rows of documents that the newer holds too, as `paired` has them."""
    run(
        connection,
        f"""
        create or replace temp table doubled as
        select rowid as row_no, amount from staged_documents
        where file_id = $old and {_KEY} in (select older from paired)
        """,
        old=old,
    )
    run(
        connection,
        """
        update files set rows_kept = rows_kept - (select count(*) from doubled),
            control_total = control_total - (select coalesce(sum(amount), 0) from doubled)
        where file_id = $old
        """,
        old=old,
    )
    run(connection, "delete from staged_documents where rowid in (select row_no from doubled)")
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
            select b.ledger, b.debit_id, b.credit_id, o.series, o.sha256, o.place
            from staged_matches as b join ordered as o using (file_id)
            where b.file_id in (select unnest($newer))
        )
        select a.rowid as row_no, a.file_id, a.amount
        from staged_matches as a join ordered as o using (file_id)
        where a.file_id in (select unnest($older)) and exists (
            select 1 from newer as b where b.series = o.series and b.ledger = a.ledger
            and b.sha256 <> o.sha256
            and b.debit_id = a.debit_id and b.credit_id = a.credit_id and b.place > o.place)
        """,
        older=sorted({o for o, _ in related}),
        newer=sorted({n for _, n in related}),
    )
    run(
        connection,
        """
        update files set rows_kept = rows_kept - d.items,
            control_total = control_total - d.amount
        from (select file_id, count(*) as items, coalesce(sum(amount), 0) as amount
              from doubled group by all) as d
        where d.file_id = files.file_id
        """,
    )
    run(connection, "delete from staged_matches where rowid in (select row_no from doubled)")

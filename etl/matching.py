"""Which payment settles which invoice: what the source says, and where it is silent, by rule.

In this order, each on what the ones before left over:

    state      the paid state of an invoice row (made in etl/states.py)
    given      match rows; rows lettered with the same code, balanced or not
    oldest     payments lettered with a sum carried forward: that customer's oldest documents
    reference  an invoice and its reversal: same number, opposite amount
    reference  a payment or credit note that names the invoice
    amount     a payment: one open document of exactly the amount that is left
    oldest     a payment: the oldest documents first

A credit note that names no invoice stays unapplied. The last three are assumptions. They are
made only for files that say nothing themselves: where a file letters its rows, carries paid
states or is named by match rows, what it leaves unmatched is unmatched. Documents match within
one customer, ledger and currency; only match rows of the source may reach across customers. No
document is ever matched for more than its amount.
"""

from __future__ import annotations

from etl.documents import NORMAL
from etl.lettering import settle_lettered
from etl.queues import overlap, refresh_left
from etl.sql import Connection, number, run

_PASSES = 3


def create_made(connection: Connection) -> None:
    """Make the empty table `made` that collects the matches."""
    run(
        connection,
        "create or replace temp table made (debit_key bigint, credit_key bigint,"
        " amount decimal(18, 2), recorded_on date, method varchar, source_row bigint)",
    )


def derive_matches(connection: Connection) -> None:
    """Fill `made` from `doc`, `code_of`, `entry` and `staged_matches`; see the module.

    Makes `given`, the files whose unmatched documents stay so, and `unheard`, match rows
    that could not be followed, for the findings.
    """
    _given_rows(connection)
    settle_lettered(connection)
    _given_files(connection)
    _reversals(connection)
    _by_reference(connection)
    _by_amount(connection)
    _oldest_first(connection)
    run(
        connection,
        """
        insert into matches by name
        select debit_key, credit_key, cast(sum(amount) as decimal(18, 2)) as amount_currency,
            max(recorded_on) as recorded_on, method
        from made group by debit_key, credit_key, method order by debit_key, credit_key
        """,
    )


def _settle(connection: Connection, pairs: str, method: str) -> None:
    """Add matches for the candidate pairs that the query `pairs` gives.

    Its columns: debit_key, credit_key, cap (null: as much as possible), recorded_on,
    source_row. Each credit spreads over its debits, oldest first; what several credits claim of
    one debit is then cut to what is left of it, the earliest first.
    """
    run(
        connection,
        f"""
        insert into made by name
        with wished as (
            select p.*, d."left" as debit_left, c."left" as credit_left,
                d.issued_on as debit_day, d.due_on as debit_due, c.issued_on as credit_day,
                least(coalesce(p.cap, d."left"), d."left") as wish
            from ({pairs}) as p
            join debit_left as d on d.key = p.debit_key
            join credit_left as c on c.key = p.credit_key
        ),
        spread as (
            select *, greatest(0, least(wish, credit_left - (sum(wish) over (
                partition by credit_key order by debit_day, debit_due, debit_key, source_row
            ) - wish))) as share
            from wished
        ),
        cut as (
            select *, greatest(0, least(share, debit_left - (sum(share) over (
                partition by debit_key order by credit_day, credit_key, source_row
            ) - share))) as amount
            from spread where share > 0
        )
        select debit_key, credit_key, cast(amount as decimal(18, 2)) as amount, recorded_on,
            $method as method, source_row
        from cut where amount > 0
        """,
        method=method,
    )


def _given_rows(connection: Connection) -> None:
    """Follow the match rows of the source.

    Where a number stands for several documents, those of one customer are taken together, the
    oldest first.
    """
    run(
        connection,
        """
        create or replace temp table match_row as
        select row_number() over (order by f.sha256, m.line, m.debit_id, m.credit_id)
            as source_row, m.*
        from staged_matches as m join files as f using (file_id)
        """,
    )
    passes = _PASSES if number(connection, "select count(*) from match_row") else 0
    for _ in range(passes):
        refresh_left(connection)
        before = number(connection, "select count(*) from made")
        _settle(
            connection,
            """
            with pair as (
                select m.source_row, m.matched_on as recorded_on, d.key as debit_key,
                    c.key as credit_key, m.amount - coalesce(done.amount, 0) as cap,
                    d.issued_on as debit_day, c.issued_on as credit_day,
                    d.customer <> c.customer as across
                from match_row as m
                left join (select source_row, sum(amount) as amount from made group by all)
                    as done using (source_row)
                join debit_left as d on d.ledger = m.ledger and d.document_id = m.debit_id
                join credit_left as c on c.ledger = m.ledger and c.document_id = m.credit_id
                    and c.currency = d.currency
                where not d.derived and not c.derived
            )
            select debit_key, credit_key, cap, recorded_on, source_row from pair
            where cap is null or cap > 0
            qualify row_number() over (partition by source_row
                order by across, debit_day, credit_day, debit_key, credit_key) = 1
            """,
            "given",
        )
        if number(connection, "select count(*) from made") == before:
            break
    run(
        connection,
        """
        create or replace temp table unheard as
        select m.file_id, m.line, m.debit_id, m.credit_id, m.amount,
            coalesce(sum(x.amount), 0) as applied
        from match_row as m left join made as x using (source_row)
        group by all
        having count(x.amount) = 0 or sum(x.amount) < m.amount
        """,
    )


def _given_files(connection: Connection) -> None:
    """Make `given`: files, by customer, that say themselves what is matched.

    A paid state speaks for the customers that have no payments. `open_debits`: documents of the
    file may still be what an assumed match settles.
    """
    run(
        connection,
        """
        create or replace temp table given as
        with lettered as (select distinct file_id from entry where match_code is not null),
        stating as (
            select distinct e.file_id from state as s join entry as e using (entry_id)
        ),
        named as (
            select distinct d.file_id from (
                select debit_key as key from made where source_row is not null
                union select credit_key from made where source_row is not null
            ) as m join doc as d using (key)
        )
        select d.file_id, d.customer,
            bool_and(d.file_id not in (from lettered)
                and (d.file_id not in (from stating) or p.customer is not null)) as open_debits
        from (select distinct file_id, ledger, customer from doc) as d
        left join paying as p using (ledger, customer)
        where d.file_id in (from lettered) or d.file_id in (from named)
        or (d.file_id in (from stating) and p.customer is null)
        group by all
        """,
    )


def _reversals(connection: Connection) -> None:
    """Match an invoice and its reversal: same number, opposite amount, both untouched."""
    refresh_left(connection)
    sides = [
        f"""
        select key, account_no, document_id, "left", row_number() over (
            partition by account_no, document_id, "left" order by issued_on, key) as nth
        from {side}_left where kind in ('invoice', 'credit_note') and untouched and not derived
        and document_id is not null
        """
        for side in ("debit", "credit")
    ]
    run(
        connection,
        f"""
        insert into made by name
        select d.key as debit_key, c.key as credit_key, d."left" as amount,
            'reference' as method
        from ({sides[0]}) as d join ({sides[1]}) as c
            using (account_no, document_id, "left", nth)
        """,
    )


def _assumable(connection: Connection) -> None:
    """Cut `debit_left` and `credit_left` down to what may be matched by assumption."""
    refresh_left(connection)
    for side, which in (("credit", ""), ("debit", "where not open_debits")):
        run(
            connection,
            f"delete from {side}_left where derived or (file_id, customer) in"
            f" (select (file_id, customer) from given {which})",
        )


def _drop_credit_notes(connection: Connection) -> None:
    """Leave credit notes that name no invoice unapplied: which one they correct is not a guess."""
    run(connection, "delete from credit_left where kind = 'credit_note'")


#: Pairs of an invoice and a payment that names it: {words} are the words of the text to try.
_PAIRS = """
    with named as (
        select key, account_no, {name} as name from (
            select key, account_no, unnest({words}) as text
            from credit_left
            where reference is not null and key not in (select credit_key from pair)
        ) where regexp_matches(text, '[0-9]')
        and (len(text) >= 3 or regexp_full_match(text, '[A-Z][0-9]'))
    )
    select distinct i.key as debit_key, n.key as credit_key
    from named as n join invoice_name as i using (account_no, name)
    where not regexp_full_match(n.name, '[0-9]{{1,3}}')
"""
#: Words between spaces, with their own punctuation; and up to four neighbours written as one.
_WORDS = r"regexp_extract_all(upper(reference), '[^\s,;+&]*[0-9][^\s,;+&]*')"
_PHRASES = """
    list_distinct(flatten(list_transform(range(1, 31), lambda i: list_transform(range(i, i + 4),
        lambda j: array_to_string(list_slice(
            regexp_extract_all(upper(reference), '[A-Z0-9]+'), i, j), '')))))
"""


def _by_reference(connection: Connection) -> None:
    """Match payments and credit notes that name the invoice's number or its reference.

    The whole text is tried first, then its words, then neighbouring words written as one: each
    step only for payments that the steps before found nothing for.
    """
    _assumable(connection)
    run(
        connection,
        f"""
        create or replace temp table invoice_name as
        with called as (
            select key, account_no, {NORMAL.format("document_id")} as name, true as own
            from debit_left where document_id is not null
            union
            select key, account_no, {NORMAL.format("reference")}, false
            from debit_left where reference is not null
        )
        select distinct key, account_no, name from called
        where name <> '' and (own or len(name) >= 6 and regexp_matches(name, '[0-9]'))
        """,
    )
    run(
        connection,
        f"""
        create or replace temp table pair as
        with whole as (
            select key, account_no, {NORMAL.format("document_id")} as name from credit_left
            union
            select key, account_no, {NORMAL.format("reference")} from credit_left
        )
        select i.key as debit_key, w.key as credit_key
        from whole as w join invoice_name as i using (account_no, name)
        """,
    )
    for words in (_WORDS, _PHRASES):
        found = _PAIRS.format(name=NORMAL.format("text"), words=words)
        run(connection, f"insert into pair {found}")
    pairs = """
        select debit_key, credit_key, cast(null as decimal(18, 2)) as cap,
            cast(null as date) as recorded_on, cast(null as bigint) as source_row
        from pair
    """
    _settle(connection, pairs, "reference")
    _assumable(connection)
    _settle(connection, pairs, "reference")


def _by_amount(connection: Connection) -> None:
    """Match a payment with the oldest open document of exactly the amount that is left."""
    _assumable(connection)
    _drop_credit_notes(connection)
    sides = [
        f"""
        select key, account_no, "left", row_number() over (
            partition by account_no, "left" order by issued_on, due_on, key) as nth
        from {side}_left
        """
        for side in ("debit", "credit")
    ]
    run(
        connection,
        f"""
        insert into made by name
        select d.key as debit_key, c.key as credit_key, d."left" as amount, 'amount' as method
        from ({sides[0]}) as d join ({sides[1]}) as c using (account_no, "left", nth)
        """,
    )


def _oldest_first(connection: Connection) -> None:
    """Match what is still left of payments, the oldest documents first."""
    _assumable(connection)
    _drop_credit_notes(connection)
    queues = [
        f"""
        select account_no as g, key, "left" as amount,
            row_number() over (order by issued_on, key) as pos
        from {side}_left
        """
        for side in ("debit", "credit")
    ]
    run(
        connection,
        "insert into made by name select debit_key, credit_key, amount, 'oldest' as method"
        f" from ({overlap(*queues)})",
    )

"""Which payment settles which invoice: what the source says, and where it is silent, by rule.

In this order, each on what the ones before left over:

    confirmed  what a person confirmed; what a person undid is taken out of all the others
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

from collections.abc import Sequence

from data.decisions import Decision
from etl.decisions import match_confirmed, separate_undone
from etl.documents import NORMAL
from etl.lettering import settle_lettered
from etl.queues import overlap, record, refresh_left
from etl.sql import Connection, number, run

_PASSES = 3


def create_made(connection: Connection) -> None:
    """Make the empty table `made` that collects the matches."""
    run(
        connection,
        "create or replace temp table made (debit_key bigint, credit_key bigint,"
        " amount decimal(18, 2), recorded_on date, method varchar, source_row bigint)",
    )


def derive_matches(connection: Connection, decisions: Sequence[Decision] = ()) -> None:
    """Fill `made` and `matches` from `doc`, `entry` and `staged_matches`; see the module.

    `decisions` are those of people that hold.

    Makes `unheard`, match rows that could not be followed, for the findings.
    """
    match_confirmed(connection, decisions)
    _given_rows(connection)
    settle_lettered(connection)
    _reversals(connection)
    if _assumable(connection):
        _by_reference(connection)
        _by_amount(connection)
        _oldest_first(connection)
    separate_undone(connection, decisions)
    run(
        connection,
        """
        insert into matches by name
        select debit_key, credit_key, cast(sum(amount) as decimal(18, 2)) as amount_currency,
            max(recorded_on) as recorded_on, method,
            case method when 'reference' then 0.99 when 'amount' then 0.75 when 'oldest' then 0.50
                else 1.00 end as confidence
        from made group by debit_key, credit_key, method order by debit_key, credit_key
        """,
    )
    for table in ("made", "candidate", "claim", "step", "debit_left", "credit_left"):
        run(connection, f"drop table if exists {table}")


def _settled(connection: Connection, claims: str) -> str:
    """Return a SELECT of the matches that follow from the claims the query `claims` gives.

    Its columns: debit_key, credit_key, cap (null: as much as possible), recorded_on, source_row,
    and what is left of both: debit_left, credit_left. Where all that is claimed of a debit and of
    a credit is there, it is what they settle. Else each credit spreads over its debits, oldest
    first; what several credits claim of one debit is then cut to what is left of it, the earliest
    first. Makes `claim`, and `tight`: the documents of which more is claimed than there is.
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
    return """
        with contested as (
            select p.*, d.issued_on as debit_day, d.due_on as debit_due, c.issued_on as credit_day
            from claim as p
            join doc as d on d.key = p.debit_key
            join doc as c on c.key = p.credit_key
            where p.debit_key in (from tight) or p.credit_key in (from tight)
        ),
        spread as (
            select *, greatest(0, least(wish, credit_left - (sum(wish) over (
                partition by credit_key order by debit_day, debit_due, debit_key, source_row
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


def _given_rows(connection: Connection) -> None:
    """Follow the match rows of the source.

    Where a number stands for several documents, those of one customer are taken together, the
    oldest first. Makes `unheard`, and `named_file`: the files whose documents were matched so.
    """
    run(
        connection,
        """
        create or replace temp table candidate as
        select m.rowid as source_row, m.amount as asked, m.matched_on as recorded_on,
            d.key as debit_key, c.key as credit_key, d.file_id as debit_file,
            c.file_id as credit_file, d.amount_currency as debit_amount,
            -c.amount_currency as credit_amount, d.issued_on as debit_day,
            c.issued_on as credit_day, d.place <> c.place as across
        from staged_matches as m
        join (select distinct ledger, book_no from strand) as b using (ledger)
        join doc as d on d.document_id = m.debit_id and d.book_no = b.book_no
            and d.amount_currency > 0 and d.state_no is null
        join doc as c on c.document_id = m.credit_id and c.book_no = d.book_no
            and c.amount_currency < 0 and c.state_no is null
        """,
    )
    run(connection, "create or replace temp table named_file (file_id integer)")
    for _ in range(_PASSES):
        if not number(connection, "select count(*) from candidate"):
            break
        matches = _settled(connection, _CLAIMS)
        run(connection, f"insert into made by name select *, 'given' as method from ({matches})")
        run(
            connection,
            """
            insert into named_file
            select distinct unnest([debit_file, credit_file]) from claim
            semi join made using (source_row, debit_key, credit_key)
            """,
        )
        # whatever was not contested, and had no other way to go, is done
        run(
            connection,
            """
            create or replace temp table candidate as
            select * from candidate where source_row in (
                select source_row from claim
                where debit_key in (from tight) or credit_key in (from tight)
                or alternatives and (cap is null or wish < cap)
            )
            """,
        )
    run(
        connection,
        """
        create or replace temp table unheard as
        select m.file_id, m.line, m.debit_id, m.credit_id, m.amount,
            coalesce(x.applied, 0) as applied
        from staged_matches as m
        left join (
            select source_row, sum(amount) as applied from made
            where source_row is not null group by source_row
        ) as x on x.source_row = m.rowid
        where x.source_row is null or x.applied < m.amount
        """,
    )


#: What match rows may still claim: of several documents with one number, the first that is open.
_CLAIMS = """
    with open as (
        select p.*, p.asked - coalesce(x.applied, 0) as cap,
            p.debit_amount - coalesce(d.used, 0) as debit_left,
            p.credit_amount - coalesce(c.used, 0) as credit_left
        from candidate as p
        left join (select source_row, sum(amount) as applied from made
            where source_row in (select source_row from candidate) group by all)
            as x using (source_row)
        left join (select debit_key, sum(amount) as used from made
            where debit_key in (select debit_key from candidate) group by all)
            as d using (debit_key)
        left join (select credit_key, sum(amount) as used from made
            where credit_key in (select credit_key from candidate) group by all)
            as c using (credit_key)
        where (p.asked is null or p.asked > coalesce(x.applied, 0))
        and p.debit_amount > coalesce(d.used, 0) and p.credit_amount > coalesce(c.used, 0)
    ),
    several as (select source_row from open group by source_row having count(*) > 1)
    select *, false as alternatives from open anti join several using (source_row)
    union all
    select *, true as alternatives from open semi join several using (source_row)
    qualify row_number() over (partition by source_row
        order by across, debit_day, credit_day, debit_key, credit_key) = 1
"""


def _reversals(connection: Connection) -> None:
    """Match an invoice and its reversal: same number, opposite amount, both untouched."""
    run(
        connection,
        """
        create or replace temp table mirrored as
        with told as (
            select key, account_no, document_id, amount_currency, issued_on from doc
            where kind in ('invoice', 'credit_note') and state_no is null
            and document_id is not null
        ),
        credits as (
            select c.* from told as c semi join told as d on d.account_no = c.account_no
                and d.document_id = c.document_id and d.amount_currency = -c.amount_currency
            where c.amount_currency < 0
        ),
        debits as (
            select d.* from told as d semi join credits as c on d.account_no = c.account_no
                and d.document_id = c.document_id and d.amount_currency = -c.amount_currency
        )
        select *, row_number() over (partition by account_no, document_id, amount_currency
            order by issued_on, key) as nth
        from (from debits union all from credits)
        where key not in (select debit_key from made) and key not in (select credit_key from made)
        """,
    )
    run(
        connection,
        """
        insert into made by name
        select d.key as debit_key, c.key as credit_key, d.amount_currency as amount,
            'reference' as method
        from mirrored as d join mirrored as c using (account_no, document_id, nth)
        where d.amount_currency > 0 and c.amount_currency = -d.amount_currency
        """,
    )


def _assumable(connection: Connection) -> bool:
    """Make `debit_left` and `credit_left`: what may be matched by assumption; return if any may.

    Files that are lettered, or named by match rows, say themselves what is matched, and so do
    paid states for the customers that have no payments. What is left of a file that match rows
    name, or of paid states, may still be what an assumed match settles.
    """
    run(
        connection,
        """
        create or replace temp table hushed as
        select distinct e.file_id, p.place
        from entry as e semi join stated using (file_id)
        anti join paying using (ledger, customer) join place_of as p using (customer)
        """,
    )
    run(
        connection,
        "create or replace temp table lettered_file as"
        " select distinct file_id from entry where match_code is not null",
    )
    told = "d.file_id in (from lettered_file)"
    if not number(
        connection,
        f"select count(*) from (select distinct file_id from doc) as d where not {told}"
        " and d.file_id not in (from named_file)",
    ):
        return False
    silent = f"d.state_no is null and not {told} and (d.file_id, d.place) not in (from hushed)"
    refresh_left(
        connection, debits=silent, credits_=f"{silent} and d.file_id not in (from named_file)"
    )
    return bool(number(connection, "select count(*) from credit_left"))


def _drop_credit_notes(connection: Connection) -> None:
    """Leave credit notes that name no invoice unapplied: which one they correct is not a guess."""
    run(connection, "delete from credit_left where kind = 'credit_note'")


#: Pairs of an invoice and a payment that names it: {words} are the words of the text to try.
_PAIRS = """
    with named as (
        select key, account_no, {name} as name from (
            select key, account_no, unnest({words}) as text
            from credit_left join reference_of using (entry_id)
            where key not in (select credit_key from pair)
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
    run(
        connection,
        """
        create or replace temp table reference_of as
        select entry_id, reference from entry where reference is not null and entry_id in
            (select entry_id from debit_left union all select entry_id from credit_left)
        """,
    )
    run(
        connection,
        f"""
        create or replace temp table invoice_name as
        with called as (
            select key, account_no, {NORMAL.format("document_id")} as name, true as own
            from debit_left where document_id is not null
            union
            select key, account_no, {NORMAL.format("reference")}, false
            from debit_left join reference_of using (entry_id)
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
            select key, account_no, {NORMAL.format("reference")}
            from credit_left join reference_of using (entry_id)
        )
        select i.key as debit_key, w.key as credit_key
        from whole as w join invoice_name as i using (account_no, name)
        """,
    )
    for words in (_WORDS, _PHRASES):
        found = _PAIRS.format(name=NORMAL.format("text"), words=words)
        run(connection, f"insert into pair {found}")
    claims = """
        select p.debit_key, p.credit_key, cast(null as decimal(18, 2)) as cap,
            cast(null as date) as recorded_on, cast(null as bigint) as source_row,
            d."left" as debit_left, c."left" as credit_left
        from pair as p
        join debit_left as d on d.key = p.debit_key
        join credit_left as c on c.key = p.credit_key
    """
    for _ in range(2):
        record(connection, _settled(connection, claims), "reference")


def _by_amount(connection: Connection) -> None:
    """Match a payment with the oldest open document of exactly the amount that is left."""
    _drop_credit_notes(connection)
    sides = [
        f"""
        select key, account_no, "left", row_number() over (
            partition by account_no, "left" order by issued_on, due_on, key) as nth
        from {side}_left
        """
        for side in ("debit", "credit")
    ]
    record(
        connection,
        f"""
        select d.key as debit_key, c.key as credit_key, d."left" as amount
        from ({sides[0]}) as d join ({sides[1]}) as c using (account_no, "left", nth)
        """,
        "amount",
    )


def _oldest_first(connection: Connection) -> None:
    """Match what is still left of payments, the oldest documents first."""
    queues = [
        f"""
        select account_no as g, key, "left" as amount,
            row_number() over (order by issued_on, key) as pos
        from {side}_left
        """
        for side in ("debit", "credit")
    ]
    record(connection, f"select debit_key, credit_key, amount from ({overlap(*queues)})", "oldest")

"""Matches of payments and credit notes that name what they settle.

The steps share `reference_of`, the texts of what is left, and `invoice_name`, what open documents
are called; `match_by_code` makes both.
"""

from __future__ import annotations

from etl.ledger.matching import confidence
from etl.ledger.matching.claims import settled, undisputed
from etl.ledger.matching.naming import BODY, CODES, MAY_HOLD_CODE, NORMAL, PHRASES, RUNS, WORDS
from etl.ledger.matching.queues import is_left, record
from etl.sql import Connection, number, run

#: What is claimed of the pairs in `pair`: as much as possible.
_CLAIMS = """
    select p.debit_key, p.credit_key, cast(null as decimal(18, 2)) as cap,
        cast(null as date) as recorded_on, cast(null as bigint) as source_row,
        d."left" as debit_left, c."left" as credit_left
    from pair as p
    join debit_left as d on d.key = p.debit_key
    join credit_left as c on c.key = p.credit_key
"""


def match_by_code(connection: Connection) -> None:
    """Match by structured reference: the same on both sides, or made of the document's number.

    Where several open documents carry the same one, it names a customer and no document.
    """
    _describe(connection)
    run(connection, f"create or replace temp table credit_code as {_coded('credit_left')}")
    if not number(connection, "select count(*) from credit_code"):
        return
    open_ = "(select * from debit_left semi join credit_code using (account_no))"
    run(connection, f"create or replace temp table debit_code as {_coded(open_)}")
    run(
        connection,
        f"""
        create or replace temp table pair as
        with carried as (
            select key, account_no, code as name from debit_code
            union
            select key, account_no, name from invoice_name where own and len(name) >= 4
            union
            select key, account_no, ltrim(regexp_replace(name, '[^0-9]', '', 'g'), '0')
            from invoice_name where own and regexp_full_match(name, '[A-Z]+[0-9]{{4,}}')
        ),
        named as (
            select key, account_no, unnest([code, {BODY.format("code")}]) as name
            from credit_code
        ),
        single as (
            select account_no, name, min(key) as key from carried group by all
            having count(distinct key) = 1
        )
        select distinct s.key as debit_key, n.key as credit_key
        from named as n join single as s using (account_no, name)
        """,
    )
    record(
        connection,
        settled(connection, _CLAIMS, shared_last=True),
        "structured",
        confidence.STRUCTURED,
    )


def _coded(left: str) -> str:
    """Return a SELECT of the structured references on what is `left`: key, account_no, code."""
    return f"""
        with told as (
            select l.key, l.account_no, unnest([l.document_id, r.reference]) as text
            from {left} as l left join reference_of as r using (entry_id)
        )
        select distinct key, account_no, unnest({CODES.format("text")}) as code
        from told where {MAY_HOLD_CODE.format("text")}
    """


def _describe(connection: Connection) -> None:
    """Make `reference_of` and `invoice_name` from what is left."""
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
        select key, account_no, name, bool_or(own) as own from called
        where name <> '' and (own or len(name) >= 6 and regexp_matches(name, '[0-9]'))
        group by all
        """,
    )


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


def match_by_number(connection: Connection) -> None:
    """Match payments and credit notes that name the invoice's number or its reference.

    The whole text is tried first, then its words, then neighbouring words written as one, then
    digits that stick to a word: each only for payments that the steps before found nothing for.
    """
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
    for words in (WORDS, PHRASES, RUNS):
        found = _PAIRS.format(name=NORMAL.format("text"), words=words.format("reference"))
        run(connection, f"insert into pair {found}")
    _drop_mistyped(connection)
    if not number(connection, "select count(*) from pair"):
        return
    run(
        connection,
        f"""
        create or replace temp table sure as
        select credit_key, case when sum(d."left") = any_value(c."left")
            then {confidence.NAMED} else {confidence.NAMED_OTHERWISE} end as confidence
        from (select distinct debit_key, credit_key from pair) as p
        join debit_left as d on d.key = p.debit_key
        join credit_left as c on c.key = p.credit_key
        group by credit_key
        """,
    )
    for _ in range(2):
        matches = settled(connection, _CLAIMS, shared_last=True)
        record(
            connection,
            f"select m.*, s.confidence from ({matches}) as m join sure as s using (credit_key)",
            "reference",
        )
        if not is_left(connection):
            return


def _drop_mistyped(connection: Connection) -> None:
    """Drop a pair where another document has the payment's amount and nearly the same number.

    Numbers that stand alone in a list of payments, or in a column for them, were not typed by who
    paid. Makes `mistyped`, the payments of such pairs.
    """
    # what other formats than tables say of their columns is a list for people
    typed = """
        select file_id from (
            select b.file_id, f.settings ->> '$.columns' as columns
            from bank_file as b join files as f using (file_id)
        )
        where case when json_valid(columns) then (columns ->> '$.pays') end is null
    """
    run(
        connection,
        f"""
        create or replace temp table mistyped as
            select distinct p.credit_key from pair as p
            join credit_left as c on c.key = p.credit_key
            join debit_left as d on d.key = p.debit_key and d."left" <> c."left"
            join debit_left as o on o.account_no = c.account_no and o."left" = c."left"
                and o.issued_on <= c.issued_on
            join entry as e on e.entry_id = c.entry_id
            where c.kind = 'payment'
            and (e.file_id in ({typed})
                or {NORMAL.format("e.reference")} is distinct from {NORMAL.format("d.document_id")})
            and levenshtein(d.document_id, o.document_id) between 1 and 2
            and p.credit_key in (
                select credit_key from pair group by credit_key having count(*) = 1)
        """,
    )
    run(connection, "delete from pair where credit_key in (from mistyped)")


def part_with_named(connection: Connection) -> None:
    """Move payments that name nothing but known documents from `credit_left` to `credit_named`.

    What is left of them, or all of it where these documents were settled before, is too much: an
    amount that happens to agree says nothing about them. Where a word with digits is not
    understood (neither customer number nor day), it may be the number of yet another document.
    """
    run(
        connection,
        f"""
        create or replace temp table credit_named as
        with payment as (
            select c.key, c.account_no, r.reference, [e.customer,
                strftime(c.issued_on, '%d%m%Y'), strftime(c.issued_on, '%d%m%y'),
                strftime(c.issued_on, '%Y%m%d')] as known
            from credit_left as c join reference_of as r using (entry_id)
            join entry as e using (entry_id) where c.kind = 'payment'
        ),
        word as (
            select key, account_no, known, unnest({WORDS.format("reference")}) as word from payment
        ),
        said as (
            select key, account_no, {NORMAL.format("word")} as name,
                {NORMAL.format("regexp_replace(word, '^[^0-9]*', '')")} as digits,
                list_contains(known, {NORMAL.format("word")}) as other
            from word
        ),
        owned as (
            select account_no, {NORMAL.format("document_id")} as name
            from doc semi join payment using (account_no)
            where amount_currency > 0 and kind <> 'payment' and document_id is not null
            union
            select account_no, name from invoice_name
        ),
        understood as (
            select s.*, o.name is not null and len(o.name) >= 4 as named
            from said as s left join owned as o
                on o.account_no = s.account_no and o.name in (s.name, s.digits)
        )
        select * from credit_left where key in (
            select key from understood where key not in (from mistyped) group by key
            having bool_or(named) and bool_and(named or other)
        )
        """,
    )
    run(connection, "delete from credit_left where key in (select key from credit_named)")


#: What people leave of a number: its last digits, those behind its prefix, or behind its year.
_PARTS = """
    list_filter(list_distinct(list_transform(list_concat(
        list_transform(range(5, greatest(5, len(digits) + 1)), lambda n: right(digits, n)),
        [digits, regexp_extract(document_id, '([0-9]+)[^0-9]*$', 1),
            regexp_replace(digits, '^20[0-9][0-9]', ''), regexp_replace(digits, '^[0-9][0-9]', '')]
    ), lambda t: ltrim(t, '0'))), lambda t: len(t) >= 2)
"""


def match_by_part(connection: Connection) -> None:
    """Match by a part of the number, where it means one open document and the amount agrees.

    The documents that are meant add up to the payment, or one of them is of its amount.
    """
    run(
        connection,
        f"""
        create or replace temp table meant as
        with said as (
            select distinct key, account_no, "left", issued_on, ltrim(text, '0') as part from (
                select key, account_no, "left", issued_on,
                    unnest(regexp_extract_all(reference, '[0-9]+')) as text
                from credit_left join reference_of using (entry_id)
            ) where len(ltrim(text, '0')) >= 2
        ),
        numbered as (
            select key, account_no, "left", document_id,
                regexp_replace(document_id, '[^0-9]', '', 'g') as digits
            from debit_left semi join said using (account_no)
            where regexp_matches(document_id, '[0-9]{{2}}')
        ),
        called as (
            select account_no, part, min(key) as key, min("left") as "left" from (
                select key, account_no, "left", unnest({_PARTS}) as part from numbered
            ) group by account_no, part having count(*) = 1
        )
        select distinct d.key as debit_key, s.key as credit_key, d."left" as amount,
            s."left" as paid, s.issued_on as credit_day
        from said as s join called as d using (account_no, part)
        """,
    )
    if not number(connection, "select count(*) from meant"):
        return
    run(
        connection,
        """
        create or replace temp table pair as
        select *, sum(amount) over (partition by credit_key) = paid as wholly from meant
        """,
    )
    single = "amount = paid qualify count(*) over (partition by credit_key) = 1"
    for agree in ("wholly", single):
        pairs = f"""
            select debit_key, credit_key, amount, credit_day from pair
            join debit_left as d on d.key = debit_key and d."left" = amount
            join credit_left as c on c.key = credit_key and c."left" = paid
            where {agree}
        """
        matches = f"select debit_key, credit_key, amount from ({undisputed(pairs)})"
        record(connection, matches, "partial", confidence.PART)

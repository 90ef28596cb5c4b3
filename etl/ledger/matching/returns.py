"""Payments that went back: which payment each return takes back, and what it reopens.

A return is a payment with the other sign: a returned direct debit, a bounced cheque, a reversed
entry, a chargeback, money paid back. It takes back the latest payment of the same account that it
names, or whose documents it names; where its own words say that it is a return, or a bank statement
does, an equal amount is enough. What that payment had settled by the day of the return counts as
paid until that day (`returned_on` of the match) and is owed again from then on: the return
`reopens` it, with the due day of its own. Where it had paid several documents the return is cut
into as many. What nothing had been paid with settles the return itself, with method `returned`; so
does what was matched with a document that came after the return.

Returns are followed in the order of their days, so that a later payment that names a document
finds it reopened.

What is carried over from one receivables account to another (doubtful, bills) goes the same way: it
settles on the one what it opens on the other.

    return_of     return -> the payment that it takes back, `amount`, `turn`: the how manyth day of
                  returns of its account it is, `done`: whether it was followed
    return_turn   the days of these turns, by account
"""

from __future__ import annotations

from decimal import Decimal

from data.core.policy.dated import Dated
from etl.ledger.matching.naming import CODES, MAY_HOLD_CODE, NORMAL, WORDS
from etl.sql import Connection, number, run

#: Words of a payment that went back, without accents.
_WENT_BACK = (
    r"(charge ?back|revers(al|ed|e)\b|return(ed)?\b|bounced|dishonou?red|unpaid|stop payment|refund"
    r"|impaye|rejet|contre-?passation|extourne|remboursement|annulation|rappel"
    r"|storno|stornier|rucklauf|ruecklauf|rucklast|ruecklast|ruckbuchung|rueckbuchung|erstattung"
    r"|storner|gestorneerd|onbetaald|terugbetal|terugboek|geweigerd|teruggestort|weigering"
    r"|insoluto|stornato|devuelto|devolucion|impagado|devolvid|zwrot)"
)
#: Words of money that was paid back without having gone wrong: for a credit note, as a rule.
_PAID_BACK = r"(refund|remboursement|erstattung|terugbetal|credit|avoir|gutschrift)"
_LONGEST = 400
"""How many days after a payment an equal amount is its return: direct debits go back for 13 months
after they were made without a mandate."""
_TURNS = 24
"""Days of returns of one account that are told apart; what comes later is taken together."""
_PASSES = 24


def find_returns(connection: Connection, fee: Dated[int | Decimal]) -> None:
    """Make `return_of` and `return_turn` from `doc`, `entry` and what the source says in `made`.

    fee: the most that a bank adds to what goes back.
    """
    run(connection, "create or replace temp table return_of (return_key bigint, credit_key bigint,"
        " amount decimal(18, 2), account_no bigint, day date, turn integer,"
        " done boolean)")  # fmt: skip
    run(
        connection,
        "create or replace temp table return_turn (account_no bigint, turn integer, day date)",
    )
    if number(connection, "select count(*) from doc where kind = 'adjustment'"):
        run(connection, f"insert into return_of {_CARRIED_OVER}")
    going = "kind = 'payment' and amount_currency > 0 and state_no is null"
    some = "select (select count(*) from return_of)"
    if not number(connection, f"{some} + (select count(*) from doc where {going})"):
        return
    _say(connection, going, fee)
    for _ in range(_PASSES if number(connection, "select count(*) from giving_back") else 0):
        before = number(connection, "select count(*) from return_of")
        run(connection, f"insert into return_of {_NEXT}")
        if number(connection, "select count(*) from return_of") == before:
            break
    run(
        connection,
        f"""
        create or replace temp table return_of as
        select * replace (cast(least({_TURNS}, dense_rank() over (
            partition by account_no order by day)) as integer) as turn)
        from return_of
        """,
    )
    run(
        connection,
        "insert into return_turn select account_no, turn, max(day) from return_of group by all",
    )


def _say(connection: Connection, going: str, fee: Dated[int | Decimal]) -> None:
    """Make `giving_back`, `taken_back` (what they may take back) and `alike`, the pairs."""
    words = "lower(strip_accents(concat_ws(' ', e.reference, e.document_id)))"
    run(
        connection,
        f"""
        create or replace temp table giving_back as
        select d.key, d.account_no, d.issued_on, d.amount_currency as amount, e.customer,
            e.reference, e.document_id,
            upper(regexp_replace(e.counterparty_iban, '[^0-9A-Za-z]', '', 'g')) as iban,
            regexp_matches({words}, '{_WENT_BACK}') or d.file_id in (
                select file_id from files where starts_with(series, 'bank:')) as told,
            regexp_matches({words}, '{_PAID_BACK}') as paid_back
        from (select * from doc where {going}) as d join entry as e using (entry_id)
        -- the source says itself what a return settled
        where d.key not in (
            select m.debit_key from made as m join doc as c on c.key = m.credit_key
            where c.issued_on <= d.issued_on)
        """,
    )
    run(
        connection,
        """
        delete from giving_back as r where paid_back and exists (
            select 1 from doc as c where c.account_no = r.account_no and c.kind = 'credit_note'
            and c.amount_currency = -r.amount and c.issued_on <= r.issued_on + 31)
        """,
    )
    run(
        connection,
        """
        create or replace temp table taken_back as
        select d.key, d.account_no, d.issued_on, -d.amount_currency as amount, e.customer,
            e.reference, e.document_id,
            upper(regexp_replace(e.counterparty_iban, '[^0-9A-Za-z]', '', 'g')) as iban
        from (select * from doc semi join giving_back using (account_no)
            where kind = 'payment' and amount_currency < 0 and state_no is null) as d
        join entry as e using (entry_id)
        """,
    )
    run(
        connection,
        f"""
        create or replace temp table called_by as
        with said as (
            select key, account_no, customer, reference from giving_back
            union all select key, account_no, customer, reference from taken_back
        ),
        word as (
            select key, account_no, customer, unnest({WORDS.format("reference")}) as text from said
            union all
            select key, account_no, customer, unnest({CODES.format("reference")}) from said
            where {MAY_HOLD_CODE.format("reference")}
        )
        select distinct key, account_no, {NORMAL.format("text")} as name from word
        where {NORMAL.format("text")} not in ('', {NORMAL.format("customer")})
        """,
    )
    run(
        connection,
        f"""
        create or replace temp table alike as
        with owned as (
            select distinct account_no, {NORMAL.format("document_id")} as name
            from doc semi join giving_back using (account_no)
            where kind <> 'payment' and amount_currency > 0 and document_id is not null
        ),
        shared as (
            select r.key as return_key, p.key as credit_key
            from (select n.* from called_by as n join giving_back as r using (key)) as r
            join (select n.* from called_by as n join taken_back as p using (key)) as p
                using (account_no, name)
            left join owned as o using (account_no, name)
            where o.name is not null or len(name) >= 6
        ),
        named as (
            select n.key as return_key, p.key as credit_key
            from called_by as n join taken_back as p on p.account_no = n.account_no
                and {NORMAL.format("p.document_id")} = n.name
            union all
            select r.key, p.key from giving_back as r join taken_back as p using (account_no)
            where {NORMAL.format("r.document_id")} = {NORMAL.format("p.document_id")}
        ),
        level as (
            select return_key, credit_key, min(level) as level from (
                select return_key, credit_key, 1 as level from named
                union all select return_key, credit_key, 2 from shared
                union all
                select r.key, p.key, 3 from giving_back as r join taken_back as p using (account_no)
                where r.told and p.amount = r.amount and r.issued_on - p.issued_on <= {_LONGEST}
                and (r.customer <> '' or p.iban = r.iban)
            ) group by all
        )
        select l.*, r.account_no, r.amount, p.amount as paid, r.issued_on as day,
            p.issued_on as paid_on
        from level as l join giving_back as r on r.key = l.return_key
        join taken_back as p on p.key = l.credit_key
        where p.issued_on <= r.issued_on and (
            p.amount = r.amount
            or r.amount < p.amount and (r.told or l.level = 1)
            or r.told and l.level < 3 and r.amount > p.amount
                and r.amount - p.amount <= {fee.sql("r.issued_on")}
                and r.amount - p.amount <= p.amount / 20)
        """,
    )


#: Rows of one entry that carry a claim over to another account, where the source does not settle
#: them with each other.
_CARRIED_OVER = """
    with moved as (
        select d.key, d.account_no, d.issued_on, d.amount_currency as amount, d.document_id,
            d.file_id, e.book_account
        from (select * from doc where kind = 'adjustment' and state_no is null) as d
        join (select entry_id, book_account from entry where kind = 'adjustment'
            and book_account is not null) as e using (entry_id)
    ),
    pair as (
        select n.*, row_number() over (partition by n.key order by o.key) as nth,
            row_number() over (partition by o.key order by n.key) as other_nth, o.key as from_key
        from moved as n join moved as o on o.account_no = n.account_no
            and o.issued_on = n.issued_on and o.file_id = n.file_id and o.amount = -n.amount
            and o.document_id is not distinct from n.document_id
            and o.book_account <> n.book_account
        where n.amount > 0
    )
    select key, from_key, amount, account_no, issued_on, 0, false from pair
    where nth = 1 and other_nth = 1
    and (key, from_key) not in (select debit_key, credit_key from made)
"""

#: For each return that has no payment yet the best one, of which enough is left.
_NEXT = """
    with gone as (select credit_key, sum(amount) as gone from return_of group by all),
    open as (
        select a.*, a.paid - coalesce(g.gone, 0) as available
        from alike as a left join gone as g using (credit_key)
        where a.return_key not in (select return_key from return_of)
        and a.paid - coalesce(g.gone, 0) >= least(a.amount, a.paid)
    ),
    best as (
        select * from open qualify row_number() over (partition by return_key
            order by level, amount <> paid, paid_on desc, credit_key desc) = 1
    )
    select return_key, credit_key, cast(least(amount, available) as decimal(18, 2)) as amount,
        account_no, day, 0 as turn, false as done
    from best qualify row_number() over (partition by credit_key order by day, return_key) = 1
"""

"""Lines of bank statements: whose books they belong to, whether they count, and who paid.

A statement names no customer and no books. Its lines belong to the books of the other files where
these are of one name. Where the books hold payments of their own for a day, a line of that day is
evidence of one of them and is set aside: counted twice it would halve the receivables. In a
table, an outgoing line that no customer can be found for is no receivable either (suppliers,
wages, taxes); the statement formats leave those out themselves, and what they keep of outgoing
money had come in before.

Who paid is found, in this order, by a number or structured reference in the text that documents of
one customer only carry; by the bank account, where one customer only has it or was found to have
paid from it by the same day; by the name, where one customer only is called so. A number that
neither the payer's account or name nor the amount agrees with is taken for mistyped. A line that
names invoices of several customers, and is their sum to the cent, is a payment of each of them
(etl/ledger/batches.py). What nobody is found for stays, as unapplied money of the customer ''.
"""

from __future__ import annotations

from etl.intake.source import IS_STATEMENT
from etl.ledger.batches import divide_batches
from etl.ledger.matching.naming import (
    BODY,
    CODES,
    COMPANY,
    MAY_HOLD_CODE,
    NORMAL,
    PHRASES,
    RUNS,
    WORDS,
)
from etl.sql import Connection, number, run

#: The name of the books that lines of statements belong to; '' where the files are of several.
BOOKS = """
    select case when count(distinct ledger) = 1 then min(ledger) else '' end from files
    where rows_kind in ('ledger', 'invoices', 'payments')
"""
_SAME_PERIOD = 31
"""Days between the payments of two files that count as one period: monthly exports."""


def find_bank_files(connection: Connection) -> None:
    """Make `bank_file` from `source_file`, and `bank_period` and `bank_aside`, empty."""
    run(
        connection,
        "create or replace temp table bank_file as"
        " select file_id, books as ledger from source_file where books is not null",
    )
    run(connection, "create or replace temp table bank_aside (entry_id bigint, file_id integer,"
        " amount decimal(18, 2), outgoing boolean)")  # fmt: skip
    run(
        connection,
        "create or replace temp table bank_period (ledger varchar, since date, upto date)",
    )


def set_aside_lines(connection: Connection) -> None:
    """Make `bank_file`, `bank_period` and `bank_aside` from `source_file` and the staged rows.

    bank_period: days (since, upto) of which the books of a ledger hold payments themselves.
    bank_aside: lines that do not count, by `entry_id`.
    """
    find_bank_files(connection)
    if not number(connection, "select count(*) from bank_file"):
        return
    # a state tells of payments up to the day of the export: that of its last document, at least
    run(
        connection,
        f"""
        insert into bank_period
        with paying as (
            select s.ledger, f.first_day as since, max(case
                when s.kind = 'payment' or s.kind is null and f.rows_kind = 'payments'
                    then s.issued_on
                when s.open_amount is not null or s.paid_amount is not null
                    or s.paid_on is not null then greatest(f.last_day, s.paid_on) end) as upto
            from staged_documents as s join files as f using (file_id)
            where f.rows_kind <> 'bank' and s.amount is not null and s.issued_on is not null
            group by s.ledger, f.file_id, f.first_day
            union all
            -- what was paid between two lists of open items, the later list tells
            select f.ledger, min(p.day) + 1, max(p.day)
            from list_place as p join files as f using (file_id) group by f.ledger, p.chain
            having max(p.day) > min(p.day)
        ),
        known as (
            select ledger, since, max(upto) over (partition by ledger order by since, upto
                rows between unbounded preceding and current row) as upto
            from paying where upto is not null
        ),
        begun as (
            select *, coalesce(since - lag(upto) over (partition by ledger order by since, upto)
                > {_SAME_PERIOD}, true) as anew
            from known
        ),
        period as (
            select *, sum(cast(anew as integer)) over (partition by ledger order by since, upto
                rows between unbounded preceding and current row) as nth
            from begun
        )
        select ledger, min(since), max(upto) from period group by ledger, nth
        """,
    )
    run(
        connection,
        """
        insert into bank_aside
        select s.rowid, s.file_id, s.amount, false
        from staged_documents as s join bank_file as f using (file_id)
        where s.amount is not null and exists (select 1 from bank_period as p
            where p.ledger = f.ledger and s.issued_on between p.since and p.upto)
        """,
    )


def find_customers(connection: Connection) -> None:
    """Fill `found_customer`: of payments and credit notes without customer, and of bank lines.

    Sets outgoing lines of tables aside that no customer is found for.
    """
    nobody = "from staged_documents where customer_id is null or customer_id = ''"
    if not number(connection, f"select count(*) {nobody}"):
        return
    run(
        connection,
        """
        create or replace temp table nobody as
        select entry_id, file_id, ledger, kind, currency, document_id, reference, counterparty,
            issued_on, amount,
            nullif(upper(regexp_replace(counterparty_iban, '[^0-9A-Za-z]', '', 'g')), '') as iban
        from entry where customer = '' and kind <> 'invoice'
        """,
    )
    _call(connection)
    divide_batches(connection)
    _by_number(connection)
    lines = "select entry_id from nobody semi join bank_file using (file_id)"
    if not number(connection, f"select count(*) from ({lines})"):
        run(connection, "insert into found_customer select entry_id, customer from by_number")
        return
    _by_account(connection)
    _by_name(connection)
    run(
        connection,
        f"""
        insert into found_customer
        with payer as (
            select entry_id, coalesce(a.customer, n.customer) as customer
            from ({lines}) left join by_account as a using (entry_id)
            left join by_name as n using (entry_id)
        )
        select b.entry_id, b.customer from by_number as b left join payer as p using (entry_id)
        where b.agrees or coalesce(p.customer, b.customer) = b.customer
        """,
    )
    _learn_accounts(connection)
    for found in ("by_account", "learned", "by_name", "by_number"):
        run(
            connection,
            f"insert into found_customer select entry_id, customer from {found}"
            f" where entry_id in ({lines}) and entry_id not in"
            " (select entry_id from found_customer)",
        )
    run(
        connection,
        f"""
        insert into bank_aside
        select entry_id, file_id, amount, true from nobody
        where amount > 0 and entry_id in ({lines})
        and file_id not in (select file_id from files where {IS_STATEMENT.format("series")})
        and entry_id not in (select entry_id from found_customer)
        """,
    )


def _call(connection: Connection) -> None:
    """Make `called` and `numbers`: what the texts name, and the invoices that are called so.

    called: names in a text, of the whole (0, 1) or of ever smaller pieces of it (`level`). numbers:
    names, and whose document of what amount each is; those that
    documents of several customers share are left out.
    """
    pieces = "\nunion all\n".join(
        f"select entry_id, ledger, {level} as level, unnest({words.format('reference')}) as text"
        " from nobody where reference is not null"
        for level, words in enumerate((WORDS, PHRASES, RUNS), 2)
    )
    run(
        connection,
        f"""
        create or replace temp table called as
        with code as (
            select entry_id, ledger, unnest({CODES.format("reference")}) as code from nobody
            where {MAY_HOLD_CODE.format("reference")}
        ),
        said as (
            select entry_id, ledger, 0 as level, unnest([code, {BODY.format("code")}]) as text
            from code
            union all
            select entry_id, ledger, 1, unnest([document_id, reference]) from nobody
            union all
            select * from ({pieces}) where regexp_matches(text, '[0-9]')
        )
        select distinct entry_id, ledger, level, {NORMAL.format("text")} as name, -amount as paid
        from said join (select entry_id, amount from nobody) using (entry_id)
        where level = 1 or len({NORMAL.format("text")}) >= 5
        """,
    )
    run(
        connection,
        f"""
        create or replace temp table numbers as
        with own as (
            select ledger, customer, currency, coalesce(document_id, '') as document_id, amount,
                unnest([{NORMAL.format("document_id")},
                case when regexp_matches(reference, '[0-9]') and len(reference) < 40
                    then {NORMAL.format("reference")} end]) as name,
                unnest([1, 6]) as least
            from entry where kind in ('invoice', 'opening') and customer <> ''
        )
        select ledger, name, customer, currency, document_id, sum(amount) as amount
        from own semi join called using (ledger, name)
        where name <> '' and len(name) >= least
        group by ledger, name, customer, currency, document_id
        window same as (partition by ledger, name)
        qualify min(customer) over same = max(customer) over same
        """,
    )


def _by_number(connection: Connection) -> None:
    """Make `by_number`: customers by what the text names, the whole or ever smaller pieces of it.

    `agrees`: the amount is that of a document named, or of all of them.
    """
    run(
        connection,
        """
        create or replace temp table by_number as
        with said as (
            select ledger, name, any_value(customer) as customer, sum(amount) as amount
            from numbers group by all
        ),
        first_level as (
            select c.entry_id, c.paid, n.customer, n.amount
            from called as c semi join nobody using (entry_id) join said as n using (ledger, name)
            qualify c.level = min(c.level) over (partition by c.entry_id)
        )
        select entry_id, min(customer) as customer,
            bool_or(amount = paid) or sum(amount) = any_value(paid) as agrees
        from first_level group by entry_id having count(distinct customer) = 1
        """,
    )


def _by_account(connection: Connection) -> None:
    """Make `by_account`: customers whose own bank account it is."""
    run(
        connection,
        """
        create or replace temp table by_account as
        with known as (
            select upper(regexp_replace(iban, '[^0-9A-Za-z]', '', 'g')) as iban,
                min(customer_id) as customer
            from customer_row where iban is not null and customer_id is not null
            group by all having count(distinct customer_id) = 1
        )
        select n.entry_id, k.customer from nobody as n join known as k using (iban)
        where k.iban <> ''
        """,
    )


def _learn_accounts(connection: Connection) -> None:
    """Make `learned`: customers that alone were found, by number, to have paid from an account.

    Only lines up to the day of a line speak: what comes later changes no earlier balance.
    """
    run(
        connection,
        """
        create or replace temp table learned as
        with shown as (
            select n.iban, f.customer, min(n.issued_on) as since
            from nobody as n join found_customer as f using (entry_id)
            where n.iban is not null group by all
        )
        select n.entry_id, min(s.customer) as customer
        from nobody as n join shown as s on s.iban = n.iban and s.since <= n.issued_on
        group by n.entry_id having count(distinct s.customer) = 1
        """,
    )


def _by_name(connection: Connection) -> None:
    """Make `by_name`: the name letter by letter, but for case, accents and legal forms."""
    run(
        connection,
        f"""
        create or replace temp table by_name as
        with known as (
            select {COMPANY.format("customer_name")} as name, min(customer_id) as customer
            from customer_row where customer_name is not null and customer_id is not null
            group by all having count(distinct customer_id) = 1
        )
        select n.entry_id, k.customer
        from nobody as n join known as k on k.name = {COMPANY.format("n.counterparty")}
        where len(k.name) >= 3
        """,
    )

"""A few customers derived anew, by the statements that derive all of them.

Their staged rows are taken out of the whole state into a database in memory, `part`, and go the way
of all rows from there: what else the statements read stands in the tables `apart_...` of the whole
(see `etl.ledger.matching.apart`). Documents keep the keys that they have in the whole; those that
only matching makes (the parts of returns, differences of exchange) get keys that are free there.
"""

from __future__ import annotations

from data.store.layers import read
from data.store.schema import (
    DOCUMENTS,
    INSTALMENTS,
    MATCHES,
    OPEN_ITEMS,
    REJECTS,
    RETURNED_INVOICES,
)
from etl.ledger.bank_lines import find_bank_files
from etl.ledger.customers import FILED_SECTORS
from etl.ledger.derive import Settings, settle
from etl.ledger.documents import (
    count_rows,
    describe_documents,
    keep_rows,
    post_rows,
    rate_rows,
)
from etl.ledger.exports.open_lists import settle_lists
from etl.ledger.matching.apart import FACTS, create_elsewhere
from etl.ledger.states import derive_states
from etl.ledger.stretches import ages
from etl.sql import Connection, number, run

_MADE = (DOCUMENTS, INSTALMENTS, MATCHES, OPEN_ITEMS, RETURNED_INVOICES, REJECTS)
#: Table -> its columns that hold keys of documents.
_KEYS = {
    "documents": ("document_key", "reopens"),
    "matches": ("debit_key", "credit_key"),
    "open_items": ("document_key", "closed_by_key", "reopens"),
    "returned_invoices": ("document_key",),
}
_COUNTING = "coalesce(n.customer, w.customer, s.customer_id, '')"


def derive_part(connection: Connection, settings: Settings) -> bool:
    """Fill documents, matches, open items and returned invoices of the customers in `touched`.

    Returns whether that could be done: not where what they say of a file is no longer what it was,
    so that others would be matched otherwise too. Makes `unheard`, and `used_here`: by file, what
    their rows add up to, and what their documents do. The state in the making is `state`, and
    `below` the whole one that it lies over.
    """
    run(connection, "use below")
    bounds = ages(connection)
    run(connection, "attach ':memory:' as part")
    run(connection, "use part")
    _take(connection)
    _tell_elsewhere(connection)
    rate_rows(connection, settings.reporting_currency)
    post_rows(connection)
    settle_lists(connection)
    find_bank_files(connection)
    count_rows(connection, settings.reporting_currency)
    keep_rows(connection)
    _take_matches(connection)
    describe_documents(connection, settings.terms)
    derive_states(connection)
    most = number(connection, "select count(*) from customers")
    settle(connection, settings, [(1, most)], bounds)
    done = _says_the_same(connection) and _find_keys(connection)
    run(
        connection,
        """
        create or replace temp table used_here as
        select file_id, sum(documents) as documents, sum(entries) as entries from (
            select file_id, amount_currency as documents, 0 as entries from doc
            where state_no is null
            union all select file_id, 0, amount from entry where not carried
        ) group by file_id
        """,
    )
    run(connection, "use state")
    if done:
        _write(connection)
        _say_unheard(connection)
    return done


def _take(connection: Connection) -> None:
    """Take the rows of the touched customers, and what is said of all."""
    for table in _MADE:
        run(connection, table.create())
    run(connection, "create table files as from below.files")
    run(connection, "create table staged_rates as from below.staged_rates")
    run(
        connection,
        f"create table customers as select * from ({read('customers', 'state', 'below')})"
        " where customer_id in (from touched)",
    )
    run(
        connection,
        f"create table {FILED_SECTORS} as from below.{FILED_SECTORS}"
        " where customer_id in (from touched)",
    )
    run(
        connection,
        f"""
        create table taken as
        select s.rowid as row_no, s.* from below.staged_documents as s
        left join below.apart_customer as n on n.entry_id = s.rowid
        left join below.apart_number as w on w.file_id = s.file_id and w.given = s.customer_id
        where {_COUNTING} in (from touched)
        and s.rowid not in (select entry_id from below.apart_aside)
        order by s.rowid
        """,
    )
    # rows keep their order: it decides where they are alike
    run(
        connection,
        "create table staged_documents as select * exclude (row_no) from taken order by row_no",
    )
    run(
        connection,
        """
        create or replace temp table found_customer as
        select n.nth - 1 as entry_id, c.customer
        from (select row_no, row_number() over (order by row_no) as nth from taken) as n
        join below.apart_customer as c on c.entry_id = n.row_no
        """,
    )
    run(connection, "create or replace temp table whole_number as from below.apart_number")
    run(connection, "create or replace temp table strand as from below.apart_strand")
    run(
        connection,
        "create or replace temp table base_aside (entry_id bigint, file_id integer,"
        " ledger varchar, document_id varchar, amount decimal(18, 2))",
    )
    run(
        connection,
        """
        create table staged_seen as from below.staged_seen
        semi join staged_documents using (file_id, line)
        """,
    )


def _take_matches(connection: Connection) -> None:
    """Take the match rows that name a document of `entry`."""
    naming = "select m.rowid from below.staged_matches as m join entry as e on e.ledger = m.ledger"
    run(
        connection,
        f"""
        create table staged_matches as
        select m.* from below.staged_matches as m
        where m.rowid in ({naming} and e.document_id = m.debit_id
            union {naming} and e.document_id = m.credit_id)
        order by m.rowid
        """,
    )


def _tell_elsewhere(connection: Connection) -> None:
    """Say what files say of the others."""
    create_elsewhere(connection)
    for said in ("stated", "lettered", "named"):
        run(
            connection,
            f"""
            insert into {said}_elsewhere
            select distinct file_id, ledger from below.apart_file
            where said = '{said}' and (customer is null or customer not in (from touched))
            """,
        )


def _says_the_same(connection: Connection) -> bool:
    """Whether the files that match rows name are those that they named before."""
    return not number(
        connection,
        """
        with now as (select distinct file_id from named_file),
            was as (select distinct file_id from below.apart_file where said = 'named')
        select count(*) from now full join was using (file_id)
        where now.file_id is null or was.file_id is null
        """,
    )


def _find_keys(connection: Connection) -> bool:
    """Make `key_of` (key here -> document_key); return whether the documents are the same.

    But for payments that went back: what they reopen decides in how many parts they stand there.
    """
    run(
        connection,
        f"""
        create or replace temp table key_of as
        with here as (
            select key, document_id, kind, issued_on, due_on, amount_currency,
                row_number() over (order by key) as nth
            from doc where not added
        ),
        there as (
            select document_key, document_id, kind, issued_on, due_on, amount_currency,
                row_number() over (order by document_key) as nth
            from below.documents where customer in (from touched)
            and document_key <= (select documents from below.{FACTS})
        )
        select h.key, t.document_key,
            coalesce(h.document_id, '') = t.document_id and h.kind = t.kind
                and h.issued_on = t.issued_on
                and (h.kind = 'payment' and h.amount_currency > 0
                    or h.amount_currency = t.amount_currency and h.due_on = t.due_on) as alike
        from here as h full join there as t using (nth)
        """,
    )
    if number(connection, "select count(*) from key_of where alike is distinct from true"):
        return False
    run(
        connection,
        """
        insert into key_of by name
        select document_key as key, row_number() over (order by document_key)
            + (select max(document_key) from below.documents) as document_key, true as alike
        from documents where document_key not in (select key from key_of)
        """,
    )
    return True


def _write(connection: Connection) -> None:
    """Put the rows into the state, under the keys of the whole."""
    for table, columns in _KEYS.items():
        joins = "".join(
            f" left join key_of as k{n} on k{n}.key = t.{column}"
            for n, column in enumerate(columns)
        )
        keys = ", ".join(f"k{n}.document_key as {column}" for n, column in enumerate(columns))
        run(
            connection,
            f"""
            insert into state.{table} by name
            select t.* replace ({keys}) from part.{table} as t {joins} order by k0.document_key
            """,
        )


def _say_unheard(connection: Connection) -> None:
    """Make `unheard` of all match rows that could not be followed, for the findings."""
    run(
        connection,
        """
        create or replace temp table unheard as
        from below.apart_unheard anti join part.staged_matches using (file_id, line)
        union all from unheard
        """,
    )

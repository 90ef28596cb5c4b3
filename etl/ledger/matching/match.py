"""Which payment settles which invoice: what the source says, and where it is silent, by rule.

In this order, each on what the ones before left over:

    confirmed   what a person confirmed; what a person undid is taken out of all the others
    state       the paid state of an invoice row (made in etl/ledger/states.py)
    given       match rows; rows lettered with the same code, balanced or not
    oldest      payments lettered with a sum carried forward: that customer's oldest documents
    reference   an invoice and its reversal: same number, opposite amount
    structured  a payment or credit note with the structured reference of one invoice
    reference   a payment or credit note that names invoices by their numbers
    partial     a payment that names a part of a number, and is of that invoice's amount
    amount      a payment: one open document of exactly the amount that is left
    sum         a payment: exactly the sum of several open documents, in one way only
    discount    a payment: one open document, less a usual discount or a bank fee
    oldest      a payment: the oldest documents first

A credit note that names no invoice stays unapplied. Those from `structured` on are assumptions,
and each match says how sure it is (`matches.confidence`, see etl/ledger/matching/confidence.py and
docs/matching.md). They are made only for files that say nothing themselves: where a file letters
its rows, carries paid states or is named by match rows, what it leaves unmatched is unmatched.
Lines of bank statements are later than such files, and may settle what these leave open.

Documents match within one customer, ledger and currency; only match rows of the source may reach
across customers. No document is ever matched for more than its amount.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.workspace.decisions import Decision
from etl.ledger.matching.by_amount import (
    match_by_amount,
    match_by_sum,
    match_less_discount,
    match_oldest_first,
)
from etl.ledger.matching.by_name import (
    match_by_code,
    match_by_number,
    match_by_part,
    part_with_named,
)
from etl.ledger.matching.decisions import match_confirmed, separate_undone
from etl.ledger.matching.given import settle_given_rows, settle_reversals
from etl.ledger.matching.lettering import settle_lettered
from etl.ledger.matching.queues import refresh_left
from etl.sql import Connection, number, run


def create_made(connection: Connection) -> None:
    """Make the empty table `made` that collects the matches."""
    run(
        connection,
        "create or replace temp table made (debit_key bigint, credit_key bigint,"
        " amount decimal(18, 2), recorded_on date, method varchar,"
        " confidence decimal(3, 2) default 1.00, source_row bigint)",
    )


def derive_matches(connection: Connection, decisions: Sequence[Decision] = ()) -> None:
    """Fill `made` and `matches` from `doc`, `entry` and `staged_matches`; see the module.

    `decisions` are those of people that hold.

    Makes `unheard`, match rows that could not be followed, for the findings.
    """
    match_confirmed(connection, decisions)
    settle_given_rows(connection)
    settle_lettered(connection)
    settle_reversals(connection)
    if _assumable(connection):
        _assume(connection)
    if _bank_lines(connection):
        _assume(connection)
    separate_undone(connection, decisions)
    run(
        connection,
        """
        insert into matches by name
        select debit_key, credit_key, cast(sum(amount) as decimal(18, 2)) as amount_currency,
            max(recorded_on) as recorded_on, method, min(confidence) as confidence
        from made group by debit_key, credit_key, method order by debit_key, credit_key
        """,
    )
    for table in ("made", "candidate", "claim", "step", "debit_left", "credit_left"):
        run(connection, f"drop table if exists {table}")


def _assume(connection: Connection) -> None:
    """Match what is in `debit_left` and `credit_left` by rule."""
    match_by_code(connection)
    match_by_number(connection)
    # which invoice a credit note corrects is not a guess
    run(connection, "delete from credit_left where kind = 'credit_note'")
    match_by_part(connection)
    part_with_named(connection)
    match_by_amount(connection)
    match_by_sum(connection)
    match_less_discount(connection)
    run(connection, "insert into credit_left from credit_named")
    match_oldest_first(connection)


def _assumable(connection: Connection) -> bool:
    """Make `debit_left` and `credit_left`: what may be matched by assumption; return if any may.

    Files that are lettered, or named by match rows, say themselves what is matched, and so do
    paid states for the customers that have no payments and no later credit notes. What is left of
    a file that match rows name, or of paid states, may still be what an assumed match settles.
    """
    run(
        connection,
        """
        create or replace temp table hushed as
        select distinct e.file_id, p.place
        from entry as e
        semi join (select file_id from stated union select file_id from list_place)
            using (file_id)
        anti join paying using (ledger, customer) join place_of as p using (customer)
        -- a state knows nothing of a credit note that came after it
        anti join entry as c on c.kind = 'credit_note' and c.ledger = e.ledger
            and c.customer = e.customer and c.file_id <> e.file_id
            and c.issued_on >= e.file_last_day
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
    silent = (
        f"d.state_no is null and not {told} and (d.file_id, d.place) not in (from hushed)"
        " and d.file_id not in (select file_id from bank_file)"
    )
    refresh_left(
        connection, debits=silent, credits_=f"{silent} and d.file_id not in (from named_file)"
    )
    return bool(number(connection, "select count(*) from credit_left"))


def _bank_lines(connection: Connection) -> bool:
    """Make `debit_left` and `credit_left` for lines of bank statements; return if there are any.

    Whatever the books leave open may be what a line pays: no file could tell of it before.
    """
    if not number(connection, "select count(*) from bank_file"):
        return False
    line = "d.state_no is null and d.file_id in (select file_id from bank_file)"
    refresh_left(connection, debits="d.state_no is null", credits_=line)
    return bool(number(connection, "select count(*) from credit_left"))

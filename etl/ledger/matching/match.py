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
    oldest      a payment of a customer whose payments never name anything: the oldest documents
                first

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
from typing import NamedTuple

from data.core.policy.rules import Policy
from data.workspace.decisions import Decision
from etl.ledger.matching.apart import ELSEWHERE
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
from etl.ledger.matching.discounts import match_discounts
from etl.ledger.matching.given import settle_given_rows, settle_reversals
from etl.ledger.matching.lettering import settle_lettered
from etl.ledger.matching.queues import is_left, refresh_left
from etl.ledger.matching.reopening import take_back
from etl.ledger.matching.returns import find_returns
from etl.sql import Connection, number, run

#: Accounts whose payments name what they pay: of them, one that names nothing is no guess.
_NAMING = """
    select c.account_no from made as m join doc as c on c.key = m.credit_key
    join doc as d on d.key = m.debit_key
    where c.kind = 'payment' and d.kind <> 'payment'
    and m.method in ('structured', 'reference', 'partial')
"""


class _Silent(NamedTuple):
    """Documents `d` of `doc` about which the source says nothing, as conditions."""

    debits: str
    credits: str


def create_made(connection: Connection) -> None:
    """Make the empty table `made` that collects the matches."""
    run(
        connection,
        "create or replace temp table made (debit_key bigint, credit_key bigint,"
        " amount decimal(18, 2), recorded_on date, method varchar,"
        " confidence decimal(3, 2) default 1.00, source_row bigint, returned_on date)",
    )


def derive_matches(
    connection: Connection,
    policy: Policy,
    decisions: Sequence[Decision] = (),
    oldest_first: bool = True,
) -> None:
    """Fill `made` and `matches` from `doc`, `entry` and `staged_matches`; see the module.

    `decisions` are those of people that hold. `oldest_first`: whether the last rule is followed.

    Makes `unheard`, match rows that could not be followed, for the findings.
    """
    match_confirmed(connection, decisions)
    settle_given_rows(connection)
    run(
        connection,
        "create or replace temp table lettered_file as"
        " select distinct file_id from entry where match_code is not null"
        f" union select file_id from {ELSEWHERE['lettered']}",
    )
    both = "count(*) filter (amount_currency > 0), count(*) filter (amount_currency < 0)"
    if number(connection, f"select least({both}) from doc"):
        _match(connection, policy, decisions, oldest_first)
    run(connection, "drop table made")


def _match(
    connection: Connection, policy: Policy, decisions: Sequence[Decision], oldest_first: bool
) -> None:
    """Go on where there is something to settle, and something that settles it."""
    settle_lettered(connection)
    settle_reversals(connection)
    separate_undone(connection, decisions)
    match_discounts(connection)
    find_returns(connection, policy.bank_fee)
    asked = [a for a in (_assumable(connection), _bank_lines(connection)) if a]
    for silent in asked:
        _assume(connection, silent, policy)
    take_back(connection)
    match_discounts(connection)
    for silent in asked if oldest_first else ():
        # what is short of a discount stays open, and which invoice a credit note corrects is no
        # guess
        short = "d.key not in (select debit_key from made where method = 'discount')"
        refresh_left(
            connection,
            f"({silent.debits}) and {short}",
            f"({silent.credits}) and d.kind <> 'credit_note' and d.account_no not in ({_NAMING})",
        )
        if is_left(connection):
            match_oldest_first(connection)
    separate_undone(connection, decisions)
    run(
        connection,
        """
        insert into matches by name
        select debit_key, credit_key, cast(sum(amount) as decimal(18, 2)) as amount_currency,
            max(recorded_on) as recorded_on, returned_on, method, min(confidence) as confidence
        from made group by debit_key, credit_key, method, returned_on
        order by debit_key, credit_key
        """,
    )
    for table in (
        "candidate",
        "claim",
        "step",
        "debit_left",
        "credit_left",
        "return_of",
        "return_turn",
        "giving_back",
        "taken_back",
        "called_by",
        "alike",
        "link",
        "share",
        "parted",
        "piece",
        "cut_return",
        "asked_account",
        "taken_from",
    ):
        run(connection, f"drop table if exists {table}")


def _assume(connection: Connection, silent: _Silent, policy: Policy) -> None:
    """Match by rule what the source is `silent` about, but for what only the oldest could be.

    Returns are followed in turn, so that what they reopen is there for later payments.
    """
    turns = number(connection, "select max(turn) from return_of")
    pending = "d.key not in (select return_key from return_of where not done)"
    debits = f"({silent.debits}) and {pending}"
    if turns:
        # a return of one customer decides nothing of another's documents
        run(
            connection,
            f"""
            create or replace temp table asked_account as
            select distinct d.account_no from doc as d
            semi join return_turn using (account_no)
            where d.amount_currency < 0 and ({silent.credits})
            """,
        )
    asked = "account_no in (from asked_account)"
    for turn in range(1, turns + 1):
        until = (
            "exists (select 1 from return_turn as t where t.account_no = d.account_no"
            f" and t.turn = {turn} and {{}})"
        )
        refresh_left(
            connection,
            f"{debits} and {until.format('true')}",
            f"({silent.credits}) and {until.format('t.day >= d.issued_on')}",
        )
        match_by_code(connection)
        match_by_number(connection)
        match_discounts(connection)
        take_back(
            connection,
            f"turn = {turn} and {asked} and credit_key in (select credit_key from made)",
        )
    if turns:
        refresh_left(connection, f"{debits} and d.{asked}", f"({silent.credits}) and d.{asked}")
        match_by_code(connection)
        match_by_number(connection)
        # a part that was paid back is no part of what the rest was meant for
        take_back(
            connection,
            f"{asked} and exists (select 1 from doc as c where c.key = credit_key"
            " and -c.amount_currency > r.amount)",
        )
    refresh_left(connection, debits, silent.credits)
    _by_rule(connection, policy)
    used = f"{asked} and credit_key in (select credit_key from made)"
    if turns and take_back(connection, used):
        again = "d.account_no in (from taken_from)"
        refresh_left(connection, f"{debits} and {again}", f"({silent.credits}) and {again}")
        _by_rule(connection, policy)


def _by_rule(connection: Connection, policy: Policy) -> None:
    """Match what is in `debit_left` and `credit_left` by rule, one after the other."""
    if not is_left(connection):
        return
    match_by_code(connection)
    match_by_number(connection)
    _grant(connection)
    # which invoice a credit note corrects is not a guess
    run(connection, "delete from credit_left where kind = 'credit_note'")
    if not is_left(connection):
        return
    match_by_part(connection)
    part_with_named(connection)
    match_by_amount(connection, policy)
    match_by_sum(connection)
    match_less_discount(connection, policy)
    match_discounts(connection)


def _grant(connection: Connection) -> None:
    """Match discounts granted beside payments, and take them off `debit_left`."""
    match_discounts(connection)
    run(
        connection,
        """
        create or replace temp table debit_left as
        with used as (
            select debit_key as key, sum(amount) as used from made
            where debit_key in (select key from debit_left) group by all
        )
        select l.* replace (cast(d.amount_currency - coalesce(u.used, 0) as decimal(18, 2))
            as "left")
        from debit_left as l join doc as d using (key) left join used as u using (key)
        where d.amount_currency > coalesce(u.used, 0)
        """,
    )


def _assumable(connection: Connection) -> _Silent | None:
    """Return what may be matched by assumption; None: nothing.

    Files that are lettered, or named by match rows, say themselves what is matched, and so do
    paid states for the customers that have no payments and no later credit notes. What is left of
    a file that match rows name, or of paid states, may still be what an assumed match settles.
    """
    run(connection, "create or replace temp table hushed (file_id integer, place integer)")
    told = "select (select count(*) from stated_file) + (select count(*) from list_place)"
    if number(connection, told):
        _hush(connection)
    told = "d.file_id in (from lettered_file)"
    if not number(
        connection,
        f"select count(*) from (select distinct file_id from doc) as d where not {told}"
        " and d.file_id not in (select file_id from named_file)",
    ):
        return None
    silent = (
        f"d.state_no is null and not {told} and (d.file_id, d.place) not in (from hushed)"
        " and d.file_id not in (select file_id from bank_file)"
    )
    named = "select file_id from named_file"
    return _asked(connection, silent, f"{silent} and d.file_id not in ({named})")


def _hush(connection: Connection) -> None:
    """Fill `hushed`: customers of files whose paid states, or later lists, say what is paid."""
    run(
        connection,
        """
        insert into hushed
        select distinct e.file_id, p.place
        from entry as e
        semi join (select file_id from stated_file union select file_id from list_place)
            using (file_id)
        anti join paying using (ledger, customer) join place_of as p using (customer)
        -- a state knows nothing of a credit note that came after it
        anti join entry as c on c.kind = 'credit_note' and c.ledger = e.ledger
            and c.customer = e.customer and c.file_id <> e.file_id
            and c.issued_on >= e.file_last_day
        """,
    )


def _bank_lines(connection: Connection) -> _Silent | None:
    """Return what lines of bank statements may settle; None where there are none.

    Whatever the books leave open may be what a line pays: no file could tell of it before.
    """
    if not number(connection, "select count(*) from bank_file"):
        return None
    line = "d.state_no is null and d.file_id in (select file_id from bank_file)"
    return _asked(connection, "d.state_no is null", line)


def _asked(connection: Connection, debits: str, credits_: str) -> _Silent | None:
    some = f"select 1 from doc as d where d.amount_currency < 0 and ({credits_}) limit 1"
    return (
        _Silent(debits, credits_) if number(connection, f"select count(*) from ({some})") else None
    )

"""What people decided about matches goes before every rule, and before the files themselves.

A confirmed pair is matched first, with method `confirmed`; what a person undid is never matched
again, neither by rule nor because a file says so: both documents keep what it would have taken,
until a person decides otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from data.workspace.decisions import CONFIRM, UNDO, Decision, choose
from data.workspace.named import Identified
from etl.sql import Connection, rows, run


def match_confirmed(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Add the confirmed pairs to `made`, in the order in which they were confirmed.

    Each takes its amount, or what is left of the two documents where that is less. Documents that
    are not there, or do not belong to the same books and currency, are left alone.
    """
    confirmed = [d for d in decisions if d.action == CONFIRM]
    if not confirmed:
        return
    keys = _keys(connection, [n for d in confirmed for n in d.pair])
    left = _left(connection, set(keys.values()))
    matches = []
    for one in confirmed:
        debit, credit = keys.get(one.debit), keys.get(one.credit)
        if debit is None or credit is None or left[debit][0] != left[credit][0]:
            continue
        most = min(left[debit][1], -left[credit][1])
        amount = most if one.amount is None else min(one.amount, most)
        if amount > 0:
            left[debit] = (left[debit][0], left[debit][1] - amount)
            left[credit] = (left[credit][0], left[credit][1] + amount)
            matches.append((debit, credit, amount, one.at.date()))
    if matches:
        debits, credits_, amounts, days = zip(*matches, strict=True)
        run(
            connection,
            """
            insert into made by name
            select unnest($debits::bigint[]) as debit_key, unnest($credits::bigint[]) as credit_key,
                unnest($amounts::decimal(18, 2)[]) as amount,
                unnest($days::date[]) as recorded_on, 'confirmed' as method
            """,
            debits=list(debits),
            credits=list(credits_),
            amounts=list(amounts),
            days=list(days),
        )


def separate_undone(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Take the undone pairs out of `made`, whatever put them there."""
    undone = [d for d in decisions if d.action == UNDO]
    if not undone:
        return
    keys = _keys(connection, [n for d in undone for n in d.pair])
    pairs = [(keys[d.debit], keys[d.credit]) for d in undone
             if d.debit in keys and d.credit in keys]  # fmt: skip
    if pairs:
        run(
            connection,
            """
            delete from made using (
                select unnest($debits::bigint[]) as d, unnest($credits::bigint[]) as c
            ) as undone where debit_key = d and credit_key = c
            """,
            debits=[d for d, _ in pairs],
            credits=[c for _, c in pairs],
        )


def there(connection: Connection, named: Sequence[Identified]) -> set[Identified]:
    """Return which of these documents the state in the making holds."""
    return set(_keys(connection, named)) if named else set()


def _keys(connection: Connection, named: Sequence[Identified]) -> dict[Identified, int]:
    """Return the keys in `doc` of the documents that are there."""
    wanted = list(dict.fromkeys(named))
    run(
        connection,
        """
        create or replace temp table decided as
        select unnest($places::integer[]) as place_no, unnest($ledgers::varchar[]) as ledger,
            unnest($numbers::varchar[]) as document_id, unnest($days::date[]) as issued_on,
            unnest($amounts::decimal(18, 2)[]) as amount, unnest($kinds::varchar[]) as kind
        """,
        places=list(range(len(wanted))),
        ledgers=[n.ledger for n in wanted],
        numbers=[n.document_id for n in wanted],
        days=[n.issued_on for n in wanted],
        amounts=[n.amount for n in wanted],
        kinds=[n.kind for n in wanted],
    )
    alike: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for place, key, customer in rows(
        connection,
        """
        select w.place_no, d.key, b.customer
        from decided as w
        join doc as d on d.issued_on = w.issued_on and d.amount_currency = w.amount
            and d.kind = w.kind and coalesce(d.document_id, '') = w.document_id
        join bearer as b on b.bearer_no = d.bearer_no and b.ledger = w.ledger
        order by d.key
        """,
    ):
        alike[place].append((key, customer))
    run(connection, "drop table decided")
    found = {n: choose(n, alike[place]) for place, n in enumerate(wanted)}
    return {n: key for n, key in found.items() if key is not None}


def _left(connection: Connection, keys: set[int]) -> dict[int, tuple[int, Decimal]]:
    """Return the books of each document, and what no match has used up of it, signed."""
    return {
        key: (book, left)
        for key, book, left in rows(
            connection,
            """
            select d.key, d.book_no, cast(d.amount_currency - sign(d.amount_currency)
                * coalesce(sum(m.amount), 0) as decimal(18, 2))
            from doc as d left join made as m on m.debit_key = d.key or m.credit_key = d.key
            where d.key in (select unnest($keys::bigint[]))
            group by d.key, d.book_no, d.amount_currency
            """,
            keys=sorted(keys),
        )
    }

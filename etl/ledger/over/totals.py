"""The control totals where some customers were derived anew, over a state whose totals held.

Sums are added up over all. What is counted customer by customer is counted of those that were
derived anew: the rows of the others are those that were counted when the state beneath was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from etl.ledger.checks import FILE_USED, PER_CUSTOMER, PER_FILE, Control, compute
from etl.ledger.over.named import name_all, name_anew
from etl.sql import Connection, rows


def control_again(connection: Connection, before: Sequence[Control]) -> list[Control]:
    """Compute the control totals; before: those of the state beneath.

    Of files nothing was read again; what is used of them is less what the rows of these customers
    add up to, and more what their documents do now (see `etl.ledger.over.part`).
    """
    sums = compute(connection, lambda name: name not in PER_CUSTOMER)
    name_anew(connection)
    counts = compute(connection, lambda name: name in PER_CUSTOMER)
    name_all(connection)
    more = rows(
        connection,
        """
        select coalesce(u.documents - u.entries, 0)
        from (select distinct file_id from staged_documents) as s
        left join used_here as u using (file_id) order by s.file_id
        """,
    )
    used = [c for c in before if c.name == FILE_USED]
    told = iter([replace(c, left=c.left + Decimal(m)) for c, (m,) in zip(used, more, strict=True)])
    files = [name for name, _text, _sql in PER_FILE]
    return [
        *sums,
        *counts,
        *(next(told) if c.name == FILE_USED else c for c in before if c.name in files),
    ]

"""Control totals that must hold: two numbers computed along different ways.

Where they differ, nothing is published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from data.core.texts import N_, Text
from etl.sql import Connection, rows


@dataclass(frozen=True)
class Control:
    """Two numbers that must be the same."""

    name: str
    text: Text
    left: Decimal
    right: Decimal

    @property
    def ok(self) -> bool:
        """Whether they are."""
        return self.left == self.right


#: name, sentence, statement that answers (left, right)
_CONTROLS = (
    (
        "open_items",
        N_("The sum of all documents is the sum of all their open items."),
        "select (select sum(amount) from documents), (select sum(amount) from open_items)",
    ),
    (
        "ledger_balance",
        N_("The sum of all documents is what is open."),
        (
            "select (select sum(amount) from documents),"
            " (select sum(amount) from open_items where closed_on is null)"
        ),
    ),
    (
        "slices",
        N_("Documents whose open items do not add up to them."),
        """
        select count(*), 0 from documents as d
        full join (
            select document_key, sum(amount) as amount, sum(amount_currency) as amount_currency
            from open_items group by all
        ) as s using (document_key)
        where coalesce(d.amount, 0) <> coalesce(s.amount, 0)
        or coalesce(d.amount_currency, 0) <> coalesce(s.amount_currency, 0)
        or d.document_key is null
        """,
    ),
    (
        "roll_forward",
        N_("Customers and days on which what is open moves otherwise than the documents."),
        # what opens is each document on its day; what closes is nothing, on any day
        """
        select (
            select count(*) from open_items as o join documents as d using (document_key)
            where o.customer <> d.customer or o.opened_on <> d.issued_on
        ) + (
            select count(*) from (
                select customer, closed_on from open_items where closed_on is not null
                group by all having sum(amount) <> 0
            )
        ), 0
        """,
    ),
    (
        "matches",
        N_("Documents that are matched for more than their amount."),
        """
        with side as (
            select debit_key as document_key, amount_currency from matches
            union all
            select credit_key, amount_currency from matches
        ),
        used as (
            select document_key, sum(amount_currency) as amount from side group by document_key
        )
        select count(*), 0 from used join documents as d using (document_key)
        where used.amount > abs(d.amount_currency)
        """,
    ),
    (
        "instalments",
        N_("Instalments that do not add up to their documents."),
        """
        select count(*), 0 from (
            select document_key from instalments as i join documents as d using (document_key)
            group by all having sum(i.amount_currency) <> any_value(d.amount_currency)
        )
        """,
    ),
)

_READ = """
    with staged as (
        select file_id, sum(amount) as amount from (
            select file_id, amount from staged_documents
            union all
            select m.file_id, m.amount from staged_matches as m join files as f using (file_id)
            where f.rows_kind = 'matches'
        ) group by all
    )
    select f.name, coalesce(s.amount, 0), f.control_total
    from files as f left join staged as s using (file_id)
    where f.control_total is not null order by f.file_id
"""
_USED = """
    with staged as (select file_id, sum(amount) as amount from staged_documents group by all),
    derived as (
        select d.file_id, sum(d.amount_currency) as amount from doc as d
        where d.state_no is null group by all
    ),
    aside as (
        select file_id, sum(amount) as amount from (
            select file_id, amount from entry where carried
            union all select file_id, amount from unconverted
            union all select file_id, amount from bank_aside
            union all select file_id, amount from base_aside
            union all select file_id, amount from list_aside
            union all select file_id, amount from staged_documents where issued_on is null
        ) group by all
    )
    select f.name, coalesce(d.amount, 0) + coalesce(a.amount, 0), s.amount
    from files as f
    join staged as s using (file_id)
    left join derived as d using (file_id)
    left join aside as a using (file_id)
    order by f.file_id
"""
PER_CUSTOMER = ("slices", "roll_forward", "matches", "instalments")
"""Those that count what does not hold, of each customer by itself."""
FILE_USED = "file_used"
PER_FILE = (
    ("file_read", N_("{file}: the rows kept add up to the file's own columns."), _READ),
    (
        FILE_USED,
        N_("{file}: documents, and what is carried or set aside, add up to the rows kept."),
        _USED,
    ),
)


def control(connection: Connection) -> list[Control]:
    """Compute all control totals, from the derived tables and the steps' temporary ones."""
    found = compute(connection)
    for name, text, sql in PER_FILE:
        for file, left, right in rows(connection, sql):
            sentence = Text(text, {"file": file})
            found.append(Control(name, sentence, _decimal(left), _decimal(right)))
    return found


def compute(connection: Connection, asked: Callable[[str], bool] = lambda _: True) -> list[Control]:
    """Compute the control totals of documents whose names are `asked` for."""
    found = []
    for name, text, sql in _CONTROLS:
        if asked(name):
            left, right = rows(connection, sql)[0]
            found.append(Control(name, Text(text), _decimal(left), _decimal(right)))
    return found


def _decimal(value: object) -> Decimal:
    return Decimal(0) if value is None else Decimal(str(value)).quantize(Decimal("0.01"))

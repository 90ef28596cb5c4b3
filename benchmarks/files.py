"""A large ledger as export files: invoices, payments, matches, customers; the same everywhere.

Every figure is arithmetic on the row's number, so that no random generator can change it. One
invoice in fifty is a credit note that nothing is matched to; nine in ten of the others are paid,
one in twenty of these in part; payments after the last day are not made yet.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from data.reference import nace

FIRST_DAY = date(2023, 11, 1)
LAST_DAY = date(2026, 10, 31)
CUSTOMERS = 50_000
NAMES = ("invoices", "payments", "matches", "customers")

_SCATTERED = "((({i} + {salt}) * 2654435761) % 4294967296) >> 7"


def _scattered(salt: int, below: int, i: str = "i") -> str:
    """Return SQL for a number below `below` that looks random but follows from `i`."""
    return f"cast(({_SCATTERED.format(i=i, salt=salt * 1_000_003)}) % {below} as integer)"


_STATEMENTS = {
    "customers": f"""
        select 'C' || i as customer_id, 'Customer ' || i as customer_name,
            list_extract($divisions, 1 + {_scattered(1, 1_000_000)} % len($divisions)) as sector,
            list_extract(['BE', 'NL', 'FR', 'LU', 'DE', 'ES'], 1 + {_scattered(2, 6)}) as country,
            list_extract(['retail', 'trade', 'project'], 1 + {_scattered(3, 3)}) as segment,
            'Seller ' || {_scattered(4, 40)} as salesperson
        from range($customers) as r(i)
    """,
    "invoices": """
        select document_id, customer_id, kind, issued_on, due_on, amount from invoice order by i
    """,
    "payments": """
        select 'P' || i as document_id, customer_id, 'payment' as kind, paid_on as issued_on,
            cast(-paid as decimal(18, 2)) as amount, document_id as reference
        from paid order by i
    """,
    "matches": """
        select document_id as debit_id, 'P' || i as credit_id, paid_on as matched_on,
            paid as amount
        from paid order by i
    """,
}

_INVOICE = f"""
    create table invoice as
    select i, 'F' || i as document_id,
        'C' || {_scattered(5, CUSTOMERS)} as customer_id,
        case when i % 50 = 0 then 'credit_note' else 'invoice' end as kind,
        $first_day + {_scattered(6, (LAST_DAY - FIRST_DAY).days + 1)} as issued_on,
        case when i % 50 <> 0
            then issued_on + list_extract([14, 30, 30, 45, 60], 1 + {_scattered(7, 5)}) end
            as due_on,
        cast((1000 + {_scattered(8, 500_000)}) * case when i % 50 = 0 then -0.01 else 0.01 end
            as decimal(18, 2)) as amount
    from range($invoices) as r(i)
"""
_PAID = f"""
    create table paid as
    select i, customer_id, document_id,
        due_on - 10 + {_scattered(9, 60)} as paid_on,
        case when {_scattered(10, 20)} = 0
            then cast(floor(amount * 60) / 100 as decimal(18, 2)) else amount end as paid
    from invoice
    where kind = 'invoice' and {_scattered(11, 10)} < 9 and paid_on <= $last_day
"""


def export_files(folder: Path, invoices: int) -> tuple[Path, ...]:
    """Write the export files of a ledger of `invoices` invoices into `folder`, unless there.

    Returns their paths, in the order of `NAMES`.
    """
    paths = tuple(folder / f"{name}.csv" for name in NAMES)
    if all(path.exists() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    divisions = [s.code for s in nace.sectors().values() if s.level == 2]
    values = {
        "divisions": divisions,
        "customers": CUSTOMERS,
        "invoices": invoices,
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
    }
    with duckdb.connect() as connection:
        for statement in (_INVOICE, _PAID):
            used = {k: v for k, v in values.items() if f"${k}" in statement}
            connection.execute(statement, used)
        for name, path in zip(NAMES, paths, strict=True):
            statement = _STATEMENTS[name]
            used = {k: v for k, v in values.items() if f"${k}" in statement}
            draft = path.with_suffix(".part")
            connection.execute(f"create table {name} as {statement}", used)
            connection.execute(f"copy {name} to '{draft}' (format csv, header)")
            draft.replace(path)
    return paths

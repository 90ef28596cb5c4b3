"""A large ledger as export files: invoices, payments, matches, customers; the same everywhere.

It has the shape of real ones: few customers buy much and many little, again and again; each has a
sector, terms and a way of paying of its own, most are of few sectors, and one invoice in ten is on
other terms.

Every figure is arithmetic on the row's number, so that no random generator can change it, and
rows are written as they are computed, so that a hundred million need no more memory than one. One
invoice in fifty is a credit note that nothing is matched to; nine in ten of the others are paid,
one in twenty of these in part; payments after the last day are not made yet: they are in the
files of the month after it, with that month's invoices.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb

from data.reference import nace

FIRST_DAY = date(2023, 11, 1)
LAST_DAY = date(2026, 10, 31)
NEXT_LAST_DAY = date(2026, 11, 30)
MONTHS = 36
CUSTOMERS = 50_000
NAMES = ("invoices", "payments", "matches", "customers")
NEXT_NAMES = ("invoices", "payments", "matches")
FORMATS = ("csv", "parquet")
#: Changes whenever the same size gives other rows, so that files of before are made anew.
VERSION = "3"
#: About how many bytes a file takes for each invoice of the ledger.
BYTES = {"csv": 124, "parquet": 42}
_TYPES = {"csv": "(format csv, header)", "parquet": "(format parquet)"}

_SCATTERED = "((({i} + {salt}) * 2654435761) % 4294967296) >> 7"


def _scattered(salt: int, below: int, i: str = "i") -> str:
    """Return SQL for a number below `below` that looks random but follows from `i`."""
    return f"cast(({_SCATTERED.format(i=i, salt=salt * 1_000_003)}) % {below} as integer)"


def _skewed(salt: int, below: int, power: int) -> str:
    """Return SQL for a number below `below`, small ones far more often, the same everywhere."""
    known = grown = f"cast({_scattered(salt, 1_000_000)} as bigint)"
    for _time in range(power - 1):
        grown = f"({grown} * {known} // 1000000)"
    return f"cast({grown} * {below} // 1000000 as integer)"


def _invoices(first: int, end: int, first_day: date, last_day: date) -> str:
    """Return SQL for the invoices of the numbers from `first` up to, not including, `end`."""
    days = (last_day - first_day).days + 1
    return f"""(
        select i, n, 'F' || i as document_id, 'C' || n as customer_id,
            case when i % 50 = 0 then 'credit_note' else 'invoice' end as kind,
            date '{first_day}' + {_scattered(6, days)} as issued_on,
            case when i % 50 <> 0
                then issued_on + case when {_scattered(7, 10)} > 0 then {_terms("n")}
                    else {_terms("i")} end
                end as due_on,
            cast((1000 + {_scattered(8, 500_000)})
                * case when i % 50 = 0 then -0.01 else 0.01 end as decimal(18, 2)) as amount
        from (
            select i, {_skewed(5, CUSTOMERS, 3)} as n from range({first}, {end}) as r(i)
        ) as numbered
    )"""


def _terms(of: str) -> str:
    return f"list_extract([14, 30, 30, 45, 60], 1 + {_scattered(14, 5, of)})"


def _paid(invoices: str, first_day: date, last_day: date) -> str:
    """Return SQL for what is paid on `invoices` between two days."""
    return f"""(
        select i, customer_id, document_id,
            due_on - 10 + {_scattered(15, 40, "n")} + {_scattered(9, 20)} as paid_on,
            case when {_scattered(10, 20)} = 0
                then cast(floor(amount * 60) / 100 as decimal(18, 2)) else amount end as paid
        from {invoices}
        where kind = 'invoice' and {_scattered(11, 10)} < 9
            and paid_on between date '{first_day}' and date '{last_day}'
    )"""


def _customers() -> str:
    divisions = [f"'{s.code}'" for s in nace.sectors().values() if s.level == 2]
    codes, count = ", ".join(divisions), len(divisions)
    return f"""
        select 'C' || i as customer_id, 'Customer ' || i as customer_name,
            list_extract([{codes}], 1 + {_skewed(1, count, 2)}) as sector,
            list_extract(['BE', 'NL', 'FR', 'LU', 'DE', 'ES'], 1 + {_scattered(2, 6)}) as country,
            list_extract(['retail', 'trade', 'project'], 1 + {_scattered(3, 3)}) as segment,
            'Seller ' || {_scattered(4, 40)} as salesperson,
            case when {_scattered(12, 10)} > 0
                then cast(1000 * (1 + {_scattered(13, 500)}) as decimal(18, 2)) end as credit_limit,
            {_terms("i")} as agreed_terms_days
        from range({CUSTOMERS}) as r(i)
    """


def _selects(invoices: str, paid: str) -> dict[str, str]:
    return {
        "invoices": f"select document_id, customer_id, kind, issued_on, due_on, amount"
        f" from {invoices}",
        "payments": f"select 'P' || i as document_id, customer_id, 'payment' as kind,"
        f" paid_on as issued_on, cast(-paid as decimal(18, 2)) as amount,"
        f" document_id as reference from {paid}",
        "matches": f"select document_id as debit_id, 'P' || i as credit_id,"
        f" paid_on as matched_on, paid as amount from {paid}",
        "customers": _customers(),
    }


def month_after(invoices: int) -> int:
    """Return how many invoices the month after the last day has."""
    return max(1, invoices // MONTHS)


def export_files(folder: Path, invoices: int, kind: str = "csv") -> tuple[Path, ...]:
    """Write the export files of a ledger of `invoices` invoices into `folder`, unless there.

    kind: csv or parquet. Returns their paths, in the order of `NAMES`. Raises OSError, before
    anything is written, when the disk has no room for them.
    """
    ledger = _invoices(0, invoices, FIRST_DAY, LAST_DAY)
    selects = _selects(ledger, _paid(ledger, FIRST_DAY, LAST_DAY))
    return _write(folder, {n: selects[n] for n in NAMES}, kind, invoices * BYTES[kind])


def next_month_files(folder: Path, invoices: int) -> tuple[Path, ...]:
    """Write the CSV files of the month after that ledger's last day into `folder`, unless there.

    They hold a month's new invoices, and what is paid in that month on old and new ones.
    """
    first_day = LAST_DAY + timedelta(1)
    new = _invoices(invoices, invoices + month_after(invoices), first_day, NEXT_LAST_DAY)
    old = _invoices(0, invoices, FIRST_DAY, LAST_DAY)
    both = f"(from {old} union all from {new})"
    selects = _selects(new, _paid(both, first_day, NEXT_LAST_DAY))
    size = month_after(invoices) * BYTES["csv"]
    return _write(folder, {n: selects[n] for n in NEXT_NAMES}, "csv", size)


def _write(folder: Path, selects: Mapping[str, str], kind: str, size: int) -> tuple[Path, ...]:
    paths = {name: folder / f"{name}.{kind}" for name in selects}
    made = folder / f"{kind}.version"
    if (
        made.exists()
        and made.read_text(encoding="ascii") == VERSION
        and all(path.exists() for path in paths.values())
    ):
        return tuple(paths.values())
    folder.mkdir(parents=True, exist_ok=True)
    need_disk(folder, size, f"{kind.upper()} files")
    with duckdb.connect() as connection:
        # rows in the order of their number, each written as soon as it is known
        connection.execute("set memory_limit = '2GB'")
        for name, path in paths.items():
            draft = path.with_suffix(".part")
            connection.execute(f"copy ({selects[name]}) to '{draft}' {_TYPES[kind]}")
            draft.replace(path)
    made.write_text(VERSION, encoding="ascii")
    return tuple(paths.values())


def need_disk(folder: Path, size: int, what: str) -> None:
    """Say what `what` will take on disk; OSError where a tenth more than that is not free."""
    free = shutil.disk_usage(folder).free
    print(f"{what}: about {size / 1e9:.1f} GB on disk, {free / 1e9:.0f} GB free", flush=True)
    if free < size * 1.1:
        raise OSError(f"{what} need {size / 1e9:.1f} GB in {folder}; {free / 1e9:.1f} GB are free")

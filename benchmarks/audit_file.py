"""One very large audit file, loaded within little memory: a Dutch XAF of a gigabyte.

    python -m benchmarks.audit_file --megabytes 1000

It writes the file unless it is there, loads it as `app.py load --memory N` does, in a process of
its own, checks the balance against the one it wrote, and notes the most memory of that process.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.child import in_child
from benchmarks.files import need_disk
from benchmarks.loads import discard, load_once
from benchmarks.report import machine, table, versions, write_section
from benchmarks.results import stamp
from benchmarks.section import duration, gigabytes
from data.store.state import Store

FOLDER = Path(__file__).with_name(".data") / "audit_file"
BUDGET = 500e6
CUSTOMERS = 5_000
YEAR = 2025

_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<auditfile xmlns="http://www.auditfiles.nl/XAF/3.2">
  <header><fiscalYear>{YEAR}</fiscalYear><startDate>{YEAR}-01-01</startDate>
    <endDate>{YEAR}-12-31</endDate><curCode>EUR</curCode></header>
  <company><companyName>Large books</companyName><taxRegIdent>NL009876543B01</taxRegIdent>
"""
_CUSTOMER = """    <customerSupplier>
      <custSupID>{0}</custSupID><custSupName>Customer {0}</custSupName><custSupTp>C</custSupTp>
    </customerSupplier>
"""
_ACCOUNTS = """    <generalLedger>
      <ledgerAccount><accID>1100</accID><accDesc>Bank</accDesc><accTp>B</accTp>
        <leadReference>BLimBanRba</leadReference></ledgerAccount>
      <ledgerAccount><accID>1300</accID><accDesc>Debiteuren</accDesc><accTp>B</accTp>
        <leadReference>BVorDebHad</leadReference></ledgerAccount>
      <ledgerAccount><accID>8000</accID><accDesc>Omzet</accDesc><accTp>P</accTp></ledgerAccount>
    </generalLedger>
"""
_TRANSACTION = """        <transaction>
          <nr>{nr}</nr>
          <periodNumber>{month}</periodNumber>
          <trDt>{day}</trDt>
          <trLine>
            <nr>1</nr>
            <accID>1300</accID>
            <docRef></docRef>
            <effDate>{day}</effDate>
            <desc>{about}</desc>
            <amnt>{amount}</amnt>
            <amntTp>{side}</amntTp>
            <custSupID>{customer}</custSupID>
            <invRef>{invoice}</invRef>
          </trLine>
          <trLine>
            <nr>2</nr>
            <accID>{account}</accID>
            <docRef></docRef>
            <effDate>{day}</effDate>
            <desc>{about}</desc>
            <amnt>{amount}</amnt>
            <amntTp>{other}</amntTp>
            <custSupID>{customer}</custSupID>
            <invRef>{invoice}</invRef>
          </trLine>
        </transaction>
"""
_JOURNAL = """      <journal>
        <jrnID>{0}</jrnID><desc>{1}</desc><jrnTp>{2}</jrnTp><offsetAccID>{3}</offsetAccID>
"""


def invoices_in(megabytes: int) -> int:
    """Return how many invoices make a file of about so many megabytes."""
    sold = len(_TRANSACTION) + 30
    return int(megabytes * 1e6 / (sold + 0.9 * sold))


def write_audit_file(path: Path, invoices: int) -> None:
    """Write the audit file of a year; nine of ten invoices are paid."""
    need_disk(path.parent, invoices * 2 * len(_TRANSACTION), "the audit file")
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8") as file:
        file.write(_HEAD + "  <customersSuppliers>\n")
        file.writelines(_CUSTOMER.format(number) for number in range(CUSTOMERS))
        file.write("  </customersSuppliers>\n" + _ACCOUNTS + "    <transactions>\n")
        file.write(_JOURNAL.format("70", "Verkoopboek", "S", "1300"))
        file.writelines(_sold(invoices))
        file.write("      </journal>\n" + _JOURNAL.format("20", "Bank", "B", "1100"))
        file.writelines(_paid(invoices))
        file.write("      </journal>\n    </transactions>\n  </company>\n</auditfile>\n")
    draft.replace(path)


def balance_of(invoices: int) -> Decimal:
    """Return what is owed at the end of the file."""
    return sum((_amount(n) for n in range(invoices) if not _is_paid(n)), Decimal(0))


def _amount(number: int) -> Decimal:
    return Decimal(100 + number * 7919 % 900_000) / 100


def _is_paid(number: int) -> bool:
    return number % 10 != 0


def _sold(invoices: int) -> Iterator[str]:
    for n in range(invoices):
        yield _posting(n, f"7{n:08}", date(YEAR, 1, 1) + timedelta(n * 300 // invoices),
                       "Verkoopfactuur", "D", "8000")  # fmt: skip


def _paid(invoices: int) -> Iterator[str]:
    for n in filter(_is_paid, range(invoices)):
        day = date(YEAR, 1, 1) + timedelta(n * 300 // invoices + 10 + n % 50)
        yield _posting(n, f"2{n:08}", day, "Ontvangst", "C", "1100")


def _posting(n: int, number: str, day: date, about: str, side: str, account: str) -> str:
    return _TRANSACTION.format(
        nr=number, month=day.month, day=day, about=about, amount=_amount(n), side=side,
        other="C" if side == "D" else "D", customer=n * 31 % CUSTOMERS, invoice=f"7{n:08}",
        account=account,
    )  # fmt: skip


def receivables(store: Store) -> Decimal:
    """Return what is owed by all customers together, as it was published."""
    state = store.current()
    if state is None:
        raise SystemExit(f"{store.folder} holds nothing")
    balance: Decimal = state.engine.query("select ledger_balance from about")[0][0].as_py()
    return balance


def main() -> None:
    """Measure one file and write its section."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--memory", type=int, default=200, help="as `app.py load --memory`")
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    path, store = FOLDER / f"{asked.megabytes}.xaf", FOLDER / "store"
    invoices = invoices_in(asked.megabytes)
    if not path.exists():
        write_audit_file(path, invoices)
    discard(store)
    done = in_child(load_once, (path,), store, asked.memory)
    balance = receivables(Store(store))
    discard(store)
    if balance != balance_of(invoices):
        raise SystemExit(f"receivables are {balance}, not {balance_of(invoices)}")
    size, (day, revision) = path.stat().st_size, stamp()
    row = (f"{gigabytes(size)}, {invoices:,} invoices", gigabytes(done.peak), gigabytes(BUDGET),
           "met" if done.peak <= BUDGET else "not met", duration(done.value))  # fmt: skip
    text = "\n\n".join(
        (
            f"{day} at {revision}; {machine()}; {versions('duckdb', 'lxml')}.",
            table(("audit file", "most memory", "budget", "", "load"), [row], right=(1, 2, 4)),
            f"`load --memory {asked.memory}`: the memory is that of the whole process.",
        )
    )
    print(text)
    write_section("One large audit file", text)


if __name__ == "__main__":
    main()

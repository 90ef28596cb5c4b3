"""What people would use instead: the same figures with pandas, from invoices and payments.

Amounts are whole cents, so that the two can be compared exactly. Each function returns
{group: cents} or, for DSO, {group: (receivables, sales of 3 months)} with groups of one dimension.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from metrics.ledger import month_start

BUCKETS = ("not_due", "1-30", "31-60", "61-90", "over_90", "unapplied")
Frames = dict[str, pd.DataFrame]


def read(paths: tuple[Path, ...]) -> Frames:
    """Return the export files as data frames, days parsed and amounts in cents."""
    frames: Frames = {}
    for path in paths:
        days = {"issued_on", "due_on", "matched_on"}
        header = path.open(encoding="utf-8").readline().strip().split(",")
        frame = pd.read_csv(
            path, parse_dates=[c for c in header if c in days], keep_default_na=False,
            dtype={"sector": str}, na_values={c: [""] for c in header if c in days},
        )  # fmt: skip
        if "amount" in frame:
            frame["amount"] = (frame["amount"] * 100).round().astype("int64")
        frames[path.stem] = frame
    return frames


def _joined(frames: Frames, dimension: str) -> pd.DataFrame:
    """Join invoices with their customer and with what was paid on them, and when."""
    payments = frames["matches"][["debit_id", "matched_on", "amount"]]
    payments = payments.rename(columns={"debit_id": "document_id", "amount": "paid"})
    customers = frames["customers"].assign(total="total")
    customers = customers.rename(columns={"sector": "sector_division"})
    rows = frames["invoices"].merge(customers[["customer_id", dimension]], on="customer_id")
    return rows.merge(payments, on="document_id", how="left")


def _aging(rows: pd.DataFrame, dimension: str, day: date) -> dict[Any, int]:
    as_of = pd.Timestamp(day)
    known = rows[rows["issued_on"] <= as_of]
    paid = known["paid"].where(known["matched_on"] <= as_of, 0)
    left = (known["amount"] - paid.fillna(0)).astype("int64")
    overdue = (as_of - known["due_on"]).dt.days
    bucket = pd.cut(overdue, [-10_000, 0, 30, 60, 90, 100_000], labels=BUCKETS[:5])
    bucket = bucket.astype("object").where(left >= 0, "unapplied")
    sums = left.groupby([known[dimension], bucket]).sum()
    return {key: int(cents) for key, cents in sums.items() if cents}


def aging(frames: Frames, dimension: str, days: tuple[date, ...]) -> dict[Any, int]:
    """Return (day, group, bucket) -> cents."""
    rows = _joined(frames, dimension)
    return {
        (day, *key): cents
        for day in days
        for key, cents in _aging(rows, dimension, day).items()
    }  # fmt: skip


def dso(frames: Frames, dimension: str, days: tuple[date, ...]) -> dict[Any, tuple[int, int]]:
    """Return (day, group) -> (receivables, sales of 3 months), the two sides of DSO."""
    rows = _joined(frames, dimension)
    answer: dict[Any, tuple[int, int]] = {}
    for day in days:
        as_of = pd.Timestamp(day)
        known = rows[rows["issued_on"] <= as_of]
        paid = known["paid"].where(known["matched_on"] <= as_of, 0)
        left = (known["amount"] - paid.fillna(0)).astype("int64").groupby(known[dimension]).sum()
        window = known[known["issued_on"] >= pd.Timestamp(month_start(day, 2))]
        sold = window.groupby(dimension)["amount"].sum()
        both = pd.DataFrame({"left": left, "sold": sold}).fillna(0).astype("int64")
        for group, owed, bought in zip(both.index, both["left"], both["sold"], strict=True):
            answer[day, group] = (int(owed), int(bought))
    return answer

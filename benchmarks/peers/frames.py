"""The same figures with pandas, from the exported invoices, matches and customers.

Amounts are whole cents, so that answers can be compared exactly. `read` and `ask` run in a child
process (see `benchmarks.child`), which keeps the frames between calls; and, where that is asked
for, the join of them, as who works in a notebook does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.works import TOP, named, window_of
from metrics.asking.ledger import month_start

BUCKETS = ("not_due", "1-30", "31-60", "61-90", "over_90", "unapplied")
Frames = dict[str, pd.DataFrame]
_MONEY = {"amount", "receivables", "sales_3m", "overdue", "headroom", "credit_limit"}
_kept: Frames = {}


def read(paths: tuple[Path, ...]) -> float:
    """Read the files into frames that later calls use; return the seconds it took.

    Payments are left out: what was paid on which invoice stands in the matches.
    """
    start = time.perf_counter()
    for path in (p for p in paths if p.stem != "payments"):
        days = {"issued_on", "due_on", "matched_on"}
        with path.open(encoding="utf-8") as lines:
            header = lines.readline().strip().split(",")
        frame = pd.read_csv(
            path, parse_dates=[c for c in header if c in days], keep_default_na=False,
            dtype={"sector": str},
            na_values={c: [""] for c in header if c in days | {"credit_limit"}},
        )  # fmt: skip
        if "amount" in frame:
            frame["amount"] = (frame["amount"] * 100).round().astype("int64")
        if "credit_limit" in frame:
            frame["credit_limit"] = (frame["credit_limit"] * 100).round().astype("Int64")
        _kept[path.stem] = frame
    return time.perf_counter() - start


def ask(name: str, kept: bool = False) -> tuple[float, list[dict[str, Any]]]:
    """Answer one of `WORKS` from the frames; return the seconds it took, and the rows.

    kept: the join of invoices, customers and what was paid is there already, uncounted.
    """
    if kept and "joined" not in _kept:
        _kept["joined"] = _join(_kept)
    if not kept:
        _kept.pop("joined", None)
    work = named(name)
    start = time.perf_counter()
    frame = _QUESTIONS[work.question](_kept, work.days)
    seconds = time.perf_counter() - start
    if not work.history and "as_of" in frame:
        frame = frame.drop(columns="as_of")
    return seconds, [
        {
            str(key): Decimal(int(value)) / 100 if key in _MONEY and not pd.isna(value)
            else None if pd.isna(value) else value
            for key, value in row.items()
        }
        for row in frame.to_dict("records")
    ]  # fmt: skip


def _joined(frames: Frames) -> pd.DataFrame:
    return frames["joined"] if "joined" in frames else _join(frames)


def _join(frames: Frames) -> pd.DataFrame:
    """Join invoices with their customer and with what was paid on them, and when."""
    payments = frames["matches"][["debit_id", "matched_on", "amount"]]
    payments = payments.rename(columns={"debit_id": "document_id", "amount": "paid"})
    customers = frames["customers"][["customer_id", "sector"]]
    rows = frames["invoices"].merge(customers, on="customer_id")
    return rows.merge(payments, on="document_id", how="left")


def _left(known: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series[int]:
    """Return what is open of each invoice at the end of a day."""
    paid = known["paid"].where(known["matched_on"] <= as_of, 0)
    return (known["amount"] - paid.fillna(0)).astype("int64")


def aging(frames: Frames, days: tuple[date, ...]) -> pd.DataFrame:
    """Return as_of, sector, bucket, amount."""
    rows = _joined(frames)
    parts = []
    for day in days:
        as_of = pd.Timestamp(day)
        known = rows[rows["issued_on"] <= as_of]
        left = _left(known, as_of)
        overdue = (as_of - known["due_on"]).dt.days
        bucket = pd.cut(overdue, [-100_000, 0, 30, 60, 90, 100_000], labels=BUCKETS[:5])
        bucket = bucket.astype("object").where(left >= 0, "unapplied")
        sums = left.groupby([known["sector"], bucket.rename("bucket")]).sum()
        parts.append(sums.rename("amount").reset_index().assign(as_of=day))
    return pd.concat(parts)


def dso(frames: Frames, days: tuple[date, ...]) -> pd.DataFrame:
    """Return as_of, sector, receivables and sales_3m: the two sides of DSO."""
    rows = _joined(frames)
    parts = []
    for day in days:
        as_of = pd.Timestamp(day)
        known = rows[rows["issued_on"] <= as_of]
        left = _left(known, as_of).groupby(known["sector"]).sum()
        window = known[known["issued_on"] >= pd.Timestamp(month_start(day, 2))]
        sold = window.groupby("sector")["amount"].sum()
        both = pd.DataFrame({"receivables": left, "sales_3m": sold}).fillna(0).astype("int64")
        parts.append(both.rename_axis("sector").reset_index().assign(as_of=day))
    return pd.concat(parts)


def curves(frames: Frames, days: tuple[date, ...]) -> pd.DataFrame:
    """Return sector, day, paid_share, at_risk: Kaplan–Meier over the invoices of 12 months."""
    as_of, first = pd.Timestamp(days[-1]), pd.Timestamp(window_of(days[-1]))
    rows = _joined(frames)
    rows = rows[(rows["kind"] == "invoice") & rows["issued_on"].between(first, as_of)]
    paid = (rows["matched_on"] <= as_of) & (rows["paid"] == rows["amount"])
    lives = pd.DataFrame(
        {
            "sector": rows["sector"],
            "day": (rows["matched_on"].where(paid, as_of) - rows["issued_on"]).dt.days,
            "paid": paid.astype("int64"),
        }
    )
    ended = lives.groupby(["sector", "day"])["paid"].agg(["sum", "count"]).reset_index()
    backwards = ended[::-1].groupby("sector")["count"].cumsum()[::-1]
    left = 1 - (ended["sum"] / backwards).where(ended["sum"] < backwards, 0)
    share = 1 - left.groupby(ended["sector"]).cumprod()
    done = (ended["sum"] == backwards).groupby(ended["sector"]).cummax()
    return ended[["sector", "day"]].assign(at_risk=backwards, paid_share=share.where(~done, 1.0))


def top_customers(frames: Frames, days: tuple[date, ...]) -> pd.DataFrame:
    """Return customer, receivables, overdue, headroom, days_to_pay; those most overdue."""
    as_of, first = pd.Timestamp(days[-1]), pd.Timestamp(window_of(days[-1]))
    rows = _joined(frames)
    known = rows[rows["issued_on"] <= as_of]
    left = _left(known, as_of)
    overdue = left.where((left > 0) & (known["due_on"] < as_of), 0)
    paid = known[known["matched_on"].between(first, as_of)]
    taken = paid["paid"] * (paid["matched_on"] - paid["issued_on"]).dt.days
    listed = pd.DataFrame(
        {
            "receivables": left.groupby(known["customer_id"]).sum(),
            "overdue": overdue.groupby(known["customer_id"]).sum(),
            "days_to_pay": taken.groupby(paid["customer_id"]).sum()
            / paid.groupby("customer_id")["paid"].sum(),
        }
    ).rename_axis("customer_id")
    listed = listed.reset_index().merge(frames["customers"], on="customer_id", how="right")
    listed["headroom"] = listed["credit_limit"] - listed["receivables"].fillna(0).astype("int64")
    listed = listed.sort_values(["overdue", "customer_id"], ascending=[False, True]).head(TOP)
    names = ["customer_id", "receivables", "overdue", "headroom", "days_to_pay"]
    return listed[names].rename(columns={"customer_id": "customer"})


_QUESTIONS: dict[str, Callable[[Frames, tuple[date, ...]], pd.DataFrame]] = {
    "aging": aging,
    "dso": dso,
    "curves": curves,
    "customers": top_customers,
}

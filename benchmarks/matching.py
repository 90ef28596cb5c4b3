"""Measures how right the rules of cash application are, where the truth is known.

    python -m benchmarks.matching [--scale 0.2]

The matches of the demo company are hidden, the pipeline runs, and what it made is compared with
what really happened; once with the exports as they are, once with lines of bank statements in
place of the payments. The tables go into docs/matching.md, in place of those that stand there.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.messy import Row, Sample, bank_lines, clean_books
from benchmarks.report import table
from data.demo.model import invent
from data.store.schema import STAGED
from etl.ledger.checks import control
from etl.ledger.derive import Settings, derive

PAGE = Path(__file__).resolve().parents[1] / "docs" / "matching.md"
SCALE = 0.2
#: In the order in which they work; `all but oldest` is what the promise is about.
METHODS = ("structured", "reference", "partial", "amount", "sum", "discount", "oldest")
RULES = "all but oldest"


@dataclass
class Score:
    """How right the matches of one method are."""

    matches: int = 0
    right: int = 0
    cents: int = 0
    right_cents: int = 0

    def add(self, cents: int, true_cents: int) -> None:
        """Count a match of `cents`, of which `true_cents` are right."""
        self.matches += 1
        self.right += true_cents > 0
        self.cents += cents
        self.right_cents += min(cents, true_cents)

    @property
    def precision(self) -> float:
        """The share of matches that are right; 1 where there are none."""
        return self.right / self.matches if self.matches else 1.0

    @property
    def precision_amount(self) -> float:
        """The share of the matched amount that is right."""
        return self.right_cents / self.cents if self.cents else 1.0


@dataclass
class Result:
    """What the pipeline made of a sample."""

    name: str
    scores: dict[str, Score]
    sure: dict[tuple[str, Decimal], Score]
    pairs: int
    """How many pairs of invoice and payment there really are."""
    cents: int
    customers: tuple[int, int, int]
    """Of lines of statements: all, those with the right customer, those with a wrong one."""


def measure(sample: Sample) -> Result:
    """Stage the sample, run the pipeline, and compare."""
    with duckdb.connect() as connection:
        _stage(connection, sample)
        derive(connection, Settings("EUR"))
        broken = [c.name for c in control(connection) if not c.ok]
        if broken:
            raise AssertionError(f"control totals do not hold: {broken}")
        found = connection.execute(
            """
            select d.document_id, c.document_id, cast(m.amount_currency * 100 as bigint), m.method,
                m.confidence
            from matches as m join documents as d on d.document_key = m.debit_key
            join documents as c on c.document_key = m.credit_key
            where c.kind = 'payment' and d.kind <> 'payment'  -- no payment that went back
            """
        ).fetchall()
        customers = dict(
            connection.execute(
                "select document_id, customer from documents where kind = 'payment'"
            ).fetchall()
        )
    scores: dict[str, Score] = defaultdict(Score)
    sure: dict[tuple[str, Decimal], Score] = defaultdict(Score)
    for debit, credit, cents, method, confidence in found:
        if credit in sample.judged:
            true = sample.truth.get((debit, credit), 0)
            groups = [scores[method], scores["all"], sure[method, confidence]]
            for score in groups + ([scores[RULES]] if method != "oldest" else []):
                score.add(cents, true)
    return Result(sample.name, scores, sure, len(sample.truth), sum(sample.truth.values()),
                  _customers(sample, customers))  # fmt: skip


def _customers(sample: Sample, customers: dict[str, str]) -> tuple[int, int, int]:
    """Count lines whose customer was found: that of the documents they really pay."""
    if not sample.lines:
        return 0, 0, 0
    owner = {str(d["document_id"]): str(d["customer_id"]) for d in sample.documents}
    true = {credit: owner[debit] for debit, credit in sample.truth}
    lines = [str(r["document_id"]) for r in sample.lines if r["document_id"] in true]
    right = sum(customers[n] == true[n] for n in lines)
    return len(lines), right, sum(customers[n] not in ("", true[n]) for n in lines)


def _stage(connection: duckdb.DuckDBPyConnection, sample: Sample) -> None:
    for made in STAGED:
        connection.execute(made.create())
    for file_id, (kind, rows) in enumerate(
        (("customers", sample.customers), ("ledger", sample.documents), ("bank", sample.lines)), 1
    ):
        if not rows:
            continue
        days = [d for r in rows if isinstance(d := r.get("issued_on"), date)]
        total = sum((Decimal(str(r.get("amount", 0))) for r in rows), Decimal(0))
        connection.execute(
            "insert into files (file_id, name, sha256, format, rows_kind, ledger, series,"
            " loaded_at, first_day, last_day, control_total) values"
            " ($id, $kind, $kind, 'table', $kind, '', '', '2026-11-01', $first, $last, $total)",
            {"id": file_id, "kind": kind, "first": min(days, default=None),
             "last": max(days, default=None), "total": total},
        )  # fmt: skip
        table_name = "staged_customers" if kind == "customers" else "staged_documents"
        owner = {} if kind == "customers" else {"ledger": ""}
        _insert(connection, table_name, [{"file_id": file_id, "line": n, **owner, **r}
                                         for n, r in enumerate(rows, 2)])  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row]) -> None:
    texts = {
        c: pa.array([None if r.get(c) is None else str(r[c]) for r in rows], pa.string())
        for c in rows[0]
    }
    connection.register("given_rows", pa.table(texts))
    connection.execute(f"insert into {name} by name select * from given_rows")
    connection.unregister("given_rows")


def section(result: Result) -> str:
    """Return the tables of one sample, as Markdown."""

    def percent(part: float, whole: float) -> str:
        return f"{100 * part / whole:.2f} %" if whole else "–"

    rows = [
        [name, f"{s.matches:,}", percent(s.right, s.matches), percent(s.right_cents, s.cents),
         percent(s.right, result.pairs), percent(s.right_cents, result.cents)]
        for name in (*METHODS, RULES, "all") if (s := result.scores.get(name))
    ]  # fmt: skip
    head = ("method", "matches", "precision", "by amount", "recall", "by amount")
    text = f"### {result.name}\n\n{table(head, rows, range(1, 6))}\n"
    rows = [
        [method, str(sure), f"{s.matches:,}", percent(s.right, s.matches)]
        for (method, sure), s in sorted(
            result.sure.items(), key=lambda i: (METHODS.index(i[0][0]), -i[0][1])
        )
    ]
    text += f"\n{table(('method', 'confidence', 'matches', 'precision'), rows, (1, 2, 3))}\n"
    lines, right, wrong = result.customers
    if lines:
        text += (f"\nOf {lines:,} lines the right customer was found for {percent(right, lines)},"
                 f" a wrong one for {percent(wrong, lines)}.\n")  # fmt: skip
    return text


def main() -> None:
    """Measure both samples and write the tables into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=float, default=SCALE)
    company = invent(parser.parse_args().scale)
    texts = [section(measure(s)) for s in (clean_books(company), bank_lines(company))]
    body = "\n".join(texts)
    print(body)
    if PAGE.exists():
        page = PAGE.read_text(encoding="utf-8")
        found = re.sub(r"(?s)(<!-- measured -->\n).*?(<!-- end -->)",
                       lambda m: f"{m[1]}\n{body}\n{m[2]}", page)  # fmt: skip
        PAGE.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()

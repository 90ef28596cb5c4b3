"""Loads the files of a shape into a fresh store, and compares the result with the truth."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.shapes.axes import SPOILT, build, untold
from benchmarks.shapes.ledger import Figures, bucket, tally
from benchmarks.shapes.shape import Made, Shape
from benchmarks.shapes.write import encoded, write
from data.store import state as states
from data.store.state import Store
from etl.findings.check import Finding
from etl.load import making
from etl.load.making import STOPPED, limit_memory
from etl.load.run import load
from etl.report import LoadReport
from etl.sql import Connection, run

#: Outcomes, the best first. What ends rightly so is decided by the values of a shape alone.
RIGHT, RIGHTLY_ASKED, RIGHTLY_SAID, ASKED, REFUSED, SAID, WRONG, CRASHED = (
    "right", "rightly asked", "spoilt row refused", "asked", "refused", "rows refused",
    "silently wrong", "crashed")  # fmt: skip
OUTCOMES = (RIGHT, RIGHTLY_ASKED, RIGHTLY_SAID, ASKED, REFUSED, SAID, WRONG, CRASHED)


@dataclass
class Judged:
    """What became of a shape."""

    values: dict[str, str]
    seed: int
    outcome: str
    differs: list[str] = field(default_factory=list)
    """What is not as it should be, truth against result."""
    said: list[str] = field(default_factory=list)
    """Notes and failures of the load."""

    @property
    def shape(self) -> Shape:
        """Return the shape."""
        return Shape(self.values, self.seed)


def judge(shape: Shape) -> Judged:
    """Write, load and compare one shape."""
    folder = Path(tempfile.mkdtemp(prefix="reading-"))
    try:
        made = build(shape)
        # letters that an encoding does not have are in no file
        made.names = {n: encoded(shape, name) for n, name in made.names.items()}
        paths = write(shape, made, folder / "files")
        store = Store(folder / "store")
        judged = Judged(shape.values, shape.seed, RIGHT)
        try:
            report = load(paths, store)
            _compare(judged, made, report, store)
        except Exception as error:  # noqa: BLE001 - a crash is one of the outcomes
            judged.outcome = CRASHED
            judged.said.append(f"{type(error).__name__}: {error}"[:300])
        return judged
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def quick() -> None:
    """Spare what none of the compared figures needs, and takes a third of the time.

    Nothing of a measured store outlives its comparison, nobody looks at its findings, and a few
    rows are no work for several threads.
    """
    states.sync = _unsynced
    vars(making).update(find=_no_findings, outcomes=_no_outcomes, limit_memory=_single)


def _unsynced(path: Path) -> None:
    del path


def _no_findings(*_: object) -> list[Finding]:
    return []


def _no_outcomes(*_: object) -> dict[str, str]:
    return {}


def _single(connection: Connection, megabytes: int | None) -> None:
    limit_memory(connection, megabytes)
    run(connection, "set threads = 1")


def _compare(judged: Judged, made: Made, report: LoadReport, store: Store) -> None:
    judged.said += [f"{f.name}: {f.reason} {f.remedy}" for f in report.failures]
    judged.said += [f"{f.name}: {n}" for f in report.files for n in f.notes]
    judged.said += [f"{f.name}: left out {f.left_out}" for f in report.files if f.left_out]
    judged.said += [f"{r.file}:{r.line} {r.column}={r.value!r} {r.reason}" for r in report.rejects]
    no_way = untold(judged.shape)
    if any(f.reason.template == STOPPED for f in report.failures):
        judged.outcome = CRASHED
    elif report.failures:
        asked = any(f.asked for f in report.failures)
        judged.outcome = RIGHTLY_ASKED if no_way else ASKED if asked else REFUSED
    elif not report.published:
        judged.outcome = RIGHTLY_ASKED if no_way else REFUSED
    else:
        state = store.current()
        assert state is not None  # noqa: S101 - it was published
        differences = [differs(f, found(state.engine, f.last), made) for f in made.right]
        judged.differs = min(differences, key=len, default=["has to be asked about"])
        if report.rejected:
            spoilt = judged.shape["pollution"] in SPOILT and report.rejected <= len(made.tables)
            judged.outcome = RIGHTLY_SAID if spoilt else SAID
        elif judged.differs:
            judged.outcome = WRONG


def _in_cents(value: Decimal) -> int:
    return int(value * 100)


def found(engine: Any, day: date) -> dict[str, Any]:  # noqa: ANN401
    """Return what a state says as of a day."""
    rows = engine.query(
        "select i.customer, c.customer_name as name, i.due_on, i.amount from open_items as i"
        " left join customers as c on c.customer_id = i.customer"
        " where i.opened_on <= $day and (i.closed_on is null or i.closed_on > $day)",
        {"day": day},
    ).to_pylist()
    documents = engine.query(
        "select document_id, kind, amount, closed_on, outcome, issued_on from documents"
    ).to_pylist()
    ages = [("unapplied" if r["amount"] < 0 else bucket(r["due_on"], day), _in_cents(r["amount"]))
            for r in rows]  # fmt: skip
    kinds: dict[str, tuple[int, int]] = {}
    for d in documents:
        count, cents = kinds.get(d["kind"], (0, 0))
        kinds[d["kind"]] = (count + 1, cents + _in_cents(d["amount"]))
    return {
        "rows": rows,
        "kinds": kinds,
        "aging": tally(ages),
        "paid": {d["document_id"]: d["closed_on"] for d in documents
                 if d["kind"] == "invoice" and d["outcome"] == "paid"},
        "last": engine.query("select last_day from about").to_pylist()[0]["last_day"],
    }  # fmt: skip


def _owed(rows: list[dict[str, Any]], by: str) -> dict[str, int]:
    """Return customer -> cents; a customer that became two stays two."""
    sums = tally((f"{r['customer']}\t{r['name']}", _in_cents(r["amount"])) for r in rows)
    owed: dict[str, int] = {}
    for key, cents in sums.items():
        number, _, name = key.partition("\t")
        label = number.lstrip("0") if by == "number" else (name or number).replace("\n", " ")
        owed[label if label not in owed else f"{label} again"] = cents
    return owed


def differs(right: Figures, is_: dict[str, Any], made: Made) -> list[str]:
    """Return what differs, one text a figure."""
    texts = []

    def compare(name: str, truth: object, result: object) -> None:
        if truth != result:
            texts.append(f"{name}: {_told(truth)} is right, not {_told(result)}")

    kinds = is_["kinds"]
    none = (0, 0)
    compare("receivables", dict(sorted(right.receivables.items())),
            dict(sorted(_owed(is_["rows"], made.by).items())))  # fmt: skip
    called = {r["customer"].lstrip("0"): r["name"] for r in is_["rows"] if right.receivables}
    compare("names", {n: made.names[n] for n in sorted(called) if n in made.names},
            {n: called[n] for n in sorted(called) if n in made.names})  # fmt: skip
    compare("invoices", right.invoices, kinds.get("invoice", none))
    compare("credit notes", right.credit_notes, kinds.get("credit_note", none))
    sales = kinds.get("invoice", none)[1] + kinds.get("credit_note", none)[1]
    compare("sales", right.sales, sales)
    compare("written off", right.written_off, kinds.get("write_off", none)[1])
    if right.payments:
        count, _ = right.payments
        is_paid = kinds.get("payment", none)
        compare("payments", right.payments, is_paid if count is not None else (None, is_paid[1]))
    if right.aging is not None:
        compare("aging", dict(sorted(right.aging.items())), dict(sorted(is_["aging"].items())))
    if right.paid is not None:
        compare("paid days", dict(sorted(right.paid.items())),
                dict(sorted((k, v) for k, v in is_["paid"].items())))  # fmt: skip
    compare("last day", right.last, is_["last"])
    return texts


def _told(value: object) -> str:
    """Return a figure as people write it."""
    if isinstance(value, bool | None):
        return "-"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} {_told(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        count, cents = value
        return f"{'' if count is None else f'{count} of '}{_told(cents)}"
    return f"{value / 100:.2f}" if isinstance(value, int) else str(value)

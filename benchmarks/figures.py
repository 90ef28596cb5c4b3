"""The figures beside the limit: one scan of the columns that a balance needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.files import CUSTOMERS, LAST_DAY
from benchmarks.peers import duck
from benchmarks.results import Pairs, in_turn, timed
from benchmarks.works import SECTOR, WORKS, Row, Work
from data.store.engine import Engine
from metrics.asking.ledger import Ledger, Statement
from metrics.catalogue import answer
from metrics.lists.customers import account, customers, lives

SCAN = """
    select sum(amount), max(opened_on), max(due_on), max(closed_on), count(sector_division)
    from open_items
"""
EMPTY = "select 1"
#: Days of a history that are compared with others' answers, where not all of them are.
_CHECKED = (0, 17, -1)


def scan(engine: Engine) -> float:
    """Return the seconds of the limit."""
    return timed(lambda: engine.query(SCAN))


def measure(engine: Engine, work: Work, whole: bool = False) -> Pairs:
    """Measure one work beside the scan: the columns compared, or the whole that a page asks for."""
    ours = work.ours_whole if whole else work.ours
    return in_turn(lambda: timed(lambda: ours(engine)), lambda: scan(engine), 9)


def plain_answers(plain: Path, folder: Path) -> dict[tuple[str, str], list[Row]]:
    """Answer the works from plain tables, by the SQL that others use: (work, day) -> rows.

    Histories are asked for some of their days. Runs in a child process.
    """
    answers: dict[tuple[str, str], list[Row]] = {}
    asked: dict[tuple[str, date], list[dict[str, Any]]] = {}
    with duck.connected(plain, folder / "spill") as connection:
        for work in WORKS:
            one = next(w for w in WORKS if w.question == work.question)
            for day in {work.days[n] for n in _CHECKED if n < len(work.days)}:
                if (one.name, day) not in asked:
                    asked[one.name, day] = duck.answered(connection, one.sql, day)[1]
                rows = asked[one.name, day]
                if work.history:
                    rows = [{"as_of": day, **row} for row in rows]
                answers[work.name, day.isoformat()] = work.rows(rows)
    return answers


def on_day(work: Work, rows: Sequence[Row], day: str) -> list[Row]:
    """Return the rows of one day."""
    if not work.history:
        return list(rows)
    place = work.columns.index("as_of")
    return [row for row in rows if row[place] == day]


def statements(customer: str, sector: str) -> dict[str, Callable[[Engine], Any]]:
    """Return what the page of one customer asks, by name; the sector's curve comes last."""
    only = Ledger(LAST_DAY, {"customer": (customer,), SECTOR: (sector,)})

    def asked(name: str, ledger: Ledger) -> Callable[[Engine], Any]:
        return lambda engine: answer(engine, name, ledger)

    def listed(statement: Statement, end: str = "") -> Callable[[Engine], Any]:
        return lambda engine: engine.query(statement.sql + end, statement.parameters)

    return {
        "its row of the customer list": listed(customers(only)),
        "aging": asked("aging", only),
        "terms": asked("terms", only),
        "payment speed": asked("payment_speed", only),
        "payment curve": asked("payment_curve", only),
        "36 month-ends of terms": asked("terms", Ledger(LAST_DAY, only.where, 3).history(36)),
        "lives of its invoices": listed(lives(only)),
        "its account": listed(account(only, "open"), "\norder by due_on limit 100"),
        "payment curve of its sector": asked(
            "payment_curve", Ledger(LAST_DAY, {SECTOR: (sector,)})
        ),
    }


def measure_customer(engine: Engine, times: int = 7) -> dict[str, Pairs]:
    """Measure the statements of one customer's page, each beside an empty query.

    Each time another customer, so that no answer is warm by itself. `page` holds the sums of all
    that are about the customer alone.
    """
    numbers = [f"C{(n * 7919 + 101) % CUSTOMERS}" for n in range(times + 1)]
    each: dict[str, tuple[list[float], list[float]]] = {}
    for turn, number in enumerate(numbers):
        found = engine.query(
            f"select {SECTOR} from customers where customer_id = $customer", {"customer": number}
        )
        sector = found.column(0).to_pylist()[0]
        for name, ask in statements(number, sector).items():
            empty = timed(lambda: engine.query(EMPTY))
            seconds = timed(lambda ask=ask: ask(engine))  # type: ignore[misc]
            if turn:  # the first only warms up
                ours, theirs = each.setdefault(name, ([], []))
                ours.append(seconds)
                theirs.append(empty)
    pairs = {name: Pairs(tuple(ours), tuple(theirs)) for name, (ours, theirs) in each.items()}
    own = [pair for name, pair in pairs.items() if "sector" not in name]
    pairs["page"] = Pairs(
        tuple(map(sum, zip(*(pair.ours for pair in own), strict=True))),
        tuple(map(sum, zip(*(pair.theirs for pair in own), strict=True))),
    )
    return pairs

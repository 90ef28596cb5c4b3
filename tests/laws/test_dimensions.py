"""To add a dimension is to add a line to the list: every metric is split and filtered by it.

This file is also run as a process of its own: `python -m tests.laws.test_dimensions warehouse
'Dimension("warehouse", ...)'` puts that line into the list before anything is imported that derives
from it, as whoever adds a dimension would.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def add(line: str) -> None:
    """Let `data.core.dimensions` be imported with one more line in its list."""
    path = ROOT / "data" / "core" / "dimensions.py"
    text, last = path.read_text(encoding="utf-8"), '        Dimension("currency"'
    assert text.count(last) == 1
    module = ModuleType("data.core.dimensions")
    sys.modules[module.__name__] = module
    code = compile(text.replace(last, f"        {line},\n{last}"), path, "exec")
    exec(code, module.__dict__)  # noqa: S102 - the list itself, a line longer


def check(name: str) -> None:
    """Split by the dimension and filter by it: every metric, from cubes and from rows."""
    from hypothesis import given
    from hypothesis import strategies as st

    from dashboards.base.filters import parse, read_options
    from dashboards.frame.row_columns import ROW_COLUMNS
    from metrics.asking.ledger import Ledger
    from metrics.catalogue import METRICS
    from metrics.lists.customers import account, customers, lives
    from tests.depth import checked
    from tests.laws.test_metric_laws import SPLITS, alike, ask, check_groups_add_up
    from tests.random_ledgers import build, days_of, worlds

    assert name in SPLITS
    assert name in ROW_COLUMNS

    @checked(12)
    @given(st.data())
    def law(data: st.DataObject) -> None:
        world = data.draw(worlds())
        engine, day = build(world), data.draw(days_of(world))
        for by in ((name,), (data.draw(st.sampled_from(SPLITS)), name)):
            check_groups_add_up(engine, Ledger(day), tuple(dict.fromkeys(by)))
        options = read_options(engine)
        for metric in METRICS:
            history = Ledger(day).history(3)
            alike(*(ask(engine, metric, ledger, (name,)) for ledger in
                    (history, Ledger(day, days=history.days, cubes=False))))  # fmt: skip
            groups = defaultdict(list)
            for row in ask(
                engine, metric, parse(f"?as_of={day}", options).ledger(options), (name,)
            ):
                groups[row.pop(name)].append({"as_of": row.pop("as_of"), "total": "total", **row})
            for value, rows in groups.items():
                ledger = parse(f"?as_of={day}&{name}={value or '-'}", options).ledger(options)
                assert ledger.where == {name: (value,)}
                if not METRICS[metric].compares:  # days of a split are parts of the whole's
                    alike(rows, ask(engine, metric, ledger))
                for at in ({}, {name: value}):
                    for which in METRICS[metric].rows:
                        behind = ledger.rows(METRICS[metric], which, at)
                        engine.query(behind.sql, behind.parameters)
                for listed in (customers(ledger), account(ledger), lives(ledger)):
                    engine.query(listed.sql, listed.parameters)

    law()


@pytest.mark.parametrize(
    "more",
    [
        'of="document", filter="more"',
        'of="document", filter="main", many=True',
        'of="customer", filter="more"',
        'of="either", filter="more"',
    ],
)
def test_one_line_adds_a_dimension(more):
    line = f'Dimension("warehouse", "Warehouse", "Warehouses", "where it lay", {more})'
    run = subprocess.run(
        [sys.executable, "-m", "tests.laws.test_dimensions", "warehouse", line],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout + run.stderr


if __name__ == "__main__":
    add(sys.argv[2])
    check(sys.argv[1])

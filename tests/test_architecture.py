"""The house rules that a reader cannot see at a glance: who imports whom, and what stays out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import sqlglot

from data.store.columns import MONEY
from data.store.schema import TABLES
from metrics.asking.ledger import Ledger
from metrics.catalogue import METRICS
from tests.places import ROOT, tracked

PARTS = ("dashboards", "metrics", "data", "etl")
#: The floors, the lowest first; rooms of one floor stand beside each other. A file imports from its
#: own room and from lower floors, in the parts that its own may know: never up, never sideways. The
#: room of a file is the longest of these names that its own begins with.
FLOORS = (
    ("data.core", "data.reference", "data.demo"),
    ("data.store",),
    ("data.workspace",),
    ("metrics.asking",),
    ("metrics.figures",),
    ("metrics.lists", "metrics.review", "metrics.decide"),
    ("metrics.review.forecast",),
    ("metrics",),
    ("etl.sql",),
    ("etl.report",),
    ("etl.intake",),
    ("etl.intake.files",),
    ("etl.intake.mappings",),
    ("etl.intake.tables",),
    ("etl.intake.formats",),
    ("etl.intake.formats.bank", "etl.intake.formats.einvoice", "etl.intake.formats.packages",
     "etl.intake.formats.audit.datev", "etl.intake.formats.audit.fec",
     "etl.intake.formats.audit.saft", "etl.intake.formats.audit.xaf"),
    ("etl.intake.formats.catalogue",),
    ("etl.intake.formats.document",),
    ("etl.ledger.matching",),
    ("etl.ledger.exports",),
    ("etl.ledger",),
    ("etl.ledger.over",),
    ("etl.findings",),
    ("etl.load",),
    ("dashboards.base",),
    ("dashboards.charts",),
    ("dashboards.frame",),
    ("dashboards.letters",),
    ("dashboards.overview", "dashboards.dso", "dashboards.aging", "dashboards.sectors",
     "dashboards.customers", "dashboards.customer", "dashboards.cash", "dashboards.changes",
     "dashboards.findings", "dashboards.imports", "dashboards.definitions", "dashboards.memory",
      "dashboards.people", "dashboards.policy", "dashboards.deal",
     "dashboards.selling", "dashboards.terms", "dashboards.work", "dashboards.forecast",
     "dashboards.review", "dashboards.restatements", "dashboards.returned",
     "dashboards.order_to_cash",
     "dashboards.handover", "dashboards.expected_loss"),
    ("dashboards.door",),
    ("dashboards.server",),
    ("app",),
    ("tandem",),
)  # fmt: skip
#: By which people and notebooks come in.
DOORS = ("app", "tandem")
#: part -> the parts below it
BELOW = {
    "data": {"data"},
    "metrics": {"metrics", "data"},
    "etl": {"etl", "data"},
    "dashboards": {"dashboards", "metrics", "data"},
    "app": {"app", "dashboards", "metrics", "data", "etl"},
    "tandem": {"tandem", "app", "dashboards", "metrics", "data"},
}
#: What a file may import besides, and why.
EXCEPTIONS = {
    # a finding carries its own words; the page shows them
    "dashboards.findings": {"etl.findings"},
}
#: Rooms that the books do not know: of the intake they know what a source says, and the staged
#: tables, which stand in `etl.intake` itself.
UNKNOWN_TO_BOOKS = ("etl.intake.files", "etl.intake.mappings", "etl.intake.tables",
                    "etl.intake.formats")  # fmt: skip
MOST_FILES, MOST_LINES = 16, 450
#: Rooms with more files, and why.
LARGE: dict[str, int] = {
    "etl/intake/tables": 17,  # one step of a reading each, and they are read in a row
}
TOP = {
    "app.py", "tandem.py", "etl", "data", "metrics", "dashboards", "tests", "benchmarks",
    # what supports them
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "Makefile", "tasks.py",
    "pyproject.toml", "docs",
    "requirements.in", "requirements.lock", "requirements-dev.in", "requirements-dev.lock",
    "requirements-spark.in", "requirements-spark.lock",
    ".ci", ".github", ".gitignore", ".gitattributes", ".git-blame-ignore-revs",
    ".pre-commit-config.yaml",
}  # fmt: skip


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by full name, not relatively"
            yield node.module or ""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def modules() -> dict[str, Path]:
    """Return every module of the project by its name, packages' own aside."""
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in sources(*PARTS)
    }
    found |= {name: ROOT / f"{name}.py" for name in DOORS}
    return {name: path for name, path in found.items() if not name.endswith(".__init__")}


@cache
def imported() -> dict[str, set[str]]:
    """Return for each module which others of ours it imports."""
    known = modules()
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found[name] |= {one.name for one in node.names if one.name in known}
            elif isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    inside = f"{node.module}.{one.name}"
                    found[name] |= {inside if inside in known else node.module} & set(known)
    return found


def room(module: str) -> str:
    """Return the room on FLOORS that a module stands in: the closest that is named."""
    named = [r for floor in FLOORS for r in floor if module == r or module.startswith(f"{r}.")]
    assert named, f"{module} stands on no floor: add its folder to FLOORS"
    return max(named, key=len)


def height(module: str) -> int:
    return next(n for n, floor in enumerate(FLOORS) if room(module) in floor)


def allowed(module: str, other: str) -> bool:
    """Return whether a module may import another."""
    mine, theirs = room(module), room(other)
    if mine == theirs or theirs in EXCEPTIONS.get(mine, ()):
        return True
    if theirs.startswith(UNKNOWN_TO_BOOKS) and mine.startswith(("etl.ledger", "etl.findings")):
        return False
    part, other_part = (name.partition(".")[0] for name in (module, other))
    return height(other) < height(module) and other_part in BELOW[part]


def test_imports_run_down_the_floors():
    wrong = [
        f"{module} imports {other}"
        for module, others in imported().items()
        for other in sorted(others)
        if not allowed(module, other)
    ]
    assert wrong == []


def test_the_floors_can_be_broken():
    assert not allowed("data.core.texts", "data.store.state")
    assert not allowed("dashboards.dso.page", "dashboards.overview.page")
    assert not allowed("dashboards.base.parts", "dashboards.frame.frame")
    assert not allowed("dashboards.aging.page", "etl.findings.find")
    assert not allowed("etl.ledger.documents", "etl.intake.formats.table")
    assert not allowed("etl.intake.tables.rows", "etl.ledger.states")
    assert not allowed("metrics.figures.dso", "metrics.lists.cash")
    assert not allowed("etl.load.run", "metrics.figures.dso")


def test_no_circle_of_files():
    before = imported()
    left = {module: set(others) - {module} for module, others in before.items()}
    while True:  # take away what imports nothing that is left
        ends = {module for module, others in left.items() if not others & set(left)}
        if not ends:
            break
        left = {module: others for module, others in left.items() if module not in ends}
    while True:  # and what nothing that is left imports
        wanted = {other for others in left.values() for other in others}
        if set(left) <= wanted:
            break
        left = {module: others for module, others in left.items() if module in wanted}
    assert sorted(left) == []


def test_benchmarks_and_tests_alone_know_everything():
    ours = {*PARTS, *DOORS, "benchmarks", "tests", "tasks"}
    wrong = [
        f"{named(path)} imports {module}"
        for part in (*PARTS, "benchmarks")
        for path in sources(part)
        for module in imports(path)
        if (top := module.split(".")[0]) in ours - {*PARTS, "app"} and top != part
    ]
    assert wrong == []


def test_rooms_stay_small():
    large = {
        named(folder): count
        for part in PARTS
        for folder in {path.parent for path in sources(part)}
        if (count := len(list(folder.glob("*.py")))) > MOST_FILES
    }
    assert large == LARGE


def test_every_room_says_what_it_is_in_a_line():
    for part in PARTS:
        for path in sources(part):
            said = ast.get_docstring(ast.parse((path.parent / "__init__.py").read_text("utf-8")))
            assert said, f"{named(path.parent)}/__init__.py says nothing"


def test_dash_and_plotly_stay_in_the_pages():
    wrong = [
        f"{named(path)} imports {module}"
        for path in sources("metrics", "data", "etl", "benchmarks")
        for module in imports(path)
        if module.split(".")[0].startswith(("dash", "plotly", "flask"))
        and module.split(".")[0] != "dashboards"
    ]
    assert wrong == []


def test_metrics_have_no_files_no_clock_and_no_engine():
    for path in sources("metrics"):
        used = {module.split(".")[0] for module in imports(path)}
        assert not used & {"duckdb", "os", "pathlib", "time", "requests", "urllib"}, named(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"today", "now", "utcnow"}, f"{named(path)}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "open", f"{named(path)}:{node.lineno}"
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"\b(current_date|now\(\)|current_timestamp|today\(\))", text), path


#: Files with more lines, and why.
LONG = {}


def test_files_stay_readable():
    long = {
        named(path): lines
        for path in [*(ROOT / f"{name}.py" for name in DOORS), *sources(*PARTS)]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert set(long) == set(LONG)


def test_the_top_level_holds_the_house_and_nothing_else():
    assert {name.split("/")[0] for name in tracked()} - TOP == set()


def test_money_is_never_a_float():
    for table in TABLES.values():
        for column in table.columns:
            assert not re.search(r"FLOAT|DOUBLE|REAL", column.type.upper()), (table, column)
            if re.search(r"amount|limit|total|balance|cost|carried", column.name):
                assert column.type == MONEY, (table.name, column.name)


def test_every_column_says_what_it_means():
    for table in TABLES.values():
        names = [c.name for c in table.columns]
        assert len(names) == len(set(names)), table.name
        assert all(c.meaning.strip() for c in table.columns), table.name


@pytest.mark.parametrize("lock", ["requirements", "requirements-dev", "requirements-spark"])
def test_lock_files_name_no_host_and_hash_everything(lock):
    text = (ROOT / f"{lock}.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|index-url|find-links|trusted-host", text)
    pinned = re.findall(r"^([A-Za-z0-9_.\[\]-]+)==", text, re.MULTILINE)
    assert pinned
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pinned)


def test_no_file_names_a_package_registry():
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org")
    wrong = [
        name
        for name in tracked()
        if any(host.encode() in (ROOT / name).read_bytes() for host in hosts)
    ]
    assert wrong == []


def _statements() -> Iterator[tuple[str, str]]:
    one = Ledger(date(2026, 3, 15), {"country": ("BE", "")})
    for metric in METRICS.values():
        for ledger in (one, one.history(3)):
            for by in (("total",), ("sector_division", "country")):
                yield f"{metric.name} by {by}", ledger.statement(metric, by).sql
        for which in metric.rows:
            yield f"rows of {metric.name}, {which}", one.rows(metric, which, {"country": "BE"}).sql


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_every_statement_carries_over(dialect):
    """Each is plain SQL: DuckDB's own, and carried over to Spark."""
    for name, sql in _statements():
        (written,) = sqlglot.transpile(
            sql, read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE
        )
        assert written, name


def test_values_are_bound_and_never_pasted():
    evil = "x' or 1=1 --"
    ledger = Ledger(date(2026, 3, 15), {"country": (evil,)})
    for metric in METRICS.values():
        statement = ledger.statement(metric, ("country",))
        assert evil not in statement.sql
        assert statement.parameters["w_country"] == [evil]
        for which in metric.rows:
            assert evil not in ledger.rows(metric, which, {"sector": evil}).sql
    with pytest.raises(ValueError, match="is no dimension"):
        Ledger(date(2026, 3, 15), {evil: ("BE",)})
    with pytest.raises(ValueError, match="is no dimension"):
        ledger.statement(METRICS["dso"], (evil,))

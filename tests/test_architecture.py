"""The house rules that a reader cannot see at a glance: who imports whom, and what stays out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlglot

from data.store.schema import MONEY, TABLES
from metrics.asking.ledger import Ledger
from metrics.catalogue import METRICS

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("dashboards", "metrics", "data", "etl")
#: part -> the parts it may import; app.py knows every part
MAY_IMPORT = {
    "dashboards": {"metrics", "data"},
    "metrics": {"data"},
    "data": set(),
    "etl": {"data"},
    "benchmarks": {"metrics", "data", "etl"},
}
TOP = {
    "app.py", "etl", "data", "metrics", "dashboards", "tests", "benchmarks",
    # what supports them
    "README.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "tasks.py", "pyproject.toml", "docs",
    "requirements.in", "requirements.lock", "requirements-dev.in", "requirements-dev.lock",
    "requirements-spark.in", "requirements-spark.lock",
    "babel.cfg", ".ci", ".gitignore", ".gitattributes",
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


def test_imports_run_one_way():
    ours = {*PARTS, "app", "benchmarks", "tests", "tasks"}
    wrong = [
        f"{named(path)} imports {module}"
        for part, allowed in MAY_IMPORT.items()
        for path in sources(part)
        for module in imports(path)
        if (top := module.split(".")[0]) in ours and top not in {part, *allowed}
    ]
    assert wrong == []


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


def test_files_stay_readable():
    long = {
        named(path): lines
        for path in [ROOT / "app.py", *sources(*PARTS)]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}


def test_the_top_level_holds_the_house_and_nothing_else():
    tracked = _tracked()
    assert {name.split("/")[0] for name in tracked} - TOP == set()


def _tracked() -> list[str]:
    """Return the files of the project: those that git knows, or all where there is no git."""
    import subprocess

    if not (ROOT / ".git").exists():
        pytest.skip("this copy has no git history to list the files of")
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    return done.stdout.splitlines()


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
        for name in _tracked()
        if (ROOT / name).is_file()
        and any(host.encode() in (ROOT / name).read_bytes() for host in hosts)
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

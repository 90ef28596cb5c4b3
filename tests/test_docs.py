"""The documentation says what is there: commands, options, metrics, columns and dimensions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

import pytest
import typer.main

from data.core.dimensions import DIMENSIONS, OWN
from data.store.schema import DOCUMENTS
from metrics.catalogue import METRICS
from tests.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
INDEX = ROOT / "docs" / "decisions" / "README.md"
UNITS = {"money", "days", "share", "count", "text"}


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+(?: [a-z-]+)*):", makefile, re.MULTILINE))
    targets = {name for line in targets for name in line.split()}
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", README + CONTRIBUTING, re.MULTILINE))
    assert {"run", "test", "test-deep"} <= named
    assert named - targets == set()


def test_tasks_exist():
    from tasks import TASKS

    named = set(re.findall(r"tasks\.py ([a-z-]+)", README + CONTRIBUTING))
    assert {"run", "test"} <= named
    assert named - set(TASKS) == set()


def test_an_audit_says_what_it_did_not_check(capsys):
    from tasks import audited

    well = {"name": "a", "version": "1", "vulns": []}
    weak = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1"}]}
    unknown = {"name": "c", "skip_reason": "Dependency not found"}
    assert audited([well]) == 0
    assert audited([well, weak]) == 1
    assert "b 2 CVE-1" in capsys.readouterr().out
    assert audited([well, unknown]) == "Not checked, for its service does not know them: c."
    for nothing in ([unknown], []):
        assert str(audited(nothing)).startswith("Nothing was checked")
    assert not capsys.readouterr().out.startswith("0 packages")


def _commands():
    """Return every command by its name; of one that has commands of its own, those as well."""
    from app import cli

    found = dict(typer.main.get_command(cli).commands)
    for name, command in list(found.items()):
        found |= {f"{name} {own}": c for own, c in getattr(command, "commands", {}).items()}
    return found


def test_commands_and_their_options_exist():
    commands = _commands()
    used = re.findall(r"(?:app\.py|`tandem) ([a-z]+)([^\n`]*)", README + CONTRIBUTING)
    assert {name for name, _ in used} >= {"load", "show", "metrics", "serve"}
    for name, rest in used:
        own = f"{name} {rest.split()[0]}" if rest.split() else name
        options = {o for p in commands.get(own, commands[name]).params for o in p.opts}
        assert set(re.findall(r"--[a-z-]+", rest.split("#")[0])) <= options, (name, rest)
    everything = {o for c in commands.values() for p in c.params for o in p.opts}
    mentioned = set(re.findall(r"`(--[a-z-]+)[ `]", README))
    assert mentioned - everything == set()


def test_shown_metrics_exist():
    shown = re.findall(r"app\.py show ([a-z_]+)(.*)", README)
    assert shown
    for name, rest in shown:
        assert name in METRICS
        assert set(re.findall(r"--by ([a-z_]+)", rest)) <= set(DIMENSIONS)
        assert set(re.findall(r"--where ([a-z_]+)=", rest)) <= set(DIMENSIONS)


@pytest.mark.parametrize("name", METRICS)
def test_the_readme_lists_the_columns_of_every_metric(name):
    row = re.search(rf"^\| `{name}` \| ([^|]*)\|", README, re.MULTILINE)
    assert row, f"README has no row for {name}"
    listed = re.findall(r"[a-z][a-z_0-9]*", row[1].split(";")[0])
    assert listed == [f.name for f in METRICS[name].fields]


def test_the_readme_lists_the_dimensions():
    line = re.search(r"^Dimensions: `([^`]*)`", README, re.MULTILINE)
    assert line
    assert line[1].split(", ") == ["total", *[n for n in line[1].split(", ") if n != "total"]]
    assert set(line[1].split(", ")) == set(DIMENSIONS) - set(OWN)


def test_dimensions_are_columns_of_documents():
    assert set(DIMENSIONS) - {"total"} <= set(DOCUMENTS.names)
    assert all(d.label and d.plural for d in DIMENSIONS.values())


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_metric_says_all_a_reader_needs(metric):
    assert metric.name in METRICS
    for text in (metric.label, metric.meaning, metric.formula, metric.others, metric.reference):
        assert len(text) > 4
    assert metric.conventions
    assert all(len(c) > 10 for c in metric.conventions)
    assert metric.unit in UNITS
    assert metric.rows
    names = [f.name for f in metric.fields]
    assert len(names) == len(set(names))
    assert all(f.label and f.unit in UNITS for f in metric.fields)
    assert metric.example.source
    assert metric.example.documents
    assert metric.example.expect
    assert all(set(e) <= set(names) for e in metric.example.expect)


def test_links_lead_somewhere():
    for text in (README, CONTRIBUTING):
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert target.startswith("http") or (ROOT / target).exists(), target
        headings = {
            re.sub(r"[^a-z0-9 -]", "", h.lower()).strip().replace(" ", "-")
            for h in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        }
        for anchor in re.findall(r"\]\(#([^)]+)\)", text):
            assert anchor in headings, anchor


@pytest.mark.parametrize("path", [ROOT / "CONTRIBUTING.md", *DECISIONS], ids=lambda path: path.name)
def test_named_files_and_what_is_named_in_them_exist(path):
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:etl|data|metrics|dashboards|tests|benchmarks)/[^`<]*)`", text):
        assert (ROOT / name).exists(), name
    for file, name in re.findall(r"`([\w/]+\.py)`, `([\w.]+)`", text):
        assert name in _defined(ROOT / file), f"{file} has no {name}"


@cache
def _defined(path: Path) -> set[str]:
    """Return what a file defines: functions, classes with their methods, and values."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{m.name}" for m in node.body if isinstance(m, ast.FunctionDef)}
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {t.id for t in targets if isinstance(t, ast.Name)}
    return names


def test_the_house_is_drawn_as_it_is():
    """The folders of the drawing are there, and the rooms of the code are in it, but for families
    of formats."""
    drawing = re.search(r"## The house\n\n((?:    .*\n)+)", CONTRIBUTING)
    assert drawing
    drawn: set[str] = set()
    above: dict[int, str] = {}
    for line in drawing[1].splitlines():
        indent = len(line) - len(line.lstrip())
        names = list(takewhile(lambda word: word.endswith("/"), line.split()))
        inside = "".join(above[n] for n in sorted(above) if n < indent)
        drawn |= {inside + name for name in names}
        above = {n: name for n, name in above.items() if n < indent} | {indent: "".join(names[:1])}
    assert [name for name in drawn if not (ROOT / name).is_dir()] == []
    rooms = {
        f"{file.parent.relative_to(ROOT).as_posix()}/"
        for part in ("data", "etl", "metrics", "dashboards")
        for file in (ROOT / part).rglob("__init__.py")
    }
    assert {room for room in rooms - drawn if "/formats/" not in room} == set()


def test_decisions_are_listed_and_say_what_they_cost():
    index = INDEX.read_text(encoding="utf-8")
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        assert f"({path.name})" in index, path.name
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
            "The question", "What was decided", "Why", "What it costs", "When to decide anew",
        ]  # fmt: skip
    for path in (INDEX, *DECISIONS):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert target.startswith("http") or (path.parent / target).exists(), target


def test_the_page_of_formats_is_what_the_sources_say():
    from etl.intake.formats import document as formats

    assert formats.FILE.read_text(encoding="utf-8") == formats.page(), (
        "write it anew: python -m etl.intake.formats.document"
    )


def test_presets_are_described_with_every_key():
    from etl.intake.mappings.mapping import SOURCE_KEYS, TABLES
    from etl.intake.mappings.preset import MARKS, PROGRAM
    from etl.intake.mappings.rules import KEYS

    said = (ROOT / "docs" / "presets.md").read_text(encoding="utf-8")
    assert [k for k in (*SOURCE_KEYS, *MARKS) if f"`{k}`" not in said] == []
    assert [t for t in TABLES if f"`[{t}]`" not in said] == []
    assert [k for k in (*KEYS, *PROGRAM) if not re.search(rf"\b{k}\b", said)] == []


def test_the_licence_of_all_that_is_installed_is_listed():
    """`python tasks.py licences` writes it; none of them binds Tandem's own code."""
    lock, page = ((ROOT / name).read_text() for name in ("requirements.lock", "docs/licences.md"))
    listed = dict(re.findall(r"^\| ([\w.-]+) \| (.+) \|$", page, re.MULTILINE)[1:])
    assert set(listed) == set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    assert not [n for n, said in listed.items() if re.search(r"\bA?GPL|(?<!Lesser )General", said)]


#: The points of level 2 of ASVS 4.0.3, by section.
LEVEL_2 = (
    "1.1:1-7 1.2:1-4 1.4:1,4-5 1.5:1-4 1.6:1-4 1.7:1-2 1.8:1-2 1.9:1-2 1.10:1 1.11:1-2 1.12:2 "
    "1.14:1-6 2.1:1-12 2.2:1-3 2.3:1-3 2.4:1-5 2.5:1-7 2.6:1-3 2.7:1-6 2.8:1-7 2.9:1-3 2.10:1-4 "
    "3.1:1 3.2:1-4 3.3:1-4 3.4:1-5 3.5:1-3 3.7:1 4.1:1-3,5 4.2:1-2 4.3:1-3 5.1:1-5 5.2:1-8 "
    "5.3:1-10 5.4:1-3 5.5:1-4 6.1:1-3 6.2:1-6 6.3:1-2 6.4:1-2 7.1:1-4 7.2:1-2 7.3:1,3-4 7.4:1-3 "
    "8.1:1-4 8.2:1-3 8.3:1-8 9.1:1-3 9.2:1-4 10.2:1-2 10.3:1-3 11.1:1-8 12.1:1-3 12.2:1 "
    "12.3:1-6 12.4:1-2 12.5:1-2 12.6:1 13.1:1,3-5 13.2:1-3,5-6 13.3:1-2 13.4:1-2 14.1:1-4 "
    "14.2:1-6 14.3:2-3 14.4:1-7 14.5:1-4 "
)


def _points(section: str, numbers: str) -> Iterator[str]:
    """Return points by their whole numbers, such as 1.2.1, of "1-3,5"."""
    for part in numbers.split(","):
        first, _dash, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{section}.{number}"


def test_every_point_of_the_standard_is_answered_once_by_tests_that_exist():
    page = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    answered: list[str] = []
    for row in re.findall(r"^\| (\d[^|]*) \|", page, re.MULTILINE):
        for part in row.split(", "):
            first, _dash, last = part.partition("–")
            section, _dot, number = first.rpartition(".")
            until = last.rpartition(".")[2] or number
            answered += _points(section, f"{number}-{until}")
    asked = [p for told in LEVEL_2.split() for p in _points(*told.split(":"))]
    assert sorted(set(answered)) == sorted(asked)
    assert len(answered) == len(asked)
    tests = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 60
    assert named - tests == set()
    security = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:tests|dashboards|data|etl)/[\w/.]+)`", security + page):
        assert (ROOT / name).exists(), name

"""The documentation says what is there: commands, options, metrics, columns and dimensions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from data.core.dimensions import DIMENSIONS
from data.store.schema import DOCUMENTS
from metrics.catalogue import METRICS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
UNITS = {"money", "days", "share", "count", "text"}


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+(?: [a-z]+)*):", makefile, re.MULTILINE))
    targets = {name for line in targets for name in line.split()}
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", README + CONTRIBUTING, re.MULTILINE))
    assert {"run", "test"} <= named
    assert named - targets == set()


def test_tasks_exist():
    from tasks import TASKS

    named = set(re.findall(r"tasks\.py ([a-z]+)", README + CONTRIBUTING))
    assert {"run", "test"} <= named
    assert named - set(TASKS) == set()


def _commands():
    from app import cli

    return typer.main.get_command(cli).commands


def test_commands_and_their_options_exist():
    commands = _commands()
    used = re.findall(r"app\.py ([a-z]+)([^\n`]*)", README + CONTRIBUTING)
    assert {name for name, _ in used} >= {"load", "show", "metrics", "serve"}
    for name, rest in used:
        options = {o for p in commands[name].params for o in p.opts}
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
    assert set(line[1].split(", ")) == set(DIMENSIONS)


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


def test_named_files_exist():
    for name in re.findall(r"`((?:etl|data|metrics|dashboards|tests)/[\w./-]*)`", CONTRIBUTING):
        if "<" not in name:
            assert (ROOT / name).exists(), name


def test_the_page_of_formats_is_what_the_sources_say():
    from etl.intake.formats import document as formats

    assert formats.FILE.read_text(encoding="utf-8") == formats.page(), (
        "write it anew: python -m etl.intake.formats.document"
    )

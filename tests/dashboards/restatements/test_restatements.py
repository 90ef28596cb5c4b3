"""The page: what is said of what was reported, and only what was compared."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

import app
from dashboards.base.grid import block
from dashboards.base.view import Context, View
from dashboards.charts.restated import restated_words
from dashboards.restatements.page import (
    RESTATED,
    figures_content,
    headline,
    listed,
    month_of,
    months_content,
)
from data.store.state import Store
from tests.ledgers import credit_note, publish
from tests.metrics.review.test_restatements import ACCOUNTS, BOOKS, MATCHES, state_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("restated")
    state_of(Store(folder), BOOKS, MATCHES, ACCOUNTS)
    return folder


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("changed")
    state_of(Store(folder), BOOKS, MATCHES, ACCOUNTS)
    late = credit_note("N1", "A", "2026-03-31", "25.25")
    state_of(Store(folder), (*BOOKS, late), MATCHES, ACCOUNTS, at=2)
    return folder


def view_of(folder: Path, query: str = "") -> View:
    view = Context(Store(folder)).view(query)
    assert view is not None
    return view


def said(view: View) -> str:
    return "".join(getattr(part, "children", part) for part in restated_words(view))


def test_nothing_changed_is_said_only_where_it_was_compared(tmp_path: Path, folder: Path) -> None:
    view = view_of(folder)
    assert headline(view).startswith("All 3 month-ends kept since 1 May 2026 are as they were")
    assert said(view) == "Of what was reported for March 2026 nothing changed."
    assert listed(view).title == "Receivables of 31 Mar 2026: no document changed"
    # a store of an earlier version kept nothing
    view = view_of(publish(tmp_path, BOOKS, MATCHES, ACCOUNTS).folder)
    assert "not kept" in headline(view)
    assert "not kept" in said(view)
    assert months_content(view).title == "No month-end is kept yet"
    assert block(view, RESTATED, {}, {})[0]["rowCount"] == 0


def test_what_changed_is_said_with_its_documents(changed: Path) -> None:
    view = view_of(changed)
    assert headline(view) == "Of 3 month-ends kept since 1 May 2026, 1 is not what was reported."
    assert said(view) == (
        "Of what was reported for March 2026, receivables fell by 25.25\xa0€: 1 document."
    )
    assert figures_content(view).title == "31 Mar 2026: receivables fell by 25.25\xa0€"
    rows, total = block(view, RESTATED, {}, {})
    assert [(r["document_id"], r["reason"], r["difference"]) for r in rows["rowData"]] == [
        ("N1", "New since", "−25.25")
    ]
    assert total[0]["difference"] == "−25.25"
    assert "made a difference of −25.25" in listed(view).title
    assert said(view_of(changed, "?country=FR")).endswith("nothing changed.")


def test_the_address_says_which_month_and_figure(changed: Path) -> None:
    view = view_of(changed, "?month=2026-01&figure=sales_1m")
    shown = month_of(view)
    assert shown is not None
    assert shown.month.month_end.month == 1
    assert listed(view).title == "Sales, 1 month of 31 Jan 2026: no document changed"
    # a past day knows of the month-ends up to it
    assert headline(view_of(changed, "?as_of=2026-02-28")).startswith("All 2 month-ends")


def test_the_command_prints_both(changed: Path) -> None:
    run = CliRunner().invoke
    found = run(app.cli, ["restatements", "--store", str(changed), "--format", "csv"])
    assert found.stdout.splitlines()[:2] == [
        "month_end,reported_at,reported,now,difference",
        "2026-03-31,2026-05-01,370.50,345.25,-25.25",
    ]
    of = ["--month", "2026-03", "--figure", "sales_3m", "--where", "country=BE"]
    found = run(app.cli, ["restatements", "--store", str(changed), *of, "--format", "csv"])
    assert [Decimal(line.split(",")[8]) for line in found.stdout.splitlines()[1:]] == [
        Decimal("-25.25")
    ]
    for wrong in (["--month", "2020-01"], ["--figure", "dso"], ["--where", "country"]):
        assert run(app.cli, ["restatements", "--store", str(changed), *wrong]).exit_code == 1

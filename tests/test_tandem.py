"""The door for notebooks: the rows of `show`, the pictures of the pages, in pandas and plotly."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

import tandem
from data.core.errors import StoreError
from data.core.policy.rules import DEFAULTS
from data.demo.company import write_exports
from data.store.state import Store
from data.workspace.memory import Memory
from data.workspace.relations import beside
from data.workspace.subjects.agreed import Limit
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.promise import Promise
from etl.load.run import load
from metrics.asking.ledger import Ledger
from metrics.asking.said import Said
from metrics.catalogue import METRICS, answer
from tests.pages import LAST, small_company
from tests.places import ROOT


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = small_company(tmp_path_factory.mktemp("books"))
    memory = Memory(made.folder)
    day = datetime(2026, 1, 20, 12, tzinfo=UTC)
    for said in (
        Promise(Decimal(500), "EUR", date(2026, 2, 15)),
        Dispute(Decimal("120.50"), "EUR", "price"),
        Limit(Decimal(9000), "EUR", LAST + timedelta(30)),
    ):
        memory.say("Anna", "C5", said, at=day)
    memory.close()
    return made


@pytest.fixture(scope="module")
def books(store):
    return tandem.open(store.folder)


@pytest.mark.parametrize("name", METRICS)
def test_a_frame_has_the_rows_of_the_metric(store, books, name):
    frame = books.frame(name, by=["country"], where={"currency": "EUR"}, history=3)
    engine = store.current().engine
    said = Said(beside(store.folder, engine, DEFAULTS), LAST)
    ledger = Ledger(LAST, {"currency": ("EUR",)}, enough=20, said=said).history(3)
    table = answer(engine, name, ledger, ("country",))
    assert list(frame.columns) == table.column_names
    assert len(frame) == table.num_rows > 0
    found = [[None if pd.isna(v) else v for v in row] for row in frame.itertuples(index=False)]
    # threads add up floats in any order: the last digits are no one's
    wanted = [
        [
            pytest.approx(v, rel=1e-12, abs=1e-12) if isinstance(v, float) else v
            for v in row.values()
        ]
        for row in table.to_pylist()
    ]
    assert found == wanted


def test_money_is_decimal_and_days_are_days(books):
    frame = books.frame("receivables", as_of="2026-03-31")
    assert isinstance(frame["receivables"][0], Decimal)
    assert frame["as_of"][0] == date(2026, 3, 31)
    assert books.last_day == LAST


def test_other_buckets_divide_the_same_total(books):
    frame = books.frame("aging", buckets="15,45", basis="issued")
    assert list(frame["bucket"]) == ["not_due", "1-15", "16-45", "over_45", "unapplied"]
    assert frame["amount"].sum() == books.frame("receivables")["receivables"][0]


def test_the_statement_gives_the_rows_of_the_frame(store, books):
    sql = books.sql("receivables", by="country", as_of=date(2026, 1, 31))
    with duckdb.connect(str(store.current().path), read_only=True) as connection:
        rows = connection.execute(sql).fetchall()
    frame = books.frame("receivables", by="country", as_of="2026-01-31")
    assert [tuple(row) for row in frame.itertuples(index=False)] == rows


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
@pytest.mark.parametrize("name", ["aging", "dso"])
def test_a_figure_is_that_of_the_page(books, name, language):
    figure = books.figure(name, where={"country": "BE"}, language=language)
    assert figure.layout.title.text
    assert "2026" in figure.layout.title.subtitle.text
    assert {"en": "Belgium", "nl": "België", "fr": "Belgique"}[language] in (
        figure.layout.title.subtitle.text
    )
    assert len(figure.data) > 1


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda b: b.frame("no"), "no metric"),
        (lambda b: b.frame("dso", by="no"), "dimension"),
        (lambda b: b.frame("dso", where={"no": "x"}), "dimension"),
        (lambda b: b.frame("dso", as_of="31/03/2026"), "isoformat"),
        (lambda b: b.frame("aging", buckets="9,3"), "bucket"),
        (lambda b: b.figure("sales"), "no picture"),
        (lambda b: b.figure("dso", where={"country": ["BE", "XX"]}), "know no XX"),
    ],
)
def test_what_cannot_be_is_said(books, ask, reason):
    with pytest.raises(ValueError, match=reason):
        ask(books)


def test_an_empty_store_says_so(tmp_path):
    with pytest.raises(StoreError, match="Nothing is loaded"):
        tandem.open(tmp_path / "nothing")


@pytest.mark.slow
def test_the_examples_of_the_documentation_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_exports(tmp_path / "exports")
    assert load([tmp_path / "exports"], Store(tmp_path / "mydata")).published
    text = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) > 4
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102 - our own documentation
    assert "Belgium" in names["picture"].layout.title.subtitle.text

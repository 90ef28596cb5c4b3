"""Texts loaded as files, for the tests of how tables are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from data.core.errors import FileError
from data.core.reading import Question
from data.store.schema import STAGED
from data.store.state import Store
from etl.intake.formats.table import SOURCE
from etl.intake.source import ReadOptions, SourceFile
from etl.load.run import LoadOptions, load
from etl.report import LoadReport

Balance = Callable[..., tuple[dict[str, Decimal], LoadReport]]
Asked = Callable[[str], Sequence[Question]]


@pytest.fixture
def balance(tmp_path: Path) -> Balance:
    """Load texts as files and return what each customer owes, and the report."""

    def loaded(
        *texts: str, mapping: str = "", names: Sequence[str] = ()
    ) -> tuple[dict[str, Decimal], LoadReport]:
        paths = []
        for number, text in enumerate(texts):
            paths.append(tmp_path / (names[number] if names else f"file{number}.csv"))
            paths[-1].write_text(text, encoding="utf-8")
        maps: tuple[Path, ...] = ()
        if mapping:
            (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
            maps = (tmp_path / "map.toml",)
        store = Store(tmp_path / "store")
        report = load(paths, store, LoadOptions(mapping=maps))
        state = store.current()
        owed = {}
        if state is not None:
            owed = {
                row["customer"]: row["amount"]
                for row in state.engine.query(
                    "select customer, sum(amount) as amount from open_items"
                    " where closed_on is null group by 1 having sum(amount) <> 0"
                ).to_pylist()
            }
        return owed, report

    return loaded


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Read a text and return what is asked about it."""

    def questions(text: str) -> Sequence[Question]:
        path = tmp_path / "asked.csv"
        path.write_text(text, encoding="utf-8")
        with duckdb.connect() as connection:
            for stage in STAGED:
                connection.execute(stage.create())
            with pytest.raises(FileError) as found:
                SOURCE.read(SourceFile(path), connection, 1, ReadOptions())
        assert found.value.questions, found.value
        return found.value.questions

    return questions

"""The command line lists what is loaded, asks before it takes anything out, and undoes."""

import pytest
from typer.testing import CliRunner

from app import cli
from data.store.state import Store
from etl.load.run import load
from tests.etl.load.test_removal import january, payments

run = CliRunner().invoke


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    load([january(tmp_path), payments(tmp_path)], made)
    return made


def test_files_are_listed_with_what_they_gave(store):
    said = run(cli, ["files", "--store", str(store.folder)]).output
    assert "january.csv" in said
    assert "220.50" in said
    assert "90.50" in said


def test_nothing_is_removed_before_a_yes(store):
    where = ["--store", str(store.folder)]
    said = run(cli, ["remove", "payments.csv", *where], input="n\n")
    assert said.exit_code == 0, said.output
    assert "receivables 90.50 -> 220.50 EUR" in said.output
    assert "documents 5 -> 3" in said.output
    assert "Nothing was removed." in said.output
    assert store.current().number == 1
    said = run(cli, ["remove", "payments.csv", *where], input="y\n")
    assert "Removed payments.csv. State 2 is current: receivables 220.50 EUR" in said.output
    again = run(cli, ["remove", "payments.csv", "--yes", *where])
    assert again.exit_code == 1
    assert "payments.csv is not loaded." in again.output
    said = run(cli, ["undo", *where])
    assert "Undone. State 1 is current: receivables 90.50 EUR" in said.output
    said = run(cli, ["undo", *where])
    assert said.exit_code == 1
    assert "There is nothing to undo." in said.output

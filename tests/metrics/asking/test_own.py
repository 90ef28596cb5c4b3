"""The day that is answered: one rule for `show`, notebooks and pages."""

import warnings
from datetime import date

import pytest
from typer.testing import CliRunner

import app
import tandem
from dashboards.base.filters import parse, read_options
from metrics.asking.own import answered, quiet
from tests.ledgers import invoice, publish

LAST, LOADED = date(2025, 3, 20), date(2026, 1, 1)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Documents up to 20 March 2025, loaded on 1 January 2026."""
    return publish(tmp_path_factory.mktemp("store"), [invoice("F1", "A", LAST, 100)])


@pytest.mark.parametrize(
    ("asked", "day", "said"),
    [
        ("2025-03-20", "2025-03-20", ""),
        ("2025-03-31", "2025-03-31", ""),  # the rest of its month
        ("2025-04-01", "2025-04-01", "No document is dated after"),  # over when it was loaded
        ("2026-01-01", "2026-01-01", "No document is dated after"),
        ("2026-01-02", "2025-03-20", "is beyond the data"),
        ("2199-01-01", "2025-03-20", "is beyond the data"),
    ],
)
def test_a_day_is_answered_alike_everywhere(store, asked, day, said):
    wanted, shown = date.fromisoformat(asked), date.fromisoformat(day)
    assert answered(wanted, LAST, LOADED) == shown
    assert quiet(shown, LAST) == said.startswith("No document")
    command = ["show", "receivables", "--store", str(store.folder), "--as-of", asked]
    printed = CliRunner().invoke(app.cli, [*command, "--format", "json"])
    assert f'"as_of": "{day}"' in printed.stdout or day == asked
    assert (said in printed.stderr) if said else not printed.stderr
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        frame = tandem.open(store.folder).frame("receivables", as_of=asked)
    assert str(frame["as_of"].iloc[0])[:10] == day
    ours = [str(w.message) for w in warned if w.filename == __file__]
    assert [said in text for text in ours] == ([True] if said else [])
    selection = parse(f"as_of={asked}", read_options(store.current().engine))
    assert selection.as_of == shown
    assert [said in str(n) for n in selection.notices] == ([True] if said else [])

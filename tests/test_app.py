"""The command line: what makes no sense is refused with a sentence, before anything is done."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import app
from data.store.state import Store
from etl.load.run import load

HEAD = "document_id;customer_id;issued_on;due_on;amount;currency\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with exports in `in` and a store of them in `store`."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "in").mkdir()
    (folder / "in" / "a.csv").write_text(f"{HEAD}F1;C1;2025-01-31;2025-02-28;5,00;EUR\n")
    (folder / "empty").mkdir()
    assert load([folder / "in"], Store(folder / "store")).ok
    return folder


def run(folder: Path, *words: str):
    """Run the command; words with a slash in front are paths in the folder."""
    done = CliRunner().invoke(
        app.cli, [str(folder / w[1:]) if w.startswith("/") else w for w in words]
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.replace("│", " ").split())


LOAD = ("load", "/in", "--store", "/new")
SHOW = ("show", "receivables", "--store", "/store")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((*LOAD, "--decimal", "x"), 2, "--decimal"),
        ((*LOAD, "--dates", "myd"), 2, "--dates"),
        ((*LOAD, "--currency", "EURO"), 2, "'EURO' is no currency"),
        ((*LOAD, "--terms", "-5"), 2, "--terms"),
        ((*LOAD, "--terms", "3651"), 2, "--terms"),
        ((*LOAD, "--rejects", "/none/r.csv"), 2, "there is no folder"),
        (("load", "/in", "--store", "/in/a.csv"), 2, "is a file"),
        (("load", "/in", "--store", "/in/a.csv/x"), 1, "is no folder"),
        (("load", "/empty", "--store", "/new"), 1, "There are no files in"),
        ((*SHOW, "--as-of", "9999-12-31"), 1, "9999-12-31 is no day to ask about"),
        ((*SHOW, "--as-of", "0001-01-01"), 1, "0001-01-01 is no day to ask about"),
        ((*SHOW, "--as-of", "2199-01-01"), 0, "beyond the data: answered as of 2025-01-31"),
        (
            ("show", "dso", "--store", "/store"),
            0,
            "rolling_12m is empty where there is no figure: no sales in the window, or the window",
        ),
        ((*SHOW, "--where", "overdue=many"), 1, "overdue=many: say for more than how many days"),
        ((*SHOW, "--where", "limit=tall"), 1, "known are: over, none"),
        ((*SHOW, "--where", "overdue=0"), 0, "No rows"),
        ((*SHOW, "--where", "limit=none"), 0, "5.00"),
        ((*SHOW, "--months", "100000"), 1, "a window of 100000 months cannot be"),
        ((*SHOW, "--history", "100000"), 1, "a history of 100000 months cannot be"),
        ((*SHOW, "--history", "0"), 2, "--history"),
        (("show", "limits_ending", *SHOW[2:], "--soon", "-1"), 1, "not within -1 days"),
        (("show", "limits_ending", *SHOW[2:], "--soon", "30"), 0, "limits"),
        ((*SHOW, "--by", "colour"), 1, "'colour' is no dimension"),
        ((*SHOW, "--where", "colour=red"), 1, "'colour' is no dimension"),
        ((*SHOW, "--where", "country"), 1, "write DIMENSION=VALUE"),
        ((*SHOW, "--where", "country=XX"), 0, "No rows"),
        (("show", "nothing", "--store", "/store"), 1, "'nothing' is no metric"),
        ((*SHOW, "--since", "2024-01-01"), 1, "receivables is of one day"),
        (("show", "dso_bridge", *SHOW[2:], "--since", "2199-01-01"), 1, "2199-01-01 is not before"),
        (("show", "aging", "--store", "/in/a.csv"), 2, "is a file"),
        (("publish", "--store", "/store", "--parquet", "/in/a.csv"), 2, "is a file"),
        (("publish", "--store", "/empty", "--parquet", "/new"), 1, "holds no data yet"),
        (("derive", "--parquet", "/in/a.csv"), 2, "is a file"),
        (("serve", "--store", "/in/a.csv"), 2, "is a file"),
        (("serve", "--store", "/store", "--port", "70000"), 2, "--port"),
        (("serve", "--store", "/store", "--host", "300.1.1.1"), 1, "Nobody has an account"),
        (("serve", "--store", "/store", "--host", "127.1.1.1.1"), 1, "Nobody has an account"),
        (("serve", "--store", "/store", "--host", "::ffff:0:0"), 1, "Nobody has an account"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else None,
)
def test_what_makes_no_sense_is_said(folder, words, code, message):
    exit_code, output = run(folder, *words)
    assert message in output
    assert exit_code == code
    assert not (folder / "new" / "current").exists()


def test_a_currency_may_be_written_in_lower_case(folder):
    code, output = run(folder, "load", "/in", "--store", "/lower", "--currency", "eur")
    assert code == 0, output
    assert Store(folder / "lower").current().engine.query(
        "select reporting_currency from about"
    ).to_pylist() == [{"reporting_currency": "EUR"}]


def test_a_store_without_any_document_says_so(folder):
    # of dirhams no reference rate is known
    (folder / "mad").mkdir()
    (folder / "mad" / "a.csv").write_text(f"{HEAD}F1;C1;2025-01-31;2025-02-28;5,00;MAD\n")
    code, output = run(folder, "load", "/mad", "--store", "/undated", "--currency", "USD")
    assert code == 3
    assert "it holds no document yet" in output
    assert "None" not in output
    code, output = run(folder, "show", "receivables", "--store", "/undated")
    assert code == 1
    assert "holds no document yet" in output


def test_a_store_whose_pointer_is_lost_is_never_begun_afresh(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(f"{HEAD}F1;C1;2025-01-31;2025-02-28;5,00;EUR\n")
    (tmp_path / "in" / "b.csv").write_text(f"{HEAD}F2;C1;2025-03-31;2025-04-28;7,00;EUR\n")
    assert run(tmp_path, "load", "/in/a.csv", "--store", "/store")[0] == 0
    (tmp_path / "store" / "current").unlink()
    for words in (("load", "/in/b.csv"), ("show", "receivables")):
        code, said = run(tmp_path, *words, "--store", "/store")
        assert code == 1
        assert "is lost" in said
        assert "recover" in said
    assert run(tmp_path, "recover", "--store", "/store")[0] == 0
    assert run(tmp_path, "load", "/in/b.csv", "--store", "/store")[0] == 0
    assert "12.00" in run(tmp_path, "show", "receivables", "--store", "/store")[1]
    code, said = run(tmp_path, "recover", "--store", "/none")
    assert (code, "holds no state" in said) == (1, True)

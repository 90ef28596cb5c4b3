"""What the user's own system says is compared before anything is published, and explained."""

from datetime import date
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from app import cli
from data.core.errors import TandemError
from data.core.expectation import Expectation, parse_amount, parse_expectation
from data.store.state import Store
from etl.load.expect import sentences
from etl.load.loaded import report_of
from etl.load.removal import remove
from etl.load.run import LoadOptions, load
from tests.etl.load.test_removal import INVOICES, january, payments, write

D = Decimal


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def expecting(amount: str, day: date | None = None, accepted: str | None = None) -> LoadOptions:
    known = D(accepted) if accepted else None
    return LoadOptions(expect=Expectation(D(amount), day, known))


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("152275.76", "152275.76"),
        ("152275,76", "152275.76"),
        ("152.275,76", "152275.76"),
        ("152,275.76", "152275.76"),
        ("1.152.275,76", "1152275.76"),
        ("1.152.275", "1152275"),
        ("152 275,76", "152275.76"),
        ("152'275.76 €", "152275.76"),
        ("-12,5", "-12.5"),
        ("−12,50", "-12.50"),
        ("0", "0"),
    ],
)
def test_amounts_have_a_point_or_a_comma(said, amount):
    assert parse_amount(said) == D(amount)


@pytest.mark.parametrize("said", ["1.234", "1,234", "12,34.567", "1.2.3", "ten", "", "12.345.6"])
def test_what_may_mean_two_amounts_is_refused(said):
    with pytest.raises(TandemError, match="more than one way"):
        parse_amount(said)


def test_the_day_stands_behind_the_amount():
    assert parse_expectation("90,50@2026-01-31", "1,00") == Expectation(
        D("90.50"), date(2026, 1, 31), D("1.00")
    )
    with pytest.raises(TandemError, match="is no day"):
        parse_expectation("90,50@31/01/2026")


def test_what_ties_is_published_and_kept(tmp_path, store):
    report = load([january(tmp_path), payments(tmp_path)], store, expecting("90.50"))
    assert report.published
    assert report.expected is not None
    assert report.expected.ties
    kept = report_of(store.current()).expected
    assert (kept.amount, kept.day, kept.difference) == (D("90.50"), date(2025, 2, 13), D(0))


def test_a_day_of_ones_own_is_compared(tmp_path, store):
    day = date(2025, 1, 20)
    report = load([january(tmp_path), payments(tmp_path)], store, expecting("150.50", day))
    assert report.published
    report = load([], store, expecting("150.51", day))
    assert not report.published
    assert report.code == 1
    assert store.current().number == 1
    assert report_of(store.current()).expected.amount == D("150.50")


def test_where_it_differs_nothing_is_published_and_what_it_is_made_of_is_said(tmp_path, store):
    bad = write(tmp_path / "bad.csv", INVOICES, "X1;A;soon;2025-02-09;33.00;EUR",
                "X2;A;2025-01-11;2025-02-09;7.00;EUR")  # fmt: skip
    report = load([january(tmp_path), bad], store, expecting("260.50"))
    assert (report.published, store.current(), report.code) == (False, None, 1)
    said = sentences(report.expected)
    assert said[0] == (
        "Your own system says 260.50 on 2025-01-31, this load 227.50: a difference of -33.00."
    )
    assert "bad.csv, line 2, refused (33.00): this alone is the difference" in said[2]


def test_a_document_that_is_the_difference_is_named(tmp_path, store):
    said = sentences(load([january(tmp_path)], store, expecting("150.50")).expected)
    assert any("F103 of B" in line and "if it did not count" in line for line in said)
    said = sentences(load([january(tmp_path)], store, expecting("80.50")).expected)
    assert any("F103 of B" in line and "with the other sign" in line for line in said)


def test_a_known_difference_is_published_and_kept_to_the_cent(tmp_path, store):
    paths = [january(tmp_path), payments(tmp_path)]
    assert not load(paths, store, expecting("90.00", accepted="0.49")).published
    report = load(paths, store, expecting("90.00", accepted="0.50"))
    assert report.published
    assert report_of(store.current()).expected.accepted == D("0.50")


def test_what_was_said_is_compared_again_with_each_later_state(tmp_path, store):
    load([january(tmp_path)], store)
    load([payments(tmp_path)], store, expecting("90.50"))
    more = write(tmp_path / "more.csv", INVOICES, "F200;C;2025-01-11;2025-02-09;7.00;EUR")
    assert load([more], store).published
    assert report_of(store.current()).expected.difference == D("7.00")
    remove(["more.csv"], store)
    assert report_of(store.current()).expected.difference == 0
    remove(["payments.csv"], store)
    assert report_of(store.current()).expected is None, "it was said with a load that is gone"


def test_exit_codes_and_the_last_line_say_how_it_ended(tmp_path):
    def run(*paths: object, **options: str) -> tuple[int, str]:
        named = [f"--{name}={value}" for name, value in options.items()]
        store = ["--store", str(tmp_path / "s")]
        result = CliRunner().invoke(cli, ["load", *map(str, paths), *named, *store])
        return result.exit_code, result.output.strip().splitlines()[-1]

    good, broken = january(tmp_path), write(tmp_path / "broken.csv", "alpha;beta", "1;2")
    bad = write(tmp_path / "bad.csv", INVOICES, "X1;A;soon;2025-02-09;33.00;EUR",
                "X2;A;2025-01-11;2025-02-09;7.00;EUR")  # fmt: skip
    assert run(good, expect="1,00") == (
        1, "Nothing was published: it does not tie to your own system (exit 1).",
    )  # fmt: skip
    assert run(good, expect="220,50") == (0, "Everything was understood.")
    code, said = run(good)
    assert (code, "Nothing new" in said) == (0, True)
    assert run(bad) == (
        3, "Loaded, but 1 row was refused (exit 3); --rejects FILE.csv lists them.",
    )  # fmt: skip
    more = write(tmp_path / "more.csv", INVOICES, "F200;C;2025-01-11;2025-02-09;7.00;EUR")
    code, said = run(broken, more)
    assert (code, said) == (1, "The rest is loaded; not understood: broken.csv (exit 1).")
    assert run(good, expect="1.234")[0] == 2

"""The command `policy`: what holds, where it stands, and what waits."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from app import cli
from data.core.policy.file import NAME, template
from data.store.state import Store
from etl.load.run import LoadOptions, load

ROWS = "kind,document_id,customer_id,issued_on,due_on,amount,currency\n" + "".join(
    f"invoice,F{n},C1,2026-01-0{n},2026-01-31,100.00,EUR\n"
    f"payment,P{n},C1,2026-02-0{n},,-100.00,EUR\n"
    for n in range(1, 4)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("data")
    (made / "a.csv").write_text(ROWS, encoding="utf-8")
    load([made / "a.csv"], Store(made / "store"), LoadOptions())
    return made / "store"


def asked(*arguments: object) -> str:
    done = CliRunner().invoke(cli, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_it_writes_the_defaults_once_and_says_what_waits(folder):
    said = asked("policy", "--store", folder)
    assert "Written, with every default" in said
    assert (folder / NAME).read_text(encoding="utf-8") == template()
    assert "enough_payments" in said
    (folder / NAME).write_text("bank_fee = 12.50\nenough_payments = 3\n", encoding="utf-8")
    said = asked("policy", "--store", folder)
    assert "Change it in" in said
    assert "Not in the figures yet: bank_fee 12.5, before 25." in said
    load([], Store(folder), LoadOptions())
    assert "Not in the figures" not in asked("policy", "--store", folder)


@pytest.mark.parametrize(("enough", "median"), [(3, 31), (4, None)])
def test_show_has_a_median_from_enough_payments_on(folder, enough, median):
    (folder / NAME).write_text(f"enough_payments = {enough}\n", encoding="utf-8")
    (row,) = json.loads(asked("show", "payment_speed", "--store", folder, "--format", "json"))
    assert (row["paid_items"], row["median_days_to_pay"]) == (3, median)


def test_show_takes_a_set_of_the_policy_by_name(folder):
    (folder / NAME).write_text('buckets = "ours"\n[sets]\nours = "5,9"\n', encoding="utf-8")
    rows = json.loads(asked("show", "aging", "--store", folder, "--format", "json"))
    assert [r["bucket"] for r in rows] == ["not_due", "1-5", "6-9", "over_9", "unapplied"]
    shown = asked("show", "aging", "--store", folder, "--buckets", "standard")
    assert "31-60" in shown
    done = CliRunner().invoke(cli, ["show", "aging", "--store", str(folder), "--buckets", "theirs"])
    assert done.exit_code == 1
    assert "or name one of: standard, ours" in done.output

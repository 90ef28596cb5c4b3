"""The policy of a store: the next load follows it, and says so."""

from __future__ import annotations

from datetime import date

from typer.testing import CliRunner

from app import cli
from data.core.policy.file import NAME, template
from data.core.policy.rules import DEFAULTS
from data.store.state import Store
from data.workspace.policy import read, write_template
from etl.load.run import LoadOptions, load

HEAD = "kind,document_id,customer_id,issued_on,due_on,amount,currency\n"
LINES = (
    "invoice,F1,C1,2025-12-01,,100.00,EUR\n"
    "invoice,F2,C1,2026-01-02,,1000.00,EUR\n"
    "payment,P1,C1,2026-01-20,,-975.00,EUR\n"
)


def loaded(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + LINES, encoding="utf-8")
    store = Store(tmp_path / "store")
    return store, load([tmp_path / "a.csv"], store, LoadOptions())


def asked(store, sql):
    return [tuple(row.values()) for row in store.current().engine.query(sql).to_pylist()]


DUE = "select document_id, due_on - issued_on as days from documents where amount > 0 order by 1"
MATCHED = "select method, cast(sum(amount_currency) as integer) from matches group by all"


def published(store, folder):
    return CliRunner().invoke(cli, ["publish", "--store", str(store), "--parquet", str(folder)])


def test_what_is_published_answers_by_the_policy_of_the_store(tmp_path):
    store, _ = loaded(tmp_path)
    tables = tmp_path / "tables"
    (store.folder / NAME).write_text('buckets = "15,45"\nenough_payments = 3\n', encoding="utf-8")
    assert published(store.folder, tables).exit_code == 0
    assert read(tables) == read(store.folder) != DEFAULTS
    (store.folder / NAME).write_text("enough_payments = -3\n", encoding="utf-8")
    refused = published(store.folder, tables)
    assert refused.exit_code == 1
    assert "enough_payments" in refused.output
    assert [p.name for p in tables.glob("state-*")] == ["state-000001"]
    (store.folder / NAME).unlink()
    assert published(store.folder, tables).exit_code == 0
    assert read(tables) == DEFAULTS


def test_without_a_file_the_defaults_hold(tmp_path):
    store, report = loaded(tmp_path)
    assert read(store.folder) == DEFAULTS
    assert "policy" not in report.options
    assert asked(store, DUE) == [("F1", 30), ("F2", 30)]
    assert asked(store, MATCHED) == [("discount", 975)]


def test_what_makes_the_books_acts_at_the_next_load_which_says_so(tmp_path):
    store, first = loaded(tmp_path)
    assert first.notes == []
    (store.folder / NAME).write_text(
        "terms_days = [{ value = 14 }, { from = 2026-01-01, value = 45 }]\n"
        "discounts = []\nbank_fee = 20\n",
        encoding="utf-8",
    )
    again = load([], store, LoadOptions())
    assert again.published
    assert again.options["policy"] == read(store.folder).fingerprint
    (note,) = again.notes
    assert str(note) == (
        "The policy has changed, and the books are made by what it says now:"
        " terms_days 14, from 2026-01-01 on 45, before 30; discounts [], before"
        " [1, 1.5, 2, 2.5, 3, 4, 5]; bank_fee 20, before 25."
    )
    assert asked(store, DUE) == [("F1", 14), ("F2", 45)]
    assert asked(store, "select default_terms_days from about") == [(45,)]
    assert asked(store, MATCHED) == [("oldest", 975)]
    assert not load([], store, LoadOptions()).published


def test_what_acts_at_once_asks_for_no_new_books(tmp_path):
    store, _ = loaded(tmp_path)
    (store.folder / NAME).write_text("enough_payments = 3\n", encoding="utf-8")
    assert not load([], store, LoadOptions()).published


def test_a_threshold_of_a_finding_is_changed_in_one_place(tmp_path):
    lines = "payment,P{0},C1,2026-01-0{0},,-40.00,EUR\n"
    (tmp_path / "a.csv").write_text(HEAD + lines.format(1) + lines.format(6), encoding="utf-8")
    store = Store(tmp_path / "store")
    found = {f.name: f for f in load([tmp_path / "a.csv"], store, LoadOptions()).findings}
    assert "duplicate_payments" not in found
    (store.folder / NAME).write_text("paid_twice_days = 5\n", encoding="utf-8")
    found = {f.name: f for f in load([], store, LoadOptions()).findings}
    assert found["duplicate_payments"].items == 1
    assert "at most 5 days before" in str(found["duplicate_payments"].text)


def test_terms_given_with_a_load_go_before_the_policy(tmp_path):
    store, _ = loaded(tmp_path)
    load([], store, LoadOptions(default_terms_days=60))
    (store.folder / NAME).write_text("terms_days = 14\n", encoding="utf-8")
    load([], store, LoadOptions())
    assert asked(store, DUE) == [("F1", 60), ("F2", 60)]


def test_the_template_is_written_once(tmp_path):
    folder = tmp_path / "store"
    assert write_template(folder) == folder / NAME
    assert (folder / NAME).read_text(encoding="utf-8") == template()
    (folder / NAME).write_text("terms_days = 14\n", encoding="utf-8")
    assert write_template(folder) is None
    assert read(folder).terms_days.at(date(2026, 1, 1)) == 14

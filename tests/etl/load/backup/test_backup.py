"""A backup: everything comes back, nothing is lost on the way, and only what is whole is taken."""

import io
import os
import sqlite3
import tempfile
import zipfile
from contextlib import closing, suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import app as command_line
from data.core.errors import StoreError
from data.core.policy.file import NAME as POLICY
from data.core.rights import EVERYBODY
from data.store.state import Store, put
from data.workspace import copies
from data.workspace.memory import Memory
from data.workspace.people.people import People
from data.workspace.places import NAME, VARIABLE
from data.workspace.subjects.note import Note
from data.workspace.subjects.promise import Promise
from etl.load.backup import restoring
from etl.load.backup.contents import MANIFEST
from etl.load.backup.restoring import carry_over, restore
from etl.load.backup.writing import backup
from etl.load.importer import FileImporter
from metrics.asking.ledger import Ledger
from metrics.catalogue import METRICS, answer
from tests.pages import LAST, small_company
from tests.postgres import installed, server

SECRET = "a long enough password"  # noqa: S105


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    """Two states, lines, an account that is signed in, a policy and a preset."""
    folder = tmp_path_factory.mktemp("backup") / "store"
    small_company(folder)
    store = small_company(folder)
    memory = Memory(folder)
    memory.say("Anna", "C1", Promise(Decimal("12.34"), "EUR", date(2026, 4, 5)))
    memory.say("Anna", "C2", Note(), "Calls on Fridays.")
    people = People(folder)
    ticket = people.add("anna", "Anna", "admin", EVERYBODY, "test")
    people.set_password(ticket, SECRET)
    people.sign_in("anna", SECRET, "127.0.0.1")
    (folder / POLICY).write_text("")
    (folder / "presets").mkdir()
    (folder / "presets" / "own.toml").write_text("# ours\n")
    return store


def figures(store: Store) -> dict[str, list]:
    state = store.current()
    assert state is not None
    return {
        name: answer(state.engine, name, Ledger(LAST), ("country",)).to_pylist()
        for name in ("aging", "dso") if name in METRICS
    }  # fmt: skip


def said(folder: Path) -> list:
    with closing(Memory(folder)) as memory:
        return [(x.id, x.at, x.who, x.customer, x.said, x.note) for x in memory.lines()]


def changed(path: Path, to: Path, name: str, how) -> Path:
    """Write the backup anew with one of its files changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for one in old.namelist():
            content = old.read(one)
            new.writestr(one, how(content) if one == name else content)
    return to


def test_everything_comes_back(store, tmp_path):
    path = tmp_path / "books.backup"
    made = backup(store, path)
    assert path.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert sum(name.startswith("state-") for name in made.files) == 2
    with pytest.raises(StoreError, match="there already"):
        backup(store, path)
    again = Store(tmp_path / "again")
    restore(path, again)
    assert figures(again) == figures(store)
    assert said(again.folder) == said(store.folder)
    for name in (POLICY, "presets/own.toml"):
        assert (again.folder / name).read_bytes() == (store.folder / name).read_bytes()
    people = People(again.folder)
    assert people.sign_in("anna", SECRET, "127.0.0.1")
    with sqlite3.connect(again.folder / NAME) as kept:
        # whoever was signed in is not signed in by the backup
        assert kept.execute("select count(*) from sessions").fetchone() == (1,)
    with pytest.raises(StoreError, match="is not empty"):
        restore(path, again)
    newest = backup(store, tmp_path / "newest.backup", newest=True)
    assert [n for n in newest.files if n.startswith("state-")] == ["state-000002.duckdb"]


def test_only_a_whole_backup_is_restored_and_nothing_else_changes(store, tmp_path):
    path = tmp_path / "books.backup"
    backup(store, path)
    (tmp_path / "cut").write_bytes(path.read_bytes()[:-200])
    (tmp_path / "none").write_bytes(b"no backup")
    changed(path, tmp_path / "flipped", "state-000002.duckdb", lambda c: c[:-1] + b"!")
    changed(path, tmp_path / "longer", NAME, lambda c: c + b"!")
    changed(path, tmp_path / "climbs", MANIFEST, lambda c: c.replace(b"presets/own", b"../own"))
    changed(path, tmp_path / "later", MANIFEST, lambda c: c.replace(b'backup": 1', b'backup": 2'))
    changed(path, tmp_path / "dumb", MANIFEST, lambda _c: b"[]")
    to = Store(tmp_path / "to")
    for name, words in (
        ("cut", "Is it a backup, and whole"), ("none", "Is it a backup, and whole"),
        ("missing", "No such file"), ("flipped", "state-000002.duckdb in the backup"),
        ("longer", "workspace.sqlite in the backup"), ("climbs", "is damaged"),
        ("later", "later version"), ("dumb", "backup.json in the backup"),
    ):  # fmt: skip
        with pytest.raises(StoreError, match=words) as told:
            restore(tmp_path / name, to)
        assert "\n" not in str(told.value)
        left = [p.name for p in to.folder.iterdir()] if to.folder.exists() else []
        assert set(left) <= {"load.lock"}, (name, left)
    restore(path, to)
    assert figures(to) == figures(store)


@pytest.mark.parametrize("after", range(5))
def test_a_restore_that_was_killed_is_done_again(store, tmp_path, monkeypatch, after):
    path = tmp_path / "books.backup"
    backup(store, path)
    to, moved = Store(tmp_path / "to"), []

    def killed(draft, place):
        if len(moved) == after:
            raise KeyboardInterrupt
        moved.append(place)
        put(draft, place)

    monkeypatch.setattr(restoring, "put", killed)
    with suppress(KeyboardInterrupt):
        restore(path, to)
    monkeypatch.setattr(restoring, "put", put)
    if not (to.folder / "current").exists():
        with pytest.raises(StoreError, match="not restored into"):
            to.current()
        restore(path, to)
    assert figures(to) == figures(store)
    assert said(to.folder) == said(store.folder)
    assert not [p.name for p in to.folder.iterdir() if p.name.startswith(("draft", "restoring"))]


def test_what_people_said_comes_along_into_a_new_store(store, tmp_path):
    new = small_company(tmp_path / "new")
    assert set(carry_over(store.folder, new.folder)) == {NAME, POLICY, "presets/own.toml"}
    assert said(new.folder) == said(store.folder)
    with pytest.raises(StoreError, match="holds already what people said"):
        carry_over(store.folder, new.folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights otherwise")
def test_nobody_else_reads_a_store(tmp_path):
    """Whatever the commands and the server write: files 0600, folders 0700."""
    before = os.umask(0o022)
    try:
        folder = tmp_path / "a" / "store"
        export = tmp_path / "invoices.csv"
        export.write_text("document_id;customer_id;issued_on;amount\nX1;A;2025-01-13;5.00\n")
        os.umask(0o022)
        run = CliRunner().invoke
        for command in (
            ("load", str(export)), ("policy",), ("backup", str(tmp_path / "books.backup")),
            ("users", "add", "x", "--name", "x", "--role", "admin"), ("undo",),
        ):  # fmt: skip
            done = run(command_line.cli, [*command, "--store", str(folder)])
            assert done.exit_code in (0, 1), done.output
        importer = FileImporter(Store(folder))
        importer.receive("0" * 32, "\N{CHERRY BLOSSOM}" * 300 + ".csv", io.BytesIO(b"a;b"), 3)
        run(
            command_line.cli,
            ["restore", str(tmp_path / "books.backup"), "--store", str(folder.parent / "2")],
        )
        found = [
            folder,
            *folder.rglob("*"),
            tmp_path / "books.backup",
            *(folder.parent / "2").rglob("*"),
        ]
        assert {"current", "policy.toml", "uploads", "workspace.sqlite"} <= {p.name for p in found}
        loose = [str(p) for p in found if p.stat().st_mode & 0o077]
        assert not loose
    finally:
        os.umask(before)


@pytest.mark.deep
@pytest.mark.skipif(installed() is None, reason="there is no PostgreSQL")
def test_rows_of_postgresql_go_there_and_back(store, tmp_path, monkeypatch):
    with tempfile.TemporaryDirectory(prefix="pg") as here, server(Path(here)) as url:
        folder = tmp_path
        for name in ("one", "two"):
            engine = sa.create_engine(url + "postgres", isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(sa.text(f"create database {name}"))
            engine.dispose()
        path = folder / "books.backup"
        backup(store, path)
        monkeypatch.setenv(VARIABLE, url + "one")
        first = Store(folder / "first")
        restore(path, first)
        assert said(first.folder) == said(store.folder)
        assert not (first.folder / NAME).exists()
        with closing(People(first.folder)) as people:
            assert people.sign_in("anna", SECRET, "127.0.0.1")  # numbers go on
        with pytest.raises(StoreError, match="holds already"):
            copies.refuse_if_said(first.folder)
        backup(first, folder / "second.backup")
        monkeypatch.setenv(VARIABLE, url + "two")
        second = Store(folder / "second")
        restore(folder / "second.backup", second)
        assert said(second.folder) == said(store.folder)
        monkeypatch.delenv(VARIABLE)
        third = Store(folder / "third")
        restore(folder / "second.backup", third)
        assert said(third.folder) == said(store.folder)

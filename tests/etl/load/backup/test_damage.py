"""What is damaged, gone, shut or full says so itself: in one line, here and on a page."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

import app as command_line
from dashboards.server import create_app
from data.store.state import Store
from data.workspace.memory import Memory
from data.workspace.places import NAME
from data.workspace.subjects.note import Note
from tests.pages import small_company
from tests.places import ROOT

STATE = "state-000001.duckdb"


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "store"
    small_company(folder)
    Memory(folder).say("Anna", "C1", Note(), "Calls on Fridays.")
    return folder


def write(name: str, content: bytes):
    return lambda folder: (folder / name).write_bytes(content)


def cut(name: str, share: float):
    def damage(folder: Path) -> None:
        os.truncate(folder / name, int((folder / name).stat().st_size * share))

    return damage


def scribble(name: str, start: int):
    """Keep the head, where a database says what it is, and write over the rest."""

    def damage(folder: Path) -> None:
        path = folder / name
        content = path.read_bytes()
        path.write_bytes(content[:start] + b"\x5a" * (len(content) - start))

    return damage


def replaced_by_folder(name: str):
    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return damage


def told(*command: str) -> str:
    """Run a command that cannot be done; return the one line that says why."""
    done = CliRunner().invoke(command_line.cli, command)
    assert done.exit_code == 1, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


SHOW = ("show", "dso")
USERS = ("users", "list")
KINDS = (
    ("pointer of strange letters", write("current", b"caf\xe9"), SHOW, "is no state file"),
    ("empty pointer", write("current", b""), SHOW, "names '', which is no state file"),
    ("pointer to nowhere", write("current", b"state-000009.duckdb"), SHOW, "which is not there"),
    ("pointer that is a folder", replaced_by_folder("current"), SHOW, "current cannot be read"),
    ("empty state", write(STATE, b""), SHOW, f"{STATE} cannot be read"),
    ("cut state", cut(STATE, 0.5), SHOW, "Take it from a backup"),
    ("cut head", cut(STATE, 0.001), SHOW, "Take it from a backup"),
    ("scribbled state", scribble(STATE, 20_000), SHOW, "Take it from a backup"),
    ("scribbled state, its files", scribble(STATE, 20_000), ("files",), "Take it from a backup"),
    ("memory that is none", write(NAME, b"garbage" * 900), USERS, f"{NAME} cannot be read"),
    ("cut memory", cut(NAME, 0.4), USERS, f"{NAME} cannot be read"),
    ("lock that is a folder", replaced_by_folder("load.lock"), ("undo",), "can be no lock"),
    ("policy of strange letters", write("policy.toml", b"\xff\xfe"), ("policy",), "policy.toml"),
)


@pytest.mark.parametrize(
    ("damage", "command", "words"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS]
)
def test_each_damage_says_what_it_is(whole, tmp_path, damage, command, words, caplog):
    folder = tmp_path / "store"
    shutil.copytree(whole, folder)
    damage(folder)
    said = told(*command, "--store", str(folder))
    assert words in said
    assert "Errno" not in said


#: A process may write files of so many bytes: the system refuses the rest, as where a disk is full.
_FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from app import cli
cli(sys.argv[2:])
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sets no such limit")
def test_a_disk_that_fills_up_loses_nothing(whole, tmp_path):
    folder, backup = tmp_path / "store", tmp_path / "books.backup"
    shutil.copytree(whole, folder)
    done = CliRunner().invoke(command_line.cli, ["backup", str(backup), "--store", str(folder)])
    assert done.exit_code == 0, done.output
    export = tmp_path / "invoices.csv"
    export.write_text("document_id;customer_id;issued_on;amount\nX1;A;2025-01-13;5.00\n")
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    new = tmp_path / "new"
    for room, *command in (
        (3000, "load", export, "--store", folder),
        (3000, "backup", tmp_path / "again", "--store", folder),
        (3000, "restore", backup, "--store", new),
        (3000, "users", "add", "x", "--name", "x", "--role", "admin", "--store", new),
    ):
        done = subprocess.run(
            [sys.executable, "-c", _FULL, str(room), *map(str, command)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == 1, (command, said)
        assert "Traceback" not in said
        assert "Make room on the disk" in " ".join(said.split()), (command, said)
    after = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    assert {n: c for n, c in after.items() if not n.endswith(".lock")} == {
        n: c for n, c in before.items() if not n.endswith(".lock")
    }
    assert not (tmp_path / "again").exists()


def test_a_folder_that_cannot_be_written_says_so(whole, tmp_path, monkeypatch):
    """As a system says it of a read-only disk, which not even an administrator writes to."""

    def refused(*_parts: object, **_more: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    folder = tmp_path / "store"
    shutil.copytree(whole, folder)
    monkeypatch.setattr(FileLock, "acquire", refused)
    for command in (
        ("undo",),
        ("recover",),
        ("backup", str(tmp_path / "b")),
        ("remove", "1", "--yes"),
    ):
        assert "cannot be written: Read-only file system" in told(*command, "--store", str(folder))
    assert (
        CliRunner().invoke(command_line.cli, ["show", "dso", "--store", str(folder)]).exit_code == 0
    )


@pytest.mark.parametrize("damage", [k[1] for k in KINDS if k[2] == SHOW], ids=lambda _d: "")
def test_a_page_says_it_too(whole, tmp_path, damage):
    folder = tmp_path / "store"
    shutil.copytree(whole, folder)
    damage(folder)
    client = create_app(Store(folder)).server.test_client()
    for path in ("/", "/_dash-layout", "/download/rows.csv?explain=x"):
        answer = client.get(path)
        assert answer.status_code in (200, 400, 503), (path, answer.status_code)
        assert b"Traceback" not in answer.data

"""One load at a time: across threads and processes, and after a process was killed."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from data.core.errors import StoreError
from etl.load.lock import StoreBusyError, only_load
from tests.places import ROOT

_HOLDS = """
import sys, time
from pathlib import Path
from etl.load.lock import only_load
with only_load(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def attempt(folder):
    with only_load(folder, patience=0):
        return True


def test_another_process_is_waited_for_until_it_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(StoreBusyError, match="Another load into"):
            attempt(tmp_path)
        other.kill()
        other.wait()
        assert attempt(tmp_path)


def test_another_thread_is_kept_out_and_so_is_the_same(tmp_path):
    with only_load(tmp_path), ThreadPoolExecutor(1) as others:
        with pytest.raises(StoreBusyError):
            others.submit(attempt, tmp_path).result()
        with pytest.raises(StoreBusyError):
            attempt(tmp_path)
    assert attempt(tmp_path)


def test_a_load_that_fails_lets_go(tmp_path):
    with pytest.raises(RuntimeError), only_load(tmp_path):
        raise RuntimeError
    assert attempt(tmp_path)


def test_a_folder_that_cannot_be_one_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="is no folder"):
        attempt(tmp_path / "file")


def test_what_a_killed_load_left_behind_is_swept(tmp_path):
    for name in ("draft-1-1.duckdb", "draft-1-1.duckdb.wal"):
        (tmp_path / name).write_bytes(b"half")
    spilled = tmp_path / "draft-1-1.duckdb.tmp"
    spilled.mkdir()
    (spilled / "spilled").write_bytes(b"much")
    with only_load(tmp_path):
        assert [p.name for p in tmp_path.iterdir()] == ["load.lock"]

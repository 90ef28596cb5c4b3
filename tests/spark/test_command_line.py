"""The command line and the server over a cluster, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.store.state import Store
from tests.places import ROOT
from tests.spark.cluster import connect_server, environment

ASKED = ("--as-of", "2025-02-17", "--by", "country", "--where", "currency=EUR", "--history", "2")


def show(store: Path, engine: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `app.py show` on the engine; return the ended process."""
    return subprocess.run(
        [sys.executable, "app.py", "show", "dso", "--store", store, *ASKED, "--format", "json"],
        cwd=ROOT, env=os.environ | environ | {"TANDEM_ENGINE": engine}, capture_output=True,
        text=True, check=False, timeout=600,
    )  # fmt: skip


def test_show_over_spark_connect_prints_what_duckdb_prints(
    store: Store, publication: Path, cluster: str, tmp_path
):
    own = environment(tmp_path / "conf", interpreted=False)
    with connect_server(tmp_path, own) as address:
        done = show(publication, address)
    assert done.returncode == 0, done.stderr
    expected = json.loads(show(store.folder, "").stdout)
    found = json.loads(done.stdout)
    assert len(found) == len(expected) > 2
    for row, printed in zip(expected, found, strict=True):
        assert printed == {
            k: pytest.approx(v, rel=1e-9) if isinstance(v, float) else v for k, v in row.items()
        }


def test_a_cluster_that_is_not_there_is_said_in_a_sentence(publication: Path):
    done = show(publication, "sc://127.0.0.1:1")
    assert done.returncode == 1
    assert "The cluster at sc://127.0.0.1:1 cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_engine_is_named_by_the_environment_only(publication: Path):
    done = show(publication, "cluster.example:7077")
    assert done.returncode == 1
    assert "TANDEM_ENGINE is 'cluster.example:7077'" in done.stderr
    done = show(publication, "")
    assert done.returncode == 1
    assert "Name it in TANDEM_ENGINE" in done.stderr

"""Where tests find things: the project, its samples, golden files, and real files beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data" / "demo" / "formats"
"""Small files of our own making, a folder for each format."""
GOLDEN = ROOT / "tests" / "golden"
REAL = next(
    (f for up in ROOT.parents[:2] if (f := up / "shared" / "data").is_dir()),
    ROOT.parent / "shared" / "data",
)
"""Real files, with licences of their own, where they lie beside the checkout; tests of them are
left out elsewhere."""
XERO = ROOT / "docs" / "xero.toml"
"""A mapping file for Xero's invoices."""


def tracked() -> list[str]:
    """Return the files that git knows and that are there; skip the test where there is no git."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy has no git history to list the files of")
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]

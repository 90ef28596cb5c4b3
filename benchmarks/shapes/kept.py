"""What became of shapes, kept in a file while they are judged: a run that ends early goes on there.

A line holds what became of one shape, in the order of the seed, and the commit that read it.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks.shapes.judge import Judged

_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Kept(Judged):
    """What became of a shape, and the commit that read it; '' where it was never committed."""

    commit: str = ""


def commit() -> str:
    """Return the short name of the commit whose code this is; '' where there is none."""
    told = subprocess.run(
        ["git", "-C", str(_ROOT), "log", "-1", "--format=%h"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.stdout.strip()


def read(path: Path) -> list[Kept]:
    """Return what a file keeps; a line that a killed run left unfinished is taken away."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return [Kept(**json.loads(line)) for line in whole.splitlines()]


def add(path: Path, judged: Iterator[Judged]) -> list[Kept]:
    """Write what becomes of each shape as soon as it is known; return all."""
    name = commit()
    added = []
    with path.open("a", encoding="utf-8") as file:
        for one in judged:
            held = {f.name: getattr(one, f.name) for f in fields(Judged)}
            added.append(Kept(**held, commit=name))
            file.write(json.dumps(asdict(added[-1])) + "\n")
            file.flush()
    return added


def told(kept: list[Kept]) -> str:
    """Return which shapes were read by which commit, where a run went on with later ones."""
    runs = Counter(one.commit for one in kept)
    if len(runs) < 2:
        return ""
    shares = ", ".join(f"{count} shapes by commit `{name}`" for name, count in runs.items())
    return f"The run went on while what it found was mended: {shares}."

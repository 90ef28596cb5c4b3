"""Writes docs/formats.md from the sources themselves: `python -m etl.intake.formats.document`."""

from __future__ import annotations

import sys
from pathlib import Path

from etl.intake.formats.catalogue import SOURCES
from etl.intake.formats.preset import PresetSource
from etl.intake.source import Source

FILE = Path(__file__).resolve().parents[3] / "docs" / "formats.md"
_UNSEEN = "No real sample was at hand"

_HEAD = """# Formats

What Tandem reads, what each format says of receivables, and what it leaves to other files or to
assumptions. Files are recognised by their content; `--as NAME` says it where that fails. Archives
(.zip) are read file by file. The page is written from the code by `python -m
etl.intake.formats.document`. Formats marked \\* were written from their published description
alone: no real export was at hand. Those of programs and banks that are tables are read by presets:
[presets.md](presets.md) says how to add one.

| format | `--as` | gives | lacks |
|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    return _HEAD + "".join(_line(source) for source in SOURCES)


def _line(source: Source) -> str:
    unseen = " \\*" if _is_unseen(source) else ""
    cells = (
        source.label + unseen,
        f"`{source.name}`",
        ", ".join(source.gives),
        ", ".join(source.lacks),
    )
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |\n"


def _is_unseen(source: Source) -> bool:
    """Return whether no export of anybody was at hand when a format was written."""
    if isinstance(source, PresetSource):
        return not source.preset.real_sample
    said = sys.modules[type(source).__module__].__doc__ or ""
    return _UNSEEN in " ".join(said.split())


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")

"""Lists of an account's transactions, as banks give them in CSV and Excel: a preset each."""

from __future__ import annotations

from pathlib import Path

from etl.intake.formats.preset import presets_in
from etl.intake.source import Source

LISTS: tuple[Source, ...] = tuple(presets_in(Path(__file__).parent))

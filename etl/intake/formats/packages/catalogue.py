"""Presets for the exports of accounting packages, and of credit reports and credit insurers.

Each is a TOML file in this folder; etl/intake/mappings/preset.py says how one is written.
"""

from __future__ import annotations

from pathlib import Path

from etl.intake.formats.packages.sap_s4 import SOURCE as SAP_S4
from etl.intake.formats.preset import presets_in
from etl.intake.source import Source

PACKAGES: tuple[Source, ...] = tuple(
    sorted((SAP_S4, *presets_in(Path(__file__).parent)), key=lambda source: source.name)
)

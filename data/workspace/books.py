"""What people said that the books of a store are made by, as a load takes it up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data.workspace.decisions import Decision, holding
from data.workspace.places import untouched

SECTORS = "sectors"
"""Under this name a load report's options keep the fingerprint of the sectors."""


@dataclass(frozen=True)
class Said:
    """The decisions about matches that hold, and the sectors: customer number -> NACE code."""

    decisions: tuple[Decision, ...] = ()
    sectors: Mapping[str, str] = field(default_factory=dict)


def said(folder: Path) -> Said:
    """Return what holds now. Raises `StoreError` where it cannot be read."""
    if untouched(folder):
        return Said()
    # what speaks to databases takes long to be there, and most stores hold nothing of it
    from data.workspace import by_hand
    from data.workspace.memory import Memory

    memory = Memory(folder)
    return Said(holding(by_hand.decisions(memory)), by_hand.sectors(memory))


def sectors_print(sectors: Mapping[str, str]) -> str:
    """Return what tells these sectors from any others; '' for none."""
    if not sectors:
        return ""
    text = json.dumps(dict(sectors), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]

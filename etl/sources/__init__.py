"""The source formats: one format, one file; all of them are listed here."""

from __future__ import annotations

from etl.source import Source
from etl.sources.fec import SOURCE as FEC
from etl.sources.packages import PACKAGES
from etl.sources.table import SOURCE as TABLE

SOURCES: tuple[Source, ...] = (FEC, *PACKAGES, TABLE)
"""Asked in this order; of two that are equally sure, the first one reads."""

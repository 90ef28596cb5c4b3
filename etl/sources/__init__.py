"""The source formats: one format, one file; all of them are listed here."""

from __future__ import annotations

from etl.source import Source
from etl.sources.datev import SOURCE as DATEV
from etl.sources.fec import SOURCE as FEC
from etl.sources.packages import PACKAGES
from etl.sources.table import SOURCE as TABLE
from etl.sources.xaf import SOURCE as XAF

SOURCES: tuple[Source, ...] = (FEC, XAF, DATEV, *PACKAGES, TABLE)
"""Asked in this order; of two that are equally sure, the first one reads."""

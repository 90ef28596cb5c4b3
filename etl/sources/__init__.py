"""The source formats: one format, one file; all of them are listed here."""

from __future__ import annotations

from importlib import import_module, util

from etl.source import Source

SOURCES: tuple[Source, ...] = tuple(
    import_module(f"etl.sources.{name}").SOURCE
    for name in ("fec", "table")
    if util.find_spec(f"etl.sources.{name}")
)
"""Asked in this order; of two that are equally sure, the first one reads."""

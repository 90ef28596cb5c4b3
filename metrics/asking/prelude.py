"""Where the relations come from: the one place that says when the cubes are asked."""

from __future__ import annotations

from collections.abc import Iterable

from metrics.asking import definition
from metrics.asking.asked import Asked
from metrics.asking.memory import agreed_here
from metrics.asking.said import TERMS
from metrics.asking.shortcut import SHORTCUTS
from metrics.asking.tables import Tables, union

_BALANCES = ("balances", "balances_by_currency", "debtors", "aged", "opening_balances")


def _shortened(asked: Asked, name: str) -> bool:
    """Return whether a relation is read from the cubes: where they know it, and are the faster.

    They know ends of months, by market and by the bounds of age that they were made for.
    """
    if not asked.cubes or name not in SHORTCUTS:
        return False
    if asked.undisputed and name in _BALANCES:
        return False  # what is disputed, and when, is in no cube
    match name:
        case "balances" | "balances_by_currency" | "debtors":
            return asked.by_market and asked.month_ends
        case "aged":
            return asked.by_market and asked.month_ends and asked.buckets.bounds <= asked.kept
        case "opening_balances":
            return asked.by_market
        case _:
            return True


def relations(asked: Asked, names: Iterable[str]) -> list[str]:
    """Return the common tables of the relations `names`, those they stand on before them."""
    tables = Tables(asked)
    for name in names:
        if name == "days":
            tables.all_days()
        elif name not in tables:
            chosen = SHORTCUTS[name](tables) if _shortened(asked, name) else None
            sql = chosen or definition.relation(tables, name)
            if name == "granted" and TERMS in asked.said:
                # cubes know the terms of files
                sql = union([sql, agreed_here(tables)])
            tables.put(name, sql)
    return tables.text()

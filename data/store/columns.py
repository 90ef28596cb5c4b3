"""What a table and a column are, in our words."""

from __future__ import annotations

from dataclasses import dataclass

MONEY = "DECIMAL(18,2)"


@dataclass(frozen=True)
class Column:
    """One column: its name, DuckDB type and meaning; `unit` where the type does not say it."""

    name: str
    type: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """One table of a published state."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(c.name for c in self.columns)

    def create(self, how: str = "create table") -> str:
        """Return the CREATE TABLE statement."""
        body = ", ".join(f'"{c.name}" {c.type}' for c in self.columns)
        return f"{how} {self.name} ({body})"

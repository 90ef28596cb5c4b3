"""A shape: one value for each axis, most of them the plain one; and tables before they are text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from benchmarks.shapes.ledger import Figures, Party
from benchmarks.shapes.words import HEADERS, KINDS, YES_NO, listed, word


@dataclass(frozen=True)
class Money:
    """An amount in a cell, signed as the file signs it."""

    cents: int


Cell = str | int | date | Money | None
Row = dict[str, Cell]


@dataclass
class Column:
    """A column: our name for it, and its header."""

    key: str
    header: str


@dataclass
class Table:
    """A table of an export: rows by our names of the columns; what stands around them."""

    name: str
    columns: list[Column]
    rows: list[Row]
    above: list[list[str]] = field(default_factory=list)
    """Rows before the header; an empty list is an empty line."""
    below: list[list[str]] = field(default_factory=list)
    apart: list[Table] = field(default_factory=list)
    """Tables that stand beside it: below it in a text, on other sheets in a workbook."""

    @property
    def keys(self) -> list[str]:
        """Our names of the columns."""
        return [c.key for c in self.columns]

    def place(self, key: str) -> int:
        """Return which column has this name."""
        return self.keys.index(key)


@dataclass
class Made:
    """What a shape exports: tables, one a file, and every outcome that would be right.

    Where nothing is right, what the files leave open has to be asked about.
    """

    tables: list[Table]
    right: tuple[Figures, ...]
    by: str = "number"
    """Whether customers are compared by number or by name."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Number -> name, where the files say both."""


class Shape:
    """One value for each axis; those that are not named have the plain one."""

    def __init__(self, values: Mapping[str, str], seed: int) -> None:
        """Take the values that are not plain; `seed` makes the ledger and the choices."""
        self.values = dict(values)
        self.seed = seed

    def __getitem__(self, axis: str) -> str:
        """Return the value of an axis; '' is the plain one."""
        return self.values.get(axis, "")

    def without(self, axis: str) -> Shape:
        """Return the shape with the plain value of an axis."""
        return Shape({a: v for a, v in self.values.items() if a != axis}, self.seed)

    def random(self, what: str) -> Random:
        """Return a generator for one purpose: the same whatever the other axes are."""
        return Random(f"{self.seed} {what}")

    @property
    def language(self) -> str:
        """Language of headers and words."""
        return self["language"] or "en"

    def name(self) -> str:
        """Return its values in one line."""
        shown = dict(self.values)
        if key := self["renamed"].partition(":")[0]:
            shown["renamed"] += f" ({self.header(key)})"
        return ", ".join(f"{a}={v}" for a, v in sorted(shown.items())) or "plain"

    def key(self, party: Party) -> str:
        """Return what a customer is called in the figures."""
        if self["by"] == "joined":
            return f"{party.number} - {party.name}"
        return party.name if self.by_name else party.number.lstrip("0")

    @property
    def by_name(self) -> bool:
        """Whether names alone tell the customers apart."""
        return self["by"] in ("name", "joined") or self["company"] == "several" or (
            self["grouping"] in ("heading", "heading_total")
        )  # fmt: skip

    def header(self, key: str, taken: tuple[str, ...] = ()) -> str:
        """Return the header of one of our columns, not one of those that are taken."""
        words = listed(HEADERS[self.language][key])
        renamed, _, place = self["renamed"].partition(":")
        chosen = words[0]
        if renamed == key and int(place) < len(words):
            chosen = words[int(place)]
        elif self["headings"] == "other":
            chosen = self.random(f"header {key}").choice(words)
        free = [w for w in (chosen, *words) if w.lower() not in taken]
        return free[0] if free else f"{chosen} 2"

    def kind(self, kind: str) -> str:
        """Return the word for a kind of row."""
        other = self.random(f"kind {kind}") if self["kind_words"] == "other" else None
        return word(KINDS[self.language][kind], other)

    def yes(self, said: bool) -> str:
        """Return yes or no."""
        words = YES_NO[self["yes_no"] or "yes"]
        return listed(words)[0 if said else 1]


def titled(shape: Shape, keys: list[str]) -> list[Column]:
    """Return columns with headers that differ from each other."""
    columns: list[Column] = []
    for key in keys:
        taken = tuple(c.header.lower() for c in columns)
        columns.append(Column(key, shape.header(key, taken)))
    return columns

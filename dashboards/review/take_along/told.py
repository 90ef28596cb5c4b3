"""What the files of a review say, as pure data: slides with their titles, charts, tables, notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Number = int | float | Decimal


@dataclass(frozen=True)
class Fall:
    """A waterfall: a total, signed steps, and the total that they lead to.

    texts: the numbers as a reader has them. worse: whether a rise is worse; None: neither is.
    number: how a spreadsheet shows them.
    """

    names: tuple[str, ...]
    values: tuple[Number, ...]
    texts: tuple[str, ...]
    worse: bool | None
    number: str

    def spans(self) -> list[tuple[float, float]]:
        """Return where each column begins and ends: totals at zero, steps where the last ended.

        The last total stands by itself: steps too small to be shown are in it.

        >>> Fall(("a", "b", "c"), (10, -3, 7), ("", "", ""), None, "0").spans()
        [(0.0, 10.0), (10.0, 7.0), (0.0, 7.0)]
        """
        found, at = [(0.0, float(self.values[0]))], float(self.values[0])
        for moved in self.values[1:-1]:
            found.append((at, at + float(moved)))
            at += float(moved)
        return [*found, (0.0, float(self.values[-1]))]

    def role(self, place: int) -> str:
        """Return what a column is: total, worse, better or step."""
        if place in (0, len(self.values) - 1):
            return "total"
        if self.worse is None:
            return "step"
        return "worse" if (self.values[place] > 0) is self.worse else "better"


@dataclass(frozen=True)
class Line:
    """A line over the weeks of its chart; None where nothing is known.

    look: actual, before, expected or band.
    """

    name: str
    look: str
    values: tuple[Number | None, ...]


@dataclass(frozen=True)
class Lines:
    """Lines over weeks, each week said by its first day."""

    days: tuple[date, ...]
    days_said: tuple[str, ...]
    lines: tuple[Line, ...]
    number: str


@dataclass(frozen=True)
class Bars:
    """Bars beside each other, by name; `texts` are their numbers as a reader has them."""

    name: str
    names: tuple[str, ...]
    values: tuple[Number, ...]
    texts: tuple[str, ...]
    number: str


Chart = Fall | Lines | Bars


@dataclass(frozen=True)
class Grid:
    """A table of texts. texts: how many columns stand left. total: the last row, in bold."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    texts: int = 1


@dataclass(frozen=True)
class Slide:
    """A finding: its title says it; measure: unit, as-of day, filters.

    says: sentences on the slide. notes: what whoever shows it may say besides.
    """

    title: str
    measure: str
    says: tuple[str, ...] = ()
    chart: Chart | None = None
    grid: Grid | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deck:
    """A whole review. head: what each file says at its top, name and text; foot: on every page."""

    name: str
    title: str
    day: date
    language: str
    head: tuple[tuple[str, str], ...]
    foot: str
    slides: tuple[Slide, ...]

"""How a sheet of the review's workbook is written: downwards, each formula with its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dashboards.frame.written import sheet_name
from dashboards.review.take_along.told import Deck

_LOOKS: Mapping[str, Mapping[str, object]] = {
    "money": {"num_format": "#,##0.00"},
    "days": {"num_format": "0.0"},
    "share": {"num_format": "0.0%"},
    "percent": {"num_format": "0.00"},
    "count": {"num_format": "#,##0"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "text": {},
}
_WIDTHS = {"money": 16, "days": 11, "share": 11, "percent": 9, "count": 9, "day": 12, "text": 24}
Cell = str | int | float | Decimal | date | None


def looks_of(book: Any) -> Mapping[str, Any]:
    """Return the formats of a workbook's cells: by unit, `bold ` before it for totals."""
    looks = {unit: book.add_format(dict(look)) for unit, look in _LOOKS.items()}
    for unit, look in _LOOKS.items():
        looks[f"bold {unit}"] = book.add_format({**look, "bold": True, "top": 1})
    looks["title"] = book.add_format({"bold": True, "font_size": 14})
    wrapped = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
    looks["heads"] = book.add_format(wrapped)
    return looks


@dataclass(frozen=True)
class Formula:
    """A formula, and its result as it is stored."""

    text: str
    value: float


class Sheet:
    """A sheet that is written downwards: its title, what each file says, then tables."""

    def __init__(self, book: Any, looks: Mapping[str, Any], title: str, deck: Deck,
                 taken: set[str]) -> None:  # fmt: skip
        """Write what stands at its top."""
        self.name = sheet_name(title, taken)
        self._looks, self._sheet, self.row = looks, book.add_worksheet(self.name), 0
        self._sheet.write_string(0, 0, title, looks["title"])
        self.row = 1
        for name, text in deck.head:
            self.line(name, text)
        self.row += 1
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer(f"&L{deck.foot.replace('&', '&&')}&R&P/&N")

    def line(self, name: str, text: str) -> None:
        """Write a line of a name and a text."""
        self._sheet.write_string(self.row, 0, name)
        self._sheet.write_string(self.row, 1, text)
        self.row += 1

    def note(self, text: str) -> None:
        """Write a sentence."""
        self._sheet.write_string(self.row, 0, text)
        self.row += 1

    def heads(self, names: Sequence[str], units: Sequence[str], *, freeze: bool = False) -> None:
        """Begin a table: its heads, the width of its columns."""
        for place, (name, unit) in enumerate(zip(names, units, strict=True)):
            self._sheet.set_column(place, place, 30 if place == 0 else _WIDTHS[unit])
            self._sheet.write_string(self.row, place, name, self._looks["heads"])
        self.row += 1
        if freeze:
            self._sheet.freeze_panes(self.row, 0)

    def cells(
        self, row: Sequence[Cell | Formula], units: Sequence[str], *, bold: bool = False
    ) -> None:
        """Write a row; what is not known stays empty, and texts cannot run as formulas."""
        for place, (value, unit) in enumerate(zip(row, units, strict=True)):
            look = self._looks["bold " + unit if bold else unit]
            if isinstance(value, Formula):
                self._sheet.write_formula(self.row, place, value.text, look, value.value)
            elif isinstance(value, date):
                self._sheet.write_datetime(self.row, place, value, look)
            elif isinstance(value, str):
                self._sheet.write_string(self.row, place, value, look)
            elif value is not None:
                self._sheet.write_number(self.row, place, value, look)
        self.row += 1

    def at(self, column: int, row: int | None = None) -> str:
        """Return the address of a cell of a row, of the next one if none is named."""
        return str(xl_rowcol_to_cell(self.row if row is None else row, column))

    def down(self, column: int, first: int) -> str:
        """Return the cells of a column from a row to the last one written, for other sheets too."""
        top, end = (xl_rowcol_to_cell(n, column, True, True) for n in (first, self.row - 1))
        return f"'{self.name}'!{top}:{end}"

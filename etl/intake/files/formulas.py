"""Formulas of a workbook that was never calculated: the simple ones are, all others are not.

A program that writes a workbook writes formulas without results; a spreadsheet program calculates
them when it opens the file, a reader does not. What is understood here is arithmetic on cells of
the same sheet, SUM, PRODUCT, ROUND and ABS: `=E2+F2`, `=SUM(E2:G2)`, `=C2+30` with C2 a day. It is
done in decimals, so that a cent is a cent. Anything else, or a text where a number is needed, has
no result: it is better to ask than to come close.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from etl.intake.files.measure import Place, column_number

_LONGEST, _DEEPEST = 400, 60
_MOST_CELLS = 5_000_000
"""Cells that are looked at for all ranges together: a running total looks at each many times."""
_TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d*)?|\.\d+)|(SUM|PRODUCT|ROUND|ABS)\(|"
    r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::\$?([A-Z]{1,3})\$?([1-9]\d{0,6}))?(?![A-Za-z0-9_!(.])|"
    r"([-+*/(),]))"
)
Value = Decimal | date | str | None
"""A number, a day, an error such as #REF!, or nothing; a text is never calculated with."""
Token = tuple[str, object]


class _Unknown(Exception):  # noqa: N818 - no error: a formula that is not understood
    """A formula, or a cell that it needs, is not understood."""


class Formulas:
    """The formulas of one sheet over its rows."""

    def __init__(self, rows: Sequence[Sequence[object]], formulas: Mapping[Place, str]) -> None:
        """`rows` are the cells with values; `formulas` those without."""
        self._rows, self._formulas = rows, formulas
        self._last_row = max(len(rows) - 1, *(row for row, _ in formulas), 0)
        self._left = _MOST_CELLS
        self._known: dict[Place, Value | _Unknown] = {}

    def result(self, place: Place) -> Value:
        """Return what a formula gives; None where that is not known."""
        try:
            return self._at(place, 0, alone=True)
        except _Unknown:
            return None

    def _at(self, place: Place, depth: int, *, alone: bool = False) -> Value:
        """Return the value of a cell; a text only where it stands `alone`."""
        if place not in self._formulas:
            row, column = place
            cells = self._rows[row] if row < len(self._rows) else ()
            return _value(cells[column] if column < len(cells) else None, alone=alone)
        if place not in self._known:
            self._known[place] = _Unknown()  # what needs itself has no result
            with suppress(_Unknown, InvalidOperation, OverflowError, RecursionError):
                self._known[place] = self._calculate(self._formulas[place], depth + 1)
        found = self._known[place]
        if isinstance(found, _Unknown):
            raise _Unknown
        return found

    def _calculate(self, formula: str, depth: int) -> Value:
        if depth > _DEEPEST or not 0 < len(formula) <= _LONGEST:
            raise _Unknown
        tokens = _tokens(formula)
        if len(tokens) == 1 and tokens[0][0] == "cell":
            found = self._at(_place(tokens[0][1]), depth, alone=True)
            return Decimal(0) if found is None else found
        value = self._sum(tokens, depth)
        if tokens:
            raise _Unknown
        return Decimal(0) if value is None else value

    def _sum(self, tokens: list[Token], depth: int) -> Value:
        value = self._product(tokens, depth)
        while tokens and tokens[0][1] in ("+", "-"):
            sign = tokens.pop(0)[1]
            value = _add(value, self._product(tokens, depth), plus=sign == "+")
        return value

    def _product(self, tokens: list[Token], depth: int) -> Value:
        value = self._one(tokens, depth)
        while tokens and tokens[0][1] in ("*", "/"):
            sign = tokens.pop(0)[1]
            other = self._one(tokens, depth)
            if isinstance(value, str) or isinstance(other, str):
                value = value if isinstance(value, str) else other
                continue
            one, two = _number(value), _number(other)
            if sign == "/" and not two:
                value = "#DIV/0!"
            else:
                value = one * two if sign == "*" else one / two
        return value

    def _one(self, tokens: list[Token], depth: int) -> Value:
        if not tokens:
            raise _Unknown
        kind, what = tokens.pop(0)
        if what in ("-", "+"):
            value = self._one(tokens, depth)
            return value if isinstance(value, str) else _signed(value, minus=what == "-")
        if what == "(":
            value = self._sum(tokens, depth)
            _take(tokens, ")")
            return value
        if kind == "number":
            return Decimal(str(what))
        if kind == "cell":
            return self._at(_place(what), depth)
        if kind == "function":
            return self._function(str(what), tokens, depth)
        raise _Unknown

    def _function(self, name: str, tokens: list[Token], depth: int) -> Value:
        values: list[Value] = []
        count = 0
        while True:
            count += 1
            if tokens and tokens[0][0] == "range" and name in ("SUM", "PRODUCT"):
                values += self._range(tokens.pop(0)[1], depth)
            else:
                values.append(self._sum(tokens, depth))
            if not tokens or tokens[0][1] != ",":
                break
            tokens.pop(0)
        _take(tokens, ")")
        if error := next((v for v in values if isinstance(v, str)), None):
            return error
        if name == "SUM":
            return sum((_number(v) for v in values), Decimal(0))
        if name == "PRODUCT":
            product = Decimal(1)
            for value in values:
                product *= _number(value) if value is not None else 1
            return product
        if name == "ABS" and count == 1:
            return abs(_number(values[0]))
        if name == "ROUND" and count == 2:
            places = int(_number(values[1]))
            if abs(places) > 12:
                raise _Unknown
            return _number(values[0]).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        raise _Unknown

    def _range(self, corners: object, depth: int) -> list[Value]:
        """Return the numbers of a range: texts in it count for nothing, as in a spreadsheet."""
        assert isinstance(corners, tuple)  # noqa: S101 - tells the type checker
        (top, left), (bottom, right) = corners
        bottom = min(bottom, self._last_row)
        self._left -= max(bottom - top + 1, 0) * max(right - left + 1, 0)
        if self._left < 0:
            raise _Unknown
        found: list[Value] = []
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                value = self._at((row, column), depth, alone=True)
                if value is None or (isinstance(value, str) and not value.startswith("#")):
                    continue
                if isinstance(value, date):
                    raise _Unknown
                found.append(value)
        return found


def _tokens(formula: str) -> list[Token]:
    tokens: list[Token] = []
    place = 0
    formula = formula.strip()
    while place < len(formula):
        match = _TOKEN.match(formula, place)
        if match is None:
            raise _Unknown
        number, function, column, row, column_2, row_2, sign = match.groups()
        if number:
            tokens.append(("number", number))
        elif function:
            tokens.append(("function", function))
        elif column_2:
            corners = (
                (int(row) - 1, column_number(column)),
                (int(row_2) - 1, column_number(column_2)),
            )
            tokens.append(("range", corners))
        elif column:
            tokens.append(("cell", (int(row) - 1, column_number(column))))
        else:
            tokens.append(("sign", sign))
        place = match.end()
    return tokens


def _take(tokens: list[Token], sign: str) -> None:
    if not tokens or tokens.pop(0)[1] != sign:
        raise _Unknown


def _place(what: object) -> Place:
    assert isinstance(what, tuple)  # noqa: S101 - tells the type checker
    return what


def _value(cell: object, *, alone: bool) -> Value:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        raise _Unknown
    if isinstance(cell, float | int):
        return Decimal(repr(cell))
    if isinstance(cell, datetime):
        if cell.hour or cell.minute or cell.second:
            raise _Unknown
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str) and (alone or cell.startswith("#")):
        return cell
    raise _Unknown  # a text in arithmetic: what it means depends on the language


def _number(value: Value) -> Decimal:
    if value is None:
        return Decimal(0)
    if isinstance(value, Decimal):
        return value
    raise _Unknown


def _signed(value: Value, *, minus: bool) -> Decimal:
    return -_number(value) if minus else _number(value)


def _add(one: Value, two: Value, *, plus: bool) -> Value:
    if isinstance(one, str) or isinstance(two, str):
        return one if isinstance(one, str) else two
    if isinstance(one, date) and isinstance(two, date):
        if plus:
            raise _Unknown
        return Decimal((one - two).days)
    if isinstance(one, date) or isinstance(two, date):
        day, days = (one, two) if isinstance(one, date) else (two, one)
        assert isinstance(day, date)  # noqa: S101 - tells the type checker
        if day is two and not plus:
            raise _Unknown
        number = _number(days)
        if number != int(number):
            raise _Unknown
        return day + timedelta(int(number) if plus else -int(number))
    return _number(one) + (_number(two) if plus else -_number(two))

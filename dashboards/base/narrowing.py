"""What a reader sets in the columns of a grid, in the address: filters and order.

    ?customers.oldest_overdue_days=greaterThan.30&customers.sort=overdue.desc

A key is the name of the list, a dot and the column; its value the test, a dot and what is
compared with (`inRange.30..60`; `blank` has nothing). `<list>.sort` is the order. So the screen,
its title, a copied link and a downloaded file are about the same rows. The script
assets/grids.js writes these keys, and makes a grid follow them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from dashboards.base.format import Format
from dashboards.base.i18n import _
from data.core.texts import N_

NUMBERS = ("money", "days", "share", "count")
"""Units of columns that hold numbers."""
_SORT = "sort"
_TEXT_TESTS = {
    "contains": "contains(lower({c}), lower({v}))",
    "notContains": "not contains(lower({c}), lower({v}))",
    "equals": "lower({c}) = lower({v})",
    "notEqual": "lower({c}) <> lower({v})",
    "startsWith": "starts_with(lower({c}), lower({v}))",
    "endsWith": "ends_with(lower({c}), lower({v}))",
}
_SAID_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, sought: sought in text,
    "notContains": lambda text, sought: sought not in text,
    "equals": lambda text, sought: text == sought,
    "notEqual": lambda text, sought: text != sought,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}
_ORDER_TESTS = {
    "equals": "{c} = {v}",
    "notEqual": "{c} <> {v}",
    "lessThan": "{c} < {v}",
    "lessThanOrEqual": "{c} <= {v}",
    "greaterThan": "{c} > {v}",
    "greaterThanOrEqual": "{c} >= {v}",
    "inRange": "{c} between {v} and {w}",
}
_BLANK = {"blank": "({c} is null or {c}::varchar = '')", "notBlank": "({c}::varchar <> '')"}
#: How a test is said, with the value in its place; days have words of their own.
_WORDS = {
    "contains": N_("contains “{v}”"),
    "notContains": N_("does not contain “{v}”"),
    "startsWith": N_("begins with “{v}”"),
    "endsWith": N_("ends with “{v}”"),
    "equals": N_("is {v}"),
    "notEqual": N_("is not {v}"),
    "lessThan": N_("less than {v}"),
    "lessThanOrEqual": N_("at most {v}"),
    "greaterThan": N_("more than {v}"),
    "greaterThanOrEqual": N_("at least {v}"),
    "inRange": N_("{v} to {w}"),
    "blank": N_("is empty"),
    "notBlank": N_("is not empty"),
}
_DAY_WORDS = {"lessThan": N_("before {v}"), "greaterThan": N_("after {v}")}


@dataclass(frozen=True)
class ColumnTest:
    """What one column is tested by: its type as AG Grid calls it, and the values as text."""

    kind: str
    value: str = ""
    to: str = ""


@dataclass(frozen=True)
class Narrowing:
    """The filters and the order of one grid.

    tests: column -> test. sort: (column, `asc` or `desc`), None for the list's own order.
    unknown: values of the address that are no test of a column.
    """

    tests: Mapping[str, ColumnTest]
    sort: tuple[str, str] | None = None
    unknown: tuple[str, ...] = ()

    def models(self, units: Mapping[str, str]) -> dict[str, Any]:
        """Return filters and order as AG Grid asks with them: filterModel and sortModel."""
        filters = {name: _model(test, units[name]) for name, test in self.tests.items()}
        order = [{"colId": self.sort[0], "sort": self.sort[1]}] if self.sort else []
        return {"filterModel": filters, "sortModel": order}


def narrowing(name: str, units: Mapping[str, str], page: Mapping[str, str]) -> Narrowing:
    """Return what the address says of the list `name`, whose columns have these `units`."""
    tests: dict[str, ColumnTest] = {}
    sort: tuple[str, str] | None = None
    unknown: list[str] = []
    for key, said in page.items():
        of, dot, column = key.partition(".")
        if of != name or not dot:
            continue
        if column == _SORT:
            by, _dot, way = said.partition(".")
            sort = (by, "desc" if way == "desc" else "asc") if by in units else sort
            known = by in units
        else:
            test = _test(said, units[column]) if column in units else None
            known = test is not None
            tests |= {column: test} if test else {}
        unknown += [] if known else [said]
    return Narrowing(tests, sort, tuple(unknown))


def _test(said: str, unit: str) -> ColumnTest | None:
    """Return the test that the address says; None where it is none for a column of the unit."""
    kind, dot, rest = said.partition(".")
    if kind in _BLANK:
        return None if dot else ColumnTest(kind)
    if unit not in (*NUMBERS, "day"):
        return ColumnTest(kind, rest) if kind in _TEXT_TESTS and rest else None
    value, _dots, to = rest.partition("..") if kind == "inRange" else (rest, "", "")
    wanted = (value, to) if kind == "inRange" else (value,)
    valid = _is_day if unit == "day" else _is_number
    return ColumnTest(kind, value, to) if kind in _ORDER_TESTS and all(map(valid, wanted)) else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _model(test: ColumnTest, unit: str) -> dict[str, Any]:
    model: dict[str, Any] = {"type": test.kind}
    if unit == "day":
        model |= {"filterType": "date", "dateFrom": test.value or None, "dateTo": test.to or None}
    elif unit in NUMBERS:
        model |= {"filterType": "number"}
        model |= {"filter": _number(test.value)} if test.value else {}
        model |= {"filterTo": _number(test.to)} if test.to else {}
    else:
        model |= {"filterType": "text", "filter": test.value}
    return model


def as_said(model: Mapping[str, Any]) -> str:
    """Return a filter as AG Grid holds it, as the address says it."""
    kind = str(model.get("type"))
    value, to = (
        str(model[day])[:10] if model.get(day) else model.get(plain)
        for day, plain in (("dateFrom", "filter"), ("dateTo", "filterTo"))
    )
    if kind in _BLANK:
        return kind
    return f"{kind}.{value}" + (f"..{to}" if kind == "inRange" else "")


def _number(text: str) -> int | float:
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def words(test: ColumnTest, label: str, unit: str, f: Format) -> str:
    """Return a filter as a reader would say it: "Oldest, days: more than 30"."""

    def said(value: str) -> str:
        if unit == "day":
            return f.day(date.fromisoformat(value))
        if unit not in NUMBERS:
            return value
        exact = Decimal(value)
        digits = max(0, -int(exact.normalize().as_tuple().exponent))
        number = f.number(exact, min(digits, 9))
        return f"{number}\u00a0%" if unit == "share" else number

    text = _DAY_WORDS.get(test.kind, "") if unit == "day" else ""
    value, to = (said(one) if one else "" for one in (test.value, test.to))
    return f"{label}: {_(text or _WORDS[test.kind]).format(v=value, w=to)}"


def condition(
    name: str,
    unit: str,
    model: Mapping[str, Any],
    bound: dict[str, object],
    said: Mapping[str, str] | None = None,
) -> str:
    """Return the SQL of one column's filter; its values go into `bound`.

    said: value -> what the reader sees in its place, for columns that show other words than they
    hold: then these are tested. Raises ValueError for what is no test of such a column.
    """
    kind = str(model.get("type"))
    if kind in _BLANK:
        return _BLANK[kind].format(c=name)
    is_text = unit not in (*NUMBERS, "day")
    tests = _TEXT_TESTS if is_text else _ORDER_TESTS
    if kind not in tests:
        raise ValueError(f"{kind!r} is no test that a column can be filtered by")
    if said is not None and is_text:
        return _among(name, kind, str(model.get("filter") or ""), said, bound)
    values = (model.get("filter"), model.get("filterTo"))
    if unit == "day":
        values = (model.get("dateFrom"), model.get("dateTo"))
    if unit == "share":
        # read and typed in per cent
        values = tuple(None if v is None else v / 100 for v in values)  # type: ignore[assignment]
    places = []
    for end, value in zip("vw", values, strict=True):
        place = f"grid_{name}_{end}"
        bound[place] = str(value)[:10] if unit == "day" and value else value
        places.append(f"cast(${place} as date)" if unit == "day" else f"${place}")
    if is_text:
        bound[f"grid_{name}_v"] = str(values[0] or "")
        name = f"coalesce({name}::varchar, '')"
    return tests[kind].format(c=name, v=places[0], w=places[1])


def _among(
    name: str, kind: str, sought: str, said: Mapping[str, str], bound: dict[str, object]
) -> str:
    test, wanted = _SAID_TESTS[kind], sought.casefold()
    place = f"grid_{name}_v"
    found = [value for value, text in said.items() if test(text.casefold(), wanted)]
    if not found:
        return "1 = 0"
    bound[place] = found
    return f"coalesce({name}::varchar, '') in ${place}"


def without(page: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return the keys of a page but for the filters of these lists; their order stays."""
    dropped = set(names)

    def filters(key: str) -> bool:
        of, dot, column = key.partition(".")
        return bool(dot) and of in dropped and column != _SORT

    return {key: value for key, value in page.items() if not filters(key)}


def follow_address(app: Dash, id: Any) -> None:
    """Let what a reader sets in the grid's columns stand in the address, and the grid follow it.

    On a narrow screen it becomes a list of cards.
    """
    app.clientside_callback(
        ClientsideFunction("grids", "watch"),
        Output(id, "className", allow_duplicate=True),
        Input(id, "id"),
        prevent_initial_call="initial_duplicate",
    )
    app.clientside_callback(
        ClientsideFunction("cells", "narrow"),
        Output(id, "columnDefs"),
        Output(id, "dashGridOptions"),
        Input(id, "id"),
        State(id, "columnDefs"),
        State(id, "dashGridOptions"),
    )


def refresh_with(app: Dash, id: Any, *inputs: Input) -> None:
    """Ask the grid for its rows again when one of the inputs changes.

    It follows the address where that is among them, as a query or with what is `BELOW`.
    """
    app.clientside_callback(
        ClientsideFunction("grids", "refresh"),
        Output(id, "className"),
        *inputs,
        State(id, "id"),
        prevent_initial_call=True,
    )

"""A table as a mapping wants it: with the columns that follow from others, and then planned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

import duckdb
from babel.numbers import get_currency_precision

from data.core.errors import FileError
from data.core.texts import N_, Text
from data.reference.currencies import currencies
from etl.intake.files.grid import Grid
from etl.intake.headers import is_net
from etl.intake.mappings.mapping import HEADING, ColumnMapping, applies, position
from etl.intake.mappings.rules import Rule, condition, headers_of, literal
from etl.intake.source import ReadOptions
from etl.intake.tables.columns import Parsed
from etl.intake.tables.companies import customers_above, own_companies
from etl.intake.tables.evidence import is_vat_on
from etl.intake.tables.money import parse_amounts
from etl.intake.tables.plan import MONEY, Plan
from etl.intake.tables.reading import fitting, guess, make_plan, mapping_of, missing
from etl.intake.tables.rows import set_apart

_T = TypeVar("_T")
Answer = Mapping[str, Mapping[str, object]]
"""What a mapping file would say: table -> its words."""
_ORDERS = {
    "dmy": N_("Days such as 01/02 are read with the day first, as the program does."),
    "mdy": N_("Days such as 01/02 are read with the month first, as the program does."),
    "ymd": N_("Days such as 01/02/03 are read with the year first, as the program does."),
}
_DECIMAL = N_("Amounts such as 1.234 are read as the program writes them.")


def lacking(grid: Grid, options: ReadOptions) -> list[str]:
    """Return what the rows cannot do without, and neither a column nor a rule gives."""
    mapping = mapping_of(options)
    plan = guess(grid, mapping)
    made = set(mapping.derived) if mapping else set()
    return [name for name in missing(plan) if name not in made]


def plan_table(connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions) -> Plan:
    """Return how the grid is to be staged, with the columns that its mapping derives.

    Where days or amounts stay ambiguous, what the mapping says of that counts, and is noted.
    Raises `FileError` as `make_plan` does.
    """
    notes: list[Text] = []
    options = _answered(connection, grid, options, notes)
    mapping = mapping_of(options)
    if mapping is None or not applies(mapping, grid.headers):
        return make_plan(connection, grid, options)

    def settled(step: Callable[[ReadOptions], _T]) -> _T:
        """Return what a step gives, where need be with what the mapping says of unclear cells."""
        nonlocal options
        while True:
            try:
                return step(options)
            except FileError as error:
                said = mapping.unclear.get(error.asks)
                if said is None or getattr(options, error.asks) is not None:
                    raise
                if error.asks == "date_order":
                    options = replace(options, date_order=said)
                    notes.append(Text(_ORDERS[said]))
                else:
                    options = replace(options, decimal=said)
                    notes.append(Text(_DECIMAL))

    theirs = grid.headers
    if mapping.groups:
        _add_headings(connection, grid)
    document = settled(lambda o: _derived(connection, grid, mapping, o))
    plan = settled(lambda o: make_plan(connection, grid, replace(o, mapping=document)))
    plan.notes += notes
    plan.open_only = plan.open_only or bool(mapping.open_only)
    plan.signed = bool(mapping.signed)
    for header, reason in mapping.reasons.items():
        plan.reasons[f"c{position(header, theirs, grid.name)}"] = reason
    if mapping.local:
        plan.notes.append(Text(N_("The amounts are those in the books' own currency.")))
    return plan


def _answered(
    connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions, notes: list[Text]
) -> ReadOptions:
    """Return the options with what the cells of the file answer of what would be asked about it.

    Where a reader has named the columns, nothing is added.
    """
    mapping = mapping_of(options)
    if mapping is not None and (
        fitting(mapping, grid) is None
        or (mapping.columns and (not mapping.by_headers or mapping.derived or mapping.groups))
    ):
        return options
    for answer in (_sum_of_net, customers_above, own_companies):
        plan = guess(grid, mapping_of(options))
        if not plan.holds_documents:
            return options
        if answer is _sum_of_net:
            set_apart(connection, plan)
        if (found := answer(connection, plan, options)) is not None:
            said, note = found
            options = replace(options, mapping=_merged(options.mapping or {}, said))
            notes.append(note)
    return options


def _merged(document: Mapping[str, object], more: Answer) -> dict[str, object]:
    """Return what a mapping file says with the tables of another one added; its own words win."""
    merged = dict(document)
    for table, said in more.items():
        before = merged.get(table, {})
        merged[table] = {**said, **(before if isinstance(before, Mapping) else {})}
    return merged


def _sum_of_net(
    connection: duckdb.DuckDBPyConnection, plan: Plan, options: ReadOptions
) -> tuple[Answer, Text] | None:
    """Return that the amount is the net one and its VAT together, where there is no total.

    The header says that the one is without VAT, and the cells that the other is VAT on it.
    """
    headers = plan.grid.headers
    nets = [n for n, h in enumerate(headers) if is_net(h)]
    if plan.rows_kind != "invoices" or "document_id" not in plan.columns:
        return None
    total = plan.columns.keys() & {"amount", "debit", "credit"} and not plan.open_only
    if total or plan.vat is None or len(nets) != 1:
        return None
    net, vat = headers[nets[0]], headers[int(plan.vat[1:])]
    if not is_vat_on(connection, plan, f"c{nets[0]}", plan.vat, options.decimal):
        return None
    text = N_("There is no amount with VAT: {net} and {vat} are added up.")
    document = plan.answer({"document_id": plan.header("document_id")})
    document["derived"] = {"amount": {"sum": [net, vat]}}
    document["unread"] = {vat: "harmless"}  # it stands in the amount
    return document, Text(text, {"net": net, "vat": vat})


def _derived(
    connection: duckdb.DuckDBPyConnection, grid: Grid, mapping: ColumnMapping, options: ReadOptions
) -> dict[str, object]:
    """Add the columns that follow from others; return the mapping that names them."""
    columns = dict(mapping.columns)
    if mapping.groups:
        columns.setdefault("customer_name", HEADING)
    if mapping.derived:
        cells = {h: f"c{position(h, grid.headers, grid.name)}" for h in headers_of(mapping.derived)}
        amounts = _amounts(connection, grid, mapping, cells, options)
        for name, rules in mapping.derived.items():
            columns[name] = _add(connection, grid, name, rules, cells, amounts)
    document = {k: v for k, v in (options.mapping or {}).items() if k != "derived"}
    return {**document, "columns": columns} if columns else document


def _amounts(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    mapping: ColumnMapping,
    cells: Mapping[str, str],
    options: ReadOptions,
) -> Mapping[str, Parsed]:
    """Return how the amounts are read that others are made of: all of the file say how."""
    made = [r for rules in mapping.derived.values() if any(r.counts for r in rules) for r in rules]
    if not made:
        return {}
    named = {h: cells[h] for r in made for h in (*r.first, *r.sum, *r.less)}
    besides = {  # a header may be called like a column of ours
        f"our {n}": f"c{position(h, grid.headers, grid.name)}"
        for n, h in mapping.columns.items()
        if n in MONEY
    }
    decimal = mapping.decimal or options.decimal
    return parse_amounts(connection, grid, {**besides, **named}, decimal).parsed


def _add(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    name: str,
    rules: Sequence[Rule],
    cells: Mapping[str, str],
    amounts: Mapping[str, Parsed],
) -> str:
    """Add a column by its rules; return its header."""
    counted = any(rule.counts for rule in rules)
    there = list(dict.fromkeys(h for rule in rules for h in rule.headers))
    cases = []
    for rule in rules:
        holds = condition(rule, lambda header: grid.shown(cells[header]))
        cases.append(f"case when {holds} then {_value(grid, rule, cells, amounts, counted)} end")
    made = f"c{len(grid.headers)}"
    read = [h for rule in rules for h in rule.read]
    if counted or any(grid.plain.get(cells[h]) == "numbers" for h in read):
        grid.plain = {**grid.plain, made: "numbers"}
    if formulas := [f for h in read if (f := grid.uncalculated.get(cells[h]))]:
        grid.uncalculated = {**grid.uncalculated, made: formulas[0]}
    if not grid.errors.isdisjoint(cells[h] for h in read):
        grid.errors |= {made}
    sql = f"nullif(coalesce({', '.join(cases)}, null), '')"
    grid.make_anew(connection, "line", [*grid.cells, f"{sql} as {made}"])
    grid.read |= {cells[h] for h in there}
    header = f"({' / '.join(there) or name})"
    while header in grid.headers:
        header += " "
    grid.headers = (*grid.headers, header)
    return header


def _value(
    grid: Grid,
    rule: Rule,
    cells: Mapping[str, str],
    amounts: Mapping[str, Parsed],
    counted: bool,
) -> str:
    """Return SQL for the text that a rule gives."""
    if rule.value is not None:
        return literal(rule.value)
    if rule.join:
        listed = ", ".join(grid.shown(cells[h]) for h in rule.join)
        return f"nullif(concat_ws({literal(rule.by)}, {listed}), '')"
    if rule.cents:
        return _cents(grid.shown(cells[rule.cents]), cells.get(rule.currency, ""))
    if rule.first and not counted:
        return f"coalesce({', '.join(cells[h] for h in rule.first)}, null)"
    if rule.first:
        return f"coalesce({', '.join(_amount(amounts[h], cells[h]) for h in rule.first)}, null)"
    terms = [(sign, h) for sign, named in (("+", rule.sum), ("-", rule.less)) for h in named]
    # a part that is no amount is shown as it stands: it will be refused, and seen
    wrong = " ".join(f"when {_refused(amounts[h])} then {cells[h]}" for _, h in terms)
    some = " or ".join(f"{amounts[h].value} is not null" for _, h in terms)
    total = " ".join(f"{sign} coalesce({amounts[h].value}, 0)" for sign, h in terms)
    return f"case {wrong} when {some} then (0.00::decimal(18,2) {total})::varchar end"


def _refused(parsed: Parsed) -> str:
    return f"({parsed.refused.replace('@value', f'({parsed.value})')})"


def _amount(parsed: Parsed, cell: str) -> str:
    return f"case when {_refused(parsed)} then {cell} else ({parsed.value})::varchar end"


def _cents(cell: str, currency: str) -> str:
    """Return SQL for an amount in the smallest unit of its currency, as text.

    What is no whole number gets a mark by which it is refused as an amount.
    """
    units = "2"
    if currency:
        cases = " ".join(
            f"when upper(trim({currency})) in ({', '.join(map(literal, codes))}) then {digits}"
            for digits, codes in _precisions().items()
        )
        units = f"case {cases} else 2 end"
    number = f"try_cast({cell} as decimal(18,0))"
    return (
        f"case when {cell} is null then null when not regexp_full_match({cell}, '-?[0-9]{{1,18}}') "
        f"then '? ' || {cell} else case {units} when 0 then {number}::varchar "
        f"when 3 then ({number} * 0.001)::varchar else ({number} * 0.01)::varchar end end"
    )


@cache
def _precisions() -> dict[int, list[str]]:
    """Return the currencies whose smallest unit is no hundredth: decimals -> codes."""
    found: dict[int, list[str]] = {}
    for code in sorted(currencies()):
        digits = get_currency_precision(code)
        if digits in (0, 3):
            found.setdefault(digits, []).append(code)
    return found


def _add_headings(connection: duckdb.DuckDBPyConnection, grid: Grid) -> None:
    """Add the text of the last row that has but one, to the rows below it that have more."""
    cells = grid.cells
    filled = " + ".join(f"({c} is not null)::int" for c in cells)
    # a printed list may leave the empty cells of such a row out
    short = "broken = 'short' and regexp_full_match(text, '[^,;|\\t\"]+|\"[^\"]+\"')"
    heading = (
        f"case when {short} then trim(text, ' \"') "
        f"when broken is null and {cells[0]} is not null and ({filled}) = 1 then {cells[0]} end"
    )
    made = f"c{len(cells)}"
    marked = (
        f"(select * replace (case when {short} then trim(text, ' \"') else c0 end as c0), "
        f"{heading} as heading, {short} as short from {grid.table})"
    )
    over = "over (order by line rows between unbounded preceding and current row)"
    group = f"case when heading is null then last_value(heading ignore nulls) {over} end"
    grid.make_anew(
        connection, "line", [*cells, f"{group} as {made}"],
        "case when not coalesce(short, false) then broken end as broken", marked,
    )  # fmt: skip
    grid.headers = (*grid.headers, HEADING)

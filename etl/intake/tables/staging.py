"""A `Plan` carried out: the rows of a grid become staged rows, rejects, and counts, in SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from data.core import dimensions
from data.core.reading import Reading
from data.core.texts import N_, Text
from data.store.schema import CUSTOMER_COLUMNS, DOCUMENT_COLUMNS
from etl.intake.files.grid import BROKEN
from etl.intake.header_words import DIMENSIONS
from etl.intake.headers import bare
from etl.intake.source import OPEN_LIST
from etl.intake.staged import has_columns
from etl.intake.tables.parts import find_parts, stage_paid
from etl.intake.tables.plan import PAYING, Plan
from etl.intake.tables.rows import KEPT, NO_DAY, NOT_READ, UNREAD, Rows, read_rows
from etl.intake.tables.signs import flips
from etl.intake.tables.states import SKIPPED, SKIPPED_PAYMENTS

#: Why rows are left out: what the SQL calls it -> what the reader sees.
LEFT_OUT = {
    "blank": N_("blank rows"),
    "header": N_("repeated header rows"),
    "keep": N_("rows with other values than the mapping keeps"),
    "leave": N_("rows with values that the mapping leaves out"),
    "total": N_("totals and subtotals"),
    "heading": N_("headings and notes: no number, day or amount"),
    "apart": N_("rows of another table below"),
    "line": N_("further lines of the same document"),
}

_MISSING = {
    "document_id": N_("The document number is missing."),
    "customer_id": N_("The customer is missing."),
    "issued_on": N_("The day of the document is missing."),
    "amount": N_("The amount is missing."),
    "debit_id": N_("The number of the invoice is missing."),
    "credit_id": N_("The number of the payment is missing."),
    "currency": N_("The currency is missing."),
    "rate": N_("The exchange rate is missing."),
}
_STANDS_FOR = {"amount": ("debit", "credit"), "issued_on": ("due_on",)}
_FILL_IN = N_("Fill in the cell in the file, or leave the row out.")
#: What a cell looks like that was understood, for columns that keep other words as they are.
_UNDERSTOOD = {"country": "[A-Z]{2}", "sector": "[A-Z]|[0-9]{2}([.][0-9]{1,2})?"}
_POSITIVE = {
    "credit_note": N_("The credit notes are written as positive amounts and were turned negative."),
    "payment": N_("The payments are written as positive amounts and were turned negative."),
    "write_off": N_("The write-offs are written as positive amounts and were turned negative."),
    "refund": N_("The refunds are written as negative amounts and were turned positive."),
}
_ATTRIBUTES = tuple(c.name for c in CUSTOMER_COLUMNS if c.name != "customer_id")
#: What a row of documents says of the document, and a row of customers of the customer.
_EITHER = frozenset(dimensions.names("either"))


@dataclass
class _Group:
    """What the rows with the same fate, currency and side have in common."""

    skip: str | None
    bad: bool
    currency: str
    turned: str | None
    """Kind of document whose amount may be written positive but mean less owed; None if not."""
    rows: int
    cents: int
    amount: Decimal
    payments: bool
    """Some row is a payment."""
    first_day: date | None
    last_day: date | None

    @property
    def kept(self) -> bool:
        """Return whether the rows are to be staged."""
        return self.skip is None and not self.bad


def stage(
    connection: duckdb.DuckDBPyConnection, plan: Plan, file_id: int, ledger: str = ""
) -> Reading:
    """Insert the rows of the plan's grid as staged rows and rejects; return what came of them.

    `ledger` is whose books they are where the plan does not say.
    """
    table = f"{plan.grid.table}_rows"
    rows = read_rows(connection, plan, table)
    reading = Reading(
        name=plan.grid.name,
        format="table",
        rows_kind=plan.rows_kind,
        ledger=plan.ledger or ledger,
        series=_series(plan),
        settings=_settings(plan),
        notes=[*plan.grid.notes, *plan.notes],
    )
    groups = _survey(connection, plan, rows)
    if all(g.kept for g in groups):
        rows.kept = "true"
    if plan.holds_documents:
        groups = _stage_documents(connection, plan, rows, table, file_id, reading, groups)
        _stage_attributes(connection, plan, rows, file_id)
    elif plan.rows_kind == "customers":
        names = [n for n in ("customer_id", *_ATTRIBUTES) if n in plan.columns]
        _insert(connection, "staged_customers", rows, {n: n for n in names}, file=file_id)
    elif plan.rows_kind == "matches":
        _stage_matches(connection, plan, rows, file_id, reading, groups)
    else:
        select = {"currency": "currency", "day": "issued_on", "rate": "rate"}
        _insert(connection, "staged_rates", rows, select, file=file_id)
        _note_days(reading, groups)
    if any(g.bad and g.skip is None for g in groups):
        _reject(connection, plan, rows, file_id)
    _count(connection, plan, rows, reading, groups)
    for made in (table, f"{table}_parts"):
        connection.execute(f"drop table if exists {made}")
    plan.grid.drop(connection)
    return reading


def _survey(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows) -> list[_Group]:
    """Return what is to be known about all rows before they are staged, from one look at them."""
    which, day, cents, amount, payments = "null", "null::date", "0", "0", "false"
    if plan.holds_documents:
        which, day, cents, amount = _turned(plan, rows), "issued_on", "cents", "amount"
        payments = "kind = 'payment'"
    elif plan.rows_kind == "rates":
        day = "issued_on"
    elif plan.rows_kind == "matches":
        cents = "abs(cents)"
        day = "matched_on" if "matched_on" in plan.columns else day
    currency = "currency" if "currency" in rows.columns else "null"
    found = connection.execute(
        f"select skip, bad is not null, coalesce({currency}, ''), {which}, "
        f"count(*), coalesce(sum({cents}), 0), coalesce(sum({amount}), 0), "
        f"coalesce(bool_or({payments}), false), min({day}), max({day}) "
        f"from {rows.sql} group by 1, 2, 3, 4 order by 1, 2, 3, 4",
        rows.bind,
    ).fetchall()
    return [_Group(*group) for group in found]


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Rows,
    select: Mapping[str, str],
    join: str = "",
    **values: object,
) -> None:
    """Insert the rows that are kept into `table`: `select` is its columns -> SQL.

    `values` are bound: `file`, and what else has a $name in `select`.
    """
    listed = ", ".join(f"{value} as {name}" for name, value in select.items())
    connection.execute(
        f"insert into {table} by name select $file as file_id, line, {listed} "
        f"from {rows.sql} {join} where {rows.kept}",
        {**rows.bind, **values},
    )


def _stage_documents(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    rows: Rows,
    table: str,
    file_id: int,
    reading: Reading,
    groups: list[_Group],
) -> list[_Group]:
    """Stage documents; return the groups, without the rows that turned out to be lines."""
    has = set(plan.columns)
    if {"currency", "rate"} <= has:
        _note_base_currency(connection, rows, reading)
    flipped = flips(connection, plan, rows, _turned(plan, rows))
    reading.notes += [Text(_POSITIVE[kind]) for kind in flipped]
    parts, changed = find_parts(connection, plan, rows, table, reading)
    if changed:
        groups, rows.kept = _survey(connection, plan, rows), KEPT
    select = {c.name: c.name for c in DOCUMENT_COLUMNS if c.name in rows.columns}
    named = "customer_id" if "customer_id" in rows.columns else "null::varchar"
    select = {"ledger": "$ledger", "customer_id": named, **select}
    for name in ("amount", "open_amount", "paid_amount", "cost"):
        if name in select and flipped:
            turned = f"{_turned(plan, rows)} in ({', '.join(map(repr, flipped))})"
            select[name] = f"case when {turned} then -{name} else {name} end"
    if plan.rows_kind in PAYING:
        for name in ("open_amount", "paid_amount", "paid_on", "due_on"):
            select.pop(name, None)
    elif any(g.payments for g in groups if g.kept):
        _drop_state(select, has, reading)
    join = ""
    if parts:
        select["instalment"] = "part"
        join = (
            f"left join (select line as part_line, instalment as part from {parts}) "
            "on part_line = line"
        )
    values = {"file": file_id, "ledger": reading.ledger}
    has_columns(connection, select)
    _insert(connection, "staged_documents", rows, select, join, **values)
    cents: dict[str, int] = {}
    for group in groups:
        if group.kept:
            sign = -1 if group.turned in flipped else 1
            cents[group.currency] = cents.get(group.currency, 0) + sign * int(group.cents)
            if sign < 0 and group.turned:
                kind = "payment" if group.turned == "refund" else group.turned
                before = reading.turned.get(kind, Decimal(0))
                reading.turned[kind] = before - _money(group.cents)
    for currency, paid in stage_paid(connection, rows, f"{table}_parts_paid", select, values):
        cents[currency] = cents.get(currency, 0) - int(paid * 100)
    reading.totals = {currency: _money(total) for currency, total in cents.items()}
    if cents:
        reading.control_total = sum(reading.totals.values(), Decimal(0))
    _note_days(reading, groups)
    return groups


def _note_days(reading: Reading, groups: list[_Group]) -> None:
    """Keep the first and the last day of the rows that are staged."""
    reading.first_day = min((g.first_day for g in groups if g.kept and g.first_day), default=None)
    reading.last_day = max((g.last_day for g in groups if g.kept and g.last_day), default=None)


def _turned(plan: Plan, rows: Rows) -> str:
    """Return SQL for the kind of rows whose amount may be written positive but mean less owed."""
    if rows.explicit:
        return "null"
    payment = "case when refund then 'refund' else 'payment' end"
    payment = payment if "refund" in rows.columns else "'payment'"
    if plan.rows_kind in PAYING:
        return payment
    if plan.signed or plan.rows_kind != "invoices":
        return "null"
    if not plan.columns.keys() & {"kind", "journal", "credit_flag"}:
        return "case when kind = 'credit_note' then kind end"
    return (
        f"case when kind = 'payment' then {payment} "
        "when kind in ('credit_note', 'write_off') then kind end"
    )


def _drop_state(select: dict[str, str], has: set[str], reading: Reading) -> None:
    """Where payments are rows of their own, a paid day or open amount must not count twice."""
    state = [n for n in ("open_amount", "paid_amount", "paid_on") if n in select]
    if "paid_on" in has and "match_code" in has and "matched_on" not in has:
        select["matched_on"] = "case when match_code is not null then paid_on end"
    for name in state:
        select.pop(name, None)
    if state:
        reading.notes.append(
            Text(
                N_("Payments are rows of this file, so {columns} of the invoices were not used."),
                {"columns": ", ".join(state)},
            )
        )


def _stage_attributes(
    connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows, file_id: int
) -> None:
    """Stage what rows of documents say about their customers: the first that is said."""
    names = [n for n in _ATTRIBUTES if n in plan.columns and n not in _EITHER]
    if names and "customer_id" in plan.columns:
        firsts = ", ".join(f"arg_min({n}, line) as {n}" for n in names)
        connection.execute(
            f"insert into staged_customers by name select $file as file_id, "
            f"min(line) as line, customer_id, {firsts} from {rows.sql} where {rows.kept} "
            "group by customer_id order by line",
            {**rows.bind, "file": file_id},
        )


def _stage_matches(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    rows: Rows,
    file_id: int,
    reading: Reading,
    groups: list[_Group],
) -> None:
    select = {
        "ledger": "$ledger",
        "debit_id": "debit_id",
        "credit_id": "credit_id",
        "matched_on": "matched_on" if "matched_on" in plan.columns else "null::date",
        "amount": "abs(amount)",
    }
    _insert(connection, "staged_matches", rows, select, file=file_id, ledger=reading.ledger)
    kept = [g for g in groups if g.kept]
    if kept:
        reading.control_total = _money(sum(int(g.cents) for g in kept))
        reading.totals = {"": reading.control_total}
    _note_days(reading, groups)


def _note_base_currency(
    connection: duckdb.DuckDBPyConnection, rows: Rows, reading: Reading
) -> None:
    """Keep the books' own currency in the settings: the one whose rate is always 1.

    Rows that a mapping leaves out tell it too: they are of the same books.
    """
    found = connection.execute(
        f"select currency, bool_and(rate = 1) as own from {rows.sql} "
        "where currency <> '' and rate is not null group by currency",
        rows.bind,
    ).fetchall()
    own = [currency for currency, always in found if always]
    if len(own) == 1 and len(found) > 1:
        reading.settings["base_currency"] = own[0]


def _reject(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows, file_id: int) -> None:
    """List the refused rows, each with the first thing that is wrong with it."""
    listed: list[tuple[str, str, str, str, str]] = [
        (code, "", "text", reason, remedy) for code, (reason, remedy) in BROKEN.items()
    ]
    listed += [
        (name, plan.header(name), plan.grid.shown(plan.columns[name]), p.reason, p.remedy)
        for name, p in plan.parsed.items()
        if p.reason or p.because
    ]
    listed += [
        (f"no {name}", plan.header(name) if name in plan.columns else "",
         _raw(plan, name), text, _FILL_IN)
        for name, text in _MISSING.items()
    ]  # fmt: skip
    bind: dict[str, object] = {**rows.bind, "file": file_id}
    cases: dict[str, list[str]] = {"column_name": [], "value": [], "reason": [], "remedy": []}
    for number, (code, header, value, reason, remedy) in enumerate(listed):
        bind |= {f"h{number}": header, f"r{number}": reason, f"m{number}": remedy}
        why, do = f"$r{number}", f"$m{number}"
        because = plan.parsed[code].because if code in plan.parsed else ()
        for which, (when, *said) in reversed(list(enumerate(because))):
            bind |= {f"r{number}_{which}": said[0], f"m{number}_{which}": said[1]}
            why = f"case when {when} then $r{number}_{which} else {why} end"
            do = f"case when {when} then $m{number}_{which} else {do} end"
        for name, what in zip(cases, (f"$h{number}", value, why, do), strict=True):
            cases[name].append(f"when '{code}' then {what}")
    connection.execute(
        "insert into rejects by name select $file as file_id, g.line as line, "
        + ", ".join(f"case bad {' '.join(c)} end as {n}" for n, c in cases.items())
        + f", {plan.grid.raw} as raw from {rows.sql} r join {plan.grid.table} g on g.line = r.line "
        "where r.skip is null and r.bad is not null order by g.line",
        bind,
    )


def _raw(plan: Plan, name: str) -> str:
    """Return SQL for what stands where a value is missing: a dash, a word for nothing."""
    names = (name,) if name in plan.columns else _STANDS_FOR.get(name, ())
    cells = [plan.grid.shown(plan.columns[n]) for n in names if n in plan.columns]
    return f"nullif(concat_ws(' / ', {', '.join(cells)}), '')" if cells else "null"


def _count(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    rows: Rows,
    reading: Reading,
    groups: list[_Group],
) -> None:
    for group in groups:
        reading.rows_read += group.rows
        if group.skip is not None:
            code, _, cell = group.skip.partition("_")  # keep_c3: the column that says so
            skipped = SKIPPED_PAYMENTS if plan.rows_kind in PAYING else SKIPPED
            reason = skipped.get(cell) or plan.reasons.get(cell) or LEFT_OUT[code]
            reading.left_out[reason] = reading.left_out.get(reason, 0) + group.rows
            if plan.holds_documents and group.cents:
                before = reading.left_out_amounts.get(reason, Decimal(0))
                reading.left_out_amounts[reason] = before + _money(group.cents)
        elif group.bad:
            reading.rows_rejected += group.rows
            if plan.holds_documents and group.cents:
                before = reading.refused_amount or Decimal(0)
                reading.refused_amount = before + _money(group.cents)
        else:
            reading.rows_kept += group.rows
    counts = {
        name: f"count(*) filter (cell_{name} is not null and ({name} is null or "
        + (f"not regexp_full_match({name}, '{_UNDERSTOOD[name]}')" if name in _UNDERSTOOD
           else "false")
        + "))"
        for name in UNREAD if name in plan.columns
    } | {name: f"count(*) filter (lost_{name})" for name in rows.lost}  # fmt: skip
    if not counts:
        return
    found = connection.execute(
        f"select {', '.join(counts.values())} from {rows.sql} where {rows.kept}", rows.bind
    ).fetchall()[0]
    for name, count in zip(counts, found, strict=True):
        if count:
            column, note = plan.header(name), NOT_READ.get(name, NO_DAY)
            reading.notes.append(Text(note, {"count": count, "column": column}))


def _money(cents: int) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)


def _series(plan: Plan) -> str:
    """Return what exports of one kind from one program have in common."""
    # what only splits figures tells no exports apart
    read = sorted(n for n in plan.columns if n not in DIMENSIONS)
    text = "\n".join([*read, "", *sorted(map(bare, plan.grid.headers))])
    return f"table:{plan.rows_kind}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _settings(plan: Plan) -> dict[str, str]:
    """Return how the grid was read, for the load report."""
    settings = dict(plan.grid.settings)
    if plan.decimal and plan.cents:
        settings["decimal"] = plan.decimal
    if plan.reports:
        settings["reports"] = "true"
    if plan.open_only:
        settings[OPEN_LIST] = "true"
    if plan.own:
        settings["own_dimensions"] = json.dumps(plan.own, ensure_ascii=False)
    settings["formats"] = json.dumps(plan.formats, ensure_ascii=False)
    settings["columns"] = json.dumps(
        {name: plan.header(name) for name in plan.columns}, ensure_ascii=False
    )
    return settings

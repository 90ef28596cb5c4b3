"""A `Plan` carried out: the rows of a grid become staged rows, rejects, and counts, in SQL."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

import duckdb

from data.schema import CUSTOMER_COLUMNS, DOCUMENT_COLUMNS
from data.texts import N_, Text
from etl.grid import BROKEN
from etl.headers import bare
from etl.parts import find_parts
from etl.rows import KEPT, read_rows
from etl.source import Reading
from etl.tabular import Plan

#: Why rows are left out: what the SQL calls it -> what the reader sees.
LEFT_OUT = {
    "blank": N_("blank rows"),
    "header": N_("repeated header rows"),
    "keep": N_("rows with other values than the mapping keeps"),
    "total": N_("totals and subtotals"),
    "heading": N_("headings and notes: no number, day or amount"),
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
_FILL_IN = N_("Fill in the cell in the file, or leave the row out.")
_NOT_READ = {
    "country": N_("{count} cells of {column} name no known country and stay as they are."),
    "sector": N_("{count} cells of {column} are no NACE code and stay as they are."),
    "disputed": N_("{count} cells of {column} say neither yes nor no and were left empty."),
    "terms_days": N_("{count} cells of {column} are no plain number of days: no terms from them."),
}
_NOT_READ["agreed_terms_days"] = _NOT_READ["terms_days"]
#: What a cell looks like that was understood, for columns that keep other words as they are.
_UNDERSTOOD = {"country": "[A-Z]{2}", "sector": "[A-Z]|[0-9]{2}([.][0-9]{1,2})?"}
_ATTRIBUTES = tuple(c.name for c in CUSTOMER_COLUMNS if c.name != "customer_id")


def stage(connection: duckdb.DuckDBPyConnection, plan: Plan, file_id: int) -> Reading:
    """Insert the rows of the plan's grid as staged rows and rejects; return what came of them."""
    rows = f"{plan.grid.table}_rows"
    explicit = read_rows(connection, plan, rows)
    reading = Reading(
        name=plan.grid.name,
        format="table",
        rows_kind=plan.rows_kind,
        ledger=plan.ledger,
        series=_series(plan),
        settings=_settings(plan),
        notes=[*plan.grid.notes, *plan.notes],
    )
    if plan.rows_kind in ("invoices", "payments"):
        _stage_documents(connection, plan, rows, file_id, reading, explicit)
        _stage_attributes(connection, plan, rows, file_id)
    elif plan.rows_kind == "customers":
        _stage_customers(connection, plan, rows, file_id)
    elif plan.rows_kind == "matches":
        _stage_matches(connection, plan, rows, file_id, reading)
    else:
        connection.execute(
            "insert into staged_rates by name select $file as file_id, line, currency, "
            f"issued_on as day, rate from {rows} where {KEPT}",
            {"file": file_id},
        )
    _reject(connection, plan, rows, file_id)
    _count(connection, plan, rows, reading)
    connection.execute(f"drop table {rows}")
    plan.grid.drop(connection)
    return reading


def _stage_documents(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    rows: str,
    file_id: int,
    reading: Reading,
    explicit: bool,
) -> None:
    has = set(plan.columns)
    if {"currency", "rate"} <= has:
        _note_base_currency(connection, rows, reading)
    flipped = _flip(connection, plan, rows, reading, explicit)
    parts = find_parts(connection, plan, rows, reading)
    sign = f"case when {flipped} then -1 else 1 end"
    known = _columns(connection, rows)
    select = {name: name for name in (c.name for c in DOCUMENT_COLUMNS) if name in known}
    select["customer_id"] = "customer_id"
    for name in ("amount", "open_amount", "paid_amount", "cost"):
        if name in select and flipped != "false":
            select[name] = f"{name} * {sign}"
    if plan.rows_kind == "payments":
        for name in ("open_amount", "paid_amount", "paid_on", "due_on"):
            select.pop(name, None)
    elif _is_ledger(connection, rows):
        _drop_state(select, has, reading)
    if parts:
        select["instalment"] = "part"
    listed = ", ".join(f"{v} as {n}" for n, v in select.items())
    join = f"left join (select line as part_line, instalment as part from {parts})" if parts else ""
    connection.execute(
        "insert into staged_documents by name select $file as file_id, line, $ledger as ledger, "
        f"{listed} from {rows} {join and join + ' on part_line = line'} where {KEPT} "
        f"{'order by line' if parts else ''}",
        {"file": file_id, "ledger": plan.ledger},
    )
    totals = connection.execute(
        f"select coalesce({'currency' if 'currency' in known else 'null'}, ''), "
        f"sum(cents * {sign}), min(issued_on), max(issued_on) "
        f"from {rows} where {KEPT} group by 1 order by 1"
    ).fetchall()
    reading.totals = {currency: _money(cents) for currency, cents, *_ in totals}
    if totals:
        reading.control_total = sum(reading.totals.values(), Decimal(0))
        reading.first_day = min(t[2] for t in totals)
        reading.last_day = max(t[3] for t in totals)


def _flip(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    rows: str,
    reading: Reading,
    explicit: bool,
) -> str:
    """Return SQL that is true for rows whose amount is written positive but means less owed."""
    if explicit:
        return "false"
    if plan.rows_kind == "payments":
        which = "true"
        test = "sum(amount) > 0"  # the few of the other sign are refunds and reversals
        note = N_("The payments are written as positive amounts and were turned negative.")
    else:
        if "kind" not in plan.columns:
            return "false"
        which = "kind in ('credit_note', 'payment', 'write_off')"
        test = f"bool_or({which} and amount > 0) and not bool_or({which} and amount < 0)"
        note = N_(
            "Credit notes and payments are all written as positive amounts and were turned "
            "negative."
        )
    found = connection.execute(f"select {test} from {rows} where {KEPT}").fetchone()
    if found != (True,):
        return "false"
    reading.notes.append(Text(note))
    return which


def _is_ledger(connection: duckdb.DuckDBPyConnection, rows: str) -> bool:
    """Return whether payments stand among the documents."""
    sql = f"select 1 from {rows} where {KEPT} and kind = 'payment' limit 1"
    return connection.execute(sql).fetchone() is not None


def _drop_state(select: dict[str, str], has: set[str], reading: Reading) -> None:
    """Where payments are rows of their own, a paid day or open amount must not count twice."""
    state = [n for n in ("open_amount", "paid_amount", "paid_on") if n in has]
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
    connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str, file_id: int
) -> None:
    """Stage what rows of documents say about their customers: the first that is said."""
    names = [n for n in _ATTRIBUTES if n in plan.columns and n != "salesperson"]
    if names:
        firsts = ", ".join(f"arg_min({n}, line) as {n}" for n in names)
        connection.execute(
            "insert into staged_customers by name select $file as file_id, min(line) as line, "
            f"customer_id, {firsts} from {rows} where {KEPT} group by customer_id order by line",
            {"file": file_id},
        )


def _stage_customers(
    connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str, file_id: int
) -> None:
    names = ", ".join(["customer_id", *(n for n in _ATTRIBUTES if n in plan.columns)])
    connection.execute(
        f"insert into staged_customers by name select $file as file_id, line, {names} "
        f"from {rows} where {KEPT}",
        {"file": file_id},
    )


def _stage_matches(
    connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str, file_id: int, reading: Reading
) -> None:
    day = "matched_on" if "matched_on" in plan.columns else "null::date"
    connection.execute(
        "insert into staged_matches by name select $file as file_id, line, $ledger as ledger, "
        f"debit_id, credit_id, {day} as matched_on, abs(amount) as amount from {rows} "
        f"where {KEPT}",
        {"file": file_id, "ledger": plan.ledger},
    )
    found = connection.execute(
        f"select sum(abs(cents)), min({day}), max({day}) from {rows} where {KEPT}"
    ).fetchone()
    if found is not None and found[0] is not None:
        reading.control_total = _money(found[0])
        reading.totals = {"": reading.control_total}
    if found is not None:
        reading.first_day, reading.last_day = found[1], found[2]


def _note_base_currency(connection: duckdb.DuckDBPyConnection, rows: str, reading: Reading) -> None:
    """Keep the books' own currency in the settings: the one whose rate is always 1.

    Rows that a mapping leaves out tell it too: they are of the same books.
    """
    found = connection.execute(
        f"select currency, bool_and(rate = 1) as own from {rows} "
        "where currency <> '' and rate is not null group by currency"
    ).fetchall()
    own = [currency for currency, always in found if always]
    if len(own) == 1 and len(found) > 1:
        reading.settings["base_currency"] = own[0]


def _reject(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str, file_id: int) -> None:
    """List the refused rows, each with the first thing that is wrong with it."""
    listed: list[tuple[str, str, str, str, str]] = [
        (code, "", "text", reason, remedy) for code, (reason, remedy) in BROKEN.items()
    ]
    listed += [
        (name, plan.header(name), plan.columns[name], p.reason, p.remedy)
        for name, p in plan.parsed.items()
        if p.reason
    ]
    listed += [
        (f"no {name}", plan.header(name) if name in plan.columns else "", "null", text, _FILL_IN)
        for name, text in _MISSING.items()
    ]
    bind: dict[str, object] = {"file": file_id}
    cases: dict[str, list[str]] = {"column_name": [], "value": [], "reason": [], "remedy": []}
    for number, (code, header, value, reason, remedy) in enumerate(listed):
        bind |= {f"h{number}": header, f"r{number}": reason, f"m{number}": remedy}
        for name, what in zip(
            cases, (f"$h{number}", value, f"$r{number}", f"$m{number}"), strict=True
        ):
            cases[name].append(f"when '{code}' then {what}")
    connection.execute(
        "insert into rejects by name select $file as file_id, g.line as line, "
        + ", ".join(f"case bad {' '.join(c)} end as {n}" for n, c in cases.items())
        + f", {plan.grid.raw} as raw from {rows} r join {plan.grid.table} g on g.line = r.line "
        "where r.skip is null and r.bad is not null order by g.line",
        bind,
    )


def _count(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str, reading: Reading) -> None:
    counts = connection.execute(
        f"select skip, bad is not null, count(*) from {rows} group by all order by all"
    ).fetchall()
    for skip, bad, count in counts:
        reading.rows_read += count
        if skip is not None:
            reason = LEFT_OUT[skip]
            reading.left_out[reason] = reading.left_out.get(reason, 0) + count
        elif bad:
            reading.rows_rejected += count
        else:
            reading.rows_kept += count
    for name, template in _NOT_READ.items():
        if name in plan.columns:
            cell = plan.columns[name]
            (count,) = connection.execute(
                f"select count(*) from {rows} r join {plan.grid.table} g on g.line = r.line "
                f"where skip is null and bad is null and {cell} is not null "
                f"and (r.{name} is null or $form <> '' and not regexp_full_match("
                f"cast(r.{name} as varchar), $form))",
                {"form": _UNDERSTOOD.get(name, "")},
            ).fetchone() or (0,)
            if count:
                column = plan.header(name)
                reading.notes.append(Text(template, {"count": count, "column": column}))


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {str(r[0]) for r in connection.execute(f"describe {table}").fetchall()}


def _money(cents: int) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)


def _series(plan: Plan) -> str:
    """Return what exports of one kind from one program have in common."""
    headers = sorted(bare(h) for h in plan.grid.headers)
    text = "\n".join([*sorted(plan.columns), "", *headers])
    return f"table:{plan.rows_kind}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _settings(plan: Plan) -> dict[str, str]:
    """Return how the grid was read, for the load report."""
    settings = dict(plan.grid.settings)
    if plan.decimal and plan.cents:
        settings["decimal"] = plan.decimal
    settings["formats"] = json.dumps(plan.formats, ensure_ascii=False)
    settings["columns"] = json.dumps(
        {name: plan.header(name) for name in plan.columns}, ensure_ascii=False
    )
    return settings

"""Several rows with one document number: instalments, or the lines of an invoice."""

from __future__ import annotations

import duckdb

from data.texts import N_, Text
from etl.rows import Rows
from etl.source import Reading
from etl.tabular import Plan

_KINDS = "('invoice', 'credit_note', 'opening')"


def find_parts(
    connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows, kept_in: str, reading: Reading
) -> tuple[str | None, bool]:
    """Find rows that share number, customer, kind and day; return a table of their numbers.

    The table has `line` and `instalment`; None where there are no such rows. Rows that repeat the
    document's total for each of its lines are marked in `rows` as left out, the first aside: the
    second answer says whether any are. For that, the rows are written to the table `kept_in`.

    Rows are lines when the file's headers show one row for each line (quantity, unit price), or
    when all rows of every such document have the same amount and due day and yet differ in a
    column that says nothing about the document. Otherwise each row is a part of the document
    with its own amount: an instalment, numbered by due day.
    """
    if plan.rows_kind != "invoices" or "instalment" in plan.columns:
        return None, False
    kept = f"{rows.kept} and kind in {_KINDS}"
    # numbers of 8 bytes: two that are told apart are different, two that are not are looked at
    twice = connection.execute(
        f"select count(*) > count(distinct hash(document_id)) from {rows.sql} where {kept}",
        rows.bind,
    ).fetchone()
    if twice != (True,):
        return None, False
    table = f"{kept_in}_parts"
    rows.keep(connection, kept_in)
    due = "due_on" if "due_on" in plan.columns else "null::date"
    currency = "currency" if "currency" in plan.columns else "null::varchar"
    group = f"document_id, customer_id, kind, issued_on, {currency}"
    connection.execute(
        f"""
        create or replace temp table {table} as
        with numbered as (
            select line, amount, {due} as due, hash({group}) as document,
                   count(*) over same as rows,
                   row_number() over (partition by {group} order by {due} nulls last, line)
                   as instalment
            from {rows.sql} where {kept}
            and document_id in (
                select document_id from {rows.sql} where {kept} group by all having count(*) > 1)
            window same as (partition by {group})
        ) select * exclude (rows) from numbered where rows > 1
        """
    )
    same = connection.execute(
        f"select bool_and(same) from (select count(distinct amount) = 1 and "
        f"count(distinct due) <= 1 as same from {table} group by document)"
    ).fetchone()
    if same == (True,) and (plan.line_items or _details_differ(connection, plan, table)):
        connection.execute(
            f"update {rows.sql} set skip = 'line' where line in (select line from "
            f"(select line, row_number() over (partition by document order by line) as n "
            f"from {table}) where n > 1)"
        )
        reading.notes.append(
            Text(N_("The file has one row for each line of an invoice: its total counts once."))
        )
        return None, True
    (documents,) = connection.execute(
        f"select count(distinct document) from {table}"
    ).fetchone() or (0,)
    if documents:
        reading.notes.append(
            Text(
                N_("{count} documents stand in several rows: each row counts as an instalment."),
                {"count": documents},
            )
        )
    return table, False


def _details_differ(connection: duckdb.DuckDBPyConnection, plan: Plan, table: str) -> bool:
    """Return whether, in every such document, the rows differ in columns we do not use."""
    others = [c for c in plan.grid.cells if c not in plan.columns.values()]
    if "reference" in plan.columns:
        others.append(plan.columns["reference"])
    if not others:
        return False
    differ = " or ".join(f"count(distinct {c}) > 1" for c in others)
    found = connection.execute(
        f"select bool_and(differ) from (select {differ} as differ from {table} p "
        f"join {plan.grid.table} g on g.line = p.line group by document)"
    ).fetchone()
    return found == (True,)

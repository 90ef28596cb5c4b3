"""Several rows with one document number: instalments, or the lines of an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import duckdb

from data.core import dimensions
from data.core.reading import Reading
from data.core.texts import N_, NN_, Text
from etl.intake.staged import has_columns
from etl.intake.tables.plan import Plan
from etl.intake.tables.rows import Rows

_KINDS = "('invoice', 'credit_note', 'opening')"


def find_parts(
    connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows, kept_in: str, reading: Reading
) -> tuple[str | None, bool]:
    """Find rows that share number, customer, kind and day; return a table of their numbers.

    The table has `line` and `instalment`; None where there are no such rows. Where a document
    stands in a row for each payment, these are in the table `.._parts_paid`. Rows that repeat the
    document's total for each of its lines are marked in `rows` as left out, the first aside: the
    second answer says whether any are. For that, the rows are written to the table `kept_in`.

    Rows are lines when the file's headers show one row for each line (quantity, unit price), or
    when all rows of every such document have the same amount and due day and yet differ in a
    column that says nothing about the document. Otherwise each row is a part of the document
    with its own amount: an instalment, numbered by due day. Rows alike in every cell are no
    evidence of either; where a document has no others, each is a document, so that it is found
    among the invoices made twice.
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
    currency = "currency" if "currency" in rows.columns else "null::varchar"
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
    if same == (True,) and _fans_out(connection, plan, rows, table):
        payments = _split_payments(connection, rows, table)
        reading.notes.append(
            Text(
                NN_(
                    "An invoice stands in a row for each of its payments: it counts once, and that"
                    " is {count} payment of its own.",
                    "An invoice stands in a row for each of its payments: it counts once, and they"
                    " are {count} payments of their own.",
                ),
                {"count": payments},
            )
        )  # fmt: skip
        return None, True
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
    _set_copies_apart(connection, plan, rows, table, reading)
    (documents,) = connection.execute(
        f"select count(distinct document) from {table}"
    ).fetchone() or (0,)
    if documents:
        reading.notes.append(
            Text(
                NN_(
                    "{count} document stands in several rows: each row counts as an instalment.",
                    "{count} documents stand in several rows: each row counts as an instalment.",
                ),
                {"count": documents},
            )
        )
    return table, False


def _fans_out(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows, table: str) -> bool:
    """Return whether the rows of a document differ by what was paid: one for each payment."""
    if not {"paid_on", "paid_amount"} <= plan.columns.keys():
        return False
    found = connection.execute(
        f"select count(*) from (select document from {table} join {rows.sql} r using (line) "
        "group by document having count(distinct hash(r.paid_on, r.paid_amount)) > 1)"
    ).fetchone()
    return bool(found and found[0])


def _split_payments(connection: duckdb.DuckDBPyConnection, rows: Rows, table: str) -> int:
    """Leave one row of each document, and make the table of what was paid, a row each.

    Of all rows, not of repeated ones alone: where payments are rows, they speak for their customer.
    """
    connection.execute(
        f"create or replace temp table {table}_paid as "
        f"select * replace (coalesce(paid_amount, amount) as paid_amount) from {rows.sql} "
        f"where {rows.kept} and paid_on is not null and coalesce(paid_amount, 1) <> 0"
    )
    connection.execute(
        f"update {rows.sql} set skip = 'line' where line in (select line from "
        f"(select line, row_number() over (partition by document order by line) as n "
        f"from {table}) where n > 1)"
    )
    state = [n for n in ("paid_on", "paid_amount", "open_amount") if n in rows.columns]
    connection.execute(f"update {rows.sql} set {', '.join(f'{n} = null' for n in state)}")
    found = connection.execute(f"select count(*) from {table}_paid").fetchone()
    return int(found[0]) if found else 0


def _set_copies_apart(
    connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows, table: str, reading: Reading
) -> None:
    """Say which rows repeat another in every cell, and forget documents that have no others.

    Which of them counts is for a person to say: invoices of one line may be alike as well.
    """
    maybe = f"select document from {table} group by document, amount, due having count(*) > 1"
    if connection.execute(f"{maybe} limit 1").fetchone() is None:
        return
    connection.execute(
        f"""
        create or replace temp table {table}_alike as
        select line, document, count(*) over (partition by document) as parts,
               row_number() over (partition by document, cells order by line) as place,
               count(*) over (partition by document, cells) as alike
        from (select p.line, p.document, {_whole_row(plan)} as cells
              from {table} p join {plan.grid.table} g on g.line = p.line
              where document in ({maybe}))
        """
    )
    found = connection.execute(
        f"select count(*), sum(amount), min(line), arg_min(document_id, line), "
        f"arg_min(amount, line) from {rows.sql} "
        f"where line in (select line from {table}_alike where place > 1)"
    ).fetchall()
    count, total, line, document, amount = found[0]
    if count:
        reading.notes.append(
            Text(
                N_(
                    "Rows that repeat another row of the file in every cell: {count}, {total} in"
                    " all; the first is line {line}, document {document} of {amount}. They count:"
                    " take out of the file what is a copy, and load it again."
                ),
                {"count": count, "total": str(total), "line": line, "document": document,
                 "amount": str(amount)},
            )
        )  # fmt: skip
        connection.execute(
            f"delete from {table} where document in"
            f" (select document from {table}_alike where alike = parts)"
        )
    connection.execute(f"drop table {table}_alike")


def _whole_row(plan: Plan) -> str:
    """Return SQL for a number that is the same for rows alike in every cell."""
    return f"hash(row({', '.join(f'g.{c}' for c in plan.grid.cells)}))"


def _details_differ(connection: duckdb.DuckDBPyConnection, plan: Plan, table: str) -> bool:
    """Return whether the rows of every such document differ in columns we do not use.

    Documents whose rows are alike in every cell say nothing; False where there are no others.
    """
    others = [c for c in plan.grid.cells if c not in plan.columns.values()]
    if "reference" in plan.columns:
        others.append(plan.columns["reference"])
    if not others:
        return False
    differ = " or ".join(f"count(distinct {c}) > 1" for c in others)
    found = connection.execute(
        f"select bool_and(differ) from (select {differ} as differ from {table} p "
        f"join {plan.grid.table} g on g.line = p.line group by document "
        f"having count(distinct {_whole_row(plan)}) > 1)"
    ).fetchone()
    return found == (True,)


def stage_paid(
    connection: duckdb.DuckDBPyConnection,
    rows: Rows,
    table: str,
    select: Mapping[str, str],
    values: Mapping[str, object],
) -> list[tuple[str, Decimal]]:
    """Stage the payments that stood beside a repeated invoice; return what they add up to."""
    there = "select count(*) from duckdb_tables() where table_name = $name"
    if connection.execute(there, {"name": table}).fetchone() == (0,):
        return []
    has_columns(connection, ("reference",))
    same = "".join(f", {n}" for n in dimensions.names("document", "either") if n in select)
    connection.execute(
        "insert into staged_documents by name select $file as file_id, line, $ledger as ledger, "
        f"{select['customer_id']} as customer_id, 'payment' as kind, paid_on as issued_on, "
        f"-paid_amount as amount, document_id as reference{same} "
        f"from {table}",
        {**rows.bind, **values},
    )
    currency = "coalesce(currency, '')" if "currency" in rows.columns else "''"
    found = connection.execute(
        f"select {currency}, sum(paid_amount) from {table} group by 1"
    ).fetchall()
    connection.execute(f"drop table {table}")
    return [(str(c), a) for c, a in found]

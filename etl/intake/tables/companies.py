"""Columns of companies: the reader's own, or the customers."""

from __future__ import annotations

import duckdb

from data.core.reading import Choice, Question, Value
from data.core.texts import N_, Text
from etl.intake.header_words import DIMENSIONS
from etl.intake.headers import bare, meanings
from etl.intake.tables.plan import Plan
from etl.intake.tables.words import listed

FEW = 12
"""More different values than this are not shown one by one."""

COMPANIES = frozenset(
    map(bare, listed(DIMENSIONS["company"], ";"))
) | {"businessunit", "division", "branch", "etablissement"}  # fmt: skip
_COMPANY = N_(
    "{column} names several companies: {words}. Is a customer number the same customer in all of"
    " them, or has each company its own customers and invoice numbers?"
)


def settle_company(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take the one company that all rows name for the reader's own, and not for the customer.

    Payments that name their invoices need no customer.
    """
    cell = plan.columns.get("customer_name")
    if cell is None or bare(plan.header("customer_name")) not in COMPANIES:
        return
    header, alone = plan.header("customer_name"), plan.columns.get("customer_id") == cell
    if len(_first(connection, plan, cell)) != 1:
        return
    if alone and "pays" not in plan.columns:
        _ask_alone(connection, plan, cell, header)
        return
    if alone and plan.rows_kind == "payments":
        plan.rows_kind = "bank"
    elif alone or len(_first(connection, plan, plan.columns["customer_id"])) < 2:
        return
    plan.columns = {n: c for n, c in plan.columns.items() if c != cell}
    plan.notes = [n for n in plan.notes if header not in n.values.values()]
    used = set(plan.columns.values())
    names = [f"c{n}" for n, h in enumerate(plan.grid.headers)
             if "customer_name" in meanings(h) and f"c{n}" not in (*used, cell)]  # fmt: skip
    if names and plan.rows_kind != "bank":
        plan.columns["customer_name"] = names[0]


def _ask_alone(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, header: str) -> None:
    """Ask who the one company of all rows is, where rows between them hold nothing but a text.

    Those may be the customers, each above its documents, and the company the reader's own.
    """
    filled = " + ".join(f"({c} is not null)::int" for c in plan.grid.cells)
    found = connection.execute(
        f"select count(*) filter ({cell} is null and filled = 1), any_value({cell}),"
        f" count({cell}) from (select *, {filled} as filled from {plan.grid.table})"
    ).fetchone()
    if not found or not found[0]:
        return
    text = N_(
        "{company} stands in {column} of all rows, and {count} rows hold nothing but a text: is it"
        " the customer, or your own company and these are the customers?"
    )
    said = {"company": found[1], "column": header, "count": found[0]}
    customer = Choice("customer", N_("the customer of all rows"),
                      plan.answer({"customer_name": header}))  # fmt: skip
    plan.questions.append(
        Question(
            "company", Text(text, said), (customer,), header,
            (Value(str(found[1]), int(found[2])),),
        )
    )  # fmt: skip


def _first(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> list[str]:
    """Return the different cells of a column, two of them at most."""
    found = connection.execute(
        f"select distinct {cell} from {plan.grid.table} where {cell} is not null"
        " and broken is null limit 2"
    ).fetchall()
    return [str(value) for (value,) in found]


def ask_company(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, header: str) -> None:
    """Ask whether several companies of the reader's own share their customers.

    Where one number has two names, or one document number stands twice, they do not.
    """
    found = connection.execute(
        f"select {cell}, count(*) from {plan.grid.table} where {cell} is not null"
        " and broken is null group by 1 order by 2 desc, 1"
    ).fetchall()
    if len(found) < 2:
        return
    values = tuple(Value(str(w), int(n)) for w, n in found[:FEW])
    shared = Choice("shared", N_("the same customer in all: they are one book"),
                    {"unread": {header: "harmless"}})  # fmt: skip
    apart = tuple(
        Choice(v.text, v.text, {"source": {"ledger": v.text}, "keep": {header: [v.text]}})
        for v in values
    )
    # a mapping that derives columns names some
    named = {n: h for n, h in plan.named().items() if n in ("document_id", "issued_on")}
    number = {"join": [header, plan.header("customer_id")], "by": "/"}
    own = Choice("own", N_("customers of its own each: the company goes before their numbers"),
                 {**plan.answer(named), "derived": {"customer_id": number},
                  "unread": {header: "harmless"}})  # fmt: skip
    said = {"column": header, "words": ", ".join(v.text for v in values)}
    plan.questions.append(
        Question("company", Text(_COMPANY, said), (shared, own, *apart), header, values)
    )

"""Whether VAT is in the amounts of a table, and what a column that says but `VAT` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from data.core.texts import N_, Text
from etl.intake.headers import is_gross, is_vat_word
from etl.intake.tables.columns import any_row

if TYPE_CHECKING:
    from etl.intake.tables.reading import Plan

#: A cell that ends in cents is an amount.
_CENTS = r"[.,]\d{1,2}(E0)?[^\dA-Za-z]*$"


def settle_vat(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take no amounts of VAT for VAT numbers, and note where they are not in the amounts.

    Amounts are with VAT in them. A file that has amounts and VAT side by side, and says of neither
    that it is the total, is taken as it stands: both customs exist, so its reader is told.
    """
    cell = plan.columns.get("vat_number")
    if cell is not None and is_vat_word(plan.header("vat_number")):
        if _has_numbers(connection, plan, cell):
            plan.vat = None if plan.vat == cell else plan.vat
        elif any_row(connection, plan.grid, f"{cell} is not null"):
            del plan.columns["vat_number"]
    amount, vat = plan.columns.get("amount"), plan.vat
    if plan.rows_kind != "invoices" or amount is None or vat is None or vat == amount:
        return
    if not is_gross(plan.header("amount")) and _has_amounts(connection, plan, vat):
        plan.notes.append(
            Text(
                N_(
                    "The amounts of {amount} are taken as they stand, as if VAT were in them: "
                    "{vat} is not added. Where they are without VAT, export totals with VAT too."
                ),
                {"amount": plan.header("amount"), "vat": plan.grid.headers[int(vat[1:])]},
            )
        )


def _has_numbers(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether the cells are VAT numbers: at least seven digits, and never cents."""
    digits = f"regexp_replace({cell}, '[ ./-]', '', 'g')"
    return any_row(connection, plan.grid, rf"regexp_matches({digits}, '\d{{7}}')") and not any_row(
        connection, plan.grid, f"regexp_matches({cell}, '{_CENTS}')"
    )


def _has_amounts(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether some cell is no rate: `21,00` and `4200` are amounts, `21 %` and `21` not."""
    amount = rf"regexp_matches({cell}, '{_CENTS}|\d{{3}}') and not contains({cell}, '%')"
    return any_row(connection, plan.grid, amount)

"""What kind of document a row is, where no column says it: told by journal, side, text or sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from data.core.texts import N_, Text
from etl.intake.tables import words
from etl.intake.tables.columns import Words

if TYPE_CHECKING:
    from etl.intake.tables.reading import Plan

_BY_SIGN = "case when v_amount < 0 then 'credit_note' else 'invoice' end"


def by_side(plan: Plan) -> bool:
    """Return whether the sides of a ledger, debit and credit, tell kinds apart."""
    return (
        plan.rows_kind == "invoices"
        and plan.columns.keys() >= {"debit", "credit"}
        and not plan.columns.keys() & {"amount", "kind"}
    )


def settle_journal(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Forget a column of journals that tells nothing; note how kinds are told where none says."""
    all_known = False
    if (cell := plan.columns.get("journal")) is not None:
        found = [words.journal(w) for w in Words.words(connection, plan.grid, cell)]
        all_known = bool(found) and None not in found
        if plan.rows_kind != "invoices" or "kind" in plan.columns or not any(found):
            del plan.columns["journal"]
        else:
            plan.notes.append(
                Text(
                    N_("Which rows are invoices and which payments is told by {column}."),
                    {"column": plan.header("journal")},
                )
            )
    if by_side(plan) and not all_known:
        plan.notes.append(
            Text(
                N_(
                    "What stands in {credit} counts as a payment, unless its number or text says "
                    "credit note; what stands in {debit} as an invoice, unless its text says "
                    "refund. A column with the kind of each document would say it surely."
                ),
                {"credit": plan.header("credit"), "debit": plan.header("debit")},
            )
        )


def told_kind(plan: Plan, bind: dict[str, object]) -> str:
    """Return SQL for the kind of a row over its cells, and the values `v_...` read from them."""
    told = _by_side(plan, bind) if by_side(plan) else _BY_SIGN
    if "journal" not in plan.columns:
        return told
    return (
        f"case when v_journal = 'invoice' then {_BY_SIGN} "
        f"when v_journal is not null then v_journal else {told} end"
    )


def _by_side(plan: Plan, bind: dict[str, object]) -> str:
    """Return SQL for the kind of a row of a ledger, whose credit side holds payments mostly.

    A payment may name the credit note that it takes off. What is negative in debit is a credit
    note, as in any list of invoices.
    """
    for name, pattern in words.texts().items():
        bind[f"says_{name}"] = pattern
    number = _plain([c for n, c in plan.columns.items() if n == "document_id"])
    text = _plain(plan.labels)
    return f"""
        case
            when abs(coalesce(v_credit, 0)) > abs(coalesce(v_debit, 0)) then case
                when regexp_matches({number}, $says_number)
                    or regexp_matches({text}, $says_credit_note)
                    and not regexp_matches({text}, $says_payment) then 'credit_note'
                else 'payment' end
            when regexp_matches({text}, $says_refund) then 'payment'
            else {_BY_SIGN}
        end"""


def _plain(cells: list[str] | tuple[str, ...]) -> str:
    return f"lower(strip_accents(concat_ws(' ', '', {', '.join(cells)})))" if cells else "''"

"""Which columns of a file nothing was read from, in one line of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.core.texts import N_, Text
from data.store.schema import CUSTOMER_COLUMNS, DOCUMENT_COLUMNS

if TYPE_CHECKING:
    from etl.intake.tables.reading import Plan

_MOST_LETTERS = 100
_LONGEST = 30
_DOCUMENT = frozenset(c.name for c in (*DOCUMENT_COLUMNS, *CUSTOMER_COLUMNS)) | {
    "debit", "credit", "dc_flag", "journal", "pays",
}  # fmt: skip
_PAYMENT = _DOCUMENT - {"due_on", "open_amount", "paid_amount", "paid_on"}
#: Kind of rows -> what of them is staged.
_USED = {
    "invoices": _DOCUMENT,
    "payments": _PAYMENT,
    "bank": _PAYMENT,
    "matches": frozenset(("debit_id", "credit_id", "matched_on", "amount", "debit", "credit")),
    "customers": frozenset(c.name for c in CUSTOMER_COLUMNS),
    "rates": frozenset(("currency", "issued_on", "rate")),
}


def note_unused(plan: Plan) -> None:
    """Note the headers of columns that were not used, the first of them where they are many.

    What another note speaks of is said already.
    """
    used = {int(c[1:]) for n, c in plan.columns.items() if n in _USED[plan.rows_kind]}
    said = {value for note in plan.notes for value in note.values.values()}
    names = [
        header if len(header) <= _LONGEST else f"{header[: _LONGEST - 1]}…"
        for position, header in enumerate(plan.grid.headers)
        if header and position not in used and header not in said
    ]
    shown: list[str] = []
    while len(shown) < len(names) and len(", ".join(names[: len(shown) + 1])) <= _MOST_LETTERS:
        shown = names[: len(shown) + 1]
    values: dict[str, object] = {"columns": ", ".join(shown)}
    if len(shown) < len(names):
        values["count"] = len(names) - len(shown)
        plan.notes.append(Text(N_("Columns not used: {columns}, and {count} more."), values))
    elif names:
        plan.notes.append(Text(N_("Columns not used: {columns}."), values))

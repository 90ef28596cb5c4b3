"""How the rows of findings are shown: columns, and the words of their codes."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.base.grid import CARD, Column
from dashboards.base.words import KINDS, METHODS
from dashboards.charts.buckets import by_issue
from dashboards.frame.row_columns import ROW_COLUMNS
from data.core.texts import N_, Text

EVIDENCE = {
    "number": N_("the number fits"),
    "name": N_("the name fits"),
    "amount": N_("the amount only"),
    "order": N_("the order or reference"),
    "vat": N_("VAT number"),
    "iban": N_("bank account"),
}

#: Columns that only rows of findings have: name -> (label, unit, width)
_COLUMNS = {
    "age": (N_("Age"), "text", 120),
    "days": (N_("Days"), "count", 84),
    "evidence": (N_("What speaks for it"), "text", 160),
    "other_name": (N_("Other customer"), "text", 170),
    "counterparty": (N_("Who paid"), "text", 190),
    "rating": (N_("Rating"), "text", 96),
    "insured_limit": (N_("Insured limit"), "money", 130),
    "seller": (N_("Number of the seller"), "text", 170),
    "seller_name": (N_("Seller"), "text", 170),
    "other_id": (N_("Other document"), "text", 130),
    "other_on": (N_("Of the day"), "day", 116),
    "other_customer": (N_("Its number"), "text", 110),
    "payer": (N_("Payer"), "text", 160),
    "po_number": (N_("Order number"), "text", 130),
    "paid": (N_("Paid"), "money", 116),
    "paid_on": (N_("Paid on"), "day", 116),
    "still_open": (N_("Still open"), "text", 96),
    "delivered_on": (N_("Delivered"), "day", 116),
    "share": (N_("Share of invoiced"), "share", 110),
    "credit_notes": (N_("Credit notes"), "count", 96),
    "invoices": (N_("Invoices"), "count", 96),
    "invoiced": (N_("Invoiced"), "money", 130),
    "reason": (N_("Reason"), "text", 240),
    "same_as": (N_("Together with"), "text", 120),
    "vat_number": (N_("VAT number"), "text", 150),
    "iban": (N_("Bank account"), "text", 190),
    "credit_limit": (N_("Limit"), "money", 120),
    "agreed_terms_days": (N_("Agreed terms, days"), "count", 104),
    "column_name": (N_("Column"), "text", 130),
    "value": (N_("Value"), "text", 150),
    "remedy": (N_("What to do"), "text", 300),
    "debit_id": (N_("Invoice"), "text", 140),
    "credit_id": (N_("Settled by"), "text", 140),
    "rows_read": (N_("Rows"), "count", 100),
}
_WIDTHS = {"document_id": 126, "customer_name": 190, "amount": 138, "kind": 106, "sector": 170}
_WORDS_OF: dict[str, Mapping[str, str | Text]] = {
    "age": by_issue(),
    "evidence": EVIDENCE,
    "kind": KINDS,
    "method": METHODS,
}
_RENDERERS = {
    "customer_name": "CustomerLink",
    "other_name": "CustomerLink",
    "document_id": "DocumentLink",
    "other_id": "DocumentLink",
}
#: What a phone shows of each row, besides the first column.
_ON_CARDS = frozenset(
    ("customer_name", "amount", "evidence", "days", "age", "other_id", "issued_on", "share",
     "same_as", "credit_limit", "credit_notes", "other_name")
)  # fmt: skip


def columns_of(names: tuple[str, ...], share: str = "") -> tuple[Column, ...]:
    """Return the columns of a finding's rows. `share`: label of the column of that name."""
    return tuple(_column(name, share, n > 0) for n, name in enumerate(names))


def _column(name: str, share: str, fact: bool) -> Column:
    if name in _COLUMNS:
        label, unit, width = _COLUMNS[name]
        dimension = ""
    else:
        label, unit, width, dimension = ROW_COLUMNS[name]
    options: dict[str, object] = {}
    if name in _RENDERERS:
        options["cellRenderer"] = _RENDERERS[name]
    if fact and name in _ON_CARDS:
        options |= CARD
    return Column(
        name,
        share if name == "share" and share else label,
        unit,
        _WIDTHS.get(name, width),
        dimension,
        total="sum(amount)" if name == "amount" else "",
        words=_WORDS_OF.get(name, {}),
        options=options,
    )

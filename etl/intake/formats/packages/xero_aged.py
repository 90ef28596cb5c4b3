"""Xero: the report Aged Receivables Detail, as CSV or Excel.

Below four rows of titles; each customer stands in a row of its own above its invoices, and a row
with its total below them. The last row, of percentages, is no document. What is open stands for
the amount of an invoice. Where the contact has an account number, that is its number.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

SOURCE = Preset(
    name="xero_aged",
    label=N_("Xero, aged receivables in detail"),
    about=__doc__,
    gives=(p.NAMES, p.DUE, p.OPEN),
    lacks=(p.PAID_INVOICES, p.PAYMENTS, p.CURRENCIES, p.DETAILS),
    open_only=True,
    layouts=(
        Layout(
            marks=("Invoice Date", "Due Date", "Invoice Number", "Invoice Reference", "Current",
                   "Older", "Total"),
            columns={
                "document_id": "Invoice Number",
                "issued_on": "Invoice Date",
                "due_on": "Due Date",
                "open_amount": "Total",
                "reference": "Invoice Reference",
            },
            derived={"customer_id": "coalesce({Contact Account Number}, {(heading)})"},
            groups=True,
        ),
    ),
)  # fmt: skip

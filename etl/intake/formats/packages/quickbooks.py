"""QuickBooks: the report A/R Aging Detail, as CSV or Excel.

Below rows of titles; rows that name a bucket, and totals, are no documents. Days that could be
read both ways have the month first.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

SOURCE = Preset(
    name="quickbooks",
    label=N_("QuickBooks, A/R aging in detail"),
    about=__doc__,
    gives=(p.NAMES, p.DUE, p.OPEN, p.ORDERS),
    lacks=(p.PAID_INVOICES, p.NUMBERS, p.PAYMENTS, p.CURRENCIES, p.DETAILS),
    open_only=True,
    layouts=(
        Layout(
            marks=("Num", "Customer | Name", "Date", "Due Date", "Open Balance"),
            columns={
                "document_id": "Num",
                "customer_name": "Customer | Name",
                "kind": "Transaction Type | Type",
                "issued_on": "Date",
                "due_on": "Due Date",
                "amount": "Amount",
                "open_amount": "Open Balance",
                "po_number": "P.O. #",
            },
            date_order="mdy",
            decimal=".",
        ),
    ),
)

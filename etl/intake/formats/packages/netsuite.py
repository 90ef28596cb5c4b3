"""Oracle NetSuite: a saved search over transactions, exported as CSV.

Amounts are those in the base currency ('Amount', 'Amount Remaining'); columns in foreign currency
are not used. The day of a payment is that of its own row. Transactions that were voided or wait
for approval are left out.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Chosen, Layout, Preset

SOURCE = Preset(
    name="netsuite",
    label=N_("NetSuite, transactions"),
    about=__doc__,
    gives=(p.INVOICES, p.PAYMENTS, p.DUE, p.OPEN),
    lacks=(p.SETTLES, p.CURRENCIES, p.DETAILS),
    layouts=(
        Layout(
            marks=(
                "Document Number | Tran ID | Number",
                "Type",
                "Name | Customer | Entity",
                "Amount Remaining",
                "Due Date/Receive By | Due Date",
                "Internal ID | Period | Status",
            ),
            columns={
                "document_id": "Document Number | Tran ID | Number",
                "customer_id": "Customer ID | Entity ID | Name | Customer | Entity",
                "customer_name": "Company Name | Name | Customer | Entity",
                "kind": "Type",
                "issued_on": "Date",
                "due_on": "Due Date/Receive By | Due Date",
                "amount": "Amount",
                "open_amount": "Amount Remaining",
                "paid_on": "Date Closed",
                "reference": "Applied To Transaction | Memo",
                "po_number": "PO/Check Number",
                "salesperson": "Sales Rep",
            },
            kinds={"Customer Deposit": "payment", "Journal": "adjustment", "Cash Sale": "invoice"},
            leave_out={
                "Status": Chosen(
                    ("voided", "invoice : voided", "pending approval",
                     "invoice : pending approval", "credit memo : voided", "payment : voided"),
                    p.DRAFTS,
                )
            },
            local=True,
        ),
    ),
)  # fmt: skip

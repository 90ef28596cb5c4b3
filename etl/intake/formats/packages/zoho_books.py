"""Zoho Books: Invoice.csv, a row for each line of an invoice.

The invoice's total stands on each of its lines: it counts once. What is paid counts as paid on
the day of the last payment. Drafts and voided invoices are left out.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Chosen, Layout, Preset

SOURCE = Preset(
    name="zoho_books",
    label=N_("Zoho Books, invoices"),
    about=__doc__,
    gives=(N_("invoices"), p.NAMES, p.DUE, p.OPEN, p.PAID_DAY, p.CURRENCIES, p.RATES),
    lacks=(p.CREDIT_NOTES, p.PAYMENTS, p.DETAILS),
    layouts=(
        Layout(
            marks=("Invoice Date", "Invoice Number", "Invoice Status", "Customer Name", "Total",
                   "Balance"),
            columns={
                "document_id": "Invoice Number",
                "customer_id": "Customer ID",
                "customer_name": "Customer Name",
                "issued_on": "Invoice Date",
                "due_on": "Due Date",
                "amount": "Total",
                "open_amount": "Balance",
                "paid_on": "Last Payment Date",
                "currency": "Currency Code",
                "rate": "Exchange Rate",
                "po_number": "PurchaseOrder",
                "salesperson": "Sales person",
            },
            leave_out={"Invoice Status": Chosen(("draft", "void"), p.DRAFTS)},
        ),
    ),
)  # fmt: skip

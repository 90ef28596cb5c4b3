"""Xero: the CSV of sales invoices, the invoices of its API as a table, and its contacts.

The CSV has a row for each line of an invoice, with the invoice's total on each: it counts once.
The API's table has a row for each invoice with its state, and the rate as the invoice's currency
for one unit of the books' own. Only what is sold counts (ACCREC); drafts, voided and deleted
documents are left out.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Chosen, Layout, Preset

_SALES = Chosen(
    ("accrec", "accreccredit", "sales invoice", "sales credit note", "sales overpayment",
     "sales prepayment"),
    p.PURCHASES,
)  # fmt: skip
_STATUS = Chosen(("draft", "submitted", "awaiting approval", "voided", "deleted"), p.DRAFTS)

SOURCE = Preset(
    name="xero",
    label=N_("Xero, invoices and contacts"),
    about=__doc__,
    gives=(p.INVOICES, p.NAMES, p.DUE, p.OPEN, p.CURRENCIES),
    lacks=(p.PAYMENTS, p.DETAILS),
    layouts=(
        Layout(
            marks=("ContactName", "InvoiceNumber", "InvoiceDate", "DueDate", "Total",
                   "InvoiceAmountDue", "Type", "Status"),
            columns={
                "document_id": "InvoiceNumber",
                "customer_name": "ContactName",
                "kind": "Type",
                "issued_on": "InvoiceDate",
                "due_on": "DueDate",
                "amount": "Total",
                "paid_amount": "InvoiceAmountPaid",
                "open_amount": "InvoiceAmountDue",
                "currency": "Currency",
                "reference": "Reference",
                "country": "POCountry",
            },
            keep={"Type": _SALES},
            leave_out={"Status": _STATUS},
            kinds={"Sales overpayment": "payment", "Sales prepayment": "payment"},
        ),
        Layout(
            marks=("invoice_id", "contact_id", "date", "amount_due", "amount_paid", "total",
                   "type", "status", "currency_rate", "fully_paid_on_date"),
            columns={
                "document_id": "invoice_number",
                "customer_id": "contact_id",
                "kind": "type",
                "issued_on": "date",
                "due_on": "due_date",
                "amount": "total",
                "open_amount": "amount_due",
                "paid_amount": "amount_paid",
                "paid_on": "fully_paid_on_date",
                "currency": "currency_code",
                "rate": "currency_rate",
                "reference": "reference",
            },
            keep={"type": _SALES},
            leave_out={"status": _STATUS},
            rate_inverse=True,
        ),
        Layout(
            marks=("contact_id", "name", "_fivetran_deleted"),
            columns={"customer_id": "contact_id", "customer_name": "name"},
            rows="customers",
        ),
    ),
)  # fmt: skip

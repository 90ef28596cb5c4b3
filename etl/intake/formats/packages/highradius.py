"""HighRadius and its like: one row for each invoice, with the day it was cleared.

Days may be written as numbers with decimals (20200119.0). One customer number may come with
several names: the first one counts. Terms are codes such as NAA8 and are not read: due days are
there. Amounts are what was owed at first, cleared or not.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

SOURCE = Preset(
    name="highradius",
    label=N_("HighRadius, invoices"),
    about=__doc__,
    gives=(N_("invoices"), p.NAMES, p.DUE, p.PAID_DAY, p.CURRENCIES),
    lacks=(p.CREDIT_NOTES, p.PAYMENTS, p.RATES, p.DETAILS),
    layouts=(
        Layout(
            marks=("cust_number", "name_customer", "clear_date", "due_in_date",
                   "total_open_amount"),
            columns={
                "document_id": "doc_id | invoice_id",
                "customer_id": "cust_number",
                "customer_name": "name_customer",
                "kind": "document type",
                "issued_on": "document_create_date.1 | document_create_date",
                "due_on": "due_in_date",
                "paid_on": "clear_date",
                "amount": "total_open_amount",
                "currency": "invoice_currency",
            },
            kinds={"X2": "invoice"},
        ),
    ),
)  # fmt: skip

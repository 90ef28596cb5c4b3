"""SAP FBL5N, customer line items: the spreadsheet export and the ALV list as text.

Long and short labels, in English. Amounts are those in local currency where the list has them,
so that they are those of the ledger; else those of the document. A document's own number counts,
since clearing speaks of it; the invoice that a line refers to is its reference. Lines with one
clearing document settle each other on the clearing day. Subtotals and blank lines of the list are
left out; amounts may have their minus behind them.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

_COLUMNS = {
    "document_id": "Document Number | DocumentNo | Doc. No.",
    "customer_id": "Customer | Account",
    "customer_name": "Customer Name1/2 | Customer Name | Name 1",
    "kind": "Document Type | Type",
    "issued_on": "Document Date | Doc. Date | Posting Date | Pstng Date",
    "due_on": "Net due date | Net due dt",
    "paid_on": "Clearing date | Clearing",
    "match_code": "Clearing document | Clrng doc.",
    "reference": "Invoice reference | Reference | Assignment | Text",
    "disputed": "Disputed item",
}
_MARKS = (
    "Customer | Account",
    "Document Number | DocumentNo | Doc. No.",
    "Document Type | Type",
    "Document Date | Doc. Date | Posting Date | Pstng Date",
    "Net due date | Net due dt | Clearing date | Clrng doc. | Posting Key | Pstng Date",
)
_KINDS = {
    "RV": "invoice", "DR": "invoice", "RD": "invoice", "DG": "credit_note", "DZ": "payment",
    "ZP": "payment", "ZV": "payment", "ZR": "payment", "AB": "adjustment", "DA": "adjustment",
    "SA": "adjustment", "SB": "adjustment", "UE": "opening",
}  # fmt: skip

SOURCE = Preset(
    name="sap_fbl5n",
    label=N_("SAP FBL5N, customer line items"),
    about=__doc__,
    gives=(p.INVOICES, p.PAYMENTS, p.DUE, p.SETTLES, p.CURRENCIES),
    lacks=(p.DETAILS, p.RATES),
    layouts=(
        Layout(
            marks=(*_MARKS, "Amount in local currency | Amt in loc.cur."),
            columns={
                **_COLUMNS,
                "amount": "Amount in local currency | Amt in loc.cur.",
                "currency": "Local Currency | LCurr",
            },
            kinds=_KINDS,
            local=True,
        ),
        Layout(
            marks=(*_MARKS, "Amount in doc. curr. | Amount in document currency"),
            columns={
                **_COLUMNS,
                "amount": "Amount in doc. curr. | Amount in document currency",
                "currency": "Document currency | Curr.",
            },
            kinds=_KINDS,
        ),
    ),
)

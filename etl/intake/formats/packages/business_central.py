"""Microsoft Dynamics 365 Business Central (and NAV): customer ledger entries.

The list as opened in Excel, with English captions. Amounts in local currency (LCY) are preferred:
they are those of the ledger. Entries without a document type are journal lines: adjustments.
Where the list shows 'Closed by Entry No.', entries closed by the same one settle each other;
without it, payments find their invoices by rule.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

_COLUMNS = {
    "document_id": "Document No.",
    "customer_id": "Customer No.",
    "customer_name": "Customer Name",
    "issued_on": "Document Date | Posting Date",
    "due_on": "Due Date",
    "paid_on": "Closed at Date",
    "reference": "Applies-to Doc. No. | External Document No. | Description",
    "salesperson": "Salesperson Code",
}
_MARKS = ("Customer No.", "Document Type", "Document No.", "Posting Date")
_DERIVED = {
    "kind": "coalesce(nullif(trim({Document Type}), ''), 'adjustment')",
    "match_code": "case when {Closed by Entry No.} is not null"
    " then coalesce(nullif({Closed by Entry No.}, '0'), {Entry No.}) end",
}

SOURCE = Preset(
    name="business_central",
    label=N_("Business Central, customer ledger entries"),
    about=__doc__,
    gives=(p.INVOICES, p.PAYMENTS, p.NAMES, p.DUE, p.OPEN, p.SALESPEOPLE),
    lacks=(p.DETAILS, p.RATES),
    layouts=(
        Layout(
            marks=(
                *_MARKS,
                "Remaining Amt. (LCY)",
                "Original Amt. (LCY) | Amount (LCY)",
            ),
            columns={
                **_COLUMNS,
                "amount": "Original Amt. (LCY) | Amount (LCY)",
                "open_amount": "Remaining Amt. (LCY)",
            },
            derived=_DERIVED,
            local=True,
        ),
        Layout(
            marks=(*_MARKS, "Remaining Amount"),
            columns={
                **_COLUMNS,
                "amount": "Original Amount | Amount",
                "open_amount": "Remaining Amount",
                "currency": "Currency Code",
            },
            derived=_DERIVED,
        ),
    ),
)

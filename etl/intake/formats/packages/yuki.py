"""Yuki: its list of outstanding debtor items, as a table under the names of its web service.

An item without a reference goes by the number of its document. The type 'Beginbalans' marks what
was open when the books were taken over. The web service itself answers in XML, which is not read:
this is the same list saved as CSV or Excel.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

SOURCE = Preset(
    name="yuki",
    label=N_("Yuki, outstanding items"),
    about=__doc__,
    gives=(p.INVOICES, p.DUE, p.OPEN),
    lacks=(p.PAID_INVOICES, p.NUMBERS, p.PAID_DAY, p.CURRENCIES, p.DETAILS),
    open_only=True,
    layouts=(
        Layout(
            marks=("Contact", "Date", "OpenAmount", "OriginalAmount", "DueDate", "Reference"),
            columns={
                "customer_id": "ContactCode | ContactId",
                "customer_name": "Contact",
                "issued_on": "Date",
                "due_on": "DueDate",
                "amount": "OriginalAmount",
                "open_amount": "OpenAmount",
                "reference": "Description",
            },
            derived={
                "document_id": "coalesce({Reference}, {DocumentId})",
                "kind": "case when lower({Type}) in ('beginbalans', 'opening balance') "
                "then 'opening' end",
            },
        ),
    ),
)

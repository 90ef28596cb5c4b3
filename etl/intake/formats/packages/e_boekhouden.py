"""e-Boekhouden.nl: its open items (cOpenPost) as a table.

The web service answers in SOAP, which is not read: this is the same list saved as CSV or Excel.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

SOURCE = Preset(
    name="e_boekhouden",
    label=N_("e-Boekhouden.nl, open items"),
    about=__doc__,
    gives=(p.INVOICES, p.NAMES, p.OPEN),
    lacks=(p.DUE, p.PAID_INVOICES, p.PAID_DAY, p.CURRENCIES, p.DETAILS),
    open_only=True,
    layouts=(
        Layout(
            marks=("MutDatum", "MutFactuur", "RelCode", "Bedrag", "Openstaand"),
            columns={
                "document_id": "MutFactuur",
                "customer_id": "RelCode",
                "customer_name": "RelBedrijf",
                "issued_on": "MutDatum",
                "amount": "Bedrag",
                "paid_amount": "Voldaan",
                "open_amount": "Openstaand",
            },
            date_order="dmy",
            decimal=",",
        ),
    ),
)

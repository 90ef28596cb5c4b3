"""Sage BOB 50: headers of sales documents under the field names of its import and export files.

TDOCNO counts anew in each day book and year, so a document goes by day book, year and number. Only
rows of customers count (TTYPCIE C); TINTMODE tells credit notes, where it is there. Amounts are in
the books' own currency.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Chosen, Layout, Preset

SOURCE = Preset(
    name="sage_bob50",
    label=N_("Sage BOB 50, sales documents"),
    about=__doc__,
    gives=(p.INVOICES, p.DUE),
    lacks=(p.PAYMENTS, p.OPEN, p.NAMES, p.DETAILS),
    layouts=(
        Layout(
            marks=("TDBK", "TFYEAR", "TDOCNO", "TDOCDATE", "TCOMPAN", "TAMOUNT"),
            columns={
                "customer_id": "TCOMPAN",
                "issued_on": "TDOCDATE",
                "due_on": "TDUEDATE",
                "amount": "TAMOUNT",
                "reference": "TREMEXT | TREMINT",
            },
            keep={"TTYPCIE": Chosen(("C",), p.OTHER_ACCOUNTS)},
            derived={"document_id": "concat_ws('-', {TDBK}, {TFYEAR}, {TDOCNO})"},
            date_order="dmy",
            local=True,
        ),
    ),
)

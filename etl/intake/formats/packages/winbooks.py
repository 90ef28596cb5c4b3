"""WinBooks: the accounting transactions (ACT) as CSV, with a row of headers or without.

Only transactions of customers count (DOCTYPE 1). Lines of one customer with the same MATCHNO
settle each other. The type of the day book says the kind: 2 sales, 3 sales credit notes, 4
payments, 5 adjustments. Amounts are in euro (AMOUNTEUR), positive for what is owed.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Chosen, Layout, Preset

_HEADERS = (
    "DOCTYPE",
    "DBKCODE",
    "DBKTYPE",
    "DOCNUMBER",
    "DOCORDER",
    "OPCODE",
    "ACCOUNTGL",
    "ACCOUNTRP",
    "BOOKYEAR",
    "PERIOD",
    "DATE",
    "DATEDOC",
    "DUEDATE",
    "COMMENT",
    "COMMENTEXT",
    "AMOUNT",
    "AMOUNTEUR",
    "VATBASE",
    "VATCODE",
    "CURRAMOUNT",
    "CURRCODE",
    "CUREURBASE",
    "VATTAX",
    "VATIMPUT",
    "CURRATE",
    "REMINDLEV",
    "MATCHNO",
    "OLDDATE",
    "ISMATCHED",
    "ISLOCKED",
    "ISIMPORTED",
    "ISPOSITIVE",
    "ISTEMP",
    "MEMOTYPE",
    "ISDOC",
    "DOCSTATUS",
    "DICFROM",
    "CODAKEY",
    "WOW",
    "QUANTITY",
    "DISCDATE",
    "DISCAMOUNT",
    "DATESTAMP",
    "TIMESTAMP",
    "USERNAME",
)

SOURCE = Preset(
    name="winbooks",
    label=N_("WinBooks, accounting transactions"),
    about=__doc__,
    gives=(p.INVOICES, p.PAYMENTS, p.DUE, p.SETTLES),
    lacks=(p.NAMES, p.DETAILS),
    layouts=(
        Layout(
            marks=("DOCTYPE", "DBKCODE", "DOCNUMBER", "ACCOUNTRP", "AMOUNTEUR", "MATCHNO"),
            columns={
                "document_id": "DOCNUMBER",
                "customer_id": "ACCOUNTRP",
                "issued_on": "DATEDOC | DATE",
                "due_on": "DUEDATE",
                "amount": "AMOUNTEUR",
                "match_code": "MATCHNO",
                "reference": "COMMENT",
            },
            keep={"DOCTYPE": Chosen(("1",), p.OTHER_ACCOUNTS)},
            derived={
                "kind": "case {DBKTYPE} when '2' then 'invoice' when '3' then 'credit_note' "
                "when '4' then 'payment' when '5' then 'adjustment' end"
            },
            decimal=".",
            currency="EUR",
            bare_headers=_HEADERS,
            first_line=r'"?[1-4]"?,"?\w{1,8}"?,"?\d"?,"?[^,"]*"?,'
            r'(?:"[^"]*",|[^,"]*,){40}(?:"[^"]*"|[^,"]*)\s*$',
        ),
    ),
)

"""Twinfield: the lines of customers of browse codes 100 and 130, under their field names.

The day book says the kind: VRK and its like hold invoices and credit notes, BEGIN... opening
balances, MEMO adjustments, any other payments. An invoice goes by its invoice number, any other
line by the number of its booking; the invoice number of a payment is its reference. Lines with the
same matching number settle each other. Amounts are those in the office's own currency where the
export has them. Also with the Dutch labels of the screen, where there are no day books.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

_COLUMNS = {
    "customer_id": "fin.trs.line.dim2",
    "customer_name": "fin.trs.line.dim2name",
    "issued_on": "fin.trs.head.date",
    "due_on": "fin.trs.line.datedue",
    "match_code": "fin.trs.line.matchnumber",
    "matched_on": "fin.trs.line.matchdate",
    "reference": "fin.trs.line.invnumber",
}
_MARKS = ("fin.trs.head.code", "fin.trs.head.date", "fin.trs.line.dim2")
_SALES = "regexp_matches(upper({fin.trs.head.code}), '^(VRK|VERK|VF|SLS|SALES)')"
_DERIVED = {
    "kind": f"""
        case when {_SALES} then null
            when upper({{fin.trs.head.code}}) like 'BEGIN%' then 'opening'
            when upper({{fin.trs.head.code}}) like 'MEMO%' then 'adjustment'
            else 'payment' end
    """,
    "document_id": f"""
        case when {_SALES} then coalesce({{fin.trs.line.invnumber}}, {{fin.trs.head.number}})
            else {{fin.trs.head.number}} end
    """,
}

SOURCE = Preset(
    name="twinfield",
    label=N_("Twinfield, customer transactions"),
    about=__doc__,
    gives=(p.INVOICES, p.PAYMENTS, p.NAMES, p.DUE, p.SETTLES),
    lacks=(p.RATES, p.DETAILS),
    layouts=(
        Layout(
            marks=(*_MARKS, "fin.trs.line.basevaluesigned"),
            columns={
                **_COLUMNS,
                "amount": "fin.trs.line.basevaluesigned",
                "open_amount": "fin.trs.line.openbasevaluesigned",
            },
            derived=_DERIVED,
            local=True,
        ),
        Layout(
            marks=(*_MARKS, "fin.trs.line.valuesigned"),
            columns={
                **_COLUMNS,
                "amount": "fin.trs.line.valuesigned",
                "open_amount": "fin.trs.line.openvaluesigned",
                "currency": "fin.trs.head.curcode",
            },
            derived=_DERIVED,
        ),
        Layout(
            marks=("Factuurnr.", "Bedrag in administratie valuta", "Openstaand bedrag | Openstaand",
                   "Debiteur | Relatie | Debiteurnr."),
            columns={
                "document_id": "Factuurnr.",
                "customer_id": "Debiteurnr. | Debiteur | Relatie",
                "customer_name": "Naam | Debiteurnaam",
                "issued_on": "Factuurdatum | Datum | Boekdatum",
                "due_on": "Vervaldatum",
                "amount": "Bedrag in administratie valuta",
                "open_amount": "Openstaand bedrag | Openstaand",
                "match_code": "Betaalnr.",
                "reference": "Omschrijving",
            },
            date_order="dmy",
            decimal=",",
            local=True,
        ),
    ),
)  # fmt: skip

"""Exact Online: the receivables of its API as a table, and the Dutch lists of open items.

API (cashflow/Receivables): a row is open unless 'IsFullyPaid' is true or 'Status' is other than
20 or 30. Amounts are those in the division's own currency ('DC'), positive for what is owed.

Lists: 'Factuur' is the day of the invoice and 'Saldo' what is open. A list without the invoiced
amount takes what is open for it.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

_OPEN = """
    case when lower({IsFullyPaid}) in ('true', '1') then '0'
        when {IsFullyPaid} is not null or {Status} in ('20', '30') then {AmountDC}
        when {Status} is not null then '0' end
"""

SOURCE = Preset(
    name="exact_online",
    label=N_("Exact Online, receivables or open items"),
    about=__doc__,
    gives=(p.INVOICES, p.NAMES, p.DUE, p.OPEN),
    lacks=(p.PAID_DAY, p.PAYMENTS, p.CURRENCIES, p.DETAILS),
    layouts=(
        Layout(
            marks=("AccountCode", "AccountName", "AmountDC", "DueDate", "InvoiceDate",
                   "InvoiceNumber | EntryNumber"),
            columns={
                "document_id": "InvoiceNumber | EntryNumber",
                "customer_id": "AccountCode",
                "customer_name": "AccountName",
                "issued_on": "InvoiceDate",
                "due_on": "DueDate",
                "amount": "AmountDC",
                "reference": "Description | DocumentSubject",
                "po_number": "YourRef",
            },
            derived={"open_amount": _OPEN},
            local=True,
        ),
        Layout(
            marks=("Factuurnr.", "Deb.nr.", "Naam", "Vervalt", "Factuur | Factuurdatum", "Saldo"),
            columns={
                "document_id": "Factuurnr.",
                "customer_id": "Deb.nr.",
                "customer_name": "Naam",
                "issued_on": "Factuurdatum | Factuur",
                "due_on": "Vervalt",
                "amount": "Factuurbedrag",
                "open_amount": "Saldo",
                "reference": "Factuurreferentie | Omschrijving factuur",
                "iban": "IBAN-nr.",
            },
            date_order="dmy",
            decimal=",",
        ),
        Layout(
            marks=("Factuurnummer", "Totaal factuurbedrag", "Saldo",
                   "Debiteur | Debiteurnummer | Deb.nr. | Naam | Relatie",
                   "Factuurdatum | Datum"),
            columns={
                "document_id": "Factuurnummer",
                "customer_id": "Debiteurnummer | Deb.nr. | Relatiecode",
                "customer_name": "Naam | Debiteur | Relatie",
                "issued_on": "Factuurdatum | Datum",
                "due_on": "Vervaldatum | Vervalt",
                "amount": "Totaal factuurbedrag",
                "open_amount": "Saldo",
                "reference": "Omschrijving",
            },
            date_order="dmy",
            decimal=",",
        ),
    ),
)  # fmt: skip

"""Octopus: its list of open items of customers, with Dutch or French headers.

Which columns its export has is not published: this reads a list that has a day book, a document
number and the number of a relation, under the words of its screens. For other names, say once in a
mapping what they mean.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

SOURCE = Preset(
    name="octopus",
    label=N_("Octopus, open items"),
    about=__doc__,
    gives=(p.INVOICES, p.NAMES, p.DUE, p.OPEN),
    lacks=(p.PAID_INVOICES, p.PAID_DAY, p.DETAILS),
    open_only=True,
    layouts=(
        Layout(
            marks=(
                "Dagboek | Journal",
                "Relatienr. | Relatienummer | N° relation",
                "Stuknr. | Stuknummer | Boekstuknr. | N° document",
                "Vervaldatum | Vervaldag | Echéance",
                "Openstaand | Saldo | Solde",
            ),
            columns={
                "document_id": "Stuknr. | Stuknummer | Boekstuknr. | N° document",
                "customer_id": "Relatienr. | Relatienummer | N° relation",
                "customer_name": "Relatie | Naam | Nom",
                "issued_on": "Datum | Documentdatum | Date",
                "due_on": "Vervaldatum | Vervaldag | Echéance",
                "amount": "Bedrag | Montant",
                "open_amount": "Openstaand | Saldo | Solde",
                "currency": "Munt | Devise",
                "reference": "Omschrijving | Mededeling | Commentaire",
            },
            date_order="dmy",
            decimal=",",
        ),
    ),
)

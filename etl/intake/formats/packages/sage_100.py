"""Sage 100 Comptabilité: the ledger of third parties (grand livre des tiers), French headers.

The journal says the kind: BQ, BNQ, CA and their like hold payments, OD adjustments, AN and RAN
what was carried forward; VE and others invoices and credit notes. Lines of one customer with the
same letters settle each other.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

SOURCE = Preset(
    name="sage_100",
    label=N_("Sage 100, ledger of third parties"),
    about=__doc__,
    gives=(p.INVOICES, p.PAYMENTS, p.NAMES, p.DUE, p.SETTLES),
    lacks=(p.CURRENCIES, p.DETAILS),
    layouts=(
        Layout(
            marks=(
                "N° compte tiers | Compte tiers | Numéro de tiers",
                "Code journal | Journal",
                "N° pièce | N° facture",
                "Échéance | Date d'échéance | Date échéance",
                "Débit",
                "Crédit",
                "Lettrage | Lettre | Let.",
            ),
            columns={
                "document_id": "N° facture | N° pièce",
                "customer_id": "N° compte tiers | Compte tiers | Numéro de tiers",
                "customer_name": "Intitulé | Intitulé tiers | Intitulé du tiers",
                "issued_on": "Date | Date pièce | Date écriture",
                "due_on": "Échéance | Date d'échéance | Date échéance",
                "debit": "Débit",
                "credit": "Crédit",
                "match_code": "Lettrage | Lettre | Let.",
                "reference": "Libellé écriture | Libellé",
            },
            derived={
                "kind": "case when regexp_matches(upper({Code journal | Journal}), "
                "'^(BQ|BNQ|BA|CA|CCP|EF)') then 'payment' "
                "when regexp_matches(upper({Code journal | Journal}), '^(AN|RAN)') "
                "then 'opening' "
                "when upper({Code journal | Journal}) like 'OD%' then 'adjustment' end"
            },
            date_order="dmy",
            decimal=",",
            local=True,
        ),
    ),
)

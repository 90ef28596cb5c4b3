"""Credit insurance: lists of buyer limits as Atradius, Allianz Trade and Coface give them.

A row gives what is insured on a buyer. It belongs to the customer whose number it names, else to
the one with the same VAT or company number. A limit that was refused, withdrawn or has expired is
an insured limit of nothing.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

_OURS = "Customer reference | Your reference | Customer number | Uw referentie | Votre référence"
_NUMBER = "VAT number | Buyer VAT number | National ID | Company number | BTW-nummer | N° TVA"
_ENDED = (
    "('refused', 'cancelled', 'withdrawn', 'expired', 'declined', 'geweigerd', 'ingetrokken',"
    " 'vervallen', 'refusé', 'résilié', 'annulé', 'expiré')"
)


def _insurer(marks: tuple[str, ...], name: str, limit: str, rating: str, status: str) -> Layout:
    return Layout(
        marks=marks,
        columns={
            "customer_id": _OURS,
            "customer_name": name,
            "vat_number": _NUMBER,
            "rating": rating,
        },
        rows="customers",
        derived={
            "insured_limit": f"case when lower(trim({{{status}}})) in {_ENDED} then '0' "
            f"else {{{limit}}} end"
        },
        reports=True,
    )


SOURCE = Preset(
    name="credit_insurance",
    label=N_("Credit insurance, buyer limits"),
    about=__doc__,
    gives=(p.INSURED, p.RATINGS),
    lacks=(N_("documents"), p.DECIDED),
    layouts=(
        _insurer(
            ("Buyer ID | Atradius Buyer ID", "Buyer name | Buyer", "Decision date",
             "Decision amount | Limit amount | Total decision"),
            "Buyer name | Buyer",
            "Total decision | Decision amount | Limit amount",
            "Buyer rating | Rating",
            "Decision status | Status",
        ),
        _insurer(
            ("EH ID | Euler ID | Allianz Trade ID | EULER HERMES ID", "Company name | Buyer name",
             "Agreed amount | Permanent amount | Limit amount", "Decision date"),
            "Company name | Buyer name",
            "Agreed amount | Permanent amount | Limit amount",
            "Grade | Buyer grade",
            "Decision status | Limit status | Status",
        ),
        _insurer(
            ("EASY Number | EASY No. | Numéro EASY", "Debtor name | Company name | Raison sociale",
             "Amount agreed | Agreed amount | Montant accordé"),
            "Debtor name | Company name | Raison sociale",
            "Amount agreed | Agreed amount | Montant accordé",
            "DRA | @rating | Rating",
            "Status | Statut",
        ),
    ),
)  # fmt: skip

"""Credit reports on companies: lists of Altares, Dun & Bradstreet, Creditsafe and Graydon.

A row gives the score and the credit limit that the bureau proposes for a company. It belongs to
the customer whose number it names, else to the one with the same VAT or company number. A limit of
a bureau counts only where no customer list of ours has one.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

_OURS = "Customer number | Customer reference | Our reference | Klantnummer | Référence client"


def _bureau(marks: tuple[str, ...], name: str, number: str, rating: str, limit: str) -> Layout:
    return Layout(
        marks=marks,
        columns={
            "customer_id": _OURS,
            "customer_name": name,
            "vat_number": number,
            "rating": rating,
            "credit_limit": limit,
        },
        rows="customers",
        reports=True,
    )


SOURCE = Preset(
    name="trade_report",
    label=N_("Credit reports (Altares, D&B, Creditsafe, Graydon)"),
    about=__doc__,
    gives=(p.RATINGS, p.LIMITS),
    lacks=(N_("documents"), p.DECIDED),
    layouts=(
        _bureau(
            ("SIREN | SIRET", "Raison sociale", "Score | Score Altares | Note Altares",
             "Encours conseillé | Limite de crédit | Encours maximum conseillé"),
            "Raison sociale",
            "N° TVA | SIREN | SIRET",
            "Score Altares | Note Altares | Score",
            "Encours conseillé | Encours maximum conseillé | Limite de crédit",
        ),
        _bureau(
            ("D-U-N-S Number | DUNS Number | DUNS", "Company Name | Business Name",
             "Failure Score | D&B Rating | Delinquency Score | PAYDEX"),
            "Company Name | Business Name",
            "VAT Number | National ID | Registration Number",
            "D&B Rating | Failure Score | Delinquency Score | PAYDEX",
            "Maximum Credit Recommendation | Credit Limit Recommendation | Maximum Credit",
        ),
        _bureau(
            ("Safe Number | Creditsafe ID | Connect ID", "Company Name | Name",
             "Credit Limit | Contract Limit", "Credit Score | Credit Rating | Rating"),
            "Company Name | Name",
            "VAT Number | VAT No. | Registration Number | Company Number",
            "Credit Score | Credit Rating | Rating",
            "Credit Limit | Contract Limit",
        ),
        _bureau(
            ("Graydon Company ID | Graydon ID | Graydon nummer", "Graydon Rating | Rating",
             "Kredietlimiet | Credit limit | Maximum krediet"),
            "Bedrijfsnaam | Naam | Company name",
            "BTW-nummer | VAT number | Ondernemingsnummer | KvK-nummer",
            "Graydon Rating | Rating",
            "Kredietlimiet | Credit limit | Maximum krediet",
        ),
    ),
)  # fmt: skip

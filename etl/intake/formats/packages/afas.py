"""AFAS Profit: its list of open items of customers, with Dutch headers.

AFAS exports whatever columns a connector was given, and no real names of them were found: this
reads a list that speaks of a 'Verkooprelatie' (AFAS's word for a customer), with the Dutch names
of invoice number, days and amounts. For other names, say once in a mapping what they mean.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Layout, Preset

SOURCE = Preset(
    name="afas",
    label=N_("AFAS, open items"),
    about=__doc__,
    gives=(p.INVOICES, p.NAMES, p.DUE, p.OPEN),
    lacks=(p.PAID_INVOICES, p.PAID_DAY, p.DETAILS),
    open_only=True,
    layouts=(
        Layout(
            marks=(
                "Verkooprelatie | Nummer verkooprelatie | Verkooprelatienummer",
                "Factuurnummer | Nummer factuur",
                "Factuurdatum | Boekstukdatum",
                "Vervaldatum",
                "Openstaand bedrag | Openstaand | Bedrag openstaand",
            ),
            columns={
                "document_id": "Factuurnummer | Nummer factuur",
                "customer_id": "Nummer verkooprelatie | Verkooprelatienummer | Verkooprelatie",
                "customer_name": "Naam verkooprelatie | Naam",
                "issued_on": "Factuurdatum | Boekstukdatum",
                "due_on": "Vervaldatum",
                "amount": "Factuurbedrag | Bedrag factuur | Bedrag",
                "open_amount": "Openstaand bedrag | Openstaand | Bedrag openstaand",
                "currency": "Valuta | Valutacode",
                "reference": "Omschrijving | Betalingskenmerk",
                "disputed": "Geblokkeerd voor aanmaning | In geschil",
            },
            date_order="dmy",
            decimal=",",
        ),
    ),
)

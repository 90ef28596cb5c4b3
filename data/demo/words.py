"""What the demo company is invented from: sectors and how they pay, names, salespeople.

All names are made up; none is meant to be a real company or person.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Trade:
    """A NACE class: how many customers, how they pay and grow, and words for their names."""

    nace: str
    weight: float
    median_days: int
    """Days from invoice to payment, median over customers."""
    terms: int
    """Usual agreed terms in days."""
    growth: float
    """Yearly growth of sales, 0.1 = 10 %."""
    season: str
    """`build`, `horeca`, `food`, `school` or `even`."""
    segment: str
    words: tuple[str, str, str, str]
    """What such a company calls itself, in French, Dutch, German and English."""
    wants_po: bool = False
    """Pays late when the order number is missing on the invoice."""


def _trades() -> tuple[Trade, ...]:
    with Path(__file__).with_name("trades.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Trade(
                nace=row["nace"],
                weight=float(row["weight"]),
                median_days=int(row["median_days"]),
                terms=int(row["terms"]),
                growth=float(row["growth"]),
                season=row["season"],
                segment=row["segment"],
                words=(row["fr"], row["nl"], row["de"], row["en"]),
                wants_po=row["wants_po"] == "yes",
            )
            for row in csv.DictReader(stream)
        )


TRADES = _trades()

#: Pays later and later over the last nine months.
FAILING_TRADE = "49.41"

#: Month 1 to 12 -> share of an average month.
SEASONS = {
    "build": (0.70, 0.82, 1.05, 1.12, 1.12, 1.18, 1.02, 0.72, 1.18, 1.20, 1.10, 0.79),
    "horeca": (0.72, 0.78, 0.90, 1.02, 1.12, 1.20, 1.28, 1.15, 1.00, 0.92, 0.86, 1.05),
    "food": (0.92, 0.90, 0.97, 1.00, 0.99, 0.98, 0.95, 0.93, 0.98, 1.02, 1.10, 1.26),
    "school": (1.00, 0.98, 1.00, 0.95, 1.00, 1.10, 0.70, 1.25, 1.35, 1.00, 0.97, 0.70),
    "even": (0.98, 0.97, 1.06, 1.01, 0.99, 1.05, 0.95, 0.83, 1.05, 1.07, 1.05, 0.99),
}

#: Name, branches, days more than agreed on the invoice, and how often.
SALESPEOPLE = (
    ("Amélie Rosny", "FR", 0, 0.0),
    ("Théo Castagnier", "FR", 0, 0.0),
    ("Nadia Belhomme", "FR", 0, 0.0),
    ("Joris Wagtendonk", "NL", 30, 0.55),
    ("Sanne Terwiel", "NL", 0, 0.02),
    ("Bram Oudeland", "NL", 15, 0.10),
    ("Liesbeth Craeyveld", "BE", 0, 0.02),
    ("Grégoire Malempré", "BE", 15, 0.45),
)

FAMILY_NAMES = {
    "FR": "Aubertin, Bréval, Chantoiseau, Dargelos, Estournel, Fauvière, Grandval, "
    "Hautecœur, Jolivet-Mars, Kérangal, Lagrenée, Maupré, Noirmont, Ozanne, "
    "Pélissou, Quélenec, Rochefleur, Saint-Aubry, Tressange, Vauclair, Vérandon, "
    "Montcornet",
    "NL": "Van der Aarde, Bloemsma, Coenraads, Duinkerk, Eikelhof, Fenstra, Groeneweide, "
    "Hoogland, IJsselman, Jonkerbos, Kortenaer, Lindewater, Molenschot, Nieuwbeek, "
    "Oosterhoek, Polderdijk, Rietbergen, Schoonvelde, Terpweg, Uitenbos, Waalhaven, "
    "Zeegers",
    "BE": "Aertsbroeck, Bogaertveld, Claesvliet, Delvigne, Evrardy, Fontignies, "
    "Goossenaerts, Hermalle, Jacquemotte, Keppenne, Lambrechtsen, Marchienne, "
    "Nijverdonck, Ottignart, Peetersheide, Quaremont, Roosdael, Stavelin, Theuxart, "
    "Vandermolen, Wauthelet, Zonnekeyn",
    "LU": "Biwersch, Clervault, Dalheimer, Echternach-Weis, Hoffelt, Kehlener, Mertzig, Remichart",
    "DE": "Ahrenbeck, Brüggemoor, Dornfelder, Eschweier, Großhagen, Kühlental, Lüttringer, "
    "Möhnesee, Rheinsberg, Süderau, Tannhäusl, Wölfersheim",
    "GB": "Ashcombe, Bramwith, Coldstone, Dunmarsh, Eastmere, Fairholt, Greystead, "
    "Hollingdale, Kestrelmoor, Larkham",
}  # language of the trade's word and legal forms follow the country
LEGAL_FORMS = {
    "FR": "SARL, SAS, SA, EURL",
    "NL": "B.V., B.V., VOF, N.V.",
    "BE": "BV, NV, SRL, SA",
    "LU": "S.à r.l., S.A.",
    "DE": "GmbH, GmbH & Co. KG, AG",
    "GB": "Ltd, Ltd, LLP",
}
PLACES = {
    "FR": "du Nord, de l'Escaut, des Flandres, du Val, de la Lys, d'Artois, du Marais, "
    "des Ardennes",
    "NL": "Noord, Zuid, Rijnmond, Twente, Veluwe, Brabant, Kennemer, Betuwe",
    "BE": "Kempen, Hesbaye, Leie, Condroz, Haspengouw, Sambre, Schelde, Famenne",
    "LU": "Minett, Éislek, Moselle",
    "DE": "Eifel, Niederrhein, Münsterland, Saar",
    "GB": "North, Anglia, Wessex, Borders",
}

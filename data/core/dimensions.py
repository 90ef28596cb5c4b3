"""What a figure can be split and filtered by: a name, a label, a column.

Each name is a column of `documents` and `open_items`; only these names ever reach SQL text.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.core.texts import N_


@dataclass(frozen=True)
class Dimension:
    """A way to split figures; `name` is also the column that holds its values."""

    name: str
    label: str
    plural: str


DIMENSIONS: dict[str, Dimension] = {
    d.name: d
    for d in (
        Dimension("total", N_("Total"), N_("Total")),
        Dimension("country", N_("Country"), N_("Countries")),
        Dimension("sector", N_("Sector"), N_("Sectors")),
        Dimension("sector_section", N_("Sector, NACE section"), N_("Sectors, NACE sections")),
        Dimension("sector_division", N_("Sector, NACE division"), N_("Sectors, NACE divisions")),
        Dimension("sector_group", N_("Sector, NACE group"), N_("Sectors, NACE groups")),
        Dimension("segment", N_("Segment"), N_("Segments")),
        Dimension("salesperson", N_("Salesperson"), N_("Salespeople")),
        Dimension("customer_group", N_("Customer group"), N_("Customer groups")),
        Dimension("customer", N_("Customer"), N_("Customers")),
        Dimension("currency", N_("Currency"), N_("Currencies")),
    )
}


def known(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return `names` unchanged; raise ValueError naming the first that is no dimension."""
    for name in names:
        if name not in DIMENSIONS:
            raise ValueError(f"{name!r} is no dimension; known are: {', '.join(DIMENSIONS)}")
    return names

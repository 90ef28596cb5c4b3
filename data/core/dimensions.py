"""What a figure can be split and filtered by: THE list. Every other place derives from it.

To add one: a line here and, where files name it, the words of its header in
`etl/intake/header_words.py`. Each name is a column of `documents` and `open_items`; only these
names ever reach SQL text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.core.texts import N_


@dataclass(frozen=True)
class Dimension:
    """A way to split figures.

    name: also the column that holds its values. label, plural: what a reader calls it; short:
    within a page that is about it, the label where empty. meaning: what the column holds.
    of: whose it is: `customer`, `document`, or `either`: the document's, else its customer's.
    given: files say it, under this name; the others follow from other columns.
    filter: the control on pages, `main` or `more` (behind "More"); '' for none. many: too many
    values to keep the balances of months by it, which are then added up from rows. path: its
    values are paths, as in `Europe > Benelux`: who filters by one means what lies below as well.
    """

    name: str
    label: str
    plural: str
    meaning: str = ""
    of: str = "customer"
    given: bool = True
    filter: str = ""
    short: str = ""
    many: bool = False
    path: bool = False


OWN = ("own_1", "own_2", "own_3", "own_4")
"""Dimensions of the reader's own: each store says what its are called."""

DIMENSIONS: dict[str, Dimension] = {
    d.name: d
    for d in (
        Dimension("total", N_("Total"), N_("Total"), of="", given=False),
        Dimension("country", N_("Country"), N_("Countries"), "ISO 3166-1 alpha-2", filter="main"),
        Dimension("sector", N_("Sector"), N_("Sectors"), "NACE code as given", filter="main",
                  short=N_("Class")),
        Dimension("sector_section", N_("Sector, NACE section"), N_("Sectors, NACE sections"),
                  "NACE section, A", given=False, short=N_("Section")),
        Dimension("sector_division", N_("Sector, NACE division"), N_("Sectors, NACE divisions"),
                  "NACE division, 01", given=False, short=N_("Division")),
        Dimension("sector_group", N_("Sector, NACE group"), N_("Sectors, NACE groups"),
                  "NACE group, 01.1", given=False, short=N_("Group")),
        Dimension("segment", N_("Segment"), N_("Segments"), "the company's own classification",
                  filter="more"),
        Dimension("salesperson", N_("Salesperson"), N_("Salespeople"),
                  "who sold it, else who sells to the customer", of="either", filter="more"),
        Dimension("customer_group", N_("Customer group"), N_("Customer groups"),
                  "customer number of the ultimate parent, or its own", given=False,
                  filter="main", many=True),
        Dimension("customer", N_("Customer"), N_("Customers"),
                  "customer number: `customers.customer_id`", given=False, many=True),
        Dimension("currency", N_("Currency"), N_("Currencies"), "document currency, ISO 4217",
                  of="document", given=False, filter="more"),
        Dimension("company", N_("Company"), N_("Companies"),
                  "of the reader's own group: as rows name it, else whose books they are",
                  of="document", filter="more"),
        Dimension("branch", N_("Branch"), N_("Branches"), "branch or cost centre", of="document",
                  filter="more"),
        Dimension("project", N_("Project"), N_("Projects"), "project or job", of="document",
                  filter="more", many=True),
        Dimension("territory", N_("Territory"), N_("Territories"),
                  "where it was sold, else where the customer is: a path, Europe > Benelux",
                  of="either", filter="more", path=True),
        Dimension("account", N_("Receivables account"), N_("Receivables accounts"),
                  "account of the ledger", of="document", filter="more"),
        Dimension("payment_terms", N_("Payment terms"), N_("Payment terms"),
                  "in the words of the source", of="document", filter="more"),
        *(Dimension(name, N_("Own dimension"), N_("Own dimensions"),
                    "named in a mapping file, see `about.own_dimensions`", of="document",
                    filter="more")
          for name in OWN),
    )
}  # fmt: skip

COLUMNS: tuple[Dimension, ...] = tuple(d for d in DIMENSIONS.values() if d.name != "total")
"""Those that are columns: all but the total."""

SECTOR_LEVELS = ("sector_section", "sector_division", "sector_group", "sector")
"""The levels of NACE, coarse to fine; one control offers them together."""


def names(*of: str, given: bool | None = None) -> tuple[str, ...]:
    """Return the names of the columns that are of a customer, a document or either, in order.

    given: only those that files say, or that follow from others.

    >>> names("document", "either")[:3]
    ('salesperson', 'currency', 'company')
    """
    return tuple(d.name for d in COLUMNS if d.of in of and given in (None, d.given))


BELOW = " > "
"""What stands between the parts of a path."""


def with_ancestors(paths: Iterable[str]) -> tuple[str, ...]:
    """Return paths and all that they lie below, sorted.

    >>> with_ancestors(["Europe > France > Nord", ""])
    ('', 'Europe', 'Europe > France', 'Europe > France > Nord')
    """
    parts = (path.split(BELOW) for path in paths)
    return tuple(sorted({BELOW.join(p[:n]) for p in parts for n in range(1, len(p) + 1)}))


def at_or_below(paths: Iterable[str], values: Iterable[str]) -> tuple[str, ...]:
    """Return those of `values` that are one of the paths or lie below it, and the paths.

    >>> at_or_below(["Europe > France"], ["Europe", "Europe > France > Nord"])
    ('Europe > France', 'Europe > France > Nord')
    """
    asked = tuple(paths)
    starts = tuple(f"{path}{BELOW}" for path in asked)
    return tuple(dict.fromkeys((*asked, *(v for v in values if v.startswith(starts)))))


def known(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return `names` unchanged; raise ValueError naming the first that is no dimension."""
    for name in names:
        if name not in DIMENSIONS:
            raise ValueError(f"{name!r} is no dimension; known are: {', '.join(DIMENSIONS)}")
    return names

"""What a check is called, why it matters and what to do: a finding in words."""

from __future__ import annotations

from dataclasses import dataclass

from data.core.texts import N_

GROUPS = {
    "money": N_("Money to look at"),
    "habits": N_("What delays payment"),
    "customers": N_("What is missing about customers"),
    "reading": N_("How the files were read"),
}
"""What a finding is about, in the order of the page; only the amounts of `money` are added up."""


@dataclass(frozen=True)
class Words:
    """A check in words. group: a key of GROUPS. columns: what its rows show, by name.

    lacks: what the data do not have where the check is not possible. whole: its rows are no
    documents or customers, so that filters do not narrow them. sort: order of its rows. brief: its
    sentence says no more than title and count.
    """

    title: str
    group: str
    why: str
    do: str
    columns: tuple[str, ...]
    lacks: str = ""
    whole: bool = False
    sort: str = "amount desc"
    brief: bool = False


#: Columns that the rows of many findings show.
DOCUMENT = ("document_id", "customer_name", "amount", "issued_on", "due_on")
BEHIND = ("reference", "salesperson", "customer", "file", "line")
OTHER = ("other_id", "other_on")
CUSTOMER = (
    "customer_name", "amount", "sector", "country", "salesperson", "credit_limit",
    "agreed_terms_days", "customer",
)  # fmt: skip

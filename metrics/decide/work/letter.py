"""Which letter goes to whom, and in which language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.core.policy.rules import Policy
from data.core.texts import N_
from metrics.decide.stages import stage
from metrics.decide.work.account import Account, Item
from metrics.decide.work.rules import good, sent_place

FRIENDLY, SECOND, FORMAL = "friendly", "second", "formal"
LETTERS = {
    FRIENDLY: N_("Reminder"),
    SECOND: N_("Second reminder"),
    FORMAL: N_("Formal notice"),
}
"""Letters, the gentlest first -> how a reader calls them."""
_BY_COUNTRY = {
    "NL": "nl", "BE": "nl", "FR": "fr", "LU": "fr", "MC": "fr", "DE": "de", "AT": "de", "LI": "de",
    "CH": "de",
}  # fmt: skip


def letter_of(account: Account, items: Sequence[Item], day: date, policy: Policy) -> str | None:
    """Return the letter that may go: of the next stage, never one skipped; None where none may.

    items: what may be asked for. A good customer gets no other than the friendly one.
    """
    if not items:
        return None
    if good(account, day, policy):
        return FRIENDLY
    oldest = min(items, key=lambda one: one.due_on)
    begun = stage(oldest.due_on, day, policy)
    if begun is None:
        return FRIENDLY
    names = [one.stage for one in policy.stages.at(day)]
    place = min(names.index(begun.stage), sent_place(account, names, oldest.due_on) + 1)
    return list(LETTERS)[min(place, len(LETTERS) - 1)]


def language_of(said: str, country: str) -> tuple[str, str]:
    """Return the language of a letter, and by which rule: said, country or none.

    said: the language that was said of the customer, '' for none. Of a country with several, the
    one most of it writes in: Dutch in Belgium, German in Switzerland. Of any other, English.

    >>> language_of("fr", "BE"), language_of("", "BE"), language_of("", "SE")
    (('fr', 'said'), ('nl', 'country'), ('en', 'none'))
    """
    if said:
        return said, "said"
    found = _BY_COUNTRY.get(country)
    return (found, "country") if found else ("en", "none")

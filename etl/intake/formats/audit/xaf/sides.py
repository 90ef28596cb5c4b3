"""On which sides of an account match codes and invoice numbers stand, in little memory.

A year's audit file names a million invoices, each on several accounts. A hash of eight bytes for
each line tells all that is asked: does a name stand on both sides. Of a million names, two have
one hash once in thirty million files.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

Name = tuple[str, str]
"""Customer, and what is named."""


class Sides:
    """Names by account ('' for subledgers) and side, D or C."""

    def __init__(self) -> None:
        """Start with none."""
        self._lines: dict[tuple[str, str], array[int]] = {}

    def add(self, account: str, name: Name, side: str) -> None:
        """Note that a line of the account names it."""
        self._lines.setdefault((account, side), array("q")).append(hash(name))

    def on(self, side: str, *accounts: str) -> set[int]:
        """Return the hashes of what stands on one side of any of the accounts."""
        return {h for account in accounts for h in self._lines.get((account, side), ())}

    def both(self, accounts: Iterable[str]) -> Both:
        """Return what stands on both sides, of one of `accounts` together with the subledgers."""
        found: set[int] = set()
        for account in accounts:
            own = self.on("D", account) | self.on("C", account)
            found |= own & self.on("D", account, "") & self.on("C", account, "")
        return Both(found)


class Both:
    """Names that stand on both sides."""

    def __init__(self, hashes: set[int]) -> None:
        """Hold the hashes of the names."""
        self._hashes = hashes

    def __contains__(self, name: Name) -> bool:
        """Return whether the name is one of them."""
        return hash(name) in self._hashes

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self._hashes)


class Numbers:
    """Numbers of transactions, by journal."""

    def __init__(self) -> None:
        """Start with none."""
        self._of: dict[str, array[int]] = {}

    def add(self, journal: str, number: str) -> None:
        """Note a transaction of the journal."""
        self._of.setdefault(journal, array("q")).append(hash(number))

    @property
    def repeat(self) -> bool:
        """Whether transactions of several journals have one number."""
        seen: set[int] = set()
        for hashes in self._of.values():
            own = set(hashes)
            if not seen.isdisjoint(own):
                return True
            seen |= own
        return False

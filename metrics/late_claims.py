"""What customers owe too late, with interest and compensation, from the books as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from data.core.policy.rules import Policy
from metrics.asking.ledger import Ledger, Rows
from metrics.decide.work.claim import Claims, Late, claims
from metrics.lists.late import late_invoices, loose, paid_late


def claims_of(
    rows: Rows, ledger: Ledger, countries: Mapping[str, str], policy: Policy
) -> dict[str, tuple[Claims, ...]]:
    """Return customer -> its claims, one a currency, the largest first; of who owes nothing none.

    countries: the customers in question, each with its country; '' of natural persons, to whom the
    law on late payment between companies does not apply. What is disputed is left out.
    """
    theirs = replace(ledger, where={**ledger.where, "customer": tuple(sorted(countries))})
    undisputed = replace(theirs, undisputed=True)
    paid: defaultdict[tuple[int, date], list[tuple[date, Decimal]]] = defaultdict(list)
    for row in rows(paid_late(theirs)):
        paid[row["document_key"], row["due_on"]].append((row["closed_on"], row["amount"]))
    unapplied = {
        (row["customer"], row["currency"]): row["amount"] for row in rows(loose(undisputed))
    }
    lates: defaultdict[str, defaultdict[str, list[Late]]] = defaultdict(lambda: defaultdict(list))
    small = policy.small_rest.at(ledger.as_of)
    for row in rows(late_invoices(undisputed)):
        if row["worth"] < small:
            continue
        slices = tuple(sorted(paid[row["document_key"], row["due_on"]]))
        one = Late(
            row["document_id"] or "", row["issued_on"], row["due_on"], row["amount"],
            row["open"], row["currency"], slices,
        )  # fmt: skip
        lates[row["customer"]][row["currency"]].append(one)
    day, found = ledger.as_of, {}
    for number, by_currency in lates.items():
        made = [
            claims(one, day, countries[number], policy,
                   unapplied.get((number, currency), Decimal(0)))
            for currency, one in by_currency.items()
        ]  # fmt: skip
        due = [one for one in made if one.owed > 0]
        if due:
            found[number] = _largest(due)
    return found


def _largest(made: Sequence[Claims]) -> tuple[Claims, ...]:
    return tuple(sorted(made, key=lambda one: (-one.owed, one.currency)))

"""Findings: what a person should look at, a sentence with an amount and the rows behind it.

They stop nothing; the control totals of etl/ledger/checks.py do. Each is a statement that a
published state answers, so that a page shows its rows; all days are counted from the last day of
the data.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from data.core.policy.dated import written
from data.core.policy.rules import DEFAULTS, Policy
from data.core.texts import N_
from etl.findings import books, cash, credit, customers, invoices, matches, reading
from etl.findings.check import Check, Finding, UnclearError, conditions, finding
from etl.findings.words import Words
from etl.ledger.over.named import name_all, name_anew, name_before
from etl.sql import Connection, rows, run

#: Every check that is a statement of its own, those that find money first.
CHECKS: tuple[Check, ...] = (
    *cash.CHECKS,
    *invoices.CHECKS,
    *credit.CHECKS,
    *customers.CHECKS,
    *reading.CHECKS,
)

#: Checks of what stands in the files, of customers, and of invoices as they were issued.
_OF_FILES = (
    *(check.name for check in credit.CHECKS),
    invoices.DUPLICATE_NUMBERS.name,
    invoices.INVOICED_LATE.name,
    invoices.DUE_BEFORE_ISSUE.name,
    customers.REPORT_OF_NOBODY.name,
    "rejected_rows",
    "state_beyond_amount",
    "sheets_alike",
    "several_sellers",
)
OF_SECTORS = (customers.NO_SECTOR.name,)
"""The only checks whose findings a sector decides."""
OF_MATCHES = tuple(check.name for check in CHECKS if check.name not in _OF_FILES)
"""The checks whose findings may be others where other documents settle each other."""
#: The same of those that are no statements of their own, in their order behind these.
_SAME_COMPANY = "same_company"
_OF_MATCHES_TOO = (
    _SAME_COMPANY,
    matches.MATCH_UNKNOWN.name,
    "matched_by_rule",
    "match_cut",
)
#: What these find, files and customers decide, and matches only how much it is about.
_ONLY_AMOUNTS = (customers.SEVERAL_NAMES.name, _SAME_COMPANY)
#: What only reads of more than one statement tell, or one that depends on the data.
_OTHERS: dict[str, Words] = {
    **customers.WORDS,
    matches.MATCH_UNKNOWN.name: matches.MATCH_UNKNOWN.words,
    **matches.WORDS,
    **books.WORDS,
    **reading.WORDS,
}
WORDS: dict[str, Words] = {check.name: check.words for check in CHECKS} | _OTHERS
"""Name of a check -> its words."""


def find(
    connection: Connection, policy: Policy = DEFAULTS, currency_assumed: bool = False
) -> list[Finding]:
    """Fill `findings` and return them; run after `about` is written and `control` holds."""
    terms, currency, last_day = rows(
        connection, "select default_terms_days, reporting_currency, last_day from about"
    )[0]
    places = {"terms": terms, **_thresholds(policy, last_day or date.min)}
    there = conditions(connection, CHECKS)
    found = [f for check in CHECKS if (f := check.find(connection, places, there))]
    found += _find_too(connection, places)
    found += matches.left_aside(connection)
    found += books.bank_lines(connection)
    found += books.other_base(connection)
    found += books.carried(connection)
    if currency_assumed:
        found.append(
            finding(
                "currency_assumed",
                N_("The files name no currency: {currency} is assumed."),
                {"currency": currency},
                0,
                None,
                "select * from files",
            )
        )
    _keep(connection, found)
    return found


def _find_too(
    connection: Connection, places: Mapping[str, object], before: Collection[str] = _OF_MATCHES_TOO
) -> list[Finding]:
    """Return what the checks of `_OF_MATCHES_TOO` find; before: those that found something."""
    asked = [customers.same_company(connection)] if _SAME_COMPANY in before else []
    if matches.unheard(connection):
        asked.append(matches.match_unknown(connection))
    there = conditions(connection, asked)
    found = [f for check in asked if (f := check.find(connection, places, there))]
    return found + matches.by_rule(connection) + matches.cut(connection)


def _find_alone(
    connection: Connection,
    places: Mapping[str, object],
    names: Collection[str],
    before: Mapping[str, Finding],
) -> list[Finding]:
    """Return what the checks `names` find, by the customers that change where these tell."""
    asked = [
        c for c in CHECKS if c.name in names and (c.name in before or c.name not in _ONLY_AMOUNTS)
    ]
    counts = []
    for named in (name_before, name_anew):
        named(connection)
        counts.append({c.name: c.count(connection, places) for c in asked if c.by_customer})
    name_all(connection)
    was, now = counts
    there = conditions(connection, [check for check in asked if not check.by_customer])
    found = []
    for check in asked:
        try:
            one = (
                check.again(before.get(check.name), was[check.name], now[check.name], places)
                if check.by_customer
                else check.find(connection, places, there)
            )
        except UnclearError:
            one = check.find(connection, places, conditions(connection, [check]))
        found += [one] if one else []
    return found


def find_again(
    connection: Connection, policy: Policy, names: Collection[str], before: Sequence[Finding]
) -> list[Finding]:
    """Fill `findings` where only the checks `names`, of `CHECKS`, can find anything else.

    Where all of `OF_MATCHES` are among these, so can those that go with them. before: what was
    found by all of them; returned is the same with what they find now.
    """
    terms, last_day = rows(connection, "select default_terms_days, last_day from about")[0]
    places = {"terms": terms, **_thresholds(policy, last_day or date.min)}
    found = _find_alone(connection, places, names, {f.name: f for f in before})
    asked = {*names}
    if asked.issuperset(OF_MATCHES):
        found += _find_too(connection, places, {f.name for f in before})
        asked |= {*_OF_MATCHES_TOO}
    found += [f for f in before if f.name not in asked]
    order = {name: n for n, name in enumerate([*(c.name for c in CHECKS), *_OF_MATCHES_TOO])}
    # the others stand behind all of these, in their own order
    found.sort(key=lambda f: order.get(f.name, len(order)))
    _keep(connection, found)
    return found


def _keep(connection: Connection, found: Sequence[Finding]) -> None:
    if found:
        run(
            connection,
            """
            insert into findings by name
            select unnest($places::integer[]) as position, unnest($names::varchar[]) as name,
                unnest($templates::varchar[]) as template, unnest($values::varchar[]) as places,
                unnest($items::bigint[]) as items,
                unnest($amounts::decimal(18, 2)[]) as amount, unnest($sqls::varchar[]) as sql
            """,
            places=list(range(1, len(found) + 1)),
            names=[f.name for f in found],
            templates=[f.text.template for f in found],
            values=[json.dumps(f.text.values) for f in found],
            items=[f.items for f in found],
            amounts=[f.amount for f in found],
            sqls=[f.sql for f in found],
        )


def _thresholds(policy: Policy, day: date) -> dict[str, object]:
    """Return what the policy says on the last day of the data."""
    said = {name: value.at(day) for name, value in policy.dated.items()}
    return {name: v if isinstance(v, int) else written(v) for name, v in said.items()}


def outcomes(connection: Connection, found: list[Finding]) -> dict[str, str]:
    """Return what came of each check: `found`, `nothing`, or `no_data` where the data cannot say.

    `found` is what `find` returned for the same state.
    """
    names = {f.name for f in found}
    there = conditions(connection, CHECKS)
    told = {
        c.name: "found" if c.name in names else "nothing" if c.possible(there) else "no_data"
        for c in CHECKS
    }
    return told | {name: "found" if name in names else "nothing" for name in _OTHERS}

"""The accounts that the worklist weighs, from the books as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from data.core.policy.rules import Policy
from metrics.asking.ledger import Ledger, Rows, Statement
from metrics.decide.work.account import NOTHING, Account, Item, Said
from metrics.decide.work.chances import Curve, curves_of
from metrics.desk import share
from metrics.lists.insured import insured
from metrics.lists.work import curves, facts, lost, open_items, orders

MONTHS = 24
"""The chances rest on the invoices of so many months: old ones are among them."""
_LEVELS = ("sector_division", "sector_section")
"""Where a customer made too few payments, its sector speaks for it, the finest first."""
_Row = Mapping[str, Any]


def accounts_of(
    rows: Rows, ledger: Ledger, policy: Policy, said: Mapping[str, Said] | None = None
) -> list[Account]:
    """Return the customers under the ledger's filters of whom something may be to be done.

    Those with something overdue or soon due, and good customers that grow. Chances and losses rest
    on all documents, whatever the filters. said: customer -> what was said of it.
    """
    day, told = ledger.as_of, said or {}
    items, loose = _items(rows, ledger, day + timedelta(policy.ahead_days.at(day)))
    least = int(policy.gentle_sales.at(day))
    listed = {row["customer"]: row for row in rows(facts(ledger, sorted(items) or [""], least))}
    if not listed:
        return []
    numbers = sorted(listed)
    everyone = Ledger(day, months=MONTHS, cubes=ledger.cubes)
    near, sectors = _curves(rows, everyone, sorted(items) or [""], policy), _sectors(rows, numbers)
    theirs = replace(ledger, where={**ledger.where, "customer": tuple(numbers)})
    clocks = {row["customer"]: row for row in rows(insured(theirs))}
    ordered = {row["customer"]: row["amount"] for row in rows(orders(theirs))}
    losses = _losses(rows, everyone)
    found = []
    for number in numbers:
        row, places = listed[number], sectors.get(number, {})
        places = {"customer": number, **places, "total": "total"}
        steps = [near[level][code] for level, code in places.items() if code in near[level]]
        account = _account(
            row, clocks.get(number, {}), tuple(items.get(number, ())), loose.get(number),
            tuple(steps), losses.get(places.get("sector_division", "")) or losses.get(""),
        )  # fmt: skip
        orders_of = ordered.get(number, Decimal(0))
        found.append(replace(account, orders=orders_of, said=told.get(number, NOTHING)))
    return found


def _items(
    rows: Rows, ledger: Ledger, until: date
) -> tuple[dict[str, list[Item]], dict[str, Decimal]]:
    """Return customer -> what is due by a day, the oldest first; and -> what is unapplied."""
    items: defaultdict[str, list[Item]] = defaultdict(list)
    loose: dict[str, Decimal] = {}
    for row in rows(open_items(replace(ledger, undisputed=True), until)):
        if row["due_on"] is None:
            loose[row["customer"]] = row["amount"]
        else:
            items[row["customer"]].append(Item(row["issued_on"], row["due_on"], row["amount"]))
    for one in items.values():
        one.sort(key=lambda item: (item.due_on, item.issued_on, item.amount))
    return dict(items), loose


def _curves(
    rows: Rows, everyone: Ledger, numbers: Sequence[str], policy: Policy
) -> dict[str, dict[str, Curve]]:
    """Return level -> group -> its curve, of groups with enough payments."""
    enough = policy.enough_payments.at(everyone.as_of)
    found = {}
    for level in ("customer", *_LEVELS, "total"):
        where = {"customer": tuple(numbers)} if level == "customer" else {}
        statement = curves(replace(everyone, where=where), level, enough)
        steps = (
            (row[level] or "", row["day"], row["unpaid"], row["at_risk"], row["paid"])
            for row in rows(statement)
        )
        found[level] = curves_of(steps, "" if level == "customer" else level)
    return found


_SECTORS = "select customer_id, sector_division, sector_section from customers"


def _sectors(rows: Rows, numbers: Sequence[str]) -> dict[str, dict[str, str]]:
    sql = f"{_SECTORS} where customer_id in $numbers"
    listed = rows(Statement(sql, {"numbers": list(numbers)}))
    return {
        row["customer_id"]: {level: row[level] for level in _LEVELS if row[level]} for row in listed
    }


def _losses(rows: Rows, everyone: Ledger) -> dict[str, tuple[Decimal, str]]:
    """Return division -> the share that was never paid, where any was; '' -> of all."""
    found = {}
    for level in ("total", "sector_division"):
        for row in rows(lost(everyone, level)):
            if row["lost"] > 0 and row["paid"] + row["lost"] > 0 and row[level]:
                code = "" if level == "total" else row[level]
                found[code] = share(row["lost"], row["paid"] + row["lost"]), level
    return found


def _account(
    row: _Row, clock: _Row, items: tuple[Item, ...], loose: Decimal | None,
    curves_: tuple[Curve, ...], loss: tuple[Decimal, str] | None,
) -> Account:  # fmt: skip
    quarters = tuple(_exact(row[f"late_q{n}"]) for n in range(1, 5))
    return Account(
        number=row["customer"], name=row["customer_name"] or row["customer"],
        country=row["country"] or "", sector=row["sector"] or "",
        salesperson=row["salesperson"] or "", items=items, unapplied=loose or Decimal(0),
        disputed=row["disputed"], exposure=row["exposure"], limit=row["binding_limit"],
        headroom=row["headroom"], insured=clock.get("insured") or Decimal(0),
        days_left=clock.get("days_left"), hand_over_left=clock.get("hand_over_left"),
        sales=row["sales_12m"], growth=_exact(row["growth"]), last_sale=row["last_sale"],
        late=_exact(row["days_beyond_terms"]), quarters=quarters, paid=row["paid_items"],
        curves=curves_, loss=loss[0] if loss else None, loss_level=loss[1] if loss else "",
    )  # fmt: skip


def _exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 6)))

"""Random ledgers for properties: few documents, every awkward kind among them.

A `World` is what files could have said, as the rows of tests/ledgers.py; `build` takes it the
whole way through staging and derivation into a database in memory.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
from hypothesis import strategies as st

from data.core import dimensions
from data.core.policy.rules import DEFAULTS, Policy
from data.store.engine import DuckDBEngine
from etl.ledger.derive import Settings, derive, write_about
from tests.ledgers import Row, stage

START = date(2024, 1, 10)
DAYS = 460
SECTORS = ("", "43.21", "43.22", "43", "01.1", "F")
#: Rates move, so invoices and payments differ in theirs.
RATES = {
    "EUR": (Decimal(1),),
    "USD": (Decimal("0.87654321"), Decimal("0.87654321"), Decimal("0.95")),
    "HUF": (Decimal("0.0025"), Decimal("0.0027")),
}


@dataclass(frozen=True)
class World:
    """What the files say."""

    documents: tuple[Row, ...]
    matches: tuple[Row, ...] = ()
    customers: tuple[Row, ...] = ()
    terms: int = 30

    def until(self, day: date) -> World:
        """Return the world without what is dated after `day`, and without matches to that."""
        kept = tuple(d for d in self.documents if as_day(d["issued_on"]) <= day)
        names = {d["document_id"] for d in kept}
        matches = tuple(m for m in self.matches if {m["debit_id"], m["credit_id"]} <= names)
        return replace(self, documents=kept, matches=matches)


def as_day(value: object) -> date:
    """Return a day that may be written as ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def build(world: World, policy: Policy = DEFAULTS) -> DuckDBEngine:
    """Stage and derive the world; return the engine that answers from it."""
    settings = Settings("EUR", world.terms, policy=policy)
    connection = duckdb.connect(config={"threads": 1})
    own = json.dumps({name: f"our_{name}" for name in dimensions.OWN})
    said = json.dumps({"own_dimensions": own})
    stage(connection, world.documents, world.matches, world.customers, settings=said)
    derive(connection, settings)
    write_about(connection, settings, datetime(2026, 1, 1, tzinfo=UTC), "{}")
    return DuckDBEngine(connection)


_days = st.integers(0, DAYS).map(lambda n: START + timedelta(days=n))
_cents = st.one_of(st.integers(1, 500_000), st.sampled_from((1, 2, 3, 100, 10_000, 333_333))).map(
    lambda n: Decimal(n).scaleb(-2)
)
_due = st.sampled_from((None, None, None, -5, 0, 1, 14, 30, 30, 45, 60, 90))
_KINDS = (
    *("invoice",) * 8, *("payment",) * 6, "credit_note", "credit_note", "write_off", "opening",
    "opening_credit", "adjustment", "adjustment_credit", "refund",
)  # fmt: skip


#: Customers and their documents have words of their own for these; one dimension of the reader's
#: own is as good as four.
_NAMED = ("country", "sector", "segment", "salesperson", *dimensions.OWN[1:])


def _said(draw: st.DrawFn, *of: str) -> Row:
    """Draw what is said of the other dimensions, those that the list of them has today."""
    names = [n for n in dimensions.names(*of, given=True) if n not in _NAMED]
    return {n: draw(st.sampled_from((None, None, "one", "two"))) for n in names}


@st.composite
def _customers(draw: st.DrawFn) -> tuple[Row, ...]:
    names = [f"C{n}" for n in range(1, draw(st.integers(1, 4)) + 1)]
    return tuple(
        {
            "customer_id": name,
            "country": draw(st.sampled_from((None, "BE", "FR"))),
            "sector": draw(st.sampled_from(SECTORS)) or None,
            "segment": draw(st.sampled_from((None, "shop", "builder"))),
            "salesperson": draw(st.sampled_from((None, "Ann", "Bob"))),
            **_said(draw, "customer", "either"),
            "parent_id": draw(st.sampled_from((None, None, "C1", "HOLDING"))),
            "credit_limit": draw(st.sampled_from((None, Decimal(0), Decimal("5000.50")))),
            "insured_limit": draw(st.sampled_from((None, Decimal(2500)))),
            "agreed_terms_days": draw(st.sampled_from((None, 14, 60))),
        }
        for name in names
    )


@st.composite
def _document(draw: st.DrawFn, number: int, customers: tuple[Row, ...]) -> list[Row]:
    """Return one document: one row, or one for each instalment."""
    kind = draw(st.sampled_from(_KINDS))
    day = draw(_days)
    amount = draw(_cents)
    currency = draw(st.sampled_from(("EUR", "EUR", "EUR", "USD", "HUF")))
    row: Row = {
        "document_id": f"D{number}",
        "customer_id": draw(st.sampled_from(customers))["customer_id"],
        "issued_on": day,
        "currency": currency,
        "rate": draw(st.sampled_from(RATES[currency])),
        "salesperson": draw(st.sampled_from((None, None, "Cem"))),
        "disputed": draw(st.sampled_from((None,) * 7 + (True,))),
        **_said(draw, "document", "either"),
    }
    kinds = {
        "opening_credit": ("opening", -amount),
        "adjustment_credit": ("adjustment", -amount),
        "refund": ("payment", amount),
        "payment": ("payment", -amount),
        "credit_note": ("credit_note", -amount),
        "write_off": ("write_off", -amount),
    }
    row["kind"], row["amount"] = kinds.get(kind, (kind, amount))
    if kind not in ("invoice", "opening"):
        return [row]
    due = draw(_due)
    row["due_on"] = None if due is None else day + timedelta(days=due)
    row["terms_days"] = draw(st.sampled_from((None, None, 21)))
    if kind == "invoice":
        row["po_number"] = draw(st.sampled_from((None, None, f"PO{number}")))
        ordered, delivered = draw(
            st.sampled_from(((None, 2), (9, None), (12, 3), (5, 7), (40, -1)))
        )
        row["ordered_on"] = None if ordered is None else day - timedelta(days=ordered)
        row["delivered_on"] = None if delivered is None else day - timedelta(days=delivered)
        row["cost"] = draw(st.one_of(st.none(), _cents))
    if kind == "invoice" and due is not None and draw(st.integers(0, 3)) == 0:
        later = draw(st.lists(st.tuples(_cents, st.sampled_from((0, 30, 60))), min_size=1,
                              max_size=2))  # fmt: skip
        rows = [{**row, "instalment": 1}]
        for n, (part, days) in enumerate(later, start=2):
            due_on = row["due_on"] + timedelta(days=days)
            rows.append({**row, "instalment": n, "amount": part, "due_on": due_on, "cost": None})
        return rows
    return [row]


@st.composite
def _matches(draw: st.DrawFn, documents: list[Row]) -> tuple[Row, ...]:
    """Match documents of one currency for amounts that both still have, once for each pair."""
    of: dict[str, Row] = {}
    left: dict[str, Decimal] = {}
    for row in documents:
        name = str(row["document_id"])
        of.setdefault(name, row)
        left[name] = left.get(name, Decimal(0)) + row["amount"]
    found: dict[tuple[str, str], Row] = {}
    for credit in [n for n in left if left[n] < 0]:
        for _ in range(draw(st.sampled_from((0, 1, 1, 2, 3)))):
            anyone = draw(st.integers(0, 9)) == 9
            open_ones = [
                n
                for n in left
                if left[n] > 0
                and (n, credit) not in found
                and of[n]["currency"] == of[credit]["currency"]
                and (anyone or of[n]["customer_id"] == of[credit]["customer_id"])
            ]
            if not open_ones or left[credit] == 0:
                break
            debit = draw(st.sampled_from(open_ones))
            most = min(left[debit], -left[credit])
            amount = most if draw(st.booleans()) else min(most, draw(_cents))
            left[debit] -= amount
            left[credit] += amount
            closed_on = max(of[debit]["issued_on"], of[credit]["issued_on"])
            late = draw(st.sampled_from((None, 0, 3, 200)))
            found[debit, credit] = {
                "debit_id": debit,
                "credit_id": credit,
                "amount": amount,
                "matched_on": None if late is None else closed_on + timedelta(days=late),
            }
    return tuple(found.values())


@st.composite
def _returns(draw: st.DrawFn, documents: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return payments that take others back, and what was paid after that."""
    rows: list[Row] = []
    matches: list[Row] = []
    taken = [d for d in documents if d["kind"] == "payment" and d["amount"] < 0]
    for payment in taken:
        if draw(st.integers(0, 3)):
            continue
        left, number = -payment["amount"], payment["document_id"]
        for n in range(draw(st.sampled_from((1, 1, 2)))):
            amount = left if draw(st.booleans()) else min(left, draw(_cents))
            left -= amount
            if not amount:
                break
            row = {
                **payment,
                "document_id": f"R{n}{number}",
                "issued_on": payment["issued_on"] + timedelta(days=draw(st.integers(0, 90))),
                "rate": draw(st.sampled_from(RATES[payment["currency"]])),
                "amount": amount,
                "reference": f"chargeback {number}",
            }
            rows.append(row)
            if draw(st.booleans()):
                again = {
                    **row,
                    "document_id": f"Q{n}{number}",
                    "issued_on": row["issued_on"] + timedelta(days=draw(st.integers(1, 60))),
                    "amount": -min(amount, draw(st.sampled_from((amount, draw(_cents))))),
                    "reference": None,
                }
                rows.append(again)
                matches.append(
                    {
                        "debit_id": row["document_id"],
                        "credit_id": again["document_id"],
                        "amount": -again["amount"],
                        "matched_on": None,
                    }
                )
    return rows, matches


@st.composite
def worlds(draw: st.DrawFn, most: int = 24) -> World:
    """Return a random ledger of up to `most` documents."""
    customers = draw(_customers())
    documents: list[Row] = []
    for number in range(1, draw(st.integers(1, most)) + 1):
        documents += draw(_document(number, customers))
    matches = draw(_matches(documents))
    returns, paid_again = draw(_returns(documents))
    return World((*documents, *returns), (*matches, *paid_again), customers)


@st.composite
def days_of(draw: st.DrawFn, world: World) -> date:
    """Return a day on which something happens in the world, or just before or after it."""
    row = draw(st.sampled_from(world.documents))
    base = row["due_on"] if row.get("due_on") and draw(st.booleans()) else row["issued_on"]
    shift = draw(st.sampled_from((0, 0, -1, 1, 5, 30, 31, 60, 61, 90, 91, 150, 365)))
    return as_day(base) + timedelta(days=shift)

"""What a sign means, where a list writes less owed as positive amounts: by meaning, not by sum.

Payments and credit notes stand in lists with either sign, and among them a few of the other sign
that are refunds or reversals. Which are which is told by words, by the invoices that are named, or
asked: a large refund outweighs many payments.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import duckdb

from data.core.errors import FileError
from data.core.reading import Choice, Question, Value
from data.core.texts import N_, Text
from etl.intake.tables import words
from etl.intake.tables.plan import PAYING, Plan
from etl.intake.tables.rows import Rows

_ASKED = N_(
    "The {kind} of {file} have both signs: {positive} are positive and {negative} negative. What"
    " does a positive amount mean?"
)
_KINDS = {
    "payment": N_("payments"),
    "credit_note": N_("credit notes"),
    "write_off": N_("write-offs"),
    "refund": N_("refunds"),
}
_CHOICES = (
    Choice("received", N_("received: the customer owes less"), {"signs": {"amount": "received"}}),
    Choice("refunded", N_("paid back: the customer owes more"),
           {"signs": {"amount": "refunded"}}),
)  # fmt: skip


_NEGATIVE = N_(
    "Most amounts of {file} are negative: {negative} of {count}, and no word says what they are."
    " Are they credit notes, or what the customers owe?"
)
_OWED = (
    Choice("owed", N_("credit notes: what is positive is owed"), {"signs": {"amount": "owed"}}),
    Choice("credited", N_("what is owed: what is positive is a credit note"),
           {"signs": {"amount": "credited"}}),
)  # fmt: skip


def _ask_negative(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows) -> None:
    """Raise `FileError` with a question where most amounts of a list of invoices are negative.

    Lists are written so as the other side sees them; or they hold credit notes, as a word says.
    """
    told = {"kind", "credit_flag", "journal", "debit", "credit", "dc_flag"} & plan.columns.keys()
    if told or plan.credited or plan.signed or plan.signs or not plan.by_headers or (
        plan.rows_kind != "invoices" or "amount" not in plan.columns
    ):  # fmt: skip
        return
    text = "reference" if "reference" in rows.columns else "null"
    plain = f"lower(strip_accents(concat_ws(' ', document_id, {text})))"
    says = " or ".join(f"regexp_matches({plain}, ${name})" for name in words.texts())
    found = connection.execute(
        f"select count(*) filter (amount < 0 and not ({says})), count(*) filter (amount <> 0),"
        f" sum(amount) filter (amount < 0), sum(amount) filter (amount > 0) from {rows.sql}"
        f" where {rows.kept}",
        {**rows.bind, **words.texts()},
    ).fetchone() or (0, 0, None, None)
    negative, count, down, up = found
    if negative < _FEW or 2 * negative <= count:
        return
    values = {"file": plan.grid.name, "negative": negative, "count": count}
    question = Question(
        "signs", Text(_NEGATIVE, values), _OWED, plan.header("amount"),
        (Value("+", count - negative, up), Value("−", negative, down)),
    )  # fmt: skip
    raise FileError(question.text, Text(_REMEDY), questions=(question,))


def turn(plan: Plan) -> None:
    """Turn what is owed: the reader has said that the list writes it negative."""
    for name in ("amount", "open_amount", "paid_amount"):
        if (parsed := plan.parsed.get(name)) is not None:
            plan.parsed[name] = replace(parsed, value=f"(-({parsed.value}))", light=False)
            plan.cents[name] = f"(-({plan.cents[name]}))"


#: One negative row is no evidence of how a list is written.
_FEW = 2
_REMEDY = N_("Answer on the Imports page, or in a mapping file (--map).")


class _Side(NamedTuple):
    """The rows of one kind and one sign."""

    rows: int
    amount: Decimal
    refunds: int
    """Rows whose text says refund, reversal or the like."""
    named: int
    """Rows that name something: an invoice, most often."""

    def __or__(self, other: _Side) -> _Side:
        return _Side(
            self.rows + other.rows,
            self.amount + other.amount,
            self.refunds + other.refunds,
            self.named + other.named,
        )


_NOBODY = _Side(0, Decimal(0), 0, 0)
_Sides = dict[bool, _Side]


def flips(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows, turned: str) -> list[str]:
    """Return the kinds whose amounts are written with the other sign than ours.

    Payments, credit notes and write-offs mean less owed; refunds, which are payments whose kind
    says so, mean more.

    turned: SQL for the kind of a row that may be written so; null for others. Raises `FileError`
    with a question where both signs occur and nothing tells which is which, or where most of a
    list of invoices is negative.
    """
    _ask_negative(connection, plan, rows)
    if turned == "null" or plan.signed:
        return []
    text = "reference" if "reference" in rows.columns else "null"
    plain = f"lower(strip_accents(coalesce({text}, '')))"
    found = connection.execute(
        f"""
        select {turned} as kind, amount > 0 as positive, count(*), sum(amount),
            count(*) filter (regexp_matches({plain}, $refund)), count({text})
        from {rows.sql} where {rows.kept} and amount <> 0 and ({turned}) is not null
        group by all
        """,
        {**rows.bind, "refund": words.texts()["refund"]},
    ).fetchall()
    sides: dict[str, _Sides] = {}
    for kind, positive, *numbers in found:
        sides.setdefault(kind, {})[positive] = _Side(*numbers)
    back = sides.pop("refund", {})
    if not back:
        return sorted(k for k, s in sides.items() if _flipped(plan, k, s))
    received = sides.pop("payment", {})
    return sorted(
        [*_with_refunds(plan, received, back),
         *(k for k, s in sides.items() if _flipped(plan, k, s))]
    )  # fmt: skip


def _with_refunds(plan: Plan, received: _Sides, back: _Sides) -> list[str]:
    """Return which of payments and refunds have the other sign than ours.

    Where each has one sign only, the words tell all. Else the signs do, the same for both.
    """
    if received and not plan.signs and len(received) == 1 == len(back):
        return [k for k, turn in (("payment", True in received), ("refund", False in back)) if turn]
    if received and len(received) == 1 and not plan.signs:
        return ["payment", "refund"] if True in received else []
    both = {up: received.get(up, _NOBODY) | _as_refunds(back.get(up, _NOBODY))
            for up in (True, False)}  # fmt: skip
    return ["payment", "refund"] if _flipped(plan, "payment", both) else []


def _as_refunds(side: _Side) -> _Side:
    return side._replace(refunds=side.rows)


def _flipped(plan: Plan, kind: str, sides: _Sides) -> bool:
    """Return whether the positive amounts of a kind mean less owed."""
    up, down = sides.get(True, _NOBODY), sides.get(False, _NOBODY)
    if kind == "payment" and plan.signs:
        return plan.signs == "received"
    if not up.rows or not down.rows:
        if up.rows and up.refunds == up.rows and plan.rows_kind in PAYING:
            raise _asked(plan, kind, up, down)
        return bool(up.rows)
    if bool(up.refunds) != bool(down.refunds):
        return bool(down.refunds)
    if bool(up.named) != bool(down.named):
        return bool(up.named)
    many, few = max(up.rows, down.rows), min(up.rows, down.rows)
    if not plan.by_headers or kind != "payment" or many >= _SURE * few:
        # a known program writes its own way, and refunds are few
        return up.rows > down.rows
    raise _asked(plan, kind, up, down)


#: So many times as many rows of one sign are no chance.
_SURE = 3


def _asked(plan: Plan, kind: str, up: _Side, down: _Side) -> FileError:
    values = {
        "kind": _KINDS[kind], "file": plan.grid.name, "positive": up.rows, "negative": down.rows,
    }  # fmt: skip
    question = Question(
        "signs",
        Text(_ASKED, values),
        _CHOICES,
        plan.header("amount") if "amount" in plan.columns else "",
        (Value("+", up.rows, up.amount), Value("−", down.rows, down.amount)),
    )
    return FileError(question.text, Text(_REMEDY), questions=(question,))

"""What the cubes sum up, said once: the load builds them with it, and metrics add up with it
the part of a month that no cube holds.

A measure is SQL over the rows of a group, `o`; the terms agreed with a customer are
`k.agreed_terms_days`.
"""

from __future__ import annotations

from dataclasses import dataclass

FOR_EVER = "date '9999-12-31'"


@dataclass(frozen=True)
class Measure:
    """One sum over a month: its SQL over rows, and its type in the cubes.

    `kept` is its SQL over a row of the cube by cells `o`, where that has no column of its name;
    `adds` is the function that adds such rows up.
    """

    name: str
    sql: str
    type: str
    kept: str = ""
    adds: str = "sum"

    @property
    def of_cell(self) -> str:
        """The SQL over a row of the cube by cells."""
        return self.kept or f"o.{self.name}"


def month(day: str) -> str:
    """Return the SQL of the first day of the month of `day`."""
    return f"cast(date_trunc('month', {day}) as date)"


def _days(since: str, until: str) -> str:
    return f"cast(date_diff('day', {since}, {until}) as integer)"


_BILLED = "o.kind = 'invoice' and o.amount > 0"
_GIVEN = f"{_BILLED} and o.due_assumed = ''"
_MONEY = "decimal(18, 2)"
_WEIGHT = "decimal(28, 2)"

#: Of an open item, or of a row of `month_items`: what it counts for.
ITEMS = "case when o.continues then 0 else 1 end"
INVOICES = f"case when {_BILLED} and not o.continues then 1 else 0 end"

SALES_ARE = "o.kind in ('invoice', 'credit_note')"
SOLD = (
    Measure("amount", "sum(o.amount)", _MONEY),
    Measure("invoices", "sum(case when o.kind = 'invoice' then 1 else 0 end)", "integer"),
    Measure("last_sale", "max(o.issued_on)", "date", adds="max"),
)
#: The terms that invoices gave.
GIVEN = (
    Measure("billed", f"sum(case when {_BILLED} then 1 else 0 end)", "integer"),
    Measure("given_weight", f"sum(case when {_GIVEN} then o.amount end)", _MONEY),
    Measure(
        "given_days",
        f"sum(case when {_GIVEN} then o.amount * {_days('o.issued_on', 'o.due_on')} end)",
        _WEIGHT,
    ),
)
#: Terms are agreed with a customer, so that a cell's follow from its amount.
AGREED = (
    Measure(
        "agreed_weight",
        f"sum(case when {_BILLED} and k.agreed_terms_days is not null then o.amount end)",
        _MONEY,
        "case when k.agreed_terms_days is not null then o.billed_amount end",
    ),
    Measure(
        "agreed_days",
        f"sum(case when {_BILLED} then o.amount * k.agreed_terms_days end)",
        _WEIGHT,
        "o.billed_amount * k.agreed_terms_days",
    ),
)
#: What the cube of sales holds by cell; it follows what was agreed from the amount billed.
SALES = (
    *SOLD,
    *GIVEN,
    Measure("billed_amount", f"sum(case when {_BILLED} then o.amount end)", _MONEY),
)

PAYMENTS_ARE = (
    "o.kind = 'invoice' and o.amount > 0 and o.closed_by = 'payment' and not o.paid_day_assumed"
)
#: Of payments: the money stayed.
KEPT = "o.returned_on is null"
PAYMENTS = (
    Measure("items", "count(*)", "integer"),
    Measure("amount", "sum(o.amount)", _MONEY),
    Measure("taken", f"sum({_days('o.issued_on', 'o.closed_on')})", "bigint"),
    Measure("taken_days", f"sum(o.amount * {_days('o.issued_on', 'o.closed_on')})", _WEIGHT),
    Measure("late_days", f"sum(o.amount * {_days('o.due_on', 'o.closed_on')})", _WEIGHT),
    Measure("on_time", "sum(case when o.closed_on <= o.due_on then 1 else 0 end)", "integer"),
    Measure(
        "on_time_amount",
        "sum(case when o.closed_on <= o.due_on then o.amount else 0 end)",
        _MONEY,
    ),
    Measure("assumed", "sum(case when o.due_assumed <> '' then 1 else 0 end)", "integer"),
)

"""Finding a customer by what a reader types."""

from __future__ import annotations

from dashboards.base.view import View
from metrics.asking.ledger import Statement
from metrics.lists.customers import found

BETWEEN = " · "
"""Stands between name and number of a choice."""
_FOUND = 30


def find_customers(view: View, typed: str) -> list[dict[str, str]]:
    """Return the customers whose name, number or VAT number contains `typed`, as choices."""
    if not typed.strip():
        return []
    everyone = Statement(
        "select customer_id as customer, customer_name, vat_number from customers", {}
    )
    statement = found(everyone, typed)
    rows = view.query(
        f"{statement.sql}\norder by customer_name, customer limit {_FOUND}", statement.parameters
    )
    return [
        {"value": r["customer"], "label": f"{r['customer_name']}{BETWEEN}{r['customer']}"}
        for r in rows
    ]

"""Each customer's way from order to money, and its invoices without order number."""

from __future__ import annotations

from metrics.asking.ledger import Ledger, Statement
from metrics.figures.waiting.order_to_cash import ORDER_TO_CASH


def ways(ledger: Ledger) -> Statement:
    """List the customers who paid something in the window, unordered.

    Columns: customer, customer_name, salesperson, and those of the metric `order_to_cash`.
    """
    asked = ledger.statement(ORDER_TO_CASH, ("customer",))
    sql = f"""select o.*, c.customer_name, c.salesperson
from (
{asked.sql}
) as o
left join customers as c on c.customer_id = o.customer"""
    return Statement(sql, asked.parameters)

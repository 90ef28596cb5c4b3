"""Whom each customer belongs to: itself, and those above it, as far as eight steps up.

Each step doubles what the one before it reaches, in SQL that DuckDB and Apache Spark both
understand. Companies that own each other are each other's. Few customers have a parent, so that
the steps are taken for these only.
"""

from __future__ import annotations

from etl.sql import Connection, Step, run


def _doubled(below: str) -> str:
    return f"""
        select customer, holder from {below}
        union
        select a.customer, b.holder from {below} as a join {below} as b on b.customer = a.holder
    """


#: The last one is the table `belongs`; the first one reads `customers`.
STEPS = (
    Step(
        "up_1",
        """
        select customer_id as customer, parent_id as holder from customers
        where parent_id <> '' and parent_id in (select customer_id from customers)
        """,
    ),
    Step("up_2", _doubled("up_1")),
    Step("up_4", _doubled("up_2")),
    Step("up_8", _doubled("up_4")),
    Step(
        "belongs",
        """
        select customer_id as customer, customer_id as holder from customers
        union all
        select customer, holder from up_8 where holder <> customer
        """,
    ),
)


def derive_belonging(connection: Connection) -> None:
    """Fill `belongs` from `customers`."""
    *above, (_belongs, every) = STEPS
    for name, sql in above:
        run(connection, f"create or replace temp table {name} as {sql}")
    run(connection, f"insert into belongs by name {every} order by customer, holder")

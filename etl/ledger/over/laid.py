"""What changes of a state laid over it: the rows of some customers, and cubes of their markets.

Customers change in their sector, or what settles their documents does (`touched`). Their rows are
written anew, and the cubes of the markets that these leave or enter, to lie over the state before
(see `data.store.layers`). What follows is what deriving all of it would give, but for the numbers
of documents that only matching makes, of cells and of markets, which mean nothing beyond their
state.
"""

from __future__ import annotations

from collections.abc import Collection

from data.core.dimensions import SECTOR_LEVELS
from etl.ledger.cubes import IN_CELL, OF_MARKET, steps
from etl.ledger.derive import EXTENT, Settings
from etl.ledger.over.decided import find_touched
from etl.ledger.over.named import both, keep_before, name_all
from etl.ledger.over.part import derive_part
from etl.ledger.over.sector import change_sectors
from etl.sql import Connection, number, run

#: So many documents are written anew at most; where more change, all is derived anew, and lies
#: over nothing.
MOST = 200_000

_TAKEN = ", ".join(f"n.{name} as {name}" for name in SECTOR_LEVELS)
_CARRYING = ("documents", "open_items", "returned_invoices")
_BY_CELL = ("month_debtors", "month_sales", "month_payments")
_BY_MARKET = ("month_items", "market_sales", "market_payments")
_MARKET = ", ".join(OF_MARKET)


def lay(connection: Connection, settings: Settings) -> bool:
    """Fill the state in the making but for its findings, with what changes of `below`.

    Returns whether that could be done; else all is to be derived anew.
    """
    change_sectors(connection, settings.sectors)
    if not find_touched(connection, settings.decisions) or not _say_changed(connection):
        return False
    keep_before(connection)
    settled = number(connection, "select count(*) from touched") > 0
    if settled and not derive_part(connection, settings):
        return False
    _carry(connection, settings.policy.ages)
    run(connection, "insert into state.about from below.about")
    if settled:
        run(
            connection,
            "update state.about set documents = d.documents, ledger_balance = d.ledger_balance,"
            f" first_day = d.first_day, last_day = d.last_day from ({EXTENT}) as d",
        )
    # from it all findings count
    moved = "select count(*) from state.about as a join below.about as b using (last_day)"
    return number(connection, moved) == 1


def _say_changed(connection: Connection) -> bool:
    """Say which customers and documents change: those in `customers`, and those in `touched`.

    Returns whether they are few enough.
    """
    run(
        connection,
        """
        insert into state.customers
        select c.* from below.customers as c where customer_id in (from touched)
        and customer_id not in (select customer_id from state.customers)
        """,
    )
    run(connection, "insert into state.changed_customers select customer_id from state.customers")
    changed = "select document_key from below.documents where customer in (from {}) order by all"
    for table, whose in (
        ("changed_documents", "state.changed_customers"),
        ("changed_settled", "touched"),
    ):
        run(connection, f"insert into state.{table} {changed.format(whose)}")
    return number(connection, "select count(*) from state.changed_documents") <= MOST


def _carry(connection: Connection, bounds: Collection[str]) -> None:
    """Fill the other tables of these customers, and of the markets that they leave or enter.

    What settles the documents of those in `touched` is there. Afterwards each table has its name,
    as who reads the state will see it. bounds: see `etl.ledger.cubes.steps`.
    """
    for table in _CARRYING:
        run(
            connection,
            f"""
            insert into state.{table} by name
            select t.* replace ({_TAKEN})
            from was_{table} as t join state.customers as n on n.customer_id = t.customer
            where t.customer not in (from touched)
            """,
        )
    _move(connection, bounds)
    _add_up_cells(connection, bounds)
    name_all(connection)
    run(
        connection,
        f"""
        create or replace temp view cells as
        from ({both("cells")}) where market in (select market from state.changed_markets)
        """,
    )
    run(connection, f"insert into state.markets select distinct market, {_MARKET} from cells")
    for step in steps(bounds):
        if step.name in _BY_MARKET:
            run(connection, f"insert into state.{step.name} by name {step.sql}")
        elif step.name in ("seen", "ages"):
            run(connection, f"create or replace temp table {step.name} as {step.sql}")
    run(connection, f"create or replace temp view cells as {both('cells')}")


def _own(connection: Connection, *tables: str) -> None:
    """Let the rows of the touched customers stand under these names."""
    for table in tables:
        whose = "customer_id" if table == "customers" else "customer"
        run(
            connection,
            f"create or replace temp view {table} as"
            f" select * from state.{table} where {whose} in (from touched)",
        )


def _move(connection: Connection, bounds: Collection[str]) -> None:
    """Fill `cells` and `changed_markets`: the cells keep their numbers, and get other markets."""
    _own(connection, "customers", "documents")
    found = {step.name: step.sql for step in steps(bounds)}
    run(connection, f"create or replace temp table account as {found['account']}")
    run(
        connection,
        f"""
        create or replace temp table moved as
        select k.* exclude (market) replace ({_TAKEN})
        from below.cells as k join state.customers as n on n.customer_id = k.customer
        where k.customer not in (from touched)
        union all by name
        select f.* exclude (cell, market), cast(coalesce(k.cell,
            (select max(cell) from below.cells)
                + row_number() over (partition by k.cell is null order by f.cell)) as integer)
            as cell
        from ({found["cells"]}) as f
        left join below.cells as k on {" and ".join(f"k.{c} = f.{c}" for c in IN_CELL)}
        """,
    )
    run(
        connection,
        f"""
        create or replace temp table entered as
        select * replace (cast(coalesce(market, (select max(market) from below.markets)
            + row_number() over (partition by market is null order by {_MARKET})) as integer)
            as market)
        from (select distinct {_MARKET} from moved) left join below.markets using ({_MARKET})
        """,
    )
    run(
        connection,
        """
        insert into state.changed_markets
        select market from below.cells where customer in (from state.changed_customers)
        union select market from entered
        """,
    )
    run(
        connection,
        f"""
        insert into state.cells by name
        select m.*, e.market from moved as m join entered as e using ({_MARKET}) order by m.cell
        """,
    )


def _add_up_cells(connection: Connection, bounds: Collection[str]) -> None:
    """Fill the cubes by cell, of the touched customers."""
    run(
        connection,
        "insert into state.changed_cells select cell from below.cells"
        " where customer in (from touched)",
    )
    _own(connection, "documents", "open_items", "cells")
    for step in steps(bounds):
        if step.name in _BY_CELL:
            run(connection, f"insert into state.{step.name} by name {step.sql}")
        elif step.name in ("seen", "spans"):
            run(connection, f"create or replace temp table {step.name} as {step.sql}")

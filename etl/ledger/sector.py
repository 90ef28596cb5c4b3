"""What people say of sectors, followed without deriving the rest anew.

A sector is a dimension of the customer and decides nothing else: no document, match or open item
differs but in its columns. So the rows of the customers it changes are written anew, and the cubes
of the markets that these leave or enter, to lie over the state before (see `data.store.layers`).
What follows is what deriving all of it would give, but for the numbers of cells and markets, which
mean nothing beyond their state.

`revision_of` reads all codes together: where one more turns it, every customer whose section
changes with it is one of those.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from data.core.dimensions import SECTOR_LEVELS
from data.store.layers import WHOLE, read
from data.store.schema import TABLES
from etl.ledger.cubes import OF_MARKET, steps
from etl.ledger.customers import FILED_SECTORS, follow_sectors
from etl.sql import Connection, number, run

#: So many documents are written anew at most; where more change, all is derived anew, and lies
#: over nothing.
MOST = 200_000

_OF = {
    "sector": "coalesce(s.code, '')",
    "sector_section": "coalesce(s.section, '')",
    "sector_division": "coalesce(s.division, '')",
    "sector_group": "coalesce(s.grp, '')",
}
_NEW = ", ".join(f"{sql} as {name}" for name, sql in _OF.items())
_DIFFERS = " or ".join(f"{sql} <> c.{name}" for name, sql in _OF.items())
_TAKEN = ", ".join(f"n.{name} as {name}" for name in SECTOR_LEVELS)
_CARRYING = ("documents", "open_items", "returned_invoices")
_BY_MARKET = ("month_items", "market_sales", "market_payments")
_MARKET = ", ".join(OF_MARKET)


def change_sectors(connection: Connection, sectors: Mapping[str, str]) -> bool:
    """Fill `customers`, and who and what changes; return whether few enough documents change.

    sectors: all that people say, customer number -> NACE code. The state in the making is `state`,
    and `below` the one that it lies over, with `FILED_SECTORS`.
    """
    run(
        connection,
        "create or replace temp table merged as"
        f" select customer_id, sector from below.{FILED_SECTORS}",
    )
    follow_sectors(connection, sectors)
    run(
        connection,
        f"""
        insert into state.customers by name
        select c.* replace ({_NEW})
        from below.customers as c join merged as m using (customer_id)
        left join sector_of as s on s.given = m.sector
        where {_DIFFERS}
        order by c.customer_id
        """,
    )
    run(connection, "insert into state.changed_customers select customer_id from state.customers")
    run(
        connection,
        """
        insert into state.changed_documents
        select document_key from below.documents
        semi join state.changed_customers using (customer) order by document_key
        """,
    )
    changed = number(connection, "select count(*) from state.changed_documents")
    return changed <= MOST


def carry_sectors(connection: Connection, bounds: Collection[str]) -> None:
    """Fill the other tables of these customers, and of the markets that they leave or enter.

    Afterwards each table has its name, as who reads the state will see it. bounds: see
    `etl.ledger.cubes.steps`.
    """
    for table in _CARRYING:
        run(
            connection,
            f"""
            insert into state.{table} by name
            select t.* replace ({_TAKEN})
            from below.{table} as t join state.customers as n on n.customer_id = t.customer
            """,
        )
    _move(connection)
    for table in TABLES:
        if table not in WHOLE:
            run(connection, f"create temp view {table} as {read(table, 'state', 'below')}")
    every = read("cells", "state", "below")
    run(
        connection,
        f"""
        create or replace temp view cells as
        from ({every}) where market in (select market from state.changed_markets)
        """,
    )
    run(connection, f"insert into state.markets select distinct market, {_MARKET} from cells")
    for step in steps(bounds):
        if step.name in _BY_MARKET:
            run(connection, f"insert into state.{step.name} by name {step.sql}")
        elif step.name in ("seen", "ages"):
            run(connection, f"create temp table {step.name} as {step.sql}")
    run(connection, f"create or replace temp view cells as {every}")


def _move(connection: Connection) -> None:
    """Fill `cells` and `changed_markets`: the cells keep their numbers, and get other markets."""
    run(
        connection,
        f"""
        create temp table moved as
        select k.* replace ({_TAKEN})
        from below.cells as k join state.customers as n on n.customer_id = k.customer
        """,
    )
    run(
        connection,
        f"""
        create temp table entered as
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
        select market from moved union select market from entered
        """,
    )
    run(
        connection,
        f"""
        insert into state.cells by name
        select m.* replace (e.market as market)
        from moved as m join entered as e using ({_MARKET}) order by m.cell
        """,
    )

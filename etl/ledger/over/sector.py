"""What people say of sectors, followed without deriving the rest anew.

A sector is a dimension of the customer and decides nothing else: no document, match or open item
differs but in its columns. So the rows of the customers it changes are written anew, to lie over
the state before (see `etl.ledger.over.carry`).

`revision_of` reads all codes together: where one more turns it, every customer whose section
changes with it is one of those.
"""

from __future__ import annotations

from collections.abc import Mapping

from etl.ledger.customers import FILED_SECTORS, follow_sectors
from etl.sql import Connection, run

_OF = {
    "sector": "coalesce(s.code, '')",
    "sector_section": "coalesce(s.section, '')",
    "sector_division": "coalesce(s.division, '')",
    "sector_group": "coalesce(s.grp, '')",
}
_NEW = ", ".join(f"{sql} as {name}" for name, sql in _OF.items())
_DIFFERS = " or ".join(f"{sql} <> c.{name}" for name, sql in _OF.items())


def change_sectors(connection: Connection, sectors: Mapping[str, str]) -> None:
    """Fill `customers` with those whose sector changes.

    sectors: all that people say, customer number -> NACE code. The state in the making is `state`,
    and `below` the whole one that it lies over, with `FILED_SECTORS`.
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

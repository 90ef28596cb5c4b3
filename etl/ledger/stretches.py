"""How large ledgers are cut: into stretches of customers, and these into ages.

Large ledgers are sorted and joined a stretch of customers at a time: what follows from one
customer's documents needs no other customer's. So a hundred million invoices need room for some
of them, and not for all of them at once.

What is old is stored apart, and what is recent by ages of a few months: a question about a day then
reads the documents around it, and what closed after it, however long the history is.
"""

from __future__ import annotations

from collections.abc import Sequence

from etl.sql import Connection, number, rows

#: Rows that are sorted or joined at a time: as many as 6 GB of memory have room for.
STRETCH = 25_000_000
#: Months from the start of each age but the first up to the last month: three years in quarters,
#: for any day of two years and the day a year before it.
_BACK = tuple(range(36, 0, -3))
#: So many rows are worth being stored by age; fewer are read in no time.
AGED = 200_000

#: So few rows are read in less time than it takes to plan how.
FEW = 100_000

Stretch = tuple[int, int]
"""Places of customers in the order of storing, the first and the last."""


def kept_as(connection: Connection) -> str:
    """Return what a step that several others read is to be, a table or a view.

    A view takes no room, and each statement that reads it plans all of it anew.
    """
    return "table" if number(connection, "select count(*) from staged_documents") < FEW else "view"


def stretches(connection: Connection) -> list[Stretch]:
    """Return the places of customers, first and last, of about `STRETCH` rows of `entry` each.

    They are in the order of storing, and there is one at least, also where nobody is a customer.
    """
    most = number(connection, "select count(*) from place_of")
    if number(connection, "select count(*) from staged_documents") <= STRETCH:
        return [(1, most)]
    ends = rows(
        connection,
        """
        with held as (
            select place, sum(count(*)) over (order by place) as upto
            from entry join place_of using (customer) group by place
        )
        select max(place) from held group by upto // $stretch order by 1
        """,
        stretch=STRETCH,
    )
    last = [place for (place,) in ends[:-1]] + [most]
    return list(zip([1, *(place + 1 for place in last[:-1])], last, strict=True))


def keys_within(connection: Connection, first: int, last: int, which: str = "true") -> str:
    """Return the keys of the documents of customers at these places, as SQL: first and last."""
    found = rows(
        connection,
        f"select coalesce(min(key), 0), coalesce(max(key), 0) from doc"
        f" where place between {first} and {last} and ({which})",
    )
    return "{} and {}".format(*found[0])


def ages(connection: Connection) -> tuple[str, ...]:
    """Return the first day of each age but the first, as SQL: the oldest age comes first.

    They are counted from the last month of any weight: a few rows dated far in the future move
    nothing. The last age has that month besides its quarter. Small ledgers are of one age.
    """
    if number(connection, "select count(*) from staged_documents") < AGED:
        return ()
    found = rows(
        connection,
        """
        with held as (
            select date_trunc('month', issued_on) as month, count(*) as held
            from staged_documents where issued_on is not null group by month
        )
        select max(month) - to_months(back)
        from held cross join (select unnest($back) as back) as ages
        where held * 1000 >= (select sum(held) from held)
        group by back order by back desc
        """,
        back=list(_BACK),
    )
    return tuple(f"date '{day:%Y-%m-%d}'" for (day,) in found)


def by_age(day: str, bounds: Sequence[str]) -> str:
    """Return what an ORDER BY starts with, where rows are to lie by the age that `day` is of."""
    passed = " + ".join(f"cast({day} >= {bound} as integer)" for bound in bounds)
    return f"{passed}, " if passed else ""

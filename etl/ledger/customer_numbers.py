"""Customer numbers that lost the zeros in front of them: Excel writes 00171 as 171.

Where all numbers of a file are digits of one width, and some begin with a zero, its numbers are
whole. The same customers in a file without a single zero in front, in fewer digits, are the same
customers: a payment list that was opened in Excel pays the invoices of an export that was not.

Nothing is joined where both spellings stand in one file, where the files disagree on the names, or
where few of the numbers meet: then the two files number their customers by themselves.

Where each company of the reader's own has customers of its own, their numbers begin with it, as in
BE01/1001. A file of one company that shows no two customers of one number cannot know: its numbers
are those of that company, where most of them stand in another file so.
"""

from __future__ import annotations

from data.core.texts import NN_, Text
from etl.ledger.matching.naming import COMPANY
from etl.sql import Connection, number, rows, run

WHOLE = NN_(
    "The number of {count} customer has lost the zeros in front of it here; it is read in full, "
    "as {file} writes it: {example} is {whole}.",
    "Numbers of {count} customers have lost the zeros in front of them here; they are read in "
    "full, as {file} writes them: {example} is {whole}.",
)

BEFORE = NN_(
    "The number of {count} customer stands here without the company that goes before it in "
    "{file}: {example} is {whole}.",
    "Numbers of {count} customers stand here without the company that goes before them in "
    "{file}: {example} is {whole}.",
)

_APART = """
    insert into whole_number
    with own as (
        select file_id, customer_id as given, any_value(company) || '/' || customer_id as customer
        from staged_documents where customer_id <> ''
            and file_id in (select file_id from staged_documents
                group by file_id having count(distinct company) = 1 and count(company) = count(*))
        group by file_id, customer_id
    ),
    whole as (
        select customer_id as customer, min(file_id) as by_file from staged_documents
        where contains(customer_id, '/') group by all
    )
    select o.file_id, o.given, o.customer, w.by_file
    from own as o left join whole as w on w.customer = o.customer and w.by_file <> o.file_id
    where (o.file_id, o.given) not in (select file_id, given from whole_number)
    qualify w.by_file is not null
        and count(w.by_file) over (partition by o.file_id) * 2
            >= count(*) over (partition by o.file_id)
"""

_ALIKE = """
    insert into whole_number
    with used as (
        select file_id, customer_id as given, null::varchar as name from staged_documents
        union select file_id, customer_id, customer_name from staged_customers
        union select file_id, parent_id, null from staged_customers
    ),
    spelt as (
        select file_id, given, any_value({name}) filter (where name <> '') as name
        from used where regexp_full_match(given, '[0-9]+') group by all
    ),
    file as (
        select file_id, min(len(given)) as least, max(len(given)) as most,
            bool_or(given like '0%' and len(given) > 1) as zeros
        from spelt group by file_id
    ),
    width as (
        select any_value(most) as width from file where zeros and least = most
        having count(distinct most) = 1
    ),
    whole as (
        select s.given, any_value(s.name) as name, min(s.file_id) as file_id
        from spelt as s join file as f using (file_id) join width as w on w.width = f.most
        where f.zeros and f.least = f.most group by s.given
    ),
    bare as (
        select s.file_id, s.given, s.name, lpad(s.given, cast(w.width as integer), '0') as customer
        from spelt as s join file as f using (file_id) cross join width as w
        where not f.zeros and len(s.given) < w.width
    ),
    met as (
        select b.file_id, b.given, b.customer, w.file_id as by_file,
            b.name is not null and w.name is not null and b.name <> w.name as differs,
            b.name is not null and b.name = w.name as agrees
        from bare as b join whole as w on w.given = b.customer
    )
    select file_id, given, customer, by_file from met
    window same as (partition by file_id)
    qualify count(*) over same * 2
            >= least((select count(*) from bare as b where b.file_id = met.file_id),
                (select count(*) from whole))
        and count(*) filter (where differs) over same * 9
            <= count(*) filter (where agrees) over same
"""


_READ_IN_FULL = """
    select s.* replace (
        coalesce(c.customer, s.customer_id) as customer_id,
        coalesce(p.customer, s.parent_id) as parent_id)
    from staged_customers as s
    left join whole_number as c on c.file_id = s.file_id and c.given = s.customer_id
    left join whole_number as p on p.file_id = s.file_id and p.given = s.parent_id
"""
_AS_WRITTEN = "select * from staged_customers"


def find_whole_numbers(connection: Connection) -> None:
    """Make `whole_number` (file_id, given, customer, by_file), and the view `customer_row`."""
    run(
        connection,
        "create or replace temp table whole_number"
        " (file_id integer, given varchar, customer varchar, by_file integer)",
    )
    if number(connection, "select count(*) from files") > 1:
        run(connection, _ALIKE.format(name=COMPANY.format("name")))
        run(connection, _APART)
    some = number(connection, "select count(*) from whole_number")
    run(
        connection,
        f"create or replace temp view customer_row as {_READ_IN_FULL if some else _AS_WRITTEN}",
    )


def restored(connection: Connection) -> list[tuple[int, Text]]:
    """Return the files of the state whose numbers are read in full, and a note that says so."""
    found = rows(
        connection,
        """
        select n.file_id, count(*), arg_min(n.given, n.customer), min(n.customer),
            arg_min(f.name, n.customer), bool_and(ends_with(n.customer, '/' || n.given))
        from whole_number as n join files as f on f.file_id = n.by_file
        group by n.file_id order by n.file_id
        """,
    )
    return [
        (
            int(id_),
            Text(
                BEFORE if apart else WHOLE,
                {"count": n, "file": name, "example": given, "whole": whole},
            ),
        )
        for id_, n, given, whole, name, apart in found
    ]

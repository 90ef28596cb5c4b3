"""Some customers apart from the others: what deriving these alone needs of the whole.

Documents match within their account, so that a few customers can be derived without the others. But
some rules look at more than a customer's own rows: a file that is lettered, that carries paid
states or is named by match rows says itself what is matched; whose a line of a bank statement is,
all invoices tell. A state keeps what these rules found, in tables named `apart_...`, and where only
some customers are derived the tables of `ELSEWHERE` hold what files say of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.workspace.decisions import Decision, told
from etl.sql import Connection, number, run

#: What files say -> the table of those that say so of customers that are not derived.
ELSEWHERE = {
    "stated": "stated_elsewhere",
    "lettered": "lettered_elsewhere",
    "named": "named_elsewhere",
}
FACTS = "apart_facts"
"""One row: `documents` (up to this key files hold them, or paid states tell of them), `able`
(whether customers can be derived apart at all), `decisions` (those that were followed)."""

_KEPT = {
    # who paid, where rows do not say it themselves
    "apart_customer": "select entry_id, customer from found_customer order by entry_id",
    "apart_number": "from whole_number",
    # rows that do not count
    "apart_aside": """
        select entry_id from unconverted union all select entry_id from bank_aside
    """,
    "apart_strand": "from strand",
    "apart_file": """
        select distinct 'named' as said, f.file_id, cast(null as varchar) as ledger, p.customer
        from named_file as f join place_of as p using (place)
        union all select 'stated', file_id, ledger, null from stated_file
        union all select 'lettered', file_id, null, null from lettered_file
    """,
    # customers whose documents one match row names
    "apart_across": """
        select d.customer as one, c.customer as other from named_across as a
        join place_of as d on d.place = a.debit_place join place_of as c on c.place = a.credit_place
    """,
    "apart_unheard": "from unheard",
}


def create_elsewhere(connection: Connection) -> None:
    """Make the tables of `ELSEWHERE`, empty: file_id, ledger."""
    for name in ELSEWHERE.values():
        run(connection, f"create or replace temp table {name} (file_id integer, ledger varchar)")


def keep_apart(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Keep with the state what some of its customers can be derived by, when people decide more.

    Of lists of open items that follow each other, of books that tell of what others do, and of
    payments that are divided among customers nothing is kept: then all are derived together.
    """
    divided = "select count(*) from duckdb_tables() where table_name = 'batch_part'"
    some = number(connection, divided) and number(connection, "select count(*) from batch_part")
    for name, sql in _KEPT.items():
        run(connection, f"create or replace table {name} as {sql}")
    run(
        connection,
        f"""
        create or replace table {FACTS} as
        select (select count(*) from doc where not added) as documents,
            not exists (from list_place) and not exists (from base_aside) and {not some} as able,
            cast($decisions as varchar) as decisions
        """,
        decisions=told(decisions),
    )

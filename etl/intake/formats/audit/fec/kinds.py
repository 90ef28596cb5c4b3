"""What a row on a receivables account is: told by the other accounts of its entry.

An entry (écriture) is one journal, number and day. Some packages write the same number
everywhere; there the piece takes its place. An entry that only moves a claim from one receivables
account to another (411 to 416, doubtful, or 413, bills) is a transfer: what is owed is owed on.
Accounts are those of the plan comptable général.
"""

from __future__ import annotations

import duckdb

from etl.intake.tables.words import MONEY_JOURNAL, SALES_JOURNAL

#: What an entry's other accounts show -> pattern of their numbers.
_SIGNS = {
    "sale": r"(70|71|72|74|75[0-7]|77[0-57-9]|487).*",
    "tax": r"4457.*",
    "money": r"(5|413).*",  # bank, cash, cheques to cash, bills of exchange received
    "loss": r"(654|6714|6817|491).*",
    "exchange": r"(666|766|656|756|476|477).*",
    "small": r"(658|758|665|765|668|768|66|76|709).*",
    "equity": r"(1|89).*",
}

_OPENING_CODES = "'AN', 'ANO', 'RAN', 'A.N.', 'AND', 'ANC', 'ANOUV', 'OUV'"
_OPENING_NAMES = r".*(a[ -]?nouveau|\bnouveaux?\b|ouverture|bilan d.entree).*"

#: SQL for the kind of the row `r` of the entry `e`.
KIND = f"""
    case
        when e.opening then 'opening'
        when e.transfer then 'adjustment'
        when e.sale and e.money and r.amount < 0 then 'payment'
        when e.sale and not e.loss and r.amount < 0 then 'credit_note'
        when e.sale then 'invoice'
        when e.loss then 'write_off'
        when e.money then 'payment'
        when e.tax then case when r.amount < 0 then 'credit_note' else 'invoice' end
        when e.exchange then 'exchange'
        when e.small then 'adjustment'
        when e.alone and regexp_full_match(e.journal_words, '{SALES_JOURNAL}')
            then case when r.amount < 0 then 'credit_note' else 'invoice' end
        when e.alone and regexp_full_match(e.journal_words, '{MONEY_JOURNAL}') then 'payment'
        else 'adjustment'
    end
"""


def derive_entry_signs(connection: duckdb.DuckDBPyConnection) -> None:
    """Add `entry_key` to `fec_row`; make `fec_entry`: what the accounts of each entry show."""
    one_number = connection.execute(
        "select count(distinct entry) <= 1 from fec_row where fate in ('kept', 'other')"
    ).fetchone()
    number = "piece" if one_number and one_number[0] else "coalesce(entry, piece)"
    connection.execute("alter table fec_row add column entry_key ubigint")
    connection.execute(f"update fec_row set entry_key = hash(row(journal, {number}, day))")
    signs = ", ".join(
        f"coalesce(bool_or(regexp_full_match(account, '{pattern}')) filter (where not receivable),"
        f" false) as {name}"
        for name, pattern in _SIGNS.items()
    )
    words = "lower(strip_accents({}))"
    connection.execute(
        f"""
        create or replace temp table fec_entry as
        with entries as (
            select entry_key, {signs}, bool_and(receivable) as alone,
                bool_and(receivable) and count(distinct left(account, 3)) > 1
                    and sum(amount) = 0 as transfer,
                case when count(distinct aux) = 1 then min(aux) end as only_aux,
                min(on_day) as on_day,
                coalesce(bool_or(upper(journal) in ({_OPENING_CODES})
                    or regexp_full_match({words.format("journal_name")}, '{_OPENING_NAMES}')),
                    false) as named_opening,
                coalesce(min({words.format("journal")}), '') as code,
                coalesce(min({words.format("journal_name")}), '') as name
            from fec_row
            where fate in ('kept', 'other') and entry_key in (
                select entry_key from fec_row where fate = 'kept')
            group by entry_key
        ),
        start as (select min(on_day) as first_day from fec_row where fate in ('kept', 'other'))
        select * exclude (code, name),
            named_opening or (equity and not sale and on_day = first_day) as opening,
            case when regexp_full_match(code, '{SALES_JOURNAL}|{MONEY_JOURNAL}')
                then code else name end as journal_words
        from entries cross join start
        """
    )

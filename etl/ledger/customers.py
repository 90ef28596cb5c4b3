"""Merges what the files say about customers into one row each.

A customer list beats attributes on document rows; among those the file that reaches further
wins, then the one loaded later; within a file the later row. An empty cell never overrides.

Reports of others about companies (a credit bureau's, an insurer's) say least of all, and make
nobody a customer. One that names no customer number of ours is about the one customer that has
its VAT or company number, or its bank account.
"""

from __future__ import annotations

from collections.abc import Mapping

from data.core import dimensions
from data.core.dimensions import BELOW, DIMENSIONS
from data.reference import nace
from etl.sql import Connection, Step, number, rows, run

#: What the files alone say of sectors, kept with the state: so a sector that people say, or take
#: back, can be followed without them. `division` decides the order of storing, and with it the keys
#: of documents: what people say of sectors moves none.
FILED_SECTORS = "filed_sectors"

_GIVEN = dimensions.names("customer", "either", given=True)
_TEXTS = ("customer_name", "vat_number", *_GIVEN, "parent_id", "rating", "iban")
#: What a column of `customers` is where it is more than what was said.
_SAID = {
    "country": "upper(m.country)",
    "sector": "s.code",
    "sector_section": "s.section",
    "sector_division": "s.division",
    "sector_group": "s.grp",
    "customer_group": "coalesce(g.customer_group, m.customer_id)",
}


def as_path(value: str, name: str) -> str:
    """Return SQL for a value of a dimension: a path with its parts apart in one way."""
    if not DIMENSIONS[name].path:
        return value
    return rf"trim(regexp_replace({value}, '\s*>\s*', '{BELOW}', 'g'))"


_DIMENSIONS = ",\n            ".join(
    f"coalesce({_SAID.get(name) or as_path(f'm.{name}', name)}, '') as {name}"
    for name in dimensions.names("customer", "either")
    if name != "customer"
)
#: SQL: whether a row of `files` as `f` holds reports of others.
IS_REPORT = "coalesce(json_extract_string(f.settings, '$.reports') = 'true', false)"

#: Customers that have a parent, as a condition on `merged`.
_BELOW_OTHERS = "parent_id is not null and parent_id <> customer_id"

_NUMBERS = ("credit_limit", "insured_limit", "agreed_terms_days")


def company(number: str) -> str:
    """Return SQL for a VAT or company number in the form in which it can be compared.

    The VAT number of a Belgian or French company holds its company number, and so does the number
    of an establishment (SIRET); null where there is none.
    """
    n = account(number)
    return rf"""
        case
            when regexp_full_match({n}, '(BE)?0\d{{9}}|BE\d{{9}}') then right({n}, 9)
            when regexp_full_match({n}, '(BE)?1\d{{9}}') then right({n}, 10)
            when regexp_full_match({n}, 'FR[0-9A-Z]{{2}}\d{{9}}') then right({n}, 9)
            when regexp_full_match({n}, '\d{{14}}') then left({n}, 9)
            when regexp_full_match({n}, '\d{{9}}B\d{{2}}') then 'NL' || {n}
            else {n}
        end
    """


def account(number: str) -> str:
    """Return SQL for a number without spaces and punctuation; null where there is none."""
    return f"nullif(upper(regexp_replace({number}, '[^A-Za-z0-9]', '', 'g')), '')"


def derive_customers(connection: Connection, sectors: Mapping[str, str] | None = None) -> None:
    """Fill `customers` and `belongs` from `staged_customers` and the temporary table `entry`.

    A customer that only documents name is listed too, with its number as name; documents that
    name no customer belong to the customer ''. `sectors`: what people said by hand of customers'
    sectors goes before what the files say.
    """
    texts = ", ".join(
        f"arg_max({c}, rank) filter (where {c} is not null and {c} <> '') as {c}" for c in _TEXTS
    )
    numbers = ", ".join(
        f"arg_max({c}, rank) filter (where {c} is not null) as {c}" for c in _NUMBERS
    )
    _find_customers_of_reports(connection)
    run(
        connection,
        f"""
        create or replace temp table merged as
        with ranked as (
            select s.* replace (coalesce(r.customer_id, s.customer_id) as customer_id),
                {IS_REPORT} as report,
                row_number() over (
                    order by not {IS_REPORT}, f.rows_kind = 'customers', f.last_day nulls first,
                    f.loaded_at, f.sha256, s.line, s.customer_name, s.parent_id
                ) as rank
            from customer_row as s join files as f using (file_id)
            left join report_of as r using (file_id, line)
            where coalesce(r.customer_id, s.customer_id) is not null
        ),
        named as (
            select customer_id from ranked where not report
            union select customer as customer_id from entry
        ),
        stated as (select customer_id, {texts}, {numbers} from ranked group by all)
        select named.customer_id, stated.* exclude (customer_id), stated.customer_id is not null
            as stated
        from named left join stated using (customer_id)
        """,
    )
    _keep_filed(connection)
    follow_sectors(connection, sectors or {})
    _groups(connection)
    run(
        connection,
        f"""
        insert into customers by name
        select
            m.customer_id,
            coalesce(m.customer_name, m.customer_id) as customer_name,
            coalesce(m.vat_number, '') as vat_number,
            {_DIMENSIONS},
            case when m.parent_id <> m.customer_id then m.parent_id else '' end as parent_id,
            m.credit_limit, m.insured_limit, m.agreed_terms_days,
            coalesce(m.rating, '') as rating,
            coalesce(m.iban, '') as iban
        from merged as m
        left join sector_of as s on s.given = m.sector
        left join group_of as g using (customer_id)
        order by m.customer_id
        """,
    )
    _derive_belonging(connection)


def _find_customers_of_reports(connection: Connection) -> None:
    """Make `report_of`: file and line of a report that names no customer -> the customer's number.

    Two customers with one number are two branches of one company: whose report it is, is not said.
    """
    if not number(connection, "select count(*) from staged_customers where customer_id is null"):
        run(
            connection,
            "create or replace temp table report_of"
            " (file_id integer, line bigint, customer_id varchar)",
        )
        return
    run(
        connection,
        f"""
        create or replace temp table report_of as
        with known as (
            select s.customer_id, {company("s.vat_number")} as company,
                {account("s.iban")} as account
            from customer_row as s join files as f using (file_id)
            where s.customer_id <> '' and not {IS_REPORT}
        ),
        by_company as (
            select company, min(customer_id) as customer_id from known where company is not null
            group by company having count(distinct customer_id) = 1
        ),
        by_account as (
            select account, min(customer_id) as customer_id from known where account is not null
            group by account having count(distinct customer_id) = 1
        )
        select s.file_id, s.line, coalesce(c.customer_id, a.customer_id) as customer_id
        from customer_row as s
        left join by_company as c on c.company = {company("s.vat_number")}
        left join by_account as a on a.account = {account("s.iban")}
        where s.customer_id is null and coalesce(c.customer_id, a.customer_id) is not null
        """,
    )


def _keep_filed(connection: Connection) -> None:
    """Make the table `FILED_SECTORS` of `merged`: customer_id, sector as filed, its division."""
    filed = rows(connection, "select distinct sector from merged where sector is not null")
    run(
        connection, "create or replace temp table filed_division (sector varchar, division varchar)"
    )
    if filed:
        connection.executemany(
            "insert into filed_division values (?, ?)",
            [(code, nace.ancestors(code)[1]) for (code,) in filed],
        )
    run(
        connection,
        f"""
        create or replace table {FILED_SECTORS} as
        select m.customer_id, m.sector, coalesce(d.division, '') as division
        from merged as m left join filed_division as d using (sector) order by m.customer_id
        """,
    )


def follow_sectors(connection: Connection, sectors: Mapping[str, str]) -> None:
    """Put what people say of sectors over what files say, in `merged`; make `sector_of` of it.

    That is each distinct sector code with its section, division and group. All are read in one
    revision of NACE, the one that knows more of them.
    """
    if sectors:
        run(
            connection,
            """
            update merged set sector = said.code
            from (select unnest($customers::varchar[]) as customer_id,
                unnest($codes::varchar[]) as code) as said
            where said.customer_id = merged.customer_id
            """,
            customers=list(sectors),
            codes=list(sectors.values()),
        )
    codes = [
        str(code) for (code,) in rows(connection, "select distinct sector from merged") if code
    ]
    run(
        connection,
        "create or replace temp table sector_of"
        " (given varchar, code varchar, section varchar, division varchar, grp varchar)",
    )
    revision = nace.revision_of(codes)
    if codes:
        connection.executemany(
            "insert into sector_of values (?, ?, ?, ?, ?)",
            [(code, nace.normal(code), *nace.ancestors(code, revision)) for code in codes],
        )


def _groups(connection: Connection) -> None:
    """Make `group_of`: each customer that has a parent, and its ultimate parent.

    Where customers are each other's parents, the least number in the ring stands for all.
    """
    if not number(connection, f"select count(*) from merged where {_BELOW_OTHERS}"):
        run(
            connection,
            "create or replace temp table group_of (customer_id varchar, customer_group varchar)",
        )
        return
    run(
        connection,
        f"""
        create or replace temp table group_of as
        with recursive parents as (
            select customer_id as child, parent_id as parent from merged
            where {_BELOW_OTHERS}
        ),
        walk as (
            select child as customer_id, [child, parent] as path, false as ring from parents
            union all
            select w.customer_id,
                case when list_contains(w.path, p.parent)
                    then list_slice(w.path, list_position(w.path, p.parent), len(w.path))
                    else list_append(w.path, p.parent) end,
                list_contains(w.path, p.parent)
            from walk as w join parents as p on p.child = w.path[-1]
            where not w.ring
        )
        select customer_id,
            arg_max(case when ring then list_min(path) else path[-1] end,
                case when ring then 1000000 else len(path) end) as customer_group
        from walk group by customer_id
        """,
    )


def _doubled(below: str) -> str:
    return f"""
        select customer, holder from {below}
        union
        select a.customer, b.holder from {below} as a join {below} as b on b.customer = a.holder
    """


#: Whom each customer belongs to: itself, and those above it, as far as eight steps up. Each step
#: doubles what the one before it reaches, in SQL that DuckDB and Apache Spark both understand.
#: Companies that own each other are each other's. Few customers have a parent, so that the steps
#: are taken for these only. The last one is the table `belongs`; the first one reads `customers`.
BELONGING = (
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


def _derive_belonging(connection: Connection) -> None:
    """Fill `belongs` from `customers`."""
    *above, (_belongs, every) = BELONGING
    if number(connection, "select count(*) from customers where parent_id <> ''"):
        for name, sql in above:
            run(connection, f"create or replace temp table {name} as {sql}")
    else:
        run(
            connection,
            f"create or replace temp table {above[-1].name} (customer varchar, holder varchar)",
        )
    run(connection, f"insert into belongs by name {every} order by customer, holder")

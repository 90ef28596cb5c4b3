"""Customers about whom something is missing, or who are there more than once."""

from __future__ import annotations

import re

from stdnum.util import get_cc_module

from data.core.texts import N_, NN_
from etl.findings.check import CALLED, SQUEEZED, Check
from etl.findings.words import CUSTOMER, Words
from etl.ledger.customers import IS_REPORT, account, company
from etl.sql import Connection, rows

_OPEN = (
    "(select customer, sum(amount) as amount from open_items where closed_on is null group by all)"
)


def _without(condition: str) -> str:
    """Return the customers on documents of which a condition is true, and what they owe."""
    return f"""
        select c.customer_id as customer, c.customer_name, c.sector, c.country, c.salesperson,
            c.credit_limit, c.agreed_terms_days, o.amount
        from customers as c
        join (select distinct customer from documents) as d on d.customer = c.customer_id
        left join {_OPEN} as o on o.customer = c.customer_id
        where c.customer_id <> '' and {condition}
    """


NO_MASTER = Check(
    "no_master",
    NN_(
        "{items} customer stands on documents, but on no customer list.",
        "{items} customers stand on documents, but on no customer list.",
    ),
    Words(
        N_("Customers on no customer list"),
        "customers",
        N_("Nothing but their number is known."),
        N_("Load the customer list that has them."),
        CUSTOMER,
        brief=True,
    ),
    _without(  # a list may have lost the zeros in front of its numbers
        "not exists (select 1 from staged_customers as s"
        " where ltrim(s.customer_id, '0') = ltrim(c.customer_id, '0'))"
    ),
    by_customer=True,
)
REPORT_OF_NOBODY = Check(
    "report_of_nobody",
    NN_(
        "{items} report of a credit bureau or insurer is about nobody we know.",
        "{items} reports of credit bureaus or insurers are about nobody we know.",
    ),
    Words(
        N_("Credit reports about nobody we know"),
        "customers",
        N_("Their scores and limits reach no customer."),
        N_("Give the customer its VAT number, or the report our customer number."),
        (
            "customer_name",
            "vat_number",
            "rating",
            "insured_limit",
            "credit_limit",
            "country",
            "file",
            "line",
        ),
    ),
    f"""
    select f.name as file, s.* exclude (customer_id), s.customer_id as number,
        cast(null as decimal(18, 2)) as amount
    from staged_customers as s join files as f using (file_id)
    where {IS_REPORT}
    and ltrim(coalesce(s.customer_id, ''), '0') not in (select ltrim(customer_id, '0')
        from customers where customer_id <> '')
    and (s.customer_id is not null
        or (coalesce({company("s.vat_number")}, '-') not in (
                select {company("vat_number")} from customers
                where {account("vat_number")} <> ''
                group by all having count(*) = 1)
            and coalesce({account("s.iban")}, '-') not in (
                select {account("iban")} from customers where {account("iban")} <> ''
                group by all having count(*) = 1)))
    """,
    asks="(settings ->> '$.reports') = 'true'",
    of="files",
)
NO_SECTOR = Check(
    "no_sector",
    NN_("{items} customer has no sector.", "{items} customers have no sector."),
    Words(
        N_("Customers without a sector"),
        "customers",
        N_("They are missing from every comparison of sectors."),
        N_("Enter the NACE code; the company register has it."),
        CUSTOMER,
        brief=True,
    ),
    _without("c.sector = ''"),
    by_customer=True,
)
NO_LIMIT = Check(
    "no_limit",
    NN_("{items} customer has no credit limit.", "{items} customers have no credit limit."),
    Words(
        N_("Customers without a credit limit"),
        "customers",
        N_("Nothing stops a delivery to them."),
        N_("Set a limit, beginning with those who owe most."),
        CUSTOMER,
        brief=True,
    ),
    _without("c.credit_limit is null"),
    by_customer=True,
)
NO_TERMS = Check(
    "no_terms",
    NN_("{items} customer has no agreed terms.", "{items} customers have no agreed terms."),
    Words(
        N_("Customers without agreed terms"),
        "customers",
        N_("What is late cannot be said against an agreement."),
        N_("Agree terms in writing, and enter them."),
        CUSTOMER,
        brief=True,
    ),
    _without("c.agreed_terms_days is null"),
    by_customer=True,
)
#: Names that are less alike than this are no two ways to write one.
_ALIKE = "0.85"

SEVERAL_NAMES = Check(
    "several_names",
    NN_(
        "Two different names stand under {items} customer number.",
        "Two different names stand under {items} customer numbers.",
    ),
    Words(
        N_("Two names under one customer number"),
        "customers",
        N_("Either two companies are counted as one, or the company has another name now."),
        N_("Find out which: give the second company a number of its own, or correct the name."),
        ("customer_name", "other_name", "amount", "customer", "file", "line"),
    ),
    f"""
    with named as (
        select customer_id as customer, {CALLED.format("customer_name")} as called,
            arg_min(customer_name, (file_id, line)) as name, arg_min(file_id, (file_id, line))
            as file_id, arg_min(line, (file_id, line)) as line
        from staged_customers
        where customer_id <> '' and customer_name is not null and customer_name <> customer_id
        group by all having length(called) >= 3
    ),
    pairs as (
        select a.customer, a.name as customer_name, b.name as other_name, b.file_id, b.line
        from named as a
        join named as b on b.customer = a.customer
            and (b.file_id, b.line, b.called) > (a.file_id, a.line, a.called)
        -- what one name has besides the other is a branch, a street, a department
        where not contains(a.called, b.called) and not contains(b.called, a.called)
            and jaro_winkler_similarity(a.called, b.called) < {_ALIKE}
        qualify row_number() over (partition by a.customer order by b.file_id, b.line) = 1
    )
    select p.customer, p.customer_name, p.other_name, coalesce(o.amount, 0) as amount,
        f.name as file, p.line
    from pairs as p join files as f using (file_id)
    left join {_OPEN} as o on o.customer = p.customer
    """,
)
CHECKS = (NO_MASTER, REPORT_OF_NOBODY, SEVERAL_NAMES, NO_SECTOR, NO_LIMIT, NO_TERMS)

WORDS = {
    "same_company": Words(
        N_("One company under several customer numbers"),
        "customers",
        N_("Each number has a limit of its own, and nobody sees what they owe together."),
        N_("Join them under one parent, and set one limit for all."),
        (
            "customer_name",
            "amount",
            "same_as",
            "evidence",
            "vat_number",
            "iban",
            "country",
            "salesperson",
            "credit_limit",
            "customer",
        ),
    )
}
"""Finding -> its words, where its statement depends on the data."""

_CALLED = CALLED.format("customer_name")
_VAT = SQUEEZED.format("vat_number")
_COUNTRY = f"case when regexp_matches({_VAT}, '^[A-Z][A-Z]') then left({_VAT}, 2) else country end"
_DIGITS = f"regexp_replace({_VAT}, '^[A-Z][A-Z]', '')"
#: A VAT number with its country; the zero in front of a Belgian one is often left out.
_VAT_KEY = (
    f"case when {_VAT} <> '' then {_COUNTRY} || case when {_COUNTRY} = 'BE'"
    f" and length({_DIGITS}) = 9 then '0' || {_DIGITS} else {_DIGITS} end end"
)
_IBAN = SQUEEZED.format("iban")


def same_company(connection: Connection) -> Check:
    """Return the check for one company under several customer numbers.

    They have a valid VAT number, a bank account or a name and country in common, and are not
    known as one group already. A name says nothing where each has a VAT number of its own. The
    statement names the valid VAT numbers that occur twice.
    """
    keys = rows(
        connection,
        f"""
        select key from (
            select {_VAT_KEY} as key, customer_group from customers where customer_id <> ''
        ) where key is not null group by key having count(distinct customer_group) > 1
        order by key
        """,
    )
    valid = [f"'{key}'" for (key,) in keys if valid_vat(str(key))]
    vat = f"case when {_VAT_KEY} in ({', '.join(valid)}) then {_VAT_KEY} end" if valid else "null"
    return Check(
        "same_company",
        NN_("{items} customer number looks like one company with another, by VAT number, bank"
            " account or name.",
            "{items} customer numbers look like {companies} companies, by VAT number, bank account"
            " or name."),
WORDS["same_company"],
        f"""
        with told as (
            select customer_id as customer, customer_name, customer_group, vat_number, iban,
                country, salesperson, credit_limit,
                {vat} as by_vat,
                case when length({_IBAN}) >= 15 then {_IBAN} end as by_iban,
                case when length({_CALLED}) >= 4 then {_CALLED} || '/' || country end as by_name,
                vat_number = '' as unnumbered
            from customers where customer_id <> ''
        ),
        ways as (
            select *, 'vat' as evidence, by_vat as key from told where by_vat is not null
            union all
            select *, 'iban' as evidence, by_iban as key from told where by_iban is not null
            union all
            select *, 'name' as evidence, by_name as key from told where by_name is not null
        ),
        several as (
            select evidence, key, min(customer) as same_as from ways
            group by all
            having count(distinct customer_group) > 1
                and (evidence <> 'name' or bool_or(unnumbered))
        )
        select w.customer, w.customer_name, s.same_as, w.evidence, w.vat_number, w.iban,
            w.country, w.salesperson, w.credit_limit, coalesce(o.amount, 0) as amount
        from ways as w
        join several as s using (evidence, key)
        left join {_OPEN} as o on o.customer = w.customer
        qualify row_number() over (
            partition by w.customer
            order by w.evidence = 'name', w.evidence = 'iban', s.same_as) = 1
        """,
        values="select count(distinct same_as) as companies from ({rows})",
    )  # fmt: skip


def valid_vat(key: str) -> bool:
    """Return whether a number with its country in front is a VAT number that can exist.

    >>> valid_vat("BE0403170701"), valid_vat("BE0403170702"), valid_vat("NL999999999B01")
    (True, False, False)
    """
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{5,13}", key):
        return False
    module = get_cc_module(key[:2].lower(), "vat")
    return bool(module and module.is_valid(key[2:]))

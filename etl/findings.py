"""Findings: what a person should look at, a sentence with an amount and the rows behind it.

They stop nothing; the control totals of etl/checks.py do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from data.texts import N_, Text
from etl.customers import IS_REPORT, account, company
from etl.sql import Connection, number, rows, run


@dataclass(frozen=True)
class Finding:
    """Something to look at: a row of `findings`."""

    name: str
    text: Text
    items: int
    amount: Decimal | None
    sql: str


_OPEN = (
    "(select customer, sum(amount) as amount from open_items where closed_on is null group by all)"
)


def _customers_without(condition: str) -> str:
    return f"""
        select c.customer_id, c.customer_name, o.amount from customers as c
        join (select distinct customer from documents) as d on d.customer = c.customer_id
        left join {_OPEN} as o on o.customer = c.customer_id
        where c.customer_id <> '' and {condition}
    """


#: name, sentence, rows (with a column `amount`) that a published state can answer
_FINDINGS = (
    (
        "rejected_rows",
        N_("Rows refused: {items}; the report says which, and why."),
        ("select f.name, r.* exclude (file_id), cast(null as decimal(18, 2)) as amount"
        " from rejects as r join files as f using (file_id)"),
    ),
    (
        "no_customer",
        N_("Documents that name no customer: {items}."),
        "select * from documents where customer = ''",
    ),
    (
        "due_from_terms",
        N_("Invoices without a due day: {items}; it follows from printed or agreed terms."),
        "select * from documents where due_assumed = 'terms'",
    ),
    (
        "due_from_default",
        N_("Invoices with neither due day nor terms: {items}; {terms} days are assumed."),
        "select * from documents where due_assumed = 'default'",
    ),
    (
        "due_before_issue",
        N_("Invoices that are due before their issue: {items}; they are taken as they are."),
        "select * from documents where kind = 'invoice' and amount > 0 and due_on < issued_on",
    ),
    (
        "paid_day_assumed",
        N_("Invoices paid on a day that their rows do not say: {items}. The due day is"
           " assumed, or the last day of the file where that is earlier; payment speed"
           " leaves them out."),
        "select * from documents where kind = 'invoice' and paid_day_assumed",
    ),
    (
        "unapplied",
        N_("Payments and credit notes not matched to any invoice, or not wholly: {items}."),
        "select * from open_items where closed_on is null and amount < 0",
    ),
    (
        "unapplied_old",
        N_("Of these, older than 90 days on the last day of the data: {items}."),
        ("select * from open_items where closed_on is null and amount < 0"
        " and opened_on < (select max(last_day) from about) - 90"),
    ),
    (
        "duplicate_numbers",
        N_("Invoices whose number another invoice of the customer carries too: {items}."),
        """
        select * from documents where kind = 'invoice' and amount > 0 and document_id <> ''
        qualify count(*) over (partition by ledger, customer, document_id) > 1
        """,
    ),
    (
        "future_dated",
        N_("Documents dated after the day they were loaded: {items}."),
        ("select d.* from documents as d join files as f using (file_id)"
        " where d.issued_on > cast(f.loaded_at as date)"),
    ),
    (
        "no_master",
        N_("Customers on documents, but on no customer list: {items}."),
        _customers_without(
            "not exists (select 1 from staged_customers as s where s.customer_id = c.customer_id)"
        ),
    ),
    (
        "report_of_nobody",
        N_("Reports of credit bureaus or insurers about nobody we know: {items}."),
        f"""
        select s.*, cast(null as decimal(18, 2)) as amount
        from staged_customers as s join files as f using (file_id)
        where {IS_REPORT}
        and coalesce(s.customer_id, '') not in (select customer_id from customers
            where customer_id <> '')
        and (s.customer_id is not null
            or (coalesce({company("s.vat_number")}, '-') not in (
                    select {company("vat_number")} from customers
                    where {account("vat_number")} <> ''
                    group by all having count(*) = 1)
                and coalesce({account("s.iban")}, '-') not in (
                    select {account("iban")} from customers where {account("iban")} <> ''
                    group by all having count(*) = 1)))
        """,
    ),
    ("no_sector", N_("Customers without a sector: {items}."), _customers_without("c.sector = ''")),
    (
        "no_limit",
        N_("Customers without a credit limit: {items}."),
        _customers_without("c.credit_limit is null"),
    ),
    (
        "no_terms",
        N_("Customers without agreed terms: {items}."),
        _customers_without("c.agreed_terms_days is null"),
    ),
    (
        "across_customers",
        N_("Adjustments that come from matches between documents of different customers: {items}."),
        "select * from documents where kind = 'adjustment' and file_id is null",
    ),
    (
        "state_beyond_amount",
        N_("Rows open for more than their amount: {items}; nothing is taken as paid."),
        ("select * from staged_documents where abs(open_amount) > abs(amount)"
        " and sign(open_amount) = sign(amount)"),
    ),
    (
        "several_sellers",
        N_("Sellers that e-invoices name: {items}. Purchase invoices may be among the files."),
        """
        with named as (
            select file_id, settings ->> '$.seller' as seller,
                settings ->> '$.seller_name' as seller_name
            from files where settings ->> '$.seller' is not null
        )
        select n.seller, any_value(n.seller_name) as seller_name, sum(d.amount) as amount
        from named as n join documents as d using (file_id)
        where (select count(distinct seller) > 1 and count(distinct lower(seller_name)) > 1
            from named)
        group by n.seller order by n.seller
        """,
    ),
    (
        "match_unknown",
        N_("Match rows that name a document that is not there, or settled already: {items}."),
        """
        select m.* from staged_matches as m where not exists (
            select 1 from matches as x
            join documents as d on d.document_key = x.debit_key
            join documents as c on c.document_key = x.credit_key
            where d.ledger = m.ledger and d.document_id = m.debit_id
            and c.document_id = m.credit_id and x.method = 'given')
        """,
    ),
)  # fmt: skip


def find(connection: Connection, currency_assumed: bool = False) -> list[Finding]:
    """Fill `findings` and return them; run after `about` is written and `control` holds."""
    terms, currency = rows(connection, "select default_terms_days, reporting_currency from about")[
        0
    ]
    found = []
    # what every match row found needs no search among the matches
    followed = not number(connection, "select count(*) from unheard where applied = 0")
    for name, sentence, sql in _FINDINGS:
        if name == "match_unknown" and followed:
            continue
        items, amount = rows(connection, f"select count(*), sum(amount) from ({sql})")[0]
        if items:
            values = {"items": items, "terms": terms}
            found.append(_finding(name, sentence, values, items, amount, sql))
    found += _method_finding(connection)
    found += _cut_finding(connection)
    found += _state_finding(connection)
    found += _carried_findings(connection)
    if currency_assumed:
        found.append(
            _finding(
                "currency_assumed",
                N_("The files name no currency: {currency} is assumed."),
                {"currency": currency},
                0,
                None,
                "select * from files",
            )
        )
    if found:
        connection.executemany(
            "insert into findings values (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    place,
                    f.name,
                    f.text.template,
                    json.dumps(f.text.values),
                    f.items,
                    f.amount,
                    f.sql,
                )
                for place, f in enumerate(found, 1)
            ],
        )
    return found


def _method_finding(connection: Connection) -> list[Finding]:
    """Say what share of what was settled rests on rules and not on the source."""
    sql = """
        select m.*, round(m.amount_currency * d.rate, 2) as amount
        from matches as m join documents as d on d.document_key = m.debit_key
    """
    items = number(
        connection, "select count(*) from matches where method in ('reference','amount','oldest')"
    )
    if not items:
        return []
    share = dict(
        rows(connection, f"select method, sum(amount) from ({sql}) group by all order by all")
    )
    rules = {k: _decimal(share.get(k)) for k in ("reference", "amount", "oldest")}
    assumed = sum(rules.values(), Decimal(0))
    total = sum((_decimal(v) for v in share.values()), Decimal(0))
    if not assumed:
        return []
    values = {k: _percent(v, total) for k, v in {**rules, "share": assumed}.items()}
    return [
        _finding(
            "matched_by_rule",
            N_("{share} % of what is settled was matched by rule, not by the source: {reference} %"
               " by invoice number, {amount} % by exact amount, {oldest} % oldest first."),
            values,
            items,
            assumed,
            f"select * from ({sql.strip()}) where method in ('reference', 'amount', 'oldest')",
        )
    ]  # fmt: skip


def _cut_finding(connection: Connection) -> list[Finding]:
    """Say which match rows ask for more than their documents hold."""
    items, amount = rows(
        connection,
        "select count(*), sum(amount - applied) from unheard where applied > 0",
    )[0]
    if not items:
        return []
    return [
        _finding(
            "match_cut",
            N_(
                "Match rows that settle more than is left of their documents: {items}; they are"
                " cut."
            ),
            {"items": items},
            items,
            amount,
            """
            select m.*, sum(x.amount_currency) as applied from staged_matches as m
            join documents as d on d.ledger = m.ledger and d.document_id = m.debit_id
            join documents as c on c.ledger = m.ledger and c.document_id = m.credit_id
            join matches as x on x.debit_key = d.document_key and x.credit_key = c.document_key
            group by all having sum(x.amount_currency) < m.amount
            """,
        )
    ]


def _state_finding(connection: Connection) -> list[Finding]:
    """Compare paid states that were left aside with the payments that speak instead."""
    if not number(connection, "select count(*) from state_unused"):
        return []
    items, customers, stated, paid = rows(
        connection,
        """
        select sum(u.items), count(*), sum(u.stated), sum(p.amount)
        from state_unused as u
        join (select ledger, customer, -sum(amount) as amount from entry
              where kind = 'payment' and not carried group by all) as p using (ledger, customer)
        """,
    )[0]
    if not items:
        return []
    return [
        _finding(
            "state_left_aside",
            N_("Invoices that say they are paid ({stated}) while payments of their customers"
               " are loaded too ({paid}): {items}, of {customers} customers. The payments"
               " count."),
            {"items": items, "customers": customers, "stated": str(stated),
             "paid": str(paid)},
            items,
            _decimal(stated) - _decimal(paid),
            """
            select * from staged_documents as s
            where (open_amount is not null or paid_amount is not null or paid_on is not null)
            and exists (select 1 from staged_documents as p where p.kind = 'payment'
                and p.ledger = s.ledger and p.customer_id = s.customer_id)
            """,
        )
    ]  # fmt: skip


def _carried_findings(connection: Connection) -> list[Finding]:
    """Compare what a ledger carries forward with the balance of its earlier files; keep both."""
    run(
        connection,
        """
        update files set carried = c.amount
        from (select file_id, sum(amount) as amount from entry where carried group by all) as c
        where c.file_id = files.file_id
        """,
    )
    found = rows(
        connection,
        """
        with carrying as (
            select f.file_id, f.name, f.ledger, f.first_day,
                sum(cast(round(e.amount * cast(e.rate as decimal(18, 8)), 2) as decimal(18, 2)))
                    as carried
            from entry as e join files as f using (file_id) where e.carried group by all
        )
        select c.file_id, c.name, c.carried, coalesce(sum(d.amount), 0) as before
        from carrying as c
        join files as f on f.ledger = c.ledger and f.last_day < c.first_day
        left join doc as d on d.file_id = f.file_id and d.state_no is null
        group by all having coalesce(sum(d.amount), 0) <> c.carried order by c.name
        """,
    )
    return [
        _finding(
            "carried_difference",
            N_("{file} carries {carried} forward, but the years before it end at {before}."),
            {"file": name, "carried": str(carried), "before": str(before)},
            1,
            _decimal(carried) - _decimal(before),
            f"select * from staged_documents where kind = 'opening' and file_id = {file_id}",
        )
        for file_id, name, carried, before in found
    ]


def _finding(
    name: str,
    sentence: str,
    values: Mapping[str, object],
    items: int,
    amount: object,
    sql: str,
) -> Finding:
    return Finding(
        name,
        Text(sentence, dict(values)),
        items,
        None if amount is None else _decimal(amount),
        "\n".join(line.strip() for line in sql.strip().splitlines()),
    )


def _decimal(value: object) -> Decimal:
    return Decimal(0) if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


def _percent(part: Decimal, total: Decimal) -> float:
    return float((100 * part / total).quantize(Decimal("0.1"))) if total else 0.0

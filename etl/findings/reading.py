"""How the files were read: what was refused, assumed and matched by rule, and what does not fit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from data.core.texts import N_
from etl.findings.check import Check, Finding, decimal, finding, percent
from etl.ledger.exports.bases import LEDGER, SALES, overlaps
from etl.sql import Connection, number, rows, run

#: Methods that are assumptions of ours, by how they work.
_METHODS = {
    "named": ("structured", "reference", "partial"),
    "amount": ("amount", "sum", "discount"),
    "oldest": ("oldest",),
}
_RULES = tuple(m for methods in _METHODS.values() for m in methods)

CHECKS = (
    Check(
        "rejected_rows",
        N_("Rows refused: {items}; the report says which, and why."),
        """
        select f.name as file, r.* exclude (file_id), cast(null as decimal(18, 2)) as amount
        from rejects as r join files as f using (file_id)
        """,
    ),
    Check(
        "no_customer",
        N_("Documents that name no customer: {items}."),
        "select * from documents where customer = ''",
    ),
    Check(
        "due_from_terms",
        N_("Invoices without a due day: {items}; it follows from printed or agreed terms."),
        "select * from documents where due_assumed = 'terms'",
    ),
    Check(
        "due_from_default",
        N_("Invoices with neither due day nor terms: {items}; {terms} days are assumed."),
        "select * from documents where due_assumed = 'default'",
    ),
    Check(
        "paid_day_assumed",
        N_("Invoices paid on a day that their rows do not say: {items}. The due day is assumed, but"
           " no day on which an export still shows them open, and none after the last day of the"
           " file; payment speed leaves them out."),
        "select * from documents where kind = 'invoice' and paid_day_assumed",
    ),
    Check(
        "future_dated",
        N_("Documents dated after the day they were loaded: {items}."),
        """
        select d.* from documents as d join files as f using (file_id)
        where d.issued_on > cast(f.loaded_at as date)
        """,
    ),
    Check(
        "across_customers",
        N_("Adjustments that come from matches between documents of different customers: {items}."),
        "select * from documents where kind = 'adjustment' and file_id is null",
    ),
    Check(
        "state_beyond_amount",
        N_("Rows open for more than their amount: {items}; nothing is taken as paid."),
        """
        select * from staged_documents
        where abs(open_amount) > abs(amount) and sign(open_amount) = sign(amount)
        """,
    ),
    Check(
        "sheets_alike",
        N_("Documents that stand in another sheet of the same workbook too: {items}. Both count."),
        """
        with sheet as (
            select file_id, sha256 from files where settings ->> '$.sheet' is not null
            qualify count(*) over (partition by sha256) > 1
        ),
        ranked as (
            select d.*, dense_rank() over (partition by s.sha256, d.ledger, d.customer,
                d.document_id, d.kind order by d.file_id) as place
            from documents as d join sheet as s using (file_id)
            where d.document_id <> '' and d.kind <> 'payment'
        )
        select * exclude (place) from ranked where place > 1
        """,
        asks="settings ->> '$.sheet' is not null",
        of="files",
    ),
    Check(
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
)  # fmt: skip

#: Asked only where some match row could not be followed: it searches among all matches.
MATCH_UNKNOWN = Check(
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
)


def unheard(connection: Connection) -> bool:
    """Whether some match row could not be followed at all."""
    return number(connection, "select count(*) from unheard where applied = 0") > 0


def match_unknown(connection: Connection) -> Check:
    """Return the check of match rows, but for those of documents that are set aside."""
    aside = " or ".join(a.where for a in overlaps(connection))
    if not aside:
        return MATCH_UNKNOWN
    gone = (
        f"(select s.document_id from staged_documents as s where s.document_id <> '' and ({aside}))"
    )
    known = f"and m.debit_id not in {gone} and m.credit_id not in {gone}"
    return replace(MATCH_UNKNOWN, sql=f"{MATCH_UNKNOWN.sql.rstrip()}\n    {known}\n    ")


def other_base(connection: Connection) -> list[Finding]:
    """Say which documents are set aside since others tell of the same receivables."""
    texts = {
        SALES: (
            "ledger_aside",
            N_("Ledger lines of SAF-T files that are set aside: {items}, of {amount} in all. The"
               " sales invoices and payments of the same company and months are loaded too, and"
               " count."),
        ),
        LEDGER: (
            "sales_aside",
            N_("Sales documents of SAF-T files that are set aside: {items}, of {amount} in all."
               " The ledger of the same company and months is loaded too, and counts, since it"
               " tells what was paid or reaches over more months."),
        ),
    }  # fmt: skip
    found = []
    aside = overlaps(connection)
    for base, (name, text) in texts.items():
        where = " or ".join(a.where for a in aside if a.base == base)
        sql = f"""
            select f.name as file, s.* from staged_documents as s join files as f using (file_id)
            where {where or "false"}
        """
        items, amount = rows(connection, f"select count(*), sum(amount) from ({sql})")[0]
        if items:
            values = {"items": items, "amount": str(amount)}
            found.append(finding(name, text, values, items, amount, sql))
    return found


def by_rule(connection: Connection) -> list[Finding]:
    """Say what share of what was settled rests on rules and not on the source."""
    sql = """
        select m.*, round(m.amount_currency * d.rate, 2) as amount
        from matches as m join documents as d on d.document_key = m.debit_key
    """
    items = number(connection, f"select count(*) from matches where method in {_RULES}")
    if not items:
        return []
    share = dict(
        rows(connection, f"select method, sum(amount) from ({sql}) group by all order by all")
    )
    rules = {
        name: sum((decimal(share.get(m)) for m in methods), Decimal(0))
        for name, methods in _METHODS.items()
    }
    assumed = sum(rules.values(), Decimal(0))
    total = sum((decimal(v) for v in share.values()), Decimal(0))
    if not assumed:
        return []
    values = {k: percent(v, total) for k, v in {**rules, "share": assumed}.items()}
    return [
        finding(
            "matched_by_rule",
            N_("{share} % of what is settled was matched by rule, not by the source: {named} %"
               " by reference or number, {amount} % by amount, {oldest} % oldest first."),
            values,
            items,
            assumed,
            f"select * from ({sql.strip()}) where method in {_RULES}",
        )
    ]  # fmt: skip


def bank_lines(connection: Connection) -> list[Finding]:
    """Say which lines of bank statements do not count, and why."""
    found = {
        outgoing: (items, amount)
        for outgoing, items, amount in rows(
            connection, "select outgoing, count(*), sum(amount) from bank_aside group by all"
        )
    }
    if not found:
        return []
    periods = rows(
        connection,
        "select distinct since, upto from bank_period semi join bank_file using (ledger)"
        " order by all",
    )
    days = [f"s.issued_on between date '{since}' and date '{upto}'" for since, upto in periods]
    booked = f"({' or '.join(days) or 'false'})"
    lines = "select f.name as file, s.* from staged_documents as s join files as f using (file_id)"
    outgoing = f"""
        {lines}
        where f.rows_kind = 'bank' and s.amount > 0 and not {booked} and not exists (
            select 1 from documents as d where d.file_id = s.file_id and d.line = s.line)
    """
    texts = (
        (
            False,
            "bank_booked",
            N_("Lines of bank statements on days whose payments the books hold themselves:"
               " {items}, of {amount} received in all. They are evidence and are not counted"
               " again."),
            f"{lines} where f.rows_kind = 'bank' and {booked}",
        ),
        (
            True,
            "bank_outgoing",
            N_("Outgoing lines of bank statements, to no customer that is known: {items}, of"
               " {amount} in all. They are left aside."),
            outgoing,
        ),
    )  # fmt: skip
    return [
        finding(name, text, {"items": found[side][0], "amount": str(abs(found[side][1]))},
                 *found[side], sql)
        for side, name, text, sql in texts if side in found
    ]  # fmt: skip


def cut(connection: Connection) -> list[Finding]:
    """Say which match rows ask for more than their documents hold."""
    items, amount = rows(
        connection,
        "select count(*), sum(amount - applied) from unheard where applied > 0",
    )[0]
    if not items:
        return []
    return [
        finding(
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


def left_aside(connection: Connection) -> list[Finding]:
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
        finding(
            "state_left_aside",
            N_("Invoices that say they are paid ({stated}) while payments of their customers"
               " are loaded too ({paid}): {items}, of {customers} customers. The payments"
               " count."),
            {"items": items, "customers": customers, "stated": str(stated),
             "paid": str(paid)},
            items,
            decimal(stated) - decimal(paid),
            """
            select * from staged_documents as s
            where (open_amount is not null or paid_amount is not null or paid_on is not null)
            and exists (select 1 from staged_documents as p where p.kind = 'payment'
                and p.ledger = s.ledger and p.customer_id = s.customer_id)
            """,
        )
    ]  # fmt: skip


def carried(connection: Connection) -> list[Finding]:
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
        finding(
            "carried_difference",
            N_("{file} carries {carried} forward, but the years before it end at {before}."),
            {"file": name, "carried": str(carried), "before": str(before)},
            1,
            decimal(carried) - decimal(before),
            f"select * from staged_documents where kind = 'opening' and file_id = {file_id}",
        )
        for file_id, name, carried, before in found
    ]

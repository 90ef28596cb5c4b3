"""Documents and matches -> open items.

A match closes equal slices on both sides on the later of the two documents' days. Within a
document the matches stand in order of their days; instalments are filled in due order; what is
left stays open. Amounts in the reporting currency are rounded cumulatively, so that the slices
of a document add up to it exactly.

Two sides of a match may be worth different amounts. The rates of invoice and payment differ: one
derived document of kind `exchange` on the day of the match. Invoice and payment belong to
different customers: one `adjustment` on each side, so that each customer's documents still add up
to its balance. Each is opened and closed that day.

A payment that went back (see etl/ledger/matching/returns.py) settled what it settled until the
day of its return: `returned_on` on the slices of both. The return is a document over the same
amount that `reopens` what was paid: its slices stand in the place of those, open from its day on,
with the number, kind, issue and due day of the invoice. So each balance stays a sum of postings,
and no day before the return knows of it.

All of it is plain SQL that DuckDB and Apache Spark both understand: `steps()` are named SELECTs,
each over the ones before it and these relations:

    posted       documents, before they are closed: document_key, bearer_no, customer,
                 document_id, kind, issued_on, due_on, due_assumed, disputed, paid_day_assumed,
                 reopens, amount, amount_currency; `customer` is anything that tells customers apart
    described    the same documents with all columns of the table `documents` except those of
                 how they closed (closed_on, outcome, returned_on)
    bearer       bearer_no, ledger and the dimensions
    matches, instalments    the tables

Their last ones are the tables `open_items`, `returned_invoices` and `documents`. Where only the
tables are known, `inputs()` makes the relations from `documents`.
"""

from __future__ import annotations

from data.core.shares import guessed, nearest
from data.store.schema import DIMENSION_COLUMNS, DOCUMENTS
from etl.sql import Step

DIMENSIONS = ", ".join(f"b.{c.name}" for c in DIMENSION_COLUMNS)
_CLOSING = ("closed_on", "outcome", "returned_on")
_DESCRIBED = ", ".join(
    f"d.{n}" for n in DOCUMENTS.names if n not in (*_CLOSING, "paid_day_assumed")
)


_PAIRING = """
    select m.debit_key, m.credit_key, m.amount_currency as amount, m.recorded_on, m.returned_on,
        m.method,
        greatest(d.issued_on, c.issued_on) as closed_on,
        d.kind as debit_kind, c.kind as credit_kind,
        d.paid_day_assumed or c.paid_day_assumed as day_assumed,
        d.customer <> c.customer as across,
        d.customer <> c.customer or d.amount <> d.amount_currency
            or c.amount <> c.amount_currency as uneven
    from matches as m
    join posted as d on d.document_key = m.debit_key
    join posted as c on c.document_key = m.credit_key
"""

#: Each side of each match, from `since` to `upto` of its document's amount; `day_assumed` speaks
#: of the whole document. Most have one match: only the others need to be put in order.
SETTLED = """
    with side as (
        select debit_key as document_key, credit_key as closed_by_key, credit_kind as closed_by,
            amount, closed_on, recorded_on, returned_on, method, day_assumed from pairing
        union all
        select credit_key, debit_key, debit_kind, amount, closed_on, recorded_on, returned_on,
            method, day_assumed from pairing
    ),
    several as (select document_key from side group by document_key having count(*) > 1)
    select s.document_key, s.closed_by_key, s.closed_by, s.closed_on, s.recorded_on, s.returned_on,
        s.method, s.day_assumed, cast(0 as decimal(18, 2)) as since, s.amount as upto,
        true as is_last
    from side as s left join several as v on v.document_key = s.document_key
    where v.document_key is null
    union all
    select document_key, closed_by_key, closed_by, closed_on, recorded_on, returned_on, method,
        assumed = 1,
        cast(upto - amount as decimal(18, 2)), cast(upto as decimal(18, 2)), place = items
    from (
        select s.*,
            max(case when s.day_assumed then 1 else 0 end) over (partition by s.document_key)
                as assumed,
            sum(s.amount) over (partition by s.document_key
                order by s.closed_on, s.closed_by_key, s.method, s.returned_on nulls last
                rows between unbounded preceding and current row) as upto,
            row_number() over (partition by s.document_key
                order by s.closed_on, s.closed_by_key, s.method) as place,
            count(*) over (partition by s.document_key) as items
        from side as s join several as v on v.document_key = s.document_key
    ) as ordered
"""

#: Documents with their settled stretches, one row each; without any, one row all the same.
_STRETCH = """
    select p.document_key, p.due_on, case when p.amount_currency < 0 then -1 else 1 end as side,
        abs(p.amount_currency) as total, abs(p.amount) as worth,
        s.since, s.upto, s.closed_on, s.recorded_on, s.returned_on, s.closed_by, s.closed_by_key,
        s.method, s.day_assumed, s.is_last
    from posted as p left join settled as s on s.document_key = p.document_key
"""

#: What is settled and what is left, documents with instalments aside.
_WHOLE = """
    select t.document_key, t.due_on, t.side, t.total, t.worth, t.since, t.upto, t.closed_on,
        t.recorded_on, t.returned_on, t.closed_by, t.closed_by_key, t.method, t.day_assumed,
        t.total as ends_at
    from stretch as t where t.closed_by_key is not null
    union all
    select t.document_key, t.due_on, t.side, t.total, t.worth,
        coalesce(t.upto, cast(0 as decimal(18, 2))), t.total, cast(null as date),
        cast(null as date), cast(null as date), cast(null as varchar), cast(null as bigint),
        cast(null as varchar),
        coalesce(t.day_assumed, false), t.total
    from stretch as t
    where coalesce(t.upto, cast(0 as decimal(18, 2))) < t.total and coalesce(t.is_last, true)
"""

#: Documents with instalments are cut where a match ends and where an instalment ends: at each
#: such border stands the match and the instalment that the stretch before it belongs to.
_CUT = """
    with parted as (select distinct document_key from instalments),
    piece as (
        select w.* from whole as w join parted as p on p.document_key = w.document_key
    ),
    part as (
        select document_key, due_on, cast(sum(abs(amount_currency)) over (
                partition by document_key order by due_on, instalment
                rows between unbounded preceding and current row) as decimal(18, 2)) as upto
        from instalments
    ),
    border as (
        select document_key, upto, max(piece_upto) as piece_upto, max(part_upto) as part_upto
        from (
            select document_key, upto, upto as piece_upto, cast(null as decimal(18, 2))
                as part_upto from piece
            union all
            select document_key, upto, cast(null as decimal(18, 2)), upto from part
        ) as every
        group by document_key, upto
    ),
    cut as (
        select document_key, upto,
            coalesce(lag(upto) over (partition by document_key order by upto),
                cast(0 as decimal(18, 2))) as since,
            min(piece_upto) over (partition by document_key order by upto
                rows between current row and unbounded following) as piece_upto,
            min(part_upto) over (partition by document_key order by upto
                rows between current row and unbounded following) as part_upto
        from border
    )
    select w.document_key, w.due_on, w.side, w.total, w.worth, w.since, w.upto, w.closed_on,
        w.recorded_on, w.returned_on, w.closed_by, w.closed_by_key, w.method, w.day_assumed,
        w.ends_at
    from whole as w left join parted as p on p.document_key = w.document_key
    where p.document_key is null
    union all
    select c.document_key, q.due_on, w.side, w.total, w.worth, c.since, c.upto, w.closed_on,
        w.recorded_on, w.returned_on, w.closed_by, w.closed_by_key, w.method, w.day_assumed, q.upto
    from cut as c
    join piece as w on w.document_key = c.document_key and w.upto = c.piece_upto
    join part as q on q.document_key = c.document_key and q.upto = c.part_upto
"""


#: What a slice is worth is worth * upto / total, to the cent, less the same of `since`: so slices
#: add up.
_SLICE = f"""
    with guessed as (
        select *, {guessed("upto")} as upto_guess, {guessed("since")} as since_guess
        from cut
    )
    select document_key, due_on, closed_on, recorded_on, returned_on, closed_by, closed_by_key,
        method, day_assumed, upto < ends_at as continues, since = 0 and upto = total as is_whole,
        cast(side * (upto - since) as decimal(18, 2)) as amount_currency,
        cast(side * case
            when worth = total then upto - since
            else {nearest("upto", "upto_guess")}
                - ({nearest("since", "since_guess")})
        end as decimal(18, 2)) as amount
    from guessed
"""

_DIFFERENCE = """
    with side as (
        select distinct debit_key as document_key, credit_key as closed_by_key, debit_key,
            credit_key, method, closed_on, across from pairing where uneven
        union all
        select distinct credit_key, debit_key, debit_key, credit_key, method, closed_on, across
            from pairing where uneven
    ),
    worth as (
        select p.document_key, p.debit_key, p.credit_key, p.method, p.closed_on, p.across,
            sum(s.amount) as amount, sum(s.amount_currency) as amount_currency
        from side as p
        join slice as s on s.document_key = p.document_key and s.closed_by_key = p.closed_by_key
            and s.method = p.method
        group by p.document_key, p.debit_key, p.credit_key, p.method, p.closed_on, p.across
    ),
    matched as (
        select d.debit_key, d.credit_key, d.method, d.closed_on, d.across,
            d.amount as debit_amount, c.amount as credit_amount,
            d.amount_currency as debit_currency
        from worth as d
        join worth as c on c.debit_key = d.debit_key and c.credit_key = d.credit_key
            and c.method = d.method
        where d.document_key = d.debit_key and c.document_key = c.credit_key
        and (d.across or d.amount + c.amount <> 0)
    ),
    needed as (
        select debit_key, credit_key, debit_key as like_key, method, closed_on,
            'exchange' as kind, -(debit_amount + credit_amount) as amount,
            0 * debit_currency as amount_currency from matched where not across
        union all
        select debit_key, credit_key, debit_key, method, closed_on, 'adjustment',
            -debit_amount, -debit_currency from matched where across
        union all
        select debit_key, credit_key, credit_key, method, closed_on, 'adjustment',
            -credit_amount, debit_currency from matched where across
    )
    select (select coalesce(max(document_key), 0) from posted) + row_number() over (
            order by debit_key, credit_key, like_key, method) as document_key,
        like_key, kind, method, closed_on, cast(amount as decimal(18, 2)) as amount,
        cast(amount_currency as decimal(18, 2)) as amount_currency
    from needed
"""

#: What closes an invoice without money: it ends like a credit, neither paid nor lost.
_WITHOUT_MONEY = "{}closed_by in ('credit_note', 'invoice', 'adjustment', 'exchange')"

#: On which day a document closed, how an invoice did, and whether on a day that nobody said. A
#: slice that is the whole of its document needs no sum.
_ENDING = f"""
    select document_key, closed_on,
        case when closed_on is null then '' when {_WITHOUT_MONEY.format("")} then 'credited'
            when closed_by = 'write_off' then 'written_off' else 'paid' end as outcome,
        day_assumed
    from slice where is_whole
    union all
    select document_key,
        case when count(closed_on) = count(*) then max(closed_on) end,
        case
            when count(closed_on) < count(*) then ''
            when min(case when {_WITHOUT_MONEY.format("")} then 1 else 0 end) = 1 then 'credited'
            when sum(case when closed_by = 'write_off' then amount else 0 end)
                > sum(case when closed_by = 'payment' then amount else 0 end) then 'written_off'
            else 'paid'
        end,
        max(case when day_assumed then 1 else 0 end) = 1
    from slice where not is_whole group by document_key
"""

CLOSED_DOCUMENTS = f"""
    select {_DESCRIBED}, r.returned_on,
        case when r.document_key is not null then r.paid_day_assumed
            else d.paid_day_assumed or coalesce(e.day_assumed, false) end as paid_day_assumed,
        case when r.document_key is not null then r.closed_on
            when e.document_key is null then d.issued_on else e.closed_on end as closed_on,
        case when d.kind <> 'invoice' or d.amount <= 0 then ''
            when r.document_key is not null then r.outcome
            else coalesce(e.outcome, '') end as outcome
    from described as d left join ending as e on e.document_key = d.document_key
    left join (select * from stands where until is null) as r on r.document_key = d.document_key
"""

_LIKE = {
    "document_key": "f.document_key",
    "kind": "f.kind",
    "issued_on": "f.closed_on",
    "due_on": "f.closed_on",
    "due_assumed": "''",
    "amount": "f.amount",
    "amount_currency": "f.amount_currency",
    "reference": "''",
    "po_number": "''",
    "ordered_on": "cast(null as date)",
    "delivered_on": "cast(null as date)",
    "disputed": "false",
    "reopens": "cast(null as bigint)",
    "cost": "cast(null as decimal(18, 2))",
    "file_id": "cast(null as integer)",
    "line": "cast(null as bigint)",
}
_MADE = ", ".join(
    f"{_LIKE.get(n, f'd.{n}')} as {n}"
    for n in DOCUMENTS.names
    if n not in (*_CLOSING, "paid_day_assumed")
)
MADE_DOCUMENTS = f"""
    select {_MADE}, cast(null as date) as returned_on, false as paid_day_assumed, f.closed_on,
        '' as outcome
    from difference as f join described as d on d.document_key = f.like_key
"""


def open_items(slices: str = "slice") -> str:
    """Return the SELECT of the open items of documents, in the order of `slices`."""
    return f"""
    select p.document_key, coalesce(r.document_id, p.document_id) as document_id,
        coalesce(r.kind, p.kind) as kind, p.issued_on as opened_on,
        coalesce(r.issued_on, p.issued_on) as issued_on, s.due_on,
        s.closed_on, s.recorded_on, s.returned_on, r.invoice_key as reopens,
        coalesce(s.closed_by, '') as closed_by, s.closed_by_key,
        coalesce(s.method, '') as method, s.continues, s.amount, s.amount_currency, p.disputed,
        p.due_assumed, p.paid_day_assumed or s.day_assumed as paid_day_assumed, {DIMENSIONS}
    from {slices} as s
    join posted as p on p.document_key = s.document_key
    join bearer as b on b.bearer_no = p.bearer_no
    left join reopened as r on r.document_key = s.document_key
"""


MADE_OPEN_ITEMS = f"""
    select f.document_key, p.document_id, f.kind, f.closed_on as opened_on,
        f.closed_on as issued_on, f.closed_on as due_on, f.closed_on,
        cast(null as date) as recorded_on, cast(null as date) as returned_on,
        cast(null as bigint) as reopens, f.kind as closed_by,
        f.document_key as closed_by_key, f.method, false as continues, f.amount,
        f.amount_currency, false as disputed, '' as due_assumed, false as paid_day_assumed,
        {DIMENSIONS}
    from difference as f
    join posted as p on p.document_key = f.like_key
    join bearer as b on b.bearer_no = p.bearer_no
"""

#: Documents that take a payment back, with what is owed again.
REOPENED = """
    select p.document_key, i.document_key as invoice_key, i.document_id, i.kind, i.issued_on
    from posted as p join posted as i on i.document_key = p.reopens
"""

#: Each invoice whose payment went back, from one return to the next: what was in force of it, its
#: own slices and those that returns put in the place of others, and whether that closed, and when.
#: What closes later than the next return counts for none of the days in between.
RETURNED_INVOICES = f"""
    with part as (
        select o.reopens as invoice_key, o.opened_on, o.closed_on, o.returned_on, o.closed_by,
            o.amount, o.paid_day_assumed
        from open_items as o where o.reopens is not null
        union all
        select o.document_key, o.opened_on, o.closed_on, o.returned_on, o.closed_by, o.amount,
            o.paid_day_assumed
        from open_items as o
        join (select distinct reopens from open_items where reopens is not null) as r
            on r.reopens = o.document_key
    ),
    turn as (
        select invoice_key, since,
            lead(since) over (partition by invoice_key order by since) as until
        from (select distinct invoice_key, opened_on as since from part) as days
    ),
    stood as (
        select t.invoice_key, t.since, t.until,
            case when count(p.closed_on) = count(*) then max(p.closed_on) end as closed_on,
            min(case when {_WITHOUT_MONEY.format("p.")} then 1 else 0 end) as credited,
            sum(case when p.closed_by = 'write_off' then p.amount else 0 end) as lost,
            sum(case when p.closed_by = 'payment' then p.amount else 0 end) as paid,
            max(case when p.paid_day_assumed then 1 else 0 end) as day_assumed
        from turn as t
        join part as p on p.invoice_key = t.invoice_key and p.opened_on <= t.since
            and (p.returned_on is null or p.returned_on > t.since)
        group by t.invoice_key, t.since, t.until
    )
    select s.invoice_key as document_key, d.kind, d.issued_on, d.amount, s.since, s.until,
        s.closed_on,
        case when d.kind <> 'invoice' or s.closed_on is null then ''
            when s.credited = 1 then 'credited'
            when s.lost > s.paid then 'written_off' else 'paid' end as outcome,
        s.day_assumed = 1 as paid_day_assumed, {DIMENSIONS.replace("b.", "d.")}
    from stood as s join described as d on d.document_key = s.invoice_key
"""

#: How these invoices stand in the end.
STANDS = """
    select document_key,
        min(until) over (partition by document_key) as returned_on, closed_on, outcome,
        paid_day_assumed, until
    from returned_invoices
"""

STEPS = (
    Step("reopened", REOPENED),
    Step("pairing", _PAIRING),
    Step("settled", SETTLED),
    Step("stretch", _STRETCH),
    Step("whole", _WHOLE),
    Step("cut", _CUT),
    Step("slice", _SLICE),
    Step("difference", _DIFFERENCE),
    Step("ending", _ENDING),
)


def steps() -> tuple[Step, ...]:
    """Return the steps from `posted`, `described`, `bearer`, `matches` and `instalments`.

    The last three are the tables `open_items`, `returned_invoices` and `documents`, whole; see
    the module.
    """
    return (
        *STEPS,
        Step("open_items", f"{open_items()} union all {MADE_OPEN_ITEMS}"),
        Step("returned_invoices", RETURNED_INVOICES),
        Step("stands", STANDS),
        Step("documents", f"{CLOSED_DOCUMENTS} union all {MADE_DOCUMENTS}"),
    )


def inputs(source: str) -> tuple[Step, ...]:
    """Return the steps that make `described`, `posted` and `bearer` from documents in `source`.

    It has the columns of the table `documents`. What an earlier derivation added to it (exchange
    differences, and adjustments that no file holds) is left out, and made anew.
    """
    described = f"""
        select {_DESCRIBED}, d.paid_day_assumed and d.kind in ('payment', 'credit_note')
            as paid_day_assumed
        from {source} as d
        where d.kind not in ('exchange', 'adjustment') or d.file_id is not null
    """
    posted = """
        select document_key, document_key as bearer_no, customer, document_id, kind, issued_on,
            due_on, due_assumed, disputed, paid_day_assumed, reopens, amount, amount_currency
        from described
    """
    bearer = f"select document_key as bearer_no, ledger, {DIMENSIONS} from described as b"
    return (Step("described", described), Step("posted", posted), Step("bearer", bearer))

"""Invoice rows that carry their state instead of payments: paid on, paid amount, open amount.

The state becomes derived documents: a payment of what was paid, a credit note of the discount that
was granted beside it (a discount lowers sales, as any credit note does), a write-off of what was
given up, and an adjustment of what is neither paid nor open, and nobody explains. They are matched
to their invoice with method `state`. What is neither paid nor open of an invoice and of a credit
note of the same customer is no coincidence: these two settle each other.

A payment row may carry a discount as well: it becomes a credit note, and settles what its payment
does (`match_discounts`).
"""

from __future__ import annotations

from etl.ledger.matching.apart import ELSEWHERE
from etl.ledger.matching.discounts import BESIDE
from etl.sql import Connection, number, run

#: What was paid between two lists of open items, or two exports, as documents of paid states.
_STEPPED = """
    union all
    select coalesce(i.head_id, e.entry_id), sign(e.amount), 'payment', 1, t.part, t.upto,
        null, e.due_on, t.since, t.upto_day
    from (from list_step union all from seen_step) as t join entry as e using (entry_id)
    left join instalment_of as i using (entry_id)
    anti join paying as p on p.ledger = e.ledger and p.customer = e.customer
"""


#: What follows from paid states, empty where no row carries one.
_MADE = {
    "paying": "ledger varchar, customer varchar",
    "state_unused": "ledger varchar, customer varchar, stated decimal(38, 2), items bigint",
    "set_off": "debit_head bigint, credit_head bigint, amount decimal(38, 2)",
    "state_document": "state_no bigint, entry_id bigint, role integer, file_id integer,"
    " place integer, strand_no integer, book_no integer, document_id varchar, kind varchar,"
    " disputed boolean, amount_currency decimal(18, 2), amount decimal(18, 2), issued_on date,"
    " assumed boolean, part decimal(38, 2)",
}
#: Files whose rows carry a state, and payments that carry a discount.
_SAID = """
    select (select count(*) from stated_file) + (select count(*) from list_place)
        + (select count(*) from entry where kind = 'payment' and discount <> 0)
"""


def derive_states(connection: Connection) -> None:
    """Make `state_document`, the derived documents of paid states, from `entry` and `head`.

    Where payments of the same customer and ledger are staged, from whatever file, these speak
    and the state does not; `state_unused` keeps what was left aside, for a finding. That something
    was given up no payment tells: it is what these leave. Lines of bank statements that count are
    later than any state, and silence none.
    """
    run(
        connection,
        """
        create or replace temp table stated as
        select e.entry_id, e.file_id, coalesce(i.head_id, e.entry_id) as head_id, e.ledger,
            e.customer, sign(e.amount) as side, abs(e.amount) as total,
            -- sources may write the state of a credit note with or without its sign
            case when e.written_off then 0
                when e.amount < 0 then abs(e.open_amount) else e.open_amount end as still_open,
            coalesce(case when e.amount < 0 then abs(e.paid_amount) else e.paid_amount end,
                case when e.written_off then 0 end) as paid,
            coalesce(e.written_off, false) as lost, e.paid_on, e.due_on, e.file_last_day,
            e.currency, least(abs(coalesce(e.discount, 0)), abs(e.amount)) as discount
        from entry as e left join instalment_of as i using (entry_id)
        anti join list_item as l on l.entry_id = e.entry_id
        where not e.carried and e.kind in ('invoice', 'credit_note', 'opening')
        and (e.open_amount is not null or e.paid_amount is not null or e.paid_on is not null
            or e.written_off)
        """,
    )
    run(
        connection,
        f"""
        create or replace temp table stated_file as
        select file_id, ledger from stated
        union select file_id, ledger from {ELSEWHERE["stated"]}
        """,
    )
    for name, columns in _MADE.items():
        run(connection, f"create or replace temp table {name} ({columns})")
    if not number(connection, _SAID):
        return
    run(
        connection,
        """
        insert into paying
        select distinct ledger, customer from entry
        where kind = 'payment' and not carried
        and ledger in (select ledger from stated_file
            union select f.ledger from list_place join files as f using (file_id))
        and file_id not in (select file_id from bank_file)
        and file_id not in (select file_id from list_place)
        """,
    )
    _before_loss(connection)
    run(
        connection,
        """
        create or replace temp table state as
        with closed as (
            select s.* replace (greatest(s.paid, b.paid) as paid), b.paid_until,
                p.customer is not null as payments_speak,
                case when still_open is not null then greatest(total - still_open, 0) end
                    as closed
            from stated as s left join paying as p using (ledger, customer)
            left join before_loss as b using (entry_id)
        )
        select *,
            case
                when closed is not null then least(greatest(coalesce(paid, closed), 0), closed)
                when paid is not null then greatest(paid, 0)
                else total - discount
            end as pay,
            case when closed is not null and paid is not null
                then greatest(closed - greatest(paid, 0), 0)
                when closed is not null then 0
                else least(discount, greatest(total - greatest(coalesce(paid, 0), 0), 0))
            end as credit
        from closed
        """,
    )
    run(
        connection,
        """
        insert into state_unused
        select ledger, customer, sum(pay + credit) as stated, count(*) as items
        from state where payments_speak and not lost and pay + credit > 0 group by all
        """,
    )
    _step_down(connection)
    _set_off(connection)
    # most states have no such steps, and need not look for their rows
    steps = "select (select count(*) from list_step) + (select count(*) from seen_step)"
    stepped = _STEPPED if number(connection, steps) else ""
    run(
        connection,
        f"""
        insert into state_document by name
        with left_over as (
            select s.*, s.credit - coalesce(o.amount, 0) as rest,
                least(s.discount, s.credit - coalesce(o.amount, 0)) as granted
            from state as s left join (
                select head_id, sum(amount) as amount from (
                    select debit_head as head_id, amount from set_off
                    union all select credit_head, amount from set_off
                ) group by head_id
            ) as o on o.head_id = s.entry_id
            where credit > 0 and (lost or not payments_speak)
        ),
        both_kinds as (
            select head_id, side, 'payment' as new_kind, 1 as role, pay as part, pay as upto,
                paid_on, due_on, cast(null as date) as since, file_last_day as upto_day
            from state anti join seen_step using (entry_id)
            where pay > 0 and not payments_speak
            union all
            select head_id, side, 'credit_note', 2, granted, pay + granted, paid_on, due_on, null,
                file_last_day
            from left_over where granted > 0
            union all
            select head_id, side, if(lost, 'write_off', 'adjustment'), 3, rest - granted,
                pay + rest, paid_on, due_on, paid_until, greatest(file_last_day, paid_until)
            from left_over where rest > granted
            {stepped}
            union all
            select e.entry_id, -sign(e.amount), 'credit_note', {BESIDE}, abs(e.discount),
                abs(e.discount), e.issued_on, null, null, e.file_last_day
            from entry as e
            where e.kind = 'payment' and not e.carried and e.discount is not null
            and e.discount <> 0 and e.amount <> 0
        )
        select
            row_number() over () as state_no, h.entry_id, b.role, h.file_id, h.place,
            h.strand_no, h.book_no, h.document_id, b.new_kind as kind, h.disputed,
            cast(-b.side * b.part as decimal(18, 2)) as amount_currency,
            -- rounded cumulatively, so that a payment in full equals its invoice to the cent
            cast(-b.side * (
                round(cast(b.upto as decimal(20, 2)) * h.rate, 2)
                - round(cast(b.upto - b.part as decimal(20, 2)) * h.rate, 2)
            ) as decimal(18, 2)) as amount,
            -- on its due day, but neither before a list that showed it open, or a payment before a
            -- loss, nor after a list that shows it settled
            coalesce(b.paid_on, greatest(h.issued_on, least(b.upto_day,
                greatest(b.since + 1, coalesce(b.due_on, h.due_on))))) as issued_on,
            b.paid_on is null as assumed,
            b.part
        from both_kinds as b join head as h on h.entry_id = b.head_id
        """,
    )


def _before_loss(connection: Connection) -> None:
    """Make `before_loss`: what payments of other rows pay of what was then given up.

    They name its number, or match rows name both.
    """
    lost = "select * from stated semi join paying using (ledger, customer) where lost"
    some = number(connection, "select count(*) from stated where lost")
    run(
        connection,
        f"""
        create or replace temp table before_loss as
        with named as (
            select s.entry_id, -p.amount as paid, p.issued_on
            from ({lost}) as s join entry as e using (entry_id)
            join entry as p on p.ledger = s.ledger and p.customer = s.customer
            where p.kind = 'payment' and not p.carried
            and list_contains(string_split(p.reference, ' '), e.document_id)
            union all
            select s.entry_id, coalesce(m.amount, -p.amount), p.issued_on
            from ({lost}) as s join entry as e using (entry_id)
            join staged_matches as m on m.ledger = s.ledger and m.debit_id = e.document_id
            join entry as p on p.ledger = s.ledger and p.document_id = m.credit_id
            where p.kind = 'payment' and not p.carried
        )
        select entry_id, sum(paid) as paid, max(issued_on) as paid_until
        from named group by entry_id{"" if some else " limit 0"}
        """,
    )


def _set_off(connection: Connection) -> None:
    """Make `set_off`: what invoices and credit notes of one customer settled with each other.

    Of what is neither paid, granted nor open, equal amounts first, then the oldest first.
    """
    run(
        connection,
        """
        insert into set_off
        with loose as (
            select s.ledger, s.customer, s.currency, s.side, s.entry_id,
                s.credit - least(s.discount, s.credit) as amount, e.issued_on
            from state as s join entry as e using (entry_id)
            where not payments_speak and not lost and credit > least(s.discount, s.credit)
            and s.head_id = s.entry_id
        ),
        alike as (
            select *, row_number() over (partition by ledger, customer, currency, amount, side
                order by issued_on, entry_id) as nth
            from loose
        ),
        equal as (
            select d.entry_id as debit_head, c.entry_id as credit_head, d.amount
            from alike as d join alike as c using (ledger, customer, currency, amount, nth)
            where d.side > 0 and c.side < 0
        ),
        rest as (
            select *, sum(amount) over (partition by ledger, customer, currency, side
                order by issued_on, entry_id
                rows between unbounded preceding and current row) as upto
            from loose where entry_id not in (select debit_head from equal)
            and entry_id not in (select credit_head from equal)
        )
        from equal
        union all
        select d.entry_id, c.entry_id,
            least(d.upto, c.upto) - greatest(d.upto - d.amount, c.upto - c.amount)
        from rest as d join rest as c using (ledger, customer, currency)
        where d.side > 0 and c.side < 0
        and least(d.upto, c.upto) > greatest(d.upto - d.amount, c.upto - c.amount)
        """,
    )


def _step_down(connection: Connection) -> None:
    """Make `seen_step`: what was paid between the days on which replaced exports showed a row open.

    In the columns of `list_step`. Only of rows that do not say when they were paid.
    """
    if not number(connection, "select count(*) from staged_seen"):
        run(connection, "create or replace temp table seen_step as from list_step limit 0")
        return
    run(
        connection,
        """
        create or replace temp table seen_step as
        with undated as (
            select s.entry_id, s.side, s.total, s.total - s.pay as still_open, s.file_last_day,
                e.file_id, e.line
            from state as s join entry as e using (entry_id)
            where s.paid_on is null and s.pay > 0 and s.credit = 0 and not s.payments_speak
        ),
        point as (
            select u.entry_id, u.total, n.seen_on as day, false as own,
                least(case when u.side < 0 then abs(n.open_amount) else n.open_amount end, u.total)
                    as still_open
            from undated as u join staged_seen as n using (file_id, line)
        ),
        every as (
            from point
            union all
            select entry_id, total, file_last_day, true, still_open
            from undated semi join point using (entry_id)
        ),
        shown as (
            select entry_id, total, own, day,
                -- what was open later was open before
                max(still_open) over (partition by entry_id order by own, day
                    rows between current row and unbounded following) as left_open
            from every
        ),
        step as (
            select entry_id, own, day, lag(day) over same as since,
                lag(left_open, 1, total) over same - left_open as part
            from shown window same as (partition by entry_id order by own, day)
        )
        select entry_id, since, day as upto_day, cast(part as decimal(18, 2)) as part,
            cast(sum(part) over (partition by entry_id order by own, day
                rows between unbounded preceding and current row) as decimal(18, 2)) as upto
        from step qualify part <> 0
        """,
    )


def match_states(connection: Connection) -> None:
    """Add the matches of derived documents of paid states to `made`."""
    some = "select (select count(*) from state_document) + (select count(*) from set_off)"
    if not number(connection, some):
        return
    run(
        connection,
        """
        insert into made by name
        with ordered as (
            select p.key, d.key as of_key, s.part, abs(d.amount_currency) as total,
                sign(d.amount_currency) as side,
                sum(s.part) over (partition by d.key order by p.issued_on, p.key) as upto
            from state_document as s
            join doc as p using (state_no)
            join doc as d on d.entry_id = s.entry_id and d.state_no is null
            where s.role <> $beside
        )
        select case when side > 0 then of_key else key end as debit_key,
            case when side > 0 then key else of_key end as credit_key,
            cast(least(part, total - (upto - part)) as decimal(18, 2)) as amount,
            cast(null as date) as recorded_on, 'state' as method
        from ordered where part > 0 and total - (upto - part) > 0
        union all
        select d.key, c.key, o.amount, null, 'state' from set_off as o
        join doc as d on d.entry_id = o.debit_head and d.state_no is null
        join doc as c on c.entry_id = o.credit_head and c.state_no is null
        """,
        beside=BESIDE,
    )

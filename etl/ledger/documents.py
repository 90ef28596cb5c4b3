"""From staged rows to documents: one row each, in the reporting currency, with a due day.

The steps share temporary tables and views. Numbers stand for texts until the end:

    entry          (view) staged document rows with customer, kind and rate settled; carried
                   marked; left out are lines of bank statements that do not count, and what the
                   base of a company tells of, and what other lists of open items say better (see
                   etl/ledger/bank_lines.py, etl/ledger/exports/bases.py and
                   etl/ledger/exports/open_lists.py); payments of several customers in one row
                   are divided (etl/ledger/batches.py), `undivided` has them whole
    instalment_of  rows that are instalments of one document -> its first row
    place_of       the place of each customer in the order in which everything is stored
    strand         ledgers, currencies and what else is of a document (salesperson, branch ...), as
                   they occur together
    head           (view, or table) the documents the rows stand for, before they are numbered
    doc            (view) documents, numbered; those derived from paid states have a `state_no`;
                   payments that took others back `reopen` what these had paid, and may be cut
                   into several for it, `added` behind all others (etl/ledger/matching/returns.py)
    bearer         the dimensions of documents, by number: customer and strand
    made           matches found so far (see etl/ledger/matching/match.py)
"""

from __future__ import annotations

from collections.abc import Sequence

from data.core import dimensions
from data.core.dimensions import DIMENSIONS, OWN
from data.core.policy.dated import Dated
from data.core.texts import N_
from etl.ledger.bank_lines import BOOKS, find_customers, set_aside_lines
from etl.ledger.customer_numbers import find_whole_numbers
from etl.ledger.customers import FILED_SECTORS, as_path
from etl.ledger.exports.bases import set_aside_bases
from etl.ledger.exports.open_lists import settle_lists
from etl.ledger.own import own_columns
from etl.ledger.stretches import Stretch, by_age, kept_as
from etl.sql import Connection, number, rows, run

#: The order in which customers, and with them their documents and open items, are stored: a page
#: about one customer or sector reads what lies together. Sectors as files say them: what people say
#: of them may change nothing else. Within a customer, by day. Large ledgers are stored so within
#: each age (see etl/ledger/stretches.py).
STORED_BY = "f.division, c.customer_id"

#: The dimensions that rows of documents say; '' where one does not.
_GIVEN = dimensions.names("document", "either", given=True)
_SAID = ", ".join(f"coalesce({name}, '') as {name}" for name in _GIVEN)
#: Whose books they are, where rows name no company: without the format's own mark.
_COMPANY = "coalesce(nullif(t.company, ''), regexp_replace(t.ledger, '^[a-z]+:', '')) as company"


def _borne(name: str) -> str:
    """Return SQL for a dimension of a document: its own `t`, or that of its customer `c`."""
    if name == "company":
        return _COMPANY
    match DIMENSIONS[name].of:
        case "customer":
            return f"c.{'customer_id' if name == 'customer' else name} as {name}"
        case "either":
            said = f"nullif({as_path(f't.{name}', name)}, '')"
            return f"coalesce({said}, c.{name}) as {name}"
        case _:
            return f"{as_path(f't.{name}', name)} as {name}"


_BORNE = ", ".join(_borne(d.name) for d in dimensions.COLUMNS)

NO_RATE = N_("There is no exchange rate for this currency on this day.")
NO_RATE_REMEDY = N_("Load a file of rates with the columns currency, day and rate.")

#: Staged rows with customer, kind and rate settled; `rate` is null where none is known.
_POSTING = """
    select
        s.rowid as entry_id,
        s.* exclude (customer_id, kind, currency, rate, ledger, {excluded}),
        {own},
        coalesce(f.books, s.ledger) as ledger,
        coalesce(n.customer, w.customer, s.customer_id, '') as customer,
        case
            when s.kind = 'invoice' and s.amount < 0 then 'credit_note'
            when s.kind is not null then s.kind
            when f.rows_kind in ('payments', 'bank') then 'payment'
            when s.amount < 0 then 'credit_note'
            else 'invoice'
        end as kind,
        coalesce(s.currency, f.reporting_currency) as currency,
        case when coalesce(s.currency, f.reporting_currency) = f.reporting_currency then 1
            else coalesce(s.rate, r.rate) end as rate,
        f.last_day as file_last_day,
        f.restates and coalesce(s.kind = 'opening', false) as carried
    from staged_documents as s
    join source_file as f using (file_id)
    left join found_rate as r on r.entry_id = s.rowid
    left join found_customer as n on n.entry_id = s.rowid
    left join whole_number as w on w.file_id = s.file_id and w.given = s.customer_id
    where s.amount is not null and s.issued_on is not null
"""


def derive_entries(connection: Connection, currency: str) -> None:
    """Make `entry` and `unconverted` from the staged rows; `currency` is the reporting one.

    Rows in a currency without a rate are kept out and listed in `rejects`, so that a file of
    rates loaded later brings them in.
    """
    rate_rows(connection, currency)
    run(
        connection,
        "create or replace temp table found_customer (entry_id bigint, customer varchar)",
    )
    find_whole_numbers(connection)
    post_rows(connection)
    settle_lists(connection)
    set_aside_lines(connection)
    set_aside_bases(connection)
    count_rows(connection, currency)
    find_customers(connection)
    keep_rows(connection)


def keep_rows(connection: Connection) -> None:
    """Keep the rows of `entry` where they are few: many steps read them."""
    if kept_as(connection) == "table":
        run(connection, "create or replace temp table entry_row as from entry")
        run(connection, "create or replace temp view entry as from entry_row")


def rate_rows(connection: Connection, currency: str) -> None:
    """Make `source_file`, and `found_rate`: what is not in the reporting `currency` is worth."""
    run(
        connection,
        f"""
        create or replace temp table source_file as
        select f.file_id, f.rows_kind, f.last_day, $currency as reporting_currency,
            case when f.rows_kind = 'bank' then coalesce(nullif(f.ledger, ''), ({BOOKS}))
                end as books,
            exists (
                select 1 from files as g
                where g.ledger = f.ledger and g.ledger <> '' and g.last_day < f.first_day
                and g.rows_kind = f.rows_kind
            ) as restates
        from files as f
        """,
        currency=currency,
    )
    run(
        connection,
        """
        create or replace temp table found_rate as
        with newest as (
            select r.currency, r.day, arg_max(r.rate, (f.loaded_at, f.sha256, r.line)) as rate
            from staged_rates as r join files as f using (file_id) group by all
        ),
        wanted as (
            select rowid as entry_id, currency, issued_on from staged_documents
            where rate is null and currency <> $currency
        )
        select w.entry_id, n.rate
        from wanted as w asof join newest as n on w.currency = n.currency and w.issued_on >= n.day
        """,
        currency=currency,
    )


def post_rows(connection: Connection) -> None:
    """Make the view `posting`: staged rows with customer, kind and rate."""
    posting = _POSTING.format(excluded=", ".join(OWN), own=own_columns(connection))
    run(connection, f"create or replace temp view posting as {posting}")


def count_rows(connection: Connection, currency: str) -> None:
    """Make `entry` and `unconverted` of the rows that are not set aside; see `derive_entries`."""
    counted = "select * from posting"
    if number(connection, "select count(*) from base_aside"):
        counted += " anti join base_aside using (entry_id)"
    if number(connection, "select count(*) from list_aside"):
        counted += " anti join list_aside using (entry_id)"
    if number(connection, "select count(*) from bank_file"):
        counted += " anti join bank_aside using (entry_id)"
    run(
        connection,
        f"create or replace temp view undivided as {counted} where rate is not null",
    )
    run(connection, "create or replace temp view entry as from undivided")
    run(connection, "delete from rejects where reason = $reason", reason=NO_RATE)
    _keep_out(connection, currency, f"{counted} where rate is null")


def _keep_out(connection: Connection, currency: str, found: str) -> None:
    """Make `unconverted` of the rows that the query `found` gives, and list them in `rejects`."""
    others = "select count(*) from staged_documents where currency <> $currency"
    if not number(connection, others, currency=currency):
        run(
            connection,
            "create or replace temp table unconverted"
            " (entry_id bigint, file_id integer, amount decimal(18, 2))",
        )
        return
    run(connection, f"create or replace temp table unconverted as {found}")
    run(
        connection,
        """
        insert into rejects by name
        select file_id, line, 'currency' as column_name, currency as value,
            $reason as reason, $remedy as remedy,
            json_object('document_id', document_id, 'customer_id', customer, 'issued_on',
                issued_on, 'amount', amount, 'currency', currency) as raw
        from unconverted
        """,
        reason=NO_RATE,
        remedy=NO_RATE_REMEDY,
    )


def name_strands(connection: Connection) -> None:
    """Make `strand` from `entry`."""
    run(
        connection,
        f"""
        create or replace temp table strand as
        select cast(row_number() over (order by ledger, currency, {", ".join(_GIVEN)}) as integer)
                - 1 as strand_no,
            cast(dense_rank() over (order by ledger, currency) as integer) - 1 as book_no, *
        from (select distinct ledger, currency, {_SAID} from entry)
        """,
    )


def describe_documents(connection: Connection, terms: Dated[int]) -> None:
    """Make `head`, and what it stands on, from `entry`, `strand` and `customers`.

    terms: days to pay where neither the document nor an agreement says any.
    """
    _join_instalments(connection)
    run(
        connection,
        f"""
        create or replace temp table place_of as
        select cast(row_number() over (order by {STORED_BY}) as integer) as place,
            c.customer_id as customer, c.agreed_terms_days
        from customers as c join {FILED_SECTORS} as f using (customer_id)
        """,
    )
    # what is the same everywhere tells no strands apart: most files fill few of these columns
    different = ", ".join(f"min({name}) is distinct from max({name})" for name in _GIVEN)
    apart = rows(connection, f"select {different} from strand")[0]
    told = [name for name, tells in zip(_GIVEN, apart, strict=True) if tells]
    strands = "".join(f" and t.{name} = coalesce(e.{name}, '')" for name in told)
    run(
        connection,
        f"""
        create or replace temp {kept_as(connection)} head as
        with described as (
            select e.entry_id, e.file_id, p.place, t.strand_no, t.book_no, e.document_id, e.kind,
                e.rate, coalesce(e.disputed, false) as disputed, e.book_account,
                case when e.counterparty is null then e.reference
                    else concat(e.reference, ' ', e.counterparty, ' ', e.counterparty_iban)
                    end as reference,
                e.kind in ('invoice', 'opening', 'credit_note') as falls_due,
                e.terms_days, p.agreed_terms_days,
                coalesce(j.issued_on, e.issued_on) as issued_on,
                case when j.head_id is null then e.due_on else j.due_on end as due_given,
                cast(coalesce(j.amount, e.amount) as decimal(18, 2)) as amount_currency
            from entry as e
            join place_of as p using (customer)
            join strand as t on t.ledger = e.ledger and t.currency = e.currency{strands}
            left join joined as j on j.head_id = e.entry_id
            left join instalment_of as i on i.entry_id = e.entry_id and i.head_id <> e.entry_id
            where not e.carried and i.entry_id is null
        )
        select * exclude (falls_due, terms_days, agreed_terms_days, due_given),
            case
                when amount_currency < 0 or amount_currency = 0 and not falls_due then issued_on
                when not falls_due then coalesce(due_given, issued_on)
                else coalesce(due_given,
                    issued_on + coalesce(terms_days, agreed_terms_days, {terms.sql("issued_on")}))
            end as due_on,
            case
                when due_given is not null or amount_currency <= 0 or not falls_due then ''
                when coalesce(terms_days, agreed_terms_days) is not null then 'terms'
                else 'default'
            end as due_assumed,
            case when rate = 1 then amount_currency
                else cast(round(cast(amount_currency as decimal(20, 2)) * rate, 2)
                    as decimal(18, 2)) end as amount
        from described
        """,
    )


#: What joins instalments, where there are none.
_UNPARTED = {
    "instalment_of": "entry_id bigint, head_id bigint",
    "joined": "head_id bigint, amount decimal(38, 2), due_on date, issued_on date,"
    " cost decimal(38, 2)",
}


def _join_instalments(connection: Connection) -> None:
    """Make `instalment_of` (row -> first row of its document), and `joined`, their sums."""
    if not number(connection, "select count(*) from entry where instalment is not null"):
        for name, columns in _UNPARTED.items():
            run(connection, f"create or replace temp table {name} ({columns})")
        return
    run(
        connection,
        """
        create or replace temp table instalment_of as
        with numbered as (
            select entry_id, amount,
                first(entry_id) over same as head_id, count(*) over same as parts,
                min(sign(amount)) over same as least_sign, max(sign(amount)) over same as most_sign
            from entry
            where instalment is not null and document_id is not null and not carried
            window same as (
                partition by file_id, ledger, book_account, customer, currency, document_id, kind
                order by instalment, due_on, entry_id
                rows between unbounded preceding and unbounded following
            )
        )
        select entry_id, head_id from numbered
        where parts > 1 and least_sign = most_sign and least_sign <> 0
        """,
    )
    run(
        connection,
        """
        create or replace temp table joined as
        select i.head_id, sum(e.amount) as amount, max(e.due_on) as due_on,
            min(e.issued_on) as issued_on, sum(e.cost) as cost
        from instalment_of as i join entry as e using (entry_id) group by i.head_id
        """,
    )


def number_documents(
    connection: Connection, parts: Sequence[Stretch], bounds: Sequence[str]
) -> None:
    """Make `doc` and `bearer` from `head` and `state_document`, and fill `instalments`.

    `bounds` are the first days of the ages, see `etl.ledger.stretches.ages`.

    A document's key is its place in the order of storing: keys that lie together are stored
    together. What else tells documents of one customer, day and number apart is hashed: the order
    in which rows or files came decides nothing, except between rows that are alike.
    """
    strands = number(connection, "select count(*) from strand")
    age = by_age("issued_on", bounds)
    made = "create or replace temp table numbered as"
    for first, last in parts:
        run(
            connection,
            f"""
            {made}
            with every as (
                select entry_id, cast(null as bigint) as state_no, 0 as role, file_id, place,
                    strand_no, book_no, document_id, kind, disputed, issued_on, due_on,
                    due_assumed, false as paid_day_assumed, amount_currency, amount,
                    hash(strand_no, kind, amount_currency, due_on, book_account, reference) as tie
                from head
                union all
                select entry_id, state_no, role, file_id, place, strand_no, book_no, document_id,
                    kind, disputed, issued_on, issued_on, '', assumed, amount_currency, amount,
                    hash(strand_no, kind, amount_currency)
                from state_document
            )
            select entry_id, state_no, file_id, place, book_no,
                place * cast($strands as bigint) + book_no as account_no,
                place * cast($strands as bigint) + strand_no as bearer_no,
                document_id, kind, disputed, issued_on, due_on, due_assumed, paid_day_assumed,
                amount_currency, amount, cast(null as bigint) as reopens, false as added
            from every where place between {first} and {last}
            order by {age}place, issued_on, document_id, role, tie, entry_id, state_no
            """,
            strands=strands,
        )
        made = "insert into numbered"
    run(
        connection,
        "create or replace temp view doc as select rowid + 1 as key, * from numbered",
    )
    run(
        connection,
        f"""
        create or replace temp table bearer as
        with found as (select distinct bearer_no, place from numbered)
        select f.bearer_no, t.ledger, {_BORNE}
        from found as f
        join strand as t on t.strand_no = f.bearer_no - f.place * cast($strands as bigint)
        join place_of as p using (place)
        join customers as c on c.customer_id = p.customer
        """,
        strands=strands,
    )
    if number(connection, "select count(*) from instalment_of"):
        _insert_instalments(connection)


def _insert_instalments(connection: Connection) -> None:
    run(
        connection,
        """
        insert into instalments by name
        select d.key as document_key, e.instalment, coalesce(e.due_on, d.due_on) as due_on,
            e.amount as amount_currency
        from instalment_of as i
        join entry as e using (entry_id)
        join doc as d on d.entry_id = i.head_id and d.state_no is null
        order by d.key, e.instalment
        """,
    )

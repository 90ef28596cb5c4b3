"""THE definition: every relation that metrics stand on, from the rows of the books.

Each carries as_of and `total`, and is already filtered. Relations of rows carry all dimensions, and
the windows that a query asks for:

    alive      open items at the end of as_of: every balance is a sum over these. Asked for without
               what is disputed, they lack that; so do opening, items and owing
    disputed_items  what is disputed of what is alive: amount is that part
    opening    open items at the end of the day before from_1m
    items      all slices of all documents dated up to as_of, open or closed
    sales      invoices and credit notes issued up to as_of
    sales_year_before  those issued between from_year_ago and year_ago
    settled    slices of invoices that a payment closed between from_window and as_of, but for
               those whose payment had gone back by then
    cohort     invoices issued between from_window and as_of
    slices     slices of invoices issued up to as_of and open at some time since from_window
    movements  all documents dated up to as_of
    billed_items  slices of the invoices issued between from_window and as_of, each once, and the
               terms agreed with their customer as of their day: agreed; null: not known

Relations of sums carry the dimensions asked for, those by month the windows too. Metrics add them
up by group; one group may have several rows. They are the same sums whether they come from here or
from the cubes (`metrics.asking.shortcut`):

    balances          alive by bucket of aging by due day: amount, items, invoices (still open)
    balances_by_currency  the same, and in_currency of the currency of_currency
    aged              the same by the bucket that the ledger's basis gives
    opening_balances  opening: amount
    debtors           how many customers have something alive: customers. It does not add up
    monthly           sales by month_start: amount, invoices, last_sale
    granted           sales by month_start: the terms that they gave, and those agreed
    year_before       sales_year_before: amount
    payments          settled by month_start: the measures of `data.core.measures.PAYMENTS`
    ended             cohort by day after issue: how many lives ended by as_of, paid or not

And others:

    days       as_of, the first days of the windows that a query asks for (from_1m, from_3m,
               from_12m, from_window) and, a year earlier, of the window again: from_year_ago,
               year_ago
    accounts   customers, with their limit, terms and dimensions; those that are of documents alone
               (a branch) only narrow who is there, without limits. What is said here wins over
               files: file_limit and file_terms are theirs, limit_said_on and limit_who (and those
               of terms) say since when and by whom
    owing      alive, and of the customers of a currency what they owe in all currencies
    limits     customers with a limit of their own or above them (see `metrics.asking.limits`),
               whatever the filters: headroom counts all that is owed. Empty of numbers where
               accounts are without limits
    promises   promises to pay of these customers that hold: amount, due_on, and by as_of state
               (open, kept, part_kept, broken), paid and missing
    disputes   their disputes that are open: amount, reason, owner, age in days
    said_limits  the limit in force of each customer that was said here, whatever the filters
    said_terms  its terms likewise
    backlogs    what it has ordered and is not yet invoiced, likewise
    buckets    the buckets of aging, and their position
    rolls       claims at each month-end at which they were open, and what became of them a month
               later (see `metrics.asking.loss`)
    roll_rates  what became of each bucket, and what it loses in the end, by group
    loss_rates  the same of all customers, whatever the filters: the provision matrix; matrix_value
               is that of the ledger's dimension `matrix`
    provided    alive, without what is unapplied, with bucket, loss_rate, and what is expected to be
               lost: model, and overlay, as people said it over the matrix
    whole      the total, on days with documents: balances have a row for it even if nothing is
               open; empty in a split
    reach      first_sale: since when any sales are known, whatever the filters; without as_of days
               before that
    bought     first_sale: since when there are sales under the filters; likewise
    spans      for comparisons: as_of, and since, the earlier day to compare with. All other
               relations then hold both days

A window of N months is N whole calendar months ending with the as-of day's month, that month
counted up to the as-of day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from data.core import dimensions
from data.core.buckets import DEFAULT, Buckets
from data.core.measures import (
    AGREED,
    FOR_EVER,
    GIVEN,
    INVOICES,
    ITEMS,
    KEPT,
    PAYMENTS,
    PAYMENTS_ARE,
    SALES_ARE,
    SOLD,
    Measure,
)
from data.store.schema import CUSTOMERS, DOCUMENTS
from metrics.asking import loss, memory
from metrics.asking.asked import Asked
from metrics.asking.limits import limits
from metrics.asking.said import LIMITS, ORDERS, TERMS
from metrics.asking.tables import Condition, Day, Rows, Sums, Tables, union

_BILLED = "o.kind = 'invoice' and o.amount > 0"


def lives(since: Day, until: Day) -> str:
    """Return the condition on invoices whose days to pay can be told, in the windows of days."""
    return (
        f"{_BILLED} and not o.paid_day_assumed"
        f" and o.issued_on >= {since.from_window} and o.issued_on <= {until.as_of}"
    )


def _of_stood(name: str) -> str:
    return f"l.{name}" if name in ("closed_on", "outcome", "paid_day_assumed") else f"i.{name}"


#: All invoices, those whose payment went back once for each time in which they stood otherwise.
_STOOD = f"""(
    select o.*, o.issued_on as since, cast(null as date) as until
    from documents as o
    where {KEPT}
    union all
    select {", ".join(map(_of_stood, DOCUMENTS.names))}, l.since, l.until
    from returned_invoices as l
    join documents as i on i.document_key = l.document_key
)"""

ROWS: Mapping[str, Rows] = {
    "alive": Rows(
        "open_items",
        lambda d: f"o.opened_on <= {d.as_of} and {d.ends('>', d.as_of)}",
        lives=True,
    ),
    "opening": Rows(
        "open_items",
        lambda d: f"o.opened_on < {d.from_1m} and {d.ends('>=', d.from_1m)}",
        lives=True,
    ),
    "items": Rows("open_items", lambda d: f"o.opened_on <= {d.as_of}"),
    "sales": Rows("documents", lambda d: f"{SALES_ARE} and o.issued_on <= {d.as_of}"),
    "sales_year_before": Rows(
        "documents",
        lambda d: (
            f"{SALES_ARE} and o.issued_on >= {d.from_year_ago} and o.issued_on <= {d.year_ago}"
        ),
    ),
    "settled": Rows(
        "open_items",
        lambda d: (
            f"{PAYMENTS_ARE} and o.closed_on >= {d.from_window} and o.closed_on <= {d.as_of}"
            f" and coalesce(o.returned_on, {FOR_EVER}) > {d.as_of}"
        ),
    ),
    "cohort": Rows(
        _STOOD,
        lambda d: (
            f"{lives(d, d)} and o.since <= {d.as_of} and coalesce(o.until, {FOR_EVER}) > {d.as_of}"
        ),
    ),
    "slices": Rows(
        "open_items",
        lambda d: f"{_BILLED} and o.opened_on <= {d.as_of} and {d.ends('>=', d.from_window)}",
    ),
    "movements": Rows("documents", lambda d: f"o.issued_on <= {d.as_of}"),
}


def _sums(*measures: Measure) -> dict[str, str]:
    return {m.name: m.sql for m in measures}


def _aged(buckets: Buckets, age_from: str) -> dict[str, str]:
    """Return what balances tell of an open item that ages from the column `age_from`."""
    return {
        "bucket": buckets.sql("o.amount < 0", f"o.{age_from}", "o.as_of"),
        "amount": "o.amount",
        "items": ITEMS,
        "invoices": INVOICES,
    }


SUMS: Mapping[str, Callable[[Asked], Sums]] = {
    "balances": lambda _: Sums("alive", _aged(DEFAULT, "due_on")),
    "balances_by_currency": lambda _: Sums(
        "alive",
        {
            **_aged(DEFAULT, "due_on"),
            "in_currency": "o.amount_currency",
            "of_currency": "o.currency",
        },
    ),
    "aged": lambda asked: Sums("alive", _aged(asked.buckets, asked.age_from)),
    "opening_balances": lambda _: Sums("opening", {"amount": "o.amount"}),
    "debtors": lambda _: Sums("alive", sums={"customers": "count(distinct o.customer)"}),
    "monthly": lambda _: Sums("sales", sums=_sums(*SOLD), month_of="o.issued_on"),
    "granted": lambda _: Sums(
        "sales",
        sums=_sums(*GIVEN, *AGREED),
        month_of="o.issued_on",
        join="left join customers as k on k.customer_id = o.customer",
    ),
    "year_before": lambda _: Sums("sales_year_before", sums={"amount": "sum(o.amount)"}),
    "payments": lambda _: Sums("settled", sums=_sums(*PAYMENTS), month_of="o.closed_on"),
    "ended": lambda _: Sums(
        "cohort",
        {
            "day": (
                "date_diff('day', o.issued_on,"
                " case when o.closed_on <= o.as_of then o.closed_on else o.as_of end)"
            )
        },
        {
            "paid": (
                "sum(case when o.closed_on <= o.as_of and o.outcome = 'paid' then 1 else 0 end)"
            ),
            "ended": "count(*)",
        },
    ),
}


#: Of documents alone: nobody has a limit, or terms, for one branch or one currency. Who is asked
#: about by the currency has one all the same: it counts what is owed in all of them.
_OF_DOCUMENTS = dimensions.names("document")


def accounts(tables: Tables, told_by: str = "documents") -> str:
    """Return the SELECT of customers; filtered by what is of documents, those who have such.

    Limits are nobody's there; and a split by it has no customers at all. told_by: the table that
    tells what documents a customer has.
    """
    asked = tables.asked
    bound = tuple(name for name in _OF_DOCUMENTS if name in asked.where)
    split = set(_OF_DOCUMENTS) & set(asked.by)
    condition = "1 = 0" if split else "1 = 1"
    if bound:
        condition += f" and {_with_documents(asked, bound, told_by)}"
    of_customer = [
        f"cast(null as decimal(18, 2)) as {name}"
        if _without_limits(asked) and name in ("credit_limit", "insured_limit")
        else f"c.{name}"
        for name in CUSTOMERS.names
    ]
    of_customer += [f"{sql} as {name}" for name, sql in memory.OF_FILES.items()]
    of_none = [f"'' as {name}" for name in _OF_DOCUMENTS]
    source = (
        f"(select {', '.join((*of_customer, *of_none))}, c.customer_id as customer"
        " from customers as c)"
    )
    told = tables.rows(Rows(source, lambda _: condition, filtered=bound))
    return memory.over_files(tables, told, limits=not _without_limits(asked))


def _with_documents(asked: Asked, names: Sequence[str], told_by: str) -> str:
    """Return the condition on `o` that the customer has documents under these filters."""
    having = " and ".join(f"{name} in ${asked.where[name]}" for name in names)
    return f"o.customer in (select customer from {told_by} where {having})"


def _without_limits(asked: Asked) -> bool:
    """Whether what is asked for is of documents alone, for which nobody has a limit."""
    filtered = [name for name in _OF_DOCUMENTS if name in asked.where and name != "currency"]
    return bool(filtered or set(_OF_DOCUMENTS) & set(asked.by))


def _rows(
    tables: Tables, name: str, filtered: tuple[str, ...] = (), also: Condition | None = None
) -> str:
    """Return the SELECT of a relation of rows; without what is disputed, where it is asked so."""
    rows = replace(ROWS[name], filtered=filtered)
    if not tables.asked.undisputed or name not in ("alive", "opening", "items"):
        return tables.rows(rows, also=also)
    alive = ROWS["opening" if name == "opening" else "alive"]
    return memory.undisputed(tables, name, rows, alive, also)


def owing(tables: Tables, told_by: str = "documents") -> str:
    """Return the SELECT of what is alive; a filter by currency chooses customers, not debts."""
    if _without_limits(asked := tables.asked) or "currency" not in asked.where:
        return "select * from alive" if "alive" in tables else _rows(tables, "alive")
    of_currency = _with_documents(asked, ("currency",), told_by)
    return _rows(tables, "alive", ("currency",), lambda _: of_currency)


def _limits(tables: Tables) -> str:
    """Return the SELECT of customers with limits, of which nobody has any for documents alone."""
    where = tables.asked.where
    among = ""  # of a few customers, their groups are enough
    if "customer" in where:
        few = f"select customer_group from customers where customer_id in ${where['customer']}"
        among = f"customer_group in ({few})"
    elif "customer_group" in where:
        among = f"customer_group in ${where['customer_group']}"
    everyone = replace(tables, asked=replace(tables.asked, where={}, standing=False, windows=()))
    rows = _rows(everyone, "alive", also=(lambda _: f"o.{among}") if among else None)
    owed = (
        f"select as_of, customer, sum(amount) as amount\nfrom (\n{rows}\n) as o\n"
        "group by as_of, customer"
    )
    here = memory.put_said(tables, LIMITS) if LIMITS in tables.asked.said else ""
    told = limits(owed, tables.all_days(), among or "1 = 1", here)
    if not _without_limits(tables.asked):
        return told
    nothing = ", ".join(
        f"cast(null as decimal(18, 2)) as {name}"
        for name in ("binding_limit", "headroom", "own_headroom", "top_headroom")
    )
    return (
        f"select as_of, customer, cast(null as varchar) as holder, {nothing},\n"
        f"    cast(null as varchar) as top_holder\nfrom (\n{told}\n) as known"
    )


def since_first(tables: Tables, shown: str, first: str) -> str:
    """Return the SELECT of the as-of days since `first`, a SELECT of the one day first_day."""
    days = tables.all_days()
    return (
        f"select d.as_of, {shown}\nfrom {days} as d\njoin ({first}) as f on f.first_day <= d.as_of"
    )


def _first(tables: Tables, shown: str, are: str, filters: str) -> str:
    first = f"select min(o.issued_on) as first_day from documents as o where {are}{filters}"
    return since_first(tables, shown, first)


def no_total(tables: Tables) -> str:
    """Return the SELECT of `whole` in a split: no row."""
    names = ", ".join(f"'' as {name}" for name in tables.asked.by)
    return f"select as_of, {names}\nfrom {tables.all_days()}\nwhere 1 = 0"


def _whole(tables: Tables) -> str:
    if tables.asked.groups:
        return no_total(tables)
    return _first(tables, "'total' as total", "1 = 1", tables.asked.filters())


FIRST_SALE = "f.first_day as first_sale"


def _reach(tables: Tables) -> str:
    # a group that bought nothing at first has known months without sales, not unknown ones
    return _first(tables, FIRST_SALE, SALES_ARE, "")


def _bought(tables: Tables) -> str:
    return _first(tables, FIRST_SALE, SALES_ARE, tables.asked.filters())


def _buckets(tables: Tables) -> str:
    return union(
        [
            f"select '{name}' as bucket, {place} as position"
            for place, name in enumerate(tables.asked.buckets.names)
        ]
    )


def _spans(tables: Tables) -> str:
    pairs = ",\n    ".join(
        f"({tables.one(day).as_of}, {tables.one(since).as_of})" for day, since in tables.asked.spans
    )
    return f"select *\nfrom (values\n    {pairs}\n) as given (as_of, since)"


def _with_accounts(tables: Tables) -> Tables:
    if "accounts" not in tables:
        tables.put("accounts", accounts(tables))
    return tables


OTHERS: Mapping[str, Callable[[Tables], str]] = {
    "accounts": accounts,
    "owing": owing,
    "limits": _limits,
    "whole": _whole,
    "reach": _reach,
    "bought": _bought,
    "buckets": _buckets,
    "spans": _spans,
    "rolls": lambda tables: loss.rolls(tables, _rows),
    "roll_rates": lambda tables: loss.roll_rates(tables, _rows),
    "loss_rates": lambda tables: loss.loss_rates(tables, _rows),
    "provided": lambda tables: loss.provided(tables, _rows),
    "disputed_items": lambda tables: memory.disputed_items(tables, ROWS["alive"]),
    "billed_items": lambda tables: memory.billed(
        tables,
        Rows(
            "open_items",
            lambda d: (
                f"{_BILLED} and o.reopens is null and o.issued_on >= {d.from_window}"
                f" and o.issued_on <= {d.as_of}"
            ),
        ),
    ),
    "promises": lambda tables: memory.promises(_with_accounts(tables)),
    "disputes": lambda tables: memory.disputes(_with_accounts(tables)),
    LIMITS: lambda tables: memory.said(tables, LIMITS),
    TERMS: lambda tables: memory.said(tables, TERMS),
    ORDERS: lambda tables: memory.said(tables, ORDERS),
}


def relation(tables: Tables, name: str) -> str:
    """Return the SELECT of a relation; what it stands on is put before it."""
    if name in ROWS:
        return _rows(tables, name)
    if name in OTHERS:
        return OTHERS[name](tables)
    wanted = SUMS[name](tables.asked)
    if wanted.of not in tables:
        tables.put(wanted.of, relation(tables, wanted.of))
    return tables.sums(wanted, wanted.of)

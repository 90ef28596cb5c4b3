"""The relations of what people said, and what it changes of those of the books.

They stand on `metrics.asking.said`; `definition` reads them. A store beside which nothing was said
has the same statements as one without a memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.core.dimensions import DIMENSIONS
from data.core.measures import FOR_EVER, GIVEN, SALES_ARE, month
from data.store.schema import CUSTOMERS, OPEN_ITEMS
from metrics.asking.said import (
    COLUMNS,
    DISPUTES,
    LIMITS,
    PREFIX,
    PROMISES,
    TERMS,
    contested,
    held,
    in_force,
    nothing,
    open_disputes,
)
from metrics.asking.tables import Condition, Day, Rows, Tables

_BILLED = "o.kind = 'invoice' and o.amount > 0"
_DISPUTING = f"o.customer in (select customer from {PREFIX}{DISPUTES})"
_NOT_DISPUTING = f"o.customer not in (select customer from {PREFIX}{DISPUTES})"


def said(tables: Tables, subject: str) -> str:
    """Return the SELECT of the terms, limits or orders in force, whatever the filters."""
    if subject not in tables.asked.said:
        keys = "cast(null as date) as as_of, cast(null as varchar) as customer"
        return f"select {keys},\n    {nothing(subject)}\nwhere 1 = 0"
    tables.day.said_by  # noqa: B018 - a column that days need
    return in_force(subject, tables.all_days())


def put_said(tables: Tables, subject: str) -> str:
    """Put that relation before what stands on it, and return its name."""
    return subject if subject in tables else tables.put(subject, said(tables, subject))


#: What accounts say of where a limit and terms come from, as files alone have it.
OF_FILES = {
    "file_limit": "c.credit_limit", "limit_said_on": "cast(null as date)",
    "limit_who": "cast(null as varchar)", "limit_until": "cast(null as date)",
    "file_terms": "c.agreed_terms_days", "terms_said_on": "cast(null as date)",
    "terms_who": "cast(null as varchar)",
}  # fmt: skip
_LIMIT = {
    "credit_limit": "coalesce(l.amount, a.credit_limit)",
    "insured_limit": "coalesce(l.insured_amount, a.insured_limit)",
    "limit_said_on": "l.said_on", "limit_who": "l.who", "limit_until": "l.valid_until",
}  # fmt: skip
_TERMS = {
    "agreed_terms_days": "coalesce(t.days, a.agreed_terms_days)",
    "terms_said_on": "t.said_on", "terms_who": "t.who",
}  # fmt: skip


def over_files(tables: Tables, accounts: str, *, limits: bool = True) -> str:
    """Return the SELECT of accounts in which what is said here wins over what files say.

    accounts: the SELECT of what files say of them. limits: whether they have any.
    """
    told: dict[str, str] = {}
    joins = ""
    for subject, row, columns in ((LIMITS, "l", _LIMIT), (TERMS, "t", _TERMS)):
        if subject in tables.asked.said and (limits or subject == TERMS):
            told |= columns
            joins += f"\nleft join {put_said(tables, subject)} as {row}"
            joins += f" on {row}.customer = a.customer and {row}.as_of = a.as_of"
    if not told:
        return accounts
    kept = dict.fromkeys(
        ("as_of", *tables.asked.windows, "total", "customer", *DIMENSIONS, *CUSTOMERS.names,
         *OF_FILES)
    )  # fmt: skip
    shown = ", ".join(f"{told[n]} as {n}" if n in told else f"a.{n}" for n in kept)
    return f"select {shown}\nfrom (\n{accounts}\n) as a{joins}"


def _of_accounts() -> str:
    dimensions = ", ".join(f"a.{name}" for name in ("as_of", *DIMENSIONS, "customer_name"))
    return f"select {dimensions}"


def promises(tables: Tables) -> str:
    """Return the SELECT of the promises that hold, and what became of them by the day."""
    start = _of_accounts()
    if PROMISES not in tables.asked.said:
        return f"{start}, {nothing(PROMISES)}\nfrom accounts as a\nwhere 1 = 0"
    own = ", ".join(f"s.{name}" for name in COLUMNS[PROMISES] if name not in _BECAME)
    return f"""{start}, {own}, j.state, j.paid,
    cast(s.amount - j.paid as decimal(18, 2)) as missing
from {PREFIX}judged as j
join {PREFIX}{PROMISES} as s on s.id = j.id
join accounts as a on a.as_of = j.as_of and a.customer = s.customer"""


_BECAME = ("state", "paid", "missing")


def disputes(tables: Tables) -> str:
    """Return the SELECT of the disputes that are open."""
    start = _of_accounts()
    if DISPUTES not in tables.asked.said:
        return f"{start}, {nothing(DISPUTES)}\nfrom accounts as a\nwhere 1 = 0"
    own = ", ".join(f"s.{name}" for name in COLUMNS[DISPUTES] if name != "age")
    return f"""{start}, {own},
    greatest(date_diff('day', s.said_on, a.as_of), 0) as age
from (
{_open(tables)}
) as s
join accounts as a on a.as_of = s.as_of and a.customer = s.customer"""


def _open(tables: Tables, name: str = "alive") -> str:
    """Return the SELECT of the disputes that are open when the day looks at the relation `name`."""
    day = tables.day
    if name == "opening":
        return open_disputes(tables.all_days(), lambda s: held(day.from_1m, s, before=True))
    return open_disputes(tables.all_days(), lambda s: held(day.said_by, s))


def _contested(tables: Tables, name: str, rows: Rows) -> str:
    """Put the open items of the customers that dispute before all else, and return its name."""
    put = f"contested_{name}"
    if put not in tables:
        asked = replace(tables.asked, where={}, standing=False, windows=())
        everyone = replace(tables, asked=asked)
        items = everyone.rows(rows, also=lambda _: _DISPUTING)
        tables.all_days()
        tables.put(put, contested(items, _open(tables, name)))
    return put


def _parts(
    tables: Tables, of: str, amount: str, currency: str, condition: str,
    filtered: Sequence[str] = (), also: Condition | None = None,
) -> str:  # fmt: skip
    """Return the SELECT of contested items as rows of a relation, with other amounts."""
    asked = tables.asked
    amounts = {"amount": amount, "amount_currency": currency}
    columns = ["o.as_of", *(f"d.{name}" for name in asked.windows), "'total' as total"]
    columns += [
        f"cast({amounts[n]} as decimal(18, 2)) as {n}" if n in amounts else f"o.{n}"
        for n in OPEN_ITEMS.names
    ]
    join = f"\njoin {tables.all_days()} as d on d.as_of = o.as_of" if asked.windows else ""
    further = f" and {also(tables.day)}" if also else ""
    return (
        f"select {', '.join(columns)}\nfrom {of} as o{join}\n"
        f"where {condition}{asked.filters(but=tuple(filtered))}{further}"
    )


def undisputed(
    tables: Tables, name: str, rows: Rows, alive: Rows, also: Condition | None = None
) -> str:
    """Return the SELECT of `rows` without what is disputed of them while they are open.

    name: of the relation, `alive`, `opening` or `items`, of which `alive` are those that are open.
    """
    whole = "not o.disputed"
    if DISPUTES in tables.asked.said:
        whole += f" and {_NOT_DISPUTING}"

    def kept(day: Day) -> str:
        ended = f"coalesce(o.closed_on, {FOR_EVER}) <= {day.as_of}" if name == "items" else ""
        test = f"({ended} or {whole})" if ended else whole
        return test + (f" and {also(day)}" if also else "")

    left = tables.rows(rows, also=kept)
    if DISPUTES not in tables.asked.said:
        return left
    of = _contested(tables, "opening" if name == "opening" else "alive", alive)
    parts = _parts(
        tables, of, "o.amount - o.part", "o.amount_currency - o.part_currency",
        # what rounds to nothing in the reporting currency is nobody's dispute
        "(o.part <> o.amount or o.amount = 0 and not o.disputed)", rows.filtered, also,
    )  # fmt: skip
    return f"{left}\nunion all\n{parts}"


def disputed_items(tables: Tables, alive: Rows) -> str:
    """Return the SELECT of what is disputed of what is alive."""
    if DISPUTES not in tables.asked.said:
        return tables.rows(alive, also=lambda _: "o.disputed")
    marked = tables.rows(alive, also=lambda _: f"o.disputed and {_NOT_DISPUTING}")
    of = _contested(tables, "alive", alive)
    return f"{marked}\nunion all\n{_parts(tables, of, 'o.part', 'o.part_currency', 'o.part <> 0')}"


def _terms_said(tables: Tables, rows: str) -> str:
    """Return the SELECT of rows with the terms said that held on their day; place 1: what counts.

    rows: a SELECT of invoices, or of their slices.
    """
    return f"""    select o.*, s.days, rank() over (
        partition by o.as_of, o.document_key order by s.number desc
    ) as place
    from (
{rows}
    ) as o
    join {tables.all_days()} as d on d.as_of = o.as_of
    join {PREFIX}{TERMS} as s on s.customer = o.customer and s.said_on <= o.issued_on
        and coalesce(s.valid_until, {FOR_EVER}) >= o.issued_on and {held(tables.day.said_by)}"""


def billed(tables: Tables, slices: Rows) -> str:
    """Return the SELECT of slices with the terms agreed as of their day, `agreed`; null: unknown.

    What was said here wins over files, as is known as of the day looked at.
    """
    rows = tables.rows(slices)
    agreed, join = "k.agreed_terms_days", ""
    if TERMS in tables.asked.said:
        here = f"select distinct as_of, document_key, days from (\n{_terms_said(tables, rows)}\n)"
        agreed = f"coalesce(t.days, {agreed})"
        join = (
            f"\nleft join (\n{here} as s where s.place = 1\n) as t"
            " on t.as_of = b.as_of and t.document_key = b.document_key"
        )
    return f"""select b.*, {agreed} as agreed
from (
{rows}
) as b
left join customers as k on k.customer_id = b.customer{join}"""


def agreed_here(tables: Tables) -> str:
    """Return the SELECT of what terms said here change of the relation `granted`.

    An invoice has the terms that held on its day, as is known as of the day looked at.
    """
    asked = tables.asked
    rows = tables.rows(
        Rows("documents", lambda d: f"{SALES_ARE} and {_BILLED} and o.issued_on <= {d.as_of}"),
        also=lambda _: f"o.customer in (select customer from {PREFIX}{TERMS})",
    )
    windows = "".join(f", min(b.{name}) as {name}" for name in asked.windows)
    none = "".join(f", {'0' if m.name == 'billed' else 'null'} as {m.name}" for m in GIVEN)
    return f"""select b.as_of, 'total' as total{asked.grouped("b")}{windows},
    {month("b.issued_on")} as month_start{none},
    sum(case when k.agreed_terms_days is null then b.amount end) as agreed_weight,
    sum(b.amount * (b.days - coalesce(k.agreed_terms_days, 0))) as agreed_days
from (
{_terms_said(tables, rows)}
) as b
left join customers as k on k.customer_id = b.customer
where b.place = 1
group by b.as_of{asked.grouped("b")}, {month("b.issued_on")}"""

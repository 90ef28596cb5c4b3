"""The works that are compared: what we ask, what others ask instead, and when both say the same.

Others ask the tables that the export files are: invoices, the amounts matched to them, customers.
Their SQL is what ERP systems run for aged receivables: invoices left join what was paid on them up
to the day. It is plain enough for PostgreSQL and for DuckDB alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from benchmarks.files import LAST_DAY, MONTHS
from data.store.engine import Engine
from metrics.asking.ledger import Ledger, Statement, month_start
from metrics.catalogue import METRICS
from metrics.lists.customers import customers

SECTOR = "sector_division"
#: In the middle of a month in the middle of the data: no month-end can answer it.
MIDDLE_DAY = date(2025, 5, 14)
TOP = 100
Row = tuple[object, ...]


@dataclass(frozen=True)
class Work:
    """One question: ours, and the same as SQL over the exported tables.

    columns: what is compared, in order; ours computes these alone. whole: ours with all that a
    page shows. budget: at most so many scans for the whole, None where none is set. sql: with
    {day} where a day stands and {window} for the first day of its 12 months; `days` is what it is
    asked for, one day or the month-ends of a history.
    """

    name: str
    title: str
    budget: float | None
    days: tuple[date, ...]
    columns: tuple[str, ...]
    whole: Callable[[], Statement]
    sql: str

    def ours(self, engine: Engine) -> pa.Table:
        """Answer with the columns that are compared: DuckDB computes no others."""
        asked = self.whole()
        names = {"sector": SECTOR}
        columns = ", ".join(names.get(name, name) for name in self.columns)
        sql = f"select {columns} from (\n{asked.sql}\n) as whole"
        return engine.query(sql, asked.parameters)

    def ours_whole(self, engine: Engine) -> pa.Table:
        """Answer as a page asks."""
        asked = self.whole()
        return engine.query(asked.sql, asked.parameters)

    @property
    def question(self) -> str:
        """What it asks, whatever the days: `aging` of `aging_day`."""
        return self.name.partition("_")[0]

    @property
    def whole_name(self) -> str:
        """The name under which `ours_whole` is measured."""
        return f"{self.name} whole"

    @property
    def history(self) -> bool:
        """Whether it asks for several days."""
        return len(self.days) > 1

    def rows(self, rows: Iterable[Mapping[str, object]]) -> list[Row]:
        """Return rows in a form that can be compared: cents, days and text, sorted."""
        known = (tuple(_plain(name, row[name]) for name in self.columns) for row in rows)
        sums = [n for n, name in enumerate(self.columns) if name in _MONEY]
        kept = (row for row in known if any(row[n] for n in sums)) if sums else known
        return sorted(kept, key=lambda row: tuple(map(str, row)))

    def ours_rows(self, table: pa.Table) -> list[Row]:
        """Return our answer in the form of `rows`."""
        names = {SECTOR: "sector"}
        renamed = table.rename_columns([names.get(n, n) for n in table.column_names])
        return self.rows(renamed.select(list(self.columns)).to_pylist())


_MONEY = {"amount", "receivables", "sales_3m", "overdue", "headroom"}
_REAL = {"paid_share", "days_to_pay"}
_WHOLE = {"day", "at_risk"}


def _plain(name: str, value: object) -> object:
    """Return a value as cents, float, int, ISO day or text; null and '' as None."""
    if value is None or value == "" or value != value:  # noqa: PLR0124 - NaN is a null of pandas
        return None
    if name in _MONEY:
        return round(Decimal(str(value)) * 100)
    if name in _REAL:
        return float(str(value))
    if name in _WHOLE:
        return int(str(value))
    return str(value)[:10] if name == "as_of" else str(value)


def differs(ours: Sequence[Row], theirs: Sequence[Row]) -> str:
    """Return the first difference as a sentence, '' where there is none.

    Amounts, days and counts must be equal; shares and averages to nine digits.
    """
    if len(ours) != len(theirs):
        return f"{len(ours)} rows against {len(theirs)}"
    for mine, other in zip(ours, theirs, strict=True):
        for a, b in zip(mine, other, strict=True):
            equal = (
                math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
                if isinstance(a, float) and isinstance(b, float)
                else a == b
            )
            if not equal:
                return f"{mine} against {other}"
    return ""


_OPEN = """
    select i.customer_id, i.due_on, i.amount - coalesce(p.paid, 0) as open
    from invoices as i
    left join (
        select debit_id, sum(amount) as paid
        from matches
        where matched_on <= {day}
        group by debit_id
    ) as p on p.debit_id = i.document_id
    where i.issued_on <= {day}
"""
BUCKET = """case
        when o.open < 0 then 'unapplied'
        when {day} - o.due_on <= 0 then 'not_due'
        when {day} - o.due_on <= 30 then '1-30'
        when {day} - o.due_on <= 60 then '31-60'
        when {day} - o.due_on <= 90 then '61-90'
        else 'over_90'
    end"""
_AGING = f"""
select c.sector, {BUCKET} as bucket, sum(o.open) as amount
from ({_OPEN}) as o
join customers as c on c.customer_id = o.customer_id
group by 1, 2
"""
_DSO = f"""
select sector, r.receivables, coalesce(s.sales_3m, 0) as sales_3m
from (
    select c.sector, sum(o.open) as receivables
    from ({_OPEN}) as o
    join customers as c on c.customer_id = o.customer_id
    group by c.sector
) as r
left join (
    select c.sector, sum(i.amount) as sales_3m
    from invoices as i
    join customers as c on c.customer_id = i.customer_id
    where i.issued_on <= {{day}}
        and i.issued_on >= date_trunc('month', {{day}}) - interval '2 months'
    group by c.sector
) as s using (sector)
"""


def curves_over(lives: str) -> str:
    """Return the SQL of payment curves over `lives`: sector, day, paid (1 or 0)."""
    return f"""
with lives as ({lives}),
ended as (
    select sector, day, sum(paid) as paid, count(*) as ended
    from lives
    group by sector, day
),
counted as (
    select sector, day, paid, sum(ended) over (partition by sector order by day desc) as at_risk
    from ended
)
select sector, day, at_risk,
    case
        when max(case when paid = at_risk then 1 else 0 end)
            over (partition by sector order by day) = 1 then 1
        else 1 - exp(
            sum(case when paid < at_risk then ln(1 - cast(paid as float8) / at_risk) else 0 end)
                over (partition by sector order by day)
        )
    end as paid_share
from counted
"""


_CURVES = curves_over("""
    select c.sector,
        case when p.paid = i.amount then p.paid_on else {day} end - i.issued_on as day,
        case when p.paid = i.amount then 1 else 0 end as paid
    from invoices as i
    join customers as c on c.customer_id = i.customer_id
    left join (
        select debit_id, sum(amount) as paid, max(matched_on) as paid_on
        from matches
        where matched_on <= {day}
        group by debit_id
    ) as p on p.debit_id = i.document_id
    where i.kind = 'invoice' and i.issued_on between {window} and {day}
""")
_CUSTOMERS = f"""
select c.customer_id as customer, o.receivables, o.overdue,
    c.credit_limit - o.receivables as headroom, p.days_to_pay
from customers as c
join (
    select customer_id, sum(open) as receivables,
        sum(case when open > 0 and due_on < {{day}} then open else 0 end) as overdue
    from ({_OPEN}) as o
    group by customer_id
) as o on o.customer_id = c.customer_id
left join (
    select i.customer_id,
        cast(sum(m.amount * (m.matched_on - i.issued_on)) as float8)
            / cast(sum(m.amount) as float8) as days_to_pay
    from matches as m
    join invoices as i on i.document_id = m.debit_id
    where m.matched_on between {{window}} and {{day}}
    group by i.customer_id
) as p on p.customer_id = c.customer_id
order by o.overdue desc, c.customer_id
limit {TOP}
"""


#: The month-ends of the history, as_of.
MONTH_ENDS = f"""
    select cast(month + interval '1 month' - interval '1 day' as date) as as_of
    from generate_series(
        date_trunc('month', {{day}}) - interval '{MONTHS - 1} months', {{day}}, interval '1 month'
    ) as months(month)
"""


def over_months(sql: str) -> str:
    """Return a statement for one day as one for all month-ends of the history."""
    inner = sql.replace("{day}", "d.as_of")
    return f"""
select d.as_of, each.*
from ({MONTH_ENDS}) as d
cross join lateral ({inner}) as each
"""


def _metric(name: str, ledger: Ledger) -> Callable[[], Statement]:
    return lambda: ledger.statement(METRICS[name], (SECTOR,))


def _top_customers() -> Statement:
    listed = customers(Ledger(LAST_DAY))
    sql = f"select * from (\n{listed.sql}\n) as listed order by overdue desc, customer limit {TOP}"
    return replace(listed, sql=sql)


_TODAY = Ledger(LAST_DAY)
_HISTORY = _TODAY.history(MONTHS)
_AGED = ("sector", "bucket", "amount")
_SOLD = ("sector", "receivables", "sales_3m")
WORKS = (
    Work("aging_day", "aging by sector, last day", 3, (LAST_DAY,), _AGED,
         _metric("aging", _TODAY), _AGING),
    Work("aging_middle", f"aging by sector, {MIDDLE_DAY}", 3, (MIDDLE_DAY,), _AGED,
         _metric("aging", Ledger(MIDDLE_DAY)), _AGING),
    Work("aging_history", f"aging by sector, {MONTHS} month-ends", 8, _HISTORY.days,
         ("as_of", *_AGED), _metric("aging", _HISTORY), over_months(_AGING)),
    Work("dso_day", "DSO by sector, last day", None, (LAST_DAY,), _SOLD,
         _metric("dso", _TODAY), _DSO),
    Work("dso_history", f"DSO by sector, {MONTHS} month-ends", 8, _HISTORY.days,
         ("as_of", *_SOLD), _metric("dso", _HISTORY), over_months(_DSO)),
    Work("curves", "payment curves, all sectors", 6, (LAST_DAY,),
         ("sector", "day", "paid_share", "at_risk"), _metric("payment_curve", _TODAY), _CURVES),
    Work("customers", f"customer list, top {TOP} by overdue", 6, (LAST_DAY,),
         ("customer", "receivables", "overdue", "headroom", "days_to_pay"),
         _top_customers, _CUSTOMERS),
)  # fmt: skip


def named(name: str) -> Work:
    """Return the work of that name. Raises ValueError where there is none."""
    (work,) = (work for work in WORKS if work.name == name)
    return work


def window_of(day: date) -> date:
    """Return the first day of the 12 months that end with the day's month."""
    return month_start(day, 11)

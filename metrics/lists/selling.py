"""Where to sell more, and where to slow down: customers by how they pay and what room they have.

Who pays well is told by the interval of the median, not by the point: of whoever is said to pay
within terms even the slow end of it lies within them, and of whoever does not even the quick end
lies beyond.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from data.core import dimensions
from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.figures.payment_speed import PAYMENT_SPEED
from metrics.figures.sales import SALES
from metrics.figures.terms import TERMS
from metrics.lists.customers import customers

ROOM, HELD, SLOW, THROUGH = "room", "held", "slow", "through"
_GOOD = (
    "paid_items >= $enough and median_high <= terms and coalesce(oldest_overdue_days, 0) <= $late"
)
_POOR = "paid_items >= $enough and median_low > terms + $late"
_NEAR = "headroom <= binding_limit * cast(0.1 as decimal(2, 1))"
KINDS: Mapping[str, tuple[str, str]] = {
    ROOM: (f"{_GOOD} and headroom > 0 and not ({_NEAR})", "carries"),
    HELD: (f"{_GOOD} and {_NEAR}", "sales_12m"),
    SLOW: (f"{_POOR}", "exposure"),
    THROUGH: (f"{_POOR} and headroom > 0 and sales_12m > sales_year_before", "sales_12m"),
}
"""Which customers are listed: condition, and by what they are ranked.

room: pay well, and have more than a tenth of their limit left. held: pay well, and have not. slow:
pay later than terms allow. through: of these, who has room and buys more than a year before.
"""
PRIORITIES = "shown_priorities"
_SCHEMA = pa.schema([("dimension", pa.string()), ("value", pa.string()), ("level", pa.string())])
_NAMED = tuple(n for n in dimensions.names("customer", "either"))


@dataclass(frozen=True)
class Priority:
    """What management said of a market or a customer: `dimension` and `value`; the level."""

    dimension: str
    value: str
    level: str


_WANTED = Query(
    reads=("accounts",),
    select=f"""
select accounts.customer, accounts.sector_division,
    arg_max(p.level, case when p.dimension = 'customer' then 1 else 0 end) as priority
from accounts
left join {PRIORITIES} as p on {
        " or ".join(f"p.dimension = '{name}' and p.value = accounts.{name}" for name in _NAMED)
    }
group by accounts.customer, accounts.sector_division
""",
)


def selling(ledger: Ledger, kind: str, late: int, wanted: Sequence[Priority] = ()) -> Statement:
    """List the customers of one of `KINDS`, ranked; ValueError for another.

    late: so many days overdue are nothing much, and so many beyond terms are late. wanted: what
    management said of customers and markets.

    Columns: rank; customer, customer_name, sector, country, salesperson, sector_division;
    priority ('' where nothing was said); headroom, binding_limit, exposure, overdue, sales_12m,
    sales_year_before (money); limit_holder, top_holder, top_headroom (see `room_of`); carries: the
    yearly sales that the room could carry, room × 365 ÷ median days to pay; median_days,
    median_low, median_high, terms (invoiced), agreed (days); paid_items; growth (share, null
    without sales a year before); last_sale; margin (share of what was sold that is left after its
    cost, null where no cost is known).
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} lists nobody; known are: {', '.join(KINDS)}")
    condition, by = KINDS[kind]
    listed = customers(ledger)
    speed, terms, sales = (
        ledger.statement(metric, ("customer",)) for metric in (PAYMENT_SPEED, TERMS, SALES)
    )
    priorities, margins = ledger.over(_WANTED), ledger.over(_MARGIN, ("customer",))
    sql = f"""
with every_one as (
    select c.customer, c.customer_name, c.sector, c.country, c.salesperson, w.sector_division,
        coalesce(w.priority, '') as priority, c.headroom, c.binding_limit, c.exposure, c.overdue,
        c.oldest_overdue_days, c.sales_12m, s.sales_year_before, s.growth, c.last_sale,
        cast(p.median_days_to_pay as bigint) as median_days, p.median_low, p.median_high,
        p.paid_items, round(t.invoiced, 2) as terms, c.agreed_terms_days as agreed, m.margin,
        case when c.headroom > 0 then cast(
            c.headroom * 365 / greatest(p.median_days_to_pay, 1) as decimal(18, 2)) end as carries,
        c.limit_holder, c.top_holder, c.top_headroom
    from ({listed.sql}) as c
    left join ({speed.sql}) as p using (customer)
    left join ({terms.sql}) as t using (customer)
    left join ({sales.sql}) as s using (customer)
    left join ({priorities.sql}) as w using (customer)
    left join ({margins.sql}) as m using (customer)
)
select row_number() over (order by {by} desc nulls last, customer) as rank, *
from every_one
where {condition}
"""
    tables = {PRIORITIES: pa.Table.from_pylist([vars(one) for one in wanted], _SCHEMA)}
    parameters: dict[str, object] = {}
    for one in (listed, speed, terms, sales, priorities, margins):
        parameters |= one.parameters
    return Statement(sql, {**parameters, **tables, "late": late})


def room_of(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    """Return the room of such rows: what one limit leaves to several of them counts once.

    No more than the limit above all others leaves, as in the metric `exposure`.
    """
    bound: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    tops: dict[str, Decimal] = {}
    for row in rows:
        holder, top = row["limit_holder"], row["top_holder"]
        bound[top][holder] = max(row["headroom"], Decimal(0))
        tops[top] = max(row["top_headroom"], Decimal(0))
    return sum((min(tops[top], sum(held.values(), Decimal(0))) for top, held in bound.items()),
               Decimal(0))  # fmt: skip


#: What is left of 12 months' invoices after the cost of what was sold, where that is known.
_MARGIN = Query(
    reads=("sales",),
    windows=("from_12m",),
    select="""
select customer,
    cast(sum({net[sales]} - cost) as double) / nullif(cast(sum({net[sales]}) as double), 0)
        as margin
from sales
where kind = 'invoice' and cost is not null and issued_on >= from_12m
group by customer
""",
)

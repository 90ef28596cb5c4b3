"""The relations of expected loss: what became of open items from one month-end to the next.

A provision matrix is made from roll rates: of what stood in a bucket of age at a month-end, the
share of exactly these items that stood in each older one a month later, was paid, or was written
off. What a bucket loses in the end is the chance that a euro in it is written off, whatever way
it takes there: of what leaves the bucket, the share that is written off, and each share that rolls
on times what that bucket loses. Where all that is not paid rolls into the next bucket, this is the
product of the roll rates.

Items that are still open are neither lost nor paid: each month that they stood through counts, and
no more. What was credited, or closed without money in another way, is left out of all months, since
it is no loss; a payment that went back is left out of the month in which it was made, and what is
owed again is followed from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from data.core.buckets import NOT_DUE, Buckets
from data.core.measures import FOR_EVER
from metrics.asking.said import OVERLAYS, PREFIX, held
from metrics.asking.tables import Tables, union

MONTHS = 36
"""From so many months before the day roll rates are made."""
PAID, LOST, ASIDE = "paid", "written_off", "left_out"
"""What became of an item, where it is not the bucket in which it stands a month later."""
Making = Callable[[Tables, str], str]
"""Returns the SELECT of a relation of rows, by its name."""
_CLAIM = "o.kind in ('invoice', 'opening') and o.amount > 0"


def _ages(buckets: Buckets) -> tuple[str, ...]:
    """Return the buckets through which an item ages, youngest first."""
    return (NOT_DUE, *buckets.late)


def _months(tables: Tables) -> str:
    """Put the pairs of month-ends up to each day there, `day` and `next_day`; return the name.

    As far back as there are documents, and no further than MONTHS.
    """
    if "loss_months" in tables:
        return "loss_months"
    steps = ", ".join(f"({n})" for n in range(1, MONTHS + 1))

    def end(back: str) -> str:
        month = f"(year(d.as_of + 1) * 12 + month(d.as_of + 1) - 1 - {back})"
        year, place = f"cast(floor({month} / 12) as integer)", f"cast({month} % 12 as integer)"
        return f"make_date({year}, {place} + 1, 1) - 1"

    return tables.put(
        "loss_months",
        f"""select m.*
from (
    select d.as_of, {end("n.back")} as day, {end("(n.back - 1)")} as next_day
    from {tables.all_days()} as d
    cross join (values {steps}) as n (back)
) as m
where m.day >= (select min(issued_on) from documents)""",
    )


def _followed(tables: Tables, items: str) -> str:
    """Return the SELECT of claims at each month-end at which they were open, and what became.

    items: a relation of all slices. Columns: those of it, month_end, next_month_end, bucket, and
    became: the bucket a month later, or PAID, LOST or ASIDE.
    """
    asked = tables.asked

    def bucket(day: str) -> str:
        return asked.buckets.sql("o.amount < 0", f"o.{asked.age_from}", day)

    ended = f"coalesce(o.closed_on, {FOR_EVER})"
    return f"""select o.*, m.day as month_end, m.next_day as next_month_end,
    {bucket("m.day")} as bucket,
    case
        when {ended} <= o.as_of and o.closed_by not in ('payment', 'write_off') then '{ASIDE}'
        when {ended} > m.next_day then {bucket("m.next_day")}
        when o.closed_by = 'write_off' then '{LOST}'
        when coalesce(o.returned_on, {FOR_EVER}) <= o.as_of then '{ASIDE}'
        else '{PAID}'
    end as became
from {items} as o
join {_months(tables)} as m on m.as_of = o.as_of and o.opened_on <= m.day and {ended} > m.day
where {_CLAIM}"""


def _sums(rows: str, keys: str, buckets: Buckets) -> str:
    """Return the SELECT of what became of each bucket, one row for each of `keys`.

    Columns for the bucket of place n: seen_n, aside_n, stayed_n, paid_n, lost_n, and to_n_m, what
    rolled into that of place m.
    """
    names = _ages(buckets)
    columns = []
    for n, name in enumerate(names):
        here = f"bucket = '{name}'"
        made = {f"seen_{n}": here, f"aside_{n}": f"{here} and became = '{ASIDE}'"}
        made |= {f"stayed_{n}": f"{here} and became = '{name}'"}
        made |= {f"paid_{n}": f"{here} and became = '{PAID}'"}
        made |= {f"lost_{n}": f"{here} and became = '{LOST}'"}
        made |= {
            f"to_{n}_{m}": f"{here} and became = '{names[m]}'" for m in range(n + 1, len(names))
        }
        columns += [
            f"sum(case when {test} then amount else 0 end) as {column}"
            for column, test in made.items()
        ]
    listed = ",\n    ".join(columns)
    return f"select {keys},\n    {listed}\nfrom (\n{rows}\n) as f\ngroup by {keys}"


def _chained(sums: str, buckets: Buckets) -> str:
    """Return the SELECT of the sums and what each bucket loses, chance_n: the oldest first.

    Null where nothing left the bucket, or where what rolled on went where nothing is known.
    """
    count = len(_ages(buckets))
    sql = sums
    for n in reversed(range(count)):
        later = range(n + 1, count)
        known = "".join(f" and (to_{n}_{m} = 0 or chance_{m} is not null)" for m in later)
        lost = f"cast(lost_{n} as double)" + "".join(
            f" + cast(to_{n}_{m} as double) * coalesce(chance_{m}, 0)" for m in later
        )
        left = f"seen_{n} - aside_{n} - stayed_{n}"
        sql = (
            f"select c.*, case when {left} > 0{known} then\n"
            f"    ({lost}) / cast({left} as double) end as chance_{n}\nfrom (\n{sql}\n) as c"
        )
    return sql


def _rates(tables: Tables, rows: str, keys: str) -> str:
    """Return the SELECT of one row for each of `keys` and each bucket: what became of it.

    rows: a SELECT as `_followed` gives it. Columns: the keys, bucket, position, open_amount,
    left_out, paid, stayed, rolled, written_off (sums over all months), months: how many pairs of
    month-ends are known; known: whether anything was ever written off, and there are months enough;
    chance: what it loses, to the millionth, null where it cannot be told.
    """
    buckets = tables.asked.buckets
    names = _ages(buckets)
    months = f"(select count(*) from {_months(tables)} as m where m.as_of = c.as_of)"
    losses = " + ".join(f"lost_{n}" for n in range(len(names)))
    chained = tables.put(
        "rolled" if "rolled" not in tables else "rolled_in_all",
        f"select c.*, {months} as months,\n    {losses} as losses\nfrom (\n"
        f"{_chained(_sums(rows, keys, buckets), buckets)}\n) as c",
    )
    known = "losses > 0 and months >= $watched"
    parts = []
    for n, name in enumerate(names):
        rolled = " + ".join(f"to_{n}_{m}" for m in range(n + 1, len(names))) or "0"
        parts.append(
            f"select {keys}, '{name}' as bucket, {n} as position, seen_{n} as open_amount,\n"
            f"    aside_{n} as left_out, paid_{n} as paid, stayed_{n} as stayed,\n"
            f"    {rolled} as rolled, lost_{n} as written_off, months,\n"
            f"    case when {known} then cast(round(chance_{n}, 6) as decimal(9, 6)) end\n"
            f"        as chance\n"
            f"from {chained}"
        )
    return union(parts)


def _overlays(tables: Tables) -> str:
    """Put what was said over the matrix there, a row for each day and bucket; return the name.

    points: for each item of the bucket. amount: on the bucket. whole: on all buckets together.
    """
    if "overlay_sums" in tables:
        return "overlay_sums"
    day = tables.day
    buckets = union([f"    select '{n}' as bucket" for n in _ages(tables.asked.buckets)])
    return tables.put(
        "overlay_sums",
        f"""select d.as_of, b.bucket, sum(s.points) as points,
    cast(sum(case when s.bucket <> '' then s.amount else 0 end) as decimal(18, 2)) as amount,
    cast(sum(case when s.bucket = '' then s.amount else 0 end) as decimal(18, 2)) as whole
from {tables.all_days()} as d
cross join (
{buckets}
) as b
join {PREFIX}{OVERLAYS} as s on (s.bucket = '' or s.bucket = b.bucket) and s.since <= d.as_of
    and {held(day.said_by)}
group by d.as_of, b.bucket""",
    )


def _shared(amount: str, part: str) -> str:
    """Return the SQL of an item's part of an amount: what is shared out adds up to the cent."""
    upto, whole = f"p.upto_{part}", f"cast(p.whole_{part} as double)"

    def share(place: str) -> str:
        return (
            f"cast(round(cast(coalesce({amount}, 0) as double) * cast({place} as double)"
            f" / {whole}, 2) as decimal(18, 2))"
        )

    return f"{share(upto)} - {share(f'({upto} - p.amount)')}"


def _provided(tables: Tables, alive: str, rates: str) -> str:
    """Return the SELECT of what is open with what of it is expected to be lost.

    alive: a relation of open items; of all customers where anything was said over the matrix, else
    under the filters. rates: the relation of the matrix. Columns: those of open items, bucket,
    loss_rate (null: no loss history), model (null likewise) and overlay, to the cent.
    """
    asked = tables.asked
    bucket = asked.buckets.sql("o.amount < 0", f"o.{asked.age_from}", "o.as_of")
    items = f"select o.*, {bucket} as bucket\nfrom {alive} as o\nwhere o.amount > 0"
    join = f"left join {rates} as r on r.as_of = p.as_of and r.matrix_value = p.{asked.matrix}"
    join += " and r.bucket = p.bucket"
    model = "cast(round(p.amount * r.chance, 2) as decimal(18, 2))"
    if OVERLAYS not in asked.said:
        return (
            f"select p.*, r.chance as loss_rate, {model} as model,\n"
            f"    cast(0 as decimal(18, 2)) as overlay\nfrom (\n{items}\n) as p\n{join}"
        )
    order = (
        f"o.due_on, o.customer, o.document_id, o.amount, coalesce(o.closed_on, {FOR_EVER}),"
        " o.document_key rows between unbounded preceding and current row"
    )

    def total(by: str, ordered: str = "") -> str:
        how = f"partition by o.as_of{by}" + (f" order by {ordered}" if ordered else "")
        return f"cast(sum(o.amount) over ({how}) as decimal(18, 2))"

    spread = f"""select o.*, {total(", o.bucket", order)} as upto_bucket,
    {total(", o.bucket")} as whole_bucket,
    {total("", order)} as upto_all, {total("")} as whole_all
from (
{items}
) as o"""
    raised = (
        "cast(least(1, greatest(0, coalesce(r.chance, 0)"
        " + cast(s.points as decimal(9, 2)) * cast(0.01 as decimal(3, 2)))) as decimal(9, 6))"
    )
    points = (
        f"case when s.points is null then 0\n        else cast(round(p.amount * {raised}, 2)"
        f" as decimal(18, 2)) - coalesce({model}, 0) end"
    )
    return f"""select p.*, r.chance as loss_rate, {model} as model,
    cast({points}
        + {_shared("s.amount", "bucket")}
        + {_shared("s.whole", "all")} as decimal(18, 2)) as overlay
from (
{spread}
) as p
{join}
left join {_overlays(tables)} as s on s.as_of = p.as_of and s.bucket = p.bucket
where 1 = 1{asked.filters("p")}"""


def _put(tables: Tables, name: str, rows: Making) -> str:
    """Put a relation of rows there, and return its name."""
    return name if name in tables else tables.put(name, rows(tables, name))


def _of_everyone(tables: Tables, name: str, rows: Making) -> str:
    """Put a relation of rows there without filters, and return its name."""
    asked = tables.asked
    if not (asked.where or asked.standing or asked.undisputed):
        return _put(tables, name, rows)
    put = f"every_{name}"
    whole = replace(tables, asked=replace(asked, where={}, standing=False, undisputed=False))
    return put if put in tables else tables.put(put, rows(whole, name))


def rolls(tables: Tables, rows: Making) -> str:
    """Return the SELECT of the relation `rolls`, see `metrics.asking.definition`."""
    return _followed(tables, _put(tables, "items", rows))


def roll_rates(tables: Tables, rows: Making) -> str:
    """Return the SELECT of the relation `roll_rates`."""
    if "rolls" not in tables:
        tables.put("rolls", rolls(tables, rows))
    return _rates(tables, "select * from rolls", ", ".join(("as_of", *tables.asked.by)))


def loss_rates(tables: Tables, rows: Making) -> str:
    """Return the SELECT of the relation `loss_rates`."""
    found = _followed(tables, _of_everyone(tables, "items", rows))
    segment = f"select f.*, f.{tables.asked.matrix} as matrix_value\nfrom (\n{found}\n) as f"
    return _rates(tables, segment, "as_of, matrix_value")


def provided(tables: Tables, rows: Making) -> str:
    """Return the SELECT of the relation `provided`."""
    if "loss_rates" not in tables:
        tables.put("loss_rates", loss_rates(tables, rows))
    said = OVERLAYS in tables.asked.said
    alive = _of_everyone(tables, "alive", rows) if said else _put(tables, "alive", rows)
    return _provided(tables, alive, "loss_rates")

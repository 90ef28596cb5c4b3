"""Concentration: how much of what is owed hangs on a few customers, groups, sectors, countries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Metric, Query
from metrics.asking.rows import items

ASPECTS = {
    "customer": N_("Customers"),
    "customer_group": N_("Customer groups"),
    "sector_division": N_("Sectors"),
    "country": N_("Countries"),
}
"""By what it is looked at, in the order of the rows: dimension -> how a reader calls several."""
_MEMBERS = "\nunion all\n".join(
    f"select {{by}}, {place} as position, '{name}' as aspect, {name} as member, amount\nfrom alive"
    for place, name in enumerate(ASPECTS, start=1)
)


def _top(count: int) -> str:
    return (
        f"cast(sum(case when place <= {count} then amount else 0 end) as double)"
        " / cast(sum(amount) as double)"
    )


CONCENTRATION = Metric(
    name="concentration",
    label=N_("Concentration"),
    unit="share",
    meaning=N_(
        "How much of what is owed hangs on few: the share of the largest, of the five and of the "
        "ten largest, and the Herfindahl index, by customer, by group of customers, by sector and "
        "by country."
    ),
    formula=N_(
        "Herfindahl index = sum of the squared shares in percent: 10,000 where one owes all"
    ),
    conventions=(
        N_("Counted is who owes more than nothing, payments and credit notes that are not matched "
           "taken off."),
        N_("What is not known counts as one sector, and as one country."),
        N_("A customer without a group is a group of its own."),
    ),
    others=N_("Many lists show the largest customers alone, though sectors fail together."),
    fields=(
        Field("aspect", N_("By what"), "text"),
        Field("members", N_("How many owe"), "count"),
        Field("largest", N_("The largest"), "text"),
        Field("largest_share", N_("Share of the largest"), "share"),
        Field("top_5_share", N_("Share of the five largest"), "share"),
        Field("top_10_share", N_("Share of the ten largest"), "share"),
        Field("herfindahl", N_("Herfindahl index"), "count"),
    ),
    query=Query(
        reads=("alive",),
        tables={
            "parts": _MEMBERS,
            "owed": """
select {by}, position, aspect, member, sum(amount) as amount
from parts
group by {by}, position, aspect, member
having sum(amount) > 0
""",
            "ranked": """
select {by}, position, aspect, member, amount,
    row_number() over (partition by {by}, position order by amount desc, member) as place,
    cast(amount as double) / cast(sum(amount) over (partition by {by}, position) as double)
        as share
from owed
""",
        },
        select=f"""
select {{by}}, position, aspect,
    count(*) as members,
    min(case when place = 1 then member end) as largest,
    {_top(1)} as largest_share,
    {_top(5)} as top_5_share,
    {_top(10)} as top_10_share,
    cast(round(round(10000 * sum(share * share), 6)) as bigint) as herfindahl
from ranked
group by {{by}}, position, aspect
""",
    ),
    rows={N_("Open items"): items("alive")},
    order="position",
    hidden=("position",),
    reference=N_("Herfindahl and Hirschman, as in the Horizontal Merger Guidelines of the United "
                 "States"),
    example=Example(
        source=N_("Department of Justice of the United States: shares of 30, 30, 20 and 20 percent "
                  "give 2,600"),
        as_of=date(2025, 3, 31),
        documents=tuple(
            Document(f"I{n}", "invoice", date(2025, 3, 1), date(2025, 3, 31), Decimal(amount),
                     customer_id=f"C{n}")
            for n, amount in enumerate((3000, 3000, 2000, 2000), start=1)
        ),
        expect=(
            {"aspect": "customer", "members": 4, "largest": "C1",
             "largest_share": Decimal("0.3"), "top_5_share": Decimal(1), "herfindahl": 2600},
            {"aspect": "customer_group", "members": 4, "herfindahl": 2600},
            {"aspect": "sector_division", "members": 1, "herfindahl": 10000},
            {"aspect": "country", "members": 1, "herfindahl": 10000},
        ),
        note=N_("Nobody says the sector or the country of these customers."),
    ),
)  # fmt: skip

"""Promises to pay: how many were given, and what became of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Metric, Query, Told
from metrics.asking.rows import lines
from metrics.asking.said import CONVERTED

_GIVEN = "promises.said_on >= from_window or promises.state = 'open'"

PROMISES = Metric(
    name="promises",
    label=N_("Promises to pay"),
    unit="count",
    meaning=N_(
        "What customers promised to pay in the window, and what became of it by the as-of day: "
        "kept, kept in part, broken, or still open. How many are kept says how far the next "
        "promise can be relied on."
    ),
    formula=N_("kept share = promises kept ÷ promises kept, kept in part or broken"),
    conventions=(
        N_("A payment counts for a promise from the day it was given to the day promised, and the "
           "days of tolerance that the policy allows. Each cent counts for one promise only, the "
           "one that falls due first."),
        N_("Counted are promises given in the window, and older ones that are still open."),
        N_("A promise is a customer's, paid by its own payments whatever the filters. Split by "
           "what is of documents alone, there are none."),
        N_("What was taken back by the as-of day was never promised."),
        CONVERTED,
        N_("A promise is kept by what came in of its own currency, whatever rates did meanwhile; "
           "payments in another one count by their own rate."),
    ),
    others=N_("Many count a promise as kept once the invoice is paid, however late, or count the "
              "amount that came in rather than promises."),
    fields=(
        Field("promises", N_("Promises"), "count"),
        Field("promised", N_("Promised"), "money"),
        Field("due", N_("Promises due by the as-of day"), "count"),
        Field("due_amount", N_("Promised by the as-of day"), "money"),
        Field("open", N_("Open promises"), "count"),
        Field("open_amount", N_("Promised and still to come"), "money"),
        Field("kept", N_("Promises kept"), "count"),
        Field("part_kept", N_("Promises kept in part"), "count"),
        Field("broken", N_("Promises broken"), "count"),
        Field("broken_amount", N_("Promised and not paid in time"), "money"),
        Field("kept_share", N_("Kept share"), "share", empty=N_("no promise was due yet")),
    ),
    query=Query(
        reads=("promises", "whole", "days"),
        windows=("from_window",),
        tables={
            "parts": f"""
select {{by}}, 1 as promises, amount, missing, state,
    case when due_on <= as_of then 1 else 0 end as due
from promises
join days using (as_of)
where {_GIVEN}
union all
select {{by}}, 0, 0, 0, '', 0
from whole
""",
        },
        select="""
select {by},
    cast(sum(promises) as bigint) as promises,
    cast(sum(amount) as decimal(18, 2)) as promised,
    cast(sum(due) as bigint) as due,
    cast(sum(due * amount) as decimal(18, 2)) as due_amount,
    cast(sum(case when state = 'open' then 1 else 0 end) as bigint) as open,
    cast(sum(case when state = 'open' then missing else 0 end) as decimal(18, 2)) as open_amount,
    cast(sum(case when state = 'kept' then 1 else 0 end) as bigint) as kept,
    cast(sum(case when state = 'part_kept' then 1 else 0 end) as bigint) as part_kept,
    cast(sum(case when state = 'broken' then 1 else 0 end) as bigint) as broken,
    cast(sum(case when state in ('part_kept', 'broken') then missing else 0 end)
        as decimal(18, 2)) as broken_amount,
    cast(sum(case when state = 'kept' then 1 else 0 end) as double)
        / nullif(sum(case when state in ('kept', 'part_kept', 'broken') then 1 else 0 end), 0)
        as kept_share
from parts
group by {by}
""",
    ),
    rows={
        N_("Promises"): lines(
            "promises",
            "amount, due_on, state, paid, missing",
            where=_GIVEN,
            windows=("from_window",),
        ),
    },
    reference=N_("Promise-to-pay kept rate, as collectors report it; cash counts by value day"),
    example=Example(
        source=N_("three promises of 100: one paid in time, one half, one not at all"),
        as_of=date(2025, 3, 31),
        documents=(
            Document("I1", "invoice", date(2025, 1, 1), date(2025, 1, 31), Decimal("300.00")),
            Document("P1", "payment", date(2025, 3, 10), date(2025, 3, 10), Decimal("-100.00")),
            Document("P2", "payment", date(2025, 3, 21), date(2025, 3, 21), Decimal("-50.00")),
        ),
        told=tuple(
            Told("C1", date(2025, 3, 1), "promises",
                 {"amount": Decimal("100.00"), "currency": "EUR", "due_on": date(2025, 3, day)})
            for day in (10, 20, 25)
        ),
        expect=(
            {"promises": 3, "promised": Decimal("300.00"), "due": 3, "kept": 1, "part_kept": 1,
             "broken": 1, "broken_amount": Decimal("150.00"), "kept_share": Decimal("0.333")},
        ),
        note=N_("The second promise was half paid within three days of its day."),
    ),
)  # fmt: skip

"""Limits said here: which are about to end, and how those against the files turned out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Customer, Document, Example, Field, Metric, Query, Told
from metrics.asking.rows import lines
from metrics.asking.said import CONVERTED

_ENDING = "date_diff('day', {0}.as_of, {0}.valid_until) <= $soon"
_LINE = "amount, valid_until, insured_amount, security"

LIMITS_ENDING = Metric(
    name="limits_ending",
    label=N_("Limits about to end"),
    unit="money",
    meaning=N_(
        "Limits and terms that were agreed here for a while and end soon. Then those of the files "
        "hold again, or what was said before: whoever delivers on them should know in time."
    ),
    formula=N_(
        "about to end = the last day on which it holds is at most so many days away as are asked "
        "for"
    ),
    conventions=(
        N_("Who asks for no number of days has that of the policy, 60 unless it says another."),
        N_("Only what is in force on the as-of day: of several, what was said last and has not "
           "ended."),
        N_("Exposure is what these customers owe themselves, without those that belong to them."),
        CONVERTED,
        N_("Limits are a customer's: split by what is of documents alone, there are none."),
    ),
    others=N_("ERP systems keep no end of a limit, or let it lapse without a word."),
    fields=(
        Field("limits", N_("Limits about to end"), "count"),
        Field("amount", N_("Limits about to end, amount"), "money"),
        Field("file_limit", N_("Limits of these customers by the files"), "money"),
        Field("exposure", N_("Exposure of these customers"), "money"),
        Field("days_left", N_("Days until the first ends"), "days",
              empty=N_("no limit is about to end")),
        Field("terms", N_("Agreed terms about to end"), "count"),
    ),
    query=Query(
        reads=("accounts", "said_limits", "said_terms", "owing", "whole"),
        tables={
            "owed": """
select as_of, customer, sum(amount) as exposure
from owing
group by as_of, customer
""",
            "parts": f"""
select {{by}}, 1 as limits, said_limits.amount, accounts.file_limit, owed.exposure,
    date_diff('day', said_limits.as_of, said_limits.valid_until) as days_left, 0 as terms
from said_limits
join accounts using (as_of, customer)
left join owed using (as_of, customer)
where {_ENDING.format("said_limits")}
union all
select {{by}}, 0, 0, null, null, null, 1
from said_terms
join accounts using (as_of, customer)
where {_ENDING.format("said_terms")}
union all
select {{by}}, 0, 0, null, null, null, 0
from whole
""",
        },
        select="""
select {by},
    cast(sum(limits) as bigint) as limits,
    cast(sum(amount) as decimal(18, 2)) as amount,
    cast(sum(file_limit) as decimal(18, 2)) as file_limit,
    cast(coalesce(sum(exposure), 0) as decimal(18, 2)) as exposure,
    cast(min(days_left) as bigint) as days_left,
    cast(sum(terms) as bigint) as terms
from parts
group by {by}
""",
    ),
    rows={
        N_("Limits about to end"): lines("said_limits", _LINE, where=_ENDING.format("said_limits")),
        N_("Agreed terms about to end"): lines(
            "said_terms", "days, valid_until", where=_ENDING.format("said_terms")
        ),
    },
    reference=N_("Credit insurers' terms: a limit lapses on its day unless it is renewed"),
    example=Example(
        source=N_("a limit of 5,000 until 30 April, 1,000 by the files, 3,000 owed"),
        as_of=date(2025, 3, 31),
        customers=(Customer("C1", Decimal("1000.00")),),
        documents=(
            Document("I1", "invoice", date(2025, 3, 1), date(2025, 3, 31), Decimal("3000.00")),
        ),
        told=(
            Told("C1", date(2025, 3, 1), "said_limits",
                 {"amount": Decimal("5000.00"), "currency": "EUR",
                  "valid_until": date(2025, 4, 30)}),
        ),
        expect=(
            {"limits": 1, "amount": Decimal("5000.00"), "file_limit": Decimal("1000.00"),
             "exposure": Decimal("3000.00"), "days_left": 30, "terms": 0},
        ),
    ),
)  # fmt: skip

_OVER = """(said_limits.amount <> accounts.file_limit
    or said_limits.amount > said_limits.advised)"""
#: What they were given beyond: of a limit of files and an advice the lower one.
_ALLOWED = "least(coalesce(file_limit, advised), coalesce(advised, file_limit))"

OVERRIDES = Metric(
    name="overrides",
    label=N_("Limits against files or advice"),
    unit="money",
    meaning=N_(
        "Limits that were decided here against what files say, or above what an insurer or a "
        "bureau advised, and how they turned out since: what was paid, what is overdue, what was "
        "lost. That tells whether it pays to know better."
    ),
    formula=N_("beyond what they allow = min(exposure, limit said here) − the lower of the limit "
               "of the files and the advice"),
    conventions=(
        N_("Counted are limits in force on the as-of day that differ from the one of the files, "
           "or that are above the advice said beside them; where files know no limit and nobody "
           "advised one, there is nothing to differ from."),
        N_("Paid and lost count from the day after the limit was said: payments less what went "
           "back, and write-offs, of these customers."),
        N_("Limits are a customer's: split by what is of documents alone, there are none."),
        N_("Limits of files are those of today: exports carry no history of limits."),
        CONVERTED,
    ),
    others=N_("ERP systems keep the new limit alone, so that nobody can tell how it turned out."),
    fields=(
        Field("overrides", N_("Limits against files or advice"), "count"),
        Field("raised", N_("Of them higher"), "count"),
        Field("above_advice", N_("Of them above the advice"), "count"),
        Field("said_amount", N_("Limits said here"), "money"),
        Field("file_amount", N_("Limits of the files"), "money"),
        Field("advised_amount", N_("Limits advised"), "money"),
        Field("exposure", N_("Exposure of these customers"), "money"),
        Field("beyond", N_("Beyond what files and advice allow"), "money"),
        Field("overdue", N_("Overdue"), "money"),
        Field("paid", N_("Paid since"), "money"),
        Field("lost", N_("Lost since"), "money"),
    ),
    query=Query(
        reads=("accounts", "said_limits", "owing", "movements", "whole"),
        tables={
            "owed": """
select as_of, customer, sum(amount) as exposure,
    sum(case when amount > 0 and due_on < as_of then amount else 0 end) as overdue
from owing
group by as_of, customer
""",
            "since": """
select movements.as_of, movements.customer,
    sum(case when movements.kind = 'payment' then -movements.amount else 0 end) as paid,
    sum(case when movements.kind = 'write_off' then -movements.amount else 0 end) as lost
from movements
join said_limits on said_limits.as_of = movements.as_of
    and said_limits.customer = movements.customer and said_limits.said_on < movements.issued_on
group by movements.as_of, movements.customer
""",
            "parts": f"""
select {{by}}, 1 as overrides, said_limits.amount, accounts.file_limit, said_limits.advised,
    coalesce(owed.exposure, 0) as exposure, coalesce(owed.overdue, 0) as overdue,
    coalesce(since.paid, 0) as paid, coalesce(since.lost, 0) as lost
from said_limits
join accounts using (as_of, customer)
left join owed using (as_of, customer)
left join since using (as_of, customer)
where {_OVER}
union all
select {{by}}, 0, 0, 0, 0, 0, 0, 0, 0
from whole
""",
        },
        select=f"""
select {{by}},
    cast(sum(overrides) as bigint) as overrides,
    cast(sum(case when amount > file_limit then 1 else 0 end) as bigint) as raised,
    cast(sum(case when amount > advised then 1 else 0 end) as bigint) as above_advice,
    cast(sum(amount) as decimal(18, 2)) as said_amount,
    cast(coalesce(sum(file_limit), 0) as decimal(18, 2)) as file_amount,
    cast(coalesce(sum(advised), 0) as decimal(18, 2)) as advised_amount,
    cast(sum(exposure) as decimal(18, 2)) as exposure,
    cast(sum(greatest(least(exposure, amount) - {_ALLOWED}, 0))
        as decimal(18, 2)) as beyond,
    cast(sum(overdue) as decimal(18, 2)) as overdue,
    cast(sum(paid) as decimal(18, 2)) as paid,
    cast(sum(lost) as decimal(18, 2)) as lost
from parts
group by {{by}}
""",
    ),
    rows={
        N_("Limits against files or advice"): lines(
            "said_limits", f"{_LINE}, advised, accounts.file_limit", where=_OVER
        )
    },
    reference=N_("Override tracking of credit scoring: Basel IRB, use test (CRR article 172)"),
    example=Example(
        source=N_("a limit of 5,000 against 1,000 by the files and 2,000 advised: 3,000 owed, 400 "
                  "paid, 100 lost"),
        as_of=date(2025, 3, 31),
        customers=(Customer("C1", Decimal("1000.00")),),
        documents=(
            Document("I1", "invoice", date(2025, 1, 1), date(2025, 1, 31), Decimal("3500.00")),
            Document("P1", "payment", date(2025, 3, 10), date(2025, 3, 10), Decimal("-400.00")),
            Document("W1", "write_off", date(2025, 3, 20), date(2025, 3, 20), Decimal("-100.00")),
        ),
        told=(
            Told("C1", date(2025, 3, 1), "said_limits",
                 {"amount": Decimal("5000.00"), "currency": "EUR",
                  "advised": Decimal("2000.00")}),
        ),
        expect=(
            {"overrides": 1, "raised": 1, "above_advice": 1, "said_amount": Decimal("5000.00"),
             "file_amount": Decimal("1000.00"), "advised_amount": Decimal("2000.00"),
             "exposure": Decimal("3000.00"), "beyond": Decimal("2000.00"),
             "overdue": Decimal("3500.00"), "paid": Decimal("400.00"), "lost": Decimal("100.00")},
        ),
    ),
)  # fmt: skip

"""Credit insurance: what is insured, and the insurer's clock that ends it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Customer, Document, Example, Field, Metric, Query
from metrics.asking.rows import items
from metrics.asking.said import CONVERTED

_LATE = "date_diff('day', owing.due_on, owing.as_of)"
_DAYS_LEFT = f"{{extension}} - {_LATE}"
_HAND_OVER_LEFT = f"{{extension}} + {{handover}} - {_LATE}"

INSURANCE = Metric(
    name="insurance",
    label=N_("Insured exposure and the insurer's clock"),
    unit="money",
    meaning=N_(
        "What of the exposure a credit insurer bears, and what is left to us. The insurer's clock "
        "runs from the original due day of the oldest open item: once it has run out, what is "
        "delivered is not insured, and a claim that is handed over too late is lost."
    ),
    formula=N_("insured = min(insured limit, what was delivered under cover) × insured share; "
               "uninsured = exposure − insured"),
    conventions=(
        N_("Cover of new deliveries ends with the maximum extension period after the oldest due "
           "day; what was invoiced after that is not insured, whatever the limit."),
        N_("No promise, plan or dispute moves the due day that the insurer counts from."),
        N_("The insured share is that of the limit said here, else that of the policy."),
        N_("A delivery counts from the day of its invoice. Unapplied payments are taken off what "
           "was delivered under cover."),
        N_("What ends soon does so within as many days as are asked for, else as the policy says. "
           "Whether a claim was handed over is not in the books: all that is still open counts."),
        N_("Filtered or split by what documents say as well, as the salesperson, the clock of a "
           "customer counts these documents alone."),
        N_("Insured limits are a customer's: split by what is of documents alone, there are none."),
        CONVERTED,
    ),
    others=N_("ERP systems show the insured limit as if all of it were borne, share and clock "
              "aside."),
    fields=(
        Field("exposure", N_("Exposure"), "money", additive=True),
        Field("insured_limit", N_("Insured limit"), "money"),
        Field("insured", N_("Insured exposure"), "money",
              empty=N_("nobody here is insured, or not for what it is split by")),
        Field("uninsured", N_("Uninsured exposure"), "money",
              empty=N_("nobody here is insured, or not for what it is split by")),
        Field("stopped", N_("Customers without cover of new deliveries"), "count"),
        Field("stopped_amount", N_("What they owe"), "money"),
        Field("lapsing", N_("Customers whose cover of deliveries ends soon"), "count"),
        Field("lapsing_amount", N_("Open items by which it ends"), "money"),
        Field("hand_over", N_("Customers with claims to hand over soon"), "count"),
        Field("hand_over_amount", N_("Claims to hand over soon"), "money"),
        Field("missed_amount", N_("Claims past the day of hand-over"), "money"),
    ),
    query=Query(
        reads=("owing", "accounts", "said_limits"),
        tables={
            "owed": """
select {by}, sum(amount) as exposure
from owing
group by {by}
""",
            "clocked": f"""
select {{by}}, owing.customer as debtor, owing.amount, owing.due_on,
    date_diff('day', owing.issued_on, owing.as_of) as age,
    {_DAYS_LEFT} as days_left, {_HAND_OVER_LEFT} as hand_over_left
from owing
""",
            "clocks": """
select {by}, debtor,
    min(case when amount > 0 then days_left end) as days_left,
    min(case when amount > 0 then hand_over_left end) as hand_over_left,
    min(case when amount > 0 then due_on end) as oldest_due,
    sum(amount) as exposure,
    sum(case when amount > 0 and days_left between 0 and $soon then amount else 0 end)
        as lapsing_amount,
    sum(case when amount > 0 and hand_over_left between 0 and $soon then amount else 0 end)
        as hand_over_amount,
    sum(case when amount > 0 and hand_over_left < 0 then amount else 0 end) as missed_amount
from clocked
group by {by}, debtor
""",
            "covered": """
select {by}, debtor, sum(clocked.amount) as amount
from clocked
join clocks using ({by}, debtor)
where clocked.amount < 0 or clocks.days_left >= 0 or clocked.age >= -clocks.days_left
group by {by}, debtor
""",
            "insured_accounts": """
select {by}, accounts.insured_limit, clocks.days_left,
    coalesce(clocks.exposure, 0) as exposure, coalesce(clocks.lapsing_amount, 0) as lapsing_amount,
    coalesce(clocks.hand_over_amount, 0) as hand_over_amount,
    coalesce(clocks.missed_amount, 0) as missed_amount,
    cast(least(accounts.insured_limit, greatest(coalesce(covered.amount, 0), 0))
        * cast(coalesce(said_limits.insured_percent, {insured_percent}) as decimal(5, 2))
        * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
        as insured
from (select *, customer as debtor from accounts) as accounts
left join said_limits using (as_of, customer)
left join clocks using ({by}, debtor)
left join covered using ({by}, debtor)
where accounts.insured_limit > 0
""",
            "allowed": """
select {by}, sum(insured_limit) as insured_limit, sum(insured) as insured,
    sum(case when days_left < 0 then 1 else 0 end) as stopped,
    sum(case when days_left < 0 then exposure else 0 end) as stopped_amount,
    sum(case when days_left >= 0 and days_left <= $soon then 1 else 0 end) as lapsing,
    sum(case when days_left >= 0 then lapsing_amount else 0 end) as lapsing_amount,
    sum(case when hand_over_amount > 0 then 1 else 0 end) as hand_over,
    sum(hand_over_amount) as hand_over_amount, sum(missed_amount) as missed_amount
from insured_accounts
group by {by}
""",
            "known_groups": """
select {by} from owed
union
select {by} from allowed
""",
        },
        select="""
select {by},
    cast(coalesce(exposure, 0) as decimal(18, 2)) as exposure,
    cast(insured_limit as decimal(18, 2)) as insured_limit,
    cast(insured as decimal(18, 2)) as insured,
    cast(coalesce(exposure, 0) - insured as decimal(18, 2)) as uninsured,
    cast(coalesce(stopped, 0) as bigint) as stopped,
    cast(coalesce(stopped_amount, 0) as decimal(18, 2)) as stopped_amount,
    cast(coalesce(lapsing, 0) as bigint) as lapsing,
    cast(coalesce(lapsing_amount, 0) as decimal(18, 2)) as lapsing_amount,
    cast(coalesce(hand_over, 0) as bigint) as hand_over,
    cast(coalesce(hand_over_amount, 0) as decimal(18, 2)) as hand_over_amount,
    cast(coalesce(missed_amount, 0) as decimal(18, 2)) as missed_amount
from known_groups
left join owed using ({by})
left join allowed using ({by})
""",
    ),
    rows={
        N_("Open items, and the insurer's clock"): items(
            "owing",
            f"case when accounts.insured_limit > 0 then {_DAYS_LEFT} end as cover_days_left,\n"
            f"    case when accounts.insured_limit > 0 then {_HAND_OVER_LEFT} end"
            " as hand_over_days_left,",
            "join accounts on accounts.as_of = owing.as_of and accounts.customer = owing.customer",
        )
    },
    reference=N_("Credit insurers' contracts: maximum extension period, and the term for handing "
                 "a claim over, both from the original due day"),
    example=Example(
        source=N_("insured for 5,000 at 90 %, the oldest item due 30 June 2026: deliveries from 30 "
                  "August on are not insured, and the claim is handed over by 28 September"),
        as_of=date(2026, 9, 10),
        customers=(Customer("C1", Decimal("10000.00"), insured_limit=Decimal("5000.00")),),
        documents=(
            Document("I1", "invoice", date(2026, 6, 1), date(2026, 6, 30), Decimal("3000.00")),
            Document("I2", "invoice", date(2026, 9, 5), date(2026, 10, 5), Decimal("1000.00")),
        ),
        expect=(
            {"exposure": Decimal("4000.00"), "insured_limit": Decimal("5000.00"),
             "insured": Decimal("2700.00"), "uninsured": Decimal("1300.00"), "stopped": 1,
             "stopped_amount": Decimal("4000.00"), "lapsing": 0,
             "lapsing_amount": Decimal("0.00"), "hand_over": 1,
             "hand_over_amount": Decimal("3000.00"), "missed_amount": Decimal("0.00")},
        ),
    ),
)  # fmt: skip

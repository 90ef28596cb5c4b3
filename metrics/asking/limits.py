"""Limits, and which customers stand how: over their limit, without one, long overdue.

A limit is used by the customer that has it and by all that belong to it, in all currencies. So
the limit that binds a customer is the one, of its own and of those above it, that has least left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.asking.said import DISPUTES, LIMITS, Said, alive_on, in_force

LIMITS_OF = ("over", "none")
"""How customers may stand to their limit: what is owed exceeds it, or there is none."""
OUT = "out"
"""The one value of the switch `disputed`: what is disputed is left out."""
MOST_OVERDUE = 36_500
"""The most days that can be asked for."""


def limits(owed: str, days: str, among: str = "1 = 1", here: str = "") -> str:
    """Return the SELECT of the customers that have a limit, their own or one above it.

    owed: a SELECT of what each customer owes in all: as_of, customer, amount. days: a relation
    with as_of. among: a condition on whose limit it is, `c`, that keeps whole groups, where only
    theirs are wanted. here: a relation of limits that win over those of customers: as_of, customer,
    amount; '' for none. Columns: as_of, customer; holder, binding_limit and headroom of the limit
    that binds it; own_headroom of its own one; top_holder and top_headroom of the one above all
    others.
    """
    said, limit, told = "", "held.credit_limit", ""
    if here:
        said = f" or a.holder in (select customer from {here})"
        limit = "coalesce(told.amount, held.credit_limit)"
        told = (
            f"\n        left join {here} as told on told.customer = held.holder"
            f" and told.as_of = d.as_of"
        )
    return f"""    with held as (
        select a.customer, a.holder, c.credit_limit
        from belongs as a join customers as c on c.customer_id = a.holder
        where (c.credit_limit is not null{said}) and {among}
    ),
    sizes as (select holder, count(*) as members from held group by holder),
    owed as (
    {owed}
    ),
    used as (
        select owed.as_of, held.holder, sum(owed.amount) as amount
        from held join owed on owed.customer = held.customer
        group by owed.as_of, held.holder
    ),
    rooms as (
        select d.as_of, held.customer, held.holder, {limit} as credit_limit, sizes.members,
            {limit} - coalesce(used.amount, 0) as headroom
        from held
        join sizes on sizes.holder = held.holder
        cross join {days} as d
        left join used on used.holder = held.holder and used.as_of = d.as_of{told}
    ),
    several as (select customer from held group by customer having count(*) > 1),
    ranked as (
        select *,
            row_number() over (
                partition by as_of, customer order by headroom, members desc, holder
            ) as nearest,
            row_number() over (
                partition by as_of, customer order by members desc, holder
            ) as highest
        from rooms
        where customer in (select customer from several) and credit_limit is not null
    )
    select as_of, customer, holder, credit_limit as binding_limit, headroom,
        case when holder = customer then headroom end as own_headroom,
        holder as top_holder, headroom as top_headroom
    from rooms
    where customer not in (select customer from several) and credit_limit is not null
    union all
    select as_of, customer,
        max(case when nearest = 1 then holder end) as holder,
        max(case when nearest = 1 then credit_limit end) as binding_limit,
        max(case when nearest = 1 then headroom end) as headroom,
        max(case when holder = customer then headroom end) as own_headroom,
        max(case when highest = 1 then holder end) as top_holder,
        max(case when highest = 1 then headroom end) as top_headroom
    from ranked
    group by as_of, customer"""


@dataclass(frozen=True)
class Standing:
    """Only customers that stand so at the end of a day, whatever day is asked about.

    day: the day, so that a history is of the same customers throughout. overdue: something is
    overdue for more than so many days; None for whatever. limit: of LIMITS_OF, one of which must
    hold; () for whatever. said: what limits and disputes were said here; undisputed: what is
    disputed counts neither as overdue nor as owed. Raises ValueError for what is none.
    """

    day: date
    overdue: int | None = None
    limit: tuple[str, ...] = ()
    said: Said | None = None
    undisputed: bool = False

    def __post_init__(self) -> None:
        """Refuse what customers cannot stand like."""
        for name in self.limit:
            if name not in LIMITS_OF:
                known = ", ".join(LIMITS_OF)
                raise ValueError(f"{name!r} is no way to stand to a limit; known are: {known}")
        if self.overdue is not None and not 0 <= self.overdue <= MOST_OVERDUE:
            raise ValueError(f"overdue for more than {self.overdue} days: give 0 to {MOST_OVERDUE}")

    @property
    def sql(self) -> str:
        """The SELECT of the customers, by the parameters `parameters`."""
        day = "cast($standing_day as date)"
        days = f"(select {day} as as_of, cast($standing_said_by as date) as said_by)"
        here = self.said.subjects if self.said else frozenset()
        open_items = alive_on(day, days, undisputed=self.undisputed, said=DISPUTES in here)
        tests = []
        if self.overdue is not None:
            tests.append(
                f"customer_id in (\n        select customer from {open_items}\n"
                "        and amount > 0 and due_on < cast($standing_due as date)\n"
                "    )"
            )
        if self.limit:
            owed = (
                f"    select {day} as as_of, customer, sum(amount) as amount\n"
                f"        from {open_items} group by customer"
            )
            own = f"(\n{in_force(LIMITS, days)}\n)" if LIMITS in here else ""
            told = limits(owed, f"(select {day} as as_of)", here=own)
            limited = f"select customer from (\n{told}\n) as l"
            said = {
                "over": f"customer_id in ({limited} where headroom < 0)",
                "none": f"customer_id not in ({limited})",
            }
            tests.append("(" + " or ".join(said[name] for name in self.limit) + ")")
        return "    select customer_id as customer from customers\n    where " + "\n    and ".join(
            tests
        )

    @property
    def parameters(self) -> dict[str, object]:
        """What is bound to its names."""
        by = self.said.by(self.day) if self.said else self.day
        bound: dict[str, object] = {"standing_day": self.day, "standing_said_by": by}
        if self.overdue is not None:
            bound["standing_due"] = self.day - timedelta(days=self.overdue)
        return bound


def standing_of(
    day: date, chosen: Mapping[str, tuple[str, ...]], said: Said | None = None
) -> Standing | None:
    """Return what filters `overdue` and `limit` ask for; None where there are none.

    Of several values one must hold. `disputed` says what counts, as `undisputed_of`. Raises
    ValueError for what makes no sense.
    """
    days, limit = chosen.get("overdue", ()), chosen.get("limit", ())
    if not days and not limit:
        return None
    if not all(one.isascii() and one.isdigit() for one in days):
        raise ValueError(f"overdue={days[0]}: say for more than how many days")
    return Standing(day, min(map(int, days)) if days else None, limit, said, undisputed_of(chosen))


def undisputed_of(chosen: Mapping[str, tuple[str, ...]]) -> bool:
    """Return whether the switch `disputed=out` leaves out what is disputed.

    Raises ValueError for another value.
    """
    asked = chosen.get("disputed", ())
    if set(asked) - {OUT}:
        raise ValueError(f"disputed={asked[0]}: say {OUT}, or nothing for all that is owed")
    return bool(asked)

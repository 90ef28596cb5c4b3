"""How the allowance went from what it was on one day to what it is on another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import items
from metrics.review.loss.expected_loss import HISTORY, HISTORY_MATCHES
from metrics.review.loss.roll_rates import NO_HISTORY

CAUSES = {
    "created": N_("New items"),
    "released": N_("Released: paid or credited"),
    "aged": N_("Grew older"),
    "rates": N_("Loss rates changed"),
    "beyond": N_("Lost beyond the allowance"),
    "written_off": N_("Written off"),
    "overlay": N_("Overlay changed"),
}
"""What moves the allowance: column -> what a reader calls it. Written off is what uses it up."""

_GONE = "p.closed_on <= s.as_of"
_LOST = "p.closed_by = 'write_off'"
_THEN = "cast(round(p.amount * t.then_chance, 2) as decimal(18, 2))"
_PARTS = ("opening", *CAUSES, "closing")


def _row(told: str, **parts: str) -> str:
    """Return the columns of one item's part of each figure: null where it has none."""
    columns = (f"cast({parts.get(name, 'null')} as decimal(18, 2)) as {name}" for name in _PARTS)
    return ",\n    ".join((*columns, f"{told} as told"))


def _told(row: str) -> str:
    return f"case when {row}.loss_rate is null and {row}.overlay = 0 then 0 else 1 end"


def _lines(day: str) -> Query:
    found = items(
        "provided",
        "provided.bucket, cast(provided.loss_rate as double) as loss_rate, provided.model,"
        " provided.overlay,",
        f"join spans on spans.{day} = provided.as_of",
    )
    return replace(found, disputed_too=True)


ALLOWANCE_MOVEMENT = Metric(
    name="allowance_movement",
    label=N_("Movement of the allowance"),
    unit="money",
    meaning=N_(
        "What led from the allowance for expected loss of one day to that of a later one. The "
        "charge is what all of it but the write-offs cost the period."
    ),
    formula=N_(
        "opening + new items + released + grew older + loss rates changed + lost beyond the "
        "allowance + written off + overlay changed = closing"
    ),
    conventions=(
        N_("Amounts are signed: what lowers the allowance is negative, so that the line adds up, "
           "to the cent."),
        N_("Written off is what was given up of open items between the two days; lost beyond the "
           "allowance is what of it nothing had been set aside for at the earlier day."),
        N_("Released is what had been set aside for items that were paid, credited or corrected "
           "since. Grew older is what items still open changed by standing in another bucket, at "
           "the loss rates of the earlier day; loss rates changed is the rest of their change."),
        N_("The earlier day is the one given, else the same day a year before. Where it has no "
           "loss history there is no movement."),
    ),
    others=N_("Some net what was written off with what was set aside anew, which hides both."),
    fields=(
        Field("opening", N_("Allowance at the start"), "money", additive=True, empty=NO_HISTORY),
        *(Field(name, label, "money", additive=True, empty=NO_HISTORY)
          for name, label in CAUSES.items()),
        Field("closing", N_("Allowance at the end"), "money", additive=True, empty=NO_HISTORY),
        Field("charge", N_("Charge of the period"), "money", additive=True, empty=NO_HISTORY),
    ),
    query=Query(
        reads=("spans", "provided", "loss_rates", "items"),
        tables={
            "told_days": """
select as_of, max(told) as told
from (
    select as_of, case when chance is null then 0 else 1 end as told from loss_rates
    union all
    select as_of, case when overlay = 0 then 0 else 1 end from provided
) as either
group by as_of
""",
            "flagged": """
select spans.as_of as flagged_on, max(b.told) as began, max(e.told) as ended
from spans
left join told_days as b on b.as_of = spans.since
left join told_days as e on e.as_of = spans.as_of
group by spans.as_of
""",
            "either_day": f"""
select s.as_of, {{groups}},
    {_row(
        f"case when {_GONE} and {_LOST} then 1 else {_told('p')} end",
        opening=f"case when {_told('p')} = 1 then coalesce(p.model, 0) + p.overlay end",
        released=f"case when {_GONE} and not {_LOST} then -p.model end",
        aged=f"case when {_GONE} then null else -p.model end",
        beyond=f"case when {_GONE} and {_LOST} then p.amount - coalesce(p.model, 0) end",
        written_off=f"case when {_GONE} and {_LOST} then -p.amount end",
        overlay="-p.overlay",
    )}
from provided as p
join spans as s on s.since = p.as_of
union all
select s.as_of, {{groups}},
    {_row(
        _told("p"),
        closing=f"case when {_told('p')} = 1 then coalesce(p.model, 0) + p.overlay end",
        created="case when p.opened_on > s.since then p.model end",
        aged=f"case when p.opened_on <= s.since then {_THEN} end",
        rates=f"case when p.opened_on <= s.since"
              f" then coalesce(p.model, 0) - coalesce({_THEN}, 0) end",
        overlay="p.overlay",
    )}
from provided as p
join spans as s on s.as_of = p.as_of
left join (
    select as_of as then_on, matrix_value as then_value, bucket as then_bucket,
        chance as then_chance
    from loss_rates
) as t on t.then_on = s.since and t.then_value = p.{{matrix}} and t.then_bucket = p.bucket
union all
select s.as_of, {{groups}},
    {_row("1", beyond="p.amount", written_off="-p.amount")}
from items as p
join spans as s on s.as_of = p.as_of
where p.opened_on > s.since and {_GONE} and {_LOST} and p.amount > 0
""",
            "summed": f"""
select {{by}}, max(told) as told,
    {",".join(f"{chr(10)}    sum({name}) as {name}" for name in _PARTS).strip()}
from either_day
group by {{by}}
""",
            "moved": f"""
select {{by}},
    case when told = 1 and began = 1 then coalesce(opening, 0) end as opening,
    {"".join(f"case when told = 1 and began = 1 and ended = 1 then coalesce({name}, 0) end"
             f" as {name},{chr(10)}    " for name in CAUSES).strip()}
    case when told = 1 and ended = 1 then coalesce(closing, 0) end as closing
from summed
left join flagged on flagged_on = as_of
""",
        },
        select=f"""
select {{by}},
    {"".join(f"cast({n} as decimal(18, 2)) as {n},{chr(10)}    " for n in _PARTS).strip()}
    cast(closing - opening - written_off as decimal(18, 2)) as charge
from moved
""",
        disputed_too=True,
    ),
    rows={
        N_("Open items at the start, and what of them was expected to be lost"): _lines("since"),
        N_("Open items at the end, and what of them is expected to be lost"): _lines("as_of"),
    },
    reference=N_("IFRS 7, 35H and 35I: reconciliation of the loss allowance"),
    example=Example(
        source=N_("Computed by hand: 1.6 % of 10,000 are set aside; 8,000 are paid, 2,000 written "
                  "off, and 0.3 % of 15,000 new ones set aside"),
        as_of=date(2025, 3, 31),
        documents=(
            *HISTORY,
            Document("X", "invoice", date(2024, 3, 5), date(2024, 3, 10), Decimal("10000.00")),
            Document("XP", "payment", date(2024, 4, 10), date(2024, 4, 10), Decimal("-8000.00")),
            Document("XL", "write_off", date(2024, 4, 20), date(2024, 4, 20), Decimal("-2000.00")),
            Document("Y", "invoice", date(2025, 3, 5), date(2025, 4, 30), Decimal("15000.00")),
        ),
        matches=(
            *HISTORY_MATCHES,
            Match("X", "XP", Decimal("8000.00")),
            Match("X", "XL", Decimal("2000.00")),
        ),
        expect=(
            {"opening": Decimal("160.00"), "created": Decimal("45.00"),
             "released": Decimal("-128.00"), "aged": Decimal("0.00"), "rates": Decimal("0.00"),
             "beyond": Decimal("1968.00"), "written_off": Decimal("-2000.00"),
             "overlay": Decimal("0.00"), "closing": Decimal("45.00"),
             "charge": Decimal("1885.00")},
        ),
    ),
)  # fmt: skip

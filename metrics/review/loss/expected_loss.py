"""Expected loss: the allowance of IFRS 9 by a provision matrix of one's own roll rates.

`returned` and the deal desk expect a loss as well, of another thing: of every euro that was sold,
the share that was ever written off, since a margin bears what the whole sale will lose. This is of
what is open on a day, by how long it has been due. Both leave out what was credited, and both say
that nothing is known where nothing was written off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import items
from metrics.review.loss.roll_rates import NO_HISTORY

ROWS = N_("Open items, and what of them is expected to be lost")

#: Of each bucket: the due day of 1,000 that stood there at a month-end, what of it was lost, and
#: what is open now, with its due day.
_STOOD = (
    ("N", date(2024, 3, 1), 3, 15_000_000, date(2025, 4, 30)),
    ("A", date(2024, 1, 1), 16, 7_500_000, date(2025, 3, 10)),
    ("B", date(2023, 12, 5), 36, 4_000_000, date(2025, 2, 10)),
    ("C", date(2023, 11, 5), 66, 2_500_000, date(2025, 1, 10)),
    ("D", date(2023, 9, 1), 106, 1_000_000, date(2024, 11, 10)),
)


def _history() -> tuple[Document, ...]:
    found: list[Document] = []
    for name, due_on, lost, _, _ in _STOOD:
        paid = 1000 - lost
        begun, ended = date(2024, 1, 10), date(2024, 2, 20)
        found += [
            Document(f"{name}P", "opening", begun, due_on, Decimal(paid)),
            Document(f"{name}L", "opening", begun, due_on, Decimal(lost)),
            Document(f"{name}1", "payment", ended, ended, Decimal(-paid)),
            Document(f"{name}2", "write_off", ended, ended, Decimal(-lost)),
        ]
    return tuple(found)


HISTORY = _history()
HISTORY_MATCHES = tuple(
    Match(f"{name}{debit}", f"{name}{credit}", Decimal(amount))
    for name, _, lost, _, _ in _STOOD
    for debit, credit, amount in (("P", 1, 1000 - lost), ("L", 2, lost))
)
_OPEN = tuple(
    Document(f"{name}O", "invoice", date(2025, 3, 5), due_on, Decimal(amount))
    for name, _, _, amount, due_on in _STOOD
)


def _bucket(name: str, gross: str, rate: float, model: str) -> dict[str, object]:
    return {
        "bucket": name, "gross": Decimal(gross), "rate": rate, "model": Decimal(model),
        "overlay": Decimal("0.00"), "allowance": Decimal(model),
    }  # fmt: skip


EXPECTED_LOSS = Metric(
    name="expected_loss",
    label=N_("Expected loss"),
    unit="money",
    meaning=N_(
        "What of the receivables will not be paid, by the roll rates of the own invoices: the "
        "allowance that IFRS 9 asks for, over the whole life of each item, by how long it has been "
        "due."
    ),
    formula=N_(
        "allowance = sum(open amount × loss rate of its bucket) + overlay; see roll rates for the "
        "loss rate"
    ),
    conventions=(
        N_("The loss rates are those of all customers, whatever the filters, or of the segments "
           "that the page asks for: so an item has one allowance, in every split. Each item's is "
           "rounded to the cent."),
        N_("Where nothing was ever written off, or too few months are known, there is no loss "
           "history: no rate, and no allowance but an overlay. It is never 0 %. Amounts without a "
           "rate stand in a column of their own."),
        N_("An overlay is what a person adds or takes off: percentage points of the open amount, "
           "or an amount that is shared out over what is open, of one bucket or of all. It counts "
           "from the day it names, and for days from that on which it was signed. Points leave a "
           "rate between 0 and 100 %."),
        N_("Amounts are the open items, VAT included, before unapplied payments. Disputed amounts "
           "are always counted."),
        N_("Insurance and other security are not taken off."),
    ),
    others=N_(
        "Many take fixed percentages from a handbook, or the write-offs of a year over its sales, "
        "which says nothing of what is open today."
    ),
    fields=(
        Field("bucket", N_("Bucket"), "text"),
        Field("gross", N_("Open, VAT included"), "money", additive=True),
        Field("rate", N_("Loss rate"), "share", empty=NO_HISTORY),
        Field("model", N_("By the matrix"), "money", additive=True, empty=NO_HISTORY),
        Field("overlay", N_("Overlay"), "money", additive=True),
        Field("allowance", N_("Allowance"), "money", additive=True, empty=NO_HISTORY),
        Field("without_rate", N_("Open without a loss rate"), "money", additive=True),
    ),
    query=Query(
        reads=("provided", "loss_rates", "whole", "buckets"),
        tables={
            "held": """
select {by}, bucket, sum(amount) as gross, sum(model) as model, sum(overlay) as overlay,
    sum(case when loss_rate is null then amount else 0 end) as without_rate,
    max(case when loss_rate is null then 0 else 1 end) as known
from provided
group by {by}, bucket
""",
            "known_groups": """
select {by} from held
union
select {by} from whole
""",
            "rated": """
select {by}, max(known) as known
from held
group by {by}
""",
            "history": """
select as_of, max(case when chance is null then 0 else 1 end) as known
from loss_rates
group by as_of
""",
            "places": """
select {by}, bucket, position
from known_groups
cross join buckets
where bucket <> 'unapplied'
""",
            "modelled": """
select {by}, bucket, position, held.gross, held.without_rate, coalesce(held.overlay, 0) as overlay,
    case when held.known = 1 then held.model
        when held.known is null and coalesce(rated.known, history.known) = 1 then 0 end as model
from places
left join held using ({by}, bucket)
left join rated using ({by})
left join history using (as_of)
""",
        },
        select="""
select {by}, bucket,
    cast(coalesce(gross, 0) as decimal(18, 2)) as gross,
    case when gross > without_rate
        then cast(model as double) / cast(gross - without_rate as double) end as rate,
    cast(model as decimal(18, 2)) as model,
    cast(overlay as decimal(18, 2)) as overlay,
    case when model is not null or overlay <> 0
        then cast(coalesce(model, 0) + overlay as decimal(18, 2)) end as allowance,
    cast(coalesce(without_rate, 0) as decimal(18, 2)) as without_rate, position
from modelled
""",
        disputed_too=True,
    ),
    rows={
        ROWS: items(
            "provided",
            "provided.bucket, cast(provided.loss_rate as double) as loss_rate,"
            " provided.model, provided.overlay,",
        ),
    },
    reference=N_("IFRS 9, 5.5.15 and B5.5.35: the simplified approach, and the provision matrix"),
    example=Example(
        source=N_("IFRS 9, Illustrative Example 12: 0.3, 1.6, 3.6, 6.6 and 10.6 % of 30,000,000 "
                  "are 580,000"),
        as_of=date(2025, 3, 31),
        documents=(*HISTORY, *_OPEN),
        matches=HISTORY_MATCHES,
        expect=(
            _bucket("not_due", "15000000.00", 0.003, "45000.00"),
            _bucket("1-30", "7500000.00", 0.016, "120000.00"),
            _bucket("31-60", "4000000.00", 0.036, "144000.00"),
            _bucket("61-90", "2500000.00", 0.066, "165000.00"),
            _bucket("over_90", "1000000.00", 0.106, "106000.00"),
        ),
        note=N_("The history has 1,000 in each bucket at one month-end, of which 3, 16, 36, 66 and "
                "106 were written off in the month after, and the rest was paid."),
    ),
    order="position",
    hidden=("position",),
)  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """What is open, and what of it is expected to be lost; None where nothing says."""

    gross: Decimal
    model: Decimal | None
    overlay: Decimal
    allowance: Decimal | None
    without_rate: Decimal

    @property
    def rate(self) -> float | None:
        """What the matrix says over what has a loss rate."""
        rated = self.gross - self.without_rate
        return float(self.model / rated) if self.model is not None and rated else None

    @property
    def share(self) -> float | None:
        """The allowance over what is open."""
        if self.allowance is None or not self.gross:
            return None
        return float(self.allowance / self.gross)


def together(rows: Iterable[Mapping[str, Any]]) -> Expected:
    """Return the buckets of one group together; rows: of `expected_loss`."""
    held = list(rows)

    def added(name: str) -> Decimal | None:
        known = [row[name] for row in held if row[name] is not None]
        return sum(known, Decimal(0)) if known else None

    zero = Decimal(0)
    return Expected(
        added("gross") or zero, added("model"), added("overlay") or zero, added("allowance"),
        added("without_rate") or zero,
    )  # fmt: skip

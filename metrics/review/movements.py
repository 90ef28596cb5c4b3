"""How receivables went from what they were on one day to what they are on another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Metric, Query
from metrics.asking.rows import documents, items

#: what moved receivables -> condition on a document of `movements`; each has one of them
CAUSES = {
    "invoiced": "movements.kind = 'invoice'",
    "credited": "movements.kind = 'credit_note'",
    "received": "movements.kind = 'payment' and movements.amount <= 0",
    "returned": "movements.kind = 'payment' and movements.amount > 0",
    "written_off": "movements.kind = 'write_off'",
    "adjusted": "movements.kind in ('opening', 'adjustment')",
    "exchange": "movements.kind = 'exchange'",
}
_SINCE = "movements.issued_on > spans.since"
_CAUSE = "case " + " ".join(f"when {test} then '{name}'" for name, test in CAUSES.items()) + " end"
_ALL = N_("All movements")
_LABELS = {
    "invoiced": N_("Invoiced"),
    "credited": N_("Credited"),
    "received": N_("Received"),
    "returned": N_("Returned and refunded"),
    "written_off": N_("Written off"),
    "adjusted": N_("Adjusted and carried forward"),
    "exchange": N_("Exchange differences"),
}
OPENING, CLOSING = N_("Receivables at the start"), N_("Receivables at the end")


def moved(columns: str) -> str:
    """Return the SELECT of the documents between the two days: `what` moved, and these columns."""
    return f"""
select {_CAUSE} as what, {columns}
from movements
join spans on spans.as_of = movements.as_of
where {_SINCE}
"""


def _balance(day: str) -> Query:
    """Return the open items at the end of one of the two days, disputed or not."""
    found = items("alive", join="join spans on spans." + day + " = alive.as_of")
    return replace(found, disputed_too=True)


MOVEMENTS = Metric(
    name="movements",
    label=N_("Movements of receivables"),
    unit="money",
    meaning=N_(
        "What led from the receivables of one day to those of a later one: invoices, credit notes, "
        "money received and money that went back, write-offs and the rest, each by the day of its "
        "document."
    ),
    formula=N_(
        "opening + invoiced + credited + received + returned + written off + adjusted + exchange "
        "differences = closing"
    ),
    conventions=(
        N_("Amounts are signed: what lowers receivables is negative, so that the line adds up."),
        N_("Counted are documents after the earlier day, up to the as-of day. The earlier day is "
           "the one given, else the same day a year before."),
        N_("Returned are payments that went back and refunds; adjusted are corrections, and "
           "opening balances that were carried forward."),
        N_("A match moves nothing: it settles an invoice with money that was received already. "
           "Disputed amounts are always counted."),
        N_("A payment counts where its own document stands, the invoice it settles perhaps "
           "elsewhere: split by salesperson, branch or project, opening and closing need not be "
           "what is open there."),
    ),
    others=N_("Some net refunds and returned payments with what was received, which hides both."),
    fields=(
        Field("opening", OPENING, "money", additive=True),
        *(Field(name, label, "money", additive=True) for name, label in _LABELS.items()),
        Field("closing", CLOSING, "money", additive=True),
    ),
    query=Query(
        reads=("spans", "movements"),
        tables={
            "caused": f"""
select {{by}}, movements.amount,
    case when {_SINCE} then {_CAUSE} else 'opening' end as cause
from movements
join spans using (as_of)
""",
        },
        select="select {by},\n"
        + "".join(
            f"    cast(sum(case when cause = '{name}' then amount else 0 end) as decimal(18, 2))"
            f" as {name},\n"
            for name in ("opening", *CAUSES)
        )
        + "    cast(sum(amount) as decimal(18, 2)) as closing\nfrom caused\ngroup by {by}",
    ),
    rows={
        _ALL: documents("movements", _SINCE, join="join spans using (as_of)"),
        **{
            label: documents(
                "movements", f"{_SINCE} and {CAUSES[name]}", join="join spans using (as_of)"
            )
            for name, label in _LABELS.items()
        },
        OPENING: _balance("since"),
        CLOSING: _balance("as_of"),
    },
    reference=N_("Roll-forward of trade receivables, as auditors ask for it (ISA 505, ISA 520)"),
    example=Example(
        source=N_("Computed by hand: 1,000 open, 500 invoiced, 700 received, 200 of it returned"),
        as_of=date(2025, 3, 31),
        documents=(
            Document("I1", "invoice", date(2024, 3, 1), date(2024, 3, 31), Decimal("1000.00")),
            Document("I2", "invoice", date(2025, 3, 3), date(2025, 4, 2), Decimal("500.00")),
            Document("C1", "credit_note", date(2025, 3, 5), date(2025, 3, 5), Decimal("-50.00")),
            Document("P1", "payment", date(2025, 3, 10), date(2025, 3, 10), Decimal("-500.00")),
            Document("P2", "payment", date(2025, 3, 11), date(2025, 3, 11), Decimal("-200.00")),
            Document("R2", "payment", date(2025, 3, 20), date(2025, 3, 20), Decimal("200.00")),
            Document("W1", "write_off", date(2025, 3, 31), date(2025, 3, 31), Decimal("-10.00")),
        ),
        expect=(
            {
                "opening": Decimal("1000.00"),
                "invoiced": Decimal("500.00"),
                "credited": Decimal("-50.00"),
                "received": Decimal("-700.00"),
                "returned": Decimal("200.00"),
                "written_off": Decimal("-10.00"),
                "adjusted": Decimal("0.00"),
                "exchange": Decimal("0.00"),
                "closing": Decimal("940.00"),
            },
        ),
    ),
)  # fmt: skip

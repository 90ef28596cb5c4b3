"""Deals: decisions that were asked, and what was decided."""

import sqlalchemy as sa
from alembic import op

from data.workspace.tables import Money

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "asked_deals",
        _line(),
        sa.Column("amount", Money, nullable=False),
        _words("currency"),
        sa.Column("terms", sa.Integer, nullable=False),
        sa.Column("discount", Money, nullable=False),
        _words("answer"),
        _words("rests_on"),
        _words("part"),
        _words("replaces"),
        sa.Column("valid_until", sa.Date),
        sa.Column("review_on", sa.Date),
    )
    op.create_table(
        "decided_deals",
        _line(),
        _words("asking"),
        _words("how"),
        sa.Column("advance", Money, nullable=False),
        _words("currency"),
        sa.Column("valid_until", sa.Date),
        sa.Column("review_on", sa.Date),
    )


def _line() -> sa.Column[int]:
    return sa.Column("line", sa.BigInteger, sa.ForeignKey("lines.number"), primary_key=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)

"""The memory: lines, notes, promises, disputes, agreed terms and limits."""

import sqlalchemy as sa
from alembic import op

from data.workspace.tables import Moment, Money

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    numbers = op.create_table("revision", sa.Column("number", sa.BigInteger, nullable=False))
    op.bulk_insert(numbers, [{"number": 0}])
    op.create_table(
        "lines",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("said_on", sa.Date, nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(24), nullable=False),
        sa.Column("customer", sa.String(80), nullable=False, index=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("takes_back", sa.String(16), sa.ForeignKey("lines.id"), unique=True),
    )
    op.create_table(
        "documents",
        _line(),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ledger", sa.String(80), nullable=False),
        sa.Column("document_id", sa.String(120), nullable=False),
    )
    op.create_table("notes", _line())
    op.create_table(
        "promises",
        _line(),
        sa.Column("amount", Money, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
    )
    op.create_table(
        "disputes",
        _line(),
        sa.Column("amount", Money, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
    )
    op.create_table(
        "settled_disputes",
        _line(),
        sa.Column("dispute", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
    )
    op.create_table(
        "said_terms",
        _line(),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("valid_until", sa.Date),
    )
    op.create_table(
        "said_limits",
        _line(),
        sa.Column("amount", Money, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("insured_amount", Money),
        sa.Column("insured_percent", sa.Integer),
        sa.Column("security", sa.Text, nullable=False),
    )


def _line() -> sa.Column[int]:
    return sa.Column("line", sa.BigInteger, sa.ForeignKey("lines.number"), primary_key=True)

"""Overlays of expected loss."""

import sqlalchemy as sa
from alembic import op

from data.workspace.tables import Money

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "overlays",
        sa.Column("line", sa.BigInteger, sa.ForeignKey("lines.number"), primary_key=True),
        sa.Column("bucket", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("points", Money),
        sa.Column("amount", Money),
    )

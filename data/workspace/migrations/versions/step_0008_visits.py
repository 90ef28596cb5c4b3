"""When readers last looked, and what stood there then."""

import sqlalchemy as sa
from alembic import op

from data.workspace.tables import Moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "visits",
        sa.Column("login", sa.String(120), primary_key=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("before_at", Moment()),
        sa.Column("before", sa.Text, nullable=False),
    )

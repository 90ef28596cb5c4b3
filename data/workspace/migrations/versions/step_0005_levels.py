"""Levels: which level of the policy an account approves by."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column: of accounts there are, none is said."""
    op.add_column("accounts", sa.Column("approves", sa.Text, nullable=False, server_default=""))

"""Accounts, tickets, sessions, attempts and the audit log, which can only be added to."""

import sqlalchemy as sa
from alembic import op

from data.workspace.tables import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables, and what keeps the audit log as it was written."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("login", sa.String(120), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
    )
    op.create_table(
        "tickets",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(16), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("until", Moment, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column(
            "account", sa.String(16), sa.ForeignKey("accounts.id"), nullable=False, index=True
        ),
        sa.Column("since", Moment, nullable=False),
        sa.Column("seen", Moment, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", Moment, nullable=False, index=True),
        sa.Column("login", sa.String(120), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("worked", sa.Boolean, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("login", sa.String(120), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create function audit_stays() returns trigger language plpgsql as"
            " $$ begin raise exception 'the audit log can only be added to'; end $$"
        )
        op.execute(
            "create trigger audit_stays before update or delete or truncate on audit"
            " for each statement execute function audit_stays()"
        )
        return
    for what in ("update", "delete"):
        op.execute(
            f"create trigger audit_{what} before {what} on audit begin"
            " select raise(abort, 'the audit log can only be added to'); end"
        )

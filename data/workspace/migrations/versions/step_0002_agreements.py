"""Plans, settlements, backlogs, owners, priorities, targets, views; matches and sectors by hand."""

import sqlalchemy as sa
from alembic import op

from data.workspace.tables import Money

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables, and the columns that tell a document from others of its number."""
    for column in (
        sa.Column("customer", sa.String(80)),
        sa.Column("issued_on", sa.Date),
        sa.Column("amount", Money),
        sa.Column("kind", sa.String(24)),
        sa.Column("nth", sa.Integer),
    ):
        op.add_column("documents", column)
    op.add_column("said_limits", sa.Column("advised", Money))
    op.create_table(
        "plans",
        _line(),
        sa.Column("amount", Money, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("percent", Money, nullable=False),
    )
    op.create_table(
        "settlements",
        _line(),
        sa.Column("owed", Money, nullable=False),
        sa.Column("amount", Money, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
    )
    op.create_table(
        "backlogs",
        _line(),
        sa.Column("amount", Money, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
    )
    op.create_table("owners", _line(), _words("owner"))
    op.create_table("persons", _line(), sa.Column("person", sa.Boolean, nullable=False))
    op.create_table("erasures", _line(), sa.Column("lines", sa.Integer, nullable=False))
    op.create_table("said_sectors", _line(), _words("code"))
    op.create_table("match_decisions", _line(), _words("action"), sa.Column("amount", Money))
    op.create_table("priorities", _line(), _words("level"), _words("dimension"), _words("value"))
    op.create_table(
        "targets",
        _line(),
        _words("measure"),
        sa.Column("goal", Money, nullable=False),
        _words("dimension"),
        _words("value"),
    )
    op.create_table("views", _line(), _words("title"), _words("address"))


def _line() -> sa.Column[int]:
    return sa.Column("line", sa.BigInteger, sa.ForeignKey("lines.number"), primary_key=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)

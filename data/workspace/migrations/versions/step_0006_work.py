"""Work: what was done about an account, until when it is left alone, how it is written to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the three tables."""
    op.create_table(
        "contacts", _line(), _words("verb"), _words("outcome"), _words("level"), _words("person")
    )
    op.create_table(
        "snoozes", _line(), _words("reason"), sa.Column("back_on", sa.Date, nullable=False)
    )
    op.create_table("correspondence", _line(), _words("language"), _words("email"))


def _line() -> sa.Column[int]:
    return sa.Column("line", sa.BigInteger, sa.ForeignKey("lines.number"), primary_key=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)

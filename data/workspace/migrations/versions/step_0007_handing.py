"""Hand-overs of a customer's debt, and their outcomes."""

from decimal import Decimal

import sqlalchemy as sa
from alembic import op

from data.workspace.tables import Money

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "handed_over", _line(), _words("to_whom"), _money("amount"), _words("currency"),
        _money("cost"), sa.Column("as_of", sa.Date, nullable=False), _whole("state"),
        _whole("revision"), _words("policy"), _whole("oldest"), _whole("points_age"),
        _whole("points_amount"), _whole("points_relation"), _whole("points_sales"),
    )  # fmt: skip
    op.create_table(
        "handed_back", _line(), _words("handing"), _words("outcome"), _money("amount"),
        _money("cost"), _words("currency"),
    )  # fmt: skip


def _line() -> sa.Column[int]:
    return sa.Column("line", sa.BigInteger, sa.ForeignKey("lines.number"), primary_key=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _money(name: str) -> sa.Column[Decimal]:
    return sa.Column(name, Money(), nullable=False)

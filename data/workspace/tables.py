"""The tables of the workspace: one line for each thing said, and what it says beside it.

    revision         one number: how often something was said. Who writes raises it first, and so
                     waits for whoever writes already: lines get their numbers in the order in
                     which readers come to see them
    lines            number, id, at (UTC), said_on (the day where it was said), who, subject,
                     customer, note, takes_back (the id of the line that this one takes back)
    documents        what a line is about, named as files name it
    <subject>        what a line of this subject says: promises, disputes, ...

Nothing is ever changed or deleted here but by the erasure of a person (`Memory.erase`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import types

CENT = Decimal("0.01")

# names of constraints that a later migration can speak of
META = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Money(types.TypeDecorator[Decimal]):
    """An amount to the cent; as text in SQLite, which would make a float of it."""

    impl = sa.Numeric(18, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> types.TypeEngine[Decimal]:
        """Return what a database keeps it as."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(24))  # type: ignore[arg-type]
        return dialect.type_descriptor(sa.Numeric(18, 2))

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> object:
        """Return what is written. Raises ValueError for parts of a cent."""
        if value is None:
            return None
        whole = value.quantize(CENT)
        if whole != value:
            raise ValueError(f"{value} has parts of a cent")
        return str(whole) if dialect.name == "sqlite" else whole

    def process_result_value(self, value: object, dialect: sa.Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the amount that was written."""
        return None if value is None else Decimal(str(value)).quantize(CENT)


class Moment(types.TypeDecorator[datetime]):
    """A moment in UTC, to the second."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Return what is written."""
        return value and value.astimezone(UTC).replace(tzinfo=None, microsecond=0)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment that was written."""
        return value and value.replace(tzinfo=UTC)


REVISION = sa.Table("revision", META, sa.Column("number", sa.BigInteger, nullable=False))

LINES = sa.Table(
    "lines",
    META,
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

DOCUMENTS = sa.Table(
    "documents",
    META,
    sa.Column("line", sa.ForeignKey(LINES.c.number), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ledger", sa.String(80), nullable=False),
    sa.Column("document_id", sa.String(120), nullable=False),
    # of documents that are told from others of their number
    sa.Column("customer", sa.String(80)),
    sa.Column("issued_on", sa.Date),
    sa.Column("amount", Money),
    sa.Column("kind", sa.String(24)),
    sa.Column("nth", sa.Integer),
)

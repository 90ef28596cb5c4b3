"""What every subject is: a dataclass of what is said, and a table made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, get_args, get_type_hints

import sqlalchemy as sa

from data.core.errors import TandemError
from data.core.texts import N_
from data.workspace.tables import CENT, LINES, META, Money

MOST = Decimal("9999999999999.99")
"""No amount is larger."""
MOST_WORDS = 200


class SaidError(TandemError):
    """What was said has no meaning, or cannot be said any more."""


@dataclass(frozen=True)
class Subject:
    """What is said; see the module."""

    name: ClassVar[str]
    """Its table, and the relation that figures read."""
    label: ClassVar[str]
    """What a reader calls it, marked with N_."""
    books: ClassVar[bool] = False
    """Whether the books are made by it, so that a state is derived anew."""
    general: ClassVar[bool] = False
    """Whether it may be said of no customer in particular."""
    money: ClassVar[tuple[str, ...]] = ()
    """Its fields of amounts, in the currency that its field `currency` names."""
    free: ClassVar[tuple[str, ...]] = ()
    """Its fields of free words: they go where a person's data are erased."""
    aside: ClassVar[tuple[str, ...]] = ()
    """Its fields that no figure reads: they are in no relation."""
    asks_words: ClassVar[str] = ""
    """What is answered to whoever says it without any words, marked with N_; '' it needs none."""


#: type of a field -> type of its column
_COLUMNS: Mapping[type, sa.types.TypeEngine[Any]] = {
    str: sa.Text(),
    int: sa.Integer(),
    date: sa.Date(),
    Decimal: Money(),
    bool: sa.Boolean(),
}


def kinds(subject: type[Subject]) -> dict[str, tuple[type, bool]]:
    """Return field -> its type, and whether it may be left out (None)."""
    hints = get_type_hints(subject)
    found = {}
    for one in fields(subject):
        said = get_args(hints[one.name])
        kind = next((k for k in said if k is not type(None)), hints[one.name])
        found[one.name] = (kind, type(None) in said)
    return found


def table_of(subject: type[Subject]) -> sa.Table:
    """Return the table of a subject: the number of its line, and a column for each field."""
    return sa.Table(
        subject.name,
        META,
        sa.Column("line", sa.ForeignKey(LINES.c.number), primary_key=True),
        *(
            sa.Column(name, _COLUMNS[kind], nullable=optional)
            for name, (kind, optional) in kinds(subject).items()
        ),
    )


def amount(value: Decimal) -> None:
    """Refuse what is no amount above zero, to the cent."""
    if not value.is_finite() or not 0 < value <= MOST:
        raise SaidError(N_("Give an amount above zero: {value} is none."), value=value)
    cents(value)


def cents(value: Decimal) -> None:
    """Refuse more than two decimals."""
    if value != value.quantize(CENT):
        raise SaidError(N_("{value} has parts of a cent."), N_("Write two decimals."), value=value)


def given_amount(value: object) -> Decimal:
    """Return what a field of an amount holds; a browser sends numbers with their few decimals."""
    try:
        return Decimal(str(value)).quantize(CENT)
    except InvalidOperation as error:
        raise SaidError(N_("Give the amount.")) from error


def given_day(value: object) -> date | None:
    """Return what a field of a day holds; None where nothing is written."""
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError as error:
        raise SaidError(N_("{day} is no day."), day=str(value)[:40]) from error


def short(words: str) -> None:
    """Refuse words that are too long for a name or a line."""
    if len(words) > MOST_WORDS:
        raise SaidError(
            N_("“{words} …” is too long: write at most {most} characters."),
            words=words[:40],
            most=MOST_WORDS,
        )

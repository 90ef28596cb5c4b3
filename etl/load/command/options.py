"""The options of `load` that `watch` has too, as the command line says them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from data.core.expectation import Expectation
    from etl.load.run import LoadOptions


class DateOrder(StrEnum):
    """How 01/02/2025 is meant."""

    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


class DecimalSign(StrEnum):
    """What stands before the decimals."""

    comma = ","
    point = "."


def _currency(code: str | None) -> str | None:
    """Return a currency's code as ISO 4217 writes it; refuse what is none."""
    from data.reference.currencies import currencies

    if code is not None and code.upper() not in currencies():
        raise typer.BadParameter(f"{code!r} is no currency: write its code of ISO 4217, as in EUR")
    return code and code.upper()


Map = Annotated[
    list[Path] | None,
    typer.Option(
        "--map", help="Mapping file (TOML) for exports nobody has seen before; repeatable."
    ),
]
Format = Annotated[
    str | None, typer.Option("--as", metavar="FORMAT", help="Read every file as this format.")
]
Currency = Annotated[
    str | None,
    typer.Option(callback=_currency, help="Reporting currency, where the data leave it open."),
]
Terms = Annotated[
    int | None,
    typer.Option(min=0, max=3650, help="Days to pay for invoices without due day and terms."),
]
Dates = Annotated[
    DateOrder | None, typer.Option(help="What 01/02/2025 means, where the data leave it open.")
]
Decimal = Annotated[
    DecimalSign | None, typer.Option(help="Decimal sign, where the data leave it open.")
]
Accounts = Annotated[str | None, typer.Option(help="Receivables accounts of ledgers: 411,413,416")]
OldestFirst = Annotated[
    bool | None,
    typer.Option(
        "--oldest-first/--no-oldest-first",
        help="Whether payments of customers that never name anything settle the oldest first.",
    ),
]
Memory = Annotated[
    int | None,
    typer.Option(min=100, help="Megabytes for the tables of the load; the rest goes to disk."),
]


def load_options(
    map: Sequence[Path] | None,
    format: str | None,
    currency: str | None,
    terms: int | None,
    dates: DateOrder | None,
    decimal: DecimalSign | None,
    accounts: str | None,
    oldest_first: bool | None,
    memory: int | None,
    expect: Expectation | None = None,
) -> LoadOptions:
    """Return what was said on the command line about a load."""
    from etl.load.run import LoadOptions

    listed = tuple(a.strip() for a in (accounts or "").split(",") if a.strip())
    return LoadOptions(
        mapping=tuple(map or ()),
        format=format,
        reporting_currency=currency,
        default_terms_days=terms,
        date_order=dates.value if dates else None,
        decimal=decimal.value if decimal else None,
        receivables_accounts=listed or None,
        expect=expect,
        oldest_first=oldest_first,
        memory=memory,
    )

"""What a metric is: one plain SQL statement beside all that a reader needs to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Field:
    """One column of a metric's answer.

    `unit` is one of money (reporting currency), days, share (0 to 1), count, text.
    `additive`: groups add up to their total. `empty`: why there may be no figure.
    """

    name: str
    label: str
    unit: str
    additive: bool = False
    empty: str = ""


@dataclass(frozen=True)
class Document:
    """A document of a worked example: signed amount in the reporting currency.

    cost, ordered_on, delivered_on: what an invoice says besides, None where it does not.
    """

    document_id: str
    kind: str
    issued_on: date
    due_on: date
    amount: Decimal
    customer_id: str = "C1"
    cost: Decimal | None = None
    ordered_on: date | None = None
    delivered_on: date | None = None


@dataclass(frozen=True)
class Customer:
    """A customer of a worked example: credit limit, agreed terms and insured limit."""

    customer_id: str
    credit_limit: Decimal | None = None
    agreed_terms_days: int | None = None
    insured_limit: Decimal | None = None


@dataclass(frozen=True)
class Match:
    """A match of a worked example."""

    debit_id: str
    credit_id: str
    amount: Decimal


@dataclass(frozen=True)
class Told:
    """What was said in a worked example.

    subject: one of the memory's, `promises`; values: its fields.
    """

    customer_id: str
    said_on: date
    subject: str
    values: Mapping[str, object]
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A tiny ledger and what the metric says about it.

    `expect` holds, for each group in order, the columns worth stating; days and shares are
    given to the rounding in which they were published.
    """

    source: str
    as_of: date
    documents: tuple[Document, ...]
    expect: tuple[Mapping[str, object], ...]
    matches: tuple[Match, ...] = ()
    note: str = ""
    customers: tuple[Customer, ...] = ()
    told: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Query:
    """A SELECT over the relations of `metrics.asking.definition`.

    reads: those relations. windows: the first days of windows that it compares with (`from_12m`):
    columns of `days` and of the relations of rows, beside as_of. tables: its own common tables,
    name -> SELECT, each standing on those before it. select: the final SELECT. disputed_too: it is
    about all that is owed, even where what is disputed is to be left out.

    The texts have these slots:

    `{by}`: the dimension columns asked for, as_of first; never empty.
    `{groups}`: the same without as_of.
    `{bucket}`: the bucket of an open item of `alive`, by what the ledger says aging counts from.
    `{percents[day]}`, `{net[table]}`: the own cost of money up to a day, and an amount without VAT,
    see `metrics.asking.money`.
    """

    reads: tuple[str, ...]
    select: str
    tables: Mapping[str, str] = field(default_factory=dict)
    windows: tuple[str, ...] = ()
    disputed_too: bool = False

    @property
    def compares(self) -> bool:
        """Whether it compares two days: then `Ledger.since` says the earlier one."""
        return "spans" in self.reads

    @property
    def text(self) -> str:
        """The whole of it, without the relations."""
        tables = ",\n".join(common_table(name, sql) for name, sql in self.tables.items())
        return f"with {tables}\n\n{self.select.strip()}" if tables else self.select.strip()


def common_table(name: str, sql: str) -> str:
    """Return a common table of a statement, its SELECT indented."""
    lines = "\n".join(f"    {line}" if line else line for line in sql.strip("\n").split("\n"))
    return f"{name} as (\n{lines}\n)"


@dataclass(frozen=True)
class Metric:
    """A definition: `query` over the relations, and what a reader asks about it.

    A query that reads `spans` compares the as-of day with an earlier one: see `compares`.

    `rows` names the sets of rows behind the figure: label -> query. Their columns are the ones in
    `ROW_COLUMNS`, and further ones that a click may select by (`bucket`).
    """

    name: str
    label: str
    unit: str
    meaning: str
    formula: str
    conventions: tuple[str, ...]
    others: str
    fields: tuple[Field, ...]
    query: Query
    rows: Mapping[str, Query]
    reference: str
    example: Example
    order: str = ""
    """Columns that order the rows of one group, after the dimensions: `position`, `day`."""
    hidden: tuple[str, ...] = field(default=())
    """Columns of the statement that only serve its order and are not part of the answer."""
    nested: bool = False
    """Its tables stand on one another so often that only an `Engine.nested` has the time."""

    @property
    def compares(self) -> bool:
        """Whether it compares two days: then `Ledger.since` says the earlier one."""
        return self.query.compares

    @property
    def soon(self) -> bool:
        """Whether it asks what ends soon: then `Ledger.soon` says within how many days."""
        return "$soon" in self.query.text

"""What a check is: a question to the data, whose answer is a finding with the rows behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from string import Template

from data.core.texts import Text
from etl.findings.words import Words
from etl.sql import Connection, rows, run

#: a payment, invoice or customer counts as late, recent or old as of this day, never as of today
RECENT = "(select max(last_day) - interval 12 month from about)"

#: a name or text without accents, punctuation and blanks
SQUEEZED = "regexp_replace(upper(strip_accents({0})), '[^A-Z0-9]', '', 'g')"

#: Words of a name that say what kind of company it is.
_FORMS = (
    "NV|SA|BV|BVBA|SPRL|SRL|SARL|SAS|SASU|EURL|SNC|SCS|SCRL|SC|SE|VOF|CV|CVBA|COMMV|GCV|MAATSCHAP"
    "|EENMANSZAAK|ASBL|VZW|AISBL|IVZW|GMBH|AG|KG|OHG|UG|EK|MBH|LTD|LIMITED|PLC|LLC|INC|SPA"
)
#: a name without accents, punctuation, blanks and legal form
CALLED = (
    "regexp_replace(regexp_replace(regexp_replace(replace(upper(strip_accents({0})), '.', ''),"
    " '[^A-Z0-9]+', ' ', 'g'), '\\b(" + _FORMS + ")\\b', '', 'g'), ' +', '', 'g')"
)


Condition = tuple[str, str]
"""A table, and a condition on its rows."""


@dataclass(frozen=True)
class Finding:
    """Something to look at: a row of `findings`."""

    name: str
    text: Text
    items: int
    amount: Decimal | None
    sql: str


class UnclearError(Exception):
    """What some customers' rows say does not tell what is found of all."""


@dataclass(frozen=True)
class Check:
    """A question to the data.

    words: what the finding is called, why it matters, what to do. sql: the rows that are found,
    answered by a published state, with a column `amount`; a column `customer` lets a page narrow
    them. needs: a condition on `documents` without which the data cannot say ('' always). asks: a
    condition on `documents` or `open_items` (`of`) without which there is nothing to look for,
    cheap. values: a statement over `{rows}` that answers with one row of further places of the
    sentence; where one of them is null, or it answers with nothing, `plain` is said instead ('':
    nothing is found). by_customer: what it finds of a customer follows from the rows of that one,
    and the sentence says nothing else of them than how many. Thresholds of the policy stand in sql
    and values as `$name`, in the sentence as `{name}`.
    """

    name: str
    sentence: str
    words: Words
    sql: str
    needs: str = ""
    asks: str = ""
    of: str = "documents"
    values: str = ""
    plain: str = ""
    by_customer: bool = False

    def possible(self, there: Collection[Condition]) -> bool:
        """Whether the data have what the check needs; there: conditions that some row meets."""
        return not self.needs or ("documents", self.needs) in there

    def find(
        self,
        connection: Connection,
        places: Mapping[str, object],
        there: Collection[Condition],
    ) -> Finding | None:
        """Return what is found; None for nothing.

        `places` fill SQL and sentence besides; there: conditions that some row meets.
        """
        if not self.possible(there) or (self.asks and (self.of, self.asks) not in there):
            return None
        # what is asked about twice is computed once
        sql = filled(self.sql, places)
        kept = "select * from found_rows"
        if self.values:
            run(connection, f"create or replace temp table found_rows as {sql}")
        asked = kept if self.values else sql
        items, amount = rows(connection, f"select count(*), sum(amount) from ({asked})")[0]
        if not items:
            return None
        values = {"items": items}
        sentence = self.sentence
        if self.values:
            further = self._further(connection, filled(self.values, places).replace("{rows}", kept))
            if any(v is None for v in further.values()) or not further:
                sentence = self.plain
            else:
                values.update(further)
        if not sentence:
            return None
        return self._told(sentence, places, values, items, amount)

    def count(
        self, connection: Connection, places: Mapping[str, object]
    ) -> tuple[int, Decimal | None]:
        """Return how many rows are found, and their amount; of a check `by_customer`."""
        sql = filled(self.sql, places)
        items, amount = rows(connection, f"select count(*), sum(amount) from ({sql})")[0]
        return items, None if amount is None else decimal(amount)

    def again(
        self,
        before: Finding | None,
        was: tuple[int, Decimal | None],
        now: tuple[int, Decimal | None],
        places: Mapping[str, object],
    ) -> Finding | None:
        """Return what is found where some customers changed, of a check `by_customer`.

        before: what was found of all; was, now: what `count` says of these customers then and now.
        Raises `UnclearError` where that does not tell.
        """
        amount = before.amount if before else None
        if amount is not None and now[1] is None and amount == was[1]:
            raise UnclearError  # of nothing, or of amounts that add up to nothing
        if amount is not None or now[1] is not None:
            amount = (amount or Decimal(0)) - (was[1] or Decimal(0)) + (now[1] or Decimal(0))
        items = (before.items if before else 0) - was[0] + now[0]
        if not items:
            return None
        return self._told(self.sentence, places, {"items": items}, items, amount)

    def _told(
        self,
        sentence: str,
        places: Mapping[str, object],
        values: Mapping[str, object],
        items: int,
        amount: object,
    ) -> Finding:
        said = {name: value for name, value in places.items() if f"{{{name}}}" in sentence}
        sql = filled(self.sql, places)
        return finding(self.name, sentence, {**said, **values}, items, amount, sql)

    def _further(self, connection: Connection, sql: str) -> dict[str, object]:
        answer = connection.execute(sql)
        names = [column[0] for column in answer.description or ()]
        found = answer.fetchall()
        return dict(zip(names, found[0], strict=True)) if found else {}


def conditions(connection: Connection, checks: Sequence[Check]) -> set[Condition]:
    """Return what these checks need and ask for that some row meets."""
    asked = [("documents", check.needs) for check in checks if check.needs]
    asked += [(check.of, check.asks) for check in checks if check.asks]
    there = set()
    for table in dict(asked):
        wanted = dict.fromkeys(condition for of, condition in asked if of == table)
        are = ", ".join(f"bool_or({condition})" for condition in wanted)
        for condition, met in zip(
            wanted, rows(connection, f"select {are} from {table}")[0], strict=True
        ):
            if met:
                there.add((table, condition))
    return there


def filled(sql: str, places: Mapping[str, object]) -> str:
    """Return `sql` with the thresholds of the policy in it.

    >>> filled("a > $unapplied_days and b ->> '$.sheet' = ''", {"unapplied_days": 90})
    "a > 90 and b ->> '$.sheet' = ''"
    """
    return Template(sql).safe_substitute(places)


def finding(
    name: str,
    sentence: str,
    values: Mapping[str, object],
    items: int,
    amount: object,
    sql: str,
) -> Finding:
    """Return a finding with its statement as a reader would write it."""
    return Finding(
        name,
        Text(sentence, dict(values)),
        items,
        None if amount is None else decimal(amount),
        "\n".join(line.rstrip() for line in _unindented(sql)),
    )


def decimal(value: object) -> Decimal:
    """Return an amount to the cent; null counts as nothing."""
    return Decimal(0) if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


def percent(part: Decimal, total: Decimal) -> float:
    """Return a part of a total as per cent with one decimal."""
    return float((100 * part / total).quantize(Decimal("0.1"))) if total else 0.0


def _unindented(sql: str) -> list[str]:
    lines = sql.strip("\n").rstrip().splitlines()
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    return [line[min(indents, default=0) :] for line in lines]

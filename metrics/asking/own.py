"""A question as people put it, turned into the `Ledger` that answers it.

Dimensions by the names that they gave their own, sets of buckets by those of the policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa

from data.core.dimensions import DIMENSIONS, OWN, at_or_below
from data.core.policy.rules import Policy
from data.core.texts import N_
from data.store.engine import Engine
from metrics.asking.cover import Cover
from metrics.asking.ledger import LAST_DAY, Ledger, month_end
from metrics.asking.limits import standing_of, undisputed_of
from metrics.asking.money import Money
from metrics.asking.said import Lines, Said


def ledger_of(
    engine: Engine,
    policy: Policy,
    as_of: date,
    where: Mapping[str, tuple[str, ...]],
    months: int,
    *,
    basis: str,
    buckets: str | None,
    since: date | None,
    history: int,
    lines: Lines,
    soon: int | None = None,
) -> Ledger:
    """Return the ledger as of a day, or of the last `history` month-ends of it.

    where: dimension -> values; besides, `overdue` (days) and `limit` (over, none) choose customers
    by how they stand on the day, and `disputed` (out) leaves out what is disputed. lines: what
    people said. buckets: a set of the policy, or edges as `data.core.buckets`
    writes them; the usual set if nothing is said. soon: within how many days what ends soon ends;
    as the policy says if nothing is said. Raises ValueError for a dimension that the store does not
    know.
    """
    about = engine.query("select ages, last_day from about").to_pylist()[0]
    own = own_names(engine).values()
    stand = {
        name: where[name]
        for name in ("overdue", "limit", "disputed")
        if name in where and name not in own
    }
    said = Said(lines, about["last_day"] or as_of)
    ledger = Ledger(
        as_of,
        filters_of(engine, {name: to for name, to in where.items() if name not in stand}),
        months,
        basis=basis,
        buckets=policy.set_of(buckets) if buckets else policy.usual(as_of),
        enough=policy.enough_payments.at(as_of),
        kept=frozenset(about["ages"].split(",")),
        since=since,
        standing=standing_of(as_of, stand, said),
        said=said,
        undisputed=undisputed_of(stand),
        soon=policy.soon_days.at(as_of) if soon is None else soon,
        cover=Cover.of(policy),
        money=Money.of(policy),
        watched=policy.loss_months.at(as_of),
    )
    return ledger.history(history) if history > 1 else ledger


QUIET = N_("No document is dated after {day}: either nothing happened since, or it is not loaded.")
"""What is said of a day that is answered although no document reaches into its month."""


def answered(asked: date, last: date, loaded: date) -> date:
    """Return the day that is answered where `asked` is asked for: one rule, wherever it is asked.

    last: the last day of the data. loaded: the day on which they were loaded. A day after the month
    of the last document is answered with that last day, since nothing is known of it and all that
    is open would seem late; but a day that was over when the data were loaded is answered as it is,
    and whoever answers says `QUIET` (see `quiet`).
    """
    known = max(month_end(last), loaded)
    return last if known < asked <= LAST_DAY else asked


def quiet(day: date, last: date) -> bool:
    """Whether nothing is known of the month of a day: no document reaches into it."""
    return day > month_end(last)


def day_of(engine: Engine, asked: date | None) -> tuple[date | None, date | None]:
    """Return the day that is answered, and the last day of the data.

    Without a day asked for it is that last day. None where there is no document, and of the first
    where no day is asked for besides.
    """
    about = engine.query("select last_day, loaded_at from about").to_pylist()[0]
    last: date | None = about["last_day"]
    if asked is None or last is None:
        return asked or last, last
    return answered(asked, last, about["loaded_at"].date()), last


def own_names(engine: Engine) -> dict[str, str]:
    """Return column -> name of the dimensions of the reader's own; {} where there are none."""
    said = engine.query("select own_dimensions from about").column(0)
    names = json.loads(said[0].as_py() or "{}") if len(said) else {}
    return {column: name for name, column in names.items()}


def columns_of(engine: Engine, names: Iterable[str]) -> tuple[str, ...]:
    """Return the dimensions that people name, their own by their columns.

    Raises ValueError for a name that the store does not know; it lists those that it does.
    """
    own = {name: column for column, name in own_names(engine).items()}
    known = (*(n for n in DIMENSIONS if n not in OWN), *own)
    found = tuple(names)
    for name in found:
        if name not in known:
            raise ValueError(f"{name!r} is no dimension; known are: {', '.join(known)}")
    return tuple(own.get(name, name) for name in found)


def filters_of(engine: Engine, where: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return filters as a ledger takes them: a path means all that lies below it as well.

    Raises ValueError for a name that the store does not know, and for the total.
    """
    if "total" in where:
        raise ValueError("'total' is no filter: it holds everything; name another dimension")
    columns = columns_of(engine, where)
    found = dict(zip(columns, where.values(), strict=True))
    for name, paths in found.items():
        if DIMENSIONS[name].path:
            values = engine.query(f"select distinct {name} from cells order by {name}")
            found[name] = at_or_below(paths, values.column(0).to_pylist())
    return found


def renamed(engine: Engine, table: pa.Table) -> pa.Table:
    """Return an answer with the reader's own dimensions under the names that they gave."""
    own = own_names(engine)
    return table.rename_columns([own.get(name, name) for name in table.column_names])

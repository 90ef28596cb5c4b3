"""The day of issue of lists that have only a due day: it follows from terms, or is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from data.core.reading import Choice, Question
from data.core.texts import N_, NN_, Text
from etl.intake.tables.evidence import looks_like_days
from etl.intake.tables.plan import Plan

_TERMS = ("terms_days", "agreed_terms_days")
_ASKED = NN_(
    "{file} has no day of issue, and the due day in {column} is all that {count} of its invoices "
    "says: how many days before it was it issued? Sales, DSO and days to pay go by that day.",
    "{file} has no day of issue, and the due day in {column} is all that {count} of its invoices "
    "say: how many days before it were they issued? Sales, DSO and days to pay go by that day.",
)
_BY_TERMS = N_("There is no day of issue: it is the due day in {column} less the terms in {terms}.")
_AS_SAID = N_(
    "There is no day of issue: it is {days} days before the due day in {column}, as was said."
)
#: Days before the due day -> what the answer is called.
_DAYS = {
    30: N_("30 days before the due day"),
    14: N_("14 days before the due day"),
    60: N_("60 days before the due day"),
    0: N_("on the due day itself"),
}


def is_dueonly(plan: Plan) -> bool:
    """Return whether a list of invoices has a due day, and no day of issue."""
    columns = plan.columns
    return plan.rows_kind == "invoices" and "due_on" in columns and "issued_on" not in columns


def settle_issue(connection: duckdb.DuckDBPyConnection, plan: Plan, said: int | None) -> None:
    """Let the day of issue of such a list be its due day less its terms, or `said` days.

    Where rows have no terms and nothing is said, ask. Terms that go by months tell no day before.
    """
    if not is_dueonly(plan):
        return
    due = plan.parsed["due_on"]
    terms = [(n, plan.parsed[n]) for n in _TERMS if n in plan.parsed]
    days = [p.value for _, p in terms] + ([] if said is None else [f"{said}::integer"])
    before = f"coalesce({', '.join(days)}, null)" if days else "null::integer"
    bound = {k: v for p in (due, *(p for _, p in terms)) for k, v in p.parameters.items()}
    joins = " ".join(p.join for p in (due, *(p for _, p in terms)))
    known, unknown = connection.execute(
        f"select count(*) filter (days is not null), count(*) filter (days is null) from"
        f" (select {due.value} as due, {before} as days from {plan.grid.table} {joins}"
        " where broken is null) where due is not null",
        bound,
    ).fetchone() or (0, 0)
    column = plan.header("due_on")
    if unknown:
        values = {"file": plan.grid.name, "column": column, "count": unknown}
        choices = (*_columns(connection, plan), *_so_many_days(plan))
        plan.questions.append(Question("issue", Text(_ASKED, values), choices, column))
        return
    if terms and known:
        named = ", ".join(plan.header(n) for n, _ in terms)
        plan.notes.append(Text(_BY_TERMS, {"column": column, "terms": named}))
    if said is not None:
        plan.notes.append(Text(_AS_SAID, {"column": column, "days": said}))
    plan.parsed["issued_on"] = replace(
        due, value=f"({due.value} - {before})", refused="false", reason="", remedy="", because=(),
        parameters={}, join="", note=None, light=False,
    )  # fmt: skip


def _columns(connection: duckdb.DuckDBPyConnection, plan: Plan) -> list[Choice]:
    """Return the columns of days that nothing is read from, as answers."""
    used = set(plan.columns.values())
    return [
        Choice(header, header, _answer(plan, {"issued_on": header}))
        for place, header in enumerate(plan.grid.headers)
        if header and f"c{place}" not in used and looks_like_days(connection, plan, f"c{place}")
    ]


def _so_many_days(plan: Plan) -> list[Choice]:
    return [
        Choice(str(days), label, _answer(plan, {"due_on": plan.header("due_on")}, days))
        for days, label in _DAYS.items()
    ]


def _answer(
    plan: Plan, columns: Mapping[str, str], days: int | None = None
) -> dict[str, dict[str, object]]:
    """Return the lines of a mapping file that say so, of a list found by its headers or named."""
    found: dict[str, dict[str, object]] = {"source": {}, "columns": dict(columns)}
    if plan.by_headers:
        found = plan.answer(columns)
    if days is not None:
        found["source"] = {**found["source"], "terms_days": days}
    return found

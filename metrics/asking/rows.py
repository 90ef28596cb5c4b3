"""The rows behind a figure: which documents and open items, from which file and line."""

from __future__ import annotations

from data.core.dimensions import DIMENSIONS
from metrics.asking.metric import Query

_DIMENSIONS = ", ".join(("c.customer_name", *(f"{{r}}.{name}" for name in DIMENSIONS)))


def _also(join: str) -> tuple[str, ...]:
    """Return the relation that a join names."""
    return (join.split()[1],) if join else ()


def items(
    relation: str, extra: str = "", join: str = "", also: str = "", windows: tuple[str, ...] = ()
) -> Query:
    """Return a query for the open items of `relation` with their document, file and line.

    extra: further columns. join: another relation that says which of them. also: a join of a table
    of the state that does; windows: the days of windows that it names.
    """
    return Query(
        (relation, *_also(join)),
        f"""
select {relation}.document_id, {relation}.kind, {relation}.opened_on,
    {relation}.issued_on, {relation}.due_on, {relation}.closed_on, {relation}.closed_by,
    {relation}.method, {relation}.amount,
    {relation}.amount_currency, {_DIMENSIONS.format(r=relation)}, {extra}
    {relation}.due_assumed, {relation}.disputed, k.reference, f.name as file, k.line
from {relation}
{join}{also}
left join documents as k on k.document_key = {relation}.document_key
left join customers as c on c.customer_id = {relation}.customer
left join files as f on f.file_id = k.file_id
""",
        windows=windows,
    )


def documents(
    relation: str, where: str = "", *windows: str, join: str = "", extra: str = ""
) -> Query:
    """Return a query for the documents of `relation` with their file and line.

    where: which of them, by days of `windows` or by columns of another relation, its `join`.
    extra: further columns.
    """
    return Query(
        (relation, *_also(join)),
        f"""
select {relation}.document_id, {relation}.kind, {relation}.issued_on, {relation}.due_on,
    {relation}.closed_on, {relation}.outcome, {relation}.amount, {relation}.amount_currency,
    {_DIMENSIONS.format(r=relation)},
    {extra}
    {relation}.due_assumed, {relation}.disputed, {relation}.reference, f.name as file,
    {relation}.line
from {relation}
{join}
left join customers as c on c.customer_id = {relation}.customer
left join files as f on f.file_id = {relation}.file_id
"""
        + (f"where {where}" if where else ""),
        windows=windows,
    )


def lines(relation: str, columns: str, where: str = "", windows: tuple[str, ...] = ()) -> Query:
    """Return a query for the lines of a relation of the memory, with their customers.

    columns: those of the subject that are shown; where: which lines, by days of `windows`.
    """
    shown = ", ".join(n if "." in n else f"{relation}.{n}" for n in columns.split(", "))
    has_dimensions = relation in ("promises", "disputes")
    of = "accounts" if not has_dimensions else relation
    joined = "" if has_dimensions else "join accounts using (as_of, customer)\n"
    days = "join days using (as_of)\n" if windows else ""
    dimensions = ", ".join(f"{of}.{name}" for name in ("customer_name", *DIMENSIONS))
    return Query(
        (relation, *(("accounts",) if joined else ()), *(("days",) if windows else ())),
        f"""
select {relation}.said_on, {relation}.who, {shown}, {dimensions}, {relation}.note
from {relation}
{joined}{days}"""
        + (f"where {where}" if where else ""),
        windows=windows,
    )

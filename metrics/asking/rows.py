"""The rows behind a figure: which documents and open items, from which file and line."""

from __future__ import annotations

from data.core.dimensions import DIMENSIONS

_DIMENSIONS = ", ".join(("c.customer_name", *(f"{{r}}.{name}" for name in DIMENSIONS)))


def items(relation: str, extra: str = "") -> str:
    """Return SQL that lists the open items of `relation` with their document, file and line."""
    return f"""
select {relation}.document_id, {relation}.kind, {relation}.opened_on,
    {relation}.issued_on, {relation}.due_on, {relation}.closed_on, {relation}.closed_by,
    {relation}.method, {relation}.amount,
    {relation}.amount_currency, {_DIMENSIONS.format(r=relation)}, {extra}
    {relation}.due_assumed, {relation}.disputed, k.reference, f.name as file, k.line
from {relation}
left join documents as k on k.document_key = {relation}.document_key
left join customers as c on c.customer_id = {relation}.customer
left join files as f on f.file_id = k.file_id"""


def documents(relation: str) -> str:
    """Return SQL that lists the documents of `relation` with their file and line."""
    return f"""
select {relation}.document_id, {relation}.kind, {relation}.issued_on, {relation}.due_on,
    {relation}.closed_on, {relation}.outcome, {relation}.amount, {relation}.amount_currency,
    {_DIMENSIONS.format(r=relation)},
    {relation}.due_assumed, {relation}.disputed, {relation}.reference, f.name as file,
    {relation}.line
from {relation}
left join customers as c on c.customer_id = {relation}.customer
left join files as f on f.file_id = {relation}.file_id"""

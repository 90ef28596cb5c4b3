"""Mapping files as text."""

from __future__ import annotations

import json
from collections.abc import Mapping

Document = Mapping[str, object]
"""A mapping file, parsed."""


def as_toml(document: Document) -> str:
    """Return a mapping as the text of a mapping file, whatever tables it has.

    >>> print(as_toml({"states": {"Settled": "paid"}}), end="")
    [states]
    Settled = "paid"
    """
    parts = []
    for name, table in document.items():
        if isinstance(table, Mapping) and table:
            lines = [f"{_key(str(k))} = {value(v)}" for k, v in table.items() if v is not None]
            parts.append("\n".join([f"[{_key(name)}]", *lines]))
    return "\n\n".join(parts) + "\n" if parts else ""


def _key(text: str) -> str:
    return text if text.isascii() and text.replace("_", "a").isalnum() else value(text)


def value(said: object) -> str:
    """Return a TOML value; a JSON string is a TOML basic string once DEL is escaped.

    >>> print(value({"first": ["Nr", "Naam"]}))
    { first = ["Nr", "Naam"] }
    """
    if isinstance(said, Mapping):
        return "{ " + ", ".join(f"{_key(str(k))} = {value(v)}" for k, v in said.items()) + " }"
    if isinstance(said, list | tuple):
        return "[" + ", ".join(map(value, said)) + "]"
    return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007F")


def merged(one: Document, other: Document) -> dict[str, object]:
    """Return a mapping with what another one says over it, table by table.

    A column that the other one names does not follow from others any more.

    >>> merged({"kinds": {"CN": "credit_note"}}, {"kinds": {"F": "invoice"}})
    {'kinds': {'CN': 'credit_note', 'F': 'invoice'}}
    """
    found = dict(one)
    columns, derived = other.get("columns"), one.get("derived")
    if isinstance(columns, Mapping) and isinstance(derived, Mapping):
        found["derived"] = {k: v for k, v in derived.items() if k not in columns}
    for name, table in other.items():
        before = found.get(name)
        if isinstance(table, Mapping) and isinstance(before, Mapping):
            found[name] = {**before, **table}
        else:
            found[name] = dict(table) if isinstance(table, Mapping) else table
    return found

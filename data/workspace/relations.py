"""What people said as named relations as of a day: Arrow tables that an engine joins figures with.

One for each subject, of the lines that held at the end of the day: `id, said_on, who, customer,
note` and the fields of the subject; and `said_documents` (`id, ledger, document_id`). They have
their columns where nothing was said, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import pyarrow as pa

from data.workspace.line import Line
from data.workspace.subjects.every import SUBJECTS
from data.workspace.subjects.subject import Subject, kinds

DOCUMENTS = "said_documents"

_MONEY = pa.decimal128(18, 2)
_TYPES: Mapping[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int32(),
    date: pa.date32(),
    Decimal: _MONEY,
    bool: pa.bool_(),
}
_LINE = [
    pa.field("id", pa.string(), nullable=False),
    pa.field("said_on", pa.date32(), nullable=False),
    pa.field("who", pa.string(), nullable=False),
    pa.field("customer", pa.string(), nullable=False),
    pa.field("note", pa.string(), nullable=False),
]


def schema_of(subject: type[Subject]) -> pa.Schema:
    """Return the columns of a subject's relation."""
    own = [
        pa.field(name, _TYPES[kind], nullable=optional)
        for name, (kind, optional) in kinds(subject).items()
    ]
    return pa.schema([*_LINE, *own])


def relations(lines: Iterable[Line]) -> dict[str, pa.Table]:
    """Return name -> relation of the lines that hold, by their numbers.

    lines: those of the day, as `Memory.lines(by=...)` returns them.
    """
    holding = [line for line in lines if line.holds]
    found = {}
    for name, subject in SUBJECTS.items():
        schema = schema_of(subject)
        rows = [
            {
                field: getattr(line if field in _NAMES else line.said, field)
                for field in schema.names
            }
            for line in holding
            if line.subject == name
        ]
        found[name] = pa.Table.from_pylist(rows, schema)
    named = [
        {"id": line.id, "ledger": one.ledger, "document_id": one.document_id}
        for line in holding
        for one in line.documents
    ]
    schema = pa.schema([(name, pa.string()) for name in ("id", "ledger", "document_id")])
    found[DOCUMENTS] = pa.Table.from_pylist(named, schema)
    return found


_NAMES = frozenset(field.name for field in _LINE)

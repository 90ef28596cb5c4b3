"""The columns of rows behind a figure: documents and open items, as a grid and a file show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute

from dashboards.base.grid import Column
from dashboards.base.i18n import _
from dashboards.base.words import ASSUMPTIONS, CLOSERS, KINDS, METHODS, OUTCOMES
from dashboards.charts.said import STATES
from data.core.buckets import DEFAULT, Buckets
from data.core.dimensions import COLUMNS
from data.core.texts import N_, Text, inert
from data.workspace.subjects.dispute import REASONS

#: Dimensions whose values a reader calls otherwise than the data do.
_NAMED = ("country", "sector")
#: Those that other columns say: the customer's name, the sector's class.
_SAID = ("customer", "customer_group", "sector_section", "sector_division", "sector_group")
_WIDTHS = {"country": 120, "sector": 200, "segment": 110, "currency": 90}


def _dimensions() -> dict[str, tuple[str, str, int, str]]:
    return {
        d.name: (d.label, "text", _WIDTHS.get(d.name, 140), d.name if d.name in _NAMED else "")
        for d in COLUMNS
        if d.name not in _SAID
    }


#: what the columns of rows behind a figure are called: name -> (label, unit, width, dimension)
ROW_COLUMNS: dict[str, tuple[str, str, int, str]] = {
    "document_id": (N_("Document"), "text", 130, ""),
    "kind": (N_("Kind"), "text", 100, ""),
    "issued_on": (N_("Issued"), "day", 126, ""),
    "opened_on": (N_("Opened"), "day", 126, ""),
    "due_on": (N_("Due"), "day", 126, ""),
    "customer_name": (N_("Customer"), "text", 180, ""),
    "amount": (N_("Amount"), "money", 125, ""),
    "reason": (N_("Reason"), "text", 150, ""),
    "owner": (N_("Who settles it"), "text", 140, ""),
    "age": (N_("Age, days"), "count", 92, ""),
    "state": (N_("Now"), "text", 116, ""),
    "paid": (N_("Paid of it"), "money", 120, ""),
    "missing": (N_("Missing"), "money", 120, ""),
    "days": (N_("Agreed terms, days"), "count", 104, ""),
    "file_limit": (N_("Limit of the files"), "money", 125, ""),
    "valid_until": (N_("Until"), "day", 126, ""),
    "insured_amount": (N_("Insured limit"), "money", 125, ""),
    "advised": (N_("Advised"), "money", 125, ""),
    "security": (N_("Other security"), "text", 150, ""),
    "said_on": (N_("Said on"), "day", 126, ""),
    "who": (N_("By"), "text", 130, ""),
    "note": (N_("Note"), "text", 260, ""),
    "closed_on": (N_("Closed"), "day", 126, ""),
    "closed_by": (N_("Closed by"), "text", 110, ""),
    "outcome": (N_("Outcome"), "text", 100, ""),
    "method": (N_("Matched by"), "text", 110, ""),
    "amount_currency": (N_("Amount in its currency"), "money", 150, ""),
    "bucket": (N_("Bucket"), "text", 100, ""),
    "month_end": (N_("Month-end"), "day", 126, ""),
    "became": (N_("A month later"), "text", 130, ""),
    "loss_rate": (N_("Loss rate"), "share", 100, ""),
    "model": (N_("Expected loss"), "money", 125, ""),
    "overlay": (N_("Overlay"), "money", 110, ""),
    "customer": (N_("Customer number"), "text", 130, ""),
    **_dimensions(),
    "due_assumed": (N_("Due day assumed"), "text", 120, ""),
    "disputed": (N_("Disputed"), "yes", 90, ""),
    "reference": (N_("Reference"), "text", 180, ""),
    "file": (N_("File"), "text", 200, ""),
    "line": (N_("Line"), "count", 90, ""),
}


_ROW_WORDS: dict[str, Mapping[str, str | Text]] = {
    "kind": KINDS,
    "closed_by": CLOSERS,
    "outcome": OUTCOMES,
    "method": METHODS,
    "due_assumed": ASSUMPTIONS,
    "reason": REASONS,
    "state": STATES,
}


#: What became of an item a month later, where it is in no bucket.
FATES = {
    "paid": N_("paid"), "written_off": N_("written off"), "left_out": N_("left out"),
}  # fmt: skip


def row_columns(names: Sequence[str], buckets: Buckets = DEFAULT) -> tuple[Column, ...]:
    """Return the columns of rows behind a figure, in our order; others are left out.

    buckets: whose names stand in the rows.
    """
    later: Mapping[str, str | Text] = {**buckets.labels, **FATES}
    words = {**_ROW_WORDS, "bucket": buckets.labels, "became": later}
    return tuple(
        Column(
            name,
            label,
            unit,
            width,
            dimension,
            total="sum(amount)" if name == "amount" else "",
            words=words.get(name, {}),
        )
        for name, (label, unit, width, dimension) in ROW_COLUMNS.items()
        if name in names
    )


def in_words(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values with the words that a grid shows in the place of codes."""
    if pa.types.is_boolean(values.type):
        return pa.compute.if_else(values, pa.scalar(_("yes")), pa.scalar(""))
    words = {code: inert(word) for code, word in column.said.items() if code}
    if not words:
        return values
    place = pa.compute.index_in(values, pa.array(words, pa.string()))
    found = pa.array(words.values(), pa.string()).take(place.combine_chunks())
    return pa.compute.if_else(place.is_valid(), found, values)

"""A small table that is drawn whole: numbers to the right, headers above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from dash import html
from dash.development.base_component import Component

Cell: TypeAlias = "Component | str | list[Component]"


def plain_table(
    head: Sequence[tuple[str, bool]], rows: Iterable[Sequence[Cell]], caption: str = ""
) -> html.Div:
    """Return a table; the second of each head says whether its cells are numbers.

    Each cell knows its head, for tables that become lists on a narrow screen.
    """
    classes = ["n" if number else None for _label, number in head]
    labels = [
        html.Th(label, className=c, scope="col")
        for (label, _number), c in zip(head, classes, strict=True)
    ]
    body = [
        html.Tr(
            [
                html.Td(cell, className="n" if number else None, **{"data-label": label})
                for cell, (label, number) in zip(row, head, strict=True)
            ]
        )
        for row in rows
    ]
    parts = [html.Thead(html.Tr(labels)), html.Tbody(body)]
    if caption:
        parts.insert(0, html.Caption(caption))
    return html.Div(html.Table(parts, className="figures"), className="table-scroll")

"""Parts of a page that nothing asks about, as one component each instead of hundreds.

Dash wraps each component of a page in three of React's and tells all of them of everything that
happens: a table of 60 rows and 7 columns costs the browser more than a chart does. What has no id
and cannot be clicked through Dash needs none of that. `drawn` finds such parts in what a page
returns and puts one component in the place of each, whose script (assets/drawn.js) draws the same
elements. Pages go on saying what they show with `dash.html`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from dash.development.base_component import Component

_HTML = "dash_html_components"
#: Attributes of `dash.html` that talk to Dash: what has one of them is left to it.
_SPOKEN = frozenset({"id", "key", "n_clicks", "n_clicks_timestamp", "disable_n_clicks"})
#: Components whose element is called otherwise.
_NAMED = {"MapEl": "map", "ObjectEl": "object"}


class Drawn(Component):
    """A part of a page as JSON: text, or [element, attributes, *children]; '' is no element."""

    _children_props: list[str] = []  # noqa: RUF012 - Dash's own way to say it
    _base_nodes: list[str] = []  # noqa: RUF012
    _namespace = "tandem_parts"
    _type = "Drawn"

    def __init__(self, tree: str) -> None:
        """Draw `tree`; see the class."""
        # not Component.__init__: it tries to import the namespace, each time
        self._prop_names = ["tree"]
        self._valid_wildcard_attributes: list[str] = []
        self.tree = tree


def drawn(part: Any) -> Any:
    """Return what a layout or a callback returns, with all that only shows drawn by the script.

    What Dash has a say in stays, and is changed in place where something within it is drawn.
    """
    if isinstance(part, (list, tuple)):
        return _together(part)
    return next(iter(_together([part])), None)


def _together(parts: Iterable[Any]) -> list[Any]:
    """Return parts that stand side by side; those that only show are drawn as one."""
    found: list[Any] = []
    each = [(part, _shown(part)) for part in _flat(parts)]
    for shows, run in itertools.groupby(each, lambda one: one[1] is not None):
        alike = list(run)
        trees = [shown[0] for _part, shown in alike if shown]
        count = sum(shown[1] for _part, shown in alike if shown)
        if shows and count > 1:
            tree = trees[0] if len(trees) == 1 else ["", None, *trees]
            found.append(Drawn(orjson.dumps(tree).decode()))
        else:
            found += [part if shows else _within(part) for part, _shown in alike]
    return found


def _within(part: Component) -> Component:
    """Return what Dash has a say in, with what only shows inside it drawn by the script."""
    inside = getattr(part, "children", None)
    if part._namespace == _HTML and inside is not None:
        part.children = drawn(inside)
    return part


def _shown(part: Any) -> tuple[Any, int] | None:
    """Return a part as the script reads it, and its components; None where Dash has a say in it."""
    if not isinstance(part, Component):
        return part, 0
    if part._namespace != _HTML:
        return None
    told = part.to_plotly_json()["props"]
    if not _SPOKEN.isdisjoint(told):
        return None
    count = 1
    tree: list[Any] = [_NAMED.get(part._type, part._type.lower()), told]
    for child in _flat(told.pop("children", None)):
        shown = _shown(child)
        if shown is None:
            return None
        tree.append(shown[0])
        count += shown[1]
    return tree, count


def _flat(children: Any) -> Iterator[Any]:
    """Yield children one by one, whether they are one, several or lists of lists; none are left."""
    if isinstance(children, (list, tuple)):
        for child in children:
            yield from _flat(child)
    elif children is not None:
        yield children

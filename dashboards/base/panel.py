"""Panels: how a page's callbacks fill them, and what is shown where they cannot."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from dash import Dash, Input, Output, State
from dash.development.base_component import Component

from dashboards.base import parts
from dashboards.base.delivery import not_kept, pure
from dashboards.base.drawn import drawn
from dashboards.base.i18n import _
from dashboards.base.later import BELOW
from dashboards.base.view import Context, Explain, ListRef, NoRows, NotEnough, View
from data.core.errors import EngineError, StoreError

LOG = logging.getLogger("tandem")
_Fn = TypeVar("_Fn", bound=Callable[..., Any])


@dataclass(frozen=True)
class Content:
    """What a panel shows.

    title: the message or subject. measure: measure and unit; the as-of day and the filters are
    added. body: what is seen. explain: what the ⋯ menu refers to; without it the menu's items
    have nothing to say. A panel with a static table (see `panel(static=...)`) leaves body empty.
    """

    title: str
    measure: str
    body: Component | Sequence[Component] = ()
    explain: Explain | ListRef | None = None
    as_of: str = ""
    """Words for the day instead of "as of <day>", for histories: "36 months to 31 Oct 2026"."""


def panel_callback(
    app: Dash, context: Context, id: str, *inputs: Input | State, below: bool = False
) -> Callable[[_Fn], _Fn]:
    """Fill the panel `id` from `fn(view, *values of inputs) -> Content`.

    Runs when the page opens, when the URL's query changes and when an input does; with `below`
    after what stands on the first screen, as `parts.panel(below=True)` says.
    """

    asked = BELOW if below else None

    def wrap(fn: _Fn) -> _Fn:
        @app.callback(
            Output(f"{id}-head", "children"),
            Output(f"{id}-body", "children"),
            Output({"type": "explain", "panel": id}, "data"),
            *_wanted(asked),
            *inputs,
            prevent_initial_call=below,
        )
        @pure
        @functools.wraps(fn)
        def fill(*given: Any) -> tuple[Any, Any, Any]:
            search, values = _search_of(given, asked)
            content, state = _guarded(context, fn, search, values)
            if content is None:
                return [], state, None
            view = context.view(search)
            assert view is not None  # noqa: S101 - a content was made from it
            measure = measure_line(view, content)
            explain = asdict(content.explain) if content.explain else None
            return (
                drawn(parts.panel_title(id, content.title, measure)),
                drawn(content.body),
                explain,
            )

        return fn

    return wrap


@dataclass(frozen=True)
class CardContent:
    """What a KPI card shows: see `parts.card_body`; `explain` is for its ⋯ menu."""

    title: str
    value: str
    changes: Sequence[Component]
    line: Component | None = None
    exact: str = ""
    note: str = ""
    explain: Explain | None = None


def card_callback(
    app: Dash, context: Context, id: str, *inputs: Input | State
) -> Callable[[_Fn], _Fn]:
    """Fill the card `id` from `fn(view, *values of inputs) -> CardContent`."""

    def wrap(fn: _Fn) -> _Fn:
        @app.callback(
            Output(f"{id}-body", "children"),
            Output({"type": "explain", "panel": id}, "data"),
            Input("url", "search"),
            Input("retry", "data"),
            *inputs,
        )
        @pure
        @functools.wraps(fn)
        def fill(search: str | None, _retry: object, *values: Any) -> tuple[Any, Any]:
            made, state = _guarded(context, fn, search, values)
            if made is None:
                return state, None
            body = parts.card_body(
                id, made.title, made.value, made.changes, made.line, made.exact, made.note
            )
            return drawn(body), asdict(made.explain) if made.explain else None

        return fn

    return wrap


def measure_line(view: View, content: Content) -> str:
    """Return the second line of a figure: measure, unit, as-of day, filters, of columns too."""
    day = content.as_of or _("as of {day}").format(day=view.f.day(view.selection.as_of))
    narrowed = content.explain.narrowed if isinstance(content.explain, ListRef) else ""
    return ", ".join(filter(None, (content.measure, day, view.words, narrowed)))


def headline_callback(
    app: Dash, context: Context, name: str, *inputs: Input | State
) -> Callable[[_Fn], _Fn]:
    """Fill the one sentence under a page's title from `fn(view, *values) -> str or children`."""
    return _children_callback(app, context, f"{name}-headline", inputs)


def part_callback(
    app: Dash,
    context: Context,
    id: str,
    *inputs: Input | State,
    below: bool = False,
    own: bool = False,
) -> Callable[[_Fn], _Fn]:
    """Fill the children of any element `id` of a page from `fn(view, *values) -> children`.

    `below` as in `panel_callback`. own: what it says is this one reader's, and may change each
    time: it is not kept for others.
    """  # fmt: skip
    return _children_callback(app, context, id, inputs, BELOW if below else None, own=own)


def near_callback(app: Dash, context: Context, id: str) -> Callable[[_Fn], _Fn]:
    """Fill the children of the element `id` from `fn(view) -> children` once it is near.

    For what few scroll down to: the store `<id>-asked` says for which query and which attempt
    (`{"search", "retry"}`) they are wanted, and a script writes it where the element comes near
    the screen. Until then nothing is asked.
    """
    return _children_callback(app, context, id, (), Input(f"{id}-asked", "data"))


def _children_callback(
    app: Dash,
    context: Context,
    id: str,
    inputs: Sequence[Input | State],
    asked: Input | None = None,
    *,
    own: bool = False,
) -> Callable[[_Fn], _Fn]:
    def wrap(fn: _Fn) -> _Fn:
        @functools.wraps(fn)
        def fill(*given: Any) -> Any:
            return _children(context, fn, *_search_of(given, asked))

        app.callback(
            Output(id, "children"), *_wanted(asked), *inputs, prevent_initial_call=bool(asked)
        )(fill if own else pure(fill))
        return fn

    return wrap


def _wanted(asked: Input | None) -> tuple[Input, ...]:
    """Return what says for which query, and which attempt, a part is wanted: `asked`, a store that
    a script writes, or at once what the URL says.
    """
    return (asked,) if asked else (Input("url", "search"), Input("retry", "data"))


def _search_of(given: Sequence[Any], asked: Input | None) -> tuple[str | None, Sequence[Any]]:
    """Return the query out of the values of `_wanted`, and the values that follow them."""
    return (given[0]["search"], given[1:]) if asked else (given[0], given[2:])


def _children(
    context: Context, fn: Callable[..., Any], search: str | None, values: Sequence[Any]
) -> Any:
    """Return the children that `fn` made, or the state to show instead."""
    content, state = _guarded(context, fn, search, values)
    return drawn(state if content is None else content)


def _guarded(
    context: Context, fn: Callable[..., Any], search: str | None, values: Sequence[Any]
) -> tuple[Any, Component | None]:
    """Return what `fn` made, or None and the state to show instead."""
    try:
        view = context.view(search)
        if view is None:
            return None, parts.message(_("Nothing is loaded yet"), kind="empty")
        return fn(view, *values), None
    except NoRows:
        return None, parts.no_rows()
    except NotEnough as few:
        return None, parts.not_enough(few.text.render(_))
    except (StoreError, EngineError) as error:
        LOG.error("the store cannot be read, or not answer: %s", error)
        not_kept()
        return None, parts.failed(error.render(_))
    except Exception as error:
        LOG.exception("a panel failed: %s", getattr(fn, "__qualname__", fn))
        not_kept()
        what = _("{kind} while computing it; the details are in the server's log.")
        return None, parts.failed(what.format(kind=type(error).__name__))

"""Tandem in a notebook: the figures of a store as pandas frames and plotly figures.

    import tandem

    books = tandem.open("mydata")
    books.frame("aging", by=["country"], where={"sector": "46"})
    books.figure("dso", as_of="2026-03-31")
    print(books.sql("dso"))

The rows are those that `show` prints and the pages draw, under the same filters.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import urlencode

from data.core.errors import StoreError
from data.workspace.policy import read
from data.workspace.relations import beside
from metrics.asking.ledger import Ledger
from metrics.asking.own import columns_of, day_of, ledger_of, renamed
from metrics.printing import about_day

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from data.store.state import State, Store

Where = Mapping[str, str | Iterable[str]]
"""Dimension -> a value or several, of which one must hold; '' stands for "not known"."""


class Question(TypedDict, total=False):
    """What is asked of a metric; whatever is left out is as `show` has it."""

    as_of: date | str | None
    """A day, or `YYYY-MM-DD`; None: the last day of the data."""
    since: date | str | None
    """The earlier day, for metrics that compare two; None: a year before."""
    by: Iterable[str] | str
    """The dimensions to split by."""
    where: Where | None
    history: int
    """As of so many month-ends, the day being the last."""
    months: int
    """The window of behaviour, in calendar months."""
    basis: str
    """What aging counts from: `due` or `issued`."""
    buckets: str
    """Of aging, as `data.core.buckets` writes them."""
    soon: int | None
    """What ends within so many days ends soon; None: as the policy says."""


def open(store: Path | str) -> Books:  # noqa: A001 - as in `tandem.open`
    """Return the books of the store in a folder, as they are published now.

    With TANDEM_ENGINE they are read from a cluster, as by every command. Raises `StoreError`
    where nothing is published there.
    """
    from app import opened

    states = opened(store)
    state = states.current()
    if state is None:
        raise StoreError("Nothing is loaded into {store} yet.", "Load exports first.", store=store)
    return Books(states, state)


class Books:
    """One published state; it stays what it was when it was opened."""

    def __init__(self, store: Store, state: State) -> None:
        """Read from `state`, the one that `store` held."""
        self._store, self._state = store, state

    @property
    def last_day(self) -> date | None:
        """The last day of the data, which every question is about that names none; None: no day."""
        found: date | None = (
            self._state.engine.query("select last_day from about").column(0)[0].as_py()
        )
        return found

    def frame(self, metric: str, **asked: Unpack[Question]) -> pd.DataFrame:
        """Return the rows of a metric; columns that hold money are decimals, never floats.

        metric: a name that `python app.py metrics` lists. asked: see `Question`. Columns: as_of,
        those of `by`, those of the metric, all in Arrow's types. No rows: no data under these
        filters. Raises ValueError for a name or day that cannot be.
        """
        import pandas as pd

        from metrics.catalogue import answer

        engine = self._state.engine
        table = renamed(engine, answer(engine, metric, *self._asked(**asked)))
        frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def sql(self, metric: str, **asked: Unpack[Question]) -> str:
        """Return the statement behind `frame` with its values written in, to be read and run."""
        from metrics.catalogue import metric as found

        ledger, groups = self._asked(**asked)
        return ledger.statement(found(metric), groups).as_text()

    def figure(
        self,
        metric: str,
        *,
        as_of: date | str | None = None,
        where: Where | None = None,
        language: str = "en",
        **page: str,
    ) -> go.Figure:
        """Return the picture of a page, with its title, unit and day: `aging` or `dso`.

        page: what the address of the page says besides, such as `basis="issued"` or
        `buckets="15,45"`. Raises ValueError for what has no picture, and where there are no data.
        """
        import plotly.graph_objects as go
        from dash import dcc

        from dashboards.aging.page import history_content
        from dashboards.base.i18n import speaking
        from dashboards.base.panel import measure_line
        from dashboards.base.view import Context, NoRows
        from dashboards.dso.page import trend_content

        pictures = {"aging": history_content, "dso": trend_content}
        if metric not in pictures:
            raise ValueError(f"{metric!r} has no picture; there are: {', '.join(pictures)}")
        asked = self._asked(as_of, where=where)[0]
        apart = asked.standing or asked.undisputed
        chosen = {**_many(where), **asked.where} if apart else asked.where
        pairs = [("as_of", str(as_of))] if as_of else []
        pairs += [(name, value or "-") for name, values in chosen.items() for value in values]
        with speaking(language):
            view = Context(self._store).view("?" + urlencode([*pairs, *page.items()]))
            assert view is not None  # noqa: S101 - there is a state
            for name, values in chosen.items():
                if unknown := set(values) - set(view.selection.chosen.get(name, ())):
                    raise ValueError(f"{name}: the data know no {', '.join(sorted(unknown))}")
            try:
                content = pictures[metric](view)
            except NoRows as error:
                raise ValueError("there are no data under these filters on that day") from error
            body = content.body if isinstance(content.body, list) else [content.body]
            (drawn,) = (part.figure for part in body if isinstance(part, dcc.Graph))
            figure = go.Figure(drawn)
            title = {"text": content.title, "subtitle": {"text": measure_line(view, content)}}
            figure.update_layout(title=title, margin_t=90)
            return figure

    def _asked(
        self,
        as_of: date | str | None = None,
        since: date | str | None = None,
        by: Iterable[str] | str = (),
        where: Where | None = None,
        history: int = 1,
        months: int = 12,
        basis: str = "due",
        buckets: str = "",
        soon: int | None = None,
    ) -> tuple[Ledger, tuple[str, ...]]:
        """Return the ledger that answers a `Question`, and its groups."""
        named = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        day, last = day_of(self._state.engine, named)
        if day is None:
            raise ValueError("the store holds no documents with a day: say as of which, as_of=...")
        for text in about_day(day, last, named):
            warnings.warn(text, stacklevel=3)
        earlier = date.fromisoformat(since) if isinstance(since, str) else since
        engine, policy = self._state.engine, read(self._store.folder)
        ledger = ledger_of(
            engine, policy, day, _many(where), months,
            basis=basis, buckets=buckets, since=earlier, history=history,
            lines=beside(self._store.folder, engine, policy), soon=soon,
        )  # fmt: skip
        groups = columns_of(engine, (by,) if isinstance(by, str) else by)
        return ledger, groups or ("total",)


def _many(where: Where | None) -> dict[str, tuple[str, ...]]:
    """Return the filters with all their values in tuples."""
    asked: dict[str, Any] = dict(where or {})
    return {k: (v,) if isinstance(v, str) else tuple(map(str, v)) for k, v in asked.items()}

"""View and Context: what the callbacks of a page are given, and what they may raise."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property, wraps
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import flask
import pyarrow as pa
from cachetools import LRUCache

from dashboards.base.filters import (
    Options,
    Selection,
    dimension_label,
    parse,
    read_options,
    to_search,
    value_label,
    with_page,
)
from dashboards.base.format import Format
from dashboards.base.i18n import language
from data.core.buckets import Buckets
from data.core.errors import StoreError
from data.core.importing import Importer
from data.core.rights import EVERYBODY, LOAD, LOCAL, Reader, Scope
from data.core.texts import Text
from data.reference import nace
from data.store import published
from data.store.answers import Answers
from data.store.engine import apart
from data.store.state import State, Store
from data.store.within import ScopedEngine, within
from data.workspace import policy
from data.workspace.memory import Memory
from data.workspace.people.people import People
from data.workspace.people.speaking import Speaking
from data.workspace.rates import Rates
from data.workspace.relations import Relations, Told, print_of
from metrics.asking.ledger import Ledger
from metrics.asking.said import Said
from metrics.catalogue import answer, metric

_T = TypeVar("_T")
_Fn = TypeVar("_Fn", bound=Callable[..., Any])
_READERS = 32
"""So many parts of a state, and what follows from each, are kept open."""


class NoRows(Exception):  # noqa: N818 - a state of the page, not an error
    """The filters leave nothing to show."""


class NotEnough(Exception):  # noqa: N818 - a state of the page, not an error
    """There are too few data to say anything; `text` says how many are needed."""

    def __init__(self, text: Text) -> None:
        """Keep the sentence."""
        super().__init__(str(text))
        self.text = text


@dataclass(frozen=True)
class Explain:
    """What "how is this computed?", the rows and the downloads of a panel refer to.

    metric: its name. by: the dimensions the figure is split by. at: one group, for the rows
    behind it (`{"bucket": "1-30"}`). which: a set of rows of the metric, '' the first.
    where: filters besides those of the URL. as_of: another day than the URL's, ISO. history:
    how many month-ends the figure shows. months: window of behaviour. basis, buckets: of aging;
    '' the usual buckets. since: the earlier day of a comparison, ISO.
    """

    metric: str
    by: tuple[str, ...] = ("total",)
    at: Mapping[str, str] = field(default_factory=dict)
    which: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_of: str = ""
    history: int = 0
    months: int = 12
    basis: str = "due"
    buckets: str = ""
    since: str = ""


@dataclass(frozen=True)
class ListRef:
    """What the ⋯ menu of a panel with a long table refers to: a listing and its parameters.

    narrowed: the filters set in its columns, as a reader would say them; `Listing.ref` makes it.
    """

    list: str
    params: Mapping[str, str] = field(default_factory=dict)
    narrowed: str = ""


#: what asks the second and further questions of a panel. They never ask through it themselves,
#: so that no question waits for a place that another one holds
_AT_ONCE = ThreadPoolExecutor(8, "asks")


def _prints(tables: Mapping[str, pa.Table]) -> Hashable:
    """Return what tells relations beside a state from any others."""
    return tuple((name, print_of(tables[name])) for name in sorted(tables))


@dataclass(frozen=True)
class View:
    """One reader looking at one published state through one URL."""

    state: State
    selection: Selection
    options: Options
    f: Format
    kept: Answers = field(default_factory=Answers)
    moment: Hashable = None
    """See `Context.moment`."""
    memory: Memory | None = None
    """What people said; None where the view is over a state alone."""
    relations: Relations | None = None
    """The same for figures."""
    scope: Scope = EVERYBODY
    """Which customers the reader sees."""

    @property
    def said_by(self) -> date | None:
        """By which day what is shown was said; None: by now, on the last day of the data.

        A past day shows what was known then.
        """
        day = self.selection.as_of
        return None if day >= self.options.last_day else day

    @cached_property
    def said(self) -> Said | None:
        """What people said, as figures read it."""
        return Said(self.relations, self.options.last_day) if self.relations else None

    @cached_property
    def ledger(self) -> Ledger:
        """What is asked about: the as-of day and the filters of the URL."""
        return self.asked()

    def asked(self, months: int = 12, basis: str = "due", buckets: Buckets | None = None) -> Ledger:
        """Return what is asked about, over another window, from another day or in other buckets."""
        return self.selection.ledger(self.options, months, basis, buckets, self.said)

    @cached_property
    def buckets(self) -> Buckets:
        """The buckets of aging that are usual as of the day."""
        return self.options.policy.usual(self.selection.as_of)

    @cached_property
    def enough(self) -> int:
        """So many payments are needed for a median, as of the day."""
        return self.options.policy.enough_payments.at(self.selection.as_of)

    @cached_property
    def filters(self) -> str:
        """The query of a URL for the day and the filters alone; '' if there is nothing to say."""
        return to_search(self.selection, page=False)

    @cached_property
    def words(self) -> str:
        """The active filters as words; '' if none."""
        return self.selection.words(self.options, self.f)

    def answer(
        self, name: str, ledger: Ledger | None = None, by: tuple[str, ...] = ("total",)
    ) -> pa.Table:
        """Compute a metric under the URL's filters (or for another ledger).

        Columns: as_of, `by`, the metric's fields. Raises NoRows where there is nothing.
        """
        asked = ledger or self.ledger
        engine = self.state.engine
        # what was said changes answers that read it, and no others
        heard = asked.heard(metric(name), by) if asked.said else {}
        key = (self.state.path, name, repr(asked), by, _prints(heard))
        table = self.kept.get(key, lambda: answer(engine, name, asked, by))
        if not table.num_rows:
            raise NoRows
        return table

    def rows_of(self, name: str, ledger: Ledger) -> list[dict[str, Any]]:
        """Return a metric's rows for the total; [] where there is nothing."""
        try:
            found: list[dict[str, Any]] = self.answer(name, ledger).to_pylist()
        except NoRows:
            return []
        return found

    def query(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> list[dict[str, Any]]:
        """Run a statement of the page's own and return its rows."""
        rows: list[dict[str, Any]] = self.table(sql, parameters).to_pylist()
        return rows

    def table(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run a statement of the page's own; its answer may stand for a relation in others."""
        engine = self.state.engine
        values, tables = apart(parameters or {})
        key = (self.state.path, sql, repr(sorted(values.items())), _prints(tables))
        return self.kept.get(key, lambda: engine.query(sql, parameters))

    def derived(self, name: Hashable, compute: Callable[[], _T]) -> _T:
        """Return what several panels make of the same answers, made once.

        `name` says what it is; the moment, the filters and the language are added to it. Nobody
        may change what is returned.
        """
        key = (name, self.state.path, self.moment, self.f.language, repr(self.ledger))
        return self.kept.get(key, compute)

    def together(self, *asked: Callable[[], _T]) -> list[_T]:
        """Ask several things at once and return their answers in that order.

        They run in other threads, where there is no request: they may ask for answers, not for
        the reader's language. What one of them raises is raised here.
        """
        others = [_AT_ONCE.submit(one) for one in asked[1:]]
        return [asked[0](), *(other.result() for other in others)]

    def label(self, dimension: str, value: str) -> str:
        """Return how a reader calls a value of a dimension."""
        return value_label(dimension, value, self.options, self.f)

    def short(self, dimension: str, value: str) -> str:
        """Return a value as labels of figures have it: a sector by its short name."""
        return value_label(dimension, value, self.options, self.f, short=True)

    def sector_words(self, code: str) -> str:
        """Return the short name of the division that a sector belongs to, without any code."""
        division = nace.ancestors(code, self.options.revision)[1]
        return nace.short(division or code, self.f.language, self.options.revision)

    def dimension(self, name: str, *, plural: bool = False) -> str:
        """Return how a reader calls a dimension, or several of its values."""
        return dimension_label(name, self.options, plural=plural)

    def link(self, path: str, **keys: str | None) -> str:
        """Return an address that keeps the filters and has these page keys."""
        return path + with_page(self.filters, **keys)

    def explained(self, explain: Explain) -> Ledger:
        """Return the ledger a panel's `Explain` stands for, with its own filters added."""
        as_of = date.fromisoformat(explain.as_of) if explain.as_of else self.selection.as_of
        buckets = Buckets.of_text(explain.buckets) if explain.buckets else self.buckets
        asked = self.asked(explain.months, explain.basis, buckets)
        since = date.fromisoformat(explain.since) if explain.since else None
        where = {**asked.where, **explain.where}
        ledger = replace(asked, as_of=as_of, where=where, since=since)
        return ledger.history(explain.history) if explain.history else ledger


@cache
def _format(code: str, currency: str) -> Format:
    """Return the one Format of a language and currency: it looks up names once."""
    return Format(code, currency)


def _once(look: _Fn) -> _Fn:
    """Look once for each of its arguments where the question is held, see `Context.hold`."""

    @wraps(look)
    def found(*asked: Any) -> Any:
        held = flask.g.get("held") if flask.has_request_context() else None
        if held is None:
            return look(*asked)
        key = (look.__name__, *asked)
        if key not in held:
            held[key] = look(*asked)
        return held[key]

    return found  # type: ignore[return-value]


class Context:
    """What a page's `connect` is given: the store, and the parts wired in from outside.

    `importer` is the loading side, which dashboards/ does not import; None where the app was
    made without it: then nothing can be loaded from the pages. `people` are those who may come in;
    None where nobody is asked who they are.

    Whatever a page asks for here is what its reader may see, say and do: nothing else reaches it.
    """

    def __init__(
        self, store: Store, importer: Importer | None = None, people: People | None = None
    ) -> None:
        """Remember them; nothing is opened yet."""
        self.store = store
        self.deriver = importer
        """What makes the books anew after what people said; it loads nothing."""
        self.people = people
        self._path: Path | None = None
        self._parts: LRUCache[Hashable, State] = LRUCache(_READERS)
        self._options: LRUCache[Hashable, Options] = LRUCache(_READERS)
        self._relations: LRUCache[Hashable, Relations] = LRUCache(_READERS)
        self._told: LRUCache[Hashable, tuple[Rates, Told]] = LRUCache(_READERS)
        self._lock = Lock()
        self.answers = Answers()
        self._memory = Memory(store.folder)

    def reader(self) -> Reader:
        """Return who looks; where people have accounts, who is signed in.

        Raises Unauthorized where nobody is.
        """
        if self.people is None:
            return LOCAL
        found: Reader | None = flask.g.get("reader") if flask.has_request_context() else None
        if found is None:
            flask.abort(401)
        return found

    def note(self, what: str, about: str) -> None:
        """Write into the audit log what the reader does, where they have an account."""
        reader = self.reader()
        if self.people is not None and reader.login:
            self.people.note(reader.login, what, about, flask.request.remote_addr or "")

    @property
    def importer(self) -> Importer | None:
        """What loads files, for a reader who may."""
        return self.deriver if self.reader().may(LOAD) else None

    @property
    def memory(self) -> Memory:
        """What people said, as far as the reader may hear it, and as they may say it."""
        reader = self.reader()
        if not reader.login:
            return self._memory
        state = self.state() if reader.scope else None
        engine = state.engine if state else None
        if isinstance(engine, ScopedEngine):
            return Speaking(self._memory, reader, engine.customers, engine.shared)
        return Speaking(self._memory, reader, () if reader.scope else None)

    def hold(self) -> None:
        """Answer the question that is asked as of now: it changes nothing, and looks once."""
        flask.g.held = {}

    @_once
    def state(self) -> State | None:
        """Return the current state, as the reader may see it; None: nothing was loaded yet."""
        state, scope = self.store.current(), self.reader().scope
        if state is not None and state.path != self._path:
            self._forget(state.path)
        if state is None or not scope:
            return state
        key = (state.path, scope)
        with self._lock:
            found = self._parts.get(key)
            if found is None:
                found = self._parts[key] = within(state, scope)
            return found

    def _forget(self, path: Path) -> None:
        """Let go of what followed from another state than that at `path`: its file may be gone."""
        with self._lock:
            self._path = path
            for kept in (self._parts, self._options, self._relations, self._told):
                kept.clear()

    @_once
    def options(self, state: State) -> Options:
        """Return what can be chosen in `state`, read once for each state and policy."""
        said = policy.read(self.store.folder)
        key = (state.path, id(said))
        found = self._options.get(key)
        if found is None or found.policy is not said:
            found = read_options(state.engine, said)
            with self._lock:
                self._options[key] = found
        return found

    @_once
    def moment(self) -> Hashable:
        """Return what everything that is shown now follows from, the reader's language aside.

        The state, what people said beside it (decisions, sectors, the policy), who looks and may
        say more.
        """
        state, reader = self.state(), self.reader()
        job = self.deriver.job() if self.deriver else None
        running = job is not None and job.running
        folder = self.store.folder
        may, seen = self._memory.writable(), (policy.seen(folder), published.seen(folder))
        known = reader.role, reader.login != ""
        return state and state.path, seen, may, *known, self._said(), running

    def _said(self) -> Hashable:
        """Return what changes with every line of the memory.

        A question is answered as of one moment: the database is asked once for each, and again
        after what is said meanwhile here.
        """
        written, asked = self._memory.written, flask.has_request_context()
        kept: tuple[int, Hashable] | None = flask.g.get("said") if asked else None
        if kept is not None and kept[0] == written:
            return kept[1]
        try:
            found: Hashable = self._memory.revision()
        except StoreError as error:
            found = str(error)  # who asks for what was said is told
        if asked:
            flask.g.said = written, found
        return found

    def relations(self, state: State, options: Options) -> Relations:
        """Return what was said by now, for the figures of `state`; read once."""
        said, memory = self._said(), self.memory
        key = (state.path, said, id(options))
        with self._lock:
            found = self._relations.get(key)
            if found is None:
                # who sees the same part of a state hears the same
                rates = Rates(state.engine)
                rates, told = self._told.setdefault(state.path, (rates, Told(rates)))
                found = self._relations[key] = Relations(
                    memory.lines, state.engine, options.policy, nothing=said == 0, rates=rates,
                    told=told,
                )  # fmt: skip
            return found

    @_once
    def view(self, search: str | None) -> View | None:
        """Return what the URL asks for, over the current state; None for an empty store."""
        state = self.state()
        if state is None:
            return None
        options = self.options(state)
        f, scope = _format(language(), options.currency), self.reader().scope
        return View(
            state, parse(search, options, part=bool(scope)), options, f, self.answers,
            self.moment(), self.memory, self.relations(state, options), scope,
        )  # fmt: skip

"""A visitor of the pages: sends what a browser sends, over as many connections, draws nothing.

The browser's side of Dash in short: it keeps the properties of all components by their id; when a
property changes, the callbacks that read it are asked again, each once the callbacks that write
what it reads have answered; components that an answer puts in place are asked about in turn. The
requests are those a Chromium sends for the same change, in number and in content.
"""

from __future__ import annotations

import http.client
import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import brotli  # type: ignore[import-untyped]
from backports import zstd

CONNECTIONS = 6
"""What browsers open to one host at most."""
_ENCODINGS = {
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "gzip": lambda data: zlib.decompress(data, 31),
}
_BLOCK = 100
Json = Any


class AnswerError(Exception):
    """A request was refused, or a part of a page says that it failed: which one, and how."""


@dataclass(frozen=True)
class Callback:
    """One callback of `/_dash-dependencies`: what it writes, reads and is handed besides."""

    output: str
    outputs: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    client: str
    """Name of the function in the browser that answers it; '' where the server does."""
    at_first: bool = True
    """Whether it is asked when what it writes is put in place."""


def read_callback(told: Mapping[str, Any]) -> Callback:
    """Return a callback from its entry in `/_dash-dependencies`."""
    output = str(told["output"])
    several = output.startswith("..")
    places = output[2:-2].split("...") if several else [output]
    asked = told["clientside_function"]
    return Callback(
        output,
        tuple((p.rpartition(".")[0], p.rpartition(".")[2]) for p in places),
        tuple((i["id"], i["property"]) for i in told["inputs"]),
        tuple((i["id"], i["property"]) for i in told["state"]),
        str(asked["function_name"]) if asked else "",
        not told["prevent_initial_call"],
    )


@dataclass
class Visitor:
    """One person at one address of the app; `open` a page first, then change filters."""

    host: str
    port: int
    near: int | None = 2
    """How many of the parts that are asked for when they come near the screen do; None: all."""
    cookie: str = ""
    """What the browser sends with every request."""
    props: dict[str, dict[str, Any]] = field(default_factory=dict)
    callbacks: tuple[Callback, ...] = ()
    requests: int = 0
    received: int = 0
    """Bytes of answers, as they came over the wire."""

    def __post_init__(self) -> None:
        """Load the frame, as a browser does first."""
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []
        self._pool = ThreadPoolExecutor(CONNECTIONS)
        self._under: dict[str, list[str]] = {}
        self.callbacks = tuple(read_callback(told) for told in self._fetch("/_dash-dependencies"))
        self._place("", self._fetch("/_dash-layout"))
        self._known = frozenset(self.props)

    def close(self) -> None:
        """Hang up."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def open(self, path: str, search: str) -> None:
        """Go to a page, as a link does, and wait until all of it is there."""
        self._replace("page", [])
        self.props["url"] |= {"pathname": path, "search": search, "hash": "", "href": path + search}
        self._settle({("url", "pathname"), ("url", "search")})
        self.look_below()

    def choose(self, control: str, value: object) -> str:
        """Set a filter control and wait until what is on the screen answered; return the query.

        The screen has 1440 x 900 pixels and shows the top of the page. What stands below it is
        asked for next: `look_below`.
        """
        self.props[control]["value"] = value
        self._settle({(control, "value")})
        return str(self.props["url"]["search"])

    def look_below(self) -> None:
        """Wait for what stands below the screen, as the script asks for it once the rest is there.

        On Definitions little is asked for even then, see `near`.
        """
        self.props["below"]["data"] = self._wanted()
        self._settle({("below", "data")})

    def _settle(self, changed: set[tuple[str, str]]) -> None:
        """Ask every callback that reads what changed, and what changes through it."""
        waiting: dict[Callback, set[tuple[str, str]]] = {}
        asked: dict[Future[Any], Callback] = {}
        self._mark(waiting, changed, None)
        while waiting or asked:
            for callback in [c for c in waiting if self._ready(c, waiting, asked)]:
                triggers = waiting.pop(callback)
                if callback.client:
                    self._mark(waiting, self._CLIENTS[callback.client](self, callback), callback)
                else:
                    asked[self._pool.submit(self._ask, self._body(callback, triggers))] = callback
            if not asked:
                continue
            done, _rest = wait(asked, return_when=FIRST_COMPLETED)
            for future in done:
                callback = asked.pop(future)
                changed, placed = self._apply(future.result())
                self._mark(waiting, changed, callback, placed)

    def _mark(
        self,
        waiting: dict[Callback, set[tuple[str, str]]],
        changed: set[tuple[str, str]],
        by: Callback | None,
        placed: frozenset[str] = frozenset(),
    ) -> None:
        """Add the callbacks that read what changed, and those that write what was put in place."""
        for callback in self.callbacks:
            if callback is by or (callback.client and callback.client not in self._CLIENTS):
                continue
            there = {pair for place in callback.inputs for pair in self._matching(*place)}
            read = there & changed
            if callback.at_first and any(one in placed for one, _prop in callback.outputs):
                read |= there
            if read and all(self._there(one) for one, _prop in callback.outputs):
                waiting.setdefault(callback, set()).update(read)

    def _ready(
        self, callback: Callback, waiting: Mapping[Callback, Any], asked: Mapping[Any, Callback]
    ) -> bool:
        """Return whether nothing is under way that will write what `callback` reads.

        Second writers of a property (`search@...`) are not waited for: Dash does not either.
        """
        read = set(callback.inputs)
        return not any(
            read & set(other.outputs)
            for other in (*waiting, *asked.values())
            if other is not callback
        )

    def _refresh(self, callback: Callback) -> set[tuple[str, str]]:
        """Let a grid ask for its rows again."""
        grid = callback.outputs[0][0]
        return self._rows_of(grid) if self._shown(grid) else set()

    def _come_near(self, callback: Callback) -> set[tuple[str, str]]:
        """Let the parts that are near the screen ask for what they show."""
        asked = self._wanted()
        places = callback.outputs[: self.near]
        for one, prop in places:
            self.props[one][prop] = asked
        return set(places)

    def _wanted(self) -> dict[str, Any]:
        """Return for which query, and which attempt, parts are asked for by the script."""
        return {"search": self.props["url"]["search"], "retry": self.props["retry"].get("data")}

    #: What the browser itself answers and the server is asked because of.
    _CLIENTS: ClassVar = {"refresh": _refresh, "ask": _come_near}

    def _rows_of(self, grid: str) -> set[tuple[str, str]]:
        columns = self.props[grid].get("columnDefs") or []
        order = [{"colId": c["field"], "sort": c["sort"]} for c in columns if c.get("sort")]
        self.props[grid]["getRowsRequest"] = {
            "startRow": 0, "endRow": _BLOCK, "sortModel": order, "filterModel": {},
        }  # fmt: skip
        return {(grid, "getRowsRequest")}

    def _shown(self, id: str) -> bool:
        """Return whether a grid belongs to the page, and is neither a drawer of the frame nor one
        that a list of grids stands for.
        """
        return id in self.props and id not in self._known

    def _there(self, id: str) -> bool:
        return id in self.props or '["' in id

    def _matching(self, id: str, prop: str) -> Iterator[tuple[str, str]]:
        """Return the properties a place stands for: several where it has a wildcard."""
        if '["ALL"]' not in id:
            if id in self.props:
                yield id, prop
            return
        for known in self.props:
            if known.startswith("{") and _stands_for(id, known):
                yield known, prop

    def _body(self, callback: Callback, triggers: set[tuple[str, str]]) -> bytes:
        outputs = [{"id": _id(one), "property": prop} for one, prop in callback.outputs]

        def given(places: tuple[tuple[str, str], ...]) -> list[Any]:
            found = []
            for place, prop in places:
                values = [
                    {"id": _id(known), "property": prop, "value": self.props[known].get(prop)}
                    for known, _prop in self._matching(place, prop)
                ]
                found.append(values if '["ALL"]' in place else values[0])
            return found

        names = [f"{one}.{prop}" for one, prop in sorted(triggers)]
        body: dict[str, Any] = {
            "output": callback.output,
            "outputs": outputs if callback.output.startswith("..") else outputs[0],
            "inputs": given(callback.inputs),
            "changedPropIds": names,
            "parsedChangedPropsIds": names,
        }
        if callback.states:
            body["state"] = given(callback.states)
        return json.dumps(body).encode()

    def _apply(self, answer: Mapping[str, Any]) -> tuple[set[tuple[str, str]], frozenset[str]]:
        """Put an answer in place; return which properties changed, and what is new."""
        changed: set[tuple[str, str]] = set()
        new: set[str] = set()
        for one, props in (answer.get("response") or {}).items():
            for name, value in props.items():
                prop = name.partition("@")[0]
                if one not in self.props:
                    continue
                self.props[one][prop] = value
                changed.add((one, prop))
                if prop == "children":
                    placed = self._replace(one, value)
                    changed |= {(there, key) for there in placed for key in self.props[there]}
                    new.update(placed)
        return changed, frozenset(new)

    def _replace(self, id: str, children: Json) -> list[str]:
        gone = self._under.pop(id, [])
        while gone:
            one = gone.pop()
            self.props.pop(one, None)
            gone += self._under.pop(one, [])
        placed = self._place(id, children)
        for new in placed:
            if self.props[new].get("rowModelType") == "infinite":
                self._rows_of(new)
            if "figure" in self.props[new]:
                self.props[new]["clickData"] = None  # Dash tells those who read clicks
        return placed

    def _place(self, parent: str, tree: Json) -> list[str]:
        """Remember the components of a tree by their ids; return these."""
        placed: list[str] = []
        stack = [tree]
        while stack:
            part = stack.pop()
            if isinstance(part, list):
                stack.extend(part)
            elif isinstance(part, dict) and isinstance(part.get("props"), dict):
                props = part["props"]
                if "id" in props:
                    key = _key(props["id"])
                    self.props[key] = dict(props)
                    placed.append(key)
                stack.extend(v for v in props.values() if isinstance(v, dict | list))
        self._under[parent] = placed
        return placed

    def _ask(self, body: bytes) -> Json:
        return self._fetch("/_dash-update-component", body)

    def _fetch(self, path: str, body: bytes | None = None) -> Json:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
            self._local.connection = connection
            self._connections.append(connection)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate, br, zstd"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        kept = connection.sock is not None
        try:
            connection.request("POST" if body else "GET", path, body, headers)
            answer = connection.getresponse()
        except ConnectionError:
            if not kept:
                raise
            # idle for too long, and closed there: browsers, too, just ask anew
            connection.close()
            connection.request("POST" if body else "GET", path, body, headers)
            answer = connection.getresponse()
        data = answer.read()
        self.requests += 1
        self.received += len(data)
        if answer.status == http.client.NO_CONTENT:
            return {}
        decode = _ENCODINGS.get(answer.headers.get("Content-Encoding", ""))
        text = decode(data) if decode else data
        failed = b'"state state-failed"' in text
        if answer.status != http.client.OK or failed:
            asked = json.loads(body)["output"] if body else path
            raise AnswerError(f"{answer.status} for {asked}: {text[:300]!r}")
        return json.loads(text)


@cache
def _stands_for(wildcard: str, key: str) -> bool:
    """Return whether an id is one of those a wildcard means; asked thousands of times a change."""
    wanted, parts = json.loads(wildcard), json.loads(key)
    return parts.keys() == wanted.keys() and all(
        value in (["ALL"], parts[name]) for name, value in wanted.items()
    )


def _key(id: Json) -> str:
    """Return the id as callbacks spell it."""
    return json.dumps(id, sort_keys=True, separators=(",", ":")) if isinstance(id, dict) else id


def _id(key: str) -> Json:
    return json.loads(key) if key.startswith("{") else key

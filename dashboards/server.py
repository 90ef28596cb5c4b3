"""The web app: pages and frame put together, and served."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import socket
from collections.abc import Collection, Sequence
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import flask

# DuckDB and Plotly import it in the middle of an answer: other answers would meet half of it
import pandas as pd  # noqa: F401
from dash import Dash, dcc, html

from dashboards.aging import page as aging
from dashboards.base import assets
from dashboards.base.delivery import compressing_server, let_browsers_keep, share_answers
from dashboards.base.format import Format
from dashboards.base.i18n import LANGUAGES, _, know_both_forms, language
from dashboards.base.page import Page
from dashboards.base.view import Context
from dashboards.cash import page as cash
from dashboards.changes import page as changes
from dashboards.charts.buckets import bucket_css
from dashboards.charts.figures import dark_css
from dashboards.customer import page as customer
from dashboards.customers import page as customers
from dashboards.deal import page as deal
from dashboards.definitions import page as definitions
from dashboards.door import callbacks, entry, hosts
from dashboards.door.afar import Afar, Office
from dashboards.door.listening import Listening
from dashboards.door.ways import Ways, ways_of
from dashboards.door.workers import Workers
from dashboards.dso import page as dso
from dashboards.expected_loss import page as expected_loss
from dashboards.findings import page as findings
from dashboards.forecast import page as forecast
from dashboards.frame import download, explain, frame
from dashboards.handover import door as dossiers
from dashboards.handover import page as handover
from dashboards.imports import page as imports
from dashboards.letters import door as statements
from dashboards.memory import page as memory
from dashboards.order_to_cash import page as order_to_cash
from dashboards.overview import page as overview
from dashboards.people import page as people_page
from dashboards.policy import page as policy
from dashboards.restatements import page as restatements
from dashboards.returned import page as returned
from dashboards.review import page as review
from dashboards.sectors import page as sectors
from dashboards.selling import page as selling
from dashboards.terms import page as terms
from dashboards.work import page as work
from data.core.errors import TandemError
from data.core.importing import Importer
from data.core.texts import N_
from data.store.state import Store
from data.workspace.people.people import People

LOG = logging.getLogger("tandem")

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    changes.PAGE,
    restatements.PAGE,
    review.PAGE,
    dso.PAGE,
    aging.PAGE,
    forecast.PAGE,
    expected_loss.PAGE,
    sectors.PAGE,
    customers.PAGE,
    terms.PAGE,
    returned.PAGE,
    selling.PAGE,
    deal.PAGE,
    order_to_cash.PAGE,
    work.PAGE,
    handover.PAGE,
    cash.PAGE,
    memory.PAGE,
    findings.PAGE,
    imports.PAGE,
    customer.PAGE,
    policy.PAGE,
    people_page.PAGE,
    definitions.PAGE,
)
"""Every page; a new one is added here and nowhere else."""

_POLICY = (
    "default-src 'self'; script-src 'self' {scripts}; object-src 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_NEEDS_NOTHING = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
_INDEX = """<!DOCTYPE html>
<html lang="{lang}">
<head>
{metas}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="preload" as="fetch" crossorigin href="{prefix}_dash-layout">
<link rel="preload" as="fetch" crossorigin href="{prefix}_dash-dependencies">
{favicon}
{css}
{styles}<style>{palette}</style>
<script defer src="{plotly}"></script>
<script defer src="{graph}"></script>
<script>{calendar}</script>
</head>
<body>
{app_entry}
<footer>
{config}
{scripts}
{own}{renderer}
</footer>
</body>
</html>"""


#: what Dash loads when it meets the first chart; by then other answers would go before it
_GRAPH = "_dash-component-suites/dash/dcc/async-graph.js"
_GRAPH_CHANGED = int((Path(dcc.__file__).parent / "async-graph.js").stat().st_mtime)


def _calendar(name: str) -> str:
    """Return the script that tells the controls of days how a language writes them."""
    return f"window.dayjs_locale_{name} = {json.dumps(Format(name).calendar())};"


def _allowed(app: Dash) -> str:
    """Return the hashes of all scripts that stand in the document; others do not run."""
    known = [
        f"'sha256-{base64.b64encode(hashlib.sha256(_calendar(name).encode()).digest()).decode()}'"
        for name in LANGUAGES
    ]
    return " ".join([*app.csp_hashes(), *known])


class _App(Dash):
    """Dash, with a document in the reader's language."""

    def interpolate_index(self, **parts: Any) -> str:
        """Return the document that loads the app."""
        prefix = self.config.requests_pathname_prefix
        return _INDEX.format(
            lang=language(),
            palette=dark_css() + bucket_css(),
            plotly=assets.address(assets.PLOTLY, prefix),
            styles="".join(
                f'<link rel="stylesheet" href="{one}">\n' for one in assets.addresses("css", prefix)
            ),
            own="".join(
                f'<script src="{one}"></script>\n' for one in assets.addresses("js", prefix)
            ),
            prefix=prefix,
            graph=f"{prefix}{_GRAPH}?m={_GRAPH_CHANGED}",
            calendar=_calendar(language()),
            **{k: v for k, v in parts.items() if k != "lang"},
        )


def create_app(
    store: Store,
    *,
    importer: Importer | None = None,
    pages: Sequence[Page] = PAGES,
    names: Collection[str] = (),
    listening: str = hosts.LOOPBACK,
    people: People | None = None,
    ways: Ways | None = None,
) -> Dash:
    """Return the app over `store`; nothing is opened until it is asked for.

    `importer` is what the Imports page loads with. It answers only requests that name it: as
    `names` and TANDEM_HOSTS say, and by the address it is `listening` on. `people` are those who
    may come in; without them nobody is asked who they are. `ways` are those to be signed in besides
    a password, as the environment says where they are not given: `SettingError` is raised for one
    that is not whole. Several apps may live in one process.
    """
    know_both_forms()
    server = compressing_server()
    hosts.guard(server, names, listening)
    entry.guard(server, people, ways_of() if ways is None else ways)
    app = _App(
        server=server,
        assets_folder=str(assets.SHARED),
        assets_ignore=r".",  # they are written into the document in their own order
        serve_locally=True,
        compress=True,
        suppress_callback_exceptions=True,
        title="Tandem",
        update_title="",
        use_pages=False,
        add_log_handler=False,
        **hosts.SHUT,
    )
    context = Context(store, importer, people)
    # Dash looks at it once before anybody asks: then there is nobody to show anything to
    app.layout = lambda: frame.layout(context, pages) if flask.has_request_context() else html.Div()
    for part in (frame, explain, download):
        part.connect(app, context, pages)
    dossiers.connect(app, context)
    statements.connect(app, context)
    needs: dict[str, str] = {}
    for page in pages:
        needs |= callbacks.connect_page(app, context, page)

    @app.server.after_request
    def secure(response: flask.Response) -> flask.Response:
        response.headers.setdefault("Content-Security-Policy", allowed)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _NEEDS_NOTHING)
        if flask.request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return let_browsers_keep(response)

    @app.server.errorhandler(TandemError)
    def cannot(error: TandemError) -> flask.Response:
        LOG.error("%s: %s", flask.request.path, error)
        words = error.render(_) + "\n"
        return flask.Response(words, HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")

    # the first concurrent requests of a fresh worker would not find their callbacks otherwise
    app._setup_server()
    assets.serve(app.server)
    hosts.shut(app)
    share_answers(app, context)
    callbacks.guard(app, context, tuple(pages), needs)
    allowed = _POLICY.format(scripts=_allowed(app))  # of all that was added by now
    return app


class AddressError(TandemError):
    """The pages cannot be served at this address."""


def serve(
    store: Store,
    host: str = "127.0.0.1",
    port: int = 8050,
    *,
    importer: Importer | None = None,
    names: Collection[str] = (),
    threads: int = 16,
    people: People | None = None,
    proxy: str = "",
    processes: int = 1,
) -> None:
    """Serve the app until told to end, with threads: many only wait for what another computes.

    names: by which readers reach it, besides the machine's own; see `create_app`. proxy: the
    address of the web server before it, if there is one. processes: how many answer; the first
    alone loads. Told to end, by SIGTERM or Ctrl+C, it
    answers who is being answered and ends a load that runs. Raises
    `AddressError` for an address that cannot be listened on, or that others reach while nobody has
    an account, and `SettingError` as `create_app` does.
    """
    # a page asks for all its panels at once: that they queue for a moment is no warning
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    if people is not None and not hosts.is_loopback(host) and not people.any():
        raise AddressError(entry.NOBODY)
    app = create_app(store, importer=importer, names=names, listening=host, people=people)
    try:
        listening = Listening(
            app.server, proxy, host=host, port=port, threads=threads, **hosts.at_the_door()
        )
    except (OSError, ValueError) as error:  # taken, or none of this machine
        raise AddressError(
            N_("{host}:{port} cannot be listened on: {error}."),
            N_("Name another address (--host) or another port (--port)."),
            host=host, port=str(port), error=error,
        ) from error  # fmt: skip
    at = f"[{host}]" if ":" in host else host
    print(f"Tandem is at http://{at}:{listening.port} (Ctrl+C ends it)", flush=True)

    def loads() -> bool:
        job = importer.job() if importer is not None else None
        return job is not None and job.running

    if processes < 2 or importer is None:
        return listening.run(loads)
    office = Office(importer)
    try:
        beside = Workers(
            processes - 1, _answer, listening.sockets, store.folder, tuple(names), host, threads,
            people is not None, proxy, office.address, type(importer).__module__,
        )  # fmt: skip
        listening.run(loads, beside)
    finally:
        office.close()


def _answer(
    line: socket.socket,
    sockets: Sequence[socket.socket],
    folder: Path,
    names: Collection[str],
    host: str,
    threads: int,
    asked: bool,
    proxy: str,
    office: str,
    loads: str,
) -> None:
    """Answer as another process of `serve`. asked: whether readers are asked who they are; office:
    where the importer is asked; loads: its module, whose texts are said here too.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    import_module(loads)
    try:
        importer = cast(Importer, Afar(office))
    except OSError:
        return  # the first process has ended meanwhile
    people = People(folder) if asked else None
    app = create_app(Store(folder), importer=importer, names=names, listening=host, people=people)
    settings = hosts.at_the_door()
    Listening(
        app.server, proxy, sockets, line, host=host, port=0, threads=threads, **settings
    ).run()

"""The web app: pages and frame put together, and served."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import flask
from dash import Dash, dcc

from dashboards.aging import page as aging
from dashboards.base.delivery import ASSETS, compressing_server, let_browsers_keep, share_answers
from dashboards.base.format import Format
from dashboards.base.i18n import language
from dashboards.base.view import Context, Page
from dashboards.cash import page as cash
from dashboards.charts.figures import dark_css
from dashboards.customer import page as customer
from dashboards.customers import page as customers
from dashboards.definitions import page as definitions
from dashboards.dso import page as dso
from dashboards.findings import page as findings
from dashboards.frame import download, explain, frame
from dashboards.imports import page as imports
from dashboards.overview import page as overview
from dashboards.sectors import page as sectors
from data.core.importing import Importer
from data.store.state import Store

LOG = logging.getLogger("tandem")

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    dso.PAGE,
    aging.PAGE,
    sectors.PAGE,
    customers.PAGE,
    cash.PAGE,
    findings.PAGE,
    imports.PAGE,
    customer.PAGE,
    definitions.PAGE,
)
"""Every page; a new one is added here and nowhere else."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_INDEX = """<!DOCTYPE html>
<html lang="{lang}">
<head>
{metas}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="preload" as="fetch" crossorigin href="{prefix}_dash-layout">
<link rel="preload" as="fetch" crossorigin href="{prefix}_dash-dependencies">
{favicon}
{css}
<style>{palette}</style>
<script defer src="{plotly}"></script>
<script defer src="{graph}"></script>
<script>window.dayjs_locale_{lang} = {calendar};</script>
</head>
<body>
{app_entry}
<footer>
{config}
{scripts}
{renderer}
</footer>
</body>
</html>"""


#: the traces we draw, bar and scatter, without the forty others. It is read while the first
#: requests are under way; Dash loads all of plotly.js only where it finds none
_PLOTLY = "plotly-basic.min.js"
_PLOTLY_CHANGED = int((ASSETS / _PLOTLY).stat().st_mtime)
#: what Dash loads when it meets the first chart; by then other answers would go before it
_GRAPH = "_dash-component-suites/dash/dcc/async-graph.js"
_GRAPH_CHANGED = int((Path(dcc.__file__).parent / "async-graph.js").stat().st_mtime)


class _App(Dash):
    """Dash, with a document in the reader's language."""

    def interpolate_index(self, **parts: Any) -> str:
        """Return the document that loads the app."""
        prefix = self.config.requests_pathname_prefix
        return _INDEX.format(
            lang=language(),
            palette=dark_css(),
            plotly=f"{self.get_asset_url(_PLOTLY)}?m={_PLOTLY_CHANGED}",
            prefix=prefix,
            graph=f"{prefix}{_GRAPH}?m={_GRAPH_CHANGED}",
            calendar=flask.json.dumps(Format(language()).calendar()),
            **{k: v for k, v in parts.items() if k != "lang"},
        )


def create_app(
    store: Store,
    *,
    importer: Importer | None = None,
    pages: Sequence[Page] = PAGES,
) -> Dash:
    """Return the app over `store`; nothing is opened until it is asked for.

    `importer` is what the Imports page loads with. Several apps may live in one process.
    """
    app = _App(
        server=compressing_server(),
        assets_folder=str(ASSETS),
        assets_ignore=r"^plotly-",
        serve_locally=True,
        compress=True,
        suppress_callback_exceptions=True,
        title="Tandem",
        update_title="",
        use_pages=False,
        add_log_handler=False,
    )
    context = Context(store, importer)
    app.layout = lambda: frame.layout(context, pages)
    for part in (frame, explain, download):
        part.connect(app, context, pages)
    for page in pages:
        page.connect(app, context)

    @app.server.after_request
    def secure(response: flask.Response) -> flask.Response:
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return let_browsers_keep(response)

    # the first concurrent requests of a fresh worker would not find their callbacks otherwise
    app._setup_server()
    share_answers(app, context)
    return app


class AddressError(Exception):
    """The pages cannot be served at this address; the message says why."""


def serve(
    store: Store,
    host: str = "127.0.0.1",
    port: int = 8050,
    *,
    importer: Importer | None = None,
    threads: int = 16,
) -> None:
    """Serve the app until interrupted, with threads: many only wait for what another computes.

    On a loopback address only requests that name it are answered, so that no web page elsewhere
    can reach the figures through the reader's browser.
    """
    from waitress import create_server

    # a page asks for all its panels at once: that they queue for a moment is no warning
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app(store, importer=importer)
    if host in _LOOPBACK:
        app.server.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", "[::1]"]
    try:
        listening = create_server(app.server, host=host, port=port, threads=threads, ident="tandem")
    except (OSError, ValueError) as error:  # taken, or none of this machine
        raise AddressError(f"{host}:{port} cannot be listened on: {error}") from error
    print(f"Tandem is at http://{host}:{port} (Ctrl+C ends it)", flush=True)
    listening.run()

"""A real browser, and sites served to it: console errors and foreign requests fail a test."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from waitress.server import create_server

from dashboards.server import create_app
from data.store.state import Store
from etl.load.importer import FileImporter
from tests.pages import small_company

expect.set_options(timeout=20_000)  # two cores may be busy with the rest of the suite

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "microsoft-edge-stable", "msedge",
)  # fmt: skip
LOADING = '.live[data-dash-is-loading="true"]'
WIDE, NARROW = (1440, 900), (390, 844)


def executable() -> str:
    """Return the installed browser; fail saying what to install where there is none."""
    for name in (os.environ.get("TANDEM_BROWSER"), *_NAMES):
        found = name and shutil.which(name)
        if found:
            return found
    files = (
        Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
        Path(r"C:\Program Files\Google\Chrome\Application\chrome.exe"),
        Path(r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe"),
        Path(r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"),
    )
    for path in files:
        if path.exists():
            return str(path)
    pytest.fail("the browser tests need Chromium, Chrome or Edge; or name it in TANDEM_BROWSER")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as one that drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store of the small company."""
    return small_company(tmp_path_factory.mktemp("company"))


@dataclass
class Site:
    """An app served on a loopback port, and a browser looking at it."""

    address: str
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def open(self, path: str = "/", size: tuple[int, int] = WIDE) -> Page:
        """Open a page and wait until its figures are there."""
        page = self.context.new_page()
        self.pages.append(page)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.on("response", lambda r: self._response(r.status, r.url))
        page.goto(self.address + path)
        self.settle(page)
        return page

    def settle(self, page: Page) -> None:
        """Wait until nothing is being computed any more."""
        page.wait_for_selector("#page > *", timeout=30_000)
        busy = page.locator(f"#page :is(.skeleton, .later), {LOADING}")
        expect(busy).to_have_count(0, timeout=30_000)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"request to another host: {url}")

    def _response(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"{status}: {url}")


class _Servers:
    """One server for each store, so that the browser fetches the scripts of a store once."""

    def __init__(self, browser: Browser) -> None:
        self.running: dict[Path, object] = {}
        self.addresses: dict[Path, str] = {}
        self.shared = browser.new_context(locale="en-GB")

    def address(self, store: Store) -> str:
        if store.folder not in self.addresses:
            app = create_app(store, importer=FileImporter(store))
            server = create_server(app.server, host="127.0.0.1", port=0, threads=8)
            threading.Thread(target=server.run, daemon=True).start()
            self.running[store.folder] = server
            self.addresses[store.folder] = f"http://127.0.0.1:{server.effective_port}"
        return self.addresses[store.folder]

    def close(self) -> None:
        self.shared.close()
        for server in self.running.values():
            server.close()


@pytest.fixture(scope="session")
def servers(browser: Browser) -> Iterator[_Servers]:
    made = _Servers(browser)
    yield made
    made.close()


@pytest.fixture
def site(browser: Browser, servers: _Servers) -> Iterator[Callable[..., Site]]:
    """Look at the app over a store: `site(store)`.

    Further arguments make a browser context of its own (`color_scheme="dark"`); without any, one
    is shared, so that scripts come from its cache.
    """
    opened: list[Site] = []
    own: list[BrowserContext] = []

    def start(store: Store, **options: object) -> Site:
        context = servers.shared
        if options:
            context = browser.new_context(**{"locale": "en-GB", **options})
            own.append(context)
        opened.append(Site(servers.address(store), context))
        return opened[-1]

    yield start
    for page in [p for found in opened for p in found.pages]:
        page.close()
    for context in own:
        context.close()
    servers.shared.clear_cookies()
    complaints = [line for found in opened for line in found.complaints]
    assert not complaints, "\n".join(complaints)

"""A real browser, and sites served to it: console errors and foreign requests fail a test."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from dashboards.server import create_app
from data.store.state import Store
from etl.load.importer import FileImporter
from tests.pages import small_company
from tests.serving import served

#: Nothing here is about speed: a machine may be as busy as it likes.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "microsoft-edge-stable", "msedge",
)  # fmt: skip
LOADING = '.live[data-dash-is-loading="true"]'
#: What was asked for is drawn, and what follows from that is asked for.
A_MOMENT = "() => new Promise(done => setTimeout(() => setTimeout(done)))"
#: `later.js` waits four seconds at most for what comes first: by this clock, that is long.
SLOWLY = "(now => { performance.now = () => now() / 1000; })(performance.now.bind(performance));"
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
    asked: dict[Page, set[Request]] = field(default_factory=dict)
    """What each page asked its callbacks and was not answered yet."""

    def open(self, path: str = "/", size: tuple[int, int] = WIDE) -> Page:
        """Open a page and wait until its figures are there."""
        page = self.blank(size)
        page.goto(self.address + path)
        self.settle(page)
        return page

    def blank(self, size: tuple[int, int] = WIDE) -> Page:
        """Return a page that is watched, and not led anywhere yet."""
        page = self.context.new_page()
        self.pages.append(page)
        self.asked[page] = set()
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self._request(page, request))
        page.on("requestfinished", lambda request: self._ended(page, request))
        page.on("requestfailed", lambda request: self._ended(page, request))
        page.on("response", lambda r: self._response(r.status, r.url))
        return page

    def settle(self, page: Page) -> None:
        """Wait until nothing is being computed any more, and nothing follows from what was."""
        page.wait_for_selector("#page > *")
        busy = page.locator(f"#page :is(.skeleton, .later), {LOADING}")
        until = time.monotonic() + PATIENCE / 1000
        still = 0
        while still < 2:
            expect(busy).to_have_count(0)
            page.evaluate(A_MOMENT)
            still = 0 if self.asked[page] else still + 1
            if not still:
                page.wait_for_timeout(20)
            assert time.monotonic() < until, [r.post_data for r in self.asked[page]]

    def choose(self, page: Page, control: str, option: str) -> None:
        """Choose from a list of the page, once nothing comes that would make it anew."""
        self.settle(page)
        page.click(control)
        page.get_by_role("option", name=option).click()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _request(self, page: Page, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")
        if "_dash-update-component" in request.url:
            self.asked[page].add(request)

    def _ended(self, page: Page, request: Request) -> None:
        self.asked[page].discard(request)

    def _response(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"{status}: {url}")


class _Servers:
    """One server for each store, so that the browser fetches the scripts of a store once."""

    def __init__(self, browser: Browser) -> None:
        self.running = ExitStack()
        self.addresses: dict[Path, str] = {}
        self.shared = browser.new_context(locale="en-GB")

    def address(self, store: Store) -> str:
        if store.folder not in self.addresses:
            app = create_app(store, importer=FileImporter(store))
            port = self.running.enter_context(served(app, threads=8))
            self.addresses[store.folder] = f"http://127.0.0.1:{port}"
        return self.addresses[store.folder]

    def close(self) -> None:
        self.shared.close()
        self.running.close()


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

    def start(store: Store, **options: Any) -> Site:
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

"""Measures in Chromium how long a reload of a page takes until its first chart is drawn.

Warm: scripts are in the browser's cache, and the server has answered the same link before. The
time runs from the start of the navigation, by the browser's own clock.
"""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

BUDGET_MS = 1500
PAGES = ("/", "/dso", "/aging", "/sectors")
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_WATCH = """
new MutationObserver((_changes, watch) => {
  if (!document.querySelector('.js-plotly-plot :is(.scatterlayer, .barlayer) .trace')) return;
  document.documentElement.dataset.chart = performance.now();
  watch.disconnect();
}).observe(document, {childList: true, subtree: true});
"""
_SENT = """() => performance.getEntriesByType('resource')
  .filter(e => !e.name.includes('/_dash-update') && !e.name.includes('/_reload'))
  .reduce((sum, e) => sum + e.transferSize, 0)"""


@dataclass(frozen=True)
class Chart:
    """What was seen of one page: milliseconds, and bytes of scripts and styles over the wire."""

    path: str
    cold: float
    warm: float
    cold_bytes: int
    warm_bytes: int


def browser() -> str:
    """Return the program to measure with; '' where there is none."""
    named = os.environ.get("TANDEM_BROWSER") or "chromium"
    return shutil.which(named) or ""


def measure(address: str, times: int = 7, paths: Sequence[str] = PAGES) -> list[Chart]:
    """Open each page once in a fresh browser, then reload it; `warm` is the median."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser(), args=_FLAGS)
        try:
            return [_seen(started, address, path, times) for path in paths]
        finally:
            started.close()


def _seen(started: Browser, address: str, path: str, times: int) -> Chart:
    context = started.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(address + path)
    cold, cold_bytes = _drawn(page), int(page.evaluate(_SENT))
    warm = []
    for _time in range(times):
        page.reload()
        warm.append(_drawn(page))
    sent = int(page.evaluate(_SENT))
    context.close()
    return Chart(path, cold, statistics.median(warm), cold_bytes, sent)


def _drawn(page: Page) -> float:
    mark = page.wait_for_selector("html[data-chart]", state="attached", timeout=120_000)
    assert mark is not None  # noqa: S101 - or it would have raised
    found = float(mark.get_attribute("data-chart") or "nan")
    page.wait_for_load_state("networkidle", timeout=120_000)
    return found

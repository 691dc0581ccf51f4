"""The first page in a browser: a hub with ninety days of history, and Chromium beside it."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from bench.figure import Figure
from bench.hub_idle import program
from hanport.demo.household import PASSWORD, USER, Household

_ROUNDS = 7
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def figures() -> Iterator[Figure]:
    """The page Now after login, until its scripts have run and its content is painted; the median of new visits."""
    with tempfile.TemporaryDirectory() as name:
        household = Household(Path(name), 1, "sv", 0)
        household.write("tcp://127.0.0.1:1")
        asyncio.run(household.move_in(90))
        with program("home", "--config", str(household.config), says=r"hub on (\S+)") as (_, address):
            taken_ms = _visits(address)
    yield Figure("hub.first_page", median(taken_ms), "ms", "<= 1000 ms", median(taken_ms) <= 1000)


def _visits(address: str) -> list[float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_OPTIONS)
        try:
            return [_visit(browser, address) for _ in range(_ROUNDS)]
        finally:
            browser.close()


def _visit(browser: Browser, address: str) -> float:
    """A browser that was never here: nothing is in its cache but what the login page has brought."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}login")
        page.fill("input[name=name]", USER)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_selector("main h1, main h2")
        page.wait_for_timeout(300)
        return max(float(page.evaluate(_READY)), float(page.evaluate(_PAINTED)))


def _chromium() -> str:
    return shutil.which("chromium") or sys.exit("chromium is not installed (Debian: apt install chromium)")

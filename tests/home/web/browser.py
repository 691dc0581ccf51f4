"""A headless Chromium for browser tests, and pages in it that tell of errors on their console."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

_QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = (360, 740)
DESKTOP = (1280, 900)


def installed() -> str | None:
    """Where the browser is; None: nowhere."""
    return os.environ.get("HANPORT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """The browser; the test is skipped where none is installed.

    One a test: Playwright keeps an event loop running in this thread as long as it is open, and tests that are
    coroutines cannot run beside that.
    """
    program = installed()
    if program is None:
        pytest.skip("chromium is not installed (Debian: apt install chromium)")
    with started(program) as browser:
        yield browser


@contextmanager
def started(program: str | None = None) -> Iterator[Browser]:
    """The browser while it is needed, also outside of tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program or installed(), args=_QUIET)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page of a context of its own, and what went wrong in it."""

    page: Page
    context: BrowserContext
    problems: list[str] = field(default_factory=list)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)


@contextmanager
def visit(
    browser: Browser,
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: str = "light",
    language: str = "sv-SE",
    scripts: bool = True,
    **more: Any,
) -> Iterator[Visit]:
    """A new visitor; when it ends without any error on the console or in a script, it was a good visit. `more`: of the
    context, as Playwright has it.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=language,
        java_script_enabled=scripts,
        timezone_id="Europe/Stockholm",
        **more,
    )
    context.set_default_timeout(10_000)
    try:
        visited = Visit(context.new_page(), context)
        visited.page.on("console", visited.heard)
        visited.page.on("pageerror", lambda error: visited.problems.append(str(error)))
        yield visited
        assert visited.problems == []
    finally:
        context.close()


def serious_findings(page: Page) -> list[str]:
    """What axe-core holds against a page and calls serious or critical."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run().then((results) => results.violations)")
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def is_too_wide(page: Page) -> bool:
    """Whether the page is wider than its window, and so has to be pushed to and fro."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def shot(page: Page, name: str) -> None:
    """A picture of the whole page, where the folder HANPORT_SHOTS asks for pictures."""
    folder = os.environ.get("HANPORT_SHOTS")
    if folder:
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=f"{folder}/{name}-{width}{'-dark' if dark else ''}.png", full_page=True)

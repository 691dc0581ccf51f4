"""A person at the site, who takes time for everything: clicks and typed fields are counted, and so are the seconds."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from grid.journeys.stage import Stage
from grid.web.scene import cookie_of
from hanport.testid.people import BY_KEY
from home.web.browser import PHONE, Visit, is_too_wide, serious_findings, shot, visit

ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Mobile Safari/537.36"
CLICK_S = 2  # to find a button and press it
CODE_S = 4  # to type the security code of the BankID
COLLECT_S = 2  # until the service has asked BankID once more


@dataclass
class Visitor:
    """`clicks` and `fields` are of the site alone: what is done in the app of the BankID is BankID's."""

    stage: Stage
    page: Page
    visit: Visit
    clicks: int = 0
    fields: int = 0
    since: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.since = self.stage.now

    @property
    def took_s(self) -> float:
        """How long all of it has taken."""
        return (self.stage.now - self.since).total_seconds()

    def with_page(self, other: Visit) -> "Visitor":
        """Somebody else on the same stage."""
        return Visitor(self.stage, other.page, other)

    def go(self, path: str) -> None:
        """Come to a page by its address."""
        self.page.goto(self.stage.url + path)

    def click(self, what: Locator) -> None:
        """Press something."""
        self.stage.pass_s(CLICK_S)
        self.clicks += 1
        what.click()

    def press(self, *names: str) -> None:
        """Press the buttons that are called so, one after another."""
        for name in names:
            self.click(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        """Follow a link."""
        self.click(self.page.locator("main").get_by_role("link", name=name))

    def fill(self, label: str, text: str) -> None:
        """Type something into a field."""
        self.stage.pass_s(CLICK_S)
        self.fields += 1
        self.page.get_by_label(label).fill(text)

    def waits(self, seconds: int) -> None:
        """Let time pass, and load the page anew: it would look by itself, but not before two seconds of the wall's."""
        self.stage.pass_s(seconds)
        self.page.reload()

    def sees(self, heading: str | re.Pattern[str]) -> None:
        """The page is called so."""
        expect(self.page.locator("h1")).to_have_text(heading)

    def reads(self, *texts: str) -> None:
        """The page says so."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def shot(self, name: str) -> None:
        """A picture of the page, where one is wanted."""
        shot(self.page, f"journey-{name}")

    def looks(self, name: str, *, aloud: bool = True) -> None:
        """The page fits, and nothing is held against it by whoever has it read `aloud`."""
        assert not is_too_wide(self.page)
        if aloud:
            assert serious_findings(self.page) == []
        self.shot(name)

    def is_refused(self, *paths: str) -> None:
        """None of these pages is given: nobody learns whether there is such a thing."""
        for path in paths:
            answer = self.page.goto(self.stage.url + path)
            assert answer is not None
            assert answer.status == 404, path
        self.expects(404)

    def expects(self, status: int) -> None:
        """Answers with that status were meant to come."""
        self.visit.problems = [each for each in self.visit.problems if f"status of {status}" not in each]

    def begin(self, way: str) -> str:
        """Choose a way to identify or to sign; the identification's id."""
        self.click(self.page.locator(f"button[value={way}]").first)
        self.page.wait_for_url("**/identification/*")
        return self.page.url.rpartition("/")[2]

    def sign_here(self, key: str) -> None:
        """Identify or sign with the app on this device, as that test person."""
        self.begin("same_device")
        self.open_app()
        self.in_app(key)

    def open_app(self) -> None:
        """Press what starts the app on this device."""
        self.click(self.page.locator("[data-start]"))
        self.page.wait_for_url(f"{self.stage.identity.page}/order/*")

    def in_app(self, key: str, *, comes_back: bool = True) -> None:
        """Choose one's BankID in the app, read what is asked, and give the security code."""
        self.stage.pass_s(CLICK_S)
        self.page.get_by_role("radio", name=BY_KEY[key].name).check(force=True)
        self.page.locator("button[value=choose]").click()
        self.stage.pass_s(CODE_S)
        self.page.locator("button[value=sign]").click()
        self.page.wait_for_url(f"{self.stage.url}/**")
        if not comes_back:
            return
        self.stage.pass_s(COLLECT_S)
        self.page.wait_for_url(lambda url: "/identification/" not in url)

    def sign_elsewhere(self, key: str) -> None:
        """Identify or sign with a phone that scans the moving code."""
        self.scan(self.begin("qr"), key)
        self.page.wait_for_url(lambda url: "/identification/" not in url)

    def scan(self, id: str, key: str, **move: str) -> dict[str, str]:
        """Hold the phone to the code that is shown now; how its order stands afterwards."""
        identity = self.stage.identity
        self.stage.pass_s(CLICK_S)
        wanted: dict[str, str] = {"scan": identity.code(id), "person": BY_KEY[key].number} | move
        standing = self.stage.call(lambda: identity.phone(**wanted))
        self.stage.pass_s(CODE_S)
        return standing


@contextmanager
def visitor(browser: Browser, stage: Stage, path: str = "/", *, secret: str = "", **how: Any) -> Iterator[Visitor]:
    """Somebody who comes to the site with a phone in the hand, unless told otherwise. `secret` is that of a session."""
    phone: dict[str, Any] = {"size": PHONE, "user_agent": ANDROID} if how.get("size", PHONE) == PHONE else {}
    with visit(browser, **phone | how) as visited:
        if secret:
            visited.context.add_cookies([cookie_of(secret, stage.url)])  # type: ignore[list-item]
        came = Visitor(stage, visited.page, visited)
        came.go(path)
        yield came


@contextmanager
def known(browser: Browser, stage: Stage, key: str, path: str, **how: Any) -> Iterator[Visitor]:
    """The test person of that key, whose identity was checked with BankID just now."""
    secret = stage.scene.customer_session(stage.person(key), BY_KEY[key].name)
    with visitor(browser, stage, path, secret=secret, **how) as came:
        yield came

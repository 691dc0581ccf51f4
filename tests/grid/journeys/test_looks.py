"""The pages of a journey as others see them: in both languages, narrow and wide, light and dark, read aloud."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from grid.journeys.stage import Stage
from grid.journeys.visitor import visitor
from home.web.browser import DESKTOP, PHONE

# Who comes, and how: one who has the pages read aloud, and one who looks at them. `make soak` has more.
LOOKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("astrid", {"language": "en-GB", "size": PHONE, "scheme": "dark"}),
    ("emil", {"size": PHONE}),
)
MORE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ingrid", {"language": "en-GB", "size": DESKTOP}),
    ("nils", {"size": DESKTOP, "scheme": "dark"}),
    ("sara", {"size": PHONE}),
    ("hulda", {"language": "en-GB", "size": PHONE}),
)
WORDS = {
    "en": {
        "open": "Open my port",
        "review": "Open the HAN port",
        "done": "The port is open.",
        "close": "Close the port",
        "closed": "The port is closed.",
    },
    "sv": {
        "open": "Öppna min port",
        "review": "Öppna HAN-porten",
        "done": "Porten är öppen.",
        "close": "Stäng porten",
        "closed": "Porten är stängd.",
    },
}


@pytest.mark.parametrize(("key", "how"), LOOKS)
def test_nothing_is_held_against_the_pages_of_a_journey(
    chromium: Browser, stage: Stage, key: str, how: dict[str, Any]
) -> None:
    look_at_all(chromium, stage, key, how, aloud=key == "astrid")


@pytest.mark.soak
@pytest.mark.parametrize(("key", "how"), MORE)
def test_nothing_is_held_against_them_in_any_look(
    chromium: Browser, stage: Stage, key: str, how: dict[str, Any]
) -> None:
    look_at_all(chromium, stage, key, how)


def look_at_all(browser: Browser, stage: Stage, key: str, how: dict[str, Any], *, aloud: bool = True) -> None:
    """Open a port and close it again, and look at each page on the way."""
    home = stage.household(key, "Storgatan 1")
    language = how.get("language", "sv-SE")[:2]
    words = WORDS[language]

    def see(name: str) -> None:
        person.looks(f"{language}-{name}", aloud=aloud)
        expect(person.page.locator("html")).to_have_attribute("lang", language)

    with visitor(browser, stage, **how) as person:
        see("start")
        person.press(words["open"])
        see("identify")
        person.begin("same_device")
        see("waiting")
        person.open_app()
        person.in_app(key)
        person.sees(words["review"])
        see("review")
        id = person.begin("qr")
        see("qr")
        person.scan(id, key)
        expect(person.page).to_have_url(re.compile("/orders/"))
        see("order")
        person.waits(10)
        person.reads(words["done"])
        see("opened")
        for page in ("/hub", "/restart", ""):
            person.go(f"/facilities/{home.gsrn}{page}")
            see(f"facility{page.replace('/', '-')}")
        person.press(words["close"])
        person.waits(10)
        person.reads(words["closed"])
        see("closed")
    assert not stage.cabinet.is_open(home.serial)

"""The public pages and the editor of texts in a real browser: narrow, dark, by keyboard, without scripts."""

import re

import pytest
from playwright.sync_api import Browser, expect

from grid.web.scene import Scene, cookie_of, served
from grid.web.staff_scene import hire
from hanport.grid.staff.roles import Role
from home.web.browser import DESKTOP, PHONE, is_too_wide, serious_findings, shot, visit

PAGES = ["/", "/meters", "/meters/kamstrup-omnipower-p1", "/help/silent", "/terms", "/nowhere"]
STAFF = ["/staff/texts", "/staff/texts/terms"]


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), pytest.param(DESKTOP, "dark", marks=pytest.mark.soak)])
def test_nothing_serious_is_held_against_a_page(
    chromium: Browser, quick: Scene, size: tuple[int, int], scheme: str
) -> None:
    secret = quick.staff_session("Anna Ek", hire(quick, "Anna Ek", Role.EDITOR))
    with served(quick) as url, visit(chromium, size=size, scheme=scheme) as visited:
        page = visited.page
        for path in PAGES + STAFF:
            if path == STAFF[0]:
                visited.context.add_cookies([cookie_of(secret, url)])  # type: ignore[list-item]
            page.goto(url + path)
            page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
            assert serious_findings(page) == [], path
            assert not is_too_wide(page), path
            shot(page, "grid" + path.replace("/", "-").rstrip("-"))
        visited.problems = [each for each in visited.problems if "404" not in each]  # the page that is not there


def test_a_visitor_without_scripts_or_mouse(chromium: Browser, quick: Scene) -> None:
    with served(quick) as url, visit(chromium, size=PHONE, scripts=False) as visited:
        page = visited.page
        page.goto(url)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        button = page.get_by_role("button", name="Öppna min port")
        expect(button).to_be_focused()
        box = button.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < PHONE[1], "the button is seen without scrolling"
        assert box["height"] >= 44
        question = page.get_by_text("Vilka värden kommer ut?")
        question.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Effekt, spänning och ström")).to_be_visible()
        page.get_by_role("button", name="In English").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Open the port on your electricity meter")
        page.get_by_role("button", name="Dark colours").press("Enter")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.locator("html").evaluate("(each) => getComputedStyle(each).backgroundColor") == "rgb(14, 23, 22)"
        page.get_by_role("button", name="Open my port").press("Enter")
        expect(page).to_have_url(f"{url}/identify?next=/order")
        page.goto(f"{url}/meters")
        page.get_by_label("Maker or model").fill("aidon efs2")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Aidon 6534 (EFS2)").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Aidon 6534 (EFS2)")


def test_an_editor_previews_saves_and_takes_back(chromium: Browser, quick: Scene) -> None:
    secret = quick.staff_session("Anna Ek", hire(quick, "Anna Ek", Role.EDITOR))
    with served(quick) as url, visit(chromium) as visited:
        visited.context.add_cookies([cookie_of(secret, url)])  # type: ignore[list-item]
        page = visited.page
        page.goto(f"{url}/staff/texts")
        page.get_by_role("link", name=re.compile("När ni svarar")).click()
        page.get_by_label("Svenska").fill("Vi svarar\n\n- *alltid*")
        page.get_by_label("Engelska").fill("We answer **always**")
        page.get_by_role("button", name="Förhandsgranska").click()
        expect(page.locator(".text-seen li em")).to_have_text("alltid")
        page.get_by_role("button", name="Spara och visa för alla").click()
        expect(page.get_by_role("status").filter(has_text="Sparat")).to_be_visible()
        page.get_by_role("link", name="Historik").click()
        expect(page.locator("ins").filter(has_text="*alltid*")).to_be_visible()
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name=re.compile("Använd den här igen")).click()
        expect(page.get_by_label("Svenska")).to_have_value("Vi svarar på vardagar.")

"""The phone in a real browser, as small as one and in the dark: by keyboard, by pasting, by camera, and back."""

import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from hanport.testid.pki import Pki
from home.web.browser import PHONE, is_too_wide, serious_findings, shot, visit
from home.web.serve import Loop, loop_in_thread
from testid.scene import Scene, code_of, on_sockets

# A camera that sees the code at once: what a browser for testing has no lens for.
_CAMERA = """
    window.BarcodeDetector = class {
        static async getSupportedFormats() { return ["qr_code"]; }
        async detect(video) { return video.srcObject ? [{ rawValue: "nothing" }, { rawValue: window.seenCode }] : []; }
    };
    navigator.mediaDevices.getUserMedia = async () => {
        const canvas = document.createElement("canvas");
        const drawn = canvas.getContext("2d");
        setInterval(() => drawn.fillRect(0, 0, 10, 10), 20);
        return canvas.captureStream();
    };
"""


@pytest.fixture
def loop() -> Iterator[Loop]:
    with loop_in_thread() as made:
        yield made


@pytest.fixture
def service(loop: Loop, pki: Pki) -> Iterator[Scene]:
    stack = AsyncExitStack()
    try:
        yield loop.call(lambda: stack.enter_async_context(on_sockets(pki)))
    finally:
        loop.call(stack.aclose)


def look(page: Page, name: str) -> None:
    shot(page, f"testid-{name}")
    assert not is_too_wide(page), name
    assert serious_findings(page) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"] if os.environ.get("HANPORT_SHOTS") else ["dark"])
def test_paste_choose_and_sign_by_keyboard(chromium: Browser, loop: Loop, service: Scene, scheme: str) -> None:
    order = loop.call(service.open)
    with visit(chromium, size=PHONE, scheme=scheme) as visited:
        page = visited.page
        page.goto(str(service.control.base_url))
        look(page, "home")
        expect(page.get_by_role("button", name="Använd kameran")).to_be_hidden()
        page.get_by_label("Kodens text").fill("nonsens")
        page.keyboard.press("Enter")
        expect(page.get_by_text("ingen kod från testtjänsten")).to_be_visible()
        look(page, "home-wrong")
        # The browser tells of a refusal on its console.
        visited.problems = [each for each in visited.problems if "status of 422" not in each]
        field = page.get_by_label("Kodens text")
        field.evaluate(
            "(field, code) => { field.value = code; field.dispatchEvent(new ClipboardEvent('paste')); }",
            code_of(order, 0),
        )
        expect(page.get_by_role("heading", name="Vem är du?")).to_be_visible()
        look(page, "choose")
        page.get_by_role("radio", name="Tolvan Tolvansson").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Storgatan 1")).to_be_visible()
        expect(page.get_by_text("Astrid Fjällgren")).to_be_visible()
        page.get_by_text("Spela något annat").click()
        look(page, "sign")
        page.get_by_role("button", name="Skriv under").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Klart")).to_be_visible()
        look(page, "done")
    assert loop.call(lambda: service.collect(order))["status"] == "complete"


def test_camera_and_the_way_back(chromium: Browser, loop: Loop, service: Scene) -> None:
    address = str(service.control.base_url)
    order = loop.call(lambda: service.open("auth"))
    back = f"{address}/?nonce=1"
    here = loop.call(lambda: service.open("sign", returnUrl=back))
    with visit(chromium, size=PHONE) as visited:
        page = visited.page
        page.add_init_script(_CAMERA)
        page.goto(address)
        page.evaluate("(code) => { window.seenCode = code; }", code_of(order, 0))
        page.get_by_role("button", name="Använd kameran").click()
        expect(page.get_by_role("heading", name="Vem är du?")).to_be_visible()
        page.get_by_role("button", name="Avbryt").click()
        expect(page.get_by_text("Du avbröt.")).to_be_visible()
        look(page, "cancelled")
        page.goto(f"{address}/start?autostarttoken={quote(here['autoStartToken'])}&redirect=null")
        page.get_by_role("button", name="Fortsätt").click()
        page.get_by_role("button", name="Skriv under").click()
        page.wait_for_url(back)
    assert loop.call(lambda: service.hint(order)) == "failed userCancel"
    assert loop.call(lambda: service.collect(here))["status"] == "complete"

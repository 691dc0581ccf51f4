"""Signatures that come to nothing: each says so, tells what to do, and leaves every port as it was."""

import httpx
from playwright.sync_api import Browser, expect

from grid.journeys.stage import PATIENCE_S, Home, Stage
from grid.journeys.visitor import Visitor, known, visitor
from hanport.testid.people import BY_KEY


def nothing_is_ordered(stage: Stage, home: Home) -> None:
    """No order is signed, and the meter was told nothing."""
    assert {state for _, state in stage.orders(home)} <= {"draft", "awaiting_signature", "cancelled", "expired"}
    assert stage.cabinet.was_asked(home.serial, "port") == 0
    assert not stage.cabinet.is_open(home.serial)


def ends_well(person: Visitor, home: Home, key: str) -> None:
    """The same page leads to another try, which opens the port."""
    person.press("Försök igen")
    person.sees("Öppna HAN-porten")
    person.sign_here(key)
    person.waits(10)
    person.reads("Porten är öppen. Elmätaren har själv svarat det.")
    assert person.stage.cabinet.is_open(home.serial)


def test_a_signature_is_cancelled_in_the_app(chromium: Browser, stage: Stage) -> None:
    home = stage.household("astrid", "Storgatan 1")
    with known(chromium, stage, "astrid", f"/order?facility={home.gsrn}") as astrid:
        id = astrid.begin("qr")
        held = astrid.scan(id, "astrid", do="choose")
        stage.call(lambda: stage.identity.phone(order=held["order"], do="cancel"))
        stage.pass_s(2)
        astrid.reads("Åtgärden avbruten.", "Ingenting har beställts.")
        astrid.shot("cancelled")
        nothing_is_ordered(stage, home)
        ends_well(astrid, home, "astrid")


def test_a_signature_is_cancelled_on_the_page(chromium: Browser, stage: Stage) -> None:
    home = stage.household("emil", "Åvägen 2")
    with known(chromium, stage, "emil", f"/order?facility={home.gsrn}") as emil:
        id = emil.begin("qr")
        code = stage.identity.code(id)
        emil.press("Avbryt")
        emil.reads("Åtgärden avbruten.")
        # What was cancelled here cannot be signed any more by a phone that had read the code.
        phone = {"scan": code, "person": BY_KEY["emil"].number}
        answer = httpx.post(f"{stage.identity.page}/control/phone", json=phone, timeout=PATIENCE_S)
        assert answer.status_code == 422
        stage.pass_s(10)
        nothing_is_ordered(stage, home)


def test_a_signature_that_nobody_ends_expires(chromium: Browser, stage: Stage) -> None:
    home = stage.household("ingrid", "Kyrkvägen 8")
    with known(chromium, stage, "ingrid", f"/order?facility={home.gsrn}") as ingrid:
        ingrid.scan(ingrid.begin("qr"), "ingrid", do="choose")
        stage.pass_s(190)
        expect(ingrid.page.get_by_role("button", name="Försök igen")).to_be_visible()
        ingrid.shot("expired")
        nothing_is_ordered(stage, home)
        ends_well(ingrid, home, "ingrid")


def test_an_order_that_no_app_comes_for_begins_anew_in_silence(chromium: Browser, stage: Stage) -> None:
    home = stage.household("nils", "Ängsvägen 22")
    with visitor(chromium, stage, "/identify?next=/facilities") as nils:
        id = nils.begin("qr")
        first = stage.identity.kept(id).asked.order_ref
        stage.pass_s(45)
        assert stage.identity.kept(id).asked.order_ref != first
        assert stage.identity.kept(id).starts == 2
        expect(nils.page.locator("[data-part=qr] svg")).to_be_visible()
        nils.scan(id, "nils")
        nils.page.wait_for_url("**/facilities")
        nils.reads("Ängsvägen 22")
    nothing_is_ordered(stage, home)


def test_only_the_person_who_is_logged_in_can_sign(chromium: Browser, stage: Stage) -> None:
    home = stage.household("sara", "Skogsstigen 3")
    with known(chromium, stage, "sara", f"/order?facility={home.gsrn}") as sara:
        sara.scan(sara.begin("qr"), "anders")
        stage.pass_s(4)
        expect(sara.page.get_by_role("button", name="Försök igen")).to_be_visible()
        sara.shot("other-person")
        nothing_is_ordered(stage, home)
        ends_well(sara, home, "sara")

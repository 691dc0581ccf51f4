"""From "I want my port opened" to "it is open", by every way that a private customer may take."""

import re

from playwright.sync_api import Browser, expect

from grid.journeys.stage import Stage
from grid.journeys.visitor import known, visitor
from home.web.browser import DESKTOP, visit


def test_a_private_customer_opens_within_a_minute_without_typing(chromium: Browser, stage: Stage) -> None:
    home = stage.household("astrid", "Storgatan 1")
    with visitor(chromium, stage) as astrid:
        astrid.press("Öppna min port")
        astrid.sign_here("astrid")
        astrid.reads("Öppna HAN-porten", "Storgatan 1")
        astrid.sign_here("astrid")
        expect(astrid.page).to_have_url(re.compile("/orders/"))
        astrid.reads("Klart senast torsdag 26 november")
        stage.pass_s(10)
        astrid.reads("Porten är öppen. Elmätaren har själv svarat det.")
        expect(astrid.page.get_by_role("button", name="Anslut din utrustning")).to_be_visible()
        astrid.shot("opened")
    assert stage.cabinet.is_open(home.serial)
    assert stage.orders(home) == [("open", "read_back")]
    assert stage.reported(home) == "open"
    assert (astrid.clicks, astrid.fields) == (5, 0)
    assert astrid.took_s <= 60
    ordered, opened = stage.mailbox.to("astrid@example.se")
    assert "/not-me/" in ordered.text
    assert home.gsrn in opened.text


def test_what_is_another_persons_is_not_there(chromium: Browser, stage: Stage) -> None:
    theirs, own = stage.household("hulda", "Skogsstigen 3"), stage.household("emil", "Åvägen 2")
    hers = stage.opened(theirs)
    with visitor(chromium, stage, "/identify?next=/facilities") as emil:
        emil.sign_here("emil")
        emil.reads("Åvägen 2")
        place = f"/facilities/{theirs.gsrn}"
        emil.is_refused(place, f"{place}/restart", f"{place}/hub", f"/orders/{hers}", f"/orders/{hers}/receipt")
        emil.is_refused(f"/order?facility={theirs.gsrn}", f"/order?facility={own.gsrn}&facility={theirs.gsrn}")
        # The form of one's own page, sent for the other's facility.
        emil.go(f"/order?facility={own.gsrn}")
        chosen = emil.page.locator("input[name=facility]")
        chosen.evaluate("(field, gsrn) => { field.value = gsrn; }", theirs.gsrn)
        emil.click(emil.page.locator("button[value=same_device]"))
        emil.reads("finns inte")
        emil.expects(404)
    assert stage.orders(theirs) == [("open", "read_back")]
    assert stage.orders(own) == []
    assert stage.cabinet.is_open(theirs.serial)
    assert not stage.cabinet.is_open(own.serial)
    assert {each.facts.get("facility") for each in stage.people.log("customer.stranger")} >= {theirs.gsrn}


def test_several_facilities_are_opened_by_one_signature(chromium: Browser, stage: Stage) -> None:
    first = stage.household("ingrid", "Kyrkvägen 8")
    homes = [first, *(stage.contract_for(first.customer_id, first.person_id, f"Kyrkvägen {n}") for n in (10, 12))]
    with visitor(chromium, stage, size=DESKTOP) as ingrid:
        ingrid.press("Öppna min port")
        ingrid.sign_elsewhere("ingrid")
        ingrid.sees("Mina anläggningar")
        ingrid.shot("several")
        ingrid.click(ingrid.page.get_by_label("Öppna porten: Kyrkvägen 8"))
        ingrid.click(ingrid.page.get_by_label("Öppna porten: Kyrkvägen 12"))
        ingrid.press("Öppna de valda portarna")
        ingrid.sees("Skriv under 2 beställningar")
        ingrid.sign_elsewhere("ingrid")
        ingrid.sees("2 beställningar")
        stage.pass_s(10)
        ingrid.reads("2 av 2 klara")
        expect(ingrid.page.locator("main").get_by_role("button", name="Mina anläggningar")).to_be_visible()
        ingrid.shot("together")
    assert [stage.cabinet.is_open(each.serial) for each in homes] == [True, False, True]
    assert [stage.orders(each) for each in homes] == [[("open", "read_back")], [], [("open", "read_back")]]
    assert ingrid.fields == 0
    assert ingrid.took_s <= 60


def test_the_same_device_counts_only_in_the_browser_that_began(chromium: Browser, stage: Stage) -> None:
    """A stranger begins on a computer and sends the link; who signs it there is led to a browser of their own."""
    home = stage.household("nils", "Ängsvägen 22")
    with known(chromium, stage, "nils", f"/order?facility={home.gsrn}") as stranger:
        stranger.begin("same_device")
        link = stranger.page.locator("[data-start]").get_attribute("href")
        assert link is not None
        with visit(chromium) as other:
            stage.pass_s(2)
            other.page.goto(link)
            nils = stranger.with_page(other)
            nils.in_app("nils", comes_back=False)
            nils.sees("Det här är inte den webbläsare där du började")
            nils.reads("Ingenting har beställts.")
            nils.shot("elsewhere")
            nils.expects(403)
        stage.pass_s(310)
        stranger.reads("Du kom inte tillbaka från BankID-appen i tid. Ingenting har beställts.")
    assert [kind for kind, state in stage.orders(home) if state == "read_back"] == []
    assert not stage.cabinet.is_open(home.serial)
    assert stage.cabinet.was_asked(home.serial, "port") == 0

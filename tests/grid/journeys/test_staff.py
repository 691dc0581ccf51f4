"""Staff at work: an opening that fails is resolved, and a text is changed for everybody."""

import re

from playwright.sync_api import Browser

from grid.journeys.staff import log_in
from grid.journeys.stage import Stage
from grid.journeys.visitor import known, visitor
from grid.web.staff_scene import hire
from hanport.grid.database import tables
from hanport.grid.staff.roles import Role
from home.web.browser import DESKTOP


def test_staff_resolve_an_opening_that_fails(chromium: Browser, stage: Stage) -> None:
    """The meter says that it is done, and is not; somebody looks after it, and the same order opens the port."""
    home = stage.household("astrid", "Storgatan 1")
    hire(stage.scene, "Anna Ek", Role.CLERK)
    stage.cabinet.stuck.add(home.serial)
    with known(chromium, stage, "astrid", f"/order?facility={home.gsrn}") as astrid:
        astrid.sign_here("astrid")
        order_id = astrid.page.url.rpartition("/")[2]
        astrid.waits(15)
        astrid.reads("Elmätaren svarade inte som den skulle. Vi försöker igen; du behöver inte göra något.")
        astrid.shot("failing")
    for _ in range(4):
        stage.skip(minutes=20)
    with known(chromium, stage, "astrid", f"/orders/{order_id}") as astrid:
        astrid.reads("Det går inte på distans.")
        astrid.shot("needs-visit")
    stage.skip(hours=37)
    assert stage.column(tables.alarm.c.kind, tables.alarm.c.subject == order_id) == ["order_late"]
    assert not stage.cabinet.is_open(home.serial)
    with visitor(chromium, stage, f"/staff/orders/{order_id}", size=DESKTOP) as anna:
        log_in(anna, "Anna Ek")
        anna.sees(re.compile("Öppna porten"))
        anna.shot("failed-order")
        said = anna.page.locator("section[aria-labelledby=life] li").all_inner_texts()
        assert any("underskriften godtagen kunden" in each for each in said)
        assert [each for each in said if re.search(r"[a-z]+\.[a-z_]+ |\bcustomer\b|\bsystem\b", each)] == []
        stage.cabinet.stuck.remove(home.serial)
        anna.page.fill("#reason-retry", "mätaren har startats om på plats")
        anna.press("Försök igen nu")
        anna.reads("Ett nytt försök görs nu.")
        anna.waits(10)
        anna.reads("avläst")
    assert stage.cabinet.is_open(home.serial)
    assert stage.orders(home) == [("open", "read_back")]
    with known(chromium, stage, "astrid", f"/orders/{order_id}") as astrid:
        astrid.reads("Porten är öppen. Elmätaren har själv svarat det.")
    assert [each.facts["why"] for each in stage.people.log("order.retried")] == ["mätaren har startats om på plats"]
    assert stage.column(tables.alarm.c.cleared_at, tables.alarm.c.subject == order_id) != [None]


def test_a_text_that_staff_change_is_read_by_everybody(chromium: Browser, stage: Stage) -> None:
    hire(stage.scene, "Bo Gran", Role.EDITOR)
    with visitor(chromium, stage, "/staff/texts", size=DESKTOP) as bo:
        log_in(bo, "Bo Gran")
        bo.click(bo.page.get_by_role("link", name=re.compile("När ni svarar")))
        bo.page.get_by_label("Svenska").fill("Vi svarar **alla dagar** 8–20.")
        bo.page.get_by_label("Engelska").fill("We answer **every day** from 8 to 20.")
        bo.press("Förhandsgranska")
        bo.reads("Vi svarar alla dagar 8–20.")
        with visitor(chromium, stage, "/") as guest:
            guest.reads("Vi svarar på vardagar.")
        bo.press("Spara och visa för alla")
        bo.reads("Sparat")
    with visitor(chromium, stage, "/") as guest:
        guest.reads("Vi svarar alla dagar 8–20.")
        guest.click(guest.page.get_by_role("button", name="In English"))
        guest.reads("We answer every day from 8 to 20.")
    (saved,) = [each for each in stage.people.log("wording.changed") if each.actor == "staff:Bo Gran"]
    assert saved.at <= stage.now

"""What comes after an opening: closing, "this was not me", a port that hangs, a broken adapter, a move, a new meter."""

from datetime import date
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from grid.journeys.stage import Home, Stage
from grid.journeys.visitor import known, visitor
from hanport.grid.database import tables


def fitted(stage: Stage, home: Home, serial: str, on: date) -> None:
    """The adapter that is in the meter since that day."""
    stage.people.town._add(tables.adapter, serial=serial, meter_id=home.meter_id, fitted_on=on)


def test_closing_takes_one_press_and_no_signature(chromium: Browser, stage: Stage) -> None:
    home = stage.household("astrid", "Storgatan 1")
    opening = stage.opened(home)
    with known(chromium, stage, "astrid", f"/facilities/{home.gsrn}") as astrid:
        astrid.shot("facility")
        astrid.press("Stäng porten")
        astrid.sees("Stängning av porten")
        astrid.waits(10)
        astrid.reads("Porten är stängd. Elmätaren har själv svarat det.")
        astrid.shot("closed")
        assert not stage.cabinet.is_open(home.serial)
        astrid.go(f"/facilities/{home.gsrn}")
        astrid.reads("Porten är stängd")
    assert stage.orders(home) == [("open", "read_back"), ("close", "read_back")]
    assert stage.people.desk.row(opening).withdrawn_at is not None
    assert (astrid.clicks, astrid.fields) == (1, 0)
    assert astrid.took_s <= 60


def test_this_was_not_me_closes_at_once_and_alerts_staff(chromium: Browser, stage: Stage) -> None:
    """The holder reads the e-mail on any device, and is logged in nowhere."""
    home = stage.household("hulda", "Skogsstigen 3")
    order_id = stage.opened(home)
    ordered = stage.mailbox.to("hulda@example.se")[0]
    link = next(word for word in ordered.text.split() if "/not-me/" in word)
    with visitor(chromium, stage, urlsplit(link).path) as hulda:
        hulda.sees("Det här var inte jag")
        hulda.reads("Skogsstigen 3")
        hulda.shot("not-me")
        assert stage.cabinet.is_open(home.serial), "who only follows the link changes nothing"
        hulda.press("Stäng porten nu")
        hulda.reads("Porten stängs nu.", "Vår personal har fått larm")
        hulda.waits(10)
        hulda.reads("Porten är stängd. Elmätaren har själv svarat det.")
        hulda.shot("not-me-closed")
    assert not stage.cabinet.is_open(home.serial)
    assert stage.orders(home) == [("open", "read_back"), ("close", "read_back")]
    assert stage.column(tables.alarm.c.subject, tables.alarm.c.kind == "order_disputed") == [order_id]
    assert (hulda.clicks, hulda.fields) == (1, 0)


def test_a_port_that_hangs_is_guided_first_and_then_restarted(chromium: Browser, stage: Stage) -> None:
    home = stage.household("emil", "Åvägen 2")
    stage.opened(home)
    stage.cabinet.hang(home.serial)
    with known(chromium, stage, "emil", f"/facilities/{home.gsrn}") as emil:
        emil.follow("Porten har tystnat")
        emil.reads("Sitter kabeln i ordentligt i båda ändar?")
        emil.shot("restart")
        emil.press("Beställ omstart")
        emil.sees("Omstart av porten")
        emil.waits(10)
        emil.reads("Elmätarens port är omstartad.")
        emil.go(f"/facilities/{home.gsrn}")
        emil.reads("1 det senaste året")
    assert not stage.cabinet.is_hung(home.serial)
    assert stage.cabinet.is_open(home.serial)
    assert stage.orders(home) == [("open", "read_back"), ("restart", "read_back")]
    assert stage.cabinet.was_asked(home.serial, "power-cycle") == 1


def test_an_adapter_in_warranty_costs_nothing_and_needs_no_signature(chromium: Browser, stage: Stage) -> None:
    home = stage.household("ingrid", "Kyrkvägen 8")
    fitted(stage, home, "HAN-1", date(2025, 12, 1))
    with known(chromium, stage, "ingrid", f"/facilities/{home.gsrn}/adapter") as ingrid:
        ingrid.reads("till och med 30 november 2027", "Kostar inget")
        ingrid.press("Beställ byte")
        ingrid.sees("Byte av HAN-adaptern")
        ingrid.reads("Vi kommer och byter adaptern.", "Garantin gäller: bytet kostar inget.")
        ingrid.shot("warranty")
    assert stage.orders(home) == [("warranty", "needs_visit")]
    assert stage.column(tables.order.c.price_ore, tables.order.c.facility_id == home.facility_id) == [0]


def test_an_adapter_out_of_warranty_is_paid_and_signed_for(chromium: Browser, stage: Stage) -> None:
    home = stage.household("nils", "Ängsvägen 22")
    fitted(stage, home, "HAN-2", date(2023, 5, 2))
    with known(chromium, stage, "nils", f"/facilities/{home.gsrn}/adapter") as nils:
        nils.reads("Garantin har gått ut.")
        nils.shot("warranty-over")
        id = nils.begin("same_device")
        assert "*Pris:* 500,00 kr" in stage.identity.kept(id).asked.visible
        nils.open_app()
        nils.in_app("nils")
        nils.sees("Byte av HAN-adaptern")
        nils.reads("Garantin har gått ut: bytet kostar det du godkände.", "500")
    assert stage.orders(home) == [("warranty", "needs_visit")]
    assert stage.column(tables.order.c.price_ore, tables.order.c.facility_id == home.facility_id) == [50_000]


def test_a_move_closes_the_port_and_the_next_one_begins_anew(chromium: Browser, stage: Stage) -> None:
    home = stage.household("sara", "Skogsstigen 5")
    stage.opened(home)
    leaves = stage.at(days=3)
    stage.event("move_in", facility=home.gsrn, at=leaves.isoformat())
    with known(chromium, stage, "sara", f"/facilities/{home.gsrn}") as sara:
        sara.reads("Någon annan flyttar in", "Då stänger vi porten av oss själva; du behöver inte göra något.")
        sara.shot("moving")
    assert stage.cabinet.is_open(home.serial)
    stage.skip(days=3)
    assert not stage.cabinet.is_open(home.serial)
    assert stage.reported(home) == "closed"
    assert stage.mailbox.to("sara@example.se")[-1].subject == "HAN-porten på din elmätare är stängd"
    # Who has moved out sees nothing of what the next one does.
    new_id = stage.people.town.customer(stage.person("anders"), name="Anders Åkerström", email="anders@example.se")
    stage.people.town.contract(home.facility_id, new_id, begins=leaves)
    with known(chromium, stage, "sara", "/facilities") as sara:
        sara.reads("Vi hittar ingen anläggning på dig")
        sara.is_refused(f"/facilities/{home.gsrn}", f"/order?facility={home.gsrn}")
    with known(chromium, stage, "anders", "/facilities") as anders:
        anders.reads("Porten är stängd")
        anders.press("Öppna porten")
        anders.sign_here("anders")
        anders.waits(10)
        anders.reads("Porten är öppen. Elmätaren har själv svarat det.")
    assert stage.cabinet.is_open(home.serial)


def test_a_new_meter_is_opened_without_anybody_asking(chromium: Browser, stage: Stage) -> None:
    home = stage.household("jan", "Skolgatan 4")
    stage.opened(home)
    stage.skip(hours=1)
    new = stage.spare_meter()
    told = {"old_meter": home.serial, "new_meter": new, "maker": "Kamstrup", "model": "OMNIA"}
    stage.event("meter_exchange", facility=home.gsrn, at=stage.now.isoformat(), **told)
    assert not stage.cabinet.is_open(home.serial)
    assert stage.cabinet.is_open(new)
    with known(chromium, stage, "jan", f"/facilities/{home.gsrn}") as jan:
        jan.reads("Porten är öppen", f"nummer {new}")
        jan.shot("exchanged")
        assert jan.page.get_by_text(home.serial).count() == 0
    assert stage.orders(home) == [("open", "read_back")]
    assert new in stage.mailbox.to("jan@example.se")[-1].text

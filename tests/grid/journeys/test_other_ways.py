"""Those who do not come alone with a BankID: a company, a letter with a code, and the desk."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from grid.journeys.staff import log_in
from grid.journeys.stage import Home, Stage
from grid.journeys.visitor import Visitor, known, visitor
from grid.letters.reading import words_of
from grid.web.staff_scene import hire
from hanport.grid.database import tables
from hanport.grid.letters.printing import Printing, print_waiting
from hanport.grid.staff.roles import Role
from hanport.testid.people import BY_KEY
from home.web.browser import DESKTOP


def company(stage: Stage, name: str, address: str) -> Home:
    """A company's facility: nobody of it can act without a power."""
    customer_id = stage.people.town.customer(kind="legal", name=name, email="bruket@example.se")
    return stage.contract_for(customer_id, stage.people.desk.person(customer_id), address)


def test_a_company_opens_through_somebody_with_a_power(chromium: Browser, stage: Stage) -> None:
    home = company(stage, "Fjällby Bruk AB", "Bruksvägen 1")
    agent_id = stage.person("anders")
    with known(chromium, stage, "anders", "/facilities") as anders:
        anders.reads("Vi hittar ingen anläggning på dig")
        anders.is_refused(f"/order?facility={home.gsrn}")
    stage.people.town.power(home.customer_id, agent_id)
    with visitor(chromium, stage) as anders:
        anders.press("Öppna min port")
        anders.sign_here("anders")
        anders.reads("Bruksvägen 1", "För Fjällby Bruk AB")
        anders.shot("company")
        anders.sign_here("anders")
        anders.waits(10)
        anders.reads("Porten är öppen. Elmätaren har själv svarat det.", "Fjällby Bruk AB")
    assert stage.cabinet.is_open(home.serial)
    assert stage.orders(home) == [("open", "read_back")]
    mine = tables.order.c.facility_id == home.facility_id
    assert stage.column(tables.order.c.person_id, mine) == [agent_id]
    assert stage.column(tables.order.c.customer_id, mine) == [home.customer_id]
    assert anders.fields == 0
    assert anders.took_s <= 60
    assert "fullmakt" in stage.mailbox.to("bruket@example.se")[0].text


def test_a_power_that_has_ended_opens_nothing(chromium: Browser, stage: Stage) -> None:
    """It ended while the page was open, with a code to be scanned on it."""
    home = company(stage, "Fjällby Såg AB", "Sågvägen 9")
    power_id = stage.people.town.power(home.customer_id, stage.person("sara"))
    with known(chromium, stage, "sara", f"/order?facility={home.gsrn}") as sara:
        id = sara.begin("qr")
        stage.people.change(tables.power, tables.power.c.id == power_id, ends_at=stage.now)
        sara.scan(id, "sara")
        sara.page.wait_for_url("**/orders/*")
        sara.reads("Vi kan inte göra det här.")
        sara.shot("no-power")
    stage.pass_s(10)
    assert [state for _, state in stage.orders(home)] == ["refused"]
    assert not stage.cabinet.is_open(home.serial)
    assert stage.cabinet.was_asked(home.serial, "port") == 0


def test_a_code_by_letter_opens_shows_and_closes(chromium: Browser, stage: Stage, tmp_path: Path) -> None:
    home = stage.household("hulda", "Skogsstigen 3", email="")
    with visitor(chromium, stage, "/identify") as hulda:
        hulda.follow("Använd en kod")
        hulda.sees("Kod med brev")
        letter = hulda.page.locator("section[aria-labelledby=letter]")
        letter.get_by_label("Anläggnings-ID").fill(home.gsrn)
        hulda.click(letter.get_by_role("button", name="Beställ brev"))
        hulda.sees("Tack, vi har tagit emot det")
        hulda.shot("code-sent")
    printed = printed_code(stage, tmp_path / "letters.pdf")
    stage.skip(days=2)
    with visitor(chromium, stage, "/code") as hulda:
        type_code(hulda, home, printed)
        hulda.press("Legitimera mig med koden")
        hulda.sees("Skogsstigen 3")
        hulda.press("Öppna porten")
        hulda.reads("så du beställer direkt här")
        hulda.shot("code-review")
        hulda.press("Beställ")
        hulda.waits(10)
        hulda.reads("Porten är öppen. Elmätaren har själv svarat det.")
        assert stage.cabinet.is_open(home.serial)
    with visitor(chromium, stage, "/code") as hulda:
        type_code(hulda, home, printed)
        hulda.press("Se hur det står, eller stäng")
        hulda.reads("Porten är öppen")
        hulda.shot("code-standing")
        hulda.press("Stäng porten")
        stage.pass_s(10)
    assert not stage.cabinet.is_open(home.serial)
    assert stage.orders(home) == [("open", "read_back"), ("close", "read_back")]
    identities = stage.column(tables.order.c.identity, tables.order.c.facility_id == home.facility_id)
    assert identities[0] == "letter"


def printed_code(stage: Stage, out: Path) -> str:
    """Print the letters that wait, and read the code in one as its receiver does."""
    printed = print_waiting(stage.scene.parts.grid, Printing(out, "Anna Ek"))
    assert printed.letters == 1
    (found,) = re.findall(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", words_of(out))
    return str(found)


def type_code(person: Visitor, home: Home, printed: str) -> None:
    """Type what the letter says."""
    use = person.page.locator("section[aria-labelledby=use]")
    use.get_by_label("Anläggnings-ID").fill(home.gsrn)
    use.get_by_label("Kod", exact=True).fill(printed)


def test_staff_take_an_order_at_the_desk(chromium: Browser, stage: Stage) -> None:
    home = stage.household("jan", "Skolgatan 4")
    hire(stage.scene, "Anna Ek", Role.CLERK)
    with visitor(chromium, stage, "/staff/desk", size=DESKTOP) as anna:
        log_in(anna, "Anna Ek")
        anna.page.locator("#quick").fill(home.gsrn)
        anna.page.keyboard.press("Enter")
        anna.sees("Skolgatan 4")
        anna.shot("desk")
        anna.page.fill("#number", BY_KEY["jan"].number)
        anna.page.select_option("#document", "licence")
        anna.page.fill("#reason-order", "kunden är här")
        anna.press("Ta emot ordern")
        anna.reads("Ordern är tagen.", "vid disken")
        stage.pass_s(10)
        anna.page.reload()
    assert stage.cabinet.is_open(home.serial)
    assert stage.orders(home) == [("open", "read_back")]
    mine = tables.order.c.facility_id == home.facility_id
    assert stage.column(tables.order.c.identity, mine) == ["desk"]
    assert stage.column(tables.order.c.staff, mine) == ["Anna Ek"]
    told = stage.mailbox.to("jan@example.se")[0]
    assert "vid besök" in told.text
    link = next(word for word in told.text.split() if "/not-me/" in word)
    with visitor(chromium, stage, urlsplit(link).path) as jan:
        jan.press("Stäng porten nu")
        stage.pass_s(10)
    assert not stage.cabinet.is_open(home.serial)

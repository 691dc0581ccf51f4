"""BankID by phone: staff ask, the customer signs in the app, and the order goes on; whatever else happens is said."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from playwright.sync_api import Browser, expect
from starlette.types import ASGIApp

from grid.eid.identity import ASTRID, EMIL, Identity, identity
from grid.eid.test_flow import plain
from grid.web.scene import Scene, cookie_of
from grid.web.staff_scene import hire, member_browser, send
from grid.web.staff_town import Busy, busy
from grid.web.test_staff_login import log_of
from hanport.grid.database import tables
from hanport.grid.identifiers import parse_signed_number
from hanport.grid.notices.languages import remember
from hanport.grid.staff.roles import Role
from hanport.testid.faults import Fault
from home.web.browser import PHONE, is_too_wide, serious_findings, shot, visit
from home.web.serve import loop_in_thread


@pytest.fixture
def town(quick: Scene) -> Busy:
    return busy(quick)


@pytest.fixture
async def made(town: Busy, authority: Path) -> AsyncIterator[Identity]:
    async with identity(town.scene, authority) as made:
        yield made


def astrids(town: Busy) -> tuple[str, int]:
    """A facility of hers, and her."""
    facility_id = town.town.facility()
    town.town.meter(facility_id, serial="18019901", model="OMNIPOWER")
    person_id = town.town.person(parse_signed_number(ASTRID))
    town.town.contract(facility_id, town.town.customer(person_id))
    return town.gsrn(facility_id), person_id


async def asked(client: httpx.AsyncClient, gsrn: str, **fields: str) -> str:
    """The page of the call, for an order that was taken at the facility's page."""
    page = f"/staff/facilities/{gsrn}"
    form = {"kind": "open", "how": "bankid_phone", "reason": "ringde hit"} | fields
    answer = await send(client, page, f"{page}/order", form)
    assert answer.status_code == 303, plain(answer.text)
    return answer.headers["location"]


async def begun(client: httpx.AsyncClient, call: str) -> str:
    """The id of the identification that waits for the customer's app."""
    answer = await client.post(call)
    assert answer.status_code == 303, plain(answer.text)
    return answer.headers["location"].removeprefix("/identification/")


def id_of(call: str) -> str:
    return call.split("/")[3]


async def test_the_customer_signs_on_the_phone_and_the_order_goes_on(town: Busy, made: Identity) -> None:
    gsrn, person_id = astrids(town)
    with town.scene.database.writing("customer") as work:
        remember(work, person_id, "en")
    async with member_browser(town.scene) as client:
        call = await asked(client, gsrn, person=str(person_id))
        assert ASTRID not in call
        page = (await client.get(call)).text
        assert "Facility ID" in plain(page)  # in the customer's language
        assert gsrn in page and ASTRID not in page
        assert town.desk.row(id_of(call)).state == "draft"
        id = await begun(client, call)
        found = made.kept(id)
        assert (found.way, found.staff, found.order_ids) == ("phone", "Anna Ek", (id_of(call),))
        await made.pass_s(2)
        state = (await client.get(f"/identification/{id}/state")).json()
        assert state["text"] == "Be kunden starta BankID-appen." and state["qr"] == state["start"] == ""
        shown = (await client.get(f"/identification/{id}")).text
        assert "<svg" not in shown.partition("<main")[2] and "data-start" not in shown
        claim = (await made.phone(call=ASTRID, do="start"))["order"]
        await made.pass_s(2)
        state = (await client.get(f"/identification/{id}/state")).json()
        assert state["text"] == "Appen frågar kunden vem som ringde upp. Vänta på svaret."
        await made.phone(order=claim, person=ASTRID)
        await made.pass_s(4)
        answer = await client.get(f"/identification/{id}", follow_redirects=True)
    assert answer.url.path == f"/staff/orders/{id_of(call)}" and "Anna Ek" in answer.text
    row = town.desk.row(id_of(call))
    assert (row.identity, row.staff, row.person_id, row.reason) == ("bankid", "Anna Ek", person_id, "ringde hit")
    assert row.state not in ("draft", "refused") and row.evidence_sealed is not None and row.terms
    begins = [each for each in log_of(town.scene) if each.action == "identification.begun"]
    assert [(each.facts["way"], each.facts["staff"]) for each in begins] == [("phone", "Anna Ek")]


@pytest.mark.parametrize(
    ("move", "said"),
    [
        ("cancel", "Åtgärden avbruten"),
        ("decline", "Kunden svarade i appen att samtalet inte är med oss"),
        ("expire", "Kundens app svarade inte i tid"),
    ],
)
async def test_what_ends_without_a_signature_is_said_and_can_be_begun_again(
    town: Busy, made: Identity, move: str, said: str
) -> None:
    gsrn, person_id = astrids(town)
    async with member_browser(town.scene) as client:
        call = await asked(client, gsrn, person=str(person_id))
        id = await begun(client, call)
        if move == "decline":
            await made.phone(call=ASTRID, do="decline")
        else:
            claim = (await made.phone(call=ASTRID, do="start"))["order"]
            await made.phone(order=claim, person=ASTRID, do=move)
        await made.pass_s(4)
        shown = (await client.get(f"/identification/{id}")).text
        assert said in plain(shown)
        again = re.search(r'role="button" href="(/staff/[^"]+)"', shown)
        assert again and again[1] == call
        assert town.desk.row(id_of(call)).state == "draft"
        second = await begun(client, again[1])
    assert second != id and made.kept(second).stand == "pending"


async def test_a_call_that_nobody_takes_runs_out(town: Busy, made: Identity) -> None:
    gsrn, person_id = astrids(town)
    async with member_browser(town.scene) as client:
        id = await begun(client, await asked(client, gsrn, person=str(person_id)))
        await made.pass_s(200)
        assert "Be kunden starta BankID-appen och börja sedan om" in plain(
            (await client.get(f"/identification/{id}")).text
        )


async def test_the_member_stops_the_call_and_another_browser_does_not_see_it(town: Busy, made: Identity) -> None:
    gsrn, person_id = astrids(town)
    async with member_browser(town.scene) as client, member_browser(town.scene, "Bo Ström") as other:
        id = await begun(client, await asked(client, gsrn, person=str(person_id)))
        assert (await other.get(f"/identification/{id}")).status_code == 404
        await other.post(f"/identification/{id}/cancel")
        assert made.kept(id).stand == "pending"
        await client.post(f"/identification/{id}/cancel")
        assert made.kept(id).stand == "failed"


async def test_who_has_no_right_is_refused_though_the_signature_is_genuine(town: Busy, made: Identity) -> None:
    gsrn, _ = astrids(town)
    town.town.person(parse_signed_number(EMIL))
    async with member_browser(town.scene) as client:
        call = await asked(client, gsrn, number=EMIL)
        await begun(client, call)
        await made.phone(call=EMIL, do="sign")
        await made.pass_s(4)
    assert town.desk.row(id_of(call)).state == "refused"


async def test_what_the_identity_service_forges_is_refused_in_words_for_staff(town: Busy, made: Identity) -> None:
    gsrn, person_id = astrids(town)
    async with member_browser(town.scene) as client:
        call = await asked(client, gsrn, person=str(person_id))
        id = await begun(client, call)
        made.goes_wrong(Fault.ALTERED.value)
        await made.phone(call=ASTRID, do="sign")
        await made.pass_s(4)
        assert "Kontrollera på ett annat sätt vem som ringer" in plain((await client.get(f"/identification/{id}")).text)
    assert town.desk.row(id_of(call)).state == "draft"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": EMIL}, "Personen finns inte"),  # nobody whom the register knows
        ({"number": "165566304928"}, "Ett företag kan inte skriva under"),
        ({"person": "999999"}, "Personen finns inte"),
        ({"person": "x"}, "Personen finns inte"),
        ({}, "Det är inget personnummer"),
    ],
)
async def test_nobody_else_can_be_asked(town: Busy, made: Identity, fields: dict[str, str], said: str) -> None:
    gsrn, _ = astrids(town)
    page = f"/staff/facilities/{gsrn}"
    form = {"kind": "open", "how": "bankid_phone", "reason": "ringde hit"} | fields
    async with member_browser(town.scene) as client:
        answer = await send(client, page, f"{page}/order", form)
    assert answer.status_code == 422 and said in answer.text


async def test_a_holder_of_another_facility_cannot_be_chosen(town: Busy, made: Identity) -> None:
    gsrn, _ = astrids(town)
    page = f"/staff/facilities/{gsrn}"
    form = {"kind": "open", "how": "bankid_phone", "reason": "x", "person": str(town.persons["open"])}
    async with member_browser(town.scene) as client:
        assert (await send(client, page, f"{page}/order", form)).status_code == 422


async def test_without_bankid_it_is_not_offered(town: Busy) -> None:
    gsrn, person_id = astrids(town)
    page = f"/staff/facilities/{gsrn}"
    form = {"kind": "open", "how": "bankid_phone", "reason": "x", "person": str(person_id)}
    async with member_browser(town.scene) as client:
        assert "bankid_phone" not in (await client.get(page)).text
        answer = await send(client, page, f"{page}/order", form)
    assert answer.status_code == 422


async def test_a_desk_check_can_choose_the_holder_too(town: Busy) -> None:
    gsrn, person_id = astrids(town)
    page = f"/staff/facilities/{gsrn}"
    form = {"kind": "open", "how": "desk", "document": "passport", "reason": "x", "person": str(person_id)}
    async with member_browser(town.scene) as client:
        answer = await send(client, page, f"{page}/order", form)
    assert answer.status_code == 303
    assert town.desk.row(answer.headers["location"].split("/")[3].partition("?")[0]).person_id == person_id


async def test_the_page_is_for_drafts_and_known_persons(town: Busy, made: Identity) -> None:
    gsrn, person_id = astrids(town)
    signed = town.orders["read_back"]
    async with member_browser(town.scene) as client:
        call = await asked(client, gsrn, person=str(person_id))
        for path in (call.replace(f"person={person_id}", f"person={each}") for each in ("", "0", "abc", "9" * 40)):
            assert (await client.get(path)).status_code == 404, path
            assert (await client.post(path)).status_code == 404, path
        assert (await client.get(f"/staff/orders/2222222222222222/phone?person={person_id}")).status_code == 404
        for method in ("GET", "POST"):
            answer = await client.request(method, f"/staff/orders/{signed}/phone?person={person_id}")
            assert answer.headers["location"] == f"/staff/orders/{signed}?done=taken"
        await town.scene.clock.advance(3601)
    async with member_browser(town.scene, "Bo Ström") as client:
        for method in ("GET", "POST"):
            answer = await client.request(method, call)
            assert answer.status_code == 409, method


async def test_a_member_who_may_not_order_may_not_call(town: Busy, made: Identity) -> None:
    gsrn, person_id = astrids(town)
    async with member_browser(town.scene) as client:
        call = await asked(client, gsrn, person=str(person_id))
    async with member_browser(town.scene, "Rut", Role.READER) as client:
        assert (await client.get(call)).status_code == 403
        assert (await client.post(call)).status_code == 403


async def test_nobody_is_called_without_end(town: Busy, made: Identity) -> None:
    gsrn, person_id = astrids(town)
    async with member_browser(town.scene) as client:
        call = await asked(client, gsrn, person=str(person_id))
        answers = [(await client.post(call)).status_code for _ in range(town.scene.config.limits.identifications + 1)]
    assert answers[-1] == 429 and 429 not in answers[:-1]


async def test_what_bankid_says_no_to_is_said_on_the_page(town: Busy, made: Identity) -> None:
    gsrn, person_id = astrids(town)
    async with member_browser(town.scene) as client:
        call = await asked(client, gsrn, person=str(person_id))
        made.goes_wrong(Fault.MAINTENANCE.value)
        answer = await client.post(call)
        assert answer.status_code == 503 and 'role="alert"' in answer.text
        assert "Fråga kundens app" in answer.text  # it can be tried again


def test_in_a_browser_a_clerk_takes_a_call_from_the_form_to_the_order(
    chromium: Browser, quick: Scene, authority: Path
) -> None:
    town = busy(quick)
    gsrn, person_id = astrids(town)
    secret = quick.staff_session("Anna Ek", hire(quick))
    with loop_in_thread() as loop:
        context = identity(quick, authority)
        made = loop.call(context.__aenter__, 60)
        try:
            with loop.serving(cast(ASGIApp, quick.app())) as url, visit(chromium, size=PHONE) as visited:
                visited.context.add_cookies([cookie_of(secret, url)])  # type: ignore[list-item]
                page = visited.page
                page.goto(f"{url}/staff/facilities/{gsrn}")
                page.check("input[value=bankid_phone]")
                page.select_option("#person", str(person_id))
                page.fill("#reason-order", "ringde hit")
                assert serious_findings(page) == [] and not is_too_wide(page)
                page.click("text=Ta emot ordern")
                expect(page.locator("h1")).to_have_text("BankID i telefon")
                assert serious_findings(page) == [] and not is_too_wide(page)
                shot(page, "staff-phone")
                page.click("text=Fråga kundens app")
                expect(page.locator("[data-part=text]")).to_have_text("Be kunden starta BankID-appen.")
                assert serious_findings(page) == [] and not is_too_wide(page)
                shot(page, "staff-phone-waiting")
                loop.call(lambda: signed(made), 60)
                expect(page.locator("main")).to_contain_text("Anna Ek", timeout=15_000)
                assert page.url.partition("?")[0].startswith(f"{url}/staff/orders/")
        finally:
            loop.call(lambda: context.__aexit__(None, None, None), 60)
    order_id = town.desk.value(tables.order.c.id, tables.order.c.person_id == person_id)
    assert town.desk.row(order_id).identity == "bankid"


async def signed(made: Identity) -> None:
    await made.phone(call=ASTRID, do="sign")
    await made.pass_s(4)

"""Finding by everything that has a name; and by a person's number, which leaves no trace."""

import logging

import pytest

from grid.planted import found_in, stored_at
from grid.town import person_number
from grid.web.scene import Scene
from grid.web.staff_scene import member_browser
from grid.web.staff_town import Busy, busy, household
from grid.web.test_staff_access import guarded, path_of
from hanport.grid.staff.roles import Role


@pytest.fixture
def town(quick: Scene) -> Busy:
    return busy(quick)


async def test_what_has_a_name_is_gone_to_at_once(town: Busy) -> None:
    gsrn = town.facilities["open"]
    sought = {
        gsrn: f"/staff/facilities/{gsrn}",
        f"{gsrn[:6]} {gsrn[6:12]} {gsrn[12:]}": f"/staff/facilities/{gsrn}",
        town.orders["failed"].upper(): f"/staff/orders/{town.orders['failed']}",
        " 18010001 ": f"/staff/facilities/{gsrn}",
        "K4": f"/staff/facilities/{gsrn}",
    }
    async with member_browser(town.scene) as client:
        for text, place in sought.items():
            answer = await client.post("/staff/find", data={"q": text})
            assert answer.headers.get("location") == place, text


async def test_addresses_are_found_by_a_piece_in_any_case(scene: Scene) -> None:
    town = busy(scene)
    async with member_browser(scene) as client:
        answer = await client.post("/staff/find", data={"q": "åväg"})
        assert answer.headers["location"] == "/staff/find?q=%C3%A5v%C3%A4g"
        page = (await client.get(answer.headers["location"])).text
        assert "Åvägen 14, Fjällby" in page
        assert town.facilities["failing"] in page
        assert "Ängsvägen" in (await client.get("/staff/find?q=ÄNGSV")).text
        for nothing in ("100%", "_____", "\\", "Ö"):
            assert "Inget hittades" in (await client.get("/staff/find", params={"q": nothing})).text
        assert "Inget hittades" not in (await client.get("/staff/find")).text


@pytest.mark.parametrize("form", ["{0}{1}", "{0}-{1}", "  {0}{1} "])
async def test_a_number_leads_to_a_person_without_a_trace(
    town: Busy, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person_id = town.persons["open"]
    digits = town.desk.number(person_id).digits
    async with member_browser(town.scene) as client:
        answer = await client.post("/staff/find", data={"q": form.format(digits[:8], digits[8:])})
        assert answer.headers["location"] == f"/staff/persons/{person_id}"
        page = (await client.get(answer.headers["location"])).text
    assert "1912****-****" in page
    assert found_in(page.encode(), town.desk.number(person_id)) == []
    assert found_in(caplog.text.encode(), town.desk.number(person_id)) == []


async def test_a_number_in_an_address_is_not_looked_at(town: Busy) -> None:
    digits = town.desk.number(town.persons["open"]).digits
    async with member_browser(town.scene) as client:
        answer = await client.get("/staff/find", params={"q": digits})
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/find")
        unknown = person_number(4711).digits
        page = await client.post("/staff/find", data={"q": unknown})
        assert page.status_code == 200
        assert "Inget hittades" in page.text
        assert unknown not in page.text


async def test_who_may_not_see_persons_does_not_find_them(town: Busy) -> None:
    digits = town.desk.number(town.persons["open"]).digits
    async with member_browser(town.scene, "Rut", Role.READER) as client:
        page = await client.post("/staff/find", data={"q": digits})
        assert page.status_code == 200
        assert "Inget hittades" in page.text
        assert (await client.get(f"/staff/persons/{town.persons['open']}")).status_code == 403


async def test_a_planted_number_is_on_no_page_and_in_no_log(quick: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """All pages, with all forms sent that take words: the number of somebody who orders stands nowhere afterwards."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # the browser of this test writes down what it asks for
    town = busy(quick)
    place = household(town, "Planterad Person", "Plantvägen 1")
    number = town.desk.number(place[2])
    app = quick.app()
    seen: list[bytes] = []
    async with member_browser(quick, "Anna Ek", *Role, app=app) as client:
        facility = f"/staff/facilities/{town.gsrn(place[0])}"
        typed = ("reason", "check", "who", "new_serial", "q", "name", "subject", "word", "on_behalf_of")
        words = dict.fromkeys(typed, number.digits)
        fields = words | {"kind": "open", "how": "desk", "document": "passport", "number": number.digits}
        fields |= {"facilities": number.digits, "sv": number.digits, "model": "Kamstrup / OMNIPOWER"}
        taken = await client.post(f"{facility}/order", data=fields | {"once": "planted", "on_behalf_of": ""})
        assert taken.status_code == 303
        for route, method in guarded(app):
            path = path_of(route).replace("735999000000000013", town.gsrn(place[0]))
            path = path.replace("/orders/a2", f"/orders/{town.orders['failed']}")
            path = path.replace("/persons/1", f"/persons/{place[2]}")
            if path.endswith(("/sessions/end", "/password", "/app")):
                continue
            answer = await client.request(method, path, data=fields | {"once": path} if method == "POST" else None)
            assert answer.status_code < 500, path
            seen += [answer.content, str(answer.headers).encode()]
        for path in ("/staff/log", "/staff/log?about=" + number.digits, facility, taken.headers["location"]):
            answer = await client.get(path)
            seen += [answer.content, str(answer.headers.get("location", "")).encode()]
    for each in seen:
        assert found_in(each, number) == []
    assert found_in(caplog.text.encode(), number) == []
    quick.database.engine.dispose()
    assert found_in(stored_at(quick.database.engine.url), number) == []

"""What is stored of a person, as a page and a file; and who may act for whom."""

import pytest

from grid.customer.people import LATER
from grid.planted import found_in
from grid.web.customers import Customers, forms, said
from grid.web.scene import Scene
from hanport.clock import ManualClock
from hanport.grid.database import tables


async def test_where_notices_go_and_how_long_it_is_kept(quick: Scene) -> None:
    customers = Customers(quick)
    _, _, person_id = customers.household(email="eva@example.se", address="Box 1", phone="070-1740605")
    page = await customers.page(person_id, "/me")
    for text in ("eva@example.se", "Box 1", "070-1740605", "i 3 år därefter", "Aldrig hur mycket el"):
        assert text in page
    assert "kan få dina uppgifter raderade nu" in await customers.page(customers.town.person(), "/me")


async def test_all_of_it_as_a_file(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    customers.open(facility_id, person_id, meter_id)
    async with customers.browser(person_id) as client:
        assert ("post", "/me/data") in forms(await client.get("/me"))
        answer = await client.post("/me/data")
    told = answer.json()
    assert [each["kind"] for each in told["orders"]] == ["open"] and told["customers"] and told["log"]
    assert answer.headers["content-disposition"] == 'attachment; filename="hanport-person.json"'
    assert found_in(answer.content, customers.desk.number(person_id)) == []
    (noted,) = customers.log("person.disclosed")
    assert noted.actor == "customer"


async def test_it_is_not_given_to_whoever_finds_an_open_browser(quick: Scene, clock: ManualClock) -> None:
    customers = Customers(quick)
    _, _, person_id = customers.household()
    async with customers.browser(person_id) as client:
        await clock.advance(5 * 60 + 1)
        answer = await client.post("/me/data")
        assert "Legitimera dig igen" in said(answer) and 'name="next" value="/me"' in answer.text
        assert (await client.get("/me/data")).status_code == 405
    assert customers.log("person.disclosed") == []


@pytest.mark.parametrize("language", ["sv", "en"])
async def test_who_may_act_and_how_a_power_is_given(quick: Scene, language: str) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    customer_id = customers.desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    _, _, agent_id = customers.household()
    customers.town.power(customer_id, agent_id, facility_id=facility_id, ends_at=LATER, may_open=False)
    page = await customers.page(person_id, "/access", language=language)
    gsrn = customers.desk.gsrn(facility_id)
    agent = customers.desk.value(tables.customer.c.name, tables.customer.c.person_id == agent_id)
    assert gsrn in page and agent in page and "Storgatan 1, 780 67 Fjällby" in page
    assert {"sv": "till och med 28 februari 2027", "en": "Until 28 February 2027"}[language] in page
    holder = customers.desk.value(tables.customer.c.name, tables.customer.c.id == customer_id)
    assert holder in await customers.page(agent_id, "/access", language=language)


async def test_nobody_may_act(quick: Scene) -> None:
    customers = Customers(quick)
    _, _, person_id = customers.household()
    page = await customers.page(person_id, "/access")
    assert "Ingen annan än den som står på avtalet." in page and "Du får handla för" not in page

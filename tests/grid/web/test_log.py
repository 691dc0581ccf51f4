"""The customer's own log on its page."""

from grid.web.customers import Customers, said
from grid.web.scene import Scene
from hanport.grid.customer.log import PAGE
from hanport.grid.database import tables
from hanport.grid.orders import Kind


async def test_who_opened_closed_and_looked(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    customers.open(facility_id, person_id, meter_id)
    with quick.database.writing("staff:anna.andersson") as work:
        work.note("person.looked_at", person_id=person_id, what="all")
    async with customers.browser(person_id) as client:
        await client.post(f"/facilities/{customers.desk.gsrn(facility_id)}/close")
        page = said(await client.get("/log"))
    assert "Öppning beställdes av vår personal" in page  # the desk took it
    assert "Stängning beställdes här på sidan" in page
    assert "Dina uppgifter visades av vår personal" in page
    assert "anna" not in page and "Händelse:" not in page
    english = await customers.page(person_id, "/log", language="en")
    assert "Your data were looked at by our staff" in english


async def test_what_others_did_for_the_same_contract(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    customer_id = customers.desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    agent_id = customers.town.person()
    customers.town.power(customer_id, agent_id)
    customers.desk.order(Kind.OPEN, facility_id, agent_id)
    page = await customers.page(person_id, "/log")
    assert "Andras beställningar för dina avtal" in page and "av ett ombud" in page


async def test_pages_and_odd_addresses(quick: Scene) -> None:
    customers = Customers(quick)
    person_id = customers.town.person()
    assert "Inget än." in await customers.page(person_id, "/log")
    for _ in range(PAGE + 1):
        with quick.database.writing("system") as work:
            work.note("made.up_by_a_later_release", person_id=person_id)
    async with customers.browser(person_id) as client:
        first = await client.get("/log")
        assert "Händelse: made.up_by_a_later_release" in said(first)
        older = first.text.partition('href="/log?before=')[2].partition('"')[0]
        second = await client.get(f"/log?before={older}")
        assert "Äldre" not in said(second) and "Till de senaste" in said(second)
        for odd in ("x", "-1", "0", "9" * 30, "1 OR 1"):
            assert (await client.get("/log", params={"before": odd})).status_code == 200

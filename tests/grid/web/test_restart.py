"""The port has gone silent: the guide first, then the order, and what is said at the third."""

from grid.web.customers import Customers, forms, said
from grid.web.scene import Scene
from hanport.grid.alarms import live
from hanport.grid.database import tables
from hanport.grid.web.restart import steps_of
from hanport.locale import LANGUAGES, text


async def test_the_guide_comes_before_the_order(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    customers.open(facility_id, person_id, meter_id)
    gsrn = customers.desk.gsrn(facility_id)
    async with customers.browser(person_id) as client:
        page = await client.get(f"/facilities/{gsrn}/restart")
        words = said(page)
        assert words.index("1. Kontrollera") < words.index("Slå av huvudbrytaren") < words.index("3. Beställ omstart")
        assert f'href="/facilities/{gsrn}?works=1"' in page.text
        first = await client.post(f"/facilities/{gsrn}/restart")
        again = await client.post(f"/facilities/{gsrn}/restart")
        assert first.headers["location"] == again.headers["location"]
        assert "Omstart av porten" in said(await client.get(first.headers["location"]))
        running = await client.get(f"/facilities/{gsrn}/restart")
        assert "En omstart är redan beställd" in said(running) and forms(running) == []
    row = customers.desk.row(first.headers["location"].removeprefix("/orders/"))
    assert (row.identity, row.meter_id, row.person_id) == ("bankid", meter_id, person_id)


async def test_at_the_third_within_a_year_another_meter_is_proposed(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    customers.open(facility_id, person_id, meter_id)
    place = f"/facilities/{customers.desk.gsrn(facility_id)}/restart"
    async with customers.browser(person_id) as client:
        for count in range(3):
            page = said(await client.get(place))
            assert ("omstart nummer 3" in page) == (count == 2)
            assert (f"startats om {count} gånger" in page) == (count > 0)
            done = await client.post(place)
            order_id = done.headers["location"].removeprefix("/orders/")
            ended = {"state": "read_back", "ended_at": customers.now}
            customers.change(tables.order, tables.order.c.id == order_id, **ended)
    with quick.database.reading() as connection:
        assert [each.kind for each in live(connection)] == ["exchange_proposed"]


async def test_a_closed_port_is_not_restarted(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    gsrn = customers.desk.gsrn(facility_id)
    async with customers.browser(person_id) as client:
        page = await client.get(f"/facilities/{gsrn}/restart")
        assert "Porten är inte öppen" in said(page) and forms(page) == []
        answer = await client.post(f"/facilities/{gsrn}/restart")
        order = said(await client.get(answer.headers["location"]))
    assert "Vi kan inte göra det här" in order and "Ingen har beställt öppen port" in order


async def test_without_a_meter_nothing_is_ordered(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, customer_id = customers.town.facility(), customers.town.customer()
    customers.town.contract(facility_id, customer_id)
    place = f"/facilities/{customers.desk.gsrn(facility_id)}/restart"
    async with customers.browser(customers.desk.person(customer_id)) as client:
        assert (await client.get(place)).status_code == 200
        assert (await client.post(place)).headers["location"] == place
    assert customers.orders() == 0


async def test_a_meter_that_only_people_can_restart(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    customers.town._add(tables.meter_model, maker="Kamstrup", model="OMNIA", can_open=True, can_restart=False)
    customers.open(facility_id, person_id, meter_id)
    page = await customers.page(person_id, f"/facilities/{customers.desk.gsrn(facility_id)}/restart")
    assert "så vi åker dit" in page


def test_the_guide_in_its_steps() -> None:
    for language in LANGUAGES:
        steps = steps_of(text("doctor", "guide.restart", language))
        assert len(steps) == 5 and not any(step[:1].isdigit() for step in steps)

"""My facilities: the usual case with one button, the state in words, the empty state that helps, closing."""

from datetime import timedelta

import pytest

from grid.customer.people import LATER
from grid.web.customers import Customers, forms, said
from grid.web.scene import Scene, browser
from hanport.clock import ManualClock
from hanport.grid.customer.capacities import MOST, PAGE
from hanport.grid.database import tables
from hanport.grid.orders import Kind, State


async def test_one_facility_has_one_button(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    gsrn = customers.desk.gsrn(facility_id)
    async with customers.browser(person_id) as client:
        answer = await client.get("/facilities")
    assert f'href="/order?facility={gsrn}">Öppna porten' in answer.text
    assert "Min anläggning" in said(answer) and "Porten är troligen stängd" in said(answer)
    assert "The port is likely closed" in await customers.page(person_id, "/facilities", language="en")


async def test_the_state_in_words(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    taken = customers.open(facility_id, person_id, meter_id)
    customers.change(tables.contract, tables.contract.c.facility_id == facility_id, ends_at=LATER)
    page = await customers.page(person_id, "/facilities")
    assert "Porten är öppen" in page and "Öppen sedan i dag 08:59." in page and "Senast avläst i dag 09:00." in page
    assert "Beställt av dig i dag 09:00." in page
    assert "Nätavtalet upphör måndag 1 mars 2027. Då stänger vi porten av oss själva" in page
    assert f"/orders/{taken.order_id}" in (await _html(customers, person_id, "/facilities"))


async def test_the_clock_of_the_law(quick: Scene, clock: ManualClock) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    customers.desk.order(Kind.OPEN, facility_id, person_id)
    page = await customers.page(person_id, "/facilities")
    assert "Porten öppnas" in page and "Klart senast torsdag 26 november (1 dygn 15 h kvar)" in page
    await clock.advance(3 * 86_400)
    assert "skulle ha varit klart torsdag 26 november" in await customers.page(person_id, "/facilities")


@pytest.mark.parametrize(
    ("obstacle", "text", "can_wait"),
    [
        ("no_meter", "har ingen elmätare med HAN-port än", True),
        ("model", "går inte att öppna på distans", True),
        ("exempted", "En myndighet har beslutat", False),
    ],
)
async def test_what_stands_in_the_way_is_said_at_once(quick: Scene, obstacle: str, text: str, can_wait: bool) -> None:
    customers = Customers(quick)
    facility_id, customer_id = customers.town.facility(), customers.town.customer()
    customers.town.contract(facility_id, customer_id)
    if obstacle != "no_meter":
        customers.town.meter(facility_id)
    if obstacle == "model":
        customers.town._add(tables.meter_model, maker="Kamstrup", model="OMNIA", can_open=False, can_restart=True)
    if obstacle == "exempted":
        customers.town.exemption(facility_id)
    person_id, gsrn = customers.desk.person(customer_id), customers.desk.gsrn(facility_id)
    async with customers.browser(person_id) as client:
        answer = await client.get("/facilities")
        assert text in said(answer) and "/order?facility" not in answer.text
        assert (("post", f"/facilities/{gsrn}/wait") in forms(answer)) == can_wait
        for wanted, shown in (("yes", "Vi säger till dig"), ("yes", "Vi säger till dig"), ("no", "Säg till när")):
            answer = await client.post(f"/facilities/{gsrn}/wait", data={"wanted": wanted})
            assert answer.headers["location"] == f"/facilities/{gsrn}"
            if can_wait:
                assert shown in said(await client.get(f"/facilities/{gsrn}"))


async def test_nobody_waits_for_what_can_be_had(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    async with customers.browser(person_id) as client:
        answer = await client.post(f"/facilities/{customers.desk.gsrn(facility_id)}/wait", data={"wanted": "yes"})
    assert answer.status_code == 303 and customers.log("waiting.begun") == []


async def test_somebody_without_a_facility_is_helped(quick: Scene) -> None:
    customers = Customers(quick)
    person_id = customers.town.person()
    async with customers.browser(person_id) as client:
        answer = await client.get("/facilities")
    for text in ("ingen anläggning på dig", "Någon annan i hushållet", "nyss flyttat in", "företag", "annat nätbolag"):
        assert text in said(answer)
    assert ("post", "/logout") in forms(answer)


async def test_several_are_ticked_for_one_order(quick: Scene) -> None:
    customers = Customers(quick)
    facilities, _, agent_id = customers.company(3)
    customers.town.exemption(facilities[1])
    async with customers.browser(agent_id) as client:
        html = (await client.get("/facilities")).text
    ticks = [customers.desk.gsrn(each) for each in facilities if f'value="{customers.desk.gsrn(each)}"' in html]
    assert ticks == [customers.desk.gsrn(facilities[0]), customers.desk.gsrn(facilities[2])]
    assert "Firmatecknare för Kund" in html and 'action="/order"' in html and "Får inte öppnas" in html


async def test_hundreds_are_searched_and_paged(quick: Scene) -> None:
    customers = Customers(quick)
    facilities, _, agent_id = customers.company(PAGE + 2)
    async with customers.browser(agent_id) as client:
        first = await client.get("/facilities")
        assert f"{PAGE + 2} anläggningar." in said(first) and "Sida 1 av 2" in said(first)
        assert "Sida 2 av 2" in said(await client.get("/facilities?page=2"))
        assert "Sida" not in said(await client.get(f"/facilities?size={MOST}"))
        gsrn = customers.desk.gsrn(facilities[0])
        found = await client.get("/facilities", params={"q": gsrn})
        assert "1 anläggningar." in said(found) and f"/facilities/{gsrn}" in found.text
        assert "Ingen av dina anläggningar" in said(await client.get("/facilities?q=Falun"))
        assert "Ingen av dina" in said(await client.get("/facilities", params={"q": "<script>"}))
        for odd in ("page=0", "page=x", "page=99999999999", "size=7", "q=%00"):
            assert (await client.get(f"/facilities?{odd}")).status_code == 200


async def test_closing_is_one_press_and_needs_no_signature(scene: Scene) -> None:
    customers = Customers(scene)
    facility_id, meter_id, person_id = customers.household()
    opened = customers.open(facility_id, person_id, meter_id)
    gsrn = customers.desk.gsrn(facility_id)
    async with customers.browser(person_id) as client:
        page = await client.get(f"/facilities/{gsrn}")
        assert ("post", f"/facilities/{gsrn}/close") in forms(page)
        first = await client.post(f"/facilities/{gsrn}/close")
        again = await client.post(f"/facilities/{gsrn}/close")  # pressed twice
        assert first.status_code == again.status_code == 303
        assert first.headers["location"] == again.headers["location"]
        order = await client.get(first.headers["location"])
        assert "Stängning av porten" in said(order) and f'href="/order?facility={gsrn}">Ångra: öppna igen' in order.text
    assert customers.desk.row(opened.order_id).withdrawn_at is not None
    assert [kind for kind, _ in customers.desk.states(facility_id)] == ["open", "close"]
    closing = customers.desk.row(first.headers["location"].removeprefix("/orders/"))
    assert (closing.identity, closing.person_id, closing.state) == ("bankid", person_id, State.RIGHT_CHECKED.value)


async def test_an_old_identity_is_checked_again_and_the_person_comes_back(quick: Scene, clock: ManualClock) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    opened = customers.open(facility_id, person_id, meter_id)
    gsrn = customers.desk.gsrn(facility_id)
    async with customers.browser(person_id) as client:
        for _ in range(4):  # a session that goes on, with an identity that grows old
            await clock.advance(8 * 60)
            assert (await client.get("/facilities")).status_code == 200
        answer = await client.post(f"/facilities/{gsrn}/close")
        assert answer.status_code == 200 and "Legitimera dig igen" in said(answer)
        assert f'name="next" value="/facilities/{gsrn}"' in answer.text
    assert customers.desk.row(opened.order_id).withdrawn_at is None


async def test_an_agent_and_the_other_holder_close_too(quick: Scene) -> None:
    customers = Customers(quick)
    town = customers.town
    facility_id, first, second = town.facility(), town.customer(), town.customer()
    meter_id = town.meter(facility_id)
    town.contract(facility_id, first, second)
    agent_id = town.person()
    town.power(first, agent_id, may_open=False)
    for closer in (customers.desk.person(second), agent_id):
        customers.open(facility_id, customers.desk.person(first), meter_id)
        async with customers.browser(closer) as client:
            answer = await client.post(f"/facilities/{customers.desk.gsrn(facility_id)}/close")
            assert "Stängning" in said(await client.get(answer.headers["location"]))
    assert [state for kind, state in customers.desk.states(facility_id) if kind == "open"] == ["read_back"] * 2


async def test_one_facility_with_all_that_belongs_to_it(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    customers.open(facility_id, person_id, meter_id)
    fitted = customers.now.date() - timedelta(days=100)
    customers.town._add(tables.adapter, serial="H1", meter_id=meter_id, fitted_on=fitted)
    gsrn = customers.desk.gsrn(facility_id)
    html = await _html(customers, person_id, f"/facilities/{gsrn}")
    for place in ("hub", "restart", "adapter"):
        assert f'href="/facilities/{gsrn}/{place}"' in html
    page = await customers.page(person_id, f"/facilities/{gsrn}?works=1")
    assert "Garantin gäller till och med" in page and "Bra att det fungerar igen" in page
    assert f"{gsrn[:6]} {gsrn[6:12]} {gsrn[12:]}" in page and "Du har nätavtalet" in page and "När du flyttar" in page


async def test_a_protected_address_is_on_no_page(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household(is_protected=True)
    taken = customers.open(facility_id, person_id, meter_id)
    gsrn = customers.desk.gsrn(facility_id)
    paths = ["/facilities", f"/facilities/{gsrn}", f"/orders/{taken.order_id}", "/orders", "/me", "/log"]
    paths += [f"/orders/{taken.order_id}/receipt", f"/order?facility={gsrn}", f"/facilities/{gsrn}/hub"]
    async with customers.browser(person_id) as client:
        for path in paths:
            html = (await client.get(path)).text
            assert "Sälen" not in html, path


async def test_a_session_of_a_visitor_sees_nothing(quick: Scene) -> None:
    async with browser(quick.app(), quick.visitor_session()) as client:
        assert (await client.get("/facilities")).headers["location"] == "/identify?next=%2Ffacilities"


async def _html(customers: Customers, person_id: int, path: str) -> str:
    async with customers.browser(person_id) as client:
        return (await client.get(path)).text

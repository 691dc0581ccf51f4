"""Another adapter: the date is checked before anybody orders, and what costs something is signed."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from grid.eid.identity import ASTRID, Identity, identity
from grid.web.customers import Customers, forms, said
from grid.web.scene import Scene
from hanport.grid.database import tables
from hanport.grid.identifiers import parse_signed_number


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the test identity has its keys: made once."""
    return tmp_path_factory.mktemp("testid")


@pytest.fixture
async def made(quick: Scene, authority: Path) -> AsyncIterator[Identity]:
    async with identity(quick, authority) as made:
        yield made


def with_adapter(customers: Customers, fitted_on: date, number: str = "") -> tuple[str, int]:
    """The place of the page, and the person."""
    town = customers.town
    customer_id = town.customer(town.person(parse_signed_number(number)) if number else None)
    facility_id = town.facility()
    meter_id = town.meter(facility_id)
    town.contract(facility_id, customer_id)
    town._add(tables.adapter, serial="H1", meter_id=meter_id, fitted_on=fitted_on)
    return f"/facilities/{customers.desk.gsrn(facility_id)}/adapter", customers.desk.person(customer_id)


async def test_within_the_warranty_it_is_one_press(quick: Scene) -> None:
    customers = Customers(quick)
    place, person_id = with_adapter(customers, date(2025, 11, 26))
    async with customers.browser(person_id) as client:
        page = await client.get(place)
        for text in ("26 november 2025", "till och med 25 november 2027", "Kostar inget", "Beställ byte"):
            assert text in said(page)
        answer = await client.post(place, data={"price": "0", "way": "session"})
        order = await client.get(answer.headers["location"])
        assert "Vi kommer och byter adaptern" in said(order) and "bytet kostar inget" in said(order)
        ordered = await client.get(place)
        assert "Ett byte är redan beställt" in said(ordered) and forms(ordered) == []
        again = await client.post(place, data={"price": "0", "way": "session"})
        assert again.headers["location"] == answer.headers["location"]


async def test_afterwards_the_price_is_said_and_signed(made: Identity) -> None:
    customers = Customers(made.scene)
    place, person_id = with_adapter(customers, date(2024, 11, 25), ASTRID)
    async with customers.browser(person_id) as client:
        page = await client.get(place)
        assert "Garantin har gått ut" in said(page)
        assert said(page).count("Beställ för 500 kr med betalningsskyldighet") == 2  # on both buttons
        answer = await client.post(place, data={"price": "50000", "way": "qr"})
        id = answer.headers["location"].removeprefix("/identification/")
        assert "500,00 kr" in made.kept(id).asked.visible
        draft = said(await client.get(f"/orders/{made.kept(id).order_ids[0]}"))
        assert "Pris: 500 kr" in draft and "Beställ med betalningsskyldighet" in draft
        await made.phone(scan=made.code(id), person=ASTRID)
        await made.flow.turn()
        order = await client.get((await client.get(f"/identification/{id}")).headers["location"])
    assert "bytet kostar det du godkände" in said(order) and "500 kr" in said(order)
    assert customers.desk.row(made.kept(id).order_ids[0]).price_ore == 50_000


@pytest.mark.parametrize("price", ["0", "100", "", "x"])
async def test_another_price_than_the_one_that_was_shown_orders_nothing(quick: Scene, price: str) -> None:
    customers = Customers(quick)
    place, person_id = with_adapter(customers, date(2020, 1, 1))
    async with customers.browser(person_id) as client:
        for way in ("session", "qr"):
            answer = await client.post(place, data={"price": price, "way": way})
            assert answer.status_code in (404, 409), said(answer)
            assert answer.status_code == 404 or "Priset har ändrats" in said(answer)
    assert customers.orders() == 0


async def test_nobody_knows_when_it_was_fitted(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    place = f"/facilities/{customers.desk.gsrn(facility_id)}/adapter"
    async with customers.browser(person_id) as client:
        page = await client.get(place)
        assert "Vi vet inte när adaptern" in said(page) and forms(page) == []
        assert (await client.post(place, data={"price": "0", "way": "session"})).status_code == 409


@pytest.mark.parametrize(("fitted_on", "is_free"), [(date(2024, 11, 26), True), (date(2024, 11, 25), False)])
async def test_the_last_day_of_the_warranty(quick: Scene, fitted_on: date, is_free: bool) -> None:
    customers = Customers(quick)
    place, person_id = with_adapter(customers, fitted_on)  # it is 25 November 2026
    assert ("Kostar inget" in await customers.page(person_id, place)) == is_free

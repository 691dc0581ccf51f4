"""An identity that has grown old is checked again, and the person comes back to where that was needed, nowhere else."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from grid.eid.identity import ASTRID, EMIL, Identity, identity
from grid.web.customers import Customers, said
from grid.web.scene import Scene
from hanport.grid.identifiers import parse_signed_number


@pytest.fixture
async def made(quick: Scene, authority: Path) -> AsyncIterator[Identity]:
    async with identity(quick, authority) as made:
        yield made


def home(made: Identity) -> tuple[Customers, str, int, str]:
    """An open port of Astrid's: the facility, her, and the order."""
    customers = Customers(made.scene)
    town = customers.town
    person_id = town.person(parse_signed_number(ASTRID))
    facility_id = town.facility()
    meter_id = town.meter(facility_id)
    town.contract(facility_id, town.customer(person_id))
    order_id = customers.open(facility_id, person_id, meter_id).order_id
    return customers, customers.desk.gsrn(facility_id), person_id, order_id


async def grown_old(made: Identity, client: httpx.AsyncClient) -> None:
    """The session goes on, and its identity is older than half an hour."""
    for _ in range(4):
        await made.scene.clock.advance(8 * 60)
        assert (await client.get("/facilities")).status_code == 200


async def identified(made: Identity, client: httpx.AsyncClient, then: str, number: str = ASTRID) -> str:
    """Where the browser is led once that person has identified."""
    before = [each for each in client.cookies.jar if each.name == "hanport_grid"]
    answer = await client.post("/identify", data={"way": "qr", "next": then})
    id = answer.headers["location"].removeprefix("/identification/")
    await made.phone(scan=made.code(id), person=number)
    await made.pass_s(4)
    answer = await client.get(f"/identification/{id}")
    given = answer.cookies["hanport_grid"]
    assert given not in [each.value for each in before]  # a new session, as a browser has it from now on
    for each in before:
        client.cookies.delete(each.name, domain=each.domain)
    return str(answer.headers["location"])


async def test_it_leads_back_and_then_the_port_is_closed(made: Identity) -> None:
    customers, gsrn, person_id, order_id = home(made)
    async with customers.browser(person_id) as client:
        await grown_old(made, client)
        answer = await client.post(f"/facilities/{gsrn}/close")
        assert "Legitimera dig igen" in said(answer) and f'name="next" value="/facilities/{gsrn}"' in answer.text
        assert customers.desk.row(order_id).withdrawn_at is None
        assert await identified(made, client, f"/facilities/{gsrn}") == f"/facilities/{gsrn}"
        assert (await client.post(f"/facilities/{gsrn}/close")).status_code == 303
    assert customers.desk.row(order_id).withdrawn_at is not None


async def test_somebody_else_who_identifies_instead_has_nothing_there(made: Identity) -> None:
    customers, gsrn, person_id, order_id = home(made)
    async with customers.browser(person_id) as client:
        await grown_old(made, client)
        assert await identified(made, client, f"/facilities/{gsrn}", EMIL) == f"/facilities/{gsrn}"
        assert (await client.get(f"/facilities/{gsrn}")).status_code == 404
        assert (await client.post(f"/facilities/{gsrn}/close")).status_code == 404
    assert customers.desk.row(order_id).withdrawn_at is None


async def test_one_that_failed_is_tried_again_by_who_is_identified_already(made: Identity) -> None:
    customers, gsrn, person_id, _ = home(made)
    async with customers.browser(person_id) as client:
        await grown_old(made, client)
        answer = await client.post("/identify", data={"way": "qr", "next": f"/facilities/{gsrn}"})
        id = answer.headers["location"].removeprefix("/identification/")
        await client.post(f"/identification/{id}/cancel")
        again = f"/identify?again=1&next={quote(f'/facilities/{gsrn}')}"
        assert (
            again.replace("&", "&amp;") in (page := (await client.get(f"/identification/{id}")).text) or again in page
        )
        door = await client.get(again)
        assert door.status_code == 200 and f'name="next" value="/facilities/{gsrn}"' in door.text
        assert (await client.get("/identify?next=/me")).headers["location"] == "/me"  # else nothing is to be done


@pytest.mark.parametrize(
    "evil",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:x", "/\t/evil"],
)
async def test_it_leads_to_no_other_site(made: Identity, evil: str) -> None:
    customers, _, person_id, _ = home(made)
    async with customers.browser(person_id) as client:
        for again in ("", "again=1&"):
            answer = await client.get(f"/identify?{again}next={quote(evil, safe='')}")
            assert answer.headers.get("location", "/") == "/"
            assert "evil" not in answer.text.partition("<main")[2]
        assert await identified(made, client, evil) == "/"

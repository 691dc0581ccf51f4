"""Ordering: what is shown before the signature, the signature itself with the test identity, and orders without it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from grid.customer.people import LATER
from grid.eid.identity import ASTRID, EMIL, Identity, begin, identity
from grid.web.customers import Customers, forms, said
from grid.web.scene import Scene
from hanport.grid.database import tables
from hanport.grid.identifiers import parse_signed_number
from hanport.grid.keys import Purpose
from hanport.grid.ordering.taking import draft
from hanport.grid.ordering.wish import Wish
from hanport.grid.orders import Kind
from hanport.grid.right import IdentityCheck
from hanport.grid.web import sessions
from hanport.grid.web.sessions import Identified

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the test identity has its keys: made once."""
    return tmp_path_factory.mktemp("testid")


@pytest.fixture
async def made(quick: Scene, authority: Path) -> AsyncIterator[Identity]:
    async with identity(quick, authority) as made:
        yield made


def home(customers: Customers, number: str = ASTRID, count: int = 1) -> tuple[str, ...]:
    """The facilities of a test person."""
    town = customers.town
    customer_id = town.customer(town.person(parse_signed_number(number)))
    made = []
    for _ in range(count):
        facility_id = town.facility()
        town.meter(facility_id)
        town.contract(facility_id, customer_id)
        made.append(customers.desk.gsrn(facility_id))
    return tuple(made)


async def signed(made: Identity, client: httpx.AsyncClient, answer: httpx.Response, number: str = ASTRID) -> str:
    """Sign what the site asks for; where the browser goes on."""
    assert answer.status_code == 303, said(answer)
    id = answer.headers["location"].removeprefix("/identification/")
    await made.phone(scan=made.code(id), person=number)
    await made.flow.turn()
    return str((await client.get(f"/identification/{id}")).headers.get("location", ""))


async def test_from_the_first_press_to_the_command_in_three(made: Identity) -> None:
    """The whole way of a private customer. Presses on our pages: the start's button leads to the door (1), a way to
    identify (2), a way to sign (3); nothing is typed, and the facility is chosen already.
    """
    customers = Customers(made.scene)
    (gsrn,) = home(customers)
    presses = 0
    async with made.browser() as client:
        door = await client.get("/order")  # press 1: "Open my port"
        presses += 1
        assert door.headers["location"] == "/identify?next=%2Forder"
        id = await begin(client, "qr", "/order")  # press 2
        presses += 1
        await made.phone(scan=made.code(id), person=ASTRID)
        await made.flow.turn()
        assert (await client.get(f"/identification/{id}")).headers["location"] == "/order"
        page = await client.get("/order")
        assert f'name="facility" value="{gsrn}"' in page.text and "Öppna HAN-porten" in said(page)
        answer = await client.post("/order", data={"facility": gsrn, "way": "qr"})  # press 3
        presses += 1
        place = await signed(made, client, answer)
        order = await client.get(place)
    assert "Vi har tagit emot din beställning" in said(order) and presses == 3
    assert customers.desk.row(place.removeprefix("/orders/")).state == "right_checked"
    facility_id = customers.desk.value(tables.facility.c.id, tables.facility.c.gsrn == gsrn)
    meter_id = customers.desk.value(tables.installation.c.meter_id, tables.installation.c.facility_id == facility_id)
    assert [kind for kind, _, _ in customers.desk.commands(meter_id)] == ["open"]


async def test_what_is_read_before_it_is_signed(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    page = await customers.page(person_id, "/order")
    gsrn = customers.desk.gsrn(facility_id)
    for text in ("behöriga kommer åt den öppna porten", "egen strömförsörjning", "2 års garanti", "ansvarar inte för"):
        assert text in page
    for text in ("När du flyttar stänger vi", "kostar inget", "Villkor, version 1", "Kamstrup OMNIA", gsrn[-6:]):
        assert text in page
    english = await customers.page(person_id, "/order", language="en")
    assert "Open the HAN port" in english and "Terms, version 1" in english
    assert customers.orders() == 0  # a look makes nothing


async def test_the_likelier_way_to_sign_comes_first(made: Identity) -> None:
    customers = Customers(made.scene)
    _, _, person_id = customers.household()
    async with customers.browser(person_id) as client:
        for agent, ways in (("Mozilla/5.0 (X11; Linux)", ["qr", "same_device"]), (PHONE, ["same_device", "qr"])):
            html = (await client.get("/order", headers={"user-agent": agent})).text
            found = [way for way in html.split('name="way" value="')[1:]]
            assert [each.partition('"')[0] for each in found] == ways


async def test_several_facilities_take_one_signature(made: Identity) -> None:
    customers = Customers(made.scene)
    gsrns = home(customers, count=3)
    async with made.browser() as client:
        id = await begin(client, "qr", "/order")
        await made.phone(scan=made.code(id), person=ASTRID)
        await made.flow.turn()
        await client.get(f"/identification/{id}")
        assert (await client.get("/order")).headers["location"] == "/facilities"  # there is something to choose
        query = "&".join(f"facility={each}" for each in gsrns)
        assert "Skriv under 3 beställningar" in said(await client.get(f"/order?{query}"))
        place = await signed(made, client, await client.post("/order", data={"facility": list(gsrns), "way": "qr"}))
        assert place.startswith("/orders?ids=") and place.count(",") == 2
        assert "0 av 3 klara" in said(await client.get(place))
        assert "0 av 3 klara" in said(await client.get(place.replace("/orders?", "/orders/state?")))
    assert customers.orders() == 3


async def test_another_person_than_who_is_logged_in_signs_nothing(made: Identity) -> None:
    customers = Customers(made.scene)
    (gsrn,) = home(customers)
    person_id = customers.town.person(parse_signed_number(ASTRID))
    async with customers.browser(person_id) as client:
        answer = await client.post("/order", data={"facility": gsrn, "way": "qr"})
        id = answer.headers["location"].removeprefix("/identification/")
        await made.phone(scan=made.code(id), person=EMIL)
        await made.pass_s(4)
        page = await client.get(f"/identification/{id}")
        assert page.status_code == 200
        order_id = made.kept(id).order_ids[0]
        again = await client.get(f"/orders/{order_id}")  # where "try again" leads
        assert ("post", "/sign") in forms(again) and f'name="order" value="{order_id}"' in again.text
        place = await signed(made, client, await client.post("/sign", data={"order": order_id, "way": "qr"}))
        assert place == f"/orders/{order_id}"
    assert customers.desk.row(order_id).state == "right_checked"
    assert customers.orders() == 1


async def test_a_bankid_that_does_not_answer_is_said_and_nothing_is_lost(made: Identity) -> None:
    customers = Customers(made.scene)
    (gsrn,) = home(customers)
    person_id = customers.town.person(parse_signed_number(ASTRID))
    made.goes_wrong("internal-error@sign*1")
    async with customers.browser(person_id) as client:
        answer = await client.post("/order", data={"facility": gsrn, "way": "qr"})
        assert answer.status_code == 503 and "Inget är beställt än. Försök igen" in said(answer)
        order_id = answer.text.partition('name="order" value="')[2][:16]
        assert await signed(made, client, await client.post("/sign", data={"order": order_id, "way": "qr"}))


async def test_an_order_that_an_installer_has_drafted(made: Identity) -> None:
    customers = Customers(made.scene)
    (gsrn,) = home(customers)
    with made.scene.database.writing("token:installer") as work:
        order_id = draft(work, made.scene.config, Wish(Kind.OPEN, gsrn, reason="Laddbox hos Eva, Elfirman"))
    async with made.browser() as client:
        door = await client.get(f"/sign/{order_id}")
        assert door.headers["location"] == f"/identify?next=%2Fsign%2F{order_id}"
    person_id = customers.town.person(parse_signed_number(ASTRID))
    async with customers.browser(person_id) as client:
        page = await client.get(f"/sign/{order_id}")
        assert "Laddbox hos Eva, Elfirman" in said(page) and gsrn[-6:] in said(page)
        place = await signed(made, client, await client.post("/sign", data={"order": order_id, "way": "qr"}))
        assert (await client.get(f"/sign/{order_id}")).headers["location"] == place == f"/orders/{order_id}"


async def test_a_draft_is_declined(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    with quick.database.writing("token:installer") as work:
        order_id = draft(work, quick.config, Wish(Kind.OPEN, customers.desk.gsrn(facility_id)))
    async with customers.browser(person_id) as client:
        page = await client.get(f"/sign/{order_id}")
        assert ("post", f"/orders/{order_id}/cancel") in forms(page)
        await client.post(f"/orders/{order_id}/cancel")
        assert "Den togs tillbaka här på sidan" in said(await client.get(f"/orders/{order_id}"))


async def test_drafts_are_kept_where_no_way_to_sign_was_chosen(quick: Scene) -> None:
    customers = Customers(quick)
    facilities, _, agent_id = customers.company(2)
    gsrns = [customers.desk.gsrn(each) for each in facilities]
    async with customers.browser(agent_id) as client:
        answer = await client.post("/order", data={"facility": gsrns})
        assert answer.headers["location"].startswith("/orders?ids=")
        page = await client.get(answer.headers["location"])
    assert ("post", "/sign") in forms(page) and page.text.count('name="order"') == 2
    assert said(page).count("För Kund") == 2


async def test_what_cannot_be_opened_cannot_be_ordered(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    customers.town.exemption(facility_id)
    gsrn = customers.desk.gsrn(facility_id)
    async with customers.browser(person_id) as client:
        page = await client.get(f"/order?facility={gsrn}")
        assert "Det går inte att beställa" in said(page) and "myndighet" in said(page) and 'name="way"' not in page.text
        refused = await client.post("/order", data={"facility": gsrn, "way": "qr"})
    assert refused.status_code == 409 and customers.orders() == 0


async def test_the_ordered_and_the_future_are_left_out_with_the_reason(quick: Scene) -> None:
    customers = Customers(quick)
    facilities, customer_id, agent_id = customers.company(2)
    customers.desk.order(Kind.OPEN, facilities[0], agent_id)
    later = customers.town.facility()
    customers.town.contract(later, customer_id, begins=LATER)
    query = "&".join(f"facility={customers.desk.gsrn(each)}" for each in (*facilities, later))
    page = await customers.page(agent_id, f"/order?{query}")
    assert "De här kommer inte med" in page and "Öppningen är redan beställd." in page
    assert "Ditt avtal börjar måndag 1 mars 2027" in page


@pytest.mark.parametrize("data", [{}, {"facility": ""}, {"facility": "x", "way": "qr"}, {"way": "qr"}])
async def test_odd_forms_order_nothing(quick: Scene, data: dict[str, str]) -> None:
    customers = Customers(quick)
    _, _, person_id = customers.household()
    async with customers.browser(person_id) as client:
        assert (await client.post("/order", data=data)).status_code in (400, 404)
        assert (await client.post("/sign", data=data)).status_code in (400, 404)
        many = {"facility": [f"7359990000000{each:05}" for each in range(120)]}
        assert (await client.post("/order", data=many)).status_code in (400, 404)
    assert customers.orders() == 0


async def test_a_way_that_there_is_not(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    form = {"facility": customers.desk.gsrn(facility_id)}
    async with customers.browser(person_id) as client:
        for way in ("phone", "session", "x"):  # a signature is not gone round by whoever has BankID
            assert (await client.post("/order", data=form | {"way": way})).status_code == 400
        assert (await client.post("/order", data=form | {"way": "qr"})).status_code == 404  # BankID is not set up
    assert all(state == "draft" for _, state in customers.desk.states(facility_id))


async def test_without_bankid_the_identity_by_letter_orders(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    gsrn, secret = customers.desk.gsrn(facility_id), _by_letter(customers, person_id)
    async with customers.browser(person_id) as client:
        client.cookies.set("hanport_grid", secret)
        page = await client.get("/order")
        assert 'name="way" value="session"' in page.text and "kod från ett brev" in said(page)
        form = {"facility": gsrn, "way": "session"}
        for terms, status in (("", 400), ("2", 409)):  # nothing was accepted, or what holds no more
            assert (await client.post("/order", data=form | {"terms": terms})).status_code == status
        answer = await client.post("/order", data=form | {"terms": "1"})
        order = await client.get(answer.headers["location"])
        assert "Vi har tagit emot din beställning" in said(order) and "med kod från brev" in said(order)
        twice = await client.post("/order", data=form | {"terms": "1"})
        assert twice.status_code == 409 and "Öppningen är redan beställd" in said(twice)
    row = customers.desk.row(answer.headers["location"].removeprefix("/orders/"))
    assert (row.identity, row.staff, row.terms) == ("letter", "anna", "1")


def _by_letter(customers: Customers, person_id: int) -> str:
    at = customers.now
    proof = {"letter": 1, "batch": "b1", "printed_by": "anna", "printed_at": at, "redeemed_at": at}
    with customers.database.writing("customer") as work:
        settings = customers.scene.config.sessions
        before = sessions.find(work.connection, settings, sessions.begin(work), work.at)
        assert before is not None
        sealed = work.keyring.seal(msgspec.json.encode(proof), Purpose.EVIDENCE)
        return sessions.identify(
            work, settings, before, Identified(person_id, "Eva Ek", IdentityCheck.LETTER, at, sealed)
        )

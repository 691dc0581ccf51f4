"""Receipts: whole for the signer alone, shared by a link that says nothing of a person, verifiable by anybody."""

import json
import re

import pytest

from grid.planted import found_in
from grid.web.customers import Customers, said
from grid.web.scene import Scene, browser
from hanport.grid.database import tables
from hanport.grid.orders import Kind
from hanport.grid.receipts.verify import Why, verify


def keys(scene: Scene) -> list[bytes]:
    return list(scene.database.keyring.public_keys().values())


async def test_the_signer_gets_all_of_it(scene: Scene) -> None:
    customers = Customers(scene)
    facility_id, meter_id, person_id = customers.household()
    taken = customers.open(facility_id, person_id, meter_id)
    place = f"/orders/{taken.order_id}"
    async with customers.browser(person_id) as client:
        page = await client.get(f"{place}/receipt")
        assert taken.order_id in said(page) and "hanport grid verify-receipt" in said(page)
        files = {form: await client.get(f"{place}/receipt.{form}") for form in ("json", "pdf")}
        assert (await client.get(f"{place}/receipt.xml")).status_code == 404
    for form, answer in files.items():
        assert answer.headers["content-disposition"] == f'attachment; filename="receipt-{taken.order_id}.{form}"'
        assert answer.headers["cache-control"] == "no-store"
        assert verify(answer.content, keys(scene)).why is Why.GENUINE
    content = json.loads(files["json"].content)
    assert (content["scope"], content["identity"]["note"]) == ("full", "passport")
    assert len(customers.log("receipt.given")) == 2


async def test_whom_it_was_made_for_gets_one_without_the_signature(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    customer_id = customers.desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    agent_id, colleague_id = customers.town.person(), customers.town.person()
    for each in (agent_id, colleague_id):
        customers.town.power(customer_id, each)
    taken = customers.desk.order(Kind.OPEN, facility_id, agent_id)
    async with customers.browser(person_id) as client:
        content = (await client.get(f"/orders/{taken.order_id}/receipt.json")).json()
    assert content["scope"] == "shared" and "identity" not in content
    await customers.page(colleague_id, f"/orders/{taken.order_id}")
    await customers.page(colleague_id, f"/orders/{taken.order_id}/receipt", status=404)


@pytest.mark.parametrize("shows", [(), ("address",), ("address", "meters")])
async def test_a_link_shows_what_was_ticked_and_no_person(quick: Scene, shows: tuple[str, ...]) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household(email="eva@example.se")
    taken = customers.open(facility_id, person_id, meter_id)
    async with customers.browser(person_id) as client:
        made = await client.post(f"/orders/{taken.order_id}/share", data=dict.fromkeys(shows, "on"))
        link = re.search(r"http://localhost:8490(/receipts/[\w-]+)", made.text)
        assert link is not None and "Den visas inte igen" in said(made)
        assert link[1] not in (await client.get(f"/orders/{taken.order_id}/receipt")).text
    async with browser(quick.app()) as stranger:
        page = await stranger.get(link[1])
        assert "Öppning av porten" in said(page)
        assert ("Storgatan" in said(page)) == ("address" in shows)
        for form in ("json", "pdf"):
            answer = await stranger.get(f"{link[1]}/receipt.{form}")
            assert verify(answer.content, keys(quick)).is_genuine
            assert found_in(answer.content + page.content, customers.desk.number(person_id)) == []
            assert b"Eva" not in answer.content and b"Kund" not in page.content
        meters = (await stranger.get(f"{link[1]}/receipt.json")).json()["meters"]
        assert (meters is not None) == ("meters" in shows)
        assert (await stranger.get(f"{link[1]}/receipt.xml")).status_code == 404


async def test_links_are_taken_back_and_end_with_the_order(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    taken = customers.open(facility_id, person_id, meter_id)
    place = f"/orders/{taken.order_id}"

    async def linked() -> str:
        made = await client.post(f"{place}/share", data={"meters": "on"})
        return str(re.findall(r"(/receipts/[\w-]+)<", made.text)[0])

    async with customers.browser(person_id) as client:
        links = [await linked(), await linked()]
        assert "2 länkar gäller" in said(await client.get(f"{place}/receipt"))
        assert [(await client.get(each)).status_code for each in links] == [200, 200]
        for _ in range(2):
            assert (await client.post(f"{place}/unshare")).headers["location"] == f"{place}/receipt"
        assert [(await client.get(each)).status_code for each in links] == [404, 404]
        last = await linked()
        await client.post(f"/facilities/{customers.desk.gsrn(facility_id)}/close")
        assert (await client.get(last)).status_code == 404
        refused = await client.post(f"{place}/share", data={})
        assert refused.status_code == 409 and "så kvittot kan inte längre delas" in said(refused)


@pytest.mark.parametrize("secret", ["x", "a" * 300, "%00", "..%2f..", "å"])
async def test_made_up_links_lead_nowhere(quick: Scene, secret: str) -> None:
    async with browser(quick.app()) as client:
        assert (await client.get(f"/receipts/{secret}")).status_code == 404
        assert (await client.get(f"/receipts/{secret}/receipt.json")).status_code == 404


async def test_a_draft_has_no_receipt(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    async with customers.browser(person_id) as client:
        drafted = await client.post("/order", data={"facility": customers.desk.gsrn(facility_id)})
        assert (await client.get(f"{drafted.headers['location']}/receipt")).status_code == 404

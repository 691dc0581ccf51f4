"""A person's page: what is known, handed out, and erased when the law allows it."""

import json
from datetime import UTC, datetime

from sqlalchemy import select, update

from grid.web.scene import Scene
from grid.web.staff_scene import member_browser, send
from grid.web.staff_town import busy
from grid.web.test_staff_login import log_of
from hanport.grid.database import tables
from hanport.grid.staff.roles import Role


async def test_the_page_shows_contracts_and_orders_and_is_noted(quick: Scene) -> None:
    town = busy(quick)
    async with member_browser(quick) as client:
        page = (await client.get(f"/staff/persons/{town.persons['open']}")).text
        assert (await client.get("/staff/persons/99999")).status_code == 404
        assert (await client.get("/staff/persons/" + "9" * 30)).status_code == 404
    for said in ("Anna Berg", "Storgatan 1, Fjällby", town.orders["read_back"], "1912****-****"):
        assert said in page
    assert "/disclose" not in page
    noted = [each for each in log_of(quick) if each.action == "person.looked_at"]
    assert [(each.actor, each.facts["what"]) for each in noted] == [("staff:Anna Ek", "person")]


async def test_all_that_is_known_is_handed_out_as_a_file(quick: Scene) -> None:
    town = busy(quick)
    async with member_browser(quick, "Ada", Role.ADMIN) as client:
        answer = await client.post(f"/staff/persons/{town.persons['open']}/disclose")
        assert answer.headers["content-disposition"] == 'attachment; filename="person.json"'
        assert answer.headers["cache-control"] == "no-store"
        told = json.loads(answer.text)
        assert told["customers"][0]["name"] == "Anna Berg"
        assert told["person"]["number"] == "1912****-****"
        assert (await client.get(f"/staff/persons/{town.persons['open']}/disclose")).status_code == 405
    assert [each.facts["what"] for each in log_of(quick) if each.action == "person.looked_at"] == ["all"]


async def test_what_stands_against_erasure_is_said_with_the_rule(quick: Scene) -> None:
    town = busy(quick)
    page = f"/staff/persons/{town.persons['open']}/erase"
    async with member_browser(quick, "Ada", Role.ADMIN) as client:
        shown = (await client.get(page)).text
        assert "Personen har ett avtal som gäller" in shown
        assert "3 år efter" in shown
        assert 'name="word"' not in shown
        forced = await client.post(page, data={"once": "abc", "word": "RADERA"})
        assert forced.status_code == 422
        assert "Personen har ett avtal som gäller" in forced.text


async def test_a_person_is_erased_by_typing_the_word(scene: Scene) -> None:
    person_id = scene.town.person()
    customer_id = scene.town.customer(person_id)
    scene.town.contract(
        scene.town.facility(),
        customer_id,
        begins=datetime(2015, 1, 1, tzinfo=UTC),
        ends=datetime(2016, 1, 1, tzinfo=UTC),
    )
    page = f"/staff/persons/{person_id}/erase"
    async with member_browser(scene, "Ada", Role.ADMIN) as client:
        assert "RADERA" in (await client.get(page)).text
        wrong = await send(client, page, page, {"word": "radra"})
        assert wrong.status_code == 422
        assert "Ordet stämmer inte" in wrong.text
        answer = await send(client, page, page, {"word": " radera "})
        assert answer.headers["location"] == "/staff/find?done=erased"
        assert "Personen är raderad" in (await client.get("/staff/find?done=erased")).text
        assert (await client.get(page)).status_code == 404
    with scene.database.reading() as connection:
        row = connection.execute(select(tables.person).where(tables.person.c.id == person_id)).one()
    assert (row.number_sealed, row.key_sealed) == (None, None)
    assert [each.actor for each in log_of(scene) if each.action == "person.erased"] == ["staff:Ada"]


async def test_the_retention_rule_names_the_day(quick: Scene) -> None:
    person_id = quick.town.person()
    contract_id = quick.town.contract(quick.town.facility(), quick.town.customer(person_id))
    ended = datetime(2026, 11, 1, tzinfo=UTC)
    with quick.database.writing("system") as work:
        chosen = update(tables.contract).where(tables.contract.c.id == contract_id)
        work.connection.execute(chosen.values(ends_at=ended))
    async with member_browser(quick, "Ada", Role.ADMIN) as client:
        page = (await client.get(f"/staff/persons/{person_id}/erase")).text
    assert "Radera tidigast 2029-11-02" in page

"""A facility, as those may see it who are allowed to; and ordering for somebody who was checked."""

import msgspec
import pytest

from grid.town import person_number
from grid.web.scene import Scene
from grid.web.staff_scene import member_browser, send
from grid.web.staff_town import Busy, busy, household
from grid.web.test_staff_login import log_of
from hanport.grid.identifiers import Number
from hanport.grid.keys import Purpose
from hanport.grid.orders import Kind
from hanport.grid.staff.roles import Role


@pytest.fixture
def town(quick: Scene) -> Busy:
    return busy(quick)


def number_of(town: Busy, person: str) -> Number:
    return town.desk.number(town.persons[person])


def form(number: str, **fields: str) -> dict[str, str]:
    defaults = {"kind": "open", "how": "desk", "document": "passport", "check": "", "reason": "vid disken"}
    return defaults | {"number": number} | fields


async def test_the_page_has_all_and_masks_what_is_personal(town: Busy) -> None:
    page = f"/staff/facilities/{town.facilities['open']}"
    async with member_browser(town.scene) as client:
        shown = (await client.get(page)).text
    for said in ("Storgatan 1, Fjällby", "18010001", "öppen", "avläst 25 nov.", "Anna Berg", "1912****-****", "A5"):
        assert said in shown
    assert town.orders["read_back"] in shown
    async with member_browser(town.scene, "Rut", Role.READER) as client:
        shown = (await client.get(page)).text
    assert "Anna Berg" not in shown
    assert "A. B." in shown
    assert "/order" not in shown.partition("<main")[2].replace("/staff/orders", "")


async def test_nobody_learns_where_the_protected_live(town: Busy) -> None:
    gsrn = town.facilities["protected"]
    async with member_browser(town.scene, "Anna Ek", *Role) as client:
        pages = [
            f"/staff/facilities/{gsrn}",
            f"/staff/orders/{town.orders['protected']}",
            f"/staff/persons/{town.persons['protected']}",
            "/staff/orders?view=all",
            "/staff/work",
            "/staff/desk",
            "/staff/find?q=G%C3%B6mda",
        ]
        for path in pages:
            shown = (await client.get(path)).text
            assert "Gömda vägen" not in shown, path
            assert "Hemlig Person" not in shown, path
        assert "Adressen är skyddad" in (await client.get(pages[0])).text
        assert "Gömda vägen" not in (await client.post("/staff/work/list.csv")).text


async def test_a_clerk_orders_at_the_desk_once_however_often_it_is_clicked(scene: Scene) -> None:
    town = busy(scene)
    place = household(town, "Gun Kvist", "Nya vägen 5")
    gsrn, number = town.gsrn(place[0]), town.desk.number(place[2])
    page = f"/staff/facilities/{gsrn}"
    async with member_browser(town.scene) as client:
        answer = await send(client, page, f"{page}/order", form(number.digits, check="foto stämmer"))
        assert answer.status_code == 303, answer.text
        order_id = answer.headers["location"].split("/")[-1].partition("?")[0]
        assert answer.headers["location"].endswith("?done=taken")
        again = await send(client, page, f"{page}/order", form(number.digits))
        assert again.headers["location"] == f"/staff/orders/{order_id}?done=repeat"
        shown = (await client.get(f"/staff/orders/{order_id}")).text
    assert "vid disken" in shown
    row = town.desk.row(order_id)
    assert (row.identity, row.staff, row.reason) == ("desk", "Anna Ek", "vid disken")
    evidence = msgspec.json.decode(town.scene.database.keyring.open(row.evidence_sealed, Purpose.EVIDENCE))
    assert evidence == {"how": "desk", "document": "passport", "note": "foto stämmer", "staff": "Anna Ek"}
    assert town.hands.live(place[1]) is not None  # the command is there


async def test_on_the_phone_a_note_is_needed(town: Busy) -> None:
    place = household(town, "Gun Kvist", "Nya vägen 5")
    page, number = f"/staff/facilities/{town.gsrn(place[0])}", town.desk.number(place[2]).digits
    async with member_browser(town.scene) as client:
        refused = await send(client, page, f"{page}/order", form(number, how="phone", document="passport"))
        assert refused.status_code == 422
        assert "Inget visar hur identiteten kontrollerades" in refused.text
        note = "ringde upp numret i registret, frågade om senaste fakturan"
        answer = await send(client, page, f"{page}/order", form(number, how="phone", check=note))
        assert answer.status_code == 303
    order_id = answer.headers["location"].split("/")[-1].partition("?")[0]
    assert town.desk.row(order_id).identity == "phone"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": "12345678"}, "Det är inget personnummer"),
        ({"number": "191212121213"}, "Kontrollsiffran i numret stämmer inte"),
        ({"number": "165566304928"}, "Ett företag kan inte skriva under"),
        ({"kind": "steal"}, "Det framgår inte vad som beställs"),
        ({"how": "magic"}, "Det framgår inte hur identiteten kontrollerades"),
        ({"reason": ""}, "Ett skäl saknas"),
        ({"document": "", "check": ""}, "Inget visar hur identiteten kontrollerades"),
        ({"on_behalf_of": "K-none"}, "Ingen kund har det kundnumret"),
        ({"kind": "warranty"}, "Ingen HAN-adapter är känd"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_the_number_is_not_shown_again(
    quick: Scene, fields: dict[str, str], said: str
) -> None:
    made = busy(quick)
    page, number = f"/staff/facilities/{made.facilities['open']}", number_of(made, "open").digits
    async with member_browser(quick) as client:
        answer = await send(client, page, f"{page}/order", form(number) | {"check": "sedd"} | fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert number not in answer.text
    assert fields.get("number", number) not in answer.text


async def test_a_stranger_gets_a_refused_order_and_no_port(town: Busy) -> None:
    page = f"/staff/facilities/{town.facilities['waiting']}"
    async with member_browser(town.scene) as client:
        answer = await send(client, page, f"{page}/order", form(person_number(4000).digits))
        shown = (await client.get(answer.headers["location"])).text
    assert "avslagen" in shown
    assert "personen har inget avtal för anläggningen" in shown


async def test_staff_close_with_a_reason(town: Busy) -> None:
    page = f"/staff/facilities/{town.facilities['open']}"
    async with member_browser(town.scene) as client:
        refused = await send(client, page, f"{page}/close", {"reason": ""}, form=1)
        assert refused.status_code == 422
        answer = await send(client, page, f"{page}/close", {"reason": "porten missbrukas"}, form=1)
        assert answer.headers["location"].endswith("?done=closed")
    order_id = answer.headers["location"].split("/")[-1].partition("?")[0]
    row = town.desk.row(order_id)
    assert (row.kind, row.staff, row.person_id) == (Kind.CLOSE.value, "Anna Ek", None)
    assert town.desk.row(town.orders["read_back"]).withdrawn_at is not None


async def test_that_staff_looked_stands_once_in_the_persons_log(town: Busy) -> None:
    page = f"/staff/facilities/{town.facilities['open']}"
    async with member_browser(town.scene) as client:
        for _ in range(3):
            await client.get(page)
        await town.scene.clock.advance(31 * 60)
    async with member_browser(town.scene, "Bo Ström") as client:
        await client.get(page)
        assert (await client.get("/staff/facilities/735999000000000999")).status_code == 404
    looked = [each for each in log_of(town.scene) if each.action == "person.looked_at"]
    assert [(each.actor, each.facts["what"]) for each in looked] == [
        ("staff:Anna Ek", "facility"),
        ("staff:Bo Ström", "facility"),
    ]
    assert all(each.subject for each in looked)

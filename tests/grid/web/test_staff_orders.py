"""Orders as staff go through them and act on them."""

import re

import pytest
from sqlalchemy import update

from grid.web.scene import Scene
from grid.web.staff_scene import member_browser, send
from grid.web.staff_town import Busy, busy, household
from grid.web.test_staff_login import log_of
from hanport.grid.database import tables
from hanport.grid.headend.contract import CommandKind, Outcome
from hanport.grid.orders import Kind
from hanport.grid.staff.order_list import PAGE
from hanport.grid.staff.roles import Role


@pytest.fixture
def town(quick: Scene) -> Busy:
    return busy(quick)


async def listed(client: object, query: str = "") -> list[str]:
    answer = await client.get(f"/staff/orders{query}")  # type: ignore[attr-defined]
    assert answer.status_code == 200
    return re.findall(r'<th scope="row"><a href="/staff/orders/(\w+)"', answer.text)


async def test_each_view_has_its_orders(town: Busy) -> None:
    names = {order_id: name for name, order_id in town.orders.items()}
    async with member_browser(town.scene) as client:
        seen = {
            view: {names.get(each, each) for each in await listed(client, f"?view={view}")}
            for view in ("waiting", "late", "trouble", "retried", "done")
        }
        everything = await listed(client, "?view=all")
        assert len(everything) == 8
        assert len(await listed(client, "?view=all&kind=warranty")) == 1
        assert await listed(client, "?view=nonsense&kind=x&after=zzz") == await listed(client)
        await town.scene.clock.advance(9 * 60)
    assert seen["waiting"] == {"failed", "needs_visit", "closing", "protected", "right_checked"}
    assert seen["late"] == set()
    assert seen["trouble"] == {"failed", "needs_visit", "closing"}
    assert seen["retried"] == {"failed", "closing"}
    assert len(seen["done"]) == 3


async def test_the_clock_runs_out_and_says_so(town: Busy) -> None:
    await town.scene.clock.advance(39 * 3600)  # to midnight after the next working day
    async with member_browser(town.scene) as client:
        assert len(await listed(client, "?view=late")) == 5
        page = (await client.get("/staff/orders?view=late")).text
        assert "för sent" in page
        page = (await client.get(f"/staff/orders/{town.orders['read_back']}")).text
        assert "i tid" in page


async def test_pages_follow_each_other_and_miss_none(scene: Scene) -> None:
    made, clock = busy(scene), scene.clock
    for n in range(PAGE + 3):
        place = household(made, f"Kund {n}", f"Backen {n}")
        made.desk.order(Kind.OPEN, place[0], place[2])
        await clock.advance(1)
    async with member_browser(scene) as client:
        first = await client.get("/staff/orders?view=all")
        ids = re.findall(r'<th scope="row"><a href="/staff/orders/(\w+)"', first.text)
        following = re.search(r'href="(/staff/orders\?view=all&amp;after=[^"]+)"', first.text)
        assert following
        # One that comes in meanwhile moves none.
        place = household(made, "Kund sist", "Backen sist")
        made.desk.order(Kind.OPEN, place[0], place[2])
        second = await listed(client, following[1].replace("&amp;", "&").removeprefix("/staff/orders"))
    assert len(ids) == PAGE
    assert len(ids + second) == len(set(ids + second)) == PAGE + 3 + 8


async def test_a_failed_order_is_tried_again_at_once(town: Busy) -> None:
    order_id = town.orders["failed"]
    page = f"/staff/orders/{order_id}"
    async with member_browser(town.scene) as client:
        shown = (await client.get(page)).text
        assert "misslyckades" in shown
        assert "kommando i kö" in shown
        refused = await send(client, page, f"{page}/retry", {"reason": " "})
        assert refused.status_code == 422
        assert "Ett skäl saknas" in refused.text
        answer = await send(client, page, f"{page}/retry", {"reason": "mätaren nås igen"})
        assert answer.headers["location"] == f"{page}?done=retried"
        assert "Ett nytt försök" in (await client.get(f"{page}?done=retried")).text
    sent = [each.command for each in town.hands.take() if each.command.kind is CommandKind.OPEN]
    assert town.hands.serial(_meter_of(town, order_id)) in {each.meter_serial for each in sent}
    noted = next(each for each in log_of(town.scene) if each.action == "order.retried")
    assert noted.actor == "staff:Anna Ek"
    assert noted.facts["why"] == "mätaren nås igen"


def _meter_of(town: Busy, order_id: str) -> int:
    facility_id = town.desk.value(tables.order.c.facility_id, tables.order.c.id == order_id)
    found: int = town.desk.value(tables.installation.c.meter_id, tables.installation.c.facility_id == facility_id)
    return found


async def test_what_has_not_failed_is_not_tried_again(town: Busy) -> None:
    page = f"/staff/orders/{town.orders['protected']}"
    async with member_browser(town.scene) as client:
        assert "/retry" not in (await client.get(page)).text
        answer = await send(client, page, f"{page}/retry", {"reason": "ändå"})
        assert answer.status_code == 422
        assert "Inget i ordern har misslyckats" in answer.text


async def test_a_visit_is_done_or_was_for_nothing(town: Busy) -> None:
    order_id = town.orders["needs_visit"]
    page = f"/staff/orders/{order_id}"
    async with member_browser(town.scene) as client:
        answer = await send(client, page, f"{page}/visit-failed", {"reason": "ingen hemma"})
        assert answer.headers["location"] == f"{page}?done=visit_failed"
        assert "ingen hemma" in (await client.get(page)).text
        assert town.hands.state(order_id) == "needs_visit"
        refused = await send(client, page, f"{page}/visit", {"who": "Per", "new_serial": ""})
        assert refused.status_code == 422
        assert "Den nya adaptern behöver ett eget nummer" in refused.text
        answer = await send(client, page, f"{page}/visit", {"who": "Per Montör", "new_serial": "H9002"})
        assert answer.headers["location"] == f"{page}?done=visited"
    assert town.hands.state(order_id) == "read_back"
    adapters = [each.facts for each in log_of(town.scene) if each.action == "adapter.added"]
    assert (adapters[0]["adapter"], adapters[0]["staff"]) == ("H9002", "Per Montör")


async def test_an_order_is_taken_back_once_however_often_it_is_clicked(town: Busy) -> None:
    order_id = town.orders["right_checked"]
    page = f"/staff/orders/{order_id}"
    async with member_browser(town.scene) as client:
        token = re.findall(r'name="once" value="([^"]+)"', (await client.get(page)).text)[-1]
        form = {"once": token, "reason": "ångrade sig 191212121212"}
        first = await client.post(f"{page}/cancel", data=form)
        second = await client.post(f"{page}/cancel", data=form)
        assert first.headers["location"] == second.headers["location"] == f"{page}?done=cancelled"
        assert (await client.post(f"{page}/cancel", data={"reason": "x"})).status_code == 400  # no form of ours
    assert town.hands.state(order_id) == "cancelled"
    withdrawn = [each for each in log_of(town.scene) if each.action == "order.withdrawn"]
    assert [each.facts["order"] for each in withdrawn if each.facts["order"] == order_id] == [order_id]
    assert "191212121212" not in str(withdrawn)


async def test_a_closing_and_a_finished_opening_cannot_be_taken_back(town: Busy) -> None:
    async with member_browser(town.scene) as client:
        for name, said in (("closing", "En stängning kan inte tas tillbaka"), ("read_back", "Porten har öppnats")):
            page = f"/staff/orders/{town.orders[name]}"
            shown = (await client.get(page)).text
            assert "/cancel" not in shown
            answer = await client.post(f"{page}/cancel", data={"once": "abc", "reason": "ändå"})
            assert answer.status_code == 422
            assert said in answer.text


async def test_readers_see_no_forms(town: Busy) -> None:
    async with member_browser(town.scene, "Rut", Role.READER) as client:
        page = (await client.get(f"/staff/orders/{town.orders['failed']}")).text
        assert "/retry" not in page
        assert "Gör något" not in page
        assert (await client.get("/staff/orders/unknown")).status_code == 404


async def test_a_command_that_was_sent_again_is_seen(town: Busy) -> None:
    command_id = town.hands.sent(CommandKind.OPEN)
    town.desk.change(update(tables.command).where(tables.command.c.id == command_id).values(attempts=3))
    town.hands.answer(command_id, Outcome.FAILED)
    async with member_browser(town.scene) as client:
        page = (await client.get(f"/staff/orders/{town.orders['right_checked']}")).text
    assert "3 försök" in page

"""What takes two: nobody does it alone, and it is done once."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from grid.web.scene import Scene, browser
from grid.web.staff_scene import hire, member_browser, send, token_of
from grid.web.staff_town import Busy, busy
from grid.web.test_staff_login import log_of
from hanport.grid.config import ImportTable, MailTable
from hanport.grid.database import notice_tables, staff_tables, tables
from hanport.grid.staff.roles import Role

_PATH = "/staff/proposals"


async def proposed(town: Busy, **fields: str) -> str:
    """The page of a closing of two facilities that Anna has proposed."""
    listed = f"{town.facilities['open']}\n\n {town.facilities['protected']} ,\n{town.facilities['open']}"
    async with member_browser(town.scene) as client:
        answer = await send(client, _PATH, f"{_PATH}/close", {"facilities": listed, "reason": "fel i bytet"} | fields)
        assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def test_one_proposes_and_another_agrees(scene: Scene) -> None:
    town = busy(scene)
    page = await proposed(town)
    async with member_browser(scene, "Bo Ström", Role.APPROVER) as client:
        shown = (await client.get(page)).text
        assert "fel i bytet" in shown
        assert "Anna Ek" in shown
        token = shown.partition('name="once" value="')[2].partition('"')[0]
        first = await client.post(f"{page}/approve", data={"once": token})
        second = await client.post(f"{page}/approve", data={"once": token})
        assert first.headers["location"] == second.headers["location"] == f"{page}?done=carried_out"
        assert "utfört" in (await client.get(page)).text
        third = await client.post(f"{page}/approve", data={"once": "another"})
        assert third.status_code == 422
        assert "redan avgjort" in third.text
    row = town.desk.row(town.orders["read_back"])
    assert row.withdrawn_at is not None
    staff = {each.facts.get("why") for each in log_of(scene) if each.action == "order.withdrawn"}
    assert staff == {"closed"}
    with scene.database.reading() as connection:
        kept = connection.execute(select(staff_tables.proposal)).one()
    assert kept.content_sealed is None
    assert kept.outcome == {"orders": 2, "repeats": 0}


async def test_nobody_agrees_to_the_own_proposal(quick: Scene) -> None:
    town = busy(quick)
    member_id = hire(quick, "Båda", Role.CLERK, Role.APPROVER)
    app = quick.app()
    async with browser(app, quick.staff_session("Båda", member_id)) as client:
        fields = {"facilities": town.facilities["open"], "reason": "ensam"}
        page = (await send(client, _PATH, f"{_PATH}/close", fields)).headers["location"].partition("?")[0]
        assert "Ditt eget förslag" in (await client.get(page)).text
        answer = await client.post(f"{page}/approve", data={"once": "own"})
        assert answer.status_code == 422
        assert "Det krävs en annan person" in answer.text
        answer = await send(client, page, f"{page}/withdraw", {"reason": "ångrade mig"})
        assert answer.headers["location"] == f"{page}?done=withdrawn"
    assert town.desk.row(town.orders["read_back"]).withdrawn_at is None


async def test_a_proposal_can_be_rejected_and_grows_old(quick: Scene) -> None:
    town = busy(quick)
    rejected, old = await proposed(town), await proposed_again(town)
    async with member_browser(quick, "Bo Ström", Role.APPROVER) as client:
        assert (await send(client, rejected, f"{rejected}/reject", {"reason": ""}, form=1)).status_code == 422
        answer = await send(client, rejected, f"{rejected}/reject", {"reason": "fel lista"}, form=1)
        assert answer.headers["location"] == f"{rejected}?done=rejected"
        await quick.clock.advance(timedelta(minutes=10).total_seconds())
    await quick.clock.advance(timedelta(days=7).total_seconds())
    async with member_browser(quick, "Cia", Role.APPROVER) as client:
        assert "för gammalt" in (await client.get(old)).text
        assert (await client.post(f"{old}/approve", data={"once": "late"})).status_code == 422
        assert (await client.get(f"{_PATH}/none")).status_code == 404
    assert town.desk.row(town.orders["read_back"]).withdrawn_at is None


async def proposed_again(town: Busy) -> str:
    member_id = hire(town.scene, "Dan")
    async with browser(town.scene.app(), town.scene.staff_session("Dan", member_id)) as client:
        fields = {"facilities": town.facilities["waiting"], "reason": "igen"}
        return (await send(client, _PATH, f"{_PATH}/close", fields)).headers["location"].partition("?")[0]


@pytest.mark.parametrize(
    ("facilities", "said"),
    [
        ("735999000000000013\n123", "rad 2"),
        ("735999000000999999", "rad 1"),
        (" \n ", "Listan är tom"),
    ],
)
async def test_a_list_that_is_wrong_names_the_line(quick: Scene, facilities: str, said: str) -> None:
    busy(quick)
    async with member_browser(quick) as client:
        fields = {"facilities": facilities, "reason": "x"}
        answer = await send(client, _PATH, f"{_PATH}/close", fields)
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_long_work_list_waits_for_a_second_person(quick: Scene) -> None:
    quick.config = msgspec.structs.replace(quick.config, import_=ImportTable(closings_at_once=0))
    town = busy(quick)
    command_id = _on_list(town)
    body = f"command_id;outcome;port\n{command_id};done;\n".encode()
    async with member_browser(quick) as client:
        shown = await client.get("/staff/work")
        token = token_of(shown.text)
        files = {"file": ("list.csv", body, "text/csv")}
        answer = await client.post("/staff/work/list", data={"once": token, "reason": "montör Per"}, files=files)
        page = answer.headers["location"].partition("?")[0]
        assert page.startswith(f"{_PATH}/p")
    async with member_browser(quick, "Bo Ström", Role.APPROVER) as client:
        answer = await send(client, page, f"{page}/approve", {})
        assert answer.headers["location"] == f"{page}?done=carried_out"
        done = (await client.get(page)).text
    assert "<dt>Intagna</dt><dd>1</dd>" in done


def _on_list(town: Busy) -> str:
    chosen = select(tables.command.c.id).where(tables.command.c.state == "sent")
    with town.scene.database.reading() as connection:
        found: str = connection.execute(chosen.limit(1)).scalar_one()
    return found


async def test_a_change_is_announced_by_two_to_those_with_open_ports(quick: Scene) -> None:
    quick.config = msgspec.structs.replace(quick.config, mail=MailTable(host="mail.example", sender="a@b.example"))
    quick.database.tells = True
    busy(quick)
    fields = {"model": "Kamstrup / OMNIPOWER", "sv": "Ny programvara på torsdag.", "en": "", "reason": "v2"}
    async with member_browser(quick) as client:
        empty = await send(client, _PATH, f"{_PATH}/announce", fields | {"sv": ""}, form=1)
        assert empty.status_code == 422
        wrong = await send(client, _PATH, f"{_PATH}/announce", fields | {"planned": "soon"}, form=1)
        assert "Tiden går inte att läsa" in wrong.text
        planned = fields | {"planned": "2026-12-01T09:00"}
        answer = await send(client, _PATH, f"{_PATH}/announce", planned, form=1)
        page = answer.headers["location"].partition("?")[0]
    async with member_browser(quick, "Bo Ström", Role.APPROVER) as client:
        answer = await send(client, page, f"{page}/approve", {})
        assert answer.headers["location"] == f"{page}?done=carried_out", answer.text
    with quick.database.reading() as connection:
        row = connection.execute(select(notice_tables.announcement)).one()
    assert row.made_by == "Anna Ek, Bo Ström"
    assert row.says == {"sv": "Ny programvara på torsdag."}
    assert row.planned_at.isoformat() == "2026-12-01T08:00:00+00:00"

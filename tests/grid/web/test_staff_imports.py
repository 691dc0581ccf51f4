"""Importing through the pages: looked at first, brought in once; and two people for what closes many ports."""

import msgspec
from sqlalchemy import select

from grid.town import gsrn, person_number
from grid.web.scene import Scene
from grid.web.staff_scene import member_browser, send, token_of
from grid.web.staff_town import busy
from grid.web.test_staff_login import log_of
from hanport.grid.config import ImportTable
from hanport.grid.database import staff_tables, tables
from hanport.grid.staff import tidying
from hanport.grid.staff.roles import Role

_PATH = "/staff/imports"
FACILITIES = f"gsrn;address\n{gsrn(900)};Nygatan 1\n123;Fel\n".encode()


def files(**named: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("files", (f"{name}.csv", content, "text/csv")) for name, content in named.items()]


async def test_files_are_looked_at_first_and_brought_in_once(scene: Scene) -> None:
    async with member_browser(scene) as client:
        looked = await client.post("/staff/import", files=files(facilities=FACILITIES))
        assert looked.status_code == 200
        assert "Inget är ändrat än" in looked.text
        assert "A facility" in looked.text  # line 3 is refused, with the reason
        assert _facilities(scene) == []
        upload = looked.text.partition('name="upload" value="')[2].partition('"')[0]
        form = {"once": token_of(looked.text), "upload": upload}
        first = await client.post(f"{_PATH}/apply", data=form)
        assert first.status_code == 303
        assert first.headers["location"].startswith(f"{_PATH}/i")
        second = await client.post(f"{_PATH}/apply", data=form)
        assert second.headers["location"] == f"{_PATH}?done=brought_in"
        page = (await client.get(first.headers["location"])).text
        assert "inläst" in page
        other = await client.post(f"{_PATH}/apply", data={"once": "x", "upload": upload})
        assert other.status_code == 422
        assert "Filerna finns inte kvar" in other.text
    assert _facilities(scene) == [gsrn(900)]
    assert [each.actor for each in log_of(scene) if each.action == "import.applied"] == ["staff:Anna Ek"]


def _facilities(scene: Scene) -> list[str]:
    with scene.database.reading() as connection:
        return list(connection.execute(select(tables.facility.c.gsrn)).scalars())


async def test_numbers_in_files_are_sealed_and_gone_after_an_hour(quick: Scene) -> None:
    number = person_number(77)
    customers = f"key;number;name\nK1;{number.digits};Åsa\nK2;191212121213;Fel\n".encode()
    async with member_browser(quick) as client:
        looked = await client.post("/staff/import", files=files(customers=customers))
        assert number.digits not in looked.text
        assert "191212121213" not in looked.text
        assert "number" in looked.text
    with quick.database.reading() as connection:
        sealed = connection.execute(select(staff_tables.upload.c.content_sealed)).scalar_one()
    assert number.digits.encode() not in sealed
    await quick.clock.advance(3601)
    with quick.database.writing("system") as work:
        assert tidying.clear(work) >= 1
    with quick.database.reading() as connection:
        assert connection.execute(select(staff_tables.upload)).all() == []


async def test_files_of_another_member_are_not_brought_in(quick: Scene) -> None:
    async with member_browser(quick) as client:
        looked = await client.post("/staff/import", files=files(facilities=FACILITIES))
        upload = looked.text.partition('name="upload" value="')[2].partition('"')[0]
    async with member_browser(quick, "Bo Ström") as client:
        answer = await client.post(f"{_PATH}/apply", data={"once": "x", "upload": upload})
        assert answer.status_code == 422
    assert _facilities(quick) == []


async def test_what_is_no_table_is_said(quick: Scene) -> None:
    async with member_browser(quick) as client:
        assert (await client.post("/staff/import", files=files(x=b"a;b\n1;2\n"))).status_code == 422
        nothing = await client.post("/staff/import", files=files(x=b""))
        assert nothing.status_code == 422
        assert "Ingen fil är vald" in nothing.text
        assert (await client.post("/staff/import", data={"a": "b"})).status_code == 400
        broken = await client.post(
            "/staff/import", content=b"--x\r\nbroken", headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert broken.status_code in (400, 422)


async def test_an_import_that_closes_many_waits_for_two(scene: Scene) -> None:
    scene.config = msgspec.structs.replace(scene.config, import_=ImportTable(closings_at_once=0, closings_share=0))
    town = busy(scene)
    customer = town.desk.value(tables.customer.c.key, tables.customer.c.name == "Anna Berg")
    key = town.desk.value(tables.contract.c.key, tables.contract.c.facility_id == 1)
    ends = f"key;facility;customer;from;to\n{key};{town.facilities['open']};{customer};2020-01-01;2026-11-01\n".encode()
    async with member_browser(scene) as client:
        looked = await client.post("/staff/import", files=files(contracts=ends))
        assert "Importen väntar då på två godkännare" in looked.text, looked.text
        upload = looked.text.partition('name="upload" value="')[2].partition('"')[0]
        form = {"once": token_of(looked.text), "upload": upload}
        place = (await client.post(f"{_PATH}/apply", data=form)).headers["location"].partition("?")[0]
        assert (await client.post(f"{place}/approve", data={"once": "x"})).status_code == 403
    async with member_browser(scene, "Bo Ström", Role.APPROVER) as client:
        assert (await send(client, place, f"{place}/approve", {})).headers["location"] == f"{place}?done=import_waiting"
        again = await client.post(f"{place}/approve", data={"once": "again"})
        assert again.status_code == 422
        assert "Du har redan godkänt" in again.text
    assert town.desk.row(town.orders["read_back"]).state == "read_back"
    async with member_browser(scene, "Cia Dahl", Role.APPROVER) as client:
        assert (await send(client, place, f"{place}/approve", {})).headers["location"] == f"{place}?done=import_applied"
        late = await client.post(f"{place}/reject", data={"once": "late", "reason": "för sent"})
        assert late.status_code == 422
    approved = [each.facts["staff"] for each in log_of(scene) if each.action == "import.approved"]
    assert approved == ["Bo Ström", "Cia Dahl"]


async def test_an_import_is_thrown_away_with_a_reason(quick: Scene) -> None:
    quick.config = msgspec.structs.replace(quick.config, import_=ImportTable(closings_at_once=0, closings_share=0))
    town = busy(quick)
    ends = f"key;facility;customer;from;to\nA5;{town.facilities['open']};K4;2020-01-01;2026-11-01\n".encode()
    async with member_browser(quick) as client:
        looked = await client.post("/staff/import", files=files(contracts=ends))
        upload = looked.text.partition('name="upload" value="')[2].partition('"')[0]
        form = {"once": token_of(looked.text), "upload": upload}
        place = (await client.post(f"{_PATH}/apply", data=form)).headers["location"].partition("?")[0]
    async with member_browser(quick, "Bo Ström", Role.APPROVER) as client:
        assert (await send(client, place, f"{place}/reject", {"reason": ""}, form=1)).status_code == 422
        answer = await send(client, place, f"{place}/reject", {"reason": "fel fil"}, form=1)
        assert answer.headers["location"] == f"{place}?done=import_rejected"
        assert "kastad" in (await client.get(place)).text
        assert (await client.get(f"{_PATH}/none")).status_code == 404

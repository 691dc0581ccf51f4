"""The desk, meters, alarms, work, statistics and the log: what staff see, and the few things that they do there."""

import re

import pytest
from sqlalchemy import select, update

from grid.web.scene import Scene
from grid.web.staff_scene import member_browser, send
from grid.web.staff_town import Busy, busy
from grid.web.test_staff_login import log_of
from hanport.grid import alarms
from hanport.grid.database import tables
from hanport.grid.staff.roles import Role
from hanport.grid.web.staff_statistics import bars


@pytest.fixture
def town(quick: Scene) -> Busy:
    return busy(quick)


def figures(text: str) -> dict[str, int]:
    found = re.findall(r"<strong>(\d+)</strong><span class=\"say\">([^<]+)</span>", text)
    return {said: int(count) for count, said in found}


async def test_the_desk_counts_what_waits(scene: Scene) -> None:
    busy(scene)
    async with member_browser(scene) as client:
        assert (await client.get("/staff")).headers["location"] == "/staff/desk"
        page = (await client.get("/staff/desk")).text
        english = (await client.get("/staff/desk", headers={"accept-language": "en"})).text
    assert figures(page) == {
        "order väntar": 5,
        "efter lagens tid": 0,
        "misslyckade": 2,
        "behöver besök": 1,
        "larm": 3,
        "väntar på beslut av två": 0,
        "mätare ur fas": 3,
        "klara idag": 3,
    }
    assert "Inget arbete pågår i bakgrunden" in page  # no worker runs in this test
    assert "No work goes on in the background" in english
    assert "1 dygn 15 h kvar" in page.replace("\u00a0", " ")


async def test_an_empty_desk_helps(quick: Scene) -> None:
    async with member_browser(quick) as client:
        page = (await client.get("/staff/desk")).text
        assert "Nya order syns här" in page
        assert "Inga larm" in page
        for path in ("orders", "work", "alarms", "meters", "imports", "proposals", "statistics"):
            assert 'class="empty"' in (await client.get(f"/staff/{path}")).text, path


async def test_editors_see_what_is_theirs(quick: Scene) -> None:
    async with member_browser(quick, "Ed", Role.EDITOR) as client:
        page = (await client.get("/staff/desk")).text
    assert "/staff/statistics" in page
    assert "/staff/orders" not in page
    assert "/staff/find" not in page


async def test_meters_out_of_step_by_what_is_the_matter(town: Busy) -> None:
    async with member_browser(town.scene) as client:
        page = (await client.get("/staff/meters")).text
        assert "ska stängas (1)" in page
        assert "försök misslyckas (2)" in page
        assert "18010004" in (await client.get("/staff/meters?matter=must_close")).text
        assert "18010002" not in (await client.get("/staff/meters?matter=must_close")).text
        await town.scene.clock.advance(3600)
    async with member_browser(town.scene, "Bo Ström") as client:
        page = (await client.get("/staff/meters?matter=unread")).text
        assert "inte avläst efter kommando" in page
        meter = (await client.get("/staff/meters/18010004")).text
        assert "kan vara öppen" in meter or "öppen" in meter
        assert town.facilities["closing"] in meter
        assert (await client.get("/staff/meters/none")).status_code == 404


async def test_a_meter_that_was_taken_down_is_vouched_for(town: Busy) -> None:
    meter_id = 4
    ended = update(tables.installation).where(tables.installation.c.meter_id == meter_id)
    town.desk.change(ended.values(ends_at=town.scene.clock.now()))
    page = "/staff/meters/18010004"
    async with member_browser(town.scene) as client:
        refused = await send(client, page, f"{page}/dismantled", {"reason": ""})
        assert refused.status_code == 422
        answer = await send(client, page, f"{page}/dismantled", {"reason": "skrotad, Per såg den"})
        assert answer.headers["location"] == f"{page}?done=dismantled"
        assert town.hands.port(meter_id).may_be_open is False
        other = await client.post("/staff/meters/18010001/dismantled", data={"once": "x", "reason": "x"})
        assert other.status_code == 422
        assert "Mätaren sitter på en anläggning" in other.text


async def test_an_alarm_is_settled_with_a_word_on_how(town: Busy) -> None:
    path = "/staff/alarms"
    async with member_browser(town.scene) as client:
        page = (await client.get(path)).text
        assert "Kunden säger sig inte ha beställt" in page
        assert f"/staff/orders/{town.orders['read_back']}" in page
        form = {"kind": "order_disputed", "subject": town.orders["read_back"]}
        assert (await send(client, path, f"{path}/settle", form | {"reason": ""})).status_code == 422
        answer = await send(client, path, f"{path}/settle", form | {"reason": "ringde kunden"})
        assert answer.headers["location"] == f"{path}?done=settled"
    with town.scene.database.reading() as connection:
        assert "order_disputed" not in {each.kind for each in alarms.live(connection)}
    noted = next(each for each in log_of(town.scene) if each.action == "alarm.settled")
    assert (noted.actor, noted.facts["why"]) == ("staff:Anna Ek", "ringde kunden")
    async with member_browser(town.scene, "Rut", Role.READER) as client:
        assert "/settle" not in (await client.get(path)).text


async def test_the_work_list_goes_out_and_comes_back(town: Busy) -> None:
    async with member_browser(town.scene) as client:
        page = (await client.get("/staff/work")).text
        assert "Adressen är skyddad" in page
        answer = await client.post("/staff/work/list.csv")
        assert answer.headers["content-type"].startswith("text/csv")
        head, row = answer.text.lstrip("\ufeff").splitlines()[:2]
        filled = f"{head}\r\n{row.rstrip(';')};done;;;\r\nnonsense;;;;;;;;done;;;\r\n"
        token = page.partition('name="once" value="')[2].partition('"')[0]
        files = {"file": ("list.csv", filled.encode(), "text/csv")}
        taken = await client.post("/staff/work/list", data={"once": token}, files=files)
        assert "1 svar intagna" in taken.text, taken.text[-2000:]
        assert "rad 3" in taken.text
        again = await client.post("/staff/work/list", data={"once": token}, files=files)
        assert "0 svar intagna" in again.text
        wrong = {"file": ("list.csv", b"a;b\n1;2\n", "text/csv")}
        refused = await client.post("/staff/work/list", data={"once": token}, files=wrong)
        assert refused.status_code == 422
        assert "Arbetslistan saknar en kolumn" in refused.text
    assert "work_list.taken_out" in [each.action for each in log_of(town.scene)]


async def test_statistics_by_kind_and_day(town: Busy) -> None:
    async with member_browser(town.scene, "Ed", Role.EDITOR) as client:
        page = (await client.get("/staff/statistics?days=7")).text
        assert (await client.get("/staff/statistics?days=x")).status_code == 200
    assert "Högst 8 på en dag, 8 totalt" in page
    assert "100,0 %" in page.replace("\u00a0", " ")
    assert str(bars([0, 2, 4])).count("<rect") == 3
    assert 'height="60.0"' in bars([0, 2, 4])
    assert "<rect" not in bars([])


async def test_the_log_is_filtered_and_proved(scene: Scene) -> None:
    town = busy(scene)
    async with member_browser(scene, "Pia", Role.APPROVER) as client:
        whole = await client.get("/staff/log")
        newest, *_ = re.findall(r'<td class="number">(\d+)</td>', whole.text)
        assert int(newest) == len(log_of(scene))
        orders = (await client.get("/staff/log?action=order.")).text
        assert "order.signed" in orders
        assert "alarm.raised" not in orders
        about = (await client.get(f"/staff/log?about={town.orders['failed']}")).text
        assert town.orders["failed"] in about
        assert town.orders["closing"] not in about
        assert "Inget i den här delen" in (await client.get("/staff/log?actor=staff:Nobody")).text
        assert "staff.added" in (await client.get('/staff/log?actor=system&action=staff.&before=99"')).text
        proved = await client.post("/staff/log/verify")
        assert "Loggen är hel" in proved.text
        with scene.database.engine.begin() as connection:
            row = connection.execute(select(tables.audit_entry).where(tables.audit_entry.c.seq == 3)).one()
            changed = update(tables.audit_entry).where(tables.audit_entry.c.seq == 3)
            connection.execute(changed.values(entry=row.entry.replace("order", "other")))
        broken = await client.post("/staff/log/verify")
        assert "Loggen är INTE hel" in broken.text
        assert "post 3" in broken.text


async def test_the_log_goes_on_to_older_entries(quick: Scene) -> None:
    with quick.database.writing("system") as work:
        for n in range(250):
            work.note("thing.done", number=n)
    numbers: list[int] = []
    async with member_browser(quick, "Pia", Role.APPROVER) as client:
        path = "/staff/log"
        while path:
            page = (await client.get(path)).text
            numbers += [int(each) for each in re.findall(r'<td class="number">(\d+)</td>', page)]
            following = re.search(r'class="second" href="(/staff/log\?before=\d+)"', page)
            path = following[1] if following else ""
    assert numbers == list(range(len(log_of(quick)), 0, -1))

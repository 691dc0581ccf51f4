"""Answers and states that head-ends send: believed as far as they deserve, and only of their own meters."""

import httpx
from sqlalchemy import select, update

from grid.reconcile.hands import Hands
from grid.town import Town
from hanport.grid.api.endpoint import ROOT
from hanport.grid.context import Grid
from hanport.grid.database import tables
from hanport.grid.headend.contract import CommandKind

ANSWERS = f"{ROOT}/head-ends/vendor/answers"
STATES = f"{ROOT}/head-ends/vendor/states"
AT = "2026-11-25T08:00:00Z"


def household(town: Town, hands: Hands, maker: str = "Kamstrup") -> int:
    """A meter whose port shall be open, the opening under way."""
    facility = town.facility()
    meter = town.meter(facility, maker=maker)
    customer = town.customer()
    contract = town.contract(facility, customer)
    town.request(contract, customer)
    hands.set_port(meter, reported="closed", reported_at=town.database.clock.now())
    hands.review(meter)
    return meter


def standing(command_id: str, state: str = "done", **parts: str) -> dict[str, str]:
    return {"id": command_id, "state": state, "at": AT} | parts


async def test_an_answer_moves_the_command_on(api: httpx.AsyncClient, town: Town, hands: Hands) -> None:
    meter = household(town, hands)
    command_id = hands.sent(CommandKind.OPEN)
    for _ in range(2):  # doubled
        answer = await api.post(ANSWERS, json=standing(command_id))
        assert (answer.status_code, answer.content) == (204, b"")
    assert hands.commands(meter) == [("open", "done"), ("read", "queued")]
    command_id = hands.sent(CommandKind.READ)
    await api.post(ANSWERS, json=standing(command_id, port="open"))
    assert hands.port(meter).reported == "open"


async def test_answers_to_nothing_are_taken_and_left(api: httpx.AsyncClient) -> None:
    assert (await api.post(ANSWERS, json=standing("c-unknown"))).status_code == 204


async def test_another_head_end_is_not_believed(api: httpx.AsyncClient, town: Town, hands: Hands) -> None:
    meter = household(town, hands)
    command_id = hands.sent(CommandKind.OPEN)
    answer = await api.post(f"{ROOT}/head-ends/people/answers", json=standing(command_id))
    assert answer.status_code == 204
    assert hands.commands(meter) == [("open", "sent")]


async def test_what_is_no_answer(api: httpx.AsyncClient) -> None:
    rows = [
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b'{"id":"x"}', "application/json", 422),
        (b'{"id":"x","state":"taken","at":"2026-11-25T08:00:00Z"}', "application/json", 422),
        (b'{"id":"x","state":"done","at":"yesterday"}', "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[" * 50_000, "application/json", 422),
        (b" " * 65_537, "application/json", 413),
        (b" " * 1_048_577, "application/xml", 413),
        (b"<a/>", "application/xml", 422),  # this head-end does not speak CIM
        (b"{}", "text/plain", 422),
        (b"{}", "", 422),
    ]
    for body, kind, status in rows:
        answer = await api.post(ANSWERS, content=body, headers={"content-type": kind})
        assert answer.status_code == status, (body[:50], kind)
        assert answer.json()["error"] and answer.json()["remedy"]


async def test_no_such_head_end(api: httpx.AsyncClient) -> None:
    for what in ("answers", "states"):
        assert (await api.post(f"{ROOT}/head-ends/nobody/{what}", json=standing("x"))).status_code == 404


async def test_cim_is_answered_in_cim(api: httpx.AsyncClient, town: Town, hands: Hands) -> None:
    meter = household(town, hands, maker="Aidon")
    command_id = hands.sent(CommandKind.OPEN)
    body = f"""<m:EventMessage xmlns:m="http://iec.ch/TC57/2011/schema/message"><m:Header><m:Verb>created</m:Verb>
    <m:Noun>EndDeviceEvents</m:Noun><m:Timestamp>{AT}</m:Timestamp><m:Source>h</m:Source>
    <m:MessageID>0b2f6a0e-7a2e-4c53-9b8a-0f2f3f8f9c10</m:MessageID><m:CorrelationID>{command_id}</m:CorrelationID>
    </m:Header><m:Payload><e:EndDeviceEvents xmlns:e="http://iec.ch/TC57/2011/EndDeviceEvents#"><e:EndDeviceEvent>
    <e:createdDateTime>{AT}</e:createdDateTime><e:Assets><e:mRID>{hands.serial(meter)}</e:mRID></e:Assets>
    <e:EndDeviceEventType ref="3.1.0.76"/></e:EndDeviceEvent></e:EndDeviceEvents></m:Payload></m:EventMessage>"""
    headers = {"content-type": "application/xml; charset=utf-8"}
    answer = await api.post(f"{ROOT}/head-ends/cim/answers", content=body, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    assert command_id in answer.text
    assert hands.commands(meter)[0] == ("open", "done")
    answer = await api.post(f"{ROOT}/head-ends/cim/answers", content="<a/>", headers=headers)
    assert answer.status_code == 400
    assert "FAILED" in answer.text


async def test_a_port_found_open_without_right_is_closed(
    api: httpx.AsyncClient, town: Town, hands: Hands, grid: Grid
) -> None:
    meter = town.meter(town.facility())
    others = town.meter(town.facility(), maker="Aidon")
    hands.set_port(meter, reported="closed", reported_at=town.database.clock.now())
    rows = [
        {"meter_serial": hands.serial(meter), "port": "open", "at": "2026-11-25T08:00:01Z"},
        {"meter_serial": "nowhere", "port": "open", "at": AT},
        {"meter_serial": hands.serial(others), "port": "open", "at": AT},
        {"meter_serial": "", "port": "open", "at": AT},
    ]
    with grid.database.writing("system") as work:
        earlier = tables.port.c.reported_at
        work.connection.execute(update(tables.port).where(earlier.is_not(None)).values(reported_at=None))
    answer = await api.post(STATES, json={"states": rows})
    assert answer.status_code == 200, answer.text
    assert answer.json()["taken"] == 1
    assert [each["index"] for each in answer.json()["refused"]] == [1, 2, 3]
    assert [kind for kind, _ in hands.commands(meter)] == ["close"]
    assert hands.commands(others) == []


async def test_many_states_at_once(api: httpx.AsyncClient, town: Town, hands: Hands) -> None:
    meters = [town.meter(town.facility()) for _ in range(3)]
    rows = [{"meter_serial": hands.serial(each), "port": "open", "at": AT} for each in meters] * 200
    answer = await api.post(STATES, json={"states": rows})
    assert (answer.json()["taken"], answer.json()["refused"]) == (600, [])
    assert all([kind for kind, _ in hands.commands(each)] == ["close"] for each in meters)
    answer = await api.post(STATES, json={"states": rows * 20})
    assert answer.status_code == 422
    answer = await api.post(STATES, content=b"x", headers={"content-type": "text/csv"})
    assert answer.status_code == 415


async def test_the_work_list_goes_out_and_comes_back(api: httpx.AsyncClient, town: Town, hands: Hands) -> None:
    meter = household(town, hands, maker="Other")
    command_id = hands.sent(CommandKind.OPEN)
    out = await api.get(f"{ROOT}/work-list")
    assert out.headers["content-type"] == "text/csv; charset=utf-8"
    lines = out.text.removeprefix("\ufeff").splitlines()
    assert lines[1].startswith(f"{command_id};open;")
    filled = f"command_id;outcome;port\n{command_id};done;open\nx;done;\n"
    headers = {"content-type": "text/csv"}
    back = await api.post(f"{ROOT}/work-list", content=filled, headers=headers)
    assert back.status_code == 200, back.text
    assert (back.json()["taken"], [each["line"] for each in back.json()["refused"]]) == (1, [3])
    assert hands.port(meter).reported == "open"
    assert (await api.post(f"{ROOT}/work-list", content=filled)).status_code == 415
    assert (await api.post(f"{ROOT}/work-list", content="a;b\n", headers=headers)).status_code == 422


async def test_alarms_are_told(api: httpx.AsyncClient, town: Town, grid: Grid) -> None:
    assert (await api.get(f"{ROOT}/alarms")).json() == {"alarms": []}
    with grid.database.writing("system") as work:
        row = {"kind": "order_late", "subject": "o-1", "says": "Late.", "raised_at": work.at}
        work.connection.execute(tables.alarm.insert().values(row))
    (told,) = (await api.get(f"{ROOT}/alarms")).json()["alarms"]
    assert (told["kind"], told["subject"], told["due_at"]) == ("order_late", "o-1", None)
    with grid.database.reading() as connection:
        assert connection.execute(select(tables.alarm.c.told_at)).scalar_one() is None

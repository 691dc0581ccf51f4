"""The REST form of the head-end, on real sockets."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hanport.meter.headend.server import Manners
from hanport.meter.headend.telling import Pace
from meter.headend.town import SERIAL, SILENT, UNKNOWN, town

# What is put into a command so that it is none.
NO_COMMANDS: list[dict[str, object]] = [
    {"kind": "toggle"},
    {"meter": {"serial": "", "maker": "", "model": ""}},
    {"meter": {"serial": SERIAL}},
    {"gsrn": "735999"},
    {"expires_at": "2026-11-25T08:00:00"},
    {"expires_at": None},
    {"due_at": "soon"},
    {"reply_url": "file:///etc/passwd"},
    {"reply_url": "http://[/"},
    {"more": 1},
]


async def test_a_command_is_taken_carried_out_and_answered() -> None:
    async with town() as made:
        reply = await made.put("c-1", "open")
        assert (reply.status_code, reply.json()["id"], reply.json()["state"]) == (201, "c-1", "taken")
        answer = await made.service.json()
        wanted = {"id": "c-1", "kind": "open", "meter_serial": SERIAL, "state": "done", "port": "open", "detail": ""}
        assert {name: answer[name] for name in wanted} == wanted
        assert datetime.fromisoformat(answer["at"]).tzinfo is not None
        assert made.service.headers[0]["authorization"] == "Bearer the-head-end"
        assert made.service.headers[0]["content-type"] == "application/json"
        assert made.is_open
        await made.put("c-2", "read")
        assert (await made.service.json(2))["port"] == "open"
        await made.put("c-3", "close")
        assert (await made.service.json(3))["port"] == "closed"
        assert not made.is_open


async def test_a_restart_frees_a_module_that_hangs() -> None:
    async with town() as made:
        made.meter.set_open(True)
        made.meter._module.hang(made.meter.now())
        assert made.meter.status().module.hung
        await made.put("c-1", "restart")
        assert (await made.service.json())["state"] == "done"
        assert not made.meter.status().module.hung and made.is_open


async def test_the_same_id_is_carried_out_once() -> None:
    async with town() as made:
        await made.put("c-1", "open")
        await made.service.told()
        made.meter.set_open(False)
        again = await made.put("c-1", "open", gsrn="")
        assert (again.status_code, again.json()["state"]) == (200, "done")
        assert not made.is_open
        assert (await made.seen("c-1"))["begun"] == 1 and (await made.seen("c-1"))["requests"] == 2


async def test_an_id_that_was_used_for_another_command_is_refused() -> None:
    async with town() as made:
        await made.put("c-1", "open")
        assert (await made.put("c-1", "close")).status_code == 409
        other = {"serial": SILENT, "maker": "", "model": ""}
        assert (await made.put("c-1", "open", meter=other)).status_code == 409


async def test_an_unknown_meter_and_an_unknown_id() -> None:
    async with town() as made:
        refused = await made.put("c-1", meter={"serial": UNKNOWN, "maker": "", "model": ""})
        assert refused.status_code == 422 and "unknown" in refused.json()["error"]
        assert (await made.client.get("/rest/commands/c-1")).status_code == 404


async def test_a_meter_that_is_silent_fails_the_command() -> None:
    async with town() as made:
        await made.put("c-1", meter={"serial": SILENT, "maker": "", "model": ""})
        answer = await made.service.json()
        assert (answer["state"], answer["port"]) == ("failed", "unknown")
        assert "does not answer" in answer["detail"]


async def test_what_has_expired_is_not_begun() -> None:
    async with town(delay_s=0.1) as made:
        await made.put("c-1", "open", expires_at=(datetime.now(UTC) + timedelta(seconds=0.05)).isoformat())
        answer = await made.service.json()
        assert (answer["state"], answer["detail"]) == ("failed", "expired")
        assert not made.is_open


async def test_the_newest_takes_the_place_of_what_is_not_begun() -> None:
    async with town(delay_s=0.3) as made:
        await made.put("c-1", "open")
        await made.put("c-2", "read")
        await made.put("c-3", "close")
        for command_id in ("c-1", "c-2"):
            told = await made.ends(command_id)
            assert (told["state"], told["detail"]) == ("failed", "superseded")
        assert (await made.ends("c-3"))["state"] == "done"
        assert (await made.seen("c-1"))["begun"] == 0
        assert not made.is_open


async def test_a_reading_takes_nobodys_place() -> None:
    async with town(delay_s=0.2) as made:
        await made.put("c-1", "open")
        await made.put("c-2", "read")
        assert (await made.ends("c-1"))["state"] == "done"
        assert (await made.ends("c-2"))["port"] == "open"


@pytest.mark.parametrize("statuses", [[500, 503, 429, 408], []])
async def test_an_answer_is_sent_until_it_is_taken(statuses: list[int]) -> None:
    async with town() as made:
        made.service.statuses = list(statuses)
        await made.put("c-1")
        await made.service.told(len(statuses) + 1)
        await asyncio.sleep(0.2)
        assert len(set(made.service.bodies)) == 1
        assert len(made.service.bodies) == len(statuses) + 1
        assert (await made.seen("c-1"))["is_told"]


async def test_an_answer_that_is_not_wanted_is_not_sent_again() -> None:
    async with town() as made:
        unwanted = [400, 401, 403, 404, 413, 422]
        made.service.statuses = list(unwanted)
        for count, status in enumerate(unwanted, 1):
            await made.put(f"c-{status}", "read")
            await made.service.told(count)
        await asyncio.sleep(0.15)
        for status in unwanted:
            seen = await made.seen(f"c-{status}")
            assert (seen["posts"], seen["is_told"]) == (1, False)


async def test_an_answer_that_nobody_takes_is_given_up() -> None:
    async with town(pace=Pace(first_s=0.02, longest_s=0.05, for_s=0.3)) as made:
        await made.put("c-1", reply_url="http://127.0.0.1:1/")
        await made.ends("c-1")
        await asyncio.sleep(0.6)
        posts = (await made.seen("c-1"))["posts"]
        await asyncio.sleep(0.2)
        assert 2 < posts < 10 and (await made.seen("c-1"))["posts"] == posts


async def test_without_a_reply_address_it_is_asked_for() -> None:
    async with town() as made:
        await made.put("c-1", reply_url="")
        assert (await made.ends("c-1"))["state"] == "done"
        assert made.service.bodies == []


async def test_it_can_reply_with_the_end() -> None:
    async with town(manners=Manners(at_once=True), delay_s=0.05) as made:
        reply = await made.put("c-1", reply_url="")
        assert (reply.status_code, reply.json()["state"], reply.json()["port"]) == (201, "done", "open")


async def test_whoever_has_not_the_token_is_refused() -> None:
    async with town(manners=Manners(token="secret")) as made:
        for shown in ("", "Bearer wrong", "secret"):
            made.client.headers["Authorization"] = shown
            assert (await made.put("c-1")).status_code == 401
        made.client.headers["Authorization"] = "Bearer secret"
        assert (await made.put("c-1")).status_code == 201


async def test_what_is_no_command_is_refused() -> None:
    async with town() as made:
        for changed in NO_COMMANDS:
            body = made.body("open") | changed
            refused = await made.client.put("/rest/commands/c-1", json=body)
            assert refused.status_code == 400 and refused.json()["error"], changed
        assert (await made.client.get("/rest/commands/c-1")).status_code == 404


async def test_what_is_no_request_is_refused() -> None:
    async with town() as made:
        url = "/rest/commands/c-1"
        assert (await made.client.put(url, content=b"{}")).status_code == 415
        headers = {"Content-Type": "application/json"}
        assert (await made.client.put(url, content=b"{", headers=headers)).status_code == 400
        assert (await made.client.put(url, content=b" " * 300_000, headers=headers)).status_code == 413
        assert (await made.put("c%20" + "x" * 70)).status_code == 400


async def test_faults_on_the_way_in() -> None:
    async with town("lose-request*1", "error*1") as made:
        assert (await made.put("c-1")).status_code == 500
        with pytest.raises(httpx.ReadTimeout):
            await made.client.put("/rest/commands/c-1", json=made.body("open"), timeout=0.2)
        assert (await made.client.get("/rest/commands/c-1")).status_code == 404
        assert (await made.put("c-1")).status_code == 201


async def test_faults_on_the_way_back() -> None:
    async with town("lose-reply*1", "garbage-reply@12345678*1") as made:
        with pytest.raises(httpx.RemoteProtocolError):
            await made.put("c-1")
        assert (await made.put("c-2", "read")).content.startswith(b"\xff")
        assert (await made.ends("c-1"))["state"] == "done"
        assert (await made.ends("c-2"))["port"] == "open"


async def test_a_command_that_is_refused_or_forgotten() -> None:
    async with town("refuse*1", "forget*1") as made:
        assert (await made.put("c-1")).status_code == 422
        assert (await made.put("c-2")).status_code == 201
        await asyncio.sleep(0.1)
        assert (await made.client.get("/rest/commands/c-2")).status_code == 404
        assert not made.is_open


@pytest.mark.parametrize(
    ("fault", "kind", "state", "port", "is_open"),
    [
        ("unreachable", "open", "failed", "unknown", False),
        ("fail", "open", "failed", "unknown", True),
        ("do-nothing", "open", "done", "open", False),
        ("opposite", "open", "done", "closed", True),
        ("opposite", "read", "done", "open", False),
    ],
)
async def test_faults_at_the_meter(fault: str, kind: str, state: str, port: str, is_open: bool) -> None:
    async with town(fault) as made:
        await made.put("c-1", kind)
        answer = await made.service.json()
        assert (answer["state"], answer["port"], made.is_open) == (state, port, is_open)


async def test_a_late_answer_is_known_late_and_lets_others_pass() -> None:
    async with town("late=0.5*1") as made:
        await made.put("c-1", "open")
        await made.put("c-2", "close")
        assert (await made.service.json())["id"] == "c-2"
        assert (await made.stands("c-1"))["state"] == "taken"
        late = await made.service.json(2)
        assert (late["id"], late["port"]) == ("c-1", "open")
        assert not made.is_open


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("lose-answer", []),
        ("double-answer", [("c-1", SERIAL, "done")] * 2),
        ("stray-answer", [("nobody-sent-this", SERIAL, "done"), ("c-1", SERIAL, "done")]),
        ("wrong-meter", [("c-1", "00000000", "done")]),
        ("contradict", [("c-1", SERIAL, "done"), ("c-1", SERIAL, "failed")]),
    ],
)
async def test_faults_of_the_answer(fault: str, told: list[tuple[str, str, str]]) -> None:
    async with town(fault) as made:
        await made.put("c-1")
        await made.service.told(len(told))
        await asyncio.sleep(0.1)
        found = [httpx.Response(200, content=each).json() for each in made.service.bodies]
        assert [(each["id"], each["meter_serial"], each["state"]) for each in found] == told
        assert (await made.stands("c-1"))["state"] == "done"


async def test_a_garbage_answer_is_posted_once() -> None:
    async with town("garbage-answer") as made:
        await made.put("c-1")
        assert (await made.service.told())[0].startswith(b"\xff")

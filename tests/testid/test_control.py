"""The phone without a browser, and who may not reach it."""

from typing import Any

import pytest

from hanport.testid.faults import SUMMARIES
from hanport.testid.people import PEOPLE
from testid.scene import ASTRID, TOLVAN, USER, Scene, code_of


async def test_step_by_step(testid: Scene) -> None:
    order = await testid.open(returnUrl="https://example.test/back?nonce=1")
    taken = await testid.move(autostart=order["autoStartToken"], do="start", address="2001:db8::7")
    assert (taken["state"], taken["person"]) == ("started", "")
    assert taken["return_url"] == "https://example.test/back?nonce=1"
    chosen = await testid.move(order=taken["order"], person=ASTRID, do="choose")
    assert (chosen["state"], chosen["person"]) == ("userSign", "Astrid Fjällgren")
    signed = await testid.move(order=taken["order"])
    assert (signed["state"], signed["call"], signed["order"]) == ("complete", "sign", taken["order"])
    assert (await testid.collect(order))["completionData"]["device"]["ipAddress"] == "2001:db8::7"


async def test_at_once(testid: Scene) -> None:
    order = await testid.open(returnUrl="https://example.test/back")
    told = await testid.move(scan=code_of(order, 0), person=TOLVAN)
    assert (told["state"], told["return_url"]) == ("complete", "")
    assert (await testid.collect(order))["completionData"]["device"]["ipAddress"] == USER


async def test_how_all_orders_stand(testid: Scene) -> None:
    order = await testid.open()
    await testid.open_call()
    await testid.move(autostart=order["autoStartToken"], person=TOLVAN, do="cancel")
    told = (await testid.control.get("/control/state")).json()
    assert [(each["state"], each["hint"]) for each in told["orders"]] == [
        ("failed", "userCancel"),
        ("outstandingTransaction", ""),
    ]
    assert {each["number"] for each in told["people"]} == {person.number for person in PEOPLE}
    assert not {value for each in told["orders"] for value in each.values() if value in order.values()}


@pytest.mark.parametrize(
    ("move", "status"),
    [
        ({}, 422),
        ({"scan": "a", "autostart": "b"}, 422),
        ({"scan": "nonsense"}, 422),
        ({"autostart": "nonsense"}, 422),
        ({"call": ASTRID}, 422),
        ({"order": "nonsense"}, 422),
        ({"scan": "a", "do": "dance"}, 422),
        ({"scan": "a", "kind": "stone"}, 422),
        ({"scan": "a", "more": 1}, 422),
        ({"scan": "a", "address": "x" * 46}, 422),
        ({"scan": "x" * 20_000}, 413),
    ],
)
async def test_moves_that_cannot_be_made(testid: Scene, move: dict[str, object], status: int) -> None:
    told = await testid.move(status, **move)
    assert told["error"]


@pytest.mark.parametrize("person", ["", "000000000000"])
async def test_nothing_is_taken_up_for_nobody(testid: Scene, person: str) -> None:
    order = await testid.open()
    for do in ("choose", "sign"):
        told = await testid.move(422, autostart=order["autoStartToken"], person=person, do=do)
        assert told["error"] == "There is no such test person."
    assert await testid.hint(order) == "pending outstandingTransaction"
    taken = await testid.move(autostart=order["autoStartToken"], do="start")
    assert (await testid.move(422, order=taken["order"], person=person, do="choose"))["error"]
    assert await testid.hint(order) == "pending started"


async def test_no_json(testid: Scene) -> None:
    answer = await testid.control.post("/control/phone", content=b"{")
    assert answer.status_code == 400 and answer.json()["error"]
    assert (await testid.control.get("/control/phone")).status_code == 405
    assert (await testid.control.get("/control/nothing")).status_code == 404


async def test_faults_come_and_go(testid: Scene) -> None:
    async def ask(method: str, path: str = "", body: object = None, status: int = 200) -> Any:
        answer = await testid.control.request(method, f"/control/faults{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    assert (await ask("GET")) == {"known": {str(key): text for key, text in SUMMARIES.items()}, "planned": []}
    await ask("POST", body={"name": "slow", "call": "collect", "times": 2, "seconds": 1})
    told = await ask("POST", body={"name": "cut"})
    assert told["planned"] == [
        {"fault": "slow", "call": "collect", "times": 2, "seconds": 1.0},
        {"fault": "cut", "call": None, "times": None, "seconds": 30.0},
    ]
    assert [each["fault"] for each in (await ask("DELETE", "/slow"))["planned"]] == ["cut"]
    assert (await ask("DELETE"))["planned"] == []
    for wrong in ({"name": "explode"}, {"name": "cut", "call": "x"}, {"name": "cut", "times": 0}, {"nam": "cut"}):
        assert (await ask("POST", body=wrong, status=422))["error"]
    assert (await ask("DELETE", "/explode", status=422))["remedy"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://localhost"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1:8000"}, 200),
        ({"host": "[::1]:8000"}, 200),
    ],
)
async def test_who_may_not(testid: Scene, headers: dict[str, str], status: int) -> None:
    assert (await testid.control.get("/control/state", headers=headers)).status_code == status

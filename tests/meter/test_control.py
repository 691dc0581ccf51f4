"""The control interface, over HTTP on a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from hanport.clock import ManualClock
from hanport.meter.control import ENDPOINTS, ROOT, application, openapi
from hanport.meter.device import MeterSetup, VirtualMeter, telegrams
from hanport.meter.faults import FAULTS
from hanport.meter.module import ModuleSetup
from hanport.models.model import Module
from hanport.port.profiles import PROFILES
from hanport.serving import serve

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def virtual_meter(*, p1: bool = True) -> VirtualMeter:
    write = telegrams(PROFILES["kamstrup-omnia"])
    return VirtualMeter(MeterSetup("test", write, p1, module=ModuleSetup(Module.SELF_POWERED)), ManualClock(START))


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    serving = asyncio.create_task(serve(application(virtual_meter()), listener))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}{ROOT}") as made:
        yield made
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert listener.fileno() == -1, "the port is free again"


@pytest.fixture
async def quick() -> AsyncIterator[httpx.AsyncClient]:
    """The same without a socket: starting and stopping a server takes a fifth of a second."""
    transport = httpx.ASGITransport(application(virtual_meter()))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:8099{ROOT}") as made:
        yield made


async def state(client: httpx.AsyncClient) -> Any:
    return (await client.get("/state")).raise_for_status().json()


async def test_the_state_is_told(client: httpx.AsyncClient) -> None:
    told = await state(client)
    assert told["module"]["open"] is True
    assert told["module"]["hangs_at"] is None
    assert told["at"] == "2026-01-31T12:00:00Z"
    assert told["line"] == "115200 8N1"
    assert told["reading"]["energy_import_wh"] > 0


@pytest.mark.parametrize(
    ("path", "field", "told"),
    [
        ("/port", "open", "open"),
        ("/cable", "in", "cable_in"),
        ("/supply", "on", "reader_supply"),
        ("/data-request", "high", "data_request"),
    ],
)
async def test_everything_can_be_put_off_and_on(client: httpx.AsyncClient, path: str, field: str, told: str) -> None:
    for wanted in (False, True):
        answer = (await client.post(path, json={field: wanted})).raise_for_status().json()
        assert answer["module"][told] is wanted
        assert (await state(client))["module"][told] is wanted


async def test_a_power_cycle_ends_a_hang(client: httpx.AsyncClient) -> None:
    before = (await state(client))["module"]["awake_at"]
    after = (await client.post("/power-cycle")).raise_for_status().json()["module"]["awake_at"]
    assert after > before


async def test_the_house_is_moved(client: httpx.AsyncClient) -> None:
    for path, body in (
        ("/car", {"plugged_in": True, "need_wh": 5_000}),
        ("/car", {"plugged_in": False}),
        ("/load", {"name": "oven", "on": True}),
    ):
        (await client.post(path, json=body)).raise_for_status()


async def test_faults_come_and_go(client: httpx.AsyncClient) -> None:
    kinds = (await client.get("/faults")).raise_for_status().json()["faults"]
    assert set(kinds) == set(FAULTS)
    (await client.post("/fault", json={"name": "noise"})).raise_for_status()
    planned = {"name": "cut", "after_s": 60, "duration_s": 30}
    told = (await client.post("/fault", json=planned)).raise_for_status().json()["faults"]
    assert told[0] | {"begins_at": ""} == {"name": "noise", "active": True, "begins_at": "", "ends_at": None}
    assert (told[1]["active"], told[1]["begins_at"][-9:-1], told[1]["ends_at"][-9:-1]) == (
        False,
        "12:01:00",
        "12:01:30",
    )
    left = (await client.delete("/fault/noise")).raise_for_status().json()["faults"]
    assert [fault["name"] for fault in left] == ["cut"]


async def test_speed_is_set(client: httpx.AsyncClient) -> None:
    assert (await client.post("/speed", json={"speed": 60})).raise_for_status().json()["speed"] == 60


@pytest.mark.parametrize(
    ("path", "body", "status", "named"),
    [
        ("/port", "", 400, "JSON"),
        ("/port", "{", 400, "JSON"),
        ("/port", "\xff\xfe", 400, "JSON"),
        ("/port", "{}", 422, "`open`"),
        ("/port", "[]", 422, "object"),
        ("/port", '{"open": "yes"}', 422, "$.open"),
        ("/port", '{"open": true, "closed": 1}', 422, "`closed`"),
        ("/cable", '{"is_in": true}', 422, "is_in"),
        ("/speed", '{"speed": 0}', 422, "$.speed"),
        ("/speed", '{"speed": 1e9}', 422, "$.speed"),
        ("/speed", '{"speed": NaN}', 400, "JSON"),
        ("/car", '{"plugged_in": true, "need_wh": -1}', 422, "$.need_wh"),
        ("/car", '{"plugged_in": true, "need_wh": 1.5}', 422, "$.need_wh"),
        ("/load", '{"name": "anvil", "on": true}', 422, "anvil"),
        ("/fault", '{"name": "noize"}', 422, "noize"),
        ("/fault", '{"name": "cut", "after_s": -1}', 422, "$.after_s"),
        ("/fault", '{"name": "cut", "duration_s": 0}', 422, "$.duration_s"),
        ("/nothing", "{}", 404, "Not Found"),
        ("/state", "{}", 405, "Method"),
    ],
)
async def test_bad_input_is_named(quick: httpx.AsyncClient, path: str, body: str, status: int, named: str) -> None:
    before = await state(quick)
    answer = await quick.post(path, content=body.encode("latin-1"))
    assert answer.status_code == status
    told = answer.json()
    assert named in told["error"]
    assert told["remedy"]
    after = await state(quick)
    assert (after["module"], after["faults"], after["speed"]) == (before["module"], before["faults"], before["speed"])


async def test_a_fault_that_is_not_there_cannot_be_taken_away(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/fault/cut")
    assert answer.status_code == 422
    assert "cut" in answer.json()["error"]


async def test_an_endless_body_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/port", content=b" " * 20_000 + b'{"open": false}')
    assert answer.status_code == 413
    assert (await state(client))["module"]["open"] is True


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[::1", "localhost@x"]
)
async def test_another_name_for_this_machine_is_refused(quick: httpx.AsyncClient, host: str) -> None:
    for method, path in [("GET", "/state"), ("GET", "/openapi.json"), ("POST", "/power-cycle")]:
        answer = await quick.request(method, path, headers={"host": host})
        assert answer.status_code in (400, 403), (method, path)


@pytest.mark.parametrize("host", ["localhost", "localhost:8099", "127.0.0.1", "192.168.1.20:8099", "[::1]:8099"])
async def test_an_address_and_localhost_are_answered(quick: httpx.AsyncClient, host: str) -> None:
    answer = await quick.get("/state", headers={"host": host, "origin": f"http://{host}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
async def test_another_pages_request_is_refused(quick: httpx.AsyncClient, origin: str) -> None:
    answer = await quick.post("/port", json={"open": False}, headers={"origin": origin})
    assert answer.status_code == 403
    assert (await state(quick))["module"]["open"] is True


async def test_openapi_is_served_as_it_is_made(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).raise_for_status().json() == json.loads(json.dumps(openapi()))


def test_every_route_is_in_the_document_and_the_other_way_round() -> None:
    routes = {
        (method, route.path)
        for route in application(virtual_meter()).routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = {(method.upper(), path) for path, methods in openapi()["paths"].items() for method in methods}
    assert routes - described == {("GET", "/api/v1/openapi.json")}
    assert described - routes == set()
    assert len(ENDPOINTS) == len(described)


def test_the_document_refers_to_what_it_has() -> None:
    document = openapi()
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])
    assert document["components"]["schemas"]["Cable"]["required"] == ["in"]
    for endpoint in ENDPOINTS:
        operation = document["paths"][ROOT + endpoint.path][endpoint.method.lower()]
        assert operation["summary"] == endpoint.summary
        assert ("requestBody" in operation) == endpoint.has_body
        assert ("parameters" in operation) == ("{" in endpoint.path)


async def test_encryption_of_hdlc_is_refused() -> None:
    transport = httpx.ASGITransport(application(virtual_meter(p1=False)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.post(f"{ROOT}/fault", json={"name": "encrypted"})
    assert answer.status_code == 422
    assert "P1" in answer.json()["error"]

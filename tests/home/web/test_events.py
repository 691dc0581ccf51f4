"""The stream of events over a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from hanport import serving
from hanport.home.values import PortState, PortStatus
from hanport.home.web import events
from hanport.home.web.app import make_shell
from hanport.home.web.events import Limits
from home.web.household import present_reading, sample_of
from home.web.scene import START, Scene, log_in


@asynccontextmanager
async def served(home: Scene, limits: Limits | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A logged-in client of the pages on a socket."""
    home.extra_routes = events.routes(home.parts(), make_shell(home.parts()), limits)
    listener = serving.listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    pages = asyncio.create_task(serving.serve(home.app(), listener))
    try:
        headers = {"origin": address, "accept": "text/html", "accept-language": "sv"}
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=10) as client:
            assert (await log_in(client)).status_code == 303
            yield client
    finally:
        pages.cancel()
        await asyncio.gather(pages, return_exceptions=True)


@asynccontextmanager
async def listening(client: httpx.AsyncClient, language: str = "sv") -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The states that a stream brings."""

    async def states(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))

    headers = {"accept": "text/event-stream", "accept-language": language}
    async with client.stream("GET", events.PATH, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield states(answer)


async def test_the_state_comes_at_once_and_with_each_telegram(home: Scene) -> None:
    async with served(home) as client, listening(client) as states:
        first = await anext(states)
        assert (first["freshness"], first["texts"]["power"], first["point"], first["age_s"]) == (
            "never",
            "–",
            None,
            None,
        )
        home.live.heard(sample_of(present_reading(START - timedelta(seconds=1))))
        second = await anext(states)
        assert second["texts"]["power"].replace("\u00a0", " ") == "2 436 W"
        assert second["point"] == [(START - timedelta(seconds=1)).timestamp(), 2436]
        assert second["gauges"]["l1"]["filled"] == 31 and second["gauges"]["l1"]["level"] == "room"
        assert second["summary"].startswith("Du tar från elnätet")
        assert second["age_s"] == 0.6


async def test_a_change_of_the_port_is_told_without_a_telegram(home: Scene) -> None:
    home.live.heard(sample_of(present_reading(START)))
    async with served(home) as client, listening(client, "en") as states:
        assert (await anext(states))["port"] == "well"
        await home.clock.advance(60)
        home.live.becomes(PortStatus(PortState.LOST, START))
        told = await anext(states)
        assert (told["port"], told["freshness"], told["texts"]["power"]) == ("lost", "stale", "–")
        assert told["texts"]["stale"].startswith("The hub has lost contact with the reader")
        assert told["point"] is None


async def test_many_browsers_get_the_same_and_a_slow_one_misses_the_past(home: Scene) -> None:
    async with served(home) as client, listening(client) as one, listening(client) as other:
        await anext(one)
        await anext(other)
        for watts in (100, 200, 300):
            home.live.heard(sample_of(present_reading(START, power_import_w=watts)))
        assert (await anext(one))["point"][1] == (await anext(other))["point"][1] == 300


async def test_over_the_fuse_is_said_aloud(home: Scene) -> None:
    home.live.heard(sample_of(present_reading(START, current_l3_ma=25_000)))
    async with served(home) as client, listening(client) as states:
        assert (await anext(states))["summary"].endswith("L3: Över säkringen.")


async def test_there_is_a_heartbeat(home: Scene) -> None:
    async with served(home, Limits(heartbeat_s=0.05)) as client, listening(client) as states:
        assert await anext(states) == await anext(states)


async def test_a_stream_ends_and_the_browser_comes_again(home: Scene) -> None:
    async with served(home, Limits(heartbeat_s=0.05)) as client, listening(client) as states:
        await anext(states)
        await home.clock.advance(Limits().life_s + 1)
        assert [state async for state in states][2:] == []


async def test_there_are_so_many_streams_and_no_more(home: Scene) -> None:
    async with served(home, Limits(streams=1)) as client:
        async with listening(client) as states:
            await anext(states)
            assert (await client.get(events.PATH)).status_code == 503
        while len(home.live.samples):
            await asyncio.sleep(0.01)
        async with listening(client) as states:  # the place of one that left is free again
            await anext(states)


async def test_nobody_listens_without_login(home: Scene) -> None:
    async with served(home) as client:
        client.cookies.clear()
        answer = await client.get(events.PATH, headers={"accept": "text/event-stream"})
        assert answer.status_code in (401, 303)


async def test_a_browser_that_vanishes_leaves_nothing_behind(home: Scene) -> None:
    async with served(home) as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        host = client.base_url.netloc.decode()
        with socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as peer:
            request = f"GET {events.PATH} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n"
            peer.sendall(request.encode())
            while not len(home.live.samples):
                await asyncio.sleep(0.01)
        for _ in range(500):
            if not len(home.live.samples):
                break
            await asyncio.sleep(0.01)
        assert len(home.live.samples) == len(home.live.statuses) == 0

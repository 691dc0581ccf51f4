"""Readings as server-sent events, over a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from hanport import serving
from hanport.home.share.stream import LONGEST_S, MOST_STREAMS
from hanport.home.store.thread import StoreThread
from hanport.home.values import PortState, PortStatus
from share_house import READ, House
from share_samples import NOW, running, sample, until

URL = "/api/v1/stream"


@pytest.fixture
def house(store: StoreThread) -> House:
    return House(store)


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        running(lambda: serving.serve(house.app(), listener)),
        httpx.AsyncClient(base_url=address, headers=READ, timeout=10) as made,
    ):
        yield made


@asynccontextmanager
async def events(client: httpx.AsyncClient) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    async with client.stream("GET", URL) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield _parsed(answer.aiter_lines())


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, Any]]:
    kind = ""
    async for line in lines:
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))
        elif line.startswith(":"):
            yield "comment", line


async def test_readings_come_as_they_are_heard(client: httpx.AsyncClient, house: House) -> None:
    house.live.heard(sample())
    async with events(client) as stream:
        kind, told = await anext(stream)
        assert (kind, told["state"], told["hub"]) == ("status", "well", "Villa Ek")
        kind, told = await anext(stream)
        assert (kind, told["reading"]["power_import_w"]) == ("reading", 1727)
        for _ in range(3):
            await asyncio.sleep(0.01)
            house.live.heard(sample())
            while (await anext(stream))[0] != "reading":
                continue
    await until(lambda: len(house.live.samples) == 0)


async def test_a_status_that_changes_is_told_and_silence_is_filled(client: httpx.AsyncClient, house: House) -> None:
    async with events(client) as stream:
        assert (await anext(stream))[0] == "status"
        assert await anext(stream) == ("comment", ": quiet")
        house.live.becomes(PortStatus(PortState.SILENT, NOW, "silent"))
        while True:
            kind, told = await anext(stream)
            if kind == "status":
                break
    assert (told["state"], told["finding"]) == ("silent", "silent")


async def test_a_stream_ends_after_an_hour(client: httpx.AsyncClient, house: House) -> None:
    async with events(client) as stream:
        await anext(stream)
        await house.clock.advance(LONGEST_S)
        async with asyncio.timeout(5):
            async for kind, _ in stream:
                assert kind == "comment"


async def test_a_reader_that_never_reads_costs_little(house: House) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    async with running(lambda: serving.serve(house.app(), listener)):
        with socket.create_connection(listener.getsockname()) as lazy:
            lazy.sendall(f"GET {URL} HTTP/1.1\r\nHost: hub\r\nAuthorization: {READ['authorization']}\r\n\r\n".encode())
            await until(lambda: len(house.live.samples) == 1)
            for _ in range(50_000):
                house.live.heard(sample_once)
            assert len(house.live.samples) == 1
        await until(lambda: len(house.live.samples) == 0)


sample_once = sample()


async def test_there_is_an_end_to_the_streams(house: House) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    request = f"GET {URL} HTTP/1.1\r\nHost: hub\r\nAuthorization: {READ['authorization']}\r\n\r\n".encode()
    async with running(lambda: serving.serve(house.app(), listener)):
        readers = [socket.create_connection(listener.getsockname()) for _ in range(MOST_STREAMS)]
        for each in readers:
            each.sendall(request)
        await until(lambda: len(house.live.samples) == MOST_STREAMS)
        address = "http://{}:{}".format(*listener.getsockname())
        async with httpx.AsyncClient(base_url=address, headers=READ) as late:
            answer = await late.get(URL)
        assert answer.status_code == 503
        assert answer.json()["remedy"]
        for each in readers:
            each.close()
        await until(lambda: len(house.live.samples) == 0)


async def test_a_server_that_stops_ends_its_streams(house: House) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving_it = asyncio.create_task(serving.serve(house.app(), listener))
    async with httpx.AsyncClient(base_url=address, headers=READ, timeout=10) as client, events(client) as stream:
        assert (await anext(stream))[0] == "status"
        assert await anext(stream) == ("comment", ": quiet")
        serving_it.cancel()
        rest = {kind async for kind, _ in stream}  # the end comes as an end, not as a broken line
        assert rest <= {"comment"}
    await asyncio.wait({serving_it})

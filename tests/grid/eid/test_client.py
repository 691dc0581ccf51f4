"""The client against a server of the tests' own, on a real socket with mutual TLS, which answers anything."""

import asyncio
import logging
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.eid.company import Parties, issue, written
from grid.eid.json_answers import ORDER_REF, anything, complete
from grid.headend.scripted import Act, Peer, drips, floods, hangs_up, is_silent, peer, raw, says
from hanport.errors import ConfigError
from hanport.grid.database.schema import Environment
from hanport.grid.eid import trust
from hanport.grid.eid.answers import Complete, Failed, Pending, Started
from hanport.grid.eid.client import BankID, connect
from hanport.grid.eid.errors import AlertStaff, BankIDError, RetryLater, TellUser
from hanport.grid.eid.requests import Ask
from hanport.grid.identifiers import Number, NumberKind
from hanport.locale import LANGUAGES, text

T = TypeVar("T")
NUMBER = "191212121212"
ASK = Ask(user_ip="192.0.2.7", visible="# Öppna")
STARTED = {"orderRef": ORDER_REF, "autoStartToken": "a-1", "qrStartToken": "q-1", "qrStartSecret": "s-1"}
PENDING = {"orderRef": ORDER_REF, "status": "pending", "hintCode": "userSign"}


@asynccontextmanager
async def bankid(
    parties: Parties, folder: Path, *script: Act, timeout_s: float = 2, **settings: str
) -> AsyncIterator[tuple[BankID, Peer]]:
    """A client, and the server that it talks to."""
    async with peer(*script, ssl=parties.server_context(folder)) as made:
        url = f"https://127.0.0.1:{made.port}/rp/v6.0"
        table = written(folder, parties.company, parties.root.pem, **({"url": url} | settings))
        table = msgspec.structs.replace(table, timeout_s=timeout_s)
        async with connect(table, folder, Environment.TEST) as client:
            yield client, made


async def test_what_goes_out_and_what_comes_back(bankid_parties: Parties, tmp_path: Path) -> None:
    script = [says(200, STARTED), says(200, STARTED), says(200, {"orderRef": "p-1"}), says(200, {"orderRef": "p-2"})]
    script += [says(200, PENDING), says(200, complete()), says(200, {}), says(405)]
    async with bankid(bankid_parties, tmp_path, *script) as (client, made):
        assert await client.auth(ASK) == Started(ORDER_REF, "a-1", "q-1", "s-1")
        assert await client.sign(ASK) == Started(ORDER_REF, "a-1", "q-1", "s-1")
        assert await client.phone_auth(ASK, number=NUMBER, caller="user") == Started("p-1")
        number = Number(NUMBER, NumberKind.PERSON)
        assert await client.phone_sign(ASK, number=number, caller="RP") == Started("p-2")
        assert await client.collect(ORDER_REF) == Pending("userSign")
        assert isinstance(await client.collect(ORDER_REF), Complete)
        await client.cancel(ORDER_REF)
        assert await client.is_alive()
    paths = ["/auth", "/sign", "/phone/auth", "/phone/sign", "/collect", "/collect", "/cancel", "/auth"]
    assert [(asked.method, asked.path) for asked in made.asked] == [
        ("GET" if place == 7 else "POST", f"/rp/v6.0{path}") for place, path in enumerate(paths)
    ]
    for asked in made.asked[:-1]:
        assert asked.headers["content-type"] == "application/json"
        assert asked.headers["user-agent"] == "hanport"
        assert asked.headers["accept-encoding"] == "identity"
    assert "content-type" not in made.asked[-1].headers
    assert made.asked[0].json == {"endUserIp": "192.0.2.7", "userVisibleData": "IyDDlnBwbmE=", "returnRisk": True}
    assert made.asked[2].json["callInitiator"] == "user"
    assert made.asked[3].json["personalNumber"] == NUMBER
    assert [asked.json for asked in made.asked[4:7]] == [{"orderRef": ORDER_REF}] * 3
    assert made.connections == 1  # kept, and used again


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ((400, "alreadyInProgress"), TellUser, "rfa4"),
        ((400, "invalidParameters"), AlertStaff, "error.ours"),
        ((400, "cancelled"), TellUser, "rfa3"),
        ((401, "unauthorized"), AlertStaff, "error.ours"),
        ((403, "unauthorized"), AlertStaff, "error.ours"),
        ((404, "notFound"), AlertStaff, "error.ours"),
        ((405, "methodNotAllowed"), AlertStaff, "error.ours"),
        ((405, ""), AlertStaff, "error.ours"),
        ((408, "requestTimeout"), TellUser, "rfa5"),
        ((415, "unsupportedMediaType"), AlertStaff, "error.ours"),
        ((429, "tooManyRequests"), RetryLater, "rfa5"),
        ((500, "internalError"), TellUser, "rfa5"),
        ((503, "Maintenance"), RetryLater, "rfa5"),
        ((418, "somethingNew"), TellUser, "rfa22"),
        ((302, ""), TellUser, "rfa22"),
    ],
)
async def test_every_error_of_bankid(
    bankid_parties: Parties, tmp_path: Path, answer: tuple[int, str], kind: type[BankIDError], message: str
) -> None:
    status, code = answer
    act = says(status, {"errorCode": code, "details": f"about {NUMBER}"} if code else b"", "text/plain")
    async with bankid(bankid_parties, tmp_path, act) as (client, made):
        for call in calls(client):
            with pytest.raises(kind) as raised:
                await call()
            assert raised.value.message == message
            assert NUMBER not in str(raised.value)
    assert len(made.asked) == 5  # nothing is repeated here


async def test_how_long_to_wait_is_told(bankid_parties: Parties, tmp_path: Path) -> None:
    answer = says(429, {"errorCode": "tooManyRequests"}, "application/json", "RateLimit-Reset: 17")
    async with bankid(bankid_parties, tmp_path, answer) as (client, _):
        with pytest.raises(RetryLater) as raised:
            await client.collect(ORDER_REF)
    assert raised.value.wait_s == 17


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (hangs_up(), "unreachable"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), "unreachable"),
        (raw(b"\x00\x01\x02 nothing like HTTP\r\n\r\n"), "unreachable"),
        (is_silent(), "slow"),
        (drips(0.02), "slow"),
        (floods(), "unreadable"),
        (says(200, b""), "unreadable"),
        (says(200, b"<html>"), "unreadable"),
        (says(200, b"null"), "unreadable"),
        (says(200, {"orderRef": 5}), "unreadable"),
        (says(200, b"x", "application/json", "Content-Encoding: gzip"), "unreadable"),
        (says(200, b'{"orderRef":"' + b"x" * 2_000_000 + b'"}'), "unreadable"),
    ],
)
async def test_an_answer_that_is_none(bankid_parties: Parties, tmp_path: Path, act: Act, code: str) -> None:
    async with bankid(bankid_parties, tmp_path, act, timeout_s=0.2 if code == "slow" else 20) as (client, _):
        for call in calls(client, without_cancel=True):
            with pytest.raises(RetryLater) as raised:
                await call()
            assert raised.value.code == code
            assert raised.value.message == "rfa5"


async def test_a_slow_answer_takes_no_longer_than_was_configured(bankid_parties: Parties, tmp_path: Path) -> None:
    async with bankid(bankid_parties, tmp_path, drips(0.02), timeout_s=0.2) as (client, _):
        begun = time.monotonic()
        with pytest.raises(RetryLater):
            await client.collect(ORDER_REF)
        assert time.monotonic() - begun < 1.5


async def test_nobody_listens(bankid_parties: Parties, tmp_path: Path) -> None:
    url = "https://127.0.0.1:1/rp/v6.0"
    async with bankid(bankid_parties, tmp_path, says(200), url=url) as (client, _):
        with pytest.raises(RetryLater) as raised:
            await client.auth(ASK)
        assert raised.value.code == "unreachable"
        assert not await client.is_alive()


async def test_what_is_wrong_of_ours_is_not_sent(bankid_parties: Parties, tmp_path: Path) -> None:
    async with bankid(bankid_parties, tmp_path, says(200, STARTED)) as (client, made):
        with pytest.raises(AlertStaff, match="endUserIp"):
            await client.auth(Ask(user_ip="nowhere"))
    assert made.asked == []


async def test_only_bankids_own_root_is_trusted(bankid_parties: Parties, tmp_path: Path) -> None:
    another = issue("Another root")
    async with peer(says(200, STARTED), ssl=bankid_parties.server_context(tmp_path)) as made:
        for root, host in ((another, "127.0.0.1"), (bankid_parties.root, "127.0.0.2")):
            url = f"https://{host}:{made.port}/rp/v6.0"
            table = written(tmp_path, bankid_parties.company, root.pem, url=url)
            if host == "127.0.0.2":  # the right server under another name
                async with forwarded(made.port) as port:
                    table = msgspec.structs.replace(table, url=f"https://127.0.0.2:{port}/rp/v6.0")
                    await refused(table, tmp_path, "wrongServer")
            else:
                await refused(table, tmp_path, "wrongServer")
    assert made.asked == []


async def test_a_company_that_bankid_does_not_know(bankid_parties: Parties, tmp_path: Path) -> None:
    stranger = issue("Byns Elnät AB", issue("Bank RP CA of others"))
    for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = bankid_parties.server_context(tmp_path)
        context.maximum_version = newest
        with refusing(context) as port:
            url = f"https://127.0.0.1:{port}/rp/v6.0"
            table = written(tmp_path, stranger, bankid_parties.root.pem, url=url)
            await refused(table, tmp_path, "certificateRefused")


async def test_old_tls_is_not_spoken(bankid_parties: Parties, tmp_path: Path) -> None:
    context = bankid_parties.server_context(tmp_path)
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.minimum_version = ssl.TLSVersion.TLSv1
    async with peer(says(200, STARTED), ssl=context) as made:
        url = f"https://127.0.0.1:{made.port}/rp/v6.0"
        table = written(tmp_path, bankid_parties.company, bankid_parties.root.pem, url=url)
        async with connect(table, tmp_path, Environment.TEST) as client:
            with pytest.raises(BankIDError):
                await client.auth(ASK)
    assert made.asked == []


async def test_no_proxy_of_the_environment_hears_of_it(
    bankid_parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with peer(says(500)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with bankid(bankid_parties, tmp_path, says(200, STARTED)) as (client, made):
            await client.auth(ASK)
    assert (len(proxy.asked), len(made.asked)) == (0, 1)


async def test_to_cancel_what_has_ended_is_no_error(bankid_parties: Parties, tmp_path: Path) -> None:
    script = [says(400, {"errorCode": "invalidParameters"}), says(401, {"errorCode": "unauthorized"})]
    async with bankid(bankid_parties, tmp_path, *script) as (client, _):
        await client.cancel(ORDER_REF)
        with pytest.raises(AlertStaff):
            await client.cancel(ORDER_REF)


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500])
async def test_only_a_get_that_is_not_allowed_is_a_sign_of_life(
    bankid_parties: Parties, tmp_path: Path, status: int
) -> None:
    async with bankid(bankid_parties, tmp_path, says(status)) as (client, _):
        assert not await client.is_alive()


async def test_a_customer_who_leaves_stops_the_call_and_nothing_else(bankid_parties: Parties, tmp_path: Path) -> None:
    async with bankid(bankid_parties, tmp_path, is_silent(), says(200, PENDING), timeout_s=60) as (client, _):
        task = asyncio.create_task(client.collect(ORDER_REF))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await client.collect(ORDER_REF) == Pending("userSign")


async def test_many_at_a_time(bankid_parties: Parties, tmp_path: Path) -> None:
    async with bankid(bankid_parties, tmp_path, says(200, PENDING), timeout_s=20) as (client, made):
        found = await asyncio.gather(*(client.collect(ORDER_REF) for _ in range(80)))
    assert found == [Pending("userSign")] * 80
    assert made.connections <= 50  # the others wait for one of them


async def test_the_log_has_what_helps_and_no_number(
    bankid_parties: Parties, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script = [
        says(400, {"errorCode": "invalidParameters", "details": f"bad {NUMBER}"}),
        says(400, {"errorCode": "alreadyInProgress", "details": "x"}),
    ]
    with caplog.at_level(logging.INFO, "hanport.grid.eid.client"):
        async with bankid(bankid_parties, tmp_path, *script) as (client, _):
            for _ in range(2):
                with pytest.raises(BankIDError):
                    await client.auth(ASK)
    first, second = (record for record in caplog.records if record.name == "hanport.grid.eid.client")
    assert (first.levelname, second.levelname) == ("ERROR", "INFO")
    assert vars(first)["details"] == "bad [masked]"
    assert (vars(first)["call"], vars(first)["code"], vars(first)["status"]) == ("/auth", "invalidParameters", 400)
    assert NUMBER not in str([vars(record) for record in caplog.records])


def test_production_is_spoken_to_at_its_own_address_alone(bankid_parties: Parties, tmp_path: Path) -> None:
    table = written(tmp_path, bankid_parties.company, bankid_parties.root.pem)
    with pytest.raises(ConfigError, match="another certificate than BankID's"):
        connect(table, tmp_path, Environment.PRODUCTION)
    with pytest.raises(ConfigError, match="production address"):
        connect(table, tmp_path, Environment.TEST)
    elsewhere = msgspec.structs.replace(table, url=trust.TEST_URL)
    with pytest.raises(ConfigError, match="production address"):
        connect(elsewhere, tmp_path, Environment.PRODUCTION)


async def test_an_order_of_nobody_else(bankid_parties: Parties, tmp_path: Path) -> None:
    async with bankid(bankid_parties, tmp_path, says(200, complete())) as (client, _):
        with pytest.raises(AlertStaff) as raised:
            await client.collect("another")
    assert raised.value.code == "otherOrder"


@pytest.mark.parametrize("count", [60, pytest.param(2_000, marks=pytest.mark.soak)])
def test_whatever_bankid_answers_the_customer_reads_something(
    bankid_parties: Parties, tmp_path: Path, count: int
) -> None:
    statuses = [200, 200, 200, 400, 401, 500, 503]
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        entered = stack.enter_async_context(bankid(bankid_parties, tmp_path, says(200), timeout_s=20))
        client, made = runner.run(as_coroutine(entered))

        @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.tuples(st.sampled_from(statuses), anything), min_size=1, max_size=8))
        def play(script: list[tuple[int, bytes]]) -> None:
            made.script = [says(status, body) for status, body in script]
            runner.run(through(len(script)))

        async def through(times: int) -> None:
            for place in range(times):
                found = await outcome(calls(client)[place % 5])
                if isinstance(found, BankIDError):
                    assert all(text("bankid", found.message, language) for language in LANGUAGES)
                else:
                    assert isinstance(found, Started | Pending | Failed | Complete)

        try:
            play()
        finally:
            runner.run(stack.aclose())


async def as_coroutine(entered: Awaitable[T]) -> T:
    return await entered


async def outcome(call: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await call()
    except BankIDError as error:
        return error


async def refused(table: Any, folder: Path, code: str) -> None:
    async with connect(table, folder, Environment.TEST) as client:
        with pytest.raises(AlertStaff) as raised:
            await client.auth(ASK)
        assert raised.value.code == code
        assert not await client.is_alive()


@contextmanager
def refusing(context: ssl.SSLContext) -> Iterator[int]:
    """A server that says why it does not take a certificate (asyncio's hangs up without), and then hears it out: where
    something is left unread, the word is lost on the way.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        is_over = threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                with suppress(TimeoutError):
                    refuse(*listener.accept())

        def refuse(connection: socket.socket, _: object) -> None:
            connection.settimeout(2)
            with connection.dup() as rest:
                with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(1)
                rest.shutdown(socket.SHUT_WR)
                with suppress(OSError):
                    while rest.recv(65_536):
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            is_over.set()
            thread.join()


def calls(client: BankID, *, without_cancel: bool = False) -> list[Callable[[], Awaitable[Any]]]:
    """Each call of the API that can fail in any way."""
    all_of_them: list[Callable[[], Awaitable[Any]]] = [
        lambda: client.auth(ASK),
        lambda: client.sign(ASK),
        lambda: client.phone_sign(ASK, number=NUMBER, caller="RP"),
        lambda: client.collect(ORDER_REF),
        lambda: client.phone_auth(ASK, number=NUMBER, caller="user"),
    ]
    return all_of_them[: 3 if without_cancel else None]


@asynccontextmanager
async def forwarded(port: int) -> AsyncIterator[int]:
    """The same server at 127.0.0.2: its certificate does not have that name."""
    pumps: list[asyncio.Task[None]] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        pumps.extend((asyncio.create_task(pump(reader, back)), asyncio.create_task(pump(there, writer))))

    server = await asyncio.start_server(connected, "127.0.0.2", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        await server.wait_closed()

"""Whatever is sent to whatever page, by whomever: an answer that says what to do, and never a mistake of ours."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.web.every_page import EveryPage, every_page
from grid.web.scene import Scene

T = TypeVar("T")
# Fields and queries of all forms, and one that is in none.
NAMES = (
    *(
        "act",
        "app",
        "answer",
        "again",
        "before",
        "check",
        "code",
        "codes",
        "days",
        "document",
        "done",
        "en",
        "expected",
    ),
    *(
        "facilities",
        "facility",
        "form",
        "how",
        "id",
        "ids",
        "kind",
        "language",
        "maker",
        "matter",
        "meter_serial",
        "model",
    ),
    *("name", "next", "nonce", "number", "on_behalf_of", "once", "order", "page", "password", "planned", "price", "q"),
    *("reason", "role", "roles", "scopes", "secret", "serial", "size", "state", "subject", "sv", "terms", "theme"),
    *("upload", "until", "view", "wanted", "way", "word", "works", "x"),
)
ODD = (
    *("", " ", "\x00", "a\x00b", "\ud7ff", "\u202e", '’"><script>odd()</script>', "' OR 1=1 --", "%s%n{0}{{7*7}}"),
    *(
        "-1",
        "0",
        "1",
        "9" * 20,
        "9" * 400,
        "1e309",
        "NaN",
        "٣",
        "²",
        "²³",
        "½",
        "2026-02-30",
        "9999-12-31",
        "0000-00-00",
    ),
    *(
        "yes",
        "on",
        "qr",
        "same_device",
        "session",
        "save",
        "preview",
        "open",
        "close",
        "restart",
        "sign_in",
        "see",
        "desk",
    ),
    *(
        "19121212-1212",
        "735999000000000013",
        "735 999 000 000 000 013",
        "../../etc/passwd",
        "//evil.example",
        "a" * 9000,
    ),
    *("<a href=x>", "[x](javascript:alert(1))", "🦌" * 50, "İ", "ß", "\r\nset-cookie: a=b", "a,b,,c", ",", "[]", "{}"),
)
FIELDS_TRIED, ADDRESSES_TRIED = 100, 60  # for each who comes
VALUES = st.one_of(st.sampled_from(ODD), st.text(max_size=60))
FIELDS = st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=12)), VALUES, max_size=8)


@dataclass
class Fuzzed:
    """The site in a loop of its own, since hypothesis calls plain functions; a browser for each who comes."""

    loop: asyncio.AbstractEventLoop
    every: EveryPage
    browsers: dict[str, httpx.AsyncClient]

    def run(self, awaited: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(awaited)

    def targets(self) -> list[tuple[str, str]]:
        """A method and an address for each route; whoever logs out could do no more."""
        return [
            (method, self.every.address(route))
            for method, route in self.every.routes()
            if not route.path.endswith(("/logout", "/events"))
        ]


@pytest.fixture
def fuzzed(quick: Scene, authority: Path) -> Iterator[Fuzzed]:
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()

    async def begin() -> Fuzzed:
        every = await stack.enter_async_context(every_page(quick, authority))
        browsers = {who: every.browser(secret) for who, secret in every.secrets().items() if who != "reader"}
        for client in browsers.values():
            await stack.enter_async_context(client)
        return Fuzzed(loop, every, browsers)

    yield loop.run_until_complete(begin())
    loop.run_until_complete(stack.aclose())
    loop.close()


def is_fine(answer: httpx.Response) -> bool:
    said = answer.text
    is_answer = answer.status_code < 500 or answer.status_code == 503
    return is_answer and "Traceback" not in said and "<script>odd" not in said


@pytest.mark.parametrize("who", ["nobody", "customer", "all roles"])
def test_odd_fields_and_queries(fuzzed: Fuzzed, who: str) -> None:
    client, targets = fuzzed.browsers[who], fuzzed.targets()

    @settings(max_examples=FIELDS_TRIED, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(targets), FIELDS, FIELDS)
    def ask(target: tuple[str, str], query: dict[str, str], fields: dict[str, str]) -> None:
        method, address = target
        sent = {"once": "t", **fields} if method == "POST" else None
        answer = fuzzed.run(client.request(method, address, params=query, data=sent))
        assert is_fine(answer), (answer.status_code, method, str(answer.url)[:300], sent)

    ask()


@pytest.mark.parametrize("who", ["nobody", "customer", "all roles"])
def test_odd_queries_with_every_name_at_once(fuzzed: Fuzzed, who: str) -> None:
    chance = Random(1912)
    for method, address in fuzzed.targets():
        for _ in range(4 if method == "GET" else 0):
            query = {name: chance.choice(ODD) for name in NAMES}
            query = {name: value for name, value in query.items() if len(value) < 1000 and value.isprintable()}
            answer = fuzzed.run(fuzzed.browsers[who].get(address, params=query))
            assert is_fine(answer), (answer.status_code, str(answer.url))


PARTS = st.one_of(st.sampled_from(ODD), st.text(min_size=1, max_size=40)).filter(
    lambda text: text not in ("", ".", "..")
)


@pytest.mark.parametrize("who", ["nobody", "customer", "all roles"])
def test_odd_addresses(fuzzed: Fuzzed, who: str) -> None:
    routes = [(method, route) for method, route in fuzzed.every.routes() if "{" in route.path]
    client = fuzzed.browsers[who]

    @settings(max_examples=ADDRESSES_TRIED, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(routes), st.lists(PARTS, min_size=2, max_size=2))
    def ask(target: tuple[str, Any], parts: list[str]) -> None:
        method, route = target
        address, left = route.path, list(parts)
        for name in route.param_convertors:
            for written in (f"{{{name}}}", f"{{{name}:int}}", f"{{{name}:path}}"):
                address = address.replace(written, httpx.QueryParams({"x": left[0]}).__str__()[2:].replace("+", "%20"))
            left = left[1:] or parts
        answer = fuzzed.run(client.request(method, address, data={"once": "t"} if method == "POST" else None))
        assert is_fine(answer), (answer.status_code, method, address[:300])

    ask()


BODIES = [
    (b"", "multipart/form-data"),
    (b"", "multipart/form-data; boundary="),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\ny\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\ny\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
    (b"\xff\xfe=\xff", "application/x-www-form-urlencoded"),
    (b"%", "application/x-www-form-urlencoded"),
    (b"a=%ff%fe&once=%00", "application/x-www-form-urlencoded"),
    (b"&" * 5000, "application/x-www-form-urlencoded"),
    (b"a=1&" * 500, "application/x-www-form-urlencoded; charset=utf-16"),
    (b'{"once": 1}', "application/json"),
    (b"x", ""),
    (b"x", "text/\xff"),
]


def test_odd_bodies(fuzzed: Fuzzed) -> None:
    """Each address takes some of them, in turn."""
    bodies = cycle(BODIES)
    for address in [address for method, address in fuzzed.targets() if method == "POST"]:
        client = fuzzed.browsers["all roles" if address.startswith("/staff") else "customer"]
        for content, kind in islice(bodies, 5):
            headers = {b"content-type": kind.encode("latin-1")} if kind else {}
            answer = fuzzed.run(client.post(address, content=content, headers=headers))
            assert is_fine(answer), (answer.status_code, address, content[:40], kind)

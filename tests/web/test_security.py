"""Attacks on the guard: requests of other sites, names of other sites, bodies without end."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from hanport.web.security import Guard, Policy, TooLarge, is_own_host

HOSTS = frozenset({"localhost", "hub", "hub.local"})


async def refuse(request: Request, status: int, reason: str) -> Response:
    return PlainTextResponse(reason, status)


async def take(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def stream(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    return StreamingResponse(pieces())


async def too_large(request: Request, error: Exception) -> Response:
    return PlainTextResponse("size", 413)


def client() -> httpx.AsyncClient:
    policy = Policy(hosts=lambda: HOSTS, refuse=refuse, body_limit=1000, large=frozenset({"/large"}), large_limit=5000)
    app = Starlette(
        routes=[
            Route("/", take, methods=["GET", "POST"]),
            Route("/large", take, methods=["POST"]),
            Route("/s", stream),
        ],
        middleware=[Middleware(Guard, policy)],
        exception_handlers={TooLarge: too_large},
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub:8480")


async def test_every_answer_says_what_a_browser_may_do_with_it() -> None:
    async with client() as c:
        for answer in (await c.get("/"), await c.get("/s"), await c.get("/", headers={"host": "evil.example"})):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert "permissions-policy" in answer.headers
            assert "strict-transport-security" not in answer.headers
        assert "strict-transport-security" in (await c.get("https://hub/")).headers


async def test_a_site_behind_tls_of_others_takes_every_request_for_one_by_tls() -> None:
    async def tell(request: Request) -> Response:
        return PlainTextResponse(request.url.scheme)

    for is_secure, scheme in ((True, "https"), (False, "http")):
        policy = Policy(hosts=lambda: HOSTS, refuse=refuse, is_secure=is_secure)
        app = Starlette(routes=[Route("/", tell)], middleware=[Middleware(Guard, policy)])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub") as c:
            claims = {"x-forwarded-proto": "https" if scheme == "http" else "http"}
            answer = await c.get("/", headers=claims)
        assert answer.text == scheme
        assert ("strict-transport-security" in answer.headers) == is_secure


@pytest.mark.parametrize(("camera", "said"), [(False, "camera=()"), (True, "camera=(self)")])
async def test_only_a_site_that_needs_the_camera_may_ask_for_it(camera: bool, said: str) -> None:
    policy = Policy(hosts=lambda: HOSTS, refuse=refuse, camera=camera)
    app = Starlette(routes=[Route("/", take)], middleware=[Middleware(Guard, policy)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub:8480") as c:
        said_of = (await c.get("/")).headers["permissions-policy"].split(", ")
    assert said in said_of
    assert "microphone=()" in said_of


OWN = {"origin": "http://hub:8480"}
ATTACKS = [
    {},  # neither header: no browser
    {"origin": "http://evil.example"},
    {"origin": "http://hub"},  # another port of the same machine is another site
    {"origin": "http://hub:8480.evil.example"},
    {"origin": "http://evil.example#http://hub:8480"},
    {"origin": "null"},  # a sandboxed frame
    {"origin": "file://"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"origin": "http://hub:8480", "sec-fetch-site": "cross-site"},
    {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
    {"referer": "http://hub:8480/"},  # can be left out, so proves nothing
]


@pytest.mark.parametrize("headers", ATTACKS, ids=str)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "FOO"])
async def test_a_form_of_another_site_is_refused(headers: dict[str, str], method: str) -> None:
    async with client() as c:
        answer = await c.request(method, "/", headers=headers)
    assert (answer.status_code, answer.text) == (403, "origin")


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("/", OWN),
        ("/", {"origin": "http://HUB:8480"}),
        ("/", OWN | {"sec-fetch-site": "same-origin"}),
        ("/", {"sec-fetch-site": "same-origin"}),
        ("http://hub/", {"origin": "http://hub"}),
        ("https://hub/", {"origin": "https://hub"}),
        ("http://hub/", {"origin": "https://hub"}),  # a proxy in front speaks TLS
        ("http://[::1]:8480/", {"origin": "http://[::1]:8480"}),
    ],
)
async def test_a_form_of_our_own_is_taken(url: str, headers: dict[str, str]) -> None:
    async with client() as c:
        assert (await c.post(url, headers=headers, content=b"abc")).text == "3"


@pytest.mark.parametrize(
    "host",
    [
        "hub",
        "HUB:8480",
        "hub.local",
        "hub.local.",
        "localhost:1",
        "192.168.1.20",
        "10.0.0.1:80",
        "[::1]:8480",
        "[fe80::1%eth0]",
    ],
)
def test_our_own_names_and_all_addresses_are_ours(host: str) -> None:
    assert is_own_host(host, HOSTS)


@pytest.mark.parametrize(
    "host", ["evil.example", "hub.evil.example", "evilhub", "", "127.0.0.1.evil.example", "[hub", "1.2.3", "0x7f000001"]
)
async def test_a_name_that_was_pointed_at_us_is_refused(host: str) -> None:
    assert not is_own_host(host, HOSTS)
    async with client() as c:
        answer = await c.get("/", headers={"host": host})
    assert (answer.status_code, answer.text) == (421, "host")


async def test_a_large_body_is_refused_by_its_length_and_by_what_comes() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    async with client() as c:
        assert (await c.post("/", headers=OWN, content=b"x" * 1000)).text == "1000"
        assert (await c.post("/", headers=OWN, content=b"x" * 1001)).status_code == 413
        assert (await c.post("/", headers=OWN, content=endless())).status_code == 413
        assert (await c.post("/large", headers=OWN, content=b"x" * 5000)).text == "5000"
        assert (await c.post("/large", headers=OWN, content=endless())).status_code == 413
        for length in ("-1", "1e3", "9" * 400, ""):
            assert (await c.post("/", headers=OWN | {"content-length": length}, content=b"x")).status_code == 413


async def test_no_websocket_passes_by_the_check_of_origins() -> None:
    called: list[str] = []

    async def app(scope: object, receive: object, send: object) -> None:
        called.append("app")

    guard = Guard(app, Policy(hosts=lambda: HOSTS, refuse=refuse))

    async def never() -> dict[str, object]:
        return {}

    async def nothing(message: object) -> None:
        called.append("sent")

    await guard({"type": "websocket"}, never, nothing)
    assert called == []
    await guard({"type": "lifespan"}, never, nothing)
    assert called == ["app"]

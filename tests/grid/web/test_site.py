"""The site as a whole: what stands in its headers, whom it refuses and how, and what is the API's."""

import re
from collections.abc import Sequence

import msgspec
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from grid.web.scene import ADDRESS, Scene, browser, seen
from hanport.errors import HanportError
from hanport.grid.config import LimitsTable
from hanport.grid.database.identity_tables import session
from hanport.grid.database.schema import Environment
from hanport.grid.web.parts import WebParts
from hanport.grid.web.site import make_site, with_api
from hanport.web.shell import Shell

PAGES = ["/", "/meters", "/help", "/terms", "/identify", "/staff/login", "/nowhere"]


async def echo(request: Request) -> Response:
    return PlainTextResponse(str((await request.form()).get("x", "none")))


async def breaks(request: Request) -> Response:
    raise RuntimeError("a mistake of ours")


async def locked(request: Request) -> Response:
    raise HanportError("The disk is full.", "Make room.")


def extra(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """Pages that echo, break, and cannot."""
    return [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/breaks", breaks),
        Route("/locked", locked),
    ]


def with_extra(scene: Scene) -> Starlette:
    return make_site(scene.parts, more=[extra])


async def test_no_page_has_script_or_style_within_it_or_loads_from_elsewhere(quick: Scene) -> None:
    async with browser(quick.app()) as client:
        pages = [await client.get(path) for path in PAGES]
    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page.text), page.url
        assert not re.search(r"""<(?:script|link|img)[^>]*(?:src|href)=["'](?:https?:)?//""", page.text), page.url


async def test_the_headers_of_a_page(quick: Scene) -> None:
    async with browser(quick.app()) as client:
        for path in PAGES:
            headers = (await client.get(path)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert "strict-transport-security" not in headers
    async with browser(quick.app(), address="https://localhost:8490") as client:
        assert (await client.get("/")).headers["strict-transport-security"].startswith("max-age=31536000")


async def test_behind_a_proxy_that_speaks_tls_all_is_as_with_tls(quick: Scene) -> None:
    async with browser(with_extra(quick.behind("https://han.example"))) as client:
        for path in (*PAGES, "/static/none.css", "/breaks", "/locked"):
            strict = (await client.get(path)).headers["strict-transport-security"]
            assert strict == "max-age=31536000; includeSubDomains", path
        foreign = await client.get("/", headers={"host": "evil.example"})
        assert "strict-transport-security" in foreign.headers
        for choice in ({"language": "en"}, {"theme": "dark"}):
            answer = await client.post(f"/{next(iter(choice))}", data=choice)
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-hanport_grid_") and "Secure" in cookie and "Path=/" in cookie


async def test_all_files_of_a_page_are_there(quick: Scene) -> None:
    async with browser(quick.app()) as client:
        page = await client.get("/")
        addresses = re.findall(r"""<(?:script|link|img)[^>]*(?:src|href)="([^"]+)""", page.text)
        assert "/face.css" in addresses
        assert len(addresses) >= 5
        for address in addresses:
            assert (await client.get(address)).status_code == 200, address


async def test_a_page_of_another_site_cannot_act(quick: Scene) -> None:
    async with browser(with_extra(quick), quick.customer_session(quick.town.person())) as client:
        for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
            answer = await client.post("/echo", data={"x": "hit"}, headers=headers)
            assert answer.status_code == 403
            assert "hit" not in answer.text
            assert "Begäran kom från en annan sida" in answer.text
        assert (await client.post("/echo", data={"x": "own"})).text == "own"


async def test_whoever_is_refused_at_the_gate_stands_in_the_log(quick: Scene, caplog: pytest.LogCaptureFixture) -> None:
    quick.config = msgspec.structs.replace(quick.config, limits=LimitsTable(requests=1))
    async with browser(with_extra(quick)) as client:
        await client.post("/echo", headers={"origin": "http://evil.example"})
        await client.get("/echo", headers={"host": "evil.example"})
        await client.post("/echo", content=b"x" * (64 * 1024 + 1))
        for _ in range(2):
            await client.get("/meters")
    refused = [vars(each) for each in caplog.records if each.getMessage() == "request refused"]
    assert [each["reason"] for each in refused] == ["origin", "host", "size", "too_many"]
    assert {each["levelname"] for each in refused} == {"WARNING"}


async def test_a_name_that_was_pointed_at_us_shows_nothing(quick: Scene) -> None:
    async with browser(quick.app()) as client:
        for name in ("evil.example", "localhost.evil.example"):
            answer = await client.get("/", headers={"host": name})
            assert answer.status_code == 421
            assert "Fel adress" in answer.text


async def test_the_public_name_is_ours(quick: Scene) -> None:
    async with browser(quick.behind("https://HAN.example").app()) as client:
        for name in ("han.example", "localhost:8490", "192.0.2.1"):
            assert (await client.get("/", headers={"host": name})).status_code == 200
        assert (await client.get("/", headers={"host": "other.example"})).status_code == 421


async def test_a_body_has_a_bound(quick: Scene) -> None:
    async with browser(with_extra(quick)) as client:
        answer = await client.post("/echo", content=b"x" * (64 * 1024 + 1))
        assert answer.status_code == 413
        assert "Det är för mycket" in answer.text


async def test_what_goes_wrong_is_said_in_the_companys_frame(quick: Scene) -> None:
    async with browser(with_extra(quick), language="en") as client:
        for path, status, says in [
            ("/nowhere", 404, "There is no such page"),
            ("/locked", 503, "That is not possible right now"),
            ("/breaks", 500, "Something went wrong here"),
        ]:
            answer = await client.get(path)
            assert answer.status_code == status
            assert says in answer.text
            assert "Fjällby Elnät" in answer.text
            assert "a mistake of ours" not in answer.text
            assert "hub" not in answer.text.replace("hanport", "").replace("hub_", "")
            assert "content-security-policy" in answer.headers
        data = await client.get("/nowhere", headers={"accept": "application/json"})
        assert data.json()["title"] == "There is no such page"
        assert (await client.post("/")).status_code == 405


async def test_a_customer_is_named_and_can_leave_on_every_page(quick: Scene) -> None:
    page = await seen(quick, secret=quick.customer_session(quick.town.person(), "Eva <Ek>"))
    assert "Inloggad: Eva &lt;Ek&gt;" in page
    assert '<form method="post" action="/logout">' in page
    assert 'action="/logout"' not in await seen(quick)


async def test_a_test_service_says_so_and_is_not_found(quick: Scene) -> None:
    page = await seen(quick)
    assert "<strong>TEST</strong>" in page
    assert '<meta name="robots" content="noindex">' in page
    quick = Scene(quick.database, quick.clock, quick.folder)
    quick.config = msgspec.structs.replace(quick.config, environment=Environment.PRODUCTION)
    page = await seen(quick)
    assert "TEST" not in page
    assert "noindex" not in page
    assert '<meta name="description" content="Beställ' in page
    assert "noindex" in await seen(quick, "/identify")


async def test_the_language_is_switched_and_kept_with_the_session(quick: Scene) -> None:
    secret = quick.visitor_session()
    async with browser(quick.app(), secret) as client:
        assert '<html lang="sv">' in (await client.get("/")).text
        answer = await client.post("/language", data={"language": "en", "next": "/help"})
        assert answer.headers["location"] == "/help"
        assert '<html lang="en">' in (await client.get("/help")).text
    with quick.database.reading() as connection:
        assert connection.execute(select(session.c.language)).scalar_one() == "en"
    async with browser(quick.app(), language="de") as client:  # neither: the company's
        assert '<html lang="sv">' in (await client.get("/")).text


def answering(name: str) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(name)(scope, receive, send)

    return app


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("/", "site"),
        ("/api/v1/orders", "api"),
        ("/api", "site"),
        ("/apis/", "site"),
        ("/health/live", "api"),
        ("/healthy", "site"),
        ("/metrics", "api"),
        ("/metrics2", "site"),
    ],
)
async def test_what_is_the_apis(path: str, whose: str) -> None:
    async with browser(with_api(answering("site"), answering("api"))) as client:
        assert (await client.get(path)).text == whose


async def test_a_slash_too_many_is_another_page(quick: Scene) -> None:
    async with browser(make_site(quick.parts)) as client:
        assert (await client.get("/help/")).status_code == 404
        assert client.base_url == ADDRESS

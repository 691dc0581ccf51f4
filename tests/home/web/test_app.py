"""The app as a whole: who may see what, what stands in its headers, and how it says no."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hanport.home.accounts import Role
from hanport.home.config import HomeConfig, HubTable, WebTable
from hanport.home.store.errors import StoreError
from hanport.home.values import PortState, PortStatus
from hanport.home.web.app import names_of_machine
from home.web.scene import ADDRESS, START, Scene, browser, log_in


async def echo(request: Request) -> Response:
    return PlainTextResponse(str((await request.form()).get("x", "none")))


async def breaks(request: Request) -> Response:
    raise RuntimeError("a mistake of ours")


async def locked(request: Request) -> Response:
    raise StoreError("The database is locked by another program.", "End that program.")


EXTRA = [
    Route("/api/v1/echo", echo, methods=["GET", "POST"]),
    Route("/breaks", breaks),
    Route("/locked", locked),
    Route("/echo", echo, methods=["GET", "POST"]),
]


@pytest.fixture
async def open_hub(hub: Scene) -> Scene:
    hub.extra_routes = EXTRA
    await hub.user()
    await hub.user("Adam", Role.VIEWER)
    return hub


async def test_nobody_sees_a_page_without_login(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        for path in ("/", "/echo", "/breaks", "/account", "/settings", "/status", "/no-such"):
            answer = await c.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path
        assert (await c.get("/echo?a=1&b=2")).headers["location"] == "/login?next=%2Fecho%3Fa%3D1%26b%3D2"
        assert (await c.post("/echo", data={"x": "1"})).status_code == 401
        script = await c.get("/echo", headers={"accept": "application/json"})
        assert (script.status_code, script.json()["error"]) == (401, "login")


@pytest.mark.parametrize("cookie", ["x", "' OR 1=1", "%00", "a" * 4000])
async def test_a_made_up_session_opens_nothing(open_hub: Scene, cookie: str) -> None:
    async with browser(open_hub.app()) as c:
        answer = await c.get("/echo", headers={"cookie": f"hanport_home_session={cookie}"})
    assert answer.status_code == 303


async def test_what_asks_for_tokens_of_its_own_needs_no_login(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        assert (await c.get("/api/v1/echo")).text == "none"
        assert (await c.post("/api/v1/echo", headers={"origin": "http://evil.example"})).status_code == 403


async def test_the_answer_after_login_and_its_headers(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        await log_in(c)
        assert (await c.get("/echo")).text == "none"
        page = await c.get("/account")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert '<html lang="en">' in page.text


async def test_no_page_has_script_or_style_within_it_or_loads_from_elsewhere(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        pages = [await c.get("/login")]
        await log_in(c)
        pages += [await c.get("/account"), await c.get("/no-such")]
    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page.text)
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page.text)


async def test_all_static_files_of_a_page_are_there_without_login(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        page = await c.get("/login")
        addresses = re.findall(r"""(?:src|href)="(/static/[^"]+)""", page.text)
        assert len(addresses) >= 3
        for address in addresses:
            assert (await c.get(address)).status_code == 200


async def test_a_page_of_another_site_cannot_act_with_our_cookie(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        await log_in(c)
        for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
            answer = await c.post("/echo", data={"x": "hit"}, headers=headers)
            assert answer.status_code == 403
            assert "hit" not in answer.text
            assert "another place" in answer.text
        assert (await c.post("/echo", data={"x": "own"})).text == "own"


async def test_a_name_that_was_pointed_at_us_shows_nothing(open_hub: Scene) -> None:
    open_hub.config = HomeConfig(hub=HubTable(name="Villa Hemlig"))
    async with browser(open_hub.app()) as c:
        await log_in(c)
        answer = await c.get("/echo", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "Hemlig" not in answer.text
    assert "name" in answer.text


async def test_names_of_a_proxy_are_ours_when_the_settings_say_so(open_hub: Scene) -> None:
    open_hub.config = HomeConfig(web=WebTable(hosts=("El.Example",)))
    async with browser(open_hub.app(), address="http://el.example") as c:
        assert (await c.get("/login")).status_code == 200
    assert "localhost" in names_of_machine()
    assert any(name.endswith(".local") for name in names_of_machine())


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/no-such", 404, "There is no such page"),
        ("/breaks", 500, "Something went wrong in the hub"),
        ("/locked", 503, "The database is locked by another program."),
    ],
)
async def test_an_error_says_what_to_do_in_both_languages(open_hub: Scene, path: str, status: int, says: str) -> None:
    async with browser(open_hub.app()) as c:
        await log_in(c)
        page = await c.get(path)
        swedish = await c.get(path, headers={"accept-language": "sv"})
        data = await c.get(path, headers={"accept": "application/json"})
    assert page.status_code == swedish.status_code == data.status_code == status
    assert says in page.text
    assert '<html lang="sv">' in swedish.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "mistake of ours" not in page.text.replace("That is a mistake of ours", "")
    assert says in data.json()["title"] + data.json()["text"]
    assert data.json()["remedy"]


async def test_other_methods_and_too_much_are_refused_with_a_page(open_hub: Scene) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x=" + b"y" * 10_000

    async with browser(open_hub.app()) as c:
        await log_in(c)
        assert (await c.post("/account")).status_code == 405
        form = {"content-type": "application/x-www-form-urlencoded"}
        answer = await c.post("/echo", content=endless(), headers=form)
        assert (answer.status_code, "too much" in answer.text) == (413, True)


async def test_the_store_being_unreachable_is_said_and_lets_nobody_in(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        await log_in(c)
        await open_hub.store.close()
        answer = await c.get("/echo")
    assert answer.status_code == 503
    assert "The store is closed." in answer.text


async def test_the_language_is_the_users_then_the_browsers_then_that_of_the_house(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        assert '<html lang="en">' in (await c.get("/login")).text
        assert '<html lang="sv">' in (await c.get("/login", headers={"accept-language": "de"})).text
        await c.post("/language", data={"language": "sv"})
        assert '<html lang="sv">' in (await c.get("/login")).text
        await log_in(c)
        await c.post("/language", data={"language": "en"})
    async with browser(open_hub.app()) as other:
        await log_in(other)
        page = await other.get("/account", headers={"accept-language": "sv"})
    assert '<html lang="en">' in page.text
    assert "Your account" in page.text


async def test_the_theme_stands_in_the_page(open_hub: Scene) -> None:
    async with browser(open_hub.app()) as c:
        assert "data-theme" not in (await c.get("/login")).text
        await c.post("/theme", data={"theme": "dark"})
        assert 'data-theme="dark"' in (await c.get("/login")).text


@pytest.mark.parametrize(
    ("state", "since", "level", "says"),
    [
        (PortState.WELL, START, "well", "heard as it should"),
        (PortState.STARTING, START, "quiet", "Listening"),
        (PortState.ILL, START, "warn", "something has to be done"),
        (PortState.SILENT, START - timedelta(hours=1), "bad", "silent since 12:00"),
        (PortState.LOST, START - timedelta(days=2), "bad", "since 23 Nov 2026 13:00"),
    ],
)
async def test_every_page_says_how_the_port_does(
    open_hub: Scene, state: PortState, since: datetime, level: str, says: str
) -> None:
    open_hub.live.becomes(PortStatus(state, since))
    async with browser(open_hub.app()) as c:
        assert 'class="status status-none"' in (await c.get("/login")).text  # not to strangers
        await log_in(c)
        page = (await c.get("/account")).text
    assert f'class="status status-{level}"' in page
    assert says in page


async def test_names_are_shown_as_text(hub: Scene) -> None:
    hub.config = HomeConfig(hub=HubTable(name="<b onclick=x>&'\""))
    await hub.user("<script>alert(1)</script>")
    async with browser(hub.app()) as c:
        await log_in(c, "<script>alert(1)</script>")
        page = (await c.get("/account")).text
    assert "<script>alert" not in page
    assert "<b onclick" not in page
    assert "&lt;script&gt;" in page


async def test_under_tls_cookies_stay_there(open_hub: Scene) -> None:
    address = ADDRESS.replace("http:", "https:")
    async with browser(open_hub.app(), address=address) as c:
        answer = await log_in(c)
    cookie = answer.headers["set-cookie"].lower()
    assert "secure" in cookie
    assert "strict-transport-security" in answer.headers


def cookies_of(answer: httpx.Response) -> list[str]:
    return [header.partition("=")[0] for header in answer.headers.get_list("set-cookie")]


async def test_cookies_carry_the_name_of_the_hub(open_hub: Scene) -> None:
    """Cookies are shared by all ports of a machine: the network company's service has other names."""
    async with browser(open_hub.app()) as c:
        answers = [await log_in(c), await c.post("/theme", data={"theme": "dark"})]
        answers.append(await c.post("/language", data={"language": "sv"}))
    names = [name for answer in answers for name in cookies_of(answer)]
    assert names == ["hanport_home_session", "hanport_home_theme", "hanport_home_language"]

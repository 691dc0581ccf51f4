"""Language and theme: chosen without login and without scripts, kept in cookies, and never a way to another site."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hanport.web.preferences import Preferences, accepted_language, local_path


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("en-GB,en;q=0.9,sv;q=0.8", "en"),
        ("de,en;q=0.5,sv;q=0.7", "sv"),
        ("SV", "sv"),
        ("sv;q=0,en;q=0.1", "en"),
        ("de, fr", None),
        ("sv;q=much", None),
        ("", None),
        ("," * 5000, None),
    ],
)
def test_the_language_that_a_browser_takes(header: str, language: str | None) -> None:
    assert accepted_language(header) == language


@pytest.mark.parametrize("path", ["/", "/history?day=2026-01-01", "/å"])
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/\t/evil.example",
        "/\n/evil.example",
        "/" + "a" * 3000,
    ],
)
def test_a_path_to_elsewhere_leads_to_the_first_page(path: str) -> None:
    assert local_path(path) == "/"


def site(chosen: list[str]) -> httpx.AsyncClient:
    async def note(request: Request, language: str) -> None:
        chosen.append(language)

    preferences = Preferences("test", note)

    async def show(request: Request) -> Response:
        language = preferences.language(request, request.query_params.get("user"), "sv")
        return PlainTextResponse(f"{language} {preferences.theme(request)}")

    app = Starlette(routes=[Route("/", show), *preferences.routes()])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub")


async def test_a_choice_is_kept() -> None:
    chosen: list[str] = []
    async with site(chosen) as client:
        assert (await client.get("/", headers={"accept-language": "de"})).text == "sv auto"
        answer = await client.post("/language", data={"language": "en", "next": "/?x=1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?x=1")
        assert "httponly" in answer.headers["set-cookie"].lower()
        assert "secure" not in answer.headers["set-cookie"].lower()
        await client.post("/theme", data={"theme": "dark"})
        assert (await client.get("/", headers={"accept-language": "sv"})).text == "en dark"
        assert (await client.get("/?user=sv")).text == "sv dark"  # what a user has set goes before
    assert chosen == ["en"]


async def test_what_is_no_choice_is_refused_and_elsewhere_is_not_gone_to() -> None:
    async with site([]) as client:
        assert (await client.post("/language", data={"language": "fr"})).status_code == 400
        assert (await client.post("/theme", data={})).status_code == 400
        answer = await client.post("/theme", data={"theme": "dark", "next": "//evil.example"})
        assert answer.headers["location"] == "/"
        client.cookies.set("test_theme", '"><script>')
        assert (await client.get("/")).text == "sv auto"


async def test_under_tls_the_cookie_stays_there() -> None:
    async with site([]) as client:
        answer = await client.post("https://hub/theme", data={"theme": "light"})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-test_theme=light;")
        assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
        assert (await client.get("https://hub/")).text == "sv light"
        planted = {"cookie": "test_theme=dark"}  # by somebody on a plain connection
        assert (await client.get("https://hub/", headers=planted)).text == "sv auto"

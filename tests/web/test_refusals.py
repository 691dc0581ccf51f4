"""Pages that say no."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanport.errors import ConfigError
from hanport.web.refusals import exception_handlers
from hanport.web.security import TooLarge
from hanport.web.shell import Brand, Frame, Shell

RAISED: dict[str, Exception] = {
    "404": HTTPException(404),
    "418": HTTPException(418),
    "502": HTTPException(502),
    "429": HTTPException(429, headers={"retry-after": "7"}),
    "403": HTTPException(403),
    "owner": HTTPException(403, "owner"),
    "413": TooLarge(),
    "hub": ConfigError("The disk is full.", "Make room."),
    "500": RuntimeError("a secret detail"),
}


def visit() -> httpx.AsyncClient:
    shell = Shell(Frame(brand=lambda: Brand("Torpet"), catalogs=("web",), cookie_prefix="test"))

    async def fail(request: Request) -> Response:
        raise RAISED[request.path_params["what"]]

    app = Starlette(routes=[Route("/{what}", fail)], exception_handlers=exception_handlers(shell))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://hub", headers={"accept": "text/html"})


@pytest.mark.parametrize(
    ("what", "status", "english", "swedish"),
    [
        ("404", 404, "There is no such page", "Sidan finns inte"),
        ("418", 418, "That could not be understood", "Det gick inte att förstå"),
        ("502", 502, "Something went wrong in the hub", "Något gick fel i hubben"),
        ("429", 429, "Too many tries", "För många försök"),
        ("403", 403, "Not allowed", "Inte tillåtet"),
        ("owner", 403, "The settings belong to the owner", "Inställningarna är ägarens"),
        ("413", 413, "That is too much", "Det är för mycket"),
        ("hub", 503, "The disk is full.", "The disk is full."),
        ("500", 500, "Something went wrong in the hub", "Något gick fel i hubben"),
    ],
)
async def test_each_refusal_has_its_page(what: str, status: int, english: str, swedish: str) -> None:
    async with visit() as c:
        for language, said in (("en", english), ("sv", swedish)):
            answer = await c.get(f"/{what}", headers={"accept-language": language})
            assert answer.status_code == status
            assert said in answer.text
            assert f'<html lang="{language}">' in answer.text
        data = await c.get(f"/{what}", headers={"accept": "*/*", "accept-language": "en"})
    assert data.status_code == status
    assert english in data.json()["title"] + data.json()["text"]
    assert "secret detail" not in answer.text + data.text


async def test_headers_of_a_refusal_are_kept_and_a_mistake_is_as_guarded_as_all() -> None:
    async with visit() as c:
        assert (await c.get("/429")).headers["retry-after"] == "7"
        assert "content-security-policy" in (await c.get("/500")).headers

"""Calls to parties: taken down, and refused answers as errors that say whose they are."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hanport.demo.told import HubStatus
from hanport.demo.wire import PartyError, Wire, client, shortened


class Heard:
    """A journal that keeps its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def call(self, what: str, outcome: str) -> None:
        self.calls.append((what, outcome))


async def _answer(request: Request) -> Response:
    match request.path_params["name"]:
        case "status":
            return JSONResponse({"state": "well", "more": [1]})
        case "odd":
            return JSONResponse({"states": "well"})
        case _:
            return PlainTextResponse("No.", 404)


def wire(heard: Heard) -> Wire:
    app = Starlette(routes=[Route("/{name:path}", _answer, methods=["GET", "POST"])])
    there = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8480")
    return Wire(there, "The hub").heard_by(heard)


async def test_what_is_told_and_taken_down() -> None:
    heard = Heard()
    assert await wire(heard).get("/status", HubStatus) == HubStatus("well")
    await wire(heard).ask("POST", "/a?secret=1")
    assert heard.calls == [("GET :8480 /status", "200"), ("POST :8480 /a", "404")]


async def test_refusals_and_other_forms_are_errors() -> None:
    with pytest.raises(PartyError, match="The hub answers 404: No") as refused:
        await wire(Heard()).tell("POST", "/a")
    assert refused.value.status == 404
    with pytest.raises(PartyError, match="something else than expected"):
        await wire(Heard()).get("/odd", HubStatus)


async def test_nobody_there() -> None:
    heard = Heard()
    async with client("http://127.0.0.1:9") as there:
        with pytest.raises(PartyError, match="The meter does not answer"):
            await Wire(there, "The meter", heard).ask("GET", "/x")
    assert heard.calls == [("GET /x", "ConnectError")]


def test_long_parts_of_paths_are_cut() -> None:
    assert shortened("/facilities/735999000000000013/restart") == "/facilities/735999000000000013/restart"
    assert shortened("/identification/V8TtI2sJ1A-TZvgVCuXWGg/return") == "/identification/V8TtI2…/return"

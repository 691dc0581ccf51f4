"""Errors of the service itself: visitors are told what to do, and those who run it what is the matter."""

import logging
from collections.abc import Sequence

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from grid.web.scene import Scene, browser
from hanport.errors import HanportError
from hanport.grid.web.parts import WebParts
from hanport.grid.web.site import make_site
from hanport.web.shell import Shell

NUMBER = "19121212-1212"


async def locked(request: Request) -> Response:
    raise HanportError(f"The disk of db7.internal is full, at {NUMBER}.", "Make room on it.")


def pages(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """A page that cannot."""
    return [Route("/locked/{id}", locked, methods=["GET", "POST"])]


@pytest.mark.parametrize(
    ("language", "says", "does"),
    [("sv", "Det går inte just nu", "ring oss"), ("en", "That is not possible right now", "call us")],
)
async def test_a_visitor_is_told_what_to_do_and_nothing_of_the_cause(
    quick: Scene, language: str, says: str, does: str
) -> None:
    app = make_site(quick.parts, more=[pages])
    async with browser(app, language=language) as client:
        for headers in ({}, {"accept": "application/json"}):
            answer = await client.get("/locked/77", headers=headers)
            assert answer.status_code == 503
            assert says in answer.text and does in answer.text
            assert not any(word in answer.text for word in ("disk", "db7", "Make room", NUMBER))


async def test_the_cause_is_in_the_log_without_numbers(quick: Scene, caplog: pytest.LogCaptureFixture) -> None:
    app = make_site(quick.parts, more=[pages])
    async with browser(app) as client:
        await client.post("/locked/77")
    [record] = [each for each in caplog.records if each.name == "hanport.grid.web.unable"]
    said = vars(record)
    assert (record.levelno, said["kind"], said["method"]) == (logging.ERROR, "HanportError", "POST")
    assert said["error"] == "The disk of db7.internal is full, at [masked]. Make room on it."
    assert said["page"] == "/locked/{id}"

"""The start page: the story, all parties live, and the buttons. It answers before the parties are there."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.demo import register
from hanport.demo.director import ANEW, Busy, Director
from hanport.demo.household import PASSWORD, USER
from hanport.demo.journal import Party
from hanport.demo.situations import SEED, Situation
from hanport.demo.stage import Stage, Standing
from hanport.demo.story import Step
from hanport.demo.view import View, Viewer
from hanport.demo.watch import News, Watch
from hanport.demo.wire import PartyError
from hanport.serving import CLOSING
from hanport.web.local_site import local_site
from hanport.web.refusals import refusal
from hanport.web.shell import Brand, Frame, Shell, StatusLine
from hanport.web.words import Words

CATALOGS = ("demo", "web")
FOLDER = Path(__file__).parent
_PEOPLE = ("astrid", "ingrid", "emil", "sara", "nils")
_RETRY_MS = 1000
_MOST_STREAMS = 20
_AGES_EVERY_S = 1.0
_LASTS_S = 1800.0


@cache
def make_shell(language: str) -> Shell:
    """The frame of the page."""

    def status(request: Request, words: Words) -> StatusLine:
        return StatusLine("warn", words.t("status.test"))

    return Shell(
        Frame(
            brand=lambda: Brand("hanport demo", language),
            catalogs=CATALOGS,
            cookie_prefix="hanport_demo",
            folders=(FOLDER,),
            status=status,
        )
    )


def make_page(stage: Stage, watch: Watch, director: Director, news: News) -> Starlette:
    """The app."""
    shell = make_shell(stage.wishes.language)
    pages = StartPage(stage, watch, director, news)
    return local_site(shell, pages.routes())


class StartPage:
    """The page, its stream, and what its buttons do."""

    def __init__(self, stage: Stage, watch: Watch, director: Director, news: News) -> None:
        self._stage = stage
        self._watch = watch
        self._director = director
        self._news = news
        self._shell = make_shell(stage.wishes.language)
        self._streams = 0

    def routes(self) -> Sequence[BaseRoute]:
        """All of them."""
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/state", self.state, methods=["GET"]),
            Route("/events", self.events, methods=["GET"]),
            Route("/play/{name}", self.play, methods=["POST"]),
            Route("/cabinet/{part}", self.cabinet, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page."""
        context: dict[str, Any] = {
            "view": self._view(self._shell.words(request)),
            "steps": [step.value for step in Step],
            "situations": [each.value for each in SEED],
            "people": _PEOPLE,
            "hub_user": USER,
            "hub_password": PASSWORD,
            "first": register.ASTRID.name,
        }
        return self._shell.page(request, "demo.html", **context)

    async def state(self, request: Request) -> Response:
        """What the page shows now, for scripts."""
        return JSONResponse(self._view(self._shell.words(request)), headers={"cache-control": "no-store"})

    async def events(self, request: Request) -> Response:
        """What the page shows, whenever that changes."""
        if self._streams >= _MOST_STREAMS:
            return PlainTextResponse("Too many streams.", 503, {"retry-after": "10"})
        closing = request.scope.get(CLOSING) or asyncio.Event()
        words = self._shell.words(request)
        return EventSourceResponse(self._told(words, closing), headers={"cache-control": "no-store"})

    async def play(self, request: Request) -> Response:
        """A situation, the customer's part, or everything anew."""
        name = request.path_params["name"]
        if name not in (*Situation, ANEW):
            raise HTTPException(404)
        try:
            self._director.begin(name)
        except Busy:
            return refusal(self._shell, request, 409, "busy")
        return RedirectResponse("/#log", 303)

    async def cabinet(self, request: Request) -> Response:
        """Something by hand: what is in is pulled out, what is out is put in, and the breaker goes off and on."""
        act = {"cable": self._pull_cable, "supply": self._pull_supply, "breaker": self._break}.get(
            request.path_params["part"]
        )
        if act is None:
            raise HTTPException(404)
        if self._stage.standing[Party.METER] is not Standing.READY:
            return refusal(self._shell, request, 409, "busy")
        with suppress(PartyError):  # it is being exchanged: the page says so
            await act()
            await self._watch.look()
        return RedirectResponse("/#cabinet", 303)

    async def _pull_cable(self) -> None:
        is_in = (await self._stage.cabinet.state()).module.cable_in
        await self._stage.cabinet.act("cable", {"in": not is_in})

    async def _pull_supply(self) -> None:
        is_on = (await self._stage.cabinet.state()).module.reader_supply
        await self._stage.cabinet.act("supply", {"on": not is_on})

    async def _break(self) -> None:
        await self._stage.cabinet.act("power-cycle")

    async def _told(self, words: Words, closing: asyncio.Event) -> AsyncIterator[ServerSentEvent]:
        clock = self._stage.clock
        ends_s, before = clock.monotonic() + _LASTS_S, ""
        self._streams += 1
        try:
            with self._news.listen() as news:
                while clock.monotonic() < ends_s and not closing.is_set():
                    news.clear()
                    now = json.dumps(self._view(words), ensure_ascii=False)
                    if now != before:
                        yield ServerSentEvent(data=now, retry=_RETRY_MS)
                    before = now
                    with suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), _AGES_EVERY_S)
        finally:
            self._streams -= 1

    def _view(self, words: Words) -> View:
        return Viewer(self._stage, self._director, words).view(self._watch.seen)

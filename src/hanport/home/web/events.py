"""The present as a stream of server-sent events: one stream a page, the whole small state in each event.

A stream waits for the newest telegram only: a slow browser misses the past, never the present.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hanport.home.live import Listener
from hanport.home.web.pagedata import Presenter
from hanport.home.web.pagedata_live import live_state
from hanport.home.web.pagedata_words import HomeWords
from hanport.home.web.parts import WebParts
from hanport.serving import CLOSING
from hanport.web.shell import Shell

T = TypeVar("T")

PATH = "/now/events"
RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the streams.

    `streams` of the 64 connections that the server takes, so that the pages themselves stay reachable. After `life_s`
    a stream ends; the browser comes again by itself, and is asked for its session again.
    """

    streams: int = 40
    heartbeat_s: float = 15.0
    life_s: float = 1800.0


class Streams:
    """The open streams, and how they are bounded."""

    def __init__(self, parts: WebParts, limits: Limits) -> None:
        self._parts = parts
        self._limits = limits
        self._presenter = Presenter(parts)
        self._open = 0

    @property
    def full(self) -> bool:
        return self._open >= self._limits.streams

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def events(self, words: HomeWords, closing: asyncio.Event) -> AsyncIterator[ServerSentEvent]:
        """The state at once, and again with each telegram, each change of the port's status, and each heartbeat."""
        live, clock = self._parts.live, self._parts.clock
        ends_at, news = clock.monotonic() + self._limits.life_s, asyncio.Event()
        with self._one_more(), live.samples.listen(limit=1) as samples, live.statuses.listen(limit=1) as statuses:
            told = (_tell(samples, news), _tell(statuses, news), _tell_once(closing, news))
            listening = [asyncio.create_task(each) for each in told]
            try:
                while clock.monotonic() < ends_at and not closing.is_set():
                    news.clear()
                    state = live_state(await self._presenter.now(), words, clock.now().timestamp())
                    yield ServerSentEvent(data=json.dumps(state, ensure_ascii=False), retry=RETRY_MS)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), self._limits.heartbeat_s)
            finally:
                for each in listening:
                    each.cancel()


async def _tell(listener: Listener[T], news: asyncio.Event) -> None:
    while True:
        await listener.get()
        news.set()


async def _tell_once(closing: asyncio.Event, news: asyncio.Event) -> None:
    await closing.wait()
    news.set()


def routes(parts: WebParts, shell: Shell, limits: Limits | None = None) -> list[Route]:
    """The stream."""
    limits = limits or Limits()
    streams = Streams(parts, limits)

    async def events(request: Request) -> Response:
        if streams.full:
            return PlainTextResponse("Too many streams.", 503, {"retry-after": "30"})
        words = HomeWords(shell.words(request).language)
        return EventSourceResponse(
            streams.events(words, request.scope.get(CLOSING) or asyncio.Event()),
            ping=round(limits.heartbeat_s) + 5,  # the state itself is the heartbeat
            headers={"cache-control": "no-store"},
        )

    return [Route(PATH, events, name="events")]

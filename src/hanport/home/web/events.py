"""The present as a stream of server-sent events: one stream a page, the whole small state in each event.

Bounds: a stream waits for the newest telegram only (a slow browser misses the past, never the present), lives for half
an hour (the browser comes again by itself, and is asked for its session again), and there are at most STREAMS of them.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
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
from hanport.web.shell import Shell

T = TypeVar("T")

PATH = "/now/events"
STREAMS = 40  # of the 64 connections that the server takes: the pages themselves stay reachable
HEARTBEAT_S = 15.0
RETRY_MS = 2000
LIFE_S = 1800.0


class Streams:
    """Counts the open streams."""

    def __init__(self) -> None:
        self.open = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1


def routes(parts: WebParts, shell: Shell) -> list[Route]:
    """The stream."""
    presenter = Presenter(parts)
    streams = Streams()

    async def events(request: Request) -> Response:
        if streams.open >= STREAMS:
            return PlainTextResponse("Too many streams.", 503, {"retry-after": "30"})
        words = HomeWords(shell.words(request).language)
        return EventSourceResponse(
            _events(parts, presenter, streams, words),
            ping=round(2 * HEARTBEAT_S),  # the state itself is the heartbeat
            headers={"cache-control": "no-store"},
        )

    return [Route(PATH, events, name="events")]


async def _events(
    parts: WebParts, presenter: Presenter, streams: Streams, words: HomeWords
) -> AsyncIterator[ServerSentEvent]:
    """The state at once, and again with each telegram, each change of the port's status, and each heartbeat."""
    ends_at = parts.clock.monotonic() + LIFE_S
    live, news = parts.live, asyncio.Event()
    with streams.one_more(), live.samples.listen(limit=1) as samples, live.statuses.listen(limit=1) as statuses:
        listening = [asyncio.create_task(_tell(samples, news)), asyncio.create_task(_tell(statuses, news))]
        try:
            while parts.clock.monotonic() < ends_at:
                news.clear()
                state = live_state(await presenter.now(), words, parts.clock.now().timestamp())
                yield ServerSentEvent(data=json.dumps(state, ensure_ascii=False), retry=RETRY_MS)
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), HEARTBEAT_S)
        finally:
            for each in listening:
                each.cancel()


async def _tell(listener: Listener[T], news: asyncio.Event) -> None:
    while True:
        await listener.get()
        news.set()

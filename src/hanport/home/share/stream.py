"""Readings as server-sent events, for programs with a token.

A slow reader misses the past, never the present. A stream ends after an hour, so that a token that was taken back does
not read for ever.
"""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from starlette.responses import Response, StreamingResponse

from hanport import __version__
from hanport.home.live import Listener
from hanport.home.share.access import Problem, Refused
from hanport.home.share.api_endpoints import Knowledge
from hanport.home.share.api_values import Answer, latest, status_of
from hanport.home.values import Sample

MOST_STREAMS = 16
LONGEST_S = 3600.0
BREATH_S = 10.0  # a comment comes after so long without a telegram: proxies close what is silent
_WAITING = 8


class Streams:
    """All streams of the API."""

    def __init__(self, known: Knowledge, *, breath_s: float = BREATH_S) -> None:
        self.open = 0
        self._known = known
        self._breath_s = breath_s

    def response(self, closing: asyncio.Event) -> Response:
        """One more stream, until it is `closing`. Raises Refused where there are too many."""
        if self.open >= MOST_STREAMS:
            problem = Problem("Not now", 503, f"{MOST_STREAMS} streams are open.", "Close one, or ask /reading.")
            raise Refused(problem, {"retry-after": "60"})
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._events(closing), headers=headers, media_type="text/event-stream")

    async def _events(self, closing: asyncio.Event) -> AsyncIterator[bytes]:
        live, clock = self._known.live, self._known.clock
        self.open += 1
        end_s = clock.monotonic() + LONGEST_S
        try:
            with live.samples.listen(_WAITING) as samples:
                told, sample = None, live.sample
                while clock.monotonic() < end_s and not closing.is_set():
                    if told != live.status:
                        told = live.status
                        hub = (self._known.config().hub.name, __version__)
                        yield _event("status", status_of(hub, live, clock.now()))
                    yield _event("reading", latest(sample, clock.now())) if sample else b": quiet\n\n"
                    sample = await self._next(samples, closing)
        finally:
            self.open -= 1

    async def _next(self, samples: Listener[Sample], closing: asyncio.Event) -> Sample | None:
        """The next telegram; None where it is time to draw breath, or to end."""
        coming, ending = asyncio.ensure_future(samples.get()), asyncio.ensure_future(closing.wait())
        try:
            await asyncio.wait({coming, ending}, timeout=self._breath_s, return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() else None
        finally:
            coming.cancel()
            ending.cancel()


def _event(kind: str, body: Answer) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), msgspec.json.encode(body))

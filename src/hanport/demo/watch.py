"""Looks at all parties each second, ticks the story's steps, and tells whoever listens that something is new."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from hanport.clock import Clock
from hanport.demo import register, told
from hanport.demo.stage import Stage
from hanport.demo.story import Seen
from hanport.demo.wire import PartyError

T = TypeVar("T")
EVERY_S = 1.0


class News:
    """Wakes those who listen."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    @contextmanager
    def listen(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever something is new, until the end of the block."""
        event = asyncio.Event()
        self._listeners.add(event)
        try:
            yield event
        finally:
            self._listeners.discard(event)

    def tell(self) -> None:
        """Something is new."""
        for each in self._listeners:
            each.set()


class Watch:
    """What was seen last."""

    def __init__(self, stage: Stage, news: News, clock: Clock) -> None:
        self.seen = Seen()
        self.is_apart = False  # while something is played that is no part of the story
        self._stage = stage
        self._news = news
        self._clock = clock
        self._begun = self._shown = 0  # looks are numbered

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(EVERY_S)

    async def look(self) -> Seen:
        """Look now. What was seen last stays where a look that began later has been quicker."""
        stage = self._stage
        self._begun += 1
        number = self._begun
        meter, facility, phone, hub, reading = await asyncio.gather(
            _unless_silent(stage.cabinet.state),
            _unless_silent(self._facility),
            _unless_silent(stage.phone.state),
            _unless_silent(self._hub),
            _unless_silent(self._reading),
        )
        seen = Seen(meter, facility, None if self.is_apart else phone, hub, reading)
        if number > self._shown:
            self._show(seen, number)
        return seen

    def _show(self, seen: Seen, number: int) -> None:
        self.seen, self._shown = seen, number
        if self._stage.is_ready:
            self._stage.story.look(seen, self._stage.cast.serial)
        self._news.tell()

    async def _facility(self) -> told.Facility | None:
        office = self._stage.office
        return None if office is None else await office.facility(register.HOUSE)

    async def _hub(self) -> told.HubStatus | None:
        hub = self._stage.hub
        return None if hub is None else await hub.status()

    async def _reading(self) -> told.HubReading | None:
        hub = self._stage.hub
        return None if hub is None else await hub.reading()


async def _unless_silent(ask: Callable[[], Awaitable[T | None]]) -> T | None:
    """What is told; None from who does not answer: its program starts, or is being exchanged."""
    try:
        return await ask()
    except PartyError:
        return None

"""Watching a source for the doctor: which serial setting is tried when, and when enough has been seen."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from hanport.clock import Clock
from hanport.doctor import (
    SETTINGS,
    Observation,
    Observer,
    Severity,
    SourceKind,
    Stretch,
    Trouble,
    diagnose,
    is_surely_healthy,
)
from hanport.doctor.evidence import P1_START
from hanport.errors import ConfigError, SourceError
from hanport.port.cipher import Keys
from hanport.port.values import Reason
from hanport.sources.address import Address, SerialAddress
from hanport.sources.stream import Bytes, Connected, Event, Lost, Received, events

TICK_S = 0.5
# A setting that brings only garbage is left when a 10 s meter must have sent whole telegrams to it twice.
GARBAGE_S = 21.0

# Rejections of something that was framed right: the setting is not what is wrong.
_FRAMED = (Reason.CRC, Reason.CIPHER, Reason.STRUCTURE)


@dataclass(frozen=True, slots=True)
class Progress:
    """What the doctor does now. `setting` is None where there is none to choose."""

    setting: str | None
    left_s: float
    telegrams: int


Tell = Callable[[Progress], None]


def trouble_of(error: SourceError) -> Trouble:
    """What an error of a source says about it."""
    return Trouble(error.trouble)


async def examine(
    address: Address, *, clock: Clock, limit_s: float, keys: Keys | None = None, tell: Tell = lambda progress: None
) -> Observation:
    """Watch a source for at most `limit_s` seconds, less when a finding or health is sure.

    A serial device is read with its own setting first, then with the others that meters use; every setting gets its
    share of the time, and is left early when it brings garbage. A file and standard input are read to their end.
    Raises ConfigError for an address that can never be opened.
    """
    watch = _Watch(address, clock, limit_s, keys, tell)
    for turn, setting in enumerate(_settings(address)):
        tried = address
        if isinstance(address, SerialAddress) and setting is not None:
            baud, byte_format = setting.split()
            tried = replace(address, baud=int(baud), byte_format=byte_format)
        try:
            if await watch.listen(tried, setting):
                break
        except ConfigError:
            if turn == 0:
                raise
            continue  # a device that cannot be set so: the meter cannot be heard that way
    return watch.observation()


def _settings(address: Address) -> Iterator[str | None]:
    """The settings to listen with, in turn; at the end the first once more, for the rest of the time."""
    if not isinstance(address, SerialAddress):
        yield None
        return
    own = f"{address.baud} {address.byte_format}"
    yield own
    yield from (setting for setting in SETTINGS if setting != own)
    yield own


class _Watch:
    """One examination while it goes on."""

    def __init__(self, address: Address, clock: Clock, limit_s: float, keys: Keys | None, tell: Tell) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self._keys = keys
        self._tell = tell
        self._kind = SourceKind.of(str(address))
        self._ends_s = clock.monotonic() + limit_s
        self._observer = Observer(self._kind, str(address), asked_s=limit_s, keys_given=keys is not None)
        self._setting: str | None = None
        self._connected = False

    def observation(self) -> Observation:
        return self._observer.observation(self._clock.now())

    async def listen(self, address: Address, setting: str | None) -> bool:
        """Read with one setting. True when the examination is over, False when the next one should be tried."""
        self._setting, self._connected = setting, False
        self._observer.begin(self._clock.now(), setting)
        received = events(address, clock=self._clock, keys=self._keys, idle_timeout_s=self._limit_s + 60)
        try:
            async with aclosing(received):
                return await self._take(received)
        except SourceError as error:
            self._observer.trouble(trouble_of(error))
            return True
        finally:
            self._observer.end(self._clock.now())

    async def _take(self, received: AsyncGenerator[Received, None]) -> bool:
        """Look at what comes and at the clock in turn, until something is decided."""
        begun_s = self._clock.monotonic()
        coming: asyncio.Future[Received | None] = asyncio.ensure_future(anext(received, None))
        tick: asyncio.Future[None] = asyncio.ensure_future(self._clock.sleep(TICK_S))
        try:
            while True:
                both: set[asyncio.Future[Any]] = {coming, tick}
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if coming.done() and self._is_over(coming.result()):
                    return True
                decided = self._decide(begun_s) if tick.done() else None
                if decided is not None:
                    return decided
                if coming.done():
                    coming = asyncio.ensure_future(anext(received, None))
                if tick.done():
                    tick = asyncio.ensure_future(self._clock.sleep(TICK_S))
        finally:
            coming.cancel()
            tick.cancel()
            await asyncio.gather(coming, tick, return_exceptions=True)

    def _is_over(self, item: Received | None) -> bool:
        """Take note of what came; True where nothing more will come."""
        match item:
            case Connected():
                self._connected = True
            case Bytes(data, at):
                self._observer.feed_bytes(at, data)
            case Event(event, at):
                self._observer.feed_event(at, event)
            case Lost(error):
                self._observer.trouble(Trouble.LOST if self._connected else trouble_of(error))
        return item is None or isinstance(item, Lost)

    def _decide(self, begun_s: float) -> bool | None:
        """Whether the examination is over (True), the next setting should be tried (False), or neither (None)."""
        observation = self.observation()
        stretch = observation.stretches[-1]
        now_s = self._clock.monotonic()
        left_s = max(0.0, self._ends_s - now_s)
        self._tell(Progress(self._setting, left_s, stretch.telegrams_count))
        if not self._kind.live:
            return None  # it is read to its end
        if not left_s or is_surely_healthy(observation):
            return True
        if any(finding.sure and finding.severity is not Severity.NOTE for finding in diagnose(observation)):
            return True
        if self._kind is SourceKind.SERIAL and self._should_move_on(stretch, now_s - begun_s):
            return False
        return None

    def _should_move_on(self, stretch: Stretch, listened_s: float) -> bool:
        if stretch.telegrams_count or any(stretch.damage_counts.get(reason) for reason in _FRAMED):
            return False
        if P1_START.search(stretch.sample):
            return False
        share_s = self._limit_s / len(SETTINGS)
        return listened_s >= (min(GARBAGE_S, share_s) if stretch.bytes_count else share_s)

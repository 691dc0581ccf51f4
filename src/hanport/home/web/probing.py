"""Listens to a source for trial, and tells all the while what is heard and what is the matter with it.

A serial device is tried with the setting that was given and then with the others that meters use, until telegrams
come. A source that is not there is waited for: the cable may be plugged in while one looks on.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from hanport.clock import Clock
from hanport.doctor import SETTINGS, Finding, Observer, Severity, SourceKind, Trouble, diagnose, gather
from hanport.errors import ConfigError, SourceError
from hanport.home.config import SourceTable
from hanport.home.listening import keys_of
from hanport.models import Model
from hanport.port.telegram import Telegram
from hanport.sources import stream
from hanport.sources.address import Address, SerialAddress, parse_address

TICK_S = 0.5
ASKED_S = 120.0  # what the doctor judges silence by
# A 10 s meter has sent twice in that time; a setting that brings nothing or only noise is left then.
SETTING_S = 21.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known so far. `source` has the serial setting by which telegrams came, or that is tried now."""

    source: SourceTable
    is_open: bool = False
    bytes_count: int = 0
    telegrams_count: int = 0
    telegram: Telegram | None = None
    model: Model | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether telegrams come, and nothing of importance is the matter."""
        return self.telegrams_count > 0 and all(each.severity is Severity.NOTE for each in self.findings)


class Probe(Protocol):
    """Tells what is heard, over and over, until it is closed. Raises ConfigError for what can never be opened."""

    def __call__(self, source: SourceTable) -> AsyncGenerator[Heard, None]: ...


class SourceProbe:
    """The probe of real sources."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, source: SourceTable) -> AsyncGenerator[Heard, None]:
        address = parse_address(source.address)
        ears = _Ears(source, self._clock)
        for tried in _settings(address):
            reading = asyncio.create_task(ears.listen(tried))
            try:
                begun_s = self._clock.monotonic()
                while not self._is_over(ears, tried, begun_s):
                    await asyncio.wait([reading], timeout=TICK_S)
                    if reading.done():
                        ears.ended(reading.exception())
                        yield ears.heard()
                        return
                    yield ears.heard()
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    def _is_over(self, ears: "_Ears", tried: Address, begun_s: float) -> bool:
        """Whether another serial setting should be tried."""
        waited_s = self._clock.monotonic() - begun_s
        return isinstance(tried, SerialAddress) and ears.is_deaf and waited_s >= SETTING_S


def _settings(address: Address) -> Iterator[Address]:
    """The address with each setting in turn, for ever; other addresses than serial ones have none."""
    if not isinstance(address, SerialAddress):
        yield address
        return
    own = f"{address.baud} {address.byte_format}"
    while True:
        for setting in (own, *(each for each in SETTINGS if each != own)):
            baud, byte_format = setting.split()
            yield replace(address, baud=int(baud), byte_format=byte_format)


class _Ears:
    """What one source gave, with one setting after the other."""

    def __init__(self, source: SourceTable, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._keys = keys_of(source)
        self._heard = Heard(source)
        self._observer = self._new_observer()

    @property
    def is_deaf(self) -> bool:
        """Whether no telegram has come yet from what is open."""
        return self._heard.is_open and not self._heard.telegrams_count

    async def listen(self, address: Address) -> None:
        """Listen until cancelled, or to the end of a file. Raises SourceError and ConfigError."""
        if isinstance(address, SerialAddress):
            self._heard = replace(self._heard, source=_with_address(self._source, str(address)))
        self._observer = self._new_observer()
        self._begin(address)
        async with aclosing(stream.events(address, clock=self._clock, keys=self._keys)) as received:
            async for item in received:
                self._take(item, address)

    def ended(self, error: BaseException | None) -> None:
        """A file has ended, or could not be read. Raises what is no trouble of a source."""
        if isinstance(error, SourceError):
            self._observer.trouble(Trouble(error.trouble))
        elif error is not None:
            raise error

    def heard(self) -> Heard:
        """What is known now, with the doctor's findings."""
        observation = self._observer.observation(self._clock.now())
        return replace(self._heard, findings=diagnose(observation), model=gather(observation).model)

    def _take(self, item: stream.Received, address: Address) -> None:
        match item:
            case stream.Connected():
                if not self._heard.is_open:
                    self._observer = self._new_observer()  # what was the matter before is over
                    self._begin(address)
                self._heard = replace(self._heard, is_open=True)
            case stream.Bytes(data, at):
                self._observer.feed_bytes(at, data)
                self._heard = replace(self._heard, bytes_count=self._heard.bytes_count + len(data))
            case stream.Event(event, at):
                self._observer.feed_event(at, event)
                if isinstance(event, Telegram):
                    self._heard = replace(
                        self._heard,
                        telegrams_count=self._heard.telegrams_count + 1,
                        telegram=event,
                    )
            case stream.Lost(error):
                self._observer.trouble(Trouble.LOST if self._heard.is_open else Trouble(error.trouble))
                self._heard = replace(self._heard, is_open=False)

    def _new_observer(self) -> Observer:
        address = parse_address(self._source.address)
        return Observer(_kind_of(address), str(address), asked_s=ASKED_S, keys_given=self._keys is not None)

    def _begin(self, address: Address) -> None:
        setting = f"{address.baud} {address.byte_format}" if isinstance(address, SerialAddress) else None
        self._observer.begin(self._clock.now(), setting)


def _with_address(source: SourceTable, address: str) -> SourceTable:
    return SourceTable(address=address, key=source.key, authentication_key=source.authentication_key)


def _kind_of(address: Address) -> SourceKind:
    kind = SourceKind.of(str(address))
    if kind is SourceKind.STDIN:
        raise ConfigError("The hub has no standard input.", "Choose a device, a server or a broker.")
    return kind

"""The part that hears the port: from the source to the present, the health watch and the store's queue."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hanport.clock import Clock
from hanport.errors import ConfigError, SourceError
from hanport.home.config import SourceTable
from hanport.home.intake import Intake
from hanport.home.live import Live
from hanport.home.sampling import Sampler, to_store
from hanport.port.cipher import Keys
from hanport.port.telegram import Telegram
from hanport.port.values import Rejected
from hanport.sources import stream
from hanport.sources.address import FileAddress, StdinAddress, parse_address


class Watch(Protocol):
    """What judges the port by all that is heard; times aware, in UTC."""

    def connected(self, at: datetime) -> None: ...
    def lost(self, at: datetime, problem: SourceError) -> None: ...
    def bytes(self, at: datetime, data: bytes) -> None: ...
    def event(self, at: datetime, event: Telegram | Rejected) -> None: ...


class NoSource(ConfigError):
    """Nobody has said yet where the meter is read."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Where goes what is heard."""

    live: Live
    intake: Intake
    watch: Callable[[], Watch]


def keys_of(source: SourceTable) -> Keys | None:
    """The keys of an encrypted port. Raises ConfigError for what is no key; the key itself is never repeated."""
    if not source.key:
        return None
    try:
        key, authentication = bytes.fromhex(source.key), bytes.fromhex(source.authentication_key)
        if len(key) != 16 or len(authentication) not in (0, 16):
            raise ValueError
    except ValueError:
        raise ConfigError("A key of the port is not 32 hex digits.", "The network company gives it so.") from None
    return Keys(key, authentication or None)


async def hear(source: SourceTable, ears: Ears, clock: Clock) -> None:
    """Hear a source until cancelled, or to the end of a file. Raises SourceError and ConfigError."""
    if not source.address:
        raise NoSource("No source is chosen.", "Choose where the meter is read in the settings.")
    address, keys = parse_address(source.address), keys_of(source)
    live = not isinstance(address, FileAddress | StdinAddress)
    sampler = Sampler(live=live)
    async with aclosing(stream.events(address, clock=clock, keys=keys)) as received:
        async for each in received:
            _take(each, ears, sampler)
            if not live:
                await ears.intake.room()


def _take(received: stream.Received, ears: Ears, sampler: Sampler) -> None:
    watch = ears.watch()
    match received:
        case stream.Connected(at):
            watch.connected(at)
        case stream.Lost(error, _, at):
            watch.lost(at, error)
        case stream.Bytes(data, at):
            ears.live.raw.send(data)
            watch.bytes(at, data)
        case stream.Event(event, at):
            if isinstance(event, Telegram):
                sample = sampler.sample(event, at)
                ears.live.heard(sample)
                ears.intake.put(to_store(sample))
            watch.event(at, event)

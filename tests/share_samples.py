"""Samples and a live hub for the tests of the shares."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from hanport.home.live import Live
from hanport.home.sampling import Sampler
from hanport.home.values import PortState, PortStatus, Sample
from hanport.port.decoder import decode_message
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.values import Reading
from hanport.port.write import fit, write

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)

READING = Reading(
    at=NOW,
    energy_import_wh=60_995_424,
    energy_export_wh=12_007,
    reactive_energy_import_varh=1_234_500,
    reactive_energy_export_varh=60,
    power_import_w=1_727,
    power_export_w=0,
    reactive_power_import_var=0,
    reactive_power_export_var=314,
    power_import_l1_w=1_500,
    power_import_l2_w=227,
    power_import_l3_w=0,
    power_export_l1_w=0,
    power_export_l2_w=0,
    power_export_l3_w=0,
    voltage_l1_mv=230_100,
    voltage_l2_mv=229_000,
    voltage_l3_mv=231_700,
    current_l1_ma=6_500,
    current_l2_ma=1_000,
    current_l3_ma=0,
)


def telegram_bytes(reading: Reading = READING, profile: str = "kamstrup-omnia") -> bytes:
    return write(fit(reading, PROFILES[profile]), PROFILES[profile])


def sample_of(raw: bytes, received_at: datetime | None = None) -> Sample:
    """The sample of the one telegram in these bytes, received half a second after its own time or at that moment."""
    (telegram,) = [event for event in decode_message(raw) if isinstance(event, Telegram)]
    received = received_at or (telegram.at or NOW) + timedelta(seconds=0.5)
    return Sampler().sample(telegram, received)


def sample(reading: Reading = READING, profile: str = "kamstrup-omnia") -> Sample:
    return sample_of(telegram_bytes(reading, profile))


def live(heard: Sample | None = None) -> Live:
    made = Live(PortStatus(PortState.WELL, NOW))
    if heard is not None:
        made.heard(heard)
    return made


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what the loop still has to do."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(run: Callable[[], Awaitable[None]]) -> AsyncIterator["asyncio.Task[None]"]:
    """A part that runs meanwhile, and is cancelled at the end."""
    task = asyncio.ensure_future(run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class SomeTokens:
    """Tokens and their scopes."""

    def __init__(self, **scopes: set[str]) -> None:
        self.scopes = scopes

    async def token_scopes(self, token: str) -> frozenset[str]:
        return frozenset(self.scopes.get(token, ()))

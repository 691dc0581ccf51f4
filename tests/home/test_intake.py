"""The queue before the store: in order, bounded, and nothing leaves it unstored."""

import asyncio
from datetime import UTC, datetime, timedelta

from hanport.home.intake import Intake
from hanport.home.values import MeterIdentity, Sample
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reading

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def sample(second: int) -> Sample:
    at = NOON + timedelta(seconds=second)
    telegram = Telegram(Protocol.P1, "KAM5", Checksum.OK, b"")
    return Sample(at, at, telegram, Reading(at), MeterIdentity("KAM5", None), ())


async def test_a_sample_stays_until_it_is_done() -> None:
    intake = Intake()
    first, second = sample(0), sample(1)
    intake.put(first)
    intake.put(second)
    assert await intake.oldest() is first
    assert await intake.oldest() is first
    intake.done(first)
    assert await intake.oldest() is second


async def test_it_waits_for_the_first() -> None:
    intake = Intake()
    waiting = asyncio.create_task(intake.oldest())
    await asyncio.sleep(0)
    intake.put(sample(0))
    assert (await waiting).at == NOON


async def test_when_it_is_full_the_oldest_goes_and_is_counted() -> None:
    intake = Intake(limit=3)
    samples = [sample(second) for second in range(5)]
    for each in samples:
        intake.put(each)
    assert (len(intake), intake.lost) == (3, 2)
    intake.done(samples[0])  # was pushed out while it was being stored
    assert await intake.oldest() is samples[2]


async def test_a_source_that_can_wait_waits_for_room() -> None:
    intake = Intake(limit=4)
    samples = [sample(second) for second in range(3)]
    for each in samples:
        intake.put(each)
    waiting = asyncio.create_task(intake.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    intake.done(samples[0])
    await asyncio.wait_for(waiting, 1)
    assert intake.lost == 0

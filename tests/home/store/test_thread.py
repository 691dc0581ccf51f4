"""The store from asyncio: order, durability, errors, and an end."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from hanport.home.config import StoreTable
from hanport.home.store.errors import StoreError
from hanport.home.store.events import begin_event, count_port_day, end_event, put_note
from hanport.home.store.reader import Reader
from hanport.home.store.thread import StoreThread
from hanport.home.store.writer import Outcome
from hanport.home.values import MeterIdentity, Sample
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reading, Register

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
TELEGRAM = Telegram(Protocol.P1, "KAM5", Checksum.OK, b"", Reading())


def sample(number: int, extras: tuple[Register, ...] = ()) -> Sample:
    at = START + timedelta(seconds=10 * number)
    reading = Reading(at, energy_import_wh=1000 + 3 * number, energy_export_wh=7, power_import_w=1080)
    return Sample(at, at + timedelta(seconds=1), TELEGRAM, reading, MeterIdentity("KAM5", "123"), extras)


async def test_what_was_appended_can_be_read_at_once(tmp_path: Path) -> None:
    store = await StoreThread.open(tmp_path / "hub.db")
    outcomes = await asyncio.gather(*(store.append(sample(number)) for number in range(100)))
    assert outcomes == [Outcome.NEW_METER] + [Outcome.STORED] * 99
    quarters = await store.read(lambda reader: reader.quarters(START, START + timedelta(hours=1)))
    assert [quarter.import_wh for quarter in quarters] == [270, 27]
    assert [quarter.export_wh for quarter in quarters] == [0, 0]
    await store.close()
    await store.close()


async def test_readings_wait_for_their_commit_at_most_that_long(tmp_path: Path) -> None:
    store = await StoreThread.open(tmp_path / "hub.db", StoreTable(commit_every_s=0.2))
    await store.append(sample(0))
    assert await store.read(lambda reader: reader.span()) is None
    for _ in range(500):
        if await store.read(lambda reader: reader.span()):
            break
        await asyncio.sleep(0.01)
    assert await store.read(lambda reader: reader.span()) == (START, START)
    await store.append(sample(1))
    await store.close()
    with Reader(tmp_path / "hub.db") as reader:
        assert reader.span() == (START, START + timedelta(seconds=10))


async def test_a_failed_change_changes_nothing_and_is_told(tmp_path: Path) -> None:
    store = await StoreThread.open(tmp_path / "hub.db")

    def broken(connection: apsw.Connection) -> None:
        put_note(connection, "a", 1)
        connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(StoreError, match="no such table"):
        await store.write(broken)
    with pytest.raises(ZeroDivisionError):
        await store.write(lambda connection: 1 // 0)
    assert await store.read(lambda reader: reader.note("a")) is None
    assert await store.append(sample(0)) is Outcome.NEW_METER
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.append(sample(1))
    with pytest.raises(StoreError, match="closed"):
        await store.read(lambda reader: reader.span())


async def test_a_change_goes_on_when_nobody_waits_for_it(tmp_path: Path) -> None:
    store = await StoreThread.open(tmp_path / "hub.db")
    task = asyncio.ensure_future(store.write(lambda connection: put_note(connection, "a", {"b": [1, None]})))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.write(lambda connection: None)
    assert await store.read(lambda reader: reader.note("a")) == {"b": [1, None]}
    await store.write(lambda connection: put_note(connection, "a", None))
    assert await store.read(lambda reader: reader.note("a")) is None
    await store.close()


async def test_events_and_days(tmp_path: Path) -> None:
    store = await StoreThread.open(tmp_path / "hub.db")
    silence = await store.write(lambda c: begin_event(c, "silence", START, {"since": 3}))
    await store.write(lambda c: begin_event(c, "clock", START + timedelta(hours=1)))
    hour = timedelta(hours=1)
    assert [e.kind for e in await store.read(lambda r: r.events(START, START + 2 * hour))] == ["clock", "silence"]
    await store.write(lambda c: end_event(c, silence, START + hour / 2, {"telegrams": 4}))
    (event,) = await store.read(lambda r: r.events(START, START + 2 * hour, kinds=["silence"]))
    assert (event.began, event.ended, event.details) == (START, START + hour / 2, {"since": 3, "telegrams": 4})
    assert [e.kind for e in await store.read(lambda r: r.events(START + hour, START + 2 * hour))] == ["clock"]
    day = date(2026, 1, 31)
    await store.write(lambda c: count_port_day(c, day, telegrams=5, clock_offset_ms=-300))
    await store.write(lambda c: count_port_day(c, day, telegrams=5, rejected=1, silent_s=60))
    (counted,) = await store.read(lambda r: r.port_days(day, day + timedelta(days=1)))
    assert (counted.telegrams, counted.rejected, counted.silent_s, counted.clock_offset_ms) == (10, 1, 60, -300)
    await store.close()

"""The module that lives on the meter's weak supply: it works for months, hangs, and is known by that."""

from datetime import UTC, datetime
from pathlib import Path

from hanport.home.health import Link
from hanport.home.values import PortState
from hanport.models.model import Module
from watched_port import SparseMeter, WatchedPort

DAY_S = 86_400
SPRING = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)


async def until_silent(port: WatchedPort, silent: bool, *, most_days: int) -> None:
    for _ in range(most_days):
        if (port.state is PortState.SILENT) == silent:
            return
        await port.drive(DAY_S, tick_s=3600, doctor=False)
    assert (port.state is PortState.SILENT) == silent


async def test_a_weakly_fed_module_hangs_after_months_again_and_again(tmp_path: Path) -> None:
    meter = SparseMeter(SPRING, Module.SELF_POWERED, 3600)
    meter.module.set_reader_supply(False, SPRING)
    port = WatchedPort(tmp_path / "hub.db", meter, start=SPRING)
    await port.boot()
    await port.drive(7 * DAY_S, tick_s=3600)
    health = port.report()
    assert health.hangs.count == 0
    assert health.hangs.known == ("hang", "hang-unfed")  # it is known of this model before it has happened here
    for count in (1, 2):
        await until_silent(port, True, most_days=190)
        hangs = port.report().hangs
        assert (hangs.count, hangs.now, hangs.feed_reader) == (count, True, True)
        assert hangs.hangs[-1].lasted_s is None
        await port.stop()  # the history is the store's, not the program's
        await port.boot()
        assert port.report().hangs.count == count
        await port.drive(DAY_S, tick_s=3600, doctor=False)
        port.cycle_meter()
        await until_silent(port, False, most_days=2)
        hangs = port.report().hangs
        assert (hangs.count, hangs.now) == (count, False)
    assert hangs.between_days is not None
    assert 115 <= hangs.between_days <= 185
    assert all(115 * DAY_S <= hang.worked_s <= 185 * DAY_S for hang in hangs.hangs)
    silences = await port.events("silence")
    assert [silence.details["link"] for silence in silences] == [Link.WELL, Link.WELL]
    await port.stop()


async def test_behind_a_broker_a_silence_may_be_the_readers(tmp_path: Path) -> None:
    port = WatchedPort(tmp_path / "hub.db", SparseMeter(SPRING, Module.POWERED, 3600), start=SPRING)
    await port.boot("mqtt://broker.example:1883/han")
    await port.drive(30 * DAY_S, tick_s=3600)
    port.hang()
    await port.drive(2 * DAY_S, tick_s=3600)
    assert port.state is PortState.SILENT
    assert port.report().link is Link.UNKNOWN
    assert port.report().hangs.count == 0
    await port.stop()

"""Listening to real sources for trial: a meter on a socket, a file, a device that is not there, a pseudo terminal."""

import asyncio
import os
import pty
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanport.clock import ManualClock, SystemClock
from hanport.errors import ConfigError
from hanport.home.config import SourceTable
from hanport.home.web.probing import SETTING_S, Heard, SourceProbe
from hanport.home.web.trial import UNWATCHED_S, Trial
from home.meters import meter_on_tcp

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
CORPUS = Path(__file__).parents[2] / "corpus" / "p1"
TELEGRAM = CORPUS / "se-sagemcom-ell5-201020.txt"


async def first(told: AsyncGenerator[Heard, None], good: Callable[[Heard], bool]) -> Heard:
    """The first that is as it should be, within ten seconds."""
    async with asyncio.timeout(10), aclosing(told):
        async for heard in told:
            if good(heard):
                return heard
    raise AssertionError("it ended before")


async def test_a_meter_is_heard() -> None:
    async with meter_on_tcp(start=SystemClock().now().replace(microsecond=0)) as meter:
        source = SourceTable(address=meter.address)
        told = SourceProbe(SystemClock())(source)
        heard = await anext(told)
        while not heard.is_open:
            heard = await anext(told)
        assert (heard.telegrams_count, heard.is_good) == (0, False)
        await meter.send(30)
        heard = await first(told, lambda each: each.telegrams_count >= 3)
    assert heard.is_good
    assert heard.source == source
    assert heard.bytes_count > 600
    assert heard.telegram is not None
    assert heard.telegram.identification == "KAM5"
    assert heard.model is not None
    assert heard.model.name == "kamstrup-omnia"


async def test_a_source_that_is_not_there_is_said_and_waited_for(tmp_path: Path) -> None:
    async with meter_on_tcp() as meter:
        await meter.output.close()
        port = int(meter.address.rpartition(":")[2])
        told = SourceProbe(SystemClock())(SourceTable(address=meter.address))
        heard = await anext(told)
        while not heard.findings:
            heard = await anext(told)
        assert heard.findings[0].key == "source-unreachable"
        assert not heard.is_open
        await meter.open(port)
        while not heard.is_open:
            heard = await anext(told)
        heard = await anext(told)
        assert "source-unreachable" not in {finding.key for finding in heard.findings}
        await told.aclose()


async def test_a_file_is_heard_to_its_end() -> None:
    told = SourceProbe(SystemClock())(SourceTable(address=f"file:{TELEGRAM}"))
    heard = [each async for each in told]
    assert heard[-1].telegrams_count == 1


async def test_a_file_that_is_not_there_and_what_is_no_source() -> None:
    [heard] = [each async for each in SourceProbe(SystemClock())(SourceTable(address="file:/no/such"))]
    assert [finding.key for finding in heard.findings] == ["source-missing"]
    for address in ("nonsense", "-"):
        with pytest.raises(ConfigError):
            await anext(SourceProbe(SystemClock())(SourceTable(address=address)))


async def test_a_serial_device_is_tried_with_other_settings_until_telegrams_come() -> None:
    """The pseudo terminal takes any setting: the first one stays deaf, in the second one the meter speaks."""
    clock = ManualClock(START)
    master, slave = pty.openpty()
    try:
        told = SourceProbe(clock)(SourceTable(address=f"serial:{os.ttyname(slave)}?baud=2400"))
        async with asyncio.timeout(20), aclosing(told):
            heard = await anext(told)
            while not heard.is_open:
                heard = await anext(told)
            assert heard.source.address.endswith("?baud=2400")
            await clock.advance(SETTING_S)
            while heard.source.address.endswith("?baud=2400") or not heard.is_open:
                heard = await anext(told)
            os.write(master, TELEGRAM.read_bytes())
            while not heard.telegrams_count:
                heard = await anext(told)
            await clock.advance(SETTING_S * 10)
            for _ in range(3):
                heard = await anext(told)
        assert heard.source.address == f"serial:{os.ttyname(slave)}"  # 115200 8N1, which need not be written
        assert heard.telegrams_count == 1
    finally:
        os.close(master)
        os.close(slave)


class Script:
    """A probe that says what it is told to, for ever."""

    def __init__(self) -> None:
        self.open: list[str] = []

    async def __call__(self, source: SourceTable) -> AsyncGenerator[Heard, None]:
        if source.address == "bad":
            raise ConfigError("That is no source.", "Write another.")
        self.open.append(source.address)
        try:
            while True:
                yield Heard(source, bytes_count=7)
                await asyncio.sleep(0.01)
        finally:
            self.open.remove(source.address)


async def test_a_trial_has_one_source_at_a_time_and_lets_it_go() -> None:
    script = Script()
    trial = Trial(script, ManualClock(START))
    assert trial.heard() is None
    assert not trial.runs
    await trial.begin(SourceTable(address="one"))
    await asyncio.sleep(0.05)
    heard = trial.heard()
    assert heard is not None
    assert heard.bytes_count == 7
    await trial.begin(SourceTable(address="two"))
    await asyncio.sleep(0.05)
    assert script.open == ["two"]
    assert trial.runs
    await trial.stop()
    assert script.open == []
    assert trial.heard() is not None
    await trial.stop()


async def test_a_trial_that_cannot_be_says_why() -> None:
    trial = Trial(Script(), ManualClock(START))
    await trial.begin(SourceTable(address="bad"))
    await asyncio.sleep(0.05)
    assert not trial.runs
    assert trial.problem is not None
    assert trial.problem.problem == "That is no source."
    await trial.begin(SourceTable(address="good"))
    assert trial.problem is None
    await trial.stop()


async def test_a_trial_that_nobody_looks_at_ends() -> None:
    script, clock = Script(), ManualClock(START)
    trial = Trial(script, clock)
    await trial.begin(SourceTable(address="one"))
    await clock.advance(UNWATCHED_S - 1)
    await asyncio.sleep(0.05)
    assert trial.runs
    trial.heard()
    await clock.advance(UNWATCHED_S - 1)
    await asyncio.sleep(0.05)
    assert trial.runs
    await clock.advance(2)
    await asyncio.sleep(0.05)
    assert not trial.runs
    assert script.open == []

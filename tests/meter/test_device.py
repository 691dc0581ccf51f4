"""The assembled virtual meter, on a clock that is moved by hand."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hanport.clock import ManualClock
from hanport.errors import ConfigError
from hanport.meter.device import FASTEST, MeterSetup, Status, VirtualMeter, telegrams
from hanport.meter.house import HouseSetup
from hanport.meter.line import Chunk, Line
from hanport.meter.module import ModuleSetup, Sends
from hanport.meter.register import Energies
from hanport.meter.schedule import Plan
from hanport.models.model import Module
from hanport.port.decoder import Decoder
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.uart import Setting
from hanport.port.values import Reading

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


class Recorder:
    """An output that keeps everything."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []

    def send(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)

    def readings(self) -> list[Reading]:
        return readings(self.chunks)


def readings(chunks: list[Chunk]) -> list[Reading]:
    decoder = Decoder()
    found = [event for chunk in chunks for event in decoder.feed(chunk.data)]
    found += decoder.finish()
    return [event.reading for event in found if isinstance(event, Telegram)]


def setup(profile: str = "kamstrup-omnia", **changes: object) -> MeterSetup:
    fields: dict[str, object] = {
        "name": profile,
        "write": telegrams(PROFILES[profile]),
        "p1": not profile.endswith("hdlc"),
        "module": ModuleSetup(Module.POWERED),
        "energies": Energies(import_wh=1_000_000),
    }
    return MeterSetup(**(fields | changes))  # type: ignore[arg-type]


def meter(profile: str = "kamstrup-omnia", *, speed: float = 1.0, **changes: object) -> VirtualMeter:
    return VirtualMeter(setup(profile, **changes), ManualClock(START), speed=speed)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_decoded(profile: str) -> None:
    found = readings(meter(profile).advance(at(35)))
    assert [reading.at for reading in found] == [at(second) for second in (1, 11, 21, 31)]
    assert all(reading.power_import_w is not None for reading in found)


def test_the_registers_count_what_the_telegrams_say() -> None:
    found = readings(meter(module=ModuleSetup(Module.POWERED, 1)).advance(at(201)))
    energies = [reading.energy_import_wh or 0 for reading in found]
    drawn_ws = sum(reading.power_import_w or 0 for reading in found[1:])
    assert energies[0] >= 1_000_000
    assert drawn_ws > 0
    assert abs((energies[-1] - energies[0]) * 3600 - drawn_ws) <= 3600


def test_a_telegram_leaves_when_its_last_byte_is_out() -> None:
    (chunk,) = meter().advance(at(5))
    assert chunk.at == at(1) + timedelta(seconds=Setting().duration_s(len(chunk.data)))
    virtual = meter()
    assert virtual.advance(at(1.01)) == []
    assert len(virtual.advance(at(1.2))) == 1


def test_a_line_too_slow_for_the_interval_skips_telegrams() -> None:
    module = ModuleSetup(Module.POWERED, 1, Line(Setting(2400, 8, "E", 1)))
    chunks = meter(module=module).advance(at(12.5))
    assert len(chunks) == 3  # 640 bytes of 11 bits take 3 s
    assert [reading.at for reading in readings(chunks)] == [at(1), at(5), at(9)]


def test_the_same_seed_gives_the_same_bytes_however_time_is_sliced() -> None:
    whole = meter().advance(at(600))
    sliced = meter()
    parts = [chunk for second in range(1, 601) for chunk in sliced.advance(at(second))]
    assert whole == parts
    other = meter(house=HouseSetup(seed=2)).advance(at(600))
    assert [chunk.data for chunk in other] != [chunk.data for chunk in whole]


def test_a_closed_port_sends_nothing_until_it_is_opened() -> None:
    virtual = meter(is_open=False)
    assert virtual.advance(at(60)) == []
    assert virtual.status().sends is Sends.NOTHING
    virtual.set_open(True)
    assert len(virtual.advance(at(80))) == 2
    virtual.set_open(False)
    assert virtual.advance(at(120)) == []


def test_without_a_cable_nothing_arrives() -> None:
    virtual = meter()
    virtual.set_cable(False)
    assert virtual.advance(at(30)) == []
    virtual.set_cable(True)
    assert len(virtual.advance(at(40))) == 1


def test_an_unfed_omnipower_sends_its_identification() -> None:
    virtual = meter(module=ModuleSetup(Module.OMNIPOWER_P1))
    virtual.set_reader_supply(False)
    assert [chunk.data for chunk in virtual.advance(at(15))] == [b"/KAM5\r\n\r\n"] * 2
    virtual.set_reader_supply(True)
    assert len(readings(virtual.advance(at(25)))) == 1


async def test_pin_2_stops_a_telegram_in_its_middle() -> None:
    clock = ManualClock(START)
    virtual = VirtualMeter(setup(), clock)
    recorder = Recorder()
    virtual.outputs.append(recorder)
    await clock.advance(1.03)
    virtual.set_data_request(False)
    await clock.advance(30)
    virtual.catch_up()
    (chunk,) = recorder.chunks
    assert len(chunk.data) == int(0.03 * 11_520)
    virtual.set_data_request(True)
    await clock.advance(11)
    virtual.catch_up()
    assert len(recorder.readings()) == 1


def test_a_power_cycle_is_silent_and_then_as_before() -> None:
    virtual = meter()
    virtual.advance(at(15))
    virtual.power_cycle()
    awake_at = virtual.status().module.awake_at
    assert at(15) < awake_at <= at(75)
    assert virtual.advance(awake_at) == []
    assert len(virtual.advance(awake_at + timedelta(seconds=1))) == 1


def test_a_reader_without_a_supply_starts_the_months_to_the_hang() -> None:
    virtual = meter(module=ModuleSetup(Module.SELF_POWERED))  # the months themselves: test_module.py
    virtual.advance(at(100))
    virtual.set_reader_supply(False)
    hangs_at = virtual.status().module.hangs_at
    assert hangs_at is not None
    assert timedelta(days=120) <= hangs_at - at(100) <= timedelta(days=184)
    virtual.set_reader_supply(True)
    assert virtual.status().module.hangs_at is None


def test_the_house_obeys() -> None:
    virtual = meter(house=HouseSetup(car=False, heat_pump=False, solar_kwp=0))
    virtual.advance(at(60))
    before = virtual.status().reading
    virtual.switch("immersion_heater", True)
    after = readings(virtual.advance(at(75)))[-1]
    assert (after.power_import_l1_w or 0) - (before.power_import_l1_w or 0) > 1500
    virtual.switch("immersion_heater", False)
    virtual.plug_in(10_000)
    charging = readings(virtual.advance(at(300)))[-1]
    assert (charging.power_import_w or 0) > 8_000
    virtual.unplug()
    assert (readings(virtual.advance(at(330)))[-1].power_import_w or 0) < 5_000
    with pytest.raises(ConfigError, match="anvil"):
        virtual.switch("anvil", True)
    with pytest.raises(ConfigError):
        virtual.plug_in(0)


def test_faults_count_from_the_start_or_from_now() -> None:
    virtual = meter()
    virtual.add_faults([Plan("repeat", 20, 10)])
    assert [len(readings([chunk])) for chunk in virtual.advance(at(45))] == [1, 1, 2, 1, 1]
    virtual.add_fault(Plan("repeat"))
    assert [fault.name for fault in virtual.status().faults if fault.active] == ["repeat"]
    virtual.remove_fault("repeat")
    assert virtual.status().faults == []


@pytest.mark.parametrize("profile", ["kamstrup-omnia", "kaifa-hdlc", "aidon-hdlc"])
def test_values_freeze_and_the_clock_goes_on(profile: str) -> None:
    virtual = meter(profile)
    virtual.add_fault(Plan("frozen"))
    found = readings(virtual.advance(at(35)))
    assert len({reading.power_import_w for reading in found}) == 1
    assert len({reading.at for reading in found}) == 4


def test_a_brown_out_cuts_then_starts_anew() -> None:
    virtual = meter()
    virtual.add_fault(Plan("brown-out"))
    chunks = virtual.advance(at(120))
    assert b"!" not in chunks[0].data
    assert timedelta(seconds=20) <= chunks[1].at - chunks[0].at <= timedelta(seconds=61)
    assert len(readings(chunks[1:3])) == 2
    assert b"!" not in chunks[3].data


def test_a_hang_stops_it_until_the_power_cycle() -> None:
    virtual = meter()
    virtual.add_fault(Plan("hang", 5))
    assert len(virtual.advance(at(300))) == 1
    assert virtual.status().module.hung
    virtual.power_cycle()
    assert len(virtual.advance(at(361))) >= 1


async def test_it_runs_by_the_clock() -> None:
    clock = ManualClock(START)
    virtual = VirtualMeter(setup(), clock)
    recorder = Recorder()
    virtual.outputs.append(recorder)
    running = asyncio.create_task(virtual.run())
    await clock.advance(35)
    assert [reading.at for reading in recorder.readings()] == [at(second) for second in (1, 11, 21, 31)]
    virtual.set_speed(100)
    await clock.advance(1)
    assert len(recorder.chunks) == 14
    assert virtual.now() == at(135)
    assert virtual.status().chunks_sent == 14
    running.cancel()


async def test_it_falls_behind_and_leaves_nothing_out() -> None:
    clock = ManualClock(START)
    virtual = VirtualMeter(setup(), clock, speed=FASTEST)
    recorder = Recorder()
    virtual.outputs.append(recorder)
    await clock.advance(2)
    reached_at = virtual.catch_up()
    assert reached_at < at(2 * FASTEST)
    found = recorder.readings()
    assert [reading.at for reading in found] == [at(1 + 10 * turn) for turn in range(len(found))]
    assert virtual.now() == reached_at


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf"), 10_001.0])
def test_an_impossible_speed_is_refused(speed: float) -> None:
    with pytest.raises(ConfigError, match="speed"):
        meter(speed=speed)


def test_the_status_tells_it_all() -> None:
    virtual = meter(module=ModuleSetup(Module.SELF_POWERED, 5))
    status = virtual.status()
    assert isinstance(status, Status)
    assert (status.name, status.kind, status.interval_s) == ("kamstrup-omnia", Module.SELF_POWERED, 5)
    assert (status.line, status.sends, status.speed) == ("115200 8N1", Sends.NOTHING, 1.0)
    assert status.at == START


def test_the_registers_of_a_meter_nobody_described_are_its_own() -> None:
    def imported(seed: int) -> int | None:
        return meter(energies=None, seed=seed).status().reading.energy_import_wh

    assert imported(1) == imported(1) != imported(2)

"""The table: what the virtual meter can do wrong, and what the doctor says of it. In simulated time, no waiting."""

from datetime import UTC, datetime, timedelta

import pytest

from hanport.clock import ManualClock
from hanport.doctor import Finding, Observation, SourceKind, diagnose, is_healthy, is_surely_healthy, observe
from hanport.meter.device import MeterSetup, VirtualMeter, telegrams
from hanport.meter.faults import FAULTS
from hanport.meter.house import HouseSetup
from hanport.meter.line import Line
from hanport.meter.module import ModuleSetup
from hanport.meter.schedule import Plan
from hanport.models import MODELS
from hanport.port.profiles import PROFILES
from hanport.port.uart import Setting
from hanport.port.values import Protocol

START = datetime(2026, 1, 31, 17, 0, 3, tzinfo=UTC)
WATCHED = timedelta(seconds=120)

# Fault -> the first finding when it is there from the start, and when it begins after some good telegrams. Two minutes
# of silence from the start can have four causes; what hangs while we look is known to hang.
FOUND = {
    "cut": ("cut", "cut"),
    "flip": ("bad-checksums-many", "bad-checksums-many"),
    "noise": ("noise", "noise"),
    "stall": ("supply-sags", "supply-sags"),
    "repeat": ("repeated", "repeated"),
    "frozen": ("frozen", "frozen"),
    "clock-jump": ("clock-ahead", "clock-jumped"),
    "wrong-serial": ("setting-likely", "garbled-since"),
    "inverted": ("inverted", "garbled-since"),
    "hang": ("nothing-came", "silent-since"),
    "brown-out": ("supply-sags", "supply-sags"),
    "encrypted": ("encrypted", "encrypted"),
    "slow": ("slow", "slow"),
    "rows-missing": ("rows-missing", "rows-missing"),
    "crc": ("bad-checksums-many", "bad-checksums-many"),
}
# What a silent minute or garbage leave open is not said as sure.
NEVER_SURE = {"nothing-came", "setting-likely"}


def meter_of(name: str, *, house: HouseSetup | None = None, start: datetime = START) -> VirtualMeter:
    model = MODELS[name]
    profile = PROFILES[model.profile]
    setup = MeterSetup(
        name=model.name,
        write=telegrams(profile),
        p1=profile.protocol is Protocol.P1,
        house=house or HouseSetup(),
        module=ModuleSetup(model.module, model.interval_s, Line(Setting.parse(model.serial))),
    )
    return VirtualMeter(setup, ManualClock(start), start=start)


def watch(meter: VirtualMeter, *, known: bool = False) -> Observation:
    """Two minutes of the meter, read with its own setting; `known`: over a serial port, where that setting is known."""
    setting = meter.setup.module.line.setting
    begun_at = meter.now()
    pieces = [(chunk.at, data) for chunk in meter.advance(begun_at + WATCHED) if (data := chunk.read_by(setting))]
    source = SourceKind.SERIAL if known else SourceKind.TCP
    return observe(
        pieces, begun_at=begun_at, until=begun_at + WATCHED, source=source, setting=str(setting) if known else None
    )


def first_finding(observation: Observation) -> Finding:
    findings = diagnose(observation)
    assert findings, "the doctor finds nothing"
    assert not is_healthy(findings)
    assert not is_surely_healthy(observation)
    return findings[0]


def test_the_table_has_every_fault_of_the_meter() -> None:
    assert FOUND.keys() == FAULTS.keys()


CASES = [
    (fault, model)
    for model in ("kamstrup-omnia", "sagemcom-s211", "aidon-hdlc", "kaifa-hdlc")
    for fault in FOUND
    if PROFILES[MODELS[model].profile].protocol is Protocol.P1 or not FAULTS[fault].p1_only
]


@pytest.mark.parametrize("begins_s", [0, 25])
@pytest.mark.parametrize(("fault", "model"), CASES)
def test_every_fault_is_found(fault: str, model: str, begins_s: int) -> None:
    meter = meter_of(model)
    meter.add_faults([Plan(fault, begins_s)])
    finding = first_finding(watch(meter, known=model == "sagemcom-s211"))
    assert finding.key == FOUND[fault][begins_s > 0]
    if finding.key in NEVER_SURE:
        assert not finding.sure


SURE_AT_ONCE = sorted(set(FOUND) - {"wrong-serial", "hang", "stall", "brown-out"})


@pytest.mark.parametrize("fault", SURE_AT_ONCE)
def test_what_can_be_sure_in_two_minutes_is(fault: str) -> None:
    meter = meter_of("kamstrup-omnia")
    meter.add_faults([Plan(fault)])
    assert first_finding(watch(meter)).sure


def test_a_closed_port_is_silence() -> None:
    meter = meter_of("kamstrup-omnia")
    meter.set_open(False)
    assert first_finding(watch(meter)).key == "nothing-came"


def test_a_port_without_cable_is_silence() -> None:
    meter = meter_of("kamstrup-omnia")
    meter.set_cable(False)
    assert first_finding(watch(meter)).key == "nothing-came"


def test_a_module_without_supply_says_only_who_it_is() -> None:
    meter = meter_of("kamstrup-omnipower-p1")
    meter.set_reader_supply(False)
    finding = first_finding(watch(meter))
    assert (finding.key, finding.sure) == ("only-identification", True)
    assert finding.numbers["identification"] == "/KAM5"


@pytest.mark.parametrize("name", MODELS)
def test_a_healthy_meter_of_any_model_is_healthy(name: str) -> None:
    observation = watch(meter_of(name))
    assert is_healthy(diagnose(observation))
    assert is_surely_healthy(observation)


@pytest.mark.parametrize("start", [datetime(2026, 7, 1, 2, 0, tzinfo=UTC), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)])
@pytest.mark.parametrize("phases", [1, 3])
def test_a_healthy_meter_is_healthy_in_any_house_and_season(phases: int, start: datetime) -> None:
    house = HouseSetup(phases=phases, heat_pump=False, car=False, solar_kwp=0.0)
    for seed_day in range(10):
        meter = meter_of("landisgyr-e360", house=house, start=start + timedelta(days=seed_day))
        assert diagnose(watch(meter)) == ()


def test_a_meter_that_was_just_started_is_healthy_after_its_silence() -> None:
    meter = meter_of("kamstrup-omnia")
    meter.power_cycle()
    findings = diagnose(watch(meter))
    assert [finding.key for finding in findings] == ["start-silence"]
    assert is_healthy(findings)


def test_joining_in_the_middle_of_a_telegram_is_no_illness() -> None:
    for name in MODELS:
        meter = meter_of(name)
        setting = meter.setup.module.line.setting
        chunks = meter.advance(START + WATCHED)
        for kept in (1, 10, 100, 200):
            pieces = [(chunks[0].at, chunks[0].data[-kept:]), *((c.at, c.read_by(setting)) for c in chunks[1:])]
            observation = observe(pieces, begun_at=START, until=START + WATCHED)
            assert is_healthy(diagnose(observation)), (name, kept)

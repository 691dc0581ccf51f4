"""Each fault by itself: what it makes of a reading, a telegram, a line or a module."""

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from hanport.meter.device import telegrams
from hanport.meter.faults import (
    AUTHENTICATION_KEY,
    ENCRYPTION_KEY,
    FAULTS,
    Fault,
    LineFault,
    ModuleFault,
    ReadingFault,
    TelegramFault,
)
from hanport.meter.line import P1_LINE, P1_SETTING, Chunk
from hanport.meter.module import HanModule, ModuleSetup, Sends
from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.uart import Setting
from hanport.port.values import Reading, Reason, Rejected

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
READING = Reading(
    AT,
    energy_import_wh=6_678_394,
    power_import_w=1_727,
    voltage_l1_mv=230_100,
    voltage_l2_mv=231_200,
    current_l1_ma=4_100,
    current_l2_ma=1_900,
)
P1 = telegrams(PROFILES["kamstrup-omnia"])(READING)
HDLC = telegrams(PROFILES["aidon-hdlc"])(READING)


def make(name: str, seed: int = 1) -> Fault:
    return FAULTS[name].make(Random(seed))


def damage(name: str, telegram: bytes = P1, *, seed: int = 1, times: int = 1) -> list[bytes]:
    fault = make(name, seed)
    assert isinstance(fault, TelegramFault)
    return [fault.damage(telegram, AT + timedelta(seconds=10 * turn)) for turn in range(times)]


def decode(*parts: bytes, keys: Keys | None = None) -> list[Telegram | Rejected]:
    decoder = Decoder(keys)
    found = [event for part in parts for event in decoder.feed(part)]
    return found + decoder.finish()


def readings(*parts: bytes) -> list[Reading]:
    return [event.reading for event in decode(*parts) if isinstance(event, Telegram)]


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_exactly_one_way_to_act(name: str) -> None:
    fault = make(name)
    kinds = (ReadingFault, TelegramFault, LineFault, ModuleFault)
    assert sum(isinstance(fault, kind) for kind in kinds) == 1
    assert FAULTS[name].summary


@pytest.mark.parametrize("name", ["cut", "flip", "noise", "encrypted"])
def test_same_seed_same_damage(name: str) -> None:
    assert damage(name, times=5) == damage(name, times=5)
    assert damage(name, times=5) != damage(name, times=5, seed=2)


@pytest.mark.parametrize("telegram", [P1, HDLC])
def test_cut_leaves_the_beginning(telegram: bytes) -> None:
    for left in damage("cut", telegram, times=50):
        assert telegram.startswith(left)
        assert 0 < len(left) < len(telegram)
    assert readings(*damage("cut", telegram, times=5)) == []


def test_flip_changes_one_to_three_bytes() -> None:
    for spoiled in damage("flip", times=50):
        assert len(spoiled) == len(P1)
        assert 1 <= sum(a != b for a, b in zip(spoiled, P1, strict=True)) <= 3
    assert readings(*damage("flip", times=20)) == []


def test_flip_takes_telegrams_of_any_length() -> None:
    assert damage("flip", b"") == [b""]
    assert damage("flip", b"\x00") != [b"\x00"]


def test_noise_adds_and_takes_nothing_away() -> None:
    spoiled = damage("noise", times=60)
    whole = sum(P1 in telegram for telegram in spoiled)
    assert all(len(telegram) > len(P1) for telegram in spoiled)
    assert 20 < whole < 60, "the telegram itself is hit sometimes"
    assert readings(*spoiled) != []
    assert damage("noise", b"")[0]


def test_stall_stops_in_the_middle() -> None:
    assert damage("stall", times=3) == [P1[: len(P1) // 2], b"", b""]


def test_repeat_sends_twice() -> None:
    assert readings(*damage("repeat")) == [readings(P1)[0]] * 2


def test_slow_lets_one_of_thirty_seconds_through() -> None:
    assert damage("slow", times=7) == [P1, b"", b"", P1, b"", b"", P1]


@pytest.mark.parametrize("telegram", [P1, HDLC])
def test_crc_spoils_the_checksum_alone(telegram: bytes) -> None:
    (spoiled,) = damage("crc", telegram)
    assert len(spoiled) == len(telegram)
    assert 1 <= sum(a != b for a, b in zip(spoiled, telegram, strict=True)) <= 4
    (event,) = decode(telegram, spoiled)[1:]
    assert isinstance(event, Rejected)
    assert event.reason is Reason.CRC


def test_crc_leaves_alone_what_has_none() -> None:
    assert damage("crc", b"/KAM5\r\n\r\n") == [b"/KAM5\r\n\r\n"]


def test_encrypted_is_read_with_the_keys_only() -> None:
    sealed = damage("encrypted", times=3)
    assert all(message.startswith(b"\xdb\x08") for message in sealed)
    assert len(set(sealed)) == 3, "a counter is never used twice"
    opened = decode(*sealed, keys=Keys(ENCRYPTION_KEY, AUTHENTICATION_KEY))
    assert [event.reading for event in opened if isinstance(event, Telegram)] == readings(P1) * 3
    for keys in (None, Keys(bytes(16), AUTHENTICATION_KEY), Keys(ENCRYPTION_KEY, bytes(16))):
        events = decode(*sealed, keys=keys)
        assert events
        assert all(isinstance(event, Rejected) and event.reason is Reason.CIPHER for event in events)


def change(name: str, *given: Reading) -> list[Reading]:
    fault = make(name)
    assert isinstance(fault, ReadingFault)
    return [fault.change(reading) for reading in given]


def test_frozen_lets_the_clock_alone_go_on() -> None:
    later = msgspec.structs.replace(READING, at=AT + timedelta(seconds=10), power_import_w=5)
    assert change("frozen", READING, later) == [READING, msgspec.structs.replace(READING, at=later.at)]


def test_clock_jump_is_an_hour_and_leaves_the_values() -> None:
    no_clock = msgspec.structs.replace(READING, at=None)
    assert change("clock-jump", READING, no_clock) == [
        msgspec.structs.replace(READING, at=AT + timedelta(hours=1)),
        no_clock,
    ]


def test_rows_missing_has_no_currents_and_voltages() -> None:
    (left,) = change("rows-missing", READING)
    assert left == Reading(AT, energy_import_wh=6_678_394, power_import_w=1_727)
    assert b"1-0:31.7.0" not in telegrams(PROFILES["kamstrup-omnia"])(left)


def test_wrong_serial_is_text_at_its_own_setting_and_garbage_at_115200() -> None:
    fault = make("wrong-serial")
    assert isinstance(fault, LineFault)
    chunk = Chunk(P1, fault.drive(P1_LINE), AT)
    assert chunk.read_by(Setting(9600, 7, "E", 1)) == P1
    garbage = chunk.read_by(P1_SETTING)
    assert garbage
    assert readings(garbage) == []


def test_inverted_is_garbage_at_every_setting() -> None:
    fault = make("inverted")
    assert isinstance(fault, LineFault)
    line = fault.drive(P1_LINE)
    assert fault.drive(line) == P1_LINE
    for text in ("115200 8N1", "9600 7E1", "2400 8E1", "2400 8N1"):
        assert readings(Chunk(P1, line, AT).read_by(Setting.parse(text))) == []


def test_hang_needs_a_power_cycle() -> None:
    module = HanModule(ModuleSetup(), AT)
    fault = make("hang")
    assert isinstance(fault, ModuleFault)
    fault.strike(module, AT, 0.06)
    assert module.state.hung
    module.power_cycle(AT)
    assert not module.state.hung


def test_brown_out_cuts_and_silences() -> None:
    module = HanModule(ModuleSetup(), AT)
    fault = make("brown-out")
    assert isinstance(fault, ModuleFault)
    begun_at = AT + timedelta(seconds=11)
    fault.strike(module, begun_at, 0.0)
    assert module.sends(begun_at) is Sends.TELEGRAM, "nothing was being sent"
    fault.strike(module, begun_at, P1_SETTING.duration_s(len(P1)))
    left = module.sent(begun_at, P1, P1_LINE)
    assert P1.startswith(left)
    assert 0.1 * len(P1) < len(left) < 0.9 * len(P1)
    assert module.sends(begun_at + timedelta(seconds=10)) is Sends.NOTHING
    awake_at = module.state.awake_at
    for _ in range(2):
        fault.strike(module, awake_at, 0.06)
        assert module.state.awake_at == awake_at, "two telegrams come whole"
    fault.strike(module, awake_at, 0.06)
    assert module.state.awake_at > awake_at

"""Each rule, both ways: it fires on what it is about, and not on what only looks like it. Observations made by hand."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from hanport.doctor import Finding, Observation, Severity, SourceKind, Trouble, diagnose, observe
from hanport.doctor.observation import Damage, Stretch
from hanport.doctor.typical import TYPICAL
from hanport.port.profiles import PROFILES
from hanport.port.uart import Setting, receive
from hanport.port.values import Reading, Reason
from hanport.port.write import fit, write

WINTER = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)
SUMMER = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)
P1 = "kamstrup-omnia"

Pieces = list[tuple[datetime, bytes]]
Change = Callable[[int, Reading], Reading]


def as_it_is(turn: int, reading: Reading) -> Reading:
    return reading


def reading_at(at: datetime, turn: int) -> Reading:
    """A house that draws a little more each time, at a voltage that moves."""
    return msgspec.structs.replace(
        TYPICAL,
        at=at,
        energy_import_wh=38_000_000 + 7 * turn,
        power_import_w=2_400 + turn,
        voltage_l1_mv=230_000 + 100 * (turn % 7),
    )


def stream(
    count: int, *, every_s: float = 10, begins: datetime = WINTER, profile: str = P1, change: Change = as_it_is
) -> Pieces:
    """Telegrams that arrive on time: the first one second after the beginning."""
    pieces = []
    for turn in range(count):
        at = begins + timedelta(seconds=1 + turn * every_s)
        reading = change(turn, reading_at(at, turn))
        pieces.append((at, write(fit(reading, PROFILES[profile]), PROFILES[profile])))
    return pieces


def seen(pieces: Iterable[tuple[datetime, bytes]], *, lasts_s: float = 120, begins: datetime = WINTER) -> Observation:
    return observe(pieces, begun_at=begins, until=begins + timedelta(seconds=lasts_s))


def found(observation: Observation) -> dict[str, Finding]:
    return {finding.key: finding for finding in diagnose(observation)}


def keys(pieces: Pieces, *, lasts_s: float = 120, begins: datetime = WINTER) -> list[str]:
    return list(found(seen(pieces, lasts_s=lasts_s, begins=begins)))


def silent(kind: SourceKind, lasts_s: float) -> Observation:
    return observe([], begun_at=WINTER, until=WINTER + timedelta(seconds=lasts_s), source=kind)


def test_a_healthy_stream_has_no_finding() -> None:
    assert keys(stream(12)) == []


# The source


@pytest.mark.parametrize("trouble", Trouble)
def test_trouble_with_the_source(trouble: Trouble) -> None:
    observation = replace(silent(SourceKind.TCP, 0), trouble=trouble, stretches=(), address="tcp://x:1")
    (finding,) = diagnose(observation)
    assert (finding.key, finding.severity, finding.sure) == (f"source-{trouble}", Severity.UNREADABLE, True)
    assert finding.numbers == {"address": "tcp://x:1"}
    assert [each.key for each in diagnose(replace(silent(SourceKind.TCP, 9), trouble=trouble))] == [f"source-{trouble}"]


def test_an_empty_file() -> None:
    assert list(found(silent(SourceKind.FILE, 0))) == ["source-empty"]
    assert "source-empty" not in found(silent(SourceKind.TCP, 120))


# Silence


def test_silence_from_the_start() -> None:
    finding = found(silent(SourceKind.TCP, 120))["nothing-came"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, False, {"watched_s": 120})
    assert list(found(silent(SourceKind.TCP, 60))) == ["nothing-yet"]  # it may have been started just now
    assert not found(seen(stream(1), lasts_s=2))


def test_silence_after_telegrams() -> None:
    finding = found(seen(stream(3), lasts_s=100))["silent-since"]
    assert (finding.sure, finding.numbers) == (True, {"silent_s": 79, "since": "2026-01-31T17:00:21+00:00"})
    assert not found(seen(stream(3), lasts_s=60))["silent-since"].sure  # as long as a restart takes
    assert keys(stream(3), lasts_s=51) == []
    # Of a slow meter three intervals are longer than of a quick one.
    assert "silent-since" not in keys(stream(4, every_s=30), lasts_s=180)
    # After a single telegram the interval is unknown.
    assert keys(stream(1), lasts_s=66) == []
    assert keys(stream(1), lasts_s=67) == ["silent-since"]


def test_bytes_that_are_none_after_telegrams() -> None:
    good = stream(3)
    garbage = [(at, b"\0" * 50) for at, _ in stream(12)[3:]]
    finding = found(seen(good + garbage))["garbled-since"]
    assert (finding.sure, finding.numbers) == (True, {"garbled_s": 99})
    assert not found(seen((good + garbage)[:8], lasts_s=80))["garbled-since"].sure
    assert "garbled-since" not in keys(good + garbage[:2], lasts_s=42)
    assert "garbled-since" not in keys(good, lasts_s=120)


def test_silence_before_the_first_telegram() -> None:
    late = [(at + timedelta(seconds=40), data) for at, data in stream(5)]
    moved = stream(5, begins=WINTER + timedelta(seconds=40))
    finding = found(seen(moved, lasts_s=90))["start-silence"]
    assert (finding.severity, finding.numbers) == (Severity.NOTE, {"waited_s": 41})
    assert "start-silence" in keys(late, lasts_s=90)
    assert keys(stream(5, begins=WINTER + timedelta(seconds=12)), lasts_s=60) == []


# The line


def test_only_the_identification() -> None:
    lines = [(at, b"/KAM5\r\n\r\n") for at, _ in stream(12)]
    finding = found(seen(lines))["only-identification"]
    assert (finding.sure, finding.numbers) == (True, {"identification": "/KAM5", "count": 12})
    assert list(found(seen(lines))) == ["only-identification"]
    assert not found(seen(lines[:1], lasts_s=30))["only-identification"].sure
    assert "only-identification" not in keys([*lines, *stream(1, begins=WINTER + timedelta(seconds=118))])
    assert "only-identification" not in keys([(at, b"\x81" * 100 + data) for at, data in lines])


def ciphered(count: int) -> Pieces:
    message = b"\xdb\x08HPT\0\0\0\0\1\x82\x00\x40\x30\0\0\0\1" + bytes(range(59))
    return [(at, message) for at, _ in stream(count)]


def test_encryption_without_and_with_a_wrong_key() -> None:
    finding = found(seen(ciphered(12)))["encrypted"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, True, {"count": 12})
    assert list(found(seen(ciphered(12)))) == ["encrypted"]
    assert not found(seen(ciphered(1), lasts_s=20))["encrypted"].sure
    assert list(found(replace(seen(ciphered(12)), keys_given=True))) == ["wrong-key"]
    assert not found(replace(seen(stream(12)), keys_given=True))


def stretch_of(observation: Observation, setting: str) -> Stretch:
    return replace(observation.stretches[0], setting=setting)


def test_another_setting_works() -> None:
    garbage = stretch_of(seen([(at, b"\0" * 99) for at, _ in stream(2)], lasts_s=21), "115200 8N1")
    good = stretch_of(seen(stream(2), lasts_s=15), "9600 7E1")
    both = Observation(SourceKind.SERIAL, "serial:x", 120, stretches=(garbage, good))
    (finding,) = diagnose(both)
    assert (finding.key, finding.sure) == ("wrong-setting", True)
    assert finding.numbers == {"works": "9600 7E1", "asked": "115200 8N1"}
    assert not diagnose(replace(both, stretches=(good,)))


def line(pieces: Pieces, *, sent: str, read: str = "115200 8N1", inverted: bool = False) -> Pieces:
    settings = {"sent": Setting.parse(sent), "read": Setting.parse(read)}
    return [(at, receive(data, **settings, inverted=inverted)) for at, data in pieces]


def test_an_inverted_signal() -> None:
    pieces = line(stream(12), sent="115200 8N1", inverted=True)
    finding = found(seen(pieces))["inverted"]
    assert (finding.severity, finding.sure) == (Severity.ILL, True)
    assert keys(pieces) == ["inverted"]
    known = Observation(SourceKind.SERIAL, "x", 120, stretches=(stretch_of(seen(pieces), "115200 8N1"),))
    assert found(known)["inverted"].numbers == {"settings": ("115200 8N1",)}


def test_a_setting_that_cannot_be_changed_from_here() -> None:
    finding = found(seen(line(stream(12), sent="9600 7E1")))["setting-likely"]
    assert (finding.severity, finding.sure) == (Severity.ILL, False)
    assert "9600 7E1" in finding.numbers["settings"]  # type: ignore[operator]
    assert keys([(at, bytes(range(256))) for at, _ in stream(12)]) == ["not-understood"]


@pytest.mark.parametrize(
    ("change", "spoil", "profile"),
    [
        ("added-cr", lambda data: data.replace(b"\n", b"\r\n"), "aidon-hdlc"),
        ("added-cr", lambda data: data.replace(b"\n", b"\r\n"), P1),
        ("lost-cr", lambda data: data.replace(b"\r", b""), P1),
        ("lost-lines", lambda data: data.replace(b"\r\n\r\n", b"\r\n"), P1),
        ("lost-star", lambda data: data.replace(b"*", b""), P1),
        ("lost-lines-and-star", lambda data: data.replace(b"\r\n\r\n", b"\r\n").replace(b"*", b""), P1),
    ],
)
def test_a_bridge_that_changes_bytes(change: str, spoil: Callable[[bytes], bytes], profile: str) -> None:
    def with_line_feeds(turn: int, reading: Reading) -> Reading:
        return msgspec.structs.replace(reading, power_import_w=0x0A0A)

    pieces = [(at, spoil(data)) for at, data in stream(12, profile=profile, change=with_line_feeds)]
    finding = found(seen(pieces))["changed-on-the-way"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, True, {"change": change})
    assert keys(pieces) == ["changed-on-the-way"]


def test_bytes_without_a_meaning() -> None:
    finding = found(seen([(at, b"hello world, is there a meter?\r\n") for at, _ in stream(12)]))["not-understood"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.UNREADABLE, False, {"bytes": 384})


# Damage


def flipped(pieces: Pieces, turns: Iterable[int]) -> Pieces:
    spoiled = list(pieces)
    for turn in turns:
        at, data = spoiled[turn]
        spoiled[turn] = (at, data[:300] + bytes([data[300] ^ 1]) + data[301:])
    return spoiled


def test_many_damaged_telegrams() -> None:
    finding = found(seen(flipped(stream(12), range(0, 12, 2))))["bad-checksums-many"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, True, {"spoiled": 6, "total": 12})
    assert not found(seen(flipped(stream(10), range(0, 8, 2)), lasts_s=100))["bad-checksums-many"].sure
    # One telegram is all there is, and it is damaged.
    assert keys(flipped(stream(1), [0]), lasts_s=9) == ["bad-checksums-many"]


def test_damage_by_the_hundred() -> None:
    pieces = flipped(stream(1_200, every_s=1), range(0, 1_200, 8))
    finding = found(seen(pieces, lasts_s=1_201))["bad-checksums-many"]
    assert finding.numbers["spoiled"] == 150


def test_a_damaged_telegram_now_and_then() -> None:
    finding = found(seen(flipped(stream(12), [5])))["bad-checksums-few"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, False, {"spoiled": 1, "total": 12})
    rare = found(seen(flipped(stream(120, every_s=1), [5, 50])))["bad-checksums-few"]
    assert rare.severity is Severity.NOTE


def cut_at(pieces: Pieces, turns: Iterable[int]) -> Pieces:
    spoiled = list(pieces)
    for turn in turns:
        at, data = spoiled[turn]
        spoiled[turn] = (at, data[:350])
    return spoiled


@pytest.mark.parametrize("profile", [P1, "aidon-hdlc"])
def test_cut_telegrams(profile: str) -> None:
    finding = found(seen(cut_at(stream(12, profile=profile), [3, 7])))["cut"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, True, {"count": 2})
    assert not found(seen(cut_at(stream(12, profile=profile), [3])))["cut"].sure
    assert keys(cut_at(stream(12, profile=profile), [0, 3])) == ["cut"]


def test_a_start_in_the_middle_of_a_telegram_is_no_cut() -> None:
    pieces = stream(12)
    assert keys([(pieces[0][0], pieces[0][1][350:]), *pieces[1:]]) == []


def test_a_supply_that_gives_way() -> None:
    pieces = cut_at(stream(12), [2])
    away = [piece for turn, piece in enumerate(pieces) if turn not in (3, 4, 5)]
    finding = found(seen(away))["supply-sags"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, False, {"count": 1, "away_s": 40})
    twice = [piece for turn, piece in enumerate(cut_at(pieces, [7])) if turn not in (3, 4, 5, 8, 9)]
    assert found(seen(twice))["supply-sags"].sure
    # Away, but nothing was cut: a gateway that lost a few.
    assert "supply-sags" not in keys([piece for turn, piece in enumerate(stream(12)) if turn not in (3, 4, 5)])
    # Away again now: not silent for good until it is longer than a restart takes.
    assert keys([piece for turn, piece in enumerate(pieces) if turn not in (3, 4, 5)][:5], lasts_s=120) == [
        "supply-sags"
    ]


def test_noise_between_telegrams() -> None:
    noisy = [(at, b"\x13\x2b" * 4 + data) for at, data in stream(12)]
    finding = found(seen(noisy))["noise"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, True, {"places": 11, "bytes": 88})
    once = [(at, (b"\x13" if turn == 5 else b"") + data) for turn, (at, data) in enumerate(stream(12))]
    assert found(seen(once))["noise"].severity is Severity.NOTE
    filled = [(at, b"\r\n\0\0" + data) for at, data in stream(12)]
    assert keys(filled) == []


# What telegrams say


def standing(turn: int, reading: Reading) -> Reading:
    return msgspec.structs.replace(reading_at(WINTER, 0), at=reading.at)


def without_voltage(turn: int, reading: Reading) -> Reading:
    volts = dict.fromkeys(("voltage_l1_mv", "voltage_l2_mv", "voltage_l3_mv"))
    return msgspec.structs.replace(standing(turn, reading), **volts)


def empty_house(turn: int, reading: Reading) -> Reading:
    """Nothing is on, and the meter shows whole volts that happen to stay."""
    volts = {"voltage_l1_mv": 230_000, "voltage_l2_mv": 231_000, "voltage_l3_mv": 229_000}
    return msgspec.structs.replace(standing(turn, reading), power_import_w=0, **volts)


def test_frozen_values() -> None:
    finding = found(seen(stream(12, change=standing)))["frozen"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, True, {"telegrams": 12, "since_s": 110})
    assert not found(seen(stream(4, change=standing), lasts_s=41))["frozen"].sure
    assert keys(stream(3, change=standing), lasts_s=31) == []
    assert keys(stream(10, every_s=1, change=standing), lasts_s=11) == []  # ten equal ones of a quick meter


def test_frozen_without_voltages_is_only_likely_and_needs_a_load() -> None:
    assert not found(seen(stream(12, change=without_voltage)))["frozen"].sure
    assert "frozen" not in keys(stream(12, change=empty_house))


def test_frozen_without_a_clock_goes_by_the_time_of_receipt() -> None:
    def no_clock(turn: int, reading: Reading) -> Reading:
        return msgspec.structs.replace(standing(turn, reading), at=None)

    assert "frozen" in keys(stream(12, change=no_clock))
    from_file = observe(
        stream(12, change=no_clock), begun_at=WINTER, until=WINTER + timedelta(seconds=120), source=SourceKind.FILE
    )
    assert "frozen" not in found(from_file)


def test_repeated_telegrams() -> None:
    finding = found(seen([(at, data * 2) for at, data in stream(12)]))["repeated"]
    assert (finding.severity, finding.sure) == (Severity.ILL, True)
    assert finding.numbers == {"repeated": 12, "telegrams": 24}
    assert list(found(seen([(at, data * 2) for at, data in stream(12)]))) == ["repeated"]
    once = stream(12)
    assert not found(seen([*once[:6], *once[5:]]))["repeated"].sure

    def no_clock(turn: int, reading: Reading) -> Reading:
        return msgspec.structs.replace(reading_at(WINTER, turn // 2), at=None)

    assert "repeated" not in keys(stream(12, change=no_clock))  # without the meter's time it cannot be told


def ahead(seconds: float, *, from_turn: int = 0) -> Change:
    def change(turn: int, reading: Reading) -> Reading:
        assert reading.at is not None
        return msgspec.structs.replace(reading, at=reading.at + timedelta(seconds=seconds * (turn >= from_turn)))

    return change


@pytest.mark.parametrize(
    ("begins", "off_s", "key"),
    [
        (WINTER, 0, None),
        (WINTER, 59, None),
        (WINTER, -59, None),
        (WINTER, 61, "clock-ahead"),
        (WINTER, -61, "clock-behind"),
        (WINTER, 3600, "clock-ahead"),  # in winter summer time explains nothing
        (SUMMER, 3600, "clock-hour"),
        (SUMMER, 3650, "clock-hour"),
        (SUMMER, -3600, "clock-hour"),
        (SUMMER, 3670, "clock-ahead"),
        (SUMMER, 7200, "clock-ahead"),
        (SUMMER, -86_400 * 366 * 5, "clock-behind"),
    ],
)
def test_the_meter_s_clock(begins: datetime, off_s: float, key: str | None) -> None:
    observation = seen(stream(5, begins=begins, change=ahead(off_s)), begins=begins, lasts_s=45)
    assert list(found(observation)) == ([key] if key else [])
    if key:
        finding = found(observation)[key]
        assert finding.numbers == {"off_s": abs(off_s)}
        assert finding.severity is (Severity.NOTE if key == "clock-hour" else Severity.ILL)


@pytest.mark.parametrize(
    ("begins", "key"),
    [
        (datetime(2026, 3, 29, 0, 50, tzinfo=UTC), "clock-ahead"),  # summer time begins at 01:00 UTC
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "clock-hour"),
        (datetime(2026, 10, 25, 0, 50, tzinfo=UTC), "clock-hour"),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "clock-ahead"),
        (datetime(2027, 10, 31, 0, 50, tzinfo=UTC), "clock-hour"),  # the last day of the month is a Sunday
    ],
)
def test_an_hour_is_explained_while_it_is_summer_time(begins: datetime, key: str) -> None:
    assert keys(stream(5, begins=begins, change=ahead(3600)), begins=begins, lasts_s=45) == [key]


def test_a_clock_that_jumps() -> None:
    findings = found(seen(stream(12, change=ahead(-40, from_turn=6))))
    assert findings["clock-jumped"].numbers == {"jump_s": -40}
    assert findings["clock-jumped"].severity is Severity.ILL
    assert list(findings) == ["clock-jumped"]
    assert keys(stream(12, change=ahead(29, from_turn=6))) == []


def test_the_clock_of_a_file_is_not_compared_with_the_time_of_its_reading() -> None:
    pieces = stream(12, change=ahead(-86_400, from_turn=6))
    observation = observe(pieces, begun_at=WINTER, until=WINTER, source=SourceKind.FILE)
    assert not found(observation)


def test_a_slow_meter() -> None:
    finding = found(seen(stream(5, every_s=30), lasts_s=140))["slow"]
    assert (finding.severity, finding.sure, finding.numbers) == (Severity.ILL, True, {"interval_s": 30})
    assert not found(seen(stream(3, every_s=30), lasts_s=70))["slow"].sure
    assert keys(stream(10, every_s=10.9), lasts_s=110) == []
    lost = [piece for turn, piece in enumerate(stream(12)) if turn != 10]
    assert keys(lost) == []  # one telegram that was lost makes no slow meter
    assert "slow" not in keys(flipped(stream(12), [6, 8, 10]))


def test_a_meter_that_is_known_to_be_slow() -> None:
    finding = found(seen(stream(8, every_s=15, profile="kaifa-hdlc")))["slow-as-known"]
    assert (finding.severity, finding.numbers) == (Severity.NOTE, {"interval_s": 15})
    assert "slow" in keys(stream(5, every_s=30, profile="kaifa-hdlc"), lasts_s=140)


def test_the_interval_of_a_file_is_that_of_the_meter_s_clock() -> None:
    pieces = [(WINTER, data) for _, data in stream(5, every_s=30)]
    observation = observe(pieces, begun_at=WINTER, until=WINTER, source=SourceKind.FILE)
    assert found(observation)["slow"].numbers == {"interval_s": 30}


def without(*names: str) -> Change:
    def change(turn: int, reading: Reading) -> Reading:
        return msgspec.structs.replace(reading, **dict.fromkeys(names))

    return change


def test_rows_that_this_model_sends_are_missing() -> None:
    finding = found(seen(stream(12, change=without("current_l1_ma", "current_l2_ma", "at"))))["rows-missing"]
    assert (finding.severity, finding.sure) == (Severity.ILL, True)
    assert finding.numbers["groups"] == ("clock", "current")
    assert finding.numbers["rows"] == ("0-0:1.0.0", "1-0:31.7.0", "1-0:51.7.0")
    assert not found(seen(stream(1, change=without("current_l1_ma")), lasts_s=9))["rows-missing"].sure


def test_a_single_phase_meter_misses_nothing() -> None:
    other_phases = [name for name in Reading.__struct_fields__ if "_l2_" in name or "_l3_" in name]
    assert keys(stream(12, change=without(*other_phases))) == []


def test_an_unknown_model_with_fewer_rows_is_a_note() -> None:
    pieces = [(at, _renamed(data)) for at, data in stream(12, change=without("voltage_l1_mv", "voltage_l2_mv"))]
    finding = found(seen(pieces))["rows-fewer"]
    assert finding.severity is Severity.NOTE
    assert finding.numbers == {"groups": ("voltage",), "rows": ("1-0:32.7.0", "1-0:52.7.0")}
    assert keys([(at, _renamed(data)) for at, data in stream(12)]) == []


def _renamed(telegram: bytes) -> bytes:
    """The same from a maker that nobody knows, without a checksum."""
    return telegram.replace(b"/KAM5", b"/XYZ5").rpartition(b"!")[0] + b"!\r\n"


def test_a_layout_that_is_framed_and_not_understood_is_no_damage() -> None:
    good = seen(stream(12))
    strange = Damage(WINTER + timedelta(seconds=5), Reason.STRUCTURE, 200, 3, b"\x7e", True)
    stretch = replace(good.stretches[0], damages=(strange,), damage_counts={Reason.STRUCTURE: 1})
    assert not found(replace(good, stretches=(stretch,)))

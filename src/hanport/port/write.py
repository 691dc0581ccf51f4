"""Readings to telegrams, in the layouts of the makers: what can be read can be written (law 2 of the design)."""

from collections.abc import Callable
from datetime import datetime

from hanport.port import axdr, crc, hdlc, meter_time, obis
from hanport.port.axdr import Enum, Octets, Text, Value
from hanport.port.profiles import Profile, RowForm
from hanport.port.scalers import NUMBERS_BY_UNIT
from hanport.port.values import Protocol, Reading

_LLC = b"\xe6\xe7\x00"
_LIMITS = {0x06: (0, 2**32 - 1), 0x10: (-(2**15), 2**15 - 1), 0x12: (0, 2**16 - 1)}

# What the lists of Kaifa and Kamstrup name besides measurements: masked numbers of the captures.
_KAIFA_NAMES = (("1-0:0.2.129", "KFM_001"), ("0-0:96.1.0", "7340734073407340"), ("0-0:96.1.7", "MA304H4"))
_KAMSTRUP_NAMES = (("1-1:0.0.5", "5705705705705707"), ("1-1:96.1.1", "6841138BN245101090"))


class Unwritable(ValueError):
    """A value that the profile's row cannot say: finer than its resolution, or beyond its range."""


def fit(reading: Reading, profile: Profile) -> Reading:
    """The reading as the profile can say it: rounded to the nearest step, limited to the row's range, the rest None."""
    values: dict[str, int | datetime | None] = {}
    for row in profile.rows:
        if row.field is None:
            values["at"] = reading.at.replace(microsecond=0) if reading.at else None
            continue
        value = getattr(reading, row.field)
        if value is None:
            continue
        step = (value + row.resolution // 2) // row.resolution
        low, high = _LIMITS.get(row.tag, (step, step))
        values[row.field] = min(max(step, low), high) * row.resolution
    return Reading(**values)  # type: ignore[arg-type]


def write(reading: Reading, profile: Profile) -> bytes:
    """One telegram with all frames and checksums. A field that is None leaves its row out.

    Raises Unwritable for a value that the row cannot say; `fit` makes it sayable.
    """
    if profile.protocol is Protocol.P1:
        return _p1(reading, profile)
    return _LISTS[profile.name](reading, profile)


def steps(reading: Reading, row: RowForm) -> int | None:
    """The field as a count of the row's steps."""
    assert row.field is not None
    value: int | None = getattr(reading, row.field)
    if value is None:
        return None
    count, rest = divmod(value, row.resolution)
    low, high = _LIMITS.get(row.tag, (count, count))
    if rest or not low <= count <= high:
        raise Unwritable(f"{row.field}={value} does not fit row {row.code} (steps of {row.resolution}, tag {row.tag})")
    return count


def _p1(reading: Reading, profile: Profile) -> bytes:
    lines = [f"/{profile.identification}\r\n\r\n"]
    for row in profile.rows:
        if row.field is None:
            if reading.at is not None:
                clock = meter_time.to_p1(reading.at, profile.flag)
                _must_read_back(reading.at, meter_time.from_p1(clock))
                lines.append(f"{row.code}({clock})\r\n")
            continue
        count = steps(reading, row)
        if count is not None:
            sign, (whole, part) = "-" * (count < 0), divmod(abs(count), 10**row.decimals)
            lines.append(f"{row.code}({sign}{whole:0{row.digits}}.{part:0{row.decimals}}*{row.unit})\r\n")
    content = "".join([*lines, "!"]).encode("latin-1")
    return content + b"%04X\r\n" % crc.arc(content)


def _notification(time: bytes, body: bytes, *, invoke: int = 0x40000000) -> bytes:
    return _LLC + b"\x0f" + invoke.to_bytes(4) + time + body


def _clock_row(reading: Reading, deviation: int | None, status: int) -> Octets | None:
    if reading.at is None:
        return None
    clock = meter_time.to_cosem(reading.at, deviation=deviation, status=status)
    _must_read_back(reading.at, meter_time.from_cosem(clock))
    return Octets(clock)


def _must_read_back(at: datetime, said: datetime | None) -> None:
    if said != at:
        raise Unwritable(f"at={at} is no whole second of the years that a meter's clock can say, 2001 to 2099")


def _aidon(reading: Reading, profile: Profile) -> bytes:
    """An array of (code, value, (scaler, unit)); the clock is (code, value)."""
    rows: list[bytes] = []
    for row in profile.rows:
        code = axdr.encode(Octets(obis.to_bytes(row.code)))
        if row.field is None:
            clock = _clock_row(reading, None, 0xFF)
            rows += [b"\x02\x02" + code + axdr.encode(clock)] if clock else []
            continue
        count = steps(reading, row)
        if count is not None:
            unit = axdr.encode(Enum(NUMBERS_BY_UNIT[row.unit]))
            scaler = b"\x02\x02" + axdr.encode(-row.decimals, 0x0F) + unit
            rows.append(b"\x02\x03" + code + axdr.encode(count, row.tag) + scaler)
    body = bytes((0x01, len(rows))) + b"".join(rows)
    return hdlc.wrap(_notification(b"\x00", body), addresses=b"\x41\x08\x83")


def _pairs(reading: Reading, profile: Profile, clock: Octets | None) -> list[tuple[bytes, bytes] | None]:
    """(code, value) of each row, encoded; None for a row that says nothing."""
    pairs: list[tuple[bytes, bytes] | None] = []
    for row in profile.rows:
        code = axdr.encode(Octets(obis.to_bytes(row.code)))
        count = None if row.field is None else steps(reading, row)
        if row.field is None and clock is not None:
            pairs.append((code, axdr.encode(clock)))
        else:
            pairs.append(None if count is None else (code, axdr.encode(count, row.tag)))
    return pairs


def _names(names: tuple[tuple[str, str], ...], kind: Callable[[bytes], Value]) -> list[tuple[bytes, bytes] | None]:
    return [(axdr.encode(Octets(obis.to_bytes(code))), axdr.encode(kind(text.encode()))) for code, text in names]


def _kaifa(reading: Reading, profile: Profile) -> bytes:
    """One structure of code, value, code, value ...; the clock with the deviation of normal time."""
    pairs = _names(_KAIFA_NAMES, Octets) + _pairs(reading, profile, _clock_row(reading, -60, 0))
    items = [part for pair in pairs if pair for part in pair]
    body = bytes((0x02, len(items))) + b"".join(items)
    return hdlc.wrap(_notification(b"\x00", body), addresses=b"\x01\x00\x01", control=0x10)


def _kamstrup(reading: Reading, profile: Profile) -> bytes:
    """The list of 35 items (5512-2584); a row that says nothing is a pair of nulls, so that the count stays."""
    clock = _clock_row(reading, None, 0)
    pairs = _names(_KAMSTRUP_NAMES, Text) + _pairs(reading, profile, clock)
    null = axdr.encode(None)
    items = [axdr.encode(Text(profile.identification.encode()))]
    items += [part for pair in pairs for part in (pair or (null, null))]
    body = bytes((0x02, len(items))) + b"".join(items)
    time = b"\x00" if clock is None else bytes((len(clock.raw),)) + clock.raw
    return hdlc.wrap(_notification(time, body, invoke=0), addresses=b"\x2b\x21")


_LISTS: dict[str, Callable[[Reading, Profile], bytes]] = {
    "aidon-hdlc": _aidon,
    "kaifa-hdlc": _kaifa,
    "kamstrup-hdlc": _kamstrup,
}

"""Absurd telegrams through the public decoder: nothing raises, and every value of a reading fits 64 bits."""

import struct
from datetime import timedelta

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanport.port import axdr, crc, hdlc, obis
from hanport.port.axdr import Octets
from hanport.port.decoder import Decoder, Event, decode_message
from hanport.port.fields import CLOCK, FACTORS, FIELDS, TARIFFS
from hanport.port.telegram import Telegram
from hanport.port.values import Reading

DIGITS = "0123456789"
UNITS = [*sorted({unit for factors in FACTORS.values() for unit in factors if unit}), "m3", "kVArh", "kWh ", "x"]
CODES = [*sorted(FIELDS), *sorted(TARIFFS), *CLOCK, "0-0:0.9.1", "0-0:0.9.2", "0-1:24.2.1", "0-0:96.13.0", "F.F"]
IDENTIFICATIONS = ["KAM5", "ISk5\\2M550T-2006", "ADN9 6534", "ESY5Q3DA1024", "HTI5/3x", "LGF5(123)"]

digits = st.text(DIGITS, min_size=1, max_size=40)
# Most rows are near to what meters send, so that all of the way to a Reading is gone.
numbers = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "-", "+"]),
    digits,
    st.sampled_from(["", ".", ".0", ".000"]) | digits.map(".{}".format),
    st.sampled_from(UNITS).map("*{}".format) | st.sampled_from(["", *UNITS]),
)
times = st.builds("{}{}".format, st.text(DIGITS, min_size=12, max_size=12), st.sampled_from("WSX"))
contents = st.one_of(
    numbers,
    times,
    digits,
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="()!/"), max_size=20),
    st.just("\xff" * 10_000),
)
rows = st.builds(
    "{}{}\r\n".format,
    st.sampled_from(CODES),
    st.lists(contents, min_size=1, max_size=3).map(lambda found: "".join(f"({text})" for text in found)),
)
bodies = st.lists(rows, max_size=12).flatmap(
    lambda found: st.permutations(found + found[:2]).map("".join)  # some of them twice, in any order
)


def check(events: list[Event]) -> Reading | None:
    """Everything that can be asked of a telegram is asked."""
    reading = None
    for event in events:
        if isinstance(event, Telegram):
            for register in event.registers:
                assert register.value is None or register.value.is_finite()
            reading = event.reading
            assert event.at == reading.at
            assert reading.at is None or reading.at.utcoffset() == timedelta(0)
            for value in msgspec.structs.astuple(reading)[1:]:
                assert value is None or -(2**63) <= value < 2**63
    return reading


def sealed(identification: str, body: str) -> bytes:
    content = f"/{identification}\r\n\r\n{body}!".encode("latin-1")
    return content + b"%04X\r\n" % crc.arc(content)


@given(st.sampled_from(IDENTIFICATIONS), bodies)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_rows(identification: str, body: str) -> None:
    data = sealed(identification, body)
    events = decode_message(data)
    check(events)
    if len(data) < 16_000:
        assert [type(event) for event in events] == [Telegram]


@given(st.sampled_from(IDENTIFICATIONS), bodies, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_same_rows_with_other_digits(identification: str, body: str, chance: object) -> None:
    """The third telegram of a form goes another way through the decoder: it must say what the first way says."""
    choice = chance.choice  # type: ignore[attr-defined]
    head, *found = body.split("(")
    other = "(".join([head, *("".join(choice(DIGITS) if c in DIGITS else c for c in part) for part in found)])
    again = "".join(
        row[: row.index("(")] + other_row[other_row.index("(") :]  # codes keep their digits
        for row, other_row in zip(body.splitlines(True), other.splitlines(True), strict=True)
        if "(" in row and "(" in other_row
    )
    decoder = Decoder()
    decoder.feed(sealed(identification, body) * 2)
    assert check(decoder.feed(sealed(identification, again))) == check(decode_message(sealed(identification, again)))


integers = st.one_of(
    *(
        st.integers(-(2 ** (8 * size - 1)) if signed else 0, 2 ** (8 * size - signed) - 1).map(
            lambda value, tag=tag, form=form: bytes((tag,)) + struct.pack(form, value)  # type: ignore[misc]
        )
        for tag, form, size, signed in ((0x0F, ">b", 1, 1), (0x12, ">H", 2, 0), (0x06, ">I", 4, 0), (0x14, ">q", 8, 1))
    ),
    st.integers(2**63, 2**64 - 1).map(lambda value: b"\x15" + struct.pack(">Q", value)),
)
values = st.one_of(
    integers,
    st.floats(width=32).map(lambda value: b"\x17" + struct.pack(">f", value)),
    st.floats().map(lambda value: b"\x18" + struct.pack(">d", value)),
    st.binary(min_size=12, max_size=12).map(lambda raw: b"\x09\x0c" + raw),
    st.binary(max_size=30).map(lambda raw: b"\x0a" + bytes((len(raw),)) + raw),
    st.just(b"\x00"),
)
codes = st.sampled_from([code for code in CODES if obis.canonical(code)]).map(
    lambda code: axdr.encode(Octets(obis.to_bytes(code)))
)
scalers = st.builds(lambda power, unit: b"\x02\x02" + power + bytes((0x16, unit)), integers, st.integers(26, 45))
items = st.one_of(
    st.builds(lambda code, value: [code, value], codes, values),
    st.builds(lambda code, value, scaler: [b"\x02\x03" + code + value + scaler], codes, values, scalers),
    values.map(lambda value: [value]),
)
names = st.sampled_from([[], [b"\x09\x07KFM_001"], [b"\x0a\x0eKamstrup_V0001"], [b"\x0a\x0bEMBRIQ_V1_1"]])


@given(names, st.lists(items, max_size=18), st.binary(min_size=12, max_size=12) | st.none())
@settings(max_examples=400, deadline=None)
def test_any_list(name: list[bytes], found: list[list[bytes]], time: bytes | None) -> None:
    parts = [*name, *(part for item in found for part in item)]
    notification = b"\xe6\xe7\x00\x0f\x40\0\0\0" + (b"\0" if time is None else b"\x0c" + time)
    apdu = notification + bytes((2, len(parts))) + b"".join(parts)
    if len(apdu) < 2000:
        check(Decoder().feed(hdlc.wrap(apdu, addresses=b"\x01\x03") * 2))
    check(decode_message(apdu))

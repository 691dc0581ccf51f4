"""A-XDR: every type that push lists use, and nothing that exceeds its bounds."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.port import axdr
from hanport.port.axdr import Enum, Malformed, Octets, Text, Value

TYPES: dict[str, Value] = {
    "00": None,
    "03 00": False,
    "03 01": True,
    "04 0c ff f0": Octets(b"\xff\xf0"),  # 12 bits
    "05 ff ff ff fe": -2,
    "06 00 00 0b 00": 2816,
    "09 06 01 00 01 08 00 ff": Octets(b"\x01\x00\x01\x08\x00\xff"),
    "0a 03 4b 46 4d": Text(b"KFM"),
    "0c 02 c3 a5": Text("å".encode()),
    "0f ff": -1,
    "10 ff 38": -200,
    "11 ff": 255,
    "12 09 1a": 2330,
    "14 ff ff ff ff ff ff ff ff": -1,
    "15 00 00 00 01 00 00 00 00": 2**32,  # a CT meter's energy
    "16 1e": Enum(30),
    "17 3f 80 00 00": 1.0,
    "18 3f f0 00 00 00 00 00 00": 1.0,
    "19 07 e5 09 16 03 12 23 1e ff 80 00 ff": Octets(bytes.fromhex("07e509160312231eff8000ff")),
    "1a 07 e5 09 16 03": Octets(bytes.fromhex("07e5091603")),
    "1b 12 23 1e ff": Octets(bytes.fromhex("12231eff")),
    "01 00": [],
    "02 02 0f ff 16 23": [-1, Enum(35)],
    "01 02 02 01 11 07 00": [[7], None],
    "09 81 01 41": Octets(b"A"),  # a long length is allowed for a short string
    "09 82 00 01 41": Octets(b"A"),
}


@pytest.mark.parametrize("data", TYPES)
def test_types(data: str) -> None:
    raw = bytes.fromhex(data)
    assert axdr.decode(raw) == (TYPES[data], len(raw))
    assert axdr.decode(b"xx" + raw + b"behind", 2) == (TYPES[data], 2 + len(raw))


@pytest.mark.parametrize("data", [data for data in TYPES if data != "00"])
def test_every_cut_is_malformed(data: str) -> None:
    raw = bytes.fromhex(data)
    for end in range(len(raw)):
        with pytest.raises(Malformed):
            axdr.decode(raw[:end])


@pytest.mark.parametrize("data", ["07", "0d 12", "13 00", "ff", "02 01 60"])
def test_other_types_are_not_guessed(data: str) -> None:
    with pytest.raises(Malformed, match="not known"):
        axdr.decode(bytes.fromhex(data))


def test_depth_and_length_are_bounded() -> None:
    assert axdr.decode(b"\x02\x01" * 8 + b"\x00")[1] == 17
    with pytest.raises(Malformed, match="depth 8"):
        axdr.decode(b"\x02\x01" * 9 + b"\x00")
    assert axdr.decode(b"\x01\x82\x04\x00" + bytes(1024)) == ([None] * 1024, 1028)
    with pytest.raises(Malformed, match="1025 items"):
        axdr.decode(b"\x01\x82\x04\x01" + bytes(1025))


@given(st.binary(max_size=80))
def test_any_bytes_are_a_value_or_malformed(data: bytes) -> None:
    try:
        _, end = axdr.decode(data)
    except Malformed:
        return
    assert 0 < end <= len(data)


def test_a_float_that_is_no_number_is_read_as_it_is() -> None:
    value, _ = axdr.decode(b"\x17\x7f\xc0\x00\x00")
    assert isinstance(value, float)
    assert math.isnan(value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 2**32 - 1)
    | st.binary(max_size=300).map(Octets)
    | st.binary(max_size=20).map(Text)
    | st.integers(0, 255).map(Enum),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_encoded_reads_back(value: Value) -> None:
    try:
        read = axdr.decode(axdr.encode(value))
    except Malformed as wrong:
        assert "depth" in str(wrong)
    else:
        assert read == (value, len(axdr.encode(value)))


def test_long_lists_read_back() -> None:
    assert axdr.decode(axdr.encode([None] * 200))[0] == [None] * 200


def test_encode_takes_the_integer_type_that_is_asked_for() -> None:
    assert axdr.encode(-6, 0x10) == b"\x10\xff\xfa"
    with pytest.raises(struct.error):
        axdr.encode(-1)
    with pytest.raises(TypeError, match="no A-XDR type"):
        axdr.encode(1.5)

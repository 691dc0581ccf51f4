"""HDLC frames by their length field: flags and escapes inside, shared flags, cut and damaged ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_index import CASES
from hanport.port import crc, hdlc
from hanport.port.hdlc import HdlcFrame
from hanport.port.p1 import Broken, More
from hanport.port.values import Reason

AIDON = b"\x41\x08\x83"  # one byte of destination, two of source
WHOLE = hdlc.wrap(b"\xe6\xe7\x00hello", addresses=AIDON)
HEADER = 3 + len(AIDON) + 1 + 2


def frame(data: bytes, *, start: int = 0, final: bool = False) -> HdlcFrame | Broken | More | None:
    return hdlc.frame(bytearray(data), start, final)


@pytest.mark.parametrize("file", ["hdlc/no-aidon-7d-in-info.hex", "hdlc/no-kaifa-7e-in-info.hex"])
def test_flags_and_escapes_inside_are_bytes_like_others(file: str) -> None:
    data = CASES[file].data
    found = frame(data)
    assert isinstance(found, HdlcFrame)
    assert found.end == len(data) - 1  # the closing flag may open the next frame
    assert {0x7E, 0x7D} & set(found.information)
    assert not found.more


@given(
    st.binary(max_size=2000),
    st.sampled_from([b"\x01\x03", AIDON, b"\x2b\x21", b"\x02\x04\x06\x01\x00\x00\x02\x05"]),
    st.booleans(),
)
def test_what_is_wrapped_is_found(information: bytes, addresses: bytes, more: bool) -> None:
    data = hdlc.wrap(information, addresses=addresses, more=more)
    assert frame(b"xx" + data + b"yy", start=2) == HdlcFrame(len(data) + 1, information, more)


def test_every_cut_waits_for_more_and_is_truncated_in_the_end() -> None:
    for cut in range(2, len(WHOLE) - 1):
        assert frame(WHOLE[:cut]) == More(0), cut
        expected = None if cut < HEADER else Broken(cut, Reason.TRUNCATED)
        assert frame(WHOLE[:cut], final=True) == expected, cut


def test_damage_to_the_header_is_no_frame_and_behind_it_a_wrong_checksum() -> None:
    for place in range(1, len(WHOLE) - 1):
        damaged = bytearray(WHOLE)
        damaged[place] ^= 0x04
        expected = None if place < HEADER else Broken(len(WHOLE) - 1, Reason.CRC)
        assert frame(bytes(damaged)) == expected, place


def test_plain_text_behind_a_ciphered_header_has_a_wrong_checksum() -> None:
    """Firmware dumps of frames that were deciphered in place."""
    case = CASES["hdlc/dk-kamstrup-omnipower-dummykey.hex"]
    place = case.data.index(b"\xdb\x08")
    dump = case.data[: place + 20] + bytes(len(case.data) - place - 23) + case.data[-3:]
    assert frame(dump) == Broken(len(dump) - 1, Reason.CRC)


def test_addresses_that_do_not_end_are_no_frame() -> None:
    assert frame(b"\x7e\xa0\x20" + bytes(20)) is None
    assert frame(b"\x7e\xa0\x20\x01" + bytes(20)) is None


def test_a_frame_shorter_than_its_header_is_none() -> None:
    for length in range(7):
        head = (0xA000 | length).to_bytes(2) + b"\x01\x03\x13"
        assert frame(b"\x7e" + head + crc.x25(head).to_bytes(2, "little") + bytes(12)) is None


def test_a_frame_may_be_a_header_alone() -> None:
    head = b"\xa0\x07\x01\x03\x73"
    alone = b"\x7e" + head + crc.x25(head).to_bytes(2, "little") + b"\x7e"
    assert frame(alone) == HdlcFrame(8, b"", False)


def test_too_much_does_not_fit() -> None:
    longest = bytes(0x7FF - 2 - len(AIDON) - 1 - 2 - 2)
    assert len(hdlc.wrap(longest, addresses=AIDON)) == 0x7FF + 2
    with pytest.raises(ValueError, match="do not fit"):
        hdlc.wrap(longest + b"x", addresses=AIDON)


def test_line_ends_made_of_0a_by_a_bridge_break_the_frame() -> None:
    """Serial-to-TCP bridges in text mode turn 0A into 0D 0A: the checksum tells, nothing is repaired."""
    data = hdlc.wrap(b"\xe6\xe7\x00" + b"abc\ndef", addresses=AIDON).replace(b"\n", b"\r\n")
    assert frame(data) == Broken(len(data) - 2, Reason.CRC)

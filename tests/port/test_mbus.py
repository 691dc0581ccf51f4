"""M-Bus long frames: the overflowing length, sequences, and what is no frame of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_index import CASES
from hanport.port import mbus
from hanport.port.mbus import MbusFrame
from hanport.port.p1 import Broken, More
from hanport.port.values import Reason

WHOLE = mbus.wrap(b"hello")


def frame(data: bytes, *, start: int = 0, final: bool = False) -> MbusFrame | Broken | More | None:
    return mbus.frame(bytearray(data), start, final)


def test_a_captured_push_takes_two_frames() -> None:
    data = CASES["mbus/at-netznoe-mbus-enc.hex"].data
    first = frame(data)
    assert isinstance(first, MbusFrame)
    assert (first.sequence, first.more) == (0, True)
    second = frame(data, start=first.end)
    assert isinstance(second, MbusFrame)
    assert (second.sequence, second.more, second.end) == (1, False, len(data))
    assert (first.information + second.information)[:2] == b"\xdb\x08"


@given(st.binary(max_size=253), st.integers(0, 15), st.booleans())
def test_what_is_wrapped_is_found(information: bytes, sequence: int, more: bool) -> None:
    data = mbus.wrap(information, sequence=sequence, more=more)
    expected = MbusFrame(len(data) + 1, information, sequence, more)
    assert frame(b"x" + data + b"y", start=1) == expected


def test_a_length_that_overflows() -> None:
    """68 01 01 68 of the Sagemcom T210-D means 257 bytes."""
    data = mbus.wrap(bytes(252))
    assert data[:4] == b"\x68\x01\x01\x68"
    assert len(data) == 4 + 257 + 2
    assert frame(data) == MbusFrame(len(data), bytes(252), 0, False)


def test_every_cut_waits_for_more_and_is_truncated_in_the_end() -> None:
    for cut in range(4, len(WHOLE)):
        assert frame(WHOLE[:cut]) == More(0)
        assert frame(WHOLE[:cut], final=True) == Broken(cut, Reason.TRUNCATED)


def test_damage() -> None:
    for place in range(9, len(WHOLE) - 1):
        damaged = bytearray(WHOLE)
        damaged[place] ^= 1
        assert frame(bytes(damaged)) == Broken(len(WHOLE), Reason.CRC)
    assert frame(WHOLE[:-1] + b"\x17") == Broken(len(WHOLE), Reason.FRAMING)


@pytest.mark.parametrize("head", ["08 ff 10", "53 ff 20", "73 ff 72"])
def test_frames_of_other_kinds_are_none_of_ours(head: str) -> None:
    """Answers of M-Bus slaves (control 08) and frames of other transports (CI 72)."""
    data = bytes.fromhex(head) + b"\x01\x67hello"
    length = bytes((len(data),))
    assert frame(b"\x68" + length * 2 + b"\x68" + data + bytes((sum(data) & 0xFF, 0x16))) is None


def test_both_frame_count_bits() -> None:
    data = b"\x73\xff\x10\x01\x67hello"
    whole = b"\x68\x0a\x0a\x68" + data + bytes((sum(data) & 0xFF, 0x16))
    assert frame(whole) == MbusFrame(len(whole), b"hello", 0, False)

"""Where a P1 telegram ends: every way in which one ends, breaks off, or is not one."""

import pytest

from hanport.port import crc, p1
from hanport.port.p1 import Broken, Integrity, More, P1Frame
from hanport.port.values import Reason

CONTENT = b"/KAM5\r\n\r\n1-0:1.7.0(0001.727*kW)\r\n!"
WHOLE = CONTENT + b"%04X" % crc.arc(CONTENT)


def frame(data: bytes, *, start: int = 0, resume: int | None = None, final: bool = False) -> P1Frame | Broken | More:
    return p1.frame(bytearray(data), start, start if resume is None else resume, final)


@pytest.mark.parametrize("behind", [b"", b"\r\n", b"\0\0", b"/KAM5", b"!"])
def test_a_right_checksum_ends_it_whatever_follows(behind: bytes) -> None:
    assert frame(WHOLE + behind) == P1Frame(len(WHOLE), CONTENT, Integrity.ARC)
    assert frame(b"noise" + WHOLE + behind, start=5) == P1Frame(len(WHOLE) + 5, CONTENT, Integrity.ARC)


def test_lower_case_and_the_other_checksum() -> None:
    assert frame(CONTENT + b"%04x" % crc.arc(CONTENT)) == P1Frame(len(WHOLE), CONTENT, Integrity.ARC)
    assert frame(CONTENT + b"%04X" % crc.x25(CONTENT)) == P1Frame(len(WHOLE), CONTENT, Integrity.X25)  # Holley


def test_a_wrong_checksum() -> None:
    assert frame(CONTENT + b"0000\r\n") == Broken(len(WHOLE), Reason.CRC)


@pytest.mark.parametrize("behind", [b"\r\n", b"\n", b"\n/KAM5", b"\r\n80"])
def test_a_line_end_behind_the_end_is_no_checksum(behind: bytes) -> None:
    assert frame(CONTENT + behind) == P1Frame(len(CONTENT), CONTENT, Integrity.ABSENT)


@pytest.mark.parametrize("behind", [b"", b"\r"])
def test_the_end_of_the_input_is_a_line_end(behind: bytes) -> None:
    assert frame(CONTENT + behind) == More(len(CONTENT) - 1)
    assert frame(CONTENT + behind, final=True) == P1Frame(len(CONTENT), CONTENT, Integrity.ABSENT)


@pytest.mark.parametrize("behind", [b"8", b"80", b"801"])
def test_a_cut_checksum_waits_and_is_truncated_in_the_end(behind: bytes) -> None:
    assert frame(CONTENT + behind) == More(len(CONTENT) - 1)
    found = frame(CONTENT + behind, final=True)
    assert isinstance(found, Broken)
    assert found.reason is Reason.TRUNCATED


@pytest.mark.parametrize("behind", [b"80 2", b"80G2", b"\r8012", b" \r\n", b"+801", b"zzzz", b"\0\r\n", b"8\r\n", b")"])
def test_anything_else_behind_the_end_is_damage(behind: bytes) -> None:
    found = frame(CONTENT + behind)
    assert isinstance(found, Broken)
    assert (found.end, found.reason) == (len(CONTENT), Reason.FRAMING)


def test_the_end_stands_at_the_start_of_a_line_or_behind_a_value() -> None:
    glued = b"/ADN9 6534\r\n\r\n1-0:1.7.0(0001.727*kW)!"  # Aidon's documents
    assert frame(glued + b"\r\n") == P1Frame(len(glued), glued, Integrity.ABSENT)
    text = b"/KAM5\r\n\r\n0-0:96.13.0(hello!1234)\r\n!"
    assert frame(text + b"\r\n") == P1Frame(len(text), text, Integrity.ABSENT)


def test_more_says_where_to_look_on() -> None:
    cut = CONTENT[:-1]
    assert frame(b"/KAM") == More(0)
    assert frame(cut) == More(len(cut))
    assert frame(WHOLE, resume=len(cut)) == P1Frame(len(WHOLE), CONTENT, Integrity.ARC)
    assert frame(cut, final=True) == Broken(len(cut), Reason.TRUNCATED)
    assert frame(b"/KAM", final=True) == Broken(4, Reason.TRUNCATED)


def test_the_next_start_on_a_line_ends_it() -> None:
    cut = CONTENT[:20] + b"\r\n"
    assert frame(cut + WHOLE) == Broken(len(cut), Reason.TRUNCATED)
    assert frame(cut + WHOLE[:9], resume=len(cut)) == Broken(len(cut), Reason.TRUNCATED)  # the start came in pieces
    assert frame(b"/KAM5\n/KAM5\r\n") == Broken(6, Reason.TRUNCATED)
    assert frame(b"/KAM5\r/KAM5") == Broken(6, Reason.TRUNCATED)


def test_a_slash_that_is_no_start_does_not() -> None:
    for inside in (b"(a/KAM5)\r\n", b"(\r\n/KAM(5))\r\n", b"\r\n/KA5X\r\n"):
        content = b"/HTI5/3x\r\n\r\n" + inside + b"!"
        assert frame(content + b"\r\n") == P1Frame(len(content), content, Integrity.ABSENT)


def test_the_length_is_bounded() -> None:
    longest = b"/KAM5\r\n".ljust(p1.MAX_TELEGRAM - 2, b"x")
    assert frame(longest) == More(len(longest))
    ended = longest + b"\n!"
    assert frame(ended + b"\r\n") == P1Frame(len(ended), ended, Integrity.ABSENT)
    found = frame(longest + b"x\n!\r\n")
    assert isinstance(found, Broken)
    assert (found.end, found.reason) == (p1.MAX_TELEGRAM, Reason.FRAMING)


def test_the_identification_is_bounded() -> None:
    assert frame(b"/KAM5".ljust(p1.MAX_IDENTIFICATION - 1, b"x")) == More(0)
    found = frame(b"/KAM5".ljust(p1.MAX_IDENTIFICATION, b"x") + b"\r\n")
    assert isinstance(found, Broken)
    assert (found.end, found.reason) == (p1.MAX_IDENTIFICATION, Reason.FRAMING)


def test_the_polish_form_is_passed_over_by_its_length() -> None:
    """/EGM5G35, then 00 82 <length> 30 <counter> <cipher text>, which may hold an end and a start."""
    cipher = b"\x30\0\0\0\1" + b"\n!\r\n" + b"\n!ABCD"
    content = b"/EGM5G35\r\n\r\n" + b"\0\x82" + len(cipher).to_bytes(2) + cipher + b"\r\n!"
    whole = content + b"%04X" % crc.arc(content)
    assert frame(whole) == P1Frame(len(whole), content, Integrity.ARC)
    for cut in range(len(content) - 1):
        assert isinstance(frame(content[:cut]), More), cut
    no_length = b"/EGM5G35\r\n\r\n\0\1abc\r\n!"
    assert frame(no_length + b"\r\n") == P1Frame(len(no_length), no_length, Integrity.ABSENT)


def test_two_telegrams_in_one_are_seen() -> None:
    assert not p1.holds_another_start(CONTENT)
    assert p1.holds_another_start(CONTENT[:20] + CONTENT)

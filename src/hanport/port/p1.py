"""P1: where a telegram ends, and whether its checksum is right (IEC 62056-21 mode D, DSMR P1 5.0.2 section 6.2)."""

import re
from enum import StrEnum
from typing import NamedTuple

from hanport.port import crc
from hanport.port.values import Reason

# Maker and baud rate (IEC 62056-21, 6.3.2). The fifth character is a digit in every meter met; a letter is allowed for
# to begin with, but does not cut a telegram that is under way.
START = rb"/[A-Za-z]{3}[0-9A-Za-z]"
_START = re.compile(START)
_LINE_START = re.compile(rb"[\r\n]/[A-Za-z]{3}[0-9]")
_RESTART_BYTES = 6

# The longest telegram known has 2.6 kB (Hungary, with a text of 1 024 bytes). It bounds the buffer, and, since a
# failed candidate is searched again for starts, the work: at most MAX_TELEGRAM / 5 checksums over MAX_TELEGRAM bytes.
MAX_TELEGRAM = 16 * 1024
# IEC 62056-21 allows 16 characters of identification; the longest met has 28.
MAX_IDENTIFICATION = 128
_LINE_ENDS = b"\r\n"
_BEFORE_END = b"\r\n)"  # Aidon's documents put the `!` right behind the last value


class Integrity(StrEnum):
    """What stood behind the `!`."""

    ARC = "CRC-16/ARC"
    X25 = "CRC-16/X-25"  # Holley
    ABSENT = "nothing"


class More(NamedTuple):
    """The candidate is not whole yet; `resume` is where to look on."""

    resume: int


class Broken(NamedTuple):
    """The candidate is no telegram; it took the bytes before `end`."""

    end: int
    reason: Reason
    hint: str = ""


class P1Frame(NamedTuple):
    """A telegram that ends before `end`. `content` goes from `/` to `!`."""

    end: int
    content: bytes
    integrity: Integrity


def frame(buffer: bytearray, start: int, resume: int, final: bool) -> P1Frame | Broken | More:
    """Try the candidate at `start`. `resume` is from the last More, or `start`; `final` says that no more will come."""
    line_end = buffer.find(b"\n", start, start + MAX_IDENTIFICATION)
    if line_end < 0:
        return _without_line_end(buffer, start, final)
    at = max(resume, line_end)
    if buffer[line_end + 1 : line_end + 4] == b"\r\n\0":
        at = max(at, _encrypted_end(buffer, line_end + 3))
    limit = start + MAX_TELEGRAM
    while (bang := buffer.find(b"!", at, limit)) >= 0:
        if buffer[bang - 1] in _BEFORE_END:
            restart = _restart(buffer, start, bang)
            return Broken(restart, Reason.TRUNCATED) if restart else _end(buffer, start, bang, final)
        at = bang + 1
    restart = _restart(buffer, max(start, resume - _RESTART_BYTES), min(len(buffer), limit))
    if restart:
        return Broken(restart, Reason.TRUNCATED)
    if len(buffer) >= limit:
        return Broken(limit, Reason.FRAMING, f"longer than {MAX_TELEGRAM} bytes")
    return Broken(len(buffer), Reason.TRUNCATED) if final else More(max(at, len(buffer)))


def _without_line_end(buffer: bytearray, start: int, final: bool) -> Broken | More:
    limit = start + MAX_IDENTIFICATION
    restart = _restart(buffer, start, min(len(buffer), limit))
    if restart:
        return Broken(restart, Reason.TRUNCATED)
    if len(buffer) >= limit:
        return Broken(limit, Reason.FRAMING, "the identification line does not end")
    return Broken(len(buffer), Reason.TRUNCATED) if final else More(start)


def _restart(buffer: bytearray, start: int, end: int) -> int:
    """Where the next telegram begins at the start of a line; 0 for nowhere."""
    if buffer.rfind(b"/", start + 1, end) < 0:
        return 0
    match = _LINE_START.search(buffer, start + 1, end)
    return match.start() + 1 if match else 0


def _encrypted_end(buffer: bytearray, at: int) -> int:
    """Where the cipher text of a Polish telegram ends (00 82 <length> 30 ...): it may hold a `!`."""
    if len(buffer) > at + 3 and buffer[at + 1] == 0x82:
        return at + 4 + int.from_bytes(buffer[at + 2 : at + 4])
    return at


def _end(buffer: bytearray, start: int, bang: int, final: bool) -> P1Frame | Broken | More:
    """What stands behind the `!`: four hex digits, or a line end; all else is damage."""
    behind = bytes(buffer[bang + 1 : bang + 5])
    if len(behind) == 4 and behind.isalnum():
        return _checked(buffer, start, bang, behind)
    if (final and behind in (b"", b"\r")) or behind[:1] == b"\n" or behind[:2] == b"\r\n":
        return P1Frame(bang + 1, bytes(buffer[start : bang + 1]), Integrity.ABSENT)
    undecided = behind in (b"", b"\r") or (len(behind) < 4 and behind.isalnum())
    if undecided:
        return Broken(len(buffer), Reason.TRUNCATED) if final else More(bang)
    return Broken(bang + 1, Reason.FRAMING, "behind the ! stands neither a checksum nor a line end")


def _checked(buffer: bytearray, start: int, bang: int, digits: bytes) -> P1Frame | Broken:
    try:
        sent = int(digits, 16)
    except ValueError:
        return Broken(bang + 1, Reason.FRAMING, "the checksum is not hexadecimal")
    content = bytes(buffer[start : bang + 1])
    if crc.arc(content) == sent:
        return P1Frame(bang + 5, content, Integrity.ARC)
    if crc.x25(content) == sent:
        return P1Frame(bang + 5, content, Integrity.X25)
    return Broken(bang + 5, Reason.CRC)


def holds_another_start(content: bytes) -> bool:
    """Whether a second telegram begins inside: without a checksum nothing else tells two glued halves from one."""
    return _START.search(content, 1) is not None

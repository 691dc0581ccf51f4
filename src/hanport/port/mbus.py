"""M-Bus long frames that carry DLMS (EN 13757-2, 5.2; EN 13757-3, transport layer)."""

from typing import NamedTuple

from hanport.port.p1 import Broken, More
from hanport.port.values import Reason

START = rb"\x68(.)\1\x68"
_STOP = 0x16
_CONTROLS = (0x53, 0x73)  # SND_UD, with and without the frame count bit
_LAST = 0x10
_TRANSPORT = 0x1F  # CI field: 0 to 1F number the segments, bit 4 marks the last
_HEADER = 4
_SHORTEST = 3  # control, address, CI


class MbusFrame(NamedTuple):
    """An intact frame: its user data behind the two service access points, and its place in a sequence."""

    end: int
    information: bytes
    sequence: int
    more: bool


def frame(buffer: bytearray, start: int, final: bool) -> MbusFrame | Broken | More | None:
    """Try the candidate at `start`; None when no frame that we know begins here."""
    length = buffer[start + 1]
    if length < _SHORTEST:  # Sagemcom T210-D lets the length overflow: 01 means 257
        length += 256
    data = start + _HEADER
    head = buffer[data : data + _SHORTEST]
    if (head and head[0] not in _CONTROLS) or (len(head) == _SHORTEST and head[2] > _TRANSPORT):
        return None
    end = data + length + 2
    if len(buffer) < end:
        return Broken(len(buffer), Reason.TRUNCATED) if final else More(start)
    if buffer[end - 1] != _STOP:
        return Broken(end, Reason.FRAMING)
    if sum(buffer[data : end - 2]) & 0xFF != buffer[end - 2]:
        return Broken(end, Reason.CRC)
    control = head[2]
    return MbusFrame(end, bytes(buffer[data + 5 : end - 2]), control & 0x0F, not control & _LAST)


def wrap(information: bytes, *, sequence: int = 0, more: bool = False) -> bytes:
    """One frame of up to 250 bytes of information, as Kaifa and Sagemcom send them in Austria."""
    data = bytes((0x53, 0xFF, (0 if more else _LAST) | sequence, 0x01, 0x67)) + information
    length = bytes((len(data) & 0xFF,))
    return b"\x68" + length * 2 + b"\x68" + data + bytes((sum(data) & 0xFF, _STOP))

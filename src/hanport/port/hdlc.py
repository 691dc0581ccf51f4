"""HDLC frames of type 3 as HAN ports push them: by the length field, never by stuffing (ISO/IEC 13239, 4.9)."""

from typing import NamedTuple

from hanport.port import crc
from hanport.port.p1 import Broken, More
from hanport.port.values import Reason

START = rb"\x7e[\xa0-\xaf]"
FLAG = 0x7E
_SEGMENTED = 0x800
_MAX_ADDRESS = 4


class HdlcFrame(NamedTuple):
    """An intact frame, without its closing flag: that may open the next frame. `more`: further segments follow."""

    end: int
    information: bytes
    more: bool


def frame(buffer: bytearray, start: int, final: bool) -> HdlcFrame | Broken | More | None:
    """Try the candidate at `start`; None when the header's own checksum says that no frame begins here.

    The header check comes first: a damaged length then costs one byte, not the 2 047 that it may promise.
    """
    kind = int.from_bytes(buffer[start + 1 : start + 3])
    length = kind & 0x7FF
    at = _behind_address(buffer, start + 3)
    at = _behind_address(buffer, at) if at else at
    if at == 0:
        return None
    header_end = at + 3  # control, and two bytes of checksum
    if len(buffer) < header_end:
        return None if final else More(start)
    if crc.x25(bytes(buffer[start + 1 : at + 1])) != int.from_bytes(buffer[at + 1 : header_end], "little"):
        return None
    end = start + 1 + length
    if end < header_end:
        return None
    if len(buffer) < end:
        return Broken(len(buffer), Reason.TRUNCATED) if final else More(start)
    body = bytes(buffer[start + 1 : end - 2])
    if end > header_end and crc.x25(body) != int.from_bytes(buffer[end - 2 : end], "little"):
        return Broken(end, Reason.CRC)
    return HdlcFrame(end, bytes(buffer[header_end : end - 2]), bool(kind & _SEGMENTED))


def _behind_address(buffer: bytearray, at: int) -> int:
    """The place behind an address, whose last byte has its lowest bit set; 0 when it is too long.

    An address that is cut off is taken as one byte: the caller finds the header incomplete then.
    """
    for place in range(at, at + _MAX_ADDRESS):
        if place >= len(buffer):
            return place + 1
        if buffer[place] & 1:
            return place + 1
    return 0


def wrap(information: bytes, *, addresses: bytes, control: int = 0x13, more: bool = False) -> bytes:
    """A frame with both flags. `addresses` are destination and source as sent."""
    length = 2 + len(addresses) + 1 + 2 + len(information) + 2
    if length > 0x7FF:
        raise ValueError(f"{len(information)} bytes do not fit into one HDLC frame")
    kind = 0xA000 | (_SEGMENTED if more else 0) | length
    header = kind.to_bytes(2) + addresses + bytes((control,))
    body = header + crc.x25(header).to_bytes(2, "little") + information
    return bytes((FLAG,)) + body + crc.x25(body).to_bytes(2, "little") + bytes((FLAG,))

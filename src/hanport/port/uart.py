"""The asynchronous serial line bit by bit: what a UART with other settings, or on an inverted line, makes of the bytes.

A frame is one start bit (low), the data bits with the lowest first, a parity bit if there is one, and the stop bits
(high); the line rests high. The receiver finds a frame by its falling edge and looks at each bit once, in its middle.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

Parity = Literal["N", "E", "O"]

_FLIPPED = bytes([1, 0])  # translation of one level to the other
_REST_BITS = 2  # the sender's line rests at least so long before and after what it sends


@dataclass(frozen=True, slots=True)
class Setting:
    """How a serial line is set: speed in baud (1 to 4,000,000), 5 to 8 data bits, parity, 1 or 2 stop bits.

    `str()` gives it as people write it, `115200 8N1`; `parse` reads that. Raises `ValueError` outside the ranges.
    """

    baud: int = 115_200
    bits: int = 8
    parity: Parity = "N"
    stop: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.baud <= 4_000_000:
            raise ValueError(f"{self.baud} baud is outside 1 to 4000000")
        if self.bits not in (5, 6, 7, 8) or self.parity not in ("N", "E", "O") or self.stop not in (1, 2):
            raise ValueError(f"{self.format} is no format of a byte such as 8N1, 7E1 or 8E1")

    @property
    def format(self) -> str:
        """The format of one byte: `8N1`, `7E1` …"""
        return f"{self.bits}{self.parity}{self.stop}"

    @property
    def byte_bits(self) -> int:
        """Bit times that one byte takes on the line, start and stop bits included."""
        return 1 + self.bits + (self.parity != "N") + self.stop

    def duration_s(self, length: int) -> float:
        """How long so many bytes take on the line."""
        return length * self.byte_bits / self.baud

    def __str__(self) -> str:
        return f"{self.baud} {self.format}"

    @classmethod
    def parse(cls, text: str, baud: int = 115_200) -> "Setting":
        """Read `9600 7E1`, or `7E1` alone at the speed given apart. Raises `ValueError` for anything else."""
        words = text.split()
        if len(words) == 2 and words[0].isascii() and words[0].isdigit():
            baud = int(words[0])
        elif len(words) != 1:
            raise ValueError(f"{text!r} is no serial setting such as 115200 8N1")
        form = words[-1].upper()
        if len(form) != 3 or not (form[0] + form[2]).isdecimal() or not form.isascii() or form[1] not in "NEO":
            raise ValueError(f"{words[-1]!r} is no format of a byte such as 8N1, 7E1 or 8E1")
        return cls(baud, int(form[0]), cast(Parity, form[1]), int(form[2]))


@lru_cache(maxsize=32)
def _frames(bits: int, parity: Parity, stop: int) -> tuple[bytes, ...]:
    """The levels of each of the 256 bytes; bits above the format's are left out, as a UART does."""
    frames = []
    for value in range(256):
        data = [value >> place & 1 for place in range(bits)]
        match parity:
            case "E":
                check = [sum(data) % 2]
            case "O":
                check = [1 - sum(data) % 2]
            case _:
                check = []
        frames.append(bytes([0, *data, *check, *[1] * stop]))
    return tuple(frames)


def transmit(data: bytes, setting: Setting, *, inverted: bool = False) -> bytes:
    """The line's levels while the bytes are sent without a pause: one 0 or 1 for each bit time, none of rest."""
    frames = _frames(setting.bits, setting.parity, setting.stop)
    levels = b"".join([frames[value] for value in data])
    return levels.translate(_FLIPPED + bytes(range(2, 256))) if inverted else levels


def receive(data_sent: bytes, *, sent: Setting, read: Setting, inverted: bool = False) -> bytes:
    """The bytes that a receiver set to `read` puts out when `sent` was sent, the line resting before and after.

    As Linux delivers them without PARMRK and INPCK: a byte with a wrong parity or stop bit comes as it was seen, a
    break as one NUL. Of a 7-bit format the highest bit is 0. After a wrong stop bit the receiver takes an edge in
    that bit for the next start, as the 16550 does; without one it waits until the line has been high again.
    """
    # long enough for a whole frame that begins with the last edge
    rest = _REST_BITS + (read.byte_bits + 1) * sent.baud // read.baud + 1
    idle = (b"\0" if inverted else b"\1") * rest
    line = idle + transmit(data_sent, sent, inverted=inverted) + idle
    return _sample(line, sent.baud, read)


def _sample(line: bytes, sent_baud: int, read: Setting) -> bytes:
    """Find and read every frame. Time is counted in ticks of which a sent bit has 2·read.baud and a half read bit
    sent_baud: whole numbers, so that no rounding decides between two bits."""
    width = 2 * read.baud
    step = 2 * sent_baud
    frame_bits = 2 + read.bits + (read.parity != "N")  # only the first stop bit is looked at
    frame_end = sent_baud + (frame_bits - 1) * step
    out = bytearray()
    edge = line.find(b"\1\0")
    while edge >= 0:
        start = (edge + 1) * width
        levels = [line[tick // width] for tick in range(start + sent_baud, start + frame_end + 1, step)]
        resume = start + sent_baud  # a start bit shorter than half a bit is a spike
        if not levels[0]:
            out.append(sum([level << place for place, level in enumerate(levels[1 : 1 + read.bits])]))
            resume = start + frame_end - (0 if levels[-1] else step)
        edge = line.find(b"\1\0", resume // width)
    return bytes(out)

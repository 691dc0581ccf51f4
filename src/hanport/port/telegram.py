"""A telegram: intact bytes, and what they say, worked out when somebody asks."""

from datetime import datetime

from hanport.port.push import Pushed
from hanport.port.reading import p1_time, to_reading
from hanport.port.rows import split_rows, to_register
from hanport.port.values import Checksum, Protocol, Reading, Register


class Telegram:
    """One telegram as the meter sent it.

    `raw` is all its bytes as received, frames and checksums included, without the line end behind a P1 checksum.
    `identification` is what the meter calls itself: of P1 the line behind the `/`, of DLMS the name of the list or of
    the maker; None where it says nothing. It is no serial number.
    """

    __slots__ = ("_known", "_registers", "checksum", "identification", "protocol", "raw")

    def __init__(
        self,
        protocol: Protocol,
        identification: str | None,
        checksum: Checksum,
        raw: bytes,
        known: Reading | Pushed | bytes | None = None,
    ) -> None:
        """`known` is what has been read of it already: its Reading, a DLMS list, or the text of an encrypted P1."""
        self.protocol = protocol
        self.identification = identification
        self.checksum = checksum
        self.raw = raw
        self._known = known
        self._registers: tuple[Register, ...] | None = None

    @property
    def registers(self) -> tuple[Register, ...]:
        """All rows in the order sent; repeated codes are kept."""
        if self._registers is None:
            match self._known:
                case Pushed(registers=registers):
                    self._registers = registers
                case bytes(text):
                    self._registers = p1_registers(text)
                case _:
                    self._registers = p1_registers(self.raw)
        return self._registers

    @property
    def reading(self) -> Reading:
        """The rows that have a field of Reading."""
        if isinstance(self._known, Reading):
            return self._known
        registers = self.registers
        at = self._known.at if isinstance(self._known, Pushed) else p1_time(self.identification or "", registers)
        self._known = to_reading(registers, at)
        return self._known

    @property
    def at(self) -> datetime | None:
        """The meter's time in UTC, None where it sent none that can be read."""
        return self.reading.at

    def __repr__(self) -> str:
        return f"Telegram({self.protocol}, {self.identification!r}, {self.checksum}, {len(self.raw)} bytes)"


def identification_of(content: bytes) -> str:
    """The identification line of a P1 telegram without its `/`."""
    return content[1 : content.find(b"\n")].rstrip(b"\r").decode("latin-1")


def p1_body(content: bytes) -> str:
    """The text between the identification line and the `!`."""
    start = content.find(b"\n") + 1
    end = content.rfind(b"!")
    return content[start:end].decode("latin-1")


def p1_registers(content: bytes) -> tuple[Register, ...]:
    """The registers of a P1 telegram's text."""
    rows, _ = split_rows(p1_body(content))
    return tuple(to_register(row) for row in rows)

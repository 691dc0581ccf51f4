"""Messages in parts: segmented HDLC, M-Bus sequences and general block transfer (Green Book 8.4.5, 9.3.12)."""

from dataclasses import dataclass, field

from hanport.port.cipher import Keys, length_at
from hanport.port.hdlc import HdlcFrame
from hanport.port.mbus import MbusFrame
from hanport.port.message import LLC, read_message, without_llc
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reason, Rejected

_GENERAL_BLOCK_TRANSFER = 0xE0
_LAST_BLOCK = 0x80
# Longer than any push known (a Danish list in two frames has 0.5 kB). It bounds the bytes as received: a part may be
# empty.
_MAX_MESSAGE = 16 * 1024


@dataclass(slots=True)
class _Parts:
    """What has come of a message."""

    information: bytearray = field(default_factory=bytearray)
    raw: bytearray = field(default_factory=bytearray)
    next_part: int = 0

    def add(self, information: bytes, raw: bytes) -> None:
        self.information += information
        self.raw += raw
        self.next_part += 1


class Assembler:
    """Puts parts together. A new first part drops an unfinished message; so does a part out of order."""

    def __init__(self, keys: Keys | None) -> None:
        self._keys = keys
        self._frames = _Parts()
        self._blocks = _Parts()

    def hdlc(self, frame: HdlcFrame, raw: bytes) -> list[Telegram | Rejected]:
        """A frame; the first segment of a message begins with the LLC header, later ones (and blocks) do not."""
        first = frame.information[:3] in LLC
        return self._part(frame.information, raw, first=first, more=frame.more, protocol=Protocol.HDLC)

    def mbus(self, frame: MbusFrame, raw: bytes) -> list[Telegram | Rejected]:
        """A frame; its number in the sequence must be the next one."""
        if frame.sequence not in (0, self._frames.next_part):
            return [*self.drop(), Rejected(Reason.TRUNCATED, raw, "a frame in the middle of a message was lost")]
        return self._part(frame.information, raw, first=frame.sequence == 0, more=frame.more, protocol=Protocol.MBUS)

    def drop(self) -> list[Telegram | Rejected]:
        """What is unfinished, rejected."""
        lost: list[Telegram | Rejected] = [
            Rejected(Reason.TRUNCATED, bytes(parts.raw), "the rest of the message never came")
            for parts in (self._blocks, self._frames)
            if parts.raw
        ]
        self._frames, self._blocks = _Parts(), _Parts()
        return lost

    def _part(
        self, information: bytes, raw: bytes, *, first: bool, more: bool, protocol: Protocol
    ) -> list[Telegram | Rejected]:
        events: list[Telegram | Rejected] = []
        if first and self._frames.raw:
            events += [Rejected(Reason.TRUNCATED, bytes(self._frames.raw), "the rest of the message never came")]
            self._frames = _Parts()
        if not first and more and not self._frames.raw:
            return [*events, Rejected(Reason.TRUNCATED, raw, "the beginning of the message was lost")]
        self._frames.add(information, raw)
        if len(self._frames.raw) > _MAX_MESSAGE:
            return [*events, *self.drop()]
        if more:
            return events
        whole, self._frames = self._frames, _Parts()
        return [*events, *self._message(without_llc(bytes(whole.information)), bytes(whole.raw), protocol)]

    def _message(self, apdu: bytes, raw: bytes, protocol: Protocol) -> list[Telegram | Rejected]:
        if apdu[:1] == bytes((_GENERAL_BLOCK_TRANSFER,)):
            return self._block(apdu, raw, protocol)
        return [read_message(apdu, raw=raw, protocol=protocol, checksum=Checksum.OK, keys=self._keys)]

    def _block(self, apdu: bytes, raw: bytes, protocol: Protocol) -> list[Telegram | Rejected]:
        """E0, control, block number, acknowledged number, length, data."""
        try:
            number = int.from_bytes(apdu[2:4])
            length, at = length_at(apdu, 6)
        except IndexError:
            return [Rejected(Reason.STRUCTURE, raw, "a block without a length")]
        events: list[Telegram | Rejected] = []
        if number != self._blocks.next_part + 1 and self._blocks.raw:
            events += [Rejected(Reason.TRUNCATED, bytes(self._blocks.raw), "the rest of the message never came")]
            self._blocks = _Parts()
        if number != self._blocks.next_part + 1 or at + length > len(apdu):
            return [*events, Rejected(Reason.TRUNCATED, raw, f"block {number} out of order or cut")]
        self._blocks.add(apdu[at : at + length], raw)
        if len(self._blocks.raw) > _MAX_MESSAGE:
            return [*events, *self.drop()]
        if not apdu[1] & _LAST_BLOCK:
            return events
        whole, self._blocks = self._blocks, _Parts()
        message, raw = bytes(whole.information), bytes(whole.raw)
        return [*events, read_message(message, raw=raw, protocol=protocol, checksum=Checksum.OK, keys=self._keys)]

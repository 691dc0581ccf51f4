"""The layouts a source has shown: a telegram is read by the one it fits, or row by row, and its layout learned."""

from collections import deque

from hanport.port import crc
from hanport.port.layout import Layout, learn
from hanport.port.p1 import Integrity
from hanport.port.telegram import Telegram, identification_of
from hanport.port.values import Checksum, Protocol

# A source that changes its form at every telegram gains nothing from layouts; this many are kept, by length.
_MAX_LAYOUTS = 16
_CHECKSUM_BYTES = 4


class Layouts:
    """The layouts of one source. `last` is that of the last telegram, when its checksum was CRC-16/ARC and right."""

    def __init__(self) -> None:
        self.last: Layout | None = None
        self._by_length: dict[int, Layout | None] = {}
        self._seen: deque[int] = deque(maxlen=_MAX_LAYOUTS)  # lengths that came once

    def __len__(self) -> int:
        return len(self._by_length)

    def same_again(self, buffer: bytes | bytearray, start: int) -> Telegram | None:
        """The telegram at `start` when it has the layout of the one before it: the common case, straight through.

        The layout's fixed bytes and the checksum leave nothing for a search to decide.
        """
        last = self.last
        if last is None or len(buffer) < start + last.length + _CHECKSUM_BYTES:
            return None
        raw = bytes(buffer[start : start + last.length + _CHECKSUM_BYTES])
        content = raw[:-_CHECKSUM_BYTES]
        if raw[-_CHECKSUM_BYTES:] != b"%04X" % crc.arc(content):
            return None
        reading = last.read(content)
        if reading is None:
            return None
        return Telegram(Protocol.P1, last.identification, Checksum.OK, raw, reading)

    def telegram(self, content: bytes, raw: bytes, integrity: Integrity) -> Telegram:
        """The telegram whose text from `/` to `!` is `content`."""
        checksum = Checksum.ABSENT if integrity is Integrity.ABSENT else Checksum.OK
        known = self._by_length.get(len(content))
        reading = known.read(content) if known is not None else None
        if known is not None and reading is not None:
            self.last = known if integrity is Integrity.ARC else None
            return Telegram(Protocol.P1, known.identification, checksum, raw, reading)
        telegram = Telegram(Protocol.P1, identification_of(content), checksum, raw)
        if checksum is Checksum.OK:
            self._learn(content, telegram)
        self.last = self._by_length.get(len(content)) if integrity is Integrity.ARC else None
        return telegram

    def _learn(self, content: bytes, telegram: Telegram) -> None:
        """Keep the layout from the second telegram of a length on: to learn costs more than to read row by row.

        A length whose telegrams cannot be sliced is remembered too, so that it costs once.
        """
        length = len(content)
        if length not in self._seen:
            self._seen.append(length)
        elif length not in self._by_length or self._by_length[length] is not None:
            if len(self._by_length) >= _MAX_LAYOUTS:
                self._by_length.pop(next(iter(self._by_length)))
            self._by_length[length] = learn(content, telegram.reading)

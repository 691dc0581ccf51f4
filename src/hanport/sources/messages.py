"""MQTT messages to bytes and telegrams: some readers publish whole telegrams, some line by line, some in pieces.

The rules. A message of hex digits and white space is the bytes that these stand for. A message that is exactly one
line of a P1 telegram without its line end gets that back (an empty message is the empty line), so that the bytes of
all messages in a row are the meter's stream again. A message is whole when it is telegrams and nothing else; the first
of a source is also whole when it was rejected for what is inside it (checksum, key, content). Any other message is a
piece of a stream, as is every message after a piece until a whole one comes. Pieces are joined in the order of their
arrival: readers that publish line by line need one topic each.
"""

import re

from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder, decode_message
from hanport.port.telegram import Telegram
from hanport.port.values import Reason, Rejected
from hanport.sources.hextext import from_hex_text

_LINE_WITHOUT_END = re.compile(rb"/[A-Za-z]{3}\d[^\r\n]*|![0-9A-Fa-f]{4}|!|\d[\d:.*-]*\([^\r\n]*\)|", re.DOTALL)
_DECIDED = {Reason.CRC, Reason.CIPHER, Reason.STRUCTURE}

Event = Telegram | Rejected


def bytes_of_message(payload: bytes) -> bytes:
    """The bytes of the meter's stream that a message stands for; never empty."""
    if _LINE_WITHOUT_END.fullmatch(payload):
        return payload + b"\r\n"
    return from_hex_text(payload) or payload


class MessageDecoder:
    """Decodes message by message, and joins those that are pieces. Bounded as the stream decoder is."""

    def __init__(self, keys: Keys | None = None) -> None:
        self._whole = Decoder(keys)
        self._stream = Decoder(keys)
        self._has_piece = False

    def feed(self, data: bytes) -> list[Event]:
        """What one message says, after what it ends."""
        alone = self._whole.message(data)
        is_decided = all(isinstance(event, Telegram) or _is_decided(event, data) for event in alone)
        if alone and is_decided:
            if any(isinstance(event, Telegram) for event in alone):
                return self.disconnect() + alone
            if not self._has_piece:
                return alone
        self._has_piece = True
        events = self._stream.feed(data)
        if any(isinstance(event, Telegram) for event in events):
            self._has_piece = False
        return events

    def disconnect(self) -> list[Event]:
        """Decide what has been joined so far, and keep what is known of the source."""
        self._has_piece = False
        return self._stream.disconnect()

    def finish(self) -> list[Event]:
        """Decide what has been joined so far, at the end."""
        self._has_piece = False
        return self._stream.finish()


def _is_decided(rejected: Rejected, message: bytes) -> bool:
    """Whether more bytes would not help. A P1 telegram without its last line end may have been cut in its checksum."""
    is_cut = rejected.raw.startswith(b"/") and not message.endswith(b"\n")
    return rejected.reason in _DECIDED and not is_cut


class FileDecoder:
    """Decodes a file: a small one may be one bare DLMS message, which a stream never holds."""

    def __init__(self, keys: Keys | None = None) -> None:
        self._keys = keys
        self._stream = Decoder(keys)
        self._first: bytes | None = b""

    def feed(self, data: bytes) -> list[Event]:
        """Events, one piece late: only the end tells whether the first was all."""
        if self._first == b"":
            self._first = data
            return []
        held, self._first = self._first or b"", None
        return (self._stream.feed(held) if held else []) + self._stream.feed(data)

    def disconnect(self) -> list[Event]:
        """The same as the end."""
        return self.finish()

    def finish(self) -> list[Event]:
        """What is left, at the end of the file."""
        held, self._first = self._first, None
        return decode_message(held, self._keys) if held else self._stream.finish()

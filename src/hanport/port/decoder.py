"""Bytes in, events out: one decoder for every protocol of the port, found by trying.

Whatever bytes come, in whatever pieces, come out as telegrams and rejections, in order; the same bytes give the same
events however they are cut. No byte is lost: each is in a telegram, in a Rejected, or is filling between them (line
ends, spaces, NULs, HDLC flags).
"""

import re
from typing import NamedTuple, TypeAlias

from hanport.port import hdlc, mbus, message, p1
from hanport.port.assembly import Assembler
from hanport.port.cipher import Keys, header
from hanport.port.habit import Habit
from hanport.port.layout import Layout
from hanport.port.layouts import Layouts
from hanport.port.p1 import Broken, Integrity, More, P1Frame
from hanport.port.rows import is_plain, split_rows
from hanport.port.telegram import Telegram, p1_body
from hanport.port.values import Checksum, Protocol, Reason, Rejected

Event: TypeAlias = Telegram | Rejected

CIPHERED_START = rb"\xdb\x08"
_START = re.compile(b"|".join((p1.START, hdlc.START, mbus.START, CIPHERED_START)), re.DOTALL)
# The beginning of a start at the very end of a candidate: more bytes must come before the candidate can be cut there.
_PARTIAL_START = re.compile(rb"/[A-Za-z]{0,3}\Z|\x7e\Z|\x68.?\Z|\x68(.)\1\Z|\xdb\Z", re.DOTALL)
_LONGEST_START = 5

_FILLING = b"\r\n \t\0\x7e"
_FILLING_RUN = re.compile(rb"[\r\n \t\0\x7e]*")
# Noise is handed out in pieces of this size, so that the buffer stays small and the pieces do not depend on the feed.
_NOISE_PIECE = 1024
# EasyMeter Q3D: two lines of the serial number and padding behind the `!`.
_LINES_BEHIND = {b"ESY5Q3D": 2}


# Rows wait for the telegram's end up to this many bytes before the buffer is looked at again.
_ROWS_HELD = 8 * 1024
# No header of HDLC, M-Bus or ciphering is longer.
_LONGEST_HEADER = 16
_POLISH = "encrypted in a form of which nothing is known but its frame; ask the network company for plain telegrams"


class _Ciphered(NamedTuple):
    """A ciphered message in the stream, read; it has no frame but its own length."""

    end: int
    telegram: Telegram


_Decided: TypeAlias = P1Frame | hdlc.HdlcFrame | mbus.MbusFrame | _Ciphered | Broken
_Outcome: TypeAlias = _Decided | More


class Decoder:
    """The decoder of one source. It buffers at most MAX_TELEGRAM bytes and what one feed brings."""

    def __init__(self, keys: Keys | None = None) -> None:
        self._keys = keys
        self._buffer = bytearray()
        self._at = 0  # where to look for the next start
        self._resume = 0  # where to go on in the candidate there
        self._in_rows = False  # inside a P1 telegram: only `!` or `/` can decide anything
        self._habit = Habit()
        self._layouts = Layouts()
        self._assembler = Assembler(keys)
        self._lines_behind = 0

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; give what they complete."""
        if not self._buffer:  # a telegram in one piece, like the last one: nothing needs to be searched
            telegram = self._layouts.same_again(data, 0)
            if telegram is not None and data[len(telegram.raw) :] == b"\r\n":
                return [telegram]
        self._buffer += data
        if self._in_rows and b"!" not in data and b"/" not in data and len(self._buffer) < _ROWS_HELD:
            return []
        return self._run(final=False)

    def finish(self) -> list[Event]:
        """No more bytes will come: decide what is buffered. The decoder is as new afterwards, but for its keys."""
        events = self.disconnect()
        self._habit = Habit()
        self._layouts = Layouts()
        self._lines_behind = 0
        return events

    def disconnect(self) -> list[Event]:
        """The connection is lost: decide what is buffered, and keep what was learned of the source."""
        events = self._run(final=True)
        events += self._admit(self._assembler.drop())
        events += self._habit.let_go()
        return events

    def message(self, data: bytes) -> list[Event]:
        """One file or MQTT message, whole: telegrams in any frames, or one bare DLMS message (LLC or APDU alone)."""
        bare = message.without_llc(data)
        if bare is not data or data[:1] == b"\x0f":
            read = message.read_message(
                bare, raw=data, protocol=Protocol.APDU, checksum=Checksum.ABSENT, keys=self._keys
            )
            if isinstance(read, Telegram) or bare is not data:
                return [read]
            events = self.feed(data) + self.disconnect()
            return events if any(isinstance(event, Telegram) for event in events) else [read]
        return self.feed(data) + self.disconnect()

    @property
    def layout(self) -> Layout | None:
        """The layout of the last telegram; None when its checksum was not right, or when bytes wait behind it."""
        return None if self._buffer else self._layouts.last

    @property
    def undecided(self) -> int:
        """How many of the bytes that were fed last may still become a telegram; 0 right behind one."""
        return len(self._buffer)

    def _run(self, *, final: bool) -> list[Event]:
        events: list[Event] = []
        buffer, done, at = self._buffer, 0, self._at
        self._in_rows = False
        while (match := _START.search(buffer, at)) is not None:
            start = match.start()
            telegram = self._layouts.same_again(buffer, start) if buffer[start] == 0x2F else None
            if telegram is not None:
                events += self._noise(done, start) if start > done else []
                events.append(telegram)
                done = at = self._resume = start + len(telegram.raw)
                continue
            outcome = self._try(start, final)
            if outcome is None:
                at = start + 1
                continue
            if isinstance(outcome, Broken):
                outcome = self._cut(start, outcome, final)
            if isinstance(outcome, More):
                at, self._resume = start, outcome.resume
                self._in_rows = buffer[start] == 0x2F and outcome.resume == len(buffer)
                break
            if start > done:
                events += self._noise(done, start)
            events += self._accept(outcome, start)
            done = at = self._resume = outcome.end
        else:
            at = self._undecided(at, final)
        done = self._behind_filling(done, at)
        while at - done >= _NOISE_PIECE:
            events += self._noise(done, done + _NOISE_PIECE)
            done = self._behind_filling(done + _NOISE_PIECE, at)
        if final:
            events += self._noise(done, at)
            done = at
        del buffer[:done]
        self._at, self._resume = at - done, max(self._resume - done, 0)
        return events

    def _undecided(self, at: int, final: bool) -> int:
        """From where on the buffer's end may still become a start."""
        end = len(self._buffer)
        tail = None if final else _PARTIAL_START.search(self._buffer, max(at, end - _LONGEST_START + 1))
        return tail.start() if tail else end

    def _behind_filling(self, start: int, end: int) -> int:
        """Noise begins at the first byte that is no filling; what is before it is passed over."""
        filling = _FILLING_RUN.match(self._buffer, start, end)
        assert filling is not None
        return filling.end()

    def _try(self, start: int, final: bool) -> _Outcome | None:
        """What the candidate at `start` is, or None when it is noise after all."""
        buffer = self._buffer
        match buffer[start]:
            case 0x2F:
                found = p1.frame(buffer, start, max(start, self._resume), final)
                if isinstance(found, P1Frame) and found.integrity is Integrity.ABSENT and not _is_sound(found.content):
                    return Broken(found.end, Reason.FRAMING, "no checksum, and not a row in every line")
                return found
            case 0x7E:
                return hdlc.frame(buffer, start, final)
            case 0x68:
                return mbus.frame(buffer, start, final)
        return self._try_ciphered(start, final)

    def _try_ciphered(self, start: int, final: bool) -> _Outcome | None:
        buffer = self._buffer
        try:
            found = header(buffer, start)
        except IndexError:
            return None if final else More(start)
        if found is None or found[1] > p1.MAX_TELEGRAM:
            return None
        end = start + found[1]
        if len(buffer) < end:
            return Broken(len(buffer), Reason.TRUNCATED) if final else More(start)
        raw = bytes(buffer[start:end])
        read = message.read_message(raw, raw=raw, protocol=Protocol.APDU, checksum=Checksum.ABSENT, keys=self._keys)
        return Broken(end, read.reason, read.hint) if isinstance(read, Rejected) else _Ciphered(end, read)

    def _cut(self, start: int, broken: Broken, final: bool) -> Broken | More:
        """End a broken candidate where the next one begins inside it; More while that cannot be told yet."""
        buffer, at = self._buffer, start + 1
        while (match := _START.search(buffer, at)) is not None and match.start() < broken.end:
            at = match.start()
            outcome = More(at) if buffer[at] == 0x2F else self._try(at, final)
            if isinstance(outcome, More) and buffer[at] != 0x2F and len(buffer) - at < _LONGEST_HEADER:
                return More(start)
            if outcome is not None:
                return broken._replace(end=at)
            at += 1
        tail = None if final else _PARTIAL_START.search(buffer, max(start + 1, len(buffer) - _LONGEST_START + 1))
        return More(start) if tail is not None and tail.start() < broken.end else broken

    def _accept(self, outcome: _Decided, start: int) -> list[Event]:
        raw = bytes(self._buffer[start : outcome.end])
        match outcome:
            case P1Frame(_, content, integrity):
                return self._p1(content, raw, integrity)
            case Broken(_, reason, hint):
                return self._admit([Rejected(reason, raw, hint)])
            case hdlc.HdlcFrame():
                return self._admit(self._assembler.hdlc(outcome, raw))
            case mbus.MbusFrame():
                return self._admit(self._assembler.mbus(outcome, raw))
        return self._admit([outcome.telegram])

    def _p1(self, content: bytes, raw: bytes, integrity: Integrity) -> list[Event]:
        if content[content.find(b"\n") + 1 :][:3] == b"\r\n\0":
            return self._admit([Rejected(Reason.CIPHER, raw, _POLISH)])
        telegram = self._layouts.telegram(content, raw, integrity)
        self._lines_behind = next((n for start, n in _LINES_BEHIND.items() if content.startswith(start, 1)), 0)
        return self._habit.admit(telegram, integrity)

    def _noise(self, start: int, end: int) -> list[Event]:
        """The bytes between telegrams, in pieces."""
        events: list[Event] = []
        start = self._behind_filling(start, end)
        while start < end:
            piece = bytes(self._buffer[start : min(start + _NOISE_PIECE, end)])
            start = self._behind_filling(start + len(piece), end)
            while self._lines_behind and piece:
                self._lines_behind -= 1
                piece = piece.partition(b"\n")[2].lstrip(_FILLING)
            if piece:
                events += self._admit([Rejected(Reason.NOISE, piece)])
        return events

    def _admit(self, events: list[Event]) -> list[Event]:
        return [admitted for event in events for admitted in self._habit.admit(event)]


def _is_sound(content: bytes) -> bool:
    """Whether a telegram without a checksum is rows throughout, and one telegram only."""
    rows, whole = split_rows(p1_body(content))
    return whole and bool(rows) and all(map(is_plain, rows)) and not p1.holds_another_start(content)


def decode_message(data: bytes, keys: Keys | None = None) -> list[Event]:
    """One file or MQTT message by itself: see `Decoder.message`."""
    return Decoder(keys).message(data)

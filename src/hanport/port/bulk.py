"""A recording of millions of telegrams to columns: where a meter repeats its layout, thousands are read at once.

The layout's fixed bytes are compared, every checksum is verified, and only the digits are read, eight at a time as one
64-bit word. The first telegram that differs goes through the decoder by itself, and so does all else (noise, other
layouts, DLMS, telegrams without a checksum): the columns hold what the decoder alone would give, in the same order.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hanport.port import crc, meter_time
from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder, Event
from hanport.port.fields import FIELD_NAMES
from hanport.port.layout import Layout, Span
from hanport.port.telegram import Telegram
from hanport.port.values import Reading, Rejected

Recording: TypeAlias = bytes | mmap.mmap
Integers: TypeAlias = NDArray[np.int64]

# What a column holds where the meter said nothing.
NONE = int(np.iinfo(np.int64).min)

# Telegrams read at once: 1 024 of 0.7 kB stay in a second-level cache.
_AT_ONCE = 1024
# A batch is handed out when it holds this many telegrams, so that memory stays flat.
_BATCH = 64 * 1024
_PIECE = 64 * 1024
_MAX_READERS = 64
_BEHIND_CONTENT = 6  # four digits of checksum, CR LF
_WORD = 8
_DIGITS = 0x0F0F0F0F0F0F0F0F
_TOO_BIG = np.uint64(0x7676767676767676)  # added to a digit above 9 it sets the byte's highest bit
_HIGH_BITS = np.uint64(0x8080808080808080)
_HEX = np.full(256, 16, np.uint8)
_HEX[[*b"0123456789ABCDEFabcdef"]] = [*range(16), *range(10, 16)]
_HEX.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Telegrams as columns, and what was rejected between them.

    `columns` has one row for each field of Reading in its order (27), one column for each telegram: `at` in seconds
    since 1970 UTC, all else in the field's own unit, NONE for None.
    """

    columns: Integers
    rejected: tuple[Rejected, ...]

    def __len__(self) -> int:
        return int(self.columns.shape[1])

    def column(self, name: str) -> Integers:
        """The column of a field of Reading."""
        values: Integers = self.columns[FIELD_NAMES.index(name)]
        return values


def decode(recording: Recording, keys: Keys | None = None) -> Iterator[Batch]:
    """Read a whole recording, batch by batch. A memory map keeps the memory flat whatever its size."""
    decoder = Decoder(keys)
    batch = _Collector()
    position, end = 0, len(recording)
    readers: dict[Layout, _Reader] = {}
    while position < end:
        layout = decoder.layout
        if layout is not None and layout.read(recording[position : position + layout.length]) is not None:
            reader = readers.get(layout) or _Reader(layout)
            readers[layout] = reader
            block = reader.read(recording, position, min(_AT_ONCE, (end - position) // reader.stride))
            batch.add_block(block)
            position += block.shape[1] * reader.stride
            if block.shape[1] == _AT_ONCE:
                if len(batch) >= _BATCH:
                    yield batch.take()
                continue
        behind = recording.find(b"!", position) + 1 + _BEHIND_CONTENT
        behind = min(behind if behind > _BEHIND_CONTENT else end, position + _PIECE)
        batch.add_events(decoder.feed(recording[position:behind]))
        position = behind
        if len(batch) >= _BATCH:
            yield batch.take()
        if len(readers) > _MAX_READERS:
            readers.clear()
    batch.add_events(decoder.finish())
    yield batch.take()


class _Collector:
    """Collects blocks and single readings in order."""

    def __init__(self) -> None:
        self._blocks: list[Integers] = []
        self._singles: list[list[int]] = []
        self._rejected: list[Rejected] = []
        self._count = 0

    def __len__(self) -> int:
        return max(self._count, len(self._rejected))

    def add_block(self, block: Integers) -> None:
        if block.shape[1]:
            self._close_singles()
            self._blocks.append(block)
            self._count += block.shape[1]

    def add_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Telegram):
                self._singles.append(_numbers(event.reading))
                self._count += 1
            else:
                self._rejected.append(event)

    def take(self) -> Batch:
        self._close_singles()
        none = np.empty((len(FIELD_NAMES), 0), np.int64)
        batch = Batch(np.concatenate([none, *self._blocks], axis=1), tuple(self._rejected))
        self._blocks, self._rejected, self._count = [], [], 0
        return batch

    def _close_singles(self) -> None:
        if self._singles:
            self._blocks.append(np.array(self._singles, np.int64).T)
            self._singles = []


def _numbers(reading: Reading) -> list[int]:
    values = [getattr(reading, name) for name in FIELD_NAMES[1:]]
    at = NONE if reading.at is None else int(reading.at.timestamp())
    return [at, *(NONE if value is None else value for value in values)]


class _Reader:
    """Reads runs of telegrams of one layout."""

    def __init__(self, layout: Layout) -> None:
        self.stride = layout.length + _BEHIND_CONTENT
        self._layout = layout
        words = -(-layout.length // _WORD)
        self._mask = _as_words(layout.mask, words)
        self._fixed = _as_words(layout.fixed, words)
        self._windows: list[tuple[int, int, int]] = []  # offset, bytes to shift, bytes that stay
        self._parts: dict[Span, list[tuple[int, int]]] = {}  # (window, power of ten)
        spans = {span for spans in layout.spans for span in spans}
        self._clock = None if layout.clock is None else Span(layout.clock, layout.clock + 12, 0, 1)
        for span in sorted(spans.union([self._clock] if self._clock else [])):
            self._parts[span] = self._plan(span)
        self._offsets = [offset for offset, _, _ in self._windows]
        self._shift = np.array([[shift] for _, shift, _ in self._windows], np.uint64)
        self._stay = np.array([[stay] for _, _, stay in self._windows], np.uint64)
        self._midnights: dict[int, int] = {}

    def _plan(self, span: Span) -> list[tuple[int, int]]:
        """Cover a number with words of eight bytes from its end; the digits before a point move one byte up."""
        parts: list[tuple[int, int]] = []
        power = 0
        end = span.end
        while end > span.start:
            offset = end - _WORD
            digits = [place for place in range(max(offset, span.start), end)]
            point = span.end - 1 - span.decimals if span.decimals else -1
            before = [place for place in digits if place < point] if offset <= point < end else []
            behind = [place for place in digits if place != point and place not in before]
            self._windows.append((offset, _byte_mask(before, offset), _byte_mask(behind, offset)))
            parts.append((len(self._windows) - 1, power))
            power += len(before) + len(behind)
            end = offset
        return parts

    def read(self, recording: Recording, position: int, count: int) -> Integers:
        """The telegrams from `position` on, at most `count`, up to the first that differs in any way."""
        length = self._layout.length
        block = np.frombuffer(recording, np.uint8, count * self.stride, position).reshape(count, self.stride)
        good = self._fits(block) & self._checked(block, recording, position)
        words, digits_good = self._words(recording, position, count)
        good &= digits_good & (block[:, length + 4] == 0x0D) & (block[:, length + 5] == 0x0A)
        run = count if good.all() else int(good.argmin())
        return self._columns(words[:, :run])

    def _fits(self, block: NDArray[np.uint8]) -> NDArray[np.bool_]:
        padded = np.zeros((len(block), len(self._mask) * _WORD), np.uint8)
        padded[:, : self._layout.length] = block[:, : self._layout.length]
        words = padded.view(np.uint64)
        words &= self._mask
        fits: NDArray[np.bool_] = (words == self._fixed).all(axis=1)
        return fits

    def _checked(self, block: NDArray[np.uint8], recording: Recording, position: int) -> NDArray[np.bool_]:
        length = self._layout.length
        starts = range(position, position + len(block) * self.stride, self.stride)
        right = np.array([crc.arc(recording[start : start + length]) for start in starts], np.uint32)
        digits = _HEX[block[:, length : length + 4]].astype(np.uint32)
        sent = digits @ np.array([4096, 256, 16, 1], np.uint32)
        checked: NDArray[np.bool_] = (sent == right) & (digits < 16).all(axis=1)
        return checked

    def _words(self, recording: Recording, position: int, count: int) -> tuple[Integers, NDArray[np.bool_]]:
        """The number in each window of each telegram, and whether all its digits are digits."""
        words = np.empty((len(self._offsets), count), np.uint64)
        for row, offset in enumerate(self._offsets):
            words[row] = np.ndarray((count,), "<u8", recording, position + offset, (self.stride,))
        words = ((words & self._shift) << np.uint64(8)) | (words & self._stay)
        good = (((words + _TOO_BIG) & _HIGH_BITS) == 0).all(axis=0)
        words = (words * np.uint64(2561)) >> np.uint64(8)
        words = ((words & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
        words = ((words & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
        return words.astype(np.int64), good

    def _number(self, words: Integers, span: Span) -> Integers:
        (window, _), *more = self._parts[span]
        number: Integers = words[window]
        for window, power in more:
            number = number + words[window] * 10**power
        return number * span.factor

    def _columns(self, words: Integers) -> Integers:
        columns = np.full((len(FIELD_NAMES), words.shape[1]), NONE, np.int64)
        if self._clock is not None:
            columns[0] = self._times(self._number(words, self._clock))
        for row, spans in enumerate(self._layout.spans, start=1):
            if spans:
                columns[row] = sum(self._number(words, span) for span in spans)
        return columns

    def _times(self, clocks: Integers) -> Integers:
        """YYMMDDhhmmss to seconds since 1970 UTC, NONE for what is no time."""
        days, times = np.divmod(clocks, 1_000_000)
        minutes, seconds = np.divmod(times, 100)
        hours, minutes = np.divmod(minutes, 100)
        known, where = np.unique(days, return_inverse=True)
        midnights = np.array([self._midnight(int(day)) for day in known], np.int64)[where]
        valid = (hours < 24) & (minutes < 60) & (seconds < 60) & (midnights != NONE)
        return np.where(valid, midnights + hours * 3600 + minutes * 60 + seconds, NONE)

    def _midnight(self, day: int) -> int:
        if day not in self._midnights:
            at = meter_time.from_p1(f"{day:06}000000{self._layout.flag}")
            self._midnights = {day: NONE if at is None else int(at.timestamp())}
        return self._midnights[day]


def _byte_mask(places: list[int], offset: int) -> int:
    """The low half of the bytes at `places` of a little-endian word at `offset`: a digit's value."""
    return sum(0x0F << 8 * (place - offset) for place in places)


def _as_words(data: bytes, count: int) -> NDArray[np.uint64]:
    return np.frombuffer(data.ljust(count * _WORD, b"\0"), np.uint64)

"""A recording of the port as pieces: by thousands of telegrams at once where the meter tells the time itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

import numpy as np

from hanport.home.store.csv_columns import PIECE_ROWS, Integers, Readings
from hanport.home.store.moments import to_ms
from hanport.home.store.packing import NONE
from hanport.home.store.schema import READING_COLUMNS
from hanport.home.values import MeterIdentity
from hanport.port import bulk
from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder
from hanport.port.fields import FIELD_NAMES
from hanport.port.telegram import Telegram

# So much of both ends is looked at to learn which meter it is and whether it tells the time.
_END_BYTES = 256 * 1024

Timed = tuple[datetime | None, bytes]  # bytes, and when they were received
Identify = Callable[[Telegram], MeterIdentity]


@dataclass(slots=True)
class Unused:
    """What of a recording could not be used: pieces rejected, by reason, and telegrams without any time."""

    rejected: Counter[str] = field(default_factory=Counter)
    timeless: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A recording: its bytes, the same bytes with their times of receipt, and the keys of a meter that encrypts."""

    data: bulk.Recording
    timed: Callable[[], Iterable[Timed]]
    keys: Keys | None = None


def read_recording(
    source: Source, identify: Identify, unused: Unused, told: Callable[[int], None] = lambda count: None
) -> Iterator[Readings]:
    """The readings of a recording, 65 536 at most at a time. `told` hears how many telegrams have been read.

    Telegrams without a time of their own are stored under the time of their receipt.
    """
    meter = _only_meter(source, identify)
    pieces = _one_by_one(source, identify, unused) if meter is None else _at_once(source, meter, unused)
    count = 0
    for piece in pieces:
        count += len(piece.at_ms)
        told(count)
        yield piece


def _only_meter(source: Source, identify: Identify) -> MeterIdentity | None:
    """The meter, where both ends are of the same one and all their telegrams tell the time."""
    size = len(source.data)
    meters = set()
    for start, end in ((0, min(size, _END_BYTES)), (max(0, size - _END_BYTES), size)):
        telegrams = [
            event for event in Decoder(source.keys).feed(source.data[start:end]) if isinstance(event, Telegram)
        ]
        if not all(telegram.at is not None for telegram in telegrams):
            return None
        meters |= {identify(telegram) for telegram in telegrams}
    return meters.pop() if len(meters) == 1 else None


def _at_once(source: Source, meter: MeterIdentity, unused: Unused) -> Iterator[Readings]:
    for batch in bulk.decode(source.data, source.keys):
        unused.rejected.update(event.reason.value for event in batch.rejected)
        known = batch.columns[0] != NONE
        unused.timeless += int(len(known) - known.sum())
        columns = {name: batch.column(name)[known] for name in READING_COLUMNS}
        yield Readings(meter, batch.columns[0][known] * 1000, columns)


def _one_by_one(source: Source, identify: Identify, unused: Unused) -> Iterator[Readings]:
    """Telegram by telegram; a new piece begins with another meter."""
    rows: list[list[int]] = []
    current: MeterIdentity | None = None
    for telegram, received_at in _telegrams(source, unused):
        at = telegram.at or received_at
        if at is None:
            unused.timeless += 1
            continue
        meter = identify(telegram)
        if rows and current is not None and (meter != current or len(rows) == PIECE_ROWS):
            yield _readings(current, rows)
            rows = []
        current = meter
        rows.append(_row(telegram, at, received_at))
    if current is not None and rows:
        yield _readings(current, rows)


def _telegrams(source: Source, unused: Unused) -> Iterator[tuple[Telegram, datetime | None]]:
    decoder = Decoder(source.keys)
    received_at: datetime | None = None
    for part in chain(source.timed(), (None,)):
        if part is not None:
            received_at, data = part
        for event in decoder.finish() if part is None else decoder.feed(data):
            if isinstance(event, Telegram):
                yield event, received_at
            else:
                unused.rejected[event.reason.value] += 1


def _row(telegram: Telegram, at: datetime, received_at: datetime | None) -> list[int]:
    values = [getattr(telegram.reading, name) for name in FIELD_NAMES[1:]]
    received_ms = NONE if received_at is None else to_ms(received_at)
    return [to_ms(at), received_ms, *(NONE if value is None else value for value in values)]


def _readings(meter: MeterIdentity, rows: list[list[int]]) -> Readings:
    data: Integers = np.array(rows, np.int64).T
    columns = dict(zip(("received_ms", *READING_COLUMNS), data[1:], strict=True))
    return Readings(meter, data[0], columns)

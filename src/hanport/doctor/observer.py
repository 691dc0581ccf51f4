"""Gathers what is seen while a source is read. Its memory is bounded, however long it watches."""

import re
from collections import Counter, deque
from datetime import datetime
from types import MappingProxyType

from hanport.doctor.observation import Damage, Observation, Pause, Received, SourceKind, Stretch, Trouble
from hanport.port.telegram import Telegram
from hanport.port.values import Reason, Rejected

SAMPLE_BYTES = 16_384  # two minutes of 700 bytes each 10 s are 8 400
KEPT_TELEGRAMS = 150  # two minutes of one each second; the oldest go first
KEPT_DAMAGES = 256  # noise can come in many small pieces; the oldest go first
KEPT_CHUNKS = 4_096  # a long telegram that comes byte by byte; the oldest go first
KEPT_PAUSES = 150  # as many as telegrams
PAUSE_S = 0.5  # a telegram's own bytes come closer together than that, also at 2400 baud and over a network
HEAD_BYTES = 64

_P1_END = re.compile(rb"![0-9A-Fa-f]{0,4}\s*\Z")


def ends_as_framed(raw: bytes) -> bool:
    """Whether rejected bytes are as long as their own framing says; True where they have none that can be read."""
    if raw[:1] == b"/":
        return _P1_END.search(raw, max(0, len(raw) - 16)) is not None
    if raw[:1] == b"\x7e" and len(raw) > 2 and raw[1] >> 4 == 0xA:  # HDLC type 3: 11 bits of length, without the flags
        return len(raw) >= ((raw[1] & 0x07) << 8 | raw[2]) + 1
    if raw[:1] == b"\x68" and len(raw) > 3 and raw[1] == raw[2]:  # M-Bus: 4 bytes, the length, checksum and stop
        return len(raw) >= raw[1] + 6
    return True


class _Gathering:
    """One stretch while it is being watched."""

    def __init__(self, setting: str | None, at: datetime) -> None:
        self._setting = setting
        self._begun_at = at
        self._first_byte_at: datetime | None = None
        self._last_byte_at: datetime | None = None
        self._bytes_count = 0
        self._sample = bytearray()
        self._chunks: deque[tuple[datetime, int]] = deque(maxlen=KEPT_CHUNKS)  # when, and the count before it
        self._telegrams_count = 0
        self._telegrams: deque[Received] = deque(maxlen=KEPT_TELEGRAMS)
        self._damage_counts: Counter[Reason] = Counter()
        self._damages: deque[Damage] = deque(maxlen=KEPT_DAMAGES)
        self._pauses: deque[Pause] = deque(maxlen=KEPT_PAUSES)

    def feed_bytes(self, at: datetime, data: bytes) -> None:
        if self._first_byte_at is None:
            self._first_byte_at = at
        elif self._last_byte_at is not None and (at - self._last_byte_at).total_seconds() >= PAUSE_S:
            self._pauses.append(Pause(at, (at - self._last_byte_at).total_seconds()))
        self._last_byte_at = at
        self._chunks.append((at, self._bytes_count))
        self._bytes_count += len(data)
        self._sample += data[: max(0, SAMPLE_BYTES - len(self._sample))]

    def feed_event(self, at: datetime, event: Telegram | Rejected) -> None:
        if isinstance(event, Telegram):
            self._telegrams_count += 1
            self._telegrams.append(Received(at, self._took_s(at, len(event.raw)), event))
            return
        self._damage_counts[event.reason] += 1
        whole = event.reason is not Reason.TRUNCATED and ends_as_framed(event.raw)
        damage = Damage(at, event.reason, len(event.raw), self._telegrams_count, event.raw[:HEAD_BYTES], whole)
        self._damages.append(damage)

    def _took_s(self, at: datetime, length: int) -> float:
        """Since the chunk in which the telegram's first byte must have been, the last byte being in the last one."""
        first_byte = self._bytes_count - length
        for chunk_at, count_before in reversed(self._chunks):
            if count_before <= first_byte:
                return (at - chunk_at).total_seconds()
        return 0.0

    def stretch(self, at: datetime) -> Stretch:
        return Stretch(
            setting=self._setting,
            begun_at=self._begun_at,
            ended_at=at,
            bytes_count=self._bytes_count,
            first_byte_at=self._first_byte_at,
            last_byte_at=self._last_byte_at,
            sample=bytes(self._sample),
            telegrams_count=self._telegrams_count,
            telegrams=tuple(self._telegrams),
            damage_counts=MappingProxyType(dict(self._damage_counts)),
            damages=tuple(self._damages),
            pauses=tuple(self._pauses),
        )


class Observer:
    """Builds an `Observation`. Give it the bytes before the events that the decoder made of them; `at` is the time of
    receipt (aware, UTC).
    """

    def __init__(self, source: SourceKind, address: str, *, asked_s: float, keys_given: bool = False) -> None:
        self._source = source
        self._address = address
        self._asked_s = asked_s
        self._keys_given = keys_given
        self._trouble: Trouble | None = None
        self._done: list[Stretch] = []
        self._gathering: _Gathering | None = None

    def begin(self, at: datetime, setting: str | None = None) -> None:
        """From now on the source is read with this serial setting (`115200 8N1`; None: there is none to choose)."""
        self.end(at)
        self._gathering = _Gathering(setting, at)

    def end(self, at: datetime) -> None:
        """The source is not read any more."""
        if self._gathering is not None:
            self._done.append(self._gathering.stretch(at))
            self._gathering = None

    def feed_bytes(self, at: datetime, data: bytes) -> None:
        """Bytes came. Raises RuntimeError outside `begin` and `end`."""
        self._current().feed_bytes(at, data)

    def feed_event(self, at: datetime, event: Telegram | Rejected) -> None:
        """The decoder made this of the bytes. Raises RuntimeError outside `begin` and `end`."""
        self._current().feed_event(at, event)

    def _current(self) -> _Gathering:
        if self._gathering is None:
            raise RuntimeError("begin() comes first")
        return self._gathering

    def trouble(self, trouble: Trouble) -> None:
        """The source could not be opened, or was lost."""
        self._trouble = trouble

    def observation(self, at: datetime) -> Observation:
        """What has been seen until now."""
        going_on = () if self._gathering is None else (self._gathering.stretch(at),)
        return Observation(
            source=self._source,
            address=self._address,
            asked_s=self._asked_s,
            keys_given=self._keys_given,
            trouble=self._trouble,
            stretches=(*self._done, *going_on),
        )

"""What was seen of a source over a stretch of time: facts alone, no judgement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanport.port.telegram import Telegram
from hanport.port.values import Reason


class SourceKind(StrEnum):
    """Where the bytes come from. Times of receipt say something of the meter only where it is live."""

    SERIAL = "serial"
    TCP = "tcp"
    MQTT = "mqtt"
    FILE = "file"
    STDIN = "stdin"

    @classmethod
    def of(cls, address: str) -> "SourceKind":
        """What an address, as a user writes it, leads to: by what stands before its first colon."""
        scheme = address.partition(":")[0].lower()
        return cls(scheme) if scheme in list(cls) else cls.STDIN

    @property
    def live(self) -> bool:
        return self in (SourceKind.SERIAL, SourceKind.TCP, SourceKind.MQTT)


class Trouble(StrEnum):
    """Why a source could not be opened, or was lost while it was read."""

    MISSING = "missing"
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Received:
    """A telegram, when its last byte came, and how long it took from its first byte to its last."""

    at: datetime
    took_s: float
    telegram: Telegram


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that were rejected. `after` counts the telegrams that had come before them; `head` is their beginning.

    `whole`: what began there also ended as its framing says; False for a telegram that was cut off.
    """

    at: datetime
    reason: Reason
    length: int
    after: int
    head: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing came for `lasted_s` seconds, and then something."""

    ended_at: datetime
    lasted_s: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """What came while the source was read with one serial setting (None where a setting cannot be chosen).

    `telegrams`, `damages` and `pauses` (between bytes, of half a second and more) are the last ones, the counts are of
    all; `sample` is the first bytes that came.
    """

    setting: str | None
    begun_at: datetime
    ended_at: datetime
    bytes_count: int
    first_byte_at: datetime | None
    last_byte_at: datetime | None
    sample: bytes
    telegrams_count: int
    telegrams: tuple[Received, ...]
    damage_counts: Mapping[Reason, int]
    damages: tuple[Damage, ...]
    pauses: tuple[Pause, ...]

    @property
    def watched_s(self) -> float:
        return (self.ended_at - self.begun_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Observation:
    """All that is known of one source when the doctor is asked.

    `asked_s` is how long the watch was meant to last. `trouble` is None where the source could be opened and was not
    lost. `stretches` are in the order they were watched, one a serial setting tried, at least one unless it could
    not be opened.
    """

    source: SourceKind
    address: str
    asked_s: float
    keys_given: bool = False
    trouble: Trouble | None = None
    stretches: tuple[Stretch, ...] = ()

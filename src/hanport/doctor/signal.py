"""What a line with another serial setting, or an inverted one, would have made of a telegram: analysis by synthesis.

Bytes that no decoder understands are compared with what a UART reads when a typical telegram is sent to it wrongly.
Only how often each byte value occurs is compared: that is nearly the same for every telegram of a layout, whatever
its digits, and needs no start to be found.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from hanport.doctor.typical import typical_telegrams
from hanport.port.uart import Setting, receive

# The settings that meters use: P1 (DSMR 5 and the Swedish list), DSMR 2 and 3, M-Bus with and without parity.
SETTINGS = ("115200 8N1", "9600 7E1", "2400 8E1", "2400 8N1")

ENOUGH_BYTES = 100  # fewer say nothing about how often each value occurs
# Real Swedish telegrams come to 0.95 and more with the right hypothesis where sender and reader have the same speed,
# other lists and other speeds to 0.7 and more; what is not nearly the same signal stays below 0.55.
ALIKE = 0.7
SURELY_ALIKE = 0.9
AS_GOOD = 0.02  # hypotheses that differ by less cannot be told apart


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A telegram was sent with one setting, the reader is set to another, and the line may be inverted."""

    sent: str
    read: str
    inverted: bool

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return self.sent == self.read and not self.inverted


@dataclass(frozen=True, slots=True)
class Explanation:
    """The hypotheses that explain bytes best and equally well, and how well: 0 to 1."""

    hypotheses: tuple[Hypothesis, ...]
    likeness: float


Spectrum = dict[int, float]


def _spectrum(data: bytes) -> Spectrum:
    counts = Counter(data)
    length = sqrt(sum(count * count for count in counts.values())) or 1.0
    return {value: count / length for value, count in counts.items()}


def _likeness(one: Spectrum, other: Spectrum) -> float:
    return sum(weight * other.get(value, 0.0) for value, weight in one.items())


@lru_cache(maxsize=256)
def _expected(hypothesis: Hypothesis) -> tuple[Spectrum, ...]:
    sent, read = Setting.parse(hypothesis.sent), Setting.parse(hypothesis.read)
    return tuple(
        _spectrum(receive(telegram, sent=sent, read=read, inverted=hypothesis.inverted))
        for telegram in typical_telegrams()
    )


def _can_be_imitated(setting: str) -> bool:
    """A serial port can be set to mark and space parity, which no meter has."""
    try:
        Setting.parse(setting)
    except ValueError:
        return False
    return True


def explain(data: bytes, read: str | None) -> Explanation | None:
    """What explains these bytes, read with that setting (None: with one that we do not know). None: nothing does."""
    if len(data) < ENOUGH_BYTES:
        return None
    seen = _spectrum(data)
    readers = (read,) if read is not None and _can_be_imitated(read) else SETTINGS
    senders = tuple(dict.fromkeys((*SETTINGS, *readers)))
    scored = [
        (max(_likeness(seen, expected) for expected in _expected(hypothesis)), hypothesis)
        for reader in readers
        for sender in senders
        for hypothesis in (Hypothesis(sender, reader, False), Hypothesis(sender, reader, True))
    ]
    best = max(likeness for likeness, _ in scored)
    if best < ALIKE:
        return None
    return Explanation(tuple(each for likeness, each in scored if likeness >= best - AS_GOOD), best)

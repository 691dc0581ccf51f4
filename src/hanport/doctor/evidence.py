"""An observation seen from the side that the rules need: the telling stretch, the model, the interval, the damage."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from hanport.doctor.finding import Finding
from hanport.doctor.observation import Damage, Observation, Received, Stretch
from hanport.models import Model, recognise

P1_START = re.compile(rb"/[A-Za-z]{3}[0-9]")

_BINARY_STARTS = (b"\x7e", b"\x68", b"\xdb")

USUAL_INTERVAL_S = 10.0  # what the regulation and nearly all Swedish meters have; until the own one is known
LAST_INTERVALS = 3  # enough that one lost telegram does not count
REPEAT_S = 0.5  # a telegram that ends so soon after another was sent with it: no interval of the meter


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules look at.

    `stretch` is the one that tells most: with the most telegrams, or else the most bytes, or else the first; None
    where the source was never open. `damages` are what was rejected, without the rest of a telegram that had begun
    before we came. `interval_s` is the median of the last times between two telegrams, by receipt where the source is
    live, by the meter's clock otherwise; None until there are two.
    """

    observation: Observation
    stretch: Stretch | None
    model: Model | None
    damages: tuple[Damage, ...]
    interval_s: float | None

    @property
    def telegrams(self) -> tuple[Received, ...]:
        return self.stretch.telegrams if self.stretch else ()

    @property
    def sample(self) -> bytes:
        return self.stretch.sample if self.stretch else b""

    @property
    def expected_interval_s(self) -> float:
        return self.interval_s or USUAL_INTERVAL_S

    @property
    def silent_s(self) -> float:
        """How long nothing has come at the end of the telling stretch; 0 where nothing ever came."""
        if self.stretch is None or self.stretch.last_byte_at is None:
            return 0.0
        return (self.stretch.ended_at - self.stretch.last_byte_at).total_seconds()


RuleFunction = Callable[[Evidence], Finding | None]


def gather(observation: Observation) -> Evidence:
    """The evidence in an observation."""
    stretch = max(observation.stretches, key=lambda each: (each.telegrams_count, each.bytes_count), default=None)
    if stretch is None:
        return Evidence(observation, None, None, (), None)
    return Evidence(
        observation=observation,
        stretch=stretch,
        model=_model(stretch),
        damages=tuple(damage for damage in stretch.damages if not _came_late(stretch, damage)),
        interval_s=_interval_s(stretch.telegrams, live=observation.source.live),
    )


def _model(stretch: Stretch) -> Model | None:
    if stretch.telegrams:
        telegrams = [received.telegram for received in stretch.telegrams]
        # One telegram tells the codes of a layout; a meter has few layouts, told apart by their lengths.
        layouts = {(len(telegram.raw), telegram.identification): telegram for telegram in telegrams}
        codes = {register.obis for telegram in layouts.values() for register in telegram.registers}
        return recognise(telegrams[-1].identification, codes)
    found = P1_START.search(stretch.sample)
    if found is None or b"(" in stretch.sample:
        return None
    line = stretch.sample[found.start() : found.start() + 64].splitlines()[0]
    return recognise(line.decode("latin-1"), ())


def _came_late(stretch: Stretch, damage: Damage) -> bool:
    """Whether this is the end of a telegram that had begun before we began to read."""
    if damage.after or not stretch.telegrams or P1_START.match(damage.head):
        return False
    if damage.head[:1] in _BINARY_STARTS and stretch.sample.startswith(damage.head):  # it began after us, and broke
        return False
    before = [each for each in stretch.damages if each.after == 0]
    return sum(each.length for each in before) < len(stretch.telegrams[0].telegram.raw)


def _interval_s(telegrams: tuple[Received, ...], *, live: bool) -> float | None:
    if live:
        steps = [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(telegrams)]
    else:
        times = [received.telegram.at for received in telegrams]
        steps = [(later - earlier).total_seconds() for earlier, later in pairwise(times) if earlier and later]
    steps = [step for step in steps if step > REPEAT_S]
    return median(steps[-LAST_INTERVALS:]) if steps else None

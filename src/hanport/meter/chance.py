"""Chance that is the same every time: numbers that depend on seed, day and purpose alone."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Stream(IntEnum):
    """What the chance is for. The numbers are part of the seeds: append, never renumber."""

    SPELL = 1
    FRONT = 2
    CLOUD_SPELL = 3
    CLOUD = 4
    PASSING_CLOUD = 5
    YEAR = 6
    ROUTINE = 7
    HOUSEHOLD = 8
    STANDING = 9
    HEATING = 10
    HOT_WATER = 11
    CAR = 12
    STREET = 13
    SUPPLY_L1 = 14
    SUPPLY_L2 = 15
    SUPPLY_L3 = 16
    JITTER_L1 = 17
    JITTER_L2 = 18
    JITTER_L3 = 19
    STANDBY_L1 = 20
    STANDBY_L2 = 21
    STANDBY_L3 = 22
    FLICKER_L1 = 23
    FLICKER_L2 = 24
    FLICKER_L3 = 25

    def on(self, leg: int) -> "Stream":
        """The stream of phase 0, 1 or 2, where this one is L1's."""
        return Stream(self + leg)


def generator(seed: int, day: int, stream: Stream) -> np.random.Generator:
    """A generator of its own for one day (its ordinal) and one purpose."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, day, int(stream)])))


def wander(seed: int, day: int, stream: Stream, *, knots: int, steps: int) -> NDArray[np.float64]:
    """`steps` values of a day that wander about 0 with a spread near 1, and go on smoothly in the next day.

    Random values stand at `knots` instants of each day; between them the curve is a cosine.
    """
    here = generator(seed, day, stream).standard_normal(knots)
    onward = generator(seed, day + 1, stream).standard_normal(knots)[:1]
    at = np.arange(steps, dtype=np.float64) * (knots / steps)
    return _between(np.append(here, onward), at)


def drift(seed: int, day: int, stream: Stream, *, days: int, steps: int) -> NDArray[np.float64]:
    """Like `wander`, but slower: one random value every `days` days."""
    first = day // days
    ends = np.concatenate([generator(seed, first + k, stream).standard_normal(1) for k in (0, 1)])
    at: NDArray[np.float64] = ((day % days) + np.arange(steps) / steps) / float(days)
    return _between(ends, at)


def _between(knots: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    left = np.minimum(at.astype(np.int64), len(knots) - 2)
    weight = (1 - np.cos(np.pi * (at - left))) / 2
    curve = knots[left] * (1 - weight) + knots[left + 1] * weight
    return np.asarray(curve * 1.15, np.float64)  # a cosine between knots is calmer than its knots

"""The panels on the roof."""

import numpy as np
from numpy.typing import NDArray

from hanport.meter.chance import Stream, wander
from hanport.meter.weather import STEPS, cloudiness, sun, temperature_c

SECONDS = 86_400
_STEP_S = SECONDS // STEPS
_PASSING_PER_DAY = 288  # a cloud's edge every five minutes


def production_w(seed: int, ordinal: int, peak_kwp: float) -> NDArray[np.float32]:
    """What the inverter gives in each second of a UTC day, in W, 0 or more.

    Clear sky by air mass (Meinel), Kasten's law for clouds, passing clouds where the sky is half covered, snow on
    the roof in frost, the inverter's limit at 0.9 of the panels' peak.
    """
    height, on_roof = sun(ordinal)
    if peak_kwp <= 0 or height.max() <= 0:
        return np.zeros(SECONDS, np.float32)
    air_mass = 1 / np.maximum(height, 0.04)
    beam = 1.353 * 0.7 ** (air_mass**0.678) * (height > 0)
    cloud = cloudiness(seed, ordinal)
    beam_share = np.clip(1 - 1.1 * cloud**2, 0, 1)
    diffuse = (0.09 + 0.20 * cloud) * np.maximum(height, 0)
    half_covered = 4 * cloud * (1 - cloud)
    snow = 0.25 if temperature_c(seed, ordinal).mean() < -2 else 1.0
    curve = _each_second(beam * np.maximum(on_roof, 0) * beam_share + diffuse)
    passing = wander(seed, ordinal, Stream.PASSING_CLOUD, knots=_PASSING_PER_DAY, steps=SECONDS)
    shade = 1 - 0.6 * _each_second(half_covered) * np.clip(passing, 0, 1)
    produced = np.minimum(curve * shade * (0.86 * snow), 0.9) * (peak_kwp * 1000)
    return np.where(produced < 15, 0, produced).astype(np.float32)  # below that the inverter sleeps


def _each_second(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    at = np.arange(SECONDS) / _STEP_S
    return np.interp(at, np.arange(STEPS), curve)

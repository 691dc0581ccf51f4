"""The weather of the Swedish inland around 60.7 N 13.7 E, made by chance: temperature, clouds and the sun's height."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hanport.meter.chance import Stream, drift, wander

STEPS = 144  # a value every ten minutes
_LATITUDE = math.radians(60.7)
_LONGITUDE_DEG = 13.7
_MEAN_C, _SEASON_C = 4.0, 10.8  # about -7 in January and +15 in July, as at the inland stations of Dalarna
_WARMEST_DAY = 201  # of the year
_TILT = math.radians(30)


def _summerness(ordinal: int) -> float:
    """1 at the warmest time of the year, -1 at the coldest."""
    return math.cos(2 * math.pi * (ordinal - _WARMEST_DAY + 1) / 365.2425)  # day 0 of the ordinals is a new year


@lru_cache(maxsize=16)
def temperature_c(seed: int, ordinal: int) -> NDArray[np.float64]:
    """Outdoor temperature of a UTC day in degrees Celsius, a value every ten minutes.

    Season, time of day (wider in summer and under a clear sky), fronts over a day, spells over six days; in winter
    the spells reach further down than up, so that a few nights a year come below -25.
    """
    summer = _summerness(ordinal)
    spell = drift(seed, ordinal, Stream.SPELL, days=6, steps=STEPS)
    front = wander(seed, ordinal, Stream.FRONT, knots=1, steps=STEPS)
    hour = np.arange(STEPS) / STEPS * 24
    swing = (2.9 + 2.2 * summer) * (1.25 - cloudiness(seed, ordinal)) * np.cos(2 * np.pi * (hour - 14.0) / 24)
    deep = np.maximum(-spell - 0.5, 0) * max(0.0, 0.2 - summer) * -5.0
    curve: NDArray[np.float64] = (
        _MEAN_C + _SEASON_C * summer + (3.2 - 0.9 * summer) * spell + (2.6 - 0.6 * summer) * front + swing + deep
    )
    curve.flags.writeable = False
    return curve


@lru_cache(maxsize=16)
def cloudiness(seed: int, ordinal: int) -> NDArray[np.float64]:
    """The cloud cover of a UTC day, 0 clear to 1 overcast, a value every ten minutes. Winter is greyer."""
    summer = _summerness(ordinal)
    spell = drift(seed, ordinal, Stream.CLOUD_SPELL, days=3, steps=STEPS)
    front = wander(seed, ordinal, Stream.CLOUD, knots=6, steps=STEPS)
    cover: NDArray[np.float64] = np.clip(0.66 - 0.10 * summer + 0.32 * spell + 0.26 * front, 0.0, 1.0)
    cover.flags.writeable = False
    return cover


def sun(ordinal: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two sines every ten minutes: of the sun's height, and of its height over a roof of 30 degrees to the south.

    Declination and equation of time by Spencer's series (1971), good to a few minutes.
    """
    angle = 2 * math.pi * (ordinal % 365.2425) / 365.2425
    declination = 0.006918 - 0.399912 * math.cos(angle) + 0.070257 * math.sin(angle) - 0.006758 * math.cos(2 * angle)
    equation_min = 229.18 * (
        0.000075 + 0.001868 * math.cos(angle) - 0.032077 * math.sin(angle) - 0.014615 * math.cos(2 * angle)
    ) - 9.36 * math.sin(2 * angle)
    solar_h = np.arange(STEPS) / STEPS * 24 + _LONGITUDE_DEG / 15 + equation_min / 60
    turn = np.cos(np.pi * (solar_h - 12) / 12)

    def height(latitude: float) -> NDArray[np.float64]:
        sine: NDArray[np.float64] = (
            math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * turn
        )
        return sine

    return height(_LATITUDE), height(_LATITUDE - _TILT)  # a tilted roof is level ground further south

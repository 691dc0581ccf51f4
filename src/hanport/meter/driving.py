"""The family's habit with the car: on which evenings it is charged, from when, and how much."""

from datetime import date

import numpy as np

from hanport.meter.almanac import utc_offset_s
from hanport.meter.chance import Stream, generator
from hanport.meter.family import routine
from hanport.meter.weather import temperature_c

_HOUR_S = 3600
_LARGEST_WH = 42_000


def charging(seed: int, day: date) -> tuple[int, int] | None:
    """The charge that begins on this local day: start in seconds after its UTC midnight, and Wh. None: no charge.

    About 17 000 km a year. Three of four charges wait for the night; frost takes a third more.
    """
    plan = routine(seed, day)
    chance = generator(seed, day.toordinal(), Stream.CAR)
    plugged, much, waits, late = chance.random(4).tolist()
    if plan.away or plugged > (0.5 if plan.free else 0.62):
        return None
    cold = float(np.clip((8 - temperature_c(seed, day.toordinal()).mean()) / 24, 0, 1))
    need = (9_000 + 14_000 * much + (9_000 if plan.free else 0) * late) * (1 + 0.45 * cold)
    tonight_s, at_once_s = (22 + 1.7 * late) * _HOUR_S, max(plan.back_s, 15 * _HOUR_S) + 1500 * late
    return int(tonight_s if waits < 0.75 else at_once_s) - utc_offset_s(day), min(int(need), _LARGEST_WH)

"""The heat pump from air to water, its immersion heater for the coldest days, and the hot water."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from hanport.meter.almanac import utc_offset_s
from hanport.meter.chance import Stream, generator
from hanport.meter.family import is_away, routine
from hanport.meter.loads import SECONDS, Pulse
from hanport.meter.weather import STEPS, temperature_c

STEP_W = 3000  # the immersion heater has three steps, one on each phase
_STEP_S = SECONDS // STEPS
_LOSS_KW_PER_K = 0.242  # a villa of 150 m2 from the seventies
_BALANCE_C = 17.0  # above it people, sun and appliances heat enough
_INERTIA_STEPS = 72  # the house feels the mean of the last twelve hours
_LEAST_SHARE = 0.35  # of its capacity: below, the compressor goes on and off
_BLOCK_STEPS = 2  # the immersion heater is decided on every twenty minutes
_HOT_WATER_W = 2250.0


def compressor_w(seed: int, ordinal: int) -> NDArray[np.float32]:
    """What the heat pump's compressor draws in each second of a UTC day, in W, without the immersion heater."""
    demand, capacity = _demand_kw(seed, ordinal), _capacity_kw(seed, ordinal)
    least = _LEAST_SHARE * capacity
    chance = generator(seed, ordinal, Stream.HEATING)
    running_w = np.clip(demand, least, capacity) / _performance(seed, ordinal) * 1000
    share_on = np.repeat(np.clip(demand / least, 0, 1), _STEP_S)
    cycle_s = int(chance.uniform(2400, 3900))
    second = np.arange(SECONDS)
    on = (second + int(chance.uniform(0, cycle_s))) % cycle_s < share_on * cycle_s
    power = np.where(on, np.interp(second / _STEP_S, np.arange(STEPS), running_w), 0.0).astype(np.float32)
    _defrost(power, temperature_c(seed, ordinal), int(chance.uniform(3600, 5400)))
    for first, last in _hot_water_today(seed, ordinal):
        power[first:last] = np.linspace(0.85, 1.1, last - first, dtype=np.float32) * _HOT_WATER_W
    power *= np.repeat(1 + 0.01 * chance.standard_normal(SECONDS // 10, np.float32), 10)
    return power


def immersion_steps(seed: int, ordinal: int) -> NDArray[np.int64]:
    """How many of the three steps are wanted in each minute of a UTC day: 0 to 3.

    What the compressor cannot give is carried on until it makes a step for twenty minutes. On the night before
    Monday the hot water is heated through against legionella.
    """
    short = np.maximum(_demand_kw(seed, ordinal) - _capacity_kw(seed, ordinal), 0)
    blocks = short.reshape(-1, _BLOCK_STEPS).mean(axis=1) * 1000
    wanted = np.minimum(np.diff(np.floor(np.append(0, blocks.cumsum()) / STEP_W)), 3).astype(np.int64)
    minutes = np.repeat(wanted, _BLOCK_STEPS * _STEP_S // 60)
    if date.fromordinal(ordinal).weekday() == 0:
        minutes[30:75] = np.maximum(minutes[30:75], 1)
    return minutes


def water_heater(seed: int, day: date) -> Iterator[Pulse]:
    """Hot water in a house without a heat pump: 3 kW in the tank (the rooms are heated by wood)."""
    for start_s, seconds in _hot_water(seed, day):
        yield Pulse(start_s, seconds * 3 // 2, (STEP_W, 0, 0))


def _demand_kw(seed: int, ordinal: int) -> NDArray[np.float64]:
    """Heat that the rooms want, every ten minutes. An empty house is kept cooler."""
    outside = np.concatenate([temperature_c(seed, ordinal - 1), temperature_c(seed, ordinal)])
    total = np.append(0, outside.cumsum())
    felt = (total[_INERTIA_STEPS:] - total[:-_INERTIA_STEPS])[-STEPS:] / _INERTIA_STEPS
    warm = _BALANCE_C - (3 if is_away(seed, date.fromordinal(ordinal)) else 0)
    demand: NDArray[np.float64] = np.maximum(_LOSS_KW_PER_K * (warm - felt), 0)
    return demand


def _capacity_kw(seed: int, ordinal: int) -> NDArray[np.float64]:
    """Heat that the compressor can give: less, the colder it is. At -13 it is 7.3 kW, as much as the house wants."""
    return np.maximum(9.0 + 0.13 * temperature_c(seed, ordinal), 3.0)


def _performance(seed: int, ordinal: int) -> NDArray[np.float64]:
    """Heat per electricity: 3.2 at +7, 2.7 at -2, 2.1 at -15."""
    return np.clip(2.8 + 0.05 * temperature_c(seed, ordinal), 1.6, 3.5)


def _defrost(power: NDArray[np.float32], outside_c: NDArray[np.float64], every_s: int) -> None:
    """Ice on the outdoor unit, in damp cold: the compressor turns round for five minutes, then makes up for it."""
    for start in range(every_s // 2, SECONDS - 600, every_s):
        if -9 < outside_c[start // _STEP_S] < 4 and power[start] > 0:
            power[start : start + 300] *= np.float32(0.35)
            power[start + 300 : start + 600] *= np.float32(1.15)


def _hot_water_today(seed: int, ordinal: int) -> Iterator[tuple[int, int]]:
    for days in (-1, 0, 1):
        day = date.fromordinal(ordinal) + timedelta(days=days)
        for start_s, seconds in _hot_water(seed, day):
            first, last = max(0, start_s + days * SECONDS), min(SECONDS, start_s + seconds + days * SECONDS)
            if first < last:
                yield first, last


def _hot_water(seed: int, day: date) -> Iterator[tuple[int, int]]:
    """When a local day's hot water is made, as start (seconds after UTC midnight) and length."""
    plan = routine(seed, day)
    chance = generator(seed, day.toordinal(), Stream.HOT_WATER)
    after_shower, midday, evening = chance.uniform(2400, 4800, 3).tolist()
    shift_s = -utc_offset_s(day)
    if plan.away:
        yield 4 * 3600 + shift_s, 900
        return
    yield plan.wake_s + 2400 + shift_s, int(after_shower)
    yield plan.bed_s - 7200 + shift_s, int(evening)
    if plan.free:
        yield 14 * 3600 + shift_s, int(midday) // 2

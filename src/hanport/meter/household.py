"""What the family switches on in a day: kitchen, laundry, sauna, lamps, screens."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import numpy as np

from hanport.meter.almanac import utc_offset_s
from hanport.meter.chance import Stream, generator
from hanport.meter.family import Routine, routine
from hanport.meter.loads import ELECTRONIC, MOTOR, Pulse
from hanport.meter.weather import STEPS, sun, temperature_c

_MINUTE_S = 60
_HOUR_S = 3600
_LAMPS_W = ((65.0, 0.0, 0.0), (0.0, 45.0, 0.0), (0.0, 0.0, 60.0), (0.0, 0.0, 35.0), (40.0, 0.0, 0.0))


@lru_cache(maxsize=16)
def pulses(seed: int, day: date) -> tuple[Pulse, ...]:
    """Everything that starts on this local day, in seconds after its UTC midnight."""
    plan = routine(seed, day)
    chance = generator(seed, day.toordinal(), Stream.HOUSEHOLD)
    shift_s = -utc_offset_s(day)
    if plan.away:
        found = list(_burglar_lamp(chance))
    else:
        cooking = [*_breakfast(plan, chance), *_dinner(plan, chance), *_snacks(plan, chance)]
        washing = [*_dishes(plan, chance), *_laundry(plan, chance)]
        comfort = [*_sauna(seed, day, chance), *_screens(plan, chance), *_cleaning(plan, chance)]
        found = [*cooking, *washing, *comfort, *_lamps(plan, day, chance), *_engine_heater(seed, day, plan)]
    return tuple(
        Pulse(p.start_s + shift_s, p.seconds, p.power_w, p.tangent, p.warm_s, p.on_s, p.cycle_s) for p in found
    )


def _about(chance: np.random.Generator, low: float, high: float) -> int:
    return int(chance.uniform(low, high))


def _breakfast(plan: Routine, chance: np.random.Generator) -> Iterator[Pulse]:
    start = plan.wake_s + _about(chance, 300, 1500)
    yield Pulse(start, _about(chance, 330, 480), (0, 0, 1050))  # coffee maker, then its hot plate
    yield Pulse(start + 480, _about(chance, 900, 2400), (0, 0, 70), on_s=20, cycle_s=40)
    if chance.random() < 0.6:
        yield Pulse(start + _about(chance, 100, 600), _about(chance, 120, 200), (0, 0, 900))  # toaster
    if chance.random() < 0.5:
        yield Pulse(start + _about(chance, 0, 900), _about(chance, 300, 900), (1700, 0, 0), on_s=18, cycle_s=40)
    if chance.random() < 0.6:
        yield Pulse(start + _about(chance, 300, 1200), _about(chance, 180, 420), (1600, 0, 0))  # hair dryer


def _dinner(plan: Routine, chance: np.random.Generator) -> Iterator[Pulse]:
    start = max(plan.back_s if plan.back_s > plan.out_s else 0, 16 * _HOUR_S) + _about(chance, 900, 5400)
    yield Pulse(start, _about(chance, 1200, 2700), (1800, 0, 0), warm_s=300, on_s=24, cycle_s=45)  # two plates of
    yield Pulse(start + 240, _about(chance, 900, 1800), (0, 1500, 0), warm_s=240, on_s=20, cycle_s=45)  # the stove
    yield Pulse(start, _about(chance, 1800, 3000), (120, 0, 0), MOTOR)  # its hood
    if chance.random() < (0.6 if plan.free else 0.4):
        yield Pulse(start - 600, _about(chance, 2100, 4200), (0, 2500, 0), warm_s=660, on_s=60, cycle_s=170)  # oven


def _snacks(plan: Routine, chance: np.random.Generator) -> Iterator[Pulse]:
    for first, last in plan.awake():
        for _ in range(int(chance.poisson((last - first) / _HOUR_S * 0.33))):
            yield Pulse(_about(chance, first, last), _about(chance, 100, 230), (0, 0, 2000))  # kettle
        for _ in range(int(chance.poisson((last - first) / _HOUR_S * 0.18))):
            yield Pulse(_about(chance, first, last), _about(chance, 80, 300), (0, 0, 1250), 0.2)  # microwave oven


def _dishes(plan: Routine, chance: np.random.Generator) -> Iterator[Pulse]:
    if chance.random() > 0.85:
        return
    start = plan.bed_s - _about(chance, 600, 9000)
    yield Pulse(start, 6300, (0, 0, 70), MOTOR)
    yield Pulse(start + 420, _about(chance, 800, 1000), (0, 0, 1900))
    yield Pulse(start + 4200, _about(chance, 700, 950), (0, 0, 1900))


def _laundry(plan: Routine, chance: np.random.Generator) -> Iterator[Pulse]:
    first, last = (plan.wake_s + 3600, plan.bed_s - 10_800) if plan.free else (17 * _HOUR_S, 20 * _HOUR_S)
    start = _about(chance, first, last)
    for _ in range(int(chance.binomial(3, 0.4)) if plan.free else int(chance.random() < 0.4)):
        yield Pulse(start + 300, _about(chance, 780, 1300), (2000, 0, 0))
        yield Pulse(start, 4500, (190, 0, 0), MOTOR, on_s=18, cycle_s=27)
        yield Pulse(start + 4000, 420, (420, 0, 0), MOTOR)  # spin
        if chance.random() < 0.65:
            yield Pulse(start + 5400, _about(chance, 5400, 8400), (0, 800, 0), MOTOR)  # dryer
        start += 6000


def _sauna(seed: int, day: date, chance: np.random.Generator) -> Iterator[Pulse]:
    odds = (0.03, 0.03, 0.08, 0.03, 0.25, 0.55, 0.2)[day.weekday()]
    if temperature_c(seed, day.toordinal()).mean() > 12:
        odds *= 0.5
    if chance.random() < odds:
        start = _about(chance, 17.5 * _HOUR_S, 19.8 * _HOUR_S)
        seconds = _about(chance, 5400, 8400)
        yield Pulse(start, seconds, (2000, 2000, 2000), warm_s=_about(chance, 2100, 2700), on_s=230, cycle_s=430)


def _screens(plan: Routine, chance: np.random.Generator) -> Iterator[Pulse]:
    evening = max(plan.back_s, 17 * _HOUR_S)
    start = evening + _about(chance, 0, 5400)
    yield Pulse(start, plan.bed_s - start - _about(chance, 0, 1800), (0, 0, 140), ELECTRONIC)
    if chance.random() < 0.6:
        yield Pulse(evening + _about(chance, 0, 3600), _about(chance, 5400, 12_600), (0, 0, 230), ELECTRONIC)  # games
    if not plan.free and plan.out_s == plan.back_s:
        yield Pulse(8 * _HOUR_S, 8 * _HOUR_S, (0, 95, 0), ELECTRONIC)  # a desk at home


def _cleaning(plan: Routine, chance: np.random.Generator) -> Iterator[Pulse]:
    if plan.free and chance.random() < 0.55:
        yield Pulse(_about(chance, 10 * _HOUR_S, 12 * _HOUR_S), _about(chance, 900, 2000), (900, 0, 0), MOTOR)
    if chance.random() < 0.08:
        start = _about(chance, plan.bed_s - 9000, plan.bed_s - 3600)
        yield Pulse(start, 1500, (0, 2000, 0), warm_s=90, on_s=15, cycle_s=50)  # iron


def _lamps(plan: Routine, day: date, chance: np.random.Generator) -> Iterator[Pulse]:
    """Lamps follow the dark: every half hour that somebody is up, the rooms in use are lit anew."""
    height, _ = sun(day.toordinal())
    for first, last in plan.awake():
        for start in range(first, last, 30 * _MINUTE_S):
            utc_s = start - utc_offset_s(day)
            dark = float(np.clip(0.22 - height[utc_s * STEPS // 86_400 % STEPS], 0, 0.3)) / 0.3
            rooms = (chance.random(len(_LAMPS_W)) < 0.1 + 0.75 * dark).nonzero()[0]
            length = min(30 * _MINUTE_S, last - start)
            for room in rooms:
                late = _about(chance, 0, 240)
                yield Pulse(start + late, length - late + _about(chance, 0, 200), _LAMPS_W[room], ELECTRONIC)


def _burglar_lamp(chance: np.random.Generator) -> Iterator[Pulse]:
    yield Pulse(_about(chance, 17 * _HOUR_S, 18 * _HOUR_S), 5 * _HOUR_S, _LAMPS_W[0], ELECTRONIC)


def _engine_heater(seed: int, day: date, plan: Routine) -> Iterator[Pulse]:
    """The other car stands outside: its block is heated before a drive in frost."""
    coldest = float(temperature_c(seed, day.toordinal()).min())
    if coldest < 1 and not plan.free and plan.out_s < plan.back_s:
        hours = 1.0 if coldest > -8 else 2.0
        yield Pulse(plan.out_s - int(hours * _HOUR_S), int(hours * _HOUR_S), (0, 650, 0))

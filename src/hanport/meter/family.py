"""The people of the house: when they are up, out, or away for days."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from hanport.meter.almanac import easter_sunday, is_free
from hanport.meter.chance import Stream, generator

_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Routine:
    """A local day, in seconds after local midnight. `out_s` to `back_s` nobody is at home (equal: never)."""

    free: bool
    away: bool
    wake_s: int
    out_s: int
    back_s: int
    bed_s: int

    def awake(self) -> list[tuple[int, int]]:
        """The spans in which somebody is at home and up."""
        if self.away:
            return []
        if self.out_s == self.back_s:
            return [(self.wake_s, self.bed_s)]
        return [(self.wake_s, self.out_s), (self.back_s, self.bed_s)]


@lru_cache(maxsize=64)
def routine(seed: int, day: date) -> Routine:
    """How the family spends that day. On a third of the other working days somebody works from home."""
    chance = generator(seed, day.toordinal(), Stream.ROUTINE)
    late, out, back, bed, home = (float(value) for value in chance.random(5))
    free = is_free(day)
    wake = 8.0 + 1.5 * late if free else 5.9 + 0.8 * late
    eve = is_free(day + timedelta(days=1))
    sleep = 22.9 + (1.0 if eve else 0.0) * bed + 0.7 * bed
    if free:
        leaves, returns = (12.0 + out, 15.0 + 2.5 * back) if home < 0.35 else (13.0, 13.0)
    else:
        leaves, returns = (7.3 + 0.5 * out, 15.9 + 1.4 * back) if home < 0.67 else (12.0, 12.0)
    hours = (wake, leaves, returns, sleep)
    return Routine(free, is_away(seed, day), *(int(hour * _HOUR_S) for hour in hours))


def is_away(seed: int, day: date) -> bool:
    """Whether the house is empty that day and the night after it."""
    return any(first <= day < last for first, last in _journeys(seed, day.year))


@lru_cache(maxsize=8)
def _journeys(seed: int, year: int) -> list[tuple[date, date]]:
    """The year's journeys as (first day, day of return): July, some winter holidays, some week-ends."""
    chance = generator(seed, year, Stream.YEAR)
    summer = date(year, 7, 1) + timedelta(days=int(chance.integers(0, 18)))
    journeys = [(summer, summer + timedelta(days=int(chance.integers(7, 15))))]
    if chance.random() < 0.35:
        skiing = date(year, 2, 20) + timedelta(days=int(chance.integers(0, 10)))
        journeys.append((skiing, skiing + timedelta(days=6)))
    if chance.random() < 0.4:
        journeys.append((date(year, 12, 23), date(year, 12, 27)))
    if chance.random() < 0.3:
        easter = easter_sunday(year)
        journeys.append((easter - timedelta(days=2), easter + timedelta(days=1)))
    for _ in range(int(chance.integers(3, 7))):
        day = date(year, 1, 1) + timedelta(days=int(chance.integers(0, 350)))
        friday = day + timedelta(days=(4 - day.weekday()) % 7)
        journeys.append((friday, friday + timedelta(days=2)))
    return journeys

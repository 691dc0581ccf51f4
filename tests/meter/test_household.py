"""What the family switches on in a day."""

from datetime import date, timedelta

import numpy as np
import pytest

from hanport.meter.family import is_away
from hanport.meter.household import pulses
from hanport.meter.loads import SECONDS, Canvas, Pulse

YEAR = [date(2025, 1, 1) + timedelta(days=day) for day in range(365)]
SAUNA_W = (2000, 2000, 2000)


def energy_wh(found: tuple[Pulse, ...]) -> float:
    canvas = Canvas(3)
    for pulse in found:
        canvas.pulse(pulse)
    return float(canvas.active.sum(dtype=np.float64)) / 3600


def test_everything_begins_on_its_day_or_close_to_it() -> None:
    for day in YEAR:
        for pulse in pulses(1, day):
            assert -7200 < pulse.start_s < SECONDS + 7200
            assert pulse.start_s + pulse.seconds < 1.2 * SECONDS


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_year_of_habits_takes_two_to_four_megawatt_hours(seed: int) -> None:
    assert 2e6 < sum(energy_wh(pulses(seed, day)) for day in YEAR[::5]) * 5 < 4e6


def test_the_sauna_is_a_thing_of_the_week_end_evening() -> None:
    days = [day for day in YEAR if any(pulse.power_w == SAUNA_W for pulse in pulses(1, day))]
    assert 25 <= len(days) <= 80
    assert sum(day.weekday() in (4, 5, 6) for day in days) > 0.7 * len(days)
    starts = [pulse.start_s for day in days for pulse in pulses(1, day) if pulse.power_w == SAUNA_W]
    assert min(starts) >= 15 * 3600


def test_an_empty_house_leaves_a_lamp_on() -> None:
    away = [day for day in YEAR if is_away(1, day)]
    assert away
    assert all(energy_wh(pulses(1, day)) < 500 for day in away)


def test_lamps_burn_longer_in_winter() -> None:
    def lamps_h(month: int) -> float:
        lit = [p.seconds for day in YEAR if day.month == month for p in pulses(1, day) if 30 < max(p.power_w) < 70]
        return sum(lit) / 3600

    assert lamps_h(12) > 2 * lamps_h(6)


def test_the_engine_is_heated_in_frost_only() -> None:
    heated = {day.month for day in YEAR for pulse in pulses(1, day) if pulse.power_w == (0, 650, 0)}
    assert {1, 2} <= heated
    assert not heated & {6, 7, 8}

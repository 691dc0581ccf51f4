"""The heat pump follows the cold, and its immersion heater only the deep cold."""

from datetime import date

import numpy as np
import pytest

from hanport.meter import heating
from hanport.meter.family import is_away
from hanport.meter.weather import temperature_c

YEAR = [date(2025, 1, 1).toordinal() + day for day in range(365)]
MEAN_C = np.array([temperature_c(1, day).mean() for day in YEAR])


def test_the_colder_the_more_it_draws() -> None:
    days = YEAR[::3]
    daily_w = np.array([heating.compressor_w(1, day).mean() for day in days])
    assert np.corrcoef(MEAN_C[::3], daily_w)[0, 1] < -0.9
    winter = daily_w[MEAN_C[::3] < -5]
    assert 1200 < winter.mean() < 3500
    assert daily_w[MEAN_C[::3] > 16].mean() < 300


def test_its_power_is_that_of_a_villas_machine() -> None:
    for day in YEAR[::20]:
        power = heating.compressor_w(1, day)
        assert power.shape == (86_400,)
        assert power.min() >= 0
        assert power.max() < 5000


def test_in_mild_weather_the_compressor_goes_on_and_off() -> None:
    mild = YEAR[int(np.abs(MEAN_C - 11).argmin())]
    running = heating.compressor_w(1, mild) > 100
    starts = int((np.diff(running.astype(int)) == 1).sum())
    assert 8 <= starts <= 50
    cold = YEAR[int(MEAN_C.argmin())]
    assert (heating.compressor_w(1, cold) > 100).mean() > 0.97


def test_the_immersion_heater_steps_in_when_the_compressor_is_at_its_end() -> None:
    steps = np.array([heating.immersion_steps(1, day) for day in YEAR])
    assert set(np.unique(steps)) <= {0, 1, 2, 3}
    hygiene = np.array([date.fromordinal(day).weekday() == 0 for day in YEAR])
    assert (steps[(MEAN_C > -8) & ~hygiene] == 0).all()
    assert (steps[MEAN_C < -19].max(axis=1) >= 1).all()
    assert steps.sum() / 60 * 3 < 3000  # kWh: a help, not the heating


def test_the_hot_water_is_heated_through_once_a_week() -> None:
    summer = [day for day in YEAR if date.fromordinal(day).month == 7]
    for day in summer:
        minutes = heating.immersion_steps(1, day)
        assert minutes.sum() == (45 if date.fromordinal(day).weekday() == 0 else 0)


def test_without_a_heat_pump_the_tank_has_its_own_heater() -> None:
    at_home = next(date.fromordinal(day) for day in YEAR if not is_away(1, date.fromordinal(day)))
    away = next(date.fromordinal(day) for day in YEAR if is_away(1, date.fromordinal(day)))
    home_s = sum(pulse.seconds for pulse in heating.water_heater(1, at_home))
    away_s = sum(pulse.seconds for pulse in heating.water_heater(1, away))
    assert 4000 < home_s < 20_000
    assert away_s < home_s / 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_year_of_heat_pump_is_seven_to_fourteen_megawatt_hours(seed: int) -> None:
    """Our own range for a large villa in the inland, hot water included."""
    assert 7e6 < sum(heating.compressor_w(seed, day).sum(dtype=np.float64) for day in YEAR[::6]) * 6 / 3600 < 14e6

"""A climate like that of inner Dalarna: what a year has to show, in ranges of our own."""

import math
from datetime import date

import numpy as np
import pytest

from hanport.meter.weather import cloudiness, sun, temperature_c

YEAR = [date(2025, 1, 1).toordinal() + day for day in range(365)]
MONTHS = np.array([date.fromordinal(day).month for day in YEAR])


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_year_is_inland_sweden(seed: int) -> None:
    temperature = np.array([temperature_c(seed, day) for day in YEAR])
    assert 1.5 < temperature.mean() < 6
    assert -13 < temperature[np.isin(MONTHS, [1, 2])].mean() < -3
    assert 11 < temperature[MONTHS == 7].mean() < 19
    assert -40 < temperature.min() < -18
    assert 20 < temperature.max() < 33


def test_the_weather_goes_on_over_midnight_and_cannot_be_changed() -> None:
    days = np.concatenate([temperature_c(1, day) for day in YEAR[:60]])
    assert np.abs(np.diff(days)).max() < 1.0
    with pytest.raises(ValueError, match="read-only"):
        temperature_c(1, YEAR[0])[0] = 30


def test_summer_afternoons_are_warmer_than_its_nights() -> None:
    july = np.array([temperature_c(1, day) for day in YEAR])[MONTHS == 7].mean(axis=0)
    assert july[84] - july[12] > 4  # 14 and 2 UTC


def test_clouds_cover_between_nothing_and_everything() -> None:
    cover = np.array([cloudiness(1, day) for day in YEAR])
    assert cover.min() == 0
    assert cover.max() == 1
    assert 0.4 < cover.mean() < 0.75


@pytest.mark.parametrize(
    ("day", "noon_deg", "daylight_h"),
    [(date(2025, 3, 20), 29.3, 12.1), (date(2025, 6, 21), 52.7, 18.7), (date(2025, 12, 21), 5.9, 5.6)],
)
def test_the_sun_stands_where_geometry_puts_it(day: date, noon_deg: float, daylight_h: float) -> None:
    height, on_roof = sun(day.toordinal())
    assert math.degrees(math.asin(height.max())) == pytest.approx(noon_deg, abs=0.7)
    assert (height > 0).sum() / 6 == pytest.approx(daylight_h, abs=0.6)
    assert height.argmax() / 6 == pytest.approx(11.1, abs=0.4)  # 13.7 degrees east
    assert on_roof.max() > height.max()

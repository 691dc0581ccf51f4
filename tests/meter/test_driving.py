"""The family's habit with the car."""

from datetime import date, timedelta

import pytest

from hanport.meter.driving import charging
from hanport.meter.family import is_away

YEAR = [date(2025, 1, 1) + timedelta(days=day) for day in range(365)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_year_of_driving(seed: int) -> None:
    charges = [charge for day in YEAR if (charge := charging(seed, day))]
    assert 150 <= len(charges) <= 250
    assert 2.5e6 < sum(need for _, need in charges) < 5e6
    assert all(5_000 < need <= 42_000 for _, need in charges)
    night = [start for start, _ in charges if start >= 20 * 3600]
    assert 0.6 < len(night) / len(charges) < 0.9
    assert min(start for start, _ in charges) > 12 * 3600


def test_the_car_is_away_with_the_family() -> None:
    away = [day for day in YEAR if is_away(1, day)]
    assert away
    assert all(charging(1, day) is None for day in away)


def test_frost_takes_more() -> None:
    def mean_wh(*months: int) -> float:
        needs = [charge[1] for day in YEAR if day.month in months and (charge := charging(1, day))]
        return sum(needs) / len(needs)

    assert mean_wh(12, 1, 2) > 1.15 * mean_wh(6, 7, 8)

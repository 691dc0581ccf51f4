"""The people of the house."""

from datetime import date, timedelta

import pytest

from hanport.meter.family import Routine, is_away, routine

YEAR = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_has_its_hours_in_order(seed: int) -> None:
    for day in YEAR:
        plan = routine(seed, day)
        assert 5 * 3600 < plan.wake_s < plan.out_s <= plan.back_s < plan.bed_s < 25 * 3600


def test_free_days_begin_later() -> None:
    plans = [routine(1, day) for day in YEAR]
    assert min(plan.wake_s for plan in plans if plan.free) > max(plan.wake_s for plan in plans if not plan.free)


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_family_is_away_some_weeks_of_the_year(seed: int) -> None:
    away = [day for day in YEAR if is_away(seed, day)]
    assert 10 <= len(away) <= 50
    assert sum(day.month == 7 for day in away) >= 7
    assert all(routine(seed, day).awake() == [] for day in away)


def test_on_a_working_day_nobody_is_up_at_home_at_noon() -> None:
    out = Routine(free=False, away=False, wake_s=6, out_s=8, back_s=16, bed_s=22)
    assert out.awake() == [(6, 8), (16, 22)]
    home = Routine(free=True, away=False, wake_s=8, out_s=13, back_s=13, bed_s=23)
    assert home.awake() == [(8, 23)]

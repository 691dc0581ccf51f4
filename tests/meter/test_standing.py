"""What draws whether anybody is at home or not."""

from datetime import date

import numpy as np
import pytest

from hanport.meter import standing
from hanport.meter.loads import Canvas


def laid(day: date, phases: int = 3) -> Canvas:
    canvas = Canvas(phases)
    standing.lay(canvas, 1, day.toordinal())
    return canvas


def test_the_base_of_the_house_is_two_to_four_hundred_watts_in_summer() -> None:
    total = laid(date(2025, 7, 12)).active.sum(axis=0)
    assert 180 < np.percentile(total, 5) < total.mean() < 450


def test_winter_takes_more_than_summer() -> None:
    assert laid(date(2025, 1, 14)).active.sum() > 1.15 * laid(date(2025, 7, 12)).active.sum()


def test_no_second_is_quite_like_the_next() -> None:
    canvas = laid(date(2025, 7, 12))
    assert (np.diff(canvas.active, axis=1) != 0).mean() > 0.99


def test_compressors_run_a_third_of_the_time_and_start_with_a_peak() -> None:
    l3 = laid(date(2025, 7, 12)).active[2]
    assert 0.25 < (l3 > 100).mean() < 0.5
    assert 10 <= (l3 > 500).sum() <= 40


def test_electronics_are_capacitive_and_motors_inductive() -> None:
    l3 = laid(date(2025, 7, 12))
    quiet = l3.active[2] < 80
    assert (l3.reactive[2, quiet] < 0).all()
    assert (l3.reactive[2, ~quiet] > 0).all()


@pytest.mark.parametrize("day", [date(2025, 1, 14), date(2025, 7, 12)])
def test_on_one_phase_all_of_it_stands_on_l1(day: date) -> None:
    one, three = laid(day, 1), laid(day)
    assert not one.active[1:].any()
    np.testing.assert_allclose(one.active[0], three.active.sum(axis=0), atol=0.01)

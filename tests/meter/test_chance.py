"""Chance that is the same every time, and goes on smoothly over midnight."""

import numpy as np
import pytest

from hanport.meter.chance import Stream, drift, generator, wander

DAY = 739_000


def test_the_same_key_gives_the_same_numbers_and_another_key_others() -> None:
    first = generator(1, DAY, Stream.CAR).random(4).tolist()
    assert generator(1, DAY, Stream.CAR).random(4).tolist() == first
    others = [generator(2, DAY, Stream.CAR), generator(1, DAY + 1, Stream.CAR), generator(1, DAY, Stream.YEAR)]
    assert all(other.random(4).tolist() != first for other in others)


@pytest.mark.parametrize("knots", [1, 24, 96])
def test_a_wandering_day_goes_on_where_the_last_one_ended(knots: int) -> None:
    days = np.concatenate([wander(1, DAY + day, Stream.STREET, knots=knots, steps=1440) for day in range(40)])
    steps = np.abs(np.diff(days))
    midnights = steps[1439::1440]
    assert midnights.max() <= steps.max()
    assert steps.max() < 11 * knots / 1440  # no jump: at most the slope of a cosine between two knots
    assert abs(float(days.mean())) < 0.5
    assert 0.6 < float(days.std()) < 1.4


def test_a_drift_has_one_knot_in_several_days() -> None:
    days = np.concatenate([drift(3, DAY + day, Stream.SPELL, days=6, steps=144) for day in range(300)])
    assert np.abs(np.diff(days)).max() < 8 / (6 * 144)
    assert 0.5 < float(days.std()) < 1.5


def test_the_phases_have_streams_of_their_own() -> None:
    assert [Stream.SUPPLY_L1.on(leg).name for leg in range(3)] == ["SUPPLY_L1", "SUPPLY_L2", "SUPPLY_L3"]
    assert [Stream.FLICKER_L1.on(leg).name for leg in range(3)] == ["FLICKER_L1", "FLICKER_L2", "FLICKER_L3"]

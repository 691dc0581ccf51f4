"""One UTC day put together from its parts."""

from datetime import date, timedelta

import numpy as np
import pytest

from hanport.meter.car import session
from hanport.meter.day import generate
from hanport.meter.driving import charging
from hanport.meter.setup import HouseSetup

WINTER, SUMMER = date(2025, 1, 14), date(2025, 6, 14)


@pytest.mark.parametrize("phases", [1, 3])
def test_a_day_has_a_row_for_each_second(phases: int) -> None:
    day = generate(HouseSetup(phases=phases, battery=True), SUMMER)
    for column in (day.power_w, day.reactive_power_var, day.car_w, day.supply_mv):
        assert column.shape == (86_400, 3)
        assert column.dtype == np.int32
        assert not column[:, phases:].any()


def test_a_machine_that_is_left_out_takes_its_power_along() -> None:
    all_of_it = generate(HouseSetup(), WINTER).power_w.mean()
    assert generate(HouseSetup(heat_pump=False), WINTER).power_w.mean() < all_of_it / 2
    assert not generate(HouseSetup(car=False), WINTER).car_w.any()
    assert generate(HouseSetup(), SUMMER).power_w.mean() < 0 < generate(HouseSetup(solar_kwp=0), SUMMER).power_w.mean()


def test_the_battery_keeps_solar_power_in_the_house() -> None:
    without = generate(HouseSetup(), SUMMER).power_w.sum(axis=1)
    kept = generate(HouseSetup(battery=True), SUMMER).power_w.sum(axis=1)
    assert np.maximum(kept, 0).sum() < 0.5 * np.maximum(without, 0).sum()
    assert np.minimum(kept, 0).sum() > np.minimum(without, 0).sum()


def test_a_charge_goes_on_over_midnight() -> None:
    setup = HouseSetup(main_fuse_a=63)  # room for all of it
    for offset in range(60):
        day = WINTER + timedelta(days=offset)
        charge = charging(setup.seed, day)
        if charge and charge[0] + len(power := session(charge[1], 3)) > 86_400:
            late = 86_400 - charge[0]
            np.testing.assert_array_equal(generate(setup, day).car_w[charge[0] :, 0], power[:late])
            rest = generate(setup, day + timedelta(days=1)).car_w[: len(power) - late, 0]
            np.testing.assert_array_equal(rest, power[late:])
            return
    raise AssertionError("no charge over midnight in two months")


def test_the_car_leaves_the_fuse_in_peace() -> None:
    setup = HouseSetup(main_fuse_a=20, solar_kwp=0)
    for offset in range(14):
        day = generate(setup, WINTER + timedelta(days=offset))
        charging_now = day.car_w[:, 0] > 0
        assert ((day.power_w + day.car_w)[charging_now] <= 20 * 223).all()

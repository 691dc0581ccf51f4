"""The street's voltage, and what the house makes of it."""

from datetime import date

import numpy as np
import pytest

from hanport.meter.supply import given_mv, terminals

DAY = date(2025, 1, 14).toordinal()


def test_the_street_gives_about_230_volts_and_is_never_quite_still() -> None:
    given = given_mv(1, DAY, 3)
    assert given.shape == (86_400, 3)
    assert 225_000 < given.min() < given.max() < 238_000
    assert (np.diff(given, axis=0) != 0).mean() > 0.99
    assert len({int(column[0]) for column in given.T}) == 3


def test_a_missing_phase_is_nought() -> None:
    given = given_mv(1, DAY, 1)
    assert not given[:, 1:].any()
    voltage, current = terminals(np.zeros((1, 3), np.int32), np.zeros((1, 3), np.int32), given[:1])
    assert voltage[0, 1:].tolist() == [0, 0]
    assert current.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("power_w", "reactive_var", "voltage_mv", "current_ma"),
    [
        (0, 0, 230_000, 0),
        (3680, 0, 226_480, 16_249),
        (-3680, 0, 233_520, 15_759),
        (0, 2300, 229_200, 10_035),
        (300, 400, 229_574, 2178),
    ],
)
def test_load_lowers_the_voltage_and_feeding_raises_it(
    power_w: int, reactive_var: int, voltage_mv: int, current_ma: int
) -> None:
    supply = np.full((1, 3), 230_000, np.int32)
    voltage, current = terminals(np.full((1, 3), power_w, np.int32), np.full((1, 3), reactive_var, np.int32), supply)
    assert voltage[0].tolist() == [voltage_mv] * 3
    assert current[0].tolist() == [current_ma] * 3


def test_an_absurd_load_takes_the_voltage_to_nought_and_no_further() -> None:
    huge = np.full((1, 3), 1_000_000, np.int32)
    voltage, _ = terminals(huge, np.zeros_like(huge), np.full_like(huge, 230_000))
    assert voltage.tolist() == [[0, 0, 0]]

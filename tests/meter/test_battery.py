"""The battery that keeps the day's surplus for the evening."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hanport.meter.battery import Battery

DAY_S = 86_400


def a_day(surplus_w: float, evening_w: float) -> NDArray[np.float32]:
    """A house that uses 300 W, has a surplus from 8 to 14 and uses more from 18 to 21."""
    net = np.full(DAY_S, 300, np.float32)
    net[8 * 3600 : 14 * 3600] = -surplus_w
    net[18 * 3600 : 21 * 3600] = evening_w
    return net


@pytest.mark.parametrize(
    ("surplus_w", "evening_w"), [(500, 2000), (3000, 2000), (3000, 200), (9000, 6000), (-100, 2000)]
)
def test_it_gives_back_what_it_took_but_for_the_loss(surplus_w: float, evening_w: float) -> None:
    exchanged = Battery().exchange_w(a_day(surplus_w, evening_w)).astype(np.float64)
    charged, given = exchanged[exchanged > 0].sum() / 3600, -exchanged[exchanged < 0].sum() / 3600
    assert given == pytest.approx(charged * 0.92, abs=2)
    assert charged <= 10_000 / 0.92 + 1
    assert np.abs(exchanged).max() <= 5000
    level = np.where(exchanged > 0, exchanged * 0.92, exchanged).cumsum() / 3600
    assert level.min() > -1
    assert level.max() < 10_001


def test_it_takes_the_surplus_and_carries_the_house() -> None:
    net = a_day(600, 800)
    with_battery = net + Battery().exchange_w(net)
    assert np.abs(with_battery[10 * 3600 : 13 * 3600]).max() < 1
    assert np.abs(with_battery[18 * 3600 + 10 : 19 * 3600]).max() < 1


def test_it_follows_ten_seconds_late() -> None:
    net = a_day(1000, 800)
    exchanged = Battery().exchange_w(net)
    assert (exchanged[8 * 3600 : 8 * 3600 + 10] <= 0).all()
    assert (exchanged[8 * 3600 + 10 : 8 * 3600 + 60] == 1000).all()


def test_without_surplus_it_rests() -> None:
    assert not Battery().exchange_w(np.full(DAY_S, 500, np.float32)).any()

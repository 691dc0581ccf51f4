"""What gives way before the main fuse."""

import numpy as np
import pytest

from hanport.meter import guard
from hanport.meter.loads import SECONDS, Canvas, Pulse

FULL = np.full(SECONDS, 16 * 230, np.int32)


def busy(power_w: tuple[float, float, float], phases: int = 3) -> Canvas:
    canvas = Canvas(phases)
    canvas.pulse(Pulse(30_000, 600, power_w))
    return canvas


@pytest.mark.parametrize(
    ("used_w", "fuse_a", "allowed_a"),
    [(0, 20, 16), (1000, 20, 14), (2500, 20, 8), (3000, 20, 6), (3200, 20, 0), (3000, 25, 11), (9000, 63, 16)],
)
def test_the_car_takes_whole_amperes_of_what_is_left(used_w: int, fuse_a: int, allowed_a: int) -> None:
    car = guard.give_way(busy((0, used_w, 0)), FULL, 3, fuse_a)
    assert car[30_300].tolist() == [allowed_a * 230] * 3
    assert car[40_000].tolist() == [3680] * 3
    assert car.shape == (SECONDS, 3)


def test_a_car_that_wants_less_takes_less() -> None:
    car = guard.give_way(busy((0, 1000, 0)), np.full(SECONDS, 1400, np.int32), 3, 20)
    assert car[30_300].tolist() == [1400] * 3
    assert not guard.give_way(busy((0, 0, 0)), np.zeros(SECONDS, np.int32), 3, 20).any()


def test_on_one_phase_the_others_stay_empty() -> None:
    car = guard.give_way(busy((1000, 0, 0), 1), FULL, 1, 20)
    assert car[30_300].tolist() == [14 * 230, 0, 0]


@pytest.mark.parametrize(
    ("steps", "used_w", "heated"),
    [
        (1, (0, 0, 0), [0, 0, 3000]),
        (2, (0, 0, 0), [0, 3000, 3000]),
        (3, (0, 0, 0), [3000, 3000, 3000]),
        (3, (0, 2000, 0), [3000, 0, 3000]),
        (0, (0, 0, 0), [0, 0, 0]),
    ],
)
def test_each_step_of_the_immersion_heater_needs_room_on_its_phase(
    steps: int, used_w: tuple[float, float, float], heated: list[float]
) -> None:
    canvas = busy(used_w)
    guard.lay_immersion(canvas, np.full(1440, steps), 3, 20)
    assert (canvas.active[:, 30_300] - np.array(used_w)).tolist() == heated


def test_on_one_phase_there_is_one_step() -> None:
    canvas = busy((0, 0, 0), 1)
    guard.lay_immersion(canvas, np.full(1440, 3), 1, 20)
    assert canvas.active[:, 100].tolist() == [3000, 0, 0]

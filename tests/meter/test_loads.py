"""Loads laid on a day: edges to the second, thermostats, phases, and what reaches over midnight."""

import numpy as np
import pytest

from hanport.meter.loads import MOTOR, SECONDS, Canvas, Pulse


def test_a_pulse_has_its_edges_to_the_second() -> None:
    canvas = Canvas(3)
    canvas.pulse(Pulse(100, 50, (1000, 0, 500), MOTOR))
    assert canvas.active[0].nonzero()[0].tolist() == list(range(100, 150))
    assert canvas.active[:, 120].tolist() == [1000, 0, 500]
    assert canvas.reactive[:, 120].tolist() == pytest.approx([550, 0, 275])
    assert not canvas.active[1].any()


@pytest.mark.parametrize(
    ("pulse", "offset_s", "first", "last"),
    [
        (Pulse(-50, 100, (1, 0, 0)), 0, 0, 50),
        (Pulse(SECONDS - 10, 100, (1, 0, 0)), 0, SECONDS - 10, SECONDS),
        (Pulse(SECONDS - 10, 100, (1, 0, 0)), -SECONDS, 0, 90),
        (Pulse(-30, 100, (1, 0, 0)), SECONDS, SECONDS - 30, SECONDS),
    ],
    ids=["from the day before", "into the next", "yesterday's rest", "tomorrow's beginning"],
)
def test_a_pulse_over_midnight_is_cut_where_the_day_ends(pulse: Pulse, offset_s: int, first: int, last: int) -> None:
    canvas = Canvas(3)
    canvas.pulse(pulse, offset_s)
    assert canvas.active[0].nonzero()[0].tolist() == list(range(first, last))


@pytest.mark.parametrize("pulse", [Pulse(SECONDS, 10, (1, 0, 0)), Pulse(-10, 10, (1, 0, 0)), Pulse(5, -3, (1, 0, 0))])
def test_a_pulse_of_another_day_leaves_nothing(pulse: Pulse) -> None:
    canvas = Canvas(3)
    canvas.pulse(pulse)
    assert not canvas.active.any()


def test_a_thermostat_warms_up_and_then_goes_on_and_off() -> None:
    canvas = Canvas(3)
    canvas.pulse(Pulse(10, 30, (1, 0, 0), warm_s=8, on_s=2, cycle_s=5))
    on = [*range(10, 18), 18, 19, 23, 24, 28, 29, 33, 34, 38, 39]
    assert canvas.active[0].nonzero()[0].tolist() == on


def test_a_thermostat_over_midnight_does_not_lose_its_beat() -> None:
    first, second = Canvas(3), Canvas(3)
    pulse = Pulse(SECONDS - 100, 200, (1, 0, 0), warm_s=13, on_s=3, cycle_s=7)
    first.pulse(pulse)
    second.pulse(pulse, -SECONDS)
    whole = Canvas(3)
    whole.pulse(Pulse(0, 200, (1, 0, 0), warm_s=13, on_s=3, cycle_s=7))
    both = np.concatenate([first.active[0, -100:], second.active[0, :100]])
    np.testing.assert_array_equal(both, whole.active[0, :200])


def test_a_curve_is_divided_over_the_phases() -> None:
    canvas = Canvas(3)
    canvas.curve(np.full(SECONDS, 900, np.float32), (0.5, 0.5, 0), -0.1)
    assert canvas.active[:, 7].tolist() == [450, 450, 0]
    assert canvas.reactive[:, 7].tolist() == pytest.approx([-45, -45, 0])


def test_on_one_phase_everything_stands_on_l1() -> None:
    canvas = Canvas(1)
    canvas.pulse(Pulse(0, 10, (0, 700, 0)))
    canvas.pulse(Pulse(0, 10, (2000, 2000, 2000)))
    canvas.curve(np.full(SECONDS, -600, np.float32), (1 / 3, 1 / 3, 1 / 3))
    assert canvas.active[:, 5].tolist() == [2500, 0, 0]

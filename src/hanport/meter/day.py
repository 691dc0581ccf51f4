"""One UTC day of the house: everything that the family and its machines draw, second by second."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from hanport.meter import guard, heating, household, standing, supply
from hanport.meter.battery import Battery
from hanport.meter.car import session
from hanport.meter.driving import charging
from hanport.meter.loads import INVERTER, SECONDS, Canvas, Legs, Pulse
from hanport.meter.setup import HouseSetup
from hanport.meter.solar import production_w

_EVEN: Legs = (1 / 3, 1 / 3, 1 / 3)  # a house on one phase has the machine in a third of the size
_NEIGHBOURS = (-1, 0, 1)  # local days and long sessions reach over UTC midnight


@dataclass(frozen=True, slots=True)
class Day:
    """Arrays of shape (86400, 3). The car stands apart because a person may take it over."""

    power_w: NDArray[np.int32]
    reactive_power_var: NDArray[np.int32]
    car_w: NDArray[np.int32]
    supply_mv: NDArray[np.int32]


def generate(setup: HouseSetup, day: date) -> Day:
    """The day as seed and date make it, the same every time.

    The fuse's guard sees what the house draws before its own solar power, so it is careful rather than exact.
    """
    seed, ordinal = setup.seed, day.toordinal()
    canvas = Canvas(setup.phases)
    standing.lay(canvas, seed, ordinal)
    for pulse, offset_s in _pulses(setup, day):
        canvas.pulse(pulse, offset_s)
    if setup.heat_pump:
        canvas.curve(heating.compressor_w(seed, ordinal), _EVEN, INVERTER)
        steps = heating.immersion_steps(seed, ordinal)
        guard.lay_immersion(canvas, steps, setup.phases, setup.main_fuse_a)
    car = guard.give_way(canvas, _car_wants_w(setup, day), setup.phases, setup.main_fuse_a)
    if setup.solar_kwp:
        canvas.curve(-production_w(seed, ordinal, setup.solar_kwp), _whole(setup))
    if setup.battery:
        canvas.curve(Battery().exchange_w(canvas.active.sum(axis=0)), _whole(setup))
    return Day(
        np.rint(canvas.active).astype(np.int32).T,
        np.rint(canvas.reactive).astype(np.int32).T,
        car,
        supply.given_mv(seed, ordinal, setup.phases),
    )


def _pulses(setup: HouseSetup, day: date) -> Iterator[tuple[Pulse, int]]:
    for days in _NEIGHBOURS:
        near = day + timedelta(days=days)
        for pulse in household.pulses(setup.seed, near):
            yield pulse, days * SECONDS
        if not setup.heat_pump:
            for pulse in heating.water_heater(setup.seed, near):
                yield pulse, days * SECONDS


def _car_wants_w(setup: HouseSetup, day: date) -> NDArray[np.int32]:
    wanted = np.zeros(SECONDS, np.int32)
    for days in _NEIGHBOURS if setup.car else ():
        charge = charging(setup.seed, day + timedelta(days=days))
        if charge is None:
            continue
        begin, power = charge[0] + days * SECONDS, session(charge[1], setup.phases)
        first, last = max(0, begin), min(SECONDS, begin + len(power))
        if first < last:
            wanted[first:last] = np.maximum(wanted[first:last], power[first - begin : last - begin])
    return wanted


def _whole(setup: HouseSetup) -> Legs:
    """Solar and battery, whose size the setup says."""
    return _EVEN if setup.phases == 3 else (1.0, 0.0, 0.0)

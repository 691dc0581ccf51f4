"""A house on three phases: what passes its meter's terminals, second by second."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hanport.meter.car import Plug
from hanport.meter.day import Day, generate
from hanport.meter.hand import Hand, epoch_s
from hanport.meter.setup import HouseSetup
from hanport.meter.supply import terminals

__all__ = ["Device", "Flow", "House", "HouseSetup"]

_DAYS_KEPT = 4  # 4 MB each; the oldest is made again when it is wanted


@dataclass(frozen=True, slots=True)
class Flow:
    """What passes the meter's terminals: arrays of shape (seconds, 3), one row for each second from `start` on.

    `start` is aware, in UTC, a whole second. Power is signed: + is drawn from the grid, - is fed into it; reactive
    power is + where it is inductive. Current is a magnitude. A phase that is not there is 0 throughout.
    """

    start: datetime
    power_w: NDArray[np.int32]
    reactive_power_var: NDArray[np.int32]
    voltage_mv: NDArray[np.int32]
    current_ma: NDArray[np.int32]


class Device(Protocol):
    """Something that later draws on the house's phases: a charger, a battery, a heat pump."""

    def draw(self, start: datetime, seconds: int) -> NDArray[np.int32]:
        """Active power in W, shape (seconds, 3), + drawn, - fed."""
        ...


class House:
    """The house by itself, what a person does in it by hand, and the devices attached to it."""

    def __init__(self, setup: HouseSetup) -> None:
        self.setup = setup
        self.devices: list[Device] = []
        self.hand = Hand(setup.phases)
        self.plug = Plug(setup.phases)
        self._days: OrderedDict[date, Day] = OrderedDict()

    def flow(self, start: datetime, seconds: int) -> Flow:
        """The seconds from `start` on. Same seed, same actions, same instant: same numbers, in any slices.

        Raises `ValueError` if `start` is not a whole second of an aware time, or `seconds` is negative.
        """
        if start.tzinfo is None or start.microsecond or seconds < 0:
            raise ValueError("a flow starts at a whole second of an aware time, and goes forward")
        start = start.astimezone(UTC)
        power, reactive, car, supply = self._base(start, seconds)
        power = power + self._family_car(car, start) + self.hand.draw(start, seconds) + self.plug.draw(start, seconds)
        for device in self.devices:
            power += device.draw(start, seconds)
        power[:, self.setup.phases :] = 0  # a device cannot draw on a phase that is not there
        voltage, current = terminals(power, reactive, supply)
        return Flow(start, power, reactive, voltage, current)

    def switch(self, load: str, on: bool, at: datetime) -> None:
        """Switch `sauna`, `oven`, `kettle` or `immersion_heater`, from `at` on. Raises `ConfigError` for others."""
        self.hand.switch(load, on, at)

    def plug_in(self, at: datetime, *, need_wh: int) -> None:
        """Plug the car in: it takes `need_wh` (1 to 150 000) at 16 A on every phase, whatever the fuse says.

        From the first plug or unplug on, the car charges as the person says; its generated habit ends there.
        Raises `ConfigError` outside the range.
        """
        self.plug.plug_in(at, need_wh)

    def unplug(self, at: datetime) -> None:
        """Unplug the car, also when the family plugged it in."""
        self.plug.unplug(at)

    def _family_car(self, car_w: NDArray[np.int32], start: datetime) -> NDArray[np.int32]:
        """The generated charging, as far as nobody has taken the car over."""
        if self.plug.since_s is None:
            return car_w
        theirs = max(0, self.plug.since_s - epoch_s(start))
        return np.where(np.arange(len(car_w))[:, np.newaxis] < theirs, car_w, np.int32(0))

    def _base(self, start: datetime, seconds: int) -> list[NDArray[np.int32]]:
        parts: list[tuple[NDArray[np.int32], ...]] = []
        at, left = start, seconds
        while left > 0 or not parts:
            first = at.hour * 3600 + at.minute * 60 + at.second
            last = min(first + left, 86_400)
            day = self._day(at.date())
            columns = (day.power_w, day.reactive_power_var, day.car_w, day.supply_mv)
            parts.append(tuple(column[first:last] for column in columns))
            at += timedelta(seconds=last - first)
            left -= last - first
        return [column[0] if len(column) == 1 else np.concatenate(column) for column in zip(*parts, strict=True)]

    def _day(self, day: date) -> Day:
        if day in self._days:
            self._days.move_to_end(day)
            return self._days[day]
        made = self._days[day] = generate(self.setup, day)
        if len(self._days) > _DAYS_KEPT:
            self._days.popitem(last=False)
        return made

"""How a load is drawn into a day: on its phases, with its reactive power, from one second to another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SECONDS = 86_400

Legs = tuple[float, float, float]  # one figure for each of L1, L2, L3

# Reactive power for each watt (the tangent of the angle), by kind of load; + is inductive
RESISTIVE = 0.0
MOTOR = 0.55  # compressors and drums: power factor 0.88
INVERTER = 0.12  # a heat pump's or charger's rectifier
ELECTRONIC = -0.45  # input filters of televisions, lamps, routers


@dataclass(frozen=True, slots=True)
class Pulse:
    """A load that is on for a while. `start_s` counts from the UTC midnight of its day and may be negative.

    `power_w` per phase. A thermostat heats for the first `warm_s`, then for `on_s` of every `cycle_s`; the default is
    a load without one.
    """

    start_s: int
    seconds: int
    power_w: Legs
    tangent: float = RESISTIVE
    warm_s: int = 0
    on_s: int = 1
    cycle_s: int = 1


class Canvas:
    """A UTC day on which loads are laid one over another. `active` and `reactive` have the shape (3, 86400)."""

    def __init__(self, phases: int) -> None:
        self._phases = phases
        self.active = np.zeros((3, SECONDS), np.float32)
        self.reactive = np.zeros((3, SECONDS), np.float32)

    def pulse(self, pulse: Pulse, offset_s: int = 0) -> None:
        """Lay down what of the pulse falls into this day, which began `offset_s` before the pulse's own midnight."""
        begin = pulse.start_s + offset_s
        first, last = max(0, begin), min(SECONDS, begin + pulse.seconds)
        if first >= last:
            return
        heats: NDArray[np.float32] | float = 1.0
        if pulse.cycle_s > 1:
            since = np.arange(first - begin, last - begin)
            on = (since < pulse.warm_s) | ((since - pulse.warm_s) % pulse.cycle_s < pulse.on_s)
            heats = on.astype(np.float32)
        for leg, power_w in self._legs(pulse.power_w):
            self.active[leg, first:last] += power_w * heats
            if pulse.tangent:
                self.reactive[leg, first:last] += power_w * pulse.tangent * heats

    def curve(self, power_w: NDArray[np.float32], share: Legs, tangent: float = RESISTIVE) -> None:
        """Lay down a whole day's curve, divided over the phases by `share`."""
        for leg, part in self._legs(share):
            laid = power_w * np.float32(part)
            self.active[leg] += laid
            if tangent:
                self.reactive[leg] += laid * np.float32(tangent)

    def _legs(self, parts: Legs) -> list[tuple[int, float]]:
        """Phase and part; with one phase only, the largest of the parts stands on it."""
        if self._phases == 1:
            return [(0, max(parts))]
        return [(leg, part) for leg, part in enumerate(parts) if part]

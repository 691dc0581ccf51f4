"""The street's end of the cable: voltages that sag with the load, and the currents that follow from them."""

import numpy as np
from numpy.typing import NDArray

from hanport.meter.chance import Stream, generator, wander

RESISTANCE_OHM = 0.22  # a rural connection of some hundred metres: 16 A take about 3.5 V
REACTANCE_OHM = 0.08
_SECONDS = 86_400
_STEPS = 1440
_USUAL_V = (231.8, 230.9, 231.4)


def given_mv(seed: int, ordinal: int, phases: int) -> NDArray[np.int32]:
    """The voltage that the grid would give without this house, for a UTC day: shape (86400, 3), in mV.

    It wanders by some volts with the street's load, lowest in the evening, and is never quite still.
    """
    hour = np.arange(_STEPS) / _STEPS * 24
    street = wander(seed, ordinal, Stream.STREET, knots=24, steps=_STEPS) * 0.9 - 1.3 * np.exp(-((hour - 17) ** 2) / 8)
    given = np.zeros((3, _SECONDS), np.int32)
    for leg in range(phases):
        own = wander(seed, ordinal, Stream.SUPPLY_L1.on(leg), knots=96, steps=_STEPS) * 0.5
        flicker = generator(seed, ordinal, Stream.JITTER_L1.on(leg)).standard_normal(_SECONDS, np.float32) * np.float32(
            110
        )
        slow_mv = np.interp(np.arange(_SECONDS) / 60, np.arange(_STEPS), (_USUAL_V[leg] + street + own) * 1000)
        given[leg] = np.rint(slow_mv + flicker).astype(np.int32)
    return given.T


def terminals(
    power_w: NDArray[np.int32], reactive_power_var: NDArray[np.int32], supply_mv: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Voltage (mV) and current (mA, a magnitude) at the meter for each second and phase.

    `supply_mv` is the voltage that the grid would give without this house; where it is 0 there is no phase. The
    voltage falls by (R·P + X·Q) / U, so it rises where power is fed in. Every step is exact arithmetic on single
    elements: the same second gives the same numbers in any slice.
    """
    supply_v = supply_mv / 1000.0
    divisor = np.where(supply_mv > 0, supply_v, 1.0)
    active = power_w.astype(np.float64)
    reactive = reactive_power_var.astype(np.float64)
    voltage_v = np.maximum(supply_v - (RESISTANCE_OHM * active + REACTANCE_OHM * reactive) / divisor, 0.0)
    apparent = np.sqrt(active * active + reactive * reactive)
    current_a = apparent / np.maximum(voltage_v, 1.0)
    return np.rint(voltage_v * 1000.0).astype(np.int32), np.rint(current_a * 1000.0).astype(np.int32)

"""What draws whether anybody is at home or not: standby, ventilation, fridge and freezer, thermostats."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hanport.meter.chance import Stream, generator, wander
from hanport.meter.loads import ELECTRONIC, MOTOR, SECONDS, Canvas, Pulse
from hanport.meter.weather import temperature_c

_STANDBY_W = (38.0, 30.0, 46.0)
_VENTILATION_W = 58.0
_STREAM_STEP_S = 60


def lay(canvas: Canvas, seed: int, ordinal: int) -> None:
    """Lay the standing loads of a UTC day."""
    mean_c = float(temperature_c(seed, ordinal).mean())
    for leg, power_w in enumerate(_STANDBY_W):
        share = tuple(float(other == leg) for other in range(3))
        canvas.curve(_murmur(seed, ordinal, leg, power_w), (share[0], share[1], share[2]), ELECTRONIC)
    canvas.pulse(Pulse(0, SECONDS, (0, _VENTILATION_W, 0), MOTOR))
    if mean_c < 15:
        canvas.pulse(Pulse(0, SECONDS, (32, 0, 0), MOTOR))  # the radiators' pump
    chance = generator(seed, ordinal, Stream.STANDING)
    for pulse in (*_compressor(chance, 0, 85, 3100), *_compressor(chance, 2, 105, 4300), *_floors(chance, mean_c)):
        canvas.pulse(pulse)


def _murmur(seed: int, ordinal: int, leg: int, power_w: float) -> NDArray[np.float32]:
    """Standby power: slowly wandering, never quite still."""
    slow = wander(seed, ordinal, Stream.STANDBY_L1.on(leg), knots=48, steps=SECONDS // _STREAM_STEP_S)
    flicker = generator(seed, ordinal, Stream.FLICKER_L1.on(leg)).standard_normal(SECONDS, np.float32)
    murmur: NDArray[np.float32] = np.repeat((power_w + 4 * slow).astype(np.float32), _STREAM_STEP_S) + flicker
    return murmur


def _compressor(chance: np.random.Generator, leg: int, power_w: float, cycle_s: int) -> Iterator[Pulse]:
    """A refrigerator: it runs a third of the time, and starts with a second of heavy current."""

    def on(watts: float) -> tuple[float, float, float]:
        return (watts * (leg == 0), watts * (leg == 1), watts * (leg == 2))

    at = -int(chance.uniform(0, cycle_s))
    while at < SECONDS:
        length = int(cycle_s * chance.uniform(0.8, 1.2))
        runs = int(length * chance.uniform(0.32, 0.42))
        yield Pulse(at, 1, on(power_w * 6), 1.2)
        yield Pulse(at + 1, runs, on(power_w), MOTOR)
        at += length


def _floors(chance: np.random.Generator, mean_c: float) -> Iterator[Pulse]:
    """Thermostats: the bathroom's warm floor, all year; the garage's radiator, kept above frost."""
    for power_w, share in (((0, 340, 0), 0.42 - 0.013 * mean_c), ((700, 0, 0), 0.15 - 0.025 * mean_c)):
        cycle = int(chance.uniform(1300, 1700))
        on_s = int(cycle * np.clip(share, 0, 0.9))
        if on_s:
            yield Pulse(-int(chance.uniform(0, cycle)), SECONDS + cycle, power_w, on_s=on_s, cycle_s=cycle)

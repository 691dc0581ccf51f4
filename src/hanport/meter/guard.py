"""What gives way before the main fuse: first the immersion heater, then the car."""

import numpy as np
from numpy.typing import NDArray

from hanport.meter.car import LARGEST_A, NOMINAL_V, SMALLEST_A
from hanport.meter.heating import STEP_W
from hanport.meter.loads import SECONDS, Canvas

_MINUTE_S = 60
_CAR_BLOCK_S = 15  # how often the charger's guard looks
_LOW_V = 222  # at a full fuse the voltage has sagged this far, and every watt takes more current
_STEP_LEGS = (2, 1, 0)  # the first step stands on L3, the busiest phase last


def lay_immersion(canvas: Canvas, steps: NDArray[np.int64], phases: int, fuse_a: int) -> None:
    """Lay the immersion heater's wanted steps (one figure a minute), each where its phase has room for the minute."""
    room_w = fuse_a * _LOW_V - _largest_w(canvas, _MINUTE_S)
    legs = _STEP_LEGS if phases == 3 else (0,)
    for step, leg in enumerate(legs):
        heats = (steps > step) & (room_w[leg] >= STEP_W)
        if heats.any():
            canvas.active[leg] += np.repeat(heats * np.float32(STEP_W), _MINUTE_S)


def give_way(canvas: Canvas, car_w: NDArray[np.int32], phases: int, fuse_a: int) -> NDArray[np.int32]:
    """What the car may draw of `car_w` (W per phase, one figure a second): shape (86400, 3).

    Whole amperes, equal on all phases, 16 down to 6; nothing where even 6 A do not fit.
    """
    charged = np.zeros((3, SECONDS), np.int32)
    if car_w.any():
        used_w = _largest_w(canvas, _CAR_BLOCK_S)[:phases].max(axis=0)
        room_a = np.floor(np.clip((fuse_a * _LOW_V - used_w) / NOMINAL_V, 0, LARGEST_A))
        room_a[room_a < SMALLEST_A] = 0
        room_w = np.repeat((room_a * NOMINAL_V).astype(np.int32), _CAR_BLOCK_S)
        charged[:phases] = np.minimum(car_w, room_w)
    return charged.T


def _largest_w(canvas: Canvas, block_s: int) -> NDArray[np.float32]:
    """The largest draw of each phase in each block of seconds."""
    largest: NDArray[np.float32] = canvas.active.reshape(3, -1, block_s).max(axis=2)
    return largest

"""A battery that keeps the day's surplus for the evening."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK_S = 10  # it follows the meter, one telegram behind


@dataclass(frozen=True, slots=True)
class Battery:
    """Its size: Wh that it can hold, W that it can take or give, and the share of what is charged that comes back."""

    capacity_wh: float = 10_000
    power_w: float = 5_000
    efficiency: float = 0.92

    def exchange_w(self, net_w: NDArray[np.float32]) -> NDArray[np.float32]:
        """What it draws (+) and gives (-) in each second of a UTC day in which the house draws `net_w`.

        It begins and ends the day empty, so that each day can be made by itself: it takes in no more than it will
        give until midnight.
        """
        blocks = net_w.reshape(-1, _BLOCK_S).mean(axis=1, dtype=np.float64).tolist()
        seen = [0.0, *blocks[:-1]]
        drawn, held = self._run(seen, self.capacity_wh)
        if held[-1] > 0:
            drawn, _ = self._run(seen, max(max(held) - held[-1], 0.0))
        return np.repeat(np.array(drawn, np.float32), _BLOCK_S)

    def _run(self, net_w: list[float], capacity_wh: float) -> tuple[list[float], list[float]]:
        """Power of each block, and what is held after it."""
        hours = _BLOCK_S / 3600
        level = 0.0
        drawn, held = [], []
        for net in net_w:
            if net < 0:
                power = min(-net, self.power_w, (capacity_wh - level) / hours / self.efficiency)
                level += power * hours * self.efficiency
            else:
                power = -min(net, self.power_w, level / hours)
                level += power * hours
            drawn.append(power)
            held.append(level)
        return drawn, held

"""What a person does by hand: appliances switched on and off, and the car plugged in."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hanport.errors import ConfigError

_KEPT = 256  # actions remembered per load; an older one is forgotten, as if it had never been


@dataclass(frozen=True, slots=True)
class Appliance:
    """Watts per phase while it heats, and how its thermostat goes: warm-up, then `on_s` of every `cycle_s`.

    `stops_s` is when it switches itself off (0: never).
    """

    power_w: tuple[int, int, int]
    warm_up_s: int
    on_s: int
    cycle_s: int
    stops_s: int = 0


APPLIANCES: Mapping[str, Appliance] = MappingProxyType(
    {
        "sauna": Appliance((2000, 2000, 2000), warm_up_s=2400, on_s=240, cycle_s=480),
        "oven": Appliance((0, 2500, 0), warm_up_s=600, on_s=60, cycle_s=180),
        "kettle": Appliance((0, 0, 2000), warm_up_s=180, on_s=1, cycle_s=1, stops_s=180),
        "immersion_heater": Appliance((2000, 2000, 2000), warm_up_s=0, on_s=1, cycle_s=1),
    }
)


def epoch_s(at: datetime) -> int:
    """Whole seconds since 1970 of an aware time; a part of a second is cut off."""
    if at.tzinfo is None:
        raise ValueError("an aware time is needed")
    return int(at.timestamp() // 1)


class Hand:
    """The actions of a person, and what they draw. The same actions at the same instants draw the same."""

    def __init__(self, phases: int = 3) -> None:
        self._phases = phases
        self._switched: dict[str, deque[tuple[int, bool]]] = {name: deque(maxlen=_KEPT) for name in APPLIANCES}

    def switch(self, load: str, on: bool, at: datetime) -> None:
        """Switch an appliance of `APPLIANCES`. Raises `ConfigError` for any other name."""
        if load not in self._switched:
            raise ConfigError(f"There is no {load!r} in the house.", f"There is: {', '.join(APPLIANCES)}.")
        actions = self._switched[load]
        actions.append((epoch_s(at), on))
        if len(actions) > 1 and actions[-2][0] > actions[-1][0]:
            self._switched[load] = deque(sorted(actions, key=lambda action: action[0]), maxlen=_KEPT)

    def is_on(self, load: str, at: datetime) -> bool:
        """Whether the appliance is switched on then, and has not stopped by itself. Its thermostat may rest."""
        now_s = epoch_s(at)
        before = [action for action in self._switched.get(load, ()) if action[0] <= now_s]
        if not before or not before[-1][1]:
            return False
        stops_s = APPLIANCES[load].stops_s
        return not stops_s or now_s - before[-1][0] < stops_s

    def draw(self, start: datetime, seconds: int) -> NDArray[np.int32]:
        """Active power in W, shape (seconds, 3)."""
        power = np.zeros((seconds, 3), np.int32)
        for load, actions in self._switched.items():
            if actions:
                power += self._draw_one(load, epoch_s(start), seconds)
        return power

    def _draw_one(self, load: str, start_s: int, seconds: int) -> NDArray[np.int32]:
        appliance = APPLIANCES[load]
        heats = np.zeros(seconds, bool)
        actions = list(self._switched[load])
        ends = [at for at, _ in actions[1:]] + [start_s + seconds]
        for (at_s, on), end_s in zip(actions, ends, strict=True):
            first, last = max(at_s, start_s), min(end_s, start_s + seconds)
            if on and first < last:
                since = np.arange(first - at_s, last - at_s)
                cycling = (since - appliance.warm_up_s) % appliance.cycle_s < appliance.on_s
                on_now = (since < appliance.warm_up_s) | cycling
                if appliance.stops_s:
                    on_now &= since < appliance.stops_s
                heats[first - start_s : last - start_s] = on_now
        legs = appliance.power_w if self._phases == 3 else (max(appliance.power_w), 0, 0)
        return heats[:, np.newaxis] * np.array(legs, np.int32)

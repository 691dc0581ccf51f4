"""The car: how one charging session goes, the family's habit, and a person at the plug."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from hanport.errors import ConfigError
from hanport.meter.hand import epoch_s

NOMINAL_V = 230
LARGEST_A = 16
SMALLEST_A = 6  # IEC 61851-1: below 6 A a car does not charge
LARGEST_NEED_WH = 150_000
_DELAY_S = 5  # from the plug to the contactor: the pilot signal is settled first
_TAPER_SHARE = 0.12  # the last part of a charge goes slower and slower
_LARGEST_TAPER_WH = 2_500
_KEPT = 64  # plugs remembered; an older one is forgotten, as if it had never been


def session(need_wh: int, phases: int) -> NDArray[np.int32]:
    """W per phase in each second from the plug on, until `need_wh` are in (to the Wh, over all phases).

    A few seconds nothing, then one ampere more each second from 6 to 16 A, then constant, then a fall to 6 A.
    """
    full_w, least_w = LARGEST_A * NOMINAL_V, SMALLEST_A * NOMINAL_V
    ramp = np.arange(least_w, full_w, NOMINAL_V)
    need_ws = need_wh * 3600 // phases
    taper_ws = min(_TAPER_SHARE * need_ws, _LARGEST_TAPER_WH * 3600 / phases)
    taper = np.linspace(full_w, least_w, max(1, int(taper_ws / (full_w + least_w) * 2))).astype(np.int64)
    constant_s = max(0, int(need_ws - ramp.sum() - taper.sum()) // full_w)
    power = np.concatenate([np.zeros(_DELAY_S), ramp, np.full(constant_s, full_w), taper]).astype(np.int64)
    delivered = power.cumsum()
    if delivered[-1] < need_ws:  # the rest of the division: a few seconds more at the least current
        rest = int(need_ws - delivered[-1])
        tail = [least_w] * (rest // least_w) + [rest % least_w]
        power = np.append(power, tail)
    else:
        power = np.minimum(power, np.maximum(need_ws - delivered + power, 0))
    return np.trim_zeros(power, "b").astype(np.int32)


@dataclass(frozen=True, slots=True)
class _Plug:
    at_s: int
    power_w: NDArray[np.int32] | None  # None: unplugged


class Plug:
    """A person who plugs the car in and out. From the first time on, the family's own habit is theirs to replace."""

    def __init__(self, phases: int) -> None:
        self._phases = phases
        self._plugs: deque[_Plug] = deque(maxlen=_KEPT)
        self.since_s: int | None = None  # the first action: from then on the car is in the person's hands

    def plug_in(self, at: datetime, need_wh: int) -> None:
        """Start a session, in place of one that may be going on. Raises `ConfigError` outside 1..150 000 Wh."""
        if not 0 < need_wh <= LARGEST_NEED_WH:
            raise ConfigError(f"A car does not take {need_wh} Wh.", f"Give 1 to {LARGEST_NEED_WH}.")
        self._act(_Plug(epoch_s(at), session(need_wh, self._phases)))

    def unplug(self, at: datetime) -> None:
        """End it. The power is 0 from `at` on."""
        self._act(_Plug(epoch_s(at), None))

    def draw(self, start: datetime, seconds: int) -> NDArray[np.int32]:
        """Active power in W, shape (seconds, 3)."""
        power = np.zeros((seconds, 3), np.int32)
        plugs = list(self._plugs)
        start_s = epoch_s(start)
        ends = [*(plug.at_s for plug in plugs[1:]), start_s + seconds][: len(plugs)]
        for plug, end_s in zip(plugs, ends, strict=True):
            if plug.power_w is None:
                continue
            first = max(plug.at_s, start_s)
            last = min(end_s, start_s + seconds, plug.at_s + len(plug.power_w))
            if first < last:
                drawn = plug.power_w[first - plug.at_s : last - plug.at_s, np.newaxis]
                power[first - start_s : last - start_s, : self._phases] = drawn
        return power

    def _act(self, plug: _Plug) -> None:
        self._plugs.append(plug)
        if len(self._plugs) > 1 and self._plugs[-2].at_s > plug.at_s:
            self._plugs = deque(sorted(self._plugs, key=lambda other: other.at_s), maxlen=_KEPT)
        self.since_s = plug.at_s if self.since_s is None else min(self.since_s, plug.at_s)

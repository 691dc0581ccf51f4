"""Slows down who guesses: the first tries are free, then each waits twice as long as the one before.

An attempt is counted when it begins, so that many at once gain nothing. Memory is bounded: of too many keys the one
that tried least recently is forgotten.
"""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

from hanport.clock import Clock

FREE_TRIES = 5
FIRST_WAIT_S = 2.0
FORGOTTEN_AFTER_S = 24 * 3600.0
KEPT_KEYS = 4096


@dataclass(slots=True)
class _Tries:
    count: int
    last_s: float
    free_at_s: float


class Throttle:
    """Attempts by key. `longest_wait_s` bounds the wait: what guards a name must not lock its owner out for long."""

    def __init__(self, clock: Clock, *, longest_wait_s: float, kept_keys: int = KEPT_KEYS) -> None:
        self._clock = clock
        self._longest_wait_s = longest_wait_s
        self._kept_keys = kept_keys
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Seconds until the next attempt may begin; 0 for now."""
        tries = self._tries.get(key)
        return max(0.0, tries.free_at_s - self._clock.monotonic()) if tries else 0.0

    def begin(self, key: str) -> None:
        """An attempt begins; it counts as failed until it is forgiven."""
        now_s = self._clock.monotonic()
        tries = self._tries.pop(key, None)
        if tries is None or now_s - tries.last_s > FORGOTTEN_AFTER_S:
            tries = _Tries(0, now_s, now_s)
        tries.count += 1
        tries.last_s = now_s
        over = tries.count - FREE_TRIES
        if over >= 0:
            tries.free_at_s = now_s + min(self._longest_wait_s, FIRST_WAIT_S * 2.0 ** min(over, 30))
        self._tries[key] = tries
        while len(self._tries) > self._kept_keys:
            self._tries.popitem(last=False)

    def forgive_one(self, key: str) -> None:
        """The last attempt was a good one; those before it still count."""
        tries = self._tries.get(key)
        if tries is not None:
            tries.count -= 1
            tries.free_at_s = self._clock.monotonic()

    def forgive_all(self, key: str) -> None:
        """All is well with this key."""
        self._tries.pop(key, None)

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._tries)


def key_of_address(address: str) -> str:
    """What one household or one attacker has of addresses: an IPv4 address, or the /64 of an IPv6 one.

    An IPv4 address written as IPv6 (::ffff:192.0.2.1) is itself: otherwise all of IPv4 would be one key.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))

"""How often one address may do something: a count in a window of ten minutes, in this process's memory.

With several web processes each counts for itself. An IPv6 address counts with its /64, which one household has.
"""

import ipaddress
from collections import OrderedDict
from enum import StrEnum

from hanport.clock import Clock
from hanport.grid.config import LimitsTable

_WINDOW_S = 600.0
_ADDRESSES = 50_000  # the oldest is forgotten: an attacker with more addresses than that is not stopped by counting


class What(StrEnum):
    """What is counted."""

    REQUEST = "request"
    IDENTIFICATION = "identification"
    LOGIN = "login"


class Limits:
    """Counts, and says when it is enough. It remembers so many `addresses`."""

    def __init__(self, settings: LimitsTable, clock: Clock, *, addresses: int = _ADDRESSES) -> None:
        self._most = {
            What.REQUEST: settings.requests,
            What.IDENTIFICATION: settings.identifications,
            What.LOGIN: settings.logins,
        }
        self._clock = clock
        self._addresses = addresses
        self._counts: OrderedDict[tuple[What, str], tuple[float, int]] = OrderedDict()

    def take(self, what: What, address: str) -> float:
        """Count one; gives 0, or the seconds to wait where it is one too many."""
        key, now_s = (what, network_of(address)), self._clock.monotonic()
        begun_s, count = self._counts.get(key, (now_s, 0))
        if now_s - begun_s >= _WINDOW_S:
            begun_s, count = now_s, 0
        self._counts[key] = (begun_s, count + 1)
        self._counts.move_to_end(key)
        if len(self._counts) > self._addresses:
            self._counts.popitem(last=False)
        return 0.0 if count < self._most[what] else _WINDOW_S - (now_s - begun_s)


def network_of(address: str) -> str:
    """What is counted as one: an IPv4 address, or an IPv6 address's /64."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))

"""What the page Now shows: the present of the house, and how old it is. An old value is never shown as a new one."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from hanport.home.config import HouseTable
from hanport.home.live import Live
from hanport.home.store.errors import StoreError
from hanport.home.values import PortStatus, Sample
from hanport.home.web.pagedata_gauge import Gauge, gauges, net
from hanport.home.web.pagedata_words import tariff_zone
from hanport.home.web.parts import WebParts
from hanport.models import recognise
from hanport.port.values import Reading

# A value older than this is no longer the present: law 4 permits no increase from 2.5 intervals on, and asks for the
# safe value from 3 intervals on, at least 30 s.
STALE_INTERVALS = 2.5
LEAST_STALE_S = 30.0
USUAL_INTERVAL_S = 10

LINE_S = 3600
_LINE_POINTS = 720
_GAP_STEPS = 3
_GAP_LEAST_S = 90


class Freshness(StrEnum):
    """What the values of the page are worth."""

    NEVER = "never"  # no telegram has come since the hub was started
    FRESH = "fresh"
    STALE = "stale"


class Flow(StrEnum):
    """Which way electricity goes."""

    UNKNOWN = "unknown"
    IMPORT = "import"
    EXPORT = "export"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Today:
    """What has passed since midnight by the tariff's time, in Wh; None where that is not known."""

    import_wh: int | None = None
    export_wh: int | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """What is known besides the telegram itself: the day so far, and from what age on a value is an old one."""

    today: Today = Today()
    stale_after_s: float = LEAST_STALE_S


@dataclass(frozen=True, slots=True)
class Hour:
    """The power line of the last hour: seconds since `begin`, and W (None: a gap)."""

    begin: datetime
    points: tuple[tuple[int, int | None], ...] = ()
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """The house now. `power_w` is + import, - export. Where it is stale, `last_power_w` says what it was."""

    freshness: Freshness
    status: PortStatus
    at: datetime | None  # by the meter's clock, as it is stored
    received_at: datetime | None
    stale_after_s: float
    power_w: int | None
    last_power_w: int | None
    phases: tuple[Gauge, ...]
    today: Today

    @property
    def flow(self) -> Flow:
        if self.power_w is None:
            return Flow.UNKNOWN
        if self.power_w == 0:
            return Flow.NONE
        return Flow.IMPORT if self.power_w > 0 else Flow.EXPORT


def stale_after_s(sample: Sample | None) -> float:
    """From what age on a value is no longer the present, by the interval that such a meter is known to have."""
    interval_s = USUAL_INTERVAL_S
    if sample is not None:
        codes = (register.obis for register in sample.telegram.registers)
        model = recognise(sample.telegram.identification, codes)
        interval_s = model.interval_s if model else USUAL_INTERVAL_S
    return STALE_INTERVALS * interval_s


def present(live: Live, house: HouseTable, now: datetime, behind: Behind) -> Present:
    """What can be said of the house at `now`."""
    sample = live.sample
    limit_s = max(LEAST_STALE_S, behind.stale_after_s)
    age_s = (now - sample.received_at).total_seconds() if sample else None
    fresh = age_s is not None and age_s <= limit_s
    reading = sample.reading if sample and fresh else Reading()
    last = sample.reading if sample else Reading()
    return Present(
        freshness=Freshness.NEVER if sample is None else Freshness.FRESH if fresh else Freshness.STALE,
        status=live.status,
        at=sample.at if sample else None,
        received_at=sample.received_at if sample else None,
        stale_after_s=limit_s,
        power_w=net(reading.power_import_w, reading.power_export_w),
        last_power_w=net(last.power_import_w, last.power_export_w),
        phases=gauges(house, reading),
        today=behind.today,
    )


def midnight(now: datetime, zone: tzinfo) -> datetime:
    """The beginning of today in a time zone."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


class Presenter:
    """Makes the present for all who look: the store is asked once a telegram, however many browsers are open."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._asked: object = None
        self._behind = Behind()
        self._asking = asyncio.Lock()

    async def now(self) -> Present:
        """The house now."""
        now = self._parts.clock.now()
        house = self._parts.config().house
        begin = midnight(now, tariff_zone(house))
        sample = self._parts.live.sample
        asked = (begin, sample.received_at if sample else None)
        async with self._asking:
            if asked != self._asked:
                self._behind = Behind(await self._so_far(begin), self._stale_after_s())
                self._asked = asked
        return present(self._parts.live, house, now, self._behind)

    def _stale_after_s(self) -> float:
        """By the interval that the watch has learned; without it, by what is known of such a meter."""
        health = self._parts.health
        return health().stale_after_s if health else stale_after_s(self._parts.live.sample)

    async def _so_far(self, begin: datetime) -> Today:
        edges = (begin, begin + timedelta(days=2))  # nothing is known of tomorrow
        try:
            (energy,) = await self._parts.store.read(lambda reader: reader.energy(edges))
        except StoreError:
            return Today()
        return Today(energy.import_wh, energy.export_wh)

    async def hour(self) -> Hour:
        """The power line of the last hour."""
        end = self._parts.clock.now() + timedelta(seconds=1)  # the newest reading may be of this second
        begin = end - timedelta(seconds=LINE_S)
        try:
            line = await self._parts.store.read(lambda reader: reader.line(begin, end, points=_LINE_POINTS))
        except StoreError:
            return Hour(begin, unreadable=True)
        begin_s = begin.timestamp()
        times = [round(at_s - begin_s) for at_s in line.columns["at_s"] if at_s is not None]
        return Hour(begin, tuple(with_gaps(times, line.columns["power_w"], line.step_s)))


def with_gaps(times: Sequence[int], values: Sequence[int | None], step_s: float) -> Iterator[tuple[int, int | None]]:
    """The points of a line, with an unknown one wherever nothing came for several steps: a gap is not bridged."""
    longest_s = max(_GAP_LEAST_S, _GAP_STEPS * step_s)
    last: int | None = None
    for at, value in zip(times, values, strict=True):
        if last is not None and at - last > longest_s:
            yield (last + at) // 2, None
        yield at, value
        last = at

"""What the page Peaks shows: the month's highest hours out of the ledger, and the hour that is running."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hanport.home.values import Quality
from hanport.home.web.pagedata_history import EnergyReader
from hanport.home.web.pagedata_period import Period

HOUR = timedelta(hours=1)
LISTED = 10
# Examples of how network companies count: the mean of the three or five highest hours, one a day.
TOP_COUNTS = (3, 5)


@dataclass(frozen=True, slots=True)
class PeakHour:
    """An hour's import. `place` 1 is the highest; `counts` where it is the highest of its day."""

    start: datetime
    import_wh: int
    quality: Quality
    place: int = 0
    counts: bool = False
    day_place: int = 0  # its place among the highest of each day, 0 where it does not count

    @property
    def end(self) -> datetime:
        return self.start + HOUR


@dataclass(frozen=True, slots=True)
class Running:
    """The hour that is running: used so far, and what it will have been if power stays as it is (None: not known)."""

    start: datetime
    used_wh: int
    projected_wh: int | None
    percent: int  # of the hour that has passed
    reaches: int = 0  # the place among the highest of each day that the projected hour would take; 0: none of five


@dataclass(frozen=True, slots=True)
class TopMean:
    """The mean of the highest hours of different days. Fewer than `count` where the month has fewer days so far."""

    count: int
    mean_w: int
    days: int


@dataclass(frozen=True, slots=True)
class Peaks:
    """The page's numbers. `days` is each day's highest hour, by date; `top` the highest hours of all."""

    period: Period
    top: tuple[PeakHour, ...]
    days: tuple[PeakHour, ...]
    means: tuple[TopMean, ...]
    running: Running | None = None

    def of_day(self, day: date) -> PeakHour | None:
        """The highest hour of a day."""
        zone = self.period.zone
        return next((hour for hour in self.days if hour.start.astimezone(zone).date() == day), None)


def peaks(reader: EnergyReader, period: Period, now: datetime, power_w: int | None) -> Peaks:
    """The peaks of a month. `power_w` is the power now (+ import), None where that is not known.

    The running hour does not count until it is over: a capacity tariff bills whole hours.
    """
    begin_of_hour = now.astimezone(period.zone).replace(minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
    until = min(period.end, begin_of_hour)
    hours = _hours(reader, period.begin, until)
    days = _highest_of_days(hours, period)
    counting = {hour.start: place for place, hour in enumerate(days, 1)}
    top = tuple(_placed(place, hour, counting) for place, hour in enumerate(_sorted(hours)[:LISTED], 1))
    running = _running(reader, begin_of_hour, now, power_w) if now in period else None
    if running is not None:
        running = _with_place(running, days, period)
    by_date = tuple(_placed(0, hour, counting) for hour in sorted(days, key=lambda hour: hour.start))
    return Peaks(period, top, by_date, _means(days), running)


def _hours(reader: EnergyReader, begin: datetime, until: datetime) -> list[PeakHour]:
    edges = [begin]
    while edges[-1] < until:
        edges.append(edges[-1] + HOUR)
    energies = reader.energy(edges) if len(edges) > 1 else []
    return [
        PeakHour(start, energy.import_wh, energy.quality)
        for start, energy in zip(edges, energies, strict=False)
        if energy.import_wh is not None and energy.quality is not None
    ]


def _sorted(hours: Sequence[PeakHour]) -> list[PeakHour]:
    return sorted(hours, key=lambda hour: (-hour.import_wh, hour.start))


def _highest_of_days(hours: Sequence[PeakHour], period: Period) -> list[PeakHour]:
    """The highest hour of each day, the highest first."""
    highest: dict[date, PeakHour] = {}
    for hour in _sorted(hours):
        highest.setdefault(hour.start.astimezone(period.zone).date(), hour)
    return list(highest.values())


def _placed(place: int, hour: PeakHour, counting: dict[datetime, int]) -> PeakHour:
    day_place = counting.get(hour.start, 0)
    return PeakHour(hour.start, hour.import_wh, hour.quality, place, day_place > 0, day_place)


def _means(days: Sequence[PeakHour]) -> tuple[TopMean, ...]:
    """kWh in an hour are kW on average: Wh become W."""
    return tuple(
        TopMean(count, round(sum(hour.import_wh for hour in days[:count]) / len(days[:count])), len(days[:count]))
        for count in TOP_COUNTS
        if days
    )


def _running(reader: EnergyReader, begin: datetime, now: datetime, power_w: int | None) -> Running | None:
    (energy,) = reader.energy((begin, begin + HOUR))
    if energy.import_wh is None:
        return None
    passed = (now - begin) / HOUR
    projected = None if power_w is None else round(energy.import_wh + max(0, power_w) * (1 - passed))
    return Running(begin, energy.import_wh, projected, int(passed * 100))


def _with_place(running: Running, days: Sequence[PeakHour], period: Period) -> Running:
    """The place that the projected hour would take, unless its own day has a higher one already."""
    if running.projected_wh is None:
        return running
    today = running.start.astimezone(period.zone).date()
    others = [hour for hour in days if hour.start.astimezone(period.zone).date() != today]
    own = [hour for hour in days if hour.start.astimezone(period.zone).date() == today]
    if own and own[0].import_wh >= running.projected_wh:
        return running
    place = 1 + sum(hour.import_wh >= running.projected_wh for hour in others)
    reaches = place if place <= max(TOP_COUNTS) else 0
    return Running(running.start, running.used_wh, running.projected_wh, running.percent, reaches)

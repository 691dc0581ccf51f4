"""What the page History shows: the energy of a period bar by bar, its sums, and the period before beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hanport.home.values import Quality
from hanport.home.web.pagedata_period import Period, Step, View

_QUARTER = timedelta(minutes=15)


class Energy(Protocol):
    """What the store says of a span: None where nothing is known of it."""

    @property
    def import_wh(self) -> int | None: ...
    @property
    def export_wh(self) -> int | None: ...
    @property
    def quality(self) -> Quality | None: ...


class EnergyReader(Protocol):
    """What this page asks the store."""

    def energy(self, edges: Sequence[datetime]) -> Sequence[Energy]: ...


@dataclass(frozen=True, slots=True)
class Amount:
    """Import and export of a span in Wh, None where nothing is known; the worst quality of what it is made of."""

    import_wh: int | None = None
    export_wh: int | None = None
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its span (UTC), what it holds, and what the same bar of the period before held."""

    start: datetime
    end: datetime
    amount: Amount
    before: Amount | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The period before, up to the same point as this one has come: `until` is that point in this one, where it is
    not yet over.
    """

    now: Amount
    before: Amount
    until: datetime | None

    @staticmethod
    def _percent(now_wh: int | None, before_wh: int | None) -> int | None:
        if now_wh is None or not before_wh:
            return None
        return round((now_wh - before_wh) * 100 / before_wh)

    @property
    def import_percent(self) -> int | None:
        """How much more was imported, in percent of before; None where that is not known or was nothing."""
        return self._percent(self.now.import_wh, self.before.import_wh)

    @property
    def export_percent(self) -> int | None:
        return self._percent(self.now.export_wh, self.before.export_wh)


@dataclass(frozen=True, slots=True)
class History:
    """The page's numbers."""

    period: Period
    step: Step
    bars: tuple[Bar, ...]
    total: Amount
    comparison: Comparison | None = None

    @property
    def known(self) -> bool:
        """Whether anything is known of the period."""
        return any(bar.amount.quality is not None for bar in self.bars)

    @property
    def exports(self) -> bool:
        """Whether to speak of export at all."""
        return any(bar.amount.export_wh or (bar.before and bar.before.export_wh) for bar in self.bars)

    @property
    def coarse(self) -> bool:
        """Whether bars are so long that a gap within one is nothing to mark: its sum is exact all the same."""
        return self.period.view in (View.YEAR, View.ALL)

    def mark(self, quality: Quality | None) -> str:
        """The key of the word for how well a bar is founded."""
        if quality is Quality.INTERPOLATED and self.coarse:
            return "partly"
        return "unknown" if quality is None else str(quality)

    def marks(self) -> set[str]:
        """Which marks the chart needs to explain."""
        return {self.mark(bar.amount.quality) for bar in self.bars}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of the page."""

    period: Period
    step: Step = Step.HOUR
    compare: bool = False


def history(reader: EnergyReader, asked: Asked, now: datetime) -> History:
    """The numbers of a page, at most four questions to the store."""
    period = asked.period
    before = period.previous() if asked.compare else None
    edges = period.edges(asked.step)
    amounts = _amounts(reader, edges)
    ghosts: list[Amount | None] = [None] * len(amounts)
    comparison = None
    if before is not None:
        was = _amounts(reader, before.edges(asked.step))
        ghosts = [was[index] if index < len(was) else None for index in range(len(amounts))]
        comparison = _comparison(reader, period, before, now)
    bars = tuple(map(Bar, edges, edges[1:], amounts, ghosts))
    return History(period, asked.step, bars, total(amounts), comparison)


def _amounts(reader: EnergyReader, edges: Sequence[datetime]) -> list[Amount]:
    return [Amount(each.import_wh, each.export_wh, each.quality) for each in reader.energy(edges)]


def total(amounts: Sequence[Amount]) -> Amount:
    """The sum of what is known; nothing known at all is None, not 0."""
    order = list(Quality)
    qualities = [each.quality for each in amounts if each.quality is not None]
    return Amount(
        _sum([each.import_wh for each in amounts]),
        _sum([each.export_wh for each in amounts]),
        max(qualities, key=order.index, default=None),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _comparison(reader: EnergyReader, period: Period, before: Period, now: datetime) -> Comparison:
    """A period that is still going on is compared with the same part of the one before."""
    if now not in period:
        return Comparison(_one(reader, period.begin, period.end), _one(reader, before.begin, before.end), None)
    until = now - (now - datetime.fromtimestamp(0, UTC)) % _QUARTER
    then = min(_same_time(period, before, until), before.end)
    return Comparison(_one(reader, period.begin, until), _one(reader, before.begin, then), until)


def _same_time(period: Period, before: Period, until: datetime) -> datetime:
    """The same day and time of day in the period before, which may have fewer days."""
    local = until.astimezone(period.zone)
    days = (local.date() - period.first).days
    same = datetime.combine(before.first + timedelta(days=days), local.time(), period.zone)
    return same.astimezone(UTC)


def _one(reader: EnergyReader, begin: datetime, end: datetime) -> Amount:
    if end <= begin:
        return Amount()
    (amount,) = _amounts(reader, (begin, end))
    return amount

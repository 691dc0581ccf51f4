"""The port's days by local date: what came, what was rejected, how long it was silent, how the clock stood."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

import apsw

from hanport.home.health.judge import LOCAL
from hanport.home.health.report import DayCounts
from hanport.home.store.events import count_port_day

OFFSETS_A_DAY = 1_440  # one a minute


def day_of(at: datetime) -> date:
    """The local date of a moment."""
    return at.astimezone(LOCAL).date()


def _midnight_after(at: datetime) -> datetime:
    return datetime.combine(day_of(at) + timedelta(days=1), time(), LOCAL).astimezone(UTC)


@dataclass(slots=True)
class _Count:
    telegrams: int = 0
    rejected: int = 0
    silent_s: float = 0.0


@dataclass(slots=True)
class _Day:
    """A day's whole, and what of it is not stored yet."""

    whole: _Count = field(default_factory=_Count)
    new: _Count = field(default_factory=_Count)
    offsets_ms: deque[int] = field(default_factory=lambda: deque(maxlen=OFFSETS_A_DAY))
    stored_offset_ms: int | None = None

    @property
    def offset_ms(self) -> int | None:
        return round(median(self.offsets_ms)) if self.offsets_ms else self.stored_offset_ms


class Days:
    """Counts; `unstored` gives what has to be stored, and keeps it until `stored` says that it is."""

    def __init__(self) -> None:
        self._days: dict[date, _Day] = {}

    def begin_with(self, counts: DayCounts) -> None:
        """What an earlier run of the hub has counted of a day."""
        day = self._day(counts.day)
        day.whole.telegrams += counts.telegrams
        day.whole.rejected += counts.rejected
        day.whole.silent_s += counts.silent_s
        day.stored_offset_ms = counts.clock_offset_ms

    def _day(self, day: date) -> _Day:
        return self._days.setdefault(day, _Day())

    def telegram(self, at: datetime) -> None:
        """A telegram came."""
        day = self._day(day_of(at))
        day.whole.telegrams += 1
        day.new.telegrams += 1

    def rejected(self, at: datetime) -> None:
        """A piece was rejected."""
        day = self._day(day_of(at))
        day.whole.rejected += 1
        day.new.rejected += 1

    def silent(self, begin: datetime, end: datetime) -> None:
        """Nothing came between these moments; each day gets its own part."""
        while begin < end:
            stop = min(end, _midnight_after(begin))
            day = self._day(day_of(begin))
            day.whole.silent_s += (stop - begin).total_seconds()
            day.new.silent_s += (stop - begin).total_seconds()
            begin = stop

    def offset(self, at: datetime, offset_ms: int) -> None:
        """The meter's clock was ahead of the hub's by so much."""
        self._day(day_of(at)).offsets_ms.append(offset_ms)

    def forget_offsets(self, at: datetime) -> None:
        """One of the two clocks was set: the day's offset is what it is from now on."""
        self._day(day_of(at)).offsets_ms.clear()

    def counts(self, at: datetime) -> DayCounts:
        """The day of a moment, so far."""
        day = self._days.get(day_of(at), _Day())
        whole = day.whole
        return DayCounts(day_of(at), whole.telegrams, whole.rejected, round(whole.silent_s), day.offset_ms)

    def unstored(self) -> tuple[DayCounts, ...]:
        """What has to be added to the stored days."""
        added = []
        for date_, day in self._days.items():
            new = DayCounts(date_, day.new.telegrams, day.new.rejected, int(day.new.silent_s), day.offset_ms)
            if (new.telegrams, new.rejected, new.silent_s) != (0, 0, 0) or day.offset_ms != day.stored_offset_ms:
                added.append(new)
        return tuple(added)

    def stored(self, added: tuple[DayCounts, ...], at: datetime) -> None:
        """What `unstored` gave is durable. Days that are over are forgotten."""
        for counts in added:
            day = self._days[counts.day]
            day.new.telegrams -= counts.telegrams
            day.new.rejected -= counts.rejected
            day.new.silent_s -= counts.silent_s
            day.stored_offset_ms = counts.clock_offset_ms
        for date_, day in list(self._days.items()):
            left = day.new.telegrams or day.new.rejected or int(day.new.silent_s)
            if abs((day_of(at) - date_).days) > 1 and not left:
                del self._days[date_]


def add_days(connection: apsw.Connection, added: tuple[DayCounts, ...]) -> None:
    """Add to the stored days."""
    for counts in added:
        count_port_day(
            connection,
            counts.day,
            telegrams=counts.telegrams,
            rejected=counts.rejected,
            silent_s=counts.silent_s,
            clock_offset_ms=counts.clock_offset_ms,
        )

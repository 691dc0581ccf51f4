"""The highest hour of each day of a month as columns."""

from dataclasses import dataclass
from datetime import date

from hanport.home.web.pagedata_bars import LEAST_WH, Rect
from hanport.home.web.pagedata_peaks import TOP_COUNTS, PeakHour, Peaks
from hanport.home.web.pagedata_scale import Scale, scale

_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class DayColumn:
    """A day's place, and its column where anything is known of the day."""

    day: date
    place: Rect
    hour: PeakHour | None = None
    column: Rect | None = None

    @property
    def middle(self) -> float:
        return round(self.place.x + self.place.width / 2, 3)

    @property
    def tops(self) -> bool:
        """Whether it is one of the days that the tariff's example counts."""
        return self.hour is not None and 0 < self.hour.day_place <= max(TOP_COUNTS)


@dataclass(frozen=True, slots=True)
class DayColumns:
    """The columns of a month on one scale of Wh."""

    upright: Scale
    columns: tuple[DayColumn, ...]


def day_columns(found: Peaks) -> DayColumns:
    """The columns of the month's days."""
    days = found.period.days()
    upright = scale([hour.import_wh for hour in found.days], LEAST_WH)
    width = 100 / len(days)
    return DayColumns(
        upright,
        tuple(_column(day, index * width, width, (found.of_day(day), upright)) for index, day in enumerate(days)),
    )


def _column(day: date, x: float, width: float, shown: tuple[PeakHour | None, Scale]) -> DayColumn:
    hour, upright = shown
    place = Rect(round(x, 3), 0, round(width, 3), 100)
    if hour is None:
        return DayColumn(day, place)
    left, wide = round(x + width * (1 - _SHARE) / 2, 3), round(width * _SHARE, 3)
    column = Rect(left, upright.y(hour.import_wh), wide, upright.height(hour.import_wh))
    return DayColumn(day, place, hour, column)

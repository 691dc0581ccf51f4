"""What the network company says beside what the ledger says: which hours and days differ by more than they may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import apsw

from hanport.home.store.calendar import date_of, midnight
from hanport.home.store.moments import from_s, to_ms

# Companies round hours to 10 Wh, and the hours of two clocks begin seconds apart.
LEAST_WH = 10
LEAST_PERCENT = 1


@dataclass(frozen=True, slots=True)
class Compared:
    """A period in which both are known, in Wh; None where the ledger, or the company, does not say."""

    start: datetime
    billed_import_wh: int | None
    import_wh: int | None
    billed_export_wh: int | None
    export_wh: int | None

    @property
    def differs(self) -> bool:
        """Whether it differs by more than 10 Wh and more than 1 % in either direction."""
        return _differs(self.billed_import_wh, self.import_wh) or _differs(self.billed_export_wh, self.export_wh)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The hours that both know, and of how many the ledger does not know all four quarters."""

    hours: tuple[Compared, ...]
    unknown: int

    @property
    def differing(self) -> tuple[Compared, ...]:
        """The hours that differ."""
        return tuple(hour for hour in self.hours if hour.differs)

    def days(self) -> tuple[Compared, ...]:
        """The hours by local day; a day has what both know of it."""
        by_day = groupby(self.hours, key=lambda hour: date_of(hour.start))
        return tuple(_total(midnight(day), list(hours)) for day, hours in by_day)

    def total(self) -> Compared | None:
        """All hours together, None without any."""
        return _total(self.hours[0].start, self.hours) if self.hours else None


def compare(connection: apsw.Connection, begin: datetime, end: datetime) -> Comparison:
    """The hours from `begin` to `end` (aware) that the network company has told of, beside the ledger."""
    rows = connection.execute(
        """SELECT b.start_s, b.import_wh, SUM(q.import_wh), b.export_wh,
                  CASE WHEN COUNT(q.export_wh) = 4 THEN SUM(q.export_wh) END, COUNT(q.start_s)
           FROM billed_hour b LEFT JOIN quarter q ON q.start_s >= b.start_s AND q.start_s < b.start_s + 3600
           WHERE b.start_s >= ? AND b.start_s < ? GROUP BY b.start_s ORDER BY b.start_s""",
        (to_ms(begin) // 1000, to_ms(end) // 1000),
    )
    hours, unknown = [], 0
    for start_s, billed_import, known_import, billed_export, known_export, quarters in rows:
        if quarters == 4:
            hours.append(Compared(from_s(start_s), billed_import, known_import, billed_export, known_export))
        else:
            unknown += 1
    return Comparison(tuple(hours), unknown)


def _differs(billed: int | None, known: int | None) -> bool:
    if billed is None or known is None:
        return False
    return abs(billed - known) > LEAST_WH and abs(billed - known) * 100 > LEAST_PERCENT * billed


def _total(start: datetime, hours: Sequence[Compared]) -> Compared:
    def both(billed: str, known: str) -> tuple[int | None, int | None]:
        pairs = [(getattr(hour, billed), getattr(hour, known)) for hour in hours]
        whole = [(said, counted) for said, counted in pairs if said is not None and counted is not None]
        return (sum(said for said, _ in whole), sum(counted for _, counted in whole)) if whole else (None, None)

    return Compared(start, *both("billed_import_wh", "import_wh"), *both("billed_export_wh", "export_wh"))

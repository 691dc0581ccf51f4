"""Where meters are and were: a meter is in one place at a time, and a facility has one meter at a time.

A later installation ends the one before it, of the same meter or at the same facility. Such an end was not told
(`is_cut`): it moves when the later installation moves, and goes when that is taken back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import Connection, Row, delete, select

from hanport.grid.database.tables import facility, installation, meter
from hanport.grid.database.work import Work
from hanport.grid.register import rows
from hanport.grid.register.places import told_names

ELSEWHERE = ("facility", "The meter is in another facility then.", "Send the end of that installation first.")
OTHER_METER = ("facility", "Another meter is installed there from the same instant.", "Send each with its own `from`.")
TWO_STAYS = (
    "from",
    "Two installations of the meter there lie in that time.",
    "Send each with its own `from` and `to`.",
)
BACKWARDS = ("from", "The installation ends before it begins.", "Send its end too.")


@dataclass(slots=True, eq=False)
class Stay:
    """One installation. `row` is how it is stored; None: it is new. `told` is the end, where one was told."""

    meter_id: int
    facility_id: int
    begins_at: datetime
    told: datetime | None
    row: Row[Any] | None = None
    is_told: bool = False  # by a record of this transaction
    ends_at: datetime | None = None
    is_cut: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it never was."""
        return self.told == self.begins_at

    @property
    def differing(self) -> dict[str, object]:
        """The columns that are not as they are stored."""
        now: dict[str, object] = {"begins_at": self.begins_at, "ends_at": self.ends_at, "is_cut": self.is_cut}
        return now if self.row is None else rows.differing(self.row, now)


class Stays:
    """The installations around some meters and facilities, as they are and as they are told."""

    def __init__(self, connection: Connection, meter_ids: Iterable[int], facility_ids: Iterable[int]) -> None:
        self._of_meter: dict[int, list[Stay]] = defaultdict(list)
        self._of_facility: dict[int, list[Stay]] = defaultdict(list)
        self._moved: list[Stay] = []  # told or removed: their neighbours' ends may differ
        self._removed: list[Stay] = []
        known: dict[int, Row[Any]] = {}
        meters, facilities = set(meter_ids), set(facility_ids)
        # The neighbours' own neighbours decide where those end.
        for _ in range(2):
            found = _stored(connection, meters, facilities)
            known |= {row.id: row for row in found}
            meters, facilities = {row.meter_id for row in found}, {row.facility_id for row in found}
        for row in known.values():
            told = None if row.is_cut else row.ends_at
            self._put(Stay(row.meter_id, row.facility_id, row.begins_at, told, row, False, row.ends_at, row.is_cut))

    def tell(
        self, meter_id: int, facility_id: int, begins_at: datetime, ends_at: datetime | UnsetType | None
    ) -> Stay | tuple[str, str, str]:
        """Take an installation as told (UNSET: its end was not), or give the column, the problem and the remedy."""
        same = self._same(meter_id, facility_id, begins_at, None if ends_at is UNSET else ends_at)
        if len(same) > 1 or (same and same[0].is_told and (same[0].begins_at, same[0].told) != (begins_at, ends_at)):
            return TWO_STAYS
        stay = same[0] if same else None
        end = (stay.told if stay else None) if isinstance(ends_at, UnsetType) else ends_at
        if end is not None and end < begins_at:
            return BACKWARDS
        told = Stay(meter_id, facility_id, begins_at, end)
        problem = None if told.is_empty else self._problem(told, stay)
        if problem is not None:
            return problem
        if stay is None:
            self._put(told)
            stay = told
        stay.begins_at, stay.told, stay.is_told = begins_at, end, True
        self._moved.append(stay)
        return stay

    def remove(self, stay: Stay) -> None:
        """Take an installation back, as if it had never been told."""
        self._of_meter[stay.meter_id].remove(stay)
        self._of_facility[stay.facility_id].remove(stay)
        self._moved.append(stay)
        self._removed.append(stay)

    def rename(self, placeholder: int, meter_id: int) -> None:
        """A meter that was new has its id now."""
        for stay in self._of_meter.pop(placeholder, []):
            stay.meter_id = meter_id
            self._of_meter[meter_id].append(stay)

    def of(self, meter_id: int, facility_id: int) -> list[Stay]:
        """The installations of the meter there."""
        return [stay for stay in self._of_meter[meter_id] if stay.facility_id == facility_id]

    def retell(self, stay: Stay, begins_at: datetime, told: datetime | None) -> None:
        """Let an installation be as it was told before."""
        stay.begins_at, stay.told = begins_at, told
        self._moved.append(stay)

    def write(self, work: Work) -> list[Stay]:
        """Store and note what differs; gives those installations."""
        affected = {stay: None for moved in self._moved for stay in self._around(moved)}
        for stay in affected:
            self._cut(stay)
        differing = [stay for stay in affected if stay.differing and stay not in self._removed]
        removed = [stay for stay in self._removed if stay.row is not None]
        _note(work, differing, removed)
        new = [stay for stay in differing if stay.row is None]
        ids = {"meter_id", "facility_id"}
        rows.add(
            work.connection,
            installation,
            [{name: getattr(stay, name) for name in ids} | stay.differing for stay in new],
        )
        changed = {stay.row.id: stay.differing for stay in differing if stay.row is not None}
        rows.change(work.connection, installation, changed)
        for stay in removed:
            work.connection.execute(delete(installation).where(installation.c.id == _id(stay)))
        return differing + removed

    def _put(self, stay: Stay) -> None:
        self._of_meter[stay.meter_id].append(stay)
        self._of_facility[stay.facility_id].append(stay)

    def _around(self, stay: Stay) -> Iterator[Stay]:
        yield from self._of_meter[stay.meter_id]
        yield from self._of_facility[stay.facility_id]

    def _same(self, meter_id: int, facility_id: int, begins_at: datetime, ends_at: datetime | None) -> list[Stay]:
        """The installations that a record is about: the one with that begin, or else those that lie in its time."""
        here = self.of(meter_id, facility_id)
        exact = [stay for stay in here if stay.begins_at == begins_at]
        if exact or not here:
            return exact
        others = [*self._of_meter[meter_id], *self._of_facility[facility_id]]
        later = [each.begins_at for each in others if each not in here and not each.is_empty]
        end = min((at for at in [*later, ends_at] if at is not None and at > begins_at), default=None)
        for stay in here:
            self._cut(stay)
        return [
            stay
            for stay in here
            if (end is None or stay.begins_at < end) and (stay.ends_at is None or begins_at < stay.ends_at)
        ]

    def _problem(self, told: Stay, same: Stay | None) -> tuple[str, str, str] | None:
        """What is against an installation. One that was told earlier and begins at the same instant gives way."""
        others = [each for each in self._around(told) if each is not same and not each.is_empty]
        ousted = [each for each in others if each.begins_at == told.begins_at]
        for each in ousted:
            if each.is_told:
                return ELSEWHERE if each.meter_id == told.meter_id else OTHER_METER
        for each in others:
            if each.meter_id == told.meter_id and each not in ousted and _overlap(told, each):
                return ELSEWHERE
        for each in ousted:
            each.told = each.begins_at
            self._moved.append(each)
        return None

    def _cut(self, stay: Stay) -> None:
        """Let it end where it was told to, or where the next one begins."""
        later = [
            each.begins_at
            for each in self._around(stay)
            if each is not stay and not each.is_empty and each.begins_at > stay.begins_at
        ]
        begins = min(later, default=None)
        is_cut = begins is not None and not stay.is_empty and (stay.told is None or stay.told > begins)
        stay.ends_at = begins if is_cut else stay.told
        stay.is_cut = is_cut and stay.told is None


def _overlap(one: Stay, other: Stay) -> bool:
    """Whether the earlier one was told to go on after the later one begins."""
    earlier, later = sorted((one, other), key=lambda each: each.begins_at)
    return earlier.told is not None and earlier.told > later.begins_at


def _stored(connection: Connection, meter_ids: Collection[int], facility_ids: Collection[int]) -> list[Row[Any]]:
    chosen = select(installation)
    return [
        *rows.found(connection, chosen, installation.c.meter_id, meter_ids),
        *rows.found(connection, chosen, installation.c.facility_id, facility_ids),
    ]


def _note(work: Work, differing: Collection[Stay], removed: Collection[Stay]) -> None:
    stays = [*differing, *removed]
    serials = rows.names_of(work.connection, meter.c.serial, (stay.meter_id for stay in stays))
    places = rows.names_of(work.connection, facility.c.gsrn, (stay.facility_id for stay in stays))
    for stay in stays:
        noted: dict[str, Any] = {"meter": serials[stay.meter_id], "facility": places[stay.facility_id]}
        if stay in removed:
            work.note("installation.removed", **noted)
        elif stay.row is None:
            work.note("installation.added", **noted)
        elif stay.row.ends_at is None and stay.ends_at is not None and stay.begins_at == stay.row.begins_at:
            work.note("installation.ended", **noted)
        else:
            work.note("installation.changed", **noted, fields=told_names(stay.differing))


def _id(stay: Stay) -> int:
    assert stay.row is not None
    found: int = stay.row.id
    return found

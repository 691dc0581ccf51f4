"""Applies records and looks at what they do to the ports; takes them back where they would close too many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import facility, installation, meter, order, port
from hanport.grid.database.work import Work
from hanport.grid.orders import STANDING, Kind
from hanport.grid.register import rows
from hanport.grid.register.facts import facts_of
from hanport.grid.register.importing_effect import Closing, Ports, effect_of
from hanport.grid.register.kinds import MeterRecord, Record
from hanport.grid.register.upsert import Applied, apply, take_turn
from hanport.grid.right import Facts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of records. `openings` are the meters whose ports would get the right by them. `limit`: how many
    ports an import may close unasked. `is_undone`: they would close too many, and nothing of them is left.
    """

    applied: Applied
    closings: tuple[Closing, ...]
    openings: tuple[int, ...]
    limit: int
    is_undone: bool


def attempt(work: Work, config: GridConfig, records: Sequence[Record], *, allowed: int | None = None) -> Outcome:
    """Apply records, unless they would close more ports than `allowed` (None: than an import may unasked)."""
    limit = limit_of(work.connection, config)
    take_turn(work)
    noted = len(work.entries)
    savepoint = work.connection.begin_nested()
    look = _Look(work, records)
    applied = apply(work, records, before=look.before)
    closings, openings = look.after(applied.facility_ids)
    is_undone = len(closings) > (limit if allowed is None else allowed)
    if is_undone:
        savepoint.rollback()
        del work.entries[noted:]
    else:
        savepoint.commit()
    return Outcome(applied, closings, openings, limit, is_undone)


def limit_of(connection: Connection, config: GridConfig) -> int:
    """How many ports an import may close unasked."""
    is_open = connection.execute(select(func.count()).select_from(port).where(port.c.may_be_open)).scalar_one()
    return max(config.import_.closings_at_once, int(config.import_.closings_share * is_open))


class _Look:
    """The facilities with requests, before and after."""

    def __init__(self, work: Work, records: Sequence[Record]) -> None:
        self._work = work
        self._records = records
        self._before: dict[int, Facts] = {}
        self._elsewhere: dict[int, set[int]] = {}  # the facilities where a meter is or will be

    def before(self, facility_ids: Collection[int]) -> None:
        """Remember the facts as they were. Without a request a port gets no right, and loses none."""
        connection = self._work.connection
        requested = set(_requested(connection, facility_ids))
        self._before = facts_of(connection, requested)
        self._elsewhere = self._installed(requested)

    def after(self, facility_ids: Collection[int]) -> tuple[tuple[Closing, ...], tuple[int, ...]]:
        """The ports that lose the right, and the meters whose ports get it."""
        touched = self._before.keys() & facility_ids
        after = facts_of(self._work.connection, touched)
        meters = {at: _meters(self._before[at]) | _meters(after[at]) for at in sorted(touched)}
        may_be_open = self._may_be_open({meter for those in meters.values() for meter in those})
        closings: list[Closing] = []
        openings: dict[int, None] = {}
        for at, those in meters.items():
            elsewhere = {each for each in those if self._elsewhere.get(each, set()) - {at}}
            effect = effect_of(self._before[at], after[at], self._work.at, Ports(may_be_open, elsewhere))
            closings += effect.closings
            openings |= dict.fromkeys(effect.openings)
        return tuple(closings), tuple(openings)

    def _installed(self, requested: Collection[int]) -> dict[int, set[int]]:
        """Where the meters are that the records bring to facilities with requests."""
        connection = self._work.connection
        gsrns = {row.gsrn for row in rows.found(connection, select(facility.c.gsrn), facility.c.id, requested)}
        serials = [each.serial for each in self._records if isinstance(each, MeterRecord) and each.facility in gsrns]
        chosen = (
            select(installation.c.meter_id, installation.c.facility_id)
            .join(meter, meter.c.id == installation.c.meter_id)
            .where(or_(installation.c.ends_at.is_(None), installation.c.ends_at > self._work.at))
        )
        found: dict[int, set[int]] = defaultdict(set)
        for row in rows.found(connection, chosen, meter.c.serial, serials):
            found[row.meter_id].add(row.facility_id)
        return found

    def _may_be_open(self, meter_ids: Collection[int]) -> set[int]:
        chosen = select(port.c.meter_id).where(port.c.may_be_open)
        return {row.meter_id for row in rows.found(self._work.connection, chosen, port.c.meter_id, meter_ids)}


def _meters(facts: Facts) -> set[int]:
    return {each.meter_id for each in facts.installations}


def _requested(connection: Connection, facility_ids: Iterable[int]) -> list[int]:
    chosen = (
        select(order.c.facility_id)
        .where(order.c.kind == Kind.OPEN.value, order.c.state.in_([state.value for state in STANDING]))
        .where(order.c.withdrawn_at.is_(None))
        .distinct()
    )
    return [row.facility_id for row in rows.found(connection, chosen, order.c.facility_id, facility_ids)]

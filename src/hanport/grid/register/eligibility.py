"""Whether a facility's port can be opened at all, whoever asks: said before anybody signs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, bindparam, select

from hanport.grid.database.tables import meter, meter_model, port
from hanport.grid.register.facts import facts_of
from hanport.grid.right import Facts, Installation, right


class Obstacle(StrEnum):
    """Why a port cannot be opened."""

    NO_METER = "no_meter"
    MODEL_CANNOT = "model_cannot"  # not from afar: another meter is needed first
    EXEMPTED = "exempted"


# For people: the problem, and what to do.
WORDS: dict[Obstacle, tuple[str, str]] = {
    Obstacle.NO_METER: ("No meter is installed at the facility.", "Wait until one is."),
    Obstacle.MODEL_CANNOT: ("The meter's port cannot be opened from afar.", "Have the meter exchanged first."),
    Obstacle.EXEMPTED: ("The port of this facility must stay closed.", "Ask the company; an order cannot be made."),
}


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What stands in the way, the weightiest first, and how the port is now.

    `meter_id` is the meter installed at that instant (None: there is none). `is_open`: the meter reports that its port
    is open. `has_right`: somebody has asked for that already, and has the right to it.
    """

    facility_id: int
    meter_id: int | None
    serial: str
    maker: str
    model: str
    is_open: bool
    has_right: bool
    obstacles: tuple[Obstacle, ...]

    @property
    def can_open(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.obstacles


def eligibility(connection: Connection, facility_id: int, at: datetime) -> Eligibility:
    """Whether the port of the meter at the facility can be opened."""
    return eligibility_by(connection, facts_of(connection, [facility_id])[facility_id], at)


def eligibility_by(connection: Connection, facts: Facts, at: datetime) -> Eligibility:
    """The same, by facts that were read already."""
    facility_id = facts.facility_id
    meter_id = meter_at(facts, at)
    if meter_id is None:
        return Eligibility(facility_id, None, "", "", "", False, False, obstacles_of(facts, at))
    row = connection.execute(_METER, {"meter_id": meter_id}).one()
    return Eligibility(
        facility_id=facility_id,
        meter_id=meter_id,
        serial=row.serial,
        maker=row.maker,
        model=row.model,
        is_open=row.reported == "open",
        has_right=right(facts, meter_id, at).is_open,
        obstacles=obstacles_of(facts, at, can_open=row.can_open),
    )


def meter_at(facts: Facts, at: datetime) -> int | None:
    """The meter at the facility, the one that came last where there are several."""
    here = max((each for each in facts.installations if each.period.holds(at)), key=_begin, default=None)
    return here.meter_id if here else None


def obstacles_of(facts: Facts, at: datetime, *, can_open: bool | None = None) -> tuple[Obstacle, ...]:
    """What stands in the way, the weightiest first. `can_open` is what the company says of the meter's model."""
    found = [Obstacle.EXEMPTED] if any(each.holds(at) for each in facts.exemptions) else []
    if meter_at(facts, at) is None:
        found.append(Obstacle.NO_METER)
    elif can_open is False:
        found.append(Obstacle.MODEL_CANNOT)
    return tuple(found)


_METER = (
    select(meter.c.serial, meter.c.maker, meter.c.model, meter_model.c.can_open, port.c.reported)
    .outerjoin(meter_model, and_(meter_model.c.maker == meter.c.maker, meter_model.c.model == meter.c.model))
    .outerjoin(port, port.c.meter_id == meter.c.id)
    .where(meter.c.id == bindparam("meter_id"))
)


def _begin(installation: Installation) -> tuple[datetime, int]:
    return installation.period.begins, installation.meter_id

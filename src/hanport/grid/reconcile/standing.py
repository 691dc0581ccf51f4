"""How one meter's port stands, for staff; and the meter that was taken down and can never be asked again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from hanport.errors import HanportError
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import command, facility, meter, port
from hanport.grid.database.work import Work
from hanport.grid.headend.contract import PortState
from hanport.grid.ordering.restart import restarts_of
from hanport.grid.reconcile.decision import Expected
from hanport.grid.reconcile.review import hold, review
from hanport.grid.reconcile.view import Known, load
from hanport.grid.right import Why

_LAST = 10


@dataclass(frozen=True, slots=True)
class CommandStanding:
    """A command to the meter. `detail` is the head-end's own word."""

    id: str
    kind: str
    state: str
    created_at: datetime
    attempts: int
    head_end: str
    detail: str


@dataclass(frozen=True, slots=True)
class PortStanding:
    """What is known of a port, and what is being done. `is_allowed`: the law lets it be open. `why`: its reason.
    `restarts`: how many were ordered within a year. `commands`: the last ten, the newest first.
    """

    serial: str
    gsrn: str
    is_allowed: bool
    why: Why
    reported: PortState
    reported_at: datetime | None
    may_be_open: bool
    is_held: bool
    restarts: int
    failures: int
    retry_at: datetime | None
    closing_due_at: datetime | None
    review_at: datetime | None
    commands: tuple[CommandStanding, ...]


class NoSuchMeter(HanportError):
    """No meter has that serial number."""


class CannotDismantle(HanportError):
    """The meter is where it can be asked."""


def standing(connection: Connection, config: GridConfig, serial: str, at: datetime) -> PortStanding:
    """How the port of the meter with that serial number stands. Raises NoSuchMeter."""
    meter_id = _meter_id(connection, serial)
    known = load(connection, config, [meter_id], at)[meter_id]
    row = known.row
    return PortStanding(
        serial=serial,
        gsrn=_gsrn(connection, known),
        is_allowed=known.right.is_open,
        why=known.right.why,
        reported=known.view.known,
        reported_at=row.reported_at,
        may_be_open=row.may_be_open,
        is_held=row.held_by is not None,
        restarts=restarts_of(connection, meter_id, at),
        failures=row.failures,
        retry_at=row.retry_at,
        closing_due_at=row.closing_due_at,
        review_at=row.review_at,
        commands=tuple(_commands(connection, meter_id)),
    )


def dismantled(work: Work, config: GridConfig, serial: str, *, staff: str, reason: str) -> None:
    """Staff vouch for it that a meter is no longer connected anywhere: its port counts as closed, and is not tried any
    more. Raises NoSuchMeter, and CannotDismantle while the meter is installed.
    """
    meter_id = _meter_id(work.connection, serial)
    held = hold(work, [meter_id])
    known = load(work.connection, config, held, work.at).get(meter_id)
    if known is None or known.right.why is not Why.NOT_INSTALLED:
        raise CannotDismantle(
            f"Meter {serial} is installed at a facility.", "End its installation first, if it is not there any more."
        )
    if known.view.live is not None:
        ended = {"state": "superseded", "ended_at": work.at, "leased_by": None, "lease_until": None}
        work.connection.execute(update(command).where(command.c.id == known.view.live.id).values(ended))
        work.note("command.superseded", command=known.view.live.id, meter=serial, kind=known.view.live.kind.value)
    closed: dict[str, Any] = {"reported": PortState.CLOSED.value, "reported_at": work.at, "may_be_open": False}
    closed |= {"expected": Expected.NOTHING.value, "doubt_until": None, "failures": 0, "retry_at": None}
    work.connection.execute(update(port).where(port.c.meter_id == meter_id).values(closed))
    work.note("port.dismantled", meter=serial, staff=staff, why=reason)
    review(work, config, [meter_id])


def _meter_id(connection: Connection, serial: str) -> int:
    found: int | None = connection.execute(
        select(meter.c.id).join(port, port.c.meter_id == meter.c.id).where(meter.c.serial == serial)
    ).scalar()
    if found is None:
        raise NoSuchMeter("No meter has that serial number.", "It stands on the meter, and in the customer system.")
    return found


def _gsrn(connection: Connection, known: Known) -> str:
    if known.facility_id is None or known.right.why is Why.NOT_INSTALLED:
        return ""
    found: str = connection.execute(select(facility.c.gsrn).where(facility.c.id == known.facility_id)).scalar_one()
    return found


def _commands(connection: Connection, meter_id: int) -> list[CommandStanding]:
    chosen = select(command).where(command.c.meter_id == meter_id)
    rows = connection.execute(chosen.order_by(command.c.created_at.desc(), command.c.id).limit(_LAST)).all()
    return [_command(row) for row in rows]


def _command(row: Row[Any]) -> CommandStanding:
    return CommandStanding(row.id, row.kind, row.state, row.created_at, row.attempts, row.head_end, row.detail)

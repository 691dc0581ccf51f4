"""Meters whose ports are not as they must be, and what is the matter with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from hanport.grid.database.tables import meter, port
from hanport.grid.reconcile.decision import Expected

_SHOWN = 200
_ANSWER_WITHIN = timedelta(hours=1)


class Matter(StrEnum):
    """What is the matter."""

    MUST_CLOSE = "must_close"  # it may not be open, and no reading says that it is closed
    FAILING = "failing"  # the last try failed
    UNREAD = "unread"  # something was sent an hour ago or earlier, and the port was not read since
    HELD = "held"  # an import would open it, and staff have not released it


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """A port. `matters` are all that there is with it."""

    serial: str
    maker: str
    model: str
    reported: str
    reported_at: datetime | None
    expected: str
    may_be_open: bool
    failures: int
    retry_at: datetime | None
    closing_due_at: datetime | None
    held_by: str | None
    matters: tuple[Matter, ...]


def counts(connection: Connection, at: datetime) -> dict[Matter, int]:
    """How many ports there are with each matter."""
    columns = [func.coalesce(func.sum(case((_is(matter, at), 1), else_=0)), 0) for matter in Matter]
    return dict(zip(Matter, map(int, connection.execute(select(*columns)).one()), strict=True))


def ports(connection: Connection, at: datetime, matter: Matter | None = None) -> Sequence[OutOfStep]:
    """The first 200, those first that the law wants closed soonest."""
    wanted = _is(matter, at) if matter is not None else or_(*(_is(each, at) for each in Matter))
    chosen = (
        select(port, meter.c.serial, meter.c.maker, meter.c.model)
        .join(meter, meter.c.id == port.c.meter_id)
        .where(wanted)
        .order_by(port.c.closing_due_at.is_(None), port.c.closing_due_at, port.c.meter_id)
        .limit(_SHOWN)
    )
    return [_told(row, at) for row in connection.execute(chosen)]


def _told(row: Any, at: datetime) -> OutOfStep:
    waits = row.expected != Expected.NOTHING.value and row.changed_at is not None
    holds = {
        Matter.MUST_CLOSE: row.closing_due_at is not None,
        Matter.FAILING: row.failures > 0,
        Matter.UNREAD: waits and row.changed_at <= at - _ANSWER_WITHIN,
        Matter.HELD: row.held_by is not None,
    }
    return OutOfStep(
        serial=row.serial,
        maker=row.maker,
        model=row.model,
        reported=row.reported,
        reported_at=row.reported_at,
        expected=row.expected,
        may_be_open=row.may_be_open,
        failures=row.failures,
        retry_at=row.retry_at,
        closing_due_at=row.closing_due_at,
        held_by=row.held_by,
        matters=tuple(matter for matter, is_so in holds.items() if is_so),
    )


def _is(matter: Matter, at: datetime) -> ColumnElement[bool]:
    match matter:
        case Matter.MUST_CLOSE:
            return port.c.closing_due_at.is_not(None)
        case Matter.FAILING:
            return port.c.failures > 0
        case Matter.UNREAD:
            return and_(port.c.expected != Expected.NOTHING.value, port.c.changed_at <= at - _ANSWER_WITHIN)
        case Matter.HELD:
            return port.c.held_by.is_not(None)

"""What staff must know: raised once, told once, cleared when it is over. Also read by the API and the metrics."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.tables import alarm, order
from hanport.grid.database.work import Work
from hanport.grid.orders import ENDED

CLOSING_UNCONFIRMED = "closing_unconfirmed"  # subject: the meter's serial number
CLOSING_IMPOSSIBLE = "closing_impossible"  # subject: the meter's serial number
ORDER_LATE = "order_late"  # subject: the order
HEAD_END_UNREACHABLE = "head_end_unreachable"  # subject: the head-end's name
NO_HEAD_END = "no_head_end"  # subject: the meters' maker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A live alarm. `due_at`: when the law wants it settled. `says` never names a person."""

    id: int
    kind: str
    subject: str
    says: str
    raised_at: datetime
    due_at: datetime | None
    told_at: datetime | None


def raise_alarm(work: Work, kind: str, subject: str, says: str, due_at: datetime | None = None) -> bool:
    """Raise an alarm; whether it was not there already. One that is there keeps its words and its age."""
    if _live_ids(work.connection, kind, [subject]):
        return False
    row = {"kind": kind, "subject": subject, "says": says, "raised_at": work.at, "due_at": due_at}
    insert_new(work.connection, alarm, [row])
    work.note("alarm.raised", kind=kind, about=subject, says=says)
    log.error("an alarm", extra={"kind": kind, "about": subject, "says": says})
    return True


def clear_alarm(work: Work, kind: str, subject: str) -> bool:
    """It is over; whether it was there."""
    return clear_alarms(work, kind, [subject]) > 0


def clear_alarms(work: Work, kind: str, subjects: Collection[str]) -> int:
    """They are over; how many were there."""
    found = _live_ids(work.connection, kind, subjects)
    if found:
        work.connection.execute(update(alarm).where(alarm.c.id.in_(found)).values(cleared_at=work.at))
        for subject in found.values():
            work.note("alarm.cleared", kind=kind, about=subject)
    return len(found)


def clear_settled(work: Work) -> int:
    """Clear alarms about orders that have ended meanwhile; how many they were."""
    stands = select(alarm.c.subject).where(alarm.c.kind == ORDER_LATE, alarm.c.cleared_at.is_(None))
    over = select(order.c.id).where(order.c.id.in_(stands), order.c.state.in_([state.value for state in ENDED]))
    settled = work.connection.execute(over).scalars().all()
    return clear_alarms(work, ORDER_LATE, settled) if settled else 0


def live(connection: Connection) -> list[Alarm]:
    """Those that are not over, the most urgent first."""
    rows = connection.execute(select(alarm).where(alarm.c.cleared_at.is_(None)).order_by(alarm.c.id)).all()
    found = [Alarm(r.id, r.kind, r.subject, r.says, r.raised_at, r.due_at, r.told_at) for r in rows]
    return sorted(found, key=lambda each: (each.due_at or each.raised_at, each.id))


def told(work: Work, ids: Collection[int]) -> None:
    """They have been sent to where alarms go."""
    work.connection.execute(update(alarm).where(alarm.c.id.in_(ids)).values(told_at=work.at))


def _live_ids(connection: Connection, kind: str, subjects: Collection[str]) -> dict[int, str]:
    chosen = select(alarm.c.id, alarm.c.subject).where(
        alarm.c.kind == kind, alarm.c.subject.in_(subjects), alarm.c.cleared_at.is_(None)
    )
    return {row.id: row.subject for row in connection.execute(chosen)}

"""The sessions of a member of staff, who sees them all and ends those that should not be."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from hanport.grid.config import SessionsTable
from hanport.grid.database.identity_tables import session
from hanport.grid.database.work import Work
from hanport.grid.staff.values import Member


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A browser that is logged in."""

    id: int
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


def sessions_of(connection: Connection, settings: SessionsTable, member_id: int, at: datetime) -> list[OwnSession]:
    """Those that run, the newest first."""
    idle = timedelta(minutes=settings.staff_idle_minutes)
    chosen = select(session).where(
        session.c.staff_id == member_id, session.c.ends_at > at, session.c.seen_at > at - idle
    )
    rows = connection.execute(chosen.order_by(session.c.created_at.desc(), session.c.id.desc()))
    return [OwnSession(row.id, row.created_at, row.seen_at, row.ends_at) for row in rows]


def end_one(work: Work, member: Member, session_id: int) -> None:
    """End one of the member's sessions; another's stays."""
    mine = delete(session).where(session.c.id == session_id, session.c.staff_id == member.id)
    if work.connection.execute(mine).rowcount:
        work.note("staff.session_ended", staff=member.name)


def end_others(work: Work, member: Member, but: int) -> int:
    """End all of the member's sessions but one; how many."""
    others = delete(session).where(session.c.staff_id == member.id, session.c.id != but)
    ended = work.connection.execute(others).rowcount
    work.note("staff.session_ended", staff=member.name, count=ended)
    return ended

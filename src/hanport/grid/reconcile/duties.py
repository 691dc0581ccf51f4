"""What one worker alone does at a time, for all of them.

A duty is held by a lease in the database, so that a dead worker's passes to another.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.tables import duty
from hanport.grid.database.work import Work

BEAT = "beat"


def claim(work: Work, name: str, worker: str, *, every: timedelta, lease: timedelta) -> bool:
    """Whether the duty is due (`every` after it was done last), and this worker's now, for as long as the lease."""
    insert_new(work.connection, duty, [{"name": name}])
    row = work.connection.execute(select(duty).where(duty.c.name == name).with_for_update()).one()
    is_held = row.held_until is not None and row.held_until > work.at and row.held_by != worker
    if is_held or (row.done_at is not None and row.done_at + every > work.at):
        return False
    hold = {"held_by": worker, "held_until": work.at + lease}
    work.connection.execute(update(duty).where(duty.c.name == name).values(hold))
    return True


def keep(work: Work, name: str, worker: str, lease: timedelta) -> bool:
    """Make the lease longer; false where another worker has taken over."""
    held = update(duty).where(duty.c.name == name, duty.c.held_by == worker)
    return work.connection.execute(held.values(held_until=work.at + lease)).rowcount == 1


def done(work: Work, name: str, worker: str) -> None:
    """It is done, and free for the next time."""
    held = update(duty).where(duty.c.name == name, duty.c.held_by == worker)
    work.connection.execute(held.values(held_by=None, held_until=None, done_at=work.at))


def beat(work: Work) -> None:
    """A worker is at work."""
    insert_new(work.connection, duty, [{"name": BEAT}])
    work.connection.execute(update(duty).where(duty.c.name == BEAT).values(done_at=work.at))


def done_at(connection: Connection, name: str) -> datetime | None:
    """When the duty was done last; of `BEAT`: when any worker was last at work."""
    return connection.execute(select(duty.c.done_at).where(duty.c.name == name)).scalar()

"""Slows down who guesses at one account: five tries are free, then each waits twice as long as the one before.

Kept in the database, by a keyed hash of the name, whether anybody has that name or not: the wait tells nothing, and
every process knows it. It is bounded, so that nobody locks a member out for long; passkeys, which cannot be guessed,
do not wait.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.staff_tables import attempt
from hanport.grid.database.work import Work
from hanport.grid.keys import Keyring

FREE_TRIES = 5
_FIRST = timedelta(seconds=2)
_LONGEST = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(hours=24)


def wait_s(connection: Connection, keyring: Keyring, name: str, at: datetime) -> float:
    """Seconds until the next try for that name may begin; 0 for now."""
    until = connection.execute(select(attempt.c.wait_until).where(attempt.c.key == _key(keyring, name))).scalar()
    return max(0.0, (until - at).total_seconds()) if until is not None else 0.0


def begin(work: Work, name: str) -> float:
    """A try begins, and counts as failed until it is forgiven. Gives 0; or the seconds to wait, and it did not."""
    key = _key(work.keyring, name)
    insert_new(work.connection, attempt, [{"key": key, "failures": 0, "last_at": work.at, "wait_until": work.at}])
    chosen = select(attempt).where(attempt.c.key == key).with_for_update()
    row = work.connection.execute(chosen).one()
    at = max(work.at, work.clock.now())  # whoever waited for the row decides by now
    if row.wait_until > at:
        waits: float = (row.wait_until - at).total_seconds()
        return waits
    failures = 1 if at - row.last_at > FORGOTTEN_AFTER else row.failures + 1
    over = failures - FREE_TRIES
    wait = min(_LONGEST, _FIRST * 2 ** min(over, 20)) if over >= 0 else timedelta()
    values = {"failures": failures, "last_at": at, "wait_until": at + wait}
    work.connection.execute(update(attempt).where(attempt.c.key == key).values(values))
    return 0.0


def forgive(work: Work, name: str) -> None:
    """The try was a good one, and those before it are forgotten."""
    work.connection.execute(delete(attempt).where(attempt.c.key == _key(work.keyring, name)))


def _key(keyring: Keyring, name: str) -> bytes:
    return keyring.mac(b"login:" + name.encode("utf-8", "surrogatepass"))[1]

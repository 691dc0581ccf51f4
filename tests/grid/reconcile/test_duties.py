"""What one worker alone does at a time."""

from datetime import timedelta

from grid.conftest import START
from grid.reconcile.hands import later
from hanport.clock import ManualClock
from hanport.grid.database.work import Database
from hanport.grid.reconcile import duties

DAY, LEASE = timedelta(days=1), timedelta(minutes=2)


def _claim(database: Database, worker: str) -> bool:
    with database.writing("system") as work:
        return duties.claim(work, "sweep", worker, every=DAY, lease=LEASE)


async def test_a_duty_is_one_workers_until_it_is_done_or_the_lease_runs_out(
    database: Database, clock: ManualClock
) -> None:
    assert _claim(database, "a")
    assert not _claim(database, "b")
    assert _claim(database, "a")
    await later(clock, minutes=1)
    with database.writing("system") as work:
        assert duties.keep(work, "sweep", "a", LEASE)
        assert not duties.keep(work, "sweep", "b", LEASE)
    await later(clock, minutes=1.5)
    assert not _claim(database, "b")
    await later(clock, minutes=1)
    assert _claim(database, "b")  # a is dead
    with database.writing("system") as work:
        duties.done(work, "sweep", "a")  # no, it is not; but its duty has passed on
        assert not duties.keep(work, "sweep", "a", LEASE)
        duties.done(work, "sweep", "b")
    assert not _claim(database, "a")
    await later(clock, days=1)
    assert _claim(database, "a")


def test_the_beat_says_when_a_worker_was_last_at_work(database: Database) -> None:
    with database.reading() as connection:
        assert duties.done_at(connection, duties.BEAT) is None
    with database.writing("system") as work:
        duties.beat(work)
        duties.beat(work)
    with database.reading() as connection:
        assert duties.done_at(connection, duties.BEAT) == START

"""Finding the beginning of a time in the log, which has no index for it."""

from datetime import timedelta

from sqlalchemy import delete

from hanport.clock import ManualClock
from hanport.grid.database.tables import audit_entry
from hanport.grid.database.work import Database
from hanport.grid.staff.order_life import first_since


async def test_the_first_entry_since_an_instant(database: Database, clock: ManualClock) -> None:
    begun = clock.now()
    with database.reading() as connection:
        assert first_since(connection, begun) == 1
    for _ in range(20):
        with database.writing("system") as work:
            work.note("thing.done")
            work.note("thing.done")
        await clock.advance(60)
    with database.writing("system") as work:  # even where entries are missing
        work.connection.execute(delete(audit_entry).where(audit_entry.c.seq.in_([1, 20, 21])))
    with database.reading() as connection:
        for minute in (1, 5, 19):
            assert first_since(connection, begun + timedelta(minutes=minute)) == 2 * minute + 1
        assert first_since(connection, begun - timedelta(days=1)) in (1, 2)
        assert first_since(connection, begun + timedelta(days=1)) == 41

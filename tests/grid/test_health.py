"""How the service is: who can be answered, and whether the work goes on."""

from datetime import timedelta

from sqlalchemy import update

from hanport.clock import ManualClock
from hanport.grid import alarms
from hanport.grid.config import GridConfig
from hanport.grid.context import Grid
from hanport.grid.database.tables import duty
from hanport.grid.database.work import Database
from hanport.grid.health import health
from hanport.grid.reconcile import duties


def unwell(database: Database) -> list[str]:
    return [check.name for check in health(Grid(GridConfig(), database)).checks if not check.is_well]


async def test_a_worker_that_stops_is_seen(database: Database, clock: ManualClock) -> None:
    assert unwell(database) == ["worker"]
    with database.writing("system") as work:
        duties.beat(work)
    assert unwell(database) == []
    await clock.advance(60)
    assert unwell(database) == []
    await clock.advance(1)
    assert unwell(database) == ["worker"]
    assert health(Grid(GridConfig(), database)).can_answer


async def test_a_log_that_nobody_signs_is_seen(database: Database, clock: ManualClock) -> None:
    with database.writing("system") as work:
        duties.claim(work, "checkpoint", "w", every=timedelta(days=1), lease=timedelta(minutes=1))
        duties.done(work, "checkpoint", "w")
    assert "log" not in unwell(database)
    await clock.advance(2 * 86_400 + 1)
    assert "log" in unwell(database)


def test_a_head_end_that_is_away_is_named(database: Database) -> None:
    with database.writing("system") as work:
        duties.beat(work)
        alarms.raise_alarm(work, alarms.HEAD_END_UNREACHABLE, "vendor", "The head-end vendor takes no commands.")
        alarms.raise_alarm(work, alarms.ORDER_LATE, "o-1", "Late.")
    (check,) = (check for check in health(Grid(GridConfig(), database)).checks if not check.is_well)
    assert (check.name, check.says) == ("head-ends", "Not taking commands: vendor.")


def test_a_database_of_another_version_or_none(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(update(duty).values(done_at=None))
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    found = health(Grid(GridConfig(), database))
    assert not found.can_answer
    assert "migrate" in found.checks[0].says
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE alembic_version RENAME COLUMN version_num TO away")
    assert not health(Grid(GridConfig(), database)).can_answer

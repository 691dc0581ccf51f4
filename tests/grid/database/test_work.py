"""The unit of work: all of it with its log entries, or nothing; and who waits for whom."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, update
from sqlalchemy.exc import StatementError

from grid.conftest import START
from grid.town import Town, gsrn
from hanport.clock import ManualClock
from hanport.grid.audit.chain import LogDamaged
from hanport.grid.audit.verify import verify
from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.tables import alarm, audit_entry, audit_head, facility, port, token
from hanport.grid.database.types import Instant
from hanport.grid.database.work import Database, Work

ALARM = {"kind": "closing", "subject": "M1", "says": "", "raised_at": START}


def count(database: Database, table: Table) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def add(work: Work, n: int) -> None:
    work.connection.execute(insert(facility).values(gsrn=gsrn(n)))
    work.note("facility.added", facility=gsrn(n))


def test_what_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing("system") as work:
        add(work, 1)
        _ = 1 // 0
    assert (count(database, facility), count(database, audit_entry)) == (0, 0)
    with database.writing("system") as work:
        add(work, 1)
    assert (count(database, facility), count(database, audit_entry)) == (1, 1)


def test_entries_stand_in_their_order_with_instant_and_actor(database: Database) -> None:
    with database.writing("staff:anna") as work:
        work.note("a.done", n=1)
        work.note("b.done", why="ö")
    with database.reading() as connection:
        rows = connection.execute(select(audit_entry).order_by(audit_entry.c.seq)).all()
    assert [(row.seq, row.action, row.at, row.subject) for row in rows] == [
        (1, "a.done", START, None), (2, "b.done", START, None),
    ]  # fmt: skip
    assert rows[1].entry == (
        '{"action":"b.done","actor":"staff:anna","at":"2026-11-25T08:00:00.000000+00:00","facts":{"why":"ö"},'
        '"seq":2,"subject":null,"v":1}'
    )


def test_a_person_stands_there_under_a_pseudonym(database: Database, town: Town) -> None:
    someone, other = town.person(), town.person()
    for _ in range(2):
        with database.writing("system") as work:
            work.note("customer.changed", person_id=someone)
            work.note("customer.changed", person_id=other)
    with database.reading() as connection:
        names = list(connection.execute(select(audit_entry.c.subject).order_by(audit_entry.c.seq)).scalars())
    assert names[0] == names[2] != names[1] == names[3]
    assert all(name is not None and len(name) == 32 for name in names)


def test_nothing_to_say_writes_nothing(database: Database) -> None:
    with database.writing("system") as work:
        work.connection.execute(insert(facility).values(gsrn=gsrn(1)))
    assert count(database, audit_entry) == 0


def test_facts_that_are_no_json_undo_all(database: Database) -> None:
    with pytest.raises(TypeError), database.writing("system") as work:
        add(work, 1)
        work.note("thing.done", what=object())
    assert count(database, facility) == 0


def test_nothing_is_written_after_a_head_that_is_not_ours(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(update(audit_head).values(seq=7))
    with pytest.raises(LogDamaged), database.writing("system") as work:
        add(work, 1)
    assert count(database, facility) == 0


def test_many_threads_make_one_sequence(database: Database) -> None:
    def run(begin: int) -> None:
        for n in range(begin, begin + 10):
            with database.writing(f"thread:{begin}") as work:
                add(work, n)
                add(work, n + 1000)

    together(*[lambda begin=begin: run(begin) for begin in range(0, 60, 10)])
    with database.reading() as connection:
        verdict = verify(connection, database.keyring)
    assert verdict.is_whole
    assert verdict.entries == 120 == count(database, facility)


def test_a_facility_is_held_until_the_commit(database: Database, town: Town) -> None:
    ids = [town.facility() for _ in range(3)]
    order: list[str] = []
    held = threading.Event()

    def first() -> None:
        with database.writing("first") as work:
            assert work.lock_facilities(reversed(ids)) == ids
            held.set()
            time.sleep(0.3)
            order.append("first")

    def second() -> None:
        held.wait(10)
        with database.writing("second") as work:
            assert work.lock_facilities([ids[1]]) == [ids[1]]
            order.append("second")

    together(first, second)
    assert order == ["first", "second"]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_who_waited_decides_at_the_instant_of_then(database: Database, town: Town, clock: ManualClock) -> None:
    """Else a right that ended while it waited would still seem to stand."""
    facility_id = town.facility()
    held, waits = threading.Event(), threading.Event()
    instants: list[datetime] = []

    def first() -> None:
        with database.writing("first") as work:
            work.lock_facilities([facility_id])
            held.set()
            waits.wait(10)
            time.sleep(0.2)
            asyncio.run(clock.advance(5))

    def second() -> None:
        held.wait(10)
        with database.writing("second") as work:
            waits.set()
            work.lock_facilities([facility_id])
            instants.append(work.at)

    together(first, second)
    assert instants == [START + timedelta(seconds=5)]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_without_waiting_what_others_hold_is_left_out(database: Database, town: Town) -> None:
    meters = [town.meter() for _ in range(3)]
    with database.writing("first") as work:
        work.lock_ports([meters[1]])
        with database.writing("second") as other:
            assert other.lock_ports(meters, waiting=False) == [meters[0], meters[2]]
    with database.writing("third") as work:
        assert work.lock_ports(meters, waiting=False) == meters


def test_what_is_held_is_given_once_and_in_order(database: Database, town: Town) -> None:
    facilities = [town.facility() for _ in range(2)]
    with database.writing("system") as work:
        assert work.lock_facilities([facilities[1], facilities[0], facilities[1]]) == facilities
        assert work.lock_ports([]) == []


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_what_is_not_there_is_not_held(database: Database, town: Town) -> None:
    facility_id = town.facility()
    with database.writing("system") as work:
        assert work.lock_facilities([facility_id, 4711]) == [facility_id]
        assert work.lock_facilities(range(10**6, 10**6 + 12_000)) == []


def test_one_is_inserted_and_the_other_left_out(database: Database) -> None:
    row = {"name": "a", "scope": "read", "secret_hash": b"1", "created_at": START}
    rows = [row, row | {"name": "b"}, row | {"secret_hash": b"2"}, row | {"name": "c", "secret_hash": b"3"}]
    with database.writing("system") as work:
        insert_new(work.connection, token, rows)
        insert_new(work.connection, token, [])
    with database.reading() as connection:
        assert list(connection.execute(select(token.c.name).order_by(token.c.name)).scalars()) == ["a", "c"]


def test_only_live_rows_are_unique(database: Database) -> None:
    with database.writing("system") as work:
        insert_new(work.connection, alarm, [ALARM, ALARM])
        assert work.connection.execute(update(alarm).values(cleared_at=START)).rowcount == 1
        insert_new(work.connection, alarm, [ALARM, ALARM])
    assert count(database, alarm) == 2


def test_instants_come_back_as_they_were(database: Database, town: Town) -> None:
    meter_id = town.meter()
    local = timezone(timedelta(hours=5, minutes=30))
    for at in (
        datetime(1912, 12, 12, 23, 59, 59, 999_999, UTC),
        datetime(2026, 10, 25, 0, 30, 0, 1, UTC),
        datetime(2026, 10, 25, 6, 0, 0, 123_456, local),
        datetime(9998, 12, 31, tzinfo=UTC),
        None,
    ):
        with database.writing("system") as work:
            work.connection.execute(update(port).values(reported_at=at))
        with database.reading() as connection:
            chosen = select(port.c.reported_at).where(port.c.meter_id == meter_id, port.c.reported_at == at)
            found = connection.execute(chosen if at else select(port.c.reported_at)).scalar_one()
        assert found == at
        assert found is None or found.tzinfo is UTC


def test_a_time_without_its_zone_is_refused(database: Database, town: Town) -> None:
    town.meter()
    with pytest.raises(StatementError, match="without its zone"), database.writing("system") as work:
        work.connection.execute(update(port).values(reported_at=START.replace(tzinfo=None)))


def test_instants_are_in_order_where_they_are_stored(database: Database) -> None:
    table = Table("times", MetaData(), Column("n", Integer), Column("at", Instant))
    times = [START + timedelta(microseconds=n) for n in (2, 0, 1)]
    with database.engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"n": n, "at": at} for n, at in enumerate(times)])
        assert list(connection.execute(select(table.c.n).order_by(table.c.at)).scalars()) == [1, 2, 0]
        assert connection.execute(select(func.max(table.c.at))).scalar_one() == times[0]


async def test_the_instant_of_a_transaction_is_the_clocks(database: Database, clock: ManualClock) -> None:
    await clock.advance(86_400)
    with database.writing("system") as work:
        assert work.at == START + timedelta(days=1)
        assert work.at.date() == date(2026, 11, 26)


def together(*runs: Callable[[], None]) -> None:
    """Run all at the same time; what one raises is raised here."""
    wrong: list[BaseException] = []

    def guarded(run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=guarded, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if wrong:
        raise wrong[0]

"""Customers who wait for a meter are told when its port can be opened: once, and only those who still could order."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from grid.town import BEGIN, Town
from hanport.clock import ManualClock
from hanport.grid.database import tables
from hanport.grid.database.waiting_tables import waiting as waiting_table
from hanport.grid.database.work import Database, Work
from hanport.grid.waiting import Outcome, Waiting, WaitingError, due, forget, stop, tell_due, wait, wishes_of

OLD: dict[str, Any] = {"maker": "Enermet", "model": "E60"}


class Queue:
    """Facilities whose meters cannot open their port, and customers who wait."""

    def __init__(self, database: Database, town: Town) -> None:
        self.database = database
        self.town = town
        self.told: list[int] = []
        self.change(insert(tables.meter_model).values(**OLD, can_open=False, can_restart=False))

    def household(self) -> tuple[int, int, int]:
        """(facility, person, contract), with a meter that cannot."""
        facility_id = self.town.facility()
        self.town.meter(facility_id, **OLD)
        customer_id = self.town.customer()
        contract_id = self.town.contract(facility_id, customer_id)
        with self.database.reading() as connection:
            chosen = select(tables.customer.c.person_id).where(tables.customer.c.id == customer_id)
            return facility_id, connection.execute(chosen).scalar_one(), contract_id

    def wait(self, facility_id: int, person_id: int) -> Waiting:
        with self.database.writing("customer") as work:
            return wait(work, facility_id, person_id)

    def exchange(self, facility_id: int, **columns: Any) -> None:
        """Another meter is installed now."""
        now = self.database.clock.now()
        taken_out = update(tables.installation).where(tables.installation.c.facility_id == facility_id)
        self.change(taken_out.values(ends_at=now))
        self.town.meter(facility_id, begins=now, **columns)

    def due(self) -> list[int]:
        with self.database.reading() as connection:
            return [each.facility_id for each in due(connection, self.database.clock.now())]

    def tell(self, **options: int) -> int:
        def note(work: Work, wish: Waiting) -> None:
            self.told.append(wish.facility_id)

        with self.database.writing("system") as work:
            return tell_due(work, note, **options)

    def outcomes(self) -> list[str]:
        with self.database.reading() as connection:
            chosen = select(waiting_table.c.outcome).order_by(waiting_table.c.id)
            return list(connection.execute(chosen).scalars())

    def actions(self) -> list[str]:
        with self.database.reading() as connection:
            chosen = select(tables.audit_entry.c.action).order_by(tables.audit_entry.c.seq)
            return [each for each in connection.execute(chosen).scalars() if each.startswith("waiting")]

    def change(self, statement: Any) -> None:
        with self.database.writing("system") as work:
            work.connection.execute(statement)


@pytest.fixture
def queue(database: Database, town: Town) -> Queue:
    return Queue(database, town)


async def test_who_waits_is_told_once_after_the_exchange(queue: Queue, clock: ManualClock) -> None:
    facility_id, person_id, _ = queue.household()
    other_facility, other_person, _ = queue.household()
    wish = queue.wait(facility_id, person_id)
    assert queue.wait(facility_id, person_id) == wish, "asked again, it is the same wish"
    queue.wait(other_facility, other_person)
    assert (queue.due(), queue.tell()) == ([], 0)
    await clock.advance(86_400)
    queue.exchange(facility_id)
    assert queue.due() == [facility_id]
    assert queue.tell() == 1
    assert (queue.told, queue.due(), queue.tell()) == ([facility_id], [], 0)
    assert queue.outcomes() == ["told", ""]
    assert queue.actions() == ["waiting.begun", "waiting.begun", "waiting.ended"]


@pytest.mark.parametrize("way", ["no meter", "exempted", "model"])
async def test_whatever_was_in_the_way(queue: Queue, clock: ManualClock, way: str) -> None:
    facility_id, person_id, _ = queue.household()
    if way == "no meter":
        queue.change(tables.installation.delete())
    elif way == "exempted":
        queue.exchange(facility_id)
        queue.town.exemption(facility_id, ends=clock.now() + timedelta(days=1))
    queue.wait(facility_id, person_id)
    assert queue.due() == []
    await clock.advance(86_400)
    if way == "no meter":
        queue.town.meter(facility_id, begins=clock.now())
    elif way == "model":
        queue.change(update(tables.meter_model).values(can_open=True))
    assert queue.due() == [facility_id]


async def test_another_meter_that_cannot_either(queue: Queue, clock: ManualClock) -> None:
    facility_id, person_id, _ = queue.household()
    queue.wait(facility_id, person_id)
    await clock.advance(60)
    queue.exchange(facility_id, **OLD)
    assert queue.due() == []
    # Two meters at once: the newest counts, which cannot.
    queue.town.meter(facility_id)
    assert queue.due() == []
    assert queue.tell() == 0
    assert queue.outcomes() == [""]


async def test_who_has_moved_out_is_told_nothing(queue: Queue, clock: ManualClock) -> None:
    facility_id, person_id, contract_id = queue.household()
    queue.wait(facility_id, person_id)
    await clock.advance(86_400)
    queue.change(update(tables.contract).where(tables.contract.c.id == contract_id).values(ends_at=clock.now()))
    queue.exchange(facility_id)
    assert (queue.due(), queue.tell(), queue.told) == ([], 0, [])
    assert queue.outcomes() == [Outcome.LEFT]


def test_it_is_taken_back(queue: Queue, clock: ManualClock) -> None:
    facility_id, person_id, _ = queue.household()
    queue.wait(facility_id, person_id)
    with queue.database.reading() as connection:
        assert [each.facility_id for each in wishes_of(connection, person_id)] == [facility_id]
    with queue.database.writing("customer") as work:
        assert stop(work, facility_id, person_id)
    with queue.database.writing("customer") as work:
        assert not stop(work, facility_id, person_id)
    queue.exchange(facility_id)
    assert queue.due() == []
    assert queue.outcomes() == [Outcome.TAKEN_BACK]


def test_a_wish_can_be_made_again(queue: Queue) -> None:
    facility_id, person_id, _ = queue.household()
    queue.wait(facility_id, person_id)
    with queue.database.writing("customer") as work:
        stop(work, facility_id, person_id)
    queue.wait(facility_id, person_id)
    assert queue.outcomes() == [Outcome.TAKEN_BACK, ""]


def test_nothing_to_wait_for(queue: Queue) -> None:
    facility_id, person_id, _ = queue.household()
    with pytest.raises(WaitingError, match="not yours"):
        queue.wait(facility_id, queue.town.person())
    queue.exchange(facility_id)
    with pytest.raises(WaitingError, match="can be opened now"):
        queue.wait(facility_id, person_id)
    assert queue.outcomes() == []


def test_an_agent_waits_too(queue: Queue) -> None:
    facility_id, _, _ = queue.household()
    with queue.database.reading() as connection:
        customer_id = connection.execute(select(tables.contract_holder.c.customer_id)).scalar_one()
    agent_id = queue.town.person()
    queue.town.power(customer_id, agent_id)
    assert queue.wait(facility_id, agent_id).customer_id == customer_id
    queue.exchange(facility_id)
    assert queue.due() == [facility_id]


def test_an_erased_person_is_told_nothing(queue: Queue, clock: ManualClock) -> None:
    facility_id, person_id, _ = queue.household()
    queue.wait(facility_id, person_id)
    queue.exchange(facility_id)
    queue.change(update(tables.person).where(tables.person.c.id == person_id).values(erased_at=clock.now()))
    assert (queue.due(), queue.tell()) == ([], 0)
    with queue.database.writing("system") as work:
        assert forget(work, person_id) == 1
        assert forget(work, person_id) == 0


def test_many_are_looked_through_in_pages(queue: Queue) -> None:
    places = []
    for _ in range(5):
        facility_id, person_id, _ = queue.household()
        queue.wait(facility_id, person_id)
        places.append(facility_id)
    for facility_id in places[:2]:  # these only look as if they could: the newest of two meters cannot
        queue.town.meter(facility_id, begins=BEGIN - timedelta(days=1))
    for facility_id in places[2:]:
        queue.exchange(facility_id)
    assert queue.due() == places[2:]
    with queue.database.reading() as connection:
        first = due(connection, queue.database.clock.now(), limit=2)
    assert [each.facility_id for each in first] == places[2:4]
    assert (queue.tell(limit=2), queue.tell(limit=2), queue.tell(limit=2)) == (2, 1, 0)
    assert queue.told == places[2:]


def test_what_another_holds_is_left(queue: Queue) -> None:
    if queue.database.engine.dialect.name == "sqlite":
        pytest.skip("one writes at a time")
    facility_id, person_id, _ = queue.household()
    queue.wait(facility_id, person_id)
    queue.exchange(facility_id)
    with queue.database.writing("system") as work:
        work.lock_facilities([facility_id])
        found: list[int] = []
        other = threading.Thread(target=lambda: found.append(queue.tell()))
        other.start()
        other.join()
        assert found == [0]
    assert queue.tell() == 1

"""Sealing all anew with a newer key: while others work, stopped in the middle, and with nothing forgotten."""

import threading
from datetime import date

import pytest
from sqlalchemy import LargeBinary, insert, select, update

from grid.conftest import START
from grid.town import Town, person_number
from hanport.clock import ManualClock
from hanport.grid import people, rotation
from hanport.grid.audit.checkpoints import checkpoint
from hanport.grid.audit.reading import entries_of
from hanport.grid.audit.verify import verify
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, Purpose, SealError, new_key

PEOPLE = 1200


@pytest.fixture
def newer(database: Database, clock: ManualClock) -> Database:
    """The same database with one of everything sealed by its first key, and opened with a second one before it."""
    with database.writing("system") as work:
        people.find_or_add_all(work, map(person_number, range(PEOPLE)))
    town = Town(database)
    order_id = town.request(*_contract(town))
    with database.writing("system") as work:
        seal = work.keyring.seal
        work.connection.execute(update(tables.order).values(evidence_sealed=seal(b"passport", Purpose.EVIDENCE)))
        token = {"name": "a", "scope": "read", "secret_hash": b"1", "created_at": START}
        token_id = work.connection.execute(insert(tables.token).values(token).returning(tables.token.c.id)).scalar_one()
        for n in range(3):
            answer = {"token_id": token_id, "key": f"K{n}", "request_hash": b"", "status": 200, "at": START}
            answer["answer_sealed"] = seal(b"answer", Purpose.ANSWER)
            work.connection.execute(insert(tables.idempotency).values(answer))
        batch = {"id": "I1", "state": "waiting", "source": "a.csv", "digest": b"", "made_by": "anna", "made_at": START}
        batch |= {"approvals": [], "summary": {}, "content_sealed": seal(b"rows", Purpose.IMPORT)}
        work.connection.execute(insert(tables.import_batch).values(batch))
        work.note("order.signed", person_id=1, order=order_id)
    return Database(database.engine, Keyring((new_key(date(2027, 1, 1)), *database.keyring.keys)), clock)


def _contract(town: Town) -> tuple[int, int]:
    facility_id, customer_id = town.facility(), town.customer(1)
    return town.contract(facility_id, customer_id), customer_id


def test_everything_that_is_sealed_is_known_to_it() -> None:
    sealed = {
        column
        for table in tables.metadata.tables.values()
        for column in table.c
        if isinstance(column.type, LargeBinary) and column.name.endswith("_sealed")
    }
    assert sealed == {each.column for each in rotation.SEALED}


def test_all_is_sealed_anew_and_the_older_key_can_go(newer: Database) -> None:
    told: list[int] = []
    with newer.reading() as connection:
        before = entries_of(connection, newer.keyring, 1)
        old_use = rotation.in_use(connection, newer.keyring)
    newest, oldest = (key.id for key in newer.keyring.keys)
    everything = 2 * PEOPLE + 1 + 3 + 1
    assert old_use == {newest: 0, oldest: everything + 1}
    assert rotation.rotate(newer, tell=told.append) == everything == told[-1]
    assert told == sorted(told)
    alone = Keyring(newer.keyring.keys[:1])
    with newer.reading() as connection:
        assert rotation.in_use(connection, newer.keyring) == {newest: everything + 1, oldest: 0}
        for number in (person_number(0), person_number(PEOPLE - 1)):
            person_id = people.find(connection, alone, number)
            assert person_id is not None
            assert people.number_of(connection, alone, person_id) == number
        assert entries_of(connection, alone, 1) == before
        assert before[0].action == "order.signed"
        evidence = connection.execute(select(tables.order.c.evidence_sealed)).scalar_one()
        assert evidence is not None
        assert alone.open(bytes(evidence), Purpose.EVIDENCE) == b"passport"
        assert verify(connection, alone).is_whole
    assert rotation.rotate(Database(newer.engine, alone, newer.clock)) == 0


def test_checkpoints_of_the_older_key_hold_when_it_is_gone(database: Database, clock: ManualClock) -> None:
    with database.writing("system") as work:
        work.note("thing.done")
    with database.writing("system") as work:
        old = checkpoint(work)
    newer = Database(database.engine, Keyring((new_key(date(2027, 1, 1)), *database.keyring.keys)), clock)
    rotation.rotate(newer)
    with newer.writing("system") as work:
        new = checkpoint(work)
    assert new.key_id != old.key_id
    with newer.reading() as connection:
        assert verify(connection, Keyring(newer.keyring.keys[:1]), checkpoints=[old, new]).is_whole
        assert not verify(connection, Keyring((new_key(date(2027, 1, 1)),)), checkpoints=[old, new]).is_whole


class Stopped(Exception):
    """The process ends."""


def test_stopped_in_the_middle_it_goes_on(newer: Database) -> None:
    def stop(done: int) -> None:
        if done > PEOPLE // 2:
            raise Stopped

    with pytest.raises(Stopped):
        rotation.rotate(newer, tell=stop)
    with newer.reading() as connection:
        use = rotation.in_use(connection, newer.keyring)
        assert min(use.values()) > 0
        for number in map(person_number, range(PEOPLE)):
            assert people.find(connection, newer.keyring, number) is not None
    with newer.writing("system") as work:  # nobody is added twice, whichever key their row has
        assert len(set(people.find_or_add_all(work, map(person_number, range(PEOPLE))).values())) == PEOPLE
    assert rotation.rotate(newer) == use[newer.keyring.keys[1].id] - 1
    with newer.reading() as connection:
        assert rotation.in_use(connection, newer.keyring)[newer.keyring.keys[1].id] == 0
        assert verify(connection, newer.keyring).is_whole


def test_without_the_older_key_it_says_so(newer: Database) -> None:
    alone = Database(newer.engine, Keyring(newer.keyring.keys[:1]), newer.clock)
    with pytest.raises(SealError, match="not among the keys"):
        rotation.rotate(alone)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_it_waits_for_a_row_that_another_holds(newer: Database) -> None:
    held, ends = threading.Event(), threading.Event()

    def hold() -> None:
        with newer.writing("other") as work:
            people.find_or_add(work, person_number(7))
            work.connection.execute(select(tables.person.c.id).where(tables.person.c.id < 4).with_for_update())
            held.set()
            ends.wait(20)
            work.connection.execute(update(tables.person).where(tables.person.c.id == 2).values(key_sealed=None))

    other = threading.Thread(target=hold)
    other.start()
    held.wait(20)
    seen: list[int] = []

    def tell(done: int) -> None:
        seen.append(done)
        if done >= PEOPLE - 4:
            ends.set()

    rotation.rotate(newer, tell=tell)
    other.join()
    with newer.reading() as connection:
        assert rotation.in_use(connection, newer.keyring)[newer.keyring.keys[1].id] == 0
        emptied = select(tables.person.c.key_sealed).where(tables.person.c.id == 2)
        assert connection.execute(emptied).scalar_one() is None

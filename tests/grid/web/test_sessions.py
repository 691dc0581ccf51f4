"""Sessions: what their cookie is worth, when they end, and that identifying makes a new one."""

from datetime import timedelta

from sqlalchemy import func, select

from grid.town import Town
from grid.web.scene import Scene
from hanport.clock import ManualClock
from hanport.grid.config import SessionsTable
from hanport.grid.database.identity_tables import session
from hanport.grid.database.work import Database
from hanport.grid.right import IdentityCheck
from hanport.grid.web import sessions
from hanport.grid.web.sessions import Session, Who

SETTINGS = SessionsTable()


def found(database: Database, secret: str) -> Session | None:
    with database.reading() as connection:
        return sessions.find(connection, SETTINGS, secret, database.clock.now())


def count(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(session)).scalar_one()


def see(database: Database, secret: str) -> None:
    known = found(database, secret)
    assert known is not None
    with database.writing("customer") as work:
        sessions.seen(work, known.id)


def test_the_database_has_no_secret(quick: Scene) -> None:
    secret = quick.visitor_session()
    with quick.database.reading() as connection:
        row = connection.execute(select(session)).one()
    assert secret not in str(row._asdict())
    assert bytes(row.secret_hash) == sessions.hash_of(secret)
    assert len(secret) >= 43  # 256 bits in base64
    assert quick.visitor_session() != secret


def test_what_was_never_given_out_is_nobody(scene: Scene) -> None:
    scene.visitor_session()
    for secret in ("", "x", "a" * 43, "\x00", "å" * 40):
        assert found(scene.database, secret) is None


def test_identifying_takes_a_new_secret_and_the_old_one_is_dead(scene: Scene, town: Town) -> None:
    person_id = town.person()
    planted = scene.visitor_session()
    before = found(scene.database, planted)
    assert before is not None
    assert before.who is Who.VISITOR
    with scene.database.writing("customer") as work:
        sessions.speak(work, before.id, "en")
    before = found(scene.database, planted)
    assert before is not None
    identified = sessions.Identified(person_id, "Eva Ek", IdentityCheck.LETTER, scene.clock.now(), b"sealed")
    with scene.database.writing("customer") as work:
        secret = sessions.identify(work, SETTINGS, before, identified)
    assert found(scene.database, planted) is None
    known = found(scene.database, secret)
    assert known is not None
    assert (known.who, known.person_id, known.staff_id, known.name) == (Who.CUSTOMER, person_id, None, "Eva Ek")
    assert (known.how, known.identity_at, known.language) == (IdentityCheck.LETTER, scene.clock.now(), "en")
    with scene.database.reading() as connection:
        assert sessions.evidence_of(connection, known.id) == b"sealed"
        assert sessions.evidence_of(connection, known.id + 1) is None


def test_logging_in_takes_a_new_secret_too(quick: Scene) -> None:
    planted = quick.visitor_session()
    before = found(quick.database, planted)
    with quick.database.writing("staff:anna") as work:
        secret = sessions.log_in(work, SETTINGS, 7, "anna", before=before)
    known = found(quick.database, secret)
    assert known is not None
    assert (known.who, known.staff_id, known.person_id, known.how) == (Who.STAFF, 7, None, None)
    assert found(quick.database, planted) is None


async def test_a_customer_who_does_nothing_is_out_after_a_quarter(scene: Scene, clock: ManualClock) -> None:
    secret = scene.customer_session(scene.town.person())
    await clock.advance(15 * 60 - 1)
    assert found(scene.database, secret) is not None
    await clock.advance(1)
    assert found(scene.database, secret) is None


async def test_a_customer_who_goes_on_is_out_after_an_hour(quick: Scene, clock: ManualClock) -> None:
    secret = quick.customer_session(quick.town.person())
    for _ in range(5):
        await clock.advance(10 * 60)
        see(quick.database, secret)
    await clock.advance(10 * 60 - 1)
    assert found(quick.database, secret) is not None
    await clock.advance(1)
    assert found(quick.database, secret) is None


async def test_staff_have_half_an_hour_and_a_working_day(quick: Scene, clock: ManualClock) -> None:
    idle, busy = quick.staff_session(), quick.staff_session("bo", 2)
    for _ in range(20):
        await clock.advance(29 * 60)
        see(quick.database, busy)
    assert found(quick.database, idle) is None
    assert found(quick.database, busy) is not None
    await clock.advance(20 * 60)
    assert found(quick.database, busy) is None


async def test_a_visitor_has_two_hours(quick: Scene, clock: ManualClock) -> None:
    secret = quick.visitor_session()
    await clock.advance(2 * 3600 - 1)
    assert found(quick.database, secret) is not None
    see(quick.database, secret)
    await clock.advance(1)
    assert found(quick.database, secret) is None


async def test_being_alive_is_not_written_down_at_every_request(quick: Scene, clock: ManualClock) -> None:
    known = found(quick.database, quick.visitor_session())
    assert known is not None
    assert not sessions.is_to_be_seen(known, clock.now() + timedelta(seconds=29))
    assert sessions.is_to_be_seen(known, clock.now() + timedelta(seconds=30))


async def test_ended_sessions_are_taken_away(scene: Scene, clock: ManualClock) -> None:
    database = scene.database
    ended, again = scene.visitor_session(), scene.visitor_session()
    known = found(database, ended)
    assert known is not None
    with database.writing("customer") as work:
        sessions.end(work, known.id)
        sessions.end(work, known.id)
    assert (found(database, ended), count(database)) == (None, 1)
    await clock.advance(2 * 3600)
    lasting = scene.visitor_session()
    with database.writing("system") as work:
        assert sessions.clear(work) == 1
    assert found(database, again) is None
    assert found(database, lasting) is not None


def test_who_left_is_out_everywhere(scene: Scene) -> None:
    database = scene.database
    annas = [scene.staff_session(), scene.staff_session()]
    bo = scene.staff_session("bo", 2)
    with database.writing("system") as work:
        sessions.end_all_of_staff(work, 1)
    assert [found(database, each) for each in annas] == [None, None]
    assert found(database, bo) is not None

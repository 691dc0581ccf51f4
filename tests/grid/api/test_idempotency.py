"""A request with a key is done once, also when it is sent twice at the same time."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from grid.planted import found_in
from grid.town import person_number
from hanport.clock import ManualClock
from hanport.grid.api.idempotency import KEPT, Answer, Once, forget_old
from hanport.grid.api.problems import Refused
from hanport.grid.database import tables
from hanport.grid.database.work import Database, Work
from hanport.grid.keys import Keyring, new_key
from hanport.grid.tokens import Scope, create


@pytest.fixture
def token_id(database: Database) -> int:
    with database.writing("system") as work:
        create(work, "billing", Scope.ORDERS.value)
        found: int = work.connection.execute(select(tables.token.c.id)).scalar_one()
    return found


def send(database: Database, once: Once, do: Callable[[Work], bytes]) -> Answer:
    with database.writing("token:billing") as work:
        answer = once.begin(work)
        if answer is None:
            answer = Answer(201, do(work))
            once.end(work, answer)
        return answer


def noted(work: Work) -> bytes:
    work.note("customer.added")
    return b'{"n":1}'


def entries(database: Database) -> int:
    with database.reading() as connection:
        chosen = select(func.count()).where(tables.audit_entry.c.action == "customer.added")
        return connection.execute(chosen).scalar_one()


def test_sent_again_it_is_answered_the_same_and_not_done(database: Database, token_id: int) -> None:
    once = Once(token_id, "k-1", b"content")
    assert send(database, once, noted) == Answer(201, b'{"n":1}')
    assert send(database, once, noted) == Answer(201, b'{"n":1}', is_replayed=True)
    assert entries(database) == 1


def test_another_request_under_the_same_key_is_refused(database: Database, token_id: int) -> None:
    send(database, Once(token_id, "k-1", b"content"), noted)
    with pytest.raises(Refused) as refused:
        send(database, Once(token_id, "k-1", b"another"), noted)
    assert refused.value.status == 409
    assert entries(database) == 1


def test_keys_of_others_are_theirs(database: Database, token_id: int) -> None:
    with database.writing("system") as work:
        create(work, "other", Scope.ORDERS.value)
    send(database, Once(token_id, "k-1", b"content"), noted)
    assert not send(database, Once(token_id + 1, "k-1", b"content"), noted).is_replayed
    assert not send(database, Once(token_id, "k-2", b"content"), noted).is_replayed
    assert entries(database) == 3


def test_what_failed_can_be_sent_again(database: Database, token_id: int) -> None:
    def fails(_: Work) -> bytes:
        raise Refused(422, "No.")

    once = Once(token_id, "k-1", b"content")
    with pytest.raises(Refused):
        send(database, once, fails)
    assert not send(database, once, noted).is_replayed


async def test_after_a_day_the_key_is_free(database: Database, token_id: int, clock: ManualClock) -> None:
    once = Once(token_id, "k-1", b"content")
    send(database, once, noted)
    await clock.advance(KEPT.total_seconds() - 1)
    assert send(database, once, noted).is_replayed
    await clock.advance(1)
    assert not send(database, Once(token_id, "k-1", b"another"), noted).is_replayed
    await clock.advance((KEPT + timedelta(seconds=1)).total_seconds())
    send(database, Once(token_id, "k-2", b"x"), noted)
    with database.writing("system") as work:
        assert work.connection.execute(select(func.count()).select_from(tables.idempotency)).scalar_one() == 1
    await clock.advance(KEPT.total_seconds())
    with database.writing("system") as work:
        forget_old(work)
        assert work.connection.execute(select(func.count()).select_from(tables.idempotency)).scalar_one() == 0


def test_two_at_the_same_time_are_done_once(database: Database, token_id: int) -> None:
    once = Once(token_id, "k-1", b"content")
    inside, both = threading.Event(), threading.Barrier(2)
    answers: list[Answer] = []

    def slowly(work: Work) -> bytes:
        inside.wait(0.2)  # nobody sets it: the other has time to come to the same point
        return noted(work)

    def run() -> None:
        both.wait()
        answers.append(send(database, once, slowly))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.is_replayed for answer in answers) == [False, True]
    assert {answer.body for answer in answers} == {b'{"n":1}'}
    assert entries(database) == 1


def test_a_rotation_of_keys_makes_no_request_new(database: Database, token_id: int) -> None:
    once = Once(token_id, "k-1", b"content")
    send(database, once, noted)
    newer = Keyring((new_key(date(2026, 11, 26)), *database.keyring.keys))
    later = Database(database.engine, newer, database.clock)
    assert send(later, once, noted).is_replayed
    with pytest.raises(Refused):
        send(later, Once(token_id, "k-1", b"another"), noted)


def test_nothing_that_came_in_is_in_the_table(database: Database, token_id: int) -> None:
    number = person_number(7)
    content = f'{{"number":"{number.digits}"}}'.encode()
    send(database, Once(token_id, number.digits, content), lambda work: content)
    with database.reading() as connection:
        row = connection.execute(select(tables.idempotency)).one()
    stored = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert found_in(stored, number) == []

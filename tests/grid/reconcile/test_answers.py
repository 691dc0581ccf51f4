"""Late, doubled, contradictory and misdirected answers: believed as far as they deserve."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid.reconcile.hands import CONFIG, Hands, later
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.config import GridConfig, HeadEndTable
from hanport.grid.database.tables import audit_entry
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import Answer, CommandKind, Outcome, PortState
from hanport.grid.reconcile import outbox

REST = GridConfig(head_end=(HeadEndTable(name="rest", kind="rest", url="https://field.example"),))
C, OPEN, CLOSED = CommandKind, PortState.OPEN, PortState.CLOSED


@pytest.fixture
def hands(database: Database) -> Hands:
    return Hands(database, REST)


def _asked(town: Town, hands: Hands) -> tuple[int, str]:
    """A meter with an opening in the outbox, and its order."""
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    hands.review(meter_id)
    return meter_id, order_id


def _opened(town: Town, hands: Hands) -> tuple[int, str]:
    meter_id, order_id = _asked(town, hands)
    hands.opened()
    return meter_id, order_id


def _closed(town: Town, hands: Hands) -> tuple[int, str]:
    """A meter that was opened and closed again: the id of its opening."""
    meter_id, order_id = _asked(town, hands)
    opening = hands.done(C.OPEN)
    hands.done(C.READ, OPEN)
    hands.withdraw(order_id)
    hands.review(meter_id)
    hands.closed()
    return meter_id, opening


def _actions(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(audit_entry.c.action).order_by(audit_entry.c.seq)).scalars())


def test_a_doubled_answer_changes_nothing(town: Town, hands: Hands, database: Database) -> None:
    meter_id, _ = _asked(town, hands)
    opening = hands.done(C.OPEN)
    reading = hands.done(C.READ, OPEN)
    before, entries = hands.port(meter_id), len(_actions(database))
    assert not hands.answer(opening)
    assert not hands.answer(reading, port=OPEN)
    assert hands.port(meter_id) == before
    assert len(_actions(database)) == entries


def test_an_answer_to_an_unknown_command_is_survived(hands: Hands) -> None:
    assert not hands.answer("c-nobody")


def test_an_answer_to_a_command_that_was_never_sent_is_not_believed(town: Town, hands: Hands) -> None:
    meter_id, _ = _asked(town, hands)
    live = hands.live(meter_id)
    assert live is not None
    assert not hands.answer(live.id)
    assert hands.commands(meter_id) == [("open", "queued")]


async def test_an_answer_before_the_head_end_said_that_it_took_it(town: Town, hands: Hands) -> None:
    meter_id, order_id = _asked(town, hands)
    (leased,) = hands.take()
    assert hands.answer(leased.command.id)
    with hands.database.writing("system") as work:
        outbox.taken(work, REST, leased.command.id)
    assert hands.commands(meter_id) == [("open", "done"), ("read", "queued")]
    assert hands.state(order_id) == "acknowledged"


async def test_an_opening_that_is_done_long_after_it_was_lost_is_closed(
    town: Town, hands: Hands, clock: ManualClock, database: Database
) -> None:
    meter_id, order_id = _asked(town, hands)
    opening = hands.sent(C.OPEN)
    hands.withdraw(order_id)
    hands.review(meter_id)
    assert hands.take() == []  # it is at the head-end: nothing else is sent before its answer
    await later(clock, minutes=16)
    assert outbox.overdue(database, REST) == 1
    hands.closed()
    assert hands.port(meter_id).may_be_open is False
    assert hands.answer(opening)
    assert hands.port(meter_id).may_be_open is True
    hands.closed()
    assert "command.contradicted" in _actions(database)


async def test_a_port_is_read_again_soon_while_a_lost_opening_may_arrive(
    town: Town, hands: Hands, clock: ManualClock, database: Database
) -> None:
    meter_id, order_id = _asked(town, hands)
    hands.sent(C.OPEN)
    hands.withdraw(order_id)
    await later(clock, minutes=16)
    outbox.overdue(database, REST)
    hands.closed()
    await later(clock, minutes=15)
    hands.review(meter_id)
    hands.done(C.READ, OPEN)  # the opening has come after all
    hands.closed()


def test_done_to_a_closing_that_had_failed_asks_the_meter(town: Town, hands: Hands) -> None:
    meter_id, opening = _closed(town, hands)
    assert hands.answer(opening, Outcome.FAILED)  # it was done, and read
    hands.done(C.READ, CLOSED)
    assert hands.live(meter_id) is None


async def test_an_old_reading_is_not_believed(town: Town, hands: Hands, clock: ManualClock) -> None:
    """It says closed of a port that was opened since."""
    _, meter_id, customer_id, contract_id = town.household()
    hands.review(meter_id)
    reading = hands.sent(C.READ)
    await later(clock, minutes=16)
    outbox.overdue(hands.database, REST)
    town.request(contract_id, customer_id)
    hands.review(meter_id)
    hands.opened()
    assert hands.answer(reading, port=CLOSED)
    assert hands.port(meter_id).reported == "open" and hands.port(meter_id).may_be_open
    hands.done(C.READ, OPEN)
    assert hands.live(meter_id) is None


def test_a_reading_against_done_is_a_failure(town: Town, hands: Hands) -> None:
    meter_id, order_id = _asked(town, hands)
    hands.done(C.OPEN)
    hands.done(C.READ, CLOSED)
    assert hands.state(order_id) == "failed"
    assert (hands.port(meter_id).failures, hands.port(meter_id).may_be_open) == (1, False)


def test_a_reading_without_a_state_is_a_failure(town: Town, hands: Hands) -> None:
    meter_id, _ = _asked(town, hands)
    hands.done(C.OPEN)
    hands.done(C.READ)
    assert hands.commands(meter_id)[1] == ("read", "failed")


def test_an_answer_about_another_meter_makes_both_unsure(town: Town, hands: Hands, database: Database) -> None:
    _, other_id, _, _ = town.household()
    hands.review(other_id)
    hands.done(C.READ, CLOSED)
    meter_id, _ = _asked(town, hands)
    opening = hands.sent(C.OPEN)
    assert hands.answer(opening, serial=hands.serial(other_id))
    assert hands.commands(meter_id) == [("open", "failed")]
    assert hands.commands(other_id)[-1] == ("close", "queued")
    assert "command.misdirected" in _actions(database)
    assert hands.answer(opening, serial="nobody's") is True


async def test_a_failing_opening_needs_a_visit_and_goes_on(town: Town, hands: Hands, clock: ManualClock) -> None:
    meter_id, order_id = _asked(town, hands)
    for _ in range(5):
        assert hands.answer(hands.sent(C.OPEN), Outcome.FAILED)
        await later(clock, hours=4)
        hands.review(meter_id)
    assert hands.state(order_id) == "needs_visit"
    hands.done(C.OPEN)
    assert hands.state(order_id) == "needs_visit"
    hands.done(C.READ, OPEN)
    assert hands.state(order_id) == "read_back"


def test_an_impossible_opening_needs_a_visit_at_once(town: Town, hands: Hands) -> None:
    meter_id, order_id = _asked(town, hands)
    assert hands.answer(hands.sent(C.OPEN), Outcome.IMPOSSIBLE)
    assert hands.state(order_id) == "needs_visit"
    assert hands.port(meter_id).retry_at == hands.database.clock.now() + timedelta(hours=4)


def test_a_number_in_a_detail_is_left_out(town: Town, hands: Hands, database: Database) -> None:
    meter_id, _ = _asked(town, hands)
    opening = hands.sent(C.OPEN)
    with database.writing("head-end") as work:
        answer = Answer(opening, Outcome.FAILED, work.at, detail="19811228-9874 was not at home")
        outbox.answered(work, REST, answer)
    assert hands.commands(meter_id) == [("open", "failed")]
    with database.reading() as connection:
        entries = " ".join(connection.execute(select(audit_entry.c.entry)).scalars())
    assert "was not at home" in entries and "9874" not in entries


def test_people_look_at_the_port_after_their_work(town: Town, database: Database) -> None:
    """What they tick on the list counts as a reading; a head-end's own word does not."""
    hands = Hands(database, CONFIG)
    meter_id, order_id = _asked(town, hands)
    hands.done(C.OPEN, OPEN)
    assert hands.state(order_id) == "read_back"
    assert hands.live(meter_id) is None
    hands.withdraw(order_id)
    hands.review(meter_id)
    hands.done(C.CLOSE, OPEN)  # the port is open all the same
    assert hands.port(meter_id).failures == 1


class TestReported:
    """What head-ends say unasked."""

    def _say(self, hands: Hands, meter_id: int, state: PortState, minutes: float = 0) -> bool:
        with hands.database.writing("head-end") as work:
            at = work.at + timedelta(minutes=minutes)
            return outbox.reported(work, REST, hands.serial(meter_id), state, at)

    async def test_open_without_right_is_closed(self, town: Town, hands: Hands, clock: ManualClock) -> None:
        meter_id, _ = _closed(town, hands)
        await later(clock, minutes=1)
        assert self._say(hands, meter_id, OPEN)
        hands.closed()

    async def test_closed_is_believed_of_a_port_that_cannot_be_open(
        self, town: Town, hands: Hands, clock: ManualClock
    ) -> None:
        _, meter_id, _, _ = town.household()
        assert self._say(hands, meter_id, CLOSED)
        assert hands.port(meter_id).reported == "closed"
        assert hands.live(meter_id) is None
        await later(clock, minutes=1)
        assert self._say(hands, meter_id, CLOSED)
        assert hands.port(meter_id).reported_at == clock.now()

    async def test_closed_of_a_port_that_may_be_open_is_read(
        self, town: Town, hands: Hands, clock: ManualClock
    ) -> None:
        meter_id, _ = _opened(town, hands)
        await later(clock, minutes=1)
        assert self._say(hands, meter_id, CLOSED)
        assert hands.port(meter_id).may_be_open
        hands.done(C.READ, CLOSED)
        await later(clock, minutes=1)
        hands.review(meter_id)
        hands.opened()

    async def test_what_is_older_than_a_reading_says_nothing(
        self, town: Town, hands: Hands, clock: ManualClock
    ) -> None:
        meter_id, _ = _opened(town, hands)
        await later(clock, minutes=5)
        assert not self._say(hands, meter_id, CLOSED, minutes=-6)
        assert not self._say(hands, meter_id, PortState.UNKNOWN)
        with hands.database.writing("head-end") as work:
            assert not outbox.reported(work, REST, "nobody's", OPEN, work.at)

    async def test_a_report_during_an_opening_waits_for_its_answer(self, town: Town, hands: Hands) -> None:
        meter_id, _ = _asked(town, hands)
        opening = hands.sent(C.OPEN)
        assert self._say(hands, meter_id, CLOSED)
        assert hands.port(meter_id).may_be_open
        assert hands.answer(opening)
        hands.done(C.READ, OPEN)

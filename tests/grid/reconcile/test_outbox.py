"""Commands on their way out: leases, the right at the last moment, and what becomes of those that are not answered."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from grid.conftest import START
from grid.reconcile.hands import CONFIG, Hands, later
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid import alarms
from hanport.grid.config import GridConfig, HeadEndTable
from hanport.grid.database.tables import command, contract, customer
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import CommandKind, PortState
from hanport.grid.reconcile import outbox

REST = GridConfig(
    head_end=(
        HeadEndTable(name="kamstrup", kind="rest", url="https://a.example", makers=("Kamstrup",)),
        HeadEndTable(name="aidon", kind="cim", url="https://b.example", makers=("Aidon",), asks=False),
    )
)
C = CommandKind


@pytest.fixture
def hands(database: Database) -> Hands:
    return Hands(database, REST)


def _asked(town: Town, hands: Hands) -> tuple[int, str]:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    hands.review(meter_id)
    return meter_id, order_id


def _undelivered(hands: Hands, command_id: str, worker: str = "hands") -> None:
    with hands.database.writing("system") as work:
        outbox.undelivered(work, hands.config, command_id, "no route", worker=worker)


def test_what_is_leased_says_where_the_meter_is(town: Town, hands: Hands) -> None:
    meter_id, _ = _asked(town, hands)
    (leased,) = hands.take()
    sent = leased.command
    assert (leased.head_end, sent.meter_serial, sent.maker) == ("kamstrup", hands.serial(meter_id), "Kamstrup")
    assert sent.gsrn.startswith("735999") and sent.address.startswith("Storgatan")
    assert leased.not_after == START + timedelta(seconds=60)


def test_a_protected_address_is_not_shown(town: Town, hands: Hands, database: Database) -> None:
    _asked(town, hands)
    with database.writing("system") as work:
        work.connection.execute(update(customer).values(is_protected=True))
    (leased,) = hands.take()
    assert leased.command.address == "" and leased.command.gsrn


def test_an_opening_is_not_sent_when_the_right_has_ended(town: Town, hands: Hands) -> None:
    meter_id, order_id = _asked(town, hands)
    hands.withdraw(order_id)
    (leased,) = hands.take()
    assert leased.command.kind is C.READ  # nothing was known of it
    assert hands.commands(meter_id) == [("open", "superseded"), ("read", "sending")]
    assert not hands.port(meter_id).may_be_open


async def test_an_opening_is_not_sent_after_the_end_of_the_contract(
    town: Town, hands: Hands, clock: ManualClock
) -> None:
    """The contract ends in a moment: the lease ends with it."""
    facility_id, customer_id = town.facility(), town.customer()
    meter_id = town.meter(facility_id)
    ends = START + timedelta(seconds=20)
    order_id = town.request(town.contract(facility_id, customer_id, ends=ends), customer_id)
    hands.review(meter_id)
    (leased,) = hands.take()
    assert leased.not_after == ends
    with hands.database.writing("system") as work:
        outbox.given_back(work, leased.command.id, "hands")
    await later(clock, seconds=20)
    (leased,) = hands.take()
    assert leased.command.kind is C.CLOSE  # it was leased once: nobody knows
    assert hands.state(order_id) == "refused"


def test_closings_go_before_openings_and_readings(town: Town, hands: Hands) -> None:
    _, unknown, _, _ = town.household()
    hands.review(unknown)
    opening, _ = _asked(town, hands)
    _, closing, _, _ = town.household()
    hands.set_port(closing, may_be_open=True)
    hands.review(closing)
    kinds = [hands.take(1)[0].command.kind for _ in range(3)]
    assert kinds == [C.CLOSE, C.OPEN, C.READ]
    assert opening != closing


async def test_what_was_not_delivered_is_sent_again_with_the_same_id(
    town: Town, hands: Hands, clock: ManualClock
) -> None:
    meter_id, _ = _asked(town, hands)
    (first,) = hands.take()
    _undelivered(hands, first.command.id, worker="another")
    assert hands.commands(meter_id) == [("open", "sending")]
    _undelivered(hands, first.command.id)
    assert hands.take() == []
    await later(clock, minutes=1)
    (second,) = hands.take()
    assert second.command.id == first.command.id
    _undelivered(hands, "c-nobody")


async def test_an_opening_that_may_have_left_is_taken_back_and_closed(
    town: Town, hands: Hands, clock: ManualClock
) -> None:
    meter_id, order_id = _asked(town, hands)
    (leased,) = hands.take()
    _undelivered(hands, leased.command.id)
    hands.withdraw(order_id)
    hands.review(meter_id)
    hands.closed()
    assert hands.port(meter_id).doubt_until == START + timedelta(hours=24)
    assert hands.port(meter_id).review_at == START + timedelta(minutes=15)
    assert hands.answer(leased.command.id)  # it had arrived after all, and was slow
    hands.closed()


async def test_a_head_end_that_takes_nothing_is_an_alarm(
    town: Town, hands: Hands, clock: ManualClock, database: Database
) -> None:
    _asked(town, hands)
    for _ in range(5):
        (leased,) = hands.take()
        _undelivered(hands, leased.command.id)
        await later(clock, hours=4)
    with database.reading() as connection:
        (alarm,) = alarms.live(connection)
    assert (alarm.kind, alarm.subject) == (alarms.HEAD_END_UNREACHABLE, "kamstrup")
    hands.sent(C.OPEN)
    with database.reading() as connection:
        assert alarms.live(connection) == []


def test_a_meter_without_a_head_end_is_an_alarm(town: Town, hands: Hands, database: Database) -> None:
    facility_id, customer_id = town.facility(), town.customer()
    meter_id = town.meter(facility_id, maker="Unheard")
    town.request(town.contract(facility_id, customer_id), customer_id)
    hands.review(meter_id)
    assert hands.take() == []
    with database.reading() as connection:
        assert [(each.kind, each.subject) for each in alarms.live(connection)] == [(alarms.NO_HEAD_END, "Unheard")]


def test_a_head_end_that_is_busy_is_left_out(town: Town, hands: Hands, database: Database) -> None:
    _asked(town, hands)
    assert outbox.take(database, REST, "w", 10, without=["kamstrup"]) == []
    assert len(outbox.take(database, REST, "w", 10, without=["aidon"])) == 1


async def test_a_lease_that_ran_out_is_taken_by_another(town: Town, hands: Hands, clock: ManualClock) -> None:
    _asked(town, hands)
    (first,) = hands.take()
    assert outbox.overdue(hands.database, REST) == 0
    await later(clock, seconds=60)
    assert outbox.overdue(hands.database, REST) == 1
    (second,) = hands.take()
    assert second.command.id == first.command.id


async def test_a_command_without_an_answer_is_lost_and_the_meter_is_read(
    town: Town, hands: Hands, clock: ManualClock
) -> None:
    meter_id, order_id = _asked(town, hands)
    hands.sent(C.OPEN)
    await later(clock, minutes=15)
    assert outbox.overdue(hands.database, REST) == 1
    assert hands.state(order_id) == "failed"
    hands.done(C.READ, PortState.OPEN)
    assert hands.state(order_id) == "read_back"
    assert hands.port(meter_id).failures == 0


async def test_a_closing_that_is_never_answered_is_given_again(town: Town, hands: Hands, clock: ManualClock) -> None:
    _, meter_id, _, _ = town.household()
    hands.set_port(meter_id, may_be_open=True)
    hands.review(meter_id)
    kinds = []
    for _ in range(6):
        (leased,) = hands.take()
        kinds.append(leased.command.kind)
        with hands.database.writing("system") as work:
            outbox.taken(work, REST, leased.command.id)
        await later(clock, minutes=15)
        outbox.overdue(hands.database, REST)
        await later(clock, hours=1)
        hands.review(meter_id)
    assert kinds == [C.CLOSE, C.READ] * 3


async def test_head_ends_are_asked_less_and_less_often(town: Town, hands: Hands, clock: ManualClock) -> None:
    _asked(town, hands)
    hands.sent(C.OPEN)
    asked_at = []
    for second in range(60):
        if outbox.to_ask(hands.database, REST, 10):
            asked_at.append(second)
        await later(clock, seconds=1)
    assert asked_at == [5, 10, 20, 40]


def test_lists_and_head_ends_that_cannot_say_are_not_asked(town: Town, database: Database, hands: Hands) -> None:
    _asked(town, hands)
    command_id = hands.sent(C.OPEN)
    for head_end in ("aidon", "work-list"):
        with database.writing("system") as work:
            changed = update(command).where(command.c.id == command_id)
            work.connection.execute(changed.values(head_end=head_end, not_before=START))
        assert outbox.to_ask(database, REST if head_end == "aidon" else CONFIG, 10) == []


async def test_what_stands_on_a_work_list_is_taken_off_when_the_right_ends(
    town: Town, database: Database, clock: ManualClock
) -> None:
    hands = Hands(database, CONFIG)
    meter_id, order_id = _asked(town, hands)
    opening = hands.sent(C.OPEN)
    hands.withdraw(order_id)
    hands.review(meter_id)
    assert hands.commands(meter_id) == [("open", "superseded"), ("close", "queued")]
    closing = hands.sent(C.CLOSE)
    assert hands.answer(closing, port=PortState.CLOSED)
    assert hands.port(meter_id).reported == "closed"
    assert hands.answer(opening, port=PortState.OPEN)  # somebody had printed the list
    hands.done(C.CLOSE, PortState.CLOSED)


async def test_a_closing_in_the_outbox_goes_when_the_right_is_back(
    town: Town, hands: Hands, database: Database
) -> None:
    meter_id, order_id = _asked(town, hands)
    hands.opened()
    with database.writing("system") as work:
        work.connection.execute(update(contract).values(ends_at=work.at))
    hands.review(meter_id)
    assert hands.commands(meter_id)[-1] == ("close", "queued")
    with database.writing("system") as work:
        work.connection.execute(update(contract).values(ends_at=None))
    assert hands.take() == []
    assert hands.commands(meter_id)[-1] == ("close", "superseded")
    assert hands.state(order_id) == "read_back"
    with database.reading() as connection:
        assert len(connection.execute(select(command.c.id)).all()) == 3

"""From a right to a command, and from a reading to a confirmed order."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from grid.conftest import START
from grid.reconcile.hands import Hands, later
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid import alarms
from hanport.grid.database.tables import contract, import_batch, installation, meter_model, order
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import CommandKind, Outcome, PortState
from hanport.grid.reconcile import outbox
from hanport.grid.workdays import deadline


@pytest.fixture
def hands(database: Database) -> Hands:
    return Hands(database)


def test_an_order_opens_the_port_and_is_confirmed_by_a_reading(town: Town, hands: Hands) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    (command_id,) = hands.review(meter_id)
    assert hands.review(meter_id) == []
    (leased,) = hands.take()
    assert (leased.command.id, leased.command.kind) == (command_id, CommandKind.OPEN)
    assert hands.port(meter_id).may_be_open
    assert hands.state(order_id) == "sent"
    assert hands.take() == []
    assert hands.answer(command_id)
    assert hands.state(order_id) == "acknowledged"
    hands.done(CommandKind.READ, PortState.OPEN)
    assert hands.state(order_id) == "read_back"
    assert hands.port(meter_id).reported == "open"
    assert hands.live(meter_id) is None


def test_the_end_of_the_contract_closes_the_port(town: Town, hands: Hands, clock: ManualClock) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    hands.review(meter_id)
    hands.opened()
    hands.withdraw(order_id)
    hands.review(meter_id)
    hands.closed()
    port = hands.port(meter_id)
    assert (port.reported, port.may_be_open, port.closing_due_at) == ("closed", False, None)


async def test_a_closing_that_fails_is_tried_again_until_it_is_read(
    town: Town, hands: Hands, clock: ManualClock
) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    hands.review(meter_id)
    hands.opened()
    hands.withdraw(order_id)
    hands.review(meter_id)
    for failures in range(1, 4):
        assert hands.answer(hands.sent(CommandKind.CLOSE), Outcome.FAILED)
        assert hands.take() == []
        assert hands.port(meter_id).failures == failures
        await later(clock, minutes=2**failures)
        hands.review(meter_id)
    hands.done(CommandKind.CLOSE)
    hands.done(CommandKind.READ, PortState.OPEN)  # it was said to be done, and is not
    assert hands.take() == []
    await later(clock, minutes=30)
    hands.review(meter_id)
    hands.closed()
    assert hands.port(meter_id).failures == 0


def _opened(town: Town, hands: Hands) -> tuple[int, int, str]:
    """A port that was opened: (facility, meter, order)."""
    facility_id, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    hands.review(meter_id)
    hands.opened()
    return facility_id, meter_id, order_id


def _exchanged(town: Town, facility_id: int, meter_id: int) -> int:
    """Another meter hangs there from now on."""
    with town.database.writing("system") as work:
        old = update(installation).where(installation.c.meter_id == meter_id)
        work.connection.execute(old.values(ends_at=work.at))
    return town.meter(facility_id, begins=town.database.clock.now())


def test_an_exchange_closes_the_old_meter_and_opens_the_new(town: Town, hands: Hands) -> None:
    facility_id, old, order_id = _opened(town, hands)
    new = _exchanged(town, facility_id, old)
    hands.review(old, new)
    assert hands.commands(old)[-1] == ("close", "queued")
    assert hands.commands(new) == [("open", "queued")]
    for _ in range(2):  # both are told, and then both are read
        for leased in hands.take():
            state = PortState.CLOSED if leased.command.meter_serial == hands.serial(old) else PortState.OPEN
            hands.answer(
                leased.command.id, port=state if leased.command.kind is CommandKind.READ else PortState.UNKNOWN
            )
    assert (hands.port(old).reported, hands.port(new).reported) == ("closed", "open")
    assert hands.state(order_id) == "read_back"
    assert hands.port(old).review_at is None  # nobody asks a meter on the shelf


def test_while_no_meter_hangs_there_the_order_waits(town: Town, hands: Hands, database: Database) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    with database.writing("system") as work:
        work.connection.execute(update(installation).values(ends_at=work.at))
    hands.review(meter_id)
    assert hands.commands(meter_id) == []
    assert hands.state(order_id) == "right_checked"


def test_an_exempted_meter_is_closed(town: Town, hands: Hands) -> None:
    facility_id, meter_id, _ = _opened(town, hands)
    town.exemption(facility_id)
    hands.review(meter_id)
    hands.closed()


def test_what_an_import_would_open_is_held_and_what_it_would_close_is_not(
    town: Town, hands: Hands, database: Database
) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    with database.writing("system") as work:
        batch = {"id": "I1", "state": "applied", "source": "", "digest": b"", "made_by": "anna", "made_at": work.at}
        work.connection.execute(insert(import_batch).values(batch | {"approvals": [], "summary": {}}))
    order_id = town.request(contract_id, customer_id)
    hands.set_port(meter_id, held_by="I1", reported="closed", reported_at=START)
    assert hands.review(meter_id) == []
    hands.set_port(meter_id, held_by=None)
    hands.review(meter_id)
    hands.opened()
    hands.set_port(meter_id, held_by="I1")
    assert hands.review(meter_id) == []
    hands.withdraw(order_id)
    hands.review(meter_id)
    hands.closed()


def test_a_model_that_cannot_open_is_not_told_to(town: Town, hands: Hands, database: Database) -> None:
    with database.writing("system") as work:
        model = {"maker": "Kamstrup", "model": "OMNIA", "can_open": False, "can_restart": False}
        work.connection.execute(insert(meter_model).values(model))
    _, meter_id, customer_id, contract_id = town.household()
    town.request(contract_id, customer_id)
    hands.review(meter_id)
    hands.done(CommandKind.READ, PortState.CLOSED)
    assert hands.live(meter_id) is None


async def test_a_restart_is_done_and_read(town: Town, hands: Hands, clock: ManualClock) -> None:
    _, meter_id, _ = _opened(town, hands)
    order_id = _restart(town, meter_id)
    hands.review(meter_id)
    assert hands.answer(hands.sent(CommandKind.RESTART), Outcome.FAILED)
    assert hands.state(order_id) == "failed"
    await later(clock, minutes=1)
    hands.review(meter_id)
    hands.done(CommandKind.READ, PortState.OPEN)
    hands.done(CommandKind.RESTART)
    assert hands.state(order_id) == "acknowledged"
    hands.done(CommandKind.READ, PortState.OPEN)
    assert hands.state(order_id) == "read_back"
    assert hands.live(meter_id) is None


async def test_a_restart_that_is_never_answered_needs_a_visit(
    town: Town, hands: Hands, clock: ManualClock, database: Database
) -> None:
    _, meter_id, _ = _opened(town, hands)
    order_id = _restart(town, meter_id)
    hands.review(meter_id)
    for _ in range(5):
        hands.sent(CommandKind.RESTART)
        await later(clock, days=4)
        outbox.overdue(database, hands.config)
        hands.done(CommandKind.READ, PortState.OPEN)
    assert hands.state(order_id) == "needs_visit"
    assert hands.live(meter_id) is None


def test_a_restart_is_refused_when_the_right_has_ended(town: Town, hands: Hands) -> None:
    _, meter_id, opening = _opened(town, hands)
    order_id = _restart(town, meter_id)
    hands.review(meter_id)
    hands.withdraw(opening)
    hands.review(meter_id)
    assert hands.state(order_id) == "refused"
    assert [kind for kind, state in hands.commands(meter_id) if state == "queued"] == ["close"]


def _restart(town: Town, meter_id: int) -> str:
    """Somebody says that the port has stopped."""
    with town.database.reading() as connection:
        chosen = select(order.c.contract_id, order.c.customer_id).where(order.c.kind == "open")
        contract_id, customer_id = connection.execute(chosen).one()
    return town.request(contract_id, customer_id, kind="restart", meter_id=meter_id)


def test_an_order_of_who_has_left_is_refused_and_the_new_one_is_confirmed(
    town: Town, hands: Hands, database: Database
) -> None:
    facility_id, meter_id, customer_id, contract_id = town.household()
    gone = town.request(contract_id, customer_id)
    hands.review(meter_id)
    with database.writing("system") as work:
        work.connection.execute(update(contract).values(ends_at=work.at))
    customer_id = town.customer()
    stays = town.request(town.contract(facility_id, customer_id, begins=START), customer_id)
    hands.review(meter_id)
    assert (hands.state(gone), hands.state(stays)) == ("refused", "right_checked")
    hands.opened()
    assert (hands.state(gone), hands.state(stays)) == ("refused", "read_back")


def test_a_closing_order_is_confirmed_when_no_port_there_may_be_open(
    town: Town, hands: Hands, database: Database
) -> None:
    facility_id, meter_id, order_id = _opened(town, hands)
    second = town.meter(facility_id)
    hands.set_port(second, reported="open", may_be_open=True, reported_at=START)
    with database.reading() as connection:
        chosen = select(order.c.contract_id, order.c.customer_id).where(order.c.id == order_id)
        contract_id, customer_id = connection.execute(chosen).one()
    hands.withdraw(order_id)
    closing = town.request(contract_id, customer_id, kind="close")
    hands.review(meter_id)
    hands.closed()
    assert hands.state(closing) in ("sent", "acknowledged")
    hands.review(second)
    hands.closed()
    assert hands.state(closing) == "read_back"


class TestDeadlines:
    """Staff are told before the law's day is over."""

    def _alarms(self, database: Database) -> list[tuple[str, str]]:
        with database.reading() as connection:
            return [(each.kind, each.subject) for each in alarms.live(connection)]

    async def test_an_unconfirmed_closing_is_an_alarm_four_hours_before(
        self, town: Town, hands: Hands, clock: ManualClock, database: Database
    ) -> None:
        _, meter_id, order_id = _opened(town, hands)
        hands.withdraw(order_id)
        hands.review(meter_id)
        due_at = deadline(START)
        assert hands.port(meter_id).closing_due_at == due_at
        assert hands.port(meter_id).review_at == due_at - timedelta(hours=4)
        await later(clock, seconds=(due_at - timedelta(hours=4) - clock.now()).total_seconds())
        hands.review(meter_id)
        hands.review(meter_id)
        assert self._alarms(database) == [(alarms.CLOSING_UNCONFIRMED, hands.serial(meter_id))]
        hands.closed()
        assert self._alarms(database) == []

    async def test_the_clock_runs_from_the_end_of_the_right_and_not_from_its_discovery(
        self, town: Town, hands: Hands, clock: ManualClock, database: Database
    ) -> None:
        _, meter_id, _ = _opened(town, hands)
        await later(clock, days=10)
        with database.writing("system") as work:
            work.connection.execute(update(contract).values(ends_at=START + timedelta(days=1)))
        hands.review(meter_id)
        assert hands.port(meter_id).closing_due_at == deadline(START + timedelta(days=1))
        assert self._alarms(database) == [(alarms.CLOSING_UNCONFIRMED, hands.serial(meter_id))]

    async def test_an_order_near_its_deadline_is_an_alarm_until_it_is_done(
        self, town: Town, hands: Hands, clock: ManualClock, database: Database
    ) -> None:
        _, meter_id, customer_id, contract_id = town.household()
        order_id = town.request(contract_id, customer_id, deadline_at=START + timedelta(hours=9))
        hands.review(meter_id)
        assert hands.port(meter_id).review_at == START + timedelta(hours=5)
        await later(clock, hours=5)
        hands.review(meter_id)
        assert self._alarms(database) == [(alarms.ORDER_LATE, order_id)]
        hands.opened()
        assert self._alarms(database) == []

    def test_an_impossible_closing_is_an_alarm_at_once(self, town: Town, hands: Hands, database: Database) -> None:
        _, meter_id, order_id = _opened(town, hands)
        hands.withdraw(order_id)
        hands.review(meter_id)
        hands.answer(hands.sent(CommandKind.CLOSE), Outcome.IMPOSSIBLE)
        assert self._alarms(database) == [(alarms.CLOSING_IMPOSSIBLE, hands.serial(meter_id))]

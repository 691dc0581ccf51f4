"""The worker, with a head-end before it that fails in every way."""

import asyncio
from collections.abc import Iterator
from itertools import count, cycle

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from grid.conftest import START
from grid.reconcile.field import Field, Trouble
from grid.reconcile.hands import Hands, later
from grid.town import Town
from hanport.clock import ManualClock, SystemClock
from hanport.grid.config import GridConfig, HeadEndTable, WorkTable
from hanport.grid.context import Grid
from hanport.grid.database.tables import audit_checkpoint
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import Command, CommandKind
from hanport.grid.notices.channels import Channels
from hanport.grid.reconcile import duties
from hanport.grid.worker import Ways, Worker, run

HEAD_ENDS = (HeadEndTable(name="field", kind="rest", url="https://field.example"),)
WORK = WorkTable(period_s=5, answer_within_s=60, lease_s=30)


@pytest.fixture
def config() -> GridConfig:
    return GridConfig(head_end=HEAD_ENDS, work=WORK)


@pytest.fixture
def hands(database: Database, config: GridConfig) -> Hands:
    return Hands(database, config)


@pytest.fixture
def field(clock: ManualClock) -> Field:
    return Field(clock.now, "field")


@pytest.fixture
def worker(database: Database, config: GridConfig, clock: ManualClock, field: Field) -> Worker:
    return Worker(Grid(config, database), field, clock)


async def _rounds(worker: Worker) -> None:
    """Until nothing is left to do now."""
    for _ in range(12):
        if not await worker.round():
            return


async def test_an_order_is_done_in_a_few_rounds(town: Town, hands: Hands, worker: Worker, field: Field) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    await _rounds(worker)
    assert hands.state(order_id) == "read_back"
    assert field.open_ports == {hands.serial(meter_id)}
    hands.withdraw(order_id)
    hands.set_port(meter_id, review_at=worker._clock.now())
    await _rounds(worker)
    assert field.open_ports == set()
    assert hands.port(meter_id).reported == "closed"


async def test_whatever_goes_wrong_it_ends_as_it_must(
    town: Town, hands: Hands, worker: Worker, field: Field, clock: ManualClock
) -> None:
    """A meter for each trouble: twice it happens, once it does not, and so on."""
    orders: dict[int, str] = {}
    turns: dict[str, Iterator[Trouble]] = {}
    for trouble in Trouble:
        _, meter_id, customer_id, contract_id = town.household()
        orders[meter_id] = town.request(contract_id, customer_id)
        turns[hands.serial(meter_id)] = cycle([trouble, trouble, Trouble.NONE])
    field.trouble = lambda command: next(turns[command.meter_serial])
    serials = {hands.serial(meter_id) for meter_id in orders}

    async def until(reported: str) -> None:
        for _ in range(40):
            await _rounds(worker)
            if all(hands.port(meter_id).reported == reported for meter_id in orders):
                return
            await later(clock, minutes=30)
        raise AssertionError(f"not all are {reported}")

    await until("open")
    assert field.open_ports == serials
    assert {hands.state(order_id) for order_id in orders.values()} == {"read_back"}
    for meter_id, order_id in orders.items():
        hands.withdraw(order_id)
        hands.set_port(meter_id, review_at=clock.now())
    await until("closed")
    assert field.open_ports == set()


async def test_a_lost_reply_does_nothing_twice(
    town: Town, hands: Hands, worker: Worker, field: Field, clock: ManualClock
) -> None:
    _, _, customer_id, contract_id = town.household()
    town.request(contract_id, customer_id)
    lost = iter([Trouble.LOSE_REPLY] * 3)
    field.trouble = lambda command: next(lost, Trouble.NONE)
    for _ in range(10):
        await _rounds(worker)
        await later(clock, minutes=10)
    assert [kind for _, kind in field.orders].count(CommandKind.OPEN) == 1
    assert len({each.id for each in field.arrived if each.kind is CommandKind.OPEN}) == 1


async def test_a_command_is_not_sent_after_its_lease(
    town: Town, hands: Hands, worker: Worker, field: Field, clock: ManualClock
) -> None:
    """A machine that slept wakes with a lease that another worker may have taken over."""
    _, meter_id, customer_id, contract_id = town.household()
    town.request(contract_id, customer_id)
    hands.review(meter_id)
    (leased,) = hands.take()
    await later(clock, minutes=10)
    await worker._send(leased)
    assert field.arrived == []


async def test_the_worker_runs_until_it_is_told_to_end(town: Town, database: Database) -> None:
    clock = SystemClock()
    quick = GridConfig(head_end=HEAD_ENDS, work=WorkTable(period_s=0.05))
    real = Database(database.engine, database.keyring, clock)
    field, hands = Field(clock.now, "field"), Hands(real)
    town = Town(real)
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    until = asyncio.Event()
    running = asyncio.create_task(run(Grid(quick, real), Ways(field, Channels({})), clock, until))
    while hands.state(order_id) != "read_back":
        await asyncio.sleep(0.02)
    hands.withdraw(order_id)
    hands.set_port(meter_id, review_at=clock.now())
    while hands.port(meter_id).reported != "closed":
        await asyncio.sleep(0.02)
    until.set()
    await running


async def test_a_worker_minds_the_sweep_and_the_log_once_a_day(
    town: Town, hands: Hands, worker: Worker, database: Database, clock: ManualClock
) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    town.request(contract_id, customer_id)
    hands.set_port(meter_id, review_at=None)  # forgotten
    until = asyncio.Event()
    await worker.mind(until)
    assert hands.commands(meter_id) == [("open", "queued")]
    hands.set_port(meter_id, review_at=None)
    await worker.mind(until)
    with database.reading() as connection:
        assert duties.done_at(connection, "sweep") == clock.now()
        assert len(connection.execute(select(audit_checkpoint)).all()) == 1
    await later(clock, days=1)
    until.set()  # it is to end: the sweep is left to the next worker
    await worker.mind(until)
    with database.reading() as connection:
        assert duties.done_at(connection, "sweep") == START


async def test_a_database_that_goes_away_is_waited_for(
    town: Town, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """It refuses each third statement for a while; then all is done."""
    clock, refused = SystemClock(), count()
    real = Database(database.engine, database.keyring, clock)
    field, hands, town = Field(clock.now, "field"), Hands(real), Town(real)
    _, _, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)

    def refuse(*_: object) -> None:
        n = next(refused)
        if n < 60 and n % 3 == 0:
            raise OperationalError("a statement", {}, OSError("gone"))

    event.listen(database.engine, "before_cursor_execute", refuse)
    quick = GridConfig(head_end=HEAD_ENDS, work=WorkTable(period_s=0.02, lease_s=0.2, retry_s=0.02))
    until = asyncio.Event()
    running = asyncio.create_task(run(Grid(quick, real), Ways(field, Channels({})), clock, until))
    while next(refused) < 80 or hands.state(order_id) != "read_back":
        assert not running.done()
        await asyncio.sleep(0.02)
    event.remove(database.engine, "before_cursor_execute", refuse)
    until.set()
    await running
    assert "the database cannot be worked with" in caplog.text


async def test_a_fault_of_ours_ends_the_worker(town: Town, hands: Hands, worker: Worker, field: Field) -> None:
    """It must not go on as if nothing had happened."""
    _, _, customer_id, contract_id = town.household()
    town.request(contract_id, customer_id)

    def wrong(command: Command) -> Trouble:
        raise ZeroDivisionError

    field.trouble = wrong
    with pytest.raises(ZeroDivisionError):
        await worker.round()


async def test_a_head_end_that_fails_is_left_alone_for_a_while(
    town: Town, hands: Hands, worker: Worker, field: Field, clock: ManualClock
) -> None:
    for _ in range(2):
        _, _, customer_id, contract_id = town.household()
        town.request(contract_id, customer_id)
    field.trouble = lambda command: Trouble.LOSE_REQUEST
    await worker.round()
    assert worker._busy() == ["field"]
    await later(clock, seconds=2)
    assert worker._busy() == []

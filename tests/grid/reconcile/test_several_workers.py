"""Several workers on one database, while facts change under them: never two commands at once, and none is lost."""

import asyncio
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import select, update

from grid.reconcile.field import Field, Trouble
from grid.reconcile.hands import Hands
from grid.town import Town
from hanport.clock import SystemClock
from hanport.grid.config import GridConfig, HeadEndTable, WorkTable
from hanport.grid.context import Grid
from hanport.grid.database.tables import command, port
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import Answer, Command
from hanport.grid.notices.channels import Channels
from hanport.grid.worker import Ways, run

CONFIG = GridConfig(
    head_end=(HeadEndTable(name="field", kind="rest", url="https://field.example"),),
    work=WorkTable(period_s=0.15, lease_s=5, answer_within_s=0.5, retry_s=0.02, retry_longest_s=0.1, visit_after=50),
)
METERS, WORKERS, CHANGES = 12, 3, 30
TROUBLES = [Trouble.NONE] * 4 + [Trouble.LOSE_REPLY, Trouble.LATER, Trouble.FAIL, Trouble.LIE, Trouble.LOSE_REQUEST]


class WatchedField(Field):
    """Sees when two commands are under way at one meter at once."""

    lock = threading.Lock()

    async def send(self, command: Command) -> Answer | None:
        with self.entered(command), self.lock:
            return await super().send(command)

    @contextmanager
    def entered(self, command: Command) -> Iterator[None]:
        busy = self.__dict__.setdefault("busy", {})
        before = busy.setdefault(command.meter_serial, command.id)
        assert before == command.id, "two commands at once for one meter"
        try:
            yield
        finally:
            busy.pop(command.meter_serial, None)


def _work(grid: Grid, field: Field, ended: threading.Event) -> None:
    async def until_ended() -> None:
        until = asyncio.Event()
        working = asyncio.create_task(run(grid, Ways(field, Channels({})), SystemClock(), until))
        while not ended.is_set() and not working.done():
            await asyncio.sleep(0.05)
        until.set()
        await working

    asyncio.run(until_ended())


def test_several_workers_bring_all_ports_into_step(database: Database) -> None:
    database = Database(database.engine, database.keyring, SystemClock())
    town, hands, chance = Town(database), Hands(database, CONFIG), random.Random(4)
    field, ended = WatchedField(SystemClock().now, "field"), threading.Event()
    field.trouble = lambda command: chance.choice(TROUBLES)
    houses = [town.household() for _ in range(METERS)]
    standing: dict[int, str] = {}
    with ThreadPoolExecutor(WORKERS) as threads:
        working = [threads.submit(_work, Grid(CONFIG, database), field, ended) for _ in range(WORKERS)]
        try:
            for _ in range(CHANGES):
                _, meter_id, customer_id, contract_id = chance.choice(houses)
                if meter_id in standing:
                    hands.withdraw(standing.pop(meter_id))
                else:
                    standing[meter_id] = town.request(contract_id, customer_id)
                _touch(database, meter_id)
            field.trouble = lambda command: Trouble.NONE
            for _ in range(600):
                if all(each.done() for each in working) or _in_step(database, set(standing)):
                    break
                threading.Event().wait(0.05)
        finally:
            ended.set()
        for each in working:
            each.result()
    assert _in_step(database, set(standing)), _rows(database)
    assert field.open_ports == {hands.serial(meter_id) for meter_id in standing}


def _touch(database: Database, meter_id: int) -> None:
    with database.writing("system") as work:
        work.connection.execute(update(port).where(port.c.meter_id == meter_id).values(review_at=work.at))


def _in_step(database: Database, may_be_open: set[int]) -> bool:
    """Every port was read as it must be, and nothing but readings is under way."""
    with database.reading() as connection:
        rows = connection.execute(select(port)).all()
        live = select(command.c.id).where(command.c.state.in_(["queued", "sending", "sent"]), command.c.kind != "read")
        orders = connection.execute(live).all()
    return not orders and all(
        row.expected == "" and row.reported == ("open" if row.meter_id in may_be_open else "closed") for row in rows
    )


def _rows(database: Database) -> str:
    """All ports and commands as they stand, for who must find out why."""
    with database.reading() as connection:
        found = [*connection.execute(select(port)), *connection.execute(select(command).where(command.c.kind != "x"))]
        return "\n".join(str(dict(row._mapping)) for row in found)

"""Hands for tests of reconciling: rows as they stand, and head-ends' answers given by hand."""

from typing import Any

from sqlalchemy import Row, select, update

from hanport.clock import ManualClock
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import command, meter, order, port
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import Answer, CommandKind, Outcome, PortState
from hanport.grid.reconcile import outbox
from hanport.grid.reconcile.review import review

CONFIG = GridConfig()


class Hands:
    """Does by hand what the worker does, one step at a time."""

    def __init__(self, database: Database, config: GridConfig = CONFIG) -> None:
        self.database = database
        self.config = config

    def review(self, *meter_ids: int) -> list[str]:
        with self.database.writing("system") as work:
            return review(work, self.config, meter_ids)

    def take(self, limit: int = 100) -> list[outbox.Leased]:
        return outbox.take(self.database, self.config, "hands", limit)

    def sent(self, kind: CommandKind) -> str:
        """Lease the one command that is due, which is of that kind, and have it taken."""
        leased = self.take()
        assert [each.command.kind for each in leased] == [kind]
        with self.database.writing("system") as work:
            outbox.taken(work, self.config, leased[0].command.id)
        return leased[0].command.id

    def answer(
        self, command_id: str, outcome: Outcome = Outcome.DONE, port: PortState = PortState.UNKNOWN, serial: str = ""
    ) -> bool:
        with self.database.writing("head-end") as work:
            return outbox.answered(work, self.config, Answer(command_id, outcome, work.at, port, serial))

    def done(self, kind: CommandKind, port: PortState = PortState.UNKNOWN) -> str:
        """Send the one command that is due, and have it done."""
        command_id = self.sent(kind)
        assert self.answer(command_id, port=port)
        return command_id

    def opened(self) -> None:
        """From an opening in the outbox to a port that was read as open."""
        self.done(CommandKind.OPEN)
        self.done(CommandKind.READ, PortState.OPEN)

    def closed(self) -> None:
        self.done(CommandKind.CLOSE)
        self.done(CommandKind.READ, PortState.CLOSED)

    def port(self, meter_id: int) -> Row[Any]:
        with self.database.reading() as connection:
            return connection.execute(select(port).where(port.c.meter_id == meter_id)).one()

    def commands(self, meter_id: int) -> list[tuple[str, str]]:
        """Kinds and states, in the order of their making."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(command).where(command.c.meter_id == meter_id).order_by(command.c.created_at)
            ).all()
            return [(row.kind, row.state) for row in rows]

    def live(self, meter_id: int) -> Row[Any] | None:
        with self.database.reading() as connection:
            chosen = select(command).where(
                command.c.meter_id == meter_id, command.c.state.in_(["queued", "sending", "sent"])
            )
            return connection.execute(chosen).one_or_none()

    def state(self, order_id: str) -> str:
        with self.database.reading() as connection:
            found: str = connection.execute(select(order.c.state).where(order.c.id == order_id)).scalar_one()
            return found

    def withdraw(self, order_id: str) -> None:
        with self.database.writing("customer") as work:
            work.connection.execute(update(order).where(order.c.id == order_id).values(withdrawn_at=work.at))

    def set_port(self, meter_id: int, **values: Any) -> None:
        with self.database.writing("system") as work:
            work.connection.execute(update(port).where(port.c.meter_id == meter_id).values(values))

    def serial(self, meter_id: int) -> str:
        with self.database.reading() as connection:
            found: str = connection.execute(select(meter.c.serial).where(meter.c.id == meter_id)).scalar_one()
            return found


async def later(clock: ManualClock, **parts: float) -> None:
    """Let time pass: hours=, minutes=, days=, seconds=."""
    units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
    await clock.advance(sum(units[name] * value for name, value in parts.items()))
